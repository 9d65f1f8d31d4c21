"""Files of n-gram models: native ones, and ARPA."""

from __future__ import annotations

from ..errors import EmbedkitError, OptionError
from ._run import is_native_name


def to_arpa(output: str, format: str | None) -> bool:
    """Whether `format`, or else the suffix of `output`, asks for ARPA."""
    return format == "arpa" or format is None and output.lower().endswith(".arpa")


def from_arpa(data, format: str | None) -> bool:
    """Whether `data`, the bytes of a file, are ARPA; of another `format` they are not looked at."""
    from ..count.ngrams.arpa import sniff
    from ..vectors.formats import HEAD

    return format in (None, "arpa") and sniff(data[:HEAD].tobytes())


def writer(output: str, format: str | None):
    """The function `(out, model)` that writes what `format`, or else the suffix of `output`, asks for."""
    from ..count.ngrams import arpa_write, store

    if format not in (None, "native", "arpa"):
        raise OptionError(f"n-gram models are not written as {format!r}", "formats: native, arpa")
    if to_arpa(output, format):
        return arpa_write.write
    if format is None and not is_native_name(output):
        raise EmbedkitError(f"{output}: n-gram models are not written as such", "name it .safetensors or .arpa")
    return store.save


def convert(source: str, data, out, target: str, format: str | None) -> list[str]:
    """Write the n-gram model in `data`, the bytes of `source`, to `out`, which is `target`; what is lost."""
    from ..count.ngrams.model import NgramModel
    from ..lm.load import load

    write, hint = writer(target, format), "embedkit train kn TEXT -o LM makes n-grams"
    model = load(source, data=data, hint=hint)
    if not isinstance(model, NgramModel):
        raise EmbedkitError(f"{source}: holds no n-grams, which ARPA is made of", hint)
    write(out, model)
    lost = {"counts": model.vocab.counts is not None, "metadata": "config" in model.metadata}
    return [name for name, is_there in lost.items() if is_there and to_arpa(target, format)]
