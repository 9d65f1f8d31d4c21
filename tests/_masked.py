"""A masked language model whose parameters are drawn, not trained, and large enough to tell words apart."""

from __future__ import annotations

import dataclasses

import numpy as np

from embedkit.catalog import MODELS
from embedkit.config import Config
from embedkit.io.output import Output
from embedkit.neural.language import store
from embedkit.text.masks import MASK
from embedkit.text.vocab import Vocab
from embedkit.training.param import Param

MODEL = MODELS["mlm"].load()
SMALL = {"layers": 2, "dim": 8, "heads": 2, "context": 6, "epochs": 3, "batch_size": 2, "lr": 0.01, "threads": 1}
WORDS = ["<eos>", "<unk>", MASK, "the", "cat", "sat", "a", "dog", "lay"]


def configure(**options) -> Config:
    options, sections = SMALL | options, {}
    for name, section in MODEL.sections.items():
        names = {f.name for f in dataclasses.fields(section)} & set(options)
        sections[name] = section(**{name: options.pop(name) for name in names})
    assert not options
    return Config(**sections)


def network(V: int = len(WORDS), std: float = 0.4, dtype=np.float32, **options):
    rng = np.random.default_rng(1)

    def make(name, shape, initializer):
        return Param(name, (initializer(rng, shape) + rng.normal(0, std, shape)).astype(dtype))

    return MODEL.build(configure(**options).model, V, make)


def save(path, words=WORDS, tokenizer="whitespace", model="mlm", **options) -> str:
    """The file of such a model, or of a language model of the same layers."""
    config = configure(tokenizer=tokenizer, **options)
    tensors = {param.name: param.value for param in network(len(words), **options).params}
    facts = {"kind": MODELS[model].kind, "model": model, "config": config.stored()}
    vocab = Vocab.from_words(words, np.zeros(len(words), np.int64))
    with Output(str(path)) as out:
        store.save(out, store.Trained(tensors, vocab, facts))
    return str(path)
