"""Processor time before the first answer: `embedkit --help` and `embedkit similar` against the bare imports they need.

python benchmarks/startup.py vectors.safetensors WORD
"""

from __future__ import annotations

import argparse
import sys

from _pair import compare, load

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("vectors")
parser.add_argument("word")
parser.add_argument("--pairs", type=int, default=21)
args = parser.parse_args()

embedkit = [sys.executable, "-m", "embedkit"]
print(load())
compare("--help / import click", [*embedkit, "--help"], [sys.executable, "-c", "import click"], args.pairs, "cpu")
ours = [*embedkit, "similar", args.vectors, args.word]
compare("similar / import click, numpy", ours, [sys.executable, "-c", "import click, numpy"], args.pairs, "cpu")
