"""Edit distance of sequences."""

from __future__ import annotations

from collections.abc import Hashable, Sequence


def levenshtein(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """Levenshtein distance: the fewest tokens inserted, deleted and replaced that make `second` of `first`.

    Bit-parallel (Myers 1999, "A fast bit-vector algorithm for approximate string matching"), as Hyyrö (2003), "A
    bit-vector algorithm for computing Levenshtein and Damerau edit distances", has it: a column of the table is two
    integers, the places where it rises by one and where it falls, so a token of `second` costs about a dozen operations
    on integers of len(first) bits.
    """
    if not first:
        return len(second)
    places: dict[Hashable, int] = {}
    for place, token in enumerate(first):
        places[token] = places.get(token, 0) | 1 << place
    column, last = (1 << len(first)) - 1, 1 << (len(first) - 1)
    rises, falls, distance = column, 0, len(first)
    for token in second:
        equal = places.get(token, 0)
        diagonal = (((equal & rises) + rises) ^ rises) | equal | falls  # where the diagonal stays
        right, left = falls | ~(diagonal | rises), diagonal & rises  # where the row rises, and falls
        distance += bool(right & last) - bool(left & last)
        right = right << 1 | 1
        rises = (left << 1 | ~(diagonal | right)) & column
        falls = diagonal & right & column
    return distance
