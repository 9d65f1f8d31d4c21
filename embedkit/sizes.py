"""Amounts of memory as people write them."""

from __future__ import annotations

import re

from .errors import OptionError


def parse_size(text: str) -> int:
    """Bytes in "500M", "4G", "1.5g" or "123456"; units are powers of 1024."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)I?B?", text.strip().upper())
    if not match:
        raise OptionError(f"{text!r} is not a size", "write 500M, 4G or a number of bytes")
    return int(float(match[1]) * (1 << 10 * " KMGT".index(match[2] or " ")))
