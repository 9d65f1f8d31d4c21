"""Files as objects to ask."""

from __future__ import annotations

import os

from ..catalog import CLASSIFIER, LM, MLM, SEQ2SEQ
from ..classification.fasttext import is_supervised
from ..io.files import map_input
from ..io.metadata import kind_of
from .vectors import WordVectors


def load(path, format: str | None = None):
    """The `WordVectors` in a file of any format that `embedkit convert` reads; of a language model, its input
    embeddings. The `MaskedLanguageModel` in a file that `embedkit train mlm` has made, the `Translator` in one of
    `embedkit train seq2seq`; the `Classifier` in one of `embedkit train classifier`, or in a supervised `.bin` of
    fastText (whose vectors `format="fasttext"` gives).

    `format` names one that the bytes do not tell. FormatError, an EmbedkitError, where the file is damaged or another.
    """
    from ..vectors import formats

    data = map_input(path)
    kind = kind_of(path, data) if format in (None, "native") else None
    if kind == SEQ2SEQ:
        from .translator import Translator

        return Translator.read(path, data)
    if kind == MLM:
        from .masked_model import MaskedLanguageModel

        return MaskedLanguageModel.read(path, data)
    if kind == CLASSIFIER or format is None and is_supervised(data):
        from .classifier import Classifier

        return Classifier.read(path, data)
    return WordVectors(formats.load(os.fspath(path), format, data=data))


def load_lm(path, threads: int | None = None):
    """The language model in a native or an ARPA file; kernels run on `threads` threads, by default on all cores."""
    from .language_model import LanguageModel

    return LanguageModel.read(path, threads)


def open_sequence_model(path) -> tuple[str, object]:
    """The kind of a model that gives lines probabilities, `catalog.LM` or `SEQ2SEQ`, and the model: see
    `lm.protocol` and `translation.protocol`. FormatError where the file holds neither."""
    from ..lm.load import load
    from ..translation.load import load as load_translator

    data = map_input(path)
    if kind_of(path, data) == SEQ2SEQ:
        return SEQ2SEQ, load_translator(path, data=data)
    return LM, load(path, data=data)
