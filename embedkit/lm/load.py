"""Opening a language model: the file says which model it is, the catalog where that lives."""

from __future__ import annotations

from importlib import import_module

import numpy as np

from .. import container
from ..catalog import MODELS
from ..container import PROFILE
from ..count.kneser_ney import arpa
from ..errors import FormatError
from ..files import map_input
from ..text.stored import unpack_metadata
from ..vectors.formats import HEAD, detect
from .protocol import LanguageModel

KIND = "language-model"
_HINT = "embedkit train lstm TEXT -o LM makes a language model"
_FINISH = "finish it: the same embedkit train with --resume"
_OTHER = {
    "counts": "co-occurrence counts",
    "ids": "an encoded corpus",
    "checkpoint": "the checkpoint of an unfinished run",
}


def load(path, threads: int | None = None, data: np.ndarray | None = None) -> LanguageModel:
    """The language model in file `path` ("-" is stdin), or in its bytes, `data`: a native file, or ARPA.

    With `threads` it works in compiled code, where it has some, on that many threads; without, nothing is compiled.
    FormatError where the file is damaged or holds something else.
    """
    data = map_input(path) if data is None else data
    if arpa.sniff(data[:HEAD].tobytes()):
        return arpa.read(path, data)
    if not container.looks_like(data[:64].tobytes(), len(data)):
        raise FormatError(path, _foreign(path, data), _HINT)
    stored = container.read(path, data)
    profile = stored.metadata.get("format", "")
    if profile != PROFILE:
        program = f"another version of embedkit ({profile})" if profile.startswith("embedkit/") else "another program"
        raise FormatError(path, f"a safetensors file of {program}, not a language model", _HINT)
    metadata = unpack_metadata(stored.metadata)
    kind, name = str(metadata.get("kind")), metadata.get("model")
    if kind != KIND:
        what = "vectors" if "vectors" in kind else _OTHER.get(kind, f"a {kind.replace('-', ' ')}")
        raise FormatError(path, f"holds {what}, not a language model", _FINISH if kind == "checkpoint" else _HINT)
    if not isinstance(name, str) or name not in MODELS or not MODELS[name].is_lm:
        raise FormatError(path, f"a language model of an unknown kind, {name!r}", "a newer embedkit may know it")
    return import_module(f"..{MODELS[name].module}", __package__).load(stored, threads)


def _foreign(path, data) -> str:
    try:
        return f"holds vectors ({detect(path, data).NAME}), not a language model"
    except FormatError:
        return "is neither a language model nor a vector file"
