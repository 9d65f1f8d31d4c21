"""Numbers in messages: amounts of memory as people write them, in powers of 1024, and counts with their noun."""

from __future__ import annotations

import math
import re

from .errors import OptionError

UNITS = " KMGT"


def parse_size(text: str) -> int:
    """Bytes in "500M", "4G", "1.5g" or "123456"."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)I?B?", text.strip().upper())
    if not match:
        raise OptionError(f"{text!r} is not a size", "write 500M, 4G or a number of bytes")
    return int(float(match[1]) * (1 << 10 * UNITS.index(match[2] or " ")))


def readable(size: int, up: bool = False) -> str:
    """`size` bytes as `parse_size` reads them, with two digits at least: "1.2G", "340M"; `up` never tells less."""
    unit = min(max(size.bit_length() - 1, 0) // 10, len(UNITS) - 1)
    number = size / (1 << 10 * unit)
    digits = 1 if unit and number < 10 else 0
    number = (math.ceil if up else round)(number * 10**digits) / 10**digits
    return f"{number:.{digits}f}{UNITS[unit].strip()}"


def counted(n: int, noun: str) -> str:
    """`1 word`, `1,234 words`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
