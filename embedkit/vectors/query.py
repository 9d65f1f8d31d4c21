"""Questions to vectors, dense or sparse: nearest words, analogies, similarities of pairs, sums of rows.

A query source has `vocab`, `metadata`, `width`, `rows(ids)` and `scores(queries, metric, start, stop)`. Work goes block
by block: memory depends on the source, never on how many questions there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..errors import EmbedkitError
from .sparse import FEW

BLOCK = 1 << 24  # float32 values held at a time (64 MiB)
EPSILON = 0.001  # of 3CosMul, as in Levy & Goldberg (2014)

Query = tuple[np.ndarray, np.ndarray]
Ranking = tuple[np.ndarray, np.ndarray]


class Unanswerable(EmbedkitError):
    """A query without an answer; `unknown` are its words that the vocabulary lacks."""

    def __init__(self, message: str, unknown: Sequence[str] = ()):
        super().__init__(message)
        self.unknown = list(unknown)


def find(source, word: str) -> int | None:
    """The id of `word`: as it is written, else in the form that the corpus was given (NFC, lower case)."""
    id, text = source.vocab.id(word), text_options(source)
    if id is not None or not text:
        return id
    from ..text.tokenize import normal_form

    other = normal_form(text.get("lowercase", False), text.get("normalize", False))(word)
    return None if other == word else source.vocab.id(other)


def text_options(source) -> dict:
    """How the corpus became words, as far as the vectors remember: the stored fields of `config.Text`."""
    config = source.metadata.get("config")
    text = config.get("text") if isinstance(config, dict) else None
    return text if isinstance(text, dict) else {}


def find_all(source, words: Sequence[str]) -> np.ndarray:
    """(n,) int64 ids of `words`. Raises Unanswerable naming all the unknown ones."""
    ids = [find(source, word) for word in words]
    unknown = list(dict.fromkeys(word for word, id in zip(words, ids) if id is None))
    if unknown:
        raise Unanswerable(f"unknown word{'s' * (len(unknown) > 1)}: {', '.join(unknown)}", unknown)
    return np.array(ids, np.int64)


def find_tuple(source, line: str, n: int) -> tuple[list[str], np.ndarray]:
    """The `n` words of a line and their ids. Raises Unanswerable."""
    words = split(line)
    if len(words) != n:
        raise Unanswerable(f"not {n} words: {line}")
    return words, find_all(source, words)


def split(text: str) -> list[str]:
    """The words of a line: between tabs where there are tabs, else between spaces."""
    return [word for word in text.split("\t" if "\t" in text else " ") if word]


def parse_query(source, text: str) -> Query:
    """One query as ids (n,) int64 and signs (n,) float32.

    A word of the vocabulary if the whole text is one, else an expression: `king - man + woman`, signs standing alone;
    words without a sign between them are added. Raises Unanswerable.
    """
    whole = find(source, text)
    if whole is not None:
        return np.array([whole], np.int64), np.ones(1, np.float32)
    words, signs, sign = [], [], ""
    for token in split(text.replace("\t", " ")):
        if token in ("+", "-"):
            if sign:
                raise Unanswerable(f"two signs in a row: {text}")
            sign = token
        else:
            words.append(token)
            signs.append(-1 if sign == "-" else 1)
            sign = ""
    if sign or not words:
        raise Unanswerable(f"a sign without a word: {text}" if sign else "an empty query")
    return find_all(source, words), np.array(signs, np.float32)


def combine(source, ids: np.ndarray, weights: np.ndarray, unit: bool = False) -> np.ndarray:
    """The weighted sum (width,) float32 of rows `ids`, each scaled to length 1 first if `unit`."""
    total, step = np.zeros(source.width), max(1, BLOCK // source.width)
    for at in range(0, len(ids), step):
        rows = source.rows(ids[at : at + step])
        total += weights[at : at + step] @ (_unit(rows) if unit else rows)
    return total.astype(np.float32)


def tokens(source, line: str) -> list[str]:
    """The words of a line of text, as the corpus of the vectors was split into words."""
    text = text_options(source)
    chunks = split(line.replace("\t", " "))
    if text.get("tokenizer", "whitespace") == "whitespace":
        return chunks
    from ..text.tokenize import TOKENIZERS, normal_form

    tokenizer = TOKENIZERS.get(text["tokenizer"])
    if tokenizer is None:
        return chunks
    form = normal_form(text.get("lowercase", False), text.get("normalize", False))
    pieces = [tokenizer.split(form(chunk)) for chunk in chunks]
    gap = [tokenizer.gap] if tokenizer.gap else []
    return [word for i, piece in enumerate(pieces) for word in (gap if i else []) + piece]


def pool(source, ids: np.ndarray, how: str) -> np.ndarray:
    """One vector (width,) float32 for the words `ids` of a text: the "mean", "sum" or "max" of their rows."""
    ids, counts = np.unique(ids, return_counts=True)
    if how != "max":
        return combine(source, ids, counts / counts.sum() if how == "mean" else counts)
    step = max(1, BLOCK // source.width)
    return np.max([source.rows(ids[at : at + step]).max(0) for at in range(0, len(ids), step)], 0)


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
    step = _block_size(source, max(source.width, stop))
    cosine = metric == "cosine"
    for at in range(0, len(queries), step):
        block = queries[at : at + step]
        sums = np.stack([combine(source, ids, signs, cosine) for ids, signs in block])
        scores = source.scores(sums, metric, 0, stop)
        if exclude:
            for row, (ids, _) in zip(scores, block):
                row[ids[ids < stop]] = -np.inf
        if cosine:
            scores[~sums.any(1)] = -np.inf
        yield from _best(scores, k)


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
    step = _block_size(source, 3 * max(source.width, stop))
    for at in range(0, len(triples), step):
        block = np.asarray(triples[at : at + step], np.int64)
        if method == "add":
            units = _unit(source.rows(block.ravel())).reshape(len(block), 3, -1)
            sums = units[:, 1] - units[:, 0] + units[:, 2]
            scores = source.scores(sums.astype(np.float32, copy=False), "cosine", 0, stop)
            scores[~sums.any(1)] = -np.inf
        else:
            scores = _multiplied(source, block, stop, epsilon)
        rows, columns = np.nonzero(block < stop)
        scores[rows, block[rows, columns]] = -np.inf
        yield from _best(scores, k)


def _multiplied(source, block: np.ndarray, stop: int, epsilon: float) -> np.ndarray:
    a, b, c = (source.scores(source.rows(ids), "cosine", 0, stop) for ids in block.T)
    if not hasattr(source, "indptr"):
        for cosines in (a, b, c):
            cosines += 1
            cosines /= 2
    a += np.float32(epsilon)
    b *= c
    b /= a
    return b


def _block_size(source, floats: int) -> int:
    """How many queries of `floats` numbers each to work on at a time."""
    # More than a few sparse ones at once would load scipy, which takes longer than most commands do.
    return max(1, min(BLOCK // floats, FEW if hasattr(source, "indptr") else BLOCK))


def similarity(source, a: np.ndarray, b: np.ndarray, metric: str = "cosine") -> np.ndarray:
    """The scores (n,) float32 of the pairs a[i], b[i]: cosine or dot, or the distance (not negated)."""
    scores = np.empty(len(a), np.float32)
    step = max(1, BLOCK // (2 * source.width))
    for at in range(0, len(a), step):
        left, right = (source.rows(ids[at : at + step]).astype(np.float64) for ids in (a, b))
        if metric == "cosine":
            left, right = _unit(left), _unit(right)
        if metric in ("cosine", "dot"):
            scores[at : at + step] = np.einsum("ij,ij->i", left, right)
        else:
            scores[at : at + step] = np.linalg.norm(left - right, 2 if metric == "euclidean" else 1, axis=1)
    return scores


def _unit(rows: np.ndarray) -> np.ndarray:
    norms = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    return np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)


def _best(scores: np.ndarray, k: int) -> Iterator[Ranking]:
    """The k best columns of every row, ties in the order of the columns, without those at -inf or NaN."""
    scores[np.isnan(scores)] = -np.inf
    if k == 1:
        best = scores.argmax(1)[:, None]
        tops = zip(best, np.take_along_axis(scores, best, 1))
        yield from ((ids, top) if top[0] > -np.inf else (ids[:0], top[:0]) for ids, top in tops)
        return
    for row in scores:
        floor = np.partition(row, len(row) - k)[len(row) - k] if k < len(row) else -np.inf
        ids = np.flatnonzero(row >= floor)
        ids = ids[np.argsort(-row[ids], kind="stable")][:k]
        ids = ids[row[ids] > -np.inf]
        yield ids, row[ids]
