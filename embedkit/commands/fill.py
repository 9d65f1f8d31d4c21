"""`embedkit fill`: words for the masked places of lines."""

from __future__ import annotations

import click

from ._config import Command
from ._options import WholeRange, json_option, quiet_option


@click.command("fill", cls=Command)
@click.argument("model", metavar="M")
@click.argument("lines", nargs=-1, metavar="[LINE]...")
@click.option("-k", type=WholeRange(min=1), default=5, help="candidates for each mask")
@json_option
@quiet_option
def command(model, lines, k, as_json, quiet):
    """Candidates for every [MASK] of a line, under the masked language model M: line, mask, word, probability.

    Without arguments each line of stdin is a LINE. Masks are numbered from 1 on; each is predicted from all the words
    around it, not from what other masks may stand for. Words that M lacks are read as <unk>, and stderr names them, as
    it does lines without a [MASK] (exit code 3).
    """
    if model == "-" and not lines:
        raise click.UsageError("M is -, so the lines must be arguments", click.get_current_context())
    from ..lm.masked.fill import fill
    from ..lm.masked.load import load
    from ._out import Out, Unanswered, query_blocks

    asked, unanswered = load(model), Unanswered(quiet)
    with Out(as_json) as out:
        for block in query_blocks(lines):
            for line in block:
                (filled,) = fill(asked, [line], k)  # by itself: what it gets depends on no other
                if filled.unknown:
                    unanswered.say(f"read as <unk>: {' '.join(filled.unknown)}")
                if not filled.masks:
                    unanswered.report(f"no [MASK] to fill: {line}")
                for number, candidates in enumerate(filled.masks, 1):
                    probabilities = [round(candidate.probability, 6) for candidate in candidates]
                    words = [candidate.word for candidate in candidates]
                    out.rows({"line": line, "mask": number}, word=words, probability=probabilities)
            out.flush()
    unanswered.finish()
