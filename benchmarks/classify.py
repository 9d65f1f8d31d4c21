"""Linear classifiers against fastText: time and accuracy, speed of answers, answers from each other's files.

python benchmarks/classify.py imdb --fasttext PROGRAM [--pairs N] [--seeds N]
python benchmarks/classify.py korean --fasttext PROGRAM [--pairs N] [--seeds N]
python benchmarks/classify.py answers --fasttext PROGRAM [--pairs N]
python benchmarks/classify.py files --fasttext PROGRAM
python benchmarks/classify.py quality

DATA has imdb/labelled-*.tsv.gz and korean/nsmc-*.tsv.gz. `imdb`, `korean`: whole processes from text to file, two
threads, five epochs, in turn: embedkit's defaults (log-count ratios, no hidden layer) against fastText's `supervised`
with d 100 and lr .5; the same again with fastText's own model (`--dim 100 --weighting count`). Accuracies are on the
test parts, ours with the standard deviation over seeds. `answers`: labels of 25,000 lines from a pipe, of the
classifiers that these trainings left. `files`: the share of test lines for which both programs give the same label,
each from its own file and from the other's. `quality`: accuracy, macro F1 and calibration error where labels are
uneven, with and without class weights.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from _pair import compare, load

EMBEDKIT = [sys.executable, "-m", "embedkit"]
TRAIN = {"imdb": "imdb/labelled-train.tsv.gz", "korean": "korean/nsmc-train.tsv.gz"}
TEST = {"imdb": "imdb/labelled-test.tsv.gz", "korean": "korean/nsmc-test.tsv.gz"}
# Options of ours, and those of fastText for the same features.
SETTINGS = {
    "imdb": {
        "words": ("--word-ngrams 1", "-wordNgrams 1"),
        "bigrams": ("--word-ngrams 2", "-wordNgrams 2"),
        "trigrams": ("--word-ngrams 3", "-wordNgrams 3"),
    },
    "korean": {
        "words": ("--word-ngrams 1", "-wordNgrams 1"),
        "bigrams": ("--word-ngrams 2", "-wordNgrams 2"),
        "characters 1-4": ("--word-ngrams 1 --minn 1 --maxn 4", "-wordNgrams 1 -minn 1 -maxn 4"),
    },
}
JAMO = "--word-ngrams 2 --minn 2 --maxn 8 --subword-unit jamo --lr .5"
OURS = {"log-count ratios": "", "hidden layer": "--dim 100 --weighting count"}

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("part", choices=("imdb", "korean", "answers", "files", "quality"))
parser.add_argument("--fasttext", help="fastText's program")
parser.add_argument("--data", type=Path, default=Path(__file__).parent.parent.parent / "shared/data")
parser.add_argument("--settings", nargs="+")
parser.add_argument("--pairs", type=int, default=3)
parser.add_argument("--seeds", type=int, default=3)
parser.add_argument("--field", default="wall", choices=("wall", "cpu"))
args = parser.parse_args()
folder = Path(tempfile.mkdtemp())


def unpacked(name: str, part: dict[str, str]) -> tuple[Path, Path]:
    """A file as lines `label⇥text`, and as fastText reads them."""
    data = gzip.decompress((args.data / part[name]).read_bytes()).decode()
    kind = "train" if part is TRAIN else "test"
    ours, theirs = folder / f"{name}-{kind}.tsv", folder / f"{name}-{kind}.txt"
    ours.write_text(data)
    theirs.write_text("".join(f"__label__{line.replace(chr(9), ' ', 1)}\n" for line in data.splitlines()))
    return ours, theirs


def training(texts: Path, out: Path, options: str, *more: str) -> list[str]:
    command = [*EMBEDKIT, "train", "classifier", str(texts), "-o", str(out), "-q", "--threads", "2"]
    return [*command, *options.split(), *more]


def supervised(texts: Path, out: Path, options: str) -> list[str]:
    """fastText's command; it writes out.bin."""
    command = [args.fasttext, "supervised", "-input", str(texts), "-output", str(out), "-dim", "100", "-epoch", "5"]
    return [*command, "-lr", ".5", "-thread", "2", *options.split()]


def scores(model: Path, test: Path) -> dict[str, float]:
    """What `evaluate` prints of all texts."""
    command = [*EMBEDKIT, "evaluate", str(model), "--labelled", str(test), "--json", "-q"]
    rows = map(json.loads, subprocess.run(command, capture_output=True, check=True).stdout.splitlines())
    return {row["metric"]: row["value"] for row in rows if row["section"] is None}


