"""`embedkit postprocess`: other coordinates for the same words."""

from __future__ import annotations

import click

from ..errors import about
from ._change import change_options
from ._config import Command
from ._options import model_argument


@click.command("postprocess", cls=Command)
@model_argument
@click.option("--steps", metavar="STEP,...", help="what to do, in this order")
@change_options
def command(file, steps, change):
    """Center, scale, flatten, shorten, retrofit or debias the vectors of FILE: words and counts stay, context vectors
    and n-grams do not.

    \b
    center  subtract the mean of all vectors
    unit    scale every vector to length 1 (zeros stay)
    abtt:D  all-but-the-top: subtract the mean and the D
            strongest directions; by default a hundredth
            of the dimensions, at least 1
    whiten  subtract the mean, give all directions
            variance 1, without rotation (ZCA)
    pca:D   subtract the mean, and keep the D strongest
            directions as dimensions
    retrofit:LEXICON
            draw words towards their neighbours in a file
            of lines `word neighbour neighbour …`, or in
            wordnet: (Faruqui et al. 2015)
    debias:FILE
            take a direction out of all words but some,
            and make pairs equal: words in TOML, or
            gender, those of Bolukbasi et al. (2016)

    Statistics are over all words, each counted once. In memory are the result and a few MB (after retrofit or debias,
    a few times the result).
    """
    if steps is None:
        raise click.UsageError("Missing --steps, as in --steps center,unit", click.get_current_context())
    from ..vectors.transform.history import history
    from ..vectors.transform.postprocess import NAMED, parse_steps, postprocess, resolve
    from ..vectors.vectors import Vectors

    parsed = parse_steps(steps)
    with change:
        source = change.open(file)
        with about(file):
            parsed = resolve(parsed, source.width)
        words = []
        for name, argument in parsed:
            if name in NAMED:
                from ..explore.lexicons import prepare

                words.append(prepare(source, name, argument, change.say))
        change.reserve(4 * len(source) * source.width)
        done = [name if d is None else f"{name}:{d}" for name, d in parsed]
        facts = {**source.metadata, "kind": "vectors", "history": history(source.metadata, "postprocess", steps=done)}
        made = Vectors(source.vocab, postprocess(source, parsed, words), metadata=facts)
        change.save(made, source)
