import json
import subprocess
import sys
import unicodedata

import _warm
import numpy as np
import pytest


def test_one_word(run, toy_file):
    got = run("similar", toy_file, "apple", "-k", 3)
    assert (got.code, got.err) == (0, "")
    assert got.out == "apple\tpear\t1.0\napple\tplum\t1.0\napple\t한국어\t0.70710677\n"


def test_ten_answers_unless_told(run, toy_file):
    assert len(run("similar", toy_file, "apple").rows) == 9
    assert [row[1] for row in run("similar", toy_file, "apple").rows] == [
        "pear", "plum", "한국어", "king", "queen", "man", "woman", "nil", "New York",
    ]  # fmt: skip


def test_arguments_are_queries_and_may_be_expressions(run, toy_file):
    got = run("similar", toy_file, "king - man + woman", "New York", "-k", 1)
    assert [row[:2] for row in got.rows] == [["king - man + woman", "queen"], ["New York", "king"]]


def test_lines_of_stdin_are_queries(run, toy_file):
    got = run("similar", toy_file, "-k", 1, stdin="apple\r\n\n  \nking - man + woman\nqueen")
    assert [row[:2] for row in got.rows] == [["apple", "pear"], ["king - man + woman", "queen"], ["queen", "woman"]]
    assert run("similar", toy_file, stdin="") == (0, "", "", b"")


def test_words_in_another_case_or_form(run, toy_file):
    decomposed = unicodedata.normalize("NFD", "한국어")
    got = run("similar", toy_file, "APPLE", decomposed, "-k", 1)
    assert [row[:2] for row in got.rows] == [["APPLE", "pear"], [decomposed, "woman"]]


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("dot", [["pear", "5.0"], ["plum", "5.0"], ["한국어", "5.0"]]),
        ("euclidean", [["pear", "4.0"], ["plum", "4.0"], ["한국어", "4.1231055"]]),
        ("manhattan", [["pear", "4.0"], ["plum", "4.0"], ["한국어", "5.0"]]),
    ],
)
def test_metrics(run, toy_file, metric, expected):
    assert [row[1:] for row in run("similar", toy_file, "apple", "-k", 3, "--metric", metric).rows] == expected


def test_distance_to_itself_is_zero(run, toy_file):
    got = run("similar", toy_file, "apple", "--include-query", "-k", 1, "--metric", "euclidean")
    assert got.rows == [["apple", "apple", "0.0"]]


def test_raw_keeps_the_words_of_the_query(run, toy_file):
    assert run("similar", toy_file, "pear", "--include-query", "-k", 2).rows == [
        ["pear", "apple", "1.0"],
        ["pear", "pear", "1.0"],
    ]


def test_restricted_vocabulary(run, toy_file):
    got = run("similar", toy_file, "plum", "--restrict-vocab", 3)
    assert [row[1] for row in got.rows] == ["king", "queen", "man"]


def test_json_lines(run, toy_file):
    got = run("similar", toy_file, "한국어", "-k", 1, "--json")
    assert json.loads(got.out) == {"query": "한국어", "word": "woman", "score": 0.70710677}
    assert "한국어" in got.out


def test_unknown_words_are_named_and_the_rest_is_answered(run, toy_file):
    got = run("similar", toy_file, "queeen", "apple", "apple - xyzzy + qwert", "king -", "-k", 1)
    assert got.code == 3
    assert [row[0] for row in got.rows] == ["apple"]
    assert got.err.split("\n") == [
        "unknown word: queeen (near: queen)",
        "unknown words: xyzzy, qwert",
        "a sign without a word: king -",
        "",
    ]
    quiet = run("similar", toy_file, "queeen", "-q")
    assert (quiet.code, quiet.out, quiet.err) == (3, "", "")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["king-man+woman"], 3, "unknown word: king-man+woman (signs stand between spaces: king - man + woman)\n"),
        (
            ["king", "-", "man"],
            2,
            "Error: a sign alone is no query\n"
            "Hint: an expression is one argument: embedkit similar FILE 'king - man' (embedkit similar -h)\n",
        ),
    ],
)
def test_an_expression_without_spaces_or_quotes(run, toy_file, words, code, said):
    got = run("similar", toy_file, *words)
    assert (got.code, got.out, got.err) == (code, "", said)


def test_no_direction_no_answer(run, toy_file):
    got = run("similar", toy_file, "king - king")
    assert (got.code, got.out, got.err) == (3, "", "no answer: king - king\n")


def test_bytes_that_are_no_utf8_come_back_as_they_went_in(run, tmp_path):
    path = tmp_path / "cut.bin"
    path.write_bytes(b"2 2\n\xff " + np.float32([1, 0]).tobytes() + b"\nb " + np.float32([1, 0]).tobytes() + b"\n")
    assert run("similar", path, stdin=b"b\n").raw == b"b\t\xff\t1.0\n"
    assert run("similar", path, stdin=b"\xff\n").raw == b"\xff\tb\t1.0\n"
    got = run("similar", path, stdin=b"\xfe\n")
    assert got.code == 3
    assert got.err == "unknown word: \udcfe\n"


@pytest.mark.parametrize("args", [("-k", 0), ("-k", "x"), ("--restrict-vocab", -1), ("--metric", "hamming")])
def test_usage(run, toy_file, args):
    got = run("similar", toy_file, "apple", *args)
    assert got.code == 2
    assert got.err.startswith("Error: Invalid value for")
    assert got.err.endswith("\nHint: embedkit similar -h\n")


