"""A language model that learnt by gradients, in a native file: one tensor per parameter, the word vectors first.

The metadata names the word vectors as `input` and the rows that predict words as `output` (the same ones where they are
tied), so that the file is one of vectors as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...catalog import LM, MLM
from ...errors import DAMAGED, FormatError
from ...io import container
from ...io.container import Container
from ...io.metadata import pack_metadata, unpack_metadata
from ...io.output import Output
from ...text.stream import EOS, UNK
from ...text.vocab import Vocab
from ...text.vocab_tensors import read_vocab, tokenizer_tensors, vocab_tensors
from ..stored import kernels, param_reader, stored_options
from .model import NetworkLanguageModel
from .network import EMBEDDING, OUTPUT


@dataclass
class Trained:
    """The result of a training: every parameter by its name, the vocabulary, and facts for the metadata."""

    tensors: dict[str, np.ndarray]
    vocab: Vocab
    metadata: dict


def save(out: Output, trained: Trained) -> None:
    """Write the file, of kind LM where the metadata name no other."""
    output = OUTPUT if OUTPUT in trained.tensors else EMBEDDING
    facts = {"kind": LM, "input": EMBEDDING, "output": output, **trained.metadata}
    words = vocab_tensors(trained.vocab) | tokenizer_tensors(facts)
    container.write(out, trained.tensors | words, pack_metadata(facts))


def load(architecture, stored: Container, threads: int | None = None) -> NetworkLanguageModel:
    """The model of an `architecture` (`family.NeuralLanguageModel`) in a native file.

    With `threads` it works in compiled code, on so many of them.

    FormatError where tensors or options are missing, or do not fit together.
    """
    metadata = unpack_metadata(stored.metadata)
    config = metadata.get("config")
    is_whole = isinstance(config, dict) and isinstance(config.get("model"), dict)
    if metadata.get("kind") not in (LM, MLM) or not is_whole:
        raise FormatError(stored.path, "holds no language model of a known kind", "embedkit info FILE says more")
    return assemble(architecture, stored.path, read_vocab(stored), stored, metadata, threads)


def assemble(architecture, path, vocab: Vocab, tensors, metadata: dict, threads: int | None) -> NetworkLanguageModel:
    """The model of `tensors`, a mapping or a Container, and the options in `metadata`; see `load`."""
    eos, unk = vocab.id(EOS), vocab.id(UNK)
    if eos is None or unk is None:
        raise FormatError(path, f"{EOS} or {UNK} is not among its words", DAMAGED)

    options = stored_options(path, architecture.sections["model"], metadata["config"]["model"])
    network = architecture.build(options, len(vocab), param_reader(path, tensors))
    return architecture.wrap(network, options, vocab, eos, unk, metadata, kernels(threads))
