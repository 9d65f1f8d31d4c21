"""Kneser-Ney 5-grams against KenLM: whole processes, from a text to an ARPA file or to a file of its own.

python benchmarks/kneser_ney.py train.txt test.txt --kenlm FOLDER [--order N] [--pairs N] [--only PART]

FOLDER holds `lmplz`, `build_binary` and `query`. `lmplz` refuses a text with a literal <unk>, so both read one in
which it is called @unk@. Both learn and write ARPA (the part `arpa`); both learn and write a model of their own, KenLM
by way of ARPA (`model`); both ask that model for the perplexity of the test text, which is printed: once with the text
read anew, as KenLM does, and once with ours in the cache of encoded texts (`perplexity`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from _pair import compare, load

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("train")
parser.add_argument("test")
parser.add_argument("--kenlm", type=Path, required=True, help="the folder with lmplz, build_binary and query")
parser.add_argument("--order", type=int, default=5)
parser.add_argument("--pairs", type=int, default=5)
parser.add_argument("--only", choices=("arpa", "model", "perplexity"), help="one part of it")
args = parser.parse_args()

folder = Path(tempfile.mkdtemp())
train, test, ours, theirs = (folder / name for name in ("train.txt", "test.txt", "kn.safetensors", "kenlm.bin"))
for source, copy in ((args.train, train), (args.test, test)):
    copy.write_bytes(Path(source).read_bytes().replace(b"<unk>", b"@unk@"))
embedkit = [sys.executable, "-m", "embedkit"]
learn = [*embedkit, "train", "kn", str(train), "--order", str(args.order), "-q", "--no-cache", "-o"]
lmplz = f"{args.kenlm}/lmplz -o {args.order} -S 1G -T {folder} --text {train}"
to_binary = [
    "bash",
    "-c",
    f"{lmplz} --arpa {folder}/kenlm.arpa && {args.kenlm}/build_binary {folder}/kenlm.arpa {theirs}",
]

print(load())
if args.only in (None, "arpa"):
    compare("to ARPA", [*learn, str(folder / "kn.arpa")], f"{lmplz} --arpa {folder}/kenlm.arpa", args.pairs)
if args.only in (None, "model"):
    compare("to a model", [*learn, str(ours)], to_binary, args.pairs)
if args.only in (None, "perplexity"):
    for command, made in (([*learn, str(ours)], ours), (to_binary, theirs)):
        if not made.exists():
            subprocess.run(command, capture_output=True, check=True)
    ask = [*embedkit, "perplexity", str(ours), str(test), "--json"]
    query = f"{args.kenlm}/query -v summary {theirs} < {test}"
    compare("perplexity", [*ask, "--no-cache"], query, args.pairs)
    compare("perplexity, text in the cache", ask, query, args.pairs)
    mine = json.loads(subprocess.run(ask, capture_output=True, check=True).stdout)["perplexity"]
    said = subprocess.run(query, shell=True, capture_output=True, check=True, text=True).stdout
    print(f"perplexity {mine}; KenLM: {said.splitlines()[0]}")
