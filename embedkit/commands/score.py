"""`embedkit score`: how probable lines are."""

from __future__ import annotations

import math
from collections.abc import Iterator

import click

from ._config import Command
from ._lm import carry_option, encoding_options, lm_argument, read_as
from ._options import json_option, quiet_option


@click.command("score", cls=Command)
@lm_argument
@click.argument("text", required=False, metavar="[TEXT]")
@click.option("--per-word", is_flag=True, help="a row for each word: number of its line, word, log10, ln, unknown")
@carry_option(default=False)
@encoding_options
@json_option
@quiet_option
def command(lm, text, per_word, carry, encoding, encoding_errors, as_json, quiet):
    """Log probability of each line of TEXT, or of stdin: line, log10, ln, tokens, unknown.

    log10 and ln are the same probability to base 10 and base e. The line end, <eos>, is predicted and is a token; the
    first word is predicted from a line end before it. Words that the model lacks are <unk>, and unknown counts all
    <unk>. An empty line is one that ends at once. Lines of stdin are answered as they come.
    """
    if lm == "-" and text in (None, "-"):
        raise click.UsageError("LM is -, so TEXT must be a file", click.get_current_context())
    from ..lm.lines import reader
    from ..lm.load import load
    from ..lm.score import Scorer
    from ..text.inputs import need_text
    from ._out import Out, Unanswered

    if text is not None:
        need_text([text])
    model, unanswered = load(lm), Unanswered(quiet)
    read, score, end = reader(model), Scorer(model, carry), model.vocab[model.eos]
    number = 0
    with Out(as_json) as out:
        for block in blocks(text or "-", **read_as(model, encoding, encoding_errors)):
            for string in block:
                line, number = read(string), number + 1
                if (line.ids < 0).any():
                    unanswered.report(f"line {number}: the model has no word for {', '.join(line.missing)}")
                    continue
                scores, unknown = score(line.ids).tolist(), (line.ids == model.unk).tolist()
                if per_word:
                    for word, ln, is_unknown in zip([*line.words, end], scores, [*unknown, False]):
                        out.row(line=number, word=word, **_logs(ln), unknown=int(is_unknown))
                else:
                    out.row(line=string, **_logs(sum(scores)), tokens=len(scores), unknown=sum(unknown))
            out.flush()
    if text is not None and not number:
        from ..errors import EmbedkitError

        raise EmbedkitError(f"{text}: no lines in it", "the input is empty")
    unanswered.finish()


def _logs(ln: float) -> dict:
    return {"log10": round(ln / math.log(10), 4), "ln": round(ln, 4)}


def blocks(path: str, encoding: str, encoding_errors: str) -> Iterator[list[str]]:
    """The lines of `path` ("-" is stdin) in blocks, as they arrive, without CR and byte order mark.

    FormatError at the first byte that is not of the encoding, unless `encoding_errors` is "replace".
    """
    from ..io.encoding import open_text
    from ._out import whole_lines

    mark = "\ufeff"
    with open_text(path, encoding, encoding_errors, checked=True) as file:
        for lines in whole_lines(file):
            yield lines.decode().removeprefix(mark).replace("\r", "").split("\n")
            mark = ""
