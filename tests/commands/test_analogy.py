import json
import math

import pytest


def test_a_is_to_b_as_c_is_to_what(run, toy_file):
    got = run("analogy", toy_file, "man", "king", "woman", "-k", 2)
    assert (got.code, got.err) == (0, "")
    assert [row[:2] for row in got.rows] == [["man king woman", "queen"], ["man king woman", "한국어"]]
    assert float(got.rows[0][2]) == pytest.approx(1.16 / math.sqrt(1.4), abs=1e-6)


def test_multiplied(run, toy_file):
    got = run("analogy", toy_file, "man", "king", "woman", "-k", 1, "--method", "mul")
    assert got.rows[0][:2] == ["man king woman", "queen"]
    assert float(got.rows[0][2]) == pytest.approx(0.68 * 0.9 / 0.501, abs=1e-6)


def test_all_but_the_question_by_default(run, toy_file):
    words = [row[1] for row in run("analogy", toy_file, "man", "king", "woman").rows]
    assert sorted(words) == sorted(["queen", "apple", "pear", "plum", "New York", "한국어", "nil"])


def test_lines_of_stdin(run, toy_file):
    lines = "man king woman\nman\tking\tNew York\n  pear   plum apple \n"
    got = run("analogy", toy_file, "-k", 1, stdin=lines)
    assert (got.code, got.err) == (0, "")
    assert [row[:2] for row in got.rows] == [
        ["man king woman", "queen"], ["man king New York", "queen"], ["pear plum apple", "한국어"],
    ]  # fmt: skip


def test_lines_without_an_answer(run, toy_file):
    got = run("analogy", toy_file, "-k", 1, stdin="man king\nman kong womann\nman king woman\nnil nil nil\n")
    assert got.code == 3
    assert [row[1] for row in got.rows] == ["queen"]
    assert got.err.split("\n") == [
        "not 3 words: man king", "unknown words: kong, womann (near: king, woman)", "no answer: nil nil nil", "",
    ]  # fmt: skip


def test_json_keeps_the_words_apart(run, toy_file):
    got = json.loads(run("analogy", toy_file, "man", "King", "New York", "-k", 1, "--json").out)
    assert (got["a"], got["b"], got["c"], got["word"]) == ("man", "King", "New York", "queen")
    assert list(got) == ["a", "b", "c", "word", "score"]


def test_restricted_vocabulary(run, toy_file):
    got = run("analogy", toy_file, "apple", "pear", "plum", "--restrict-vocab", 2)
    assert [row[1] for row in got.rows] == ["king", "queen"]
    assert len(run("analogy", toy_file, "apple", "pear", "plum", "--restrict-vocab", 0).rows) == 7


def test_usage(run, toy_file):
    got = run("analogy", toy_file, "man", "king")
    assert (got.code, got.out) == (2, "")
    assert got.err == "Error: an analogy takes three words, not 2\nHint: embedkit analogy -h\n"
    assert run("analogy", toy_file, "man", "king", "woman", "-k", 0).code == 2
    assert run("analogy", toy_file, "man", "king", "woman", "--method", "div").code == 2
    assert run("analogy", "-", stdin=toy_file.read_bytes()).code == 2


def test_sparse_vectors(run, sparse_file):
    got = run("analogy", sparse_file, "milk", "tea", "rare", "--method", "mul", "-k", 1)
    assert got.rows == [["milk tea rare", "coffee", "0.0"]]
