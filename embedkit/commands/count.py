"""`embedkit count`: co-occurrence counts, the start of every counting model."""

from __future__ import annotations

from ..config import Context, Text, Training
from ._options import configured, corpus_params
from ._run import limited_threads, need_inputs, need_output, read_counts


def count(config, inputs, output, cache, log, quiet):
    from ..count import cooccur
    from ..files import Output
    from ..progress import Progress

    need_inputs(inputs)
    with (
        Progress(quiet, log) as progress,
        limited_threads(config.training.threads),
        Output(need_output(output)) as out,
    ):
        counts = read_counts(inputs, config, cache, progress)
        cooccur.save(out, counts)
        progress.say(f"{len(counts.data):,} pairs of words")
        progress.event("done", output=output)


command = configured(
    "count",
    count,
    {"text": Text, "context": Context, "training": Training},
    corpus_params(),
    "Count which words stand near which; `train ppmi` and `train svd` go on from the file.",
)
