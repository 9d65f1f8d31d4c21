"""`embedkit train` for models that read the text itself, epoch by epoch, with checkpoints."""

from __future__ import annotations

import click

from ..runtime.memory import FEWER
from ._options import corpus_params, target_option
from ._resume import checkpoint_params, checkpoint_path, goes_on, identity, init_fingerprint, nothing_lost
from ._run import limited_threads, need_inputs, need_output, open_progress, provenance, read_corpus

INPUT = "INPUT is text: files, folders, patterns, - for stdin."


def params() -> list[click.Parameter]:
    """What such a model takes besides its configuration."""
    return [*corpus_params(), *checkpoint_params(), target_option()]


def trainer(name: str, module):
    """What `embedkit train NAME` does."""

    def train(config, inputs, output, target, checkpoint, resume, cache, memory, log, quiet):
        from ..training.checkpoint import Checkpoint
        from ..training.run import Run
        from ..vectors import formats
        from ._judge import Judge

        need_inputs(inputs)
        module.check(config)
        path = checkpoint_path(checkpoint, need_output(output), resume, log, inputs)
        resumes = goes_on(path, resume)
        with open_progress(quiet, log, inputs, resumes) as progress, limited_threads(config.training.threads):
            judge, state = Judge(config.training), Checkpoint(path, resume, progress)
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
