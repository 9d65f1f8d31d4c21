"""embedkit's side of transformer.py: python _transformer_ours.py train|evaluate|generate|beam SIZE TRAIN TEXT [STEPS]

The parts that the commands are made of, with parameters as training begins with them. Prints tokens per second,
kernels and memory warm. SIZE is LAYERSxDIMxCONTEXTxBATCH.
"""

import sys
import time
from itertools import islice
from random import Random

from embedkit.catalog import MODELS
from embedkit.config import Config
from embedkit.lm.beam_search import beam_search
from embedkit.lm.generate import generate as generated
from embedkit.lm.generate import sampler
from embedkit.lm.score import score_text
from embedkit.neural.layers.fused import Fused
from embedkit.runtime.parallel import limited_threads
from embedkit.runtime.resources import Resources
from embedkit.text import stream
from embedkit.training.contract import Run

task, size, train_path, text_path, *rest = sys.argv[1:]
layers, D, T, B = map(int, size.split("x"))
number, model = int(rest[0]) if rest else 20, MODELS["transformer"].load()
sections = {"text": {}, "model": {"layers": layers, "dim": D, "heads": max(4, D // 64), "context": T}}
sections["training"] = {"batch_size": B, "updates": number + 3, "threads": 2, "warmup": 0}
config = Config(**{name: model.sections[name](**options) for name, options in sections.items()})
text = stream.read([train_path], config.text, Resources(cache=False))
learner = model.learner()(model, text, config, Run())


def train() -> float:
    tokens, begin = 0, 0.0
    for number, step in enumerate(learner.steps(0, 0, lambda: False)):
        tokens += step.read * (number > 2)
        begin = time.perf_counter() if number == 2 else begin
    return tokens / (time.perf_counter() - begin)


def language_model(kernels=None):
    return model.wrap(learner.network, config.model, text.vocab, text.eos, text.unk, {}, kernels)


def evaluate() -> float:
    ids = stream.read_with([text_path], text.vocab, config.text, Resources(cache=False)).ids
    lm = language_model(Fused(2))
    next(score_text(lm, ids, lm.steps))
    begin = time.perf_counter()
    for _ in score_text(lm, ids, lm.steps):
        pass
    return len(ids) / (time.perf_counter() - begin)


def generate() -> float:
    words = generated(language_model(), sampler(Random(1)))
    next(islice(words, 19, None))
    begin = time.perf_counter()
    next(islice(words, number - 1, None))
    return number / (time.perf_counter() - begin)


def beam() -> float:
    """Lines of at most T tokens, which no line end closes, as on the other side."""
    lm, begin, lines = language_model(), 0.0, max(1, number // T)
    for line in range(-1, lines):
        begin = time.perf_counter() if line == 0 else begin
        for _ in beam_search(lm, 5, T, banned=[lm.eos]):
            pass
    return lines * T / (time.perf_counter() - begin)


with limited_threads(2):
    print({"train": train, "evaluate": evaluate, "generate": generate, "beam": beam}[task]())
