"""What each command loads: help no more than click, questions no more than numpy, and numba only where text is read.

Lines of a kind run one after another in a cold process, which tells of each what is loaded by then: a module that none
of them may load is told of by the first that does.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from embedkit.catalog import MODELS
from embedkit.cli import run
from embedkit.commands import COMMANDS

# Only what Python has loaded when it starts, and what embedkit brings; `before` is what it starts with.
SCRIPT = """
import sys
before = set(sys.modules)
from embedkit.cli import run
import ast, io, os

told = sys.stderr
for line, stdin, variables in ast.literal_eval(open(sys.argv[1], encoding="utf-8").read()):
    os.environ.update(variables)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin.encode())), "utf-8")
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    code = run(line)
    sys.stdout.flush(), sys.stderr.flush()
    printed, said = (len(sys.stdout.buffer.getvalue()), sys.stderr.buffer.getvalue().decode())
    print((line, code, printed, said, sorted(set(sys.modules) - before)), file=told)
    for name in variables:
        del os.environ[name]
"""
# Parts of the standard library that cost milliseconds and that help has no use for. (click loads others like them.)
HEAVY = {"asyncio", "concurrent", "email", "hashlib", "http", "json", "logging", "multiprocessing", "pickle", "random"}
HEAVY |= {"socket", "ssl", "subprocess", "tempfile", "tomllib", "unittest", "urllib", "xml"}


class Loaded(NamedTuple):
    """What a command line left: exit code, bytes on stdout, what it said, the top-level modules loaded by then."""

    line: list[str]
    code: int
    printed: int
    said: str
    modules: set[str]

    @property
    def foreign(self) -> set[str]:
        """Those that are neither embedkit nor part of Python."""
        return self.modules - {"embedkit"} - set(sys.stdlib_module_names)


@pytest.fixture
def loaded(tmp_path):
    """`loaded(line, …)`: a `Loaded` for each; a line is its words, or (words, stdin, environment)."""

    def call(*lines) -> list[Loaded]:
        full = [(*(line if isinstance(line, tuple) else (line,)), "", {})[:3] for line in lines]
        lines = [(list(map(str, words.split() if isinstance(words, str) else words)), *rest) for words, *rest in full]
        (tmp_path / "lines").write_text(repr(lines), "utf-8")
        done = subprocess.run([sys.executable, "-c", SCRIPT, tmp_path / "lines"], capture_output=True, check=True)
        told = map(ast.literal_eval, done.stderr.decode().splitlines())
        found = [Loaded(*rest, {name.split(".")[0] for name in modules}) for *rest, modules in told]
        assert len(found) == len(lines) > 0
        return found

    return call


def check(found: list[Loaded], allowed: set[str]) -> None:
    """All went well, and nothing else was loaded."""
    for each in found:
        assert (each.code, each.said) == (0, ""), each.line
        assert each.printed, each.line
        assert each.foreign <= allowed, each.line


def test_help_imports_click_alone(loaded):
    found = loaded(*(f"{words} -h" for words in ("", *COMMANDS, *(f"train {name}" for name in MODELS))))
    check(found, {"click"})
    assert not [each.line for each in found if each.modules & HEAVY]


def test_configurations_completion_and_wrong_usage_load_no_more(loaded):
    configured = ("vocab", *(f"train {model}" for model in MODELS), "similar FILE -k 3", "select FILE --top 3")
    words = ("", "train ", "train lstm --optimizer ", "similar ", "convert a b --from ")
    completed = [
        ("", "", {"_EMBEDKIT_COMPLETE": "bash_complete", "COMP_WORDS": f"embedkit {line}", "COMP_CWORD": str(number)})
        for line in words
        for number in [1 + line.count(" ")]
    ]
    lines = ("help-all", "completion zsh", *(f"{words} --print-config" for words in configured))
    check(loaded(*lines, *completed), {"click"})
    for each in loaded("train corpus.txt", "train skipgram x -size 9", "--dim 9 train svd", "similar x --topn 3"):
        assert (each.code, each.said[:6]) == (2, "Error:"), each.line
        assert each.foreign == {"click"}, each.line


def test_version_asks_blas_and_compiles_nothing(loaded):
    assert loaded("--version")[0].foreign == {"click", "numpy", "threadpoolctl"}


DENSE = [
    "similar FILE king",
    ("similar FILE", "king\nking - man + woman\n"),
    "analogy FILE man king woman",
    ("analogy FILE --method mul", "man king woman\n" * 40),
    "pairs FILE king queen",
    ("pairs FILE --metric manhattan", "king queen\n" * 40),
    "vectors FILE king",
    "vectors FILE --all --json",
    ("vectors FILE --pool mean -q", "the king\n"),
    "info FILE",
    "verify FILE",
    "convert FILE - --to word2vec --on-bad-token skip -q",
    "convert FILE - --to glove --on-bad-token escape -q",
    "convert FILE - --to native",
    "select FILE -o - --top 3",
    ("select FILE -o - --vocab -", "king\n"),
    "merge FILE FILE -o - --union --unit",
    "align FILE FILE -o - -q",
    "diff FILE FILE",
    "diff FILE FILE king",
    "quantize FILE -o - -q",
    "postprocess FILE -o - --steps center,unit,abtt,whiten,pca:2",
]
SPARSE = [
    ("similar FILE", "tea\ncoffee - milk\n" * 40),
    ("analogy FILE", "tea coffee milk\n" * 40),
    ("pairs FILE", "tea coffee\n" * 40),
    "vectors FILE --all",
    "info FILE",
    "verify FILE",
    "convert FILE - --to native",
    "select FILE -o - --top 2",
]
INT8 = ["similar FILE king", "analogy FILE man king woman", "pairs FILE king man", "vectors FILE king"]
LANGUAGE = [
    "generate FILE --max-words 5",
    "generate FILE --max-words 5 --top-k 3 --top-p .9 --temperature .7 --prompt tea",
    "generate FILE --lines 1 --max-words 5 --beam 2 --json",
    ("score FILE", "tea is hot\n"),
    "similar FILE tea",
    "vectors FILE tea --output-embedding",
    "info FILE",
]
PAIRS = [
    ("translate FILE -q --max-length 3", "3+4\n10\n"),
    ("translate FILE -q --max-length 3 --beam 3 --n-best 2 --attention --json", "3+4\n10\n"),
    ("score FILE", "3+4\t7\n"),
    "info FILE",
    "verify FILE",
]
OTHERS = ["gensim.bin", "gensim.txt", "glove.txt", "fasttext.bin", "word2vec_c.txt", "numpy.npy", "finalfusion.fifu"]


def test_questions_load_numpy_alone(loaded, toy_file, sparse_file, tmp_path):
    (tmp_path / "text").write_text("tea is hot\nmilk is cold\n" * 5)
    sizes = ["--embed", "3", "--hidden", "3", "--epochs", "1", "--batch-size", "2", "--bptt", "5", "--no-cache", "-q"]
    assert run(["train", "gru", str(tmp_path / "text"), "-o", str(tmp_path / "lm"), *sizes]) == 0
    (tmp_path / "sums").write_text("3+4\t7\n10+2\t12\n" * 3)
    sizes = ["--embed", "3", "--hidden", "3", "--epochs", "1", "--batch-size", "2", "-q"]
    assert run(["train", "seq2seq", str(tmp_path / "sums"), "-o", str(tmp_path / "seq2seq"), *sizes]) == 0
    assert run(["quantize", str(toy_file), "-o", str(tmp_path / "int8"), "-q"]) == 0
    lines, files = [], (toy_file, sparse_file, tmp_path / "int8", tmp_path / "lm", tmp_path / "seq2seq")
    for path, asked in zip(files, (DENSE, SPARSE, INT8, LANGUAGE, PAIRS)):
        for line, *stdin in ([line] if isinstance(line, str) else line for line in asked):
            lines.append(([str(path) if word == "FILE" else word for word in line.split()], *stdin))
    golden = Path(__file__).parent / "golden"
    supervised = golden / "fasttext-supervised-softmax.bin"
    lines += [(["classify", supervised, *options], "a dull film\n") for options in ((), ("--explain", 2))]
    check(loaded(*lines, *(["info", golden / name] for name in (*OTHERS, "projector.tsv"))), {"click", "numpy"})


WORDNET = Path(__file__).resolve().parents[1] / "data/sample-wordnet"


def test_a_thesaurus_loads_no_more_than_it_needs(loaded):
    check(loaded(f"thesaurus dogs --wordnet {WORDNET}"), {"click"})
    check(loaded(f"pairs wordnet:{WORDNET} dog cat", f"similar wordnet:{WORDNET} dog"), {"click", "numpy"})


def test_evaluation_compiles_nothing(loaded, toy_file, tmp_path):
    (tmp_path / "pairs").write_text("king queen 9\nman woman 8\nking man 5\n")
    (tmp_path / "questions").write_text("man king woman queen\n")
    lines = (["evaluate", toy_file, f"--{task}", tmp_path / task] for task in ("questions", "pairs"))
    check(loaded(*lines), {"click", "numpy", "scipy", "threadpoolctl"})


def test_text_that_was_read_before_compiles_nothing(loaded, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "text").write_text("a b a b\n" * 5)
    command = ["vocab", tmp_path / "text", "-q"]
    assert "numba" in loaded(command)[0].modules
    check(loaded(command), {"click", "numpy"})
