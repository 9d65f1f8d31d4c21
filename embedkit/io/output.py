"""Files that appear complete or not at all: every file that the package writes passes through here."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys

from ..errors import EmbedkitError
from . import temporary
from .compressed import CHUNK, gzip_compressor
from .files import DESCRIPTOR, STANDARD, without_gz


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
        number = STANDARD.get(self.path)
        if match := DESCRIPTOR.fullmatch(self.path):
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
