"""Text to vectors, and the SVD alone.

python benchmarks/svd.py corpus.txt [--max-vocab 30000] [--window 5] [--peer-python PYTHON]

`embedkit train svd`, whole process without cache, against scipy (counts, PPMI, svds; its tokenising not timed); then
our SVD against scikit-learn's randomized_svd on the same PPMI matrix, with the error of both against ARPACK; then the
cost per non-zero as the dimension grows. The peer Python needs scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from _pair import Run, compare, load, run
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import svds

from embedkit.count.truncated_svd import truncated_svd
from embedkit.vectors.formats import load as load_vectors

SKLEARN = """
import json, sys, time
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.utils.extmath import randomized_svd
z = np.load(sys.argv[1])
n = len(z["indptr"]) - 1
matrix = csr_matrix((z["data"], z["indices"], z["indptr"]), (n, n))
iterations = sys.argv[2] if sys.argv[2] == "auto" else int(sys.argv[2])
for _ in range(2):
    begin = time.perf_counter()
    _, s, _ = randomized_svd(matrix, 100, n_iter=iterations, random_state=1)
    seconds = time.perf_counter() - begin
print(json.dumps([seconds, s.tolist()]))
"""

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("corpus")
parser.add_argument("--max-vocab", default="30000")
parser.add_argument("--window", default="5")
parser.add_argument("--peer-python", default=sys.executable)
parser.add_argument("--pairs", type=int, default=3)
args = parser.parse_args()

folder = Path(tempfile.mkdtemp())
options = ["--no-cache", "-q", "--window", args.window, "--max-vocab", args.max_vocab]
train = [sys.executable, "-m", "embedkit", "train", "svd", args.corpus, *options, "-o", str(folder / "svd")]
pipeline = [sys.executable, str(Path(__file__).parent / "_scipy_pipeline.py"), args.corpus, args.window, args.max_vocab]


def scipy_seconds() -> Run:
    stages = json.loads(subprocess.run(pipeline, capture_output=True, text=True, check=True).stdout)
    return Run(stages["counts"] + stages["ppmi"] + stages["svd"], 0, 0)


print(load())
compare("train svd from text / scipy counts + PPMI + svds", train, scipy_seconds, args.pairs)

run([sys.executable, "-m", "embedkit", "train", "ppmi", args.corpus, *options, "-o", str(folder / "ppmi")])
ppmi = load_vectors(folder / "ppmi")
matrix = ppmi.weights.take(np.arange(len(ppmi)))  # in memory
np.savez(folder / "ppmi.npz", **matrix.tensors())
size = len(ppmi)
exact = np.sort(svds(csr_matrix((matrix.data, matrix.indices, matrix.indptr), matrix.shape), 100, tol=1e-6)[1])[::-1]


def errors(values) -> str:
    off = np.abs(1 - np.asarray(values) / exact)
    return f"first half {off[:50].max():.1e}, last {off[-1]:.1e}"


def ours() -> tuple[float, np.ndarray]:
    begin = time.perf_counter()
    values = truncated_svd(matrix, 100)[1]
    return time.perf_counter() - begin, values


def sklearn(iterations: str) -> tuple[float, list]:
    command = [args.peer_python, "-c", SKLEARN, str(folder / "ppmi.npz"), iterations]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


print(f"{size} words, {len(matrix.data)} non-zeros")
ours()
for iterations in ("auto", "20"):
    ratios = []
    for _ in range(args.pairs):
        (mine, values), (theirs, others) = ours(), sklearn(iterations)
        ratios.append(mine / theirs)
    print(f"svd / randomized_svd (n_iter {iterations}): {mine:.2f} s against {theirs:.2f} s, ratio "
          f"{statistics.median(ratios):.3f} ({min(ratios):.3f}-{max(ratios):.3f}); error against ARPACK: "
          f"{errors(values)} against {errors(others)}")  # fmt: skip
for dim in (50, 100, 200, 400):
    begin = time.perf_counter()
    truncated_svd(matrix, dim)
    seconds = time.perf_counter() - begin
    print(f"dim {dim}: {seconds:.2f} s, {seconds / len(matrix.data) / dim * 1e9:.2f} ns per non-zero and dimension")
