"""Every model: its name, where it lives, a line of help. Strings only, so that help imports no model.

To add a model: one file with its options and `MODEL` (see `training.contract`), and one line here. The subcommand, its
flags, the library function and the contract tests follow.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

# Kinds of results, which native files carry.
VECTORS, LM, MLM = "vectors", "language-model", "masked-language-model"
SEQ2SEQ, CLASSIFIER = "seq2seq", "classifier"


class Entry(NamedTuple):
    """A model in `module.MODEL`, and the kind of its result: VECTORS; LM, which `perplexity`, `score` and `generate`
    ask; MLM, which `fill` and `score --pseudo` do; SEQ2SEQ, which `translate` and `score` do; or CLASSIFIER, which
    `classify` does."""

    module: str
    summary: str
    kind: str = VECTORS

    @property
    def is_lm(self) -> bool:
        """True for language models."""
        return self.kind == LM

    def load(self):
        """The `training.contract.Model`."""
        return import_module(f".{self.module}", __package__).MODEL


# Files of language models besides native ones: the module with `sniff(head)` and `read(path, data)` of each format.
LM_FORMATS = {"arpa": "count.ngrams.arpa"}

MODELS = {
    "ppmi": Entry("count.ppmi", "Positive pointwise mutual information: sparse, explainable vectors."),
    "svd": Entry("count.svd", "Truncated SVD of PPMI: dense vectors from counts."),
    "glove": Entry("count.glove", "GloVe: vectors whose products are the logarithms of co-occurrence counts."),
    "lsa": Entry("count.lsa", "Latent semantic analysis: vectors of documents and words from term weights."),
    "skipgram": Entry("neural.word2vec.skipgram", "Skip-gram: each word predicts its context words."),
    "cbow": Entry("neural.word2vec.cbow", "CBOW: the mean of the context words predicts the word; fast."),
    "doc2vec": Entry("neural.doc2vec.model", "Paragraph vectors: PV-DBOW and PV-DM, vectors of documents."),
    "kn": Entry("count.ngrams", "Language model: n-grams with Kneser-Ney smoothing; trains in seconds.", LM),
    "ffn": Entry("neural.language.ffn", "Language model: feed-forward, of the last few words (Bengio 2003).", LM),
    "rnn": Entry("neural.language.rnn", "Language model: simple recurrent network (Elman).", LM),
    "lstm": Entry("neural.language.lstm", "Language model: long short-term memory (LSTM).", LM),
    "gru": Entry("neural.language.gru", "Language model: gated recurrent units (GRU), lighter than LSTM.", LM),
    "transformer": Entry("neural.language.transformer", "Language model: causal self-attention (Transformer).", LM),
    "mlm": Entry("neural.masked.model", "Masked language model: words predicted from both sides (BERT).", MLM),
    "seq2seq": Entry("neural.seq2seq.model", "Sequence to sequence: an encoder and a decoder with attention.", SEQ2SEQ),
    "classifier": Entry("neural.classify.model", "Classifier of texts: bags of words and n-grams.", CLASSIFIER),
}


def lm_format(head: bytes):
    """The module of the format in `LM_FORMATS` of a file that starts with `head`, or None."""
    modules = (import_module(f".{module}", __package__) for module in LM_FORMATS.values())
    return next((module for module in modules if module.sniff(head)), None)
