"""A text dealt out to sequences that are read side by side, chunk after chunk."""

from __future__ import annotations

import numpy as np

SKIP = -1  # a target that is not there


class Batches:
    """`ids` (N,) as B sequences, each continued from chunk to chunk.

    inputs, targets : (steps, B) int32. Sequence b is read from ids[b · steps] on, and predicted from its first word on:
        the input before it is the word before it in the text, and `<eos>` before the first. The last sequences
        are filled up with targets of SKIP.
    """

    def __init__(self, ids: np.ndarray, eos: int, B: int, T: int):
        self.T, self.steps = T, -(-len(ids) // B)
        before = np.full(self.steps * B, eos, np.int32)
        before[1 : len(ids)] = ids[:-1]
        wanted = np.full(self.steps * B, SKIP, np.int32)
        wanted[: len(ids)] = ids
        self.inputs, self.targets = (np.ascontiguousarray(row.reshape(B, -1).T) for row in (before, wanted))

    def __len__(self) -> int:
        """The number of chunks."""
        return -(-self.steps // self.T)

    def chunk(self, number: int) -> tuple[np.ndarray, np.ndarray, int]:
        """(inputs, targets, number of targets that count) of one chunk; the arrays are views."""
        span = slice(number * self.T, (number + 1) * self.T)
        targets = self.targets[span]
        return self.inputs[span], targets, int(np.count_nonzero(targets != SKIP))
