"""fastText's supervised models: `.bin` files, dense, that answer as the program does.

Their layout is told in vectors/formats/fasttext.

Labels are written with the prefix `__label__`, which is cut off here. Of a model of ours without a hidden layer the
output matrix is the identity: the hidden vector of a text, the mean of its rows, is its scores.
"""

from __future__ import annotations

import struct

import numpy as np

from ..errors import EmbedkitError, FormatError
from ..io.output import Output
from ..text.labelled import PREFIX
from ..text.vocab import Vocab
from ..vectors.formats.fasttext import HEADER, MATRIX, SUPERVISED, read_parts
from ..vectors.ngrams import Ngrams
from .linear import LinearClassifier
from .tree import huffman_tree

LOSSES = {"hs": 1, "ns": 2, "softmax": 3, "ova": 4}
BLOCK = 1 << 16  # rows written at a time


def is_supervised(data: np.ndarray) -> bool:
    """True if `data`, the bytes of a file, begin as those of a supervised model."""
    from ..vectors.formats import fasttext

    return fasttext.sniff(data[:4].tobytes()) and len(data) >= HEADER.size and HEADER.unpack_from(data)[9] == SUPERVISED


def read(path, data: np.ndarray) -> LinearClassifier:
    """The classifier in `data`, the bytes of `path`; its rows stay in the file. FormatError names the byte; quantized
    models are refused."""
    parts = read_parts(path, data)
    if parts.loss not in LOSSES.values():
        raise FormatError(path, f"an unknown loss, {parts.loss}: is the file damaged?", offset=32)
    loss = next(name for name, number in LOSSES.items() if number == parts.loss)
    K, D = len(parts.labels), parts.inputs.shape[1]
    if K < 2 or parts.outputs.shape != (K, D):
        raise FormatError(path, f"{K} labels do not fit an output matrix {parts.outputs.shape}", "is the file damaged?")
    if parts.word_ngrams > 1 and not parts.bucket:
        raise FormatError(path, "n-grams of words have no buckets: is the file damaged?", offset=8)
    labels = Vocab.from_words([label.removeprefix(PREFIX) for label in parts.labels], parts.label_counts)
    ngrams = Ngrams(parts.minn, parts.maxn) if parts.maxn > 0 else None
    features = parts.bucket, max(parts.word_ngrams, 1), ngrams
    metadata = {"format": "fasttext", "model": "classifier"}
    tree = huffman_tree(parts.label_counts) if loss == "hs" else None
    outputs = parts.outputs[: K - 1] if loss == "hs" else parts.outputs
    vocab = Vocab.from_words(parts.words, parts.counts)
    return LinearClassifier(labels, vocab, parts.inputs, outputs, None, *features, loss, True, None, metadata, tree)


def save(out: Output, classifier: LinearClassifier) -> None:
    """Write a model that fastText answers from as `classifier` does. EmbedkitError where fastText knows no such one."""
    _check(out.path, classifier)
    K, D, V, size = len(classifier.labels), classifier.rows.shape[1], len(classifier.vocab), classifier.size
    minn, maxn = classifier.ngrams[:2] if classifier.ngrams is not None else (0, 0)
    words, labels = classifier.vocab.all_bytes(), [PREFIX + label for label in classifier.labels.all_bytes()]
    counts = [np.maximum(vocab.counts, 1).tolist() for vocab in (classifier.vocab, classifier.labels)]
    settings = [D, 5, 5, 1, 5, classifier.word_ngrams, LOSSES[classifier.loss], SUPERVISED, size, minn, maxn, 100]
    out.write(HEADER.pack(793712314, 12, *settings, 1e-4, V + K, V, K, sum(counts[0]), -1))
    for kind, entries in enumerate((zip(words, counts[0]), zip(labels, counts[1]))):
        out.write(b"".join(b"%b\0%b" % (word, struct.pack("<qb", count, kind)) for word, count in entries))
    out.write(MATRIX.pack(0, V + size, D))
    out.write(np.ascontiguousarray(classifier.rows[:V], "<f4"))
    for first in range(0, size, BLOCK):
        out.write(_bucket_rows(classifier, first, min(first + BLOCK, size)))
    outputs = np.eye(K, dtype=np.float32) if classifier.outputs is None else classifier.outputs
    out.write(MATRIX.pack(0, K, D))
    out.write(np.ascontiguousarray(np.concatenate([outputs, np.zeros((K - len(outputs), D))]), "<f4"))


def _bucket_rows(classifier: LinearClassifier, first: int, last: int) -> np.ndarray:
    """(last - first, D) rows of buckets, zero where no text has hit one."""
    V, buckets = len(classifier.vocab), classifier.buckets
    if buckets is None:
        return np.ascontiguousarray(classifier.rows[V + first : V + last], "<f4")
    begin, end = np.searchsorted(buckets, (first, last))
    rows = np.zeros((last - first, classifier.rows.shape[1]), "<f4")
    rows[buckets[begin:end] - first] = classifier.rows[V + begin : V + end]
    return rows


def _check(path, classifier: LinearClassifier) -> None:
    if not isinstance(classifier, LinearClassifier):
        raise EmbedkitError(f"{path}: fastText has linear classifiers alone", "use the suffix .safetensors")
    if not isinstance(classifier.rows, np.ndarray):
        raise EmbedkitError(f"{path}: a quantized classifier is not written so", "write what it was made of")
    if not classifier.by_count:
        raise EmbedkitError(
            f"{path}: fastText takes the mean of all features, this classifier the presence of each",
            "train with --weighting count, or use the suffix .safetensors",
        )
    if classifier.ngrams is not None and not classifier.ngrams.is_fasttext:
        raise EmbedkitError(f"{path}: fastText has no n-grams of {classifier.ngrams.unit}", "--subword-unit char")
    text = classifier.metadata.get("config", {}).get("text", {})
    given = [name for name in ("lowercase", "drop_punctuation") if text.get(name)]
    given += [f"tokenizer {text['tokenizer']}"] if text.get("tokenizer", "whitespace") != "whitespace" else []
    if given:
        flag = given[0].replace("_", "-")
        hint = "prepare the text before, or use the suffix .safetensors"
        raise EmbedkitError(f"{path}: fastText splits at white space and does no more, not --{flag}", hint)
