"""`--config` and `--print-config` of commands whose options belong to no section."""

from __future__ import annotations

import tomllib

import pytest


def printed(run, *args) -> dict:
    result = run(*args, "--print-config")
    assert (result.code, result.err) == (0, "")
    return tomllib.loads(result.out)


@pytest.mark.parametrize(
    ("args", "options"),
    [
        ("similar v", {}),
        (
            "similar v -k 3 --metric dot --include-query --json",
            {"k": 3, "metric": "dot", "include-query": True, "json": True},
        ),
        ("select v -o out --top 3 --vocab list.txt -q", {"top": 3, "vocab": "list.txt"}),
        ("diff a b --no-align", {"align": False}),
        ("score lm --reset-per-line", {"carry-state": False}),
        ("perplexity lm t --interpolate m --lambda .6,.4", {"interpolate": ["m"], "lambda": "0.6,0.4"}),
        ("plot log -o x.png --size 4x3.5 --epoch 0", {"size": "4.0x3.5", "epoch": [0]}),
        ("vectors v --output-embedding", {"output-embedding": True}),
    ],
)
def test_what_is_printed(run, tmp_path, args, options):
    found = printed(run, *args.split())
    assert found == ({"options": options} if options else {})
    (tmp_path / "run.toml").write_text(run(*args.split(), "--print-config").out)
    files = {"plot": ["log", "-o", "x.png"], "perplexity": ["lm", "t"], "diff": ["a", "b"]}
    command = args.split()[0]
    again = printed(run, command, *files.get(command, ["v"]), "--config", tmp_path / "run.toml")
    assert again == found


def test_options_beside_the_sections(run):
    tables = printed(run, "count", "--to", "scipy-npz", "--max-memory", "500M", "--no-cache", "--log", "log")
    assert tables["options"] == {"to": "scipy-npz", "max-memory": 500 << 20}
    assert tables["text"]["min-count"] == 5
    assert "options" not in printed(run, "count")


def test_options_in_sections(run, tmp_path):
    args = ["--pairs", "a", "--pairs", "b", "--oov", "both", "--frequency-bins", "2", "--unknown", "made", "--json"]
    tables = printed(run, "evaluate", "v", *args)
    assert tables == {
        "data": {"pairs": ["a", "b"]},
        "protocol": {"oov": "both"},
        "translation": {"bleu": False},
        "uncertainty": {"intervals": False, "compare": False, "frequency-bins": 2, "spread": False},
        "options": {"json": True},
    }
    (tmp_path / "run.toml").write_text(run("evaluate", "v", *args, "--print-config").out)
    assert printed(run, "evaluate", "v", "--config", tmp_path / "run.toml") == tables


def test_flags_win(run, toy_file, tmp_path):
    (tmp_path / "run.toml").write_text("[options]\nk = 1\nmetric = 'dot'\n")
    config = ("--config", tmp_path / "run.toml")
    assert run("similar", toy_file, "man", *config) == run("similar", toy_file, "man", "-k", 1, "--metric", "dot")
    assert run("similar", toy_file, "man", *config, "-k", 2) == run(
        "similar", toy_file, "man", "-k", 2, "--metric", "dot"
    )


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[options]\ntop = 3\n", "embedkit similar has no option options.top"),
        ("[options]\nquiet = true\n", "has no option options.quiet"),
        ("k = 3\n", "run.toml: k stands outside a table; put it under [options]\nHint: embedkit similar -h"),
        ("top = 3\n", "run.toml: embedkit similar has no option top\n"),
        ("options = 3\n", "run.toml: options is a table: write [options], and its options below\n"),
        ("[model]\nk = 3\n", "run.toml: k is under [model]; put it under [options]\n"),
        ("[text]\nmin-count = 3\n", "has no option text.min-count"),
        ("[options]\nk = [3]\n", "options.k = [3] is not one value"),
        ("[options]\nk = 0\n", "'-k': 0 is not in the range"),
        ("[options]\nmetric = 3\n", "'--metric': 3 is not one of"),
        ("[options]\nk = " + "[" * 3000, "run.toml: lists and tables are nested too deeply"),
        ("[options]\nk = " + "1" * 5000, "run.toml: Exceeds the limit (4300 digits)"),
    ],
)
def test_mistakes(run, toy_file, tmp_path, toml, message):
    (tmp_path / "run.toml").write_text(toml)
    result = run("similar", toy_file, "king", "--config", tmp_path / "run.toml")
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_files_that_cannot_be_read(run, toy_file, tmp_path):
    missing = run("similar", toy_file, "king", "--config", tmp_path / "run.toml")
    assert (missing.code, missing.err) == (1, f"Error: {tmp_path / 'run.toml'}: no such file\n")
    folder = run("similar", toy_file, "king", "--config", tmp_path)
    assert (folder.code, folder.err) == (1, f"Error: {tmp_path}: is a directory, a file is needed\n")
    assert "toy.safetensors: 'utf-8' codec can't decode" in run("similar", toy_file, "--config", toy_file).err


def test_counts_know_their_options(run, tmp_path):
    """A file that repeats the defaults asks for nothing; one that asks for more than they are is refused."""
    (tmp_path / "text").write_text("a b a c\n" * 9)
    assert run("count", tmp_path / "text", "-o", tmp_path / "counts", "--min-count", 2).code == 0
    train = ("train", "ppmi", tmp_path / "counts", "-o", tmp_path / "out", "--config", tmp_path / "run.toml", "-q")
    (tmp_path / "run.toml").write_text("[text]\nmin-count = 5\n")
    assert run(*train) == (0, "", "", b"")
    (tmp_path / "run.toml").write_text("[text]\nmin-count = 3\n")
    assert "so --min-count cannot change them" in run(*train).err


def test_stdout_that_is_closed(process, toy_file):
    assert process(toy_file, shell='"$PYTHON" -m embedkit similar "$1" -k 3 --print-config >&-').code == 1
