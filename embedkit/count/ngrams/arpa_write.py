"""Writing the ARPA format: https://cmusphinx.github.io/wiki/arpaformat, as SRILM and KenLM read it."""

from __future__ import annotations

import numpy as np

from ...errors import EmbedkitError
from ...io.output import Output
from ...text.vocab import SEPARATES, Vocab, show
from .model import Level, NgramModel, words_of

BEGIN, END = b"<s>", b"</s>"
_BLOCK = 1 << 14  # lines spelled at a time


def write(out: Output, model: NgramModel) -> None:
    """log10 probability, n-gram, log10 back-off weight a line, with tabs between them.

    Numbers are the shortest decimals that give the same float32, so none is lost; a back-off weight of 1 is left out.
    EmbedkitError where a word has white space in it or is `<s>` or `</s>`, which mean something here.
    """
    spell, eos = _Speller(model, _words(out.path, model)), model.eos
    sizes = [len(level.keys) for level in model.levels]
    sizes[0] += 1  # <s>, which is never predicted
    out.write(b"\\data\\\n" + b"".join(b"ngram %d=%d\n" % size for size in enumerate(sizes, 1)))
    for n, level in enumerate(model.levels, 1):
        out.write(b"\n\\%d-grams:\n" % n)
        if n == 1:
            spell(out, n, 0, eos)
            out.write(_ends(level, eos))
        spell(out, n, eos + 1 if n == 1 else 0, len(level.keys))
    out.write(b"\n\\end\\\n")


class _Speller:
    """Writes n-grams of `model`, whose words are called `words`."""

    def __init__(self, model: NgramModel, words: list[bytes]):
        from . import _kernels

        self._kernels, self._model = _kernels, model
        self._starts, self._texts = _packed([*words, BEGIN])
        self._lengths = np.diff(self._starts)

    def __call__(self, out: Output, n: int, begin: int, end: int) -> None:
        """The n-grams begin..end of order n."""
        for at in range(begin, end, _BLOCK):
            out.write(self._lines(n, slice(at, min(at + _BLOCK, end))))

    def _lines(self, n: int, rows: slice) -> np.ndarray:
        model, level = self._model, self._model.levels[n - 1]
        grams = words_of(model.levels[: n - 1], level.keys[rows], len(model.vocab))
        if n > 1:
            grams[0, grams[0] == model.eos] = len(model.vocab)  # <s>
        bits = np.stack([level.log10[rows], level.backoff[rows]]).view(np.int32)
        special, texts = self._special(bits)
        longest = max(self._kernels.LONGEST, *map(len, texts))
        room = self._lengths[grams].sum() + (n + 2 + 2 * longest) * grams.shape[1]
        out = np.empty(room, np.uint8)
        return out[: self._kernels.lines(bits, special, *_packed(texts), grams, self._starts, self._texts, out)]

    def _special(self, bits: np.ndarray) -> tuple[np.ndarray, list[bytes]]:
        """Texts that `_kernels.lines` cannot spell, and the back-off weights that are left out; see there."""
        exponent = (bits >> 23 & 0xFF) - 127
        special = (exponent < self._kernels.LOWEST) | (exponent > self._kernels.HIGHEST) | (bits & 0x7FFFFF == 0)
        none = bits[1] == 0
        special[1, none] = False
        distinct, which = np.unique(bits[special], return_inverse=True)
        places = np.full(bits.shape, -1, np.int32)
        places[special], places[1, none] = which, len(distinct)
        return places, [*(str(number).encode() for number in distinct.view(np.float32)), b""]


def _packed(words: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """Offsets of `words` in their bytes: as `Vocab` has them, but writable, which is what
    kernels are compiled for."""
    vocab = Vocab.from_words(words)
    return vocab.offsets, vocab.utf8.copy()


def _ends(level: Level, eos: int) -> bytes:
    """One entry in the model, two in the file: `<s>` has the back-off weight, `</s>` the probability."""
    weight = str(level.backoff[eos]).encode()
    begin = b"-99\t" + BEGIN + (b"" if weight == b"0.0" else b"\t" + weight)
    return b"%b\n%b\t%b\n" % (begin, str(level.log10[eos]).encode(), END)


def _words(path, model: NgramModel) -> list[bytes]:
    words = model.vocab.all_bytes()
    for word in words:
        if not word or SEPARATES.search(word) or word in (BEGIN, END):
            message = f"{path}: an ARPA file cannot hold the word {show(word)}"
            raise EmbedkitError(message, "a native file, .safetensors, can")
    words[model.eos] = END
    return words
