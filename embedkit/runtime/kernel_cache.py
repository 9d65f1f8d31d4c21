"""The cache of compiled kernels: numba's files, under names of our own.

numba numbers the files of a kernel and keeps an index of what is in which. It does not see what a kernel takes from
other files, and an index that was written before its file, or by two runs at once, gives a run other code than it asked
for. Here the name of a file says all that its code depends on, so no file ever holds the wrong one.
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from functools import cache

import llvmlite
import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile, NullCache

from .folders import cache_folder, obstacle
from .progress import current

TIME = "about 10 s"


def _surroundings() -> str:
    """A hash of what every kernel is made with: the files that kernels take code from, the compiler, its settings."""
    config, folder = numba.config, os.path.dirname(os.path.abspath(__file__))
    settings = (config.OPT, config.LOOP_VECTORIZE, config.SLP_VECTORIZE, config.USING_SVML, config.BOUNDSCHECK)
    found = hashlib.sha256(f"{numba.__version__} {llvmlite.__version__} {[str(s) for s in settings]}".encode())
    for name in ("jit.py", "simd.py", "kernel_cache.py"):
        found.update(__spec__.loader.get_data(os.path.join(folder, name)))
    return found.hexdigest()


SURROUNDINGS = _surroundings()


@cache
def _others(module: str) -> str:
    """A hash of the files of kernels that the file `module` takes code from, and that those take code from."""
    found, seen, left = hashlib.sha256(), {module}, [module]
    while left:
        names = {getattr(value, "__module__", None) for value in vars(sys.modules[left.pop()]).values()}
        for name in sorted(name for name in names - seen if name and name.endswith("._kernels")):
            found.update(sys.modules[name].__spec__.loader.get_data(sys.modules[name].__file__))
            seen.add(name)
            left.append(name)
    return found.hexdigest()


class _Files(IndexDataCacheFile):
    """The files of one kernel: `source` and `others` decide what the kernel is, the key what it is compiled for."""

    def __init__(self, folder: str, base: str, source, others: str):
        super().__init__(folder, base, source)
        self._folder = folder
        self._base = f"{base}.{_digest(source, others, SURROUNDINGS)}"
        self._stale = f"{base}."

    def _file(self, key) -> str:
        return f"{self._base}.{_digest(key)}.nbc"

    def load(self, key):
        with suppress(FileNotFoundError):
            return self._load_data(self._file(key))

    def save(self, key, data) -> None:
        for name in os.listdir(self._folder):
            if name.startswith(self._stale) and not name.startswith(self._base):
                with suppress(OSError):  # another run may have been faster
                    os.unlink(os.path.join(self._folder, name))
        self._save_data(self._file(key), data)


def _digest(*parts) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


class _Kept(FunctionCache):
    """The cache that numba asks for a kernel before it compiles one. Damaged or full, it costs only time."""

    def __init__(self, function):
        super().__init__(function)
        source = self._impl.locator.get_source_stamp()
        self._cache_file = _Files(self.cache_path, self._impl.filename_base, source, _others(function.__module__))

    def load_overload(self, signature, target):
        found = None
        with suppress(Exception):
            found = super().load_overload(signature, target)
        if found is None:
            current().say(f"compiling kernels (once; {TIME})", once="compiling")
        return found

    def save_overload(self, signature, compiled) -> None:
        try:
            super().save_overload(signature, compiled)
        except Exception as error:
            cause = getattr(error, "strerror", None) or error
            current().say(f"kernels are not kept: {self.cache_path}: {cause}", once="not kept")


class NothingKept(NullCache):
    """No cache, because of a `cause`."""

    def __init__(self, cause: str):
        self.cause = cause

    def load_overload(self, signature, target) -> None:
        current().say(
            f"compiling kernels ({TIME}, in every run, as they cannot be kept: {self.cause})", once="compiling"
        )


def kept(function):
    """The cache of the kernel `function`, or `NothingKept` where no folder for it can be written."""
    try:
        return _Kept(function)
    except RuntimeError:
        folder = numba.config.CACHE_DIR or cache_folder("numba")
        return NothingKept(obstacle(folder) or folder)
