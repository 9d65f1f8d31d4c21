"""embedkit's side of seq2seq.py: python _seq2seq_ours.py write|train|decode-100|decode-1|beam-5 FOLDER [TRAIN TEST]

FOLDER/model.safetensors is a trained model; `write` puts there batches of TRAIN, 1,000 lines of TEST and the
parameters, for both sides. The others print pairs or lines per second, kernels and memory warm.
"""

import sys
import time
from pathlib import Path

import numpy as np

from embedkit.config import Config, PairText
from embedkit.neural.seq2seq import model as architecture
from embedkit.neural.seq2seq.batches import Batch, Batches
from embedkit.neural.seq2seq.fit import Fit
from embedkit.neural.seq2seq.options import Seq2SeqModel, Seq2SeqTraining
from embedkit.runtime.parallel import limited_threads
from embedkit.text import pairs
from embedkit.training.contract import Run
from embedkit.translation import load
from embedkit.translation.translate import Decoding, batches, decode, decode_batches

SIZE, BATCHES, LINES, WARM = 128, 60, 1000, 5
task, folder, *texts = sys.argv[1:]
at = Path(folder)
translator = load.load(at / "model.safetensors", 2)
stored = translator.metadata["config"]
text, options = PairText(**stored["text"]), Seq2SeqModel(**stored["model"])


def write() -> None:
    training, test = (pairs.read_with([path], translator.source, translator.target, text) for path in texts)
    dealt = Batches(training, SIZE, 1, options.reverse)
    for number in range(WARM + BATCHES):
        batch = dealt.batch(0, number)
        parts = {name: part for name, part in batch._asdict().items() if part is not None}
        np.savez(at / f"batch{number}.npz", **parts)
    sources = [test.sources[n] for n in range(LINES)]
    np.savez(at / "sources.npz", *sources)
    values = {param.name: param.value for param in translator.network.params}
    np.savez(at / "parameters.npz", **values, reverse=options.reverse)
    found = [best[0].ids for best in decode(translator, sources, Decoding())]
    np.savez(at / "outputs.npz", *found)


def train() -> float:
    read = pairs.Pairs(translator.source, translator.target, *[pairs.Sequences.of([np.zeros(1, np.int32)])] * 2, 0, "")
    fit = Fit(read, Config(text=text, model=options, training=Seq2SeqTraining(threads=2, batch_size=SIZE)), Run())
    fit._batches, dealt = WARM + BATCHES, []
    for number in range(WARM + BATCHES):
        parts = np.load(at / f"batch{number}.npz")
        dealt.append(Batch(*(parts.get(name) for name in Batch._fields)))
    fit.batches.batch = lambda epoch, number: dealt[number]
    seen = 0
    for number, step in enumerate(fit.steps(0, 0, lambda: False)):
        seen += step.read * (number >= WARM)
        if number == WARM - 1:
            begin = time.perf_counter()
    return seen / (time.perf_counter() - begin)


def decoded(size: int, beam: int = 1) -> float:
    stored = np.load(at / "sources.npz")
    sources, decoding = [stored[name] for name in stored.files], Decoding(beam=beam, batch_size=size, threads=2)
    sources = sources if size > 1 else sources[: LINES // 5]
    groups = list(batches([len(source) for source in sources], size))[::-1]

    def work(some: list[list[int]]) -> None:
        if size > 1:
            list(decode_batches(translator, sources, some, decoding))
        else:  # as they come through a pipe, one after the other
            for (place,) in some:
                decode(translator, [sources[place]], decoding)

    work(groups[:2])
    begin = time.perf_counter()
    work(groups)
    return len(sources) / (time.perf_counter() - begin)


with limited_threads(2):
    if task == "write":
        write()
    elif task == "train":
        print(train())
    else:
        print(decoded(100, 5) if task == "beam-5" else decoded(int(task.partition("-")[2])))
assert architecture.MODEL
