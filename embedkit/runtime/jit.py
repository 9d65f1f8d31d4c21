"""The one place that prepares numba; every `_kernels.py` takes its decorators from here.

Compiled kernels are kept beside the source. Where that cannot be written (a system-wide install) they go to the user's
cache folder, and where that fails too they are compiled anew in each run instead of failing. The run at work says that
it compiles, once, and why nothing is kept.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import contextmanager

import numpy as np

_is_command = "embedkit.cli" in sys.modules
if _is_command:
    # numba makes hundreds of thousands of objects that stay. To look for rings among them after every 700 new ones, as
    # Python does by default, is a tenth of the time that it takes to load.
    gc.set_threshold(20_000)


@contextmanager
def _hidden(name: str):
    """Inside, the command's numba finds the module missing. As a library we leave numba as others expect it."""
    if not _is_command or name in sys.modules:
        yield
        return
    sys.modules[name] = None
    try:
        yield
    finally:
        del sys.modules[name]


with _hidden("colorama"):  # with which numba writes to every terminal at the end, where it is installed
    import numba

from .folders import cache_folder, obstacle  # noqa: E402
from .kernel_cache import NothingKept, kept  # noqa: E402

with _hidden("scipy.linalg"):  # for matrix products inside kernels, 0.13 s of every start; ours have none
    import numba.np.arraymath

_unkept = ""
if "NUMBA_CACHE_DIR" not in os.environ and not os.access(os.path.dirname(os.path.abspath(__file__)), os.W_OK):
    _unkept = obstacle(cache_folder("numba"))
    numba.config.CACHE_DIR = cache_folder("numba")


def kernel(function=None, *, fastmath: bool = False):
    """Compile without the interpreter lock, so that Python threads run kernels side by side.

    Kernels call `inlined` functions, never each other. `fastmath` lets sums be reordered, without which no reduction
    vectorises; NaN and infinity stay meaningful.
    """
    return _decorator(function, lambda f: _cached(numba.njit(nogil=True, **_options(fastmath))(f)))


def inlined(function=None, *, fastmath: bool = False):
    """A function that kernels call, compiled into each of them.

    Left to the compiler, some would stay functions of their own, of which a process that compiles has two: its own,
    and the copy that was optimised once more with the kernel. Calls would go to the one where the kernel is compiled,
    and to the other where it comes from the cache, and sums in another order are other sums.
    """
    return _decorator(function, numba.njit(forceinline=True, **_options(fastmath)))


def _decorator(function, decorate):
    return decorate if function is None else decorate(function)


def _options(fastmath: bool) -> dict:
    return {"error_model": "numpy", "fastmath": {"reassoc", "contract", "nsz", "arcp"} if fastmath else False}


def _cached(dispatcher):
    if numba.config.DISABLE_JIT:
        return np.errstate(over="ignore")(dispatcher)  # integers wrap without a warning, as compiled ones do
    dispatcher._cache = NothingKept(_unkept) if _unkept else kept(dispatcher.py_func)
    return dispatcher
