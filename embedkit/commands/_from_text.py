"""`embedkit train` for models that read the text itself, epoch by epoch, with checkpoints."""

from __future__ import annotations

import click

from ..runtime.memory import FEWER
from ._options import corpus_params, target_option
from ._resume import checkpoint_params, identity, init_fingerprint, nothing_lost, open_checkpoint
from ._run import limited_threads, need_inputs, need_output, open_progress, provenance, read_corpus

INPUT = "INPUT is text: files, folders, patterns, - for stdin."


def params() -> list[click.Parameter]:
    """What such a model takes besides its configuration."""
    return [*corpus_params(), *checkpoint_params(), target_option()]


def trainer(name: str, module):
    """What `embedkit train NAME` does."""

    def train(config, inputs, output, target, checkpoint, resume, restart, cache, memory, log, quiet):
        from ..training.run import Run
        from ..vectors import formats
        from ._judge import Judge

        need_inputs(inputs)
        module.check(config)
        state = open_checkpoint(need_output(output), log, inputs)
        with open_progress(quiet, log, inputs, state.goes_on) as progress, limited_threads(config.training.threads):
            judge, state.progress = Judge(config.training), progress
            with nothing_lost(state), formats.Saving(output, target) as out:
                init = init_fingerprint(config.model.init, config.model.dim, "--dim")
                corpus = read_corpus(inputs, config, cache, progress, memory)
                judge.check(corpus.vocab)
                size = len(corpus.vocab)
                memory.need(progress, f"{name} of {size:,} words", module.peak_memory(corpus, config, memory), FEWER)
                out.reserve(4 * size * config.model.dim)
                state.identity = identity(name, config, corpus, init, judge.fingerprints())
                vectors = module.train(corpus, config, Run(progress, state, judge if judge.tasks else None))
                vectors.metadata |= provenance(name, config, corpus_sha256=corpus.sha256, init_sha256=init)
                out.save(vectors)
            state.remove()
            progress.event("done", output=output)

    return train
