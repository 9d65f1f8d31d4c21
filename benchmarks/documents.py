"""Vectors of documents: LSA against scikit-learn and gensim, PV-DBOW and PV-DM against gensim.

python benchmarks/documents.py lsa REVIEWS.txt --peer-python PYTHON
python benchmarks/documents.py doc2vec REVIEWS.txt --labelled TRAIN.tsv TEST.tsv --peer-python PYTHON
python benchmarks/documents.py doc2vec … --algorithm dm [--window 10] [--lr .05] [--pairs 0]

REVIEWS.txt has a review a line; TRAIN.tsv and TEST.tsv `label⇥review`. lsa: whole processes from text, then the SVD
alone on the same 30,000 weighted words, with the error of the singular values against ARPACK. doc2vec: 100
dimensions, on REVIEWS.txt and the labelled training reviews, whole processes; then the accuracy of logistic regression
on the vectors of the training reviews, tested on those inferred for the test reviews; of ours also on vectors inferred
for the training reviews. --pairs 0 leaves out the timing. The peer Python needs gensim and
scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from _pair import compare, load, run

from embedkit.config import DocumentText
from embedkit.count.documents import count
from embedkit.count.term_weighting import global_weights, weighted
from embedkit.count.truncated_svd import truncated_svd
from embedkit.library.documents import load_documents
from embedkit.runtime.resources import Resources
from embedkit.text import documents

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("part", choices=("lsa", "doc2vec"))
parser.add_argument("reviews")
parser.add_argument("--labelled", nargs=2, metavar=("TRAIN.tsv", "TEST.tsv"))
parser.add_argument("--peer-python", default=sys.executable)
parser.add_argument("--epochs", default="10")
parser.add_argument("--algorithm", choices=("dbow", "dm"), default="dbow")
parser.add_argument("--window", default="5", help="of dm")
parser.add_argument("--lr", default="0.025")
parser.add_argument("--threads", default=str(os.cpu_count()))
parser.add_argument("--pairs", type=int, default=3)
args = parser.parse_args()

folder = Path(tempfile.mkdtemp())
peer = [args.peer_python, str(Path(__file__).parent / "_documents_peer.py")]
embedkit = [sys.executable, "-m", "embedkit", "train", args.part]
common = ["--no-cache", "-q", "--threads", args.threads]


def ask(*words) -> str:
    return subprocess.run([*peer, *map(str, words)], capture_output=True, text=True, check=True).stdout


def lsa() -> None:
    ours = [*embedkit, args.reviews, *common, "--max-vocab", "30000", "--min-count", "1", "-o", str(folder / "lsa")]
    for tool in ("sklearn", "gensim"):
        theirs = [*peer, f"lsa-{tool}", args.reviews, str(folder / tool)]
        compare(f"train lsa from text / {tool}", ours, theirs, args.pairs)

    counts = count(documents.load([args.reviews], DocumentText(min_count=1, max_vocab=30000), Resources(cache=False)))
    matrix = weighted(counts.matrix, global_weights(counts.matrix, "tf-idf"), "tf-idf")
    np.savez(folder / "matrix.npz", shape=matrix.shape, **matrix.tensors())
    print(f"{matrix.shape[0]} documents, {matrix.shape[1]} words, {matrix.nnz} entries")
    exact = np.array(json.loads(ask("lsa-svd", folder / "matrix.npz", "svds"))[2])

    def errors(values) -> str:
        off = np.abs(1 - np.asarray(values) / exact[: len(values)])
        return f"first half {off[:100].max():.1e}, second {off[100:].max():.1e}"

    truncated_svd(matrix, 200, threads=int(args.threads))
    for tool, iterations in (("sklearn", "5"), ("sklearn", "30"), ("gensim", "")):
        ratios = []
        for _ in range(args.pairs):
            begin, cpu = time.perf_counter(), time.process_time()
            values = truncated_svd(matrix, 200, threads=int(args.threads))[1]
            mine, mine_cpu = time.perf_counter() - begin, time.process_time() - cpu
            theirs, their_cpu, others = json.loads(ask("lsa-svd", folder / "matrix.npz", tool, iterations))
            ratios.append(mine / theirs)
        print(
            f"svd / {tool} {iterations}: {mine:.2f} s (processor {mine_cpu:.2f}) against "
            f"{theirs:.2f} ({their_cpu:.2f}), ratio {statistics.median(ratios):.3f} ({min(ratios):.3f}-"
            f"{max(ratios):.3f}); error against ARPACK: {errors(values)}; {errors(others)}",
            flush=True,
        )


def doc2vec() -> None:
    train, test = args.labelled
    text, asked = folder / "text", folder / "test"
    reviews = [line.partition("\t")[2] for line in Path(train).read_text("utf-8").splitlines()]
    text.write_text(Path(args.reviews).read_text("utf-8") + "".join(f"{review}\n" for review in reviews), "utf-8")
    questions = [line.partition("\t")[2] for line in Path(test).read_text("utf-8").splitlines()]
    asked.write_text("".join(f"{question}\n" for question in questions), "utf-8")
    model = {"--epochs": args.epochs, "--algorithm": args.algorithm, "--window": args.window, "--lr": args.lr}
    options = ["--min-count", "2", *(word for pair in model.items() for word in pair), "-o", str(folder / "ours")]
    ours = [*embedkit, str(text), *common, *options]
    theirs = [*peer, "doc2vec", str(text), str(folder / "theirs.npy"), args.threads, *model.values()]
    if args.pairs:
        compare(f"train doc2vec from text, {args.algorithm} / gensim", ours, [*theirs, "-"], args.pairs)
    run(ours)
    run([*theirs, str(asked)])
    source = load_documents(folder / "ours")
    np.save(folder / "ours.npy", source.matrix)
    begin = time.perf_counter()
    np.save(folder / "ours.npy.test.npy", source.infer(questions))
    print(f"inference: {len(questions) / (time.perf_counter() - begin):,.0f} documents/s")
    np.save(folder / "inferred.npy", source.infer(reviews))
    for name, side in {"ours": "ours", "inferred": "ours", "theirs": "theirs"}.items():
        accuracy = float(ask("classify", folder / f"{name}.npy", train, folder / f"{side}.npy.test.npy", test))
        print(f"{name}: accuracy {accuracy:.4f}", flush=True)


print(load())
{"lsa": lsa, "doc2vec": doc2vec}[args.part]()
