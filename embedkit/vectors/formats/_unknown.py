"""Diagnosis of a file that is no vector file, with the next step."""

from __future__ import annotations

import re
import shlex
import struct

_PICKLE = re.compile(rb"\x80[\x02-\x05]")
_UNZIP = "unpack it first; counts of SciPy: embedkit train svd --from scipy-npz --vocab WORDS FILE -o OUT"
_MAGIC = (
    (b"PK\x03\x04", "a zip archive (.npz and PyTorch files are zip archives, too)", _UNZIP),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", "export the vectors as word2vec text or binary"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it first: zstd -d FILE"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it first"),
    (b"PAR1", "a Parquet file", "export the vectors as word2vec text or binary"),
    (b"ARROW1", "an Arrow file", "export the vectors as word2vec text or binary"),
    (
        b"\\data\\",
        "a language model of n-grams (ARPA)",
        "it holds no vectors: ask it with embedkit perplexity or score",
    ),
    (b"GGUF", "a GGUF model", "export the vectors as word2vec text or binary"),
)
_COUNTS = re.compile(rb"(?:[^ \t\n]+[ \t][0-9]+\r?(?:\n|\Z))+")
_TEXT = re.compile(rb"[^\0-\x08\x0e-\x1f]*")


def describe(path: str, head: bytes, size: int) -> tuple[str, str]:
    """Message and hint for a file of `size` bytes that starts with `head`."""
    if not size:
        return "is empty", "was the program that wrote it interrupted?"
    if _PICKLE.match(head):
        return _pickle(path, head)
    for magic, what, hint in _MAGIC:
        if head.startswith(magic):
            return f"is {what}", hint
    if _is_cooccurrence(head, size):
        return (
            "looks like GloVe's co-occurrence counts, not vectors",
            "count the text with: embedkit count TEXT -o COUNTS",
        )
    if _COUNTS.fullmatch(head[:4096].rpartition(b"\n")[0]):
        return "looks like a vocabulary (words and counts), not vectors", "embedkit train makes vectors of text"
    if _TEXT.fullmatch(head):
        line = head.partition(b"\n")[0][:40].decode(errors="replace").strip()
        hint = (
            "a vector file has a word and its numbers on every line; to train on text: embedkit train svd FILE -o OUT"
        )
        return f"is text, but no vector file: it starts with {line!r}", hint
    if size % 16 == 0 and _is_float64(head):
        return (
            "looks like GloVe's vectors.bin, which holds no words",
            "use --from glove-bin and --vocab with its vocabulary file",
        )
    return "is of an unknown format", "name the format with --from, or export the vectors as word2vec text"


def _pickle(path: str, head: bytes) -> tuple[str, str]:
    """Pickles run code when they are opened, so only gensim itself may."""
    loader, vectors = "KeyedVectors", ""
    for name in ("Word2Vec", "FastText", "Doc2Vec"):
        if re.search(rb"gensim\.models\.%b.{0,8}%b" % (name.lower().encode(), name.encode()), head[:200], re.DOTALL):
            loader, vectors = name, ".wv"
    code = f"from gensim.models import {loader}; {loader}.load({path!r}){vectors}"
    code += f".save_word2vec_format({path + '.bin'!r}, binary=True)"
    quoted = f'"{code}"' if re.fullmatch(r"[\w ./,+@%:=-]+", path) else shlex.quote(code)
    what = "a gensim file, that is, a Python pickle" if b"gensim" in head else "a Python pickle"
    return f"is {what}: opening one can run any code, so it is never done", f"export it with: python -c {quoted}"


def _is_cooccurrence(head: bytes, size: int) -> bool:
    """Records of two int32 ids from 1 and a positive float64, as cooccur and shuffle write them."""
    if size % 16 or size < 16:
        return False
    records = list(struct.iter_unpack("<iid", head[: min(len(head) // 16 * 16, 16 * 100)]))
    return all(0 < a < 1 << 28 and 0 < b < 1 << 28 and 1e-6 < value < 1e12 for a, b, value in records)


def _is_float64(head: bytes) -> bool:
    """Numbers of the size that training leaves."""
    values = [abs(value) for (value,) in struct.iter_unpack("<d", head[: min(len(head) // 8 * 8, 8 * 100)])]
    return all(value < 1e3 and (value > 1e-12 or value == 0) for value in values)
