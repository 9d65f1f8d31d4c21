"""Facts about words that vectors lack: how often their text has them, and near spellings."""

from __future__ import annotations

from functools import cached_property
from types import SimpleNamespace

from ..text.korean import stems
from ..units import counted
from .query import find, text_options


class UnknownWords:
    """Words that `source` lacks. Their counts are known as long as the cache keeps the text of the vectors."""

    def __init__(self, source):
        self.source = source

    def __call__(self, words: list[str], is_alone: bool) -> str:
        """`occurs 3 times, below --min-count 5; near: xylophones`, as much of it as is known. Of a Korean word without
        its particles: `without particles: 영화`."""
        facts = []
        if self._corpus is not None:
            facts = [self._occurrence(word) if is_alone else f"{word} {self._occurrence(word)}" for word in words]
        vocab = self.source.vocab
        bare = [stem for word in words if (stem := next(filter(vocab.__contains__, stems(word)), None)) is not None]
        facts += [f"without particles: {', '.join(bare)}"] if bare else []
        near = [spelling for word in words for spelling in self.source.vocab.spellings(word)]
        return "; ".join(facts + [f"near: {', '.join(near)}"] if near else facts)

    @cached_property
    def _corpus(self) -> SimpleNamespace | None:
        """All types of the text, with the metadata of the vectors, so that words are found in it as in those."""
        from ..text import cache

        sha256, metadata = self.source.metadata.get("corpus_sha256"), self.source.metadata
        types = cache.vocabulary(sha256, text_options(self.source)) if isinstance(sha256, str) else None
        return None if types is None else SimpleNamespace(vocab=types, metadata=metadata)

    def _occurrence(self, word: str) -> str:
        id, text = find(self._corpus, word), text_options(self.source)
        if id is None:
            return "never occurs"
        count = int(self._corpus.vocab.counts[id])
        fact = f"occurs {counted(count, 'time')}"
        if count < (text.get("min_count") or 0):
            return f"{fact}, below --min-count {text['min_count']}"
        return f"{fact}, not among the {text['max_vocab']} of --max-vocab" if text.get("max_vocab") else fact
