import json

import numpy as np
import pytest

from embedkit.text.vocab import Vocab
from embedkit.vectors import formats
from embedkit.vectors.vectors import Vectors

WORDS = {"king": (1, 0, 0), "queen": (1, 1, 0), "tea": (0, 1, 1), "milk": (0, 1, 2), "old": (0, 0, 1)}


@pytest.fixture
def pair(tmp_path):
    """A, and B: A turned, with `milk` the other way, without `old` and with `new`."""
    a = np.array(list(WORDS.values()), np.float32)
    turn = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]], np.float32)
    b = np.concatenate([a[:4] @ turn * 3, np.ones((1, 3), np.float32)])
    b[3] *= -1
    formats.save(tmp_path / "a", Vectors(Vocab.from_words(WORDS, [9, 8, 7, 6, 5]), a))
    formats.save(tmp_path / "b", Vectors(Vocab.from_words([*list(WORDS)[:4], "new"], [9, 8, 7, 6, 5]), b))
    return tmp_path / "a", tmp_path / "b"


def test_summary(run, pair):
    got = run("diff", *pair, "--top", 3, "-k", 2)
    assert (got.code, got.err) == (0, "")
    assert got.rows == [
        ["words_a", "5"], ["words_b", "5"], ["shared", "4"], ["lost", "1"], ["gained", "1"], ["compared", "3"],
        ["cosine", got.rows[6][1]], ["overlap", "1.0"],
    ]  # fmt: skip
    assert float(got.rows[6][1]) == pytest.approx(1, abs=1e-6)
    assert json.loads(run("diff", *pair, "--json").out.split("\n")[0]) == {"measure": "words_a", "value": 5}


def test_words(run, pair):
    got = run("diff", *pair, "milk", "king", "old", "new", "--top", 3, "-k", 1)
    assert got.code == 0
    # The nearest of milk (0 1 2) among king, queen and tea is tea, and turned round king, at a right angle.
    assert [row[:2] + row[3:] for row in got.rows] == [
        ["milk", "shared", "0.0"], ["king", "shared", "1.0"], ["old", "lost", ""], ["new", "gained", ""]
    ]  # fmt: skip
    assert [float(row[2]) for row in got.rows[:2]] == pytest.approx([-1, 1], abs=1e-6)
    assert [row[2] for row in got.rows[2:]] == ["", ""]
    assert json.loads(run("diff", *pair, "old", "--json").out) == {
        "word": "old", "state": "lost", "cosine": None, "overlap": None
    }  # fmt: skip


def test_without_alignment(run, pair):
    got = run("diff", *pair, "king", "--no-align")
    assert float(got.rows[0][2]) == 0
    assert float(run("diff", pair[0], pair[0], "king", "--no-align").rows[0][2]) == 1


def test_all_words(run, pair):
    assert [row[:2] for row in run("diff", *pair, "--all").rows] == [
        ["king", "shared"], ["queen", "shared"], ["tea", "shared"], ["milk", "shared"], ["old", "lost"],
        ["new", "gained"],
    ]  # fmt: skip


def test_unknown_words(run, pair):
    got = run("diff", *pair, "--vocab", "-", stdin="xyzzy\nking\n")
    assert (got.code, got.err) == (3, "unknown word: xyzzy\n")
    assert got.out == run("diff", *pair, "king").out
    assert run("diff", *pair, "xyzzy", "-q") == (3, "", "", b"")


def test_dimensions_that_differ(run, pair, tmp_path):
    flat = tmp_path / "flat.txt"
    flat.write_text("2 2\nking 1 0\nqueen 1 1\n")
    got = run("diff", pair[0], flat, "king")
    assert (got.code, got.rows) == (0, [["king", "shared", "", "1.0"]])
    assert got.err == f"no cosines: vectors of 3 dimensions in {pair[0]}, of 2 in {flat}\n"
    assert ["cosine", ""] in run("diff", pair[0], flat, "-q").rows


def test_nothing_in_common(run, pair, tmp_path):
    far = tmp_path / "far.txt"
    far.write_text("1 3\nfar 1 0 0\n")
    got = run("diff", pair[0], far)
    assert dict(got.rows) == {
        "words_a": "5", "words_b": "1", "shared": "0", "lost": "5", "gained": "1", "compared": "0",
        "cosine": "", "overlap": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("king", "--all"), "words, --vocab and --all exclude each other"),
        (("king", "--vocab", "-"), "words, --vocab and --all exclude each other"),
        (("-k", 0), "0 is not in the range"),
    ],
)
def test_wrong_usage(run, pair, options, error):
    got = run("diff", *pair, *options)
    assert (got.code, got.out) == (2, "")
    assert error in got.err
    assert run("diff", "-", "-").code == 2
    assert run("diff", pair[0], "-", "--vocab", "-").code == 2
