"""word2vec text and binary: the dialects that are read, the bytes that are written, the faults that are named."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from embedkit.errors import FormatError
from embedkit.text.vocab import Vocab
from embedkit.vectors import formats
from embedkit.vectors.formats import _rows, _text
from embedkit.vectors.vectors import Vectors

GOLDEN = Path(__file__).parents[2] / "golden"


def load(tmp_path, data: bytes, format: str | None = None, **options) -> Vectors:
    (tmp_path / "x").write_bytes(data)
    return formats.load(tmp_path / "x", format, **options)


def words(vectors: Vectors) -> list[bytes]:
    return [vectors.vocab.bytes(i) for i in range(len(vectors))]


def binary(*rows: tuple[bytes, list[float]], end: bytes = b"\n") -> bytes:
    D = len(rows[0][1])
    return b"%d %d\n" % (len(rows), D) + b"".join(b"%b %b%b" % (w, np.array(v, "<f4").tobytes(), end) for w, v in rows)


# Text


def test_text_is_written_with_the_shortest_decimals(tmp_path):
    rows = [[1 / 3, 1e-9, -0.0], [1, 1e16, 123456.79], [1e-45, -3.4028235e38, 100]]
    vectors = Vectors(Vocab.from_words(["a", "한국어", "<unk>"]), np.array(rows, np.float32))
    formats.save(tmp_path / "x.txt", vectors)
    expected = "3 3\na 0.33333334 1e-09 -0.0\n한국어 1.0 1e+16 123456.79\n<unk> 1e-45 -3.4028235e+38 100.0\n"
    assert (tmp_path / "x.txt").read_text("utf-8") == expected


@pytest.mark.parametrize(
    "data",
    [
        b"2 2\na 1 -2.5\nb .5 +1e2\n",
        b"2 2\na 1.000000 -2.500000 \nb 0.500000 100.000000 \n",  # the C tool
        b"2 2\r\na 1. -25E-1\r\nb 5e-1 100\r\n",
        b"2\t2\na\t1\t-2.5\nb\t0.5\t100\n",
        b"2 2 \na  1  -2.5\t \nb \t0.5 100\n\n\r\n\n".replace(b"a  ", b"a ").replace(b"b \t", b"b "),
        b"002 2\na 1 -2.5\nb 0.50000000000000000000000000000000000 1e+0000000000002\n",
    ],
)
def test_dialects_of_text(tmp_path, data):
    vectors = load(tmp_path, data)
    assert vectors.metadata["imported_from"] == "word2vec-text"
    assert words(vectors) == [b"a", b"b"]
    assert vectors.matrix.tolist() == [[1, -2.5], [0.5, 100]]


def test_the_vector_is_the_last_fields_whatever_the_word_contains(tmp_path):
    odd = [
        b"New York", b"a b c", b" leading", b"trailing ", b"tab\tbed", b"\xc2\xa0", b"x\xe3\x80\x80y", b"\xff\xfe",
        b"cut \xed\x95", b"1 2 3", b"0.5", b"nan", b"\x1b[1m\x00\x0b\x0c\x1c", b"a\rb", b"\xe2\x80\xa8", b"\xc2\x85",
    ]  # fmt: skip
    data = b"%d 2\n" % len(odd) + b"".join(b"%b %d -1\n" % (word, i) for i, word in enumerate(odd))
    vectors = load(tmp_path, data)
    assert words(vectors) == odd
    assert vectors.matrix[:, 0].tolist() == list(range(len(odd)))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"b 1_0 2", "line 3: '1_0' in the vector of 'b' is no number"),
        ("b ١ 2".encode(), "line 3: '١' in the vector of 'b' is no number"),
        (b"b nan 2", "line 3: 'nan' in the vector of 'b' is no number"),
        (b"b 1 -inf", "line 3: '-inf' in the vector of 'b' is no number"),
        (b"b 1 Infinity", "line 3: 'Infinity' in the vector"),
        (b"b 0x10 2", "line 3: '0x10' in the vector"),
        (b"b 1e 2", "line 3: '1e' in the vector"),
        (b"b 1e+ 2", r"line 3: '1e\+' in the vector"),
        (b"b . 2", r"line 3: '\.' in the vector"),
        (b"b 1-2 3", "line 3: '1-2' in the vector"),
        (b"b 1.2.3 3", "line 3: '1.2.3' in the vector"),
        (b"b 1,5 3", "line 3: '1,5' in the vector"),
        (b"b --1 3", "line 3: '--1' in the vector"),
        (b"b e5 3", "line 3: 'e5' in the vector"),
        (b"b 1\xc2\xa02 3", "line 3: '1\\\\xa02' in the vector"),
        (b"b 1\x002 3", r"line 3: '1\\x002' in the vector"),
        (b"b 1e39 3", "line 3: the vector of 'b' holds a NaN or an infinite number"),
        (b"b -1e999 3", "line 3: the vector of 'b' holds a NaN or an infinite number"),
        (b"b 1", "line 3: 2 fields, a word and 2 numbers are needed"),
        (b"1 2", "line 3: 2 fields, a word and 2 numbers are needed"),
        (b" 1 2", "line 3: the word is empty"),
        (b"", "line 3: an empty line"),
        (b" \t ", "line 3: an empty line"),
        (b"x" * 65537 + b" 1 2", "line 3: the word 'x{60}…' has more than 65536 bytes"),
    ],
)
def test_faults_of_a_line_are_named(tmp_path, line, message):
    with pytest.raises(FormatError, match=message):
        load(tmp_path, b"3 2\na 1.125 2.125\n" + line + b"\nc 3.125 4.125\n")


def test_the_first_fault_of_many_is_named_whatever_the_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(_text, "PIECE", 1)
    monkeypatch.setattr(_text, "LONGEST_WORD", 100)
    rows = [b"w%d 1 2\n" % i for i in range(1000)]
    rows[700] = b"w700 1 x\n"
    with pytest.raises(FormatError, match="line 702: 'x'"):
        load(tmp_path, b"1000 2\n" + b"".join(rows))
    rows[700] = b"w700 1 3\n"
    vectors = load(tmp_path, b"1000 2\n" + b"".join(rows))
    assert vectors.matrix[700].tolist() == [1, 3]
    assert words(vectors) == [b"w%d" % i for i in range(1000)]
    rows[701] = b"w" * 300 + b" 1 2\n"
    with pytest.raises(FormatError, match="line 703: no row has more than 228 bytes"):
        load(tmp_path, b"1000 2\n" + b"".join(rows))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"3 2\na 1.25 2\nb 3.25 4\n", "the header says 3 words, there are 2"),
        (b"1 2\na 1 2\nb 3 4\n", "line 3: the header says 1 words, there are more"),
        (b"2 2\na 1 2\nb 3 4.5", "the last line has no end"),
        (b"2 1\na 1 2\nb 3 4\n", "every row has more than the 1 numbers"),
        (b"2 3\na 1.25 2\nb 3.25 4\n", "line 2: 3 fields, a word and 3 numbers are needed"),
        (b"0 3\n", "the header says 0 words"),
        (b"3 0\na\nb\nc\n", "0 dimensions"),
        (b"a 1 2\n", "line 1: the first line is not"),
        (b"", "the first line is not"),
        (b"2 2", "the first line is not"),
    ],
)
def test_text_headers_that_lie(tmp_path, data, message):
    with pytest.raises(FormatError, match=message):
        load(tmp_path, data, "word2vec-text")


@pytest.mark.parametrize("format", ["word2vec", "word2vec-text"])
@pytest.mark.parametrize("sizes", [b"100000000000 100", b"10 100000000000", b"999999999999999999 999999999999999999"])
def test_huge_claims_are_refused_before_anything_is_allocated(tmp_path, format, sizes):
    tracemalloc.start()
    with pytest.raises(FormatError, match="line 1: the header says"):
        load(tmp_path, sizes + b"\na 1 2 3\n", format)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_a_word_with_a_number_in_every_row_is_no_lie(tmp_path):
    vectors = load(tmp_path, b"2 2\nroute 66 1 2\nNew York 3 4\n")
    assert words(vectors) == [b"route 66", b"New York"]


# Binary


def test_binary_bytes(tmp_path):
    vectors = Vectors(Vocab.from_words(["a", "한국어"]), np.array([[1, -2], [0.5, 1e-9]], np.float32))
    formats.save(tmp_path / "x.bin", vectors)
    expected = binary((b"a", [1, -2]), ("한국어".encode(), [0.5, 1e-9]))
    assert (tmp_path / "x.bin").read_bytes() == expected


@pytest.mark.parametrize("end", [b"\n", b""])
def test_both_ends_of_a_row(tmp_path, end):
    rows = [(b"\x1b\x01", [1, 2]), (b"cut\xed\x95", [3, 4]), (b"\xc2\xa0", [5, 10])]
    data = binary(*rows, end=end)
    for last in (b"", end):
        vectors = load(tmp_path, data.removesuffix(end) + last)
        assert vectors.metadata["imported_from"] == "word2vec"
        assert words(vectors) == [word for word, _ in rows]
        assert vectors.matrix.tolist() == [row for _, row in rows]


def test_an_invalid_first_byte_is_fine_where_rows_end_with_a_newline(tmp_path):
    assert words(load(tmp_path, binary((b"a", [1, 2]), (b"\x95\xff", [3, 4])))) == [b"a", b"\x95\xff"]


@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_space_in_a_word_is_noticed(tmp_path, end):
    numbers = np.random.default_rng(1).normal(size=(3, 8)).tolist()
    data = binary((b"a", numbers[0]), (b"New York", numbers[1]), (b"b", numbers[2]), end=end)
    with pytest.raises(FormatError, match="byte [0-9]+: row [23]") as caught:
        load(tmp_path, data, "word2vec")
    assert "a word before it probably holds a space" in caught.value.hint


@pytest.mark.parametrize("word", [b"\x1f?b", b"a\x7f", b"\xe9t", b"\xff", "한".encode()[:2] + b"x"])
def test_what_is_no_word_is_the_end_of_a_row_that_began_too_late(tmp_path, word):
    """Rows without a newline: a space in the word before, and this one begins among its numbers."""
    with pytest.raises(FormatError, match="byte 14: row 2 does not start with a word") as caught:
        load(tmp_path, binary((b"a", [1, 2]), (word, [3, 4]), (b"c", [5, 6]), end=b""), "word2vec")
    assert "a word before it probably holds a space" in caught.value.hint


def test_a_word_that_was_cut_inside_a_character(tmp_path):
    cut = "한국어".encode()[:-1]
    assert words(load(tmp_path, binary((b"a", [1, 2]), (cut, [3, 4]), end=b""), "word2vec")) == [b"a", cut]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (binary((b"aaa", [1, 2]), (b"b", [1, 2]), (b"c", [1, 2]))[:-2], "byte 37: cut short in row 3, 'c', of 3"),
        (binary((b"a", [1, 2]), (b"bbbbbbbbbbbbbbbb", [1, 2]))[:24], "cut short in the word of row 2"),
        (binary((b"a", [1, 2])) + b"junk", "byte 15: 4 bytes follow the last row"),
        (binary((b"a", [1, 2]), (b"b", [1, np.nan])), "row 2: the vector of 'b' holds a NaN"),
        (binary((b"a", [1, 2]), (b"b", [1, np.inf]), end=b""), "row 2: the vector of 'b' holds a NaN"),
        (binary((b"", [1, 2])), "byte 4: the word of row 1 is empty"),
        (binary((b"x" * 65537, [1, 2])), "byte 4: the word of row 1 has more than 65536 bytes"),
        (b"2 2\n" + binary((b"a", [1, 2]))[4:] * 2, "the word 'a' comes twice, rows 1 and 2"),
        (b"0 2\n", "0 words"),
        (b"\x01\x02", "line 1: the first line is not"),
    ],
)
def test_faults_of_binary_files(tmp_path, data, message):
    with pytest.raises(FormatError, match=message):
        load(tmp_path, data, "word2vec")


def test_the_longest_word(tmp_path):
    word = b"x" * 65536
    assert words(load(tmp_path, binary((word, [1, 2])))) == [word]
    assert words(load(tmp_path, b"1 2\n%b 1 2\n" % word)) == [word]


def test_text_and_binary_are_told_apart(tmp_path):
    text = b"2 2\nin 1 2\nb 3 4\n"
    # The first number starts with a newline or reads like a number of text.
    for first in (b"\n\0\0?", b"1 2?", b"1\n2?"):
        data = b"2 2\nin " + first + b"\0\0\0?\nb " + bytes(8) + b"\n"
        assert load(tmp_path, data).metadata["imported_from"] == "word2vec"
    assert load(tmp_path, text).metadata["imported_from"] == "word2vec-text"
    with pytest.raises(FormatError, match="line 2: 3 fields"):  # a fault of text, not of binary
        load(tmp_path, b"9 3\n" + b"".join(b"word%d 0.25 0.5\n" % i for i in range(9)))


def test_rows_longer_than_what_sniffing_sees(tmp_path):
    matrix = np.random.default_rng(1).normal(size=(2, 40_000)).astype(np.float32)
    vectors = Vectors(Vocab.from_words("ab"), matrix)
    for format in ("word2vec-text", "glove", "word2vec"):
        formats.save(tmp_path / "x", vectors, format)
        loaded = formats.load(tmp_path / "x")
        assert loaded.metadata["imported_from"] == format
        np.testing.assert_array_equal(loaded.matrix, matrix)


def test_dropping_duplicates_needs_no_second_matrix(tmp_path, monkeypatch):
    monkeypatch.setattr(_rows, "BLOCK", 8)
    rows = b"".join(b"w%d %d 2\n" % (i % 60, i) for i in range(100))
    vectors = load(tmp_path, b"100 2\n" + rows, dedupe="first")
    assert words(vectors) == [b"w%d" % i for i in range(60)]
    assert vectors.matrix[:, 0].tolist() == list(range(60))


# What the original tools make of our files


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["x.bin", "x.txt"])
def test_gensim_reads_and_writes_the_same(tmp_path, name):
    models = pytest.importorskip("gensim.models")
    rng = np.random.default_rng(2)
    matrix = np.concatenate([rng.normal(size=(40, 7)), 10.0 ** rng.integers(-30, 30, (40, 7))]).astype(np.float32)
    vectors = Vectors(Vocab.from_words([f"낱말{i}" for i in range(80)]), matrix)
    formats.save(tmp_path / name, vectors)
    is_binary = name == "x.bin"
    keyed = models.KeyedVectors.load_word2vec_format(tmp_path / name, binary=is_binary)
    assert keyed.index_to_key == vectors.vocab.words()
    np.testing.assert_array_equal(keyed.vectors, matrix)
    keyed.save_word2vec_format(tmp_path / "theirs", binary=is_binary)
    if not is_binary:
        assert (tmp_path / "theirs").read_bytes() == (tmp_path / name).read_bytes()
    np.testing.assert_array_equal(formats.load(tmp_path / "theirs").matrix, matrix)
