"""`embedkit classify`: the labels of lines, by a classifier."""

from __future__ import annotations

import click

from ._config import Command
from ._lines import blocks, check_text, read_ahead
from ._lm import encoding_options, read_as
from ._options import FiniteRange, WholeRange, json_option, quiet_option


@click.command("classify", cls=Command)
@click.argument("model", metavar="M")
@click.argument("text", required=False, metavar="[TEXT]")
@click.option("--top", type=WholeRange(min=1), default=1, help="the N likeliest labels of each line")
@click.option("--threshold", type=FiniteRange(min=0), default=0.0, help="labels of at least this probability")
@click.option("--explain", type=WholeRange(min=1), metavar="N", help="the N words that decided, and what each adds")
@click.option("--threads", type=WholeRange(min=1), help="threads, where there is much text  [default: all cores]")
@encoding_options
@json_option
@quiet_option
def command(model, text, top, threshold, explain, threads, encoding, encoding_errors, as_json, quiet):
    """Labels of the lines of TEXT, or of stdin, by the classifier M: label, probability, text.

    M is of embedkit train classifier, or fastText's supervised .bin. With --top N a line has up to N rows, likeliest
    label first; with --threshold those that are likely enough. Lines without words, or for which no label is, have
    none: stderr names them (exit code 3). Lines of stdin are answered as they come.

    --explain adds a column: words and n-grams of words, and what each adds to the score of the label (exactly: with
    what is left out they add up to it).
    """
    check_text(model, "M", text)
    from ..classification.load import COMPILED, load
    from ..runtime.parallel import thread_count
    from ._out import Out, Unanswered

    classifier, unanswered = load(model), Unanswered(quiet)
    names, read = classifier.labels.words(), 0
    with Out(as_json) as out:
        for block in read_ahead(blocks(text, **read_as(classifier, encoding, encoding_errors))):
            lines = [line for _, line in block]
            read += sum(map(len, lines))
            if read > COMPILED and not explain and classifier.compiled is None and model != "-":
                classifier = load(model, thread_count(threads))
            found = classifier.probabilities(lines)
            if top == 1 and not as_json and not explain:
                _print_best(out, block, names, found, threshold, unanswered)
            else:
                _print(out, classifier, block, found, (top, threshold, explain), unanswered)
            out.flush()
    unanswered.finish()


def _print_best(out, block: list, names: list[str], found, threshold: float, unanswered) -> None:
    """The likeliest label of each line of a block."""
    best = found.argmax(1)
    rows = zip(block, best.tolist(), found[range(len(best)), best].tolist())
    for (number, line), label, probability in rows:
        if not line.strip():
            unanswered.report(f"line {number}: no word in it")
        elif probability < threshold:
            unanswered.report(f"line {number}: no label has a probability of {threshold:g}")
        else:
            out.row(label=names[label], probability=f"{probability:.6f}", text=line)


def _print(out, classifier, block: list, found, asked: tuple, unanswered) -> None:
    """The rows of each line of a block."""
    from ..classification.classify import likeliest

    (top, threshold, explain), names = asked, classifier.labels.words()
    for (number, line), probabilities in zip(block, found):
        chosen = likeliest(probabilities, top, threshold).tolist()
        if not line.strip() or not chosen:
            what = f"no label has a probability of {threshold:g}" if line.strip() else "no word in it"
            unanswered.report(f"line {number}: {what}")
            continue
        for label in chosen:
            probability = float(probabilities[label])
            shown = round(probability, 6) if out.as_json else f"{probability:.6f}"
            out.row(label=names[label], probability=shown, text=line, **_why(out, classifier, line, label, explain))


def _why(out, classifier, line: str, label: int, explain: int | None) -> dict:
    """The words that decided, as a column."""
    if not explain:
        return {}
    parts = classifier.explain(line, label)[:explain]
    if out.as_json:
        return {"explain": [{"words": words, "amount": round(amount, 6)} for words, amount in parts]}
    return {"explain": "; ".join(f"{words} {amount:+.4f}" for words, amount in parts)}
