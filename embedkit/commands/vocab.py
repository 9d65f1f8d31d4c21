"""`embedkit vocab`: the words of a text and how often they occur."""

from __future__ import annotations

from ..config import Text, Training
from ._options import configured, corpus_params, json_option
from ._run import need_inputs, open_progress


def vocab(config, inputs, output, as_json, cache, memory, log, quiet):
    from ..io.output import Output
    from ..runtime.resources import Resources
    from ..text import corpus
    from ._out import cell, to_json

    need_inputs(inputs)
    with open_progress(quiet, log, inputs) as progress, Output(output or "-", is_text=True) as out:
        resources = Resources(progress, memory, cache, config.training.threads)
        words = corpus.load(inputs, config.text, resources).vocab
        step = 1 << 14
        for start in range(0, len(words), step):
            counts = words.counts[start : start + step].tolist()
            rows = zip(words.words(start, start + step), counts)
            lines = [to_json({"word": w, "count": n}) if as_json else f"{cell(w)}\t{n}" for w, n in rows]
            out.write("".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape"))


command = configured(
    "vocab",
    vocab,
    {"text": Text, "training": Training},
    [*corpus_params(), json_option()],
    "Count words, the most frequent first: `word<TAB>count`. The output serves as --vocab FILE elsewhere.",
)
