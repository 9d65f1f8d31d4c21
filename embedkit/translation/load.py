"""Opening an encoder-decoder: the file says which model it is, the catalog where that lives."""

from __future__ import annotations

import numpy as np

from ..catalog import MODELS
from ..errors import FormatError
from ..io.files import map_input
from ..io.metadata import unpack_metadata
from ..vectors.formats.kind import read_kind
from .protocol import Translator

KIND = "seq2seq"
_HINT = "embedkit train seq2seq PAIRS -o M makes an encoder-decoder"


def load(path, threads: int | None = None, data: np.ndarray | None = None) -> Translator:
    """The encoder-decoder in the native file `path` ("-" is stdin), or in its bytes, `data`.

    With `threads` it works in compiled code, where it has some, on that many threads; without, nothing is compiled.
    FormatError where the file is damaged or holds something else.
    """
    stored = read_kind(path, map_input(path) if data is None else data, KIND, _HINT)
    name = unpack_metadata(stored.metadata).get("model")
    if not isinstance(name, str) or name not in MODELS or MODELS[name].kind != KIND:
        raise FormatError(path, f"an encoder-decoder of an unknown kind, {name!r}", "a newer embedkit may know it")
    return MODELS[name].load().load(stored, threads)
