"""The one place that prepares numba; every `_kernels.py` takes its decorator from here.

Compiled kernels are kept beside the source. Where that cannot be written (a system-wide install) they go to the user's
cache folder, and where that fails too they are compiled anew in each run instead of failing.
"""

from __future__ import annotations

import gc
import os
import sys

_is_command = "embedkit.cli" in sys.modules
if _is_command:
    # numba makes hundreds of thousands of objects that stay. To look for rings among them after every 700 new ones, as
    # Python does by default, is a tenth of the time that it takes to load.
    gc.set_threshold(20_000)

import numba  # noqa: E402

from .folders import cache_folder, writable  # noqa: E402

if _is_command and "scipy.linalg" not in sys.modules:
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
    flags = {"reassoc", "contract", "nsz", "arcp"} if fastmath else False
    decorate = numba.njit(nogil=True, cache=_keep, error_model="numpy", fastmath=flags)
    return (lambda f: _forgiving(decorate(f))) if function is None else _forgiving(decorate(function))


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
