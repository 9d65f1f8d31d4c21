"""Words that steps of `postprocess` need, as ids of vectors: the neighbours of retrofitting, the pairs of debiasing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..config import read_toml
from ..errors import EmbedkitError, FormatError
from ..eval.dataset import DataFile
from ..io.files import read_whole
from ..units import counted
from ..vectors.query import find
from .thesaurus.names import PREFIX, is_thesaurus

GENDER = os.path.join(os.path.dirname(__file__), "bias", "bolukbasi2016.toml")
HINT = "definitional = [[…, …]] and equalize = [[…, …]] are pairs, specific = […] words: see docs/explore.md"
RELATED = ("@", "@i", "~", "~i")  # hypernyms and hyponyms


class Gendered(NamedTuple):
    """Ids of words for `vectors.transform.debias`."""

    definitional: list[tuple[int, int]]
    equalize: list[tuple[int, int]]
    specific: list[int]


def prepare(source, step: str, argument: str, say: Callable[[str], None]):
    """The words of the step "retrofit" or "debias", in the file `argument`: `say` is told how many are known."""
    return {"retrofit": _neighbours, "debias": _gendered}[step](source, argument, say)


def _neighbours(source, lexicon: str, say: Callable[[str], None]) -> dict[int, list[int]]:
    """For ids of words those of their neighbours, in a lexicon, or in WordNet: synonyms, hypernyms and hyponyms."""
    entries = _wordnet(source, lexicon) if is_thesaurus(lexicon) else _lexicon(lexicon)
    found: dict[int, dict[int, None]] = {}
    for word, others in entries:
        id = find(source, word)
        near = [find(source, other) for other in others] if id is not None else []
        if near := {other: None for other in near if other is not None}:
            found.setdefault(id, {}).update(near)
    if not found:
        raise EmbedkitError(f"{lexicon}: no two related words are in the vocabulary")
    links = sum(map(len, found.values()))
    say(f"{lexicon}: {counted(len(found), 'word')} with {counted(links, 'neighbour')}")
    return {id: list(near) for id, near in found.items()}


def _lexicon(path: str) -> Iterable[tuple[str, list[str]]]:
    """(word, neighbours) of each line: words between spaces or tabs, as the authors' lexicons have them."""
    lines = [line.split() for _, line in DataFile(path)]
    if not any(len(words) > 1 for words in lines):
        raise FormatError(path, "no words with neighbours", "a line is: word neighbour neighbour …")
    return [(words[0], words[1:]) for words in lines]


def _wordnet(source, name: str) -> Iterable[tuple[str, list[str]]]:
    from .thesaurus.wordnet import WordNet

    wordnet = WordNet(name.removeprefix(PREFIX) or None)
    for word in source.vocab:
        near: dict[str, None] = {}
        for key in wordnet.senses(word):
            related = (other for other, only in wordnet.related(key, RELATED, set()) if only is None)
            for synset in (key, *related):
                near.update(dict.fromkeys(wordnet.words(synset)))
        near.pop(word, None)
        yield word, list(near)


def _gendered(source, path: str, say: Callable[[str], None]) -> Gendered:
    """The pairs and words in a TOML file, or, for "gender", those of Bolukbasi et al. (2016)."""
    path = GENDER if path == "gender" else path
    try:
        tables = read_toml(read_whole(path).removeprefix(b"\xef\xbb\xbf").decode())
    except ValueError as error:
        raise FormatError(path, str(error).partition("\n")[0], HINT) from error
    if unknown := set(tables) - set(Gendered._fields):
        raise FormatError(path, f"{min(unknown)} is nothing that debiasing knows", HINT)
    definitional, equalize, specific = (tables.get(key, []) for key in Gendered._fields)
    for key, pairs in (("definitional", definitional), ("equalize", equalize)):
        if not isinstance(pairs, list) or not all(_is_words(pair) and len(pair) == 2 for pair in pairs):
            raise FormatError(path, f"{key} is no list of pairs", HINT)
    if not _is_words(specific):
        raise FormatError(path, "specific is no list of words", HINT)
    known = [[(find(source, a), find(source, b)) for a, b in pairs] for pairs in (definitional, equalize)]
    known = [[pair for pair in dict.fromkeys(pairs) if None not in pair and pair[0] != pair[1]] for pairs in known]
    ids = dict.fromkeys(id for id in (find(source, word) for word in specific) if id is not None)
    if not known[0]:
        raise EmbedkitError(f"{path}: no definitional pair is in the vocabulary")
    said = [f"{len(known[0])} of {len(definitional)} definitional pairs", f"{len(known[1])} of {len(equalize)} pairs"]
    say(f"debias: {', '.join(said)} to equalize, {len(ids)} of {len(specific)} words to keep")
    return Gendered(*known, list(ids))


def _is_words(words) -> bool:
    return isinstance(words, list) and all(isinstance(word, str) and word for word in words)
