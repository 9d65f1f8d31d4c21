"""Rows of scores: a table on a terminal, lines with a header otherwise."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from ._out import Out


def print_rows(out: Out, rows: Iterable[dict], columns: tuple[str, ...], texts: tuple[str, ...]) -> None:
    """Print `rows`, dicts of `columns` (in JSON lines there may be more), of which `texts` hold no numbers.

    Lines come as the rows do, the header with the first, so that a failure before it leaves nothing behind.
    """
    if not out.as_json and sys.stdout.isatty():
        for line in table(rows, columns, texts):
            out.line(line)
        return
    for i, row in enumerate(rows):
        if not i and not out.as_json:
            out.line("\t".join(columns))
        out.row(**row)
        out.flush()


def table(rows: Iterable[dict], columns: tuple[str, ...], texts: tuple[str, ...]) -> Iterator[str]:
    """Lines for people: texts to the left, numbers to the right, with four digits."""
    cells = [columns, *([_cell(row[column]) for column in columns] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells)]
    sides = ["<" if column in texts else ">" for column in columns]
    for line in cells:
        yield "  ".join(f"{text:{side}{width}}" for text, side, width in zip(line, sides, widths)).rstrip()


def _cell(value: str | int | float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
