"""BLEU and chrF of sacrebleu, which is an extra."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..errors import EmbedkitError


class Scored(NamedTuple):
    """A metric from 0 to 100, and its signature: the settings and the version behind the number."""

    name: str
    value: float
    signature: str


def tokenization(tokenizer: str) -> str:
    """sacrebleu's name for the tokens that BLEU counts, by the tokenizer of the outputs: characters where the model
    writes characters, its own 13a where it writes words or subwords, and what stands between spaces as it is."""
    if tokenizer.startswith("bpe:"):
        return "13a"
    return {"chars": "char", "words": "13a"}.get(tokenizer, "none")


class Bleu:
    """BLEU (Papineni et al. 2002) and chrF (Popović 2015) of outputs that `tokenizer` makes tokens of.

    Outputs of fewer than four tokens have no 4-grams: a BLEU of such alone is 0. EmbedkitError where sacrebleu is not
    installed.
    """

    def __init__(self, tokenizer: str):
        try:
            from sacrebleu.metrics import BLEU, CHRF
        except ImportError as error:
            raise EmbedkitError("--bleu needs sacrebleu", "pip install sacrebleu") from error
        # What embedkit has split is no accident: sacrebleu need not warn of it.
        self._metrics = {"bleu": BLEU(tokenize=tokenization(tokenizer), force=True), "chrf": CHRF()}

    def __call__(self, outputs: Sequence[str], references: Sequence[Sequence[str]]) -> list[Scored]:
        """BLEU and chrF of n outputs, each with one reference or more."""
        most = max(map(len, references))
        streams = [[those[i] if i < len(those) else None for those in references] for i in range(most)]
        found = []
        for name, metric in self._metrics.items():
            value = metric.corpus_score(outputs, streams).score
            found.append(Scored(name, value, str(metric.get_signature())))
        return found
