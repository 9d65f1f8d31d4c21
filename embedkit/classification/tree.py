"""The Huffman tree of labels, as fastText builds it (src/loss.cc)."""

from __future__ import annotations

import numpy as np

from .linear import Tree


def huffman_tree(counts: np.ndarray) -> Tree:
    """The way from each of K labels to the root: starts (K + 1,) int64, inner nodes int32, signs float32, 1 on the
    right and -1 on the left.

    counts : (K,) texts of each label, by falling count. The tree has K - 1 inner nodes.
    """
    K = len(counts)
    weights = [*map(int, counts)] + [10**15] * (K - 1)
    parent, side = [-1] * (2 * K - 1), [-1.0] * (2 * K - 1)
    leaf, node = K - 1, K
    for made in range(K, 2 * K - 1):
        chosen = []
        for _ in range(2):
            if leaf >= 0 and weights[leaf] < weights[node]:
                chosen.append(leaf)
                leaf -= 1
            else:
                chosen.append(node)
                node += 1
        weights[made] = sum(weights[child] for child in chosen)
        parent[chosen[0]] = parent[chosen[1]] = made
        side[chosen[1]] = 1.0
    nodes, signs, starts = [], [], np.zeros(K + 1, np.int64)
    for label in range(K):
        at = label
        while parent[at] >= 0:
            nodes.append(parent[at] - K)
            signs.append(side[at])
            at = parent[at]
        starts[label + 1] = len(nodes)
    return Tree(starts, np.array(nodes, np.int32), np.array(signs, np.float32))
