"""Files of n-gram models: native ones, and ARPA."""

from __future__ import annotations

from ...errors import EmbedkitError, OptionError
from ...io.container import is_native_name
from ...io.files import without_gz
from ...io.saving import Saving
from ...vectors.formats import HEAD


def is_arpa_name(path: str, format: str | None) -> bool:
    """True if `format`, or else the suffix of `path`, asks for ARPA."""
    return format == "arpa" or format is None and without_gz(path).lower().endswith(".arpa")


def is_arpa(data, format: str | None) -> bool:
    """True if `data`, the bytes of a file, are ARPA; of another `format` they are not looked at."""
    from .arpa import sniff

    return format in (None, "arpa") and sniff(data[:HEAD].tobytes())


def saving(path: str, format: str | None) -> Saving:
    """The output for a model in `format`, or else in that of the suffix of `path`."""
    return Saving(path, writer(path, format), is_arpa_name(path, format))


def writer(path: str, format: str | None):
    """The function `(out, model)` for the same."""
    from . import arpa_write, store

    if format not in (None, "native", "arpa"):
        raise OptionError(f"n-gram models are not written as {format!r}", "formats: native, arpa")
    if is_arpa_name(path, format):
        return arpa_write.write
    if format is None and not is_native_name(path):
        raise EmbedkitError(f"{path}: n-gram models are not written as such", "name it .safetensors or .arpa")
    return store.save
