"""A text as language models read it: one stream of ids, `<eos>` after every line, `<unk>` for words without an id."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..config import PlainText
from ..errors import EmbedkitError, OptionError
from ..io.spool import pieces
from ..runtime.memory import Memory
from ..runtime.resources import Resources
from ..units import counted
from .corpus import encode, prune_vocab
from .encoded import LINE_END, Encoded, TextSize
from .subword.bpe import Bpe
from .tokenize import identified, tokenizer
from .vocab import Vocab

EOS, UNK = "<eos>", "<unk>"


@dataclass(frozen=True)
class Stream:
    """A text in the words of a model.

    vocab : V words, `<eos>` and `<unk>` among them
    ids : (N,) int32 below V; nothing is left out
    tokens : N, which counts every `<eos>`
    unknown : how many of them are `<unk>`, be it that the text says so or that a word has no id
    sha256 : fingerprint of the decompressed text
    eos, unk : the ids of the two
    valid : another text in the same words, to validate on
    size : of the text as it was written
    """

    vocab: Vocab
    ids: np.ndarray
    tokens: int
    unknown: int
    sha256: str
    eos: int
    unk: int
    valid: Stream | None = None
    size: TextSize | None = None

    @property
    def provenance(self) -> dict:
        """The facts that a model of this text keeps."""
        valid = {"valid_sha256": self.valid.sha256} if self.valid else {}
        return {"corpus_sha256": self.sha256} | valid


def read(names, config: PlainText, resources: Resources | None = None) -> Stream:
    """The text in `names` ("-" is stdin) with a vocabulary of its own, most frequent words first.

    `<eos>` and `<unk>` are words among others, counted and ranked. A text that has no `<unk>`, and of which nothing is
    dropped, gets one that never occurs: other texts have words that this one lacks. `max_vocab` counts both. A given
    vocabulary keeps its order; what it lacks of the two comes last. That of subwords is kept
    whole, for the same reason.

    EmbedkitError where the text is empty, or `config` leaves no word of it; OptionError where it would cut a vocabulary
    of subwords.
    """
    resources, config = resources or Resources(), identified(config)
    memory, progress = resources.memory, resources.progress
    subwords = tokenizer(config.tokenizer).subwords
    if subwords is not None and (config.vocab is not None or config.max_vocab is not None or config.min_count > 1):
        raise OptionError(
            "--vocab, --max-vocab and --min-count choose words; a vocabulary of subwords is kept whole",
            "embedkit vocab TEXT --bpe N makes a smaller one",
        )
    encoded = encode(names, config, resources)
    if subwords is not None and len(encoded.vocab):
        vocab = _subwords(encoded, subwords)
    else:
        vocab = _vocabulary(encoded, config, " ".join(names), memory)
    text = _stream(encoded, vocab, memory)
    tokens, words = counted(text.tokens, "token"), counted(len(text.vocab), "word")
    progress.event("corpus", tokens=text.tokens, words=len(text.vocab), unknown=text.unknown, sha256=text.sha256)
    progress.say(f"{tokens}, {text.unknown:,} of them <unk>; {words}")
    return text


def read_with(names, vocab: Vocab, config: PlainText, resources: Resources | None = None) -> Stream:
    """The text in `names` in the words of `vocab`, which has `<eos>` and `<unk>`; see `read`.

    EmbedkitError where the text is empty, or no word of it is in `vocab`.
    """
    resources, name = resources or Resources(), " ".join(names)
    encoded = encode(names, replace(config, vocab=None), resources)
    if not len(encoded.vocab):
        raise EmbedkitError(f"{name}: no words in it", "the input is empty or white space")
    stream = _stream(encoded, vocab, resources.memory)
    if not any(np.any((part != stream.eos) & (part != stream.unk)) for part in pieces(stream.ids)):
        raise EmbedkitError(
            f"{name}: none of its words is in the vocabulary of the model",
            "is it in the language and the case of the text that the model was trained on?",
        )
    return stream


def _subwords(encoded: Encoded, subwords: Bpe) -> Vocab:
    """All tokens by their id, and behind them what they lack of the two."""
    words = [*subwords.words, *(token for token in (EOS, UNK) if token not in subwords.words)]
    rank, counts = {word: id for id, word in enumerate(words)}, np.zeros(len(words), np.int64)
    counts[[rank[word] for word in encoded.vocab]] = encoded.vocab.counts
    counts[rank[EOS]] = sum(np.count_nonzero(part == LINE_END) for part in pieces(encoded.ids))
    return Vocab.from_words(words, counts)


def _vocabulary(encoded: Encoded, config: PlainText, name: str, memory: Memory) -> Vocab:
    # Two of the words that are cut may be <eos> and <unk>, and one other is kept in any case.
    most = config.max_vocab and max(3, config.max_vocab)
    kept = prune_vocab(encoded, replace(config, max_vocab=most), name, memory).vocab
    lines = sum(np.count_nonzero(part == LINE_END) for part in pieces(encoded.ids))
    words, counts = kept.words(), kept.counts
    if config.vocab is None:
        ids = np.array([id for id, word in enumerate(words) if word not in (EOS, UNK)], int)
        ids = ids[: max(1, config.max_vocab - 2)] if config.max_vocab else ids
        words, counts = [words[id] for id in ids], counts[ids]
    is_plain = np.array([word not in (EOS, UNK) for word in words], bool)
    plain = int(counts[is_plain].sum())
    if not plain:
        raise EmbedkitError(f"{name}: no word of it is kept but {EOS} and {UNK}")
    written = encoded.vocab.id(EOS)
    ends = int(lines) + (0 if written is None else int(encoded.vocab.counts[written]))
    special = {EOS: ends, UNK: int(encoded.vocab.counts.sum() + lines) - ends - plain}
    missing = [token for token in special if token not in words]
    words, counts = [*words, *missing], np.append(counts, np.zeros(len(missing), np.int64))
    for token, count in special.items():
        counts[words.index(token)] = count
    order = np.arange(len(words)) if config.vocab is not None else np.argsort(-counts, kind="stable")
    return Vocab.from_words([words[id] for id in order], counts[order])


def _stream(encoded: Encoded, vocab: Vocab, memory: Memory) -> Stream:
    rank = {word: id for id, word in enumerate(vocab)}
    eos, unk = rank[EOS], rank[UNK]
    # One more entry: LINE_END, which is -1, picks the last.
    names = np.append(np.fromiter((rank.get(word, unk) for word in encoded.vocab), np.int32), np.int32(eos))
    ids, unknown = memory.spool(np.int32), 0
    for part in pieces(encoded.ids):
        renamed = names[part]
        ids.append(renamed)
        unknown += int(np.count_nonzero(renamed == unk))
    return Stream(vocab, ids.array(), len(ids), unknown, encoded.sha256, eos, unk, size=encoded.size)
