"""Going on with new text: `train skipgram --update` against gensim's build_vocab(update=True) and train.

python benchmarks/update.py speed corpus.txt [--peer-python PYTHON] [--field cpu]
python benchmarks/update.py quality corpus.txt [--peer-python PYTHON] [--seeds 3]

The last tenth of the lines is new. `speed`: whole processes, from the saved vectors of the other nine tenths to those
of both, five epochs of the new text, two threads. `quality`: WordSim-353 and SimLex-999 on the pairs that the old
vocabulary has, of vectors of the old text, of all text, and of updates: with nothing else, with as much old text as new
(--replay), with the old vectors frozen, and without context vectors; and what words keep (`embedkit diff`).
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from _pair import compare, load

HERE = Path(__file__).parent
EMBEDKIT = [sys.executable, "-m", "embedkit"]
NEW = 10  # the new text is one of so many parts
DATASETS = ("EN-WS-353-ALL.txt", "EN-SIMLEX-999.txt")

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("part", choices=("speed", "quality"))
parser.add_argument("corpus", type=Path)
parser.add_argument("--peer-python", help="a Python that has gensim")
parser.add_argument("--evaluation", type=Path, default=HERE.parent.parent / "shared/data/eval")
parser.add_argument("--models", nargs="+", default=["skipgram"])
parser.add_argument("--pairs", type=int, default=3)
parser.add_argument("--seeds", type=int, default=1)
parser.add_argument("--threads", default="2")
parser.add_argument("--field", default="wall", choices=("wall", "cpu"))
args = parser.parse_args()
folder = Path(tempfile.mkdtemp())


def cut() -> None:
    """Write the old text, the new one, and as much of the old as there is of the new."""
    lines = args.corpus.read_bytes().splitlines(keepends=True)
    at = len(lines) - len(lines) // NEW
    step = max(1, at // (len(lines) - at))
    for name, part in {"old": lines[:at], "new": lines[at:], "replay": lines[:at:step]}.items():
        (folder / name).write_bytes(b"".join(part))


def train(model: str, text: str | Path, out: Path, *options: str) -> list[str]:
    """The command that trains on a text."""
    return [*EMBEDKIT, "train", model, str(text), "-o", str(out), "--threads", args.threads, "-q", *options]


def speed(model: str) -> None:
    old, out, peer = folder / "old.safetensors", folder / "out.bin", folder / "peer"
    subprocess.run(train(model, folder / "old", old, "--save-contexts"), check=True)
    gensim = [args.peer_python or sys.executable, str(HERE / "_update_gensim.py")]
    subprocess.run([*gensim, "train", model, folder / "old", peer], check=True)
    ours = train(model, folder / "new", out, "--update", str(old), "--no-cache")
    theirs = [*gensim, "update", model, str(folder / "new"), str(peer), str(folder / "peer.bin"), "5"]
    compare(f"{model} --update, a tenth of the text is new / gensim", ours, theirs, args.pairs, args.field)
    known = judge(old)
    print(f"  embedkit {told(known(out))}; gensim {told(known(folder / 'peer.bin'))}")


def quality(model: str) -> None:
    rows: dict[str, list] = {}
    for seed in range(1, args.seeds + 1):
        old, plain, every = (folder / f"{name}{seed}.safetensors" for name in ("old", "plain", "all"))
        seeded = ("--seed", str(seed))
        subprocess.run(train(model, folder / "old", old, "--save-contexts", *seeded), check=True)
        subprocess.run(train(model, args.corpus, every, *seeded), check=True)
        subprocess.run([*EMBEDKIT, "convert", old, f"{plain}.bin", "-q"], check=True)
        update = ("--update", str(old), *seeded)
        ways = {
            "--update": update,
            "--update --lr 0.117": (*update, "--lr", "0.117"),
            "--update --replay": (*update, "--replay", str(folder / "replay")),
            "--update --freeze": (*update, "--freeze"),
            "--update, no context vectors": ("--update", f"{plain}.bin", *seeded),
        }
        known = judge(old)
        results = {"old text": old, "all text": every}
        for number, (name, options) in enumerate(ways.items()):
            results[name] = folder / f"{number}.safetensors"
            subprocess.run(train(model, folder / "new", results[name], *options), check=True)
        for name, path in results.items():
            rows.setdefault(name, []).append((*known(path), *kept(old, path)))
    print("| vectors | WordSim-353 | SimLex-999 | cosine with old | neighbours kept |\n|" + " --- |" * 5)
    for name, numbers in rows.items():
        means = (f"{statistics.mean(column):.3f}" for column in zip(*numbers))
        print(f"| {name} | {' | '.join(means)} |")


def judge(old: Path):
    """A function that gives the Spearman correlations of vectors, on pairs whose words `old` has."""
    import embedkit

    vocab, paths = embedkit.load(old), []
    for name in DATASETS:
        lines = (args.evaluation / name).read_text().splitlines()
        pairs = [line for line in lines if all(word.lower() in vocab for word in line.split("\t")[:2])]
        paths.append(folder / name)
        paths[-1].write_text("".join(f"{line}\n" for line in pairs))

    def scores(path: Path) -> list[float]:
        rows = embedkit.evaluate(path, pairs=paths, lowercase=True)
        return [row["value"] for row in rows if row["metric"] == "spearman"]

    return scores


def kept(old: Path, path: Path) -> list[float]:
    """Mean cosine of words with what became of them, after rotation, and mean overlap of ten neighbours."""
    printed = subprocess.run([*EMBEDKIT, "diff", old, path, "--json", "-q"], capture_output=True, check=True).stdout
    values = {row["measure"]: row["value"] for row in map(json.loads, printed.splitlines())}
    return [values["cosine"], values["overlap"]]


def told(scores: list[float]) -> str:
    return "WS353 {:.3f}, SimLex {:.3f} of old words".format(*scores)


print(load())
cut()
for model in args.models:
    {"speed": speed, "quality": quality}[args.part](model)
