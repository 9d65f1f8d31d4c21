"""Recurrent layers with random parameters, as nobody but a test wants them: models make theirs in `network.build`."""

from __future__ import annotations

import numpy as np

from embedkit.neural.layers.gru import GRU
from embedkit.training import initializers as initial
from embedkit.training.param import Param


def fresh(kind, D: int, H: int, rng, dtype=np.float32, name: str = "layer", peephole: bool = False, **options):
    """A layer of a `kind`: Xavier's weights for inputs, orthogonal ones for states, gate by gate; zeros else."""

    def gates(first, rows):
        return np.concatenate([first(rng, (rows, H), dtype) for _ in range(kind.GATES)], axis=1)

    Wx, Wh = Param(f"{name}.Wx", gates(initial.xavier, D)), Param(f"{name}.Wh", gates(initial.orthogonal, H))
    params = [Wx, Wh, Param(f"{name}.b", np.zeros(kind.GATES * H, dtype))]
    if kind is GRU:
        params.append(Param(f"{name}.c", np.zeros(H, dtype)))
    if peephole:
        params.append(Param(f"{name}.peephole", np.zeros((3, H), dtype)))
    return kind(*params, **options)
