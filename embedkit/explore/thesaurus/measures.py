"""Similarity of synsets in a taxonomy. Numbers are those of NLTK, in its conventions:

The verbs, which have many roots, get one above all of them, one step above the farthest ancestor; nouns have one root.
Depths count from 0 at a root. Measures are None where nothing connects two synsets.
"""

from __future__ import annotations

from math import inf, log

from .information_content import Content
from .wordnet import TAXONOMIES, Key, WordNet

ROOT: Key = ("", 0)


class Measures:
    """The measures over one WordNet; `content` is what `res` and `lin` need."""

    def __init__(self, wordnet: WordNet, content: Content | None = None):
        self.wordnet, self.content, self._deepest = wordnet, content, {}

    def path(self, a: Key, b: Key) -> float | None:
        """1 / (1 + shortest path) (Rada et al. 1989)."""
        steps = self._distance(a, b)
        return None if steps is None else 1 / (steps + 1)

    def wup(self, a: Key, b: Key) -> float | None:
        """2·depth(s) / (depth(a) + depth(b)) by way of s, the deepest synset above both (Wu & Palmer 1994)."""
        if a[0] not in TAXONOMIES:
            return 1.0 if a == b else None
        above = self.above(a).keys() & self.above(b).keys()
        lowest = max(map(self._low, above), default=0)
        subsumers = [key for key in above if self._low(key) == lowest]
        if not subsumers:
            return None
        subsumer = a if a in subsumers else min(subsumers, key=self._name)
        depth = 1 if subsumer == ROOT else self.wordnet.depths(subsumer)[1] + 1
        return 2 * depth / (self._distance(a, subsumer) + self._distance(b, subsumer) + 2 * depth)

    def lch(self, a: Key, b: Key) -> float | None:
        """-ln((1 + shortest path) / (2·D)), D the depth of the taxonomy (Leacock & Chodorow 1998)."""
        steps = self._distance(a, b) if a[0] in TAXONOMIES else None
        return None if steps is None else self._lch(a[0], steps)

    def _lch(self, pos: str, steps: int) -> float | None:
        if pos not in TAXONOMIES:
            return -inf
        if pos not in self._deepest:
            self._deepest[pos] = self.wordnet.deepest(pos) + (pos != "n")
        return -log((steps + 1) / (2 * self._deepest[pos])) if self._deepest[pos] else None

    def res(self, a: Key, b: Key) -> float | None:
        """The information content of the most informative synset above both (Resnik 1995)."""
        if a[0] not in TAXONOMIES:
            return None
        above = self.wordnet.ancestors(a).keys() & self.wordnet.ancestors(b).keys()
        return max(map(self.content.of, above), default=0.0)

    def lin(self, a: Key, b: Key) -> float | None:
        """2·res(a, b) / (content(a) + content(b)) (Lin 1998)."""
        shared = self.res(a, b)
        own = 0.0 if shared is None else self.content.of(a) + self.content.of(b)
        return 2 * shared / own if own else None

    def bound(self, measure: str, key: Key, ancestor: Key, depth: int) -> float:
        """The most that `measure` can give `key` and a synset `depth` steps below `ancestor`, one above `key`, where
        that ancestor decides."""
        up = self.above(key)[ancestor]
        if measure in ("path", "lch"):
            return 1 / (1 + up + depth) if measure == "path" else self._lch(key[0], up + depth)
        if measure == "wup":
            deep = 1 if ancestor == ROOT or key[0] not in TAXONOMIES else self.wordnet.depths(ancestor)[1] + 1
            return 2 * deep / (2 * deep + depth)
        shared = 0.0 if ancestor == ROOT or key[0] not in TAXONOMIES else self.content.of(ancestor)
        own = self.content.of(key) if measure == "lin" else 0.0
        return shared if measure == "res" else 2 * shared / (own + shared) if shared else 0.0

    def above(self, key: Key) -> dict[Key, int]:
        """Ancestors with their distances; those of a verb include the root above all verbs."""
        if key == ROOT:
            return {ROOT: 0}
        found = self.wordnet.ancestors(key)
        return found | {ROOT: max(found.values()) + 1} if key[0] == "v" else found

    def _distance(self, a: Key, b: Key) -> int | None:
        """Steps of the shortest path by way of a common ancestor; None where there is none."""
        if a == b:
            return 0
        left, right = self.above(a), self.above(b)
        return min((steps + right[key] for key, steps in left.items() if key in right), default=None)

    def _low(self, key: Key) -> int:
        return 0 if key == ROOT else self.wordnet.depths(key)[0]

    def _name(self, key: Key) -> str:
        return "" if key == ROOT else self.wordnet.name(key)


NAMES = ("path", "wup", "lch", "res", "lin")
INFORMED = ("res", "lin")  # those that need information content
