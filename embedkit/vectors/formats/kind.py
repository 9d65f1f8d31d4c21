"""Native files of one kind, and errors that say what else a file holds."""

from __future__ import annotations

import numpy as np

from ...catalog import lm_format
from ...errors import FormatError
from ...io import container
from ...io.container import Container
from ...io.metadata import FINISH, KINDS, what_is
from . import HEAD, detect


def read_kind(path, data: np.ndarray, kind: str, hint: str) -> Container:
    """The native file in `data`, all bytes of `path`, which is of a `kind` in `io.metadata.KINDS`.

    FormatError where it is damaged or holds something else; then `hint` tells how such a file is made.
    """
    if not container.looks_like(data[:64].tobytes()):
        raise FormatError(path, _foreign(path, data, KINDS[kind]), hint)
    stored = container.read(path, data)
    if (what := what_is(stored)) != KINDS[kind]:
        raise FormatError(path, f"holds {what}, not {KINDS[kind]}", FINISH if what == KINDS["checkpoint"] else hint)
    return stored


def _foreign(path, data: np.ndarray, wanted: str) -> str:
    if lm_format(data[:HEAD].tobytes()) is not None:
        return f"holds {KINDS['language-model']}, not {wanted}"
    try:
        return f"holds vectors ({detect(path, data).NAME}), not {wanted}"
    except FormatError:
        return f"is neither {wanted} nor a vector file"
