"""`embedkit generate`: text that a language model writes."""

from __future__ import annotations

import click

from ._config import Command
from ._lm import lm_argument
from ._options import FiniteRange, WholeRange, json_option, quiet_option

WORDS = 100


@click.command("generate", cls=Command)
@lm_argument
@click.option("--prompt", default="", show_default=False, metavar="TEXT", help="beginning of the text")
@click.option(
    "--max-words",
    type=WholeRange(min=1),
    help=f"stop after N words, line ends counted  [default: {WORDS}, with --lines that many a line]",
)
@click.option("--lines", type=WholeRange(min=1), help="stop after N lines")
@click.option("--greedy", is_flag=True, help="greedy decoding: always the most probable word")
@click.option(
    "--temperature",
    type=FiniteRange(min=0, min_open=True),
    default=1.0,
    help="softmax temperature: below 1 more likely words, above 1 more varied ones",
)
@click.option("--top-k", type=WholeRange(min=1), help="top-k sampling: among the N most probable words")
@click.option(
    "--top-p",
    type=FiniteRange(min=0, max=1, min_open=True),
    help="nucleus sampling: among the fewest words with this share of the probability",
)
@click.option("--beam", type=WholeRange(min=1), help="beam search of width N for the most probable lines")
@click.option("--ban", multiple=True, metavar="WORD", help="never write this word, as '<unk>'; may be repeated")
@click.option("--seed", type=WholeRange(min=0), default=1, help="seed of the draw")
@json_option
@quiet_option
def command(lm, prompt, max_words, lines, greedy, temperature, top_k, top_p, beam, as_json, quiet, **options):
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
    from ..lm.lines import generated_lines, read_prompt, spell, unknown_in
    from ..lm.load import load
    from ..runtime.progress import Progress
    from ._out import Out

    model = load(lm)
    asked = read_prompt(model, prompt)
    if asked.missing:
        Progress(quiet).say(f"{unknown_in(asked)}; read as {model.vocab[model.unk]}")
    options |= {"greedy": greedy, "beam": beam, "temperature": temperature, "top_k": top_k, "top_p": top_p}
    with Out(as_json) as out:
        for line, count, ln in generated_lines(model, asked, max_words or WORDS * (lines or 1), lines, **options):
            text = spell(model, line)
            out.row(text=text, words=count, ln=round(ln, 4)) if as_json else out.line(text)
            out.flush()
