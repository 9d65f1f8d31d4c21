"""Every model: what it is called, where it lives, what it reads. Strings only, so that help imports no model.

To add a model: one file with its options (a frozen dataclass) and `train`, and one line here. The subcommand, its flags
and the contract tests follow.
"""

from __future__ import annotations

from typing import NamedTuple


class Model(NamedTuple):
    """`module` holds `train` and the dataclass `options`; `reads` is "counts" or "corpus"."""

    module: str
    options: str
    summary: str
    reads: str


MODELS = {
    "ppmi": Model(
        "count.ppmi", "Ppmi", "Positive pointwise mutual information: sparse, explainable vectors.", "counts"
    ),
    "svd": Model("count.svd", "Svd", "Truncated SVD of PPMI: dense vectors from counts.", "counts"),
}
