"""Training of GloVe: threads, resumption, what it starts from and what it gives."""

from __future__ import annotations

import _glove
import numpy as np
import pytest

from embedkit.count.counts import save
from embedkit.count.glove import MODEL
from embedkit.count.glove.trainer import shares
from embedkit.errors import OptionError
from embedkit.io.output import Output
from embedkit.runtime.memory import Memory
from embedkit.training.contract import Run
from embedkit.vectors import formats
from embedkit.vectors.vectors import Vectors


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    _glove.small_blocks(monkeypatch)


def bytes_of(trainer) -> list[bytes]:
    return [table.tobytes() for table in trainer.learnt()]


def test_threads_and_memory_change_no_byte():
    counts = _glove.counts_of()
    trainers = [_glove.trainer_of(counts, threads=n) for n in (1, 2, 3)]
    trainers.append(_glove.trainer_of(counts, Memory(1000), threads=2))
    losses = [_glove.train(trainer, epochs=2) for trainer in trainers]
    assert all(mean == losses[0] for mean in losses)
    assert all(bytes_of(trainer) == bytes_of(trainers[0]) for trainer in trainers)
    assert bytes_of(trainers[0]) != bytes_of(_glove.trainer_of(counts))


def test_the_loss_falls():
    losses = _glove.train(_glove.trainer_of(_glove.counts_of(), dim=20), epochs=10)
    assert all(after < before for before, after in zip(losses, losses[1:]))
    assert losses[-1] < losses[0] / 2


@pytest.mark.parametrize("done", [0, 1, 3])
def test_a_run_goes_on_from_its_state(done):
    counts = _glove.counts_of()
    whole, cut, resumed = (_glove.trainer_of(counts) for _ in range(3))
    _glove.train(whole, epochs=2)
    turns = iter([False] * done + [True])
    assert len(list(cut.steps(0, 0, lambda: next(turns)))) == done
    resumed.restore(*cut.state())
    assert len(list(resumed.steps(0, done, lambda: False))) == len(whole) - done
    _glove.train(resumed, first=1)
    assert bytes_of(resumed) == bytes_of(whole)


def test_every_tile_is_dealt_once_and_evenly():
    sizes = np.array([50, 1, 30, 20, 10, 9, 0])
    dealt = shares(sizes, 2)
    assert sorted(tile for share in dealt for tile in share) == [*range(7)]
    assert [int(sizes[share].sum()) for share in dealt] == [60, 60]


def trained(tmp_path, **options) -> Vectors:
    vectors = MODEL.train(_glove.counts_of(), _glove.config_of(**options), Run())
    formats.save(tmp_path / "out", vectors, "native")
    return formats.load(tmp_path / "out")


def test_the_file_gives_the_logarithms_of_counts_back(tmp_path):
    vectors, counts = trained(tmp_path, epochs=80, dim=40), _glove.counts_of()
    dense, (own, other) = counts.matrix.dense(), vectors.biases.T
    guesses = (vectors.matrix - vectors.contexts) @ vectors.contexts.T + own[:, None] + other
    is_large = dense > 5
    assert np.abs(guesses - np.log(dense, where=dense > 0, out=np.zeros_like(dense)))[is_large].mean() < 0.1
    np.testing.assert_array_equal(vectors.take(np.array([3, 1])).biases, vectors.biases[[3, 1]])


def test_words_without_their_contexts(tmp_path):
    both, alone = trained(tmp_path), trained(tmp_path, add_context=False)
    np.testing.assert_array_equal(both.matrix, alone.matrix + both.contexts)


def test_words_start_from_a_file(tmp_path):
    given = np.random.default_rng(1).normal(0, 1, (30, 5)).astype(np.float32)
    vocab = _glove.counts_of().vocab.take(np.arange(20))
    formats.save(tmp_path / "given", Vectors(vocab, given[:20]), "native")
    options = {"init": str(tmp_path / "given"), "add_context": False}
    frozen = trained(tmp_path, freeze=True, **options)
    np.testing.assert_array_equal(frozen.matrix[:20], given[:20])
    assert np.abs(frozen.matrix[20:]).max() > 0
    assert (trained(tmp_path, **options).matrix[:20] != given[:20]).all()


def test_frozen_vectors_are_not_added_to():
    with pytest.raises(OptionError, match="add --no-add-context"):
        MODEL.check(_glove.config_of(init="x", freeze=True))


def test_a_file_without_counts_is_refused(run, tmp_path):
    counts = _glove.counts_of(3)
    counts.matrix = _glove.csr_of(np.zeros((3, 3), np.float32))
    with Output(tmp_path / "counts") as out:
        save(out, counts)
    result = run("train", "glove", tmp_path / "counts", "-o", tmp_path / "out")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(
        f"Error: {tmp_path / 'counts'}: holds no counts, so there is nothing to learn from\nHint: "
    )
