"""Counting: `embedkit count` against GloVe's cooccur and scipy's sparse sums; memory; cost per token.

python benchmarks/count.py corpus.txt [--cooccur PROGRAM --vocab-count PROGRAM] [--scipy] [--window 10]

GloVe's cooccur gets the vocabulary ready-made; embedkit reads the text from scratch (no cache). Sums are compared
before anything is timed: GloVe's are float64.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from _pair import Run, compare, load, run

SAME = """
import sys
import numpy as np
record = np.dtype([("word", "<i4"), ("context", "<i4"), ("count", "<f8")])
a, b = (np.fromfile(path, record) for path in sys.argv[1:])
same = len(a) == len(b) and (a["word"] == b["word"]).all() and (a["context"] == b["context"]).all()
off = np.abs(a["count"] / b["count"] - 1).max() if same else float("nan")
print(f"entries {len(a)} and {len(b)}, same pairs: {same}, largest relative difference {off:.1e}")
"""

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("corpus")
parser.add_argument("--window", type=int, default=10)
parser.add_argument("--cooccur", help="GloVe's cooccur")
parser.add_argument("--vocab-count", help="GloVe's vocab_count")
parser.add_argument("--memory", default="8.0", help="GB for GloVe's cooccur")
parser.add_argument("--scipy", action="store_true", help="compare with scipy's sums of sparse matrices")
parser.add_argument("--pairs", type=int, default=3)
parser.add_argument("--max-memory", default="500M")
args = parser.parse_args()

folder = Path(tempfile.mkdtemp())
counts = folder / "counts.safetensors"
ours = [sys.executable, "-m", "embedkit", "count", args.corpus, "--no-cache", "-q", "--window", str(args.window)]
plain = [*ours, "-o", str(counts)]


def scipy_sums() -> Run:
    command = [sys.executable, str(Path(__file__).parent / "_scipy_pipeline.py"), args.corpus, str(args.window)]
    printed = subprocess.run(
        [*command, "1000000000", "--counts-only"], capture_output=True, text=True, check=True
    ).stdout
    return Run(json.loads(printed)["counts"], 0, 0)


print(load())
if args.cooccur:
    words, theirs = folder / "vocab.txt", folder / "cooccur.bin"
    subprocess.run(f"{args.vocab_count} -min-count 5 -verbose 0 < {args.corpus} > {words}", shell=True, check=True)
    options = f"-vocab-file {words} -memory {args.memory} -window-size {args.window} -verbose 0"
    peer = f"{args.cooccur} {options} -overflow-file {folder}/overflow < {args.corpus} > {theirs}"
    run(peer)
    run([*plain, "--vocab", str(words), "--to", "glove-cooccur"])
    # In a process of its own: what this one has ever held, the system counts as its children's.
    subprocess.run([sys.executable, "-c", SAME, str(counts), str(theirs)], check=True)
    compare("count / GloVe cooccur", plain, peer, args.pairs)
if args.scipy:
    compare("count / scipy sums", plain, scipy_sums, args.pairs)
limited = [*plain, "--max-memory", args.max_memory]
compare(f"count --max-memory {args.max_memory} / without limit", limited, plain, args.pairs)
print(f"interpreter alone: {run([sys.executable, '-c', 'import click, numpy, numba']).peak:.0f} MB")

size = os.path.getsize(args.corpus)
for share in (1 / 16, 1 / 4, 1):
    part = folder / "part.txt"
    subprocess.run(f"head -c {int(size * share)} {args.corpus} > {part}", shell=True, check=True)
    command = ours.copy()
    command[command.index(args.corpus)] = str(part)
    times = sorted(run([*command, "--max-vocab", "30000", "-o", str(counts)]).wall for _ in range(3))
    tokens = int(subprocess.run(["wc", "-w", str(part)], capture_output=True, check=True).stdout.split()[0])
    print(f"{tokens / 1e6:.2f} M tokens, 30,000 words: {times[1]:.2f} s, {times[1] / tokens * 1e9:.0f} ns per token")
