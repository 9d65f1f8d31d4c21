"""Learning rates over time."""

from __future__ import annotations

import math

SCHEDULES = ("constant", "plateau", "cosine")


class Rate:
    """The learning rate of an update.

    Parameters
    ----------
    lr : where it begins, after the warm-up
    schedule : "constant"; "plateau": divided by `decay` whenever a validation is no better than the best so far;
        "cosine": down to `floor` along half a wave (Loshchilov & Hutter 2017)
    total : number of updates of the whole training, which "cosine" needs
    warmup : updates in which it rises evenly from lr / warmup to lr
    """

    def __init__(
        self,
        lr: float,
        schedule: str = "constant",
        *,
        total: int = 0,
        decay: float = 4.0,
        warmup: int = 0,
        floor: float = 0.0,
    ):
        if schedule not in SCHEDULES:
            raise ValueError(f"no schedule {schedule!r}; there are {', '.join(SCHEDULES)}")
        self.lr, self.schedule, self.total, self.decay = lr, schedule, total, decay
        self.warmup, self.floor = warmup, floor
        self.best, self.divisions = math.inf, 0

    def __call__(self, update: int) -> float:
        """The rate of update number `update`, the first being 0."""
        if update < self.warmup:
            return self.lr * (update + 1) / self.warmup
        if self.schedule == "cosine":
            done = (update - self.warmup) / max(self.total - self.warmup, 1)
            return self.floor + (self.lr - self.floor) * (1 + math.cos(math.pi * min(done, 1))) / 2
        return max(self.lr / self.decay**self.divisions, self.floor)

    def validated(self, loss: float) -> bool:
        """Take note of a validation (lower is better); whether the rate went down. NaN is no improvement."""
        if loss < self.best:
            self.best = loss
            return False
        self.divisions += self.schedule == "plateau"
        return self.schedule == "plateau"

    def state(self) -> dict:
        """State for a checkpoint, JSON-able (`best` may be infinite, then it is None)."""
        return {"best": self.best if math.isfinite(self.best) else None, "divisions": self.divisions}

    def restore(self, state: dict) -> None:
        """Go on from `state()`."""
        self.best = math.inf if state["best"] is None else state["best"]
        self.divisions = state["divisions"]
