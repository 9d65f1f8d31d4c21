"""The native file: `container.py` with the tensors of vectors in it. Loading maps it; rows are read when they are used.

    dense   vectors F32 (V, D), contexts F32 (V, D) where there are any, norms F32 (V,), vocab.*, counts
    sparse  data F32 (nnz,), indices I32, indptr I64 (V + 1,), norms, vocab.*, counts, contexts.* for other columns

Dense vectors are whatever tensor the metadata calls `input`, so a language model's embeddings open as well.
"""

from __future__ import annotations

import numpy as np

from ... import container
from ...container import PROFILE, Container
from ...errors import EmbedkitError, FormatError
from ...files import Output
from ...text.stored import pack_metadata, read_vocab, unpack_metadata, vocab_tensors
from ..sparse import SparseVectors
from ..vectors import Vectors
from ._rows import check_finite

LOSES = ""
_DAMAGED = "embedkit verify FILE tells which parts of a file are damaged"
_OTHER = {
    "counts": ("co-occurrence counts", "make vectors of them with: embedkit train svd {path} -o OUT"),
    "ids": ("an encoded corpus", "train on the text itself: embedkit train svd TEXT -o OUT"),
}


def sniff(head: bytes, size: int) -> bool:
    return container.looks_like(head, size)


def read(path, data: np.ndarray, *, dedupe: str = "error") -> Vectors | SparseVectors:
    """Maps the file: neither words nor rows are read. `dedupe` is for foreign files, native ones are made without."""
    stored = container.read(path, data)
    _check_profile(stored)
    metadata = unpack_metadata(stored.metadata)
    if metadata.get("kind") == "sparse-vectors":
        return _read_sparse(stored, metadata)
    source, target = metadata.pop("input", None), metadata.pop("output", None)
    if not isinstance(source, str):
        kind = str(metadata.get("kind"))
        what, hint = _OTHER.get(kind, (f"a {kind.replace('-', ' ')}", "embedkit info FILE says more"))
        raise FormatError(path, f"holds {what}, not vectors", hint.format(path=path))
    vocab = read_vocab(stored)
    matrix = _matrix(stored, source, len(vocab))
    contexts = _matrix(stored, target, len(vocab)) if isinstance(target, str) and target in stored else None
    return Vectors(vocab, matrix, _norms(stored, len(vocab)), metadata, contexts)


def _check_profile(stored: Container) -> None:
    profile = stored.metadata.get("format", "")
    if profile == PROFILE:
        return
    if profile.startswith("embedkit/"):
        raise FormatError(stored.path, f"was written by another version of embedkit ({profile})", "update embedkit")
    names = ", ".join(stored.names[:3]) + (", …" if len(stored.names) > 3 else "")
    raise FormatError(
        stored.path,
        f"a safetensors file of another program (tensors {names or 'none'}): it holds no words",
        "export the vectors as word2vec text or binary",
    )


def _matrix(stored: Container, name, V: int) -> np.ndarray:
    if name not in stored:
        raise FormatError(stored.path, f"there is no tensor {name!r} in it", _DAMAGED)
    matrix = stored[name]
    if matrix.dtype != np.float32 or matrix.ndim != 2 or len(matrix) != V or not matrix.size:
        found = f"{matrix.dtype} {matrix.shape}"
        raise FormatError(stored.path, f"tensor {name!r} is {found}, not a float32 row for each of {V} words", _DAMAGED)
    return matrix


def _norms(stored: Container, V: int) -> np.ndarray | None:
    if "norms" not in stored:
        return None
    norms = stored["norms"]
    # One length per row: a NaN or an infinite number in a row shows here without reading the matrix.
    if norms.dtype != np.float32 or norms.shape != (V,) or not (np.isfinite(norms) & (norms >= 0)).all():
        raise FormatError(stored.path, f"tensor 'norms' does not hold {V} lengths", _DAMAGED)
    return norms


def _read_sparse(stored: Container, metadata: dict) -> SparseVectors:
    vocab = read_vocab(stored)
    contexts = read_vocab(stored, "contexts") if "contexts.offsets" in stored else None
    parts = []
    for name, dtype in (("indptr", np.int64), ("indices", np.int32), ("data", np.float32)):
        if name not in stored or stored[name].dtype != dtype or stored[name].ndim != 1:
            raise FormatError(stored.path, f"there is no tensor {name!r} of {np.dtype(dtype)} in it", _DAMAGED)
        parts.append(stored[name])
    indptr, indices, data = parts
    ends = len(indptr) == len(vocab) + 1 and indptr[0] == 0 and indptr[-1] == len(indices) == len(data)
    if not len(vocab) or not ends or np.any(indptr[1:] < indptr[:-1]):
        raise FormatError(stored.path, "the sparse rows do not fit together", _DAMAGED)
    return SparseVectors(vocab, indptr, indices, data, contexts, _norms(stored, len(vocab)), metadata)


def write(out: Output, vectors: Vectors | SparseVectors, *, on_bad_token: str = "error") -> None:
    """Any word fits, so `on_bad_token` has nothing to do."""
    if not len(vectors):
        raise EmbedkitError(f"{out.path}: there are no vectors to write")
    words = vocab_tensors(vectors.vocab)
    metadata = {key: value for key, value in vectors.metadata.items() if key not in ("kind", "input", "output")}
    if isinstance(vectors, SparseVectors):
        check_finite(out.path, vectors.norms[:, None], vectors.vocab.bytes)
        tensors = {"data": vectors.data, "indices": vectors.indices, "indptr": vectors.indptr, "norms": vectors.norms}
        if vectors.contexts is not None:
            words |= vocab_tensors(vectors.contexts, "contexts")
        facts = {"kind": "sparse-vectors"}
    else:
        check_finite(out.path, vectors.norms[:, None], vectors.vocab.bytes)
        tensors, facts = {"vectors": vectors.matrix}, {"kind": "vectors", "input": "vectors"}
        if vectors.contexts is not None:
            tensors["contexts"], facts["output"] = vectors.contexts, "contexts"
        tensors["norms"] = vectors.norms
    container.write(out, tensors | words, pack_metadata(facts | metadata))
