"""Kernels of byte-level BPE: the pieces of a text, and the merges within each.

Pairs of ids are open addressing: `keys` (n,) int64 hold first << 32 | second, -1 where nothing is; `merges` (n,) int64
the rank and the id that they become in the same way.
"""

import numpy as np

from ...runtime.jit import inlined, kernel

LETTER, NUMBER, SPACE, OTHER = range(4)  # as in byte_level
NONE = 1 << 62
ID = (1 << 32) - 1
# Products stay below 2**62, as int64 must not overflow.
MIX_A, MIX_B = 0x1E3779B1, 0x15EBCA77
QUOTE, BLANK = 39, 32


@inlined
def slot_of(first, second, keys):
    """The slot that holds the pair, or the empty one where it belongs."""
    key, mask = (first << 32) | second, len(keys) - 1
    h = first * MIX_A + second * MIX_B
    slot = (h ^ (h >> 17)) & mask
    while keys[slot] != -1 and keys[slot] != key:
        slot = (slot + 1) & mask
    return slot


@inlined
def _merge_of(first, second, keys, merges):
    """Rank and id of the merge of a pair, NONE where there is none."""
    slot = slot_of(np.int64(first), np.int64(second), keys)
    return merges[slot] if keys[slot] != -1 else NONE


@inlined
def _size(byte):
    """Bytes of the character that begins with `byte`."""
    return 1 + (byte >= 0xC0) + (byte >= 0xE0) + (byte >= 0xF0)


@inlined
def _kind(text, at, kinds):
    """The kind of the character at `at`."""
    c = np.int64(text[at])
    if c < 0x80:
        return kinds[c]
    code = c & (0xFF >> (_size(c) + 1))
    for i in range(1, _size(c)):
        code = (code << 6) | (np.int64(text[at + i]) & 0x3F)
    return kinds[code]


@inlined
def _contraction(text, at, end):
    """Bytes of the contraction that begins at a quote, 0 if none does."""
    if at + 1 < end:
        c = text[at + 1]
        if c == 115 or c == 116 or c == 109 or c == 100:  # s t m d
            return 2
        if at + 2 < end:
            d = text[at + 2]
            if (c == 114 or c == 118) and d == 101 or c == 108 and d == 108:  # re ve ll
                return 3
    return 0


@inlined
def _piece(text, at, end, kinds):
    """The end of the piece that begins at `at`, as `byte_level.pieces` has them."""
    if text[at] == QUOTE:
        size = _contraction(text, at, end)
        if size > 0:
            return at + size
    first = at
    if text[at] == BLANK and at + 1 < end and _kind(text, at + 1, kinds) != SPACE:
        first = at + 1
    kind, last = _kind(text, first, kinds), first
    at_end = first + _size(text[first])
    while at_end < end and _kind(text, at_end, kinds) == kind:
        last = at_end
        at_end += _size(text[at_end])
    # Of several spaces before something else, the last one goes with that.
    return last if kind == SPACE and at_end < end and last > at else at_end


@kernel
def insert(firsts, seconds, values, keys, merges):
    """Put pairs (n,) with the `values` (n,) int64 of their merges into the empty table."""
    for i in range(len(firsts)):
        slot = slot_of(firsts[i], seconds[i], keys)
        keys[slot] = (firsts[i] << 32) | seconds[i]
        merges[slot] = values[i]


@kernel
def encode(text, kinds, singles, keys, merges, found, ids, sizes):
    """The ids of the chunks of `text`, which end with a newline each; `sizes` gets how many each has.

    kinds : (codes,) uint8, the kind of each code point that occurs
    singles : (256,) int32, the id of each byte
    found : (bytes of the longest chunk,) int64, room for merges
    ids : int32, with room for as many as there are bytes; returns how many there are
    """
    n, chunk, at, before = 0, 0, 0, 0
    for end in range(len(text)):
        if text[end] != 10:
            continue
        while at < end:
            stop = _piece(text, at, end, kinds)
            size = stop - at
            for i in range(size):
                ids[n + i] = singles[text[at + i]]
            at = stop
            while size > 1:
                best = NONE
                for i in range(size - 1):
                    found[i] = _merge_of(ids[n + i], ids[n + i + 1], keys, merges)
                    best = min(best, found[i])
                if best == NONE:
                    break
                made, out, i = best & ID, 0, 0
                is_open = True
                while i < size:
                    if is_open and i + 1 < size and found[i] == best:
                        i += 2
                        # Two merges may spell one token: a pair made here may rank lower, and is then the next.
                        if out > 0 and _merge_of(ids[n + out - 1], made, keys, merges) < best:
                            is_open = False
                        if i < size and _merge_of(made, ids[n + i], keys, merges) < best:
                            is_open = False
                        ids[n + out] = made
                    else:
                        ids[n + out] = ids[n + i]
                        i += 1
                    out += 1
                size = out
            n += size
        sizes[chunk] = n - before
        before, chunk, at = n, chunk + 1, end + 1
    return n
