"""Numpy arrays with their words in a second file; no pickle is ever opened."""

from __future__ import annotations

import io

import numpy as np
import pytest

from embedkit.errors import EmbedkitError, FormatError
from embedkit.text.vocab import Vocab
from embedkit.vectors import formats
from embedkit.vectors.vectors import Vectors

ROWS = np.array([[1, 0.5], [-2, 1e-9], [0, 3]], np.float32)


def npy(array: np.ndarray, **options) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **options)
    return file.getvalue()


def load(tmp_path, data: bytes, words: bytes = b"a\nb\nc\n", **options) -> Vectors:
    (tmp_path / "x.npy").write_bytes(data)
    (tmp_path / "x.vocab.txt").write_bytes(words)
    return formats.load(tmp_path / "x.npy", **options)


@pytest.mark.parametrize(("name", "words"), [("toy.npy", "toy.vocab.txt"), ("vectors.npy", "vocab.txt")])
def test_written_bytes(tmp_path, name, words):
    """What numpy writes, and a word and its count a line."""
    formats.save(tmp_path / name, Vectors(Vocab.from_words(["the", "한국", "x"], [9, 3, 1]), ROWS))
    assert (tmp_path / name).read_bytes() == npy(ROWS)
    assert (tmp_path / words).read_bytes() == "the\t9\n한국\t3\nx\t1\n".encode()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, words])
    assert np.load(tmp_path / name).tolist() == ROWS.tolist()
    again = formats.load(tmp_path / name)
    assert (again.vocab.counts.tolist(), again.matrix.tolist()) == ([9, 3, 1], ROWS.tolist())


def test_words_without_counts(tmp_path):
    formats.save(tmp_path / "x.npy", Vectors(Vocab.from_words(["a", "b", "7"]), ROWS))
    assert (tmp_path / "x.vocab.txt").read_bytes() == b"a\nb\n7\n"
    assert formats.load(tmp_path / "x.npy").vocab.counts is None


@pytest.mark.parametrize(
    "array",
    [ROWS, ROWS.astype(">f4"), np.asfortranarray(ROWS), ROWS.astype("<f8"), ROWS.astype(">f8")],
    ids=["f4", "big", "fortran", "f8", "big f8"],
)
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
@pytest.mark.filterwarnings("ignore")
def test_layouts(tmp_path, array, version):
    vectors = load(tmp_path, npy(array, version=version))
    assert vectors.matrix.dtype == np.float32
    assert vectors.matrix.tobytes() == ROWS.tobytes()
    assert vectors.unread == ("digits beyond float32" if array.dtype.itemsize == 8 else "")


def test_headers_of_other_writers(tmp_path):
    """The order of the fields, and spaces, are free."""
    for text in (
        b"{'shape': (3, 2), 'descr': '<f4', 'fortran_order': False}",
        b"{ 'descr':'<f4','fortran_order':False,'shape':(3,2,),}  \n",
    ):
        head = b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text
        assert load(tmp_path, head + ROWS.tobytes()).matrix.tolist() == ROWS.tolist()


def test_it_is_mapped_and_duplicates_are_still_dropped(tmp_path):
    assert not load(tmp_path, npy(ROWS)).matrix.flags.owndata
    with pytest.raises(FormatError, match="the word 'a' comes twice, rows 1 and 3"):
        load(tmp_path, npy(ROWS), b"a\nb\na\n")
    vectors = load(tmp_path, npy(ROWS), b"b\na\na\n", dedupe="first")
    assert (vectors.vocab.words(), vectors.matrix.tolist()) == (["b", "a"], ROWS[:2].tolist())


def test_objects_are_never_opened(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "exploded"), "w"))

    with pytest.raises(FormatError, match="holds Python objects, which only pickle opens"):
        load(tmp_path, npy(np.array([Bomb(), 1], object), allow_pickle=True))
    with pytest.raises(FormatError, match="damaged header"):
        load(tmp_path, npy(np.zeros(2, [("a", "O"), ("b", "<f4")]), allow_pickle=True))
    assert not (tmp_path / "exploded").exists()


