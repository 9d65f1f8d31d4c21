"""Language models as people ask them in Python."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from ..lm.load import load
from ..lm.perplexity import Perplexity
from ..runtime.parallel import thread_count
from .saved import Saved, copy_file, save_result


class LanguageModel(Saved):
    """A language model of any kind. `source` is what the commands work on, see `lm.protocol`."""

    def __init__(self, source, threads: int, save: Callable):
        super().__init__(source, save)
        self.threads = threads

    @classmethod
    def trained(cls, model, result, threads: int | None) -> LanguageModel:
        """The result of a training of `model` of the catalog."""
        threads = thread_count(threads)
        return cls(model.language_model(result, threads), threads, partial(save_result, model, result))

    @classmethod
    def read(cls, path, threads: int | None) -> LanguageModel:
        """The model in a file."""
        threads = thread_count(threads)
        return cls(load(os.fspath(path), threads), threads, partial(copy_file, path))

    def __repr__(self) -> str:
        return f"<language model {self.metadata.get('model', '')}: {len(self.source.vocab):,} words>"

    @property
    def words(self) -> list[str]:
        """The vocabulary, `<eos>` and `<unk>` among them."""
        return self.source.vocab.words()

    def perplexity(self, text, *, carry_state: bool = True, encoding: str = "utf-8") -> float:
        """Perplexity of a text: a path, or an iterable of lines or token lists; line ends are predicted too. `encoding`
        is that of files."""
        return self.measure(text, carry_state=carry_state, encoding=encoding).perplexity

    def measure(self, text, *, carry_state: bool = True, encoding: str = "utf-8") -> Perplexity:
        """Perplexity with everything that it is made of; see `perplexity`."""
        from ..lm.lines import text_config
        from ..lm.perplexity import perplexity
        from ..runtime.parallel import limited_threads
        from ..runtime.resources import Resources
        from ..text.stream import read_with
        from .text import as_inputs

        with limited_threads(self.threads):
            config = replace(text_config(self.source), encoding=encoding)
            resources = Resources(cache=False, threads=self.threads)
            stream = read_with(as_inputs(text), self.source.vocab, config, resources)
            return perplexity(self.source, stream.ids, reset=not carry_state)._replace(size=stream.size)

    def score(self, lines: str | Iterable[str | Sequence[str]]) -> float | list[float]:
        """The natural log probability of a line and its end; of several lines a list.

        A line is a string, or a list of tokens. Unknown words are read as `<unk>`.
        """
        import numpy as np

        from ..lm.lines import reader
        from ..lm.score import Scorer

        read, score = reader(self.source), Scorer(self.source)
        if isinstance(lines, str):
            return float(np.sum(score(read(lines).ids)))
        return [float(np.sum(score(read(line if isinstance(line, str) else " ".join(line)).ids))) for line in lines]

    def generate(
        self,
        prompt: str = "",
        *,
        words: int = 100,
        lines: int | None = 1,
        greedy: bool = False,
        beam: int | None = None,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        ban: Sequence[str] = (),
        seed: int = 1,
    ) -> list[str]:
        """Lines that go on from `prompt`, which is part of the first: drawn at random, greedy, or by beam search.

        Parameters
        ----------
        words, lines : the most of each; None for no limit of lines
        temperature, top_k, top_p : of the draw, in this order
        ban : words that are never written
        """
        from ..lm.lines import generated_lines, read_prompt, spell

        options = {"greedy": greedy, "beam": beam, "ban": ban, "seed": seed}
        options |= {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        found = generated_lines(self.source, read_prompt(self.source, prompt), words, lines, **options)
        return [spell(self.source, line) for line, _, _ in found]
