"""What every vector format promises, one table for all of them."""

from __future__ import annotations

import gzip
import io
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from _cases import cases
from _gzip import gz
from _specimens import GOLDEN, WORDS_APART, make, options, specimen_of
from hypothesis import example, given
from hypothesis import strategies as st

from embedkit.errors import EmbedkitError, FormatError
from embedkit.io.output import Output
from embedkit.vectors import formats
from embedkit.vectors.formats import FORMATS
from embedkit.vectors.formats.lost import DIGITS, DIGITS_WITH_NGRAMS, PARTS
from embedkit.vectors.vectors import Vectors

WRITTEN = [format.NAME for format in FORMATS if format.WRITABLE]
ANY_WORD = ("native", "finalfusion")
# Where the first and the third word stand; others count rows.
PLACES = {"word2vec-text": "lines 2 and 4", "glove": "lines 1 and 3", "projector": "lines 1 and 3"}


def load(path, name: str):
    return formats.load(path, **options(name))


def same(a: Vectors, b: Vectors) -> bool:
    """Equal words and equal bits."""
    words = [vectors.vocab.bytes(i) for vectors in (a, b) for i in range(len(vectors))]
    return words[: len(a)] == words[len(a) :] and a.matrix.tobytes() == b.matrix.tobytes()


def equal(written: str, a: Vectors, b: Vectors) -> bool:
    """The same, but for the last digits where `written` says that it loses them."""
    if not formats.by_name(written).LOSES & {DIGITS, DIGITS_WITH_NGRAMS} or same(a, b):
        return same(a, b)
    room = 3e-7 * abs(b.matrix) + 3e-45 * b.norms[:, None].astype(float)
    return a.vocab.words() == b.vocab.words() and bool((abs(a.matrix - b.matrix.astype(float)) <= room).all())


@pytest.fixture(params=[format.NAME for format in FORMATS])
def name(request) -> str:
    return request.param


@pytest.fixture(params=WRITTEN)
def written(request) -> str:
    return request.param


@pytest.fixture
def specimen(name, tmp_path) -> Path:
    """A good file of the format."""
    return specimen_of(name, tmp_path)


# The table itself


def test_the_table(name):
    format = formats.by_name(name)
    assert format.__doc__
    assert callable(format.sniff)
    assert callable(format.read)
    assert hasattr(format, "write") == format.WRITABLE
    if format.WRITABLE:
        assert bool(format.LOSES) == (name != "native")
        assert set(PARTS) >= format.LOSES
    assert format.WRITABLE or not format.SUFFIXES


def test_names_and_suffixes_are_unique():
    names = [format.NAME for format in FORMATS]
    suffixes = [suffix for format in FORMATS for suffix in format.SUFFIXES]
    assert len(set(names)) == len(names)
    assert len(set(suffixes)) == len(suffixes)


# Reading


def test_exactly_one_format_recognises_it(name, specimen):
    data = specimen.read_bytes()
    found = [format.NAME for format in FORMATS if format.sniff(data)]
    assert found == {"glove-bin": [], "safetensors": ["native"]}.get(name, [name])


def test_the_name_of_the_file_means_nothing(name, specimen, tmp_path):
    expected = load(specimen, name)
    for file in ("x", "x.txt", "x.bin", "x.safetensors", "x.gz"):
        (tmp_path / file).write_bytes(specimen.read_bytes())
        assert same(load(tmp_path / file, name), expected)


def test_compressed_and_from_stdin(name, specimen, tmp_path, monkeypatch):
    expected, packed = load(specimen, name), gz(specimen.read_bytes())
    (tmp_path / "x").write_bytes(packed)
    assert same(load(tmp_path / "x", name), expected)
    for data in (packed, specimen.read_bytes()):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert same(load("-", name), expected)


def test_what_comes_out(name, specimen):
    vectors = load(specimen, name)
    assert vectors.matrix.dtype == np.float32
    assert vectors.matrix.flags.c_contiguous
    assert vectors.matrix.shape == (len(vectors), vectors.width)
    assert vectors.metadata["kind"] == "vectors"
    assert vectors.metadata.get("imported_from") == (None if name == "native" else name)
    assert vectors.vocab.words()[0] in ("the", "</s>")


