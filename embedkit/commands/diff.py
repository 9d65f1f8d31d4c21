"""`embedkit diff`: what became of words from one model to the next."""

from __future__ import annotations

import click

from ._change import load_dense
from ._config import Command
from ._options import WholeRange, format_option, json_option, one_stdin, output_embedding_option, quiet_option


@click.command("diff", cls=Command)
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option("--vocab", "listed", metavar="LIST", help="words of this file, one a line; - is stdin")
@click.option("--all", "every", is_flag=True, help="all words: those of A, then those that only B has")
@click.option("-k", type=WholeRange(min=1), default=10, help="neighbours to compare")
@click.option(
    "--top",
    type=WholeRange(min=1),
    default=10000,
    help="align by, and look for neighbours among, the N most frequent shared words",
)
@click.option("--align/--no-align", default=True, help="turn A onto B before cosines are taken (Procrustes)")
@format_option
@output_embedding_option
@json_option
@quiet_option
def command(a, b, words, listed, every, k, top, align, source_format, output, as_json, quiet):
    """Compare two models: which words come and go, how far the others drift, whether they keep their neighbours.

    Without words a summary, measure and value: how many words both have, how many are lost (only A has them) and gained
    (only B), and the means over the top shared words. With WORD, --vocab or --all a line for each: word; shared, lost
    or gained; cosine of its two vectors; overlap of its neighbours, the share of those of A or B that both have.

    Where A and B differ in dimensions there are no cosines. Words that neither has are named on stderr, exit code 3.
    """
    if bool(words) + bool(listed) + every > 1:
        raise click.UsageError("words, --vocab and --all exclude each other", click.get_current_context())
    one_stdin(a, b, listed)
    from ..runtime.progress import Progress
    from ..vectors.transform.compare import Comparison
    from ._out import Out, Unanswered

    if listed is not None:
        from ..text.word_list import read_words

        words = read_words(listed)
    source, goal = (load_dense(file, format=source_format, output=output) for file in (a, b))
    if source.width != goal.width:
        Progress(quiet).say(f"no cosines: vectors of {source.width} dimensions in {a}, of {goal.width} in {b}")
    comparison, unanswered = Comparison(source, goal, top, align), Unanswered(quiet)
    with Out(as_json) as out:
        if every:
            words = dict.fromkeys([*source.vocab.words(), *goal.vocab.words()])
        if words:
            _words(out, comparison, list(words), k, unanswered)
        else:
            _summary(out, comparison, k)
    unanswered.finish()


def _summary(out, comparison, k: int) -> None:
    import numpy as np

    n, top = len(comparison.vocab), comparison.top
    means = {}
    for name, values in (("cosine", comparison.cosines(top)), ("overlap", comparison.overlaps(top, k))):
        known = values[~np.isnan(values)]
        means[name] = known.mean(dtype=np.float64).astype(np.float32) if len(known) else None
    sizes = {"words_a": len(comparison.a), "words_b": len(comparison.b)}
    changes = {"shared": n, "lost": len(comparison.a) - n, "gained": len(comparison.b) - n, "compared": len(top)}
    for measure, value in (sizes | changes | means).items():
        out.row(measure=measure, value=value)


def _words(out, comparison, words: list[str], k: int, unanswered) -> None:
    import numpy as np

    from ..vectors.query import find

    a, b, found = comparison.a.vocab, comparison.b.vocab, []
    for word in words:
        in_a, in_b = find(comparison.a, word), find(comparison.b, word)
        if in_a is None and in_b is None:
            unanswered.report(f"unknown word: {word}")
            continue
        place = comparison.vocab.id(b[in_b] if in_a is None else a[in_a])
        found.append((word, place, "gained" if in_a is None else "lost" if place is None else "shared"))
    places = np.array([place for _, place, _ in found if place is not None], np.int64)
    numbers = zip(comparison.cosines(places), comparison.overlaps(places, k))
    for word, place, state in found:
        values = (np.nan, np.nan) if place is None else next(numbers)
        cosine, overlap = (None if np.isnan(value) else value for value in values)
        out.row(word=word, state=state, cosine=cosine, overlap=overlap)