def test_failures_are_one_line(run, tmp_path):
    got = run("similar", tmp_path / "none", "apple")
    assert (got.code, got.out) == (1, "")
    assert got.err == f"Error: {tmp_path}/none: no such file\n"


def test_vectors_from_stdin_need_queries_as_arguments(run, toy_file):
    got = run("similar", "-", "apple", "-k", 1, stdin=toy_file.read_bytes())
    assert got.rows == [["apple", "pear", "1.0"]]
    got = run("similar", "-", stdin=toy_file.read_bytes())
    assert got.code == 2
    assert got.err == "Error: FILE is -, so the queries must be arguments\nHint: embedkit similar -h\n"


def test_a_named_format_wins(run, golden):
    got = run("similar", golden / "gensim.bin", "fox", "-k", 1, "--from", "word2vec")
    assert (got.code, len(got.rows)) == (0, 1)
    assert run("similar", golden / "gensim.bin", "fox", "--from", "glove").code == 1
    assert run("similar", golden / "gensim.bin", "fox", "--from", "xyz").code == 2


def test_sparse_vectors(run, sparse_file):
    got = run("similar", sparse_file, "tea", "-k", 2)
    assert [row[:2] for row in got.rows] == [["tea", "coffee"], ["tea", "milk"]]
    assert float(got.rows[0][2]) == pytest.approx(31 / 5 / 50**0.5, abs=1e-6)


def test_explained(run, sparse_file):
    got = run("similar", sparse_file, "tea", "-k", 2, "--explain")
    assert (got.code, got.err) == (0, "")
    score = 31 / 5 / 50**0.5
    assert [(*row[:2], row[3]) for row in got.rows] == [
        ("tea", "coffee", "hot"), ("tea", "coffee", "cup"), ("tea", "milk", ""),
    ]  # fmt: skip
    assert [float(row[2]) for row in got.rows] == pytest.approx([score, score, 0], abs=1e-6)
    assert [float(row[4] or 0) for row in got.rows] == pytest.approx([28 / 31 * score, 3 / 31 * score, 0], abs=1e-6)
    first = run("similar", sparse_file, "tea", "-k", 1, "--explain", "--contexts", 1)
    assert first.rows == got.rows[:1]
    assert run("similar", sparse_file, "tea", "-k", 2, "--explain", "--contexts", 0).rows == got.rows


def test_explained_expression_as_json(run, sparse_file):
    got = run("similar", sparse_file, "milk - coffee", "--explain", "--json")
    rows = [json.loads(line) for line in got.out.split("\n")[:-1]]
    assert {tuple(row) for row in rows} == {("query", "word", "score", "context", "part")}
    assert [(row["word"], row["context"]) for row in rows] == [("rare", None), ("tea", "cup"), ("tea", "hot")]
    assert rows[0] == {"query": "milk - coffee", "word": "rare", "score": 0.0, "context": None, "part": None}
    assert [row["part"] for row in rows[1:]] == pytest.approx([-3 / 50, -28 / 50])
    assert sum(row["part"] for row in rows[1:]) == pytest.approx(rows[1]["score"])


def test_what_cannot_be_explained(run, toy_file, sparse_file):
    got = run("similar", toy_file, "king", "--explain")
    assert (got.code, got.out) == (2, "")
    assert got.err == (
        f"Error: {toy_file}: dense vectors, whose columns are no contexts that --explain could name\n"
        "Hint: embedkit train ppmi TEXT -o FILE makes vectors that can be explained\n"
    )
    got = run("similar", sparse_file, "tea", "--explain", "--metric", "dot")
    assert (got.code, got.out) == (2, "")
    assert got.err == "Error: --explain takes cosines apart, not dot\nHint: embedkit similar -h\n"


LIGHT = """
import os, sys
from embedkit.cli import run
path = sys.argv[1]
sys.stdout = open(os.devnull, "w")
codes = [run(args) for args in (
    ["similar", path, "tea", "tea + milk"],
    ["similar", path, *["tea"] * 40],
    ["similar", path, "teaa"],
    ["analogy", path, "tea", "coffee", "milk", "--method", "mul"],
    ["pairs", path, "tea", "coffee"],
    ["vectors", path, "--all"],
    ["vectors", path, "--pool", "max", "tea milk"],
    ["info", path],
    ["convert", path, path + ".safetensors"],
)]
print(codes, sorted({"scipy", "numba", "tqdm", "tempfile"} & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_light_commands_load_neither_scipy_nor_numba(sparse_file, tmp_path, kind):
    path = sparse_file
    if kind == "dense":
        path = tmp_path / "dense.txt"
        path.write_text("4 2\ntea 1 0\ncoffee 0 1\nmilk 1 1\njuice 2 1\n")
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", LIGHT, path], capture_output=True, text=True)
    assert done.stderr.endswith(f"{[0, 0, 3, *[0] * 6]} []\n")


def test_pipes_answer_line_by_line(toy_file):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with _warm.Process(["-m", "embedkit", "similar", toy_file, "-k", 1], **pipes) as child:
        for word, answer in (("apple", "pear"), ("queen", "woman")):
            child.stdin.write(f"{word}\n".encode())
            child.stdin.flush()
            assert child.stdout.readline().decode().split("\t")[:2] == [word, answer]
        child.stdin.close()
        assert child.wait() == 0
