"""What `train`, `count` and `vocab` share: inputs, output, threads, and the record of how a file was made."""

from __future__ import annotations

from contextlib import contextmanager

import click

from ..config import Config
from ..errors import EmbedkitError
from ..runtime.memory import Memory
from ..runtime.progress import Progress
from ..units import counted
from ._options import one_stdin


def open_progress(quiet: bool, log: str | None, inputs: tuple[str, ...], resumes: bool = False) -> Progress:
    """The progress of a run that writes over none of its inputs. One that `resumes` goes on behind what is in the
    log."""
    import os

    output = click.get_current_context().params["output"]
    for what, written in (("log", log), ("output", output)):
        for path in inputs if written not in (None, "-") and os.path.exists(written) else ():
            if os.path.isfile(path) and os.path.samefile(path, written):
                raise EmbedkitError(f"{written}: is an input, so it cannot be the {what}")
    return Progress(quiet, log, append=resumes)


def need_inputs(inputs: tuple[str, ...]) -> None:
    """Usage error where there are none, or where stdin would have to be two of the files that this command reads."""
    params = click.get_current_context().params
    others = (params.get(name) for name in ("vocab", "phrases", "valid"))
    one_stdin(*inputs, *others, *params.get("valid_pairs", ()), *params.get("valid_questions", ()))
    if not inputs:
        raise click.UsageError(
            "Missing INPUT: text files, folders, patterns, or - for stdin", click.get_current_context()
        )


def need_output(output: str | None) -> str:
    """`output`; usage error where there is none."""
    if output is None:
        raise click.UsageError("Missing -o OUT: the file to write, or - for stdout", click.get_current_context())
    return output


@contextmanager
def limited_threads(threads: int | None):
    """Keep BLAS to as many threads as our own kernels use."""
    if threads is None:
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(threads):
        yield


def is_native_name(output: str) -> bool:
    """Whether `output` is stdout, or by its suffix a native file."""
    import os

    from ..vectors import formats

    return output == "-" or os.path.splitext(output)[1].lower() in formats.by_name("native").SUFFIXES


def need_text(inputs: tuple[str, ...]) -> None:
    """Refuse files that embedkit has made where text is needed."""
    for path in inputs:
        if is_native(path):
            raise EmbedkitError(f"{path}: is a file that embedkit has made, not text", f"embedkit info {path}")


def read_corpus(inputs: tuple[str, ...], config: Config, keep: bool, progress: Progress, memory: Memory):
    """The corpus in `inputs`, with a line about it on stderr."""
    from ..text import corpus

    need_text(inputs)
    text = corpus.load(inputs, config.text, config.training.threads, keep, progress, memory)
    progress.event("corpus", tokens=text.tokens, words=len(text.vocab), sha256=text.sha256)
    progress.say(f"{counted(text.tokens, 'token')}, {counted(len(text.vocab), 'word')} kept")
    return text


def read_stream(inputs: tuple[str, ...], config: Config, keep: bool, progress: Progress, memory: Memory):
    """The text in `inputs` for a language model, with a line about it on stderr."""
    from ..text import stream

    need_text(inputs)
    text = stream.read(inputs, config.text, config.training.threads, keep, progress, memory)
    progress.event("corpus", tokens=text.tokens, words=len(text.vocab), unknown=text.unknown, sha256=text.sha256)
    tokens, words = counted(text.tokens, "token"), counted(len(text.vocab), "word")
    progress.say(f"{tokens}, {text.unknown:,} of them <unk>; {words}")
    return text


def read_stream_with(path: str | None, vocab, config: Config, keep: bool, progress: Progress, memory: Memory):
    """The text in `path` in the words of `vocab`, None without a path."""
    from ..text import stream

    if path is None:
        return None
    need_text((path,))
    return stream.read_with((path,), vocab, config.text, config.training.threads, keep, progress, memory)


def counts_module(format: str):
    """What reads and writes counts in a `format`: "native", or one of COUNTS_FORMATS."""
    from ..count import counts, glove_cooccur, scipy_npz

    return {"native": counts, glove_cooccur.NAME: glove_cooccur, scipy_npz.NAME: scipy_npz}[format]


def read_counts(
    inputs: tuple[str, ...],
    config: Config,
    keep: bool,
    progress: Progress,
    memory: Memory,
    source: str | None = None,
):
    """Co-occurrence counts: from a COUNTS file if that is what `inputs` names, else from text.

    `source` names the format of a counts file that cannot be told by its bytes. A counts file has its text and context
    options inside; giving others on the command line is refused.
    """
    from ..count import cooccur

    if len(inputs) == 1 and (source or is_native(inputs[0])):
        given = [flag for flag in given_options("text", "context") if not source or flag != "--vocab"]
        if given:
            raise EmbedkitError(
                f"{inputs[0]}: holds counts already, so {', '.join(given)} cannot change them",
                "count the text again, or leave those options out",
            )
        module = counts_module(source or "native")
        return module.load(inputs[0], config.text.vocab) if source else module.load(inputs[0])
    text = read_corpus(inputs, config, keep, progress, memory)
    found = cooccur.count(text, config.context, config.training.seed, config.training.threads, memory, progress)
    progress.event("counts", entries=len(found.data))
    if not len(found.data):
        raise EmbedkitError(
            f"{' '.join(inputs)}: no two words stand near each other",
            "a window ends with its line: is that one word long?",
        )
    stored = config.stored()
    found.metadata["config"] = {name: stored[name] for name in ("text", "context")}
    return found


def provenance(name: str, config: Config, text: dict | None = None, **facts) -> dict:
    """How a file was made: every option, the seed, this program, and those `facts` that are not None.

    `text` has options that a file of counts knows.
    """
    from .. import __version__

    return {
        "model": name,
        "tool": f"embedkit {__version__}",
        "seed": config.training.seed,
        "config": config.stored() | (text or {}),
        **{key: fact for key, fact in facts.items() if fact is not None},
    }


def is_native(path: str) -> bool:
    """Whether `path` is a file in the native container; of stdin, only the first bytes are looked at."""
    import os
    import sys

    from ..io import container
    from ..io.files import reading_error

    if path == "-":
        return sys.stdin is not None and container.looks_like(sys.stdin.buffer.peek(64)[:64])
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            return container.looks_like(file.read(64))
    except OSError as error:
        raise reading_error(path, error) from error


def given_options(*sections: str) -> list[str]:
    """The flags of these sections that were given, and not only as their defaults in a --config file."""
    ctx = click.get_current_context()
    source = click.core.ParameterSource

    def is_given(param) -> bool:
        found = ctx.get_parameter_source(param.name)
        return found is not source.DEFAULT and (
            found is not source.DEFAULT_MAP or ctx.params[param.name] != param.default
        )

    return [p.opts[0] for p in ctx.command.params if getattr(p, "section", "") in sections and is_given(p)]
