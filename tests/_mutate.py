"""Damage: a few steps that change bytes anywhere, or what headers say; and checksums made right again."""

from __future__ import annotations

import io
import json
import random
import re
import struct
import zipfile
import zlib
from hashlib import sha256

STEPS = ("flip", "cut", "insert", "swap", "number", "lie")
NUMBERS = (b"99999999999", b"18446744073709551615", b"-1", b"0", b"1", b"nan", b"1e999", b"4294967296")
LIES = (b"\xff" * 8, b"\xff" * 7 + b"\x7f", b"\xff" * 4, b"\xff\xff\xff\x7f", bytes(8), bytes(4), b"\0\0\0\x80")


def mutate(data: bytes, steps: list[tuple[str, int, bytes]]) -> bytes:
    """`data` after a few steps (one of STEPS, a place, some bytes): "number" and "lie" change what headers say."""
    data = bytearray(data)
    for step, at, extra in steps:
        # Half of all damage is done to the beginning, where headers are.
        at = at // 2 % max(1, min(len(data), 100 if at % 2 else len(data)))
        if step == "flip" and data:
            data[at] ^= extra[0] or 1
        elif step == "cut":
            del data[at : at + len(extra)]
        elif step == "insert":
            data[at:at] = extra
        elif step == "number" and (found := re.compile(rb"\d+").search(data, at)):
            data[slice(*found.span())] = NUMBERS[extra[0] % len(NUMBERS)]
        elif step == "lie":
            lie = LIES[extra[0] % len(LIES)]
            data[at : at + len(lie)] = lie
        else:
            data[at : at + len(extra)] = extra
    return bytes(data)


def random_steps(chance: random.Random) -> list[tuple[str, int, bytes]]:
    return [
        (chance.choice(STEPS), chance.randrange(10**6), chance.randbytes(chance.randint(1, 9)))
        for _ in range(chance.randint(1, 4))
    ]


def mend(data: bytes) -> bytes:
    """`data` with the checksums that it would have, had it been written so: damage that they do not give away."""
    try:
        return _container(data) if data[8:9] == b"{" else _zip(data) if data[:2] == b"PK" else data
    except Exception:  # too damaged to be mended
        return data


def _container(data: bytes) -> bytes:
    (length,) = struct.unpack_from("<Q", data)
    # A header that has become longer or shorter: the data begin behind its last brace.
    end = 8 + length if data[7 + length : 8 + length] in (b" ", b"}") else data.rindex(b"}", 0, 8 + length + 99) + 1
    header = json.loads(data[8:end])
    facts, tensors = header["__metadata__"], data[end:]
    facts.pop("sha256.__metadata__", None)
    for name in [name for name in header if f"sha256.{name}" in facts]:
        facts[f"sha256.{name}"] = sha256(tensors[slice(*header[name]["data_offsets"])]).hexdigest()
    facts["sha256.__metadata__"] = sha256(json.dumps(header, separators=(",", ":")).encode()).hexdigest()
    text = json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text)) + text + tensors


def _zip(data: bytes) -> bytes:
    """Members that are stored get their CRC, in both places."""
    mended = bytearray(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            at = member.header_offset
            begin = at + 30 + sum(struct.unpack_from("<2H", data, at + 26))
            check = struct.pack("<I", zlib.crc32(data[begin : begin + member.file_size]))
            mended[at + 14 : at + 18] = check
            entry = data.index(struct.pack("<I", at), data.index(b"PK\1\2")) - 42
            mended[entry + 16 : entry + 20] = check
    return bytes(mended)
