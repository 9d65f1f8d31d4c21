"""Scheduling of the text on threads: lock-free (Hogwild), or so that the number of threads changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ...runtime.parallel import each, imap
from ._kernels import Tables, merge
from .init import copied
from .options import SPAN

SHARDS = 2  # trained side by side, and merged, with --deterministic
ROUND = 8  # ids of a shard per thousand floats of the tables: what merging costs stays a small share
PART = 1 << 16  # floats merged at a time


def spans(ids: np.ndarray, size: int = SPAN) -> list[tuple[int, int]]:
    """Cut `ids` at line ends into pieces of about `size`; a line longer than that is cut inside."""
    cuts, at = [0], 0
    while at < len(ids):
        end = min(at + size, len(ids))
        ends = np.flatnonzero(ids[at:end] < 0)
        at = at + int(ends[-1]) + 1 if end < len(ids) and len(ends) else end
        cuts.append(at)
    return list(zip(cuts[:-1], cuts[1:]))


class LockFree:
    """Threads take spans in turn and train on the same tables without locks (Hogwild, Niu et al. 2011)."""

    def __init__(self, ids: np.ndarray, tables: Tables, threads: int):
        self.tables, self.threads = tables, threads
        self.units = spans(ids)
        self.longest = max(end - begin for begin, end in self.units)

    def begin(self, unit: int) -> int:
        """The place in the text where a unit begins."""
        return self.units[unit][0]

    def refresh(self) -> None:
        """The tables have been changed from outside."""

    def run(self, first: int, train: Callable, due: Callable) -> Iterator[tuple[float, int]]:
        """Train units from `first` on until `due()`: (loss, examples) of each, in order.

        `train(tables, span, worker)` returns them for one span.
        """

        def wanted():
            for unit in self.units[first:]:
                if due():
                    return
                yield unit

        yield from imap(lambda unit, worker: train(self.tables, unit, worker), wanted(), self.threads)


class Merged:
    """A fixed number of shards, each trained on a copy of the tables; then what all of them changed is added up.

    Neither the shards nor the order of the sums depend on the number of threads, so neither do the bytes. A shard does
    not see what the other learns in the same round, which is why rounds are short.
    """

    def __init__(self, ids: np.ndarray, tables: Tables, threads: int):
        self.tables, self.threads = tables, min(threads, SHARDS)
        self.copies = [Tables(*map(copied, tables[:3]), tables.frozen) for _ in range(SHARDS)]
        shard = ROUND * sum(map(len, tables[:3])) // 1000
        pieces = spans(ids, min(SPAN, max(shard, 1 << 10)))
        self.longest = max(end - begin for begin, end in pieces)
        each_shard = max(1, shard // SPAN)
        shards = [pieces[i : i + each_shard] for i in range(0, len(pieces), each_shard)]
        self.units = [shards[i : i + SHARDS] for i in range(0, len(shards), SHARDS)]

    def begin(self, unit: int) -> int:
        """As `LockFree.begin`."""
        return self.units[unit][0][0][0]

    def refresh(self) -> None:
        """As `LockFree.refresh`."""
        for copy in self.copies:
            for mine, table in zip(copy[:3], self.tables):
                mine[:] = table

    def run(self, first: int, train: Callable, due: Callable) -> Iterator[tuple[float, int]]:
        """As `LockFree.run`; a unit is a round."""
        for shards in self.units[first:]:
            if due():
                return
            results = each(lambda job, _: self._train(train, *job), enumerate(shards), self.threads)
            each(lambda piece, _: self._merge(*piece), self._pieces(), self.threads)
            yield _added(results)

    def _train(self, train: Callable, number: int, shard: list[tuple[int, int]]) -> tuple[float, int]:
        return _added([train(self.copies[number], span, number) for span in shard])

    def _pieces(self) -> Iterator[tuple[int, int]]:
        """(which table, where a part of it begins) for all that is learnt."""
        for which, table in enumerate(self.tables[:3]):
            yield from ((which, begin) for begin in range(0, len(table), PART))

    def _merge(self, which: int, begin: int) -> None:
        table = self.tables[which]
        merge(table, *(copy[which] for copy in self.copies), begin, min(begin + PART, len(table)))


def sharding(ids: np.ndarray, tables: Tables, threads: int, deterministic: bool) -> LockFree | Merged:
    """The scheduling of a text that `--deterministic` asks for, or the faster one."""
    return (Merged if deterministic else LockFree)(ids, tables, threads)


def _added(results: list[tuple[float, int]]) -> tuple[float, int]:
    loss, examples = zip(*results)
    return sum(loss), sum(examples)
