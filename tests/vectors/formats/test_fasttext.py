"""fastText models: the vectors of known words, as fastText itself prints them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from embedkit.errors import FormatError
from embedkit.vectors import formats
from embedkit.vectors.formats import fasttext
from embedkit.vectors.formats.fasttext import ngrams

GOLDEN = Path(__file__).parents[2] / "golden"
MODEL = GOLDEN / "fasttext.bin"


def model(words, dim=2, bucket=4, minn=3, maxn=6, labels=(), version=12, pruned=-1, quantized=0, matrix=None) -> bytes:
    """The bytes of a model with these words and labels."""
    n = len(words) + len(labels)
    data = struct.pack("<2i12id", 793712314, version, dim, 5, 5, 1, 5, 1, 2, 2, bucket, minn, maxn, 100, 1e-4)
    data += struct.pack("<3i2q", n, len(words), len(labels), 1000, pruned)
    for type, entries in enumerate((words, labels)):
        data += b"".join(entry + b"\0" + struct.pack("<qb", 7, type) for entry in entries)
    if matrix is None:
        matrix = np.arange((len(words) + bucket) * dim)
    matrix = np.asarray(matrix, "<f4").reshape(-1, dim)
    data += struct.pack("<Bqq", quantized, *matrix.shape) + matrix.tobytes()
    return data + struct.pack("<Bqq", 0, 1, dim) + bytes(4 * dim)


def load(tmp_path, data: bytes, **options):
    (tmp_path / "x").write_bytes(data)
    return formats.load(tmp_path / "x", **options)


def slow_ngrams(word: str, minn: int, maxn: int) -> list[int]:
    """As fastText's Dictionary::computeSubwords and hash, one character after another."""
    text, hashes = f"<{word}>", []
    for i in range(len(text)):
        for n in range(minn, maxn + 1):
            if i + n <= len(text) and not (n == 1 and (i == 0 or i + n == len(text))):
                h = 2166136261
                for byte in text[i : i + n].encode():
                    h = (h ^ (byte if byte < 128 else byte | 0xFFFFFF00)) * 16777619 & 0xFFFFFFFF
                hashes.append(h)
    return hashes


def test_golden_model():
    vectors, text = formats.load(MODEL), formats.load(GOLDEN / "fasttext.vec")
    assert vectors.vocab.words() == text.vocab.words()
    np.testing.assert_allclose(vectors.matrix, text.matrix, rtol=5.1e-5)  # five digits
    assert vectors.vocab.counts[:3].tolist() == [6000, 3000, 3000]
    assert vectors.metadata == {"kind": "vectors", "imported_from": "fasttext"}


def test_known_words_are_what_fasttext_prints():
    vectors = formats.load(MODEL)
    printed = dict(
        line.split(" ", 1) for line in (GOLDEN / "fasttext.word-vectors.txt").read_text("utf-8").splitlines()
    )
    for word in ("고양이", "fox", "zèbre"):
        row = vectors.matrix[vectors.vocab.id(word)]
        np.testing.assert_allclose(row, np.float32(printed[word].strip().split(" ")), rtol=5.1e-5)
    assert "foxes" not in vectors.vocab  # fastText would answer from its n-grams: that is what the import loses
    assert "subwords" in formats.by_name("fasttext").LOSES


def test_hashes_take_bytes_as_signed_numbers():
    words, hashes = ngrams([b"abc", "한국어".encode()], 3, 6)
    found = {word: set(hashes[words == word].tolist()) for word in (0, 1)}
    assert 440920331 in found[0]  # abc
    assert 3662803087 in found[1]  # 국어>
    assert 3864850063 not in found[1]  # 국어> with unsigned bytes
    assert 1801725635 in ngrams(["한국".encode()], 2, 2)[1]  # 한국


@pytest.mark.parametrize(("minn", "maxn"), [(3, 6), (2, 3), (1, 2), (1, 1), (0, 4), (5, 5), (4, 3), (0, 0)])
def test_ngrams_are_those_of_the_original(minn, maxn):
    texts = ["the", "한국어", "a", "naïve-zèbre", "日本", "x" * 40, "</s>x"]
    words, hashes = ngrams([text.encode() for text in texts], minn, maxn)
    for i, text in enumerate(texts):
        assert sorted(hashes[words == i].tolist()) == sorted(slow_ngrams(text, max(1, minn), maxn))


