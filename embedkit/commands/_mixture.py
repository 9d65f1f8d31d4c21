"""The options of `perplexity` that go beyond the model alone, and what they leave to choose."""

from __future__ import annotations

import click

from ..errors import EmbedkitError, about
from ._options import FiniteRange, WholeRange, one_stdin


class Weights(click.ParamType):
    """Numbers that sum to 1, between commas, none below 0; None for `auto`."""

    name = "weights"

    def convert(self, value, param, ctx):
        if value == "auto":
            return None
        try:
            numbers = tuple(float(part) for part in value.split(","))
        except ValueError:
            numbers = ()
        # Rounded ones as well, as they are printed.
        if not all(number >= 0 for number in numbers) or not abs(sum(numbers) - 1) < 1e-3:
            self.fail(f"{value!r} is neither auto nor weights that sum to 1, as in .7,.3", param, ctx)
        return numbers

    def spell(self, value) -> str:
        return ",".join(map(repr, value))


_SIZE = {"type": WholeRange(min=1)}
_ABOVE_0 = {"type": FiniteRange(min=0, min_open=True)}
_OPTIONS = (
    click.option(
        "--interpolate",
        multiple=True,
        metavar="LM2",
        help="interpolate with another model of the same vocabulary; may be repeated",
    ),
    click.option(
        "--neural-cache",
        help="neural cache over the last N hidden states (Grave 2017; try 500)",
        **_SIZE,
    ),
    click.option(
        "--unigram-cache",
        help="unigram cache with exponential decay over N words (try 100)",
        **_SIZE,
    ),
    click.option(
        "--dynamic",
        is_flag=True,
        help="dynamic evaluation: a copy of the model takes a gradient step after every 20 words (Krause 2018)",
    ),
    click.option("--valid", metavar="FILE", help="validation text: the next three, where not given, are tuned on it"),
    click.option(
        "--lambda",
        "weights",
        type=Weights(),
        default="auto",
        metavar="X,X...",
        help="mixture weights, sum 1, of those there are: LM, each LM2, neural cache, unigram cache, --dynamic",
    ),
    click.option(
        "--theta", help="inverse temperature θ of the neural cache; near 0 all states weigh the same", **_ABOVE_0
    ),
    click.option("--dynamic-lr", help="learning rate of --dynamic", **_ABOVE_0),
)


def mixture_options(function):
    """`--interpolate`, the caches, `--dynamic`, and what each of them needs."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def check_mixture() -> None:
    """Refuse options that do not go together, and those with nothing to say."""
    ctx = click.get_current_context()
    given = ctx.params
    neural, unigram, dynamic = (given[name] for name in ("neural_cache", "unigram_cache", "dynamic"))
    mixed = ["LM", *given["interpolate"], *["neural cache"] * bool(neural), *["unigram cache"] * bool(unigram)]
    weighs, weights = len(mixed) > 1, given["weights"]
    mixed += ["dynamic"] * dynamic
    # Of each option: its flag, whether it is given, and what it is for.
    options = (
        ("--lambda", weights is not None, weighs, "--interpolate or a cache"),
        ("--theta", given["theta"] is not None, neural, "--neural-cache"),
        ("--dynamic-lr", given["dynamic_lr"] is not None, dynamic, "--dynamic"),
    )
    for flag, is_given, is_used, use in options:
        if is_given and not is_used:
            raise click.UsageError(f"{flag} needs {use}", ctx)
    if weights is not None and len(weights) != len(mixed):
        raise click.UsageError(f"--lambda: {len(weights)} numbers for {len(mixed)}: {', '.join(mixed)}", ctx)
    is_open = [flag for flag, is_given, is_used, _ in options if is_used and not is_given]
    if is_open and given["valid"] is None:
        raise click.UsageError(f"{', '.join(is_open)}: give numbers, or --valid FILE to choose them on", ctx)
    if not is_open and given["valid"] is not None:
        raise click.UsageError("--valid: nothing is left to be chosen on it", ctx)
    if (neural or unigram or dynamic) and not given["carry"]:
        raise click.UsageError("caches and --dynamic go from line to line, so not with --reset-per-line", ctx)
    one_stdin(given["lm"], *given["texts"], *given["interpolate"], given["valid"])


def build_mixture(model, threads: int | None, progress):
    """The mixture that is asked for, of `model`, which is open already."""
    from ..lm.align_vocab import ids_in
    from ..lm.load import load
    from ..lm.mixture import Mixture

    given = click.get_current_context().params
    others = []
    for path in given["interpolate"]:
        other = load(path, threads)
        others.append((other, ids_in(other, model, path)))
    names = ("neural_cache", "unigram_cache", "dynamic", "theta", "dynamic_lr", "weights")
    options = {name: given[name] for name in names}
    with about(given["lm"]):
        return Mixture(model, others, **options, reset=not given["carry"], batch=given["batch_size"], progress=progress)


def tune(mixture, valid, tested: dict, progress) -> None:
    """Choose settings on the text `valid` and say which; it must be none of those that are `tested`, by their names."""
    for name, text in tested.items():
        if text.sha256 == valid.sha256:
            raise EmbedkitError(f"{name}: is the text of --valid, and what is chosen on it cannot be tested on it")
    mixture.tune(valid.ids)
    for method in mixture.methods:
        chosen = {name: value for name, value in mixture.chosen(method).items() if value is not None}
        chosen |= {"lambda": ",".join(map(str, chosen["lambda"]))} if "lambda" in chosen else {}
        if chosen:
            progress.say(f"{method}: " + ", ".join(f"{name} {value}" for name, value in chosen.items()))
