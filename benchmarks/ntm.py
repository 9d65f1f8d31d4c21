"""Copies of strings longer than any seen: the neural Turing machine beside LSTMs, with and without attention.

python benchmarks/ntm.py [--seeds N] [--cells ntm lstm attention] [--lengths 20 30 40 80]

Trains on 200,000 strings of 1 to 20 letters (`data/generate_pairs.py`) with `data/recipes/seq2seq-copy-ntm.toml`, and
LSTMs of 256 units on the same pairs for as many epochs, and copies 200 strings of each length, none of which was
trained on: share of letters that are right in their place. Seeds differ in parameters and in the order of the pairs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from _pair import load

import embedkit

HERE = Path(__file__).parent
GENERATE, RECIPE = HERE.parent / "data/generate_pairs.py", HERE.parent / "data/recipes/seq2seq-copy-ntm.toml"
LSTM = ["--cell", "lstm", "--bridge", "all", "--hidden", "256"]
CELLS = {"ntm": [], "lstm": LSTM, "attention": [*LSTM, "--attention", "general"]}
TESTED = 200

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--seeds", type=int, default=5)
parser.add_argument("--cells", nargs="+", default=list(CELLS))
parser.add_argument("--lengths", nargs="+", type=int, default=[20, 30, 40, 80])
parser.add_argument("--lines", type=int, default=200_000)
args = parser.parse_args()
folder = Path(tempfile.mkdtemp())


def copies(size: int, lines: int, seed: int) -> list[str]:
    """Strings of at most `size` letters."""
    command = [sys.executable, str(GENERATE), "copies", "--size", str(size), "--lines", str(lines), "--seed", str(seed)]
    made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [line.partition("\t")[0] for line in made.splitlines()]


def trained(cell: str, seed: int) -> tuple[Path, float]:
    """(model, pairs per second of its training)."""
    model, log = folder / f"{cell}-{seed}.safetensors", folder / f"{cell}-{seed}.jsonl"
    command = ["train", "seq2seq", str(folder / "train.tsv"), "-o", str(model), "--config", str(RECIPE), *CELLS[cell]]
    command += ["--seed", str(seed), "--threads", "1", "--log", str(log), "--quiet"]
    subprocess.run([sys.executable, "-m", "embedkit", *command], check=True)
    events = [json.loads(line) for line in log.read_text().splitlines()]
    times = {event["event"]: event["time"] for event in events}
    epochs = sum(event["event"] == "epoch" for event in events)
    begin = next(event["time"] for event in events if event["event"] == "training")
    return model, epochs * len(known) / (times["epoch"] - begin)


def right(translator, strings: list[str]) -> float:
    """The share of letters that stand in their place of the copy."""
    outputs = [found.output for found in translator.translate(strings)]
    hits = sum(a == b for pair in zip(outputs, strings) for a, b in zip(*pair))
    return hits / sum(map(len, strings))


known = copies(20, args.lines, 1)
(folder / "train.tsv").write_text("".join(f"{line}\t{line}\n" for line in known))
seen = set(known)
tests = {
    size: [line for line in copies(size, 3 * TESTED * size, 2) if len(line) == size and line not in seen][:TESTED]
    for size in args.lengths
}
print(load())
print("\t".join(["cell", "seed", "pairs/s", *(f"length {size}" for size in tests)]))
for cell in args.cells:
    for seed in range(1, args.seeds + 1):
        model, speed = trained(cell, seed)
        translator = embedkit.load(model)
        scores = [f"{100 * right(translator, strings):.2f} %" for strings in tests.values()]
        print("\t".join([cell, str(seed), f"{speed:,.0f}", *scores]), flush=True)
