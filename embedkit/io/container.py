"""The native container: the safetensors layout, profile `embedkit/1`.

    8 bytes     N, little-endian
    N bytes     JSON: {"__metadata__": {str: str}, NAME: {"dtype", "shape", "data_offsets": [begin, end]}, …}
    the rest    the tensors, C order, little-endian, without holes

What the profile adds: every tensor starts at a multiple of 64 in the file (tensors named `_padK` fill the gaps), the
metadata holds `format` and one SHA-256 per tensor (`sha256.NAME`; `sha256.__metadata__` covers the header), and the
same tensors always give the same bytes.
"""

from __future__ import annotations

import json
import math
import os
import re
import struct
import sys
from collections.abc import Iterable, Mapping

import numpy as np

from ..errors import AGAIN, EmbedkitError, FormatError
from .files import NATIVE_SUFFIXES, map_input, reading_error
from .output import Output
from .spool import pieces

PROFILE = "embedkit/1"
ALIGN = 64
MAX_HEADER = 10_000_000  # bytes
MAX_PARTS = 200_000  # of a header, by its commas; JSON makes 50 to 200 bytes of each
BF16 = np.dtype([("bfloat16", "<u2")])  # numpy has no such type: the upper halves of float32, for `widened`
DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": BF16,
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "|u1",
    "BOOL": "|b1",
}
_CODES = {np.dtype(dtype): code for code, dtype in DTYPES.items()}
_PAD = re.compile(r"_pad\d+")
_SELF = "sha256.__metadata__"


def looks_like(head: bytes) -> bool:
    """True if a file that starts with `head` (9 bytes suffice) claims to be such a container."""
    # Where the length is that of a header, though of none that is read, `read` says so.
    return len(head) > 8 and head[8:9] == b"{" and 2 <= struct.unpack_from("<Q", head)[0] <= 100_000_000


def is_native(path: str) -> bool:
    """True if `path` is a file in this container; of stdin, only the first bytes are looked at."""
    if path == "-":
        return sys.stdin is not None and looks_like(sys.stdin.buffer.peek(64)[:64])
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            return looks_like(file.read(64))
    except OSError as error:
        raise reading_error(path, error) from error


def is_native_name(path: str) -> bool:
    """True if `path` is stdout, or by its suffix a file in this container."""
    return path == "-" or os.path.splitext(path)[1].lower() in NATIVE_SUFFIXES


