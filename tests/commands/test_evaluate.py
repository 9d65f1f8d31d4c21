"""`embedkit evaluate` as a command: rows, formats, exit codes, sentences."""

from __future__ import annotations

import json
import os
from hashlib import sha256

import _warm
import numpy as np
import pytest

from embedkit.text.vocab import Vocab
from embedkit.vectors import formats
from embedkit.vectors.vectors import Vectors

HEADER = "model\ttask\tdataset\tsection\tmetric\tvalue\tcorrect\tused\ttotal\tcoverage"
VECTORS = """7 4
man 0 0 0 1
woman 0 1 0 1
king 1 0 0 1
queen 1 1 0 1
boy 0 0 1 1
girl 0 1 1 1
paris -1 0 0 0
"""
PAIRS = "king\tqueen\t9\nboy\tgirl\t8\nparis\tking\t1\nman\tnobody\t5\n"
QUESTIONS = ": family\nman king woman queen\nman woman boy girl\n: gram1\nman king woman boy\nman king woman nobody\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in {"m.vec": VECTORS, "p.txt": PAIRS, "q.txt": QUESTIONS}.items():
        (tmp_path / name).write_text(text)


def test_rows_are_tab_separated_under_a_header(run):
    result = run("evaluate", "m.vec", "--pairs", "p.txt", "--questions", "q.txt")
    assert result.code == 0
    assert result.out.split("\n") == [
        HEADER,
        "m.vec\tsimilarity\tp\t\tspearman\t0.866025\t\t3\t4\t0.75",
        "m.vec\tsimilarity\tp\t\tpearson\t0.993399\t\t3\t4\t0.75",
        "m.vec\tanalogy\tq\tfamily\taccuracy\t1.0\t2\t2\t2\t1.0",
        "m.vec\tanalogy\tq\tgram1\taccuracy\t0.0\t0\t1\t2\t0.5",
        "m.vec\tanalogy\tq\tsemantic\taccuracy\t1.0\t2\t2\t2\t1.0",
        "m.vec\tanalogy\tq\tsyntactic\taccuracy\t0.0\t0\t1\t2\t0.5",
        "m.vec\tanalogy\tq\tall\taccuracy\t0.666667\t2\t3\t4\t0.75",
        "",
    ]
    assert result.err == ""


def test_json_has_the_same_keys_in_every_row(run):
    result = run("evaluate", "m.vec", "--pairs", "p.txt", "--questions", "q.txt", "--oov", "wrong", "--json")
    assert result.code == 0
    rows = [json.loads(line) for line in result.out.split("\n")[:-1]]
    assert {tuple(row) for row in rows} == {(*HEADER.split("\t"), "sha256")}
    assert rows[0] == {
        "model": "m.vec",
        "task": "similarity",
        "dataset": "p",
        "section": None,
        "metric": "spearman",
        "value": 0.866025,
        "correct": None,
        "used": 3,
        "total": 4,
        "coverage": 0.75,
        "sha256": sha256(PAIRS.encode()).hexdigest(),
    }
    assert [row["value"] for row in rows[2:]] == [1, 0, 1, 0, 0.5]


def test_a_terminal_gets_an_aligned_table(tmp_path):
    pytest.importorskip("pty")
    ours, theirs = os.openpty()
    done = _warm.run(["-m", "embedkit", "evaluate", "m.vec", "--pairs", "p.txt"], stdout=theirs)
    os.close(theirs)
    lines = os.read(ours, 9999).decode().split("\r\n")
    os.close(ours)
    assert (done.returncode, done.stderr) == (0, b"")
    assert lines == [
        "model  task        dataset  section  metric     value  correct  used  total  coverage",
        "m.vec  similarity  p        -        spearman  0.8660        -     3      4    0.7500",
        "m.vec  similarity  p        -        pearson   0.9934        -     3      4    0.7500",
        "",
    ]


