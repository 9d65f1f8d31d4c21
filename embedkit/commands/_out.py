"""Words in, rows out: queries from arguments or stdin, results to stdout, sentences for people to stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress

import click

from ..errors import EmbedkitError


class Out:
    """Rows to stdout, tab-separated or as JSON lines; always UTF-8, whatever the locale.

    Use as a context manager: leaving it flushes, so that a full disk is noticed while it can still be reported.
    """

    def __init__(self, as_json: bool = False):
        if sys.stdout is None:
            raise EmbedkitError("stdout is closed")
        self.as_json, self._stream = as_json, sys.stdout.buffer

    def __enter__(self) -> Out:
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.flush()

    def flush(self) -> None:
        self._stream.flush()

    def row(self, **fields) -> None:
        """One result: the values in order, or one JSON object with these keys."""
        self.line(to_json(fields) if self.as_json else "\t".join(map(cell, fields.values())))

    def rows(self, common: dict, **columns) -> None:
        """Several results: the values in `common` are those of all, `columns` has a list for each of the others."""
        if self.as_json:
            for values in zip(*columns.values()):
                self.row(**common, **dict(zip(columns, values)))
            return
        start = "".join(f"{cell(value)}\t" for value in common.values())
        rest = map("\t".join, zip(*(map(cell, column) for column in columns.values())))
        self._write("".join(f"{start}{text}\n" for text in rest))

    def line(self, text: str) -> None:
        self._write(text + "\n")

    def _write(self, text: str) -> None:
        self._stream.write(text.encode("utf-8", "surrogateescape"))


def cell(value) -> str:
    """A value as a tab-separated cell: no tab or newline of its own; None is empty."""
    text = "" if value is None else str(value)
    return text.replace("\t", "\\t").replace("\n", "\\n") if "\t" in text or "\n" in text else text


def to_json(fields: dict) -> str:
    """One JSON object; text as it is, broken UTF-8 as escapes."""
    import json

    text = json.dumps(fields, ensure_ascii=False, default=_plain)
    return text if text.isprintable() or not _has_surrogates(text) else json.dumps(fields, default=_plain)


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in text)


def _plain(value):
    return float(str(value)) if value.dtype.kind == "f" and not value.ndim else value.tolist()


def whole_lines(file) -> Iterator[bytes]:
    """The lines of a binary `file` in blocks, as they arrive; a block lacks its last newline."""
    begun = []
    # read1 returns what is there: a pipe that asks one line at a time gets its answer at once.
    while chunk := file.read1(1 << 16):
        head, newline, rest = chunk.rpartition(b"\n")
        if newline:
            yield b"".join([*begun, head])
            begun = [rest]
        else:
            begun.append(chunk)
    if last := b"".join(begun):
        yield last


def query_blocks(arguments: tuple[str, ...]) -> Iterator[list[str]]:
    """Queries in blocks: the arguments, or the lines of stdin as they arrive, without a byte order mark. Empty lines
    are skipped."""
    if arguments:
        yield list(arguments)
        return
    if sys.stdin is None:
        return
    mark = b"\xef\xbb\xbf"
    for lines in whole_lines(sys.stdin.buffer):
        lines, mark = lines.removeprefix(mark), b""
        if block := _decode(lines.split(b"\n")):
            yield block


def _decode(lines: list[bytes]) -> list[str]:
    texts = (line.strip(b" \t\r").decode("utf-8", "surrogateescape") for line in lines)
    return [text for text in texts if text]


class Unanswered:
    """Queries without an answer: a line on stderr each, and exit code 3 at the end."""

    def __init__(self, quiet: bool = False):
        self.quiet, self.count = quiet, 0

    def report(self, message: str) -> None:
        """A query without an answer."""
        self.count += 1
        self.say(message)

    def say(self, message: str) -> None:
        """Something about a query, whose answer there is."""
        if not self.quiet:
            # What stderr cannot take is lost; the answers are not.
            with suppress(OSError):
                click.echo(cell(message).encode("utf-8", "surrogateescape"), err=True)

    def finish(self) -> None:
        if self.count:
            click.get_current_context().exit(3)


class KnownTexts:
    """Texts by their known words: one without any is unanswered, and how many words are unknown is said at the end."""

    def __init__(self, unanswered: Unanswered):
        self.unanswered, self.unknown, self.total = unanswered, 0, 0

    def known(self, texts, words_of) -> Iterator:
        """(text, ids) of those with a known word; `words_of(text)` is (ids of its known words, number of all)."""
        for text in texts:
            ids, words = words_of(text)
            self.unknown, self.total = self.unknown + words - len(ids), self.total + words
            if len(ids):
                yield text, ids
            else:
                self.unanswered.report(f"no known word: {text}")

    def finish(self) -> None:
        if self.unknown and not self.unanswered.quiet:
            click.echo(f"{self.unknown} of {self.total} words are not in the vocabulary", err=True)
