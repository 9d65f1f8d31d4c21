"""Networks in native files: parameters and options, checked as they are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from types import SimpleNamespace

import numpy as np

from ..config import check_value
from ..errors import DAMAGED, EmbedkitError, FormatError, OptionError
from ..io.container import is_native_name
from ..io.output import Output
from ..io.saving import Saving
from ..training.param import Param


def saving(path, write: Callable[[Output, object], None], what: str, hint: str = "") -> Saving:
    """An output for a result, named in `what`, that has the native format alone; EmbedkitError where the name of `path`
    is that of another, which says `hint` as well."""
    if not is_native_name(path):
        message = f"{path}: {what} is written in the native format alone"
        raise EmbedkitError(message, "; ".join(filter(None, ("name it .safetensors", hint))))
    return Saving(path, write)


def param_reader(path, tensors) -> Callable[[str, tuple[int, ...], Callable], Param]:
    """The `make` of a `build` that takes parameters from `tensors`, a mapping or a Container, of the file `path`.

    FormatError where one is missing, or of another type or shape.
    """

    def read(name: str, shape: tuple[int, ...], initializer: Callable) -> Param:
        if name not in tensors:
            raise FormatError(path, f"there is no tensor {name!r} in it", DAMAGED)
        value = tensors[name]
        if value.dtype != np.float32 or value.shape != shape:
            found = f"{value.dtype} {value.shape}"
            raise FormatError(path, f"tensor {name!r} is {found}, not float32 {shape}", DAMAGED)
        # Kernels are compiled for arrays that can be written to, which a map cannot.
        return Param(name, value.copy())

    return read


def kernels(threads: int | None):
    """Compiled cells on so many threads; None, for numpy alone, where no threads are given."""
    if threads is None:
        return None
    from .layers.fused import Fused

    return Fused(threads)


def stored_options(path, section: type, stored: dict) -> SimpleNamespace:
    """The options that shape the network; what the file lacks, or has with another type, makes it a damaged one."""
    known = {}
    for f in fields(section):
        if f.metadata["stored"]:
            known[f.name] = value = stored.get(f.name)
            try:
                check_value(f, value)
            except (TypeError, OptionError) as error:
                raise FormatError(path, f"damaged metadata: {f.name} is {value!r}", DAMAGED) from error
    return SimpleNamespace(**known)
