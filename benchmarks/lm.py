"""LSTM language models against PyTorch on the CPU: training, evaluation of one stream, generation, memory.

python benchmarks/lm.py train.txt test.txt [--peer-python PYTHON] [--tasks train evaluate generate] [--sizes 100x1 …]

Both sides do the same work (fp32, 2 threads; B 20 and T 35 in training, one stream in evaluation, one word after the
other in generation) in processes of their own, in turn; each prints its tokens per second once warm. The ratio is ours
over PyTorch's: above 1 embedkit is faster. `startup` times `embedkit generate` against `python -c "import numpy"`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from _pair import compare_rates, load, run

HERE = Path(__file__).parent

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("train")
parser.add_argument("text")
parser.add_argument("--peer-python", default=sys.executable, help="a Python that has PyTorch")
parser.add_argument("--tasks", nargs="+", default=["train", "evaluate", "generate", "startup"])
parser.add_argument("--sizes", nargs="+", default=["100x1", "200x2", "650x2"])
parser.add_argument("--pairs", type=int, default=3)
args = parser.parse_args()


def against(task: str, size: str) -> None:
    hidden, layers = size.split("x")
    steps = {"train": "30" if hidden == "650" else "100", "evaluate": "0", "generate": "1000"}[task]
    sides = (sys.executable, "_lm_ours.py"), (args.peer_python, "_torch_lm.py")
    work = [task, hidden, layers, args.train, args.text, steps]
    ours, peer = ([python, str(HERE / script), *work] for python, script in sides)
    compare_rates(f"{task} {size}", "tokens/s", ours, peer, args.pairs)


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
