"""Choice of --sample: vectors of skip-gram and CBOW with several thresholds beside gensim's, all else by default.

python benchmarks/subsampling.py train corpus.txt [--shares 0.1 2] [--samples 1e-3] [--peer-python PYTHON] >> RUNS
python benchmarks/subsampling.py table RUNS...

`train` prints a JSON line per run: of each share of the corpus (its first lines; above 1 they come again), model, side
and seed. Without --samples it is embedkit's default alone; --peer-python adds gensim with its defaults: sample 1e-3, lr
.025 down to .0001. One thread each, in which gensim's corpus_file mode lowers the rate as its other mode does. `table`
sets means beside gensim's: a cell below it by more than the pooled standard deviation of the two is marked `*`, where
both have two seeds or more.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
DATASETS = (("--pairs", "EN-WS-353-ALL.txt"), ("--pairs", "EN-SIMLEX-999.txt"), ("--questions", "questions-words.txt"))
HEADS = ("tokens", "model", "side", "seeds", "WordSim-353", "SimLex-999", "analogies")

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("part", choices=("train", "table"))
parser.add_argument("files", nargs="+", type=Path)
parser.add_argument("--peer-python", help="a Python that has gensim")
parser.add_argument("--evaluation", type=Path, default=HERE.parent.parent / "shared/data/eval")
parser.add_argument("--models", nargs="+", default=["skipgram", "cbow"])
parser.add_argument("--shares", nargs="+", type=float, default=[1])
parser.add_argument("--samples", nargs="*", default=[])
parser.add_argument("--lr", help="the learning rate of embedkit, instead of its default")
parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
args = parser.parse_args()


def train() -> None:
    """Every run that is asked for, smallest texts first."""
    rates, told = ([f"lr={args.lr}"], f" lr {args.lr}") if args.lr else ([], "")
    sides = [(f"embedkit {t}{told}", sys.executable, "ours", [f"sample={t}", *rates]) for t in args.samples]
    if args.peer_python:
        sides.append(("gensim", args.peer_python, "gensim", ["sample=1e-3", "lr=0.025", "min_lr=0.0001"]))
    elif not args.samples:
        sides.append(("embedkit", sys.executable, "ours", []))
    with tempfile.TemporaryDirectory() as folder:
        part, out = Path(folder) / "part.txt", Path(folder) / "vectors.bin"
        for corpus in args.files:
            for share in sorted(args.shares):
                tokens = write_share(corpus, share, part)
                for model in args.models:
                    for name, python, script, options in sides:
                        for seed in args.seeds:
                            command = [python, HERE / f"_word2vec_{script}.py", model, part, out]
                            command += [*options, "epochs=5", "threads=1", f"seed={seed}"]
                            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
                            run = {"tokens": tokens, "model": model, "side": name, "seed": seed, "scores": judged(out)}
                            print(json.dumps(run), flush=True)


def write_share(corpus: Path, share: float, part: Path) -> int:
    """Write the first lines of `corpus`, as many as `share` says; returns their tokens."""
    lines = corpus.read_bytes().splitlines(keepends=True)
    wanted, tokens = round(share * len(lines)), 0
    with part.open("wb") as file:
        for at in range(wanted):
            line = lines[at % len(lines)]
            tokens += len(line.split())
            file.write(line)
    return tokens


def judged(path: Path) -> list[float]:
    """WordSim-353 and SimLex-999 Spearman, accuracy on all analogies of the first 30,000 words."""
    files = [item for flag, name in DATASETS for item in (flag, str(args.evaluation / name))]
    command = [sys.executable, "-m", "embedkit", "evaluate", str(path), *files, "--lowercase", "--json", "-q"]
    rows = [json.loads(line) for line in subprocess.run(command, capture_output=True, check=True).stdout.splitlines()]
    return [row["value"] for row in rows if row["metric"] == "spearman" or row["section"] == "all"]


def table() -> None:
    """Means and standard deviations of every cell, as Markdown."""
    cells: dict[tuple, dict] = defaultdict(lambda: defaultdict(dict))
    for path in args.files:
        for line in path.read_text().splitlines():
            run = json.loads(line)
            cells[run["tokens"], run["model"]][run["side"]][run["seed"]] = run["scores"]
    print("| " + " | ".join(HEADS) + " |\n|" + " --- |" * len(HEADS))
    for (tokens, model), sides in sorted(cells.items(), key=lambda item: (item[0][1] == "cbow", item[0][0])):
        columns = {side: list(zip(*runs.values())) for side, runs in sides.items()}
        for side in sorted(columns, reverse=True):
            shown = [f"{tokens / 1e6:.1f} M", model, side, str(len(sides[side]))]
            shown += [cell(mine, peer) for mine, peer in zip(columns[side], columns.get("gensim", [None] * 3))]
            print("| " + " | ".join(shown) + " |")


def cell(mine: tuple, peer: tuple | None) -> str:
    """Mean and standard deviation, with a mark where it is below `peer`'s by more than the pooled deviation."""
    mean = statistics.mean(mine)
    told, is_below = f"{mean:.3f}", False
    if len(mine) > 1:
        told += f" ± {statistics.stdev(mine):.3f}"
    if peer and len(mine) > 1 and len(peer) > 1:
        pooled = ((statistics.variance(mine) + statistics.variance(peer)) / 2) ** 0.5
        is_below = statistics.mean(peer) - mean > pooled
    return f"{told}{'*' if is_below else ''}".replace("0.", ".")


{"train": train, "table": table}[args.part]()
