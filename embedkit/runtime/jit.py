"""The one place that prepares numba; every `_kernels.py` takes its decorator from here.

Compiled kernels are kept beside the source. Where that cannot be written (a system-wide install) they go to the user's
cache folder, and where that fails too they are compiled anew in each run instead of failing.
"""

from __future__ import annotations

import os
import sys

import numba

from .folders import cache_folder, writable

if "embedkit.cli" in sys.modules and "scipy.linalg" not in sys.modules:
    # For matrix products inside kernels numba loads scipy.linalg, 0.13 s of every start. Ours have none, so the command
    # hides it while numba sets itself up; as a library we leave numba as others expect it.
    sys.modules["scipy.linalg"] = None
    try:
        import numba.np.arraymath
    finally:
        del sys.modules["scipy.linalg"]

_keep = True
if "NUMBA_CACHE_DIR" not in os.environ and not os.access(os.path.dirname(os.path.abspath(__file__)), os.W_OK):
    _keep = writable(cache_folder("numba"))
    if _keep:
        numba.config.CACHE_DIR = cache_folder("numba")


def kernel(function=None, *, fastmath: bool = False):
    """Compile without the interpreter lock, so that Python threads run kernels side by side.

    `fastmath` lets sums be reordered, without which no reduction vectorises; NaN and infinity stay meaningful.
    """
    decorate = numba.njit(nogil=True, cache=_keep, error_model="numpy", fastmath=_flags(fastmath))
    return (lambda f: _forgiving(decorate(f))) if function is None else _forgiving(decorate(function))


def inlined(function=None, *, fastmath: bool = False):
    """A function that kernels call, compiled into each of them.

    Left to the compiler, some would stay functions of their own, of which a process that compiles has two: its own,
    and the copy that was optimised once more with the kernel. Calls would go to the one where the kernel is compiled,
    and to the other where it comes from the cache, and sums in another order are other sums.
    """
    decorate = numba.njit(error_model="numpy", fastmath=_flags(fastmath), forceinline=True)
    return decorate if function is None else decorate(function)


def _flags(fastmath: bool):
    return {"reassoc", "contract", "nsz", "arcp"} if fastmath else False


def _forgiving(dispatcher):
    """A damaged or full cache costs compiling anew, never the run."""
    cache = getattr(dispatcher, "_cache", None)
    for name in ("load_overload", "save_overload") if cache is not None else ():
        setattr(cache, name, _or_none(getattr(cache, name, None)))
    return dispatcher


def _or_none(method):
    def attempt(*args):
        try:
            return method(*args)
        except Exception:
            return None

    return attempt