def test_several_models_and_sets_share_the_rows(run, tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "p.txt").write_text(PAIRS)
    (tmp_path / "n.vec").write_text(VECTORS)
    result = run("evaluate", "m.vec", "n.vec", "--pairs", "p.txt", "--pairs", "more/p.txt")
    assert result.code == 0
    rows = [line.split("\t") for line in result.out.split("\n")[1:-1]]
    assert [(row[0], row[2]) for row in rows[::2]] == [
        ("m.vec", "p.txt"),
        ("m.vec", "more/p.txt"),
        ("n.vec", "p.txt"),
        ("n.vec", "more/p.txt"),
    ]
    assert rows[0][1:2] + rows[0][3:] == rows[6][1:2] + rows[6][3:]


def test_the_vocabulary_can_be_cut(run):
    result = run("evaluate", "m.vec", "--questions", "q.txt", "--restrict-vocab", "4")
    assert result.code == 0
    assert result.out.split("\n")[1] == "m.vec\tanalogy\tq\tfamily\taccuracy\t1.0\t1\t1\t2\t0.5"
    result = run("evaluate", "m.vec", "--questions", "q.txt", "--restrict-vocab", "0", "--method", "mul")
    assert result.code == 0
    assert result.out.split("\n")[1] == "m.vec\tanalogy\tq\tfamily\taccuracy-mul\t1.0\t2\t2\t2\t1.0"


def test_both_methods_at_once(run):
    one, two, both = (
        run("evaluate", "m.vec", "--questions", "q.txt", "--method", m).rows for m in ("add", "mul", "both")
    )
    assert both == one + two[1:]


def test_both_ways_to_count_what_is_unknown(run):
    result = run("evaluate", "m.vec", "--questions", "q.txt", "--oov", "both")
    assert [row[4:9] for row in result.rows[-2:]] == [
        ["accuracy", "0.666667", "2", "3", "4"],
        ["accuracy-oov-wrong", "0.5", "2", "3", "4"],
    ]
    skip, wrong = (run("evaluate", "m.vec", "--questions", "q.txt", "--oov", oov).rows for oov in ("skip", "wrong"))
    assert [row[5] for row in result.rows[1:]] == [row[5] for pair in zip(skip[1:], wrong[1:]) for row in pair]


def test_unknown_pairs_can_count_with_the_cosine_0(run):
    rows = run("evaluate", "m.vec", "--pairs", "p.txt", "--oov-pairs", "zero").rows
    cosines = [2 / 6**0.5, 2 / 6**0.5, -(0.5**0.5), 0]
    assert rows[2][5:9] == [str(round(np.corrcoef(cosines, [9, 8, 1, 5])[0, 1], 6)), "", "3", "4"]
    (skipped,) = {row[5] for row in run("evaluate", "m.vec", "--pairs", "p.txt", "--protocol", "hyperwords").rows[2:]}
    assert skipped == rows[2][5]
    override = run("evaluate", "m.vec", "--pairs", "p.txt", "--protocol", "hyperwords", "--oov-pairs", "skip").rows
    assert override[2][5] == "0.993399"


def test_intervals_and_differences_are_of_the_order_that_the_protocol_has(run, tmp_path):
    (tmp_path / "p.txt").write_text("king queen 10\nboy girl 9\nparis king 1\nman woman 5\nqueen girl 7\nboy king 20\n")
    (tmp_path / "n.vec").write_text(VECTORS.replace("queen 1 1 0 1", "queen 0 -1 0 1"))
    args = ("evaluate", "m.vec", "n.vec", "--pairs", "p.txt", "--compare", "--intervals", "--protocol")
    text, numbers = (
        [row[5:12:5] for row in run(*args, name).rows if row[4] == "spearman"] for name in ("hyperwords", "levy2015")
    )
    for (first, _), (second, _), (difference, _) in (text, numbers):
        assert float(difference) == pytest.approx(float(second) - float(first), abs=2e-6)
    assert text[2] != numbers[2]
    assert text[0][1] != numbers[0][1]


def test_what_is_unknown_is_written(run, tmp_path):
    args = ["evaluate", "m.vec", "m.vec", "--pairs", "p.txt", "--questions", "q.txt"]
    result = run(*args, "--unknown", "unknown.tsv")
    assert result == run(*args)
    lines = ["m.vec\tp\t\tman nobody\tnobody", "m.vec\tq\tgram1\tman king woman nobody\tnobody"]
    expected = ["model\tdataset\tsection\titem\tunknown", *lines, *lines, ""]
    assert (tmp_path / "unknown.tsv").read_text().split("\n") == expected
    assert run(*args, "--unknown", "-").code == 2
    (tmp_path / "m.vec").write_text("broken")
    assert run(*args, "--unknown", "unknown.tsv").code == 1
    assert (tmp_path / "unknown.tsv").read_text().split("\n") == expected


