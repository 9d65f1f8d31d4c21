"""`embedkit train` for models of co-occurrence counts."""

from __future__ import annotations

import click

from ..runtime.memory import FEWER
from ._options import counts_params, target_option
from ._run import limited_threads, need_inputs, need_output, open_progress, provenance, read_counts

INPUT = "INPUT is text (files, folders, patterns, - for stdin), or a file made by `embedkit count`."


def params() -> list[click.Parameter]:
    """What such a model takes besides its configuration."""
    return [*counts_params(), target_option()]


def trainer(name: str, module):
    """What `embedkit train NAME` does."""

    def train(config, inputs, output, target, source, cache, memory, log, quiet):
        from ..vectors import formats

        need_inputs(inputs)
        with (
            open_progress(quiet, log, inputs) as progress,
            limited_threads(config.training.threads),
            formats.Saving(need_output(output), target) as out,
        ):
            counts = read_counts(inputs, config, cache, progress, memory, source)
            size = len(counts.vocab)
            memory.need(progress, f"{name} of {size:,} words", module.peak_memory(counts, config.model, memory), FEWER)
            out.reserve(4 * size * min(getattr(config.model, "dim", 0), size) or 4 * len(counts.data))
            vectors = module.train(counts, config.model, config.training, progress, memory)
            # The counts may be from a file: it knows its own text and context options.
            facts = {key: value for key, value in counts.metadata.items() if key not in ("config", "kind", "tool")}
            vectors.metadata |= provenance(name, config, counts.metadata["config"]) | facts
            out.save(vectors)
            progress.event("done", output=output)

    return train
