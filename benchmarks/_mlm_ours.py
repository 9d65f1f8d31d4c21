"""Our side of mlm.py: python _mlm_ours.py write FOLDER OPTIONS | speed FOLDER | words FOLDER | states FOLDER

`write` puts into FOLDER, which has train.txt, test.txt, all.txt and options.json, the batches of the whole training as
batches.npz, those of masked words of test.txt as masked.npz, and the lines of all.txt, in parts, as lines.npz. `speed`
prints tokens per second of updates on the first batches. `words` prints the shares of masked words that are first, and
among the first five; `states` saves mean-pooled states of all.txt as ours.npy; both of FOLDER/model.safetensors.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

import embedkit
from embedkit.catalog import MODELS
from embedkit.library.train import configure
from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.masked.batches import Batches, lines_of, parts
from embedkit.neural.masked.fit import Fit
from embedkit.neural.masked.masking import Masking
from embedkit.text.masks import MASK
from embedkit.training.contract import Run

MODEL, UPDATES, WARM = MODELS["mlm"].load(), 20, 3
task, folder = sys.argv[1], Path(sys.argv[2])
options = json.loads((folder / "options.json").read_text())
config = configure("mlm", options)


def read(name: str):
    """(the training text, that of the file of this name in its words)"""
    run = Run(cache=False)
    text = MODEL.read([str(folder / "train.txt")], config, run)
    from embedkit.text.stream import read_with

    return text, text if name == "train.txt" else read_with([str(folder / name)], text.vocab, config.text, run)


def saved(name: str, batches) -> None:
    """Batches as one file: the arrays of all, one after another, and their sizes."""
    found = list(batches)
    shapes = np.array([(*batch.ids.shape, len(batch.places)) for batch in found])
    masks = [np.ones(batch.ids.shape, bool) if batch.mask is None else batch.mask for batch in found]
    flat = {"ids": [batch.ids for batch in found], "mask": masks}
    flat |= {"places": [batch.places for batch in found], "targets": [batch.targets for batch in found]}
    arrays = {key: np.concatenate([part.reshape(-1) for part in value]) for key, value in flat.items()}
    np.savez(folder / name, shapes=shapes, **arrays)


def write() -> None:
    text, test = read("test.txt")
    fit = Fit(MODEL, text, config, Run(cache=False))
    epochs = range(config.training.epochs)
    saved("batches.npz", (fit.batches.training(e, n, fit.masking) for e in epochs for n in range(len(fit.batches))))
    masking = Masking(0.15, np.ones(len(text.vocab), bool), text.vocab.id(MASK), seed=99)
    batches = Batches(test.ids, test.eos, config.model.context, config.training.batch_size, 99)
    saved("masked.npz", (batches.validation(n, masking) for n in range(len(batches))))
    _, lines = read("all.txt")
    begins, lengths = lines_of(lines.ids, lines.eos)
    first, last = parts(lengths, config.model.context - 1)
    owners = np.repeat(np.arange(len(lengths)), -(-lengths // (config.model.context - 1)))
    ids = np.concatenate([lines.ids[begins[o] + a : begins[o] + b] for o, a, b in zip(owners, first, last)])
    np.savez(folder / "lines.npz", ids=ids, lengths=last - first, owners=owners, V=len(text.vocab), eos=text.eos)


def speed() -> None:
    text, _ = read("train.txt")
    fit = Fit(MODEL, text, config, Run(cache=False))
    fit.warm_up(True)
    read_tokens, begin = 0, 0.0
    for number in range(-WARM, min(UPDATES, len(fit) - WARM)):
        if number == 0:
            begin = time.perf_counter()
        step = fit._step(0, number + WARM)
        read_tokens += step.read if number >= 0 else 0
    print(read_tokens / (time.perf_counter() - begin))


def words() -> None:
    model = embedkit.load(folder / "model.safetensors").source
    found, first, five, count = np.load(folder / "masked.npz"), 0, 0, 0
    at, place = 0, 0
    for T, B, k in found["shapes"].tolist():
        ids, mask = (found[name][at : at + T * B].reshape(T, B) for name in ("ids", "mask"))
        places, targets = (found[name][place : place + k] for name in ("places", "targets"))
        H = model.network.body.forward(ids, None, ForwardContext(model._workspace, mask=mask))[0]
        logs = model.network.loss.log_probabilities(H.reshape(T * B, -1)[places])
        ranks = (logs > np.take_along_axis(logs, targets[:, None].astype(int), axis=1)).sum(axis=1)
        first, five, count = first + (ranks == 0).sum(), five + (ranks < 5).sum(), count + k
        at, place = at + T * B, place + k
    print(first / count, five / count)


def states() -> None:
    lines = (folder / "all.txt").read_text().splitlines()
    np.save(folder / "ours.npy", embedkit.load(folder / "model.safetensors").sentences(lines))


{"write": write, "speed": speed, "words": words, "states": states}[task]()
