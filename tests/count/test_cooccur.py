"""Counting against the naive twin, by hand, and against GloVe's own counts."""

from __future__ import annotations

from pathlib import Path

import naive
import numpy as np
import pytest

from embedkit.config import Context, Text
from embedkit.count import cooccur
from embedkit.count import counts as counts_file
from embedkit.errors import EmbedkitError
from embedkit.io.output import Output
from embedkit.runtime.memory import Memory
from embedkit.runtime.resources import Resources
from embedkit.text import corpus as texts
from embedkit.text.encoded import LINE_END, Corpus
from embedkit.text.vocab import Vocab

GOLDEN = Path(__file__).parents[1] / "golden"


def corpus_of(lines: list[list[int]], size: int) -> Corpus:
    ids = np.array([id for line in lines for id in [*line, LINE_END]], np.int32)
    counts = np.bincount(ids[ids >= 0], minlength=size)
    vocab = Vocab.from_words([f"w{i}" for i in range(size)], counts)
    return Corpus(vocab, ids, int(counts.sum()), "0" * 64)


def as_dict(counts) -> dict[tuple, float]:
    rows = np.repeat(np.arange(len(counts.vocab)), np.diff(counts.matrix.indptr))
    return {(int(i), int(j)): float(v) for i, j, v in zip(rows, counts.matrix.indices, counts.matrix.data)}


def random_lines(seed=0, size=30):
    rng = np.random.default_rng(seed)
    return [(rng.zipf(1.4, rng.integers(0, 25)) % size).tolist() for _ in range(60)], size


@pytest.mark.parametrize("context", ["both", "left", "right"])
@pytest.mark.parametrize("weighting", ["harmonic", "flat", "dynamic"])
@pytest.mark.parametrize("window", [1, 2, 7, 100])
def test_equals_the_naive_twin(window, weighting, context):
    lines, size = random_lines()
    options = Context(window=window, weighting=weighting, context=context)
    found = cooccur.count(corpus_of(lines, size), options, resources=Resources(threads=2))
    expected = naive.cooccurrences(lines, window, weighting, context)
    assert as_dict(found).keys() == expected.keys()
    assert as_dict(found) == pytest.approx(expected, rel=1e-6)


def test_by_hand():
    # a b a: window 2, harmonic. (a, b) meets at distance 1 twice; (a, a) at distance 2, once from each side.
    found = cooccur.count(corpus_of([[0, 1, 0]], 2), Context(window=2))
    assert as_dict(found) == {(0, 0): 1.0, (0, 1): 2.0, (1, 0): 2.0}


def test_windows_do_not_cross_lines():
    assert as_dict(cooccur.count(corpus_of([[0], [1]], 2), Context())) == {}


def test_rows_are_sorted_and_threads_do_not_matter():
    lines, size = random_lines(1)
    one, three = (cooccur.count(corpus_of(lines, size), Context(), resources=Resources(threads=n)) for n in (1, 3))
    assert np.array_equal(one.matrix.data, three.matrix.data)
    assert np.array_equal(one.matrix.indices, three.matrix.indices)
    for a, b in zip(one.matrix.indptr, one.matrix.indptr[1:]):
        assert (np.diff(one.matrix.indices[a:b]) > 0).all()


@pytest.mark.parametrize("memory", [1, 100_000])
@pytest.mark.parametrize("subsample", ["none", "clean", "dirty"])
def test_limited_memory_gives_the_same_bytes(monkeypatch, memory, subsample):
    rng = np.random.default_rng(7)
    lines = [(rng.zipf(1.4, rng.integers(0, 40)) % 200).tolist() for _ in range(2500)]
    corpus, context = corpus_of(lines, 200), Context(subsample=subsample, sample=1e-3)
    free = cooccur.count(corpus, context)
    merges = []
    monkeypatch.setattr(
        cooccur._kernels, "merge_rows", lambda *args, real=cooccur._kernels.merge_rows: merges.append(1) or real(*args)
    )
    limited = cooccur.count(corpus, context, resources=Resources(memory=Memory(memory)))
    assert len(merges) > 1
    for name in ("indptr", "indices", "data"):
        assert np.array_equal(getattr(free.matrix, name), getattr(limited.matrix, name))


