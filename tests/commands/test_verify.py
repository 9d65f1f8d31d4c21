import json

import numpy as np
import pytest

from embedkit.io import container
from embedkit.io.output import Output
from embedkit.text.vocab import Vocab
from embedkit.text.vocab_tensors import vocab_tensors


def write(path, tensors, **metadata):
    with Output(path) as out:
        container.write(out, tensors, metadata)
    return path


def dense(words=("a", "b"), matrix=((1, 2), (3, 4)), **others):
    matrix = np.array(matrix, np.float32)
    norms = np.nan_to_num(np.linalg.norm(matrix, axis=1)).astype(np.float32)
    return {"vectors": matrix, "norms": norms, **vocab_tensors(Vocab.from_words(words)), **others}


def sparse(indptr=(0, 1, 2), indices=(0, 1)):
    words = vocab_tensors(Vocab.from_words(["a", "b"]))
    return {"data": np.ones(2, np.float32), "indices": np.array(indices, np.int32), "indptr": np.array(indptr), **words}


def test_a_good_file(run, toy_file):
    got = run("verify", toy_file)
    assert (got.code, got.err) == (0, "")
    assert {row[1] for row in got.rows} == {"ok"}
    names = [row[0] for row in got.rows]
    assert names == ["vectors", "norms", "vocab.offsets", "vocab.utf8", "counts", "header",
                     "format", "words", "rows", "numbers"]  # fmt: skip
    assert run("verify", "-", stdin=toy_file.read_bytes()).out == got.out
    assert json.loads(run("verify", toy_file, "--json").out.split("\n")[0]) == {"check": "vectors", "result": "ok"}


@pytest.mark.parametrize("name", ["vectors", "vocab.utf8", "counts"])
def test_a_flipped_bit_is_found_and_named(run, toy_file, name):
    stored = container.read(toy_file)
    data = bytearray(toy_file.read_bytes())
    at = data.find(stored[name].tobytes())
    del stored
    data[at] ^= 1
    toy_file.write_bytes(data)
    got = run("verify", toy_file)
    assert got.code == 1
    assert dict(got.rows)[name] == "damaged: the checksum does not match"
    assert got.err.startswith(f"Error: {toy_file}: {name}: damaged: the checksum does not match")
    assert len(got.err.split("\n")) == 3


def test_sparse_vectors(run, sparse_file):
    got = run("verify", sparse_file)
    assert (got.code, {row[1] for row in got.rows}) == (0, {"ok"})


@pytest.mark.parametrize(
    ("tensors", "check", "message"),
    [
        (dense(["a", "a"]), "words", "1 words of vocab come twice"),
        (dense(matrix=((1, 2), (np.nan, 4))), "numbers", "vectors holds a NaN or an infinite number"),
        (dense(counts=np.array([1, -1])), "words", "damaged vocabulary: a count is negative"),
        (dense(norms=np.ones(3, np.float32)), "format", "tensor 'norms' does not hold 2 lengths"),
        (sparse(indices=(0, 2)), "rows", "an index is not among the 2 columns"),
        (sparse(indices=(0, -1)), "rows", "an index is not among the 2 columns"),
        (sparse(indptr=(0, 2)), "rows", "indptr does not divide 2 entries among 2 rows"),
        (sparse(indptr=(0, 3, 2)), "rows", "indptr does not divide 2 entries among 2 rows"),
    ],
)
def test_checksums_match_but_the_content_is_wrong(run, tmp_path, tensors, check, message):
    facts = {"kind": "vectors", "input": "vectors"} if "vectors" in tensors else {"kind": "counts"}
    got = run("verify", write(tmp_path / "x", tensors, **facts))
    assert got.code == 1
    assert dict(got.rows)[check] == message
    assert f"{check}: {message}" in got.err
    assert dict(got.rows)["header"] == "ok"


def test_a_file_cut_short(run, toy_file):
    toy_file.write_bytes(toy_file.read_bytes()[:-3])
    got = run("verify", toy_file)
    assert (got.code, got.out) == (1, "")
    assert got.err.startswith(f"Error: {toy_file}: cut short")


def test_other_formats_are_read_to_the_end(run, golden, tmp_path):
    for name, format in (("word2vec_c.bin", "word2vec"), ("glove.txt", "glove"), ("fasttext.bin", "fasttext")):
        got = run("verify", golden / name)
        assert (got.code, got.rows, got.err) == (0, [[format, "ok"]], "")
    broken = tmp_path / "broken.bin"
    broken.write_bytes((golden / "word2vec_c.bin").read_bytes()[:-5])
    got = run("verify", broken)
    assert (got.code, got.out) == (1, "")
    assert got.err.startswith(f"Error: {broken}: ")


def test_foreign_containers_have_no_checksums(run, tmp_path):
    header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + np.float32([1]).tobytes())
    got = run("verify", path)
    assert (got.code, dict(got.rows)["w"], dict(got.rows)["header"]) == (0, "no checksum", "no checksum")
