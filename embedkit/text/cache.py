"""The cache of encoded texts: one native file per text and way of reading it, so that a second run starts at once.

The key is the content of the files, not their names or dates. An entry holds all types by frequency: --min-count and
--max-vocab are then `id < V`, and one entry serves them all. $EMBEDKIT_CACHE_SIZE caps the folder (default 4G, 0 turns
the cache off); the entries used longest ago go first.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from contextlib import suppress
from dataclasses import asdict, fields
from typing import NamedTuple

import numpy as np

from ..config import PlainText, Text
from ..errors import EmbedkitError, OptionError
from ..io import container
from ..io.output import Output
from ..runtime.folders import cache_folder
from ..runtime.progress import Progress
from ..units import parse_size
from .encoded import Encoded, TextSize
from .vocab import Vocab
from .vocab_tensors import read_vocab, vocab_tensors

# Raise it when the same text would be encoded differently.
VERSION = 3
# These choose among the types of an entry, or join them; everything else decides what the types are.
CHOOSERS = ("min_count", "max_vocab", "vocab", "phrases", "joiner")


class Entry(NamedTuple):
    """One encoded text: `path` of the entry, its `size` in bytes, when it was last `used`, what it is."""

    path: str
    size: int
    used: float
    metadata: dict[str, str]


def folder() -> str:
    return cache_folder("ids")


def limit() -> int:
    """The most bytes the cache may hold."""
    text = os.environ.get("EMBEDKIT_CACHE_SIZE", "4G")
    try:
        return parse_size(text)
    except OptionError as error:
        raise EmbedkitError(f"EMBEDKIT_CACHE_SIZE={text}: not a size", error.hint) from error


def key(fingerprint: str | None, config: PlainText) -> str | None:
    """The name of the entry for these bytes read this way; None where there can be none."""
    if fingerprint is None or not limit():
        return None
    text = json.dumps([fingerprint, _reading(asdict(config))], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _reading(text: dict) -> dict:
    """The facts that decide which types there are: this program, and the fields of `config.Text` that do not choose."""
    return {"version": VERSION} | {f.name: text.get(f.name, f.default) for f in fields(Text) if f.name not in CHOOSERS}


def _path(key: str) -> str:
    return os.path.join(folder(), f"{key}.safetensors")


def get(key: str) -> tuple[Vocab, np.ndarray, str, TextSize] | None:
    """(vocabulary, ids, sha256 of the text, its size), memory-mapped, or None."""
    path = _path(key)
    if not os.path.exists(path):
        return None
    try:
        entry = container.read(path)
        size = TextSize(*(int(entry.metadata[name]) for name in TextSize._fields))
        found = read_vocab(entry), entry["ids"], entry.metadata["corpus_sha256"], size
        os.utime(path)
    except (EmbedkitError, KeyError, ValueError, OSError):
        # A damaged entry is as good as none: it is written anew.
        return None
    return found


def vocabulary(sha256: str, text: dict) -> Vocab | None:
    """All types of the text with this fingerprint, read as the stored fields `text` of `config.Text` say, or None."""
    with suppress(EmbedkitError, OSError):
        for entry in entries():
            facts = entry.metadata
            if facts.get("corpus_sha256") == sha256 and facts.get("reading") == json.dumps(_reading(text)):
                return read_vocab(container.read(entry.path))
    return None


def put(key: str, config: PlainText, encoded: Encoded, inputs: list[str], progress: Progress) -> None:
    """Keep a text, encoded as `config` says. A full disk or a folder not to be written costs the cache, not the run."""
    vocab, ids = encoded.vocab, encoded.ids
    size = ids.nbytes + vocab.utf8.nbytes + 16 * len(vocab)
    if size > limit():
        progress.say(f"texts are not kept: {size:,} bytes are more than $EMBEDKIT_CACHE_SIZE", once="texts")
        return
    try:
        os.makedirs(folder(), exist_ok=True)
        make_room(size)
        with Output(_path(key)) as out:
            facts = {"inputs": json.dumps(inputs), "reading": json.dumps(_reading(asdict(config)))}
            tensors = {"ids": ids, **vocab_tensors(vocab)}
            facts |= {name: str(number) for name, number in encoded.size._asdict().items()}
            container.write(out, tensors, {"kind": "ids", "corpus_sha256": encoded.sha256, **facts})
    except EmbedkitError as error:
        progress.say(f"texts are not kept: {error}", once="texts")
    except OSError as error:
        progress.say(f"texts are not kept: {folder()}: {error.strerror}", once="texts")


def entries() -> list[Entry]:
    """All entries, the one used last first."""
    found = []
    for name in os.listdir(folder()) if os.path.isdir(folder()) else []:
        path = os.path.join(folder(), name)
        if name.endswith(".safetensors"):
            try:
                metadata = container.read(path).metadata
            except EmbedkitError:
                metadata = {}
            with suppress(FileNotFoundError):  # another run may have made room
                status = os.stat(path)
                found.append(Entry(path, status.st_size, status.st_mtime, metadata))
    return sorted(found, key=lambda entry: -entry.used)


def make_room(size: float = 0) -> int:
    """Remove the entries used longest ago until `size` more bytes fit; returns how many went."""
    kept, removed = size, 0
    for entry in entries():
        kept += entry.size
        if kept > limit():
            with suppress(OSError):  # another run may have been faster
                os.unlink(entry.path)
                removed += 1
    return removed


def clear() -> int:
    """Remove every entry; returns how many there were."""
    return make_room(math.inf)
