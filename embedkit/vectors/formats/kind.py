"""Native files of one kind, the models in them, and errors that say what else a file holds."""

from __future__ import annotations

import numpy as np

from ...catalog import LM, MLM, MODELS, SEQ2SEQ, lm_format
from ...errors import FormatError
from ...io import container
from ...io.container import Container
from ...io.metadata import FINISH, KINDS, unpack_metadata, what_is
from . import HEAD, detect

# Of a file of one kind where another is wanted: why it will not do, and what to do instead.
_INSTEAD = dict.fromkeys((("checkpoint", kind) for kind in KINDS), ("", FINISH)) | {
    (MLM, LM): (
        ": it predicts words from both sides, which makes no probability of a text, and no perplexity",
        "embedkit score {path} --pseudo LINES gives pseudo-log-likelihoods; embedkit fill asks for words",
    ),
    (MLM, SEQ2SEQ): (
        "",
        "embedkit plot {path} LINE --heads draws its attention; embedkit train seq2seq PAIRS -o M makes another",
    ),
    (LM, MLM): (
        ": it predicts words from those before them alone",
        "embedkit score and embedkit generate ask it; embedkit train mlm TEXT -o M makes a masked one",
    ),
}


def read_kind(path, data: np.ndarray, kind: str, hint: str) -> Container:
    """The native file in `data`, all bytes of `path`, which is of a `kind` in `io.metadata.KINDS`.

    FormatError where it is damaged or holds something else; then `hint` tells how such a file is made.
    """
    if not container.looks_like(data[:64].tobytes()):
        raise FormatError(path, _foreign(path, data, KINDS[kind]), hint)
    stored = container.read(path, data)
    if (what := what_is(stored)) != KINDS[kind]:
        why, instead = _INSTEAD.get((stored.metadata.get("kind"), kind), ("", hint))
        raise FormatError(path, f"holds {what}, not {KINDS[kind]}{why}", instead.format(path=path))
    return stored


def load_model(path, data: np.ndarray, kind: str, hint: str, threads: int | None):
    """The model in the native file in `data`, which is of a `kind` in the catalog: see `read_kind`, and `load` of the
    model that the file names. FormatError too where this version knows no such model."""
    stored = read_kind(path, data, kind, hint)
    name = unpack_metadata(stored.metadata).get("model")
    if not isinstance(name, str) or name not in MODELS or MODELS[name].kind != kind:
        raise FormatError(path, f"{KINDS[kind]} of an unknown kind, {name!r}", "a newer embedkit may know it")
    return MODELS[name].load().load(stored, threads)


def _foreign(path, data: np.ndarray, wanted: str) -> str:
    if lm_format(data[:HEAD].tobytes()) is not None:
        return f"holds {KINDS['language-model']}, not {wanted}"
    try:
        return f"holds vectors ({detect(path, data).NAME}), not {wanted}"
    except FormatError:
        return f"is neither {wanted} nor a vector file"
