import json

import numpy as np
import pytest


def test_words(run, toy_file):
    got = run("vectors", toy_file, "king", "New York")
    assert (got.code, got.err) == (0, "")
    assert got.out == "king\t3.0\t4.0\t0.0\t0.0\nNew York\t0.0\t0.0\t0.0\t-2.0\n"
    assert run("vectors", toy_file, stdin="king\nNew York\n").out == got.out


def test_digits_are_those_that_float32_needs(run, tmp_path):
    values = np.float32([1 / 3, 1e-9, -0.0, 16777216, 3.4e38])
    path = tmp_path / "v.bin"
    path.write_bytes(b"1 5\na " + values.tobytes() + b"\n")
    got = run("vectors", path, "a")
    assert got.out == "a\t0.33333334\t1e-09\t-0.0\t1.6777216e+07\t3.4e+38\n"
    assert np.float32([float(x) for x in got.rows[0][1:]]).tobytes() == values.tobytes()
    assert json.loads(run("vectors", path, "a", "--json").out)["vector"] == [0.33333334, 1e-9, -0.0, 16777216, 3.4e38]


def test_all(run, toy_file):
    got = run("vectors", toy_file, "--all", stdin="king\n")
    assert [row[0] for row in got.rows] == [
        "king", "queen", "man", "woman", "apple", "pear", "plum", "New York", "한국어", "nil",
    ]  # fmt: skip
    assert got.rows[1][1:] == ["6.0", "0.0", "8.0", "0.0"]
    assert run("vectors", "-", "--all", stdin=toy_file.read_bytes()).out == got.out


def test_unknown_words(run, toy_file):
    got = run("vectors", toy_file, "kingg", "man")
    assert (got.code, got.out, got.err) == (3, "man\t0.0\t2.0\t0.0\t0.0\n", "unknown word: kingg (near: king)\n")


@pytest.mark.parametrize(
    ("how", "values"), [("mean", "1.0\t2.0\t0.0\t0.0"), ("sum", "3.0\t6.0\t0.0\t0.0"), ("max", "3.0\t4.0\t0.0\t0.0")]
)
def test_one_vector_per_line(run, toy_file, how, values):
    line = "The King nil man ,"
    got = run("vectors", toy_file, "--pool", how, stdin=f"{line}\n")
    assert (got.code, got.out) == (0, f"{line}\t{values}\n")
    assert got.err == "2 of 5 words are not in the vocabulary\n"
    assert run("vectors", toy_file, "--pool", how, line, "-q") == (0, got.out, "", got.raw)


def test_lines_without_a_known_word(run, toy_file):
    got = run("vectors", toy_file, "--pool", "sum", stdin="no such\n\nNew York\nking king\n")
    assert (got.code, got.out) == (3, "king king\t6.0\t8.0\t0.0\t0.0\n")
    assert got.err == "no known word: no such\nno known word: New York\n4 of 6 words are not in the vocabulary\n"


def test_sparse_vectors_one_line_per_value_largest_first(run, sparse_file):
    got = run("vectors", sparse_file, "tea", "rare", "milk")
    assert (got.code, got.out) == (0, "tea\thot\t4.0\ntea\tcup\t3.0\nmilk\tcow\t2.0\n")
    got = run("vectors", sparse_file, "--pool", "max", "tea coffee")
    assert got.out == "tea coffee\thot\t7.0\ntea coffee\tcup\t3.0\n"
    assert len(run("vectors", sparse_file, "--all").rows) == 5