def labels(command: str) -> list[str]:
    """The first column that a command prints."""
    printed = subprocess.run(["bash", "-c", command], capture_output=True, check=True, text=True).stdout
    return [line.split()[0].removeprefix("__label__") for line in printed.splitlines()]


def accuracy(found: list[str], test: Path) -> float:
    wanted = [line.partition("\t")[0] for line in test.read_text().splitlines()]
    return statistics.mean(a == b for a, b in zip(found, wanted, strict=True))


def repeated(title: str, texts: Path, test: Path, options: str) -> None:
    found = []
    for seed in range(1, args.seeds + 1):
        out = folder / "seed.safetensors"
        subprocess.run(training(texts, out, options, "--seed", str(seed)), check=True)
        found.append(scores(out, test)["accuracy"])
    spread = f" s.d. {statistics.stdev(found):.4f}" if len(found) > 1 else ""
    print(f"{title}: accuracy {statistics.mean(found):.4f}{spread} ({len(found)} seeds)", flush=True)


def trainings(name: str) -> None:
    (texts, theirs), (test, their_test) = unpacked(name, TRAIN), unpacked(name, TEST)
    for setting in args.settings or SETTINGS[name]:
        options, peer = SETTINGS[name][setting]
        for kind, more in OURS.items():
            out, peer_out = folder / f"{setting}.safetensors", folder / f"{setting}-peer"
            commands = training(texts, out, f"{options} {more}"), supervised(theirs, peer_out, peer)
            compare(f"{name}, {setting}, {kind}", *commands, args.pairs, args.field)
            repeated(f"{name}, {setting}, {kind}", texts, test, f"{options} {more}")
        predict = shlex.join([args.fasttext, "predict", f"{peer_out}.bin", str(their_test)])
        print(f"{name}, {setting}: fastText's accuracy {accuracy(labels(predict), test):.4f}", flush=True)
    if name == "korean":
        repeated("korean, jamo 2-8 and bigrams", texts, test, JAMO)


def answers() -> None:
    for name, setting in (("imdb", "words"), ("imdb", "bigrams"), ("korean", "bigrams")):
        texts, theirs = unpacked(name, TRAIN)
        options, peer = SETTINGS[name][setting]
        out, peer_out = folder / "m.safetensors", folder / "m-peer"
        subprocess.run(training(texts, out, options), check=True)
        subprocess.run(supervised(theirs, peer_out, peer), check=True, capture_output=True)
        lines = folder / "lines.txt"
        whole = [line.partition("\t")[2] for line in texts.read_text().splitlines()[:25_000]]
        lines.write_text("".join(f"{line}\n" for line in whole))
        asked = f"{shlex.join([*EMBEDKIT, 'classify', str(out)])} < <(cat {lines})"
        predicted = f"{shlex.join([args.fasttext, 'predict-prob', f'{peer_out}.bin', '-'])} < <(cat {lines})"
        compare(f"answers, {name}, {setting}, 25,000 lines from a pipe", asked, predicted, args.pairs, args.field)


def files() -> None:
    (texts, theirs), (test, their_test) = unpacked("imdb", TRAIN), unpacked("imdb", TEST)
    lines = folder / "lines.txt"
    lines.write_text("".join(f"{line.partition(chr(9))[2]}\n" for line in test.read_text().splitlines()))
    subprocess.run(training(texts, folder / "ours.bin", "--weighting count"), check=True)
    subprocess.run(supervised(theirs, folder / "theirs", "-wordNgrams 2"), check=True, capture_output=True)
    for name in ("ours.bin", "theirs.bin"):
        mine = labels(shlex.join([*EMBEDKIT, "classify", str(folder / name), str(lines), "-q"]))
        peer = labels(shlex.join([args.fasttext, "predict", str(folder / name), str(their_test)]))
        print(f"{name}: the same label for {statistics.mean(a == b for a, b in zip(mine, peer, strict=True)):.6f}")


def quality() -> None:
    texts, _ = unpacked("imdb", TRAIN)
    test, _ = unpacked("imdb", TEST)
    lines = texts.read_text().splitlines(keepends=True)
    kept = [line for n, line in enumerate(lines) if line.startswith("pos") or n % 10 == 0]
    (folder / "uneven.tsv").write_text("".join(kept))
    for more in ("", "--class-weights balanced", "--sampler weighted"):
        out = folder / "m.safetensors"
        subprocess.run(training(folder / "uneven.tsv", out, more), check=True)
        print(f"imdb, a tenth of neg, {more or 'plain'}: {scores(out, test)}", flush=True)


print(load())
if args.part in TRAIN:
    trainings(args.part)
else:
    {"answers": answers, "files": files, "quality": quality}[args.part]()
