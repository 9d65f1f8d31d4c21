"""Other coordinates for the same words: center, unit, all-but-the-top, whiten, PCA, retrofitting, debiasing.

What a step needs to know of the rows is computed in float64, from the rows as the steps before it leave them. They are
passed again for every step and rounded to float32 once, at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...errors import EmbedkitError, OptionError
from ..vectors import unit_rows
from .debias import debias
from .retrofit import retrofit
from .rows import Rows, mean, principal

FLAT = 1e-12  # variances below this share of the largest are rounding

Step = tuple[str, int | str | None]
NAMED = ("retrofit", "debias")  # steps that take words, from a file


def _center(rows: Rows, _) -> Callable:
    center = mean(rows)
    return lambda block: block - center


def _unit(rows: Rows, _) -> Callable:
    return unit_rows


def _abtt(rows: Rows, d: int) -> Callable:
    """Mu & Viswanath (2018), algorithm 1, with centred rows in the projection as well."""
    center, _, axes = principal(rows)
    top = axes[:, :d]
    return lambda block: block - center - (block - center) @ top @ top.T


def _whiten(rows: Rows, _) -> Callable:
    """ZCA: of all maps that make the covariance the identity the one that moves the rows least."""
    center, variances, axes = principal(rows)
    is_flat = variances <= FLAT * variances[0]
    whitening = axes * np.where(is_flat, 0, 1 / np.sqrt(np.where(is_flat, 1, variances))) @ axes.T
    return lambda block: (block - center) @ whitening


def _pca(rows: Rows, d: int) -> Callable:
    center, _, axes = principal(rows)
    rows.width = d
    return lambda block: (block - center) @ axes[:, :d]


def _retrofit(rows: Rows, neighbours) -> Callable:
    rows.replace(retrofit(rows.matrix(), neighbours))
    return _same


def _debias(rows: Rows, words) -> Callable:
    rows.replace(debias(rows.matrix(), *words))
    return _same


def _same(block: np.ndarray) -> np.ndarray:
    return block


STEPS = {
    "retrofit": _retrofit,
    "debias": _debias,
    "center": _center,
    "unit": _unit,
    "abtt": _abtt,
    "whiten": _whiten,
    "pca": _pca,
}
USAGE = "steps: center, unit, abtt or abtt:D, whiten, pca:D, retrofit:LEXICON, debias:FILE"


def parse_steps(text: str) -> list[Step]:
    """Steps in a list such as "center,unit,abtt:3"; OptionError where one does not exist or has a wrong number."""
    steps = []
    for part in text.split(","):
        name, colon, number = part.strip().partition(":")
        if name not in STEPS:
            raise OptionError(f"there is no step {name!r}", USAGE)
        if name in NAMED:
            if not number:
                raise OptionError(f"{name} takes a file, as in {name}:FILE", USAGE)
            steps.append((name, number))
            continue
        if (colon and name not in ("abtt", "pca")) or (not colon and name == "pca"):
            raise OptionError(f"{name} takes {'no' if colon else 'a'} number of dimensions", USAGE)
        if colon and not (number.isdecimal() and int(number)):
            raise OptionError(f"{part.strip()}: {number!r} is not a number of dimensions", USAGE)
        steps.append((name, int(number) if colon else None))
    return steps


def resolve(steps: Sequence[Step], width: int) -> list[Step]:
    """`steps` with the defaults for rows of `width` numbers; EmbedkitError where a step asks for more of them."""
    resolved = []
    for name, d in steps:
        if name == "abtt" and d is None:
            d = max(1, round(width / 100))
        if name not in NAMED and d is not None and d > width:
            raise EmbedkitError(f"{name}:{d} where vectors have {width} dimensions", f"{name}:{width} is the most")
        width = d if name == "pca" else width
        resolved.append((name, d))
    return resolved


def postprocess(source, steps: Sequence[Step], words: Sequence = ()) -> np.ndarray:
    """The rows of `source` (dense) after `steps`, which `resolve` has checked: (V, D) float32.

    `words` are what those of NAMED need, one after another: the neighbours of `retrofit`, or the three arguments of
    `debias`. For these steps a whole matrix is in memory.
    """
    rows, words = Rows(source), iter(words)
    for name, d in steps:
        rows.maps.append(STEPS[name](rows, next(words) if name in NAMED else d))
    return rows.matrix()
