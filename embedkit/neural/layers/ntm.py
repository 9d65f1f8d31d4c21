"""The neural Turing machine (Graves, Wayne & Danihelka 2014, arXiv 1410.5401)."""

from __future__ import annotations

import numpy as np

from ...training.param import Param
from .lstm import LSTM
from .memory.plain import KEPT
from .recurrent import transposed
from .workspace import Backprop


class NTM:
    """X (T, B, D) → (T, B, H + M): hidden states of an LSTM, the controller, each beside what it read from a memory.

    The memory has N rows of M numbers. At each step the controller takes x and what was read the step before, a read
    head and a write head move as h Wp + bp says (by content, and from where they stood by -1, 0 or 1, around the ends),
    the memory is read and then written to; see `memory` for the numbers of the heads.

    The state is (h and what was read side by side (B, H + M), c (B, H), memory (B, M · N) column by column, weights of
    the read and the write head (B, 2 · N)); each part may be None, as may all. Then outputs, c and memory are zeros and
    the weights softmax(start), which takes their gradient.

    Parameters
    ----------
    Wx, Wh, b : (D, 4H), (H + M, 4H), (4H,), the gates of the controller, as in `lstm.LSTM`
    Wp, bp : (H, 4M + 12), (4M + 12,)
    start : (2, N), logits of the heads before the first step, the read head first
    """

    GATES = LSTM.GATES

    def __init__(self, Wx: Param, Wh: Param, b: Param, Wp: Param, bp: Param, start: Param):
        self.Wx, self.Wh, self.b, self.Wp, self.bp, self.start = self.params = [Wx, Wh, b, Wp, bp, start]

    def forward(self, X, state, ctx):
        take, mask = ctx.workspace.take, ctx.mask
        Wx, Wh, b, Wp, bp, start = (param.value for param in self.params)
        (T, B, D), (H, P), N, dtype = X.shape, Wp.shape, start.shape[1], Wp.dtype
        M, width, cells = len(Wh) - H, 4 * H, ctx.workspace.cells(dtype)
        rows, gates = X.reshape(T * B, D), take((T, B, width), dtype)
        np.matmul(rows, Wx, out=gates.reshape(T * B, width))
        heads, kept, product = take((T, B, P), dtype), take((T, B, KEPT, N), dtype), take((B, width), dtype)
        parts = (None,) * 4 if state is None else state
        first = np.exp(start - start.max(axis=1, keepdims=True))
        first /= first.sum(axis=1, keepdims=True)
        shapes = (H + M,), (H,), (M, N), (2, N)
        outputs, carried, memory, weights = kinds = [take((T + 1, B, *shape), dtype) for shape in shapes]
        for array, part, begin in zip(kinds, parts, (0, 0, 0, first)):
            array[0] = begin if part is None else part.reshape(array[0].shape)
        hidden = take((T + 1, B, H), dtype)
        for t in range(T):
            np.matmul(outputs[t], Wh, out=product)
            cells.lstm_step(gates, product, b, carried, hidden, None, t)
            outputs[t + 1, :, :H] = hidden[t + 1]
            np.matmul(hidden[t + 1], Wp, out=heads[t])
            cells.memory_step(heads, bp, memory, weights, kept, outputs, t)
            if mask is not None and not mask[t].all():
                padding = ~mask[t]
                for array in kinds:
                    array[t + 1, padding] = array[t, padding]

        if ctx.head_weights is not None:
            ctx.head_weights.append(weights[1:].copy())

        def back(dY, dstate=None):
            dparts = [take((B, *shape), dtype) for shape in shapes]
            for array, part in zip(dparts, dstate or (None,) * 4):
                array[...] = 0 if part is None else part.reshape(array.shape)
            doutput, dcarried, dmemory, dweights = dparts
            dreads, dh = take((B, M), dtype), take((B, H), dtype)
            Wh_back, Wp_back = transposed(Wh, T, take), transposed(Wp, T, take)
            for t in range(T - 1, -1, -1):
                doutput += dY[t]
                padding = None if mask is None or mask[t].all() else ~mask[t]
                if padding is not None:
                    held = [array[padding] for array in dparts]
                np.copyto(dreads, doutput[:, H:])
                cells.memory_back(heads, memory, weights, kept, dreads, dmemory, dweights, t)
                np.matmul(heads[t], Wp_back, out=dh)
                dh += doutput[:, :H]
                if ctx.hidden_grad_norms is not None:
                    ctx.hidden_grad_norms.append(float(np.linalg.norm(dh)))
                cells.lstm_back(gates, carried, dh, dcarried, None, t)
                np.matmul(gates[t], Wh_back, out=doutput)
                if padding is not None:  # the state went past this step
                    gates[t, padding], heads[t, padding] = 0, 0
                    for array, part in zip(dparts, held):
                        array[padding] = part
            dgates, dheads = gates.reshape(T * B, width), heads.reshape(T * B, P)
            self.Wx.add_product(rows.T, dgates, ctx.workspace)
            self.Wh.add_product(outputs[:-1].reshape(T * B, H + M).T, dgates, ctx.workspace)
            self.b.add(dgates.sum(axis=0))
            self.Wp.add_product(hidden[1:].reshape(T * B, H).T, dheads, ctx.workspace)
            self.bp.add(dheads.sum(axis=0))
            dX = np.matmul(dgates, Wx.T, out=take((T * B, D), dtype))
            dparts = [array.reshape(B, -1).copy() for array in dparts]
            dfirst = np.zeros_like(first)
            if parts[3] is None:
                dfirst, dparts[3] = dweights.sum(axis=0), None
            self.start.add(first * (dfirst - (first * dfirst).sum(axis=1, keepdims=True)))
            return dX.reshape(X.shape), tuple(dparts)

        return outputs[1:], tuple(array[T].reshape(B, -1).copy() for array in kinds), Backprop(back)
