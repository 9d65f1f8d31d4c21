"""`embedkit plot`: figures of training logs, and of attention."""

from __future__ import annotations

import os

import click

from ._config import Command
from ._options import WholeRange, one_stdin, quiet_option

KINDS = ("perplexity", "loss", "gradients", "spectrum")
FORMATS = ("pdf", "png", "svg")
SIZE = 6.0, 3.6  # inches, of curves


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
@click.option(
    "--size",
    type=Inches(),
    metavar="WxH",
    help="width and height in inches  [default: 6x3.6; of attention: by the number of tokens]",
)
@click.option("--dpi", type=WholeRange(30, 600), default=150, help="dots per inch of a png")
@quiet_option
def command(logs, output, what, epochs, target, size, dpi, quiet):
    """Plot training logs: perplexity and loss by epoch, gradient norms by time step, singular values. Or plot the
    attention of an encoder-decoder: M SOURCE...

    LOG is what train wrote with --log FILE; several become curves of one figure, named as the files are. Gradients, the
    norm of ∂L/∂h by steps back in time, are in logs of --log-gradients; singular values in those of train svd.

    M is a model of train seq2seq with attention, and each SOURCE, or line of stdin, a panel of the figure: its tokens
    from left to right, those of the output from top to bottom, in each row the weights with which that token was
    predicted. The same input gives the same bytes. Needs matplotlib: pip install matplotlib.
    """
    one_stdin(*logs)
    if output == "-" and target is None:
        raise click.UsageError("FILE is -, so --to must name the format", click.get_current_context())
    from ..errors import EmbedkitError
    from ..io.container import looks_like
    from ..io.files import map_input
    from ..io.output import Output

    target = target or os.path.splitext(output)[1].lower()[1:]
    if target not in FORMATS:
        raise EmbedkitError(f"{output}: a figure has the suffix .pdf, .png or .svg", "or name the format with --to")
    with Output(output, is_text=target == "svg") as out:
        data = map_input(logs[0])
        if looks_like(data[:64].tobytes()):
            out.write(_attention(logs[0], data, logs[1:], what, epochs, target, size, dpi))
        else:
            out.write(_curves(logs, data, what, epochs, target, size or SIZE, dpi))


def _curves(logs, data, what, epochs, target, size, dpi) -> bytes:
    """The figure of training logs; `data` are the bytes of the first."""
    from ..plot.draw import render
    from ..plot.figures import FIGURES, choose, curves
    from ..plot.log import read

    found = [read(logs[0], data.tobytes()), *map(read, logs[1:])]
    what = what or choose(found)
    return render(FIGURES[what], curves(found, what, epochs), target, size, dpi)


def _attention(path, data, sources, what, epochs, target, size, dpi) -> bytes:
    """The figure of the attention of a model, whose bytes are `data`."""
    from ..errors import EmbedkitError, OptionError
    from ..plot.attention import MOST, Attention, render_attention
    from ..translation.load import load
    from ..translation.translate import Decoding, translate
    from ._out import query_blocks

    if what or epochs:
        raise OptionError(f"{'--what' if what else '--epoch'} is for logs; {path} is a model")
    translator = load(path, data=data)
    lines = [line for block in query_blocks(sources) for line in block]
    if not 1 <= len(lines) <= MOST:
        hint = f"embedkit plot {path} SOURCE... -o FILE"
        raise EmbedkitError(f"{path}: {len(lines)} sources, and a figure has 1 to {MOST}", hint)
    try:
        found = translate(translator, lines, Decoding(attention=True))
    except EmbedkitError as error:
        hint = "train seq2seq --attention general makes models that have it"
        raise EmbedkitError(f"{path}: {error}", hint) from error
    for line, best in zip(lines, found):
        if not best or not best[0].tokens:
            raise EmbedkitError(f"{path}: {'no output for' if best else 'no token in'} {line!r}: nothing to draw")
    panels = [Attention(best.source_tokens, best.tokens, best.attention) for (best,) in found]
    return render_attention(panels, target, size, dpi)
