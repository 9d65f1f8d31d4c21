"""`embedkit perplexity`: how well a language model predicts texts."""

from __future__ import annotations

import sys

import click

from ._lm import carry_option, lm_argument
from ._options import CACHE, json_option, quiet_option

COLUMNS = ("text", "tokens", "unknown", "perplexity", "perplexity_known", "bits_per_token")


@click.command("perplexity")
@lm_argument
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@carry_option(default=True)
@click.option(
    "--batch-size",
    type=click.IntRange(min=1),
    default=32,
    show_default=True,
    metavar="N",
    help="lines read at a time with --reset-per-line; costs memory, changes no number",
)
@click.option("--threads", type=click.IntRange(min=1), metavar="N", help="threads  [default: all cores]")
@click.option("--cache/--no-cache", **CACHE)
@json_option
@quiet_option
def command(lm, texts, carry, batch_size, threads, cache, as_json, quiet):
    """Perplexity of each TEXT: files, folders, patterns, or - for stdin.

    Every word and every line end, <eos>, is predicted, the first word from a line end before it. Words that the model
    lacks are <unk>, and unknown counts all <unk>; perplexity_known leaves them out of the mean. The mean is that of the
    whole text, not of its lines.

    Prints a table on a terminal, tab-separated lines with a header otherwise.
    """
    if (lm, *texts).count("-") > 1:
        raise click.UsageError("only one of the files can be -, stdin", click.get_current_context())
    from ..config import Text
    from ..lm.load import load
    from ..lm.perplexity import perplexity
    from ..parallel import thread_count
    from ..progress import Progress
    from ..text.stream import read_with
    from ._out import Out
    from ._run import limited_threads, need_text

    need_text(texts)
    threads = thread_count(threads)
    model, progress = load(lm, threads), Progress(quiet)
    config = text_config(model, Text)
    with limited_threads(threads), Out(as_json) as out:
        # Texts first: what is wrong with the last of them should not show after minutes of work.
        streams = [read_with([text], model.vocab, config, threads, cache, progress) for text in texts]
        is_table, rows = not as_json and sys.stdout.isatty(), []
        for text, stream in zip(texts, streams):
            row = _row(text, perplexity(model, stream.ids, reset=not carry, batch=batch_size, progress=progress))
            if is_table:
                rows.append(row)
                continue
            if not as_json and stream is streams[0]:
                out.line("\t".join(COLUMNS))
            out.row(**row)
            out.flush()
        if is_table:
            for line in _table(rows):
                out.line(line)


def text_config(model, Text):
    """The options with which the text of `model` was read, as far as they decide what a word is."""
    from dataclasses import fields

    from ..vectors.query import text_options

    known = {f.name for f in fields(Text)} - {"min_count", "max_vocab", "vocab"}
    return Text(min_count=1, **{name: value for name, value in text_options(model).items() if name in known})


def _row(text: str, found) -> dict:
    numbers = (found.perplexity, found.perplexity_known, found.bits_per_token)
    return dict(zip(COLUMNS, (text, found.tokens, found.unknown, *map(_rounded, numbers))))


def _rounded(value: float | None) -> float | None:
    """Four decimals; None for infinity, which JSON does not have."""
    return None if value is None or value == float("inf") else round(value, 4)


def _table(rows: list[dict]):
    """Lines for people: the text to the left, numbers to the right."""
    cells = [COLUMNS, *(tuple("-" if v is None else str(v) for v in row.values()) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells)]
    for line in cells:
        yield "  ".join(f"{c:{'>' if i else '<'}{w}}" for i, (c, w) in enumerate(zip(line, widths)))
