"""Optimisers: one table of update rules, and the loop that applies one to parameters.

A rule changes a block of values in place, given its gradient and what it remembers. Blocks are small enough for the
cache, so that rules are plain NumPy and still pass over memory once. Names and definitions of settings are PyTorch's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from ..runtime.parallel import together
from .param import Param, RowGradient

BLOCK = 16384  # numbers of a block
SPAN = 8 * BLOCK  # numbers that a thread updates at a time
PATIENCE = 5  # validations that NT-ASGD looks back


class Rule(NamedTuple):
    """`update(x, g, slots, lr, t, settings)`: x -= ..., t counting updates from 1; `slots` names what is remembered per
    number, zero at first; `is_sparse`: a gradient of zero leaves value and slots alone."""

    update: Callable
    slots: tuple[str, ...]
    settings: dict[str, float]
    is_sparse: bool = False


def sgd(x, g, slots, lr, t, settings):
    x -= lr * g


def momentum(x, g, slots, lr, t, settings):
    (v,) = slots
    v *= settings["momentum"]
    v += g
    x -= lr * v


def nesterov(x, g, slots, lr, t, settings):
    (v,) = slots
    v *= settings["momentum"]
    v += g
    x -= lr * (g + settings["momentum"] * v)


def adagrad(x, g, slots, lr, t, settings):
    """Duchi et al. 2011."""
    (s,) = slots
    s += g * g
    x -= lr * g / (np.sqrt(s) + settings["eps"])


def adadelta(x, g, slots, lr, t, settings):
    """Zeiler 2012."""
    s, u = slots
    rho, eps = settings["rho"], settings["eps"]
    s += (1 - rho) * (g * g - s)
    step = np.sqrt((u + eps) / (s + eps)) * g
    u += (1 - rho) * (step * step - u)
    x -= lr * step


def rmsprop(x, g, slots, lr, t, settings):
    """Tieleman & Hinton 2012."""
    (s,) = slots
    s += (1 - settings["alpha"]) * (g * g - s)
    x -= lr * g / (np.sqrt(s) + settings["eps"])


def adam(x, g, slots, lr, t, settings):
    """Kingma & Ba 2015."""
    m, s = slots
    beta1, beta2 = settings["beta1"], settings["beta2"]
    m += (1 - beta1) * (g - m)
    s += (1 - beta2) * (g * g - s)
    x -= lr / (1 - beta1**t) * m / (np.sqrt(s / (1 - beta2**t)) + settings["eps"])


def adamax(x, g, slots, lr, t, settings):
    """Kingma & Ba 2015, section 7.1."""
    m, u = slots
    m += (1 - settings["beta1"]) * (g - m)
    np.maximum(settings["beta2"] * u, np.abs(g) + settings["eps"], out=u)
    x -= lr / (1 - settings["beta1"] ** t) * m / u


def adamw(x, g, slots, lr, t, settings):
    """Loshchilov & Hutter 2019: Adam, with a decay that its denominator does not see."""
    x *= 1 - lr * settings["decay"]
    adam(x, g, slots, lr, t, settings)


ADAM = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
OPTIMIZERS = {
    "sgd": Rule(sgd, (), {}, is_sparse=True),
    "momentum": Rule(momentum, ("velocity",), {"momentum": 0.9}),
    "nesterov": Rule(nesterov, ("velocity",), {"momentum": 0.9}),
    "adagrad": Rule(adagrad, ("squares",), {"eps": 1e-10}),
    "adadelta": Rule(adadelta, ("squares", "steps"), {"rho": 0.9, "eps": 1e-6}),
    "rmsprop": Rule(rmsprop, ("squares",), {"alpha": 0.99, "eps": 1e-8}),
    "adam": Rule(adam, ("mean", "squares"), ADAM),
    "adamax": Rule(adamax, ("mean", "largest"), ADAM),
    "adamw": Rule(adamw, ("mean", "squares"), ADAM | {"decay": 0.01}),
    "nt-asgd": Rule(sgd, (), {}, is_sparse=True),
}


def norm(params: list[Param]) -> float:
    """The global norm of all gradients; NaN or infinite where one of them is."""
    total = 0.0
    for param in params:
        gradient = param.gradient
        if gradient is not None:
            flat = (gradient.values if isinstance(gradient, RowGradient) else gradient).reshape(-1)
            total += float(np.vdot(flat, flat))
    return math.sqrt(total) if total >= 0 else math.nan


class Optimizer:
    """Applies a rule of `OPTIMIZERS` to the gradients of `params`.

    Parameters
    ----------
    params : each once (`layers.param.collect`); frozen ones, and those without a gradient, stay as they are
    clip : largest global gradient norm; larger ones are scaled to it. 0: never
    l1, l2 : l1 · sign(x) + l2 · x is added to the gradient, after clipping
    spares_vectors : parameters of one dimension, biases and gains, do not decay (AdamW)
    threads : at most so many compute an update; changes nothing else
    settings : other values of the rule's settings

    A `RowGradient` moves only its rows with SGD, unless there is l1 or l2. Every other rule moves all rows, as its
    memory of them does not stand still; the gradient is then filled up with zeros.

    "nt-asgd" (Merity et al. 2018) is SGD until a validation is worse than the best of those before the last five;
    from then on it keeps the mean of all values since, which `averaged` puts in place.
    """

    def __init__(
        self,
        name: str,
        params: list[Param],
        *,
        clip=0.0,
        l1=0.0,
        l2=0.0,
        spares_vectors=False,
        threads=1,
        **settings,
    ):
        rule = OPTIMIZERS[name]
        if unknown := settings.keys() - rule.settings.keys():
            raise TypeError(f"{name} has no setting {', '.join(sorted(unknown))}")
        self.name, self.rule, self.settings = name, rule, rule.settings | settings
        self.params, self.clip, self.l1, self.l2 = [p for p in params if not p.frozen], clip, l1, l2
        self.spares_vectors, self.threads = spares_vectors, threads
        self.updates, self.averaged_from, self.validations = 0, None, []
        self.slots = {p.name: [np.zeros(p.value.size, p.value.dtype) for _ in rule.slots] for p in self.params}
        self.means: dict[str, np.ndarray] = {}

    def step(self, lr: float) -> float:
        """Update all values and clear their gradients; returns the global gradient norm before clipping.

        Where that is not finite nothing is updated.
        """
        gradient_norm = norm(self.params)
        if math.isfinite(gradient_norm):
            scale = self.clip / gradient_norm if 0 < self.clip < gradient_norm else 1.0
            self.updates += 1
            if self._is_compiled:
                self._move_compiled(lr, scale)
            else:
                for param in self.params:
                    self._move(param, lr, scale)
            if self.averaged_from is not None:
                self._average()
        for param in self.params:
            param.clear()
        return gradient_norm

    def _move(self, param: Param, lr: float, scale: float) -> None:
        gradient, x, slots = param.gradient, param.value.reshape(-1), self.slots[param.name]
        if gradient is None:
            return
        if isinstance(gradient, RowGradient):
            if self.rule.is_sparse and not self.l1 and not self.l2:
                values = param.value[gradient.ids]
                self.rule.update(values, gradient.values * scale, (), lr, self.updates, self.settings)
                param.value[gradient.ids] = values
                return
            gradient = gradient.dense(param.value)
        gradient, settings = gradient.reshape(-1), self._settings(param)
        for begin in range(0, len(x), BLOCK):
            block = slice(begin, begin + BLOCK)
            g, values = gradient[block] * scale, x[block]
            if self.l1:
                g += self.l1 * np.sign(values)
            if self.l2:
                g += self.l2 * values
            self.rule.update(values, g, [slot[block] for slot in slots], lr, self.updates, settings)

    def _settings(self, param: Param) -> dict[str, float]:
        """Those of the rule, for a parameter."""
        return self.settings | {"decay": 0.0} if self.spares_vectors and param.value.ndim < 2 else self.settings

    @property
    def _is_compiled(self) -> bool:
        """True of Adam, where a pass in NumPy for each operation is a tenth of the training of a small network."""
        is_adam = self.rule.update in (adam, adamw) and not self.l1 and not self.l2
        return is_adam and all(param.value.dtype == np.float32 for param in self.params)

    def _move_compiled(self, lr: float, scale: float) -> None:
        from . import _kernels  # numba, which not every optimizer needs

        settings, t, spans = self.settings, self.updates, []
        numbers = scale, 1 - settings["beta1"], 1 - settings["beta2"], lr / (1 - settings["beta1"] ** t)
        numbers = [np.float32(x) for x in (*numbers, 1 / (1 - settings["beta2"] ** t), settings["eps"])]
        for param in self.params:
            gradient = param.gradient
            if gradient is None:
                continue
            gradient = gradient.dense(param.value) if isinstance(gradient, RowGradient) else gradient
            arrays = param.value.reshape(-1), gradient.reshape(-1), *self.slots[param.name]
            decay = np.float32(lr * self._settings(param).get("decay", 0.0))
            spans += [(*(a[at : at + SPAN] for a in arrays), decay) for at in range(0, param.value.size, SPAN)]
        threads = max(1, min(self.threads, len(spans) // 2))

        def work(number: int) -> None:
            for span in spans[number::threads]:
                _kernels.adam(*span, *numbers)

        together(work, threads)

    def validated(self, loss: float) -> bool:
        """Take note of a validation (lower is better); whether averaging begins with it."""
        before = self.validations[:-PATIENCE]
        self.validations.append(loss)
        if self.name != "nt-asgd" or self.averaged_from is not None or not before or not loss > min(before):
            return False
        self.averaged_from = self.updates
        self.means = {p.name: p.value.copy() for p in self.params}
        return True

    def _average(self) -> None:
        count = self.updates - self.averaged_from
        for param in self.params:
            x, mean = param.value.reshape(-1), self.means[param.name].reshape(-1)
            for begin in range(0, len(x), BLOCK):
                part = mean[begin : begin + BLOCK]
                part += (x[begin : begin + BLOCK] - part) / count

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Inside, values are their means, if there are any: for validation, and for what is stored in the end."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def _swap(self) -> None:
        for param in self.params:
            if param.name in self.means:
                held = param.value.copy()
                param.value[...] = self.means[param.name]
                self.means[param.name] = held

    def state(self) -> tuple[dict[str, np.ndarray], dict]:
        """(tensors, JSON-able numbers) that a checkpoint must keep; the tensors are the optimiser's own."""
        tensors = {f"average.{name}": mean for name, mean in self.means.items()}
        for param in self.params:
            for slot, array in zip(self.rule.slots, self.slots[param.name]):
                tensors[f"{slot}.{param.name}"] = array
        return tensors, {"updates": self.updates, "averaged": self.averaged_from, "validations": self.validations}

    def restore(self, tensors: dict[str, np.ndarray], numbers: dict) -> None:
        """Go on from `state()`."""
        self.updates, self.averaged_from = numbers["updates"], numbers["averaged"]
        self.validations = list(numbers["validations"])
        for param in self.params:
            for slot, array in zip(self.rule.slots, self.slots[param.name]):
                array[:] = tensors[f"{slot}.{param.name}"]
            if f"average.{param.name}" in tensors:
                self.means[param.name] = np.array(tensors[f"average.{param.name}"])
