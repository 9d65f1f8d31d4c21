"""Safetensors files of other programs: a tensor of theirs, words from another file."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from embedkit.errors import EmbedkitError
from embedkit.io.container import BF16
from embedkit.vectors import formats

GOLDEN = Path(__file__).parents[2] / "golden"
CODES = {"<f2": "F16", "|V2": "BF16", "<f4": "F32", "<f8": "F64", "<i4": "I32"}


def file_of(**tensors) -> bytes:
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, array in tensors.items():
        span = [len(data), len(data) + array.nbytes]
        header[name] = {"dtype": CODES[array.dtype.str], "shape": list(array.shape), "data_offsets": span}
        data += array.tobytes()
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def load(tmp_path, words: bytes = b"a\nb\nc\n", tensor=None, **tensors):
    (tmp_path / "words").write_bytes(words)
    (tmp_path / "x").write_bytes(file_of(**tensors))
    return formats.load(tmp_path / "x", "safetensors", vocab=tmp_path / "words", tensor=tensor)


ROWS = np.arange(6, dtype=np.float32).reshape(3, 2)


def test_golden_file():
    path = GOLDEN / "safetensors.safetensors"
    vectors = formats.load(path, "safetensors", vocab=GOLDEN / "numpy.vocab.txt")
    expected = formats.load(GOLDEN / "gensim.bin")
    assert vectors.vocab.words() == expected.vocab.words()
    np.testing.assert_array_equal(vectors.matrix, expected.matrix)
    assert vectors.unread == "the other tensors"


@pytest.mark.parametrize("dtype", ["<f2", "<f4", "<f8"])
def test_the_only_tensor_with_as_many_rows(tmp_path, dtype):
    vectors = load(tmp_path, rows=ROWS.astype(dtype), other=np.ones((4, 2), np.float32), ids=np.ones((3, 2), np.int32))
    assert (vectors.vocab.words(), vectors.matrix.tolist()) == (["a", "b", "c"], ROWS.tolist())
    assert load(tmp_path, b"a 5\nb 4\nc 1\n", rows=ROWS).vocab.counts.tolist() == [5, 4, 1]


def bf16(*bits) -> np.ndarray:
    return np.array(bits, "<u2").view(BF16).reshape(3, 2)


def test_bfloat16_is_the_upper_half_of_float32(tmp_path, run):
    ids = np.ones((3, 2), np.int32)
    vectors = load(tmp_path, rows=bf16(0x3F80, 0xC000, 0x3E20, 0x8000, 0x0001, 0x7F7F), ids=ids)
    expected = [[1.0, -2.0], [0.15625, -0.0], [2.0**-133, (2 - 2.0**-7) * 2.0**127]]
    assert vectors.matrix.dtype == np.float32
    assert vectors.matrix.tolist() == expected
    assert np.signbit(vectors.matrix[1, 1])
    assert dict(run("info", tmp_path / "x").rows)["tensors.rows"] == "bfloat16 3 x 2"
    for damaged in (0x7F80, 0x7FC0):  # infinite, NaN
        with pytest.raises(EmbedkitError, match="row 3: the vector of 'c' holds a NaN or an infinite number"):
            load(tmp_path, rows=bf16(0, 0, 0, 0, 0, damaged))


def test_a_tensor_at_an_odd_place(tmp_path):
    text = b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},'
    text += b'"b":{"dtype":"BF16","shape":[1,1],"data_offsets":[1,3]}}'
    (tmp_path / "x").write_bytes(struct.pack("<Q", len(text)) + text + b"\0\x80\x3f")
    (tmp_path / "words").write_bytes(b"a\n")
    assert formats.load(tmp_path / "x", "safetensors", vocab=tmp_path / "words").matrix.tolist() == [[1.0]]


def test_tensors_to_choose_from(tmp_path):
    with pytest.raises(EmbedkitError, match="2 tensors have 3 rows, as many as .* has words") as caught:
        load(tmp_path, one=ROWS, two=-ROWS)
    assert caught.value.hint == "choose with --tensor: one 3 x 2, two 3 x 2"
    assert load(tmp_path, tensor="two", one=ROWS, two=-ROWS).matrix[1].tolist() == [-2, -3]
    with pytest.raises(EmbedkitError, match="has no rows called 'three'"):
        load(tmp_path, tensor="three", one=ROWS)
    with pytest.raises(EmbedkitError, match="no tensors have 2 rows"):
        load(tmp_path, b"a\nb\n", one=ROWS)
    with pytest.raises(EmbedkitError, match="x: 3 rows, but 2 words in .*words"):
        load(tmp_path, b"a\nb\n", tensor="one", one=ROWS)


def test_what_is_refused(tmp_path, toy_file):
    with pytest.raises(EmbedkitError, match="has no tensor of rows of float16, 32, 64 or bfloat16"):
        load(tmp_path, ids=np.ones((3, 2), np.int32), bias=np.ones(3, np.float32), none=np.ones((0, 3), np.float32))
    with pytest.raises(EmbedkitError, match="row 2: the vector of 'b' holds a NaN"):
        load(tmp_path, rows=np.array([[1, 2], [np.nan, 1], [1, 1]], np.float32))
    with pytest.raises(EmbedkitError, match="is a native file: its words are in it"):
        formats.load(toy_file, "safetensors")
    with pytest.raises(EmbedkitError, match="has no choice of tensors, as word2vec"):
        formats.load(GOLDEN / "gensim.bin", tensor="x")


def test_the_way_from_the_refusal_to_the_vectors(run, tmp_path):
    path, out = GOLDEN / "safetensors.safetensors", tmp_path / "out.bin"
    got = run("similar", path, "fox")
    assert got.code == 1
    assert "a safetensors file of another program (tensors model" in got.err
    assert f"--from safetensors --vocab FILE {path} OUT" in got.err
    got = run("convert", "--from", "safetensors", path, out)
    assert (got.code, "(tensors model.embed.weight 21 x 8)" in got.err) == (1, True)
    got = run("convert", "--from", "safetensors", "--vocab", GOLDEN / "numpy.vocab.txt", path, out)
    assert (got.code, got.err) == (0, f"{out}: without the other tensors\n")
    assert run("similar", out, "fox").out == run("similar", GOLDEN / "gensim.bin", "fox").out
