"""Figures of logs. One table to extend: a kind of figure is a function and a line in FIGURES."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..errors import EmbedkitError, FormatError, OptionError
from .log import HINT, Log

Curves = dict[str, list[tuple[float, float]]]  # (x, y) by the name of the curve


class Figure(NamedTuple):
    """A kind of figure: the labels of its axes, the curves that it makes of a log, and the scale of y."""

    x: str
    y: str
    curves: Callable[[Log], Curves]
    logarithmic: bool


class Curve(NamedTuple):
    """One line of a figure: `log` and `part` are the numbers of the log and of the curve among those of its log."""

    label: str
    points: list[tuple[float, float]]
    log: int
    part: int


def perplexity(log: Log) -> Curves:
    """Of a language model after each epoch: in training, where dropout counts, and on `--valid`."""
    names = {"training": "perplexity", "validation": "valid_perplexity"}
    return {name: log.values("epoch", field) for name, field in names.items()}


def loss(log: Log) -> Curves:
    """Mean loss of each epoch."""
    return {"training": log.values("epoch", "loss")}


def gradients(log: Log, epochs: Sequence[int] = ()) -> Curves:
    """Norm of ∂L/∂h by steps back from where the loss is, for each layer: after the last epoch, or `epochs`.

    FormatError where those of one of the `epochs` are not in the log.
    """
    measured = dict(log.values("gradients", "layers", depth=2))
    for epoch in epochs:
        if epoch not in measured:
            known = f"it has those of epochs {min(measured)} to {max(measured)}" if measured else HINTS["gradients"]
            raise FormatError(log.path, f"no gradients of epoch {epoch} in it", known)
    return {
        f"epoch {epoch}" + (f", layer {layer}" if len(measured[epoch]) > 1 else ""): list(enumerate(lengths))
        for epoch in epochs or list(measured)[-1:]
        for layer, lengths in enumerate(measured[epoch], 1)
    }


def spectrum(log: Log) -> Curves:
    """Singular values, the largest first."""
    return {"SVD": [point for _, values in log.values("svd", "singular_values", 1) for point in enumerate(values, 1)]}


HINTS = {
    "perplexity": "language models have one: train rnn, lstm, gru … --log FILE",
    "gradients": "train rnn, lstm or gru with --log FILE --log-gradients",
    "spectrum": "train svd … --log FILE writes one",
}
FIGURES = {
    "perplexity": Figure("epoch", "perplexity", perplexity, True),
    "loss": Figure("epoch", "mean loss (nats)", loss, False),
    "gradients": Figure("steps back in time", "norm of ∂L/∂h", gradients, True),
    "spectrum": Figure("rank", "singular value", spectrum, True),
}


def choose(logs: Sequence[Log]) -> str:
    """The first kind of FIGURES that each of the logs has something for."""
    for kind, figure in FIGURES.items():
        if all(any(figure.curves(log).values()) for log in logs):
            return kind
    if len(logs) > 1:
        raise EmbedkitError("there is nothing that all of the logs have", "--what says what to draw")
    raise FormatError(logs[0].path, f"nothing to draw in it: no {', no '.join(FIGURES)}", HINT)


def curves(logs: Sequence[Log], kind: str, epochs: Sequence[int] = ()) -> list[Curve]:
    """The curves of the figure of that kind; `epochs` are those whose gradients are wanted, by default the last.

    FormatError where a log has nothing to show, OptionError where `epochs` have no meaning.
    """
    if epochs and kind != "gradients":
        raise OptionError(f"--epoch is for gradients; {kind} has all epochs in one curve")
    found = []
    for number, log in enumerate(logs):
        parts = gradients(log, epochs) if epochs else FIGURES[kind].curves(log)
        parts = {name: points for name, points in parts.items() if points}
        if not parts:
            raise FormatError(log.path, f"no {kind} in it", HINTS.get(kind, HINT))
        for part, (name, points) in enumerate(parts.items()):
            names = [log.label] * (len(logs) > 1) + [name] * (len(logs) == 1 or len(parts) > 1)
            found.append(Curve(", ".join(names), points, number, part))
    return found
