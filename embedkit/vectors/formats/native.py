"""The native file: `container.py` with the tensors of vectors in it. Loading maps it; rows are read when they are used.

    dense   vectors F32 (V, D), contexts F32 (V, D) where there are any, norms F32 (V,), vocab.*, counts
            biases F32 (V, 2) of GloVe: of each word as a word and as a context
            subwords F32 (U, D): rows of n-grams, which the metadata `ngrams` describe; subwords.ids I32 (U,): the
            buckets that they are of, where not all have been trained
            documents F32 (N, D) and more where there are any, see `vectors.documents`
    int8    codes I8 (V, D), scales F32 (V,), norms F32 (V,), vocab.*, counts; row i is codes[i] * scales[i]
    sparse  data F32 (nnz,), indices I32, indptr I64 (V + 1,), norms, vocab.*, counts, contexts.* for other columns

Dense vectors are whatever tensor the metadata calls `input`, so a language model's embeddings open as well.
"""

from __future__ import annotations

import numpy as np

from ...errors import DAMAGED, EmbedkitError, FormatError
from ...io import container
from ...io.container import PROFILE, Container
from ...io.metadata import FINISH, is_own, pack_metadata, unpack_metadata, what_is
from ...io.output import Output
from ...matrix import csr
from ...text.vocab_tensors import read_vocab, tokenizer_tensors, vocab_tensors
from ..documents import UNREAD, DocumentVectors
from ..ngrams import MAX_NGRAM, POOLINGS, UNITS, Ngrams
from ..quantized import QuantizedVectors
from ..sparse import SparseVectors
from ..subwords import BucketRows, SubwordVectors
from ..vectors import Vectors
from ._rows import check_finite

LOSES = frozenset()
_FACTS = ("kind", "input", "output", "ngrams", "buckets")  # written anew
_HINTS = {
    "counts": "make vectors of them with: embedkit train svd {path} -o OUT",
    "checkpoint": FINISH,
    "seq2seq": "ask it with: embedkit translate {path} TEXT",
    "ids": "train on the text itself: embedkit train svd TEXT -o OUT",
}


def sniff(head: bytes) -> bool:
    return container.looks_like(head)


def read(path, data: np.ndarray, *, dedupe: str = "error", counts: bool = False) -> Vectors | SparseVectors:
    """Maps the file: neither words nor rows are read. `dedupe` is for foreign files, native ones are made without.
    With `counts`, those of a file of counts are sparse vectors: they lie in it as such."""
    stored = container.read(path, data)
    _check_profile(stored)
    metadata = unpack_metadata(stored.metadata)
    if metadata.get("kind") == "sparse-vectors" or counts and metadata.get("kind") == "counts":
        return _read_sparse(stored, metadata)
    if metadata.get("kind") == "quantized-vectors":
        return _read_quantized(stored, metadata)
    source, target = metadata.pop("input", None), metadata.pop("output", None)
    if not isinstance(source, str):
        hint = _HINTS.get(stored.metadata.get("kind"), "embedkit info FILE says more")
        raise FormatError(path, f"holds {what_is(stored)}, not vectors", hint.format(path=path))
    vocab = read_vocab(stored)
    matrix = _matrix(stored, source, len(vocab))
    contexts = _matrix(stored, target, len(vocab)) if isinstance(target, str) and target in stored else None
    norms = _norms(stored, len(vocab))
    if "subwords" not in stored:
        vectors = Vectors(vocab, matrix, norms, metadata, contexts, _biases(stored, len(vocab)))
        vectors.unread = UNREAD if "documents" in stored else ""
        return vectors
    ngrams = _ngrams(stored, metadata.pop("ngrams", None))
    buckets = _buckets(stored, matrix.shape[1], metadata.pop("buckets", None))
    return SubwordVectors(vocab, matrix, buckets, ngrams, norms, metadata, contexts)


def _ngrams(stored: Container, facts) -> Ngrams:
    """The n-grams that the metadata tell of: a table, in older files [minn, maxn]."""
    facts = dict(zip(("minn", "maxn"), facts)) if isinstance(facts, list) and len(facts) == 2 else facts
    if isinstance(facts, dict) and {"minn", "maxn"} <= facts.keys() <= set(Ngrams._fields):
        ngrams = Ngrams(**facts)
        are_numbers = type(ngrams.minn) is type(ngrams.maxn) is int and 0 < ngrams.maxn <= MAX_NGRAM
        if are_numbers and ngrams.unit in UNITS and ngrams.pooling in POOLINGS:
            return ngrams
    raise FormatError(stored.path, "the metadata do not say which n-grams its words are made of", DAMAGED)


def _biases(stored: Container, V: int) -> np.ndarray | None:
    if "biases" not in stored:
        return None
    biases = _matrix(stored, "biases", V)
    if biases.shape[1] != 2:
        raise FormatError(stored.path, f"tensor 'biases' has {biases.shape[1]} numbers for each word, not 2", DAMAGED)
    return biases


