"""Pair and question files in every layout that is about, and lines that are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from _gzip import gz

from embedkit.errors import EmbedkitError, FormatError
from embedkit.eval.analogy import read_questions
from embedkit.eval.dataset import name_of
from embedkit.eval.similarity import read_pairs

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "eval"


@pytest.fixture
def write(tmp_path):
    def written(data: bytes, name="set.txt") -> str:
        path = tmp_path / name
        path.write_bytes(data)
        return str(path)

    return written


@pytest.mark.parametrize(
    "data",
    [
        b"love\tsex\t6.77\ntiger\tcat\t7.35\n",
        b"love\tsex\t6.77\t\r\ntiger\tcat\t7.35\t\r\n",
        b"Word 1,Word 2,Human (mean)\r\nlove,sex,6.77\r\ntiger,cat,7.35",
        b"Word 1,Word 2,Human (mean),1,2\nlove,sex,6.77,9,6\ntiger,cat,7.35,8,7\n",
        b"love sex 6.77\ntiger  cat   7.35\n",
        b"love;sex;6.77\ntiger;cat;7.35\n",
        b"word1\tword2\tPOS\tSimLex999\tconc(w1)\nlove\tsex\tN\t6.77\t2.7\ntiger\tcat\tN\t7.35\t4\n",
        b"love\tsex\tV\t+6.77\tSYNONYMS\ntiger\tcat\tN\t735e-2\tNONE\n",
        b"\xef\xbb\xbf# a comment\n\nlove\tsex\t6.77\n \t\n# another\ntiger\tcat\t7.35\n",
    ],
)
def test_layouts_of_pairs(write, data):
    pairs = read_pairs(write(data))
    assert pairs.words == ["love", "sex", "tiger", "cat"]
    assert pairs.gold.tolist() == [6.77, 7.35]
    assert pairs.name == "set"


def test_words_keep_their_case_spaces_and_repetitions(write):
    pairs = read_pairs(write("New York\tÉire\t1\nNew York\tÉire\t1\na\u00a0b\tc\t-.5\n".encode()))
    assert pairs.words == ["New York", "Éire"] * 2 + ["a\u00a0b", "c"]
    assert pairs.gold.tolist() == [1, 1, -0.5]


def test_compressed(write):
    assert read_pairs(write(gz(b"a b 1\n"), "p.txt.gz")).words == ["a", "b"]


@pytest.mark.parametrize(
    ("data", "line", "part"),
    [
        (b"a\tb\n", 1, "no pair with a score: 'a\\tb'"),
        (b"a\tb\t1\na\tb\n", 2, "no pair"),
        (b"w1\tw2\tscore\na\tb\tx\n", 2, "no pair"),
        (b"# c\n\na b 1\na b nan\n", 4, "no pair"),
        (b"a b 1\na b inf\n", 2, "no pair"),
        (b"a b 1\na b 1_0\n", 2, "no pair"),
        (b"a b 1\na b 1e999\n", 2, "no pair"),
        (b"a b 1\na b " + b"9" * 400 + b"\n", 2, "no pair"),
        ("a b 1\na b ١\n".encode(), 2, "no pair"),
        (b"a\tb\t1\na\tb\t7,5\n", 2, "no pair"),
        (b"a\tb\t1\n\tb\t7\n", 2, "no pair"),
        (b"a b 1\na b word 2\n", 2, "no pair"),
        (b"a b 1\nc\xff d 2\n", 2, "invalid UTF-8 at column 2"),
    ],
)
def test_a_bad_line_of_pairs_is_named(write, data, line, part):
    with pytest.raises(FormatError) as caught:
        read_pairs(write(data))
    assert caught.value.line == line
    assert part in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"# nothing\n", b"w1\tw2\tscore\n"])
def test_a_file_without_pairs(write, data):
    with pytest.raises(FormatError, match="no word pairs"):
        read_pairs(write(data))


def test_swapped_files_get_a_hint(write):
    with pytest.raises(FormatError) as caught:
        read_pairs(write(b": family\nboy girl brother sister\n"))
    assert "--questions" in caught.value.hint
    with pytest.raises(FormatError) as caught:
        read_questions(write(b"tiger\tcat\t7.35\n"))
    assert "--pairs" in caught.value.hint


def test_sections_of_questions(write):
    read = read_questions(
        write(b"//Copyright\n: family\nboy girl he she\n: gram1 adverbs \na\tb c  d\r\n\nb a d c\n:x\n")
    )
    assert read.words == ["boy", "girl", "he", "she", "a", "b", "c", "d", "b", "a", "d", "c"]
    assert read.sections == [("family", 1), ("gram1 adverbs", 2), ("x", 0)]


def test_questions_without_sections(write):
    read = read_questions(
        write(b"good better rough rougher\n# c\ngood best rough roughest\n: late\na b c d\n", "msr.txt")
    )
    assert read.sections == [("msr", 2), ("late", 1)]


@pytest.mark.parametrize(
    ("data", "line", "part"),
    [
        (b": x\na b c\n", 2, "3 words instead of four"),
        (b": x\na b c d\na b c d e\n", 3, "5 words instead of four"),
        (b": x\na b c \xc3\n", 2, "invalid UTF-8"),
    ],
)
def test_a_bad_question_is_named(write, data, line, part):
    with pytest.raises(FormatError) as caught:
        read_questions(write(data))
    assert caught.value.line == line
    assert part in str(caught.value)


def test_a_file_without_questions(write):
    with pytest.raises(FormatError, match="no analogy questions"):
        read_questions(write(b": family\n"))


@pytest.mark.parametrize("read", [read_pairs, read_questions])
def test_a_missing_file(tmp_path, read):
    with pytest.raises(EmbedkitError, match=r"gone\.txt"):
        read(str(tmp_path / "gone.txt"))


@pytest.mark.parametrize(
    ("path", "name"),
    [("a/EN-MC-30.txt", "EN-MC-30"), ("x.v2.csv.gz", "x.v2"), ("plain", "plain"), ("-", "-"), (".txt", ".txt")],
)
def test_names(path, name):
    assert name_of(path) == name


@pytest.mark.skipif(not SHARED.is_dir(), reason="evaluation sets are not here")
def test_the_usual_sets():
    sizes = {"MC-30": 30, "RG-65": 65, "SIMLEX-999": 999, "WS-353-ALL": 353, "WS-353-REL": 252, "WS-353-SIM": 203}
    for name, size in sizes.items():
        pairs = read_pairs(str(SHARED / f"EN-{name}.txt"))
        assert (len(pairs.words), len(pairs.gold)) == (2 * size, size)
    questions = read_questions(str(SHARED / "questions-words.txt"))
    assert len(questions.sections) == 14
    assert len(questions.words) == 4 * 19544
    assert sum(number for name, number in questions.sections if name.startswith("gram")) == 10675
