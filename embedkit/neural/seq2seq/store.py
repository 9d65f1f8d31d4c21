"""Files of sequence-to-sequence models: every parameter by its name, and the vocabularies of both sides.

The vocabulary of targets is `vocab.*`, that of sources `source.*`; with a shared one there is the former alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...catalog import SEQ2SEQ
from ...errors import DAMAGED, FormatError
from ...io import container
from ...io.container import Container
from ...io.metadata import pack_metadata, unpack_metadata
from ...io.output import Output
from ...text.pairs import Side
from ...text.stream import EOS, UNK
from ...text.vocab import Vocab
from ...text.vocab_tensors import read_vocab, tokenizer_tensors, vocab_tensors
from ..stored import kernels, param_reader, stored_options
from .network import build
from .translator import NetworkTranslator


@dataclass
class Trained:
    """The result of a training: every parameter by its name, vocabularies, and facts for the metadata."""

    tensors: dict[str, np.ndarray]
    source: Vocab
    vocab: Vocab
    metadata: dict


def save(out: Output, trained: Trained) -> None:
    """Write the file."""
    vocabs = vocab_tensors(trained.vocab)
    if trained.source is not trained.vocab:
        vocabs |= vocab_tensors(trained.source, "source")
    vocabs |= tokenizer_tensors(trained.metadata)
    container.write(out, trained.tensors | vocabs, pack_metadata({"kind": SEQ2SEQ, **trained.metadata}))


def load(architecture, stored: Container, threads: int | None = None) -> NetworkTranslator:
    """The translator in a native file. With `threads` it works in compiled code, on so many of them.

    FormatError where tensors or options are missing, or do not fit together.
    """
    metadata = unpack_metadata(stored.metadata)
    config = metadata.get("config")
    is_whole = isinstance(config, dict) and all(isinstance(config.get(part), dict) for part in ("model", "text"))
    if metadata.get("kind") != SEQ2SEQ or not is_whole:
        raise FormatError(
            stored.path, "holds no sequence-to-sequence model of a known kind", "embedkit info FILE says more"
        )
    vocab = read_vocab(stored)
    source = read_vocab(stored, "source") if "source.offsets" in stored else vocab
    return assemble(architecture, stored.path, source, vocab, stored, metadata, threads)


def assemble(
    architecture, path, source: Vocab, vocab: Vocab, tensors, metadata: dict, threads: int | None
) -> NetworkTranslator:
    """The translator of `tensors`, a mapping or a Container, and the options in `metadata`; see `load`."""
    if any(list(side.words(0, 2)) != [EOS, UNK] for side in (source, vocab)):
        raise FormatError(path, f"a vocabulary does not begin with {EOS} and {UNK}", DAMAGED)
    config = metadata["config"]
    model = stored_options(path, architecture.sections["model"], config["model"])
    text = vars(stored_options(path, architecture.sections["text"], config["text"]))
    network = build(model, len(source), len(vocab), source is vocab, param_reader(path, tensors))
    sides = [Side(words, text, is_target) for words, is_target in ((source, False), (vocab, True))]
    return NetworkTranslator(network, *sides, metadata, kernels(threads), model.reverse)
