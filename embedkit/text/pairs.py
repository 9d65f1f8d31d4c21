"""Pairs of lines, a source and its target: the text that a sequence-to-sequence model learns from."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ..config import PairText
from ..errors import EmbedkitError, FormatError, OptionError
from ..io.encoding import open_text
from ..runtime.resources import Resources
from ..units import counted
from . import inputs
from .stream import EOS, UNK
from .tokenize import identified, line_splitter, tokenizer
from .vocab import ERRORS, Vocab

EOS_ID, UNK_ID = 0, 1  # of every vocabulary here
MARK = "\ufeff"


class Side:
    """Sources or targets: how a line is read, in which words, and spelled again.

    vocab : `<eos>`, `<unk>`, then tokens, most frequent first
    options : the stored fields of `config.PairText`
    is_target : whether `target_tokenizer` rules
    tokenizer : the one that rules
    """

    def __init__(self, vocab: Vocab, options: dict, is_target: bool):
        self.vocab, self.options = vocab, options
        self.read = line_reader(options, is_target)
        self.tokenizer = _tokenizer(options, is_target)
        chosen = tokenizer(self.tokenizer)
        self.gap, self.subwords = chosen.gap, chosen.subwords
        self._index = {word: id for id, word in enumerate(vocab) if id != EOS_ID}

    def ids(self, tokens: Iterable[str]) -> np.ndarray:
        """(n,) int32 ids; of those that the vocabulary lacks, `<unk>`'s."""
        find = self._index.get
        return np.array([find(token, UNK_ID) for token in tokens], np.int32)

    def unknown(self, tokens: Iterable[str]) -> list[str]:
        """The tokens, each once, that the vocabulary lacks."""
        return list(dict.fromkeys(token for token in tokens if token not in self._index))

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """The tokens of `ids`."""
        return [self.vocab[int(id)] for id in ids]

    def spell(self, ids: Iterable[int]) -> str:
        """The line that `ids` are; see `line`."""
        return self.line(self.tokens(ids))

    def line(self, tokens: Iterable[str]) -> str:
        """The line that `tokens` are: characters joined, with spaces for `▁`; subwords joined; others with spaces
        between them."""
        if self.subwords is not None:
            return self.subwords.text(tokens)
        return " ".join(tokens) if self.gap is None else "".join(tokens).replace(self.gap, " ")


