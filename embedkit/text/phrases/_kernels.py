"""Kernels for pairs of ids that stand side by side.

A table of pairs is open addressing: (n, 2) int64, n a power of two, each row a pair as one number (`first << 32 |
second`) and what is known of it, 0 where the row is free.
"""

import numpy as np

from ...runtime.jit import inlined, kernel
from ...runtime.simd import pointer, prefetch

BATCH = 32
# Products and sums stay below 2**63: compiled int64 arithmetic must not overflow, see `text._kernels`.
PAIR_A, PAIR_B = 0x1E3779B1, 0x25EBCA77


@inlined
def _pair_hash(first, second):
    h = first * PAIR_A + second * PAIR_B
    return h ^ (h >> 29)


@inlined
def _seek(table, key, slot):
    """The row that holds the pair `key`, or the free one where it belongs; `slot` is where its hash points."""
    while table[slot, 1] != 0 and table[slot, 0] != key:
        slot = (slot + 1) & (len(table) - 1)
    return slot


@kernel
def put_pairs(table, keys, values):
    """Enter pairs into a table with room for them."""
    for i in range(len(keys)):
        slot = _seek(table, keys[i], _pair_hash(keys[i] >> 32, keys[i] & 0xFFFFFFFF) & (len(table) - 1))
        table[slot, 0], table[slot, 1] = keys[i], values[i]


@inlined
def _pairs(ids, at, last, keep, keys, hashes):
    """The pairs from ids[at] on, as many as fit; `last` is the id before, or -1. Returns (end reached, last, pairs)."""
    n = 0
    while at < len(ids) and n < len(keys):
        t = np.int64(ids[at])
        at += 1
        if t < 0 or not keep[t]:
            last = np.int64(-1)
            continue
        if last >= 0:
            keys[n], hashes[n] = last << 32 | t, _pair_hash(last, t)
            n += 1
        last = t
    return at, last, n


@kernel
def tally_pairs(ids, last, keep, tally):
    """Count pairs of ids to `keep` by their hash, up to 255: no pair occurs more often than its place in `tally` says.

    `last` is the id before, or -1; returns what it is at the end.
    """
    keys, hashes = np.empty(BATCH, np.int64), np.empty(BATCH, np.int64)
    at, mask = 0, len(tally) - 1
    while at < len(ids):
        at, last, n = _pairs(ids, at, last, keep, keys, hashes)
        for j in range(n):
            prefetch(pointer(tally), hashes[j] & mask)
        for j in range(n):
            if tally[hashes[j] & mask] < 255:
                tally[hashes[j] & mask] += 1
    return last


@kernel
def count_pairs(ids, at, last, keep, tally, least, table, used):
    """Count in `table`, of which `used` rows are taken, the pairs from ids[at] on whose tally is `least` or more.

    Stops where the table may become more than half full. Returns (end reached, last, used).
    """
    keys, hashes, flat = np.empty(BATCH, np.int64), np.empty(BATCH, np.int64), table.reshape(-1)
    low, mask = len(tally) - 1, len(table) - 1
    while at < len(ids) and 2 * (used + BATCH) <= len(table):
        at, last, n = _pairs(ids, at, last, keep, keys, hashes)
        for j in range(n):
            prefetch(pointer(tally), hashes[j] & low)
        m = 0
        for j in range(n):
            if tally[hashes[j] & low] >= least:
                keys[m], hashes[m] = keys[j], hashes[j] & mask
                prefetch(pointer(flat), 2 * hashes[m])
                m += 1
        for j in range(m):
            slot = _seek(table, keys[j], hashes[j])
            used += int(table[slot, 1] == 0)
            table[slot, 0] = keys[j]
            table[slot, 1] += 1
    return at, last, used


@kernel
def join_pairs(ids, last, starts, table, counts, out):
    """Replace pairs by the id that `table` has for them, plus 1; `starts` says which ids begin one. `counts` follows.

    From left to right: what was joined begins no other pair. `last`, the id before or -1, is still to be written and
    so is the one returned. Returns (length of the result, last).
    """
    n, mask = 0, len(table) - 1
    for i in range(len(ids)):
        t = np.int64(ids[i])
        if last >= 0:
            if t >= 0 and starts[last]:
                slot = _seek(table, last << 32 | t, _pair_hash(last, t) & mask)
                if table[slot, 1] != 0:
                    joined = table[slot, 1] - 1
                    counts[last] -= 1
                    counts[t] -= 1
                    counts[joined] += 1
                    out[n] = joined
                    n += 1
                    last = np.int64(-1)
                    continue
            out[n] = last
            n += 1
        last = t
        if t < 0:
            out[n] = -1
            n += 1
    return n, last
