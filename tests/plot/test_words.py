"""Figures of words: places, arrows, labels apart, bytes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from embedkit.errors import EmbedkitError
from embedkit.plot.files import FORMATS
from embedkit.plot.project import Plane, project
from embedkit.plot.words import render_words

WORDS = ["king", "queen", "한국어", "$x$", "a_b"]


@pytest.fixture
def plane():
    rng = np.random.default_rng(2)
    return project(rng.normal(size=(len(WORDS), 6)).astype(np.float32), "pca")


def drawn(plane, words=tuple(WORDS), pairs=((0, 1),), format="svg", size=None) -> bytes:
    pytest.importorskip("matplotlib")
    return render_words(plane, words, pairs, format, size, 60)


def texts(svg: bytes) -> list[str]:
    return [element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("}text")]


def test_the_plane_is_that_of_the_principal_components():
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(40, 7)).astype(np.float32) * [9, 5, 1, 1, 1, 1, 1]
    found = project(rows.astype(np.float32), "pca")
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    centred = units - units.mean(0)
    variances, axes = np.linalg.eigh(centred.T @ centred)
    assert np.abs(found.places) == pytest.approx(np.abs(centred @ axes[:, ::-1][:, :2]), abs=1e-5)
    assert (found.places.max(0) >= -found.places.min(0)).all()
    share = round(100 * variances[-1] / variances.sum())
    assert found.axes[0] == f"principal component 1 ({share} % of variance)"


@pytest.mark.parametrize("rows", [np.ones((2, 3)), np.eye(2, 1), np.zeros((3, 2))])
def test_words_in_one_place(rows):
    found = project(rows.astype(np.float32), "pca")
    assert np.isfinite(found.places).all()
    assert drawn(found, ["a", "b", "c"][: len(rows)], [(0, 1)])


@pytest.mark.parametrize(("n", "method"), [(1, "pca"), (4, "tsne"), (4, "umap")])
def test_too_few_words(n, method):
    with pytest.raises(EmbedkitError, match="to draw"):
        project(np.eye(n, 4, dtype=np.float32), method)


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_bytes(plane, format):
    words = ["a", "b", "c", "d", "e"]
    assert drawn(plane, words, format=format) == drawn(plane, words, format=format)


def test_texts(plane):
    assert set(WORDS) | set(plane.axes) <= set(texts(drawn(plane)))


def test_labels_keep_apart():
    """Sixty words on a small disc: hardly any two labels have a place in common."""
    rng = np.random.default_rng(4)
    plane = Plane(rng.normal(size=(60, 2)), ("x", "y"))
    words = [f"word{i}" for i in range(60)]
    svg = drawn(plane, words, ()).decode()
    found = {}
    for x, y, text in re.findall(r'<text [^>]* x="([\d.]+)" y="([\d.]+)"[^>]*>(word\d+)<', svg):
        found[text] = float(x), float(y)
    assert len(found) == 60
    places = np.array(list(found.values()))
    apart = np.abs(places[:, None] - places[None])
    near = (apart[..., 0] < 30) & (apart[..., 1] < 8) & ~np.eye(60, dtype=bool)
    assert near.sum() / 2 <= 3


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("method", "library"), [("tsne", "openTSNE"), ("umap", "umap")])
def test_groups_stay_together(method, library):
    pytest.importorskip(library)
    rng = np.random.default_rng(1)
    rows = np.repeat(rng.normal(size=(3, 9)), 20, 0) + 0.1 * rng.normal(size=(60, 9))
    places = project(rows.astype(np.float32), method).places.reshape(3, 20, 2)
    centres = places.mean(1)
    spread = np.linalg.norm(places - centres[:, None], axis=2).mean()
    assert np.linalg.norm(centres[0] - centres[1]) > 2 * spread
    again = project(rows.astype(np.float32), method).places.reshape(3, 20, 2)
    assert (again == places).all()
