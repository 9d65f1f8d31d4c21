"""`phrases`, and --phrases wherever text is read: exact output, and tables that mean what the search meant."""

from __future__ import annotations

import json

import pytest

TEXT = "in new york\nnew york times\n\nthe new york times\nnew times in the york times\n"
FIND = ("--min-count", 2, "--discount", 1, "--threshold", 1.2)


def test_table(run, text):
    result = run("phrases", text, *FIND)
    # N = 16, n_new = n_york = n_times = 4: (3 - 1) 16 / 16 for both pairs; all others are seen once
    assert result.out == "new\tyork\t3\t2.0\nyork\ttimes\t3\t2.0\n"
    assert result.err == "16 tokens, 2 phrases\n"


def test_an_empty_line_parts_the_passes(run, text, tmp_path):
    table = tmp_path / "phrases.tsv"
    # new_york now is there 3 times, times 3 and york_times once; N = 12: (2 - 1) 12 / (3 3)
    assert run("phrases", text, *FIND, "--passes", 3, "-q", "-o", table) == (0, "", "", b"")
    first, second = table.read_text().split("\n\n")
    assert first == "new\tyork\t3\t2.0\nyork\ttimes\t3\t2.0"
    assert second == "new_york\ttimes\t2\t1.3333334\n"


def test_json(run, text):
    result = run("phrases", text, *FIND, "--passes", 2, "--json", "-q")
    rows = [json.loads(line) for line in result.out.split("\n")[:-1]]
    assert rows[0] == {"pass": 1, "first": "new", "second": "york", "count": 3, "score": 2.0}
    assert [(row["pass"], row["first"]) for row in rows] == [(1, "new"), (1, "york"), (2, "new_york")]


def test_text_keeps_lines_and_words(run, text):
    result = run("phrases", text, *FIND, "--text", "--passes", 2, "--joiner", "~")
    assert result.out == "in new~york\nnew~york~times\n\nthe new~york~times\nnew times in the york~times\n"
    assert result.err == "16 tokens, 3 phrases\n"


def test_text_is_as_the_tokenizer_made_it(run):
    written = run("phrases", "-", "--text", "--tokenizer", "words", "--lowercase", "-q", stdin="No,\t New York!\r\n\nx")
    assert written.code == 1
    assert "no word occurs 5 times" in written.err
    args = ("phrases", "-", "--text", "--passes", 0, "--tokenizer", "words", "--lowercase", "-q")
    assert run(*args, stdin="No,\t New York!\r\n\nx").out == "no , new york !\n\nx\n"


def test_npmi(run, text):
    # ln((3/16) / (1/4 1/4)) / -ln(3/16)
    assert run("phrases", text, "--score", "npmi", "--min-count", 2, "-q").rows == [
        ["new", "york", "3", "0.656289"],
        ["york", "times", "3", "0.656289"],
    ]
    assert run("phrases", text, "--score", "npmi", "--min-count", 2, "--threshold", 0.7, "-q").out == ""


def test_a_table_joins_what_text_joins(run, text, tmp_path):
    table, joined = tmp_path / "phrases.tsv", tmp_path / "joined.txt"
    for passes in (1, 2):
        run("phrases", text, *FIND, "--passes", passes, "-o", table)
        run("phrases", text, *FIND, "--passes", passes, "--text", "-o", joined)
        expected = run("vocab", joined, "--min-count", 1)
        assert run("vocab", text, "--phrases", table, "--min-count", 1) == expected
        assert run("phrases", text, "--phrases", table, "--passes", 0, "--text").raw == joined.read_bytes()
    assert expected.out == "in\t2\nnew_york_times\t2\nthe\t2\nnew\t1\nnew_york\t1\ntimes\t1\nyork_times\t1\n"


def test_search_goes_on_from_a_table(run, text, tmp_path):
    table = tmp_path / "phrases.tsv"
    run("phrases", text, *FIND, "-o", table)
    assert run("phrases", text, *FIND, "--phrases", table, "-q").rows == [["new_york", "times", "2", "1.3333334"]]


def test_the_cache_serves_text_with_phrases_and_without(run, text, tmp_path, monkeypatch):
    table = tmp_path / "phrases.tsv"
    table.write_text("new\tyork\n")
    plain = run("vocab", text, "--min-count", 1)
    monkeypatch.setattr("embedkit.text.encode.encode_files", None)
    assert "new_york\t3\n" in run("vocab", text, "--phrases", table, "--min-count", 1).out
    assert run("vocab", text, "--min-count", 1) == plain


def test_counts_of_phrases(run, text, tmp_path):
    table, joined = tmp_path / "phrases.tsv", tmp_path / "joined.txt"
    table.write_text("new\tyork\nnew_york\ttimes\n")
    joined.write_text(run("phrases", text, "--phrases", table, "--passes", 0, "--text", "-q").out)
    expected = tmp_path / "expected"
    run("count", joined, "--min-count", 1, "--to", "glove-cooccur", "-o", expected)
    for memory in ([], ["--max-memory", "1M"]):
        found = tmp_path / "found"
        assert (
            run("count", text, "--phrases", table, *memory, "--min-count", 1, "--to", "glove-cooccur", "-o", found).code
            == 0
        )
        assert found.read_bytes() == expected.read_bytes() != b""


def test_counts_made_before_take_no_phrases(run, text, tmp_path):
    counts, table = tmp_path / "counts", tmp_path / "phrases.tsv"
    table.write_text("new\tyork\n")
    run("count", text, "--min-count", 1, "-o", counts)
    result = run("train", "ppmi", counts, "--phrases", table, "-o", tmp_path / "out")
    assert (result.code, result.out) == (1, "")
    assert "holds counts already, so --phrases cannot change them" in result.err


def test_files_of_our_own_are_no_text(run, text, tmp_path):
    run("count", text, "--min-count", 1, "-o", tmp_path / "counts")
    assert "is a file that embedkit has made, not text" in run("phrases", tmp_path / "counts").err


def test_text_as_json_is_a_usage_error(run, text):
    result = run("phrases", text, "--text", "--json")
    assert (result.code, result.out) == (2, "")
    assert "--json" in result.err


@pytest.mark.parametrize(
    "args", ["vocab - --vocab -", "count - --phrases -", "phrases text --vocab - --phrases -", "vocab - -"]
)
def test_stdin_is_read_once(run, args):
    result = run(*args.split())
    assert (result.code, result.out) == (2, "")
    assert "only one of the files can be -, stdin" in result.err


@pytest.mark.parametrize("bad", [("--threshold", "nan"), ("--discount", -1), ("--passes", -1), ("--joiner", " ")])
def test_values_out_of_range_are_usage_errors(run, text, bad):
    assert run("phrases", text, *bad).code == 2


def test_log_has_the_passes(run, text, tmp_path):
    run("phrases", text, *FIND, "--passes", 5, "--log", tmp_path / "log")
    events = [json.loads(line) for line in (tmp_path / "log").read_text().split("\n")[:-1]]
    assert [event["phrases"] for event in events if event["event"] == "pass"] == [2, 1, 0]
