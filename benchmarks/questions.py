"""Analogy questions: `embedkit evaluate` against gensim's evaluate_word_analogies, whole processes on the same vectors.

python benchmarks/questions.py vectors.safetensors questions-words.txt [--peer-python PYTHON] [--peer-threads N]
    [--restrict-vocab N ...] [--pairs N]

Ours reads the native file, gensim the word2vec binary made of it; both fold the case of the questions. N is how many
of the most frequent words are known, 0 all of them; by default both 30000 and 0 are run. Prints the accuracy of both
sides (right answers of questions asked) and the ratio of their times. On a busy machine OpenBLAS with several threads
is many times slower than with one: --peer-threads 1 is then gensim at its best.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile

from _pair import compare, load

GENSIM = """
import sys
from gensim.models import KeyedVectors
path, questions, limit = sys.argv[1:]
vectors = KeyedVectors.load_word2vec_format(path, binary=True)
_, sections = vectors.evaluate_word_analogies(questions, restrict_vocab=int(limit) or len(vectors))
right = len(sections[-1]["correct"])
print(right, right + len(sections[-1]["incorrect"]))
"""

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("vectors", help="vectors of lower-cased text, in any format that embedkit reads")
parser.add_argument("questions")
parser.add_argument("--peer-python", default=sys.executable, help="a Python that has gensim")
parser.add_argument("--peer-threads", help="threads of gensim's OpenBLAS; by default all cores")
parser.add_argument("--restrict-vocab", type=int, nargs="+", default=[30000, 0], metavar="N")
parser.add_argument("--pairs", type=int, default=5)
args = parser.parse_args()


def output(command: list[str]) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout


environment = ["env", f"OPENBLAS_NUM_THREADS={args.peer_threads}"] if args.peer_threads else []
with tempfile.TemporaryDirectory() as folder:
    binary = os.path.join(folder, "vectors.bin")
    embedkit = [sys.executable, "-m", "embedkit"]
    subprocess.run([*embedkit, "convert", args.vectors, binary, "-q"], check=True)
    for limit in map(str, args.restrict_vocab):
        ours = [*embedkit, "evaluate", args.vectors, "--questions", args.questions]
        ours += ["--lowercase", "--restrict-vocab", limit, "-q"]
        peer = [*environment, args.peer_python, "-c", GENSIM, binary, args.questions, limit]
        name = f"questions, {'all' if limit == '0' else limit} words"
        *_, total = output(ours).split("\n")[:-1]
        right, asked = total.split("\t")[6:8]
        print(f"{load()}; {name}: {right} of {asked} right, gensim {' of '.join(output(peer).split())}")
        compare(f"{name} / gensim", ours, peer, args.pairs)
