"""Parallel text: outputs of a translator against references, by exact match, token error rate, BLEU and chrF.

A file has lines of a source, a separator, a target; lines that share their source are references of one another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..errors import FormatError
from ..runtime.progress import SILENT, Progress
from ..text.pairs import separator_hint, split_pair
from ..translation.protocol import Side, Translator
from ..translation.translate import Decoding, translate
from .bins import length_bins
from .bleu import Bleu, Scored
from .bootstrap import accuracy_difference, accuracy_interval, error_rate_difference, error_rate_interval
from .contract import UNDEFINED, Result, Score, Task, Unknown
from .dataset import DataFile
from .sequences import Errors, by_source, errors, exact_matches

BINS = 4  # of source length, by default
BLOCK = 1000  # lines that are translated before the progress bar moves


class Measures(NamedTuple):
    """Metrics beyond exact match and token error rate: `bleu`, with chrF, of sacrebleu; options of `decoding`."""

    bleu: bool = False
    decoding: Decoding = Decoding()


PLAIN = Measures()


class ParallelText(NamedTuple):
    """n different `sources`, as they first stand there, and the different `references` of each; a checksum."""

    name: str
    sources: list[str]
    references: list[list[str]]
    sha256: str = ""


@dataclass(frozen=True, eq=False)
class TranslationResult(Result):
    """The outputs for n sources. An item is in vocabulary if all tokens of its source are; all of them count.

    right : (n,) bool, the output is one of the references
    errors : of the tokens of each output
    sizes : (n,) int64, tokens of each source
    outputs, references : n lines, and the lines of the references of each
    bleu : computes BLEU and chrF; None where they are not asked for
    """

    right: np.ndarray = ()
    errors: Errors = ()
    sizes: np.ndarray = ()
    outputs: Sequence[str] = ()
    references: Sequence[Sequence[str]] = ()
    bleu: Bleu | None = None

    @property
    def value(self) -> float:
        """Share of exact matches."""
        return float(self.right.mean())

    def scores(self, intervals: bool = False, bins: int = 0) -> Iterator[Score]:
        """The scores of all sources, then those of up to `bins` bins of source length."""
        for section, inside in ((None, self._all), *length_bins(self.sizes, bins)):
            yield from self._scores(section, inside, intervals)

    def differences(self, other: TranslationResult) -> Iterator[Score]:
        used = int(((self.max_rank >= 0) & (other.max_rank >= 0)).sum())
        found = {
            "exact-match": accuracy_difference(self.right, other.right),
            "token-error-rate": error_rate_difference(self.errors, other.errors),
        }
        for metric, (value, *bounds) in found.items():
            yield Score(None, metric, value, None, used, self.total, *bounds)

    def doubts(self, bins: int = 0) -> Iterator[tuple[str, bool]]:
        if self.used < self.total:
            yield f"{self.total - self.used} of {self.total} sources have tokens that the model does not know", False
        if self.bleu is not None:
            yield from ((f"{scored.name} {scored.signature}", False) for scored in self._bleu_of_all)

    @property
    def _all(self) -> np.ndarray:
        return np.ones(self.total, bool)

    @cached_property
    def _bleu_of_all(self) -> list[Scored]:
        return self._bleu(self._all)

    def _scores(self, section: str | None, inside: np.ndarray, intervals: bool) -> Iterator[Score]:
        used, total = int((inside & (self.max_rank >= 0)).sum()), int(inside.sum())
        correct = int(self.right[inside].sum())
        part = Errors(*(column[inside] for column in self.errors))
        bounds = accuracy_interval(correct, total) if intervals else UNDEFINED
        yield Score(section, "exact-match", correct / total, correct, used, total, *bounds)
        bounds = error_rate_interval(part) if intervals else UNDEFINED
        yield Score(section, "token-error-rate", part.rate(), None, used, total, *bounds)
        for scored in self._bleu_of_all if section is None else self._bleu(inside):
            yield Score(section, scored.name, scored.value, None, used, total)

    def _bleu(self, inside: np.ndarray) -> list[Scored]:
        if self.bleu is None:
            return []
        chosen = np.flatnonzero(inside).tolist()
        return self.bleu([self.outputs[i] for i in chosen], [self.references[i] for i in chosen])


def read_parallel(path: str, separator: str = "\t") -> ParallelText:
    """A parallel text. Raises FormatError naming the first line that is no pair."""
    file, pairs = DataFile(path, strip="\r\n"), []
    for number, line in file:
        if not line.strip():
            continue
        try:
            pairs.append(split_pair(line, separator))
        except ValueError as error:
            raise FormatError(path, str(error), separator_hint(line, separator), line=number) from None
    if not pairs:
        raise FormatError(path, "no pairs", "a line is a source, a separator, a target")
    sources: dict[str, str] = {}
    for source, _ in pairs:
        sources.setdefault(source.strip(), source)
    references = by_source([(source.strip(), target) for source, target in pairs])
    return ParallelText(file.name, list(sources.values()), list(references.values()), file.sha256)


def evaluate_parallel(
    translator: Translator, text: ParallelText, measures: Measures = PLAIN, progress: Progress = SILENT
) -> TranslationResult:
    """The best output for each source, against its references; see `evaluate_outputs`."""
    bleu, outputs = Bleu(translator.target.tokenizer) if measures.bleu else None, []
    with progress.bar(len(text.sources), "translation", "lines") as advance:
        for at in range(0, len(text.sources), BLOCK):
            answers = translate(translator, text.sources[at : at + BLOCK], measures.decoding)
            outputs += [best[0].tokens if best else [] for best in answers]
            advance(len(answers))
    return evaluate_outputs(translator.source, translator.target, text, outputs, bleu)


def evaluate_outputs(
    source: Side, target: Side, text: ParallelText, outputs: Sequence[Sequence[str]], bleu: Bleu | None = None
) -> TranslationResult:
    """The tokens of an output for each source, against its references.

    Both are lines of the target side: references as its tokenizer reads them, with its case and normal form, so that
    an output matches exactly if and only if its edit distance to a reference is 0. A token of a reference that is out
    of vocabulary counts as an error, whatever the output has there.
    """
    references = [[target.read(line) for line in lines] for lines in text.references]
    tokens = [source.read(line) for line in text.sources]
    lines = list(map(target.line, outputs))
    reference_lines = [list(map(target.line, those)) for those in references]
    return TranslationResult(
        max_rank=np.array([-1 if source.unknown(line) else max(source.ids(line)) for line in tokens], np.int64),
        right=exact_matches(lines, reference_lines),
        errors=errors(outputs, references),
        sizes=np.array(list(map(len, tokens)), np.int64),
        outputs=lines,
        references=reference_lines,
        bleu=bleu,
    )


class ParallelTask(Task):
    """Exact match and token error rate, BLEU and chrF of a translator."""

    name = "translation"
    read = staticmethod(read_parallel)

    def evaluate(self, source, dataset, protocol=PLAIN, progress=SILENT):
        return [evaluate_parallel(source, dataset, protocol, progress)]

    def unknown_items(self, source, dataset, protocol=PLAIN):
        """Sources with tokens out of vocabulary."""
        for line in dataset.sources:
            if unknown := source.source.unknown(source.source.read(line)):
                yield Unknown(None, line, unknown)


TASK = ParallelTask()
