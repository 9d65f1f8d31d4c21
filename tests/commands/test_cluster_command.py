"""`embedkit cluster`: lines, summaries, figures, what is said and what is refused."""

from __future__ import annotations

import json
import sys

import pytest
from _refused import refused


def test_words_and_summary(run, toy_file):
    got = run("cluster", toy_file, "--k", 3)
    assert [row[0] for row in got.rows] == [
        "king",
        "queen",
        "man",
        "woman",
        "apple",
        "pear",
        "plum",
        "New York",
        "한국어",
    ]
    assert got.err.startswith("3 clusters of 9 words, silhouette 0.")
    assert got.err.endswith("1 word without direction left out\n")
    of = {row[0]: row[1] for row in got.rows}
    assert of["apple"] == of["pear"] == of["plum"]
    rows = [
        json.loads(line) for line in run("cluster", toy_file, "--k", 3, "--summary", "--json", "-q").out.splitlines()
    ]
    assert sum(row["words"] for row in rows) == 9
    assert any(row["name"].startswith("apple, pear") for row in rows)


def test_purity(run, toy_file, tmp_path):
    (tmp_path / "categories").write_text("king royal\nqueen royal\napple fruit\npear fruit\nxyzzy fruit\n")
    got = run("cluster", toy_file, "--categories", tmp_path / "categories")
    assert (got.code, len(got.rows)) == (3, 4)
    assert got.err.startswith("unknown word: xyzzy\n2 clusters of 4 words, silhouette 0.")
    assert got.err.endswith(", purity 1.0000 (2 categories)\n")


def test_a_tree(run, toy_file, tmp_path):
    pytest.importorskip("matplotlib")
    args = ("cluster", toy_file, "--method", "agglomerative", "--k", 2, "-q", "--dendrogram", tmp_path / "tree.svg")
    assert run(*args).code == 0
    assert "한국어</text>" in (tmp_path / "tree.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ("{sparse}", 1, "sparse vectors"),
        ("{toy} --k 40", 1, "9 words for 40 clusters"),
        ("{toy} --k 1", 2, "--k"),
        ("{toy} --restrict-vocab 2", 1, "2 words for 2 clusters"),
        ("{toy} --k 2 --dendrogram x.svg", 2, "--dendrogram is for"),
        ("{toy} --method agglomerative --dendrogram x.gif", 1, "x.gif: a figure has the suffix"),
        ("{toy} --method agglomerative --dendrogram -", 2, "--dendrogram needs a file"),
        ("{toy} --vocab a --categories b", 2, "--vocab and --categories"),
        ("- --vocab -", 2, "only one"),
    ],
)
def test_what_is_refused(run, toy_file, sparse_file, args, code, said):
    places = {"toy": toy_file, "sparse": sparse_file}
    refused(run("cluster", *(word.format(**places) for word in args.split())), said, code=code)


def test_without_scikit_learn(run, toy_file, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    got = run("cluster", toy_file, "--method", "hdbscan")
    refused(got, "needs scikit-learn")
    assert got.err.endswith("Hint: pip install scikit-learn\n")
