"""A learnt array with its gradient."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class RowGradient(NamedTuple):
    """A gradient that is zero but for the rows `ids` (n,), ascending, none twice, which hold `values` (n, D)."""

    ids: np.ndarray
    values: np.ndarray

    def dense(self, value: np.ndarray) -> np.ndarray:
        """With the rows that are zero, of a parameter of this `value`."""
        found = np.zeros_like(value)
        found[self.ids] = self.values
        return found


class Param:
    """A learnt array. Layers share one by holding the same Param (weight tying): what they add to its gradient adds up.

    Parameters
    ----------
    name : under which it is stored, unique in a model
    value : C-contiguous; updates change it in place
    frozen : whether it keeps its value; then gradients are not even computed
    memory : where a dense gradient goes, of the shape and dtype of `value`; taken when needed if not given
    """

    def __init__(self, name: str, value: np.ndarray, frozen: bool = False, memory: np.ndarray | None = None):
        if not value.flags.c_contiguous:
            raise ValueError(f"{name} must be C-contiguous")
        self.name, self.value, self.frozen = name, value, frozen
        self._dense, self._is_dense, self._rows = memory, False, None

    @property
    def gradient(self) -> np.ndarray | RowGradient | None:
        """None before anything was added, a `RowGradient` where only rows were. Its memory is reused after `clear`."""
        return self._dense if self._is_dense else self._rows

    def clear(self) -> None:
        """Forget the gradient."""
        self._is_dense, self._rows = False, None

    def add(self, gradient: np.ndarray) -> None:
        """gradient += an array of the same shape."""
        if self.frozen:
            return
        if self._is_dense:
            self._dense += gradient
        else:
            np.copyto(self._begin(), gradient)
            self._settle()

    def add_product(self, A: np.ndarray, B: np.ndarray, workspace) -> None:
        """gradient += A @ B, without a temporary where it is the first to come."""
        if self.frozen:
            return
        if self._is_dense:
            self._dense += np.matmul(A, B, out=workspace.take(self.value.shape, self.value.dtype))
        else:
            np.matmul(A, B, out=self._begin())
            self._settle()

    def add_rows(self, ids: np.ndarray, values: np.ndarray) -> None:
        """gradient[ids] += values, ids (n,) and values (n, D); an id that repeats takes every addition."""
        if self.frozen or not len(ids):
            return
        if self._rows is not None:
            ids, values = np.concatenate([self._rows.ids, ids]), np.concatenate([self._rows.values, values])
        rows = _merge(ids, values)
        if self._is_dense:
            self._dense[rows.ids] += rows.values
        else:
            self._rows = rows

    def add_all(self, other: Param) -> None:
        """gradient += that of `other`, which forgets it."""
        gradient = other.gradient
        if isinstance(gradient, RowGradient):
            self.add_rows(*gradient)
        elif gradient is not None:
            self.add(gradient)
        other.clear()

    def _begin(self) -> np.ndarray:
        if self._dense is None:
            self._dense = np.empty_like(self.value)
        return self._dense

    def _settle(self) -> None:
        """The dense gradient holds something: what came as rows joins it."""
        self._is_dense = True
        if self._rows is not None:
            self._dense[self._rows.ids] += self._rows.values
            self._rows = None


def _merge(ids: np.ndarray, values: np.ndarray) -> RowGradient:
    """Rows of equal id, added up in their order."""
    order = np.argsort(ids, kind="stable")
    ids = ids[order]
    begins = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]]))
    return RowGradient(ids[begins], np.add.reduceat(values[order], begins, axis=0))


def collect(layers) -> list[Param]:
    """The parameters of `layers`, each once however many share it, in order of appearance."""
    return list({id(param): param for layer in layers for param in layer.params}.values())
