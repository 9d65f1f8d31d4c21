"""Masked language models of film reviews against PyTorch on the CPU: words, sentiment, speed.

python benchmarks/mlm.py quality|speed --data FOLDER --peer-python PYTHON [--reviews N] [--epochs N] [--dim N] …

FOLDER has imdb/labelled-train.tsv.gz and labelled-test.tsv.gz. Both sides train on the same masked batches of the
texts of the first reviews, with the same sizes, optimizer and schedule, softmax of the chosen places alone, fp32.
`quality` prints the shares of masked words of other reviews that are first, and among the first five; and the
accuracy of a logistic regression (L2, chosen on a tenth of the training reviews) from mean-pooled states of the last
layer, beside that of the mean of our skip-gram vectors of the same texts. `speed` prints tokens per second of
updates, kernels and memory warm, in turn.

The size of the issue: --reviews 25000 --tests 12528 --epochs 10 --dim 256 --layers 4 --context 128 --max-vocab 20000
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from _pair import compare_rates, load

import embedkit

HERE = Path(__file__).parent
SIZES = {"dim": 128, "layers": 2, "heads": 4, "context": 64, "batch_size": 32, "max_vocab": 8000, "epochs": 4}

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("part", choices=("quality", "speed"))
parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared/data")
parser.add_argument("--peer-python", default=sys.executable, help="a Python that has PyTorch")
parser.add_argument("--reviews", type=int, default=4000)
parser.add_argument("--tests", type=int, default=1000)
parser.add_argument("--lr", type=float, default=0.002)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--pairs", type=int, default=3)
for name, size in SIZES.items():
    parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=size)
args = parser.parse_args()
folder = Path(tempfile.mkdtemp())


def reviews(name: str, count: int) -> tuple[list[str], np.ndarray]:
    """Texts of the first reviews, and which are positive."""
    with gzip.open(args.data / f"imdb/labelled-{name}.tsv.gz", "rt", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t", 1) for _, line in zip(range(count), file)]
    return [text for _, text in rows], np.array([label == "pos" for label, _ in rows])


def script(name: str, task: str) -> list[str]:
    python = sys.executable if name == "_mlm_ours.py" else args.peer_python
    return [python, str(HERE / name), task, str(folder), str(args.threads)]


def shares(command: list[str]) -> str:
    """The words that a side finds, as it prints them."""
    first, five = map(float, subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split())
    return f"{100 * first:.1f} % of masked words first, {100 * five:.1f} % among five"


def fitted(X: np.ndarray, y: np.ndarray, penalty: float) -> np.ndarray:
    """Weights (D + 1,) of a logistic regression with an L2 penalty on all but the last, the bias."""
    from scipy.optimize import minimize

    rows, signs = np.column_stack([X, np.ones(len(X))]), np.where(y, 1.0, -1.0)

    def loss(w):
        margins = signs * (rows @ w)
        slopes = -signs / (1 + np.exp(np.minimum(margins, 500))) / len(rows)
        keep = np.append(w[:-1], 0)
        return np.logaddexp(0, -margins).mean() + penalty / 2 * keep @ keep, rows.T @ slopes + penalty * keep

    return minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x


def accuracy(X: np.ndarray, y: np.ndarray, count: int) -> str:
    """Of a logistic regression of the first `count` rows on the others; its penalty is chosen on a tenth of those."""
    mean, spread = X[:count].mean(axis=0), X[:count].std(axis=0) + 1e-9
    X, held = (X - mean) / spread, count // 10

    def right(w, part):
        return float((((X[part] @ w[:-1] + w[-1]) > 0) == y[part]).mean())

    train, valid, test = slice(held, count), slice(0, held), slice(count, None)
    penalties = (1e-4, 1e-3, 1e-2, 1e-1)
    best = max(penalties, key=lambda penalty: right(fitted(X[train], y[train], penalty), valid))
    return f"{100 * right(fitted(X[:count], y[:count], best), test):.1f} % of {len(X) - count:,} reviews right"


def skipgram(texts: list[str]) -> np.ndarray:
    """Means of the skip-gram vectors of the training reviews' words."""
    path = folder / "skipgram.safetensors"
    command = [sys.executable, "-m", "embedkit", "train", "skipgram", str(folder / "train.txt"), "-o", str(path), "-q"]
    subprocess.run([*command, "--dim", str(args.dim), "--epochs", "10", "--threads", str(args.threads)], check=True)
    vectors = embedkit.load(path)
    return np.array([vectors.sentence(text) for text in texts])


def quality() -> None:
    command = [sys.executable, "-m", "embedkit", "train", "mlm", str(folder / "train.txt"), "-q", "--no-cache"]
    flags = [word for key, value in options.items() for word in (f"--{key.replace('_', '-')}", str(value))]
    subprocess.run([*command, "-o", str(folder / "model.safetensors"), *flags], check=True)
    subprocess.run(script("_mlm_ours.py", "states"), check=True)
    print(f"ours: {shares(script('_mlm_ours.py', 'words'))}", flush=True)
    print(f"PyTorch: {shares(script('_torch_mlm.py', 'quality'))}", flush=True)
    y = np.concatenate([labels, test_labels])
    sides = {"ours": np.load(folder / "ours.npy"), "PyTorch": np.load(folder / "torch.npy")}
    sides["mean of skip-gram vectors"] = skipgram(texts + test_texts)
    for name, X in sides.items():
        print(f"sentiment, {name}: {accuracy(X.astype(float), y, len(texts))}", flush=True)


texts, labels = reviews("train", args.reviews)
test_texts, test_labels = reviews("test", args.tests)
for name, part in (("train", texts), ("test", test_texts), ("all", texts + test_texts)):
    (folder / f"{name}.txt").write_text("".join(f"{text}\n" for text in part))
options = {name: getattr(args, name) for name in (*SIZES, "lr", "threads")}
(folder / "options.json").write_text(json.dumps(options))
subprocess.run(script("_mlm_ours.py", "write"), check=True)
print(f"{args.reviews:,} reviews, {json.dumps(options)}; {load()}", flush=True)
if args.part == "speed":
    compare_rates("mlm", "tokens/s", script("_mlm_ours.py", "speed"), script("_torch_mlm.py", "speed"), args.pairs)
else:
    quality()
