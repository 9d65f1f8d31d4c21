"""GloVe against its own program: an iteration, text to vectors, and the quality of the very same vectors.

python benchmarks/glove.py iteration corpus.txt --glove FOLDER [--threads 2]
python benchmarks/glove.py whole corpus.txt --glove FOLDER [--iterations 15] [--evaluation FOLDER]
python benchmarks/glove.py quality corpus.txt --glove FOLDER [--x-max 10 100] [--seeds 3] [--evaluation FOLDER]
python benchmarks/glove.py self corpus.txt

FOLDER has vocab_count, cooccur, shuffle and glove (`make`, -O3). `iteration`: three iterations less one, halved, of
both, from counts, in turn. `whole`: text to a file of vectors, four processes of theirs and one of ours; then the
scores of both. `quality`: theirs once, ours with several seeds. `self`: threads, --max-memory, dimensions, memory.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from _pair import Run, compare, load, run

HERE = Path(__file__).parent
EMBEDKIT = [sys.executable, "-m", "embedkit"]
DATASETS = (("--pairs", "EN-WS-353-ALL.txt"), ("--pairs", "EN-SIMLEX-999.txt"), ("--questions", "questions-words.txt"))

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("part", choices=("iteration", "whole", "quality", "self"))
parser.add_argument("corpus")
parser.add_argument("--glove", type=Path, help="the folder of GloVe's programs")
parser.add_argument("--evaluation", type=Path, default=HERE.parent.parent / "shared/data/eval")
parser.add_argument("--window", default="10")
parser.add_argument("--x-max", nargs="+", default=["10"])
parser.add_argument("--iterations", type=int, default=15)
parser.add_argument("--threads", default="2")
parser.add_argument("--pairs", type=int, default=3)
parser.add_argument("--seeds", type=int, default=3)
args = parser.parse_args()
folder = Path(tempfile.mkdtemp())
words, records, shuffled, counts = (str(folder / name) for name in ("vocab.txt", "cooc", "shuffled", "counts"))
ours, theirs = str(folder / "ours.safetensors"), str(folder / "theirs")


def added(runs: list[Run]) -> Run:
    """One process after another as one."""
    return Run(sum(r.wall for r in runs), sum(r.cpu for r in runs), max(r.peak for r in runs))


def half(three: Run, one: Run) -> Run:
    """One iteration, where both runs start and end alike."""
    return Run((three.wall - one.wall) / 2, (three.cpu - one.cpu) / 2, three.peak)


def prepared() -> Run:
    """Vocabulary, counts and shuffled counts by GloVe's programs."""
    temporary = [folder / "overflow", folder / "parts"]
    return added(
        [
            run(f"{args.glove}/vocab_count -min-count 5 -verbose 0 < {args.corpus} > {words}"),
            run(
                f"{args.glove}/cooccur -memory 4 -vocab-file {words} -verbose 0 -window-size {args.window} "
                f"-overflow-file {temporary[0]} < {args.corpus} > {records}"
            ),
            run(f"{args.glove}/shuffle -memory 4 -verbose 0 -temp-file {temporary[1]} < {records} > {shuffled}"),
        ]
    )


def glove(iterations: int, x_max: str) -> Run:
    """GloVe's program."""
    command = f"{args.glove}/glove -input-file {shuffled} -vocab-file {words} -save-file {theirs} -vector-size 100"
    return run(f"{command} -threads {args.threads} -iter {iterations} -x-max {x_max} -seed 1 -verbose 0")


def embedkit(source: str, epochs: int, *options: str) -> Run:
    """`embedkit train glove`."""
    command = [*EMBEDKIT, "train", "glove", source, "-o", ours, "-q", "--no-cache", "--threads", args.threads]
    return run([*command, "--epochs", str(epochs), *options])


def judged(path: str) -> list[float]:
    """WordSim-353 and SimLex-999 Spearman, accuracy on all analogies of the first 30,000 words."""
    files = [item for flag, name in DATASETS for item in (flag, str(args.evaluation / name))]
    command = [*EMBEDKIT, "evaluate", path, *files, "--lowercase", "--restrict-vocab", "30000", "--json", "-q"]
    rows = [json.loads(line) for line in subprocess.run(command, capture_output=True, check=True).stdout.splitlines()]
    return [row["value"] for row in rows if row["metric"] == "spearman" or row["section"] == "all"]


def shown(numbers: list[float]) -> str:
    return "WS353 {:.3f}, SimLex {:.3f}, questions {:.3f}".format(*numbers)


def counted() -> None:
    """Our counts of the text, in a file."""
    run([*EMBEDKIT, "count", args.corpus, "--window", args.window, "-o", counts, "-q", "--no-cache"])


def iteration() -> None:
    prepared(), counted()
    x_max = args.x_max[0]
    compare(
        f"one iteration, {args.threads} threads / glove",
        lambda: half(embedkit(counts, 3, "--x-max", x_max), embedkit(counts, 1, "--x-max", x_max)),
        lambda: half(glove(3, x_max), glove(1, x_max)),
        args.pairs,
    )


def whole() -> None:
    x_max = args.x_max[0]
    options = ("--x-max", x_max, "--window", args.window)
    compare(
        f"text to vectors, {args.iterations} iterations / vocab_count + cooccur + shuffle + glove",
        lambda: embedkit(args.corpus, args.iterations, *options),
        lambda: added([prepared(), glove(args.iterations, x_max)]),
        args.pairs,
    )
    print(f"  embedkit {shown(judged(ours))}; GloVe {shown(judged(f'{theirs}.txt'))}")


def quality() -> None:
    prepared(), counted()
    for x_max in args.x_max:
        glove(args.iterations, x_max)
        print(f"x_max {x_max}, GloVe: {shown(judged(f'{theirs}.txt'))}", flush=True)
        found = []
        for seed in range(1, args.seeds + 1):
            embedkit(counts, args.iterations, "--x-max", x_max, "--seed", str(seed))
            found.append(judged(ours))
        columns = list(zip(*found))
        means, spreads = ([f(column) for column in columns] for f in (statistics.mean, statistics.stdev))
        print(f"x_max {x_max}, embedkit, {args.seeds} seeds: {shown(means)}; s.d. {shown(spreads)}", flush=True)


def of_itself() -> None:
    counted()
    for name, options in {
        "one thread / as told": ("--threads", "1"),
        "--max-memory 300M / what is free": ("--max-memory", "300M"),
        "dim 300 / 100": ("--dim", "300"),
    }.items():
        compare(
            f"one iteration, {name}",
            lambda options=options: half(embedkit(counts, 3, *options), embedkit(counts, 1, *options)),
            lambda: half(embedkit(counts, 3), embedkit(counts, 1)),
            args.pairs,
        )


print(load())
{"iteration": iteration, "whole": whole, "quality": quality, "self": of_itself}[args.part]()