def _buckets(stored: Container, D: int, size) -> np.ndarray | BucketRows:
    """(bucket, D) float32, the rows of n-grams: all of them, or of `size` those that the file has."""
    buckets = stored["subwords"]
    if buckets.dtype != np.float32 or buckets.ndim != 2 or buckets.shape[1] != D or not len(buckets):
        message = f"tensor 'subwords' is {buckets.dtype} {buckets.shape}, not float32 rows of {D}"
        raise FormatError(stored.path, message, DAMAGED)
    if "subwords.ids" not in stored:
        return buckets
    ids = stored["subwords.ids"]
    are_rising = ids.dtype == np.int32 and ids.shape == (len(buckets),) and (np.diff(ids) > 0).all()
    if not are_rising or type(size) is not int or not 0 <= ids[0] <= ids[-1] < size:
        raise FormatError(stored.path, "tensor 'subwords.ids' does not say whose its rows of n-grams are", DAMAGED)
    return BucketRows(ids, buckets, size)


def _check_profile(stored: Container) -> None:
    if stored.metadata.get("format") == PROFILE:
        return
    if is_own(stored):
        raise FormatError(stored.path, f"holds {what_is(stored)}", "update embedkit")
    names = ", ".join(stored.names[:3]) + (", …" if len(stored.names) > 3 else "")
    raise FormatError(
        stored.path,
        f"a safetensors file of another program (tensors {names or 'none'}): it holds no words",
        f"name a file of words, one a row: embedkit convert --from safetensors --vocab FILE {stored.path} OUT",
    )


def _matrix(stored: Container, name, V: int, dtype=np.float32) -> np.ndarray:
    if name not in stored:
        raise FormatError(stored.path, f"there is no tensor {name!r} in it", DAMAGED)
    matrix, dtype = stored[name], np.dtype(dtype)
    if matrix.dtype != dtype or matrix.ndim != 2 or len(matrix) != V or not matrix.size:
        found = f"{matrix.dtype} {matrix.shape}"
        raise FormatError(
            stored.path, f"tensor {name!r} is {found}, not a row of {dtype} for each of {V} words", DAMAGED
        )
    return matrix


def _norms(stored: Container, V: int, name: str = "norms") -> np.ndarray | None:
    if name not in stored:
        return None
    norms = stored[name]
    # One length per row: a NaN or an infinite number in a row shows here without reading the matrix.
    if norms.dtype != np.float32 or norms.shape != (V,) or not (np.isfinite(norms) & (norms >= 0)).all():
        raise FormatError(stored.path, f"tensor {name!r} does not hold {V} lengths", DAMAGED)
    return norms


def _read_quantized(stored: Container, metadata: dict) -> QuantizedVectors:
    vocab = read_vocab(stored)
    metadata.pop("input", None)
    codes = _matrix(stored, "codes", len(vocab), np.int8)
    scales = _norms(stored, len(vocab), "scales")
    if scales is None:
        raise FormatError(stored.path, "there is no tensor 'scales' in it", DAMAGED)
    return QuantizedVectors(vocab, codes, scales, _norms(stored, len(vocab)), metadata)


def _read_sparse(stored: Container, metadata: dict) -> SparseVectors:
    vocab = read_vocab(stored)
    contexts = read_vocab(stored, "contexts") if "contexts.offsets" in stored else None
    if not len(vocab):
        raise FormatError(stored.path, "there are no sparse rows in it", DAMAGED)
    # All indices are not looked at here: that would read the whole file.
    matrix = csr.read(stored, (len(vocab), len(vocab if contexts is None else contexts)), looks_at_columns=False)
    return SparseVectors(vocab, matrix, contexts, _norms(stored, len(vocab)), metadata)


def write(out: Output, vectors: Vectors | SparseVectors, *, on_bad_token: str = "error") -> None:
    """Any word fits, so `on_bad_token` has nothing to do."""
    if not len(vectors):
        raise EmbedkitError(f"{out.path}: there are no vectors to write")
    words = vocab_tensors(vectors.vocab)
    metadata = {key: value for key, value in vectors.metadata.items() if key not in _FACTS}
    if isinstance(vectors, SparseVectors):
        check_finite(out.path, vectors.norms[:, None], vectors.vocab.bytes)
        tensors = {**vectors.weights.tensors(), "norms": vectors.norms}
        if vectors.contexts is not None:
            words |= vocab_tensors(vectors.contexts, "contexts")
        facts = {"kind": "sparse-vectors"}
    elif isinstance(vectors, QuantizedVectors):
        check_finite(out.path, vectors.norms[:, None], vectors.vocab.bytes)
        tensors = {"codes": vectors.codes, "scales": vectors.scales, "norms": vectors.norms}
        facts = {"kind": "quantized-vectors", "input": "codes"}
    else:
        check_finite(out.path, vectors.norms[:, None], vectors.vocab.bytes)
        tensors, facts = {"vectors": vectors.matrix}, {"kind": "vectors", "input": "vectors"}
        if vectors.contexts is not None:
            tensors["contexts"], facts["output"] = vectors.contexts, "contexts"
        if vectors.biases is not None:
            tensors["biases"] = vectors.biases
        tensors["norms"] = vectors.norms
        if isinstance(vectors, DocumentVectors):
            check_finite(out.path, vectors.documents.norms[:, None], vectors.documents.vocab.bytes)
            words |= vectors.extra
        if isinstance(vectors, SubwordVectors):
            tensors["subwords"], facts["ngrams"] = vectors.buckets, vectors.ngrams._asdict()
            if isinstance(vectors.buckets, BucketRows):
                tensors["subwords"], tensors["subwords.ids"] = vectors.buckets.rows, vectors.buckets.ids
                facts["buckets"] = len(vectors.buckets)
    container.write(out, tensors | words | tokenizer_tensors(metadata), pack_metadata(facts | metadata))
