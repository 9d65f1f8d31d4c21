"""Long arrays made piece by piece: in memory as long as they have room there, then in a temporary file.

The file lies in $TMPDIR (or the system's default) and has no name, so nothing is left behind however the run ends.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np

from ..errors import EmbedkitError

PIECE = 1 << 22


class Spool:
    """An array that grows at its end; `array()` hands it over, mapped read-only if it lies on disk.

    room : bytes that it may have in memory; None is all it needs
    """

    def __init__(self, dtype, room: int | None = None):
        self.dtype, self.room, self._parts, self._file = np.dtype(dtype), room, [], None
        self._lengths, self._total = [], 0

    def __del__(self):
        if self._file is not None:
            with suppress(OSError):
                self._file.close()

    @property
    def is_on_disk(self) -> bool:
        """True if what was appended has outgrown its room."""
        return self._file is not None

    def __len__(self) -> int:
        return self._total

    def append(self, part: np.ndarray) -> None:
        """Add (n,) values of the spool's dtype, which the caller must not change afterwards."""
        self._lengths.append(len(part))
        self._total += len(part)
        self._parts.append(part)
        if self.room is not None and (self._file is not None or len(self) * self.dtype.itemsize > self.room):
            self._spill()

    def _spill(self) -> None:
        """Move what is in memory to the file."""
        with _reported():
            if self._file is None:
                self._file = _nameless()
            for part in self._parts:
                self._file.write(memoryview(np.ascontiguousarray(part, self.dtype)).cast("B"))
            self._file.flush()
        self._parts = []

    def parts(self) -> Iterator[np.ndarray]:
        """The appended parts, writable; the spool lets go of each part in memory, and can be read once."""
        if self._file is None:
            self._parts.reverse()
            while self._parts:
                yield self._parts.pop()
            return
        self._file.seek(0)
        for length in self._lengths:
            yield np.frombuffer(bytearray(self._file.read(length * self.dtype.itemsize)), self.dtype)
        self._file.close()

    def array(self) -> np.ndarray:
        """All that was appended, as one array; in memory, never are all parts there twice."""
        if self._file is not None:
            mapped = np.memmap(self._file, self.dtype, "r") if len(self) else np.empty(0, self.dtype)
            self._file.close()
            return mapped
        out, at = np.empty(len(self), self.dtype), 0
        for part in self.parts():
            out[at : at + len(part)] = part
            at += len(part)
        return out


def reserved(dtype, size: int) -> np.ndarray:
    """(size,) writable zeros, mapped from a temporary file that has its space on disk: no write to it can fail."""
    if not size:
        return np.empty(0, dtype)
    with _reported(), _nameless() as file:
        nbytes = size * np.dtype(dtype).itemsize
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, nbytes)
        else:
            for start in range(0, nbytes, PIECE):
                file.write(bytes(min(PIECE, nbytes - start)))
            file.flush()
        return np.memmap(file, dtype, "r+", shape=(size,))


def _nameless():
    import tempfile

    return tempfile.TemporaryFile(prefix="embedkit-")


@contextmanager
def _reported():
    try:
        yield
    except OSError as error:
        raise EmbedkitError(f"temporary file: {error.strerror}", "set TMPDIR to a folder with more room") from error


def pieces(array: np.ndarray, size: int = PIECE) -> Iterator[np.ndarray]:
    """`array` in slices of `size` values; mapped pages are given back when their slice is done."""
    for start in range(0, len(array), size):
        yield array[start : start + size]
        release(array)


def release(*arrays: np.ndarray) -> None:
    """Give back the memory of mapped files' pages; they are read again when needed. Nothing for other arrays."""
    for base in map(_base, arrays):
        if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            base.madvise(mmap.MADV_DONTNEED)


def held(*arrays: np.ndarray) -> int:
    """Bytes that arrays take in memory; those of mapped files take none."""
    return sum(array.nbytes for array in arrays if not isinstance(_base(array), mmap.mmap))


def _base(array: np.ndarray):
    """The owner of the bytes of an array, or of a view of one."""
    while isinstance(array, (np.ndarray, memoryview)):
        array = array.base if isinstance(array, np.ndarray) else array.obj
    return array
