"""The Huffman tree of a vocabulary: frequent words have short ways (Mikolov et al. 2013, section 2.1)."""

from __future__ import annotations

import heapq

import numpy as np


def huffman(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The way to every word: (starts (V + 1,) int64, nodes int32, signs float32), see `_kernels.Tree`.

    counts : (V,) occurrences, V > 1. The tree has V - 1 inner nodes, the root is the last, V - 2. Equal counts merge in
    the order in which they were made, so the tree is always the same.
    """
    V = len(counts)
    heap = [(int(count), word) for word, count in enumerate(counts)]
    heapq.heapify(heap)
    parent, side = np.zeros(2 * V - 1, np.int64), np.zeros(2 * V - 1, np.float32)
    for node in range(V, 2 * V - 1):
        (a, left), (b, right) = heapq.heappop(heap), heapq.heappop(heap)
        parent[left] = parent[right] = node
        side[left], side[right] = 1, -1
        heapq.heappush(heap, (a + b, node))
    nodes, signs, starts = [], [], np.zeros(V + 1, np.int64)
    for word in range(V):
        way, at = [], word
        while at != 2 * V - 2:
            way.append((parent[at] - V, side[at]))
            at = parent[at]
        nodes += [node for node, _ in reversed(way)]
        signs += [sign for _, sign in reversed(way)]
        starts[word + 1] = len(nodes)
    return starts, np.array(nodes, np.int32), np.array(signs, np.float32)
