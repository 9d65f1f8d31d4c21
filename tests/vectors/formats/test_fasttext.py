"""fastText models: the vectors of words, known or not, as fastText itself prints them."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path
from shutil import which

import numpy as np
import pytest

from embedkit.errors import EmbedkitError, FormatError
from embedkit.text.vocab import Vocab
from embedkit.vectors import formats
from embedkit.vectors.formats.lost import lost
from embedkit.vectors.ngrams import Ngrams
from embedkit.vectors.quantized import QuantizedVectors
from embedkit.vectors.query import locate
from embedkit.vectors.subwords import SubwordVectors, pooled
from embedkit.vectors.transform.quantize import quantize
from embedkit.vectors.vectors import Vectors

GOLDEN = Path(__file__).parents[2] / "golden"
MODEL = GOLDEN / "fasttext.bin"


def model(
    words, dim=2, bucket=4, minn=3, maxn=6, labels=(), version=12, pruned=-1, quantized=0, matrix=None, kind=2
) -> bytes:
    """The bytes of a model with these words and labels."""
    n = len(words) + len(labels)
    data = struct.pack("<2i12id", 793712314, version, dim, 5, 5, 1, 5, 1, 2, kind, bucket, minn, maxn, 100, 1e-4)
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


def test_unknown_words_are_what_fasttext_prints(run, tmp_path):
    """Also from the native file."""
    native = tmp_path / "native"
    assert run("convert", MODEL, native).err == ""
    lines = (GOLDEN / "fasttext.word-vectors.txt").read_text("utf-8").splitlines()
    assert [line.split(" ")[0] for line in lines[3:]] == ["고양", "foxes"]
    for path in (MODEL, native):
        got = run("vectors", path, *(line.split(" ")[0] for line in lines))
        assert (got.code, got.err) == (0, "")
        for found, line in zip(got.rows, lines, strict=True):
            word, *numbers = line.strip().split(" ")
            assert found[0] == word
            np.testing.assert_allclose(np.float32(found[1:]), np.float32(numbers), rtol=5.1e-5)
        assert run("similar", path, "고양", "-k", "1").out.startswith("고양\tfox\t0.979704")


def test_labels_and_models_without_subwords(tmp_path):
    vectors = load(tmp_path, model([b"a", b"b c"], bucket=0, maxn=0, labels=[b"__label__x"]))
    assert vectors.vocab.words() == ["a", "b c"]
    assert vectors.matrix.tolist() == [[0, 1], [2, 3]]


def test_what_reading_leaves_behind(tmp_path):
    assert load(tmp_path, model([b"a"])).unread == ""  # the output matrix of these is zero
    assert load(tmp_path, model([b"a"], labels=[b"__label__x"])).unread == "labels"
    trained = model([b"a"], dim=1, kind=3)[:-4] + struct.pack("<f", 1)
    assert load(tmp_path, trained).unread == "the output matrix"  # of labels
    vectors = formats.load(MODEL)
    assert (vectors.unread, vectors.contexts.shape) == ("", (22, 8))
    tree = bytearray(MODEL.read_bytes())
    tree[32:36] = struct.pack("<i", 1)  # of inner nodes of the tree
    assert load(tmp_path, bytes(tree)).unread == "the output matrix"


def test_supervised_models_of_version_11_have_no_ngrams(tmp_path):
    rows = [[5, 6], [1, 2], [3, 4], [5, 6], [7, 8]]
    old = load(tmp_path, model([b"word"], version=11, kind=3, matrix=rows))
    assert (type(old), old.matrix.tolist()) == (Vectors, [[5, 6]])
    for version, kind in ((11, 2), (12, 3)):
        assert isinstance(load(tmp_path, model([b"word"], version=version, kind=kind, matrix=rows)), SubwordVectors)


def test_written_bytes(tmp_path):
    """Of a word without subwords; with them the numbers are those of fastText but for the last digit."""
    vectors = Vectors(Vocab.from_words(["a", "bc"], [7, 3]), np.array([[1, 2], [3, 4]], np.float32))
    formats.save(tmp_path / "x", vectors, "fasttext")
    head = bytes.fromhex("ba164f2f 0c000000 02000000 05000000 05000000 01000000 05000000 01000000 02000000 02000000")
    head += bytes(12) + struct.pack("<id", 100, 1e-4) + struct.pack("<3i2q", 2, 2, 0, 10, -1)
    words = b"a\0" + struct.pack("<qb", 7, 0) + b"bc\0" + struct.pack("<qb", 3, 0)
    sizes = b"\0" + struct.pack("<2q", 2, 2)
    rows = np.array([1, 2, 3, 4], "<f4").tobytes()
    assert (tmp_path / "x").read_bytes() == head + words + sizes + rows + sizes + bytes(16)


def test_there_and_back(tmp_path):
    vectors = formats.load(MODEL)
    formats.save(tmp_path / "x", vectors, "fasttext")
    again, original, written = formats.load(tmp_path / "x"), MODEL.read_bytes(), (tmp_path / "x").read_bytes()
    assert len(written) == len(original)
    assert again.vocab.counts.tolist() == vectors.vocab.counts.tolist()
    np.testing.assert_allclose(again.matrix, vectors.matrix, rtol=3e-7)
    np.testing.assert_array_equal(again.buckets, vectors.buckets)
    own, begin = 22 * 8 * 4, len(original) - 2 * 22 * 8 * 4 - 500 * 8 * 4 - 17
    kept, there = (np.frombuffer(data[begin : begin + own], "<f4") for data in (written, original))
    np.testing.assert_allclose(kept, there, atol=1e-6)
    assert written[-22 * 8 * 4 :] == original[-22 * 8 * 4 :]  # context vectors


def test_sums_become_means(tmp_path):
    """The vectors of fastText are then ours, each divided by a number; those of n-grams as well."""
    texts, buckets = ["the", "한국어"], np.random.default_rng(1).normal(size=(9, 4)).astype(np.float32)
    ngrams = Ngrams(2, 3, pooling="sum")
    matrix = pooled([text.encode() for text in texts], buckets, ngrams, buckets[:2])
    vectors = SubwordVectors(Vocab.from_words(texts), matrix, buckets, ngrams)
    formats.save(tmp_path / "x", vectors, "fasttext")
    found = formats.load(tmp_path / "x")
    sizes = np.array([[1 + 7], [1 + 7], [13]], np.float32)  # own row, n-grams
    ours, theirs = (each.rows([0, 1, each.compose("theyre")]) for each in (vectors, found))
    np.testing.assert_allclose(theirs * sizes, ours, rtol=1e-5)
    assert "cosines agree" in lost(vectors, formats.by_name("fasttext"))[-1]


def test_jamo_are_refused(tmp_path):
    vectors = SubwordVectors(
        Vocab.from_words(["a"]), np.ones((1, 2), np.float32), np.ones((3, 2), np.float32), Ngrams(3, 5, "jamo")
    )
    with pytest.raises(EmbedkitError, match="fastText has no n-grams of jamo"):
        formats.save(tmp_path / "x", vectors, "fasttext")
    assert not (tmp_path / "x").exists()
    formats.save(tmp_path / "x.fifu", vectors)
    assert lost(vectors, formats.by_name("finalfusion"))[0] == "n-grams of jamo and sums"
    assert not isinstance(formats.load(tmp_path / "x.fifu"), SubwordVectors)


def test_a_word_that_never_occurs_counts_one(tmp_path):
    """gensim would drop it, and then miss its row."""
    formats.save(tmp_path / "x", Vectors(Vocab.from_words(["a", "b"], [3, 0]), np.eye(2, dtype=np.float32)), "fasttext")
    assert formats.load(tmp_path / "x").vocab.counts.tolist() == [3, 1]


@pytest.mark.parametrize("counts", [None, [9, 5, 1]])
def test_unknown_counts_stay_unknown(tmp_path, counts):
    vocab = Vocab.from_words(["a", "b", "c"], counts)
    formats.save(tmp_path / "x", Vectors(vocab, np.eye(3, dtype=np.float32)), "fasttext")
    found = formats.load(tmp_path / "x").vocab.counts
    assert (found if counts is None else found.tolist()) == counts


@pytest.fixture
def ours(tmp_path) -> SubwordVectors:
    """Vectors of ours, with everything that they can have, and a copy of them in `written`."""
    texts = ["the", "한국어", "naïve", "where", "영화가", "x"]
    own, buckets, contexts = (
        np.random.default_rng(n).normal(size=(n, 5)).astype(np.float32) for n in (len(texts), 1000, len(texts))
    )
    matrix, ngrams = pooled([text.encode() for text in texts], buckets, Ngrams(1, 4), own), Ngrams(1, 4)
    vocab = Vocab.from_words(texts, [9, 7, 5, 3, 0, 1])  # not falling, as after going on with new text
    vectors = SubwordVectors(vocab, matrix, buckets, ngrams, contexts=contexts)
    formats.save(tmp_path / "written", vectors, "fasttext")
    return vectors


QUERIES = ["the", "영화가", "x", "영화", "whereabouts", "한국말을", "가"]


@pytest.mark.peer
@pytest.mark.skipif(not which("fasttext"), reason="there is no fasttext")
def test_fasttext_answers_alike(ours, tmp_path):
    """Word for word, known or not; and it goes on to find neighbours, which needs the whole file."""
    asked = "\n".join(QUERIES).encode()
    command = ["fasttext", "print-word-vectors", tmp_path / "written"]
    lines = subprocess.run(command, input=asked, capture_output=True, check=True).stdout.decode().splitlines()
    for word, line in zip(QUERIES, lines, strict=True):
        printed = np.float32(line[len(word) :].split())
        np.testing.assert_allclose(printed, ours.rows([locate(ours, word)])[0], rtol=5.1e-5, atol=1e-6)
    done = subprocess.run(["fasttext", "nn", tmp_path / "written", "2"], input=asked, capture_output=True)
    assert "한국어" in done.stdout.decode()


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
def test_gensim_answers_alike(ours, tmp_path):
    """Also from the whole model, whose output matrix it keeps."""
    fasttext = pytest.importorskip("gensim.models.fasttext")
    model = fasttext.load_facebook_model(str(tmp_path / "written"))
    for word in QUERIES:
        np.testing.assert_allclose(model.wv[word], ours.rows([locate(ours, word)])[0], rtol=1e-4, atol=1e-6)
    assert model.wv.index_to_key == ours.vocab.words()
    np.testing.assert_array_equal(model.syn1neg, ours.contexts)


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
def test_gensim_reads_it(tmp_path):
    fasttext = pytest.importorskip("gensim.models.fasttext")
    for name in ("fasttext.bin", "gensim.bin"):
        vectors = formats.load(GOLDEN / name)
        formats.save(tmp_path / "x", vectors, "fasttext")
        read = fasttext.load_facebook_vectors(str(tmp_path / "x"))
        # gensim takes n-grams of </s>, which has none, in fastText's own files as well.
        words = [word for word in vectors.vocab if word != "</s>"]
        np.testing.assert_allclose(read[words], vectors.rows([*map(vectors.vocab.id, words)]), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(read["fox"], vectors.rows([vectors.vocab.id("fox")])[0])


def test_bytes_that_are_no_text(tmp_path):
    vectors = load(tmp_path, model([b"\xff\x80cut\xed\x95", b"\x80"]))
    assert [vectors.vocab.bytes(i) for i in range(2)] == [b"\xff\x80cut\xed\x95", b"\x80"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (model([b"a"], version=13), "is of version 13, 11 and 12 are read"),
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
        (model([b"a"])[:-24] + struct.pack("<qq", 0, 2**62) + bytes(8), f"the output matrix needs 0 x {2**62} numbers"),
        (model([b"a"])[:-24] + struct.pack("<qq", 2**62, 0) + bytes(8), f"the output matrix needs {2**62} x 0 numbers"),
        (model([b"a" * 30000], dim=300, bucket=1), "byte 8: the n-grams of its words have 35998200 numbers, more than"),
    ],
)
def test_faults(tmp_path, data, message):
    with pytest.raises(FormatError, match=message):
        load(tmp_path, data)


def test_int8_is_written_a_block_at_a_time(tmp_path, monkeypatch):
    quantized = quantize(Vectors(Vocab.from_words("ab"), np.array([[1, -0.5, 127], [0, 0, 3]], np.float32)))
    rows = quantized.matrix.tolist()
    monkeypatch.setattr(QuantizedVectors, "matrix", None)
    formats.save(tmp_path / "v", quantized, "fasttext")
    loaded = formats.load(tmp_path / "v")
    assert (loaded.matrix.tolist(), loaded.unread) == (rows, "")


@pytest.mark.parametrize("at", [64, 68, 92 + 8])
def test_sizes_that_lie(tmp_path, at):
    """The word counts and the first entry, with the largest numbers that fit."""
    data = bytearray(model([b"a"]))
    data[at : at + 4] = struct.pack("<i", 2**31 - 1)
    with pytest.raises(FormatError):
        load(tmp_path, bytes(data))