def write(out: Output, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> None:
    """Writes `tensors` in their order, the first at offset 0 of the data, and `metadata` with checksums added."""
    arrays, entries, checks, end, pads = [], {}, {}, 0, 0
    for name, tensor in tensors.items():
        array = np.asarray(tensor)
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        if gap := -end % ALIGN:
            entries[f"_pad{pads}"] = {"dtype": "U8", "shape": [gap], "data_offsets": [end, end + gap]}
            arrays.append(bytes(gap))
            end, pads = end + gap, pads + 1
        span = [end, end + array.nbytes]
        entries[name] = {"dtype": _CODES[array.dtype], "shape": list(array.shape), "data_offsets": span}
        checks[f"sha256.{name}"] = _sha256(array)
        arrays.append(array)
        end = span[1]
    # Metadata read from another file may still have that file's checksums.
    facts = {key: value for key, value in metadata.items() if key != "format" and not key.startswith("sha256.")}
    header = {"__metadata__": {"format": PROFILE, **facts, **checks}, **entries}
    header["__metadata__"][_SELF] = _sha256(_dump(header))
    text = _dump(header)
    text += b" " * (-(8 + len(text)) % ALIGN)
    if len(text) > MAX_HEADER or text.count(b",") > MAX_PARTS:
        raise EmbedkitError(f"{out.path}: the metadata are too long ({len(text)} bytes) to be read again")
    out.reserve(8 + len(text) + end)
    out.write(struct.pack("<Q", len(text)) + text)
    for array in arrays:
        for piece in _bytes(array):
            out.write(piece)


def _dump(header: dict) -> bytes:
    return json.dumps(header, separators=(",", ":")).encode()


def _sha256(data: np.ndarray | bytes) -> str:
    import hashlib  # loads OpenSSL, 10 ms that reading does not need

    sha = hashlib.sha256()
    for piece in _bytes(data):
        sha.update(piece)
    return sha.hexdigest()


def _bytes(data: np.ndarray | bytes) -> Iterable:
    """The bytes of a tensor in C order, piece by piece: one mapped from a temporary file need not be in memory whole,
    nor does the part of a larger one need a copy."""
    if isinstance(data, bytes):
        return [data]
    if data.flags.c_contiguous:
        return pieces(data.reshape(-1).view(np.uint8), 1 << 24)
    step = max(1, (1 << 24) * len(data) // max(1, data.nbytes))
    parts = (np.ascontiguousarray(data[at : at + step]) for at in range(0, len(data), step))
    return (part.reshape(-1).view(np.uint8) for part in parts)


class Container:
    """Named arrays of one file, mapped, not read: `c[name]` costs nothing until its elements are used."""

    def __init__(self, path, data: np.ndarray, metadata: dict[str, str], entries: dict[str, tuple]):
        self.path, self.metadata = path, metadata
        self._data, self._entries = data, entries
        self.names = [name for name in entries if not _PAD.fullmatch(name)]

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __getitem__(self, name: str) -> np.ndarray:
        """Read-only; a view of the file, or a copy where a foreign file has the tensor at an unaligned place."""
        dtype, shape, begin, end = self._entries[name]
        array = self._data[begin:end].view(dtype).reshape(shape)
        if not array.flags.aligned:
            array = array.copy()
            array.flags.writeable = False
        return array


def type_name(dtype: np.dtype) -> str:
    """Name of a dtype, as numpy spells it."""
    return "bfloat16" if dtype == BF16 else str(dtype)


def widened(tensor: np.ndarray) -> np.ndarray:
    """A tensor of BF16 as float32, in memory; others as they are."""
    if tensor.dtype != BF16:
        return tensor
    bits = tensor["bfloat16"].astype(np.uint32)
    bits <<= 16
    return bits.view(np.float32)


def read(path, data: np.ndarray | None = None) -> Container:
    """The container in file `path` (or in its bytes, `data`).

    FormatError, before anything is allocated: cut short or too long, header too large or no JSON, unknown dtype,
    spans that overlap, leave holes or do not fit their shapes.
    """
    data = map_input(path) if data is None else data
    size = len(data)
    if size < 8:
        raise FormatError(path, f"{size} bytes are too few for a safetensors file")
    (length,) = struct.unpack_from("<Q", data)
    if length > MAX_HEADER:
        raise FormatError(path, f"a header of {length} bytes is claimed, at most {MAX_HEADER} are allowed", offset=0)
    if 8 + length > size:
        raise FormatError(path, f"cut short: the header needs {8 + length} bytes, the file has {size}", AGAIN)
    text = data[8 : 8 + length].tobytes()
    _check_parts(path, text.count(b","))
    header = _parse(path, text)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise FormatError(path, "damaged header: __metadata__ must map names to strings", offset=8)
    _check_parts(path, sum(value.count(",") for value in metadata.values()))  # most are JSON, too
    entries = {name: _entry(path, name, entry) for name, entry in header.items()}
    end = 0
    for name, (_, _, first, last) in sorted(entries.items(), key=lambda item: item[1][2:]):
        if first != end:
            raise FormatError(path, f"damaged header: tensor {name!r} starts at {first}, the one before ends at {end}")
        end = last
    if 8 + length + end != size:
        wrong = "cut short" if 8 + length + end > size else "too long"
        raise FormatError(path, f"{wrong}: {8 + length + end} bytes are needed, the file has {size}", AGAIN)
    return Container(path, data[8 + length :], metadata, entries)


def _check_parts(path, n: int) -> None:
    if n > MAX_PARTS:
        raise FormatError(path, f"the header has {n} commas, at most {MAX_PARTS} are allowed", offset=8)


def _parse(path, text: bytes) -> dict:
    def unique(pairs):
        names = dict(pairs)
        if len(names) < len(pairs):
            raise ValueError("a name occurs twice")
        return names

    def refuse(name):
        raise ValueError(f"{name} is no JSON")

    try:
        header = json.loads(text.decode(), object_pairs_hook=unique, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise FormatError(path, f"damaged header: {error}", offset=8) from error
    if not isinstance(header, dict):
        raise FormatError(path, "damaged header: no JSON object", offset=8)
    return header


def _entry(path, name: str, entry) -> tuple[np.dtype, tuple[int, ...], int, int]:
    """dtype, shape, begin, end of one tensor, checked against each other with Python's unbounded integers."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise FormatError(path, f"damaged header: tensor {name!r} needs dtype, shape and data_offsets, nothing else")
    code, shape, span = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(code, str) or code not in DTYPES:
        raise FormatError(path, f"tensor {name!r} has the type {code!r}, which is not supported")
    dtype = np.dtype(DTYPES[code])
    if not (_naturals(shape) and _naturals(span) and len(span) == 2 and len(shape) <= 32 and span[0] <= span[1]):
        raise FormatError(path, f"damaged header: tensor {name!r} has no proper shape or span")
    # numpy refuses axes whose product overflows even where another axis is empty.
    if math.prod(filter(None, shape)) * dtype.itemsize >= 2**62:
        raise FormatError(path, f"damaged header: tensor {name!r} has an impossible shape")
    if math.prod(shape) * dtype.itemsize != span[1] - span[0]:
        raise FormatError(path, f"damaged header: tensor {name!r}: its shape and type do not fill its span")
    return dtype, tuple(shape), span[0], span[1]


def _naturals(values) -> bool:
    return isinstance(values, list) and all(type(value) is int and value >= 0 for value in values)


def verify(path, data: np.ndarray | None = None) -> dict[str, bool | None]:
    """For each tensor whether its bytes match their checksum, None where the file has none for it.

    `__metadata__` stands for the header; padding is listed only where it is not zero.
    """
    container = read(path, data)
    result: dict[str, bool | None] = {}
    for name in container._entries:
        if _PAD.fullmatch(name):
            if np.any(container[name]):
                result[name] = False
            continue
        check = container.metadata.get(f"sha256.{name}")
        result[name] = None if check is None else check == _sha256(container[name])
    result["__metadata__"] = _verify_header(container)
    return result


def _verify_header(container: Container) -> bool | None:
    metadata = dict(container.metadata)
    check = metadata.pop(_SELF, None)
    if check is None:
        return False if metadata.get("format") == PROFILE else None
    header = {"__metadata__": metadata}
    for name, (dtype, shape, begin, end) in container._entries.items():
        header[name] = {"dtype": _CODES[dtype], "shape": list(shape), "data_offsets": [begin, end]}
    return check == _sha256(_dump(header))
