"""`embedkit count`: co-occurrence counts, the start of every counting model."""

from __future__ import annotations

import click

from ..config import Context, Text, Training
from ._options import configured, counts_params
from ._run import limited_threads, need_inputs, need_output, open_progress, read_counts


def count(config, inputs, output, target, source, cache, memory, log, quiet):
    from ..count import counts as native
    from ..count import glove_cooccur, scipy_npz
    from ..files import Output

    need_inputs(inputs)
    target = target or ("scipy-npz" if need_output(output).lower().endswith(".npz") else "native")
    with (
        open_progress(quiet, log, inputs) as progress,
        limited_threads(config.training.threads),
        Output(need_output(output)) as out,
    ):
        counts = read_counts(inputs, config, cache, progress, memory, source)
        {"native": native, "glove-cooccur": glove_cooccur, "scipy-npz": scipy_npz}[target].save(out, counts)
        progress.say(f"{len(counts.data):,} pairs of words")
        progress.event("done", output=output)


to = click.Option(
    ["--to", "target"],
    type=click.Choice(["native", "glove-cooccur", "scipy-npz"]),
    help="format of OUT; by default scipy-npz for .npz, native for all else. "
    "glove-cooccur goes with the words of `embedkit vocab`",
)
command = configured(
    "count",
    count,
    {"text": Text, "context": Context, "training": Training},
    [*counts_params(), to],
    "Count which words stand near which; `train ppmi` and `train svd` go on from the file.\n\n"
    "INPUT is text (files, folders, patterns, - for stdin), or counts to write in another format.",
)
