"""Texts with labels, a line each: LABEL, a tab, TEXT; or as fastText has them, `__label__LABEL TEXT`.

A text may have several labels: `__label__a __label__b TEXT`, or with a `label_separator`, as in `a,b`, TEXT.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..config import LabelledText
from ..errors import EmbedkitError, FormatError
from ..io.encoding import open_text
from ..io.lines import LineFile, Lines
from ..runtime.resources import Resources
from ..units import counted
from . import corpus, inputs
from .encoded import LINE_END
from .vocab import ERRORS, Vocab, show
from .word_list import read_words

PREFIX = b"__label__"  # of fastText's labels
FORMS = "a line is LABEL, a tab, TEXT; or __label__LABEL TEXT"
END = "</s>"  # stands behind every text, so it is no word of one
MARK = b"\xef\xbb\xbf"
BLOCK = 1 << 20
MAX_LABEL = 1 << 10  # bytes


@dataclass(frozen=True)
class Examples:
    """N texts and their labels.

    words : all types that they may have
    ids : (M,) int32 types, LINE_END behind each text
    names : the K labels
    labels, label_starts : text n has `labels[label_starts[n]:label_starts[n + 1]]`, int32 and int64 (N + 1,)
    weights : (N,) float32, how much each counts
    sha256 : fingerprint of the decoded text
    """

    words: Vocab
    ids: np.ndarray
    names: Vocab
    labels: np.ndarray
    label_starts: np.ndarray
    weights: np.ndarray
    sha256: str = ""

    def __len__(self) -> int:
        return len(self.label_starts) - 1

    @property
    def tokens(self) -> int:
        """Tokens of all texts."""
        return len(self.ids) - len(self)

    @property
    def owners(self) -> np.ndarray:
        """Of each of `labels` the text."""
        return np.repeat(np.arange(len(self)), np.diff(self.label_starts))

    @property
    def label_counts(self) -> np.ndarray:
        """(K,) int64 texts with each label."""
        return np.bincount(self.labels, minlength=len(self.names))

    @property
    def single(self) -> bool:
        """True if every text has one label."""
        return bool((np.diff(self.label_starts) == 1).all())

    @property
    def first_labels(self) -> np.ndarray:
        """(N,) int32, the first label of each text."""
        return self.labels[self.label_starts[:-1]]

    def take(self, which: np.ndarray) -> Examples:
        """The texts `which` (n,), in that order."""
        ends = np.flatnonzero(self.ids == LINE_END) + 1
        starts = np.append(0, ends[:-1])
        labels, label_starts = _spans(self.labels, self.label_starts[:-1][which], self.label_starts[1:][which])
        return replace(
            self,
            ids=_spans(self.ids, starts[which], ends[which])[0],
            labels=labels,
            label_starts=label_starts,
            weights=self.weights[which],
        )

    def labelled(self, labels: np.ndarray, weight: float) -> Examples:
        """The same texts, each with one of `labels` (N,) int32, and of one `weight`."""
        starts = np.arange(len(self) + 1, dtype=np.int64)
        weights = np.full(len(self), weight, np.float32)
        return replace(self, labels=labels.astype(np.int32), label_starts=starts, weights=weights)

    def join(self, other: Examples) -> Examples:
        """These texts, then those of `other`, of the same types and labels."""
        return replace(
            self,
            ids=np.concatenate([self.ids, other.ids]),
            labels=np.concatenate([self.labels, other.labels]),
            label_starts=np.concatenate([self.label_starts, other.label_starts[1:] + self.label_starts[-1]]),
            weights=np.concatenate([self.weights, other.weights]),
        )


@dataclass(frozen=True)
class Labelled:
    """Texts to train on; others, of the same types and labels, to validate on; and such without labels."""

    train: Examples
    valid: Examples | None = None
    unlabelled: Examples | None = None


class _Part(Lines):
    """The texts of files, without their labels, which it collects as they are read.

    labels : of each text the names, bytes; count : texts; sha : of the decoded text
    """

    def __new__(cls, names, config: LabelledText, has_labels: bool = True):
        self = super().__new__(cls, (), " ".join(names))
        self.paths, self.config, self.has_labels = inputs.expand(names), config, has_labels
        self.labels, self.count, self.sha, self.places = [], 0, hashlib.sha256(), {}
        return self

    def pieces(self) -> Iterator[bytes]:
        """The texts, a line each."""
        for path in self.paths:
            split = _split_unlabelled if not self.has_labels else None
            number = 0
            for lines in self._blocks(path):
                texts = []
                if split is None:
                    split = _form(next((line for line in lines if line.strip()), b""), self.config.label_separator)
                for line in lines:
                    number += 1
                    if not line or line.isspace():
                        continue
                    try:
                        labels, text = split(line)
                    except ValueError as error:
                        raise FormatError(path, str(error), FORMS, line=number) from None
                    if labels not in self.places:
                        self.places[labels] = path, number
                    self.labels.append(labels)
                    texts.append(text)
                self.count += len(texts)
                if texts:
                    texts.append(b"")
                    yield b"\n".join(texts)

    def _blocks(self, path) -> Iterator[list[bytes]]:
        """The lines of a file in blocks, without their ends."""
        rest, mark = b"", MARK
        with open_text(path, self.config.encoding, self.config.encoding_errors, checked=True) as file:
            while block := file.read(BLOCK):
                self.sha.update(block)
                *lines, rest = (rest + block).removeprefix(mark).split(b"\n")
                mark = b"" if lines else mark
                yield lines
        if rest:
            self.sha.update(b"\n")
            yield [rest.removeprefix(mark)]


class _Joined(Lines):
    """The texts of several parts as one file."""

    def __new__(cls, parts: list[_Part]):
        self = super().__new__(cls, (), str(parts[0]))
        self.parts = parts
        return self

    def open(self) -> LineFile:
        return LineFile(piece for part in self.parts for piece in part.pieces())


def read(
    names, config: LabelledText, resources: Resources | None = None, valid: str | None = None, unlabelled=None
) -> Labelled:
    """The labelled texts in the files, folders and patterns `names` ("-" is stdin), and in the files `valid` and
    `unlabelled`, the latter a text a line. Labels come by falling count.

    FormatError names the first line without a label or a text, or, in `valid`, with a label that training lacks;
    EmbedkitError where all texts have one label.
    """
    resources = resources or Resources()
    inputs.need_text([*names, *filter(None, (valid, unlabelled))])
    parts = [_Part(names, config)]
    parts += [_Part([valid], config)] if valid is not None else []
    parts += [_Part([unlabelled], config, has_labels=False)] if unlabelled is not None else []
    encoded = corpus.encode([_Joined(parts)], config, replace(resources, cache=False))
    for part in parts:
        if not part.count:
            raise EmbedkitError(f"{part}: no texts in it", FORMS if part.has_labels else "the input is empty")
    labels = _label_names(parts[0])
    ends = np.append(0, np.flatnonzero(encoded.ids == LINE_END) + 1)
    made, first = [], 0
    for part in parts:
        span = encoded.ids[ends[first] : ends[first + part.count]]
        first += part.count
        known = _label_ids(part, labels)
        weights = np.ones(part.count, np.float32)
        made.append(Examples(encoded.vocab, span, labels, *known, weights, part.sha.hexdigest()))
    found = Labelled(made[0], made[1] if valid is not None else None, made[-1] if unlabelled is not None else None)
    _tell(found, resources)
    return found


def vocabulary(examples: Examples, config: LabelledText) -> tuple[Vocab, np.ndarray]:
    """The V words that `config` keeps of `examples`, most frequent first, and of each type its id, (T,) int32, -1 for
    those that are dropped; `</s>` is one of these.

    EmbedkitError where none is left.
    """
    types = examples.words
    if int(types.counts.sum()) == examples.tokens:  # there are no other texts
        counts = types.counts.copy()
    else:
        counts = np.bincount(examples.ids[examples.ids >= 0], minlength=len(types))
    if (end := types.id(END)) is not None:
        counts[end] = 0
    if config.vocab is not None:
        from .tokenize import normal_form

        words = read_words(config.vocab, normal_form(config.lowercase, config.nfc))
        place = {word: id for id, word in enumerate(types)}
        order = np.array([place[word] for word in words if word in place], np.int64)
        order = order[counts[order] > 0]
    else:
        order = np.argsort(-counts, kind="stable")
        order = order[: np.count_nonzero(counts >= max(config.min_count, 1))][: config.max_vocab]
    if not len(order):
        raise EmbedkitError("no word of the texts is left", "--min-count 1 keeps every word")
    ids = np.full(len(types), -1, np.int32)
    ids[order] = np.arange(len(order), dtype=np.int32)
    vocab = types.take(order)
    return Vocab(vocab.offsets, vocab.utf8, counts[order]), ids


def split_labelled(line: str, separator: str | None = None) -> tuple[list[str], str]:
    """Labels and text of a line in either form. ValueError says what is wrong with one that has none."""
    raw = line.encode("utf-8", ERRORS)
    labels, text = _form(raw, separator)(raw)
    return [label.decode("utf-8", ERRORS) for label in labels], text.decode("utf-8", ERRORS)


def _form(line: bytes, separator: str | None):
    """The function that splits lines like `line` into labels and a text."""
    if line.startswith(PREFIX):
        return _split_prefixed
    between = separator.encode() if separator else None

    def split(line: bytes) -> tuple[tuple[bytes, ...], bytes]:
        label, tab, text = line.partition(b"\t")
        if not tab:
            raise ValueError("no tab in it")
        labels = (label,) if between is None else tuple(part for part in label.split(between) if part)
        return _checked(labels, text)

    return split


def _split_prefixed(line: bytes) -> tuple[tuple[bytes, ...], bytes]:
    labels, text = [], line
    while text.startswith(PREFIX):
        label, _, text = text.partition(b" ")
        if b"\t" in label:
            label, _, rest = label.partition(b"\t")
            text = rest + b" " + text
        labels.append(label[len(PREFIX) :].rstrip(b"\r"))
    if not labels:
        raise ValueError("does not begin with __label__, as the first line does")
    return _checked(tuple(dict.fromkeys(labels)), text)


def _split_unlabelled(line: bytes) -> tuple[tuple[bytes, ...], bytes]:
    return (), line


def _checked(labels: tuple[bytes, ...], text: bytes) -> tuple[tuple[bytes, ...], bytes]:
    if not text or text.isspace():
        raise ValueError("the text is empty")
    for label in labels:
        if not label or b" " in label or len(label) > MAX_LABEL:
            what = "is too long" if len(label) > MAX_LABEL else "has a space in it" if label else "is empty"
            raise ValueError(f"the label {show(label)} {what}" if label else "the label is empty")
    if not labels:
        raise ValueError("the label is empty")
    return labels, text


def _label_names(part: _Part) -> Vocab:
    """The labels of all texts of a part, by falling count, equal counts in the order of their bytes."""
    counts: dict[bytes, int] = {}
    distinct: dict[tuple, int] = {}
    for labels in part.labels:
        distinct[labels] = distinct.get(labels, 0) + 1
    for labels, count in distinct.items():
        for label in labels:
            counts[label] = counts.get(label, 0) + count
    if len(counts) < 2:
        (only,) = counts
        raise EmbedkitError(f"{part}: all texts have the label {show(only)}", "a classifier tells labels apart")
    ranked = sorted(counts, key=lambda label: (-counts[label], label))
    return Vocab.from_words(ranked, [counts[label] for label in ranked])


def _label_ids(part: _Part, names: Vocab) -> tuple[np.ndarray, np.ndarray]:
    """`labels` and `label_starts` of a part, see `Examples`."""
    index, known = {name: id for id, name in enumerate(names.all_bytes())}, {}
    for labels, (path, number) in part.places.items():
        for label in labels:
            if label not in index:
                hint = f"labels to train on: {', '.join(names.words(0, 5))}{', …' if len(names) > 5 else ''}"
                raise FormatError(path, f"the label {show(label)} is none of those to train on", hint, line=number)
        known[labels] = [index[label] for label in labels]
    sizes = np.fromiter(map(len, part.labels), np.int64, part.count)
    if (sizes == 1).all():
        first = {labels: ids[0] for labels, ids in known.items()}
        flat = np.fromiter(map(first.__getitem__, part.labels), np.int32, part.count)
    else:
        flat = np.array([id for labels in part.labels for id in known[labels]], np.int32)
    return flat, np.append(0, np.cumsum(sizes))


def _tell(found: Labelled, resources: Resources) -> None:
    train, progress = found.train, resources.progress
    counts = train.label_counts
    facts = {"texts": len(train), "tokens": train.tokens, "labels": len(train.names), "sha256": train.sha256}
    progress.event("texts", **facts)
    others = [("to validate on", found.valid), ("without labels", found.unlabelled)]
    said = "".join(f"; {counted(len(part), 'text')} {what}" for what, part in others if part is not None)
    progress.say(f"{counted(len(train), 'text')}, {counted(train.tokens, 'token')}, {len(train.names):,} labels{said}")
    if once := [train.names[id] for id in np.flatnonzero(counts == 1)[:5].tolist()]:
        n = int((counts == 1).sum())
        progress.say(f"{counted(n, 'label')} seen once, too few to learn from: {', '.join(once)}{', …' * (n > 5)}")


def _spans(values: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`values[starts[n]:ends[n]]` of all n, one after another, and where each begins, with the end of all."""
    sizes = ends - starts
    edges = np.append(0, np.cumsum(sizes)).astype(np.int64)
    return values[np.repeat(starts - edges[:-1], sizes) + np.arange(edges[-1])], edges
