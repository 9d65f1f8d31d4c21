"""Kernels of the counting models."""

import math

import numpy as np

from ..runtime.jit import inlined, kernel
from ..runtime.simd import pointer, prefetch

# Occurrences between the one at work and the one whose surroundings are asked for.
AHEAD = 16


@kernel
def sort_positions(ids, first, last, starts, positions):
    """Counting sort of the places first..last: `positions` gets those of word 0, then of word 1 …; `starts` (V,) has
    the first place for each word and is moved on to the next word's."""
    for i in range(first, last):
        if ids[i] >= 0:
            positions[starts[ids[i]]] = i
            starts[ids[i]] += 1


@inlined
def _flush(sums, flags, indices, values, n):
    """Move the sums in use to `indices` and `values` from place n on, in rising order, and zero them; returns the next
    place."""
    eights = flags.view(np.int64)
    for eight in range(len(eights)):
        if eights[eight] == 0:
            continue
        for flag in range(8 * eight, 8 * eight + 8):
            if flags[flag] == 0:
                continue
            flags[flag] = 0
            for c in range(16 * flag, 16 * flag + 16):
                if sums[c] != 0:
                    indices[n] = c
                    values[n] = sums[c]
                    sums[c] = 0
                    n += 1
    return n


@kernel
def count_rows(ids, positions, starts, first, last, weights, left, right, sums, flags, indices, values, lengths):
    """Rows first..last of the co-occurrence matrix.

    For each occurrence of a word the neighbours up to len(weights) - 1 tokens away on the sides asked for are added
    into `sums`, one int64 per word (padded to a multiple of 128), so no pair is ever stored twice. `weights` are fixed
    point, which makes sums exact in any order. `flags` has a byte for each 16 sums, set where one of them is in use:
    reading those in order gives a sorted row without sorting. Both are all zero before and after. Returns the number of
    entries written to `indices` and `values`.
    """
    window, n, size = len(weights) - 1, 0, len(ids)
    for word in range(first, last):
        stop = starts[word + 1]
        for p in range(starts[word], stop):
            at = positions[p]
            # The neighbourhoods of a rare word lie all over the text: ask for the one after next in time.
            later = positions[min(p + AHEAD, len(positions) - 1)]
            prefetch(pointer(ids), max(later - window, 0))
            prefetch(pointer(ids), min(later + window, size - 1))
            if left:
                for d in range(1, min(window, at) + 1):
                    c = ids[at - d]
                    if c < 0:
                        break
                    sums[c] += weights[d]
                    flags[c >> 4] = 1
            if right:
                for d in range(1, min(window, size - 1 - at) + 1):
                    c = ids[at + d]
                    if c < 0:
                        break
                    sums[c] += weights[d]
                    flags[c >> 4] = 1
        before = n
        n = _flush(sums, flags, indices, values, n)
        lengths[word - first] = n - before
    return n


@kernel
def merge_rows(starts, chunk_indices, chunk_values, sums, flags, indices, values, lengths):
    """Add up rows that were counted in several chunks: row r of chunk k is at starts[k, r]:starts[k, r + 1]. As
    `count_rows` otherwise."""
    n = 0
    for row in range(starts.shape[1] - 1):
        for chunk in range(starts.shape[0]):
            for p in range(starts[chunk, row], starts[chunk, row + 1]):
                c = chunk_indices[p]
                sums[c] += chunk_values[p]
                flags[c >> 4] = 1
        before = n
        n = _flush(sums, flags, indices, values, n)
        lengths[row] = n - before
    return n


@kernel
def sum_rows(indptr, data, first, last, sums):
    """Row sums in float64."""
    for i in range(first, last):
        total = 0.0
        for p in range(indptr[i], indptr[i + 1]):
            total += data[p]
        sums[i] = total


@kernel
def sum_columns(indices, data, sums):
    """Column sums in float64."""
    for p in range(len(indices)):
        sums[indices[p]] += data[p]


@kernel
def ppmi_rows(indptr, indices, data, first, last, row_logs, column_logs, out_indices, out_data, lengths):
    """Positive PMI of rows first..last, packed from the start of out; returns how many stay positive.

    PMI(i, j) = log n_ij - row_logs[i] - column_logs[j]; the shift and the smoothing are inside the logs.
    """
    n = 0
    for i in range(first, last):
        before = n
        for p in range(indptr[i], indptr[i + 1]):
            value = math.log(data[p]) - row_logs[i] - column_logs[indices[p]]
            if value > 0.0:
                out_indices[n] = indices[p]
                out_data[n] = value
                n += 1
        lengths[i] = n - before
    return n


@kernel
def count_documents(ids, begins, first, last, places, indices, values, lengths):
    """Distinct words of documents first..last, each ids[begins[i] : begins[i + 1]] and a line end, with their counts.

    They go to `indices` and `values` in the order in which they come; `lengths` gets the number of them in each
    document. `places` has -1 for every word, before and after. Returns the number of entries written.
    """
    n = 0
    for document in range(first, last):
        start = n
        for i in range(begins[document], begins[document + 1]):
            word = ids[i]
            if word >= 0:
                if places[word] < 0:
                    places[word] = n
                    indices[n] = word
                    values[n] = 0
                    n += 1
                values[places[word]] += 1
        for at in range(start, n):
            places[indices[at]] = -1
        lengths[document] = n - start
    return n
