"""Kernels that sort words by their bytes, merge sorted runs of them, and put what was merged in the order of counts.

Words lie one after another in `utf8`. A key is seven bytes of a word and how many of them it has: two words that differ
there are in the order of their keys.
"""

import numpy as np

from ...runtime.jit import inlined, kernel

KEY = 7
FEW = 12  # so many words are sorted by insertion
STACK = 128  # enough for 2**32 words: what is left for later are the larger parts of a part


@inlined
def _key(utf8, start, stop):
    """The key of the bytes start..stop of a word."""
    n, value = min(stop - start, KEY), 0
    for i in range(KEY):
        value = value << 8 | (np.int64(utf8[start + i]) if i < n else 0)
    return value << 3 | n


@inlined
def _compare(utf8, a, a_stop, b, b_stop):
    """Below, equal to or above zero: how the bytes a..a_stop stand to b..b_stop."""
    for i in range(min(a_stop - a, b_stop - b)):
        if utf8[a + i] != utf8[b + i]:
            return -1 if utf8[a + i] < utf8[b + i] else 1
    return (a_stop - a) - (b_stop - b)


@kernel
def sort(order, keys, offsets, utf8):
    """Fill `order` with the words 0..n in the order of their bytes, by multikey quicksort (Bentley and Sedgewick 1997);
    `keys` (n,) is room for it."""
    for i in range(len(order)):
        order[i] = i
        keys[i] = _key(utf8, offsets[i], offsets[i + 1])
    stack = np.zeros((STACK, 3), np.int64)
    stack[0, 1], top = len(order), 1
    while top > 0:
        top -= 1
        low, high, at = stack[top, 0], stack[top, 1], stack[top, 2]
        if high - low <= FEW:
            _insert(order, keys, offsets, utf8, low, high, at)
            continue
        a, b, c = keys[low], keys[(low + high) // 2], keys[high - 1]
        pivot = max(min(a, b), min(max(a, b), c))
        below, i, above = low, low, high
        while i < above:
            key = keys[i]
            if key == pivot:
                i += 1
                continue
            if key < pivot:
                to, below = below, below + 1
            else:
                above -= 1
                to = above
            keys[i], keys[to] = keys[to], key
            order[i], order[to] = order[to], order[i]
            i += key < pivot
        is_whole = pivot & 7 < KEY
        if not is_whole:
            for i in range(below, above):
                keys[i] = _key(utf8, offsets[order[i]] + at + KEY, offsets[order[i] + 1])
        bottom = top
        for start, stop, depth in ((low, below, at), (below, above, at + KEY), (above, high, at)):
            if stop - start > 1 and not (is_whole and depth > at):
                # The smallest part comes first, so that few wait.
                place = top
                while place > bottom and stack[place - 1, 1] - stack[place - 1, 0] < stop - start:
                    stack[place] = stack[place - 1]
                    place -= 1
                stack[place, 0], stack[place, 1], stack[place, 2] = start, stop, depth
                top += 1


@inlined
def _insert(order, keys, offsets, utf8, low, high, at):
    """Sort the words order[low:high], which are equal up to byte `at`, by insertion."""
    for i in range(low + 1, high):
        word, key, j = order[i], keys[i], i
        while j > low:
            other = order[j - 1]
            if keys[j - 1] < key:
                break
            if keys[j - 1] == key and (
                _compare(utf8, offsets[other] + at, offsets[other + 1], offsets[word] + at, offsets[word + 1]) <= 0
            ):
                break
            order[j], keys[j] = other, keys[j - 1]
            j -= 1
        order[j], keys[j] = word, key


@inlined
def _is_before(a, b, heads, at, keys, lengths, utf8):
    """True if the first word of run `a` stands before that of run `b`."""
    if keys[a] != keys[b]:
        return keys[a] < keys[b]
    return _compare(utf8, at[a], at[a] + lengths[heads[a]], at[b], at[b] + lengths[heads[b]]) < 0


@inlined
def _sift(heap, size, i, heads, at, keys, lengths, utf8):
    """Let the run at place `i` of the heap sink to where it belongs."""
    run = heap[i]
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and _is_before(heap[child + 1], heap[child], heads, at, keys, lengths, utf8):
            child += 1
        if not _is_before(heap[child], run, heads, at, keys, lengths, utf8):
            break
        heap[i] = heap[child]
        i = child
    heap[i] = run


@kernel
def begin_merge(heap, stops, heads, at, keys, lengths, utf8):
    """Fill `heap` with the runs that have words, for `merge`; returns how many they are."""
    size = 0
    for run in range(len(heads)):
        if heads[run] < stops[run]:
            keys[run] = _key(utf8, at[run], at[run] + lengths[heads[run]])
            heap[size] = run
            size += 1
    for i in range(size // 2 - 1, -1, -1):
        _sift(heap, size, i, heads, at, keys, lengths, utf8)
    return size


@kernel
def merge(heap, size, stops, heads, at, keys, lengths, utf8, counts, first, ranks, to_lengths, to_utf8, to_counts):
    """The next words of sorted runs in the order of their bytes, each once, with the sum of its counts.

    Run r is at word heads[r] < stops[r], whose bytes begin at[r]; all three advance. `ranks` gets the number of the
    word of all, from `first` on, that each word of a run is. Stops where the room `to_…` is full. Returns (runs left in
    the heap, words, bytes).
    """
    n, used = 0, 0
    while size > 0 and n < len(to_counts) and used + lengths[heads[heap[0]]] <= len(to_utf8):
        run = heap[0]
        start, key, length, total = at[run], keys[run], lengths[heads[run]], 0
        for i in range(length):
            to_utf8[used + i] = utf8[start + i]
        while size > 0:
            run = heap[0]
            word = heads[run]
            if keys[run] != key or _compare(utf8, start, start + length, at[run], at[run] + lengths[word]) != 0:
                break
            total += counts[word]
            ranks[word] = first + n
            heads[run] = word + 1
            at[run] += length
            if word + 1 < stops[run]:
                keys[run] = _key(utf8, at[run], at[run] + lengths[word + 1])
            else:
                size -= 1
                heap[0] = heap[size]
            _sift(heap, size, 0, heads, at, keys, lengths, utf8)
        to_lengths[n], to_counts[n] = length, total
        n, used = n + 1, used + length
    return size, n, used


@kernel
def place(kinds, counts, next_id, next_byte, lengths, utf8, ids, to_offsets, to_utf8, to_counts):
    """Put words where the next of their kind (words with equal counts) belong, and note in `ids` where that is."""
    at = 0
    for i in range(len(kinds)):
        kind = kinds[i]
        id, start = next_id[kind], next_byte[kind]
        for j in range(lengths[i]):
            to_utf8[start + j] = utf8[at + j]
        at += lengths[i]
        next_id[kind], next_byte[kind] = id + 1, start + lengths[i]
        ids[i], to_offsets[id + 1], to_counts[id] = id, start + lengths[i], counts[i]
