"""Bytes to ids: one pass over the text on several threads, then the distinct chunks are brought to words and ranked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np

from ..config import Text
from ..memory import Memory
from ..parallel import each, stream
from ..progress import Progress
from . import _kernels
from .inputs import Reader
from .lexicon import Lexicon, rank
from .order.runs import Runs
from .order.sort import by_bytes
from .tokenize import TOKENIZERS
from .types import Types
from .vocab import Vocab

SHARE = 3  # of a thread's memory for its table; the rest is for its words, in a table of their own and sorted


def encode_files(
    paths: list[str], config: Text, threads: int, progress: Progress, memory: Memory
) -> tuple[Vocab, Callable[[], np.ndarray], str]:
    """(vocabulary of all types, what makes the ids, sha256 of the text); see `corpus.Encoded`.

    Where the tables of chunks would take more than `memory.vocab`, the vocabulary is mapped from temporary files.
    """
    reader, runs, gap = Reader(paths), Runs(), TOKENIZERS[config.tokenizer].gap
    room = None if memory.vocab is None else memory.vocab // threads // SHARE
    tables, numbers = [Types(room=room) for _ in range(threads)], [runs.begin() for _ in range(threads)]

    def spill(worker):
        lexicon = rank(tables[worker], config, reader, order=by_bytes)
        runs.add(numbers[worker], lexicon.vocab, lexicon.pieces, lexicon.indptr)
        tables[worker].clear()
        numbers[worker] = runs.begin()

    def scan(block, worker):
        base, text, found = *block, []
        while True:
            ids, read = tables[worker].scan(text, base)
            found.append((numbers[worker], ids))
            advance(read)
            if read == len(text):
                return found
            spill(worker)
            base, text = base + read, text[read:]

    # Of each part of the text its chunks, the run that numbers them, and whether its line has begun before it.
    chunks, run_of, inside, gaps = memory.spool(np.int32), [], [False], 0
    with progress.bar(None, "reading", "B") as advance:
        for found in stream(scan, reader.blocks(), threads, ahead=4 * threads):
            for number, ids in found:
                chunks.append(ids)
                run_of.append(number)
                gaps += count_gaps(ids, inside[-1]) if gap else 0
                inside.append(ids[-1] >= 0 if len(ids) else inside[-1])
    if len(runs):
        for worker in range(threads):
            spill(worker)
        tables.clear()
        vocab, lexicon = _merged(runs, gap, gaps, threads, progress)
    else:
        lexicons = _ranked(tables, config, reader, gaps)
        vocab, lexicon = lexicons[0].vocab, lexicons.__getitem__

    def parts():
        for ids, number, before in zip(chunks.parts(), run_of, inside):
            yield ids, lexicon(number), before

    def ids() -> np.ndarray:
        if TOKENIZERS[config.tokenizer].split is None and not config.drop_punctuation and not chunks.is_on_disk:
            return _in_place(parts(), len(chunks), threads)
        made = memory.spool(np.int32)
        for part in stream(lambda part, _: part[1].apply(part[0], part[2]), parts(), threads, ahead=4 * threads):
            made.append(part)
        return made.array()

    return vocab, ids, reader.fingerprint


def _ranked(tables: list[Types], config: Text, reader: Reader, gaps: int) -> list[Lexicon]:
    """What the chunks of each table become; the tables are used up."""
    # The first table keeps its numbers; what the others found is renamed on the way.
    first, maps = tables[0], []
    while len(tables) > 1:
        maps.append(first.merge(tables.pop(1)))
    lexicon = rank(first, config, reader, gaps)
    return [lexicon, *map(lexicon.of, maps)]


def _merged(
    runs: Runs, gap: str | None, gaps: int, threads: int, progress: Progress
) -> tuple[Vocab, Callable[[int], Lexicon]]:
    """The vocabulary of all runs, and what the chunks of each become."""
    spaces = runs.begin()
    if gaps:
        runs.add(spaces, Vocab.from_words([gap], [gaps]), np.zeros(1, np.int32))
    progress.event("runs", runs=len(runs))
    vocab = runs.merge(progress)
    space = int(runs.get(spaces)[0][0]) if gaps else -1

    # Parts of the same time have the tables of as many threads.
    @lru_cache(threads)
    def lexicon(number):
        return Lexicon(vocab, *runs.get(number), space)

    return vocab, lexicon


def _in_place(parts: Iterator[tuple[np.ndarray, Lexicon, bool]], total: int, threads: int) -> np.ndarray:
    """The ids where each chunk is one word: every part goes straight to its place."""
    out = np.empty(total, np.int32)

    def placed():
        at = 0
        for chunks, lexicon, _ in parts:
            yield chunks, lexicon.pieces, out[at : at + len(chunks)]
            at += len(chunks)

    each(lambda job, _: _kernels.rename(*job), placed(), threads)
    return out


def count_gaps(ids: np.ndarray, inside: bool) -> int:
    """How many chunks of a block follow another one on their line; `inside` says that one stands before the block."""
    if not len(ids):
        return 0
    return int(np.count_nonzero((ids[1:] >= 0) & (ids[:-1] >= 0))) + int(inside and ids[0] >= 0)
