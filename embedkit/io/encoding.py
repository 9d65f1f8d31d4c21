"""Text in other encodings than UTF-8: their names, what decodes them on the way in, and which one bytes look like."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterable

from ..errors import FormatError, OptionError
from .files import CHUNK, open_input
from .lines import Lines

UTF8 = "utf-8"
# Codecs for strings inside of something else: names of hosts, literals of programs.
_NO_TEXT = {"charmap", "idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"}
SAMPLE = 1 << 16  # bytes that tell an encoding


def canonical(name: str) -> str:
    """Python's own spelling of an encoding. OptionError where none has this name, or what has it is not of text."""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):  # ValueError: a zero in the name
        raise OptionError(f"there is no encoding {name!r}", "as Python calls them: cp949, shift_jis, utf-16") from None
    try:
        "".encode(found)
        is_text = found.replace("_", "-") not in _NO_TEXT
    except (LookupError, UnicodeError):
        is_text = False
    if not is_text:
        raise OptionError(f"{name!r} is no encoding of text", "as Python calls them: cp949, shift_jis, utf-16")
    return found


def open_text(path, encoding: str = UTF8, errors: str = "strict", checked: bool = False) -> io.BufferedReader:
    """`open_input` of a text, whose bytes become UTF-8; UTF-8 is looked at if it is to be `checked`, lines in memory
    are not.

    FormatError, while reading, at the first byte that is not of the encoding, unless `errors` is "replace".
    """
    encoding, file = canonical(encoding), open_input(path)
    if encoding == UTF8 and not checked or isinstance(path, Lines):
        return file
    return io.BufferedReader(Recoded(path, file, encoding, errors), CHUNK)


class Recoded(io.RawIOBase):
    """The text in `source`, decoded piece by piece and written in UTF-8."""

    def __init__(self, path, source: io.BufferedReader, encoding: str, errors: str):
        self._path, self._source, self._encoding, self._errors = path, source, encoding, errors
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._read, self._ready, self._has_ended = 0, b"", False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while not self._ready and not self._has_ended:
            block = self._source.read1(CHUNK)
            self._has_ended = not block
            self._read += len(block)
            self._ready = self._decoded(block)
        data, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)

    def _decoded(self, block: bytes) -> bytes:
        try:
            text = self._decoder.decode(block, not block)
        except UnicodeDecodeError as error:
            # What is decoded may begin with bytes of the block before.
            place, byte = self._read - len(error.object) + error.start, error.object[error.start]
            name = "UTF-8" if self._encoding == UTF8 else self._encoding
            hint = advice(error.object.split(), self._encoding)
            raise FormatError(self._path, f"invalid {name} (0x{byte:02x})", hint, offset=place) from None
        except UnicodeError as error:
            raise FormatError(self._path, str(error), f"without one: --encoding {self._encoding}-le or -be") from None
        try:
            return text.encode()
        except UnicodeEncodeError:  # half a character, which UTF-7 can spell
            if self._errors == "strict":
                message = f"invalid {self._encoding}: half of a surrogate pair"
                raise FormatError(self._path, message, advice([], self._encoding)) from None
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()

    def close(self) -> None:
        self._source.close()
        super().close()


def advice(words: Iterable[bytes], given: str = UTF8) -> str:
    """A hint about a text with bytes that are not of the encoding `given`; `words` are some of it."""
    found = likely(words)
    if found not in (None, given):
        return (
            "this looks like UTF-8: leave --encoding out" if found == UTF8 else f"{_looks(found)}: --encoding {found}"
        )
    other = "" if given != UTF8 else "--encoding NAME reads another encoding, "
    return f"{other}--encoding-errors replace puts U+FFFD there"


def conversion(path, words: Iterable[bytes]) -> str:
    """A hint about a file that must be UTF-8, and is not; `words` are some of it."""
    found = likely(words)
    if found in (None, UTF8):
        return ""
    return f"{_looks(found)}: iconv -f {found.replace('_', '-').upper()} -t UTF-8 {path}"


def _looks(found: str) -> str:
    return f"this looks like {_LIKELY[found][0]}"


def likely(words: Iterable[bytes]) -> str | None:
    """The encoding that the bytes of some words look like, None where none is plausible."""
    sample, size = [], 0
    for word in words:
        if not word.isascii():
            sample.append(word)
            size += len(word)
        if size > SAMPLE:
            break
    if _decoded(sample, UTF8):
        return UTF8
    if any(0 in word for word in sample):  # of UTF-16, or no text at all
        return None
    for name, (_, is_plausible) in _LIKELY.items():
        text = _decoded(sample, name)
        if text and is_plausible(text):
            return name
    return None


def _decoded(words: list[bytes], encoding: str) -> str:
    """The words, nothing where more than one in ten is not of this encoding: a sample may be cut, or damaged."""
    found = []
    for word in words:
        try:
            found.append(word.decode(encoding))
        except UnicodeDecodeError:
            continue
    return " ".join(found) if 10 * len(found) >= 9 * len(words) else ""


def _share(text: str, belongs: Callable[[str], bool]) -> float:
    """Share of a kind among the characters beyond ASCII."""
    others = [char for char in text if not char.isascii()]
    return sum(map(belongs, others)) / max(1, len(others))


def _is_korean(text: str) -> bool:
    """Mostly syllables of KS X 1001, of which both bytes are high, and hardly any Chinese character."""
    syllables = _share(text, lambda char: "가" <= char <= "힣" and min(char.encode("cp949")) >= 0xA1)
    return syllables >= 0.5 and _share(text, _is_han) <= 0.1


def _is_japanese(text: str) -> bool:
    """Kana, not those of half the width, which any byte from A1 to DF is in Shift JIS, and Chinese characters."""
    kana = _share(text, lambda char: "\u3040" <= char <= "\u30ff")
    return kana >= 0.3 and kana + _share(text, _is_han) >= 0.8


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff"


def _is_western(text: str) -> bool:
    """Letters with accents among more of those without, and marks that printers use; ÿ is rather a broken byte."""
    accented = sum(char in _ACCENTED for char in text)
    plain = sum(char.isascii() and char.isalpha() for char in text)
    return _share(text, lambda char: char in _ACCENTED or char in _MARKS) == 1 and plain > 0 and accented <= 2 * plain


_ACCENTED = {chr(code) for code in range(0xC0, 0xFF)} - set("×÷") | set("ŠšŽžŒœŸ")
_MARKS = set("‘’“”‚„–—…•€£§°·¡¿«»‹›©®™\xa0\xad")
# In this order: what is plausible, of the first that the bytes are valid in.
_LIKELY = {
    "cp949": ("Korean (CP949, EUC-KR)", _is_korean),
    "cp932": ("Japanese (Shift JIS)", _is_japanese),
    "euc_jp": ("Japanese (EUC-JP)", _is_japanese),
    "cp1252": ("Western European text (Windows-1252, Latin-1)", _is_western),
}
