"""gzip, bzip2 and xz, recognised by their first bytes and read member after member."""

from __future__ import annotations

import io
import re
import zlib

from ..errors import FormatError

CHUNK = 1 << 20
XZ_MEMORY = 66 << 20  # bytes; files of `xz -9` need 65 MiB
_GZIP, _BZIP2, _XZ = b"\x1f\x8b\x08", re.compile(rb"BZh[1-9]1AY&SY"), b"\xfd7zXZ\x00"


def decompressor(head: bytes):
    """For data that starts with `head`: what makes a decompressor and the error it raises; None for plain data."""
    # The three upper bits of gzip's flags are zero: a space, as after a word of these bytes, is no flag.
    if head.startswith(_GZIP) and not (head[3:4] or b"\0")[0] & 0xE0:
        return (lambda: zlib.decompressobj(31)), zlib.error
    if _BZIP2.match(head):
        import bz2

        return bz2.BZ2Decompressor, OSError
    if head.startswith(_XZ):
        import lzma

        # By default anything after a stream may be one of the old .lzma format, which has no magic: claims of 4 GB.
        return (lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, XZ_MEMORY)), lzma.LZMAError
    return None


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
