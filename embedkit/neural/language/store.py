"""A language model that learnt by gradients, in a native file: one tensor per parameter, the word vectors first.

The metadata names the word vectors as `input` and the rows that predict words as `output` (the same ones where they are
tied), so that the file is one of vectors as well.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import SimpleNamespace

import numpy as np

from ...config import check_value
from ...errors import DAMAGED, FormatError, OptionError
from ...io import container
from ...io.container import Container
from ...io.metadata import pack_metadata, unpack_metadata
from ...io.output import Output
from ...text.stream import EOS, UNK
from ...text.vocab import Vocab
from ...text.vocab_tensors import read_vocab, vocab_tensors
from ...training.param import Param
from .model import NetworkLanguageModel
from .network import EMBEDDING, OUTPUT, build

KIND = "language-model"


@dataclass
class Trained:
    """The result of a training: every parameter by its name, the vocabulary, and facts for the metadata."""

    tensors: dict[str, np.ndarray]
    vocab: Vocab
    metadata: dict


def save(out: Output, trained: Trained) -> None:
    """Write the file."""
    output = OUTPUT if OUTPUT in trained.tensors else EMBEDDING
    facts = {"kind": KIND, "input": EMBEDDING, "output": output, **trained.metadata}
    container.write(out, trained.tensors | vocab_tensors(trained.vocab), pack_metadata(facts))


def load(architecture, stored: Container, threads: int | None = None) -> NetworkLanguageModel:
    """The model of an `architecture` (`family.NeuralLanguageModel`) in a native file.

    With `threads` it works in compiled code, on so many of them.

    FormatError where tensors or options are missing, or do not fit together.
    """
    metadata = unpack_metadata(stored.metadata)
    config = metadata.get("config")
    if metadata.get("kind") != KIND or not isinstance(config, dict) or not isinstance(config.get("model"), dict):
        raise FormatError(stored.path, "holds no language model of a known kind", "embedkit info FILE says more")
    return assemble(architecture, stored.path, read_vocab(stored), stored, metadata, threads)


def assemble(architecture, path, vocab: Vocab, tensors, metadata: dict, threads: int | None) -> NetworkLanguageModel:
    """The model of `tensors`, a mapping or a Container, and the options in `metadata`; see `load`."""
    eos, unk = vocab.id(EOS), vocab.id(UNK)
    if eos is None or unk is None:
        raise FormatError(path, f"{EOS} or {UNK} is not among its words", DAMAGED)

    def read(name: str, shape: tuple[int, ...], initializer) -> Param:
        if name not in tensors:
            raise FormatError(path, f"there is no tensor {name!r} in it", DAMAGED)
        value = tensors[name]
        if value.dtype != np.float32 or value.shape != shape:
            found = f"{value.dtype} {value.shape}"
            raise FormatError(path, f"tensor {name!r} is {found}, not float32 {shape}", DAMAGED)
        # Kernels are compiled for arrays that can be written to, which a map cannot.
        return Param(name, value.copy())

    options = _options(path, architecture.sections["model"], metadata["config"]["model"])
    network = build(architecture, options, len(vocab), read)
    return NetworkLanguageModel(network, vocab, eos, unk, metadata, _kernels(threads))


def _kernels(threads: int | None):
    if threads is None:
        return None
    from ..layers.fused import Fused

    return Fused(threads)


def _options(path, section: type, stored: dict) -> SimpleNamespace:
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