def test_nothing_in_the_vocabulary_is_exit_code_3(run, tmp_path):
    (tmp_path / "odd.txt").write_text("x y 1\nking y 2\n")
    result = run("evaluate", "m.vec", "--pairs", "odd.txt", "--pairs", "p.txt")
    assert result.code == 3
    assert result.out.split("\n")[1] == "m.vec\tsimilarity\todd\t\tspearman\t\t\t0\t2\t0.0"
    assert result.out.split("\n")[3].startswith("m.vec\tsimilarity\tp\t\tspearman\t0.866025")
    assert result.err == "m.vec: nothing of odd is in the vocabulary\n"
    result = run("evaluate", "m.vec", "--pairs", "odd.txt", "-q")
    assert result.code == 3
    assert result.err == ""


@pytest.mark.parametrize(
    ("pairs", "code", "values", "said"),
    [
        ("king queen 9\nman nobody 5\n", 3, ["", ""], "1 of 2 pairs known; a correlation needs 2"),
        ("king queen 9\nboy girl 9\nman king 9\n", 3, ["", ""], "all scores are equal: no correlation"),
        ("king queen 9\nqueen king 8\n", 3, ["", ""], "all cosines are equal: no correlation"),
        (
            "king queen 9\nparis king 1\nman nobody 5\n",
            0,
            ["1.0", "1.0"],
            "2 of 3 pairs known; with two a correlation is always 1 or -1",
        ),
    ],
)
def test_too_little_for_a_correlation_says_why(run, tmp_path, pairs, code, values, said):
    (tmp_path / "few.txt").write_text(pairs)
    result = run("evaluate", "m.vec", "--pairs", "few.txt")
    assert (result.code, result.err) == (code, f"m.vec: few: {said}\n")
    assert [row[5] for row in result.rows[1:]] == values
    rows = [json.loads(line) for line in run("evaluate", "m.vec", "--pairs", "few.txt", "--json").out.splitlines()]
    assert [row["value"] for row in rows] == [float(value) if value else None for value in values]
    assert {tuple(row) for row in rows} == {(*HEADER.split("\t"), "sha256")}
    assert run("evaluate", "m.vec", "--pairs", "few.txt", "-q").err == ""


def test_bands_and_differences_without_a_value_say_why(run, tmp_path):
    (tmp_path / "n.vec").write_text("3 4\nking 1 0 0 1\nqueen 1 1 0 1\nboy 0 0 1 1\n")
    result = run("evaluate", "m.vec", "--pairs", "p.txt", "--frequency-bins", "3")
    assert (result.code, result.err) == (
        0,
        "m.vec: p: ranks 1-4: 1 of 1 pair known; a correlation needs 2\n"
        "m.vec: p: ranks 5-6: 1 of 1 pair known; a correlation needs 2\n"
        "m.vec: p: ranks 7-7: 1 of 1 pair known; a correlation needs 2\n",
    )
    result = run("evaluate", "m.vec", "n.vec", "--pairs", "p.txt", "--compare")
    assert result.code == 3
    assert result.err.endswith("\nn.vec - m.vec: p: both know 1 of 4: no difference\n")


