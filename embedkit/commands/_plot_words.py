"""Parts of `embedkit plot`: figures of words, and of the spectrum of vectors."""

from __future__ import annotations

import numpy as np

from ..errors import EmbedkitError, OptionError, about
from ..eval.source import check_finite
from ..plot.draw import render
from ..plot.figures import FIGURES, Curve
from ..plot.project import project
from ..plot.words import MOST, render_words
from ..units import counted
from ..vectors.formats import load
from ..vectors.query import find, is_sparse, locate
from ..vectors.transform.rows import singular_values
from ._out import query_blocks


def words(path, data, given, pairs, method, unanswered, target, size, dpi) -> bytes:
    """The figure of words; those that are unknown are told to `unanswered`."""
    source = load(path, data=data)
    if is_sparse(source):
        raise EmbedkitError(f"{path}: sparse vectors, and this takes dense ones", "embedkit train svd makes such")
    if not (given or pairs):
        given = [line for block in query_blocks(()) for line in block]
    drawn, arrows = _drawn(source, given, [part for text in pairs for part in text.split()], unanswered)
    if not 1 <= len(drawn) <= MOST:
        hint = f"embedkit plot {path} WORD... -o FILE"
        raise EmbedkitError(f"{path}: {counted(len(drawn), 'known word')} to draw, and a figure has 2 to {MOST}", hint)
    with about(path):
        ids = np.array(list(drawn.values()), np.int64)
        check_finite(source, ids)
        plane = project(source.rows(ids), method)
    places = {word: place for place, word in enumerate(drawn)}
    return render_words(plane, list(drawn), [(places[a], places[b]) for a, b in arrows], target, size, dpi)


def _drawn(source, words, pairs, unanswered) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """The known words with their ids, in the order of the arguments, each once, and the pairs of known words."""
    ids, arrows = {}, []
    for word in (*words, *pairs):
        parts = word.split(":")
        is_pair = len(parts) == 2 and all(parts) and (word in pairs or find(source, word) is None)
        parts = parts if is_pair else [word]
        found = {part: locate(source, part) for part in parts}
        ids |= {part: id for part, id in found.items() if id is not None}
        for part in (part for part, id in found.items() if id is None):
            unanswered.report(f"unknown word: {part}")
        if is_pair and None not in found.values():
            arrows.append(tuple(parts))
    return ids, arrows


def scree(path, data, words, target, size, dpi) -> bytes:
    """The singular values of all vectors of a file, the largest first."""
    if words:
        raise OptionError("--what spectrum is of all words", "leave the WORDs out")
    source = load(path, data=data)
    if is_sparse(source):
        raise OptionError(f"{path}: sparse vectors", "embedkit train svd … --log FILE has their singular values")
    points = [(rank, float(value)) for rank, value in enumerate(singular_values(source), 1)]
    return render(FIGURES["spectrum"], [Curve("vectors", points, 0, 0)], target, size, dpi)
