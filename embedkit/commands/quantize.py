"""`embedkit quantize`: vectors at a quarter of the size."""

from __future__ import annotations

import click

from ..errors import EmbedkitError, OptionError
from ._change import change_options
from ._config import Command
from ._options import model_argument


@click.command("quantize", cls=Command)
@model_argument
@change_options
def command(file, change):
    """Round the numbers of FILE to int8, with a scale for each word: a quarter of the size, queried as any other file.

    What that costs is told on stderr and kept in OUT: the error, 1 - cosine of a vector with what became of it, mean
    and largest; and how far the 10 nearest neighbours are the same, words in both lists divided by words in either
    (mean over up to 500 words spread through the first 50,000, which are the candidates as well).

    OUT is a native file. Words and counts stay, context vectors and n-grams do not.

    FILE may be a linear classifier: its weights are rounded likewise, with a scale for each label.
    """
    from ..catalog import CLASSIFIER
    from ..io.files import map_input
    from ..io.metadata import kind_of
    from ..vectors.quantized import QuantizedVectors
    from ..vectors.transform.history import history
    from ..vectors.transform.quantize import loss, quantize

    with change:
        if change.format.NAME != "native":
            raise OptionError(f"{change.out}: {change.format.NAME} has no int8 vectors", "use the suffix .safetensors")
        data = map_input(file)
        if kind_of(file, data) == CLASSIFIER:
            _classifier(file, data, change)
            return
        source = change.open(file, data=data)
        if isinstance(source, QuantizedVectors):
            raise EmbedkitError(f"{file}: is quantized already")
        change.reserve(len(source) * source.width)
        made = quantize(source)
        mean, largest, overlap = (float(f"{value:.4g}") for value in loss(source, made))
        done = {"cosine_error_mean": mean, "cosine_error_largest": largest, "overlap": overlap}
        made.metadata["history"] = history(source.metadata, "quantize", **done)
        change.save(made, source)
        errors = f"cosine error {mean:.2g} on average, {largest:.2g} at most"
        change.say(f"{errors}; {overlap:.4f} of neighbours are the same")


def _classifier(file: str, data, change) -> None:
    """Quantize a classifier, whose bytes are `data`."""
    from ..classification import store
    from ..classification.load import load
    from ..classification.quantize import quantize, rounding_error
    from ..vectors.transform.history import history

    source = load(file, data=data)
    made = quantize(source, file)
    error = float(f"{rounding_error(source, made):.4g}")
    made.metadata["history"] = history(source.metadata, "quantize", weight_error=error)
    written = change.write(store.save, made)
    change.say(f"relative error of the weights {error:.2g}; {len(data):,} bytes became {written:,}")
