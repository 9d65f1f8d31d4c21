"""`embedkit plot`: figures of training logs, of attention, and of a memory."""

from __future__ import annotations

import click

from ._config import Command
from ._options import WholeRange, one_stdin, quiet_option

KINDS = ("perplexity", "loss", "gradients", "spectrum")
FORMATS = ("pdf", "png", "svg")
SIZE = 6.0, 3.6  # inches, of curves
HEADS_HINT = "embedkit plot M LINE --heads -o FILE, M of train transformer or train mlm"


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
@click.option("--heads", is_flag=True, help="of a Transformer, causal or masked: attention by layer and head")
@click.option("--to", "target", type=click.Choice(FORMATS), help="format of FILE; by default its suffix tells")
@click.option(
    "--size",
    type=Inches(),
    metavar="WxH",
    help="width and height in inches  [default: 6x3.6; of models: by the number of tokens]",
)
@click.option("--dpi", type=WholeRange(30, 600), default=150, help="dots per inch of a png")
@quiet_option
def command(logs, output, what, epochs, heads, target, size, dpi, quiet):
    """Plot training logs: perplexity and loss by epoch, gradient norms by time step, singular values. Or plot the
    attention of an encoder-decoder, or its memory: M SOURCE...

    LOG is what train wrote with --log FILE; several become curves of one figure, named as the files are. Gradients, the
    norm of ∂L/∂h by steps back in time, are in logs of --log-gradients; singular values in those of train svd.

    M is a model of train seq2seq with attention, and each SOURCE, or line of stdin, a panel of the figure: its tokens
    from left to right, those of the output from top to bottom, in each row the weights with which that token was
    predicted. Where M is one of --cell ntm there are two panels: the rows of its memory from top to bottom, with the
    weights of the write head at each token of the source, and of the read head at each of the output. The same input
    gives the same bytes.

    With --heads M is a model of train transformer or train mlm, and the one SOURCE a line: a row of panels for each
    layer, a column for each head, in each panel the tokens that read from top to bottom, those that are read from left
    to right. Needs matplotlib: pip install matplotlib.
    """
    one_stdin(*logs)
    if output == "-" and target is None:
        raise click.UsageError("FILE is -, so --to must name the format", click.get_current_context())
    from ..errors import EmbedkitError
    from ..io.container import looks_like
    from ..io.files import map_input
    from ..io.output import Output
    from ..plot.files import format_of

    target = format_of(output, target)
    with Output(output, is_text=target == "svg") as out:
        data = map_input(logs[0])
        if looks_like(data[:64].tobytes()):
            draw = _heads if heads else _model
            out.write(draw(logs[0], data, logs[1:], what, epochs, target, size, dpi))
        elif heads:
            raise EmbedkitError(f"{logs[0]}: is no model, of which --heads could be drawn", HEADS_HINT)
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


def _model(path, data, sources, what, epochs, target, size, dpi) -> bytes:
    """The figure of a model, whose bytes are `data`: of its memory, or of its attention where it has none."""
    from ..errors import EmbedkitError, OptionError
    from ..plot import attention, memory
    from ..translation.load import load
    from ._out import query_blocks

    if what or epochs:
        raise OptionError(f"{'--what' if what else '--epoch'} is for logs; {path} is a model")
    translator = load(path, data=data)
    most = memory.MOST if translator.has_memory else attention.MOST
    lines = [line for block in query_blocks(sources) for line in block]
    if not 1 <= len(lines) <= most:
        hint = f"embedkit plot {path} SOURCE... -o FILE"
        raise EmbedkitError(f"{path}: {len(lines)} sources, and a figure has 1 to {most}", hint)
    draw = _memory if translator.has_memory else _attention
    return draw(path, translator, lines, target, size, dpi)


def _heads(path, data, lines, what, epochs, target, size, dpi) -> bytes:
    """The figure of the self-attention of a language model, whose bytes are `data`, in one line."""
    from ..errors import EmbedkitError, OptionError
    from ..library.self_attention import self_attention
    from ..plot.heads import MOST, LayerHeads, render_heads
    from ._out import query_blocks

    if what or epochs:
        raise OptionError(f"{'--what' if what else '--epoch'} is for logs; {path} is a model")
    asked = [line for block in query_blocks(lines) for line in block]
    if len(asked) != 1:
        raise EmbedkitError(f"{path}: {len(asked)} lines, and --heads draws one", HEADS_HINT)
    tokens, weights = self_attention(path, data, asked[0])
    if len(tokens) > MOST:
        raise EmbedkitError(f"{path}: the line has {len(tokens)} tokens, and a figure of heads room for {MOST}")
    return render_heads(LayerHeads(tokens, weights), target, size, dpi)


def _attention(path, translator, lines, target, size, dpi) -> bytes:
    from ..errors import EmbedkitError
    from ..plot.attention import Attention, render_attention
    from ..translation.translate import Decoding, translate

    try:
        found = translate(translator, lines, Decoding(attention=True))
    except EmbedkitError as error:
        hint = "train seq2seq --attention general makes models that have it"
        raise EmbedkitError(f"{path}: {error}", hint) from error
    panels = [Attention(best.source_tokens, best.tokens, best.attention) for best in _drawable(path, lines, found)]
    return render_attention(panels, target, size, dpi)


def _memory(path, translator, lines, target, size, dpi) -> bytes:
    from ..plot.memory import Heads, render_memory
    from ..translation.translate import translate

    panels = []
    for best in _drawable(path, lines, translate(translator, lines)):
        ids = translator.source.ids(best.source_tokens), translator.target.ids(best.tokens)
        end = translator.target.vocab[translator.eos]
        panels.append(Heads(best.source_tokens, [*best.tokens, end], *translator.heads(*ids)))
    return render_memory(panels, target, size, dpi)


def _drawable(path, lines, found) -> list:
    """The output of each line; EmbedkitError where there is none."""
    from ..errors import EmbedkitError

    for line, best in zip(lines, found):
        if not best or not best[0].tokens:
            raise EmbedkitError(f"{path}: {'no output for' if best else 'no token in'} {line!r}: nothing to draw")
    return [best for (best,) in found]
