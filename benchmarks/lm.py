"""LSTM language models against PyTorch on the CPU: training, evaluation of one stream, generation, memory.

python benchmarks/lm.py train.txt test.txt [--peer-python PYTHON] [--tasks train evaluate generate] [--sizes 100x1 …]

Both sides do the same work (fp32, 2 threads; B 20 and T 35 in training, one stream in evaluation, one word after the
other in generation) in processes of their own, in turn; each prints its tokens per second once warm. The ratio is ours
over PyTorch's: above 1 embedkit is faster. `startup` times `embedkit generate` against `python -c "import numpy"`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from _pair import load, run

HERE = Path(__file__).parent

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("train")
parser.add_argument("text")
parser.add_argument("--peer-python", default=sys.executable, help="a Python that has PyTorch")
parser.add_argument("--tasks", nargs="+", default=["train", "evaluate", "generate", "startup"])
parser.add_argument("--sizes", nargs="+", default=["100x1", "200x2", "650x2"])
parser.add_argument("--pairs", type=int, default=3)
args = parser.parse_args()


def once(python: str, script: str, task: str, hidden: str, layers: str) -> tuple[float, float]:
    """(tokens per second, peak resident MB) of one process."""
    steps = {"train": "30" if hidden == "650" else "100", "evaluate": "0", "generate": "1000"}[task]
    command = [python, str(HERE / script), task, hidden, layers, args.train, args.text, steps]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{script} failed")
    return float(printed), usage.ru_maxrss / 1024


def against(task: str, size: str) -> None:
    hidden, layers = size.split("x")
    sides, results = ((sys.executable, "_lm_ours.py"), (args.peer_python, "_torch_lm.py")), []
    for i in range(args.pairs):
        pair = [once(*side, task, hidden, layers) for side in (sides if i % 2 == 0 else sides[::-1])]
        results.append(pair if i % 2 == 0 else pair[::-1])
    ratios = sorted(ours[0] / theirs[0] for ours, theirs in results)
    speeds = [statistics.median(pair[side][0] for pair in results) for side in (0, 1)]
    peaks = [max(pair[side][1] for pair in results) for side in (0, 1)]
    print(
        f"{task} {size}: {speeds[0]:,.0f} against {speeds[1]:,.0f} tokens/s, "
        f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f}, {args.pairs} pairs), "
        f"peak {peaks[0]:.0f} MB against {peaks[1]:.0f} MB",
        flush=True,
    )


def startup() -> None:
    """Seconds until `embedkit generate` has written one word, more than Python takes to load numpy."""
    lm = Path(tempfile.mkdtemp()) / "lm.safetensors"
    embedkit = [sys.executable, "-m", "embedkit"]
    run([*embedkit, "train", "lstm", args.text, "--epochs", "1", "--embed", "200", "--hidden", "200", "-o", str(lm)])
    numpy, generate = [sys.executable, "-c", "import numpy"], [*embedkit, "generate", str(lm), "--max-words", "1"]
    more = sorted(run(generate).wall - run(numpy).wall for _ in range(11))
    print(f"generate, first word, after python and numpy: {more[5]:.3f} s ({more[0]:.3f}-{more[-1]:.3f}, 11 pairs)")


print(load())
for task in args.tasks:
    if task == "startup":
        startup()
        continue
    for size in args.sizes:
        against(task, size)
