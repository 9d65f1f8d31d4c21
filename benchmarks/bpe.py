"""Byte-level BPE against the library `tokenizers`: learning a vocabulary, and encoding a text with it.

python benchmarks/bpe.py corpus.txt [--merges 8000] [--pairs 3] [--field wall|cpu]

Learning: `embedkit vocab --bpe` against `train` of the library itself, which reads the file, in a process each; the
merges of the two must be the same (the text should be in NFC). Encoding: all ids of the text in an array, inside a
process that has loaded everything, against `encode_batch_fast` on batches of lines, on as many threads.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from _pair import Run, compare, load

LEARN = """
import sys
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
found = Tokenizer(models.BPE())
found.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
found.decoder = decoders.ByteLevel()
found.train([sys.argv[1]], trainers.BpeTrainer(
    vocab_size=int(sys.argv[2]), min_frequency=2, special_tokens=["<eos>"], show_progress=False,
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
found.save(sys.argv[3])
"""
TIMED = """
import resource, time
def timed(work):
    begin, cpu = time.perf_counter(), time.process_time()
    tokens = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(time.perf_counter() - begin, time.process_time() - cpu, peak, tokens)
"""
OURS = (
    TIMED
    + """
import sys
from embedkit.config import Text
from embedkit.runtime.resources import Resources
from embedkit.text import corpus
def encode(path):
    ids = corpus.encode([path], Text(tokenizer=sys.argv[2], nfc=False), Resources(cache=False)).ids
    return int((ids >= 0).sum())
encode("data/sample.txt")  # loads the kernels
timed(lambda: encode(sys.argv[1]))
"""
)
PEER = (
    TIMED
    + """
import sys
from itertools import islice
import numpy as np
from tokenizers import Tokenizer
library = Tokenizer.from_file(sys.argv[2])
library.normalizer = None
def encode():
    parts = []
    with open(sys.argv[1], encoding="utf-8", newline="\\n") as file:
        while lines := [line.rstrip("\\n") for line in islice(file, 4000)]:
            parts += [np.array(found.ids, np.int32) for found in library.encode_batch_fast(lines)]
    return len(np.concatenate(parts))
timed(encode)
"""
)

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("corpus")
parser.add_argument("--merges", type=int, default=8000)
parser.add_argument("--pairs", type=int, default=3)
parser.add_argument("--field", choices=("wall", "cpu"), default="wall")
args = parser.parse_args()


def printed(code: str, tokens: set[str], *words):
    """A run of `code`, which prints its seconds, processor seconds, peak, and the number of tokens."""

    def once() -> Run:
        done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
        *numbers, found = done.stdout.split()
        tokens.add(found)
        return Run(*map(float, numbers))

    return once


print(load())
size = args.merges + 257
with tempfile.TemporaryDirectory() as folder:
    made, peer = (str(Path(folder) / name) for name in ("ours.json", "peer.json"))
    ours = [sys.executable, "-m", "embedkit", "vocab", args.corpus, "--bpe", str(size), "-o", made, "-q"]
    compare(
        f"learning {args.merges:,} merges",
        ours,
        [sys.executable, "-c", LEARN, args.corpus, str(size), peer],
        args.pairs,
        args.field,
    )
    merges = [json.loads(Path(path).read_text("utf-8"))["model"]["merges"] for path in (made, peer)]
    print(f"merges are the same: {merges[0] == merges[1]}")
    tokens: set[str] = set()
    compare(
        "encoding",
        printed(OURS, tokens, args.corpus, made),
        printed(PEER, tokens, args.corpus, made),
        args.pairs,
        args.field,
    )
    print(f"tokens, ours and theirs: {', '.join(sorted(tokens))}")
