"""`embedkit count`: co-occurrence counts, the start of every counting model."""

from __future__ import annotations

import click

from ..config import Context, Text, Training
from ..units import counted
from ._options import COUNTS_FORMATS, configured, counts_params
from ._run import given_options, need_inputs, need_output, open_progress


def count(config, inputs, output, target, source, cache, memory, log, quiet):
    from ..config import Config
    from ..count.reading import counts_format, read
    from ..io.output import Output
    from ..runtime.parallel import limited_threads
    from ..text.tokenize import identified
    from ..training.contract import Run

    need_inputs(inputs)
    target = target or ("scipy-npz" if need_output(output).lower().endswith(".npz") else "native")
    with (
        open_progress(quiet, log, inputs) as progress,
        limited_threads(config.training.threads),
        Output(need_output(output)) as out,
    ):
        run = Run(progress, memory, cache, config.training.threads, counts_format=source)
        run.given = tuple(given_options("text", "context"))
        counts = read(inputs, Config(**config.sections | {"text": identified(config.text)}), run)
        counts_format(target).save(out, counts)
        progress.say(f"{counted(counts.matrix.nnz, 'pair')} of words")
        progress.event("done", output=output)


to = click.Option(
    ["--to", "target"],
    type=click.Choice(["native", *COUNTS_FORMATS]),
    help="format of OUT; by default scipy-npz for .npz, native for all else. "
    "glove-cooccur goes with the words of `embedkit vocab`",
)
command = configured(
    "count",
    count,
    {"text": Text, "context": Context, "training": Training},
    [*counts_params(), to],
    "Co-occurrence counts of words in context windows, the input of `train ppmi` and `train svd`.\n\n"
    "INPUT is text (files, folders, patterns, - for stdin), or counts to write in another format.",
)
