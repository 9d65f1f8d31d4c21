"""How text is dealt out: whole lines where possible, nothing twice; and what the number of threads may change."""

from __future__ import annotations

import _word2vec as w2v
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.neural.word2vec import _kernels
from embedkit.neural.word2vec import hogwild as schedule
from embedkit.neural.word2vec.hogwild import LockFree, Merged, spans


def ids_of(*lengths: int) -> np.ndarray:
    return np.array([id for n in lengths for id in [*range(n), -1]], np.int32)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=40), st.integers(1, 15))
def test_spans_cover_everything_once_and_end_with_lines(lengths, size):
    ids = ids_of(*lengths)
    found = spans(ids, size)
    assert [place for begin, end in found for place in range(begin, end)] == list(range(len(ids)))
    for begin, end in found:
        assert 0 < end - begin <= size
        # A cut inside a line is one that no line end could have been in place of.
        assert ids[end - 1] == -1 or (end - begin == size and (ids[begin:end] >= 0).all())


def test_spans_by_hand():
    assert spans(ids_of(2, 2, 2), 7) == [(0, 6), (6, 9)]
    assert spans(ids_of(2, 2, 2), 9) == [(0, 9)]
    assert spans(ids_of(10, 1), 4) == [(0, 4), (4, 8), (8, 11), (11, 13)]
    assert spans(np.array([1, 2, 3], np.int32), 2) == [(0, 2), (2, 3)]
    assert spans(ids_of(*[1] * 20000)) == [(0, 16384), (16384, 32768), (32768, 40000)]


def tables(size=64) -> _kernels.Tables:
    arrays = [np.arange(size, dtype=np.float32) + i for i in range(3)]
    return _kernels.Tables(*arrays, np.empty(0, np.uint8))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_lock_free_threads_take_every_span_once(monkeypatch, threads):
    monkeypatch.setattr(schedule, "spans", lambda ids: spans(ids, 5))
    ids, taken = ids_of(*[3] * 50), []
    deal = LockFree(ids, tables(), threads)

    def train(tables, span, worker):
        assert tables is deal.tables
        assert worker < threads
        taken.append(span)
        return float(span[0]), span[1] - span[0]

    assert deal.longest == 4
    assert [deal.begin(unit) for unit in (0, 3)] == [0, 12]
    results = list(deal.run(0, train, lambda: False))
    assert results == [(float(4 * i), 4) for i in range(50)]
    assert sorted(taken) == deal.units
    # From a unit on, and not beyond what is due.
    taken.clear()
    asked = iter([False] * 5 + [True] * 99)
    assert list(deal.run(40, train, lambda: next(asked))) == results[40:45]
    assert sorted(taken) == deal.units[40:45]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_merged_adds_what_both_shards_changed(threads):
    # Tables of 30,000 floats make rounds of two shards of 1024 ids; the third shard is alone.
    ids, start = ids_of(*[511] * 5), tables(10_000)
    deal = Merged(ids, start, threads)
    assert deal.units == [[[(0, 1024)], [(1024, 2048)]], [[(2048, 2560)]]]
    assert [deal.begin(unit) for unit in range(2)] == [0, 2048]
    seen = []

    def train(tables, span, number):
        seen.append((span, float(tables.inputs[0])))
        tables.inputs[:] += span[0] + 1
        tables.outputs[number::2] *= 2
        return 1.0, 2

    assert list(deal.run(0, train, lambda: False)) == [(2.0, 4), (1.0, 2)]
    # Both shards of a round start from the same numbers.
    assert sorted(seen) == [((0, 1024), 0.0), ((1024, 2048), 0.0), ((2048, 2560), 1026.0)]
    np.testing.assert_array_equal(start.inputs, np.arange(10_000) + 1 + 1025 + 2049)
    expected = (np.arange(10_000) + 1) * 2
    expected[::2] *= 2
    np.testing.assert_array_equal(start.outputs, expected)
    for copy in deal.copies:
        assert all(np.array_equal(mine, table) for mine, table in zip(copy, start))


def test_merged_goes_on_from_changed_tables():
    deal = Merged(ids_of(5, 5), tables(), 1)
    deal.tables.outputs[:] = 7
    deal.refresh()
    assert all((copy.outputs == 7).all() for copy in deal.copies)


def test_large_tables_make_long_rounds(monkeypatch):
    monkeypatch.setattr(schedule, "ROUND", 16)
    ids = ids_of(*[99] * 3000)
    deal = Merged(ids, tables(1_000_000), 2)
    # 3 M floats: 48,000 ids for a shard, two spans of at most 16,384.
    assert max(len(shard) for shards in deal.units for shard in shards) == 2
    assert [span for shards in deal.units for shard in shards for span in shard] == spans(ids)
    assert deal.longest <= schedule.SPAN


LINES = (np.random.default_rng(5).zipf(1.5, (30, 11)) % 30).tolist()


@pytest.mark.parametrize("options", [{}, {"loss": "hs"}, {"sample": 1e-2, "window": 2}, {"minn": 2, "maxn": 3}])
@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_deterministic_bytes_do_not_depend_on_threads(monkeypatch, model, options):
    monkeypatch.setattr(schedule, "spans", lambda ids, size=0: spans(ids, 100))
    corpus = w2v.corpus_of(LINES)
    one, two, three = (
        w2v.train(model, corpus, dim=4, epochs=2, deterministic=True, threads=threads, **options)
        for threads in (1, 2, 3)
    )
    assert np.array_equal(one.matrix, two.matrix)
    assert np.array_equal(one.matrix, three.matrix)
    assert one.metadata == two.metadata == three.metadata
    other = w2v.train(model, corpus, dim=4, epochs=2, deterministic=True, seed=2, **options)
    assert not np.array_equal(one.matrix, other.matrix)


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_one_thread_gives_the_same_bytes(monkeypatch, model):
    monkeypatch.setattr(schedule, "spans", lambda ids: spans(ids, 100))
    corpus = w2v.corpus_of(LINES)
    one, again = (w2v.train(model, corpus, dim=4, epochs=2) for _ in range(2))
    assert np.array_equal(one.matrix, again.matrix)
    assert one.metadata == again.metadata
