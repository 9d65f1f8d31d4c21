"""Skip-gram and CBOW with n-grams against fastText: time, memory, and the quality of the vectors, English and Korean.

python benchmarks/subwords.py speed corpus.txt --fasttext PROGRAM [--pairs N]
python benchmarks/subwords.py quality corpus.txt [--fasttext PROGRAM --threads 2 12] [--seeds N] [--evaluation FOLDER]
python benchmarks/subwords.py korean nsmc.txt [--fasttext PROGRAM --threads 2 12] [--seeds N] [--evaluation-ko FOLDER]

`speed`: whole processes, one epoch at equal settings (d 100, w 5, k 5, t 1e-4, lr .05, 3-6-grams, 2 M buckets, two
threads), in turn. `quality`, `korean`: five epochs, embedkit's defaults beside fastText's, means and standard
deviations over seeds; known: of words of the vocabulary alone. Below ten threads fastText leaves most of its input
matrix at zero (its issue 1061), hence both --threads. Its lock-free threads make a seed another run, and it has no flag
for one. `--rare-words` is EN-RW-STANFORD.txt of mfaruqui/eval-word-vectors. Korean words are runs of \\w; candidates of
a question are the words seen five times and those of the questions.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from _pair import compare, load, run

SHARED = Path(__file__).parent.parent.parent / "shared/data"
EMBEDKIT = [sys.executable, "-m", "embedkit"]
EQUAL = ["--sample", "1e-4", "--lr", ".05", "--threads", "2", "--no-cache", "-q"]
KOREAN = {
    "char 1-4": ["--minn", "1", "--maxn", "4"],
    "jamo 2-6": ["--minn", "2", "--maxn", "6", "--subword-unit", "jamo"],
    "jamo 3-5": ["--minn", "3", "--maxn", "5", "--subword-unit", "jamo"],
}

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("part", choices=("speed", "quality", "korean"))
parser.add_argument("corpus")
parser.add_argument("--fasttext", help="fastText's program")
parser.add_argument("--threads", type=int, nargs="+", default=[2, 12], help="of fastText, where quality is measured")
parser.add_argument("--models", nargs="+", default=["skipgram", "cbow"])
parser.add_argument("--evaluation", type=Path, default=SHARED / "eval")
parser.add_argument("--evaluation-ko", type=Path, default=SHARED / "eval-ko")
parser.add_argument("--rare-words", help="EN-RW-STANFORD.txt")
parser.add_argument("--pairs", type=int, default=3)
parser.add_argument("--seeds", type=int, default=3)
args = parser.parse_args()
folder = Path(tempfile.mkdtemp())


def ours(model: str, out: Path, *options: str) -> list[str]:
    return [*EMBEDKIT, "train", model, args.corpus, "-o", str(out), *options]


def theirs(model: str, out: Path, lengths: tuple[int, int], epochs: int, threads: int) -> list[str]:
    """fastText's command; it writes out.bin and out.vec."""
    minn, maxn = map(str, lengths)
    command = [args.fasttext, model, "-input", args.corpus, "-output", str(out), "-minn", minn, "-maxn", maxn]
    return [*command, "-dim", "100", "-epoch", str(epochs), "-thread", str(threads)]


def scores(path: Path, *options: str) -> dict[str, float]:
    """Correlations and accuracies that `evaluate` prints, by data set, section and metric."""
    command = [*EMBEDKIT, "evaluate", str(path), *options, "--json", "-q"]
    rows = [json.loads(line) for line in subprocess.run(command, capture_output=True, check=True).stdout.splitlines()]
    wanted = {"spearman", "spearman-known", "accuracy", "accuracy-known"}
    return {
        " ".join(filter(None, (row["dataset"], row["section"], row["metric"]))): row["value"]
        for row in rows
        if row["value"] is not None
        and row["metric"] in wanted
        and row["section"] in (None, "semantic", "syntactic", "all")
    }


def repeated(title: str, command, path: Path, *options: str) -> None:
    """Train `command(seed)` with every seed: means and standard deviations of the scores of `path`."""
    found, runs = [], []
    for seed in range(1, args.seeds + 1):
        runs.append(run(command(seed)))
        found.append(scores(path, *options))
    seconds = statistics.median(each.wall for each in runs)
    print(f"{title}: {seconds:.1f} s, peak {max(each.peak for each in runs):.0f} MB, {args.seeds} seeds", flush=True)
    for name in found[0]:
        values = [each[name] for each in found]
        spread = f", s.d. {statistics.stdev(values):.3f}" if len(values) > 1 else ""
        print(f"  {name} {statistics.mean(values):.3f}{spread}", flush=True)


def speed() -> None:
    for model in args.models:
        out = folder / model
        mine = ours(model, out, "--minn", "3", "--maxn", "6", "--epochs", "1", *EQUAL)
        peer = theirs(model, out, (3, 6), 1, 2)
        compare(f"{model}, one epoch, whole process / fastText", mine, peer, args.pairs)


def quality() -> None:
    sets = ["EN-WS-353-ALL.txt", "EN-SIMLEX-999.txt"]
    options = [word for name in sets for word in ("--pairs", str(args.evaluation / name))]
    options += ["--pairs", args.rare_words] if args.rare_words else []
    options += ["--questions", str(args.evaluation / "questions-words.txt"), "--lowercase"]
    for model in args.models:
        out = folder / "ours.safetensors"
        trained = [*ours(model, out, "--minn", "3", "--maxn", "6", "--threads", "2", "-q"), "--seed"]
        repeated(f"{model}, embedkit", lambda seed, trained=trained: [*trained, str(seed)], out, *options)
        for threads in args.threads if args.fasttext else ():
            peer = theirs(model, folder / "theirs", (3, 6), 5, threads)
            repeated(
                f"{model}, fastText, {threads} threads", lambda _, peer=peer: peer, folder / "theirs.bin", *options
            )


def korean() -> None:
    lines = Path(args.corpus).read_text("utf-8").splitlines()
    args.corpus = str(folder / "korean.txt")
    Path(args.corpus).write_text("".join(" ".join(re.findall(r"\w+", line)) + "\n" for line in lines), "utf-8")
    with open(args.evaluation_ko / "WS353_korean.csv", encoding="utf-8-sig") as file:
        pairs = list(csv.reader(file))[1:]
    (folder / "ws353-ko.tsv").write_text("".join("\t".join(pair) + "\n" for pair in pairs), "utf-8")
    options = ["--pairs", str(folder / "ws353-ko.tsv"), "--restrict-vocab", "0"]
    options += ["--questions", str(args.evaluation_ko / "word_analogy_korean.txt")]
    for name, ngrams in KOREAN.items():
        out = folder / "ours.safetensors"
        trained = [*ours("skipgram", out, *ngrams, "--threads", "2", "-q"), "--seed"]
        repeated(f"{name}, embedkit", lambda seed, trained=trained: [*trained, str(seed)], out, *options)
    for threads in args.threads if args.fasttext else ():
        peer = theirs("skipgram", folder / "theirs", (1, 4), 5, threads)
        repeated(f"char 1-4, fastText, {threads} threads", lambda _, peer=peer: peer, folder / "theirs.bin", *options)


print(load())
{"speed": speed, "quality": quality, "korean": korean}[args.part]()
