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
        "--interpolate", multiple=True, metavar="LM2", help="another model of the same words; may be repeated"
    ),
    click.option(
        "--neural-cache",
        help="what came after the last N states of the model, most of all those like the present one (try 500)",
        **_SIZE,
    ),
    click.option(
        "--unigram-cache",
        help="how often words were seen; one N words ago counts 1/e of the last one (try 100)",
        **_SIZE,
    ),
    click.option(
        "--dynamic", is_flag=True, help="a copy of the model learns from what it has predicted (dynamic evaluation)"
    ),
    click.option("--valid", metavar="FILE", help="text on which to choose those of the next three that are not given"),
    click.option(
        "--lambda",
        "weights",
        type=Weights(),
        default="auto",
        metavar="X,X...",
        help="weights of LM, each LM2, neural cache, unigram cache and --dynamic, of those there are; their sum is 1",
    ),
    click.option("--theta", help="sharpness of the neural cache; near 0 it takes all states for alike", **_ABOVE_0),
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
