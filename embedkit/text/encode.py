"""Bytes to ids: one pass over the text on several threads, then the distinct chunks are brought to words and ranked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np

from ..config import PlainText
from ..runtime.parallel import each, imap, thread_count
from ..runtime.progress import Progress
from ..runtime.resources import Resources
from ..units import readable
from . import _kernels
from .chunk_map import ChunkMap, is_one_each, rank
from .encoded import TextSize
from .external_sort.runs import Runs
from .external_sort.sort import by_bytes
from .inputs import Block, Reader
from .tokenize import splitter, tokenizer
from .vocab import Vocab
from .word_table import WordTable

SHARE = 3  # of a thread's memory for its table; the rest is for its words, in a table of their own and sorted


def encode_files(
    paths: list[str], config: PlainText, resources: Resources
) -> tuple[Vocab, Callable[[], np.ndarray], str, TextSize]:
    """(vocabulary of all types, what makes the ids, sha256 of the text, its size); see `corpus.Encoded`.

    Where the tables of chunks would take more than the memory for words, the vocabulary is mapped from temporary files.
    """
    threads, memory, progress = thread_count(resources.threads), resources.memory, resources.progress
    reader = Reader(paths, config.encoding, config.encoding_errors)
    splitter(config.tokenizer, config.keep_tags)  # what is wrong with it should not show after minutes of reading
    gap = tokenizer(config.tokenizer).gap
    tables = _Tables(config, reader, threads, memory.vocab)
    # Of each part of the text its chunks, the table that numbers them, and whether its line has begun before it.
    chunks, numbers, inside, gaps, is_told = memory.spool(np.int32), [], [False], 0, False
    size = TextSize(0, 0)
    with progress.bar(None, "reading", "B") as advance:

        def scan(block, worker):
            parts = tables.scan(block, worker)
            advance(len(block.text))
            return parts, _kernels.measure(block.text)

        for parts, sizes in imap(scan, reader.blocks(), threads, ahead=4 * threads):
            if tables.have_spilled and not is_told:
                is_told = True
                progress.say(
                    f"{readable(memory.vocab)} cannot hold all different words: sorted runs of them go to $TMPDIR"
                )
            size += sizes
            for number, ids in parts:
                chunks.append(ids)
                numbers.append(number)
                gaps += count_gaps(ids, inside[-1]) if gap else 0
                inside.append(ids[-1] >= 0 if len(ids) else inside[-1])
    vocab, chunk_map = tables.finish(gaps, progress)

    def read():
        for ids, number, before in zip(chunks.parts(), numbers, inside):
            yield ids, chunk_map(number), before

    def ids() -> np.ndarray:
        if is_one_each(config) and not chunks.is_on_disk:
            return _in_place(read(), len(chunks), threads)
        made = memory.spool(np.int32)
        for part in imap(lambda part, _: part[1].apply(part[0], part[2]), read(), threads, ahead=4 * threads):
            made.append(part)
        return made.array()

    return vocab, ids, reader.fingerprint, size


class _Tables:
    """The table of each thread; one that outgrows its room becomes a run on disk, and begins anew.

    room : bytes for all tables and what is made of them, or None
    """

    def __init__(self, config: PlainText, reader: Reader, threads: int, room: int | None):
        self._config, self._reader, self._runs = config, reader, Runs()
        room = None if room is None else room // threads // SHARE
        keeps_space = tokenizer(config.tokenizer).subwords is not None
        self._tables = [WordTable(room=room, keeps_space=keeps_space) for _ in range(threads)]
        self._numbers = [self._runs.begin() for _ in range(threads)]

    @property
    def have_spilled(self) -> bool:
        return len(self._runs) > 0

    def scan(self, block: Block, worker: int) -> list[tuple[int, np.ndarray]]:
        """A block in one part or more: the number of the table, and the chunks."""
        base, text, parts = *block, []
        while True:
            ids, read = self._tables[worker].scan(text, base)
            parts.append((self._numbers[worker], ids))
            if read == len(text):
                return parts
            self._spill(worker)
            base, text = base + read, text[read:]

    def _spill(self, worker: int) -> None:
        made = rank(self._tables[worker], self._config, self._reader, order=by_bytes)
        self._runs.add(self._numbers[worker], made.vocab, made.pieces, made.indptr)
        self._tables[worker].clear()
        self._numbers[worker] = self._runs.begin()

    def finish(self, gaps: int, progress: Progress) -> tuple[Vocab, Callable[[int], ChunkMap]]:
        """The vocabulary, and what the chunks of table number n become; the tables are used up."""
        if self.have_spilled:
            for worker in range(len(self._tables)):
                self._spill(worker)
            return self._merged(gaps, progress)
        # The first table keeps its chunks; what the others found is renamed on the way.
        first, maps = self._tables[0], []
        while len(self._tables) > 1:
            maps.append(first.merge(self._tables.pop(1)))
        made = rank(first, self._config, self._reader, gaps)
        return made.vocab, dict(zip(self._numbers, [made, *map(made.of, maps)])).__getitem__

    def _merged(self, gaps: int, progress: Progress) -> tuple[Vocab, Callable[[int], ChunkMap]]:
        runs, threads, spaces = self._runs, len(self._tables), self._runs.begin()
        self._tables.clear()
        if gaps:
            gap = Vocab.from_words([tokenizer(self._config.tokenizer).gap], [gaps])
            runs.add(spaces, gap, np.zeros(1, np.int32))
        progress.event("runs", runs=len(runs))
        merged = runs.merged(progress)
        space = int(merged.chunks(spaces)[0][0]) if gaps else -1

        # The parts of a stretch of text have as many tables as there are threads.
        @lru_cache(threads)
        def chunk_map(number):
            return ChunkMap(merged.vocab, *merged.chunks(number), space)

        return merged.vocab, chunk_map


def _in_place(parts: Iterator[tuple[np.ndarray, ChunkMap, bool]], total: int, threads: int) -> np.ndarray:
    """The ids where each chunk is one word: every part goes straight to its place."""
    out = np.empty(total, np.int32)

    def placed():
        at = 0
        for chunks, chunk_map, _ in parts:
            yield chunks, chunk_map.pieces, out[at : at + len(chunks)]
            at += len(chunks)

    each(lambda job, _: _kernels.remap(*job), placed(), threads)
    return out


def count_gaps(ids: np.ndarray, inside: bool) -> int:
    """Number of chunks of a block that follow another one on their line; `inside`: one stands before the block."""
    if not len(ids):
        return 0
    return int(np.count_nonzero((ids[1:] >= 0) & (ids[:-1] >= 0))) + int(inside and ids[0] >= 0)
