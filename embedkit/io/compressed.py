"""gzip, bzip2 and xz, recognised by their bytes and read member after member."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable

from ..errors import FormatError

CHUNK = 1 << 20
XZ_MEMORY = 66 << 20  # bytes; files of `xz -9` need 65 MiB
HEAD = 1 << 16  # bytes that are looked at, at most
_GZIP, _BZIP2, _XZ = b"\x1f\x8b\x08", b"BZh91AY&SY", b"\xfd7zXZ\x00"
# What is set in its ten bytes but for the time: flags, of which three bits are free; level; system.
_GZIP_HEADER = re.compile(rb"...[\0-\x1f].{4}[\0\2\4][\0-\x0d\xff]", re.DOTALL)


def decompressor(ahead: Callable[[int], bytes]):
    """Factory of decompressors and the error they raise; None for plain data. `ahead(n)` are the n first bytes, more
    that are there already, or all there are.

    A text may begin like compressed data, with any word. But it has no zero byte, and they have: all but short ones,
    which are seen to unpack.
    """
    magic = _magic(ahead)
    if magic is None:
        return None
    found = _DECOMPRESSORS[magic]()
    return found if _is_packed(magic, *found, ahead) else None


def _magic(ahead: Callable[[int], bytes]) -> bytes | None:
    head, size = b"", 1
    while len(head := ahead(size)) >= size:  # nobody waits for more than can make a difference
        known = re.sub(rb"\ABZh[1-9]", b"BZh9", head)  # bzip2's level
        for magic in _DECOMPRESSORS:
            if known.startswith(magic):
                return magic
        if not any(magic.startswith(known) for magic in _DECOMPRESSORS):
            return None
        size = len(head) + 1
    return None


def _is_packed(magic: bytes, new, damage: type[Exception], ahead: Callable[[int], bytes]) -> bool:
    head = ahead(10)
    while not (b"\0" in head and (magic != _GZIP or len(head) < 10 or _GZIP_HEADER.match(head))):
        more = ahead(len(head) + 1) if len(head) < HEAD else head
        if len(more) == len(head):
            return _unpacks(new(), damage, head)
        head = more
    return True


def _unpacks(member, damage: type[Exception], head: bytes) -> bool:
    """True where `head`, the whole file if it is short, is compressed data without a fault."""
    try:
        data = member.decompress(head, CHUNK)
    except damage:
        return False
    return member.eof or len(data) == CHUNK or len(head) >= HEAD and bool(data)


def gzip_compressor():
    """Compressor of a gzip file: no name and no time in it, so that the same data give the same bytes."""
    return zlib.compressobj(wbits=31)


def _gzip():
    return (lambda: zlib.decompressobj(31)), zlib.error


def _bzip2():
    import bz2

    return bz2.BZ2Decompressor, OSError


def _xz():
    import lzma

    # By default anything after a stream may be one of the old .lzma format, which has no magic: claims of 4 GB.
    return (lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, XZ_MEMORY)), lzma.LZMAError


_DECOMPRESSORS = {_GZIP: _gzip, _BZIP2: _bzip2, _XZ: _xz}


class Decompressed(io.RawIOBase):
    """The decompressed content of `source`; FormatError where it is damaged, ends early or junk follows it.

    `new` and `damage` come from `decompressor`; `path` names the file in errors.
    """

    def __init__(self, path, source: io.BufferedReader, new, damage: type[Exception]):
        self._path, self._source, self._new, self._damage = path, source, new, damage
        self._member, self._input = new(), b""
        self.packed = 0  # bytes read from `source`

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while True:
            if self._member.eof and not self._next_member():
                return 0
            if not self._input and getattr(self._member, "needs_input", True):
                self._input = self._source.read1(CHUNK)
                self.packed += len(self._input)
                if not self._input:
                    raise self._damaged("it ends early")
            try:
                data = self._member.decompress(self._input, len(buffer))
            except self._damage as error:
                raise self._damaged(str(error)) from error
            self._input = getattr(self._member, "unconsumed_tail", b"")
            if data:
                buffer[: len(data)] = data
                return len(data)

    def _next_member(self) -> bool:
        """Zero bytes between members are padding; anything else must be the next member."""
        self._input = self._member.unused_data.lstrip(b"\0")
        while not self._input:
            block = self._source.read1(CHUNK)
            if not block:
                return False
            self.packed += len(block)
            self._input = block.lstrip(b"\0")
        self._member = self._new()
        return True

    def _damaged(self, why: str) -> FormatError:
        return FormatError(self._path, f"damaged compressed data: {why}", "fetch or compress the file again")

    def close(self) -> None:
        self._source.close()
        super().close()
