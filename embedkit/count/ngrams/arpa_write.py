"""Writing the ARPA format: https://cmusphinx.github.io/wiki/arpaformat, as SRILM and KenLM read it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice, repeat

import numpy as np

from ...errors import EmbedkitError
from ...io.files import Output
from ...text.vocab import SEPARATES, show
from .model import Level, NgramModel

BEGIN, END = b"<s>", b"</s>"
_BLOCK = 1 << 14  # lines written at a time


def write(out: Output, model: NgramModel) -> None:
    """log10 probability, n-gram, log10 back-off weight a line, with tabs between them.

    Numbers are the shortest decimals that give the same float32, so none is lost; a back-off weight of 1 is left out.
    EmbedkitError where a word has white space in it or is `<s>` or `</s>`, which mean something here.
    """
    words = np.array(_words(out.path, model), object)
    sizes = [len(level.keys) for level in model.levels]
    sizes[0] += 1  # <s>, which is never predicted
    out.write(b"\\data\\\n" + b"".join(b"ngram %d=%d\n" % size for size in enumerate(sizes, 1)))
    below = words.copy()  # the n-grams one order below, as the first words of longer ones
    below[model.eos] = BEGIN
    for n, level in enumerate(model.levels, 1):
        out.write(b"\n\\%d-grams:\n" % n)
        prefix, last = np.divmod(level.keys, len(words))
        grams = words if n == 1 else below[prefix] + b" " + words[last]
        lines = _lines(level.log10, grams, level.backoff)
        if n == 1:
            lines = chain(islice(lines, model.eos), _ends(level, model.eos), islice(lines, 1, None))
        while block := b"".join(islice(lines, _BLOCK)):
            out.write(block)
        if n > 1:
            below = grams
    out.write(b"\n\\end\\\n")


def _lines(log10: np.ndarray, grams, backoff: np.ndarray) -> Iterator[bytes]:
    ends = [b"\n" if weight == b"0.0" else b"\t%b\n" % weight for weight in _texts(backoff)]
    return map(b"".join, zip(_texts(log10), repeat(b"\t"), grams, ends))


def _texts(numbers: np.ndarray) -> list[bytes]:
    """The shortest decimals; of equal numbers, which are many, they are looked for once."""
    distinct, places = np.unique(numbers, return_inverse=True)
    return np.array([str(number).encode() for number in distinct], object)[places].tolist()


def _ends(level: Level, eos: int) -> Iterator[bytes]:
    """One entry in the model, two in the file: `<s>` has the back-off weight, `</s>` the probability."""
    zero = np.zeros(1, np.float32)
    yield from _lines(np.array([-99]), [BEGIN], level.backoff[eos : eos + 1])
    yield from _lines(level.log10[eos : eos + 1], [END], zero)


def _words(path, model: NgramModel) -> list[bytes]:
    words = model.vocab.all_bytes()
    for word in words:
        if not word or SEPARATES.search(word) or word in (BEGIN, END):
            message = f"{path}: an ARPA file cannot hold the word {show(word)}"
            raise EmbedkitError(message, "a native file, .safetensors, can")
    words[model.eos] = END
    return words
