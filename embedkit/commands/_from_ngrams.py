"""`embedkit train` for language models of counted n-grams: a text with all its words, in order."""

from __future__ import annotations

import click

from ._ngrams import to_arpa, writer
from ._options import corpus_params
from ._run import need_inputs, need_output, open_progress, provenance, read_stream

SHORTER = "a lower --order, or less text, needs less"
INPUT = "INPUT is text: files, folders, patterns, - for stdin. OUT is a language model: native, or ARPA (.arpa)."


def params() -> list[click.Parameter]:
    """What such a model takes besides its configuration."""
    to = click.Option(
        ["--to", "target"], type=click.Choice(["native", "arpa"]), help="format of OUT; by default its suffix tells"
    )
    return [*corpus_params(), to]


def trainer(name: str, module):
    """What `embedkit train NAME` does."""

    def train(config, inputs, output, target, cache, memory, log, quiet):
        from ..io.files import Output

        need_inputs(inputs)
        write = writer(need_output(output), target)
        with open_progress(quiet, log, inputs) as progress, Output(output, to_arpa(output, target)) as out:
            stream = read_stream(inputs, config, cache, progress, memory)
            size = module.peak_memory(stream, config.model)
            memory.need(progress, f"{name} of {stream.tokens:,} words of text", size, SHORTER)
            model = module.train(stream, config.model, progress)
            model.metadata |= provenance(name, config, corpus_sha256=stream.sha256)
            write(out, model)
            progress.event("done", output=output)

    return train
