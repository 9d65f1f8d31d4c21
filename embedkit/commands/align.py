"""`embedkit align`: one space turned onto another."""

from __future__ import annotations

import click

from ..errors import EmbedkitError
from ..units import counted
from ._change import change_options
from ._config import Command
from ._options import WholeRange, one_stdin


@click.command("align", cls=Command)
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--anchors", type=WholeRange(min=1), help="the N most frequent shared words  [default: all]")
@click.option(
    "--vocab", "words", metavar="LIST", help="anchors of this file, one a line (counts may follow); - is stdin"
)
@click.option("--dictionary", metavar="PAIRS", help="anchors of this file: a word of A and its translation in B a line")
@click.option(
    "--refine",
    type=WholeRange(min=0),
    default=0,
    help="rounds of refinement, by words that are each other's nearest (CSLS)",
)
@change_options
def command(a, b, anchors, words, dictionary, refine, change):
    """Turn the vectors of A so that words that B has too come as near to theirs in B as a rotation can bring them.

    OUT has the words and n-grams of A, whose similarities among each other do not change. The rotation (orthogonal
    Procrustes) is the one with the highest mean cosine over the anchors; stderr tells that cosine, before and after.
    Listed words that A or B lacks are named, and the exit code is 3.

    With --dictionary A and B are of two languages. Each round of --refine takes those of the 10,000 first words of both
    for anchors that are each other's nearest by CSLS (Conneau et al. 2018).
    """
    one_stdin(a, b, words, dictionary)
    if dictionary and (words or anchors):
        raise click.UsageError("--dictionary names the anchors itself", click.get_current_context())
    from ..vectors.query import has_ngrams
    from ..vectors.subwords import SubwordVectors
    from ..vectors.transform.align import refined, rotated, rotation
    from ..vectors.transform.history import history
    from ..vectors.transform.merge import match
    from ..vectors.transform.rows import Rows
    from ..vectors.transform.select import pick
    from ..vectors.vectors import Vectors
    from ._out import Unanswered

    unanswered = Unanswered(change.quiet)
    with change:
        source, goal = change.open(a), change.open(b)
        if source.width != goal.width:
            message = f"{a} has vectors of {source.width} dimensions, {b} of {goal.width}"
            raise EmbedkitError(message, "embedkit postprocess --steps pca:D shortens vectors")
        if dictionary:
            ids = _translations(source, goal, dictionary, unanswered)
            chosen = range(ids.shape[1])
        else:
            vocab, ids = match([source.vocab, goal.vocab])
            chosen = pick(vocab, None if words is None else _listed(vocab, words, unanswered), top=anchors)
        if not len(chosen):
            raise EmbedkitError(f"{a} and {b} share no anchor", "words are the same if they are spelt the same")
        matrix, before, after = rotation(source, goal, *ids[:, chosen])
        matrix, mutual = refined(source, goal, matrix, refine)
        rows = Rows(source)
        rows.maps.append(lambda block: block @ matrix)
        steps = {"refine": refine or None, "mutual": mutual or None}
        done = {"anchors": len(chosen), "cosine_before": round(before, 6), "cosine_after": round(after, 6)}
        facts = {"kind": "vectors", "history": history(source.metadata, "align", **done, **steps, onto=goal.metadata)}
        made = Vectors(source.vocab, rows.matrix(), metadata=source.metadata | facts)
        if has_ngrams(source):
            # A rotation of all rows is one of their means and sums.
            ngrams = rotated(source.buckets, matrix), source.ngrams
            made = SubwordVectors(made.vocab, made.matrix, *ngrams, metadata=made.metadata)
        change.save(made, source)
        change.say(f"{counted(len(chosen), 'anchor')}, mean cosine {before:.4f} before, {after:.4f} after")
        if refine:
            change.say(f"{counted(refine, 'round')} of refinement, {counted(mutual, 'mutual anchor')} in the last")
        if len(chosen) < source.width:
            change.say(f"fewer anchors than the {source.width} dimensions: other rotations would fit them as well")
    unanswered.finish()


def _translations(source, goal, path: str, unanswered):
    """(2, n) ids of the words of a dictionary and of their translations; pairs that are unknown are named."""
    import numpy as np

    from ..eval.dictionary import read_pairs
    from ..vectors.query import find

    found = []
    for word, translation in read_pairs(path):
        pair = find(source, word), find(goal, translation)
        if None in pair:
            unanswered.report(f"not in both files: {word} {translation}")
        else:
            found.append(pair)
    return np.array(found, np.int64).reshape(-1, 2).T


def _listed(vocab, path: str, unanswered) -> list[int]:
    """Ids in `vocab` of the words in file `path`."""
    from ..text.word_list import read_words

    ids = {word: vocab.id(word) for word in read_words(path)}
    for word in (word for word, id in ids.items() if id is None):
        unanswered.report(f"not in both files: {word}")
    return [id for id in ids.values() if id is not None]
