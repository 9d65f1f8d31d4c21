"""Fingerprints of what a training reads: the identity of a run, and the provenance of its result."""

from __future__ import annotations

import hashlib
import os

from .. import __version__
from ..errors import EmbedkitError
from ..io.container import is_native
from ..io.files import map_input
from .pretrained import open_vectors


def fingerprint(path: str | None) -> str | None:
    """The SHA-256 of a file that will be read again."""
    if path is None:
        return None
    if path == "-" or os.path.exists(path) and not os.path.isfile(path):
        raise EmbedkitError(f"{path}: is read more than once, so it must be a file")
    return hashlib.sha256(map_input(path)).hexdigest()


def init_fingerprint(model) -> str | None:
    """`fingerprint` of the vectors that the options `model` start from, None where there are none.

    Of native files, which open at once, the width is checked as well: a wrong one shows before the text is read.
    """
    path = getattr(model, "init", None)
    if path is not None and is_native(path):
        flag = "dim" if hasattr(model, "dim") else "embed"
        if (width := getattr(model, flag)) is not None:
            open_vectors(path, width, f"--{flag}")
    return fingerprint(path)


def identity(name: str, config, data, init: str | None, valid) -> dict:
    """The facts that a resumed run must share: options, text, vocabulary, and the files that change the result,
    of which `init` and `valid` are the fingerprints."""
    vocab = data.vocab
    words = hashlib.sha256(vocab.utf8[vocab.offsets[0] : vocab.offsets[-1]])
    words.update(vocab.offsets - vocab.offsets[0])
    words.update(vocab.counts)
    return {
        "tool": f"embedkit {__version__}",
        "model.name": name,
        **config.stored(),
        "corpus": data.sha256,
        "vocabulary": words.hexdigest(),
        "init": init,
        "valid": valid,
    }


def provenance(name: str, config, data, init: str | None) -> dict:
    """Provenance of a result, for its metadata: every option, the seed, this program, and the facts of `data`.

    Options that the data were made with before, as those of a file of counts, are told as they were then.
    """
    facts = data.provenance
    return {
        "model": name,
        "tool": f"embedkit {__version__}",
        "seed": config.training.seed,
        **facts,
        "config": config.stored() | facts.get("config", {}),
        **({"init_sha256": init} if init is not None else {}),
    }
