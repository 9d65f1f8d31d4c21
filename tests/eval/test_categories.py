"""Clusters that can be seen, and their purity."""

from __future__ import annotations

import numpy as np

from embedkit.eval.categories import Categories, evaluate_categories, k_means
from embedkit.eval.protocols import PLAIN
from embedkit.text.vocab import Vocab
from embedkit.vectors.vectors import Vectors


def clouds(k, each):
    """`each` rows around each of k axes, and the axis of each row."""
    rng, labels = np.random.default_rng(2), np.repeat(np.arange(k), each)
    return np.eye(k)[labels] + rng.normal(size=(k * each, k)) * 0.05, labels


def test_clouds_are_found():
    rows, labels = clouds(6, 9)
    clusters = k_means(rows, 6)
    assert len(set(zip(clusters.tolist(), labels.tolist()))) == 6
    assert (clusters == k_means(rows, 6)).all()


def test_equal_rows_and_more_clusters_than_places():
    assert k_means(np.ones((4, 2)), 3).tolist() == [0, 0, 0, 0]
    assert sorted(k_means(np.eye(3), 3).tolist()) == [0, 1, 2]


def test_purity_counts_the_commonest_of_each_cluster():
    rows, labels = clouds(2, 5)
    # Lengths say nothing: the second cloud is far out.
    source = Vectors(
        Vocab.from_words([f"w{i}" for i in range(10)]), (rows * (1 + 9 * labels[:, None])).astype(np.float32)
    )
    words = [f"w{i}" for i in range(10)] + ["W1", "nobody"]
    kinds = ["a", "a", "a", "a", "b", "b", "b", "b", "b", "b", "a", "c"]
    result = evaluate_categories(source, Categories("c", words, kinds))
    assert (result.correct, result.used, result.total, result.lowercase_only) == (9, 10, 12, 1)
    result = evaluate_categories(source, Categories("c", words, kinds), PLAIN._replace(case="lower"))
    assert (result.correct, result.used, result.lowercase_only) == (10, 11, 0)
