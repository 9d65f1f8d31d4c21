"""Where training starts: small random rows, the vectors of a file, and rows that stay as they are."""

from __future__ import annotations

import _word2vec as w2v
import numpy as np
import pytest

from embedkit.errors import EmbedkitError
from embedkit.neural.word2vec.init import row_width, tables
from embedkit.runtime.progress import SILENT
from embedkit.text.vocab import Vocab
from embedkit.vectors import formats
from embedkit.vectors.vectors import Vectors

LINES = [[0, 1, 2, 3, 4], [0, 1, 0, 2], [4, 3, 1, 0]]
VOCAB = w2v.corpus_of(LINES).vocab


def start(model="skipgram", outputs=5, vocab=VOCAB, **options):
    return tables(vocab, w2v.config_of(model, **options), outputs, SILENT)


@pytest.mark.parametrize(("dim", "width"), [(1, 16), (16, 16), (17, 32), (100, 112)])
def test_rows_are_padded_and_lie_on_cache_lines(dim, width):
    made = start(dim=dim)
    assert row_width(dim) == width
    assert len(made.inputs) == len(made.outputs) == 6 * width
    assert made.inputs.dtype == made.outputs.dtype == np.float32
    assert made.inputs.ctypes.data % 64 == made.outputs.ctypes.data % 64 == 0
    rows = made.inputs.reshape(6, width)
    assert not rows[:, dim:].any()
    assert not rows[5].any()
    assert not made.outputs.any()
    assert len(made.positions) == len(made.frozen) == 0


def test_uniform_within_one_over_dim():
    made = start(vocab=Vocab.from_words([f"w{i}" for i in range(3000)], [1] * 3000), dim=20)
    rows = made.inputs.reshape(-1, 32)[:3000, :20]
    assert np.abs(rows).max() <= 0.05
    assert np.abs(rows).max() > 0.0499
    assert abs(rows.mean()) < 1e-3
    # The standard deviation of a uniform distribution is its width over sqrt(12).
    assert rows.std() == pytest.approx(0.1 / 12**0.5, rel=0.01)
    assert len(np.unique(rows)) > 55_000


def test_the_seed_decides():
    one, again, other = (start(dim=3, seed=seed).inputs for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.isclose(one, other).reshape(-1, 16)[:5, :3].any()


def test_blocks_change_nothing(monkeypatch):
    # More rows than fit one block, the last block not full.
    vocab = Vocab.from_words([f"w{i}" for i in range(300)], [1] * 300)
    whole = start(vocab=vocab, dim=3).inputs
    monkeypatch.setattr("embedkit.neural.word2vec.init.row_width", lambda dim: 1 << 16)
    blocks = start(vocab=vocab, dim=3).inputs.reshape(-1, 1 << 16)
    assert np.array_equal(blocks[:300, :3], whole.reshape(-1, 16)[:300, :3])


def test_positions_start_at_one():
    made = start("cbow", window=3, dim=5, position_weights=True)
    assert made.positions.shape == (6 * 16,)
    assert (made.positions == 1).all()


@pytest.fixture
def given(tmp_path):
    """A file with words 1 and 3 of the text, in another order, among others."""
    words, rng = ["other", "w3", "elsewhere", "w1"], np.random.default_rng(0)
    path = tmp_path / "given.safetensors"
    formats.save(path, Vectors(Vocab.from_words(words), rng.normal(size=(4, 6)).astype(np.float32)))
    return str(path)


def test_words_start_where_the_file_has_them(given):
    rows, plain = (start(dim=6, init=path).inputs.reshape(-1, 16)[:, :6] for path in (given, None))
    matrix = formats.load(given).matrix
    assert np.array_equal(rows[[3, 1]], matrix[[1, 3]])
    assert np.array_equal(rows[[0, 2, 4, 5]], plain[[0, 2, 4, 5]])
    assert len(start(dim=6, init=given).frozen) == 0
    assert start(dim=6, init=given, freeze=True).frozen.tolist() == [0, 1, 0, 1, 0]


@pytest.mark.parametrize("loss", ["ns", "hs", "softmax"])
@pytest.mark.parametrize("deterministic", [False, True])
@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_frozen_rows_stay_as_they_are(given, model, deterministic, loss):
    options = {"dim": 6, "init": given, "loss": loss, "epochs": 2, "lr": 0.5, "deterministic": deterministic}
    if model == "cbow":
        options["position_weights"] = True
    matrix, corpus = formats.load(given).matrix, w2v.corpus_of(LINES)
    frozen, free = (w2v.train(model, corpus, freeze=freeze, **options).matrix for freeze in (True, False))
    assert frozen[[3, 1]].tobytes() == matrix[[1, 3]].tobytes()
    assert not np.isclose(free[[3, 1]], matrix[[1, 3]]).all(1).any()
    begin = start(dim=6, init=given).inputs.reshape(-1, 16)[:5, :6]
    assert not np.isclose(frozen[[0, 2, 4]], begin[[0, 2, 4]]).all(1).any()


def test_another_number_of_dimensions(given):
    with pytest.raises(EmbedkitError, match="its vectors have 6 dimensions, not 7") as caught:
        start(dim=7, init=given)
    assert "--dim 6" in caught.value.hint


def test_a_file_that_shares_no_word(given):
    vocab = Vocab.from_words(["x", "y"], [1, 1])
    with pytest.raises(EmbedkitError, match="has none of the words of the text"):
        start(vocab=vocab, dim=6, init=given)
