"""Writing the ARPA format: https://cmusphinx.github.io/wiki/arpaformat, as SRILM and KenLM read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice

import numpy as np

from ...errors import EmbedkitError
from ...files import Output
from ...text.vocab import ERRORS
from .model import Level, NgramModel

BEGIN, END = b"<s>", b"</s>"
_BLOCK = 1 << 14  # lines written at a time
_SEPARATES = re.compile(rb"[\0\t-\r ]")


def write(out: Output, model: NgramModel) -> None:
    """log10 probability, n-gram, log10 back-off weight a line, with tabs between them.

    Numbers are the shortest decimals that give the same float32, so none is lost; a back-off weight of 1 is left out.
    EmbedkitError where a word has white space in it or is `<s>` or `</s>`, which mean something here.
    """
    words = _words(out.path, model)
    sizes = [len(level.keys) for level in model.levels]
    sizes[0] += 1  # <s>, which is never predicted
    out.write(b"\\data\\\n" + b"".join(b"ngram %d=%d\n" % size for size in enumerate(sizes, 1)))
    texts: list[bytes] = []  # of the n-grams one order below
    for n, level in enumerate(model.levels, 1):
        out.write(b"\n\\%d-grams:\n" % n)
        prefix, last = np.divmod(level.keys, len(words))
        grams = [words[id] for id in last.tolist()]
        if n > 1:
            grams = [texts[at] + b" " + word for at, word in zip(prefix.tolist(), grams)]
        lines = _lines(level.log10, grams, level.backoff)
        if n == 1:
            lines = chain(islice(lines, model.eos), _ends(level, model.eos), islice(lines, 1, None))
        while block := b"".join(islice(lines, _BLOCK)):
            out.write(block)
        texts = grams
        if n == 1:
            texts[model.eos] = BEGIN
    out.write(b"\n\\end\\\n")


def _lines(log10, grams, backoff) -> Iterator[bytes]:
    for p, gram, weight in zip(map(str, log10), grams, map(str, backoff)):
        yield f"{p}\t".encode() + gram + (b"\n" if weight == "0.0" else f"\t{weight}\n".encode())


def _ends(level: Level, eos: int) -> Iterator[bytes]:
    """One entry in the model, two in the file: `<s>` has the back-off weight, `</s>` the probability."""
    zero = np.zeros(1, np.float32)
    yield from _lines(["-99"], [BEGIN], level.backoff[eos : eos + 1])
    yield from _lines(level.log10[eos : eos + 1], [END], zero)


def _words(path, model: NgramModel) -> list[bytes]:
    words = [model.vocab.bytes(id) for id in range(len(model.vocab))]
    for word in words:
        if not word or _SEPARATES.search(word) or word in (BEGIN, END):
            raise EmbedkitError(
                f"{path}: an ARPA file cannot hold the word {word.decode('utf-8', ERRORS)!r}",
                "a native file, .safetensors, can",
            )
    words[model.eos] = END
    return words
