"""Opening files to read: every file that the package reads passes through here (`output` has those it writes)."""

from __future__ import annotations

import contextlib
import errno
import io
import mmap
import os
import re
import stat
import sys
from typing import TYPE_CHECKING

from ..errors import EmbedkitError, FormatError
from .compressed import CHUNK, Decompressed, decompressor
from .lines import Lines

if TYPE_CHECKING:
    import numpy as np

# The process's own descriptors: opening such a name again would start over at byte 0 of a redirected file.
DESCRIPTOR = re.compile(r"/dev/fd/(\d+)|/proc/self/fd/(\d+)")
MAX_RATIO = 100  # what is unpacked, to what the file has: text and counts shrink to a tenth, bombs to a thousandth
SMALL = 1 << 24  # bytes that any file may unpack to
NATIVE_SUFFIXES = (".safetensors", "")  # of names of files in the native container
_AHEAD = 1 << 12  # bytes that are read at a time to see what a file is
STANDARD = {"-": 1, "/dev/stdout": 1, "/dev/stderr": 2}


def open_input(path) -> io.BufferedReader:
    """`path` for reading, decompressed where it is gzip, bzip2 or xz, whatever its name; "-" is standard input.

    EmbedkitError where the file is missing, a directory or unreadable; FormatError, while reading, where
    compressed data is damaged or ends early.
    """
    if isinstance(path, Lines):
        return path.open()
    path = os.fspath(path)
    raw = _Source(path)
    source = io.BufferedReader(raw, CHUNK)
    try:
        packed = decompressor(raw.ahead)
    except EmbedkitError:
        source.close()
        raise
    return source if packed is None else io.BufferedReader(Decompressed(path, source, *packed), CHUNK)


def free_space(path) -> int | None:
    """Bytes that the disk of the file `path` still has, None where no system tells."""
    with contextlib.suppress(OSError, AttributeError):
        disk = os.statvfs(os.path.dirname(os.path.realpath(path)))
        return disk.f_bavail * disk.f_frsize
    return None


def is_descriptor(path) -> bool:
    """True if `path` names a descriptor of this process, not a file of that name, wherever it is redirected to."""
    return path in STANDARD or DESCRIPTOR.fullmatch(path) is not None


def without_gz(path) -> str:
    """`path` without a suffix .gz, which asks for compression where text is written."""
    path = os.fspath(path)
    return path[:-3] if path[-3:].lower() == ".gz" else path


def is_plain(path) -> bool:
    """True if `path` is a regular file that is not compressed, so that `map_input` maps it."""
    if isinstance(path, Lines):
        return False
    path = os.fspath(path)
    try:
        # Asked before opening: opening and closing a pipe would kill its writer.
        if path == "-" or not stat.S_ISREG(os.stat(path).st_mode):
            return False
    except OSError as error:
        raise reading_error(path, error) from error
    with _Source(path) as source:
        return not decompressor(source.ahead)


def map_input(path) -> np.ndarray:
    """All bytes of `path`, a read-only uint8 array: a map of a plain regular file, else (decompressed) in memory."""
    import numpy as np

    array = np.frombuffer(map_bytes(path), np.uint8)
    array.flags.writeable = False
    return array


def map_bytes(path) -> mmap.mmap | bytearray:
    """As `map_input`, for those who need no array: slices, `find` and `rfind` give bytes and places."""
    path = os.fspath(path)
    try:
        if is_plain(path):
            with open(path, "rb", buffering=0) as file:
                if os.fstat(file.fileno()).st_size:
                    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        if error.errno != errno.ENODEV:  # a file system without memory maps
            raise reading_error(path, error) from error
    return read_whole(path)


def read_whole(path) -> bytearray:
    """All bytes of `path`, decompressed. FormatError where they are more than MAX_RATIO times what is compressed."""
    # A growing bytearray is moved by the kernel, not copied: the peak stays near the size of the data.
    data = bytearray()
    with open_input(path) as file:
        while block := file.read(CHUNK):
            data += block
            if isinstance(file.raw, Decompressed) and len(data) > MAX_RATIO * file.raw.packed + SMALL:
                raise grows_too_much(path, "if it is no bomb, unpack it first")
    return data


def grows_too_much(path, hint: str) -> FormatError:
    """The error for a file that is more than MAX_RATIO times as large unpacked."""
    return FormatError(path, f"unpacked, it would be more than {MAX_RATIO} times as large", hint)


def reading_error(path, error: OSError) -> EmbedkitError:
    """The error for a file that cannot be read."""
    if isinstance(error, FileNotFoundError):
        return EmbedkitError(f"{path}: no such file")
    if isinstance(error, IsADirectoryError):
        return EmbedkitError(f"{path}: is a directory, a file is needed")
    return EmbedkitError(f"{path}: cannot be read: {error.strerror or error}")


class _Source(io.RawIOBase):
    """A file, or standard input, which stays open; OSErrors become ours."""

    def __init__(self, path: str):
        self._path, self._ahead = path, b""
        if path == "-" and sys.stdin is None:
            raise EmbedkitError("-: stdin is closed", "name a file, or pipe one in")
        try:
            self._file = None if path == "-" else io.FileIO(path)
        except OSError as error:
            raise reading_error(path, error) from error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        data, self._ahead = self._ahead[: len(buffer)], self._ahead[len(buffer) :]
        try:
            if not data and self._file is not None:
                return self._file.readinto(buffer)
            data = data or sys.stdin.buffer.read1(len(buffer))
        except OSError as error:
            raise reading_error(self._path, error) from error
        buffer[: len(data)] = data
        return len(data)

    def ahead(self, size: int) -> bytes:
        """The next `size` bytes, more that are there, or all there are; they are still to be read."""
        found, self._ahead = self._ahead, b""
        while len(found) < size and (data := self.read(_AHEAD)):
            found += data
        self._ahead = found
        return found

    def close(self) -> None:
        if not self.closed and self._file is not None:
            self._file.close()
        super().close()
