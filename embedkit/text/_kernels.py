"""Kernels of the text stage: bytes to provisional ids, those to final ids, and ids back to bytes.

A table of types is three arrays. `slots` is open addressing: the lower half of an entry is the type + 1, the upper half
a tag from the hash. `types` (n, 8) int64 has a cache line per type: bytes 0 to 6 of the word and bytes 7 to 13 as two
numbers, its place in `arena`, its length, its count, and the offset of its first occurrence. `arena` holds the bytes.
Words of up to 14 bytes, nearly all, are told apart by the two numbers. `size` is [types, bytes used in the arena].
"""

import numpy as np

from ..runtime.jit import inlined, kernel
from ..runtime.simd import pointer, prefetch

LOW, HIGH, START, LENGTH, COUNT, FIRST = range(6)
ROW, TYPE = 8, (1 << 32) - 1
PACKED = 14
BATCH = 32
# Products and sums stay below 2**63: compiled int64 arithmetic must not overflow (LLVM is told that it does not), and
# uint64 behaves otherwise without the compiler.
HALF, MIX_A, MIX_B, MIX_C, MIX_D = (1 << 28) - 1, 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F
TAIL_PRIME, TAIL_STATE = 16777619, (1 << 38) - 1


@inlined
def _seven(words, at, n):
    """Bytes at..at + n (n <= 7) of the text whose uint64 view is `words`, as one number."""
    shift, place = np.uint64((at & 7) * 8), at >> 3
    both = (words[place] >> shift) | ((words[place + 1] << np.uint64(1)) << (np.uint64(63) - shift))
    return np.int64(both & ((np.uint64(1) << np.uint64(8 * n)) - np.uint64(1)))


@inlined
def _hash(low, high, length, text, stop):
    """A hash of the word of `length` bytes that ends at `stop`; its first 14 bytes are in `low` and `high`."""
    h = (low & HALF) * MIX_A + (low >> 28) * MIX_B + (high & HALF) * MIX_C + (high >> 28) * MIX_D + length
    if length > PACKED:
        tail = 0
        for i in range(stop - length + PACKED, stop):
            tail = ((tail ^ int(text[i])) * TAIL_PRIME) & TAIL_STATE
        h += tail
    return h ^ (h >> 29)


@inlined
def _find(low, high, length, h, text, start, slots, mask, types, arena):
    """The slot that holds the word at text[start:start + length], or the empty one where it belongs."""
    slot, tag = h & mask, h >> 33
    while slots[slot] != 0:
        if slots[slot] >> 32 == tag:
            row = ROW * ((slots[slot] & TYPE) - 1)
            if types[row + LOW] == low and types[row + HIGH] == high and types[row + LENGTH] == length:
                own, i = types[row + START], PACKED
                while i < length and text[start + i] == arena[own + i]:
                    i += 1
                if i >= length:
                    return slot
        slot = (slot + 1) & mask
    return slot


@inlined
def _add(slot, low, high, length, h, text, start, slots, types, arena, size):
    """Put a word into an empty slot; returns its row."""
    t, used = size[0], size[1]
    row = ROW * t
    types[row + LOW], types[row + HIGH], types[row + START], types[row + LENGTH] = low, high, used, length
    for i in range(length):
        arena[used + i] = text[start + i]
    size[0], size[1] = t + 1, used + length
    slots[slot] = (h >> 33) << 32 | (t + 1)
    return row


@inlined
def _follows_space(text, at):
    """True if white space stands before `at`: that of Unicode, in UTF-8."""
    c = text[at - 1]
    if c < 0x80:
        return c == 32 or 9 <= c <= 13
    if at > 1 and text[at - 2] == 0xC2:
        return c == 0x85 or c == 0xA0
    if at < 3:
        return False
    a, b = text[at - 3], text[at - 2]
    if a == 0xE2:
        return b == 0x80 and (c <= 0x8A or c == 0xA8 or c == 0xA9 or c == 0xAF) or b == 0x81 and c == 0x9F
    return a == 0xE3 and b == 0x80 and c == 0x80 or a == 0xE1 and b == 0x9A and c == 0x80


@inlined
def _next_start(end, text, keeps_space):
    """The beginning of the word behind `end`: of one that keeps the white space before it, `end` itself in a line."""
    return end + 1 - int(keeps_space and text[end] != 10)


@kernel
def measure(text):
    """Characters of a text in UTF-8 but CR, and its words: runs of others than space, tab and newline, and newlines."""
    characters, words, was_space = 0, 0, True
    for i in range(len(text)):
        c = text[i]
        is_space = (c == 32) | (c == 10) | (c == 9) | ((c == 13) & was_space)
        characters += int((c & 0xC0) != 0x80) & int(c != 13)
        words += int(was_space & (not is_space)) + int(c == 10)
        was_space = is_space
    return characters, words


@kernel
def split_keeping(text, ends):
    """The places of all newlines, and of the first space or tab of each run within a line: words keep what white space
    stands before them. Returns how many there are."""
    n = 0
    for i in range(len(text)):
        c = text[i]
        if c == 10 or ((c == 32 or c == 9) and i > 0 and not _follows_space(text, i)):
            ends[n] = i
            n += 1
    return n


@kernel
def split(text, ends):
    """The places of all spaces, tabs and newlines; returns how many there are."""
    n = 0
    for i in range(len(text)):
        c = text[i]
        ends[n] = i
        n += int(c == 32) | int(c == 10) | int(c == 9)
    return n