def test_capitals_get_a_hint(run, tmp_path):
    (tmp_path / "q.txt").write_text(": x\nMan King Woman Queen\nman king woman queen\n")
    result = run("evaluate", "m.vec", "--questions", "q.txt")
    assert result.code == 0
    assert result.err == ("m.vec: 4 of 8 words of q are in the vocabulary in lower case only; try --lowercase\n")
    result = run("evaluate", "m.vec", "--questions", "q.txt", "--lowercase")
    assert result.code == 0
    assert result.out.split("\n")[1] == "m.vec\tanalogy\tq\tx\taccuracy\t1.0\t2\t2\t2\t1.0"
    assert result.err == ""
    result = run("evaluate", "m.vec", "--questions", "q.txt", "-q")
    assert result.code == 0
    assert result.err == ""


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (
            ["m.vec"],
            2,
            "give --pairs, --questions, --categories, --dictionary, --classify, --labelled or --parallel FILE",
        ),
        (["--pairs", "p.txt"], 2, "Missing argument 'FILE...'"),
        (["m.vec", "--pairs", "p.txt", "--method", "best"], 2, "--method"),
        (["m.vec", "--pairs", "p.txt", "--restrict-vocab", "-1"], 2, "--restrict-vocab"),
        (["-", "--pairs", "-"], 2, "only one of the files can be -"),
        (["m.vec", "--pairs", "gone.txt"], 1, "gone.txt"),
        (["m.vec", "--pairs", "."], 1, "."),
        (["gone.vec", "--pairs", "p.txt"], 1, "gone.vec"),
        (["m.vec", "--questions", "p.txt"], 1, "p.txt: line 1: 3 words instead of four"),
        (["m.vec", "--pairs", "q.txt"], 1, "q.txt: line 1: no pair with a score"),
        (["m.vec", "gone.vec", "--pairs", "p.txt", "--pairs", "m.vec"], 1, "m.vec: line 1"),
    ],
)
def test_mistakes_are_one_line_and_a_hint(run, arguments, code, part):
    result = run("evaluate", *arguments)
    assert result.code == code
    assert result.out == ""
    error, *hint, end = result.err.split("\n")
    assert error.startswith("Error: ")
    assert part in error
    assert end == ""
    assert len(hint) <= 1
    assert "Traceback" not in result.err


def test_a_broken_model_is_named(run, tmp_path):
    matrix = np.eye(6, dtype=np.float32)
    matrix[3, 2] = np.nan
    vocab = Vocab.from_words(["man", "king", "woman", "queen", "boy", "girl"])
    # Our own writers refuse NaN where they see it; these lengths hide it, as in a file of somebody else.
    formats.save(tmp_path / "nan.safetensors", Vectors(vocab, matrix, norms=np.ones(6, np.float32)))
    for option, name in (("--pairs", "p.txt"), ("--questions", "q.txt")):
        result = run("evaluate", "nan.safetensors", option, name)
        assert result.code == 1
        assert result.err == "Error: nan.safetensors: the vector of 'queen' holds a NaN or an infinite number\n"


def test_a_protocol_sets_what_flags_override(run, tmp_path):
    (tmp_path / "q.txt").write_text(": x\nMan King Woman Queen\nman king woman nobody\n")
    plain, gensim, glove = (
        run("evaluate", "m.vec", "--questions", "q.txt", "-q", *more).rows[-1][5:9]
        for more in ([], ["--protocol", "gensim"], ["--protocol", "glove", "--lowercase"])
    )
    assert (plain, gensim, glove) == (["", "0", "0", "2"], ["1.0", "1", "1", "2"], ["1.0", "1", "1", "2"])
    result = run("evaluate", "m.vec", "--questions", "q.txt", "--protocol", "hyperwords", "--restrict-vocab", "4")
    assert [row[4:8] for row in result.rows[-2:]] == [["accuracy-mul", "0.5", "1", "1"]] * 2
    result = run(
        "evaluate", "m.vec", "--questions", "q.txt", "--protocol", "hyperwords", "--method", "add", "--oov", "skip"
    )
    assert [row[4:8] for row in result.rows[1:]] == [["accuracy", "1.0", "1", "1"]] * 2
    result = run("evaluate", "m.vec", "--questions", "q.txt", "--protocol", "gensim", "--no-lowercase", "-q")
    assert result.rows[-1][6:9] == ["0", "0", "2"]


def test_intervals_and_bands(run):
    result = run(
        "evaluate", "m.vec", "--pairs", "p.txt", "--questions", "q.txt", "--intervals", "--frequency-bins", "2"
    )
    assert result.code == 0
    assert result.rows[0] == [*HEADER.split("\t"), "low", "high"]
    rows = {(row[2], row[3], row[4]): row[5:] for row in result.rows[1:]}
    assert rows["q", "family", "accuracy"] == ["1.0", "2", "2", "2", "1.0", "1.0", "1.0"]
    assert rows["q", "ranks 1-5", "accuracy"][1:4] == ["1", "2", "2"]
    assert rows["q", "ranks 6-6", "accuracy"][1:4] == ["1", "1", "1"]
    value, _, used, _, _, low, high = rows["p", "", "spearman"]
    assert used == "3"
    assert -1 <= float(low) <= float(value) <= float(high) <= 1
    assert rows["p", "ranks 1-6", "spearman"][2] == "2"


