"""`embedkit evaluate --protocol` against the programs it is named after: what they say of the same vectors.

python benchmarks/protocols.py ptb.train.txt [--gensim PYTHON] [--word2vec PROGRAM] [--glove CHECKOUT]
    [--fasttext CHECKOUT --fasttext-python PYTHON] [--hyperwords CHECKOUT --python2 PYTHON] [--evaluation FOLDER]

Vectors are made of the text: svd, cbow, skipgram, svd of the same text with 30 % of its tokens capitalised, and ppmi,
the sparse rows, for hyperwords. Words whose vector is 0 are taken out: with a single one the scripts of GloVe and
fastText get every question wrong. PROGRAM is compute-accuracy. Pythons: one with gensim, one with fastText's module, a
Python 2.7 with numpy, scipy below 1.2 and docopt. Prints a row for every program and file: questions as `right of
asked`, pairs as Spearman's rho, with ours after a slash where it is another, and how many numbers (every section,
every pair file, 3CosAdd and 3CosMul) are equal. The exit code is 1 if some are not.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from embedkit.vectors.formats import load

HERE = Path(__file__).parent
EMBEDKIT = [sys.executable, "-m", "embedkit"]
SHOWN = (
    ("questions-words", "accuracy"),
    ("questions-words", "accuracy-mul"),
    ("questions-words", "accuracy-3000"),
    ("EN-WS-353-ALL", "spearman"),
    ("EN-SIMLEX-999", "spearman"),
    ("EN-RG-65", "spearman"),
)
HEADS = ("program", "vectors", "questions", "3CosMul", "3000 words", "WordSim-353", "SimLex-999", "RG-65", "equal")
# What our side is told besides the protocol, and how the metrics of that run are called.
RUNS = {
    "gensim": {"": [], "-unknown": ["--oov", "wrong", "--oov-pairs", "zero"]},
    "word2vec": {"": [], "-3000": ["--restrict-vocab", "3000"]},
    "glove": {"": ["--lowercase"]},  # its questions are Google's in lower case
    "fasttext": {"": [], "-3000": ["--restrict-vocab", "3000"]},
}
# How far apart two correlations may be. fastText's script computes cosines so that those of money, bank and bank, money
# are two numbers; WordSim-353 has both.
TOLERANCE = {"fasttext": 2e-5}

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("corpus")
parser.add_argument("--gensim", help="a Python that has gensim")
parser.add_argument("--word2vec", help="compute-accuracy of word2vec")
parser.add_argument("--glove", type=Path, help="a checkout of GloVe")
parser.add_argument("--fasttext", type=Path, help="a checkout of fastText")
parser.add_argument("--fasttext-python", help="a Python that has fastText's module")
parser.add_argument("--hyperwords", type=Path, help="a checkout of hyperwords")
parser.add_argument("--python2", help="a Python 2.7 that has numpy, scipy and docopt")
parser.add_argument("--evaluation", type=Path, default=HERE.parent.parent / "shared/data/eval")
args = parser.parse_args()

folder = Path(tempfile.mkdtemp())
questions = args.evaluation / "questions-words.txt"
pairs = sorted(args.evaluation.glob("EN-*.txt"))


def output(command: list, **options) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return done.stdout


def capitalised(text: str) -> Path:
    """The same text, 30 % of its tokens capitalised at random."""
    rng, path = random.Random(1), folder / "mixed.txt"
    with open(text) as lines, open(path, "w") as out:
        for line in lines:
            out.write(" ".join(word.capitalize() if rng.random() < 0.3 else word for word in line.split()) + "\n")
    return path


def trained() -> list[Path]:
    """Vectors as word2vec text, from which the other formats are made; each without words whose vector is 0."""
    made = []
    for name, text, options in (
        ("svd", args.corpus, ["svd"]),
        ("cbow", args.corpus, ["cbow", "--dim", "100", "--epochs", "5"]),
        ("skipgram", args.corpus, ["skipgram", "--dim", "100", "--epochs", "3"]),
        ("mixed", capitalised(args.corpus), ["svd"]),
    ):
        whole, path = folder / f"{name}.all.vec", folder / f"{name}.vec"
        output([*EMBEDKIT, "train", options[0], text, *options[1:], "--threads", "1", "-o", whole, "-q"])
        _, *lines = whole.read_text("utf-8").split("\n")[:-1]
        rows = [line for line in lines if any(float(number) for number in line.split(" ")[1:])]
        path.write_text("\n".join([f"{len(rows)} {len(rows[0].split(' ')) - 1}", *rows, ""]), "utf-8")
        output([*EMBEDKIT, "convert", path, path.with_suffix(".bin"), "-q"])
        made.append(path)
    return made


def counted() -> Path:
    """PPMI rows, and beside them what hyperwords reads: their exponential, and words that are contexts as well."""
    path = folder / "ppmi.safetensors"
    output([*EMBEDKIT, "train", "ppmi", args.corpus, "--threads", "1", "-o", path, "-q"])
    rows = load(path)
    parts = rows.weights.tensors() | {"data": np.exp(rows.weights.data.astype(np.float64))}
    np.savez(path.with_suffix(".npz"), **parts, shape=(len(rows.vocab), rows.width))
    words = "".join(f"{word}\n" for word in rows.vocab.words(0, len(rows.vocab)))
    for name in ("words", "contexts"):
        (folder / f"ppmi.{name}.vocab").write_text(words, "utf-8")
    return path


def by_gensim(path: Path):
    return json.loads(output([args.gensim, HERE / "_protocols_gensim.py", path.with_suffix(".bin"), questions, *pairs]))


def by_word2vec(path: Path):
    for ending, limit in (("", []), ("-3000", ["3000"])):
        with open(questions) as file:
            said = output([args.word2vec, path.with_suffix(".bin"), *limit], stdin=file)
        found = list(sections(r"^([^\n:]+):\nACCURACY TOP1: .*?\((\d+) / (\d+)\)", said, ending))
        seen = int(re.search(r"Questions seen / total: (\d+)", said)[1])
        if sum(asked for *_, (_, asked) in found) > seen:  # of no questions it prints 0 / 1
            found = [[*names, [0, 0] if value == [0, 1] else value] for *names, value in found]
        yield from found


def by_glove(path: Path):
    """Its vocabulary files have no <unk>."""
    words, text = folder / "vocab.txt", path.with_suffix(".glove")
    output([*EMBEDKIT, "convert", path, text, "--to", "glove", "-q"])
    found = [line.split(" ")[0] for line in text.read_text("utf-8").split("\n")[:-1]]
    words.write_text("".join(f"{word} 1\n" for word in found if word != "<unk>"), "utf-8")
    command = [sys.executable, "eval/python/evaluate.py", "--vocab_file", words, "--vectors_file", text]
    return sections(r"^(\S+)\.txt:\nACCURACY TOP1: .*?\((\d+)/(\d+)\)", output(command, cwd=args.glove))


def by_fasttext(path: Path):
    yield from json.loads(
        output([sys.executable, HERE / "_protocols_fasttext.py", args.fasttext / "eval.py", path, *pairs])
    )
    model = path.with_suffix(".ft")
    output([*EMBEDKIT, "convert", path, model, "--to", "fasttext", "-q"])
    script = args.fasttext / "python/doc/examples/compute_accuracy.py"
    for ending, limit in (("", sys.maxsize), ("-3000", 3000)):
        said = output([args.fasttext_python, script, model, questions, limit])
        yield from sections(r"^ *(\S+): ACCURACY TOP1: .*?\((\d+) / (\d+)\)", said, ending)


def by_hyperwords(path: Path, change: str = "none"):
    stem = path.with_suffix("")
    if path.suffix == ".vec":
        words = path.with_suffix(".words")
        words.write_bytes(path.read_bytes())
        output([args.python2, args.hyperwords / "hyperwords/text2numpy.py", words])
    kind = {".vec": "dense", ".safetensors": "sparse"}[path.suffix]
    peer = [args.python2, HERE / "_protocols_hyperwords.py", kind, args.hyperwords, stem, change, questions]
    return json.loads(output([*peer, *pairs, *own]))


def sections(pattern: str, said: str, ending: str = ""):
    for name, right, asked in re.findall(pattern, said, re.MULTILINE):
        yield ["questions-words", name, f"accuracy{ending}", [int(right), int(asked)]]


def by_embedkit(path: Path, protocol: str, files: list[Path]) -> dict:
    found = {}
    for ending, options in RUNS.get(protocol, {"": []}).items():
        command = [
            *EMBEDKIT,
            "evaluate",
            path,
            "--protocol",
            protocol,
            *options,
            "--questions",
            questions,
            "--json",
            "-q",
        ]
        for line in output([*command, *(word for file in files for word in ("--pairs", file))]).split("\n")[:-1]:
            row = json.loads(line)
            total = row["total"] if protocol == "hyperwords" or ending == "-unknown" else row["used"]
            value = [row["correct"], total] if row["task"] == "analogy" else row["value"]
            found[row["dataset"], row["section"], row["metric"] + ending] = value
    return found


def is_same(one, other, protocol: str) -> bool:
    if isinstance(one, list) or None in (one, other):
        return one == other
    return abs(one - other) <= TOLERANCE.get(protocol, 1e-6)


def cell(value) -> str:
    if value is None:
        return ""
    return "{} of {}".format(*value) if isinstance(value, list) else f"{value:.3f}".replace("0.", ".")


def report(protocol: str, path: Path, theirs: list, ours: dict) -> int:
    """Print one row; the number of values that differ."""
    known = {(dataset, section, metric): value for dataset, section, metric, value in theirs}
    different = {key: value for key, value in known.items() if not is_same(value, ours.get(key), protocol)}
    for key, value in different.items():
        print(f"{protocol}, {path.stem}: {key} {value}, ours {ours.get(key)}", file=sys.stderr)
    cells = [cell_of(protocol, dataset, metric, known, ours) for dataset, metric in SHOWN]
    print("|", " | ".join([protocol, path.stem, *cells, f"{len(known) - len(different)} of {len(known)}"]), "|")
    return len(different)


def cell_of(protocol: str, dataset: str, metric: str, known: dict, ours: dict) -> str:
    value, mine = known.get((dataset, None, metric)), ours.get((dataset, None, metric))
    counts = [count for (name, _, kind), count in known.items() if (name, kind) == (dataset, metric)]
    if metric.startswith("accuracy"):
        value = [sum(column) for column in zip(*counts)] or None
        mine = ours.get((dataset, "all", metric))
    shown = cell(value)
    return shown if value is None or is_same(value, mine, protocol) else f"{shown} / {cell(mine)}"


own = sorted((args.hyperwords / "testsets/ws").glob("*.txt")) if args.hyperwords else []
has_fasttext, has_hyperwords = args.fasttext and args.fasttext_python, args.hyperwords and args.python2
peers = {
    "gensim": (by_gensim, args.gensim, pairs),
    "word2vec": (by_word2vec, args.word2vec, []),
    "glove": (by_glove, args.glove, []),
    "fasttext": (by_fasttext, has_fasttext, pairs),
    "hyperwords": (by_hyperwords, has_hyperwords, [*pairs, *own]),
    "levy2015": (lambda path: by_hyperwords(path, "paper"), has_hyperwords, [*pairs, *own]),
}
dense, sparse, wrong = trained(), [counted()] if has_hyperwords else [], 0
print("|", " | ".join(HEADS), "|")
print("|", " | ".join(["---"] * len(HEADS)), "|")
for protocol, (peer, is_there, files) in peers.items():
    for path in [*dense, *(sparse if protocol in ("hyperwords", "levy2015") else [])]:
        if is_there:
            wrong += report(protocol, path, peer(path), by_embedkit(path, protocol, files))
sys.exit(wrong > 0)
