"""Byte-level text (GPT-2): each byte has a printable character, and a line falls into pieces that no merge crosses."""

from __future__ import annotations

import re
import unicodedata

LETTER, NUMBER, SPACE, OTHER = range(4)  # kinds of characters
CODES = 0x110000  # code points of Unicode
_ASSIGNED = 0x32400  # from here on no letter, number or space
# Unicode's White_Space. Python's own is wider: it has four separators of ASCII besides.
_SPACES = {*range(9, 14), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}
_MARKS = "LN_O"  # of the kinds, in a line of them; the space itself stays one
_PIECE = re.compile(r" ?L+| ?N+| ?O+|[ _]+(?![^ _])|[ _]+")
_CONTRACTION = re.compile(r"'(?:[stmd]|re|ve|ll)")


def _alphabet() -> list[str]:
    """The character of each byte: itself where it is printable, else one from U+0100 on (the space: Ġ)."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in printable else next(others)) for byte in range(256)]


ALPHABET = _alphabet()
_BYTES = {char: byte for byte, char in enumerate(ALPHABET)}


def spelt(data: bytes) -> str:
    """`data`, a character for each byte."""
    return "".join(ALPHABET[byte] for byte in data)


def unspelt(token: str) -> bytes | None:
    """The bytes that `token` spells; None where a character of it is not of the alphabet."""
    try:
        return bytes(_BYTES[char] for char in token)
    except KeyError:
        return None


def kind(code: int) -> int:
    """LETTER (L*), NUMBER (N*), SPACE (White_Space) or OTHER: what the code point is."""
    if code in _SPACES:
        return SPACE
    return {"L": LETTER, "N": NUMBER}.get(unicodedata.category(chr(code))[0], OTHER)


def kinds(codes: int = CODES) -> bytes:
    """The kinds of the code points below `codes`."""
    known = min(codes, _ASSIGNED)
    return bytes(map(kind, range(known))) + bytes([OTHER]) * (codes - known)


class _Marks(dict):
    """The mark of each code point, for `str.translate`; made as they come."""

    def __missing__(self, code: int) -> str:
        self[code] = mark = " " if code == 0x20 else _MARKS[kind(code)]
        return mark


_marks = _Marks()


def pieces(line: str) -> list[str]:
    """The pieces of a line, which together are the line, as GPT-2's expression finds them:

        's|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+

    Python's own expressions have no \\p{L}, so a line of marks, one for each character, is searched instead.
    """
    marks, found, at = line.translate(_marks), [], 0
    while at < len(line):
        match = (_CONTRACTION.match(line, at) if line[at] == "'" else None) or _PIECE.match(marks, at)
        found.append(line[at : match.end()])
        at = match.end()
    return found
