"""int8 rows answer as the float32 rows do that they stand for; their file comes back, or is refused."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.errors import EmbedkitError, FormatError
from embedkit.io import container
from embedkit.io.output import Output
from embedkit.text.vocab import Vocab
from embedkit.text.vocab_tensors import vocab_tensors
from embedkit.vectors import formats, vectors
from embedkit.vectors.quantized import QuantizedVectors
from embedkit.vectors.vectors import METRICS, Vectors


def make(V: int = 37, D: int = 5) -> QuantizedVectors:
    rng = np.random.default_rng(1)
    codes = rng.integers(-127, 128, (V, D)).astype(np.int8)
    codes[3] = 0
    vocab = Vocab.from_words([f"w{i}" for i in range(V)], range(V, 0, -1))
    return QuantizedVectors(vocab, codes, rng.uniform(0.001, 2, V).astype(np.float32), metadata={"model": "x"})


def floats(source: QuantizedVectors) -> Vectors:
    return Vectors(source.vocab, source.codes.astype(np.float32) * source.scales[:, None])


def test_rows_by_hand():
    codes, scales = np.array([[127, -127], [1, 0]], np.int8), np.array([0.5, 2], np.float32)
    source = QuantizedVectors(Vocab.from_words("ab"), codes, scales)
    assert source.rows([1, 0]).tolist() == [[2, 0], [63.5, -63.5]]
    assert source.rows([0]).dtype == np.float32
    assert (source.width, len(source)) == (2, 2)
    assert source.matrix.tolist() == [[63.5, -63.5], [2, 0]]
    assert source.norms.tolist() == [np.float32(63.5 * 2**0.5), 2]


@pytest.mark.parametrize("block", [1 << 18, 20])
@pytest.mark.parametrize("metric", METRICS)
def test_scores_are_those_of_the_rows(metric, block, monkeypatch):
    monkeypatch.setattr(vectors, "BLOCK", block)
    source, queries = make(), np.random.default_rng(2).normal(size=(6, 5)).astype(np.float32)
    expected = floats(source).scores(queries, metric)
    np.testing.assert_allclose(source.scores(queries, metric), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(source.scores(queries, metric, 4, 30), expected[:, 4:30], rtol=1e-5, atol=1e-6)
    assert source.scores(queries, metric).dtype == np.float32


def test_take():
    source = make()
    source.norms  # noqa: B018 (known from here on)
    for ids in (np.array([8, 2, 5]), np.array([4, 5, 6])):
        part = source.take(ids)
        assert part.vocab.words() == [f"w{id}" for id in ids]
        np.testing.assert_array_equal(part.rows(np.arange(3)), source.rows(ids))
        np.testing.assert_array_equal(part.norms, source.norms[ids])


def test_a_file_comes_back(tmp_path):
    source = make()
    formats.save(tmp_path / "q", source)
    again = formats.load(tmp_path / "q")
    assert type(again) is QuantizedVectors
    assert again.metadata == {"kind": "quantized-vectors", "model": "x"}
    np.testing.assert_array_equal(again.codes, source.codes)
    np.testing.assert_array_equal(again.scales, source.scales)
    np.testing.assert_array_equal(again.norms, source.norms)
    formats.save(tmp_path / "q2", again)
    assert (tmp_path / "q2").read_bytes() == (tmp_path / "q").read_bytes()


def test_other_formats_get_float32(tmp_path):
    source = make()
    formats.save(tmp_path / "q.bin", source)
    np.testing.assert_array_equal(formats.load(tmp_path / "q.bin").matrix, floats(source).matrix)


V = {"codes": np.ones((2, 3), np.int8), "scales": np.ones(2, np.float32), "norms": np.ones(2, np.float32)}


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"codes": None}, "there is no tensor 'codes' in it"),
        ({"codes": np.ones((2, 3), np.float32)}, "tensor 'codes' is float32 .2, 3., not a row of int8 for each of 2"),
        ({"codes": np.ones((3, 3), np.int8)}, "tensor 'codes' is int8 .3, 3."),
        ({"codes": np.ones(2, np.int8)}, "tensor 'codes' is int8 .2,."),
        ({"scales": None}, "there is no tensor 'scales' in it"),
        ({"scales": np.ones(3, np.float32)}, "tensor 'scales' does not hold 2 lengths"),
        ({"scales": np.array([1, np.inf], np.float32)}, "tensor 'scales' does not hold 2 lengths"),
        ({"norms": np.array([1, np.nan], np.float32)}, "tensor 'norms' does not hold 2 lengths"),
    ],
)
def test_damaged_files_are_refused(tmp_path, tensors, message):
    held = {name: tensor for name, tensor in {**V, **tensors}.items() if tensor is not None}
    with Output(tmp_path / "q") as out:
        metadata = {"kind": "quantized-vectors", "input": "[1]"}
        container.write(out, held | vocab_tensors(Vocab.from_words("ab")), metadata)
    with pytest.raises(FormatError, match=message):
        formats.load(tmp_path / "q")


def test_there_is_no_output_embedding(tmp_path):
    formats.save(tmp_path / "q", make())
    with pytest.raises(EmbedkitError, match="has no output embedding"):
        formats.load(tmp_path / "q", output=True)


def test_flipped_bytes_are_refused_or_load(tmp_path):
    path, rng = tmp_path / "q", np.random.default_rng(3)
    formats.save(path, make())
    whole = path.read_bytes()
    refused = 0
    for _ in range(300):
        data = bytearray(whole)
        data[rng.integers(len(data) if rng.random() < 0.5 else 900)] ^= 1 << rng.integers(8)
        path.write_bytes(data)
        try:
            found = formats.load(path)
        except FormatError:
            refused += 1
            continue
        assert found.scores(found.rows(np.arange(3)), "cosine").shape == (3, 37)
    assert 50 < refused < 250
