"""The native format: everything comes back, nothing is read that is not used, other kinds are named."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from _csr import csr_of

from embedkit.errors import EmbedkitError, FormatError
from embedkit.io import container
from embedkit.io.metadata import pack_metadata, unpack_metadata
from embedkit.io.output import Output
from embedkit.text.vocab import Vocab
from embedkit.text.vocab_tensors import vocab_tensors
from embedkit.vectors import formats
from embedkit.vectors.sparse import SparseVectors
from embedkit.vectors.vectors import Vectors

WORDS = ["the", "한국어", "New York", "a\nb", "", b"cut \xed\x95", "\xa0"]


@pytest.fixture
def vectors() -> Vectors:
    rng = np.random.default_rng(1)
    vocab = Vocab.from_words(WORDS, range(70, 0, -10))
    metadata = {
        "seed": 7,
        "config": {"text": {"lowercase": True}},
        "corpus_sha256": "0" * 64,
        "tool": "embedkit 0",
        "x": None,
    }
    matrix, contexts = rng.normal(size=(2, 7, 3)).astype(np.float32)
    return Vectors(vocab, matrix, metadata=metadata, contexts=contexts)


@pytest.fixture
def path(vectors, tmp_path) -> Path:
    formats.save(tmp_path / "x.safetensors", vectors)
    return tmp_path / "x.safetensors"


def write(path, tensors, metadata) -> Path:
    with Output(path) as out:
        container.write(out, tensors, metadata)
    return path


def test_everything_comes_back(vectors, path):
    loaded = formats.load(path)
    assert isinstance(loaded, Vectors)
    assert [loaded.vocab.bytes(i) for i in range(7)] == [vectors.vocab.bytes(i) for i in range(7)]
    for name in ("matrix", "contexts", "norms"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(vectors, name))
    np.testing.assert_array_equal(loaded.vocab.counts, vectors.vocab.counts)
    assert loaded.metadata == vectors.metadata


def test_what_is_in_the_file(path):
    stored = container.read(path)
    assert stored.names == ["vectors", "contexts", "norms", "vocab.offsets", "vocab.utf8", "counts"]
    assert stored.metadata["kind"] == "vectors"
    assert (stored.metadata["input"], stored.metadata["output"]) == ("vectors", "contexts")
    assert stored.metadata["seed"] == "7"
    assert json.loads(stored.metadata["config"]) == {"text": {"lowercase": True}}
    assert set(container.verify(path).values()) == {True}


def test_a_loaded_file_is_saved_as_the_same_bytes(path, tmp_path):
    formats.save(tmp_path / "again", formats.load(path))
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_loading_maps(path):
    loaded = formats.load(path)
    for array in (loaded.matrix, loaded.contexts, loaded.norms, loaded.vocab.utf8, loaded.vocab.offsets):
        assert not array.flags.owndata
        assert not array.flags.writeable
    assert loaded.matrix.ctypes.data % 64 == 0


def test_loading_reads_neither_words_nor_rows(tmp_path, monkeypatch):
    """The matrix is a hole of 200 GB in a sparse file: whoever reads it notices."""
    V, D = 1000, 50_000_000
    vocab = vocab_tensors(Vocab.from_words([f"w{i}" for i in range(V)]))
    size = V * D * 4
    header = {"__metadata__": {"format": "embedkit/1", "kind": "vectors", "input": "vectors"}}
    header["vectors"] = {"dtype": "F32", "shape": [V, D], "data_offsets": [0, size]}
    end = size
    for name, tensor in vocab.items():
        code = {"int64": "I64", "uint8": "U8"}[tensor.dtype.name]
        header[name] = {"dtype": code, "shape": list(tensor.shape), "data_offsets": [end, end + tensor.nbytes]}
        end += tensor.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    path = tmp_path / "huge"
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        try:
            file.truncate(8 + len(text) + size)
        except OSError:
            pytest.skip("the file system has no such large files")
        file.seek(0, os.SEEK_END)
        for tensor in vocab.values():
            file.write(tensor.tobytes())
    with monkeypatch.context() as patch:
        for name in ("words", "bytes"):
            patch.setattr(Vocab, name, lambda *args: pytest.fail("a word is decoded"))
        loaded = formats.load(path)
    assert loaded.matrix.shape == (V, D)
    assert loaded.vocab[999] == "w999"
    assert loaded.matrix[500, 7] == 0


def test_sparse(tmp_path):
    vocab, contexts = Vocab.from_words(["a", "b c", "d"], [3, 2, 1]), Vocab.from_words(["x", "y"])
    weights = csr_of(np.array([[3, 4], [0, 0], [0, 1.5]]))
    vectors = SparseVectors(vocab, weights, contexts, metadata={"shift": 1.0})
    formats.save(tmp_path / "x", vectors)
    names = "data indices indptr norms vocab.offsets vocab.utf8 counts contexts.offsets contexts.utf8"
    assert container.read(tmp_path / "x").names == names.split(" ")
    loaded = formats.load(tmp_path / "x")
    assert isinstance(loaded, SparseVectors)
    assert loaded.contexts.words() == ["x", "y"]
    assert loaded.norms.tolist() == [5, 0, 1.5]
    assert loaded.vocab.counts.tolist() == [3, 2, 1]
    assert loaded.metadata == {"kind": "sparse-vectors", "shift": 1.0}
    np.testing.assert_array_equal(loaded.rows(np.arange(3)), [[3, 4], [0, 0], [0, 1.5]])
    formats.save(tmp_path / "y", loaded)
    assert (tmp_path / "y").read_bytes() == (tmp_path / "x").read_bytes()
    formats.save(tmp_path / "z", SparseVectors(vocab, csr_of(np.array([[3, 0, 4], [0, 0, 0], [0, 0, 1.5]]))))
    assert formats.load(tmp_path / "z").contexts is None
    assert formats.load(tmp_path / "z").width == 3


def test_the_embeddings_of_any_model_open(tmp_path):
    tensors = {"embed.weight": np.ones((2, 3), np.float32), "out.weight": np.zeros((2, 3), np.float32)}
    metadata = {"kind": "language-model", "input": "embed.weight", "output": "out.weight"}
    path = write(tmp_path / "lm", tensors | vocab_tensors(Vocab.from_words("ab")), metadata)
    loaded = formats.load(path)
    assert loaded.matrix.tolist() == [[1, 1, 1]] * 2
    assert loaded.contexts.tolist() == [[0, 0, 0]] * 2
    assert loaded.metadata == {"kind": "language-model"}


@pytest.mark.parametrize(
    ("metadata", "message", "hint"),
    [
        ({"kind": "counts"}, "holds co-occurrence counts, not vectors", "embedkit train svd {path} -o OUT"),
        ({"kind": "ids"}, "holds an encoded corpus, not vectors", "embedkit train svd TEXT"),
        ({"kind": "checkpoint"}, "holds the checkpoint of an unfinished run, not vectors", "train with --resume"),
        ({"kind": "language-model"}, "holds a language model, not vectors", "embedkit info"),
        ({"kind": "topics"}, "holds 'topics', which is unknown, not vectors", "embedkit info"),
        ({}, "holds tensors of no kind, not vectors", "embedkit info"),
    ],
)
def test_other_kinds_are_named(tmp_path, metadata, message, hint):
    path = write(tmp_path / "x", {"data": np.zeros(3, np.float32)}, metadata)
    with pytest.raises(FormatError, match=message) as caught:
        formats.load(path)
    assert hint.format(path=path) in caught.value.hint


def test_files_of_others_are_named(tmp_path):
    text = b'{"weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    (tmp_path / "x").write_bytes(struct.pack("<Q", len(text)) + text + bytes(4))
    with pytest.raises(FormatError, match=r"a safetensors file of another program \(tensors weight\)"):
        formats.load(tmp_path / "x")
    text = b'{"__metadata__":{"format":"embedkit/2"}}'
    (tmp_path / "y").write_bytes(struct.pack("<Q", len(text)) + text)
    with pytest.raises(FormatError, match=r"another version of embedkit \(embedkit/2\)") as caught:
        formats.load(tmp_path / "y")
    assert caught.value.hint == "update embedkit"


F32, GOOD = np.float32, {"vectors": np.ones((2, 3), np.float32), **vocab_tensors(Vocab.from_words("ab", [2, 1]))}
BROKEN = {
    "no matrix": {"vectors": None},
    "float64": {"vectors": np.ones((2, 3))},
    "one axis": {"vectors": np.ones(2, F32)},
    "too few rows": {"vectors": np.ones((1, 3), F32)},
    "no columns": {"vectors": np.ones((2, 0), F32)},
    "no words": {"vectors": np.ones((0, 3), F32), "vocab.offsets": np.zeros(1, int), "vocab.utf8": np.zeros(0, "u1")},
    "no offsets": {"vocab.offsets": None},
    "no bytes": {"vocab.utf8": None},
    "empty offsets": {"vocab.offsets": np.zeros(0, int)},
    "offsets go back": {"vocab.offsets": np.array([0, 3, 2])},
    "offsets start late": {"vocab.offsets": np.array([1, 1, 2])},
    "offsets end early": {"vocab.offsets": np.array([0, 1, 1])},
    "offsets of another type": {"vocab.offsets": np.array([0, 1, 2], np.int32)},
    "negative counts": {"counts": np.array([-1, 1])},
    "too many counts": {"counts": np.array([3, 2, 1])},
    "negative norms": {"norms": np.array([-1, 1], F32)},
    "norms with NaN": {"norms": np.array([np.nan, 1], F32)},
    "too few norms": {"norms": np.ones(1, F32)},
    "norms of another type": {"norms": np.ones(2)},
}


@pytest.mark.parametrize("name", BROKEN)
def test_refuses_parts_that_do_not_fit(tmp_path, name):
    tensors = {key: tensor for key, tensor in {**GOOD, **BROKEN[name]}.items() if tensor is not None}
    with pytest.raises(FormatError, match="x: "):
        formats.load(write(tmp_path / "x", tensors, {"kind": "vectors", "input": "vectors"}))


SPARSE = {
    "indptr": np.array([0, 1, 2]),
    "indices": np.zeros(2, np.int32),
    "data": np.ones(2, F32),
    **vocab_tensors(Vocab.from_words("ab")),
}
BROKEN_SPARSE = {
    "no data": {"data": None},
    "no indices": {"indices": None},
    "no indptr": {"indptr": None},
    "float64": {"data": np.ones(2)},
    "two axes": {"indices": np.zeros((2, 1), np.int32)},
    "indptr goes back": {"indptr": np.array([0, 3, 2])},
    "indptr starts late": {"indptr": np.array([1, 1, 2])},
    "indptr ends early": {"indptr": np.array([0, 1, 1])},
    "too few rows": {"indptr": np.array([0, 2])},
    "more data than indices": {"data": np.ones(3, F32)},
    "no words": {**vocab_tensors(Vocab.from_words([])), "indptr": np.array([0])},
}


@pytest.mark.parametrize("name", BROKEN_SPARSE)
def test_refuses_sparse_parts_that_do_not_fit(tmp_path, name):
    tensors = {key: tensor for key, tensor in {**SPARSE, **BROKEN_SPARSE[name]}.items() if tensor is not None}
    with pytest.raises(FormatError, match="x: "):
        formats.load(write(tmp_path / "x", tensors, {"kind": "sparse-vectors"}))


def test_sparse_numbers_that_are_not_finite_are_not_written(tmp_path, sparse):
    sparse.weights.data[0] = np.inf
    with pytest.raises(EmbedkitError, match="the vector of 'tea' holds a NaN"):
        formats.save(tmp_path / "x", sparse)


@pytest.mark.parametrize(
    "value",
    [
        "text",
        "1",
        "1.5",
        "null",
        "true",
        '"quoted"',
        "",
        " 1 ",
        "NaN",
        "[",
        "한",
        1,
        0.1,
        None,
        True,
        [1, {"a": None}],
        {},
    ],
)
def test_metadata_keep_their_type(value):
    packed = pack_metadata({"key": value})
    assert isinstance(packed["key"], str)
    assert unpack_metadata(packed | {"format": "embedkit/1", "sha256.vectors": "0"}) == {"key": value}


def test_plain_strings_are_stored_as_they_are():
    assert pack_metadata({"kind": "vectors", "seed": 1}) == {"kind": "vectors", "seed": "1"}


def test_loading_needs_neither_scipy_nor_numba(path):
    script = (
        "import sys; from embedkit.vectors.formats import load\n"
        "v = load(sys.argv[1]); v.scores(v.rows([0]))\n"
        "print([name for name in ('scipy', 'numba', 'click', 'tqdm') if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    done = subprocess.run(
        [sys.executable, "-c", script, path], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_the_table_of_formats_needs_no_numpy():
    script = "import sys, embedkit.vectors.formats as f; print(len(f.FORMATS), 'numpy' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"{len(formats.FORMATS)} False\n"


@pytest.mark.peer
def test_the_safetensors_package_reads_it(path, vectors):
    peer = pytest.importorskip("safetensors")
    with peer.safe_open(path, "np") as file:
        np.testing.assert_array_equal(file.get_tensor("vectors"), vectors.matrix)
