"""Fonts with the glyphs of any script, as far as this machine has some."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import EmbedkitError

# Of fonts that have the script of a text, those made for it come first.
KNOWN = ("NanumGothic", "Noto Sans KR", "Noto Sans CJK KR", "Malgun Gothic", "Apple SD Gothic Neo", "UnDotum")
PACKAGES = {"Hangul": "fonts-nanum"}  # in Debian and Ubuntu
_HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7A3))


def families(text: str) -> list[str]:
    """Names of fonts, matplotlib's own first, that together have the glyphs of `text`.

    EmbedkitError names a character that no font has.
    """
    from matplotlib import rcParams
    from matplotlib.font_manager import FontProperties, findfont

    found = list(rcParams["font.sans-serif"][:1])
    missing = {ord(char) for char in text if not char.isspace()} - _glyphs(findfont(FontProperties(family=found)))
    for family, path in _installed() if missing else ():
        if here := missing & _glyphs(path):
            found.append(family)
            missing -= here
        if not missing:
            break
    if missing:
        char = min(missing)
        what = next((script for script in PACKAGES if _is_hangul(char)), None)
        font = f"a font for {what}, such as {PACKAGES[what]} of Debian" if what else "a font that has it"
        raise EmbedkitError(
            f"no font on this machine has {chr(char)!r} (U+{char:04X})",
            f"install {font}, or write an .svg, which is shown with the fonts of its readers",
        )
    return found


def _installed() -> Iterator[tuple[str, str]]:
    """(family, path) of every font, known ones first, also of those installed since matplotlib listed them."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    listed = {entry.fname for entry in fontManager.ttflist}
    for path in sorted(set(findSystemFonts()) - listed):
        try:
            fontManager.addfont(path)
        except (OSError, RuntimeError):  # no font that matplotlib reads
            continue
    ranks = {family: rank for rank, family in enumerate(KNOWN)}
    fonts = {(ranks.get(entry.name, len(ranks)), entry.name, entry.fname) for entry in fontManager.ttflist}
    yield from (font[1:] for font in sorted(fonts))


def _glyphs(path: str) -> set[int]:
    """The code points that the font in a file has glyphs for."""
    from matplotlib.ft2font import FT2Font

    return set(FT2Font(path).get_charmap())


def _is_hangul(char: int) -> bool:
    return any(low <= char <= high for low, high in _HANGUL)
