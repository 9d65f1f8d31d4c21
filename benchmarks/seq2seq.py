"""Encoder and decoder against PyTorch on the CPU: training, greedy decoding, beam search; and what the models reach.

python benchmarks/seq2seq.py speed --data FOLDER --peer-python PYTHON [--settings addition dates bidirectional]
python benchmarks/seq2seq.py beam --data FOLDER
python benchmarks/seq2seq.py addition|dates|g2p --data FOLDER [--seeds N]

FOLDER has seq2seq/addition.txt and date.txt of "Deep Learning from Scratch 2", and g2p/cmudict-*.tsv.gz. `speed`: both
sides get the same batches, or the same lines and parameters (a model that one epoch has trained), and work in processes
of their own, in turn, fp32, two threads; each prints its pairs or lines per second once warm. The ratio is ours over
PyTorch's. Ours decodes batches as `translate` does, one on each thread. PyTorch trains with padded batches (packed ones
are slower), `nn.LSTM` and fused Adam, and decodes with `nn.LSTM` or `nn.LSTMCell`, whichever is faster. `beam`: five
hypotheses against one, time of ours alone. The others train with the settings of data/recipes, or the book's, and print
the share of exact matches on the test pairs.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from _pair import compare_rates, load, once

HERE = Path(__file__).parent
EMBEDKIT = [sys.executable, "-m", "embedkit"]
RECIPES = HERE.parent / "data/recipes"
SETTINGS = {
    "addition": ("addition.txt", "--embed 16 --hidden 128 --attention none"),
    "dates": ("date.txt", "--embed 16 --hidden 256 --attention dot"),
    "bidirectional": ("date.txt", "--embed 64 --hidden 256 --layers 2 --bidirectional --attention general"),
}
# The book's settings: sides of one width whose blanks are symbols, h alone handed on, biases of zero.
BOOK = (
    "--no-strip --bridge hidden --initializer normal --forget-bias 0 --embed 16 --hidden 128 --epochs 25 --lr .001 "
    "--batch-size 128"
)
ADDITION = {
    "the book's, plain": f"{BOOK} --attention none",
    "the book's, reverse": f"{BOOK} --attention none --reverse",
    "the book's, reverse + peeky": f"{BOOK} --attention none --reverse --peeky",
    "stripped, attention": "--embed 32 --hidden 256 --epochs 15 --batch-size 128 --bidirectional --schedule cosine",
}

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("part", choices=("speed", "beam", "addition", "dates", "g2p"))
parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared/data")
parser.add_argument("--peer-python", default=sys.executable, help="a Python that has PyTorch")
parser.add_argument("--settings", nargs="+", default=list(SETTINGS))
parser.add_argument("--tasks", nargs="+", default=["train", "decode-100", "decode-1"])
parser.add_argument("--pairs", type=int, default=3)
parser.add_argument("--seeds", type=int, default=3)
args = parser.parse_args()
folder = Path(tempfile.mkdtemp())


def split(name: str) -> tuple[Path, Path]:
    """The first 45,000 lines of a file of the book, and the others, once shuffled as the book does."""
    import numpy as np

    lines = (args.data / "seq2seq" / name).read_text().splitlines(keepends=True)
    order = np.arange(len(lines))
    np.random.RandomState(1984).shuffle(order)
    at = len(lines) // 10 * 9
    parts = folder / f"train-{name}", folder / f"test-{name}"
    for path, numbers in zip(parts, (order[:at], order[at:])):
        path.write_text("".join(lines[n] for n in numbers))
    return parts


def embedkit(*words: str) -> list[dict]:
    """What a command prints with --json."""
    done = subprocess.run([*EMBEDKIT, *words, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def train(path: Path, out: Path, *options: str) -> None:
    subprocess.run([*EMBEDKIT, "train", "seq2seq", str(path), "-o", str(out), "-q", *options], check=True)


def write(at: Path, *texts: Path) -> None:
    """Batches, lines and parameters for both sides, of the model in the folder."""
    subprocess.run([sys.executable, str(HERE / "_seq2seq_ours.py"), "write", str(at), *map(str, texts)], check=True)


def speed() -> None:
    for name in args.settings:
        file, options = SETTINGS[name]
        at = folder / name
        at.mkdir()
        training, test = split(file)
        model = at / "model.safetensors"
        train(training, model, "--separator", "_", "--epochs", "1", "--threads", "2", *options.split())
        write(at, training, test)
        for task in args.tasks:
            ours, peer = (
                [python, str(HERE / script), task, str(at)]
                for python, script in ((sys.executable, "_seq2seq_ours.py"), (args.peer_python, "_torch_seq2seq.py"))
            )
            compare_rates(f"{name}, {task}", "a second", ours, peer, args.pairs)


def beam() -> None:
    training, test = split("date.txt")
    at = folder
    train(training, at / "model.safetensors", "--separator", "_", "--epochs", "1", *SETTINGS["dates"][1].split())
    write(at, training, test)
    command = [sys.executable, str(HERE / "_seq2seq_ours.py")]
    results = [[once([*command, task, str(at)])[0] for task in ("decode-100", "beam-5")] for _ in range(args.pairs)]
    ratios = sorted(greedy / five for greedy, five in results)
    print(f"beam 5 takes {statistics.median(ratios):.2f} times as long as greedy ({ratios[0]:.2f}-{ratios[-1]:.2f})")


def reached(
    title: str, training: Path, tests: dict[str, Path], metrics: tuple[str, ...], *options: str, beams: tuple = (1,)
) -> None:
    """Train with every seed: mean and standard deviation of the scores on each of the tests, decoded with each beam."""
    found: dict[str, list[float]] = {}
    for seed in range(1, args.seeds + 1):
        out = folder / "model.safetensors"
        train(training, out, "--seed", str(seed), *options)
        for (name, test), beam in itertools.product(tests.items(), beams):
            how = f"{name}, beam {beam}" if beam > 1 else name
            for row in embedkit("evaluate", str(out), "--parallel", str(test), "--beam", str(beam), "-q"):
                if row["section"] is None and row["metric"] in metrics:
                    found.setdefault(f"{row['metric']} {how}", []).append(row["value"])
    for name, values in found.items():
        spread = f", s.d. {statistics.stdev(values):.4f}" if len(values) > 1 else ""
        print(f"{title}: {name} {statistics.mean(values):.4f}{spread} ({len(values)} seeds)", flush=True)


def addition() -> None:
    training, test = split("addition.txt")
    for title, options in ADDITION.items():
        reached(title, training, {"": test}, ("exact-match",), "--separator", "_", *options.split())


def dates() -> None:
    training, test = split("date.txt")
    known = set(training.read_text().splitlines())
    new = folder / "new-dates.txt"
    new.write_text("".join(f"{line}\n" for line in test.read_text().splitlines() if line not in known))
    tests = {"all": test, "not in training": new}
    reached("dates", training, tests, ("exact-match",), "--config", str(RECIPES / "seq2seq-dates.toml"))


def g2p() -> None:
    parts = {}
    for name in ("train", "valid", "test"):
        parts[name] = folder / f"{name}.tsv"
        parts[name].write_bytes(gzip.decompress((args.data / f"g2p/cmudict-{name}.tsv.gz").read_bytes()))
    options = ["--config", str(RECIPES / "seq2seq-g2p.toml"), "--valid", str(parts["valid"])]
    metrics = "exact-match", "token-error-rate"
    reached("CMU dictionary", parts["train"], {"test": parts["test"]}, metrics, *options, beams=(1, 5))


print(load())
{"speed": speed, "beam": beam, "addition": addition, "dates": dates, "g2p": g2p}[args.part]()
