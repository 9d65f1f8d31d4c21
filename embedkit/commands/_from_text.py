"""`embedkit train` for models that read the text itself, epoch by epoch, with checkpoints."""

from __future__ import annotations

import click

from ..errors import EmbedkitError
from ._options import corpus_params
from ._run import limited_threads, need_inputs, need_output, open_progress, provenance, read_corpus

INPUT = "INPUT is text: files, folders, patterns, - for stdin."


def params() -> list[click.Parameter]:
    """What such a model takes besides its configuration."""
    return [
        *corpus_params(),
        click.Option(
            ["--checkpoint"],
            metavar="FILE",
            help="keep the state of the unfinished run here  [default: OUT.ckpt; none where OUT is no file]",
        ),
        click.Option(["--resume"], is_flag=True, help="go on from the checkpoint, if there is one"),
    ]


def trainer(name: str, module):
    """What `embedkit train NAME` does."""

    def train(config, inputs, output, target, checkpoint, resume, cache, log, quiet):
        from ..neural.checkpoint import Checkpoint
        from ..neural.run import Run
        from ..vectors import formats
        from ._judge import Judge

        need_inputs(inputs)
        path = checkpoint_path(checkpoint, need_output(output), resume, inputs)
        with open_progress(quiet, log, inputs) as progress, limited_threads(config.training.threads):
            judge, state = Judge(config.training), Checkpoint(path, resume, progress)
            try:
                with formats.Saving(output, target) as out:
                    corpus = read_corpus(inputs, config, cache, progress)
                    judge.check(corpus.vocab)
                    out.reserve(4 * len(corpus.vocab) * config.model.dim)
                    state.identity = identity(name, config, corpus, judge)
                    vectors = module.train(corpus, config, Run(progress, state, judge if judge.tasks else None))
                    vectors.metadata |= provenance(name, config) | {"corpus_sha256": corpus.sha256}
                    out.save(vectors)
            except EmbedkitError as error:
                if state.is_complete:
                    # Hours of work must not be lost to a full disk.
                    again = (
                        f"make room, or write elsewhere: the same command with --resume --checkpoint {path} -o OTHER"
                    )
                    raise EmbedkitError(f"{error}; what was trained is in {path}", again) from error
                raise
            state.remove()
            progress.event("done", output=output)

    return train


def checkpoint_path(given: str | None, output: str, resume: bool, inputs: tuple[str, ...]) -> str | None:
    """Where the checkpoint lies: as `given`, else beside the output if that is a file."""
    import os

    if given is None and output != "-" and (os.path.isfile(output) or not os.path.exists(output)):
        given = f"{output}.ckpt"
    if resume and given is None:
        raise click.UsageError(f"--resume needs --checkpoint FILE, as {output} is no file", click.get_current_context())
    for other in (output, *inputs) if given is not None and os.path.exists(given) else ():
        if os.path.exists(other) and os.path.samefile(given, other):
            raise EmbedkitError(f"{given}: is an input or the output, so it cannot be the checkpoint")
    return given


def identity(name: str, config, corpus, judge) -> dict:
    """What must be the same for a run to go on: options, text, vocabulary, and the files that change the result."""
    import hashlib

    from ..files import map_input

    vocab, init = corpus.vocab, config.model.init
    words = hashlib.sha256(vocab.utf8[vocab.offsets[0] : vocab.offsets[-1]])
    words.update(vocab.offsets - vocab.offsets[0])
    words.update(vocab.counts)
    return {
        "model": name,
        **config.stored(),
        "corpus": corpus.sha256,
        "vocabulary": words.hexdigest(),
        "init": init and hashlib.sha256(map_input(init)).hexdigest(),
        "valid": [task.name for task in judge.tasks] if config.training.keep_best else None,
    }
