"""`embedkit score`: how probable lines are."""

from __future__ import annotations

import math

import click

from ._config import Command
from ._lines import blocks, check_text
from ._lm import carry_option, encoding_options, lm_argument, read_as
from ._options import json_option, quiet_option


@click.command("score", cls=Command)
@lm_argument
@click.argument("text", required=False, metavar="[TEXT]")
@click.option("--per-word", is_flag=True, help="a row for each word: number of its line, word, log10, ln, unknown")
@click.option(
    "--pseudo",
    is_flag=True,
    help="of a masked language model: pseudo-log-likelihood, each token given all others (Salazar et al. 2020)",
)
@click.option(
    "--word-l2r",
    is_flag=True,
    help="with --pseudo: mask the later subwords of the token's word too (PLL-word-l2r, Kauf & Ivanova 2023)",
)
@carry_option(default=False)
@click.option(
    "--separator",
    metavar="C",
    help="of an encoder-decoder: what stands between source and target  [default: as in training]",
)
@encoding_options
@json_option
@quiet_option
def command(lm, text, per_word, pseudo, word_l2r, carry, separator, encoding, encoding_errors, as_json, quiet):
    """Log probability of each line of TEXT, or of stdin: line, log10, ln, tokens, unknown.

    log10 and ln are the same probability to base 10 and base e. The line end, <eos>, is predicted and is a token; the
    first word is predicted from a line end before it. Words that the model lacks are <unk>, and unknown counts all
    <unk>. An empty line is one that ends at once. Lines of stdin are answered as they come.

    If LM is an encoder-decoder, a line is a source, a tab and its target, and the row is source, target, log10, ln,
    tokens, unknown, of the target given the source.

    If LM is a masked language model, --pseudo gives line, pll, tokens, unknown: the sum of the natural log
    probabilities of the tokens, each masked by itself. It is no probability of the line, and makes no perplexity; it
    compares lines under one model. With --word-l2r the column is pll_word_l2r.
    """
    check_text(lm, "LM", text)
    _check_pseudo(pseudo, word_l2r, carry, separator)
    from ..catalog import SEQ2SEQ
    from ..library.load import open_sequence_model
    from ._out import Out, Unanswered

    if pseudo:
        model, score, numbers = *_pseudo_scores(lm, word_l2r), _pll("pll_word_l2r" if word_l2r else "pll")
    else:
        kind, model = open_sequence_model(lm)
        _check_options(lm, kind == SEQ2SEQ, carry, separator)
        score = _pair_scores(model, separator) if kind == SEQ2SEQ else _line_scores(model, carry)
        numbers = _logs
    unanswered = Unanswered(quiet)
    with Out(as_json) as out:
        for block in blocks(text, **read_as(model, encoding, encoding_errors)):
            for number, names, words, scores, unknown in score(block, unanswered):
                if per_word:
                    for word, ln, is_unknown in zip(words, scores, unknown):
                        out.row(line=number, word=word, **numbers(ln), unknown=int(is_unknown))
                else:
                    out.row(**names, **numbers(sum(scores)), tokens=len(scores), unknown=sum(unknown))
            out.flush()
    unanswered.finish()


def _check_pseudo(pseudo: bool, word_l2r: bool, carry: bool, separator: str | None) -> None:
    """Usage error for options that do not go together."""
    ctx = click.get_current_context()
    if word_l2r and not pseudo:
        raise click.UsageError("--word-l2r is for --pseudo", ctx)
    if pseudo and (carry or separator is not None):
        flag = "--carry-state" if carry else "--separator"
        raise click.UsageError(f"{flag} does not go with --pseudo, which reads each line by itself", ctx)


def _check_options(lm: str, is_seq2seq: bool, carry: bool, separator: str | None) -> None:
    """Usage error for options of the other kind of model."""
    ctx = click.get_current_context()
    if is_seq2seq and carry:
        raise click.UsageError("--carry-state: pairs of an encoder-decoder know nothing of each other", ctx)
    if not is_seq2seq and separator is not None:
        raise click.UsageError(f"--separator: {lm} is a language model, whose lines are no pairs", ctx)


def _line_scores(model, carry: bool):
    """The function that gives of each line of a block its number, its columns, words, their natural log probabilities,
    and True for those that are `<unk>`."""
    from ..lm.lines import reader, shown
    from ..lm.score import Scorer

    read, score, end, text = reader(model), Scorer(model, carry), model.vocab[model.eos], shown(model)

    def scores(block, unanswered):
        for number, string in block:
            line = read(string)
            if (line.ids < 0).any():
                unanswered.report(f"line {number}: the model has no word for {', '.join(line.missing)}")
            else:
                unknown = [*(line.ids == model.unk).tolist(), False]
                yield number, {"line": string}, [*map(text, line.words), end], score(line.ids).tolist(), unknown

    return scores


def _pseudo_scores(path: str, word_l2r: bool):
    """The masked language model in a file, and the same function for it."""
    from ..lm.lines import shown
    from ..lm.masked.load import load
    from ..lm.masked.pseudo import PseudoScorer

    model = load(path)
    score, text = PseudoScorer(model, word_l2r), shown(model)

    def scores(block, unanswered):
        for number, string in block:
            line = score.read(string)
            (found,) = score([line])
            yield (
                number,
                {"line": string},
                list(map(text, line.words)),
                found.tolist(),
                (line.ids == model.unk).tolist(),
            )

    return model, scores


def _pair_scores(model, separator: str | None):
    """The same of the targets of pairs."""
    from ..text.pairs import split_pair
    from ..text.tokenize import tokenizer
    from ..translation.score import score
    from ..vectors.query import text_options

    separator, end = separator or text_options(model).get("separator", "\t"), model.target.vocab[model.eos]

    subwords = tokenizer(model.target.tokenizer).subwords

    def pairs(block, unanswered):
        for number, line in block:
            try:
                yield number, split_pair(line, separator)
            except ValueError as error:
                unanswered.report(f"line {number}: {error}")

    def scores(block, unanswered):
        found = list(pairs(block, unanswered))
        for (number, (source, target)), scored in zip(found, score(model, [pair for _, pair in found])):
            if scored is None:
                unanswered.report(f"line {number}: a side of it has no token")
                continue
            if scored.source_unknown:
                unanswered.say(f"line {number}: read as <unk>: {' '.join(scored.source_unknown)}")
            names = {"source": source, "target": target}
            tokens = scored.tokens if subwords is None else map(subwords.shown, scored.tokens)
            yield number, names, [*tokens, end], scored.ln.tolist(), [*scored.is_unknown.tolist(), False]

    return scores


def _logs(ln: float) -> dict:
    return {"log10": round(ln / math.log(10), 4), "ln": round(ln, 4)}


def _pll(name: str):
    """The function that gives a pseudo-log-likelihood under its name."""
    return lambda ln: {name: round(ln, 4)}
