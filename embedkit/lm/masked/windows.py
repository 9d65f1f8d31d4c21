"""The part of a long line that a model of a limited context reads."""

from __future__ import annotations


def window(n: int, place: int, room: int) -> tuple[int, int]:
    """Begin and end of at most `room` of `n` tokens, `place` in their middle as far as the ends allow."""
    begin = max(0, min(place - room // 2, n - room))
    return begin, min(n, begin + room)
