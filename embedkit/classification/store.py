"""Linear classifiers in native files.

    labels.offsets, labels.utf8   the K labels; label_counts I64 (K,), texts of each
    vocab.*, counts               the V words, `</s>` among them
    rows                          F32 (V + U, D), of words, then of buckets; scores, where there is no `outputs`
    outputs                       F32 (K, D) rows of labels, or (K - 1, D) of inner nodes
    buckets                       I32 (U,) rising, those that have rows; or bucket_bits U8, a bit for each bucket
    scales                        F32 (V + U,) log-count ratios

Quantized, rows are I8 times `steps` F32 (D,), and scales I8 (V + U, 1) times `scales.steps` F32 (1,).
"""

from __future__ import annotations

import numpy as np

from ..catalog import CLASSIFIER
from ..errors import DAMAGED, FormatError
from ..io import container
from ..io.container import Container
from ..io.metadata import column, pack_metadata, unpack_metadata
from ..io.output import Output
from ..text.vocab import Vocab
from ..text.vocab_tensors import read_vocab, vocab_tensors
from ..vectors.ngrams import MAX_NGRAM, UNITS, Ngrams
from .linear import LinearClassifier
from .quantize import QuantizedRows, codes
from .tree import huffman_tree


def save(out: Output, classifier: LinearClassifier) -> None:
    """Write the file."""
    tensors = {**vocab_tensors(classifier.labels, "labels"), "label_counts": classifier.labels.counts}
    tensors |= vocab_tensors(classifier.vocab)
    rows, scales, buckets = classifier.rows, classifier.scales, classifier.buckets
    if isinstance(rows, QuantizedRows):
        tensors |= {"rows": rows.codes, "steps": rows.steps}
        if scales is not None:
            tensors["scales"], tensors["scales.steps"] = codes(scales[:, None])
    else:
        tensors["rows"] = np.ascontiguousarray(rows)
        tensors |= {} if scales is None else {"scales": scales}
    if classifier.outputs is not None:
        tensors["outputs"] = np.ascontiguousarray(classifier.outputs)
    if buckets is not None:
        tensors |= _packed(buckets, classifier.size)
    container.write(out, tensors, pack_metadata({"kind": CLASSIFIER, **classifier.metadata}))


def load(stored: Container) -> LinearClassifier:
    """The classifier in a native file. FormatError where tensors or options are missing, or do not fit together."""
    path, metadata = stored.path, unpack_metadata(stored.metadata)
    model = _options(path, metadata)
    labels, vocab = read_vocab(stored, "labels"), read_vocab(stored)
    counts = column(stored, "label_counts", np.int64)
    rows, scales = _rows(stored), _scales(stored)
    outputs = _matrix(stored, "outputs") if "outputs" in stored else None
    if len(labels) < 2 or len(counts) != len(labels) or (counts < 0).any():
        raise FormatError(path, f"damaged labels: {len(labels)} of them, {len(counts)} counts", DAMAGED)
    has_ngrams = model["word_ngrams"] > 1 or model["maxn"] > 0
    buckets = _buckets(stored, model["buckets"]) if has_ngrams else np.empty(0, np.int32)
    extra = len(buckets)
    if len(rows) != len(vocab) + extra or scales is not None and scales.shape != (len(rows),):
        raise FormatError(path, f"{len(vocab)} words and {extra} buckets do not fit {len(rows)} rows", DAMAGED)
    is_tree = model["loss"] == "hs"
    wanted = len(labels) - is_tree
    found = rows.shape[1] if outputs is None else len(outputs)
    if found != wanted or outputs is None and is_tree or outputs is not None and outputs.shape[1] != rows.shape[1]:
        raise FormatError(path, f"{len(labels)} labels do not fit {found} scores", DAMAGED)
    by_count = model["weighting"] == "count"
    if scales is None and model["weighting"] == "log-count-ratio":
        raise FormatError(path, "there is no tensor 'scales' in it", DAMAGED)
    labels = Vocab(labels.offsets, labels.utf8, counts)
    ngrams = Ngrams(model["minn"], model["maxn"], model["subword_unit"]) if model["maxn"] else None
    tree = huffman_tree(counts) if is_tree else None
    features = buckets, model["buckets"], model["word_ngrams"], ngrams
    return LinearClassifier(labels, vocab, rows, outputs, *features, model["loss"], by_count, scales, metadata, tree)


