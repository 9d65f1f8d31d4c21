"""Opening a language model: the file says which model it is, the catalog where that lives."""

from __future__ import annotations

import numpy as np

from ..catalog import MODELS, lm_format
from ..errors import FormatError
from ..io import container
from ..io.files import map_input
from ..io.metadata import FINISH, KINDS, unpack_metadata, what_is
from ..vectors.formats import HEAD, detect
from .protocol import LanguageModel

KIND = "language-model"
_HINT = "embedkit train lstm TEXT -o LM makes a language model"


def load(path, threads: int | None = None, data: np.ndarray | None = None, hint: str = _HINT) -> LanguageModel:
    """The language model in file `path` ("-" is stdin), or in its bytes, `data`: native, or of `catalog.LM_FORMATS`.

    With `threads` it works in compiled code, where it has some, on that many threads; without, nothing is compiled.
    FormatError where the file is damaged or holds something else; then `hint` tells how such a model is made.
    """
    data = map_input(path) if data is None else data
    if (format := lm_format(data[:HEAD].tobytes())) is not None:
        return format.read(path, data)
    if not container.looks_like(data[:64].tobytes()):
        raise FormatError(path, _foreign(path, data), hint)
    stored = container.read(path, data)
    if (what := what_is(stored)) != KINDS[KIND]:
        hint = FINISH if what == KINDS["checkpoint"] else hint
        raise FormatError(path, f"holds {what}, not a language model", hint)
    name = unpack_metadata(stored.metadata).get("model")
    if not isinstance(name, str) or name not in MODELS or not MODELS[name].is_lm:
        raise FormatError(path, f"a language model of an unknown kind, {name!r}", "a newer embedkit may know it")
    return MODELS[name].load().load(stored, threads)


def _foreign(path, data) -> str:
    try:
        return f"holds vectors ({detect(path, data).NAME}), not a language model"
    except FormatError:
        return "is neither a language model nor a vector file"
