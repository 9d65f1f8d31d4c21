"""Figures of attention: panels, tokens on the axes, bytes, fonts."""

import re
import struct
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from embedkit.errors import EmbedkitError
from embedkit.plot import fonts
from embedkit.plot.attention import Attention, _grid, render_attention
from embedkit.plot.files import FORMATS

DATE = Attention(["십", "일", "월", "▁", "삼", "일"], list("11-03"), np.eye(5, 6, dtype=np.float32))
LATIN = Attention(["16", "plus", "$"], ["a_b", "$x$"], np.full((2, 3), 1 / 3, np.float32))


def drawn(*matrices, format="svg", size=None, dpi=60) -> bytes:
    pytest.importorskip("matplotlib")
    return render_attention(matrices, format, size, dpi)


def texts(svg: bytes) -> list[str]:
    return [element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("}text")]


def test_tokens_on_the_axes():
    found = texts(drawn(DATE))
    assert found[:12] == [*DATE.source, "source", *DATE.output]
    assert found[12:] == ["output", "0.0", "0.5", "1.0", "attention weight"]


def test_a_panel_for_each_source():
    found = texts(drawn(DATE, LATIN, LATIN))
    assert (found.count("source"), found.count("output"), found.count("attention weight")) == (3, 3, 1)
    assert (found.count("plus"), found.count("$x$"), found.count("월")) == (2, 2, 1)


def test_the_picture_is_that_of_the_weights():
    """One pixel for each weight, the darker the higher; nothing is turned."""
    import base64
    import io

    pytest.importorskip("PIL")
    from PIL import Image

    weights = np.array([[0.1, 0.2, 0.7], [0.6, 0.3, 0.1]], np.float32)
    svg = drawn(LATIN._replace(weights=weights)).decode()
    images = [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("L"), int)
        for data in re.findall(r'href="data:image/png;base64,([^"]*)"', svg)
    ]
    (pixels,) = [image for image in images if image.shape == weights.shape]
    assert (pixels.ravel().argsort() == (-weights).ravel().argsort(kind="stable")).all() or (
        np.corrcoef(pixels.ravel(), weights.ravel())[0, 1] < -0.9
    )


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_bytes(format):
    first = drawn(LATIN, format=format)
    assert drawn(LATIN, format=format) == first
    assert drawn(LATIN, LATIN, format=format) != first
    assert not any(word in first for word in (b"Date", b"Software", b"Producer"))


def test_size():
    assert struct.unpack(">II", drawn(LATIN, format="png", size=(5.0, 2.0), dpi=100)[16:24]) == (500, 200)
    small, wide = (
        struct.unpack(">II", drawn(LATIN, *more, format="png", dpi=30)[16:24]) for more in ((), (LATIN,) * 5)
    )
    assert small < wide


@pytest.mark.parametrize(("count", "shape"), [(1, (1, 1)), (2, (1, 2)), (4, (2, 2)), (16, (3, 6))])
def test_panels_stand_in_a_grid(count, shape):
    wide = Attention(["s"] * 29, ["t"] * 10, np.zeros((10, 29)))
    columns, rows, (width, height) = _grid([wide] * count)
    assert columns * rows >= count
    assert (columns, rows) == shape
    assert max(width, height) <= 40


def test_very_long_ones_fit():
    long = Attention(["s"] * 9000, ["t"] * 3000, np.zeros((1, 1)))
    assert _grid([long])[2] == (40, 40)


def test_glyphs_come_from_a_font_that_has_them():
    """matplotlib brings fonts for formulas, which have what its first font lacks."""
    pytest.importorskip("matplotlib")
    assert fonts.families("abc ▁<eos>") == ["DejaVu Sans"]
    assert len(fonts.families("\ue24b")) == 2  # of the private use area: in the STIX fonts alone
    assert drawn(LATIN._replace(output=["\ue24b", "b"]), format="png")


def test_a_character_that_no_font_has(monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(fonts, "_installed", lambda: iter(()))
    with pytest.raises(EmbedkitError, match=r"no font on this machine has '삼' \(U\+C0BC\)") as error:
        drawn(DATE, format="png")
    assert "a font for Hangul, such as fonts-nanum" in error.value.hint
    with pytest.raises(EmbedkitError, match="U\\+65E5") as error:
        drawn(LATIN._replace(output=["日", "b"]), format="pdf")
    assert error.value.hint.startswith("install a font that has it, or write an .svg")


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(EmbedkitError, match="plot needs matplotlib"):
        render_attention([LATIN], "svg", None, 60)
