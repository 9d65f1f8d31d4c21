"""`postprocess --steps retrofit:…` and `debias:…`: files of words, what is said, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from _refused import refused

from embedkit.vectors import formats

FOLDER = Path(__file__).resolve().parents[2] / "data/sample-wordnet"


@pytest.fixture
def step(run, toy_file, tmp_path):
    """`step(text)`: the result of a command line, and the vectors that it made."""

    def call(text: str):
        got = run("postprocess", toy_file, "-o", tmp_path / "out", "--steps", text)
        return got, formats.load(tmp_path / "out") if got.code == 0 else None

    return call


def test_retrofit(step, toy, tmp_path):
    (tmp_path / "lexicon").write_text("apple pear xyzzy PEAR\nking queen\nxyzzy king\nplum\n")
    got, made = step(f"retrofit:{tmp_path / 'lexicon'},unit")
    assert got.err == f"{tmp_path / 'lexicon'}: 2 words with 2 neighbours\n"
    # Of (0, 0, 0, 5), drawn to (0, 0, 0, 1), 10 times as once: its neighbour stays.
    row = (toy.matrix[0] + toy.matrix[1]) / 2
    assert made.matrix[0] == pytest.approx(row / np.linalg.norm(row))
    assert made.metadata["history"][-1]["steps"] == [f"retrofit:{tmp_path / 'lexicon'}", "unit"]


def test_retrofit_by_wordnet(step, toy):
    got, made = step(f"retrofit:wordnet:{FOLDER}")
    assert got.err == f"wordnet:{FOLDER}: 4 words with 4 neighbours\n"
    moved = [word for word, old, new in zip(toy.vocab, toy.matrix, made.matrix) if (old != new).any()]
    assert moved == ["king", "queen", "man", "woman"][: len(moved)]


def test_debias(step, toy, tmp_path):
    (tmp_path / "words").write_text(
        "definitional = [['man', 'woman']]\nequalize = [['king', 'queen'], ['king', 'nobody']]\n"
        "specific = ['man', 'woman']\n"
    )
    got, made = step(f"debias:{tmp_path / 'words'}")
    assert got.err == "debias: 1 of 1 definitional pairs, 1 of 2 pairs to equalize, 2 of 2 words to keep\n"
    axis = np.array([0, 1, -1, 0]) / 2**0.5
    assert made.matrix[4:9] @ axis == pytest.approx(0, abs=1e-6)
    assert made.matrix[0] @ axis == pytest.approx(-made.matrix[1] @ axis)
    assert step("debias:gender")[0].err.startswith("debias: 1 of 10 definitional pairs")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("retrofit", 2, "retrofit takes a file"),
        ("debias:", 2, "debias takes a file"),
        ("retrofit:{tmp}/none", 1, "{tmp}/none: no such file"),
        ("retrofit:{tmp}/bare", 1, "{tmp}/bare: no words with neighbours"),
        ("retrofit:{tmp}/others", 1, "{tmp}/others: no two related words"),
        ("retrofit:wordnet:{tmp}", 1, "{tmp}: has no files of WordNet"),
        ("debias:{tmp}/bare", 1, "{tmp}/bare: "),
        ("debias:{tmp}/pairs", 1, "{tmp}/pairs: definitional is no list of pairs"),
        ("debias:{tmp}/keys", 1, "{tmp}/keys: colours is nothing"),
        ("debias:{tmp}/empty", 1, "{tmp}/empty: no definitional pair"),
    ],
)
def test_what_is_refused(run, toy_file, tmp_path, text, code, said):
    files = {"bare": "apple\npear\n", "others": "cat dog\n", "pairs": "definitional = [['a']]", "keys": "colours = 3"}
    for name, content in {**files, "empty": ""}.items():
        (tmp_path / name).write_text(content)
    got = run("postprocess", toy_file, "-o", tmp_path / "out", "--steps", text.format(tmp=tmp_path))
    refused(got, said.format(tmp=tmp_path), code=code)
    assert not (tmp_path / "out").exists()
