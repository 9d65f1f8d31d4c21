"""Vector files: what is read is decided by its bytes, what is written by the suffix.

A format is one module and one line in FORMATS. The module has

    sniff(head) -> bool           whether a file that starts with `head` is one
    read(path, data, *, dedupe)   Vectors from `data`, all bytes of `path` as a uint8 array
    write(out, vectors, *, on_bad_token)   where the format is written at all
    LOSES                         the parts (`lost.py`) that a copy in this format lacks, where it is written at all
"""

from __future__ import annotations

import os
from functools import partial
from importlib import import_module

from ...errors import EmbedkitError, FormatError, OptionError
from ...io import saving
from ...io.files import NATIVE_SUFFIXES, map_input, without_gz

HEAD = 1 << 18  # bytes that sniffing sees


class Format:
    """A line of the table; imports its module when first used.

    SUFFIXES choose it for writing; `words_apart`: the words are in another file, whose name `read` takes as `vocab`;
    `is_text`: a terminal may show it; `packs`: with .gz behind the suffix it is compressed, as any text is.
    """

    def __init__(
        self,
        NAME: str,
        module: str,
        SUFFIXES: tuple[str, ...] = (),
        WRITABLE: bool = True,
        words_apart: bool = False,
        is_text: bool = False,
        packs: bool = False,
    ):
        self.NAME, self.SUFFIXES, self.WRITABLE = NAME, SUFFIXES, WRITABLE
        self.words_apart, self.is_text, self.packs = words_apart, is_text, is_text or packs
        self._module = module

    def __getattr__(self, name: str):
        return getattr(import_module(f".{self._module}", __package__), name)

    def __repr__(self) -> str:
        return f"Format({self.NAME!r})"


# In the order in which they are tried: magic numbers first, text without a header last.
FORMATS = (
    Format("native", "native", NATIVE_SUFFIXES),
    Format("fasttext", "fasttext"),
    Format("finalfusion", "finalfusion", (".fifu",)),
    Format("npy", "npy", (".npy",), words_apart=True),
    Format("word2vec-text", "word2vec_text", (".txt", ".vec"), is_text=True),
    Format("word2vec", "word2vec", (".bin",), packs=True),
    Format("projector", "projector", (".tsv",), words_apart=True, is_text=True),
    Format("glove", "glove", is_text=True),
    Format("glove-bin", "glove_bin", WRITABLE=False, words_apart=True),
    Format("safetensors", "safetensors", WRITABLE=False, words_apart=True),
)


def load(
    path,
    format: str | None = None,
    *,
    dedupe: str = "error",
    vocab=None,
    tensor: str | None = None,
    data=None,
    output: bool = False,
    counts: bool = False,
):
    """The vectors in `path` ("-" is stdin; gzip, bzip2 and xz are unpacked): `Vectors` or `SparseVectors`.

    Parameters
    ----------
    format : a NAME of FORMATS; by default the bytes of the file tell
    dedupe : "error" refuses a word that comes twice, "first" keeps its first row
    vocab : the vocabulary file of a format that holds no words; "npy" and "projector" find it beside `path`
    tensor : the one that holds the rows, of "safetensors"
    data : the bytes of the file (uint8 array), for a caller that has them already
    output : the output embedding instead: what predicts words, of a language model for one
    counts : take co-occurrence counts for sparse vectors

    Raises FormatError where the file is damaged, cut short or not of that format.
    """
    if dedupe not in ("error", "first"):
        raise ValueError(f"dedupe={dedupe!r}")
    chosen = None if format is None else by_name(format)
    data = map_input(path) if data is None else data
    if chosen is None:
        chosen = detect(path, data)
    options = {"dedupe": dedupe}
    if vocab is not None:
        if not chosen.words_apart:
            raise EmbedkitError(f"{path}: its words are in it, as in every {chosen.NAME} file", "leave --vocab out")
        options["vocab"] = vocab
    if tensor is not None:
        if chosen.NAME != "safetensors":
            raise EmbedkitError(f"{path}: has no choice of tensors, as {chosen.NAME}", "leave --tensor out")
        options["tensor"] = tensor
    if counts and chosen.NAME == "native":
        options["counts"] = True
    vectors = chosen.read(os.fspath(path), data, **options)
    return _output_of(path, vectors) if output else vectors


def _output_of(path, vectors):
    """The vectors that predict words, as vectors of their own."""
    from ..vectors import Vectors

    if not isinstance(vectors, Vectors) or vectors.contexts is None:
        raise EmbedkitError(
            f"{path}: has no output embedding", "its vectors are of one kind: leave --output-embedding out"
        )
    return Vectors(vectors.vocab, vectors.contexts, metadata=vectors.metadata)


def save(path, vectors, format: str | None = None, *, on_bad_token: str = "error") -> None:
    """Writes `vectors` to `path`, complete or not at all.

    `format` is a NAME of FORMATS, by default chosen by the suffix. `on_bad_token` says what to do with words that the
    format cannot hold (empty, or with white space): "error", "escape" (percent-encoded), "skip" (left out).
    """
    with Saving(path, format, on_bad_token=on_bad_token) as saving:
        saving.save(vectors)


class Saving(saving.Saving):
    """`save` in two steps; `format` is the one that was chosen."""

    def __init__(self, path, format: str | None = None, *, on_bad_token: str = "error"):
        if on_bad_token not in ("error", "escape", "skip"):
            raise ValueError(f"on_bad_token={on_bad_token!r}")
        self.format = target(path, format)
        write = partial(self.format.write, on_bad_token=on_bad_token)
        super().__init__(path, write, self.format.is_text, self.format.packs)


def by_name(name: str) -> Format:
    """The format called `name`."""
    formats = {format.NAME: format for format in FORMATS}
    if name in formats:
        return formats[name]
    raise OptionError(f"there is no format {name!r}", f"formats: {', '.join(formats)}")


def target(path, name: str | None = None) -> Format:
    """The format in which `path` is written: `name`, or what its suffix says, .gz behind it apart."""
    written = [format for format in FORMATS if format.WRITABLE]
    names = ", ".join(format.NAME for format in written)
    if name is not None:
        format = by_name(name)
        if not format.WRITABLE:
            raise OptionError(f"{name} is read, but not written", f"formats that are written: {names}")
        return _checked(path, format)
    plain = os.path.splitext(without_gz(path))[1].lower()
    suffix = "" if path == "-" else plain or os.path.splitext(os.fspath(path))[1].lower()
    for format in written:
        if suffix in format.SUFFIXES:
            return _checked(path, format)
    known = ", ".join(suffix for format in written for suffix in format.SUFFIXES if suffix)
    raise EmbedkitError(
        f"{path}: no format has the suffix {suffix}", f"use one of {known}, or name the format with --to: {names}"
    )


def _checked(path, format: Format) -> Format:
    if not format.packs and without_gz(path) != os.fspath(path):
        names = ", ".join(other.NAME for other in FORMATS if other.packs)
        raise EmbedkitError(
            f"{path}: {format.NAME} is not written compressed", f"leave .gz out, or write one of {names}"
        )
    return format


def detect(path, data) -> Format:
    """The format of `data` (uint8 array, all bytes of `path`); FormatError says what else it is."""
    head = data[:HEAD].tobytes()
    for format in FORMATS:
        if format.sniff(head):
            return format
    from ._unknown import describe

    message, hint = describe(os.fspath(path), head, len(data))
    raise FormatError(path, message, hint)