@kernel
def scan(text, words, ends, first, last, base, keeps_space, batch, slots, types, arena, size, ids, n):
    """The words between `ends` first..last: `ids[n:]` gets a type for each and -1 for a newline.

    `words` is the uint64 view of `text`, with room behind; `batch` (4, BATCH) int64 is room for what is at work. Stops
    where the table is full, before a word that it cannot take. With `keeps_space` a word begins with the white space
    before it. Returns (end reached, n).
    """
    room, bytes_room, mask = min(len(types), len(slots) // 2), len(arena), len(slots) - 1
    lows, highs, hashes, lengths = pointer(batch[0]), pointer(batch[1]), pointer(batch[2]), pointer(batch[3])
    text, words, ends, ids = pointer(text), pointer(words), pointer(ends), pointer(ids)
    slots, types, arena, size = pointer(slots), pointer(types.reshape(-1)), pointer(arena), pointer(size)
    start = _next_start(np.int64(ends[first - 1]), text, keeps_space) if first > 0 else 0
    for at in range(first, last, BATCH):
        # The table is larger than the cache: ask for a batch of slots, then for their types, then look them up.
        size_of_batch = min(BATCH, last - at)
        behind = start
        for j in range(size_of_batch):
            end = np.int64(ends[at + j])
            length = end - behind
            low = _seven(words, behind, min(length, 7))
            high = _seven(words, behind + 7, min(max(length - 7, 0), 7))
            h = _hash(low, high, length, text, end)
            prefetch(slots, h & mask)
            lows[j], highs[j], hashes[j], lengths[j] = low, high, h, length
            behind = _next_start(end, text, keeps_space)
        for j in range(size_of_batch):
            prefetch(types, ROW * (max(slots[hashes[j] & mask] & TYPE, 1) - 1))
        for j in range(size_of_batch):
            length = lengths[j]
            end = start + length
            if length > 0:
                low, high, h = lows[j], highs[j], hashes[j]
                slot = _find(low, high, length, h, text, start, slots, mask, types, arena)
                if slots[slot] == 0:
                    if size[0] == room or size[1] + length > bytes_room:
                        return at + j, n
                    row = _add(slot, low, high, length, h, text, start, slots, types, arena, size)
                    types[row + COUNT], types[row + FIRST] = 0, base + start
                t = (slots[slot] & TYPE) - 1
                types[ROW * t + COUNT] += 1
                ids[n] = t
                n += 1
            if text[end] == 10:
                ids[n] = -1
                n += 1
            start = _next_start(end, text, keeps_space)
    return last, n


@kernel
def rehash(slots, types, arena, n):
    """Fill the empty `slots` with the first `n` types."""
    mask = len(slots) - 1
    slots, types, arena = pointer(slots), pointer(types.reshape(-1)), pointer(arena)
    for t in range(n):
        row = ROW * t
        low, high, start, length = types[row + LOW], types[row + HIGH], types[row + START], types[row + LENGTH]
        h = _hash(low, high, length, arena, start + length)
        # All are different: the first empty slot is theirs.
        slot = h & mask
        while slots[slot] != 0:
            slot = (slot + 1) & mask
        slots[slot] = (h >> 33) << 32 | (t + 1)


@kernel
def merge(batch, slots, types, arena, size, others, other_arena, mapped):
    """Add the types of another table to one with room for all of them; `mapped` gets the type of each. `batch` as in
    `scan`."""
    mask, n = len(slots) - 1, len(mapped)
    hashes = pointer(batch[0])
    slots, types, arena, size = pointer(slots), pointer(types.reshape(-1)), pointer(arena), pointer(size)
    others, other_arena = pointer(others.reshape(-1)), pointer(other_arena)
    for at in range(0, n, BATCH):
        size_of_batch = min(BATCH, n - at)
        for j in range(size_of_batch):
            row = ROW * (at + j)
            length = others[row + LENGTH]
            stop = others[row + START] + length
            hashes[j] = _hash(others[row + LOW], others[row + HIGH], length, other_arena, stop)
            prefetch(slots, hashes[j] & mask)
        for j in range(size_of_batch):
            prefetch(types, ROW * (max(slots[hashes[j] & mask] & TYPE, 1) - 1))
        for j in range(size_of_batch):
            b = ROW * (at + j)
            low, high, start, length = others[b + LOW], others[b + HIGH], others[b + START], others[b + LENGTH]
            slot = _find(low, high, length, hashes[j], other_arena, start, slots, mask, types, arena)
            if slots[slot] == 0:
                row = _add(slot, low, high, length, hashes[j], other_arena, start, slots, types, arena, size)
                types[row + COUNT], types[row + FIRST] = 0, others[b + FIRST]
            t = (slots[slot] & TYPE) - 1
            row = ROW * t
            types[row + COUNT] += others[b + COUNT]
            types[row + FIRST] = min(types[row + FIRST], others[b + FIRST])
            mapped[at + j] = t


@kernel
def remap(ids, names, out):
    """out[i] = names[ids[i]]; line ends stay -1."""
    for i in range(len(ids)):
        out[i] = names[ids[i]] if ids[i] >= 0 else np.int32(-1)


@kernel
def split_tokens(ids, indptr, pieces, gap, inside, out):
    """Each type becomes its pieces; between types of a line stands `gap`, unless that is negative. `inside` says that
    the first line has begun before. Returns the length. With `out` empty, only the length is found."""
    n, write = 0, len(out) > 0
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


@kernel
def spell(ids, offsets, utf8, inside, out):
    """The words of `ids` as text, lines as they are; `inside` says that the first line has begun before. Returns the
    length."""
    n = 0
    for i in range(len(ids)):
        t = ids[i]
        if t < 0:
            out[n] = 10
            n += 1
        else:
            if inside:
                out[n] = 32
                n += 1
            for j in range(offsets[t], offsets[t + 1]):
                out[n] = utf8[j]
                n += 1
        inside = t >= 0
    return n
