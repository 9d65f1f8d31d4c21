"""A sparse matrix, compressed by rows (CSR): counts, PPMI weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..errors import DAMAGED, EmbedkitError, FormatError
from ..io.container import Container
from ..io.metadata import column
from ..runtime.parallel import each, spread

LANES = 16  # columns of a dense matrix that a register takes


@dataclass(frozen=True, eq=False)
class Csr:
    """A sparse matrix (R, C). ValueError where the rows do not divide the entries; the arrays may be memory maps.

    indptr : (R + 1,) int64, row i is indptr[i]:indptr[i + 1] of the next two
    indices : (nnz,) int32 columns, ascending and different within a row
    data : (nnz,) float32 values
    shape : (R, C)
    is_symmetric : equal to its transpose but for rounding, which whoever makes the matrix knows
    """

    indptr: np.ndarray
    indices: np.ndarray
    data: np.ndarray
    shape: tuple[int, int]
    is_symmetric: bool = False

    def __post_init__(self):
        if wrong := fault(self.indptr, self.indices, self.data, self.shape, looks_at_columns=False):
            raise ValueError(wrong)

    @property
    def nnz(self) -> int:
        """The number of entries."""
        return len(self.data)

    def tensors(self) -> dict[str, np.ndarray]:
        """The arrays by the names that they have in files."""
        return {"data": self.data, "indices": self.indices, "indptr": self.indptr}

    def row(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        """Columns (m,) int32 and values (m,) float32 of row i; what is not among them is zero."""
        begin, end = int(self.indptr[i]), int(self.indptr[i + 1])
        return self.columns(begin, end), self.data[begin:end]

    def columns(self, begin: int, end: int) -> np.ndarray:
        """indices[begin:end], checked: to check all of a mapped file when it is opened would read the whole of it."""
        columns = self.indices[begin:end]
        # As unsigned numbers the negative ones are large.
        if len(columns) and columns.view(np.uint32).max() >= self.shape[1]:
            raise EmbedkitError("the sparse rows are damaged: there is an index past the last column", DAMAGED)
        return columns

    def take(self, rows: np.ndarray) -> Csr:
        """The rows (n,), in that order."""
        lengths = np.diff(self.indptr)[rows]
        indptr = _ends(lengths)
        places = np.repeat(self.indptr[rows] - indptr[:-1], lengths) + np.arange(indptr[-1])
        return Csr(indptr, self.indices[places], self.data[places], (len(rows), self.shape[1]))

    def dense(self) -> np.ndarray:
        """(R, C) float64."""
        full = np.zeros(self.shape)
        full[np.repeat(np.arange(self.shape[0]), np.diff(self.indptr)), self.indices] = self.data
        return full

    def transposed(self) -> Csr:
        """The transpose (C, R), by rows as well."""
        if self.is_symmetric:
            return self
        from . import _kernels

        indptr = _ends(np.bincount(self.indices, minlength=self.shape[1]))
        indices, data = np.empty_like(self.indices), np.empty_like(self.data)
        _kernels.transpose(self.indptr, self.indices, self.data, indptr[:-1].copy(), indices, data)
        return Csr(indptr, indices, data, self.shape[::-1])

    def times(self, dense: np.ndarray, threads: int) -> np.ndarray:
        """self @ dense (C, L), rows split over threads; (R, L) float32, the same for any number of threads."""
        out, dense = np.empty((self.shape[0], dense.shape[1]), np.float32), np.ascontiguousarray(dense)
        work = self.multiply if dense.shape[1] % LANES else self._multiply_lanes
        each(lambda span, _: work(*span, dense, out[slice(*span)]), self.spans(16), threads)
        return out

    def _multiply_lanes(self, first: int, last: int, dense: np.ndarray, out: np.ndarray) -> None:
        from . import _kernels

        flat = dense.reshape(-1), dense.shape[1], out.reshape(-1)
        _kernels.multiply_lanes(self.indptr, self.indices, self.data, first, last, *flat)

    def multiply(self, first: int, last: int, dense: np.ndarray, out: np.ndarray) -> None:
        """Rows first..last @ dense (C, L) float32 in C order, into `out` (last - first, L), float32 or float64."""
        from . import _kernels

        _kernels.multiply(self.indptr, self.indices, self.data, first, last, dense, out)

    def spans(self, parts: int) -> list[tuple[int, int]]:
        """About `parts` spans of rows with equal shares of the entries."""
        return spread(np.diff(self.indptr), parts)

    def blocks(self, start: int, stop: int, size: int) -> Iterator[tuple[int, int, int, int]]:
        """(first row, last row + 1, first entry, last entry + 1) of runs of rows that cover start..stop, each of `size`
        entries or a single row."""
        while start < stop:
            begin = int(self.indptr[start])
            after = int(np.searchsorted(self.indptr, begin + size, "right")) - 1
            last = min(stop, max(start + 1, after))
            yield start, last, begin, int(self.indptr[last])
            start = last


def fault(indptr, indices, data, shape: tuple[int, int], looks_at_columns: bool = True) -> str:
    """Reason why arrays, of the types that `Csr` has, are no matrix of `shape`; "" if they are one."""
    rows, columns = shape
    ends = len(indptr) == rows + 1 and indptr[0] == 0 and indptr[-1] == len(indices)
    if not ends or (indptr[1:] < indptr[:-1]).any():
        return f"indptr does not divide {len(indices)} entries among {rows} rows"
    if len(indices) != len(data):
        return f"there are {len(indices)} entries, but {len(data)} values"
    if looks_at_columns and len(indices) and not 0 <= indices.min() <= indices.max() < columns:
        return f"an index is not among the {columns} columns"
    return ""


def read(stored: Container, shape: tuple[int, int], is_symmetric: bool = False, looks_at_columns: bool = True) -> Csr:
    """The matrix of `shape` whose `tensors` are in a file; FormatError where there is none, or a damaged one."""
    types = {"indptr": np.int64, "indices": np.int32, "data": np.float32}
    arrays = [column(stored, name, dtype, DAMAGED) for name, dtype in types.items()]
    if wrong := fault(*arrays, shape, looks_at_columns):
        raise FormatError(stored.path, wrong, DAMAGED)
    return Csr(*arrays, shape, is_symmetric)


def in_order(rows: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
    """The order (nnz,) that sorts entries by row and column, None where they are sorted; and a mask (nnz - 1,) of those
    sorted, but the first, that are at the place of the one before."""
    keys = rows.astype(np.int64) << 32 | columns.astype(np.int64)
    steps = np.diff(keys)
    if (steps > 0).all():
        return None, np.zeros(len(steps), bool)
    order = np.argsort(keys, kind="stable")
    return order, np.diff(keys[order]) == 0


def _ends(lengths: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
