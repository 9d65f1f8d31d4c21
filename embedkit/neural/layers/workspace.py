"""Memory for layers, taken from the system once."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import numpy as np

from . import plain

ALIGNMENT = 64  # bytes: a line of the cache


_references = sys.getrefcount
_KEPT = [np.empty(1)]
_FREE = _references(_KEPT[0])  # what the count is when the list alone holds a buffer


class Workspace:
    """Lends buffers, and lends one again only when nobody holds it or a view of it any more.

    So a second forward pass takes other buffers than the one whose backprop is still open, and a state or an output
    that somebody keeps is never overwritten. After a few steps every size is there and no page is touched for the
    first time again. Nothing is lent to two threads at once: one workspace, one thread.

    Parameters
    ----------
    kernels : compiled cells (`fused.Fused`); without them, and for other types than float32, `plain` is used
    """

    def __init__(self, kernels=None):
        self.kernels, self._buffers = kernels, {}

    def cells(self, dtype):
        """The implementation of cells for arrays of `dtype`: `plain`, or what has the same functions."""
        return self.kernels if self.kernels is not None and dtype == np.float32 else plain

    def take(self, shape: tuple[int, ...], dtype) -> np.ndarray:
        """An array whose content is arbitrary."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        # Sizes in powers of two, so that sequences of other lengths use the same buffers; untouched pages cost nothing.
        bits = max(size - 1, ALIGNMENT).bit_length()
        buffers = self._buffers.setdefault(bits, [])
        for index in range(len(buffers)):
            if _references(buffers[index]) == _FREE:
                break
        else:
            index = len(buffers)
            buffers.append(np.empty((1 << bits) + ALIGNMENT, np.uint8))
        buffer = buffers[index]
        begin = -buffer.__array_interface__["data"][0] % ALIGNMENT  # `ctypes` takes twice as long
        return buffer[begin : begin + size].view(dtype).reshape(shape)

    def zeros(self, shape: tuple[int, ...], dtype) -> np.ndarray:
        """`take`, filled with zeros."""
        array = self.take(shape, dtype)
        array[...] = 0
        return array

    @property
    def nbytes(self) -> int:
        """Bytes of all buffers, lent or not."""
        return sum(buffer.nbytes for buffers in self._buffers.values() for buffer in buffers)


class Backprop:
    """The way back through a forward pass, to be taken once: it works in the buffers of the forward pass, and after it
    holds none of them, so that the next pass finds them free."""

    def __init__(self, back: Callable):
        self._back = back

    def __call__(self, *gradients):
        back, self._back = self._back, None
        if back is None:
            raise RuntimeError("backprop works once: it overwrites what the forward pass kept")
        return back(*gradients)
