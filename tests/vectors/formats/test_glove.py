"""GloVe: text without a header, and the binary that holds no words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embedkit.errors import EmbedkitError, FormatError
from embedkit.text.vocab import Vocab
from embedkit.vectors import formats
from embedkit.vectors.vectors import Vectors

GOLDEN = Path(__file__).parents[2] / "golden"


def load(tmp_path, data: bytes, format: str | None = None, **options) -> Vectors:
    (tmp_path / "x").write_bytes(data)
    return formats.load(tmp_path / "x", format, **options)


def test_golden_text():
    vectors = formats.load(GOLDEN / "glove.txt")
    assert vectors.vocab.words()[::21] == ["the", "<unk>"]
    row = [0.136598, 0.014291, 0.027597, 0.081501, 0.086951, -0.093201, 0.032262, 0.089829]
    np.testing.assert_array_equal(vectors.matrix[0], np.float32(row))
    assert vectors.vocab.counts is None


def test_written_without_a_header(tmp_path):
    vectors = Vectors(Vocab.from_words(["a", "<unk>"]), np.array([[1, 0.1], [1 / 3, -2]], np.float32))
    formats.save(tmp_path / "x", vectors, "glove")
    assert (tmp_path / "x").read_bytes() == b"a 1.0 0.1\n<unk> 0.33333334 -2.0\n"


@pytest.mark.parametrize(
    "rows",
    [
        [b"New York 1 2 3", b"to name@domain.com 4 5 6"],
        [b". . . 1 2 3", b"a 4 5 6", b"b 7 8 9"],
        [b"at 2 1 2 3", b"a 4 5 6", b"b 7 8 9"],
        [b"1 1 2 3", b"2 4 5 6"],
        [b"a 1 2 3 ", b"b 4 5 6 "],
        [b"a\t1\t2\t3", b"b\t4\t5\t6\r"],
    ],
)
def test_the_width_is_what_most_rows_say(tmp_path, rows):
    vectors = load(tmp_path, b"".join(row + b"\n" for row in rows))
    assert vectors.width == 3
    assert vectors.matrix.ravel().tolist() == list(range(1, 3 * len(rows) + 1))


@pytest.mark.parametrize("number", [b"nan", b"-inf", b"1_0", "١".encode()])
@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_bad_number_is_not_part_of_a_word(tmp_path, number, row):
    rows = [b"a 1 2 3", b"b 4 5 6", b"c 7 8 9"]
    rows[row] = rows[row][:4] + number + rows[row][5:]
    with pytest.raises(FormatError, match=f"line {row + 1}: .* is no number"):
        load(tmp_path, b"\n".join(rows) + b"\n")
    with pytest.raises(FormatError, match="is no number"):
        load(tmp_path, rows[row] + b"\n")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a 1 2\nb 3\nc 4 5\n", "line 2: 2 fields, a word and 2 numbers are needed"),
        (b"a 1 2\nb 3 4", "the last line has no end"),
        (b"a 1 2\n\nb 3 4\nc 5 6\n", "line 2: an empty line"),
        (b"a 1.5 2\n 3.5 4\nb 3.5 4\n", "line 2: the word is empty"),
        (b"words\nwithout numbers\n", "the lines do not end with numbers"),
        (b"a 1 2\na 1 2\n", "the word 'a' comes twice, lines 1 and 2"),
        (b"a 1 2\nb" + b" 1" * 40000 + b"\n", "line 2: 80001 bytes are too many for a word and 2 numbers"),
        (b"a" + b" 1" * (1 << 20) + b"\n", "line 1: the lines do not end with numbers"),
    ],
)
def test_faults_of_text(tmp_path, data, message):
    with pytest.raises(FormatError, match=message):
        load(tmp_path, data, "glove")


def test_one_column_must_be_asked_for(tmp_path):
    data = b"the 6000\nof 3000\n"
    with pytest.raises(FormatError, match="looks like a vocabulary"):
        load(tmp_path, data)
    assert load(tmp_path, data, "glove").matrix.tolist() == [[6000], [3000]]


def test_trailing_empty_lines_are_no_rows(tmp_path):
    assert len(load(tmp_path, b"a 1 2\nb 3 4\n\n\r\n\n")) == 2


# vectors.bin


def test_golden_binary_is_the_sum_of_words_and_contexts():
    binary = formats.load(GOLDEN / "glove.bin", "glove-bin", vocab=GOLDEN / "glove.vocab.txt")
    text = formats.load(GOLDEN / "glove.txt")
    assert binary.vocab.words() == text.vocab.words()[:-1]
    np.testing.assert_allclose(binary.matrix, text.matrix[:-1], atol=5.1e-7)
    assert binary.vocab.counts[:4].tolist() == [6000, 3000, 3000, 1047]
    assert binary.metadata == {"kind": "vectors", "imported_from": "glove-bin"}


def test_words_from_another_file_are_asked_for():
    with pytest.raises(EmbedkitError, match="this format holds no words") as caught:
        formats.load(GOLDEN / "glove.bin", "glove-bin")
    assert "--vocab" in caught.value.hint
    with pytest.raises(EmbedkitError, match="its words are in it, as in every word2vec file"):
        formats.load(GOLDEN / "gensim.bin", vocab=GOLDEN / "glove.vocab.txt")


@pytest.mark.parametrize(
    ("vocab", "message"),
    [
        (b"a 1\nb 1\nc 1\nd 1\n", "x: 96 bytes are not twice 4 rows of numbers: 4 words"),
        (b"a 3\n", "x: row 1: the vector of 'a' holds a NaN"),
        (b"a 3\nb two\nc 1\n", "vocab: line 2: 'b two' is not a word and its count"),
        (b"a 3\n\nc 1\n", "vocab: line 2: '' is not a word and its count"),
        (b"", "vocab: line 1: '' is not"),
        (b"a 3\nb 2\na 1\n", "x: the word 'a' comes twice, rows 1 and 3"),
    ],
)
def test_vocabularies_that_do_not_fit(tmp_path, vocab, message):
    (tmp_path / "vocab").write_bytes(vocab)
    numbers = np.ones(12, "<f8")
    numbers[4] = np.nan if vocab == b"a 3\n" else 1
    (tmp_path / "x").write_bytes(numbers.tobytes())
    with pytest.raises(FormatError, match=message):
        formats.load(tmp_path / "x", "glove-bin", vocab=tmp_path / "vocab")


def test_words_of_the_vocabulary_may_hold_anything_but_line_ends(tmp_path):
    (tmp_path / "vocab").write_bytes(b"New York 3\r\n\xff\xfe 2\n")
    (tmp_path / "x").write_bytes(np.arange(12, dtype="<f8").tobytes())
    vectors = formats.load(tmp_path / "x", "glove-bin", vocab=tmp_path / "vocab")
    assert [vectors.vocab.bytes(i) for i in range(2)] == [b"New York", b"\xff\xfe"]
    assert vectors.matrix.tolist() == [[6, 8], [12, 14]]  # rows 0 1 (2) and 6 7 (8), 3 4 (5) and 9 10 (11)