def _packed(buckets: np.ndarray, size: int) -> dict[str, np.ndarray]:
    """The tensor of the buckets that have rows: their numbers, or if that is less a bit for each bucket."""
    if 4 * len(buckets) <= size // 8 + 1:
        return {"buckets": buckets}
    bits = np.zeros(size, np.uint8)
    bits[buckets] = 1
    return {"bucket_bits": np.packbits(bits)}


def _buckets(stored: Container, size: int) -> np.ndarray:
    """(U,) int32, the buckets that have rows."""
    if "bucket_bits" in stored:
        bits = column(stored, "bucket_bits", np.uint8)
        if len(bits) != (size + 7) // 8:
            raise FormatError(stored.path, f"damaged buckets: {len(bits)} bytes for {size} of them", DAMAGED)
        buckets = np.flatnonzero(np.unpackbits(bits)).astype(np.int32)
    else:
        buckets = column(stored, "buckets", np.int32)
    if len(buckets) and (buckets[0] < 0 or buckets[-1] >= size or (np.diff(buckets) <= 0).any()):
        raise FormatError(stored.path, "damaged buckets: they must rise, and be fewer than --buckets", DAMAGED)
    return buckets


def _rows(stored: Container) -> np.ndarray | QuantizedRows:
    if "steps" not in stored:
        return _matrix(stored, "rows")
    found, steps = _matrix(stored, "rows", np.int8), column(stored, "steps", np.float32)
    if len(steps) != found.shape[1]:
        raise FormatError(stored.path, f"{len(steps)} steps do not fit rows of {found.shape[1]}", DAMAGED)
    return QuantizedRows(found, steps)


def _scales(stored: Container) -> np.ndarray | None:
    """(rows,) float32; of a quantized classifier from their codes."""
    if "scales" not in stored:
        return None
    if "scales.steps" not in stored:
        return column(stored, "scales", np.float32)
    steps = column(stored, "scales.steps", np.float32)
    found = _matrix(stored, "scales", np.int8)
    if steps.shape != (1,) or found.shape[1] != 1:
        raise FormatError(stored.path, "damaged scales: they are one column", DAMAGED)
    return found[:, 0] * steps[0]


WANTED = {"dim": int, "word_ngrams": int, "minn": int, "maxn": int, "buckets": int}
CHOICES = {
    "loss": ("softmax", "hs", "ns", "ova"),
    "weighting": ("count", "presence", "log-count-ratio"),
    "subword_unit": UNITS,
}


def _options(path, metadata: dict) -> dict:
    """The options that shape the classifier; what the file lacks, or has with another type, makes it a damaged one."""
    config = metadata.get("config")
    model = config.get("model") if isinstance(config, dict) else None
    text = config.get("text") if isinstance(config, dict) else None
    if metadata.get("kind") != CLASSIFIER or not isinstance(model, dict) or not isinstance(text, dict):
        raise FormatError(path, "holds no classifier of a known kind", "embedkit info FILE says more")
    for name, kind in WANTED.items():
        value = model.get(name)
        if type(value) is not kind or not 0 <= value < 1 << 31:
            raise FormatError(path, f"damaged metadata: {name} is {value!r}", DAMAGED)
    for name, values in CHOICES.items():
        if model.get(name) not in values:
            raise FormatError(path, f"damaged metadata: {name} is {model.get(name)!r}", DAMAGED)
    characters_fit = not model["maxn"] or 0 < model["minn"] <= model["maxn"] <= MAX_NGRAM
    if not 1 <= model["word_ngrams"] <= MAX_NGRAM or not characters_fit:
        raise FormatError(path, "damaged metadata: lengths of n-grams are impossible", DAMAGED)
    if not model["buckets"] and (model["word_ngrams"] > 1 or model["maxn"]):
        raise FormatError(path, "damaged metadata: n-grams have no buckets", DAMAGED)
    return model


def _matrix(stored: Container, name: str, dtype=np.float32) -> np.ndarray:
    if name not in stored:
        raise FormatError(stored.path, f"there is no tensor {name!r} in it", DAMAGED)
    tensor = stored[name]
    if tensor.dtype != dtype or tensor.ndim != 2:
        found = f"{tensor.dtype} {tensor.shape}"
        raise FormatError(stored.path, f"tensor {name!r} is {found}, not {np.dtype(dtype)} rows", DAMAGED)
    return tensor
