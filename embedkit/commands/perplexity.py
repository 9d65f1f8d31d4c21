"""`embedkit perplexity`: how well a language model predicts texts."""

from __future__ import annotations

import math

import click

from ._config import Command
from ._lm import carry_option, encoding_options, lm_argument, read_as
from ._mixture import build_mixture, check_mixture, mixture_options, tune
from ._options import WholeRange, cache_option, json_option, quiet_option

NUMBERS = ("perplexity", "perplexity_known", "bits_per_token", "perplexity_per_word", "bits_per_character")
COLUMNS = ("text", "tokens", "unknown", *NUMBERS, "method")


@click.command("perplexity", cls=Command)
@lm_argument
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@carry_option(default=True)
@mixture_options
@click.option(
    "--batch-size",
    type=WholeRange(min=1),
    default=32,
    help="lines read at a time with --reset-per-line; costs memory, changes no number",
)
@click.option(
    "--stride",
    type=WholeRange(min=1),
    help="tokens from one window of a Transformer to the next; down to 1 slower and lower  [default: half its context]",
)
@encoding_options
@click.option("--threads", type=WholeRange(min=1), help="threads  [default: all cores]")
@cache_option
@json_option
@quiet_option
def command(lm, texts, valid, stride, encoding, encoding_errors, threads, cache, as_json, quiet, **_):
    """Perplexity of each TEXT: files, folders, patterns, or - for stdin.

    Every word and every line end, <eos>, is predicted, the first word from a line end before it. Words that the model
    lacks are <unk>, and unknown counts all <unk>; perplexity_known leaves them out of the mean. The mean is that of the
    whole text, not of its lines. perplexity_per_word is the whole text's by its words (what stands between spaces,
    tabs and line ends) and line ends, bits_per_character by its characters, white space and line ends among them:
    these two compare between tokenizers.

    A Transformer sees a window of --context tokens: the first one from the beginning of the text, each that follows
    --stride tokens later, of which the last --stride count, so every token counts once.

    Each method has a line. model is the model alone; interpolate the weighted mean of its probabilities and those of
    all LM2; neural-cache and unigram-cache that of its own and those of the cache; dynamic is a copy that learns as it
    reads. Where several are asked for, all is the weighted mean of everything. What is not given is chosen on --valid
    FILE, the weights of each line by themselves. Every TEXT begins with empty caches and the model as it was trained.

    Prints a table on a terminal, tab-separated lines with a header otherwise. --json adds theta, dynamic_lr and
    lambda; of a Transformer context and stride.
    """
    check_mixture()
    from dataclasses import replace

    from ..lm.lines import text_config
    from ..lm.load import load
    from ..runtime.parallel import limited_threads, thread_count
    from ..runtime.progress import Progress
    from ..runtime.resources import Resources
    from ..text.inputs import need_text
    from ..text.stream import read_with
    from ._out import Out
    from ._table import print_rows

    files = texts if valid is None else (*texts, valid)
    need_text(files)
    threads = thread_count(threads)
    model, progress = load(lm, threads), click.get_current_context().with_resource(Progress(quiet))
    windows = _windows(model, lm, stride, progress)
    mixture = build_mixture(model, threads, progress)
    config = replace(text_config(model), **read_as(model, encoding, encoding_errors))
    with limited_threads(threads), Out(as_json) as out:
        resources = Resources(progress, cache=cache, threads=threads)
        # Texts first: what is wrong with the last of them should not show after minutes of work.
        streams = [read_with([file], model.vocab, config, resources) for file in files]
        if valid is not None:
            *streams, chosen_on = streams
            tune(mixture, chosen_on, dict(zip(texts, streams)), progress)

        def rows():
            for text, stream in zip(texts, streams):
                for method, found in mixture(stream.ids):
                    row = _row(text, method, found._replace(size=stream.size))
                    yield row | (mixture.chosen(method) | windows if as_json else {})

        print_rows(out, rows(), COLUMNS, ("text", "method"))


def _windows(model, lm: str, stride: int | None, progress) -> dict:
    """Context and stride of a model that reads in windows, which it sets, as facts; none of any other."""
    from ..errors import EmbedkitError

    context = getattr(model, "context", None)
    if context is None:
        if stride is not None:
            raise EmbedkitError(f"{lm}: --stride moves the window of a Transformer; this model carries a state")
        return {}
    if stride is not None and stride > context:
        raise EmbedkitError(f"--stride {stride}: the context of {lm} is {context}", f"--stride {context} at most")
    model.stride = stride or model.stride
    progress.say(
        f"context {context}, stride {model.stride}: a token sees {context - model.stride} others at least, "
        "the first ones of a text those that are there, from a line end on"
    )
    return {"context": context, "stride": model.stride}


def _row(text: str, method: str, found) -> dict:
    numbers = (_rounded(getattr(found, name)) for name in NUMBERS)
    return dict(zip(COLUMNS, (text, found.tokens, found.unknown, *numbers, method)))


def _rounded(value: float | None) -> float | None:
    """Four decimals; None for what is not finite, which JSON does not have."""
    return round(value, 4) if value is not None and math.isfinite(value) else None
