"""The model `kn`: n-grams with interpolated modified Kneser-Ney smoothing (Chen & Goodman 1998)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText, Training, option
from ...runtime.progress import SILENT, Progress
from ...training.contract import Model


@dataclass(frozen=True)
class Kn:
    """Options of Kneser-Ney."""

    order: int = option(5, "n-gram order (context = order - 1 words)", least=1)
    prune: int = option(0, "pruning: drop n-grams of order 3 and higher that occur this often or less", least=0)


def train(stream, options: Kn, progress: Progress = SILENT):
    """The `model.NgramModel` of a `Stream`; its metadata tell discounts, sizes, and p(`<unk>`)."""
    from .counting import count
    from .estimate import FALLBACK, estimate
    from .model import NgramModel

    V = len(stream.vocab)
    counted = count(stream.ids, stream.eos, V, options.order)
    levels, discounts, fallback = estimate(counted, stream.eos, V, options.prune)
    sizes = [len(level.keys) for level in levels]
    if fallback:
        orders, taken = (", ".join(map(str, values)) for values in (fallback, FALLBACK))
        progress.say(f"order {orders}: too little text to estimate discounts; taken: {taken}")
    facts = {"ngrams": sizes, "discounts": discounts, "fallback": fallback}
    facts["unk_probability"] = 10 ** float(levels[0].log10[stream.unk])
    progress.event("ngrams", **facts)
    progress.say(f"{' + '.join(f'{size:,}' for size in sizes)} n-grams")
    return NgramModel(stream.vocab, levels, facts)


class KneserNeyModel(Model):
    """A language model of counted n-grams."""

    gives = "OUT is a language model: native, or ARPA (.arpa)."
    formats = ("native", "arpa")

    def read(self, inputs, config, run):
        """A `text.stream.Stream`."""
        from ...text import stream

        return stream.read(inputs, config.text, run)

    def memory(self, data, config, run):
        from ...io.spool import held

        # Sorting one order, and the n-grams of all before it.
        return held(data.ids) + (30 + 30 * config.model.order) * data.tokens

    def train(self, data, config, run):
        return train(data, config.model, run.progress)

    def open(self, path, format):
        from . import formats

        return formats.saving(path, format)

    def language_model(self, result, threads=None):
        """The `model.NgramModel`, which training gives."""
        return result

    def load(self, container, threads=None):
        """The `model.NgramModel` in a native file; see `store.load`. Nothing in it is compiled, whatever `threads`."""
        from . import store

        return store.load(container)


MODEL = KneserNeyModel({"text": LmText, "model": Kn, "training": Training})
