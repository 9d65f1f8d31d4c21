"""A thesaurus as a source of similarities: words and scores as vectors have them, but no vectors.

`wordnet:` names the installed WordNet, `wordnet:DIR` another, `wordnet:MEASURE` and `wordnet:MEASURE:DIR` the measure;
by default that is path. The score of two words is the highest of two of their senses of the same part of speech.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from ...errors import OptionError
from ...text.vocab import Vocab
from ...vectors.query import Unanswerable
from .information_content import read_content
from .measures import INFORMED, NAMES, ROOT, Measures
from .names import PREFIX
from .wordnet import TAXONOMIES, Key, WordNet

SURE = 1 + 1e-12  # bounds are a little larger than they would be without rounding


def open_thesaurus(name: str, content: str | None = None) -> Thesaurus:
    """The thesaurus that `name` stands for; `content` is a file of information content, see `read_content`."""
    measure, colon, folder = name.removeprefix(PREFIX).partition(":")
    if measure not in NAMES:
        measure, folder = "path", measure + colon + folder
    wordnet = WordNet(folder or None)
    if measure in INFORMED and content is None:
        raise OptionError(
            f"{name}: {measure} needs counts of words for its information content",
            "embedkit vocab TEXT --min-count 1 > counts.tsv makes them, --ic counts.tsv reads them",
        )
    return Thesaurus(wordnet, measure, None if content is None else read_content(content, wordnet))


class Words:
    """The words of a WordNet as a vocabulary: base forms, spaces and capitals are seen to, ids come as words are asked
    for."""

    counts = None

    def __init__(self, wordnet: WordNet):
        self._wordnet, self._asked, self._ids, self._size = wordnet, [], {}, None

    def id(self, word: str) -> int | None:
        """The id of a word that has senses, or None."""
        if word not in self._ids:
            if not self._wordnet.senses(word):
                return None
            self._ids[word] = len(self._asked)
            self._asked.append(word)
        return self._ids[word]

    def __getitem__(self, id: int) -> str:
        return self._asked[id]

    def __contains__(self, word: str) -> bool:
        return self.id(word) is not None

    def __len__(self) -> int:
        if self._size is None:
            self._size = sum(1 for _ in self._wordnet.lemmas())
        return max(self._size, len(self._asked))

    def __iter__(self) -> Iterator[str]:
        return self._wordnet.lemmas()

    def words(self) -> list[str]:
        """All of them."""
        return list(self)

    def spellings(self, word: str, n: int = 3) -> list[str]:
        """As `Vocab.spellings`."""
        return Vocab.from_words(self).spellings(word, n)


class Thesaurus:
    """Words of a WordNet, and their similarity by one measure."""

    metadata: dict = {}

    def __init__(self, wordnet: WordNet, measure: str, content=None):
        self.wordnet, self.vocab, self.measure = wordnet, Words(wordnet), measure
        self._measures = Measures(wordnet, content)
        self._score = getattr(self._measures, measure)

    def similarities(self, a: Sequence[int], b: Sequence[int]) -> np.ndarray:
        """(n,) float64 scores of the pairs of words a[i], b[i]; NaN where no measure connects their senses."""
        return np.array([self.similarity(self.vocab[i], self.vocab[j]) for i, j in zip(a, b)], np.float64)

    def similarity(self, a: str, b: str) -> float:
        """The score of two words; NaN where no measure connects their senses."""
        pairs = ((one, other) for one in self.wordnet.senses(a) for other in self.wordnet.senses(b))
        scores = (self._score(one, other) for one, other in pairs if one[0] == other[0])
        return max((score for score in scores if score is not None), default=float("nan"))

    def parse(self, word: str) -> str:
        """A query, which is one word. Raises Unanswerable."""
        if self.vocab.id(word) is None:
            raise Unanswerable(f"unknown word: {word}", [word])
        return word

    def nearest(self, word: str, k: int = 10, exclude: bool = True) -> list[tuple[str, float]]:
        """The `k` words nearest to `word` and their scores, best first, equal ones in the order of its senses."""
        asked = word.lower().replace(" ", "_")
        best: dict[str, float] = {}
        for sense in self.wordnet.senses(word):
            self._collect(sense, asked if exclude else "", best, k)
        return sorted(best.items(), key=lambda item: -item[1])[:k]

    def _collect(self, sense: Key, asked: str, best: dict[str, float], k: int) -> None:
        """Put into `best` the words near a sense: descendants of its ancestors, the most promising ancestor first, as
        long as they may be among the k best."""
        seen: set[Key] = set()
        bounds = {key: self._bound(sense, key, 0) for key in self._measures.above(sense)}
        for ancestor in sorted(bounds, key=bounds.get, reverse=True):
            depth, level = 0, [ancestor] if ancestor != ROOT else self._roots(sense[0])
            while level and self._bound(sense, ancestor, depth) * SURE >= _kth(best, k):
                for key in level:
                    if key not in seen:
                        seen.add(key)
                        self._offer(sense, key, asked, best)
                down = (low for key in level for low in self._below(key))
                level, depth = list(dict.fromkeys(down)), depth + 1

    def _offer(self, sense: Key, key: Key, asked: str, best: dict[str, float]) -> None:
        score = self._score(sense, key)
        for word in self.wordnet.words(key) if score is not None else ():
            if word.lower() != asked and score > best.get(word, -1e999):
                best[word] = score

    def _bound(self, sense: Key, ancestor: Key, depth: int) -> float:
        """The most that a synset so far below an ancestor of `sense` can score, by way of that ancestor."""
        return self._measures.bound(self.measure, sense, ancestor, depth)

    def _below(self, key: Key) -> list[Key]:
        return self.wordnet.children(key) if key[0] in TAXONOMIES else []

    def _roots(self, pos: str) -> list[Key]:
        keys = ((pos, offset) for offset in self.wordnet.files.synsets(pos))
        return [key for key in keys if not self.wordnet.parents(key)]


def _kth(best: dict[str, float], k: int) -> float:
    """The k-th best score so far."""
    return -1e999 if len(best) < k else heapq.nlargest(k, best.values())[-1]


def check_tasks(names: Iterable[str], paths: Mapping, bins: int | None, content: str | None) -> None:
    """EmbedkitError where one of the thesauri `names` is to be evaluated on other data than pairs, or in `bins`, or
    where there is none for the `content` that is given."""
    names = list(names)
    for name in names:
        if others := [f"--{key}" for key, files in paths.items() if files and key != "pairs"]:
            raise OptionError(f"{name}: a thesaurus has no vectors, which {others[0]} needs", "it is for --pairs")
        if bins:
            raise OptionError(f"{name}: a thesaurus does not know how frequent words are: no --frequency-bins")
    if content is not None and not names:
        raise OptionError("--ic is for a thesaurus, and none is among the FILEs", "wordnet:lin is one")
