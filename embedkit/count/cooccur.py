"""Co-occurrence counts: how often, and how near, each word stands by each other."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .. import __version__, container
from ..config import Context
from ..errors import FormatError
from ..files import Output
from ..parallel import each, thread_count
from ..progress import SILENT, Progress
from ..text.corpus import Corpus
from ..text.sampling import keep_probabilities, remove_frequent
from ..text.stored import pack_metadata, read_vocab, unpack_metadata, vocab_tensors
from ..text.vocab import Vocab

KIND = "counts"


@dataclass
class Counts:
    """A sparse matrix (V, V): row = word, column = context word.

    indptr : (V + 1,) int64, indices : int32, rising within a row, data : float32
    metadata : "config" of the run so far, "corpus_sha256"
    """

    vocab: Vocab
    indptr: np.ndarray
    indices: np.ndarray
    data: np.ndarray
    metadata: dict = field(default_factory=dict)


def weights(context: Context) -> np.ndarray:
    """Weight by distance: (window + 1,) float64; distance 0 is not used."""
    distance = np.arange(1, context.window + 1, dtype=np.float64)
    by_distance = {
        "harmonic": 1 / distance,
        "flat": np.ones(context.window),
        "dynamic": (context.window - distance + 1) / context.window,
    }
    return np.append(0.0, by_distance[context.weighting])


def count(
    corpus: Corpus, context: Context, seed: int = 1, threads: int | None = None, progress: Progress = SILENT
) -> Counts:
    """Count the neighbours of every word; windows do not cross lines.

    Positions are sorted by word first, so each row is summed in a dense line that stays in cache and is written once.
    Sums are exact (fixed point), whatever the order and the number of threads.
    """
    from . import _kernels

    threads = thread_count(threads)
    ids, vocab = corpus.ids, corpus.vocab
    if context.subsample != "none":
        keep = keep_probabilities(vocab.counts, context.sample)
    if context.subsample == "dirty":
        ids = remove_frequent(ids, keep, seed)
    ids = np.ascontiguousarray(ids)
    occurrences = np.bincount(ids[ids >= 0], minlength=len(vocab))
    starts = np.concatenate([[0], np.cumsum(occurrences)]).astype(np.int64)
    positions = np.empty(starts[-1], np.int32 if len(ids) < 1 << 31 else np.int64)
    _kernels.sort_positions(ids, starts[:-1].copy(), positions)

    by_distance = np.round(weights(context) * 2.0**_kernels.FRACTION).astype(np.int64)
    sides = (context.context != "right", context.context != "left")
    spans = spread(occurrences, 64)
    most = [int(np.minimum(occurrences[a:b] * context.window * sum(sides), len(vocab)).sum()) for a, b in spans]
    padded = -(-len(vocab) // 128) * 128
    sums, flags = np.zeros((threads, padded), np.int64), np.zeros((threads, padded // 16), np.uint8)
    scratch = [(np.empty(max(most), np.int32), np.empty(max(most), np.float32)) for _ in range(threads)]
    lengths = np.zeros(len(vocab), np.int64)

    def rows(span, worker):
        text, state = (ids, positions, starts), (sums[worker], flags[worker])
        indices, data = scratch[worker]
        n = _kernels.count_rows(*text, *span, by_distance, *sides, *state, indices, data, lengths)
        advance(span[1] - span[0])
        return indices[:n].copy(), data[:n].copy()

    with progress.bar(len(vocab), "counting", " words") as advance:
        parts = each(rows, spans, threads)
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    indices, data = joined([part[0] for part in parts]), joined([part[1] for part in parts])
    if context.subsample == "clean":
        each(lambda span, _: _kernels.scale(indptr, indices, data, *span, keep), spans, threads)
    return Counts(vocab, indptr, indices, data, {"corpus_sha256": corpus.sha256})


def spread(work: np.ndarray, parts: int) -> list[tuple[int, int]]:
    """About `parts` spans of rows with equal shares of `work` (V,)."""
    total = np.cumsum(work + 1)
    ends = np.searchsorted(total, np.linspace(0, total[-1], parts + 1)[1:-1])
    edges = np.unique(np.concatenate([[0], ends, [len(work)]])).tolist()
    return list(zip(edges, edges[1:]))


def joined(parts: list[np.ndarray]) -> np.ndarray:
    """One array from many, which are let go one by one: never are all of them there twice."""
    out = np.empty(sum(map(len, parts)), parts[0].dtype)
    at = 0
    for i, part in enumerate(parts):
        out[at : at + len(part)] = part
        at, parts[i] = at + len(part), None
    return out


def save(out: Output, counts: Counts) -> None:
    """Write counts as a native file of kind "counts"."""
    tensors = {"data": counts.data, "indices": counts.indices, "indptr": counts.indptr, **vocab_tensors(counts.vocab)}
    container.write(out, tensors, pack_metadata({**counts.metadata, "kind": KIND, "tool": f"embedkit {__version__}"}))


def load(path: str) -> Counts:
    """Counts from a native file; FormatError if it holds something else or the parts do not fit together."""
    stored = container.read(path)
    if stored.metadata.get("kind") != KIND:
        raise FormatError(path, f"holds {stored.metadata.get('kind')}, not counts")
    vocab = read_vocab(stored)
    indptr, indices, data = stored["indptr"], stored["indices"], stored["data"]
    fits = len(indptr) == len(vocab) + 1 and indptr[0] == 0 and indptr[-1] == len(indices) == len(data)
    if (
        not fits
        or (np.diff(indptr) < 0).any()
        or (len(indices) and not 0 <= indices.min() <= indices.max() < len(vocab))
    ):
        raise FormatError(path, "rows and columns of the counts do not fit the vocabulary")
    return Counts(vocab, indptr, indices, data, unpack_metadata(stored.metadata))
