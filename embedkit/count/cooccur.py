"""Counting co-occurrences: how often, and how near, each word stands by each other.

The places of all tokens are sorted by word; then each row of the matrix is summed in a dense line that stays in cache,
and is written once, complete and in order. Nothing is stored per pair of tokens. Where memory is limited the text is
counted in chunks, whose rows go to a temporary file and are added up at the end. Sums are fixed-point integers, so
chunks and threads cannot change a bit of the result.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..config import Context
from ..io.spool import release
from ..matrix.csr import Csr
from ..runtime.memory import Memory
from ..runtime.parallel import imap, spread, thread_count
from ..runtime.progress import Progress
from ..runtime.resources import Resources
from ..text.encoded import Corpus
from ..text.sampling import keep_probabilities, remove_frequent
from . import _kernels
from .counts import Counts

# Bits after the point in sums: a weight is right to 2e-10, and a pair may meet two thousand million times.
FRACTION = 32
SPANS = 64


def weights(context: Context, furthest: int) -> np.ndarray:
    """Weight by distance, as far as the window and the text go: (min(window, furthest) + 1,) float64; 0 is not used."""
    distance = np.arange(1, min(context.window, furthest) + 1, dtype=np.float64)
    by_distance = {
        "harmonic": 1 / distance,
        "flat": np.ones_like(distance),
        "dynamic": (context.window - distance + 1) / context.window,
    }
    return np.append(0.0, by_distance[context.weighting])


def count(corpus: Corpus, context: Context, seed: int = 1, resources: Resources | None = None) -> Counts:
    """Count the neighbours of every word; windows do not cross lines.

    Counting holds about half of the memory. Where that is too little, the text is counted in
    chunks, and the counts are mapped from temporary files.
    """
    resources, ids = resources or Resources(), corpus.ids
    memory = resources.memory
    if context.subsample != "none":
        keep = keep_probabilities(corpus.vocab.counts, context.sample)
    if context.subsample == "dirty":
        ids = remove_frequent(ids, keep, seed, memory)
    counter = Counter(ids, len(corpus.vocab), context, thread_count(resources.threads))
    # A chunk holds the places of its tokens and touches their ids: eight bytes each, in half of the memory.
    size = len(ids) if memory.limit is None else max(memory.limit // 16, 1 << 12)
    chunks = [(start, min(start + size, len(ids))) for start in range(0, len(ids), size)]
    matrix = counter.matrix(chunks, memory, resources.progress)
    if context.subsample == "clean":
        matrix = _scaled(matrix, keep, memory)
    return Counts(corpus.vocab, matrix, {"corpus_sha256": corpus.sha256})


class Counter:
    """The state of one count: the text, the window, and a line of sums for each thread."""

    def __init__(self, ids: np.ndarray, size: int, context: Context, threads: int):
        self.ids, self.size, self.threads = np.ascontiguousarray(ids), size, threads
        self.weights = np.round(weights(context, len(ids)) * 2.0**FRACTION).astype(np.int64)
        self.sides = (context.context != "right", context.context != "left")
        padded = -(-size // 128) * 128
        self.sums = np.zeros((threads, padded), np.int64)
        self.flags = np.zeros((threads, padded // 16), np.uint8)

    def matrix(self, chunks: list[tuple[int, int]], memory: Memory, progress: Progress) -> Csr:
        """The counts of the whole text; with both sides of the window they are symmetric."""
        lengths, indices, data = [], memory.spool(np.int32), memory.spool(np.float32)
        with progress.bar(self.size * len(chunks), "counting", " words") as advance:
            is_one = len(chunks) == 1
            rows = self.rows(*chunks[0], advance, final=True) if is_one else self.merged(chunks, memory, advance)
            for row_lengths, row_indices, row_data in rows:
                lengths.append(row_lengths)
                indices.append(row_indices)
                data.append(row_data)
        indptr = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
        return Csr(indptr, indices.array(), data.array(), (self.size, self.size), is_symmetric=all(self.sides))

    def rows(self, first: int, last: int, advance, final: bool):
        """Rows of all words from the tokens first..last: (lengths, indices, sums) per span of rows, in order.

        `final` sums are counts, float32; others stay integers, to be added up.
        """
        occurrences = np.zeros(self.size, np.int64)
        for start in range(first, last, 1 << 22):
            part = self.ids[start : min(start + (1 << 22), last)]
            occurrences += np.bincount(part[part >= 0], minlength=self.size)
        starts = np.concatenate([[0], np.cumsum(occurrences)])
        positions = np.empty(starts[-1], np.int32 if len(self.ids) < 1 << 31 else np.int64)
        _kernels.sort_positions(self.ids, first, last, starts[:-1].copy(), positions)
        reach, spans = (len(self.weights) - 1) * sum(self.sides), spread(occurrences, SPANS)
        most = max(int(np.minimum(occurrences[a:b] * reach, self.size).sum()) for a, b in spans)
        # Room for the longest span, touched no further than it is used, and used again for the next.
        room = [(np.empty(most, np.int32), np.empty(most, np.int64)) for _ in range(self.threads)]

        def count_span(span, worker):
            (a, b), (indices, values) = span, room[worker]
            text, state = (self.ids, positions, starts), (self.sums[worker], self.flags[worker])
            lengths = np.empty(b - a, np.int64)
            n = _kernels.count_rows(*text, a, b, self.weights, *self.sides, *state, indices, values, lengths)
            advance(b - a)
            return lengths, indices[:n].copy(), as_counts(values[:n]) if final else values[:n].copy()

        yield from imap(count_span, spans, self.threads, ahead=2 * self.threads)
        release(self.ids)

    def merged(self, chunks: list[tuple[int, int]], memory: Memory, advance):
        """Rows of all words from several chunks: each is spilled, then all are added up, span by span."""
        indices, values, starts = memory.spool(np.int32), memory.spool(np.int64), []
        for chunk in chunks:
            begin, lengths = len(indices), []
            for row_lengths, row_indices, row_values in self.rows(*chunk, advance, final=False):
                lengths.append(row_lengths)
                indices.append(row_indices)
                values.append(row_values)
            starts.append(begin + np.concatenate([[0], np.cumsum(np.concatenate(lengths))]))
        starts, indices, values = np.array(starts), indices.array(), values.array()
        stored = np.diff(starts).sum(0)

        # Twice twelve bytes an entry, read and written, in an eighth of the memory for each span.
        for a, b in spread(stored, min(self.size, 1 + int(stored.sum()) * 24 * 8 // max(memory.limit, 1))):
            parts = [slice(chunk[a], chunk[b]) for chunk in starts]
            sizes = np.cumsum([0] + [part.stop - part.start for part in parts])
            local = starts[:, a : b + 1] - starts[:, a : a + 1] + sizes[:-1, None]
            read = [np.concatenate([array[part] for part in parts]) for array in (indices, values)]
            lengths, out = np.empty(b - a, np.int64), (np.empty(sizes[-1], np.int32), np.empty(sizes[-1], np.int64))
            n = _kernels.merge_rows(local, *read, self.sums[0], self.flags[0], *out, lengths)
            yield lengths, out[0][:n], as_counts(out[1][:n])
            release(indices)
            release(values)


def as_counts(sums: np.ndarray) -> np.ndarray:
    """Fixed-point sums as float32."""
    counts = np.empty(len(sums), np.float32)
    return np.multiply(sums, 2.0**-FRACTION, out=counts, casting="unsafe")


def _scaled(matrix: Csr, keep: np.ndarray, memory: Memory) -> Csr:
    """Clean subsampling: each count times the chances that word and context stay."""
    factors, scaled = keep.astype(np.float64), memory.spool(np.float32)
    for a, b in matrix.spans(1 + matrix.nnz // (1 << 22)):
        part = slice(matrix.indptr[a], matrix.indptr[b])
        rows = np.repeat(factors[a:b], np.diff(matrix.indptr[a : b + 1]))
        scaled.append((matrix.data[part] * rows * factors[matrix.indices[part]]).astype(np.float32))
    return replace(matrix, data=scaled.array())
