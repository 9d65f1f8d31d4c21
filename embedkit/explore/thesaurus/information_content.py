"""Information content of synsets, -ln of their share in the counts of a text (Resnik 1995).

Read from a file of counts of synsets, as WordNet::Similarity makes them and NLTK ships them (ic-brown.dat), or made
from counts of words, `word⇥count`, as `embedkit vocab` prints them: a word counts for each of its senses alike, and for
every synset above them once; one is added to each synset, so that none has none.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from math import log

from ...errors import FormatError
from ...io.files import read_whole
from .wordnet import Key, WordNet

NEVER = 1e300  # the content of what never occurs, as NLTK has it
HEADER = b"wnver::"
HINT = "embedkit vocab TEXT --min-count 1 makes such a file; so do the programs of WordNet::Similarity"


class Content:
    """Counts of synsets; those that are missing have `missing`. `totals` are of all synsets of a part of speech."""

    def __init__(self, counts: dict[Key, float], totals: dict[str, float], missing: float = 0.0):
        self.counts, self.totals, self.missing = counts, totals, missing

    def of(self, key: Key) -> float:
        """Nats; NEVER for what does not occur."""
        count = self.counts.get(key, self.missing)
        return -log(count / self.totals[key[0]]) if count else NEVER


def read_content(path: str, wordnet: WordNet) -> Content:
    """The information content in a file of counts, of synsets or of words. FormatError naming the line that is none."""
    data = read_whole(path)
    return _of_synsets(path, data) if data.startswith(HEADER) else _of_words(path, data, wordnet)


def _of_synsets(path: str, data: bytearray) -> Content:
    counts, totals = {}, {"n": 0.0, "v": 0.0}
    for number, fields in _lines(data):
        if number == 1:
            continue
        try:
            key = fields[0][-1], int(fields[0][:-1])
            count = float(fields[1])
            totals[key[0]] += count if fields[2:] == ["ROOT"] else 0
        except (ValueError, IndexError, KeyError) as error:
            raise FormatError(path, f"no count of a synset: {' '.join(fields)[:60]!r}", HINT, line=number) from error
        counts[key] = count
    for pos, total in totals.items():
        if not 0 < total < NEVER:
            raise FormatError(path, f"no ROOT with a count among its synsets of type {pos}", HINT)
    return Content(counts, totals)


def _of_words(path: str, data: bytearray, wordnet: WordNet) -> Content:
    counts, totals, known = {}, dict.fromkeys("nvar", 1.0), 0
    for number, fields in _lines(data):
        try:
            word, count = " ".join(fields[:-1]), int(fields[-1])
        except ValueError:
            word, count = "", 0
        if not word or count < 0:
            raise FormatError(path, f"no word with a count: {' '.join(fields)[:60]!r}", HINT, line=number)
        senses = wordnet.senses(word)
        known += bool(senses)
        for sense in senses:
            share = count / len(senses)
            totals[sense[0]] += share
            for above in wordnet.ancestors(sense):
                counts[above] = counts.get(above, 1.0) + share
    if not known:
        raise FormatError(path, "none of its words is in WordNet", HINT)
    return Content(counts, totals, 1.0)


def _lines(data: bytearray) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(io.BytesIO(data.removeprefix(b"\xef\xbb\xbf")), 1):
        if fields := line.decode("utf-8", "surrogateescape").split():
            yield number, fields
