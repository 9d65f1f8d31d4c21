"""`embedkit train` for language models: a text with all its words, in order; with checkpoints."""

from __future__ import annotations

import click

from ..errors import EmbedkitError
from ..runtime.memory import FEWER
from ._options import corpus_params
from ._resume import checkpoint_params, identity, init_fingerprint, nothing_lost, open_checkpoint
from ._run import (
    is_native_name,
    limited_threads,
    need_inputs,
    need_output,
    open_progress,
    provenance,
    read_stream,
    read_stream_with,
)

INPUT = "INPUT is text: files, folders, patterns, - for stdin. OUT is a language model, and a file of vectors as well."


def params() -> list[click.Parameter]:
    """What such a model takes besides its configuration."""
    return [*corpus_params(), *checkpoint_params()]


def trainer(name: str, module):
    """What `embedkit train NAME` does."""

    def train(config, inputs, output, checkpoint, resume, restart, cache, memory, log, quiet):
        from ..io.files import Output
        from ..training.run import Run

        need_inputs(inputs)
        need_native(need_output(output))
        model, training = config.model, config.training
        if training.log_gradients and log is None:
            raise click.UsageError("--log-gradients needs --log FILE", click.get_current_context())
        texts = (*inputs, training.valid) if training.valid else inputs
        module.check(config, training.valid is not None)
        state = open_checkpoint(output, log, texts)
        with open_progress(quiet, log, texts, state.goes_on) as progress, limited_threads(training.threads):
            state.progress = progress
            with nothing_lost(state), Output(output) as out:
                init = init_fingerprint(model.init, model.embed, "--embed")
                stream = read_stream(inputs, config, cache, progress, memory)
                valid = read_stream_with(training.valid, stream.vocab, config, cache, progress, memory)
                size = len(stream.vocab)
                memory.need(progress, f"{name} of {size:,} words", module.peak_memory(stream, config, valid), FEWER)
                out.reserve(4 * size * model.embed)
                judged_by = valid and valid.sha256
                state.identity = identity(name, config, stream, init, judged_by)
                trained = module.train(stream, config, Run(progress, state), valid)
                trained.metadata |= provenance(
                    name, config, corpus_sha256=stream.sha256, init_sha256=init, valid_sha256=judged_by
                )
                trained.save(out)
            state.remove()
            progress.event("done", output=output)

    return train


def need_native(output: str) -> None:
    """Refuse an output whose suffix asks for another format."""
    if not is_native_name(output):
        raise EmbedkitError(
            f"{output}: a language model is written in the native format alone",
            "name it .safetensors; embedkit convert makes other files of its vectors",
        )
