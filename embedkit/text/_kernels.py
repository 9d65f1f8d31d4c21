"""Kernels of the text stage: bytes to provisional ids, and those to final ids.

A table of types is six arrays: `slots` (open addressing; the upper half of an entry is a tag from the hash, the lower
half the type + 1), and per type `starts`, `lengths` into `arena` (the bytes), `counts` and `firsts` (offset of the
first occurrence). `size` holds [types, bytes used in the arena].
"""

import numpy as np

from ..jit import kernel

# FNV-1a with the prime of its 32-bit form and 38 bits of state: the product stays below 2**63. Compiled int64
# arithmetic must not overflow (LLVM is told that it does not), and uint64 behaves otherwise without the compiler.
FNV_OFFSET, FNV_PRIME, STATE = 0x1B873593CF, 16777619, 0x3FFFFFFFFF


@kernel
def _find(word, start, stop, length, h, slots, starts, lengths, arena):
    """The slot that holds word[start:stop], or the empty one where it belongs; CR bytes do not count."""
    mask, tag = len(slots) - 1, (h >> 8) + 1
    slot = (h ^ (h >> 19)) & mask
    while slots[slot] != 0:
        if slots[slot] >> 32 == tag:
            t = (slots[slot] & 0xFFFFFFFF) - 1
            if lengths[t] == length:
                i, j = start, starts[t]
                while i < stop:
                    if word[i] == arena[j]:
                        j += 1
                    elif word[i] != 13:
                        break
                    i += 1
                if i == stop:
                    return slot
        slot = (slot + 1) & mask
    return slot


@kernel
def _add(slot, word, start, stop, length, h, slots, starts, lengths, arena, size):
    """Put word[start:stop] into an empty slot; returns its type."""
    t, used = size[0], size[1]
    starts[t], lengths[t] = used, length
    for i in range(start, stop):
        if word[i] != 13:
            arena[used] = word[i]
            used += 1
    size[0], size[1] = t + 1, used
    slots[slot] = ((h >> 8) + 1) << 32 | (t + 1)
    return t


@kernel
def _has_room(length, slots, starts, arena, size):
    return size[0] < len(starts) and 2 * (size[0] + 1) < len(slots) and size[1] + length <= len(arena)


@kernel
def scan(text, position, base, slots, starts, lengths, counts, firsts, arena, size, ids, n):
    """Split `text` on space, tab and newline from `position` on; CR is dropped. `ids[n:]` gets a type per token and
    -1 per newline. Stops where the table is full. Returns (position reached, n)."""
    end = len(text)
    while position < end:
        c = text[position]
        if c == 10:
            ids[n] = -1
            n += 1
            position += 1
            continue
        if c == 32 or c == 9:
            position += 1
            continue
        start, length, h = position, 0, FNV_OFFSET
        while position < end:
            c = text[position]
            if c > 32 or not (c == 32 or c == 10 or c == 9 or c == 13):
                h = ((h ^ int(c)) * FNV_PRIME) & STATE
                length += 1
            elif c != 13:
                break
            position += 1
        if length == 0:
            continue
        slot = _find(text, start, position, length, h, slots, starts, lengths, arena)
        if slots[slot] == 0:
            if not _has_room(length, slots, starts, arena, size):
                return start, n
            t = _add(slot, text, start, position, length, h, slots, starts, lengths, arena, size)
            counts[t] = 0
            firsts[t] = base + start
        else:
            t = (slots[slot] & 0xFFFFFFFF) - 1
        counts[t] += 1
        ids[n] = t
        n += 1
    return position, n


@kernel
def _hash(word, start, stop):
    h = FNV_OFFSET
    for i in range(start, stop):
        h = ((h ^ int(word[i])) * FNV_PRIME) & STATE
    return h


@kernel
def rehash(slots, starts, lengths, arena, types):
    """Fill the empty `slots` with the first `types` types."""
    for t in range(types):
        h = _hash(arena, starts[t], starts[t] + lengths[t])
        slot = _find(arena, starts[t], starts[t] + lengths[t], lengths[t], h, slots, starts, lengths, arena)
        slots[slot] = ((h >> 8) + 1) << 32 | (t + 1)


@kernel
def merge(
    slots, starts, lengths, counts, firsts, arena, size, starts_b, lengths_b, counts_b, firsts_b, arena_b, mapped
):
    """Add the types of table b to a table with room for all of them; `mapped` gets the type of each."""
    for b in range(len(mapped)):
        start, stop = starts_b[b], starts_b[b] + lengths_b[b]
        h = _hash(arena_b, start, stop)
        slot = _find(arena_b, start, stop, lengths_b[b], h, slots, starts, lengths, arena)
        if slots[slot] == 0:
            t = _add(slot, arena_b, start, stop, lengths_b[b], h, slots, starts, lengths, arena, size)
            counts[t] = counts_b[b]
            firsts[t] = firsts_b[b]
        else:
            t = (slots[slot] & 0xFFFFFFFF) - 1
            counts[t] += counts_b[b]
            firsts[t] = min(firsts[t], firsts_b[b])
        mapped[b] = t


@kernel
def rename(ids, names, out):
    """out[i] = names[ids[i]]; line ends stay -1."""
    for i in range(len(ids)):
        out[i] = names[ids[i]] if ids[i] >= 0 else np.int32(-1)


@kernel
def expand(ids, indptr, pieces, gap, out):
    """Each type becomes its pieces; between types of a line stands `gap`, unless that is negative. Returns the length.
    With `out` empty, only the length is found."""
    n, inside, write = 0, False, len(out) > 0
    for i in range(len(ids)):
        t = ids[i]
        if t < 0:
            inside = False
            if write:
                out[n] = -1
            n += 1
            continue
        if inside and gap >= 0:
            if write:
                out[n] = gap
            n += 1
        inside = True
        for p in range(indptr[t], indptr[t + 1]):
            if write:
                out[n] = pieces[p]
            n += 1
    return n
