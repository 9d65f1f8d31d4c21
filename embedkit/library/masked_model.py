"""Masked language models as people ask them in Python."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property, partial

import numpy as np

from ..errors import EmbedkitError
from ..lm.lines import reader
from ..lm.masked import fill
from ..lm.masked.fill import Candidate, K
from ..lm.masked.load import load
from ..lm.masked.pseudo import PseudoScorer
from ..lm.masked.sentences import sentence_vectors
from .saved import Saved, copy_file, save_result
from .vectors import WordVectors


class MaskedLanguageModel(Saved):
    """A masked language model. `source` is what the commands work on, see `lm.masked.protocol`."""

    @classmethod
    def trained(cls, model, result, threads: int | None) -> MaskedLanguageModel:
        """The result of a training of `model` of the catalog."""
        return cls(model.language_model(result, threads), partial(save_result, model, result))

    @classmethod
    def read(cls, path, data=None, threads: int | None = None) -> MaskedLanguageModel:
        """The model in a file, or in its bytes; with `threads` in compiled code on so many of them."""
        return cls(load(os.fspath(path), threads, data), partial(copy_file, path))

    def __repr__(self) -> str:
        return f"<masked language model {self.metadata.get('model', '')}: {len(self.source.vocab):,} words>"

    @property
    def words(self) -> list[str]:
        """The vocabulary, `<eos>`, `<unk>` and [MASK] among them."""
        return self.source.vocab.words()

    @cached_property
    def vectors(self) -> WordVectors:
        """Its embeddings as word vectors."""
        from ..vectors.vectors import Vectors

        source = self.source
        return WordVectors(Vectors(source.vocab, source.embeddings, metadata=source.metadata))

    def fill(
        self, lines: str | Sequence[str], k: int = K
    ) -> list[Candidate] | list[list[Candidate]] | list[list[list[Candidate]]]:
        """The `k` most probable words, with their probabilities, for the [MASK] of a line; where it has several, a list
        of them for each. Of several lines a list, with a list of masks for each.

        EmbedkitError where a line has no [MASK].
        """
        asked = [lines] if isinstance(lines, str) else list(lines)
        found = [filled.masks for filled in fill.fill(self.source, asked, k)]
        if [] in found:
            raise EmbedkitError(f"line {found.index([]) + 1} has no [MASK]")
        if not isinstance(lines, str):
            return found
        return found[0][0] if len(found[0]) == 1 else found[0]

    def pseudo_log_likelihood(self, lines: str | Sequence[str], *, word_l2r: bool = False) -> float | list[float]:
        """The pseudo-log-likelihood of a line (Salazar et al. 2020), of several lines a list: the sum of the natural
        log probabilities of its tokens, each given all others. No probability of the line.

        `word_l2r` masks the later subwords of a token's word too (Kauf & Ivanova 2023).
        """
        score = PseudoScorer(self.source, word_l2r)
        found = score([score.read(line) for line in ([lines] if isinstance(lines, str) else lines)])
        sums = [float(scores.sum()) for scores in found]
        return sums[0] if isinstance(lines, str) else sums

    def sentences(self, lines: Sequence[str], *, pooling: str = "mean", layer: int | None = None) -> np.ndarray:
        """(n, D) float32: contextual vectors of lines, their hidden states after block `layer`, by default the last;
        `pooling` is "mean", "max", or "first", the state at the `<eos>` before the line.

        EmbedkitError where a line has no token, OptionError where there is no such layer.
        """
        read = reader(self.source)
        found = [read(line) for line in lines]
        empty = [number for number, line in enumerate(found, 1) if not len(line.ids)]
        if empty:
            raise EmbedkitError(f"line {empty[0]} has no token")
        return sentence_vectors(self.source, found, pooling, layer)
