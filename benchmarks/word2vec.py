"""Skip-gram and CBOW against gensim's corpus_file mode and pWord2Vec: speed, and the quality of the very same vectors.

python benchmarks/word2vec.py speed corpus.txt [--peer-python PYTHON] [--pword2vec PROGRAM] [--evaluation FOLDER]
python benchmarks/word2vec.py quality corpus.txt [--peer-python PYTHON] [--evaluation FOLDER]
python benchmarks/word2vec.py self corpus.txt

`speed`: one epoch at equal settings (d 100, w 5, k 5, t 1e-4), training alone and whole processes, in turn. `quality`:
five epochs, three seeds each, embedkit's defaults beside gensim's at the same rate. `self`: threads, dimensions,
negatives, cost per word, memory, start-up, --deterministic.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _pair import Run, compare, load

HERE = Path(__file__).parent
EMBEDKIT = [sys.executable, "-m", "embedkit"]
DATASETS = (("--pairs", "EN-WS-353-ALL.txt"), ("--pairs", "EN-SIMLEX-999.txt"), ("--questions", "questions-words.txt"))

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("part", choices=("speed", "quality", "self"))
parser.add_argument("corpus")
parser.add_argument("--peer-python", default=sys.executable, help="a Python that has gensim")
parser.add_argument("--pword2vec", help="pWord2Vec's program")
parser.add_argument("--evaluation", type=Path, default=HERE.parent.parent / "shared/data/eval")
parser.add_argument("--models", nargs="+", default=["skipgram", "cbow"])
parser.add_argument("--pairs", type=int, default=3)
parser.add_argument("--seeds", type=int, default=3)
args = parser.parse_args()
folder = Path(tempfile.mkdtemp())


def inside(python: str, script: str, model: str, out: Path, *options: str):
    """A function that trains once and returns the seconds of training alone."""
    command = [python, str(HERE / script), model, args.corpus, str(out), *options]

    def once() -> Run:
        printed = subprocess.run(command, capture_output=True, text=True)
        if printed.returncode:
            sys.exit(printed.stderr)
        return Run(float(printed.stdout), 0, 0)

    return once


def judged(path: Path) -> list[float]:
    """WordSim-353 and SimLex-999 Spearman, accuracy on all analogies of the first 30,000 words."""
    files = [item for flag, name in DATASETS for item in (flag, str(args.evaluation / name))]
    command = [*EMBEDKIT, "evaluate", str(path), *files, "--lowercase", "--json", "-q"]
    rows = [json.loads(line) for line in subprocess.run(command, capture_output=True, check=True).stdout.splitlines()]
    return [row["value"] for row in rows if row["metric"] == "spearman" or row["section"] == "all"]


def shown(numbers: list[float]) -> str:
    return "WS353 {:.3f}, SimLex {:.3f}, analogies {:.3f}".format(*numbers)


def speed() -> None:
    ours, theirs = folder / "ours.bin", folder / "theirs.bin"
    for model in args.models:
        # In corpus_file mode each of gensim's threads lowers the rate by its own share of the text: with two threads
        # and one epoch it ends at half, and its mean is 1.5 times that of a rate that falls to 0.
        theirs_lr, lr = {"skipgram": ("0.025", "0.0375"), "cbow": ("0.05", "0.075")}[model]
        options = ["epochs=1", "threads=2", "sample=1e-4"]
        mine = inside(sys.executable, "_word2vec_ours.py", model, ours, *options, f"lr={lr}")
        options.append(f"lr={theirs_lr}")
        peer = inside(args.peer_python, "_word2vec_gensim.py", model, theirs, *options)
        compare(f"{model}, training alone / gensim corpus_file", mine, peer, args.pairs)
        print(f"  embedkit {shown(judged(ours))}; gensim {shown(judged(theirs))}")
        whole = [*EMBEDKIT, "train", model, args.corpus, "-o", str(ours), "--no-cache", "-q", "--epochs", "1"]
        whole += ["--sample", "1e-4"]
        script = [args.peer_python, str(HERE / "_word2vec_gensim.py"), model, args.corpus, str(theirs), *options]
        compare(
            f"{model}, whole process / gensim corpus_file", [*whole, "--lr", lr, "--threads", "2"], script, args.pairs
        )
        print(f"  embedkit {shown(judged(ours))}; gensim {shown(judged(theirs))}")
    if args.pword2vec:
        settings = "-size 100 -window 5 -negative 5 -sample 1e-4 -threads 2 -iter 1 -alpha 0.025 -min-count 5 -binary 1"
        command = f"{args.pword2vec} -train {args.corpus} {settings} -batch-size 11 -output {theirs}"

        def pword2vec() -> Run:
            printed = subprocess.run(command, shell=True, capture_output=True, text=True)
            text = printed.stdout + printed.stderr
            return Run(float(re.findall(r"Training time: *([\d.]+)", text)[-1]), 0, 0)

        mine = inside(
            sys.executable, "_word2vec_ours.py", "skipgram", ours, "epochs=1", "threads=2", "lr=0.025", "sample=1e-4"
        )
        compare("skipgram, training alone / pWord2Vec", mine, pword2vec, args.pairs)
        print(f"  embedkit {shown(judged(ours))}; pWord2Vec {shown(judged(theirs))}")
        whole = [*EMBEDKIT, "train", "skipgram", args.corpus, "-o", str(ours), "--no-cache", "-q", "--epochs", "1"]
        whole += ["--sample", "1e-4", "--lr", "0.025"]
        compare("skipgram, whole process / pWord2Vec", whole, command, args.pairs)


def quality() -> None:
    for model in args.models:
        rates = {"skipgram": ("0.035", "0.025"), "cbow": ("0.06", "0.05")}[model]
        sides = [("embedkit", sys.executable, "_word2vec_ours.py", lr) for lr in rates]
        for option in ("deterministic=1", "share_negatives=none", "loss=hs"):
            sides.append((f"embedkit {option}", sys.executable, "_word2vec_ours.py", rates[0], option))
        sides.append(("gensim", args.peer_python, "_word2vec_gensim.py", rates[-1]))
        for name, python, script, lr, *options in sides:
            found = []
            for seed in range(1, args.seeds + 1):
                out = folder / "vectors.bin"
                inside(python, script, model, out, "epochs=5", "threads=2", f"lr={lr}", f"seed={seed}", *options)()
                found.append(judged(out))
            columns = list(zip(*found))
            means, spreads = map(statistics.mean, columns), [statistics.stdev(column) for column in columns]
            print(
                f"{model}, {name}, lr {lr}, {args.seeds} seeds: {shown(list(means))}; s.d. {shown(spreads)}", flush=True
            )


def of_itself() -> None:
    out = folder / "ours.bin"

    def train(*options: str):
        return inside(sys.executable, "_word2vec_ours.py", "skipgram", out, "epochs=1", "sample=1e-4", *options)

    compare("skipgram, one thread / two", train("threads=1"), train("threads=2"), args.pairs)
    for option in ("dim=300", "negative=15"):
        compare(f"skipgram, {option} / default", train("threads=2", option), train("threads=2"), args.pairs)
        compare(
            f"skipgram, {option}, one thread / two", train("threads=1", option), train("threads=2", option), args.pairs
        )
    compare(
        "cbow / skipgram",
        inside(sys.executable, "_word2vec_ours.py", "cbow", out, "epochs=1", "sample=1e-4"),
        train(),
        args.pairs,
    )
    for option in ("deterministic=1", "share_negatives=none", "loss=hs"):
        compare(f"skipgram, {option} / default", train(option), train(), args.pairs)
    size, whole = os.path.getsize(args.corpus), args.corpus
    for share in (1 / 23, 1 / 4, 1):
        args.corpus = str(folder / "part.txt")
        subprocess.run(f"head -c {int(size * share)} {whole} > {args.corpus}", shell=True, check=True)
        words = int(subprocess.run(["wc", "-w", args.corpus], capture_output=True, check=True).stdout.split()[0])
        seconds = statistics.median(train()().wall for _ in range(3))
        print(f"{words / 1e6:.1f} M words: {seconds:.3f} s, {seconds / words * 1e9:.0f} ns per word", flush=True)
    args.corpus = whole
    command = [*EMBEDKIT, "train", "skipgram", whole, "-o", str(out), "--epochs", "1", "--log", str(folder / "log")]
    command += ["--sample", "1e-4"]
    print(f"peak anonymous memory, no cache: {anonymous([*command, '--no-cache', '-q']):.0f} MB")
    cache = {**os.environ, "EMBEDKIT_CACHE": str(folder / "cache"), "NUMBA_CACHE_DIR": str(folder / "numba")}
    for what in ("first run ever, compiling", "the next, with the cache of ids"):
        print(f"{what}: {first_word(command, cache):.2f} s to the first word trained")


def anonymous(command: list[str]) -> float:
    """The most memory (MB) that a process holds which is not part of a file."""
    process, most = subprocess.Popen(command), 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            break
        found = re.search(r"RssAnon:\s+(\d+)", status)
        most = max(most, int(found[1]) if found else 0)
        time.sleep(0.005)
    return most / 1024


def first_word(command: list[str], environment: dict) -> float:
    """Seconds from the start of the process to the start of training, which its log says."""
    began = time.time()
    subprocess.run([*command, "-q"], env=environment, check=True)
    events = [json.loads(line) for line in (folder / "log").read_text().splitlines()]
    return next(event["time"] for event in events if event["event"] == "training") - began


print(load())
{"speed": speed, "quality": quality, "self": of_itself}[args.part]()