def test_every_cut_is_refused(name, specimen, tmp_path):
    data, path = specimen.read_bytes(), tmp_path / "cut"
    path.write_bytes(data)
    sizes = {*range(500), *range(0, len(data), 37), *range(len(data) - 50, len(data))}
    for size in sorted(sizes & {*range(len(data))}, reverse=True):
        os.truncate(path, size)
        # Fewer rows, or shorter ones, and nothing in the file to say so.
        if name == "glove" and data[:size].endswith(b"\n") or name == "glove-bin" and size and size % (16 * 21) == 0:
            continue
        if name == "word2vec" and size == len(data) - 1:
            assert same(load(path, name), load(specimen, name))
            continue
        with pytest.raises(FormatError, match="cut: "):
            load(path, name)


def test_what_follows_the_end_is_refused(name, specimen, tmp_path):
    for junk in (b"x", b"\0" * 64, b"more words 1 2\n"):
        path = tmp_path / "long"
        path.write_bytes(specimen.read_bytes() + junk)
        with pytest.raises(FormatError, match="long: "):
            load(path, name)


def test_empty_and_missing(name, tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    for format in (None, name):
        with pytest.raises(EmbedkitError, match="empty: "):
            formats.load(tmp_path / "empty", format, vocab=options(name).get("vocab") if format else None)
        with pytest.raises(EmbedkitError, match="missing: no such file"):
            formats.load(tmp_path / "missing", format)


def test_read_as_another_format_it_is_refused(name, specimen):
    for other in FORMATS:
        related = (name, other.NAME) in {("glove", "word2vec-text"), ("projector", "glove")}
        if other.NAME not in (name, "glove-bin") and not related:
            with pytest.raises(FormatError):
                formats.load(specimen, other.NAME)


# Writing

# Words of whatever bytes; white space and control characters more often than by chance.
WORDS = st.lists(
    st.one_of(
        st.text(max_size=5).map(lambda word: word.encode("utf-8", "surrogatepass")),
        st.binary(max_size=4),
        st.sampled_from(
            [b"<unk>", b"New York", b"\xc2\xa0", b"\xe3\x80\x80", b"0.5", b"12", b"nan", b"-", b"\xef\xbb\xbf"]
        ),
    ),
    min_size=1,
    max_size=6,
    unique=True,
)
NUMBERS = st.one_of(
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 1e-9, 1 / 3, 1e-45, 3.4028234663852886e38, 16777216.0, 123456.789]),
)


@st.composite
def words_and_rows(draw):
    words, D = draw(WORDS), draw(st.integers(1, 4))
    rows = [draw(st.lists(NUMBERS, min_size=D, max_size=D)) for _ in words]
    return words, np.array(rows, np.float32)


@cases(100)
@given(content=words_and_rows())
@example(content=([b"a"], np.array([[1 / 3, 1e-9, -0.0]], np.float32)))
@example(content=([b"\x1f\x8b\x08", b"x"], np.array([[1, 2], [3, 4]], np.float32)))  # as gzip begins
@example(content=([b"\x1f\x8b\x08\x01\x02\x03\x04\x05\x02\x03b"], np.array([[1, 2]], np.float32)))
@example(content=([b"BZh91AY&SY"], np.array([[1, 2]], np.float32)))  # as bzip2 begins
@example(content=([b"1", b"2"], np.array([[1], [2]], np.float32)))
@pytest.mark.parametrize("format", WRITTEN)
def test_round_trip(format, content, tmp_path_factory):
    """Any words and numbers come back equal, or are refused on the way out; what is detected is right."""
    vectors, path = make(*content), tmp_path_factory.getbasetemp() / f"round-{format}"
    try:
        formats.save(path, vectors, format)
    except EmbedkitError:
        assert format not in ANY_WORD
        assert any(not word or set(word) & set(b"\0\t\n\v\f\r ") for word in content[0])
        return
    assert equal(format, formats.load(path, format), vectors)
    if vectors.width > 1:
        assert equal(format, formats.load(path), vectors)


def test_written_twice_it_is_the_same(written, tmp_path):
    vectors = make(["a", "b"])
    for name in ("1", "2"):
        formats.save(tmp_path / name, vectors, written)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_many_rows(written, tmp_path):
    """More than any block or chunk holds."""
    V, D = 3000, 301
    matrix = np.random.default_rng(1).normal(size=(V, D)).astype(np.float32)
    vectors = make([f"w{i}" for i in range(V)], matrix)
    formats.save(tmp_path / "x", vectors, written)
    assert equal(written, formats.load(tmp_path / "x"), vectors)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_not_written(written, number, tmp_path):
    vectors = make(["fine", "broken", "fine too"[:4] + "2"])
    vectors.matrix[1, 2] = number
    with pytest.raises(EmbedkitError, match="the vector of 'broken' holds a NaN or an infinite number"):
        formats.save(tmp_path / "x", vectors, written)
    assert not list(tmp_path.iterdir())


