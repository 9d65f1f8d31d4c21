import json

import pytest


def test_a_pair(run, toy_file):
    got = run("pairs", toy_file, "king", "queen")
    assert (got.code, got.out, got.err) == (0, "king\tqueen\t0.36\n", "")


@pytest.mark.parametrize(
    ("metric", "score"), [("cosine", "1.0"), ("dot", "5.0"), ("euclidean", "4.0"), ("manhattan", "4.0")]
)
def test_metrics(run, toy_file, metric, score):
    assert run("pairs", toy_file, "apple", "pear", "--metric", metric).rows == [["apple", "pear", score]]


def test_lines_of_stdin(run, toy_file):
    got = run("pairs", toy_file, stdin="King queen\nNew York\tapple\nking  nil\n")
    assert (got.code, got.out) == (0, "King\tqueen\t0.36\nNew York\tapple\t-1.0\nking\tnil\t0.0\n")


def test_lines_without_an_answer(run, toy_file):
    got = run("pairs", toy_file, stdin="king\nking quee\nking queen 7.5\napple pear\n")
    assert (got.code, got.out) == (3, "apple\tpear\t1.0\n")
    assert got.err == "not 2 words: king\nunknown word: quee (near: queen)\nnot 2 words: king queen 7.5\n"


def test_json(run, toy_file):
    got = run("pairs", toy_file, "king", "queen", "--json")
    assert json.loads(got.out) == {"a": "king", "b": "queen", "score": 0.36}


def test_usage(run, toy_file):
    got = run("pairs", toy_file, "king")
    assert (got.code, got.err) == (2, "Error: a pair takes two words, not 1\nHint: embedkit pairs -h\n")
    assert run("pairs", toy_file, "king", "queen", "man").code == 2
    assert run("pairs", "-", stdin=toy_file.read_bytes()).code == 2


def test_sparse_vectors(run, sparse_file):
    got = run("pairs", sparse_file, stdin="tea coffee\ntea milk\nrare rare\n")
    assert [row[2] for row in got.rows][1:] == ["0.0", "0.0"]
    assert float(got.rows[0][2]) == pytest.approx(31 / 5 / 50**0.5, abs=1e-7)
