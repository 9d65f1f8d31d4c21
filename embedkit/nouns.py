"""Numbers with what they count, in messages."""

from __future__ import annotations


def counted(n: int, noun: str) -> str:
    """`1 word`, `1,234 words`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
