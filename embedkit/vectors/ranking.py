"""Nearest words and analogies: for each question the best candidates of the vocabulary.

Few questions or many, dense vectors or sparse: the work goes block by block and tile by tile, see `top.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ..errors import BrokenVector
from ..runtime.parallel import each
from .query import BLOCK, Query, combine_all, is_sparse
from .sparse import FEW
from .top import TILE, Ranking, Top, scan, worker_threads
from .vectors import unit_rows

EPSILON = 0.001  # of 3CosMul, as in Levy & Goldberg (2014)
TABLE = 1 << 23  # cosines of question words with candidates held at a time (32 MiB; of sparse rows twice as many)
TOGETHER = 128  # question words that one thread multiplies at a time


def nearest(
    source,
    queries: Sequence[Query],
    k: int = 10,
    metric: str = "cosine",
    limit: int | None = None,
    exclude: bool = True,
) -> Iterator[Ranking]:
    """For each query the ids and scores (float32, best first, ties by id) of its `k` nearest words.

    With cosine an expression adds rows of length 1, so that no word weighs more for being frequent; the other metrics
    add the rows as they are. Candidates are the first `limit` words, without those of the query itself if `exclude`.
    Scores are higher for nearer words: distances come negated. A query without direction (`king - king`) gets nothing.
    """
    stop = min(limit or len(source.vocab), len(source.vocab))
    k = min(k, stop)
    step = max(1, BLOCK // max(source.width, k))
    for block in (queries[at : at + step] for at in range(0, len(queries), step)):
        words = [ids for ids, _ in block] if exclude else []
        owners = np.repeat(np.arange(len(words)), [len(ids) for ids in words])
        excluded = owners, np.concatenate([[], *words]).astype(int)
        top = _by_sums(source, combine_all(source, block, metric == "cosine"), k, metric, stop, excluded)
        yield from top


def nearest_rows(
    source, rows: np.ndarray, k: int = 10, metric: str = "cosine", without: Sequence[int | None] = ()
) -> Iterator[Ranking]:
    """As `nearest`, for vectors `rows` (n, width) instead of queries; `without` has for each the id that is no answer,
    or None."""
    k, step = min(k, len(source.vocab)), max(1, BLOCK // max(source.width, k))
    for at in range(0, len(rows), step):
        excluded = [(i, id) for i, id in enumerate(without[at : at + step]) if id is not None]
        whose, ids = np.array(excluded, np.int64).reshape(-1, 2).T
        yield from _by_sums(source, np.asarray(rows[at : at + step]), k, metric, len(source.vocab), (whose, ids))


def _by_sums(source, sums: np.ndarray, k: int, metric: str, stop: int, excluded) -> Top:
    """The best for each row of `sums` (n, width)."""
    top, shape = Top(len(sums), k), {}
    work = len(sums) * stop * source.width
    if is_sparse(source):
        # More of them at once would load numba, which takes longer than most commands do.
        shape, work = {"tile": stop, "block_size": FEW}, len(sums) * source.weights.nnz

    def open_tile(start: int, end: int):
        return [lambda block: source.scores(sums[block], metric, start, end)]

    with worker_threads(work, len(sums)) as threads:
        scan([top], stop, open_tile, excluded, threads, **shape)
    if metric == "cosine":
        top.ids[~sums.any(1)] = -1
    return top


def analogy(
    source, triples: np.ndarray, method: str = "add", k: int = 10, limit: int | None = None, epsilon: float = EPSILON
) -> Iterator[Ranking]:
    """For each row a, b, c of `triples` (n, 3): the k best answers to "a is to b as c is to ?", as from `nearest`.

    add: cosine with b - a + c of unit rows, 3CosAdd (Mikolov, Yih & Zweig 2013).
    mul: cos(b) cos(c) / (cos(a) + epsilon), 3CosMul (Levy & Goldberg 2014), where cosines of dense vectors become
    (1 + cos) / 2; those of PPMI rows cannot be negative and stay (as in the authors' hyperwords).
    The three words of the question are never answers.
    """
    stop = min(limit or len(source.vocab), len(source.vocab))
    k, triples = min(k, stop), np.asarray(triples, np.int64).reshape(-1, 3)
    step = max(1, BLOCK // max(3 * source.width, k))
    for block in (triples[at : at + step] for at in range(0, len(triples), step)):
        few = FEW if is_sparse(source) else TOGETHER
        if method == "mul":
            yield from by_tables(source, block, [method], k, stop, epsilon, few)[0]
            continue
        units = unit_rows(source.rows(block.ravel())).reshape(len(block), 3, -1)
        sums = units[:, 1] - units[:, 0] + units[:, 2]
        if 2 * len(np.unique(block)) > len(block):
            excluded = np.repeat(np.arange(len(block)), 3), block.ravel()
            yield from _by_sums(source, sums, k, "cosine", stop, excluded)
            continue
        (top,), lengths = by_tables(source, block, [method], k, stop, epsilon, few), np.linalg.norm(sums, axis=1)
        top.scores /= np.where(lengths > 0, lengths, 1)[:, None]
        top.ids[lengths == 0] = -1
        yield from top


def by_tables(
    source,
    triples: np.ndarray,
    methods: Sequence[str],
    k: int,
    stop: int,
    epsilon: float = EPSILON,
    together: int = TOGETHER,
    strict: bool = False,
    advance: Callable = lambda n: None,
    excluded: np.ndarray | None = None,
) -> list[Top]:
    """By each of `methods` the `k` best answers to `triples` (n, 3) among the first `stop` words, in one pass.

    The scores of "add" are sums of cosines. Both methods need nothing but the cosines of a, b and c with every
    candidate, so each distinct word of the questions meets the vocabulary once, `together` of them at a time, however
    many questions it is in. `strict`: EmbedkitError for a vector that holds NaN or infinity. `excluded`, (n, m)
    int64, has the ids that are no answers to each question, -1 for none: by default its three words.
    """
    tops = [Top(len(triples), k) for _ in methods]
    if not len(triples):
        return tops
    excluded = triples if excluded is None else excluded
    size = int(triples.max()) + 1  # words outside the vocabulary come behind it
    # Questions that share a and b come together: what those two contribute is computed once for all of them.
    order = np.lexsort((triples[:, 1], triples[:, 0]))
    triples, excluded = triples[order], excluded[order]
    words, places = np.unique(triples, return_inverse=True)
    places = places.reshape(-1, 3)
    pairs, owners = np.unique(triples[:, 0] * size + triples[:, 1], return_inverse=True)
    pairs = np.searchsorted(words, np.divmod(pairs, size))

    def open_tile(start: int, end: int):
        cosines = _cosines(source, words, start, end, together, threads, strict)
        shifted = cosines if is_sparse(source) or "mul" not in methods else (cosines + np.float32(1)) / np.float32(2)
        return [scoring(method, shifted if method == "mul" else cosines) for method in methods]

    def scoring(method: str, cosines: np.ndarray):
        def scores_of(block: slice) -> np.ndarray:
            first, last = owners[block.start], owners[block.stop - 1] + 1
            a, b = pairs[:, first:last]
            scores = _contrast(cosines, a, b, method, epsilon)
            if last - first < block.stop - block.start:
                scores = scores[owners[block] - first]
            join = np.add if method == "add" else np.multiply
            return join(scores, cosines[places[block, 2]], out=scores)

        return scores_of

    excluded = np.repeat(np.arange(len(excluded)), excluded.shape[1]), excluded.ravel()
    # Every tile makes dense rows of sparse ones again, so theirs are wide.
    table, widest = (2 * TABLE, stop) if is_sparse(source) else (TABLE, TILE)
    tile = min(widest, max(64, table // len(words)))
    with worker_threads(stop * (len(words) * source.width + 8 * len(triples)), len(triples)) as threads:
        scan(tops, stop, open_tile, excluded, threads, tile, advance=advance)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    for top in tops:
        top.ids, top.scores = top.ids[back], top.scores[back]
    return tops


def _contrast(cosines: np.ndarray, a: np.ndarray, b: np.ndarray, method: str, epsilon: float) -> np.ndarray:
    """The contribution of a and b, rows of `cosines`: (n, w)."""
    if method == "add":
        return np.subtract(cosines[b], cosines[a])
    return np.divide(cosines[b], cosines[a] + np.float32(epsilon))


def _cosines(source, words, start: int, end: int, together: int, threads: int, strict: bool) -> np.ndarray:
    """Cosines (U, end - start) float32 of rows `words` (U,) with candidates start..end."""
    table = np.empty((len(words), end - start), np.float32)

    def work(at: int, _) -> None:
        with np.errstate(invalid="ignore"):
            part = source.scores(source.rows(words[at : at + together]), "cosine", start, end)
            if strict and not np.isfinite(part.sum()):
                _name_broken(source, words[at : at + together], part, start)
        table[at : at + together] = part

    each(work, range(0, len(words), together), 1 if is_sparse(source) else threads)
    return table


def _name_broken(source, words: np.ndarray, cosines: np.ndarray, start: int) -> None:
    broken = ~np.isfinite(cosines)
    rows, columns = broken.all(1), broken.any(0)
    id = int(words[rows.argmax()] if rows.any() else start + columns.argmax())
    raise BrokenVector(source.vocab[id])
