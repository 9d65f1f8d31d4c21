"""TensorBoard Projector: numbers in one file, words in another."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.errors import EmbedkitError, FormatError
from embedkit.text.vocab import Vocab
from embedkit.vectors import formats
from embedkit.vectors.vectors import Vectors

ROWS = np.array([[1, 1 / 3], [-2, 1e-9]], np.float32)


def load(tmp_path, data: bytes, words: bytes = b"a\nb\n", **options) -> Vectors:
    (tmp_path / "x.tsv").write_bytes(data)
    (tmp_path / "x.metadata.tsv").write_bytes(words)
    return formats.load(tmp_path / "x.tsv", **options)


@pytest.mark.parametrize(("name", "words"), [("x.tsv", "x.metadata.tsv"), ("vectors.tsv", "metadata.tsv")])
def test_written_bytes(tmp_path, name, words):
    formats.save(tmp_path / name, Vectors(Vocab.from_words(["the", "한국"], [5, 2]), ROWS))
    assert (tmp_path / name).read_bytes() == b"1.0\t0.33333334\n-2.0\t1e-09\n"
    assert (tmp_path / words).read_bytes() == "word\tcount\nthe\t5\n한국\t2\n".encode()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, words])
    assert formats.load(tmp_path / name).vocab.counts.tolist() == [5, 2]


def test_a_single_column_of_metadata_has_no_header(tmp_path):
    formats.save(tmp_path / "x.tsv", Vectors(Vocab.from_words(["word", "b"]), ROWS))
    assert (tmp_path / "x.metadata.tsv").read_bytes() == b"word\nb\n"
    vectors = formats.load(tmp_path / "x.tsv")
    assert (vectors.vocab.words(), vectors.vocab.counts) == (["word", "b"], None)


@pytest.mark.parametrize(
    ("words", "counts"),
    [
        (b"a\nb\n", None),
        (b"a\r\nb\r\n", None),
        (b"word\tcount\na\t3\nb\t1\n", [3, 1]),
        (b"name\tcolour\tcount\na\tred\t3\nb\tblue\t1\n", [3, 1]),
        (b"name\tcolour\na\t3\nb\t1\n", None),
    ],
)
def test_metadata_of_others(tmp_path, words, counts):
    vectors = load(tmp_path, b"1.5\t2\n3\t4\n", words)
    assert vectors.vocab.words() == ["a", "b"]
    assert (counts if vectors.vocab.counts is None else vectors.vocab.counts.tolist()) == counts
    assert vectors.matrix.tolist() == [[1.5, 2], [3, 4]]


def test_numbers_as_others_write_them(tmp_path):
    vectors = load(tmp_path, b"1.5e+00\t-.5\r\n3.\t+4E-1\r\n\n")
    assert vectors.matrix.tolist() == np.float32([[1.5, -0.5], [3, 0.4]]).tolist()


def test_rows_that_start_with_whole_numbers_are_glove(tmp_path):
    """Words that are numbers, as those of items, are frequent there; coordinates are seldom whole."""
    (tmp_path / "x").write_bytes(b"1\t0.5\t2.5\n2\t1.5\t3.5\n")
    assert formats.load(tmp_path / "x").vocab.words() == ["1", "2"]
    (tmp_path / "y").write_bytes(b"0.1\t0.5\t2.5\n2\t1.5\t3.5\n")
    (tmp_path / "y.metadata.tsv").write_bytes(b"a\nb\n")
    assert formats.load(tmp_path / "y").width == 3


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"1.5\t2\n3.5\n", "line 2: 1 fields, 2 numbers are needed"),
        (b"1.5\t2\n3.5\t4\t5\n", "line 2: 3 fields, 2 numbers are needed"),
        (b"1.5\t2\n\n3.5\t4\n", "line 2: 1 fields, 2 numbers are needed"),
        (b"1.5\t\n3.5\t4\n", "line 1: '' is no number"),
        (b"1.5\tnan\n3.5\t4\n", "line 1: 'nan' is no number"),
        (b"1.5\t1 2\n3.5\t4\n", "line 1: '1 2' is no number"),
        (b"1.5\t1.2.3\n3.5\t4\n", "line 1: '1.2.3' is no number"),
        (b"1.5 2\t3\n\t5\n", "line 1: '1.5 2' is no number"),
        (b"1.5\t2\r3\n1.5\t3\n", r"line 1: '2\\r3' is no number"),
        (b"1.5\t2\n3.5\t4", "the last line has no end"),
        (b"1.5\t1e99\n3.5\t4\n", "line 1: the vector of 'a' holds a NaN or an infinite number"),
        (b"1.5\t2\n3.5\t4\n5.5\t6\n5.5\t6\n", "4 rows, but 2 words in"),
        (b"", "0 lines are no rows"),
    ],
)
def test_faults(tmp_path, data, message):
    with pytest.raises(FormatError, match=message):
        load(tmp_path, data, format="projector")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (b"a\nb\tx\n", "line 2: 2 columns, 1 are needed"),
        (b"word\tcount\na\t1\nb\n", "line 3: 1 columns, 2 are needed"),
        (b"word\tcount\na\t1\nb\tmany\n", "line 3: 'many' is no count"),
        (b"a\n\n", "line 2: 1 columns, 1 are needed, a word first"),
    ],
)
def test_faults_of_metadata(tmp_path, words, message):
    with pytest.raises(FormatError, match=message) as caught:
        load(tmp_path, b"1.5\t2\n3.5\t4\n", words)
    assert str(caught.value).startswith(f"{tmp_path / 'x.metadata.tsv'}: ")


@pytest.mark.parametrize("words", [b"label\na\nb\n", b"a\t1\nb\t2\n", b"a\n"])
def test_a_header_too_much_or_too_little_shifts_no_words(tmp_path, words):
    with pytest.raises(FormatError, match="x.tsv: 2 rows, but . words in .*x.metadata.tsv"):
        load(tmp_path, b"1.5\t2\n3.5\t4\n", words)


def test_a_stream_has_nothing_beside_it(run, toy_file):
    got = run("convert", toy_file, "-", "--to", "projector", "--on-bad-token", "skip")
    assert (got.code, got.out) == (1, "")
    assert got.err.startswith("Error: -: the words go into a second file\nHint: ")
    with pytest.raises(EmbedkitError, match="-: this format holds no words"):
        formats.load("-", "projector", data=np.frombuffer(b"1.5\t2\n", np.uint8))
