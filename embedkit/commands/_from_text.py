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
        path = checkpoint_path(checkpoint, need_output(output), resume, log, inputs)
        with open_progress(quiet, log, inputs) as progress, limited_threads(config.training.threads):
            judge, state = Judge(config.training), Checkpoint(path, resume, progress)
            try:
                with formats.Saving(output, target) as out:
                    init = fingerprint(config.model.init)
                    corpus = read_corpus(inputs, config, cache, progress)
                    judge.check(corpus.vocab)
                    out.reserve(4 * len(corpus.vocab) * config.model.dim)
                    state.identity = identity(name, config, corpus, init, judge)
                    vectors = module.train(corpus, config, Run(progress, state, judge if judge.tasks else None))
                    vectors.metadata |= provenance(name, config) | {"corpus_sha256": corpus.sha256}
                    vectors.metadata |= {"init_sha256": init} if init else {}
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


def checkpoint_path(
    given: str | None, output: str, resume: bool, log: str | None, inputs: tuple[str, ...]
) -> str | None:
    """Where the checkpoint lies: as `given`, else beside the output if that is a file."""
    import os

    from ..files import is_stream

    is_file = not is_stream(output) and (os.path.isfile(output) or not os.path.exists(output))
    path = f"{output}.ckpt" if given is None and is_file else given
    if path is None:
        if resume:
            context = click.get_current_context()
            raise click.UsageError(f"--resume needs --checkpoint FILE, as {output} is no file", context)
        return None
    if is_stream(path):
        raise click.UsageError(f"--checkpoint {path}: is no file", click.get_current_context())
    for other in filter(None, (output, log, *inputs)):
        # In a folder that is read, the checkpoint would be text when the run goes on.
        real = os.path.realpath(other)
        if os.path.commonpath((os.path.realpath(path), real)) == real:
            raise EmbedkitError(
                f"{path}: cannot be the checkpoint, for this run reads or writes {other}",
                "--checkpoint FILE puts it elsewhere",
            )
    return path


def fingerprint(path: str | None) -> str | None:
    """The SHA-256 of a file that will be read again."""
    import hashlib
    import os

    from ..files import map_input

    if path is None:
        return None
    if path == "-" or os.path.exists(path) and not os.path.isfile(path):
        raise EmbedkitError(f"{path}: is read more than once, so it must be a file")
    return hashlib.sha256(map_input(path)).hexdigest()


def identity(name: str, config, corpus, init: str | None, judge) -> dict:
    """What must be the same for a run to go on: options, text, vocabulary, and the files that change the result."""
    import hashlib

    from .. import __version__

    vocab = corpus.vocab
    words = hashlib.sha256(vocab.utf8[vocab.offsets[0] : vocab.offsets[-1]])
    words.update(vocab.offsets - vocab.offsets[0])
    words.update(vocab.counts)
    return {
        "tool": f"embedkit {__version__}",
        "model.name": name,
        **config.stored(),
        "corpus": corpus.sha256,
        "vocabulary": words.hexdigest(),
        "init": init,
        "valid": judge.fingerprints(),
    }
