"""`embedkit generate`: text that a language model writes."""

from __future__ import annotations

import click

from ._config import Command
from ._lm import lm_argument
from ._options import FiniteRange, WholeRange, json_option, quiet_option

WORDS = 100


@click.command("generate", cls=Command)
@lm_argument
@click.option("--prompt", default="", metavar="TEXT", help="how the text begins")
@click.option(
    "--max-words",
    type=WholeRange(min=1),
    metavar="N",
    help=f"stop after N words, line ends counted  [default: {WORDS}, with --lines that many a line]",
)
@click.option("--lines", type=WholeRange(min=1), metavar="N", help="stop after N lines")
@click.option("--greedy", is_flag=True, help="always the most probable word")
@click.option(
    "--temperature",
    type=FiniteRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    metavar="X",
    help="divide log probabilities by this: below 1 bolder in what is likely, above 1 more varied",
)
@click.option("--top-k", type=WholeRange(min=1), metavar="N", help="draw among the N most probable words")
@click.option(
    "--top-p",
    type=FiniteRange(min=0, max=1, min_open=True),
    metavar="X",
    help="draw among the fewest words that have this share of the probability",
)
@click.option("--beam", type=WholeRange(min=1), metavar="N", help="the most probable lines, keeping N at a time")
@click.option("--ban", multiple=True, metavar="WORD", help="never write this word, as '<unk>'; may be repeated")
@click.option("--seed", type=WholeRange(min=0), default=1, show_default=True, metavar="N", help="seed of the draw")
@json_option
@quiet_option
def command(lm, prompt, max_words, lines, greedy, temperature, top_k, top_p, beam, ban, seed, as_json, quiet):
    """Text that LM writes after a line end and the prompt, which is printed too.

    Words are drawn with the probabilities that the model gives them: changed by --temperature, then cut to --top-k,
    then to --top-p. The same seed draws the same text. With --json each line is an object: text, words (line end and
    prompt counted) and ln, the log probability of what follows the prompt in the model, unchanged.
    """
    searched = [flag for flag, value in (("--greedy", greedy), ("--beam", beam)) if value]
    drawn = {"--temperature": temperature != 1, "--top-k": top_k, "--top-p": top_p}
    flags = searched + [flag for flag, value in drawn.items() if value]
    if searched and len(flags) > 1:
        raise click.UsageError(f"{flags[0]} does not go with {flags[1]}", click.get_current_context())
    from itertools import islice
    from random import Random

    from ..lm.beam_search import beam_search
    from ..lm.generate import generate, sampler
    from ..lm.generate import greedy as best
    from ..lm.lines import reader, spell, written_lines
    from ..lm.load import load
    from ._out import Out

    model = load(lm)
    asked = reader(model)(prompt)
    _tell_missing(model, asked, quiet)
    banned = [id for id in map(model.vocab.id, ban) if id is not None]
    limit, before = max_words or WORDS * (lines or 1), asked.ids.tolist()
    if beam:
        written = beam_search(model, beam, limit, before, banned)
    else:
        choose = best if greedy else sampler(Random(seed), temperature, top_k, top_p)
        written = islice(generate(model, choose, before, banned), limit)
    with Out(as_json) as out:
        for line, count, ln in islice(written_lines(model, asked.words, written), lines):
            text = spell(model, line)
            out.row(text=text, words=count, ln=round(ln, 4)) if as_json else out.line(text)
            out.flush()


def _tell_missing(model, prompt, quiet: bool) -> None:
    """Name the words of the prompt that the model reads as `<unk>`, or refuse them where it cannot."""
    if not prompt.missing:
        return
    from ..errors import EmbedkitError
    from ..runtime.progress import Progress

    message = f"unknown word{'s' * (len(prompt.missing) > 1)} in the prompt: {', '.join(prompt.missing)}"
    if model.unk is None:
        near = [spelling for word in prompt.missing for spelling in model.vocab.spellings(word)]
        raise EmbedkitError(message, f"near: {', '.join(near)}" if near else "")
    Progress(quiet).say(f"{message}; read as {model.vocab[model.unk]}")