def test_the_end_of_a_sentence_has_no_ngrams():
    assert len(ngrams([b"</s>"], 3, 6)[0]) == 0
    words, _ = ngrams([b"a", b"</s>", b"b"], 2, 3)
    assert set(words.tolist()) == {0, 2}


def test_means_of_rows(tmp_path):
    rows = np.random.default_rng(1).normal(size=(3 + 10, 5)).astype(np.float32)
    texts = ["ab", "</s>", "한국어"]
    vectors = load(tmp_path, model([text.encode() for text in texts], dim=5, bucket=10, matrix=rows))
    for i, text in enumerate(texts):
        ids = [i] + ([] if text == "</s>" else [3 + h % 10 for h in slow_ngrams(text, 3, 6)])
        np.testing.assert_allclose(vectors.matrix[i], rows[ids].astype(float).mean(0), rtol=1e-6)


def test_blocks_do_not_matter(tmp_path, monkeypatch):
    data = model([b"word%d" % i for i in range(50)], bucket=100)
    whole = load(tmp_path, data).matrix
    monkeypatch.setattr(fasttext, "HASHED", 1)
    monkeypatch.setattr(fasttext, "GATHER", 20)
    np.testing.assert_array_equal(load(tmp_path, data).matrix, whole)


def test_labels_and_models_without_subwords(tmp_path):
    vectors = load(tmp_path, model([b"a", b"b c"], bucket=0, maxn=0, labels=[b"__label__x"]))
    assert vectors.vocab.words() == ["a", "b c"]
    assert vectors.matrix.tolist() == [[0, 1], [2, 3]]


def test_bytes_that_are_no_text(tmp_path):
    vectors = load(tmp_path, model([b"\xff\x80cut\xed\x95", b"\x80"]))
    assert [vectors.vocab.bytes(i) for i in range(2)] == [b"\xff\x80cut\xed\x95", b"\x80"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (model([b"a"], version=11), "is of version 11, only 12 is read"),
        (model([b"a"], quantized=1), "a quantized fastText model"),
        (model([b"a"], pruned=3), "a quantized fastText model"),
        (model([b"a"], dim=2)[:30], "byte 30: cut short"),
        (model([b"a"], bucket=0), "impossible numbers in the header"),
        (model([b"a"], bucket=-1, matrix=[1, 2]), "impossible numbers in the header"),
        (model([b"a"], maxn=1000), "impossible numbers in the header"),
        (model([]), "impossible numbers in the header"),
        (model([b"a", b"a"]), "the word 'a' comes twice, rows 1 and 2"),
        (model([b""]), "entry 1, '', is damaged"),
        (model([b"x" * 65537]), "word 1 has more than 65536 bytes"),
        (model([b"a"], matrix=[1, 2, 3, 4]), r"the input matrix is \(2, 2\), \(5, 2\) is promised"),
        (model([b"a"], matrix=[np.nan] * 10), "row 1: the vector of 'a' holds a NaN"),
        (model([b"a"]) + b"x", "1 bytes follow the end of the model"),
        (model([b"a"])[:-1], "the output matrix needs 1 x 2 numbers, 7 bytes follow"),
        (MODEL.read_bytes()[:1000], "the input matrix needs 522 x 8 numbers"),
        (MODEL.read_bytes()[:200], "22 words are promised, 108 bytes follow"),
    ],
)
def test_faults(tmp_path, data, message):
    with pytest.raises(FormatError, match=message):
        load(tmp_path, data)


@pytest.mark.parametrize("at", [64, 68, 92 + 8])
def test_sizes_that_lie(tmp_path, at):
    """The word counts and the first entry, with the largest numbers that fit."""
    data = bytearray(model([b"a"]))
    data[at : at + 4] = struct.pack("<i", 2**31 - 1)
    with pytest.raises(FormatError):
        load(tmp_path, bytes(data))
