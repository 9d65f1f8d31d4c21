"""From words to rows, dense or sparse: ids, expressions, sums of rows, similarities of pairs.

A query source has `vocab`, `metadata`, `width`, `rows(ids)` and `scores(queries, metric, start, stop)`. One that has
vectors for words outside its vocabulary makes ids for them with `compose(word)`; they are never answers. Work goes
block by block: memory depends on the source, never on how many questions there are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import EmbedkitError
from .sparse import SparseVectors
from .vectors import unit_rows

BLOCK = 1 << 24  # float32 values held at a time (64 MiB)

Query = tuple[np.ndarray, np.ndarray]


class Unanswerable(EmbedkitError):
    """A query without an answer; `unknown` are its words that the vocabulary lacks."""

    def __init__(self, message: str, unknown: Sequence[str] = ()):
        super().__init__(message)
        self.unknown = list(unknown)


def find(source, word: str) -> int | None:
    """The id of `word`: as it is written, else in the form that the corpus was given (NFC, lower case), subwords in
    their spelling."""
    id = source.vocab.id(word)
    if id is not None:
        return id
    other = _corpus_form(source, word)
    return None if other == word else source.vocab.id(other)


def _corpus_form(source, word: str) -> str:
    """`word` in the form that the corpus was given."""
    text = text_options(source)
    if not text:
        return word
    from ..text.tokenize import normal_form, subword_form, tokenizer

    forms = text.get("lowercase", False), text.get("nfc", False)
    subwords = tokenizer(text.get("tokenizer")).subwords
    return normal_form(*forms)(word) if subwords is None else subwords.spelt(subword_form(subwords, *forms)(word))


def has_vectors(source) -> bool:
    """False for a thesaurus, which has words and scores alone: `similarities(a, b)` and `nearest(word, k)`."""
    return hasattr(source, "rows")


def is_sparse(source) -> bool:
    """True if the rows of `source` are PPMI weights or the like, not coordinates."""
    return isinstance(source, SparseVectors)


def has_ngrams(source) -> bool:
    """True if `source` has vectors for words outside its vocabulary, made of n-grams."""
    return hasattr(source, "compose")


def text_options(source) -> dict:
    """Text options of the corpus, as far as the vectors remember: the stored fields of `config.Text`."""
    config = source.metadata.get("config")
    text = config.get("text") if isinstance(config, dict) else None
    return text if isinstance(text, dict) else {}


def locate(source, word: str) -> int | None:
    """The id of `word`, in the vocabulary or, if the source has n-grams, made for it: then V or more."""
    id = find(source, word)
    return source.compose(_corpus_form(source, word)) if id is None and has_ngrams(source) else id


def find_all(source, words: Sequence[str]) -> np.ndarray:
    """(n,) int64 ids of `words`, as from `locate`. Raises Unanswerable naming all the unknown ones."""
    ids = [locate(source, word) for word in words]
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
    try:
        return find_all(source, words), np.array(signs, np.float32)
    except Unanswerable as error:
        spaced = {word: _spaced(source, word) for word in error.unknown}
        if not any(spaced.values()):
            raise
        apart = " ".join(spaced.get(token) or token for token in text.split())
        raise Unanswerable(f"{error} (signs stand between spaces: {apart})") from error


def _spaced(source, word: str) -> str:
    """The unknown `word` with spaces around its signs, if it is an expression; else empty. Most words with a hyphen
    are just that: it is a minus beside a plus, or at an end of words that are known."""
    terms = word.split("+")
    if word.startswith(("+", "-")) or word.endswith("-"):
        words = [word for term in terms for word in term.split("-") if word]
        is_expression = bool(words) and all(find(source, word) is not None for word in words)
    else:
        is_expression = len(terms) > 1 and all(terms)
    known = (term if find(source, term) is not None else term.replace("-", " - ") for term in terms)
    return " ".join(" + ".join(known).split()) if is_expression else ""


def combine(source, ids: np.ndarray, weights: np.ndarray, unit: bool = False) -> np.ndarray:
    """The weighted sum (width,) float32 of rows `ids`, each scaled to length 1 first if `unit`."""
    total, step = np.zeros(source.width), max(1, BLOCK // source.width)
    for at in range(0, len(ids), step):
        rows = source.rows(ids[at : at + step])
        total += weights[at : at + step] @ (unit_rows(rows) if unit else rows)
    return total.astype(np.float32)


def tokens(source, line: str) -> list[str]:
    """The words of a line of text, as the corpus of the vectors was split into words."""
    from ..text.tokenize import line_splitter

    return line_splitter(text_options(source))(line)


def known_words(source, text: str) -> tuple[np.ndarray, int]:
    """(ids (n,) int64 of the words of a text that `locate` finds, number of all its words)."""
    ids = [locate(source, word) for word in tokens(source, text)]
    return np.array([id for id in ids if id is not None], np.int64), len(ids)


def combine_all(source, queries: Sequence[Query], unit: bool = False) -> np.ndarray:
    """(n, width) float32: `combine` of each query, but for rounding."""
    ends = np.cumsum([len(ids) for ids, _ in queries])
    if not len(ends) or ends[-1] * source.width > BLOCK:
        sums = [combine(source, ids, signs, unit) for ids, signs in queries]
        return np.array(sums, np.float32).reshape(-1, source.width)
    rows = source.rows(np.concatenate([ids for ids, _ in queries]))
    rows = (unit_rows(rows) if unit else rows) * np.concatenate([signs for _, signs in queries])[:, None]
    return rows if len(rows) == len(queries) else np.add.reduceat(rows, [0, *ends[:-1]], axis=0)


def oddest(source, ids: Sequence[int], k: int) -> tuple[np.ndarray, np.ndarray]:
    """The places of the `k` of `ids` with the lowest cosines with the mean of all their directions, the lowest first,
    and the cosines, float32."""
    rows = unit_rows(source.rows(np.array(ids, np.int64)).astype(np.float64))
    cosines = rows @ unit_rows(rows.mean(0)[None])[0]
    order = np.argsort(cosines, kind="stable")[:k]
    return order, cosines[order].astype(np.float32)


def pool(source, ids: np.ndarray, how: str) -> np.ndarray:
    """One vector (width,) float32 for the words `ids` of a text: the "mean", "sum" or "max" of their rows."""
    ids, counts = np.unique(ids, return_counts=True)
    if how != "max":
        return combine(source, ids, counts / counts.sum() if how == "mean" else counts)
    step = max(1, BLOCK // source.width)
    return np.max([source.rows(ids[at : at + step]).max(0) for at in range(0, len(ids), step)], 0)


def similarity(source, a: np.ndarray, b: np.ndarray, metric: str = "cosine", dtype=np.float32) -> np.ndarray:
    """The scores (n,) of the pairs a[i], b[i]: cosine or dot, or the distance (not negated). Computed in float64.

    A thesaurus has one measure, its own; NaN where that connects the two words by nothing.
    """
    if not has_vectors(source):
        return source.similarities(a, b).astype(dtype)
    scores = np.empty(len(a), dtype)
    step = max(1, BLOCK // (2 * source.width))
    for at in range(0, len(a), step):
        left, right = (source.rows(ids[at : at + step]).astype(np.float64) for ids in (a, b))
        if metric == "cosine":
            left, right = unit_rows(left), unit_rows(right)
        if metric in ("cosine", "dot"):
            scores[at : at + step] = np.einsum("ij,ij->i", left, right)
        else:
            scores[at : at + step] = np.linalg.norm(left - right, 2 if metric == "euclidean" else 1, axis=1)
    return scores
