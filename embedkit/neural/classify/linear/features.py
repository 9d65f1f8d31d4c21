"""Features of texts in compiled code."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import repeat

import numpy as np

from ....classification.hashing import END, word_hashes
from ....classification.linear import Bag
from ....config import LabelledText
from ....io.lines import Lines
from ....runtime.parallel import each, spread
from ....runtime.resources import Resources
from ....text import corpus
from ....text.encoded import LINE_END
from ....text.vocab import Vocab
from ....vectors.ngrams import Ngrams
from ....vectors.subwords import ngram_rows
from . import _kernels

ODD = re.compile(r"[\v\f\0]|__label__")
PIECE = 1 << 18
NOTHING = np.empty(0, np.float32)


class Features:
    """The features of texts of certain `types`.

    word_rows : (T,) int32 row of each type, or -1; end_row : that of `</s>`, or -1; base : rows of words
    size : buckets of n-grams, whose rows follow; longest : of n-grams of words; ngrams : those of characters, or None
    """

    def __init__(
        self,
        types: Vocab,
        word_rows: np.ndarray,
        end_row: int,
        base: int,
        size: int,
        longest: int,
        ngrams: Ngrams | None,
        threads: int,
    ):
        self.base, self.longest, self.threads = base, longest, threads
        self.size = size if longest > 1 or ngrams is not None else 0
        words = [*types.all_bytes(), END.encode()]
        own = np.append(word_rows, np.int32(end_row))
        known = np.flatnonzero(own >= 0)
        whose, rows = [known], [own[known]]
        if ngrams is not None:
            for part, mine, found in ngram_rows(words, self.size, ngrams):
                whose.append(mine + part.start)
                rows.append((found.astype(np.int64) + base).astype(np.int32))
        whose, rows = np.concatenate(whose), np.concatenate(rows)
        order = np.argsort(whose, kind="stable")
        starts = np.searchsorted(whose[order], np.arange(len(words) + 1))
        self.lexicon = _kernels.Lexicon(starts, rows[order].astype(np.int32), word_hashes(words))

    def __call__(self, ids: np.ndarray) -> Bag:
        """The distinct features of the texts `ids`, with their counts; rows of n-grams are base + bucket."""
        ends = np.flatnonzero(ids == LINE_END) + 1
        cuts = ends[np.searchsorted(ends, np.linspace(0, len(ids), self.threads + 1)[1:-1]).astype(int)]
        edges = np.unique([0, *cuts, len(ids)]).tolist()
        spans = list(zip(edges, edges[1:]))
        sizes = np.diff(self.lexicon.starts)
        # -1 picks the last type, which is `</s>`.
        room = [int(sizes[ids[slice(*span)]].sum()) + (self.longest - 1) * (span[1] - span[0]) for span in spans]
        places = np.cumsum([0, *room]).tolist()
        rows, counts = np.empty(places[-1], np.int32), np.empty(places[-1], np.float32)

        def work(part, _):
            inside = slice(places[part], places[part + 1])
            return self._part(ids[slice(*spans[part])], rows[inside], counts[inside])

        found = each(work, range(len(spans)), self.threads)
        lengths = [int(ends[-1]) if len(ends) else 0 for ends in found]
        firsts = np.cumsum([0, *lengths]).tolist()
        for at, place, length in zip(firsts, places, lengths):
            _move(rows, at, place, length)
            _move(counts, at, place, length)
        ends = np.concatenate([ends + first for ends, first in zip(found, firsts)])
        return Bag(rows[: firsts[-1]], counts[: firsts[-1]], np.append(0, ends[:-1]), ends)

    def _part(self, ids: np.ndarray, rows: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """The features of some texts, to `rows` and `counts`; (texts,) int64, where they end."""
        ids = np.array(ids)  # a copy, so that the kernel is compiled for one kind of array: ids may be a read-only map
        ends = np.empty(int(np.count_nonzero(ids < 0)), np.int64)
        place, state = np.full(self.base + self.size, -1, np.int32), np.zeros(self.longest + 1, np.uint64)
        _kernels.features(ids, self.lexicon, self.longest, self.base, self.size, place, state, rows, counts, ends)
        return ends


def _move(array: np.ndarray, to: int, start: int, length: int) -> None:
    """Move `length` numbers from `start` down to `to`, piece by piece: fresh memory costs more than the move."""
    for at in range(0, length if to < start else 0, PIECE):
        size = min(PIECE, length - at)
        array[to + at : to + at + size] = array[start + at : start + at + size]


def weigh(bag: Bag, names: np.ndarray, scales: np.ndarray, by_count: bool, threads: int) -> None:
    """Make rows and counts of `bag` those of a model, in place; see `_kernels.weigh`."""

    def work(span, _):
        part = slice(*span)
        _kernels.weigh(bag.ids, bag.values, bag.starts[part], bag.ends[part], names, scales, by_count)

    each(work, spread(bag.ends - bag.starts, threads), threads)


def compiled_bag(threads: int):
    """The `compiled` of a `LinearClassifier`: the same features, of many lines, in compiled code."""
    known = {}  # what of the classifier every call needs

    def bag(classifier, lines) -> Bag:
        if "config" not in classifier.metadata:  # of fastText, which splits at more, and leaves labels out
            lines = [" ".join(classifier.split(line)) if ODD.search(line) else line for line in lines]
        encoded = corpus.encode([Lines(lines)], _reading(classifier), Resources(cache=False, threads=threads))
        V = len(classifier.vocab)
        types = encoded.vocab
        if not known:
            known.update(names=_names(classifier), scales=_scales(classifier))
            known["index"] = {word: id for id, word in enumerate(classifier.vocab)}
        rows = np.fromiter(map(known["index"].get, types, repeat(-1)), np.int32, len(types))
        end = -1 if classifier.end is None else classifier.end
        options = classifier.size, classifier.word_ngrams, classifier.ngrams, threads
        features = Features(types, rows, end, V, *options)
        found = features(np.asarray(encoded.ids))
        weigh(found, known["names"], known["scales"], classifier.by_count, threads)
        return found

    return bag


READING = ("tokenizer", "keep_tags", "lowercase", "nfc", "drop_punctuation")


def _reading(classifier) -> LabelledText:
    """The options of text that the classifier remembers; of fastText's white space alone."""
    stored = classifier.metadata.get("config", {}).get("text", {"nfc": False})
    known = {name: stored[name] for name in READING if name in stored}
    return replace(LabelledText(), **known)


def _names(classifier) -> np.ndarray:
    """(V + size,) int32: the row of each word and each bucket, or -1."""
    V, size = len(classifier.vocab), classifier.size
    if classifier.buckets is None:
        return np.arange(V + size, dtype=np.int32)
    names = np.full(V + size, -1, np.int32)
    names[:V] = np.arange(V)
    names[V + classifier.buckets] = V + np.arange(len(classifier.buckets), dtype=np.int32)
    return names


def _scales(classifier) -> np.ndarray:
    if classifier.by_count:
        return NOTHING
    return np.ones(len(classifier.rows), np.float32) if classifier.scales is None else np.array(classifier.scales)
