"""The Huffman tree: a prefix code of least expected length, always the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.neural.word2vec.huffman import huffman


def ways(counts) -> list[tuple]:
    """(node, sign) from the root to every word."""
    starts, nodes, signs = huffman(np.array(counts))
    assert (starts.dtype, nodes.dtype, signs.dtype) == (np.int64, np.int32, np.float32)
    assert starts[0] == 0
    assert starts[-1] == len(nodes) == len(signs)
    return [tuple(zip(nodes[a:b].tolist(), signs[a:b].tolist())) for a, b in zip(starts, starts[1:])]


def least_length(counts) -> int:
    """Occurrences times length of the code, from the definition: merge the two rarest until one is left."""
    counts, length = sorted(counts), 0
    while len(counts) > 1:
        merged = counts.pop(0) + counts.pop(0)
        length += merged
        counts = sorted([*counts, merged])
    return length


@given(st.lists(st.integers(1, 50), min_size=2, max_size=40))
def test_a_prefix_code_of_least_length(counts):
    found, V = ways(counts), len(counts)
    assert all(way[0][0] == V - 2 for way in found)
    assert {node for way in found for node, _ in way} == set(range(V - 1))
    assert {sign for way in found for _, sign in way} == {1.0, -1.0}
    # Where a way turns leads to one place only, and no word lies on the way to another.
    places = {}
    for word, way in enumerate(found):
        for step, after in zip(way, [*(node for node, _ in way[1:]), ("word", word)]):
            assert places.setdefault(step, after) == after
    assert len(places) == 2 * (V - 1)
    assert sum(count * len(way) for count, way in zip(counts, found)) == least_length(counts)


def test_by_hand():
    # 2 + 1 make node 0, that and 3 node 1, the root; the rarer side is the left one, the older one where equal.
    assert ways([3, 2, 1]) == [((1, 1.0),), ((1, -1.0), (0, -1.0)), ((1, -1.0), (0, 1.0))]


def test_two_words():
    assert ways([5, 5]) == [((0, 1.0),), ((0, -1.0),)]


def test_equal_counts_merge_in_order():
    found = ways([1, 1, 1, 1])
    assert found == [((2, 1.0), (0, 1.0)), ((2, 1.0), (0, -1.0)), ((2, -1.0), (1, 1.0)), ((2, -1.0), (1, -1.0))]
    assert ways([7] * 100) == ways([7] * 100)


def test_a_chain_is_as_deep_as_the_vocabulary():
    counts = [1 << max(0, 30 - i) for i in range(32)]
    assert max(map(len, ways(counts))) == 31


@pytest.mark.parametrize("counts", [[2**40, 1, 1], [10**12, 10**12]])
def test_counts_beyond_32_bits(counts):
    assert sum(map(len, ways(counts))) == (5 if len(counts) == 3 else 2)
