"""`--encoding` of every command that reads text."""

from __future__ import annotations

import json
import subprocess

import _warm
import pytest

from embedkit.io import container

TEXT = "새 집 새 차\n헌 집 새 차\n" * 6
ONES = ("--min-count", 1, "-q")


@pytest.fixture
def old(tmp_path):
    """TEXT as CP949 has it, beside `text`."""
    path = tmp_path / "old.txt"
    path.write_bytes(TEXT.encode("cp949"))
    return path


SIZES = ("--embed", 2, "--hidden", 2, "--epochs", 1, "--batch-size", 2)
READING = [
    ("vocab",),
    ("phrases", "--threshold", 0.5, "--discount", 0),
    ("phrases", "--text", "--threshold", 0.5),
    ("count",),
    ("train", "svd", "--dim", 2),
    ("train", "cbow", "--dim", 2, "--epochs", 1, "--threads", 1, "--sample", 0),
    ("train", "kn", "--order", 2),
    ("train", "lstm", *SIZES, "--valid", "{text}"),
]


@pytest.mark.parametrize("args", READING, ids=lambda args: " ".join(map(str, args[:2])))
def test_the_same_result(run, text, old, tmp_path, args):
    """But for what a file of embedkit's own says of the encoding of its text."""
    made = []
    for source, name in ((text, "utf-8"), (old, "euc_kr")):
        out = tmp_path / f"made-{name}"
        line = [source if arg == "{text}" else arg for arg in args]
        result = run(*line, source, "-o", out, "--min-count", 1, "-q", "--encoding", name.upper())
        assert (result.code, result.err) == (0, "")
        made.append(out)
    if args[0] not in ("count", "train"):
        assert made[0].read_bytes() == made[1].read_bytes() != b""
        return
    facts = [container.read(path).metadata for path in made]
    configs = [json.loads(fact["config"]) for fact in facts]
    assert [config["text"].pop("encoding") for config in configs] == ["utf-8", "euc_kr"]
    assert configs[0] == configs[1]
    own = ("config", "sha256.__metadata__")
    assert [{key: fact[key] for key in fact if key not in own} for fact in facts] == [
        {key: facts[0][key] for key in facts[0] if key not in own}
    ] * 2


def test_what_a_model_is_asked_has_an_encoding_of_its_own(run, text, old, tmp_path):
    lm = tmp_path / "lm"
    assert run("train", "lstm", old, "-o", lm, "-q", "--encoding", "cp949", *SIZES).code == 0
    asked = [
        run(*command, lm, path, *options)
        for command in (("score",), ("score", "--per-word"), ("perplexity",))
        for path, options in ((text, ()), (old, ("--encoding", "cp949")))
    ]
    assert all((result.code, result.err) == (0, "") for result in asked)
    assert asked[0].out == asked[1].out.replace(str(old), str(text)) != ""
    assert asked[2].out == asked[3].out
    assert asked[4].out == asked[5].out.replace(str(old), str(text))
    for command in ("score", "perplexity"):
        result = run(command, lm, old)
        assert (result.code, result.out.count("\t")) == (1, 0)
        assert result.err.endswith(
            "invalid UTF-8 (0xbb)\nHint: this looks like Korean (CP949, EUC-KR): --encoding cp949\n"
        )
        assert run(command, lm, old, "--encoding-errors", "replace").code == (0 if command == "score" else 1)


def test_lines_in_utf16_are_answered_as_they_come(run, tmp_path, text):
    lm, line = tmp_path / "lm", "새 집\n".encode("utf-16-le")
    assert run("train", "kn", text, "-o", lm, "-q").code == 0
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with _warm.Process(["-m", "embedkit", "score", lm, "--encoding", "utf-16-le"], **pipes) as asked:
        asked.stdin.write(line + line[:3])
        asked.stdin.flush()
        assert asked.stdout.readline().decode().startswith("새 집\t")
        asked.stdin.write(line[3:])
        asked.stdin.close()
        assert asked.stdout.readline().decode().startswith("새 집\t")


def test_the_cache_knows_the_encoding(run, cache, old):
    def first(name):
        return run("vocab", old, *ONES, "--encoding", name).rows[0][0]

    assert [first("cp949"), first("latin-1"), first("CP949")] == ["새", "»õ", "새"]
    assert len(list(cache.iterdir())) == 2


def test_data_sets_are_utf8(run, tmp_path, toy_file):
    (tmp_path / "pairs").write_bytes("한국어\t조선말\t9\n".encode("cp949"))
    result = run("evaluate", toy_file, "--pairs", tmp_path / "pairs")
    hint = f"this looks like Korean (CP949, EUC-KR): iconv -f CP949 -t UTF-8 {tmp_path}/pairs"
    assert (result.code, result.err.split("\n")[1]) == (1, f"Hint: {hint}")
