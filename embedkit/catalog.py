"""Every model: its name, where it lives, a line of help. Strings only, so that help imports no model.

To add a model: one file with its options and `MODEL` (see `training.contract`), and one line here. The subcommand, its
flags, the library function and the contract tests follow.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple


class Entry(NamedTuple):
    """A model in `module.MODEL`; one that `is_lm` is asked by `perplexity`, `score` and `generate`."""

    module: str
    summary: str
    is_lm: bool = False

    def load(self):
        """The `training.contract.Model`."""
        return import_module(f".{self.module}", __package__).MODEL


MODELS = {
    "ppmi": Entry("count.ppmi", "Positive pointwise mutual information: sparse, explainable vectors."),
    "svd": Entry("count.svd", "Truncated SVD of PPMI: dense vectors from counts."),
    "skipgram": Entry("neural.word2vec.skipgram", "Skip-gram: every neighbour predicts the word."),
    "cbow": Entry("neural.word2vec.cbow", "CBOW: the mean of the neighbours predicts the word; fast."),
    "kn": Entry("count.ngrams", "Language model: counted n-grams with Kneser-Ney smoothing; trains in seconds.", True),
    "ffn": Entry("neural.language.ffn", "Language model: the last few words through one hidden layer.", True),
    "rnn": Entry("neural.language.rnn", "Language model: simple recurrent layers.", True),
    "lstm": Entry("neural.language.lstm", "Language model: long short-term memory, which remembers best.", True),
    "gru": Entry("neural.language.gru", "Language model: gated recurrent units, lighter than LSTMs.", True),
}