def test_left_is_the_transpose_of_right():
    lines, size = random_lines(2)
    left, right = (as_dict(cooccur.count(corpus_of(lines, size), Context(context=c))) for c in ("left", "right"))
    assert left == {(j, i): v for (i, j), v in right.items()}


def test_clean_subsampling_scales_the_counts():
    lines, size = random_lines(3)
    corpus = corpus_of(lines, size)
    plain = as_dict(cooccur.count(corpus, Context()))
    clean = as_dict(cooccur.count(corpus, Context(subsample="clean", sample=0.05)))
    frequency = corpus.vocab.counts / corpus.vocab.counts.sum()
    keep = np.minimum(1, np.sqrt(0.05 / np.maximum(frequency, 1e-9)) + 0.05 / np.maximum(frequency, 1e-9))
    assert keep.min() < 0.9
    assert clean == pytest.approx({(i, j): v * keep[i] * keep[j] for (i, j), v in plain.items()}, rel=1e-5)


def test_dirty_subsampling_is_clean_on_average_and_seeded():
    corpus = corpus_of([[0, 1, 0, 2, 0, 1] * 3000], 3)
    context = Context(window=1, subsample="dirty", sample=0.1)
    first, again, other = (cooccur.count(corpus, context, seed=s) for s in (1, 1, 2))
    assert as_dict(first) == as_dict(again) != as_dict(other)
    # Word 0 is half of the text: kept with sqrt(.2) + .2 = .647; words 1 and 2 stay more often.
    kept = first.matrix.data.sum() / cooccur.count(corpus, Context(window=1)).matrix.data.sum()
    keep = np.minimum(1, np.sqrt(0.1 / np.array([1 / 2, 1 / 3, 1 / 6])) + 0.1 / np.array([1 / 2, 1 / 3, 1 / 6]))
    assert kept == pytest.approx((keep * [1 / 2, 1 / 3, 1 / 6]).sum(), abs=0.02)


def test_file_round_trip(tmp_path):
    lines, size = random_lines(4)
    counts = cooccur.count(corpus_of(lines, size), Context())
    counts.metadata["config"] = {"text": {}, "context": {}}
    with Output(tmp_path / "counts") as out:
        counts_file.save(out, counts)
    back = counts_file.load(str(tmp_path / "counts"))
    assert as_dict(back) == as_dict(counts)
    assert back.vocab.words() == counts.vocab.words()
    assert back.metadata["config"] == counts.metadata["config"]


def test_counts_that_do_not_fit_are_refused(tmp_path):
    lines, size = random_lines(5)
    counts = cooccur.count(corpus_of(lines, size), Context())
    counts.metadata["config"] = {}
    counts.matrix.indices[0] = size
    with Output(tmp_path / "counts") as out:
        counts_file.save(out, counts)
    with pytest.raises(EmbedkitError, match="an index is not among the"):
        counts_file.load(str(tmp_path / "counts"))


def test_equals_glove():
    """cooccur.bin of the GloVe tools, window 3 as its README says: records of two 1-based ids and a float64."""
    records = np.frombuffer((GOLDEN / "glove.cooccur.bin").read_bytes(), [("i", "<i4"), ("j", "<i4"), ("n", "<f8")])
    corpus = texts.load(
        [str(GOLDEN / "corpus.txt")], Text(vocab=str(GOLDEN / "glove.vocab.txt")), Resources(cache=False)
    )
    found = as_dict(cooccur.count(corpus, Context(window=3)))
    expected = {(int(r["i"]) - 1, int(r["j"]) - 1): float(r["n"]) for r in records}
    # With a corpus this small the tool's overflow file is empty, and its merge then takes the first record twice.
    assert expected[0, 0] == pytest.approx(2 * found[0, 0])
    expected[0, 0] /= 2
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("side", ["both", "left", "right"])
@pytest.mark.parametrize("subsample", ["none", "clean", "dirty"])
def test_counts_of_both_sides_are_symmetric_and_say_so(side, subsample):
    lines, size = random_lines(6)
    counts = cooccur.count(corpus_of(lines, size), Context(context=side, subsample=subsample, sample=1e-2)).matrix
    assert counts.is_symmetric == (side == "both")
    dense = counts.dense()
    assert np.allclose(dense, dense.T, rtol=1e-6) == (side == "both")
