"""SciPy's `.npz` of a sparse matrix in rows (csr), as `scipy.sparse.save_npz` and `load_npz` have it.

A zip archive of numpy arrays: format ("csr"), shape, data, indices, indptr. Ours have two more, which SciPy passes
over: words (uint8, the words with a line end each) and counts (int64). Only these names are looked for; none is a path.
"""

from __future__ import annotations

import io
import os
import zipfile
import zlib

import numpy as np

from ..errors import EmbedkitError, FormatError
from ..io import npy
from ..io.files import MAX_RATIO, grows_too_much, map_input
from ..io.output import Output
from ..io.spool import pieces
from ..matrix.csr import Csr, fault, in_order
from ..text.vocab import Vocab
from ..text.word_list import read_words
from .counts import Counts, check

NAME = "scipy-npz"
PIECE = 1 << 20
_HINT = "save it with scipy.sparse.save_npz"
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, LookupError)


def save(out: Output, counts: Counts) -> None:
    """Write all counts, not compressed; the same counts give the same bytes."""
    words = counts.vocab.all_bytes()
    if any(not word or b"\n" in word for word in words):
        raise EmbedkitError(f"{out.path}: {NAME} cannot hold words that are empty or have a line end")
    arrays = {
        "indices": counts.matrix.indices,
        "indptr": counts.matrix.indptr,
        "format": np.array(b"csr"),
        "shape": np.array(counts.matrix.shape, np.int64),
        "data": counts.matrix.data,
        "words": np.frombuffer(b"".join(word + b"\n" for word in words), np.uint8),
    }
    if counts.vocab.counts is not None:
        arrays["counts"] = np.asarray(counts.vocab.counts, np.int64)
    with zipfile.ZipFile(_Sink(out), "w") as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy")  # dated 1980, as all of them
            with archive.open(member, "w", force_zip64=array.nbytes > 1 << 30) as file:
                file.write(npy.header(array))
                for part in pieces(array.reshape(-1), PIECE):
                    file.write(part.tobytes())


class _Sink:
    """An Output as zipfile wants it: it cannot go back."""

    def __init__(self, out: Output):
        self._out = out

    def write(self, data) -> int:
        self._out.write(data)
        return len(data)

    def flush(self) -> None:
        pass


def load(path: str, words: str | None) -> Counts:
    """Counts in the file `path`, over the words of the file `words` or those in it. FormatError for anything else."""
    arrays = _arrays(path, map_input(path))
    kind = arrays["format"].tobytes().replace(b"\0", b"")
    if kind != b"csr":
        name = kind[:20].decode("ascii", "replace")
        raise FormatError(path, f"a sparse matrix of kind {name!r}, csr is needed", "save it as matrix.tocsr()")
    vocab = _vocab(path, arrays, words)
    V, shape = len(vocab), arrays["shape"].tolist()
    if shape != [V, V]:
        raise FormatError(path, f"a matrix of shape {shape}, but {V} words", "is it that vocabulary's?")
    indptr, indices, data = arrays["indptr"].astype(np.int64), arrays["indices"], arrays["data"].astype(np.float32)
    if wrong := fault(indptr, indices, data, (V, V)):
        raise FormatError(path, wrong, "was it made with scipy.sparse?")
    check(path, data, "remove it with matrix.eliminate_zeros()")
    order, twice = in_order(np.repeat(np.arange(V), np.diff(indptr)), indices)
    if twice.any():
        raise FormatError(path, "a pair of words stands there twice", "add them with matrix.sum_duplicates()")
    if order is not None:
        indices, data = indices[order], data[order]
    return Counts(vocab, Csr(indptr, indices.astype(np.int32), data, (V, V)), {"config": {}, "imported_from": NAME})


_SHAPES = {"format": ("SU", 0), "shape": ("iu", 1), "indptr": ("iu", 1), "indices": ("iu", 1), "data": ("fiu", 1)}
_OPTIONAL = {"words": ("u", 1), "counts": ("iu", 1)}


def _arrays(path, data: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays of the archive that have a name we know, of the type and number of axes that it must have."""
    # An archive that is compressed once more counts as small as it is on disk.
    packed = min(len(data), os.path.getsize(path)) if os.path.isfile(path) else len(data)
    try:
        with zipfile.ZipFile(io.BytesIO(memoryview(data))) as archive:
            members = {member.filename: member for member in archive.infolist()}
            wanted = [name for name in (*_SHAPES, *_OPTIONAL) if f"{name}.npy" in members]
            if sum(members[f"{name}.npy"].file_size for name in wanted) > MAX_RATIO * packed + (1 << 20):
                raise grows_too_much(path, "if it is no bomb, save it with scipy.sparse.save_npz(compressed=False)")
            arrays = {name: _member(path, archive, members[f"{name}.npy"]) for name in wanted}
    except _FAULTS as error:
        raise FormatError(path, f"is no zip archive, or damaged: {error}", _HINT) from error
    for name, (kinds, axes) in (_SHAPES | _OPTIONAL).items():
        if name not in arrays and name in _SHAPES:
            raise FormatError(path, f"there is no {name} in it", _HINT)
        if name in arrays and (arrays[name].dtype.kind not in kinds or arrays[name].ndim != axes):
            raise FormatError(path, f"{name} is {arrays[name].dtype} of {arrays[name].ndim} axes, as never in a matrix")
    return arrays


def _member(path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FormatError(path, f"is compressed in a way that is not read ({member.compress_type})")
    return npy.parse(path, np.frombuffer(archive.read(member), np.uint8))


def _vocab(path, arrays: dict[str, np.ndarray], words: str | None) -> Vocab:
    if words is not None:
        return Vocab.from_words(read_words(words))
    if "words" not in arrays or arrays["words"].dtype != np.uint8:
        raise EmbedkitError(f"{path}: holds no words", "name the vocabulary it was counted with: --vocab FILE")
    found = arrays["words"].tobytes().removesuffix(b"\n").split(b"\n")
    counts = arrays.get("counts")
    if len(set(found)) < len(found) or not all(found) or counts is not None and len(counts) != len(found):
        raise FormatError(path, "its words are damaged: some are empty, come twice or have no count")
    return Vocab.from_words(found, counts)
