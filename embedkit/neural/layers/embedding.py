"""Words to vectors."""

from __future__ import annotations

import numpy as np

from ...training.param import Param
from .workspace import Backprop


class Lookup:
    """Rows of `table` (V, D) for ids (T, B), as (T, B, D), that nobody has fetched yet.

    The product of a token's vector and a matrix is a row of the product of the table: where tokens outnumber the
    vocabulary, a layer that begins with such a product (see `LSTM.takes_lookup`) takes it of the table.
    """

    def __init__(self, ids: np.ndarray, table: Param):
        self.ids, self.table = ids, table
        self.shape, self.dtype = (*ids.shape, table.value.shape[1]), table.value.dtype

    def __getitem__(self, steps: slice) -> Lookup:
        return Lookup(self.ids[steps], self.table)


class Embedding:
    """ids (T, B) → rows of `table` (V, D), as (T, B, D). Its gradient is row-sparse.

    `dropout` is the chance of a word to be zero wherever it stands in this pass (Gal & Ghahramani 2016), the others
    growing by 1 / (1 - dropout).
    """

    def __init__(self, table: Param, dropout: float = 0.0):
        self.table, self.dropout, self.params = table, dropout, [table]

    def forward(self, ids, state, ctx):
        table = self.table.value
        V, D = table.shape
        Y = ctx.workspace.take((*ids.shape, D), table.dtype)
        np.take(table, ids, axis=0, out=Y, mode="clip")  # other modes would go through a copy
        scale = None
        if ctx.training and self.dropout:
            kept = (ctx.rng.random(V, dtype=np.float32) >= self.dropout).astype(table.dtype) / (1 - self.dropout)
            scale = kept[ids][..., None].astype(table.dtype, copy=False)
            Y *= scale

        def back(dY, dstate=None):
            values = dY if scale is None else dY * scale
            self.table.add_rows(ids.reshape(-1), values.reshape(-1, D))
            return None, dstate

        return Y, state, Backprop(back)
