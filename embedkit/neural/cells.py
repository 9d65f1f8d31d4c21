"""Recurrent layers with their parameters: each gate is initialized by itself."""

from __future__ import annotations

from collections.abc import Callable

FORGET = 1.0  # bias of the forget gate, so that cells remember at first (Jozefowicz et al. 2015)
FIRST_ROW = 5.0  # logit of the row where the heads of an NTM begin, those of others being 0
GATE, SHARPNESS = -2.0, 2.0  # biases by which its heads go on from where they stand, and stay sharp, at first


def rnn(initializer: str, name: str, D: int, H: int, make: Callable, *, activation: str = "tanh"):
    """A simple recurrent layer of H units for inputs of D; for `make` see `language.network.build`."""
    from .layers.rnn import RNN

    return RNN(*weights(RNN.GATES, initializer, name, D, H, make), activation)


def lstm(
    initializer: str, name: str, D: int, H: int, make: Callable, *, peephole: bool = False, forget_bias: float = FORGET
):
    """A layer of long short-term memory, H units for inputs of D."""
    from ..training.initializers import zeros
    from .layers.lstm import LSTM

    def bias(rng, shape):
        b = zeros(rng, shape)
        b[H : 2 * H] = forget_bias
        return b

    params = weights(LSTM.GATES, initializer, name, D, H, make, bias)
    return LSTM(*params, make(f"{name}.peephole", (3, H), zeros) if peephole else None)


def gru(initializer: str, name: str, D: int, H: int, make: Callable):
    """A layer of gated recurrent units, H of them for inputs of D."""
    from ..training.initializers import zeros
    from .layers.gru import GRU

    return GRU(*weights(GRU.GATES, initializer, name, D, H, make), make(f"{name}.c", (H,), zeros))


def ntm(
    initializer: str,
    name: str,
    D: int,
    H: int,
    make: Callable,
    *,
    rows: int,
    width: int,
    forget_bias: float = FORGET,
):
    """A neural Turing machine: an LSTM of H units for inputs of D, and a memory of `rows` of `width` numbers.

    Its heads begin at the first row and move by location: while all rows are alike nothing is found by content, and
    heads that stand everywhere learn from no row.
    """
    import numpy as np

    from ..training.initializers import of_layer, zeros
    from .layers.ntm import NTM

    def bias(rng, shape):
        b = zeros(rng, shape)
        b[H : 2 * H] = forget_bias
        return b

    def first(rng, shape):
        logits = np.zeros(shape, np.float32)
        logits[:, 0] = FIRST_ROW
        return logits

    def heads(rng, shape):
        b = zeros(rng, shape)
        for head in (0, width + 6):
            b[head + width + 1], b[head + width + 5] = GATE, SHARPNESS
        return b

    P = 4 * width + 12
    return NTM(
        *weights(NTM.GATES, initializer, name, D, H, make, bias, width),
        make(f"{name}.Wp", (H, P), of_layer(initializer)),
        make(f"{name}.bp", (P,), heads),
        make(f"{name}.start", (2, rows), first),
    )


def weights(
    gates: int,
    initializer: str,
    name: str,
    D: int,
    H: int,
    make: Callable,
    bias: Callable | None = None,
    reads: int = 0,
):
    """Wx (D, gates · H), Wh (H + reads, gates · H) and b of `layers.recurrent.Recurrent`."""
    import numpy as np

    from ..training.initializers import of_layer, zeros

    first, width = of_layer(initializer), gates * H

    def by_gate(rng, shape):
        return np.concatenate([first(rng, (shape[0], H)) for _ in range(gates)], axis=1)

    return [
        make(f"{name}.Wx", (D, width), by_gate),
        make(f"{name}.Wh", (H + reads, width), by_gate),
        make(f"{name}.b", (width,), bias or zeros),
    ]
