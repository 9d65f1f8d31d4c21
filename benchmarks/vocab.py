"""Vocabulary and encoding: `embedkit vocab` against gensim's build_vocab and GloVe's vocab_count, whole processes.

python benchmarks/vocab.py corpus.txt [--peer-python PYTHON] [--vocab-count PROGRAM]
"""

from __future__ import annotations

import argparse
import sys

from _pair import compare, load

GENSIM = """
import sys
from gensim.models import Word2Vec
Word2Vec(min_count=5).build_vocab(corpus_file=sys.argv[1])
"""

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("corpus")
parser.add_argument("--peer-python", default=sys.executable, help="a Python that has gensim")
parser.add_argument("--vocab-count", help="GloVe's vocab_count")
parser.add_argument("--pairs", type=int, default=5)
args = parser.parse_args()

ours = [sys.executable, "-m", "embedkit", "vocab", args.corpus, "--no-cache", "-q"]
print(load())
compare("vocab / gensim build_vocab", ours, [args.peer_python, "-c", GENSIM, args.corpus], args.pairs)
if args.vocab_count:
    peer = f"{args.vocab_count} -min-count 5 -verbose 0 < {args.corpus}"
    compare("vocab / GloVe vocab_count", ours, peer, args.pairs)
