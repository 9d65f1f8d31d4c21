"""Seconds of training alone with embedkit: python _word2vec_ours.py MODEL CORPUS OUT [NAME=VALUE …]

Text is read and kernels are loaded before the clock starts; vectors are written after it stops.
"""

import sys
import time

from embedkit.config import Config, Text
from embedkit.neural.word2vec import cbow, skipgram
from embedkit.runtime.resources import Resources
from embedkit.text import corpus
from embedkit.training.contract import Run
from embedkit.vectors import formats

name, path, out, *given = sys.argv[1:]
model, values = {"skipgram": skipgram, "cbow": cbow}[name].MODEL, dict(item.split("=") for item in given)


def section(options):
    """The dataclass with what was given of it."""
    chosen = {}
    for key, field in options.__dataclass_fields__.items():
        if key in values:
            chosen[key] = field.metadata["kind"](values[key])
    return options(**chosen)


def train(text):
    config = Config(**{key: section(options) for key, options in model.sections.items()})
    return model.train(text, model.resolved(config, text), Run())


train(corpus.load(["data/sample.txt"], Text(), Resources(cache=False)))
text = corpus.load([path], Text(), Resources(cache=False))
text.ids  # noqa: B018 (made when first asked for)
begin = time.perf_counter()
vectors = train(text)
print(time.perf_counter() - begin)
formats.save(out, vectors, "word2vec")
