"""Encoder-decoders as people ask them in Python."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial

from ..errors import EmbedkitError
from ..translation import score, translate
from ..translation.load import load
from ..translation.translate import BATCH, LENGTH_PENALTY, Decoding, Translation
from .saved import Saved, copy_file, save_result


class Translator(Saved):
    """An encoder-decoder. `source` is what the commands work on, see `translation.protocol`."""

    @classmethod
    def trained(cls, model, result, threads: int | None) -> Translator:
        """The result of a training of `model` of the catalog."""
        return cls(model.translator(result), partial(save_result, model, result))

    @classmethod
    def read(cls, path, data=None) -> Translator:
        """The model in a file, or in its bytes."""
        return cls(load(os.fspath(path), data=data), partial(copy_file, path))

    def __repr__(self) -> str:
        source, target = len(self.source.source.vocab), len(self.source.target.vocab)
        return f"<{self.metadata.get('model', 'seq2seq')}: {source:,} source tokens, {target:,} target tokens>"

    def translate(
        self,
        lines: str | Sequence[str],
        *,
        beam: int = 1,
        n_best: int = 1,
        length_penalty: float = LENGTH_PENALTY,
        max_length: int | None = None,
        batch_size: int = BATCH,
        attention: bool = False,
        threads: int | None = None,
    ) -> Translation | list[Translation] | list[list[Translation]]:
        """The `Translation` of a line; of several lines a list. With `n_best` above 1 each is a list, best first.

        Parameters
        ----------
        beam : width of the beam search; 1 is greedy decoding
        n_best : outputs of each line, at most `beam`
        length_penalty : α; outputs are ranked by log p / tokens^α
        max_length : most tokens of an output; by default the length of the line decides
        batch_size : lines decoded together; costs memory, changes no answer
        attention : keep attention weights
        threads : threads, a batch on each; by default all cores

        EmbedkitError where a line has no token, or where the model has no attention to keep.
        """
        decoding = Decoding(beam, n_best, length_penalty, max_length, batch_size, attention, threads)
        asked = [lines] if isinstance(lines, str) else list(lines)
        found = translate.translate(self.source, asked, decoding)
        if [] in found:
            raise EmbedkitError(f"line {found.index([]) + 1} has no token")
        answers = found if n_best > 1 else [best for (best,) in found]
        return answers[0] if isinstance(lines, str) else answers

    def score(self, pairs: tuple[str, str] | Sequence[tuple[str, str]]) -> float | list[float]:
        """The natural log probability of a target and its end, given its source; of several pairs a list.

        Tokens that the model lacks are read as `<unk>`. EmbedkitError where a source or a target has no token.
        """
        is_one = isinstance(pairs, tuple) and len(pairs) == 2 and all(isinstance(side, str) for side in pairs)
        found = score.score(self.source, [pairs] if is_one else list(pairs))
        if None in found:
            raise EmbedkitError(f"pair {found.index(None) + 1}: one side has no token")
        sums = [float(scored.ln.sum()) for scored in found]
        return sums[0] if is_one else sums
