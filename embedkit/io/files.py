"""Opening what is read and replacing what is written: every file of the package passes through here."""

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
from . import temporary
from .compressed import CHUNK, Decompressed, decompressor, gzip_compressor
from .lines import Lines

if TYPE_CHECKING:
    import numpy as np

# The process's own descriptors: opening such a name again would start over at byte 0 of a redirected file.
_DESCRIPTOR = re.compile(r"/dev/fd/(\d+)|/proc/self/fd/(\d+)")
MAX_RATIO = 100  # what is unpacked, to what the file has: text and counts shrink to a tenth, bombs to a thousandth
SMALL = 1 << 24  # bytes that any file may unpack to
NATIVE_SUFFIXES = (".safetensors", "")  # of names of files in the native container
_AHEAD = 1 << 12  # bytes that are read at a time to see what a file is
_STREAMS = {"-": 1, "/dev/stdout": 1, "/dev/stderr": 2}


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


def is_stream(path) -> bool:
    """True if `path` names a descriptor of this process, not a file of that name, wherever it is redirected to."""
    return path in _STREAMS or _DESCRIPTOR.fullmatch(path) is not None


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

    path = os.fspath(path)
    try:
        if is_plain(path):
            with open(path, "rb", buffering=0) as file:
                if os.fstat(file.fileno()).st_size:
                    return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), np.uint8)
    except OSError as error:
        if error.errno != errno.ENODEV:  # a file system without memory maps
            raise reading_error(path, error) from error
    array = np.frombuffer(read_whole(path), np.uint8)
    array.flags.writeable = False
    return array


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


class Output:
    """A file that appears complete or not at all.

    `with Output(path) as out: out.write(data)`. A regular file is written under a temporary name in its own
    directory, fsynced and renamed over `path` when the block ends; after an exception nothing has changed and
    nothing is left. Symbolic links are followed, the old file's mode is kept. Devices, pipes and "-" (standard
    output) are written straight through, but nothing binary to a terminal; `is_text` says that it is none. Whatever
    the system refuses becomes an EmbedkitError that names the path; a closed pipe stays a BrokenPipeError. Text, and
    what else `packs`, is compressed where the suffix is .gz.
    """

    def __init__(self, path, is_text: bool = False, packs: bool = False):
        self.path = os.fspath(path)
        self._packer = gzip_compressor() if (is_text or packs) and without_gz(self.path) != self.path else None
        self.is_text, self.written = is_text, 0  # bytes of the file
        self._fd = self._stream = self._temporary = None
        self._owned = True
        self._pending = bytearray()

    def __enter__(self) -> Output:
        with self._reported():
            try:
                self._open()
                self._check_terminal()
            except (OSError, EmbedkitError):
                self._discard()
                raise
        return self

    def _check_terminal(self) -> None:
        if not self.is_text and self._fd is not None and os.isatty(self._fd):
            raise EmbedkitError(
                f"{self.path}: is a terminal, and what would be written is binary",
                "redirect it (> FILE), or name a file instead, as in -o FILE",
            )

    def _open(self) -> None:
        number = _STREAMS.get(self.path)
        if match := _DESCRIPTOR.fullmatch(self.path):
            number = int(match[1] or match[2])
        if number is not None:
            self._open_descriptor(number)
            return
        if self.path.endswith(os.sep):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        try:
            info = os.stat(self.path)
        except FileNotFoundError:
            if not self.path:
                raise
            info = None
        if info is not None and not stat.S_ISREG(info.st_mode):
            self._fd = os.open(self.path, os.O_WRONLY | os.O_CLOEXEC)
            return
        self._target = os.path.realpath(self.path)
        if info is not None and not os.access(self._target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        self._fd, self._temporary = temporary.create(self._target)
        if info is not None:
            os.fchmod(self._fd, stat.S_IMODE(info.st_mode))

    def _open_descriptor(self, number: int) -> None:
        if number in (1, 2):
            stream = (sys.stdout, sys.stderr)[number - 1]
            if stream is None:
                # Closed from outside: by now the number may belong to some other file of ours.
                raise OSError(errno.EBADF, os.strerror(errno.EBADF))
            stream.flush()
            try:
                number = stream.fileno()
            except (OSError, AttributeError):  # a stream in memory
                self._stream = stream.buffer
                return
        self._fd, self._owned = number, False

    def reserve(self, nbytes: int) -> None:
        """Claims disk space for the next `nbytes` bytes, so that a full disk fails now; what is not used is freed."""
        if self._temporary is None or self._packer is not None or nbytes <= 0:
            return
        with self._reported():
            try:
                os.posix_fallocate(self._fd, self.written, nbytes)
            except OSError as error:
                if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
                    raise

    def write(self, data) -> None:
        """Appends `data`: bytes, or any C-contiguous array."""
        view = memoryview(data)
        if not view.nbytes:
            return
        view = view.cast("B")
        if self._packer is None:
            self._append(view)
            return
        for start in range(0, len(view), CHUNK):
            self._append(memoryview(self._packer.compress(view[start : start + CHUNK])))

    def _append(self, view: memoryview) -> None:
        self.written += len(view)
        if len(self._pending) + len(view) <= CHUNK:
            self._pending += view
            return
        self._drain()
        self._put(view)

    def _drain(self) -> None:
        pending, self._pending = self._pending, bytearray()
        self._put(memoryview(pending))

    def _put(self, view: memoryview) -> None:
        with self._reported():
            if self._stream is not None:
                self._stream.write(view)
                return
            while view:
                view = view[os.write(self._fd, view[: 64 * CHUNK]) :]

    def __exit__(self, kind, value, traceback) -> None:
        with self._reported():
            try:
                if kind is None:
                    if self._packer is not None:
                        self._append(memoryview(self._packer.flush()))
                    self._drain()
                    self._commit()
            finally:
                self._discard()

    def _commit(self) -> None:
        if self._stream is not None:
            self._stream.flush()
        if self._temporary is None:
            return
        os.ftruncate(self._fd, self.written)
        os.fsync(self._fd)
        fd, self._fd = self._fd, None
        os.close(fd)
        os.replace(self._temporary, self._target)
        self._temporary = None
        folder = os.open(os.path.dirname(self._target), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        except OSError as error:
            if error.errno != errno.EINVAL:  # some file systems cannot sync a directory
                raise
        finally:
            os.close(folder)

    def _discard(self) -> None:
        """Closes what is open and removes a temporary file that did not become the target."""
        fd, self._fd = self._fd, None
        path, self._temporary = self._temporary, None
        if path is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        if fd is not None and self._owned:
            os.close(fd)

    @contextlib.contextmanager
    def _reported(self):
        try:
            yield
        except BrokenPipeError:
            raise
        except FileNotFoundError as error:
            raise EmbedkitError(f"{self.path}: cannot be written: there is no such directory") from error
        except OSError as error:
            raise EmbedkitError(f"{self.path}: cannot be written: {error.strerror or error}") from error
