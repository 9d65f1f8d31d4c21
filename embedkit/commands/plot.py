"""`embedkit plot`: figures of words, of logs, of attention, of a memory, and of what a classifier confuses."""

from __future__ import annotations

import click

from ..catalog import CLASSIFIER, SEQ2SEQ, VECTORS
from ..errors import EmbedkitError, OptionError
from ..plot.files import FORMATS, format_of
from ._config import Command
from ._options import WholeRange, one_stdin, quiet_option

METHODS = ("pca", "tsne", "umap")
LOG = "log"
KINDS = ("perplexity", "loss", "gradients", "spectrum")
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
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("-o", "--output", required=True, metavar="FILE", help="figure to write; - is stdout")
@click.option(
    "--pairs",
    multiple=True,
    metavar="A:B",
    help="of vectors: an arrow from one word to the other; a WORD of this form is one too; may be given again",
)
@click.option(
    "--method",
    type=click.Choice(METHODS),
    help="of vectors: projection onto the plane: principal components, t-SNE or UMAP  [default: pca]",
)
@click.option("--what", type=click.Choice(KINDS), help="what to draw; by default the first of these in all of the logs")
@click.option(
    "--epoch",
    "epochs",
    type=WholeRange(min=0),
    multiple=True,
    help="gradients after this epoch, 0 is before training; may be given again  [default: the last]",
)
@click.option("--labelled", metavar="FILE", help="texts with labels, of which classifier M is asked")
@click.option("--heads", is_flag=True, help="of a Transformer, causal or masked: attention by layer and head")
@click.option("--to", "target", type=click.Choice(FORMATS), help="format of FILE; by default its suffix tells")
@click.option(
    "--size",
    type=Inches(),
    metavar="WxH",
    help="width and height in inches  [default: 6x3.6; of words and of models: what they take]",
)
@click.option("--dpi", type=WholeRange(30, 600), default=150, help="dots per inch of a png")
@quiet_option
def command(files, output, pairs, method, what, epochs, labelled, heads, target, size, dpi, quiet):
    """Plot words in a plane: VECTORS WORD... Or plot training logs, LOG...: perplexity and loss by epoch, gradient
    norms by time step, singular values. Or the attention of an encoder-decoder, or its memory: M SOURCE...

    VECTORS are of any format, and each WORD, or line of stdin, a point of the figure, by the two principal components
    of the vectors of these words, scaled to length 1. A WORD man:woman is two points and an arrow between them. Unknown
    words are named, and the exit code is 3. With --what spectrum and no WORD: the singular values of all vectors
    (scree plot).

    LOG is what train wrote with --log FILE; several become curves of one figure, named as the files are. Gradients, the
    norm of ∂L/∂h by steps back in time, are in logs of --log-gradients; singular values in those of train svd.

    M is a model of train seq2seq with attention, and each SOURCE, or line of stdin, a panel of the figure: its tokens
    from left to right, those of the output from top to bottom, in each row the weights with which that token was
    predicted. Where M is one of --cell ntm there are two panels: the rows of its memory from top to bottom, with the
    weights of the write head at each token of the source, and of the read head at each of the output.

    With --heads M is a model of train transformer or train mlm, and the one SOURCE a line: a row of panels for each
    layer, a column for each head, in each panel the tokens that read from top to bottom, those that are read from left
    to right.

    With --labelled FILE M is a classifier, and the figure its confusion matrix: how many texts with a label get which.
    The same input gives the same bytes. Needs matplotlib: pip install matplotlib; t-SNE needs openTSNE, UMAP
    umap-learn.
    """
    one_stdin(*files, labelled)
    if labelled is not None and (len(files) > 1 or what or epochs or pairs or method or heads):
        raise click.UsageError("--labelled goes with one classifier, and nothing else", click.get_current_context())
    if heads and (pairs or method):
        raise click.UsageError("--heads goes with one model and a line", click.get_current_context())
    if output == "-" and target is None:
        raise click.UsageError("FILE is -, so --to must name the format", click.get_current_context())
    from ..io.files import map_input
    from ..io.output import Output
    from ._out import Unanswered

    target = format_of(output, target)
    unanswered = Unanswered(quiet)
    with Output(output, is_text=target == "svg") as out:
        path, *rest = files
        data, figure = map_input(path), (target, size, dpi)
        kind = CLASSIFIER if labelled is not None else _kind(path, data)
        if kind != VECTORS and (pairs or method):
            raise OptionError(f"{'--pairs' if pairs else '--method'} is for vectors, and {path} has none")
        if kind == LOG and heads:
            raise EmbedkitError(f"{path}: is no model, of which --heads could be drawn", _models().HEADS_HINT)
        if kind == CLASSIFIER:
            out.write(_models().confusion(path, data, labelled, *figure))
        elif kind == SEQ2SEQ or heads:
            _for_logs(what, epochs, f"{path} is a model")
            draw = _models().heads if heads else _models().sequences
            out.write(draw(path, data, rest, *figure))
        elif kind == VECTORS:
            _for_logs(what != "spectrum" and what, epochs, f"{path} has vectors")
            out.write(_vectors(path, data, rest, pairs, method, what, unanswered, *figure))
        else:
            out.write(_curves(files, data, what, epochs, target, size or SIZE, dpi))
    unanswered.finish()


def _kind(path, data) -> str:
    """Contents of a file whose bytes are `data`: VECTORS, which other models have as well, SEQ2SEQ, or LOG."""
    from ..io.container import looks_like
    from ..io.metadata import kind_of

    if looks_like(data[:64].tobytes()):
        return SEQ2SEQ if kind_of(path, data) == SEQ2SEQ else VECTORS
    return LOG if not len(data) or data[:2].tobytes() in (b'{"', b"{}") else VECTORS


def _for_logs(what, epochs, instead: str) -> None:
    """OptionError where an option of logs is given for another file."""
    if what or epochs:
        raise OptionError(f"{'--what' if what else '--epoch'} is for logs; {instead}")


def _models():
    from . import _plot_models

    return _plot_models


def _vectors(path, data, given, pairs, method, what, unanswered, target, size, dpi) -> bytes:
    """The figure of words, or of the spectrum."""
    from ._plot_words import scree, words

    if what:
        return scree(path, data, given, target, size or SIZE, dpi)
    return words(path, data, given, pairs, method or "pca", unanswered, target, size, dpi)


def _curves(logs, data, what, epochs, target, size, dpi) -> bytes:
    """The figure of training logs; `data` are the bytes of the first."""
    from ..plot.draw import render
    from ..plot.figures import FIGURES, choose, curves
    from ..plot.log import read

    found = [read(logs[0], data.tobytes()), *map(read, logs[1:])]
    what = what or choose(found)
    return render(FIGURES[what], curves(found, what, epochs), target, size, dpi)
