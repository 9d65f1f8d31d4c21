"""From files to ids: a text is encoded once, then pruned to the words that a run wants."""

from __future__ import annotations

from bisect import bisect_right
from operator import neg

import numpy as np

from ..config import PlainText, Text
from ..errors import EmbedkitError, OptionError
from ..io.spool import pieces
from ..runtime.memory import Memory
from ..runtime.resources import Resources
from ..units import counted
from . import cache, inputs
from .encoded import LINE_END, Corpus, Encoded, renamed
from .tokenize import identified, normal_form
from .vocab import Vocab
from .word_list import read_words


def load(names, config: PlainText, resources: Resources | None = None) -> Corpus:
    """The corpus in the files, folders and patterns `names` ("-" is stdin)."""
    resources = resources or Resources()
    encoded = encode(names, config, resources)
    text = prune_vocab(encoded, config, " ".join(names), resources.memory, in_place=True)
    resources.progress.event("corpus", tokens=text.tokens, words=len(text.vocab), sha256=text.sha256)
    resources.progress.say(f"{counted(text.tokens, 'token')}, {counted(len(text.vocab), 'word')} kept")
    return text


def encode(names, config: PlainText, resources: Resources | None = None) -> Encoded:
    """All types and ids of a text, from the cache if it holds them, its phrases joined; see `load`."""
    resources, config = resources or Resources(), identified(config)
    if not isinstance(config, Text):
        return _encode(names, config, resources)
    if set(config.joiner) & set(" \t\r\n"):
        raise OptionError(f"--joiner {config.joiner!r}: white space would end the word")
    if config.phrases is None:
        return _encode(names, config, resources)
    from .phrases.table import join, read_phrases

    # Read first: what is wrong with this file should not show after minutes of work.
    blocks = read_phrases(config.phrases, normal_form(config.lowercase, config.nfc))
    return join(_encode(names, config, resources), blocks, config.joiner, resources.memory)


def _encode(names, config: PlainText, resources: Resources) -> Encoded:
    inputs.need_text(names)
    paths = inputs.expand(names)
    key = cache.key(inputs.raw_fingerprint(paths), config) if resources.cache else None
    stored = cache.get(key) if key else None
    if stored is not None:
        return Encoded(*stored)
    # numba is loaded only here and to join phrases: with a cached text, a command that compiles nothing never pays.
    from .encode import encode_files

    encoded = Encoded(*encode_files(paths, config, resources))
    if key and len(encoded.ids):
        cache.put(key, config, encoded, paths, resources.progress)
    return encoded


def prune_vocab(encoded: Encoded, config: PlainText, name: str, memory: Memory, in_place: bool = False) -> Corpus:
    """Keep the words that `config` wants; errors call the text `name`.

    `in_place`: the ids of `encoded` may be overwritten by those of the corpus.
    """
    counts = encoded.vocab.counts
    tokens = int(counts.sum())
    if not tokens:
        raise EmbedkitError(f"{name}: no words in it", "the input is empty or white space")
    if config.vocab is not None:
        vocab, names = _given(encoded.vocab, read_words(config.vocab, normal_form(config.lowercase, config.nfc)))
        if not vocab.counts.any():
            raise EmbedkitError(f"{name}: none of the {len(vocab)} words of {config.vocab} occurs in it")
        # One more entry: LINE_END, which is -1, picks the last.
        names = np.append(names, np.int32(LINE_END))
        return Corpus(vocab, lambda: renamed(encoded.ids, names, memory), tokens, encoded.sha256)
    # Counts fall, so the words with enough of them come first.
    size = bisect_right(counts, -config.min_count, key=neg)
    if not size:
        raise EmbedkitError(
            f"{name}: no word occurs {config.min_count} times; the most frequent, {encoded.vocab[0]!r}, occurs "
            f"{counted(counts[0], 'time')}",
            f"--min-count {counts[0]} or lower keeps words",
        )
    vocab = encoded.vocab.head(min(size, config.max_vocab or size))
    return Corpus(vocab, lambda: _first_words(encoded, len(vocab), memory, in_place), tokens, encoded.sha256)


def _first_words(encoded: Encoded, size: int, memory: Memory, in_place: bool) -> np.ndarray:
    ids = encoded.ids
    if size == len(encoded.vocab):
        return ids
    if in_place and ids.flags.writeable:
        n = 0
        for part in pieces(ids):
            part = part[part < size]
            ids[n : n + len(part)] = part
            n += len(part)
        return ids[:n]
    kept = memory.spool(np.int32)
    for part in pieces(ids):
        kept.append(part[part < size])
    return kept.array()


def _given(types: Vocab, words: list[str]) -> tuple[Vocab, np.ndarray]:
    """The words asked for with their counts, and for each type its id among them, or -2."""
    rank = {word: id for id, word in enumerate(words)}
    names = np.fromiter((rank.get(word, -2) for word in types), np.int32)
    counts = np.zeros(len(words), np.int64)
    found = names >= 0
    counts[names[found]] = types.counts[found]
    return Vocab.from_words(words, counts), names
