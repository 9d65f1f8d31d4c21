"""A text cut into windows that know nothing of each other: batches for models that begin each anew."""

from __future__ import annotations

import numpy as np

from .batches import SKIP


class Windows:
    """`ids` (N,) as windows of T tokens, the last one shorter, B of them to a batch.

    inputs, targets : (T, B) int32. A window is predicted from its first token on: the input before that is the token
        before it in the text, `<eos>` before the first of all. Where a window is shorter targets are SKIP.

    In order they are those of validation. Training `draws`: they begin somewhere else in each epoch, the text being a
    ring, and come in another order; or each anywhere, where an epoch is a number of updates and no pass.
    """

    def __init__(self, ids: np.ndarray, eos: int, B: int, T: int):
        self._targets, self._eos, self.B, self.T = ids, eos, B, T
        self.windows = -(-len(ids) // T)
        self._first, self._order = 0, np.arange(self.windows)

    def __len__(self) -> int:
        """Batches of all windows."""
        return -(-self.windows // self.B)

    def draw(self, rng: np.random.Generator) -> None:
        """Cut the text elsewhere, and take the windows in another order."""
        self._first, self._order = int(rng.integers(len(self._targets))), rng.permutation(self.windows)

    def chunk(self, number: int) -> tuple[np.ndarray, np.ndarray, int]:
        """(inputs, targets, number of targets that count) of a batch of windows."""
        return self._cut(self._order[number * self.B : (number + 1) * self.B] * self.T)

    def anywhere(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, int]:
        """A batch of whole windows that begin anywhere."""
        N = len(self._targets)
        return self._cut(rng.integers(max(N - self.T, 0) + 1, size=self.B), first=0)

    def _cut(self, begins: np.ndarray, first: int | None = None) -> tuple[np.ndarray, np.ndarray, int]:
        N, first = len(self._targets), self._first if first is None else first
        places = begins + np.arange(min(self.T, N))[:, None]
        at = (places + first) % N
        targets = np.where(places < N, self._targets[at], SKIP).astype(np.int32)
        inputs = np.where(at > 0, self._targets[at - 1], self._eos).astype(np.int32)
        return inputs, targets, int(np.count_nonzero(targets != SKIP))
