"""What each command loads: help no more than click, questions no more than numpy, and numba only where text is read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from embedkit.catalog import MODELS
from embedkit.cli import run
from embedkit.commands import COMMANDS

# Runs a command line; what it imported goes to stderr, after what the command said there itself.
WRAPPER = """
import sys
before = set(sys.modules)
from embedkit.cli import run
code = run(sys.argv[1:])
sys.stderr.write("\\0" + " ".join(set(sys.modules) - before))
sys.exit(code)
"""
# Parts of the standard library that cost milliseconds and that help has no use for. (click loads others like them.)
HEAVY = {"asyncio", "concurrent", "email", "hashlib", "http", "json", "logging", "multiprocessing", "pickle", "random"}
HEAVY |= {"socket", "ssl", "subprocess", "tempfile", "tomllib", "unittest", "urllib", "xml"}


def loaded(*args, stdin: str = "", code: int = 0) -> set[str]:
    """The top-level modules that a command line imports."""
    command = [sys.executable, "-c", WRAPPER, *map(str, args)]
    done = subprocess.run(command, input=stdin.encode(), capture_output=True)
    said, modules = done.stderr.decode().split("\0")
    assert (done.returncode, said) == (code, ""), said
    assert done.stdout
    return {name.split(".")[0] for name in modules.split()}


def foreign(modules: set[str]) -> set[str]:
    """Those that are neither embedkit nor part of Python."""
    return modules - {"embedkit"} - set(sys.stdlib_module_names)


@pytest.mark.parametrize("words", ["", *COMMANDS, *(f"train {name}" for name in MODELS)])
def test_help_imports_click_alone(words):
    modules = loaded(*words.split(), "-h")
    assert foreign(modules) == {"click"}
    assert not modules & HEAVY


CONFIGURED = [
    "vocab",
    *(f"train {model}" for model in MODELS),
    "similar FILE -k 3",
    "select FILE --top 3",
]


@pytest.mark.parametrize("words", ["help-all", "completion zsh", *(f"{words} --print-config" for words in CONFIGURED)])
def test_neither_do_configurations_and_all_of_the_help_load_more(words):
    assert foreign(loaded(*words.split())) == {"click"}


@pytest.mark.parametrize(
    "words", ["train corpus.txt", "train skipgram x -size 9", "--dim 9 train svd", "similar x --topn 3"]
)
def test_wrong_usage_too(words):
    done = subprocess.run([sys.executable, "-c", WRAPPER, *words.split()], capture_output=True, text=True)
    said, modules = done.stderr.split("\0")
    assert (done.returncode, said[:6]) == (2, "Error:")
    assert foreign({name.split(".")[0] for name in modules.split()}) == {"click"}


@pytest.mark.parametrize(
    "words",
    [
        "embedkit ",
        "embedkit train ",
        "embedkit train lstm --optimizer ",
        "embedkit similar ",
        "embedkit convert a b --from ",
    ],
)
def test_completion_imports_click_alone(monkeypatch, words):
    asked = {"_EMBEDKIT_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    for name, value in asked.items():
        monkeypatch.setenv(name, value)
    assert foreign(loaded()) == {"click"}


def test_version_asks_blas_and_compiles_nothing():
    assert foreign(loaded("--version")) == {"click", "numpy", "threadpoolctl"}


@pytest.mark.parametrize(
    ("command", "queries"),
    [
        ("similar FILE king", ""),
        ("similar FILE", "king\nking - man + woman\n"),
        ("analogy FILE man king woman", ""),
        ("analogy FILE --method mul", "man king woman\n" * 40),
        ("pairs FILE king queen", ""),
        ("pairs FILE --metric manhattan", "king queen\n" * 40),
        ("vectors FILE king", ""),
        ("vectors FILE --all --json", ""),
        ("vectors FILE --pool mean", "the king\n"),
        ("info FILE", ""),
        ("verify FILE", ""),
        ("convert FILE - --to word2vec --on-bad-token skip -q", ""),
        ("convert FILE - --to glove --on-bad-token escape -q", ""),
        ("convert FILE - --to native", ""),
        ("select FILE -o - --top 3", ""),
        ("select FILE -o - --vocab -", "king\n"),
        ("merge FILE FILE -o - --union --unit", ""),
        ("align FILE FILE -o - -q", ""),
        ("diff FILE FILE", ""),
        ("diff FILE FILE king", ""),
        ("quantize FILE -o - -q", ""),
        ("postprocess FILE -o - --steps center,unit,abtt,whiten,pca:2", ""),
    ],
)
def test_questions_load_numpy_alone(toy_file, command, queries):
    words = [str(toy_file) if word == "FILE" else word for word in command.split()]
    if "--pool" in words:
        words.append("-q")
    assert foreign(loaded(*words, stdin=queries)) == {"click", "numpy"}


@pytest.mark.parametrize(
    ("command", "queries"),
    [
        ("similar FILE", "tea\ncoffee - milk\n" * 40),
        ("analogy FILE", "tea coffee milk\n" * 40),
        ("pairs FILE", "tea coffee\n" * 40),
        ("vectors FILE --all", ""),
        ("info FILE", ""),
        ("verify FILE", ""),
        ("convert FILE - --to native", ""),
        ("select FILE -o - --top 2", ""),
    ],
)
def test_sparse_ones_too(sparse_file, command, queries):
    words = [str(sparse_file) if word == "FILE" else word for word in command.split()]
    assert foreign(loaded(*words, stdin=queries)) == {"click", "numpy"}


@pytest.mark.parametrize("command", ["similar", "analogy", "pairs", "vectors"])
def test_int8_too(toy_file, tmp_path, command):
    assert run(["quantize", str(toy_file), "-o", str(tmp_path / "int8"), "-q"]) == 0
    words = {"analogy": 3, "pairs": 2}.get(command, 1)
    modules = loaded(command, tmp_path / "int8", *["man", "king", "woman"][:words])
    assert foreign(modules) == {"click", "numpy"}


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("generate LM --max-words 5", ""),
        ("generate LM --max-words 5 --top-k 3 --top-p .9 --temperature .7 --prompt tea", ""),
        ("generate LM --lines 1 --max-words 5 --beam 2 --json", ""),
        ("score LM", "tea is hot\n"),
        ("similar LM tea", ""),
        ("vectors LM tea --output-embedding", ""),
        ("info LM", ""),
    ],
)
def test_language_models_too(lm_file, command, lines):
    words = [str(lm_file) if word == "LM" else word for word in command.split()]
    assert foreign(loaded(*words, stdin=lines)) == {"click", "numpy"}


@pytest.fixture(scope="module")
def lm_file(tmp_path_factory):
    """A small language model."""
    folder = tmp_path_factory.mktemp("lm")
    (folder / "text").write_text("tea is hot\nmilk is cold\n" * 5)
    sizes = ["--embed", "3", "--hidden", "3", "--epochs", "1", "--batch-size", "2", "--bptt", "5"]
    args = ["train", "gru", str(folder / "text"), "-o", str(folder / "lm"), "-q", "--no-cache", *sizes]
    assert run(args) == 0
    return folder / "lm"


OTHERS = ["gensim.bin", "gensim.txt", "glove.txt", "fasttext.bin", "word2vec_c.txt", "numpy.npy", "finalfusion.fifu"]


@pytest.mark.parametrize("name", [*OTHERS, "projector.tsv"])
def test_files_of_other_tools_too(name):
    assert foreign(loaded("info", Path(__file__).parent / "golden" / name)) == {"click", "numpy"}


@pytest.mark.parametrize("task", ["--pairs", "--questions"])
def test_evaluation_compiles_nothing(toy_file, tmp_path, task):
    data = tmp_path / "data"
    data.write_text("king queen 9\nman woman 8\nking man 5\n" if task == "--pairs" else "man king woman queen\n")
    modules = loaded("evaluate", toy_file, task, data)
    assert {"click", "numpy"} <= foreign(modules) <= {"click", "numpy", "scipy", "threadpoolctl"}


def test_text_that_was_read_before_compiles_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "text").write_text("a b a b\n" * 5)
    command = ("vocab", tmp_path / "text", "-q")
    assert "numba" in loaded(*command)
    assert foreign(loaded(*command)) == {"click", "numpy"}
