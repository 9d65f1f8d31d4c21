"""Projections of vectors onto a plane: PCA, t-SNE and UMAP of their directions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import EmbedkitError
from ..vectors.vectors import unit_rows

SEED = 1
PERPLEXITY = 30  # of t-SNE, and the neighbours of UMAP are half as many
LEAST = {"pca": 2, "tsne": 5, "umap": 5}  # words


class Plane(NamedTuple):
    """Places (n, 2) float64 of words, and the names of both axes."""

    places: np.ndarray
    axes: tuple[str, str]


def project(rows: np.ndarray, method: str) -> Plane:
    """`rows` (n, D) float32, scaled to length 1, on a plane by "pca", "tsne" or "umap".

    EmbedkitError where there are too few, or where the library of the method is missing. Runs are the same every time.
    """
    if len(rows) < LEAST[method]:
        few = "one word" if len(rows) == 1 else f"{len(rows)} words"
        raise EmbedkitError(f"{few} to draw; {method} needs {LEAST[method]}", "name more words that the file has")
    rows = unit_rows(rows.astype(np.float64))
    return {"pca": _pca, "tsne": _tsne, "umap": _umap}[method](rows)


def _pca(rows: np.ndarray) -> Plane:
    """The two principal components; the largest coordinate along each is positive."""
    centred = rows - rows.mean(0)
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    axes = np.vstack([axes, np.zeros_like(axes)])[:2]
    places = centred @ axes.T
    signs = np.sign(places[np.abs(places).argmax(0), [0, 1]])
    shares = np.append(values**2, 0)[:2] / max((values**2).sum(), 1e-300)
    names = (f"principal component {i} ({100 * share:.0f} % of variance)" for i, share in enumerate(shares, 1))
    return Plane(places * np.where(signs == 0, 1, signs), tuple(names))


def _tsne(rows: np.ndarray) -> Plane:
    """t-SNE (van der Maaten & Hinton 2008), from the principal components, with exact neighbours."""
    try:
        from openTSNE import TSNE
    except ImportError as error:
        raise EmbedkitError(f"t-SNE needs openTSNE: {error}", "pip install openTSNE, or --method pca") from error
    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    found = TSNE(perplexity=perplexity, metric="euclidean", neighbors="exact", random_state=SEED, n_jobs=1).fit(rows)
    return Plane(np.asarray(found, np.float64), ("t-SNE 1", "t-SNE 2"))


def _umap(rows: np.ndarray) -> Plane:
    """UMAP (McInnes, Healy & Melville 2018)."""
    try:
        from umap import UMAP
    except ImportError as error:
        raise EmbedkitError(f"UMAP needs umap-learn: {error}", "pip install umap-learn, or --method pca") from error
    neighbours = min(PERPLEXITY // 2, len(rows) - 1)
    init = "spectral" if len(rows) > 10 else "random"
    found = UMAP(n_neighbors=neighbours, metric="cosine", random_state=SEED, n_jobs=1, init=init).fit_transform(rows)
    return Plane(np.asarray(found, np.float64), ("UMAP 1", "UMAP 2"))