BAD = [b"New York", b"a\tb", b"a\nb", b"a\rb", b"a\0b", b"a\vb", b"a\fb", b""]


@pytest.mark.parametrize("word", BAD)
def test_words_that_do_not_fit(written, word, tmp_path):
    path, vectors = tmp_path / "x", make([b"good", word, b"50%"])
    if written in ANY_WORD:
        formats.save(path, vectors, written)
        assert equal(written, formats.load(path), vectors)
        return
    with pytest.raises(EmbedkitError, match=r"cannot hold the word .* \(1 such words\)") as caught:
        formats.save(path, vectors, written)
    assert "--on-bad-token" in caught.value.hint
    assert not path.exists()

    formats.save(path, vectors, written, on_bad_token="skip")
    left = formats.load(path)
    assert left.vocab.words() == ["good", "50%"]
    np.testing.assert_array_equal(left.matrix, vectors.matrix[[0, 2]])

    formats.save(path, vectors, written, on_bad_token="escape")
    escaped = formats.load(path)
    expected = {b"New York": "New%20York", b"": "%empty%"}.get(word) or f"a%{word[1]:02X}b"
    assert escaped.vocab.words() == ["good", expected, "50%"]
    np.testing.assert_array_equal(escaped.matrix, vectors.matrix)


def test_escaping_never_makes_two_words_one(written, tmp_path):
    if written not in ANY_WORD:
        with pytest.raises(EmbedkitError, match="like another one"):
            formats.save(tmp_path / "x", make(["a b", "a%20b"]), written, on_bad_token="escape")
        with pytest.raises(EmbedkitError, match="no word fits"):
            formats.save(tmp_path / "x", make(["a b"]), written, on_bad_token="skip")


def test_nothing_to_write(written, tmp_path):
    with pytest.raises(EmbedkitError, match="no vectors"):
        formats.save(tmp_path / "x", make([], np.zeros((0, 3))), written)


def test_duplicates(written, tmp_path):
    if written == "native":
        return  # written without: the vocabulary of a model has none
    path = tmp_path / "x"
    formats.save(path, make(["a", "b", "a", "c", "b"]), written)
    place = PLACES.get(written, "rows 1 and 3")
    with pytest.raises(FormatError, match=f"the word 'a' comes twice, {place}") as caught:
        formats.load(path)
    assert "--dedupe first" in caught.value.hint
    vectors = formats.load(path, dedupe="first")
    assert vectors.vocab.words() == ["a", "b", "c"]
    np.testing.assert_allclose(vectors.matrix, make("abaa").matrix[[0, 1, 3]], rtol=3e-7)


# Choosing


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("x", "native"),
        ("x.safetensors", "native"),
        ("X.BIN", "word2vec"),
        ("x.txt", "word2vec-text"),
        ("a.b/x.vec", "word2vec-text"),
        ("x.npy", "npy"),
        ("x.tsv", "projector"),
        ("x.fifu", "finalfusion"),
        ("x.txt.gz", "word2vec-text"),
        ("a.gz/x.VEC.GZ", "word2vec-text"),
        ("x.bin.gz", "word2vec"),
        ("x.tsv.gz", "projector"),
        ("-", "native"),
        (Path("x.bin"), "word2vec"),
    ],
)
def test_the_suffix_chooses_what_is_written(path, name):
    assert formats.target(path) is formats.by_name(name)
    assert formats.target(path, "glove") is formats.by_name("glove")


def test_names_that_nobody_knows():
    with pytest.raises(EmbedkitError, match="x.gz: no format has the suffix .gz") as caught:
        formats.target("x.gz")
    assert ".safetensors, .fifu, .npy, .txt, .vec, .bin, .tsv, or" in caught.value.hint
    with pytest.raises(EmbedkitError, match="no format 'w2v'") as caught:
        formats.load("x", "w2v")
    assert "word2vec-text" in caught.value.hint
    with pytest.raises(EmbedkitError, match="glove-bin is read, but not written"):
        formats.save("x", make("a"), "glove-bin")
    with pytest.raises(ValueError, match="dedupe"):
        formats.load("x", dedupe="last")
    with pytest.raises(ValueError, match="on_bad_token"):
        formats.save("x", make("a"), on_bad_token="drop")


