"""`embedkit plot VECTORS`: words, arrows, the spectrum, and what is refused."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from _refused import refused

pytest.importorskip("matplotlib")


def test_words_and_pairs(run, toy_file, tmp_path):
    got = run("plot", toy_file, "king:queen", "apple", "--pairs", "man:woman", "-o", tmp_path / "w.svg")
    assert got == (0, "", "", b"")
    svg = (tmp_path / "w.svg").read_text("utf-8")
    assert all(f">{word}</text>" in svg for word in ("king", "queen", "man", "woman", "apple"))
    piped = run("plot", toy_file, "-o", "-", "--to", "svg", stdin="king:queen\napple\nman:woman\n")
    assert piped.out == svg
    plain = run("plot", toy_file, "king", "queen", "apple", "man", "woman", "-o", "-", "--to", "svg").out
    assert plain != svg


def test_unknown_words(run, toy_file, tmp_path):
    got = run("plot", toy_file, "king", "xyzzy", "queen:quuen", "-o", tmp_path / "w.svg")
    assert (got.code, got.err) == (3, "unknown word: xyzzy\nunknown word: quuen\n")
    assert "queen</text>" in (tmp_path / "w.svg").read_text("utf-8")


def test_a_png_with_hangul(run, toy_file, tmp_path):
    """It is drawn where a font has it; where none does, the hint names one."""
    got = run("plot", toy_file, "king", "한국어", "queen", "-o", tmp_path / "w.png")
    if got.code:
        refused(got, "no font on this machine has '")
        assert "fonts-nanum" in got.err
    else:
        assert (tmp_path / "w.png").read_bytes().startswith(b"\x89PNG")


def test_the_spectrum(run, toy, toy_file, tmp_path, monkeypatch):
    from embedkit.vectors.transform.rows import singular_values

    assert singular_values(toy) == pytest.approx(np.linalg.svd(toy.matrix.astype(float), compute_uv=False))
    assert run("plot", toy_file, "--what", "spectrum", "-o", tmp_path / "s.svg").code == 0
    assert "singular value</text>" in (tmp_path / "s.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ("{toy} king -o {out}", 1, "{toy}: one word to draw; pca needs 2"),
        ("{toy} -o {out}", 1, "{toy}: 0 known words to draw"),
        ("{toy} xyzzy -o {out} -q", 1, "{toy}: 0 known words to draw"),
        ("{toy} king man queen --method tsne -o {out}", 1, "{toy}: 3 words to draw; tsne needs 5"),
        ("{sparse} tea milk -o {out}", 1, "{sparse}: sparse vectors"),
        ("{sparse} --what spectrum -o {out}", 2, "{sparse}: sparse vectors"),
        ("{toy} king --what spectrum -o {out}", 2, "--what spectrum is of all words"),
        ("{toy} king man --what loss -o {out}", 2, "--what is for logs"),
        ("{toy} king man --epoch 1 -o {out}", 2, "--epoch is for logs"),
        ("{log} --method pca -o {out}", 2, "--method is for vectors"),
        ("{log} --pairs a:b -o {out}", 2, "--pairs is for vectors"),
    ],
)
def test_what_is_refused(run, toy_file, sparse_file, tmp_path, args, code, said):
    (tmp_path / "log").write_text('{"event": "epoch", "epoch": 1, "loss": 2.5}\n')
    places = {"toy": toy_file, "sparse": sparse_file, "out": tmp_path / "w.svg", "log": tmp_path / "log"}
    got = run("plot", *(word.format(**places) for word in args.split()))
    refused(got, said.format(**places), code=code)
    assert not (tmp_path / "w.svg").exists()


@pytest.mark.parametrize(("method", "library"), [("tsne", "openTSNE"), ("umap", "umap")])
def test_without_the_library(run, toy_file, monkeypatch, method, library):
    monkeypatch.setitem(sys.modules, library, None)
    got = run("plot", toy_file, "king", "queen", "man", "woman", "apple", "--method", method, "-o", "-", "--to", "svg")
    refused(got, f"needs {library}".removesuffix("umap"))
    assert "Hint: pip install" in got.err
