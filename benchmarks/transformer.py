"""Transformer language models against PyTorch on the CPU: training, evaluation, generation, memory.

python benchmarks/transformer.py train.txt test.txt [--peer-python PYTHON] [--tasks train …] [--sizes 2x128x64x20 …]

Both sides do the same work (fp32, 2 threads, tied softmax, AdamW, clipping; windows half a context apart in
evaluation, a key–value cache in generation, one token after the other, and in beam search of width 5) in processes of
their own, in turn; each prints its tokens per second once warm. The ratio is ours over PyTorch's: above 1 embedkit is
faster. A size is LAYERSxDIMxCONTEXTxBATCH. Run it under `env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE` where these are
set.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from _pair import compare_rates, load

HERE = Path(__file__).parent

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("train")
parser.add_argument("text")
parser.add_argument("--peer-python", default=sys.executable, help="a Python that has PyTorch")
parser.add_argument("--tasks", nargs="+", default=["train", "evaluate", "generate", "beam"])
parser.add_argument("--sizes", nargs="+", default=["2x128x64x20", "4x256x128x16", "6x512x256x8"])
parser.add_argument("--pairs", type=int, default=3)
args = parser.parse_args()


def against(task: str, size: str) -> None:
    steps = {"train": "8" if "x512x" in size else "20", "evaluate": "0", "generate": "1000", "beam": "256"}[task]
    sides = (sys.executable, "_transformer_ours.py"), (args.peer_python, "_torch_transformer.py")
    ours, peer = ([python, str(HERE / script), task, size, args.train, args.text, steps] for python, script in sides)
    compare_rates(f"{task} {size}", "tokens/s", ours, peer, args.pairs)


print(load())
for task in args.tasks:
    for size in args.sizes:
        against(task, size)
