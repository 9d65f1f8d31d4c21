"""Vocabulary and encoding against gensim's build_vocab and GloVe's vocab_count.

python benchmarks/vocab.py corpus.txt [--peer-python PYTHON] [--vocab-count PROGRAM]

First the work alone, inside a warm process: reading, vocabulary and ids of the whole text, against build_vocab; then
whole processes, `embedkit vocab` without its cache against both.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from _pair import Run, compare, load

OURS = """
import sys, time
from embedkit.runtime.resources import Resources
from embedkit.config import Text
from embedkit.text import corpus
corpus.encode(["data/sample.txt"], Text(), Resources(cache=False)).ids  # loads the kernels
begin = time.perf_counter()
corpus.load(sys.argv[1:], Text(), Resources(cache=False)).ids
print(time.perf_counter() - begin)
"""
GENSIM = """
import sys, time
from gensim.models import Word2Vec
begin = time.perf_counter()
Word2Vec(min_count=5).build_vocab(corpus_file=sys.argv[1])
print(time.perf_counter() - begin)
"""

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("corpus")
parser.add_argument("--peer-python", default=sys.executable, help="a Python that has gensim")
parser.add_argument("--vocab-count", help="GloVe's vocab_count")
parser.add_argument("--pairs", type=int, default=5)
args = parser.parse_args()


def printed(command: list[str]):
    return lambda: Run(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout), 0, 0)


print(load())
inside = [[sys.executable, "-c", OURS, args.corpus], [args.peer_python, "-c", GENSIM, args.corpus]]
compare("vocabulary and ids, inside the process / gensim build_vocab", *map(printed, inside), args.pairs)
ours = [sys.executable, "-m", "embedkit", "vocab", args.corpus, "--no-cache", "-q"]
compare("embedkit vocab / gensim build_vocab", ours, inside[1], args.pairs)
if args.vocab_count:
    peer = f"{args.vocab_count} -min-count 5 -verbose 0 < {args.corpus}"
    compare("embedkit vocab / GloVe vocab_count", ours, peer, args.pairs)