PACKED = {"word2vec-text": "x.txt.gz", "word2vec": "x.bin.gz", "projector": "vectors.tsv.gz", "glove": "x.gz"}


def test_what_is_written_compressed(written, tmp_path):
    """Without a name or the time in it: the same bytes each time. What is mapped is never compressed."""
    vectors, made = make(["a", "b", "한국어"]), []
    if written not in PACKED:
        with pytest.raises(EmbedkitError, match=f"x.gz: {written} is not written compressed"):
            formats.save(tmp_path / "x.gz", vectors, written)
        return
    for folder in ("1", "2", "plain"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / PACKED[written].removesuffix(".gz" if folder == "plain" else "")
        with formats.Saving(path, "glove" if written == "glove" else None) as saving:
            saving.reserve(1 << 20)
            saving.save(vectors)
        assert same(formats.load(path), vectors)
        made.append({path.name: path.read_bytes() for path in path.parent.iterdir()})
    assert made[0] == made[1]
    assert all(packed[:10] == b"\x1f\x8b\x08\0\0\0\0\0\0\x03" for packed in made[0].values())
    assert {name.removesuffix(".gz"): gzip.decompress(packed) for name, packed in made[0].items()} == made[2]


@pytest.mark.parametrize("name", ["x.tsv", "x.metadata.tsv"])
def test_one_of_two_files_may_be_compressed(tmp_path, name):
    formats.save(tmp_path / "x.tsv", vectors := make(["a", "b"]))
    (tmp_path / f"{name}.gz").write_bytes(gz((tmp_path / name).read_bytes()))
    (tmp_path / name).unlink()
    assert same(formats.load(next(tmp_path.glob("x.tsv*"))), vectors)


def test_saving_opens_before_the_work(tmp_path):
    with pytest.raises(EmbedkitError, match="no such directory"), formats.Saving(tmp_path / "missing" / "x.bin"):
        pytest.fail("the work began")
    with formats.Saving(tmp_path / "x.bin") as saving:
        saving.save(make("ab"))
    assert formats.load(tmp_path / "x.bin").vocab.words() == ["a", "b"]


def test_sparse_vectors_stay_native(written, sparse, tmp_path):
    if written == "native":
        return
    with pytest.raises(EmbedkitError, match="sparse vectors can be kept in the native format only"):
        formats.save(tmp_path / "x", sparse, written)


def test_the_format_of_an_output_in_memory(written, monkeypatch):
    stdout = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", stdout)
    if written in WORDS_APART:
        with pytest.raises(EmbedkitError, match="the words go into a second file"), Output("-") as out:
            formats.by_name(written).write(out, make("ab"))
        return
    with Output("-") as out:
        formats.by_name(written).write(out, make("ab"))
    data = np.frombuffer(stdout.buffer.getvalue(), np.uint8)
    assert formats.detect("-", data) is formats.by_name(written)


# Golden files


def golden(name: str) -> bytes:
    return (GOLDEN / name).read_bytes()


@pytest.mark.parametrize(("source", "target"), [("word2vec_c.bin", "x.bin"), ("gensim.txt", "x.txt")])
def test_golden_bytes_come_back(source, target, tmp_path):
    """Also by way of every other format that loses nothing but counts and metadata."""
    formats.save(tmp_path / target, formats.load(GOLDEN / source))
    assert (tmp_path / target).read_bytes() == golden(source)
    for way in WRITTEN:
        if way == "finalfusion":
            continue
        formats.save(tmp_path / "between", formats.load(GOLDEN / source), way)
        formats.save(tmp_path / target, formats.load(tmp_path / "between"))
        assert (tmp_path / target).read_bytes() == golden(source)


@pytest.mark.parametrize("source", ["word2vec_c.txt", "gensim.bin", "glove.txt", "fasttext.vec"])
def test_golden_values_come_back(source, written, tmp_path):
    """The bytes differ (decimals, newlines, as LOSES says), words and numbers do not."""
    vectors = formats.load(GOLDEN / source)
    formats.save(tmp_path / "x", vectors, written)
    assert equal(written, formats.load(tmp_path / "x"), vectors)


def test_golden_files_agree():
    text, binary = formats.load(GOLDEN / "word2vec_c.txt"), formats.load(GOLDEN / "word2vec_c.bin")
    assert text.vocab.words() == binary.vocab.words()
    np.testing.assert_allclose(text.matrix, binary.matrix, atol=5.01e-7)
    assert same(formats.load(GOLDEN / "gensim.txt"), formats.load(GOLDEN / "gensim.bin"))
