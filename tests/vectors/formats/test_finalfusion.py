"""finalfusion: our bytes are those of finalfusion, and its files are read with the values it means."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from embedkit.errors import FormatError
from embedkit.text.vocab import Vocab
from embedkit.vectors import formats
from embedkit.vectors.ngrams import Ngrams
from embedkit.vectors.subwords import SubwordVectors
from embedkit.vectors.vectors import Vectors

GOLDEN = Path(__file__).parents[2] / "golden"
HEAD = b"FiFu" + struct.pack("<5I", 0, 3, 1, 2, 6)
WORDS = struct.pack("<Q", 2) + struct.pack("<I", 1) + b"a" + struct.pack("<I", 6) + "한국".encode()
ROWS = np.array([[0.6, 0.8], [0, 1]], "<f4").tobytes()
NORMS = np.array([5, 2], "<f4").tobytes()


def chunk(kind: int, payload: bytes) -> bytes:
    return struct.pack("<IQ", kind, len(payload)) + payload


def whole(words=WORDS, rows=ROWS, norms=NORMS, kind=1, metadata=None, sizes=(2, 2, 10), lengths=(2, 10)) -> bytes:
    """A file of these chunks: words at byte 24, then rows and norms behind the padding that their place asks for."""
    chunks, kinds = [], []
    if metadata is not None:
        kinds.append(5)
        chunks.append(chunk(5, metadata))
    kinds += [kind, 2] + ([6] if norms is not None else [])
    data = b"FiFu" + struct.pack(f"<{2 + len(kinds)}I", 0, len(kinds), *kinds) + b"".join(chunks) + chunk(kind, words)
    data += chunk(2, struct.pack("<QII", *sizes) + bytes(4 - len(data) % 4) + rows)
    if norms is not None:
        data += chunk(6, struct.pack("<QI", *lengths) + bytes(4 - len(data) % 4) + norms)
    return data


def load(tmp_path, data: bytes, **options) -> Vectors:
    (tmp_path / "x").write_bytes(data)
    return formats.load(tmp_path / "x", **options)


def test_written_bytes(tmp_path):
    """Byte for byte what finalfusion 0.7 (Python) writes of the same words and rows."""
    vectors = Vectors(Vocab.from_words(["a", "한국"]), np.array([[3, 4], [0, 2]], np.float32))
    formats.save(tmp_path / "x.fifu", vectors)
    assert (tmp_path / "x.fifu").read_bytes() == whole()
    assert len(HEAD) == 24
    assert whole()[24:36] == struct.pack("<IQ", 1, 23)
    assert whole()[59:71] == struct.pack("<IQ", 2, 33)  # one byte of padding: the rows begin at byte 88
    assert whole()[88:104] == ROWS


@pytest.mark.parametrize(("source", "golden"), [("gensim.bin", ""), ("fasttext.bin", "-ngrams")])
def test_golden_bytes(tmp_path, source, golden):
    """As finalfusion wrote them after it had read ours."""
    formats.save(tmp_path / "x.fifu", formats.load(GOLDEN / source))
    written, expected = (tmp_path / "x.fifu").read_bytes(), (GOLDEN / f"finalfusion{golden}.fifu").read_bytes()
    assert len(written) == len(expected)
    assert written[:300] == expected[:300]
    np.testing.assert_allclose(
        formats.load(tmp_path / "x.fifu").matrix, formats.load(GOLDEN / f"finalfusion{golden}.fifu").matrix, rtol=3e-7
    )


def test_rows_are_multiplied_by_their_norms(tmp_path):
    np.testing.assert_allclose(load(tmp_path, whole()).matrix, [[3, 4], [0, 2]], rtol=1e-6)
    assert load(tmp_path, whole(norms=None)).matrix.tolist() == np.float32([[0.6, 0.8], [0, 1]]).tolist()


@pytest.mark.parametrize("length", range(1, 9))
def test_padding_at_every_place(tmp_path, length):
    vectors = Vectors(Vocab.from_words(["x" * length, "y"]), np.array([[3, 4], [0, 2]], np.float32))
    formats.save(tmp_path / "x", vectors, "finalfusion")
    data = (tmp_path / "x").read_bytes()
    words = struct.pack("<QI", 2, length) + b"x" * length + struct.pack("<I", 1) + b"y"
    assert data == whole(words)
    assert (data.index(ROWS) % 4, data.index(NORMS, 24) % 4) == (0, 0)
    assert formats.load(tmp_path / "x").matrix.tolist() == [[3, 4], [0, 2]]


def test_metadata_come_back_and_those_of_others_do_not(tmp_path):
    facts = {"model": "svd", "seed": 3, "config": {"text": {"lowercase": True}}, "note": 'a "quoted"\n\\ \x7f word'}
    vectors = Vectors(Vocab.from_words(["a"]), np.ones((1, 2), np.float32), metadata=facts)
    formats.save(tmp_path / "x.fifu", vectors)
    again = formats.load(tmp_path / "x.fifu")
    assert again.metadata == {"kind": "vectors", "imported_from": "finalfusion", **facts}
    assert again.unread == ""
    for text in (b"[training]\nepochs = 5\n", b'embedkit = "x"\n', b"", b"[embedkit]\na = 1\n"):
        assert load(tmp_path, whole(metadata=text)).unread == "metadata"
    assert load(tmp_path, whole(metadata=b"#" * ((1 << 20) + 1))).unread == "metadata"


def test_ngrams_of_fasttext(run, tmp_path):
    """Those of a fastText model come along: unknown words have the vectors that they had."""
    model, copy = GOLDEN / "fasttext.bin", tmp_path / "copy.fifu"
    assert run("convert", model, copy).err == f"{copy}: without counts; context vectors; last digits\n"
    vectors = formats.load(copy)
    assert isinstance(vectors, SubwordVectors)
    assert (vectors.ngrams, vectors.buckets.shape) == (Ngrams(2, 3), (500, 8))
    assert run("vectors", copy, "foxes").out == run("vectors", model, "foxes").out


@pytest.mark.parametrize("kind", [3, 8])
def test_words_beside_other_ngrams(tmp_path, kind):
    """Bucket and explicit n-grams: the words are read, their n-grams are not."""
    sizes = struct.pack("<Q3I", 2, 3, 6, 4) if kind == 3 else struct.pack("<2Q2I", 2, 1, 3, 6)
    rest = b"" if kind == 3 else struct.pack("<I", 3) + b"abc" + struct.pack("<Q", 0)
    rows = ROWS + np.ones(4, "<f4").tobytes()
    vectors = load(tmp_path, whole(sizes + WORDS[8:] + rest, rows, kind=kind, sizes=(4, 2, 10)))
    assert (type(vectors), vectors.unread, vectors.vocab.words()) == (Vectors, "n-grams", ["a", "한국"])
    np.testing.assert_allclose(vectors.matrix, [[3, 4], [0, 2]], rtol=1e-6)


def test_lengths_at_the_end_of_float32(tmp_path):
    rows = np.array([[3.4028235e38, 3.4028235e38], [1e-45, 0], [0, 0], [3.4028235e38, 1e-38]], np.float32)
    formats.save(tmp_path / "x.fifu", Vectors(Vocab.from_words("abcd"), rows))
    found = formats.load(tmp_path / "x.fifu").matrix
    np.testing.assert_allclose(found[:3], rows[:3], rtol=3e-7)
    np.testing.assert_allclose(found[3, 0], rows[3, 0], rtol=3e-7)


FASTTEXT = struct.pack("<Q3I", 2, 3, 6, 1) + WORDS[8:]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"FiFu\0\0\0\0", "cut short"),
        (HEAD, "byte 24: cut short before chunk 1 of 3"),
        (b"FiFu" + struct.pack("<3I", 0, 1, 4) + chunk(4, b""), "there is no vocabulary in it"),
        (b"FiFu" + struct.pack("<4I", 0, 2, 1, 4) + chunk(1, WORDS) + chunk(4, b""), "the rows are quantized"),
        (b"FiFu" + struct.pack("<3I", 0, 1, 1) + chunk(1, WORDS), "there are no rows in it"),
        (b"FiFu" + struct.pack("<4I", 0, 2, 1, 2) + chunk(2, WORDS), "byte 20: chunk 1 is of kind 2, 1 is promised"),
        (b"FiFu" + struct.pack("<4I", 0, 2, 1, 1) + 2 * chunk(1, WORDS), "chunk 2 is of kind 1"),
        (b"FiFu" + struct.pack("<2I", 0, 999999), "version 0 with 999999 chunks"),
        (whole() + b"x", "1 bytes follow the last chunk"),
        (whole()[:-1], "chunk 3 needs 24 bytes, 23 follow"),
        (whole(struct.pack("<Q", 2**60) + WORDS[8:]), f"{2**60} words are promised, 15 bytes follow"),
        (whole(WORDS + b"x"), "1 bytes follow the last word"),
        (whole(WORDS[:-1]), "word 2 is cut short"),
        (whole(WORDS[:4]), "the vocabulary is cut short"),
        (whole(struct.pack("<QI", 1, 2**32 - 1)), "word 1 is cut short"),
        (whole(sizes=(2, 2, 1)), "2 x 2 numbers of type 1, do not fill"),
        (whole(sizes=(2**62, 4, 10)), "do not fill their chunk"),
        (whole(sizes=(1, 4, 10)), "2 words, but 1 rows"),
        (whole(lengths=(1, 10), norms=NORMS[:4]), "2 words, but 1 norms"),
        (whole(norms=np.array([np.nan, 1], "<f4").tobytes()), "row 1: the vector of 'a' holds a NaN"),
        (whole(norms=np.array([1, np.inf], "<f4").tobytes()), "row 2: the vector of '한국' holds a NaN"),
        (whole(metadata=b"no toml"), "the metadata are no TOML"),
        (whole(metadata=b"\xff"), "the metadata are no TOML"),
        (whole(metadata=b"a=" + b"[" * 3000), "the metadata are no TOML"),
        (whole(metadata=b".".join([b"a"] * 99) + b"=1"), "the metadata are no TOML: keys have more than 16 parts"),
        (whole(FASTTEXT, kind=7), "0 rows for n-grams of 3 to 6 characters, 1 are promised"),
        (whole(WORDS[:12] + b"a" + struct.pack("<I", 1) + b"a"), "the word 'a' comes twice, rows 1 and 2"),
    ],
)
def test_faults(tmp_path, data, message):
    with pytest.raises(FormatError, match=message):
        load(tmp_path, data)
