"""SHA-256 of every tensor of every model: the proof that a change of structure changes no number.

    python benchmarks/tensor_hashes.py --save before.json       # in the checkout before the change
    python benchmarks/tensor_hashes.py --compare before.json    # in the one after it

Runs are those of `RUNS`, each in a process of its own, with fixed seeds, on one thread or with `--deterministic`, on
the first lines of the bundled sample. What `perplexity`, `score`, `similar` and others print is hashed too.
The hashes hold for one machine: kernels and BLAS differ from processor to processor.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINES, HELD_OUT = 3000, 300
ONE = "--threads 1"
WORD2VEC = f"text.txt --dim 30 --epochs 2 --sample 1e-3 {ONE}"
LM = f"text.txt --epochs 2 --batch-size 10 --embed 20 --hidden 24 {ONE}"
DEEP = f"text.txt --epochs 2 --batch-size 10 --embed 20 --hidden 24 --layers 2 {ONE}"

RUNS = {
    "ppmi": "train ppmi text.txt --threads 2",
    "ppmi-options": "train ppmi text.txt --window 3 --weighting flat --shift 2 --cds 1",
    "count": "count text.txt --window 4 --threads 2",
    "svd": "train svd text.txt --dim 40 --threads 2",
    "svd-from-counts": "train svd count.safetensors --dim 20 --eig 0",
    "skipgram": f"train skipgram {WORD2VEC}",
    "skipgram-hs": f"train skipgram {WORD2VEC} --loss hs",
    "skipgram-softmax": f"train skipgram {WORD2VEC} --loss softmax",
    "skipgram-pairs": f"train skipgram {WORD2VEC} --share-negatives none --negative 8",
    "skipgram-deterministic": "train skipgram text.txt --dim 30 --epochs 2 --sample 1e-3 --threads 2 --deterministic",
    "skipgram-init": f"train skipgram {WORD2VEC} --init skipgram.safetensors --freeze --add-context",
    "cbow": f"train cbow {WORD2VEC}",
    "cbow-positions": f"train cbow {WORD2VEC} --position-weights --cbow-gradient divided",
    "cbow-sum": f"train cbow {WORD2VEC} --combine sum --lr .01",
    "cbow-deterministic": "train cbow text.txt --dim 30 --epochs 2 --sample 1e-3 --threads 2 --deterministic",
    "kn": "train kn text.txt --order 4",
    "kn-arpa": "train kn text.txt --order 3 --to arpa",
    "ffn": f"train ffn {LM} --order 4 --dropout .2",
    "rnn": f"train rnn {LM} --lr 1",
    "rnn-relu": f"train rnn {LM} --lr .1 --activation relu",
    "lstm": f"train lstm {LM}",
    "lstm-peephole": f"train lstm {LM} --peephole --optimizer adam --l2 1e-6 --l1 1e-7",
    "lstm-deep": f"train lstm {DEEP} --tie --dropout .2 --dropout-kind variational --weight-drop .1 --embed-dropout .1",
    "lstm-valid": f"train lstm {LM} --valid valid.txt --schedule plateau --smoothing .1",
    "lstm-ntasgd": f"train lstm {LM} --valid valid.txt --optimizer nt-asgd --ar 1 --tar 1",
    "lstm-init": f"train lstm {LM} --init lstm.safetensors --freeze",
    "gru": f"train gru {LM} --schedule cosine --warmup 5",
    "gru-deep": f"train gru {DEEP} --residual --layer-norm --embed 24 --optimizer rmsprop",
    "quantize": "quantize svd.safetensors",
    "postprocess": "postprocess svd.safetensors --steps unit,abtt:2,unit",
    "merge": "merge svd.safetensors skipgram.safetensors --how concatenate",
    "align": "align cbow.safetensors skipgram.safetensors",
    "phrases": "phrases text.txt --min-count 5",
}
PRINTED = {
    "similar": "similar svd.safetensors king paris film -k 5",
    "analogy": "analogy svd.safetensors france paris japan -k 5",
    "explain": "similar ppmi.safetensors king --explain",
    "pairs": "pairs skipgram.safetensors king queen",
    "perplexity": "perplexity lstm.safetensors valid.txt --batch-size 3",
    "perplexity-gru": "perplexity gru-deep.safetensors valid.txt",
    "perplexity-kn": "perplexity kn.safetensors valid.txt --unigram-cache 100 --lambda .8,.2",
    "perplexity-all": "perplexity lstm-deep.safetensors valid.txt --valid text.txt --neural-cache 50",
    "generate": "generate gru.safetensors --lines 3",
    "generate-beam": "generate lstm-deep.safetensors --beam 3",
    "score": "score rnn.safetensors valid.txt",
    "evaluate": "evaluate svd.safetensors cbow.safetensors --pairs pairs.tsv --questions questions.txt",
}


def tensors(path: Path) -> dict[str, str]:
    """The hash of each tensor of a safetensors file, of the whole for another."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    if data[8:9] != b"{":
        return {"": hashlib.sha256(data).hexdigest()}
    header, body = json.loads(data[8 : 8 + size]), data[8 + size :]
    return {
        name: hashlib.sha256(body[slice(*facts["data_offsets"])]).hexdigest()
        for name, facts in header.items()
        if name != "__metadata__"
    }


def hashes(folder: Path) -> dict[str, str]:
    """Run everything in `folder`: the hash of each tensor and of each answer."""
    lines = (ROOT / "data/sample.txt").read_text().splitlines(keepends=True)
    (folder / "text.txt").write_text("".join(lines[:LINES]))
    (folder / "valid.txt").write_text("".join(lines[LINES : LINES + HELD_OUT]))
    (folder / "pairs.tsv").write_bytes((ROOT / "data/sample-pairs.tsv").read_bytes())
    (folder / "questions.txt").write_bytes((ROOT / "data/sample-questions.txt").read_bytes())
    found = {}

    def run(arguments: str) -> bytes:
        command = [sys.executable, "-m", "embedkit", *arguments.split()]
        done = subprocess.run(command, cwd=folder, capture_output=True)
        if done.returncode:
            raise SystemExit(f"{arguments}: exit {done.returncode}\n{done.stderr.decode()}")
        return done.stdout

    for name, arguments in RUNS.items():
        out = "kn.arpa" if "arpa" in name else f"{name}.tsv" if name == "phrases" else f"{name}.safetensors"
        cache = "" if arguments.split()[0] in ("quantize", "postprocess", "merge", "align") else "--no-cache"
        run(f"{arguments} {cache} -q -o {out}")
        found |= {f"{name} {tensor}".rstrip(): hash for tensor, hash in tensors(folder / out).items()}
    for name, arguments in PRINTED.items():
        found[f"{name} (printed)"] = hashlib.sha256(run(arguments)).hexdigest()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--save", metavar="FILE", help="write the hashes")
    parser.add_argument("--compare", metavar="FILE", help="name what differs from the hashes in FILE; exit 1 if any")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = hashes(Path(folder))
    if args.save:
        Path(args.save).write_text(json.dumps(found, indent=1) + "\n")
    if args.compare:
        before = json.loads(Path(args.compare).read_text())
        differ = [name for name in before | found if before.get(name) != found.get(name)]
        print(f"{len(found)} hashes, {len(differ)} differ" + "".join(f"\n  {name}" for name in differ))
        sys.exit(bool(differ))


if __name__ == "__main__":
    main()
