"""Long arrays made piece by piece: in memory, or in a temporary file where memory is limited.

The file lies in $TMPDIR (or the system's default) and has no name, so nothing is left behind however the run ends.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import suppress

import numpy as np

from .errors import EmbedkitError

PIECE = 1 << 22


class Spool:
    """An array that grows at its end; `array()` hands it over, mapped read-only if it lies on disk."""

    def __init__(self, dtype, on_disk: bool = False):
        self.dtype, self._parts, self._file, self._lengths = np.dtype(dtype), [], None, []
        if on_disk:
            import tempfile

            self._file = tempfile.TemporaryFile(prefix="embedkit-")  # noqa: SIM115 (closed by array or __del__)

    def __del__(self):
        if self._file is not None:
            with suppress(OSError):
                self._file.close()

    def __len__(self) -> int:
        return sum(self._lengths)

    def append(self, part: np.ndarray) -> None:
        """Add (n,) values of the spool's dtype; the caller may reuse `part` only if the spool is on disk."""
        self._lengths.append(len(part))
        if self._file is None:
            self._parts.append(part)
            return
        try:
            self._file.write(memoryview(np.ascontiguousarray(part, self.dtype)).cast("B"))
        except OSError as error:
            raise EmbedkitError(f"temporary file: {error.strerror}", "set TMPDIR to a folder with more room") from error

    def parts(self) -> Iterator[np.ndarray]:
        """What was appended, part by part, writable; the spool lets go of each part in memory, and can be read once."""
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
            self._file.flush()
            mapped = np.memmap(self._file, self.dtype, "r") if len(self) else np.empty(0, self.dtype)
            self._file.close()
            return mapped
        out, at = np.empty(len(self), self.dtype), 0
        for part in self.parts():
            out[at : at + len(part)] = part
            at += len(part)
        return out


def pieces(array: np.ndarray, size: int = PIECE) -> Iterator[np.ndarray]:
    """`array` in slices of `size` values; mapped pages are given back when their slice is done."""
    for start in range(0, len(array), size):
        yield array[start : start + size]
        release(array)


def release(array: np.ndarray) -> None:
    """Give back the memory of a mapped file's pages; they are read again when needed. Nothing for other arrays."""
    base = array
    while isinstance(base, (np.ndarray, memoryview)):
        base = base.base if isinstance(base, np.ndarray) else base.obj
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)
