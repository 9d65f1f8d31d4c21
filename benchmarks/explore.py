"""WordNet and retrofitting: similarities of word pairs beside NLTK's, whole processes; scores before and after.

python benchmarks/explore.py PAIRS… --wordnet DIR [--peer-python PYTHON] [--vectors FILE] [--pairs N]

PAIRS are files `word word score` (RG-65, WordSim-353, SimLex-999), DIR has the database files of WordNet and NLTK's
`lexnames`. Prints the largest difference of the path and Wu–Palmer similarities, and the ratio of the times; with
--vectors, Spearman's ρ of these before and after `postprocess --steps unit,retrofit:wordnet:DIR`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from _pair import compare, load

NLTK = """
import sys
import nltk
from nltk.corpus.reader import WordNetCorpusReader
folder, measure = sys.argv[1:]
nltk.data.path.append(folder)
class Reader(WordNetCorpusReader):
    def map_wn(self, version="wordnet"):
        pass
wordnet = Reader(folder, None)
for line in sys.stdin:
    a, b = line.split()
    scores = [getattr(one, measure + "_similarity")(other) for pos in "nv"
              for one in wordnet.synsets(a, pos) for other in wordnet.synsets(b, pos)]
    scores = [score for score in scores if score is not None]
    if scores:
        print(a, b, max(scores), sep="\\t")
"""

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("files", nargs="+", metavar="PAIRS")
parser.add_argument("--wordnet", required=True, metavar="DIR")
parser.add_argument("--peer-python", default=sys.executable, help="a Python that has NLTK")
parser.add_argument("--vectors", metavar="FILE")
parser.add_argument("--pairs", type=int, default=5)
args = parser.parse_args()
embedkit = [sys.executable, "-m", "embedkit"]


def scores(command: str) -> dict[tuple[str, str], float]:
    """What a line of bash prints, by words; pairs without a score, which end ours with 3, are not there."""
    printed = subprocess.run(
        ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ).stdout
    return {tuple(row[:2]): float(row[2]) for row in (line.split("\t") for line in printed.splitlines())}


with tempfile.TemporaryDirectory() as folder:
    path, script = os.path.join(folder, "pairs"), os.path.join(folder, "nltk_pairs.py")
    with open(path, "w") as out:
        for line in (line for file in args.files for line in Path(file).read_text("utf-8").splitlines()):
            words = line.split()
            out.write(f"{words[0]} {words[1]}\n" if len(words) > 2 and not line.startswith("#") else "")
    with open(script, "w") as out:
        out.write(NLTK)
    for measure in ("path", "wup"):
        ours = f"{' '.join(embedkit)} pairs wordnet:{measure}:{args.wordnet} -q < {path} || [ $? = 3 ]"
        peer = f"{args.peer_python} {script} {args.wordnet} {measure} < {path}"
        mine, theirs = scores(ours), scores(peer)
        apart = max(abs(mine[pair] - score) for pair, score in theirs.items())
        print(f"{load()}; {measure}: {len(theirs)} pairs, {len(mine)} here, largest difference {apart:.1e}")
        compare(f"{measure} / NLTK", ["bash", "-c", ours], ["bash", "-c", peer], args.pairs)
    if args.vectors:
        made = os.path.join(folder, "retrofitted.safetensors")
        steps = f"unit,retrofit:wordnet:{args.wordnet}"
        subprocess.run([*embedkit, "postprocess", args.vectors, "-o", made, "--steps", steps], check=True)
        asked = [word for file in args.files for word in ("--pairs", file)]
        subprocess.run([*embedkit, "evaluate", args.vectors, made, "--lowercase", *asked], check=True)
