"""Clusters: found where they are, measured as by hand and as SciPy and scikit-learn do it."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.errors import EmbedkitError
from embedkit.explore.clusters import hierarchy, quality
from embedkit.explore.clusters.find import Asked, Options, cluster
from embedkit.explore.clusters.kmeans import centroids, k_means, squares
from embedkit.plot.dendrogram import MOST, render_dendrogram
from embedkit.vectors.vectors import unit_rows

GROUPS, EACH = 5, 12


@pytest.fixture
def rows():
    """Five directions, twelve words around each, of different lengths."""
    rng = np.random.default_rng(3)
    around = np.repeat(rng.normal(size=(GROUPS, 8)), EACH, 0) + 0.15 * rng.normal(size=(GROUPS * EACH, 8))
    return (around * rng.uniform(0.1, 9, size=(len(around), 1))).astype(np.float32)


def asked(rows, labels=None) -> Asked:
    return Asked([f"w{i}" for i in range(len(rows))], rows, labels)


def truth() -> list[str]:
    return [f"g{i // EACH}" for i in range(GROUPS * EACH)]


@pytest.mark.parametrize("k", [GROUPS, "auto", None])
@pytest.mark.parametrize("method", ["kmeans", "agglomerative"])
def test_groups_are_found(rows, method, k):
    found = cluster(asked(rows, truth()), Options(method, k))
    # auto knows 4 and 6, not 5.
    assert found.k == GROUPS or k == "auto"
    assert quality.purity(found.of, truth()) == 1 or k == "auto"
    (said,) = found.remarks()
    assert said.startswith(f"{found.k} clusters of 60 words, silhouette 0.")
    assert "purity" in said


def test_lengths_count_for_euclidean_distances_alone(rows):
    cosine, euclidean = (cluster(asked(rows), Options(k=GROUPS, metric=metric)) for metric in ("cosine", "euclidean"))
    assert quality.purity(cosine.of, truth()) == 1
    assert quality.purity(euclidean.of, truth()) < 1


def test_k_means_ends_where_each_row_is_nearest_to_its_own_centre(rows):
    units = unit_rows(rows)
    found = k_means(units, 7, True, 1)
    centres = centroids(units, found, 7, True)
    assert np.linalg.norm(centres, axis=1) == pytest.approx(1)
    assert (squares(units, centres).argmin(1) == found).all()
    for i, centre in enumerate(centres):
        mean = units[found == i].mean(0)
        assert centre == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)
    assert (k_means(units, 7, True, 1) == found).all()


def test_more_clusters_than_places():
    found = k_means(np.repeat(np.eye(3, dtype=np.float32), 4, 0), 5, True, 1)
    assert len(set(found.tolist())) == 3


@pytest.mark.parametrize("is_cosine", [True, False])
def test_silhouettes_by_hand(rows, is_cosine):
    rows = unit_rows(rows) if is_cosine else rows
    of = np.random.default_rng(1).integers(0, 4, len(rows))
    of[of == 3] = 2
    of[7] = 3  # alone
    apart = np.array([[1 - a @ b if is_cosine else np.linalg.norm(a - b) for b in rows] for a in rows], np.float64)
    expected = []
    for i, own in enumerate(of):
        means = [
            apart[i, (of == c) & (np.arange(len(of)) != i)].mean() if c != own or own != 3 else 0 for c in range(4)
        ]
        a, b = means[own], min(means[:own] + means[own + 1 :])
        expected.append((b - a) / max(a, b) if own != 3 else 0)
    assert quality.silhouettes(rows, of, is_cosine) == pytest.approx(expected, abs=1e-4)
    sampled = quality.silhouettes(rows, of, is_cosine, 20)
    assert np.isfinite(sampled).sum() == 20
    assert (np.isnan(sampled) | np.isclose(sampled, expected, atol=1e-4)).all()


@pytest.mark.parametrize("linkage", hierarchy.LINKAGES)
def test_trees_are_cut_as_by_scipy(rows, linkage):
    from scipy.cluster.hierarchy import fcluster
    from scipy.cluster.hierarchy import linkage as scipys

    units = unit_rows(rows.astype(np.float64)).astype(np.float32)
    merges = hierarchy.tree(units, linkage, True)
    metric = "euclidean" if linkage == "ward" else "cosine"
    assert merges == pytest.approx(scipys(units.astype(np.float64), linkage, metric), abs=1e-4)
    for k in (2, 5, 9):
        ours, theirs = hierarchy.cut(merges, k), fcluster(merges, k, "maxclust")
        assert len(set(zip(ours.tolist(), theirs.tolist()))) == k == len(set(ours.tolist()))


def test_numbers_and_names(rows):
    of = np.array([4, -1, 2, 2, 7, 7, 7])
    assert quality.dense_numbers(of).tolist() == [2, -1, 1, 1, 0, 0, 0]
    found = cluster(asked(rows), Options(k=GROUPS))
    assert [len(row["name"].split(", ")) for row in found.clusters()] == [3] * GROUPS
    assert sum(row["words"] for row in found.clusters()) == GROUPS * EACH


@pytest.mark.parametrize(
    ("count", "options", "said"),
    [
        (4, Options(k=5), "4 words for 5 clusters"),
        (2, Options(), "2 words for 2 clusters"),
        (9, Options("dbscan", k=3), "dbscan finds the number of clusters itself"),
    ],
)
def test_what_is_refused(rows, count, options, said):
    with pytest.raises(EmbedkitError, match=said):
        cluster(asked(rows[:count]), options)


def test_too_many_for_a_tree(rows, monkeypatch):
    monkeypatch.setattr(hierarchy, "MOST", 9)
    with pytest.raises(EmbedkitError, match="60 words would take"):
        cluster(asked(rows), Options("agglomerative"))


@pytest.mark.parametrize("words", [["한국어", "$x$", "a_b"]])
def test_a_dendrogram(words):
    pytest.importorskip("matplotlib")
    merges = np.array([[0, 1, 0.5, 2], [2, 3, 1.0, 3]])
    made = [render_dendrogram(merges, words, np.array([0, 0, 1]), "1 - cosine", "svg", None, 72) for _ in range(2)]
    assert made[0] == made[1]
    assert all(f">{word}</text>".encode() in made[0] for word in words)
    with pytest.raises(EmbedkitError, match=f"{MOST} is the most"):
        render_dendrogram(merges, words * MOST, np.zeros(3 * MOST, int), "x", "svg", None, 72)


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_scikit_learn_agrees(rows, metric):
    metrics = pytest.importorskip("sklearn.metrics")
    found = cluster(asked(rows), Options("kmeans", 6, metric))
    theirs = metrics.silhouette_samples(rows, found.of, metric=metric)
    assert quality.silhouettes(found.rows, found.of, metric == "cosine") == pytest.approx(theirs, abs=1e-3)


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("method", ["dbscan", "hdbscan"])
def test_dense_groups_are_found(rows, method):
    pytest.importorskip("sklearn.cluster")
    lonely = np.zeros((len(rows) + 1, 9), np.float32)
    lonely[:-1, :8], lonely[-1, 8] = rows, 1  # at a right angle to all others
    found = cluster(asked(lonely), Options(method))
    assert quality.purity(found.of[:-1], truth()) > 0.8
    assert found.of[-1] == -1
    assert found.k >= GROUPS - 1
    assert "noise" in next(found.remarks())
