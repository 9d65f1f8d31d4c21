"""Every model: what it is called, where it lives, what it reads. Strings only, so that help imports no model.

To add a model: one file with SECTIONS (its options, a frozen dataclass each), `train` and `peak_memory` (what training
will take), where it learns by gradients also `check` (whether options go together), and one line here. The subcommand,
its flags and the contract tests follow.
"""

from __future__ import annotations

from typing import NamedTuple


class Model(NamedTuple):
    """`module` holds `SECTIONS`, `train` and `peak_memory`, a neural one `check`, a language model `load` as well.

    It `reads` "counts" or a "corpus"; a language model reads a "stream", or the "ngrams" of one.
    """

    module: str
    summary: str
    reads: str

    @property
    def is_lm(self) -> bool:
        return self.reads in ("stream", "ngrams")


MODELS = {
    "ppmi": Model("count.ppmi", "Positive pointwise mutual information: sparse, explainable vectors.", "counts"),
    "svd": Model("count.svd", "Truncated SVD of PPMI: dense vectors from counts.", "counts"),
    "skipgram": Model("neural.word2vec.skipgram", "Skip-gram: every neighbour predicts the word.", "corpus"),
    "cbow": Model("neural.word2vec.cbow", "CBOW: the mean of the neighbours predicts the word; fast.", "corpus"),
    "kn": Model(
        "count.ngrams", "Language model: counted n-grams with Kneser-Ney smoothing; trains in seconds.", "ngrams"
    ),
    "ffn": Model("neural.language.ffn", "Language model: the last few words through one hidden layer.", "stream"),
    "rnn": Model("neural.language.rnn", "Language model: simple recurrent layers.", "stream"),
    "lstm": Model("neural.language.lstm", "Language model: long short-term memory, which remembers best.", "stream"),
    "gru": Model("neural.language.gru", "Language model: gated recurrent units, lighter than LSTMs.", "stream"),
}
