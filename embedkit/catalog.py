"""Every model: what it is called, where it lives, what it reads. Strings only, so that help imports no model.

To add a model: one file with SECTIONS (its options, a frozen dataclass each) and `train`, and one line here. The
subcommand, its flags and the contract tests follow.
"""

from __future__ import annotations

from typing import NamedTuple


class Model(NamedTuple):
    """`module` holds `SECTIONS` and `train`; it `reads` "counts", a "corpus", or (a language model) a "stream"."""

    module: str
    summary: str
    reads: str


MODELS = {
    "ppmi": Model("count.ppmi", "Positive pointwise mutual information: sparse, explainable vectors.", "counts"),
    "svd": Model("count.svd", "Truncated SVD of PPMI: dense vectors from counts.", "counts"),
    "skipgram": Model("neural.word2vec.skipgram", "Skip-gram: every neighbour predicts the word.", "corpus"),
    "cbow": Model("neural.word2vec.cbow", "CBOW: the mean of the neighbours predicts the word; fast.", "corpus"),
    "rnn": Model("neural.language.rnn", "Language model: simple recurrent layers.", "stream"),
    "lstm": Model("neural.language.lstm", "Language model: long short-term memory, which remembers best.", "stream"),
    "gru": Model("neural.language.gru", "Language model: gated recurrent units, lighter than LSTMs.", "stream"),
}
