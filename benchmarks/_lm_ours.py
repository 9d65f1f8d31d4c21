"""embedkit's side of lm.py: python _lm_ours.py train|evaluate|generate HIDDEN LAYERS TRAIN TEXT [STEPS]

The parts that the commands are made of, with parameters as training begins with them. Prints tokens per second,
kernels and memory warm.
"""

import sys
import time
from itertools import islice
from random import Random

import numpy as np

from embedkit.config import Config
from embedkit.lm.generate import generate as generated
from embedkit.lm.generate import sampler
from embedkit.lm.score import score_text
from embedkit.neural.language import init, lstm, steps
from embedkit.neural.language.batches import Batches
from embedkit.neural.language.model import NetworkLanguageModel
from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.fused import Fused
from embedkit.neural.layers.workspace import Workspace
from embedkit.runtime.progress import SILENT
from embedkit.runtime.resources import Resources
from embedkit.text import stream
from embedkit.training.optim import Optimizer

task, hidden, layers, train_path, text_path, *rest = sys.argv[1:]
hidden, layers, number = int(hidden), int(layers), int(rest[0]) if rest else 100
model = lstm.MODEL.sections["model"](embed=hidden, hidden=hidden, layers=layers)
config = Config(text=lstm.MODEL.sections["text"](), model=model, training=lstm.MODEL.sections["training"]())
text = stream.read([train_path], config.text, Resources(cache=False))
network = init.init_network(lstm.MODEL, config, text.vocab, SILENT)


def train() -> float:
    batches, state, tokens = Batches(text.ids, text.eos, 20, 35), None, 0
    optimizer, rng = Optimizer("sgd", network.params, clip=0.25), np.random.default_rng(1)
    ctx = ForwardContext(Workspace(Fused(2)), training=True, rng=rng, gradients=True)
    for step in range(-10, number):
        if step == 0:
            begin = time.perf_counter()
        window = batches.chunk(step + 10)
        _, state = steps.learn(network, window, state, ctx)
        optimizer.step(1.0)
        tokens += window[2] * (step >= 0)
    return tokens / (time.perf_counter() - begin)


def language_model(kernels=None) -> NetworkLanguageModel:
    return NetworkLanguageModel(network, text.vocab, text.eos, text.unk, {}, kernels)


def evaluate() -> float:
    ids, lm = (
        stream.read_with([text_path], text.vocab, config.text, Resources(cache=False)).ids,
        language_model(Fused(2)),
    )
    next(score_text(lm, ids))
    begin = time.perf_counter()
    for _ in score_text(lm, ids):
        pass
    return len(ids) / (time.perf_counter() - begin)


def generate() -> float:
    words = generated(language_model(), sampler(Random(1)))
    next(islice(words, 19, None))
    begin = time.perf_counter()
    next(islice(words, number - 1, None))
    return number / (time.perf_counter() - begin)


print({"train": train, "evaluate": evaluate, "generate": generate}[task]())
