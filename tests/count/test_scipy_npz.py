"""SciPy's sparse matrices, both ways: SciPy reads ours, we read SciPy's, and nothing in an archive is trusted."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sparse
from _gzip import gz

from embedkit.count import counts as native
from embedkit.count import glove_cooccur, scipy_npz
from embedkit.errors import EmbedkitError, FormatError
from embedkit.io.output import Output

GOLDEN = Path(__file__).parents[1] / "golden"
WORDS = str(GOLDEN / "glove.vocab.txt")


@pytest.fixture(scope="module")
def counts():
    return glove_cooccur.load(str(GOLDEN / "glove.cooccur.bin"), WORDS)


@pytest.fixture(scope="module")
def ours(counts, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("npz") / "ours.npz"
    with Output(path) as out:
        scipy_npz.save(out, counts)
    return path


def same(a, b) -> bool:
    return all(np.array_equal(*arrays) for arrays in zip(a.matrix.tensors().values(), b.matrix.tensors().values()))


def matrix_of(counts) -> sparse.csr_matrix:
    matrix = counts.matrix
    return sparse.csr_matrix((matrix.data, matrix.indices, matrix.indptr), matrix.shape, copy=True)


def test_scipy_reads_ours(counts, ours):
    assert (sparse.load_npz(ours) != matrix_of(counts)).nnz == 0
    with np.load(ours) as arrays:
        assert arrays["words"].tobytes().split(b"\n")[:2] == [b"the", b"."]


def test_ours_comes_back_byte_for_byte(counts, ours, tmp_path):
    again = scipy_npz.load(str(ours), None)
    assert same(again, counts)
    assert again.vocab.words() == counts.vocab.words()
    with Output(tmp_path / "again") as out:
        scipy_npz.save(out, again)
    assert (tmp_path / "again").read_bytes() == ours.read_bytes()


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.csr_array])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_we_read_scipys(counts, tmp_path, compressed, make, dtype):
    matrix = make(matrix_of(counts).ceil().astype(dtype))
    sparse.save_npz(tmp_path / "x.npz", matrix, compressed=compressed)
    found = scipy_npz.load(str(tmp_path / "x.npz"), WORDS)
    assert found.matrix.data.dtype == np.float32
    assert (matrix_of(found) != matrix).nnz == 0


def test_rows_out_of_order_are_sorted(counts, tmp_path):
    matrix = matrix_of(counts)
    sparse.save_npz(tmp_path / "x.npz", matrix[:, ::-1][:, ::-1].tocsc().T.tocsr().T.tocsr())
    for row in range(len(counts.vocab)):
        span = slice(matrix.indptr[row], matrix.indptr[row + 1])
        matrix.indices[span], matrix.data[span] = matrix.indices[span][::-1].copy(), matrix.data[span][::-1].copy()
    matrix.has_sorted_indices = False
    sparse.save_npz(tmp_path / "y.npz", matrix)
    for name in "xy":
        assert same(scipy_npz.load(str(tmp_path / f"{name}.npz"), WORDS), counts)


def test_commands(run, counts, ours, tmp_path):
    made = tmp_path / "made.npz"
    args = ("count", GOLDEN / "glove.cooccur.bin", "--from", "glove-cooccur", "--vocab", WORDS)
    assert run(*args, "-o", made, "-q").code == 0
    assert made.read_bytes() == ours.read_bytes()
    back = tmp_path / "back.safetensors"
    assert run("count", made, "--from", "scipy-npz", "-o", back, "-q").code == 0
    assert same(native.load(str(back)), counts)
    assert run("train", "svd", made, "--from", "scipy-npz", "--dim", "3", "-o", tmp_path / "svd", "-q").code == 0


def archive(**arrays) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asarray(array))
            name = name.replace("_", ".") if "_" in name else f"{name}.npy"
            made.writestr(zipfile.ZipInfo(name), member.getvalue(), zipfile.ZIP_DEFLATED)
    return file.getvalue()


GOOD = {
    "format": b"csr",
    "shape": [2, 2],
    "indptr": [0, 1, 2],
    "indices": np.array([1, 0], np.int32),
    "data": [1.0, 2.0],
    "words": np.frombuffer(b"a\nb\n", np.uint8),
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": b"csc"}, "of kind 'csc', csr is needed"),
        ({"format": "coo"}, "of kind 'coo'"),
        ({"shape": [3, 2]}, r"of shape \[3, 2\], but 2 words"),
        ({"shape": [2**62, 2]}, "but 2 words"),
        ({"indptr": [0, 2, 1]}, "indptr does not divide"),
        ({"indptr": [0, 1, 3]}, "indptr does not divide"),
        ({"indices": [1, 2]}, "an index is not among the 2 columns"),
        ({"indices": [1, -1]}, "an index is not among the 2 columns"),
        ({"data": [1.0]}, "2 entries, but 1 values"),
        ({"data": [1.0, 0.0]}, "a count is not above zero"),
        ({"data": [1.0, np.nan]}, "a count is not above zero"),
        ({"data": [1.0, 1j]}, "of a type that is not read"),
        ({"data": [[1.0, 2.0]]}, "data is float64 of 2 axes"),
        ({"indptr": [0, 2, 2], "indices": [1, 1]}, "a pair of words stands there twice"),
        ({"words": np.frombuffer(b"a\na\n", np.uint8)}, "its words are damaged"),
        ({"words": np.frombuffer(b"a\n\n", np.uint8)}, "its words are damaged"),
        ({"counts": [1]}, "its words are damaged"),
        ({"words": np.zeros(2, np.uint16)}, "holds no words"),
        ({"data": None}, "holds Python objects"),
    ],
)
def test_what_is_refused(tmp_path, change, message):
    (tmp_path / "x").write_bytes(archive(**GOOD))
    assert scipy_npz.load(str(tmp_path / "x"), None).matrix.data.tolist() == [1, 2]
    (tmp_path / "x").write_bytes(archive(**GOOD | change))
    with pytest.raises(EmbedkitError, match=message):
        scipy_npz.load(str(tmp_path / "x"), None)


def test_missing_words_and_members(tmp_path):
    for name in GOOD:
        (tmp_path / "x").write_bytes(archive(**{key: value for key, value in GOOD.items() if key != name}))
        with pytest.raises(EmbedkitError, match="holds no words" if name == "words" else f"there is no {name} in it"):
            scipy_npz.load(str(tmp_path / "x"), None)


def test_names_of_members_are_no_paths(tmp_path, monkeypatch):
    """Whatever else is in the archive is not unpacked."""
    file = io.BytesIO(archive(**GOOD))
    with zipfile.ZipFile(file, "a") as made:
        for name in ("../evil.npy", "/tmp/evil.npy", "sub/data.npy", "data.npy/../../evil"):
            made.writestr(zipfile.ZipInfo(name), b"x")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "x").write_bytes(file.getvalue())
    monkeypatch.chdir(folder)
    scipy_npz.load("x", None)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["folder", "x"]


@pytest.mark.parametrize("is_twice", [False, True])
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, is_twice):
    (tmp_path / "x").write_bytes(archive(**GOOD | {"data": np.zeros(2 * 10**7, np.float32)}))
    if is_twice:  # the archive is large enough for what is in it, the file is not
        with zipfile.ZipFile(tmp_path / "x", "a") as bomb:
            bomb.writestr(zipfile.ZipInfo("padding"), bytes(8 << 20))
        (tmp_path / "x").write_bytes(gz((tmp_path / "x").read_bytes()))
    tracemalloc.start()
    with pytest.raises(FormatError, match="more than 100 times as large"):
        scipy_npz.load(str(tmp_path / "x"), None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (28 << 20 if is_twice else 4 << 20)
