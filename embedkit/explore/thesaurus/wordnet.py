"""WordNet: senses of words, and the taxonomies of nouns and of verbs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from ...errors import EmbedkitError, FormatError
from .morphy import base_forms
from .wndb import INSTALL, POS, Record, Wndb

TAXONOMIES = ("n", "v")  # parts of speech that have hypernyms
# Those of WordNet's own programs, of Debian and Fedora, Homebrew, and NLTK.
FOLDERS = (
    "/usr/share/wordnet",
    "/usr/share/wordnet-3.0/dict",
    "/usr/local/WordNet-3.0/dict",
    "/opt/homebrew/opt/wordnet/dict",
    "~/nltk_data/corpora/wordnet",
    "/usr/share/nltk_data/corpora/wordnet",
)
LONGEST_PATH = 100  # hypernyms one above another; a circle has no end

Key = tuple[str, int]  # part of speech (n, v, a, r) and offset of a synset


class Synset(NamedTuple):
    """A set of synonyms: `name` as in dog.n.01, its words, its definition and examples."""

    key: Key
    name: str
    words: list[str]
    definition: str
    examples: list[str]


def find_folder() -> str:
    """The folder of an installed WordNet; EmbedkitError where there is none."""
    home = os.environ.get("WNHOME")
    asked = (os.environ.get("WNSEARCHDIR"), home and os.path.join(home, "dict"))
    for folder in filter(None, (*asked, *map(os.path.expanduser, FOLDERS))):
        if os.path.isfile(os.path.join(folder, "data.noun")):
            return folder
    raise EmbedkitError("no WordNet on this machine", INSTALL)


class WordNet:
    """The WordNet in a folder of database files, by default the installed one."""

    def __init__(self, folder: str | None = None):
        self.files = Wndb(folder or find_folder())
        self._senses: dict[str, list[Key]] = {}
        self._ancestors: dict[Key, dict[Key, int]] = {}
        self._depths: dict[Key, tuple[int, int]] = {}
        self._names: dict[Key, str] = {}

    def senses(self, word: str) -> list[Key]:
        """Synsets of a word or of its base forms, nouns first, then verbs, adjectives, adverbs, frequent ones first."""
        lemma = _lemma(word)
        if lemma not in self._senses:
            found = [(pos, offset) for pos in POS for form in self._forms(lemma, pos) for offset in self._of(form, pos)]
            self._senses[lemma] = list(dict.fromkeys(found))
        return self._senses[lemma]

    def forms(self, word: str) -> set[str]:
        """The lemmas that a word may be a form of, in lower case and with _ for spaces."""
        return {form for pos in POS for form in self._forms(_lemma(word), pos)}

    def _of(self, lemma: str, pos: str) -> list[int]:
        return self.files.offsets(lemma, pos)

    def _forms(self, word: str, pos: str) -> list[str]:
        return base_forms(word, pos, self.files.exceptions(word, pos), lambda form: bool(self._of(form, pos)))

    def synset(self, key: Key) -> Synset:
        """All about a synset."""
        record = self.files.record(*key)
        definition, *examples = re.split(r';\s*(?=")', record.gloss)
        return Synset(key, self.name(key, record), record.words, definition, [text.strip('" ') for text in examples])

    def name(self, key: Key, record: Record | None = None) -> str:
        """Its first word, part of speech, and the number of the sense of that word: dog.n.01."""
        if key not in self._names:
            record = record or self.files.record(*key)
            lemma = record.words[0].lower()
            of = self._of(lemma, key[0])
            if key[1] not in of:
                raise FormatError(self.files.folder, f"{lemma} lacks a sense that data.{POS[key[0]]} has")
            self._names[key] = f"{lemma}.{record.type}.{of.index(key[1]) + 1:02d}"
        return self._names[key]

    def words(self, key: Key) -> list[str]:
        """The synonyms of a synset, as written."""
        return self.files.record(*key).words

    def related(self, key: Key, symbols: tuple[str, ...], forms: set[str]) -> Iterator[tuple[Key, int | None]]:
        """Synsets that pointers of these `symbols` lead to (see wninput(5WN)): of the whole synset, with None, or, from
        a word that is one of `forms`, with the place of the word that is meant."""
        record = self.files.record(*key)
        for pointer in record.pointers:
            if pointer.symbol in symbols:
                is_whole = not pointer.source
                if is_whole or record.words[pointer.source - 1].lower() in forms:
                    target = "a" if pointer.pos == "s" else pointer.pos, pointer.offset
                    yield target, None if is_whole else pointer.target - 1

    def parents(self, key: Key) -> list[Key]:
        """Hypernyms, instances of something among them."""
        return [(key[0], offset) for offset in self.files.parents(*key)] if key[0] in TAXONOMIES else []

    def children(self, key: Key) -> list[Key]:
        """Hyponyms and instances."""
        return [(key[0], offset) for offset in self.files.children(*key)]

    def ancestors(self, key: Key) -> dict[Key, int]:
        """The synset and all above it, with the least number of steps to each."""
        found = self._ancestors.get(key)
        if found is None:
            found, level, steps = {key: 0}, [key], 0
            while level:
                steps += 1
                level = [up for low in level for up in self.parents(low) if up not in found]
                found.update(dict.fromkeys(level, steps))
            self._ancestors[key] = found
        return found

    def depths(self, key: Key) -> tuple[int, int]:
        """The least and the largest number of steps to a root. FormatError for a synset above itself."""
        return self._depths_of(key, LONGEST_PATH)

    def _depths_of(self, key: Key, left: int) -> tuple[int, int]:
        if key not in self._depths:
            if not left:
                raise FormatError(self.files.folder, f"{self.name(key)} is above itself")
            lows, highs = zip(*[self._depths_of(up, left - 1) for up in self.parents(key)] or [(-1, -1)])
            self._depths[key] = min(lows) + 1, max(highs) + 1
        return self._depths[key]

    def deepest(self, pos: str) -> int:
        """The largest depth of a synset of this part of speech."""
        return max((self.depths((pos, offset))[1] for offset in self.files.synsets(pos)), default=0)

    def paths(self, key: Key) -> list[list[Key]]:
        """Every way from a root down to the synset."""
        self.depths(key)
        return [[*path, key] for up in self.parents(key) for path in self.paths(up)] or [[key]]

    def lemmas(self) -> Iterator[str]:
        """All words, in lower case and with _ for spaces, each once."""
        return iter(dict.fromkeys(lemma for pos in POS for lemma in self.files.lemmas(pos)))


def _lemma(word: str) -> str:
    """A word as indexes have it: in lower case, with _ for spaces."""
    return re.sub(r"\s+", "_", word.strip()).lower()