def head(text: bytes, data: bytes = ROWS.tobytes()) -> bytes:
    return b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text + data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (npy(ROWS.astype(np.int64)), r"int64 of shape \(3, 2\), rows of float32 are needed"),
        (npy(ROWS.ravel()), r"float32 of shape \(6,\)"),
        (npy(ROWS[:2]), "2 rows, but 3 words in"),
        (npy(ROWS)[:-1], "byte 128: 3 x 2 numbers of float32 are promised, 23 bytes follow"),
        (npy(ROWS) + b"x", "3 x 2 numbers of float32 are promised, 25 bytes follow"),
        (npy(ROWS)[:9], "is not a numpy array, or cut short"),
        (npy(ROWS)[:60], "a numpy header of 118 bytes is promised, 50 follow"),
        (b"\x93NUMPY\4\0" + bytes(99), "of an unknown version"),
        (b"\x93NUMPY\2\0" + b"\xff" * 99, "a numpy header of 4294967295 bytes is promised"),
        (head(b"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }"), "are promised, 24"),
        (head(b"{'descr': '<f4', 'fortran_order': False, 'shape': (" + b"1," * 40 + b"), }"), "are promised, 24"),
        (head(b"{'descr': '<f4', 'fortran_order': __import__('os'), 'shape': (3, 2), }"), "damaged header"),
        (head(b"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), 'x': (1,), }"), "damaged header"),
        (head(b"{'descr': '<f4', 'descr': '<f4', 'shape': (3, 2), }"), "damaged header"),
        (head(b"{'descr': '<f3', 'fortran_order': False, 'shape': (3, 2), }"), "of the unknown type <f3"),
        (head(b"{'descr': '<c8', 'fortran_order': False, 'shape': (3, 2), }"), "of a type that is not read"),
        (npy(np.array([[1, 2], [np.nan, 0], [1, 1]], np.float32)), "row 2: the vector of 'b' holds a NaN"),
        (npy(np.array([[1, 2], [1, 0], [1e300, 1]])), "row 3: the vector of 'c' holds a NaN or an infinite"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_faults(tmp_path, data, message):
    with pytest.raises(FormatError, match=message):
        load(tmp_path, data)


@pytest.mark.parametrize(
    ("words", "message"),
    [(b"a\n\nc\n", "line 2: '' is not a word"), (b"a 1\nb\nc 3\n", "line 2: 'b' is not a word and its count")],
)
def test_faults_of_words(tmp_path, words, message):
    with pytest.raises(FormatError, match=message) as caught:
        load(tmp_path, npy(ROWS), words)
    assert str(caught.value).startswith(f"{tmp_path / 'x.vocab.txt'}: ")


def test_words_that_are_missing_are_asked_for(run, tmp_path):
    (tmp_path / "x.npy").write_bytes(npy(ROWS))
    with pytest.raises(EmbedkitError, match="this format holds no words, and there is no .*x.vocab.txt") as caught:
        formats.load(tmp_path / "x.npy")
    assert "--vocab" in caught.value.hint
    (tmp_path / "words").write_text("a 3\nb 2\nc 1\n")
    assert run("convert", tmp_path / "x.npy", tmp_path / "y.txt", "--vocab", tmp_path / "words").code == 0
    assert (tmp_path / "y.txt").read_text().splitlines()[:2] == ["3 2", "a 1.0 0.5"]


def test_nothing_is_left_where_the_words_cannot_be_written(tmp_path):
    (tmp_path / "x.vocab.txt").mkdir()
    with pytest.raises(EmbedkitError, match="x.vocab.txt: cannot be written"):
        formats.save(tmp_path / "x.npy", Vectors(Vocab.from_words("abc"), ROWS))
    assert [path.name for path in tmp_path.iterdir()] == ["x.vocab.txt"]