def test_models_are_compared_and_their_spread_told(run, tmp_path):
    (tmp_path / "n.vec").write_text(VECTORS.replace("queen 1 1 0 1", "queen 0 -1 0 1"))
    args = ["evaluate", "m.vec", "n.vec", "--questions", "q.txt", "--pairs", "p.txt", "--compare", "--spread", "--json"]
    result = run(*args)
    assert result.code == 0
    rows = [json.loads(line) for line in result.out.split("\n")[:-1]]
    assert {tuple(row) for row in rows} == {(*HEADER.split("\t"), "low", "high", "p", "sd", "sha256")}
    (accuracy,) = [row for row in rows if row["model"] == "n.vec - m.vec" and row["metric"] == "accuracy"]
    assert (accuracy["section"], accuracy["value"], accuracy["used"], accuracy["total"]) == ("all", -0.333333, 3, 4)
    assert accuracy["p"] == 1
    (spread,) = [row for row in rows if row["model"] == "mean of 2" and row["section"] == "all"]
    # 2 of 3 and 1 of 3: each is 1/6 off, over n - 1 = 1.
    assert (spread["value"], spread["sd"]) == (0.5, pytest.approx(2**0.5 / 6, abs=2e-6))
    assert spread["sha256"] == sha256(QUESTIONS.encode()).hexdigest()
    assert run(*args).out == result.out


@pytest.mark.parametrize("option", ["--compare", "--spread"])
def test_one_model_is_too_few(run, option):
    result = run("evaluate", "m.vec", "--pairs", "p.txt", option)
    assert result.code == 2
    assert f"{option} needs two FILEs or more" in result.err


def test_categories(run, tmp_path):
    (tmp_path / "c.txt").write_text("king royal\nqueen royal\nboy child\ngirl child\nprince royal\n")
    result = run("evaluate", "m.vec", "--categories", "c.txt", "--intervals", "--frequency-bins", "2")
    assert result.code == 0
    assert result.rows[1:] == [["m.vec", "categories", "c", "", "purity", "1.0", "4", "4", "5", "0.8", "", ""]]
    assert len(run("evaluate", "m.vec", "m.vec", "--categories", "c.txt", "--compare").rows) == 3
    (tmp_path / "c.txt").write_text("prince royal\n")
    result = run("evaluate", "m.vec", "--categories", "c.txt", "-q")
    assert (result.code, result.rows[1][5:10]) == (3, ["", "0", "0", "1", "0.0"])
    (tmp_path / "c.txt").write_text("# word category\n\nking\n")
    result = run("evaluate", "m.vec", "--categories", "c.txt")
    assert (result.code, result.err.split("\n")[0]) == (1, "Error: c.txt: line 3: 1 words instead of two: 'king'")


def test_classification(run, tmp_path):
    (tmp_path / "c.txt").write_text("royal\tking and queen\nchild\tboy or girl\n" * 10 + "child\tnobody\n")
    result = run("evaluate", "m.vec", "m.vec", "--classify", "c.txt", "--compare")
    assert result.code == 0
    assert result.rows[1][:10] == ["m.vec", "classification", "c", "", "accuracy", "1.0", "20", "20", "21", "0.952381"]
    assert result.rows[3][:6] == ["m.vec - m.vec", "classification", "c", "", "accuracy", "0.0"]
    result = run("evaluate", "m.vec", "--classify", "p.txt")
    assert (result.code, result.err.split("\n")[0]) == (1, "Error: m.vec: label 'boy' has 1 texts with known words")
    (tmp_path / "c.txt").write_text("no tab\n")
    result = run("evaluate", "m.vec", "--classify", "c.txt")
    assert (result.code, result.err.split("\n")[0]) == (1, "Error: c.txt: line 1: no label: 'no tab'")
