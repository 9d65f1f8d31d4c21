"""`embedkit translate`: the outputs of an encoder-decoder for lines."""

from __future__ import annotations

import click

from ._config import Command
from ._lines import blocks, check_text
from ._lm import encoding_options, read_as
from ._options import FiniteRange, WholeRange, json_option, quiet_option

FOR_PAIRS = "here a line is a source (cut -f1); evaluate --parallel and score read pairs"


@click.command("translate", cls=Command)
@click.argument("model", metavar="M")
@click.argument("text", required=False, metavar="[TEXT]")
@click.option("--beam", type=WholeRange(min=1), default=1, help="beam search of width N; 1 is greedy decoding")
@click.option("--n-best", type=WholeRange(min=1), default=1, help="the N best outputs of each line, with their rank")
@click.option(
    "--length-penalty",
    type=FiniteRange(min=0),
    default=0.0,
    help="exponent α: outputs are ranked by ln / tokens^α; 0 by probability, which prefers short ones",
)
@click.option(
    "--max-length", type=WholeRange(min=1), help="most tokens of an output  [default: twice those of the line, and 20]"
)
@click.option(
    "--batch-size",
    type=WholeRange(min=1),
    default=100,
    help="lines decoded together, of about one length; costs memory, changes no answer",
)
@click.option("--threads", type=WholeRange(min=1), help="threads, a batch on each  [default: all cores]")
@click.option("--attention", is_flag=True, help="with --json: attention weights, a row for each token of the output")
@encoding_options
@json_option
@quiet_option
def command(model, text, encoding, encoding_errors, as_json, quiet, **options):
    """Outputs of the encoder-decoder M for the lines of TEXT, or of stdin: source, output, ln.

    ln is the natural log probability of the output and its end, given the line; with --n-best a fourth column is the
    rank. Tokens that M lacks are read as <unk>, and stderr names them, as it does lines without a token, which have no
    output (exit code 3), and outputs that --max-length cut. An output depends on its own line alone. Lines of stdin are
    answered as they come.

    With --json each output is an object: source, output, rank, ln, score (ln by the length penalty), hit_cap, unknown
    (tokens of the line read as <unk>); with --attention also source_tokens, tokens and attention.
    """
    check_text(model, "M", text)
    if options["attention"] and not as_json:
        raise click.UsageError("--attention needs --json", click.get_current_context())
    from ..errors import about
    from ..translation.load import load
    from ..translation.translate import Decoding, translate
    from ._out import Out, Unanswered

    decoding, translator, unanswered = Decoding(**options), load(model), Unanswered(quiet)
    is_told = False
    with Out(as_json) as out:
        for block in blocks(text, **read_as(translator, encoding, encoding_errors)):
            if not is_told and (pairs := [number for number, line in block if "\t" in line]):
                unanswered.say(f"line {pairs[0]}: has a tab, as pairs have; {FOR_PAIRS}")
                is_told = True
            with about(model):
                answers = translate(translator, [line for _, line in block], decoding)
            for (number, line), found in zip(block, answers):
                if found:
                    _print(out, line, found, decoding)
                    _say(unanswered, number, found)
                else:
                    unanswered.report(f"line {number}: no token in it")
            out.flush()
    unanswered.finish()


def _print(out, line: str, found: list, decoding) -> None:
    """A row for each output of a line."""
    for rank, best in enumerate(found, 1):
        if not out.as_json:
            out.row(
                source=line, output=best.output, ln=round(best.ln, 4), **{"rank": rank} if decoding.n_best > 1 else {}
            )
            continue
        facts = {"source": line, "output": best.output, "rank": rank}
        facts |= {"ln": round(best.ln, 4), "score": round(best.score, 4), "hit_cap": best.hit_cap}
        facts["unknown"] = best.unknown
        if decoding.attention:
            weights = best.attention.astype(float).round(4).tolist()
            facts |= {"source_tokens": best.source_tokens, "tokens": best.tokens, "attention": weights}
        out.row(**facts)


def _say(unanswered, number: int, found: list) -> None:
    """Doubts about the outputs of a line."""
    if found[0].unknown:
        unanswered.say(f"line {number}: read as <unk>: {' '.join(found[0].unknown)}")
    for rank, best in enumerate(found, 1):
        if best.hit_cap:
            which = f"output {rank}" if rank > 1 else "the output"
            unanswered.say(f"line {number}: {which} is cut at {len(best.tokens)} tokens (--max-length)")
