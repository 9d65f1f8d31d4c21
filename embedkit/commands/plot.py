"""`embedkit plot`: figures of what training logged."""

from __future__ import annotations

import os

import click

from ._config import Command
from ._options import WholeRange, one_stdin, quiet_option

KINDS = ("perplexity", "loss", "gradients", "spectrum")
FORMATS = ("pdf", "png", "svg")


class Inches(click.ParamType):
    """Width and height, as in 6.4x3.6."""

    name = "size"

    def convert(self, value, param, ctx):
        try:
            width, height = map(float, value.split("x"))
        except ValueError:
            width = height = 0.0
        if not (1 <= width <= 20 and 1 <= height <= 20):
            self.fail(f"{value!r} is not a width and a height of 1 to 20 inches, as in 6x3.5", param, ctx)
        return width, height

    def spell(self, value) -> str:
        return "{!r}x{!r}".format(*value)


@click.command("plot", cls=Command)
@click.argument("logs", nargs=-1, required=True, metavar="LOG...")
@click.option("-o", "--output", required=True, metavar="FILE", help="figure to write; - is stdout")
@click.option("--what", type=click.Choice(KINDS), help="what to draw; by default the first of these in all of the logs")
@click.option(
    "--epoch",
    "epochs",
    type=WholeRange(min=0),
    multiple=True,
    help="gradients after this epoch, 0 is before training; may be given again  [default: the last]",
)
@click.option("--to", "target", type=click.Choice(FORMATS), help="format of FILE; by default its suffix tells")
@click.option("--size", type=Inches(), default="6x3.6", metavar="WxH", help="width and height in inches")
@click.option("--dpi", type=WholeRange(30, 600), default=150, help="dots per inch of a png")
@quiet_option
def command(logs, output, what, epochs, target, size, dpi, quiet):
    """Plot training logs: perplexity and loss by epoch, gradient norms by time step, singular values.

    LOG is what train wrote with --log FILE; several become curves of one figure, named as the files are. Gradients, the
    norm of ∂L/∂h by steps back in time, are in logs of --log-gradients; singular values in those of train svd. The
    same logs give the same bytes. Needs matplotlib: pip install matplotlib.
    """
    one_stdin(*logs)
    if output == "-" and target is None:
        raise click.UsageError("FILE is -, so --to must name the format", click.get_current_context())
    from ..errors import EmbedkitError
    from ..io.output import Output

    target = target or os.path.splitext(output)[1].lower()[1:]
    if target not in FORMATS:
        raise EmbedkitError(f"{output}: a figure has the suffix .pdf, .png or .svg", "or name the format with --to")
    with Output(output, is_text=target == "svg") as out:
        from ..plot.draw import render
        from ..plot.figures import FIGURES, choose, curves
        from ..plot.log import read

        found = [read(log) for log in logs]
        what = what or choose(found)
        out.write(render(FIGURES[what], curves(found, what, epochs), target, size, dpi))
