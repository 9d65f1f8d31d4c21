"""Figures as files: the same bytes for the same curves, and nothing that cannot be drawn."""

import math
import re
import struct
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from embedkit.errors import EmbedkitError
from embedkit.plot.draw import render
from embedkit.plot.figures import FIGURES, Curve
from embedkit.plot.files import FORMATS

SIZE, DPI = (4.0, 2.5), 60
TWO = [Curve("training", [(1, 400.0), (2, 90.0)], 0, 0), Curve("validation", [(1, 300.0), (2, 100.0)], 0, 1)]


def drawn(curves, format="svg", kind="perplexity", size=SIZE, dpi=DPI) -> bytes:
    pytest.importorskip("matplotlib")
    return render(FIGURES[kind], curves, format, size, dpi)


def texts(svg: bytes) -> list[str]:
    return [element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("}text")]


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_bytes(format):
    first = drawn(TWO, format)
    assert drawn(TWO, format) == first
    assert drawn(TWO[:1], format) != first
    assert not any(word in first for word in (b"Date", b"date>", b"Software", b"Matplotlib v", b"Producer", b"Creator"))


@pytest.mark.parametrize("format", ["pdf", "svg"])
def test_the_same_bytes_whatever_the_settings(tmp_path, run, process, format):
    """A matplotlibrc of the user's, another home, another hash seed: no byte depends on them."""
    pytest.importorskip("matplotlib")
    log = tmp_path / "run.jsonl"
    log.write_text('{"event": "epoch", "epoch": 1, "loss": 2}\n{"event": "epoch", "epoch": 2, "loss": 1}\n')
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 9\naxes.grid: False\nfont.size: 30\n")
    plain = run("plot", log, "-o", "-", "--to", format)
    styled = process("plot", log, "-o", "-", "--to", format, PYTHONHASHSEED="2", MATPLOTLIBRC=str(tmp_path))
    assert plain.raw == styled.raw != b""
    assert (plain.code, plain.err, styled.err) == (0, "", "")


def test_texts():
    found = texts(drawn(TWO))
    assert {"epoch", "perplexity", "training", "validation", "1", "2", "100", "200"} <= set(found)


def test_one_curve_needs_no_legend():
    assert "training" not in texts(drawn(TWO[:1]))


@pytest.mark.parametrize("label", ["$x$", "a_b", "_hidden", "한국어", "$", "<&>", "\ufffd"])
def test_any_file_name_is_a_label(label):
    assert label in texts(drawn([Curve(label, [(1, 1.0)], 0, 0), TWO[1]]))
    assert drawn([Curve(label, [(1, 1.0)], 0, 0), TWO[1]], "png")


def test_size_and_resolution():
    assert struct.unpack(">II", drawn(TWO, "png")[16:24]) == (240, 150)
    assert struct.unpack(">II", drawn(TWO, "png", size=(5.0, 2.0), dpi=100)[16:24]) == (500, 200)


@pytest.mark.parametrize("kind", FIGURES)
@pytest.mark.parametrize(
    "points",
    [
        [(0, 0.0)],
        [(0, math.nan)],
        [(1, 2.0)],
        [(0, 1e-30), (1, 0.0)],
        [(1, 5.0), (2, 5.0)],
        [(1, 1e99), (2, 1e-99), (3, 1e-300)],
        [(math.nan, 1.0)],
    ],
)
def test_points_that_are_hard_to_draw(kind, points):
    assert drawn([Curve("a", points, 0, 0)], kind=kind)


def test_more_logs_than_colours():
    many = [Curve(str(number), [(1, 1.0 + number), (2, 1.0)], number, 0) for number in range(20)]
    lines = re.findall(r'style="(fill: none; [^"]*stroke-width: 1.6[^"]*)"', drawn(many).decode())
    assert len(set(lines)) == 20


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(EmbedkitError, match="plot needs matplotlib") as error:
        render(FIGURES["loss"], TWO, "svg", SIZE, DPI)
    assert error.value.hint == "pip install matplotlib"
