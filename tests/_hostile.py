"""Files of about half a megabyte that cost as much as they can: claims, bombs, depth, the smallest of parts."""

from __future__ import annotations

import io
import json
import struct
import zipfile

import numpy as np
from _gzip import gz

HALF = 1 << 19
WORDS = [b"%04x" % i for i in range(1 << 15)]
EMPTY = b"\n" * (100 * HALF)  # what bombs are filled with


def _lines(form: bytes) -> bytes:
    return b"".join(form % word for word in WORDS)


def _container(header, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text)) + text + data


def _native(tensors: dict, **facts: str) -> bytes:
    return _container({"__metadata__": {"format": "embedkit/1", **facts}, **tensors})


def _fasttext(words: list[bytes], D: int, bucket: int, maxn: int) -> bytes:
    V = len(words)
    header = struct.pack("<2i12id3i2q", 793712314, 12, D, 5, 5, 1, 5, 1, 2, 2, bucket, 1, maxn, 100, 0, V, V, 0, V, -1)
    entries = b"".join(word + b"\0" + struct.pack("<qb", 1, 0) for word in words)
    rows = np.ones((V + bucket, D), "<f4").tobytes()
    return header + entries + struct.pack("<Bqq", 0, V + bucket, D) + rows + struct.pack("<Bqq", 0, 0, D)


def _zip(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _arpa(orders: int, unigrams: bytes = b"-1 a\n", size: int = 3) -> bytes:
    sizes = b"".join(b"ngram %d=1\n" % n for n in range(2, orders + 1))
    longer = b"".join(b"\\%d-grams:\n-1%b\n" % (n, b" a" * n) for n in range(2, orders + 1))
    return b"\\data\\\nngram 1=%d\n%b\\1-grams:\n-1 <s>\n-1 </s>\n%b%b\\end\\\n" % (size, sizes, unigrams, longer)


def _marks(n: int) -> bytes:
    return b"".join(b"a%d%b\n" % (i, ("\u0301" * n + "\u0316" * n).encode()) for i in range(8))


HIDDEN = b'{"__metadata__":{"format":"embedkit/1","x":"[0%b]"}}'
EMPTY_TENSOR = {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}
# A line of READERS, and what makes the file.
HOSTILE = {
    "a word as long as can be, with n-grams": ("fasttext", lambda: _fasttext([b"a" * 65000], 4, 1, 32)),
    "n-grams, each with a wide row": ("fasttext", lambda: _fasttext([b"a" * 20000], 2000, 1, 32)),
    "the shortest of rows, fasttext": ("fasttext", lambda: _fasttext(WORDS, 1, 1, 0)),
    "a header of empty lists": ("native", lambda: _container(b'{"a":[' + b"[]," * (3 * HALF) + b"0]}")),
    "a header of depth": ("native", lambda: _container(b'{"a":' + b"[" * HALF)),
    "numbers of thousands of digits": ("native", lambda: _container(b'{"a":[%b]}' % b",".join([b"9" * 4299] * 200))),
    "empty tensors": ("native", lambda: _native({f"{i:x}": EMPTY_TENSOR for i in range(10000)})),
    "metadata of metadata": ("native", lambda: _native({}, input="a", **{f"{i:x}": "[]" for i in range(50_000)})),
    "metadata of lists": ("native", lambda: _native({}, input="a", x=f"[{'[],' * 95_000}0]")),
    "metadata of hidden lists": ("native", lambda: _container(HIDDEN % (rb"\u002c[]" * HALF))),
    "metadata of a long text": ("native", lambda: _native({}, input="a", x="x" * 9_999_000)),
    "metadata of depth": ("native", lambda: _native({}, input="a", x="[" * HALF)),
    "a compressed native bomb": ("native", lambda: gz(_native({}) + EMPTY)),
    "a compressed checkpoint bomb": ("checkpoint", lambda: gz(EMPTY)),
    "a compressed word2vec bomb": ("word2vec", lambda: gz(b"1 13107199\na" + EMPTY)),
    "numbers that are no counts": ("native", lambda: b"a" + b" 111" * 1000 + b" !\nx\n"),
    "the shortest of rows": ("word2vec", lambda: b"%d 1\n" % len(WORDS) + _lines(b"%b \0\0\0\0")),
    "the shortest of rows, text": ("word2vec-text", lambda: b"%d 1\n" % len(WORDS) + _lines(b"%b 1\n")),
    "a row that is the file": ("glove", lambda: b"w" + b" 1" * (2 * HALF) + b"\n"),
    "a row that is the file, behind another": ("glove", lambda: b"w 1 1\nw" + b" 1" * (2 * HALF) + b"\n"),
    "a row that is the file, tabs": ("projector", lambda: b"1" + b"\t1" * HALF + b"\n"),
    "empty lines, GloVe": ("glove", lambda: b"a 1 1\n" + b"\n" * (6 * HALF)),
    "the shortest of words": ("metadata.tsv", lambda: b"a\n" * (HALF // 2)),
    "a zip bomb": ("scipy-npz", lambda: _zip({"format.npy": b"", "data.npy": _npy(np.zeros(10 * HALF))})),
    "a compressed zip bomb": ("scipy-npz", lambda: gz(_zip({"a": EMPTY}) + EMPTY)),
    "members without number": ("scipy-npz", lambda: _zip({f"{i:x}": b"" for i in range(8000)})),
    "orders without number": ("ARPA", lambda: _arpa(1000)),
    "a line of words without number": ("ARPA", lambda: _arpa(1, b"-1" + b" a" * HALF + b"\n")),
    "the shortest of n-grams": ("ARPA", lambda: _arpa(1, _lines(b"-1 %b\n"), 2 + len(WORDS))),
    "empty lines, ARPA": ("ARPA", lambda: b"\n" * HALF + _arpa(1)),
    "empty lines, phrases": ("phrases", lambda: b"a\tb\n" + b"\n" * HALF),
    "the last word twice": ("word list", lambda: _lines(b"%b\n") + WORDS[-1] + b"\n"),
    "a compressed bomb of words": ("word list", lambda: gz(b"a\n" + EMPTY)),
    "a compressed bomb of pairs": ("word pairs", lambda: gz(b"a b 1\n" + EMPTY)),
    "a line of commas": ("word pairs", lambda: b"a,b,1" + b"," * HALF + b"\n"),
    "empty sections": ("questions", lambda: b":\n" * (HALF // 2) + b"a b c d\n"),
    "keys within keys": ("configuration", lambda: b".".join([b"a"] * 10_000) + b" = 1"),
    "many keys within keys": ("configuration", lambda: b"[%b]\n" % b".".join([b"a"] * 9000) + b"a = 1\n" * 9000),
    "quoted keys within keys": ("configuration", lambda: b".".join([b'"a"', b"'b'"] * 9000) + b" = 1"),
    "lists within lists": ("configuration", lambda: b"a = " + b"[" * HALF),
    "a number without end": ("configuration", lambda: b"[text]\nmin-count = " + b"1" * (HALF // 5)),
    "a text without end": ("configuration", lambda: b"a = 1\n" * HALF),
    "a line of empty lists": ("log", lambda: b'{"event":"x","a":[' + b"[]," * (HALF // 3) + b"0]}\n"),
    "the shortest of events": ("log", lambda: b'{"event":""}\n' * (HALF // 13)),
    "a compressed bomb of events": ("log", lambda: gz(EMPTY)),
    "marks out of order": ("text", lambda: _marks(8000)),
    "a bomb of many members": ("gzip", lambda: gz(b"") * (HALF // 20)),
}
