"""Numpy's `.npy`, without pickle: arrays of numbers, or of short texts.

\\x93NUMPY, u8 major, u8 minor, u16 (version 1) or u32 length of what follows up to the data
{'descr': '<f4', 'fortran_order': False, 'shape': (V, D), } and spaces
— numpy/lib/format.py
"""

from __future__ import annotations

import math
import re

import numpy as np

from ..errors import AGAIN, FormatError

MAGIC = b"\x93NUMPY"
MAX_HEADER = 1 << 16  # bytes
_FIELD = re.compile(rb"\s*'(descr|fortran_order|shape)'\s*:\s*('[^'\\]*'|True|False|\([0-9, ]*\))\s*(?:,|(?=\}))")
_DTYPE = re.compile(rb"'([<>|=]?[fiuSU][0-9]{1,2})'")


def parse(path, data: np.ndarray) -> np.ndarray:
    """The array in `data` (uint8, the bytes of file or member `path`), a view of it. FormatError where it is none."""
    text, begin = _header(path, data)
    fields, at = {}, 1
    while match := _FIELD.match(text, at):
        fields[match[1]], at = match[2], match.end()
    if text[:1] != b"{" or len(fields) != 3 or not re.fullmatch(rb"\s*\}\s*", text[at:]):
        raise FormatError(path, "damaged header of a numpy array", offset=8)
    if b"O" in fields[b"descr"]:
        raise FormatError(path, "holds Python objects, which only pickle opens: that is never done", offset=8)
    kind, shape = _DTYPE.fullmatch(fields[b"descr"]), re.fullmatch(rb"\(([0-9]+(?:, *[0-9]+)*)?,?\)", fields[b"shape"])
    if kind is None or shape is None or fields[b"fortran_order"] not in (b"True", b"False"):
        raise FormatError(path, "a numpy array of a type that is not read", "save it as float32", offset=8)
    try:
        dtype = np.dtype(kind[1].decode())
    except TypeError as error:
        raise FormatError(path, f"a numpy array of the unknown type {kind[1].decode()}", offset=8) from error
    sizes = [int(size) for size in (shape[1] or b"").split(b",") if size]
    if len(sizes) > 8 or math.prod(sizes) * dtype.itemsize != len(data) - begin or not dtype.itemsize:
        sides = " x ".join(map(str, sizes[:8]))
        message = f"{sides or 1} numbers of {dtype} are promised, {len(data) - begin} bytes follow"
        raise FormatError(path, message, AGAIN, offset=begin)
    order = "F" if fields[b"fortran_order"] == b"True" else "C"
    return data[begin:].view(dtype).reshape(sizes, order=order)


def _header(path, data: np.ndarray) -> tuple[bytes, int]:
    """The text of the header, and where the data begin."""
    head = data[:12].tobytes()
    if head[:6] != MAGIC or len(head) < 12 or head[6] not in (1, 2, 3):
        raise FormatError(path, "is not a numpy array, or cut short, or of an unknown version", offset=0)
    width = 2 if head[6] == 1 else 4
    length, at = int.from_bytes(head[8 : 8 + width], "little"), 8 + width
    if length > min(MAX_HEADER, len(data) - at):
        message = f"a numpy header of {length} bytes is promised, {len(data) - at} follow"
        raise FormatError(path, message, AGAIN, offset=8)
    return data[at : at + length].tobytes(), at + length


def header(array: np.ndarray | tuple[str, tuple[int, ...]]) -> bytes:
    """The header of a C-ordered array, or of one with this dtype and shape."""
    from io import BytesIO

    descr, shape = (array.dtype.str, array.shape) if isinstance(array, np.ndarray) else array
    file = BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": descr, "fortran_order": False, "shape": shape})
    return file.getvalue()