def test_counts_as_sparse_vectors(run, tmp_path, monkeypatch):
    """A word's co-occurrence counts, as the definition gives them, the largest first."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text").write_text("a b a c\nb a\nd\n")
    assert run("count", "text", "-o", "counts", "--min-count", 1, "--window", 1, "--weighting", "flat", "-q").code == 0
    got = run("vectors", "counts", "a", "d")
    assert (got.code, got.out, got.err) == (0, "a\tb\t3.0\na\tc\t1.0\n", "")
    assert run("vectors", "counts", stdin="a\nd\n") == got
    assert run("vectors", "counts", "--pool", "sum", "c b").out == "c b\ta\t4.0\n"
    assert json.loads(run("vectors", "counts", "c", "--json").out) == {"word": "c", "context": "a", "value": 1}
    assert run("vectors", "counts", "xyzzy").code == 3
    refused = run("vectors", "counts", "a", "--output-embedding")
    assert (refused.code, refused.err.split("\n")[0]) == (1, "Error: counts: has no output embedding")
    assert "make vectors of them with: embedkit train svd" in run("similar", "counts", "a").err


def test_json(run, toy_file, sparse_file):
    assert json.loads(run("vectors", toy_file, "man", "--json").out) == {"word": "man", "vector": [0, 2, 0, 0]}
    got = run("vectors", toy_file, "--pool", "sum", "man man", "--json")
    assert json.loads(got.out) == {"text": "man man", "vector": [0, 4, 0, 0]}
    assert json.loads(run("vectors", sparse_file, "milk", "--json").out) == {
        "word": "milk", "context": "cow", "value": 2,
    }  # fmt: skip


def test_usage(run, toy_file):
    for args in (("king", "--all"), ("--all", "--pool", "sum")):
        got = run("vectors", toy_file, *args)
        assert (got.code, got.out) == (2, "")
        assert got.err == "Error: --all goes with neither words nor --pool\nHint: embedkit vectors -h\n"
    assert run("vectors", toy_file, "--pool", "median", "king").code == 2
    assert run("vectors", "-", stdin=toy_file.read_bytes()).code == 2


def test_a_closed_pipe_is_silent(process, toy_file):
    got = process(toy_file, shell='set -o pipefail; yes king |'
                  ' "$PYTHON" -m embedkit vectors "$1" | head -1')  # fmt: skip
    assert (got.code, got.out, got.err) == (141, "king\t3.0\t4.0\t0.0\t0.0\n", "")


def test_a_full_disk_is_one_line(process, toy_file):
    got = process(toy_file, shell='"$PYTHON" -m embedkit vectors "$1" --all > /dev/full')
    assert (got.code, got.err) == (1, "Error: stdout: No space left on device\n")


def test_sif_takes_the_component_from_the_lines_or_from_a_corpus(run, toy_file, tmp_path):
    lines = "king man\nqueen woman\napple 한국어\n"
    got = run("vectors", toy_file, "--pool", "sif", stdin=lines)
    assert (got.code, got.err, len(got.rows)) == (0, "", 3)
    rows = np.array([row[1:] for row in got.rows], float)
    assert np.linalg.matrix_rank(rows, 1e-8) == 2
    corpus = tmp_path / "corpus"
    corpus.write_text(lines)
    one = run("vectors", toy_file, "--pool", "sif", "queen woman", "--component-from", corpus)
    assert (one.code, one.err) == (0, "")
    np.testing.assert_allclose(np.array(one.rows[0][1:], float), rows[1], rtol=1e-5, atol=1e-9)


def test_sif_of_one_line_is_not_zero(run, toy_file, tmp_path):
    got = run("vectors", toy_file, "--pool", "sif", "--sif-weight", ".1", "king man")
    assert (got.code, len(got.err.splitlines())) == (0, 1)
    assert "--component-from" in got.err
    # 100, 80 of 550 occurrences; king is 3 4 0 0, man 0 2 0 0
    first, second = 0.1 / (0.1 + 100 / 550), 0.1 / (0.1 + 80 / 550)
    expected = [3 * first / 2, (4 * first + 2 * second) / 2, 0, 0]
    np.testing.assert_allclose(np.array(got.rows[0][1:], float), expected, rtol=1e-6)
    (tmp_path / "one").write_text("king man\n")
    refused = run("vectors", toy_file, "--pool", "sif", "king", "--component-from", tmp_path / "one")
    assert (refused.code, refused.out) == (1, "")
    assert f"{tmp_path / 'one'}: its lines give no common component" in refused.err