class Sequences:
    """N sequences of ids, one after the other in `ids` int32; `ends` (N,) int64 are the places behind them, `lengths`
    (N,) their tokens."""

    def __init__(self, ids: np.ndarray, ends: np.ndarray):
        self.ids, self.ends, self.lengths = ids, ends, np.diff(ends, prepend=0)

    @classmethod
    def of(cls, arrays: list[np.ndarray]) -> Sequences:
        """From the ids of each."""
        return cls(np.concatenate(arrays), np.cumsum([len(array) for array in arrays], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, number: int) -> np.ndarray:
        return self.ids[self.ends[number - 1] if number else 0 : self.ends[number]]


@dataclass(frozen=True)
class Pairs:
    """Pairs in the words of a model.

    source, target : the two `Side`s
    sources, targets : N `Sequences` of each
    unknown : how many of the tokens of both are `<unk>`
    sha256 : fingerprint of the decoded text
    valid : other pairs in the same words, to validate on
    """

    source: Side
    target: Side
    sources: Sequences
    targets: Sequences
    unknown: int
    sha256: str
    valid: Pairs | None = None

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def vocab(self) -> Vocab:
        """The words that are written."""
        return self.target.vocab

    @property
    def tokens(self) -> int:
        """Tokens of both sides, with an `<eos>` for each target."""
        return len(self.sources.ids) + len(self.targets.ids) + len(self.targets)

    @property
    def provenance(self) -> dict:
        """The facts that a model of these pairs keeps."""
        valid = {"valid_sha256": self.valid.sha256} if self.valid else {}
        return {"corpus_sha256": self.sha256, "pairs": len(self)} | valid


def read(names, config: PairText, resources: Resources | None = None) -> Pairs:
    """The pairs in the files, folders and patterns `names` ("-" is stdin), with vocabularies of their own.

    FormatError names the first line that is no pair; EmbedkitError where there are fewer than two.
    """
    config = identified(config)
    resources, options = resources or Resources(), vars(config)
    sources, targets, sha256 = _tokens(names, config)
    if len(sources) < 2:
        raise EmbedkitError(f"{' '.join(names)}: {counted(len(sources), 'pair')} in it; training takes two or more")
    tokenizers = [_tokenizer(options, is_target) for is_target in (False, True)]
    are_subwords = [tokenizer(name).subwords is not None for name in tokenizers]
    if all(are_subwords) and (config.max_vocab is not None or config.min_count > 1):
        raise OptionError(
            "--max-vocab and --min-count choose tokens; a vocabulary of subwords is kept whole",
            "embedkit vocab TEXT --bpe N makes a smaller one",
        )
    if config.share_vocab and any(are_subwords) and tokenizers[0] != tokenizers[1]:
        raise OptionError("--share-vocab: the two sides have different tokenizers")
    if config.share_vocab:
        shared = _vocabulary([*sources, *targets], len(targets), config, tokenizers[0])
        vocabs = shared, shared
    else:
        vocabs = (
            _vocabulary(sources, 0, config, tokenizers[0]),
            _vocabulary(targets, len(targets), config, tokenizers[1]),
        )
    sides = [Side(vocab, options, bool(which)) for which, vocab in enumerate(vocabs)]
    pairs = _encoded(sides, (sources, targets), sha256)
    progress, (source, target) = resources.progress, (len(vocab) for vocab in vocabs)
    facts = {"tokens": pairs.tokens, "source_words": source, "target_words": target, "sha256": sha256}
    progress.event("pairs", pairs=len(pairs), **facts)
    progress.say(
        f"{counted(len(pairs), 'pair')}; vocabulary {source:,}"
        + (" of both sides" if config.share_vocab else f" of sources, {target:,} of targets")
        + (f"; {counted(pairs.unknown, 'token')} <unk>" if pairs.unknown else "")
    )
    return pairs


def read_with(names, source: Side, target: Side, config: PairText) -> Pairs:
    """The pairs in `names` in the words of a model; see `read`."""
    sources, targets, sha256 = _tokens(names, identified(config))
    if not sources:
        raise EmbedkitError(f"{' '.join(names)}: no pairs in it", "the input is empty")
    return _encoded((source, target), (sources, targets), sha256)


def split_pair(line: str, separator: str) -> tuple[str, str]:
    """Source and target of a line. ValueError says what is wrong with one that is no pair."""
    parts = line.split(separator)
    what = "tab" if separator == "\t" else repr(separator)
    if len(parts) != 2:
        found = f"no {what}" if len(parts) == 1 else f"{len(parts) - 1} times {what}"
        raise ValueError(f"{found} in it: a line is SOURCE, one {what}, TARGET")
    for part, side in zip(parts, ("source", "target")):
        if not part.strip():
            raise ValueError(f"the {side} is empty")
    return parts[0], parts[1]


def separator_hint(line: str, separator: str) -> str:
    """The next step for a line that is no pair."""
    return "" if separator in line else "--separator names another one"


def lines(names, config: PairText) -> Iterator[tuple[str, int, str, str]]:
    """(file, number of the line, source, target) of each pair; blank lines are passed over.

    FormatError names the first line that is no pair, or cannot be decoded.
    """
    inputs.need_text(names)
    for path in inputs.expand(names):
        with open_text(path, config.encoding, config.encoding_errors, checked=True) as file:
            for number, raw in enumerate(_lines_of(file), 1):
                line = raw.decode("utf-8", ERRORS).rstrip("\r\n")
                line = line.removeprefix(MARK) if number == 1 else line
                if not line.strip():
                    continue
                try:
                    yield path, number, *split_pair(line, config.separator)
                except ValueError as error:
                    raise FormatError(path, str(error), separator_hint(line, config.separator), line=number) from None


def line_reader(options: dict, is_target: bool) -> Callable[[str], list[str]]:
    """The function that reads a source, or a target, as tokens; `options` are the stored fields of `config.PairText`.

    Without `strip` every character of the line is a token, spaces as `▁`."""
    chosen = {**options, "tokenizer": _tokenizer(options, is_target)}
    split = line_splitter(chosen)
    if options.get("strip", True) and tokenizer(chosen["tokenizer"]).subwords is not None:
        return lambda line: split(line.strip())
    gap = tokenizer(chosen["tokenizer"]).gap
    if options.get("strip", True) or gap is None:
        return split

    def with_blanks(line: str) -> list[str]:
        pieces = [split(piece) for piece in line.split(" ")]
        return [token for i, piece in enumerate(pieces) for token in ([gap] if i else []) + piece]

    return with_blanks


def _tokenizer(options: dict, is_target: bool) -> str:
    return (options.get("target_tokenizer") if is_target else None) or options["tokenizer"]


def _lines_of(file) -> Iterator[bytes]:
    rest = b""
    while block := file.read(1 << 20):
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
    if rest:
        yield rest


def _tokens(names, config: PairText) -> tuple[list[list[str]], list[list[str]], str]:
    options, sha = vars(config), hashlib.sha256()
    readers = [line_reader(options, is_target) for is_target in (False, True)]
    sides = [], []
    for path, number, *pair in lines(names, config):
        sha.update("\t".join(pair).encode("utf-8", ERRORS) + b"\n")
        for side, read, text in zip(sides, readers, pair):
            tokens = read(text)
            if not tokens:
                raise FormatError(path, "a side of it is empty", line=number)
            side.append(tokens)
    return *sides, sha.hexdigest()


def _vocabulary(sequences: list[list[str]], ends: int, config: PairText, name: str) -> Vocab:
    """The tokens of `sequences`, of which so many end with `<eos>`; of the tokenizer `name`, if of subwords, all."""
    counts = Counter(token for tokens in sequences for token in tokens)
    subwords = tokenizer(name).subwords
    if subwords is not None:
        words = [EOS, UNK, *(word for word in subwords.words if word not in (EOS, UNK))]
        return Vocab.from_words(words, [ends, 0, *(counts[word] for word in words[2:])])
    for special in (EOS, UNK):
        counts.pop(special, None)
    kept = [(-count, token.encode("utf-8", ERRORS)) for token, count in counts.items() if count >= config.min_count]
    kept = sorted(kept)[: config.max_vocab and config.max_vocab - 2]
    unknown = sum(map(len, sequences)) + sum(count for count, _ in kept)
    return Vocab.from_words(
        [EOS.encode(), UNK.encode(), *(token for _, token in kept)],
        [ends, unknown, *(-count for count, _ in kept)],
    )


def _encoded(sides, sequences, sha256: str) -> Pairs:
    source, target = (
        Sequences.of([side.ids(tokens) for tokens in lists]) for side, lists in zip(sides, sequences, strict=True)
    )
    unknown = int(np.count_nonzero(source.ids == UNK_ID) + np.count_nonzero(target.ids == UNK_ID))
    return Pairs(*sides, source, target, unknown, sha256)
