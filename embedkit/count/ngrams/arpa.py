"""Reading the ARPA format, as KenLM, SRILM and others write it.

    \\data\\
    ngram 1=COUNT, a line for each order

    \\1-grams:
    log10 of the probability, WORD, log10 of the back-off weight; a section for each order

    \\end\\

`<s>` begins a line and `</s>` ends it; in the model both are `<eos>`.
"""

from __future__ import annotations

import numpy as np

from ...errors import CUT
from ...text.stream import UNK
from ...text.vocab import Vocab, show
from .arpa_lines import NumberedLines
from .arpa_sections import NgramSection, WordIds, section, sizes
from .model import LN10, Level, NgramModel, words_of

NO_UNK = -100.0  # log10 probability of <unk> where the file has none, as in KenLM


def sniff(head: bytes) -> bool:
    """True if a file that starts with `head` says `\\data\\` before anything but blank lines and comments (#)."""
    for line in head.split(b"\n"):
        line = line.strip(b" \t\r")
        if line and not line.startswith(b"#"):
            return line == b"\\data\\"
    return False


def read(path, data: np.ndarray) -> NgramModel:
    """The model in `data` (uint8 array, all bytes of `path`).

    A file without `<unk>` gets one. Where the first words of an n-gram are no n-gram there, because it was pruned away,
    they become one, with the probability that backing off gives.

    FormatError, with the number of the line, where the file is damaged.
    """
    lines = NumberedLines(path, data)
    while (line := lines.next()) != b"\\data\\":
        if line is None:
            raise lines.error("there is no \\data\\ in it", CUT)
    promised, line = sizes(lines)
    words, sections = WordIds(lines), []
    for n, size in enumerate(promised, 1):
        if line != b"\\%d-grams:" % n:
            raise lines.error(f"\\{n}-grams: must stand here", CUT if line is None else "is a count too low?")
        sections.append(section(lines, n, size, n == len(promised), words))
        line = lines.next()
    if line != b"\\end\\":
        raise lines.error("\\end\\ must stand here", CUT if line is None else "is a count too low?")
    if lines.next() is not None:
        raise lines.error("something comes after \\end\\")
    while not len(sections[-1].ids):
        sections.pop()
    return _model(lines, words.words, sections)


def _model(lines: NumberedLines, words: list[bytes], sections: list[NgramSection]) -> NgramModel:
    if UNK.encode() not in words:
        words.append(UNK.encode())
        ids, log10, backoff, line = sections[0]
        new = np.array([[len(words) - 1]])
        sections[0] = NgramSection(
            np.concatenate([ids, new]), np.append(log10, np.float32(NO_UNK)), np.append(backoff, np.float32(0)), line
        )
    model = NgramModel(Vocab.from_words(words), [], {"imported_from": "arpa"})
    V = len(words)
    # How much of every n-gram, cut after its first words, has been found among those that short.
    at = [np.zeros(len(s.ids), np.int64) for s in sections]
    for n, found in enumerate(sections, 1):
        keys = [at[m] * V + sections[m].ids[:, n - 1] for m in range(n - 1, len(sections))]
        level = np.sort(np.concatenate(keys))
        level = level[np.concatenate([[True], level[1:] != level[:-1]])]
        at[n - 1 :] = [np.searchsorted(level, k) for k in keys]
        model.levels.append(_level(lines, model, level, at[n - 1], found))
    model.metadata["ngrams"] = [len(level.keys) for level in model.levels]
    return model


def _level(lines: NumberedLines, model: NgramModel, keys: np.ndarray, at: np.ndarray, found: NgramSection) -> Level:
    """The level above those of `model`, in which the n-grams `found` have the places `at`."""
    log10, backoff = np.full(len(keys), np.nan, np.float32), np.zeros(len(keys), np.float32)
    log10[at], backoff[at] = found.log10, found.backoff
    places, first = np.unique(at, return_index=True)
    if len(places) < len(at):
        twice = np.delete(np.arange(len(at)), first)[0]
        gram = b" ".join(model.vocab.bytes(id) for id in found.ids[twice].tolist())
        raise lines.error(f"the n-gram {show(gram)} comes twice", line=found.line + int(twice))
    missing = np.flatnonzero(np.isnan(log10))
    if len(missing):
        log10[missing] = _backed_off(model, keys[missing])
    return Level(keys, log10, backoff)


def _backed_off(model: NgramModel, keys: np.ndarray) -> np.ndarray:
    """log10 of the probabilities (G,) of n-grams one word longer than those of `model`, which knows none of them."""
    words = words_of(model.levels, keys, len(model.vocab))
    targets = np.full_like(words[1:], -1)
    targets[-1] = words[-1]
    shorter, _ = model.score(words[:-1], targets, model.start(len(keys)))
    return model.levels[-1].backoff[keys // len(model.vocab)] + shorter[-1] / LN10
