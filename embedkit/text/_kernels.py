"""Kernels of the text stage: bytes to provisional ids, and those to final ids.

A table of types is three arrays. `slots` is open addressing: the lower half of an entry is the type + 1, the upper half
a tag from the hash. `types` (n, 8) int64 has a cache line per type: bytes 0 to 6 of the word and bytes 7 to 13 as two
numbers, its place in `arena`, its length, its count, and the offset of its first occurrence. `arena` holds the bytes.
Words of up to 14 bytes, nearly all, are told apart by the two numbers. `size` is [types, bytes used in the arena].
"""

import numpy as np

from ..jit import kernel

LOW, HIGH, START, LENGTH, COUNT, FIRST = range(6)
PACKED = 14
# Products and sums stay below 2**63: compiled int64 arithmetic must not overflow (LLVM is told that it does not), and
# uint64 behaves otherwise without the compiler.
HALF, MIX_A, MIX_B, MIX_C, MIX_D = (1 << 28) - 1, 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F
TAIL_PRIME, TAIL_STATE = 16777619, (1 << 38) - 1


@kernel
def _read(text, position, end):
    """The word at `position`: (where it ends, its length without CR, bytes 0-6, bytes 7-13, a hash of the rest)."""
    length, low, high, tail = 0, 0, 0, 0
    while position < end:
        c = int(text[position])
        if c <= 32 and (c == 32 or c == 10 or c == 9 or c == 13):
            if c != 13:
                break
        else:
            if length < 7:
                low |= c << 8 * length
            elif length < PACKED:
                high |= c << 8 * (length - 7)
            else:
                tail = ((tail ^ c) * TAIL_PRIME) & TAIL_STATE
            length += 1
        position += 1
    return position, length, low, high, tail


@kernel
def _hash(length, low, high, tail):
    h = (low & HALF) * MIX_A + (low >> 28) * MIX_B + (high & HALF) * MIX_C + (high >> 28) * MIX_D + tail + length
    return h ^ (h >> 29)


@kernel
def _find(text, start, stop, length, low, high, h, slots, types, arena):
    """The slot that holds the word text[start:stop], or the empty one where it belongs."""
    mask, tag = len(slots) - 1, h >> 33
    slot = h & mask
    while slots[slot] != 0:
        if slots[slot] >> 32 == tag:
            t = (slots[slot] & 0xFFFFFFFF) - 1
            if types[t, LOW] == low and types[t, HIGH] == high and types[t, LENGTH] == length:
                if length <= PACKED:
                    return slot
                i, j = start, types[t, START]
                while i < stop:
                    if text[i] == arena[j]:
                        j += 1
                    elif text[i] != 13:
                        break
                    i += 1
                if i == stop:
                    return slot
        slot = (slot + 1) & mask
    return slot


@kernel
def _add(slot, text, start, stop, length, low, high, h, slots, types, arena, size):
    """Put the word text[start:stop] into an empty slot; returns its type."""
    t, used = size[0], size[1]
    types[t, LOW], types[t, HIGH], types[t, START], types[t, LENGTH] = low, high, used, length
    for i in range(start, stop):
        if text[i] != 13:
            arena[used] = text[i]
            used += 1
    size[0], size[1] = t + 1, used
    slots[slot] = (h >> 33) << 32 | (t + 1)
    return t


@kernel
def scan(text, position, base, slots, types, arena, size, ids, n):
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
        start = position
        position, length, low, high, tail = _read(text, start, end)
        if length == 0:
            continue
        h = _hash(length, low, high, tail)
        slot = _find(text, start, position, length, low, high, h, slots, types, arena)
        if slots[slot] == 0:
            if size[0] == len(types) or 2 * (size[0] + 1) > len(slots) or size[1] + length > len(arena):
                return start, n
            t = _add(slot, text, start, position, length, low, high, h, slots, types, arena, size)
            types[t, COUNT], types[t, FIRST] = 1, base + start
        else:
            t = (slots[slot] & 0xFFFFFFFF) - 1
            types[t, COUNT] += 1
        ids[n] = t
        n += 1
    return position, n


@kernel
def rehash(slots, types, arena, n):
    """Fill the empty `slots` with the first `n` types."""
    for t in range(n):
        start, stop = types[t, START], types[t, START] + types[t, LENGTH]
        _, length, low, high, tail = _read(arena, start, stop)
        h = _hash(length, low, high, tail)
        slot = _find(arena, start, stop, length, low, high, h, slots, types, arena)
        slots[slot] = (h >> 33) << 32 | (t + 1)


@kernel
def merge(slots, types, arena, size, others, other_arena, mapped):
    """Add the types of another table to one with room for all of them; `mapped` gets the type of each."""
    for b in range(len(mapped)):
        start, stop = others[b, START], others[b, START] + others[b, LENGTH]
        _, length, low, high, tail = _read(other_arena, start, stop)
        h = _hash(length, low, high, tail)
        slot = _find(other_arena, start, stop, length, low, high, h, slots, types, arena)
        if slots[slot] == 0:
            t = _add(slot, other_arena, start, stop, length, low, high, h, slots, types, arena, size)
            types[t, COUNT], types[t, FIRST] = others[b, COUNT], others[b, FIRST]
        else:
            t = (slots[slot] & 0xFFFFFFFF) - 1
            types[t, COUNT] += others[b, COUNT]
            types[t, FIRST] = min(types[t, FIRST], others[b, FIRST])
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
