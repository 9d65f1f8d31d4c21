"""Man pages from the help of commands."""

from __future__ import annotations

import re

import click

from .. import __version__


class Roff(click.HelpFormatter):
    """Takes what commands write into their help, and makes roff of it (man(7))."""

    def write_usage(self, prog, args="", prefix=None):
        self._lines(".SH SYNOPSIS", f"{_bold(prog)} {_roff(args)}", ".SH DESCRIPTION")

    def write_heading(self, heading):
        self._lines(f".SH {_roff(heading.upper())}")

    def write_paragraph(self):
        """Nothing: every section begins with its heading."""

    def write_text(self, text):
        for paragraph in re.split(r"\n{2,}", text.strip()):
            if paragraph.startswith("\b\n"):
                self._lines(".PP", ".nf", *map(_roff, paragraph.split("\n")[1:]), ".fi")
            else:
                self._lines(".PP", *map(_roff, paragraph.split("\n")))

    def write_dl(self, rows, col_max=30, col_spacing=2):
        for term, text in rows:
            self._lines(".TP", _bold(term), _roff(text))

    def _lines(self, *lines: str) -> None:
        self.write("".join(f"{line}\n" for line in lines))


def _roff(text: str) -> str:
    """`text` as a line that says just that: hyphens as on the command line, and no dot that begins a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text


def _bold(text: str) -> str:
    """Long lists of choices may be broken between them."""
    return f"\\fB{_roff(text)}\\fR".replace("|", "|\\:")


def page(context: click.Context) -> str:
    """The man page of the command of `context`."""
    name, about = file_name(context), context.command.get_short_help_str()
    head = f'.TH {_roff(name.upper())} 1 "" "embedkit {__version__}"\n.ad l\n.nh\n.SH NAME\n'
    formatter = Roff()
    context.command.format_help(context, formatter)
    return f"{head}{_roff(name)} \\- {_roff(about)}\n{formatter.getvalue()}"


def file_name(context: click.Context) -> str:
    """The name of a command's man page: embedkit-train-svd."""
    return context.command_path.replace(" ", "-")
