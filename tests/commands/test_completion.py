"""Completion: what bash makes of the script, and what click answers to zsh and fish."""

from __future__ import annotations

import shutil

import pytest
from click.shell_completion import get_completion_class

from embedkit import commands
from embedkit.catalog import MODELS
from embedkit.cli import cli

# What Tab does in bash, with the words of the line as arguments; the last one is being typed.
TAB = """
embedkit() { "$PYTHON" -m embedkit "$@"; }
env() { while [[ $1 == *=* ]]; do local -x "$1"; shift; done; "$@"; }
compopt() { COMPREPLY+=("compopt $1 $2"); }
eval "$(embedkit completion bash)"
COMP_WORDS=(embedkit "$@") COMP_CWORD=$# COMPREPLY=()
[[ $(complete -p embedkit) == *_embedkit_completion* ]] && _embedkit_completion embedkit
printf '%s\\n' "${COMPREPLY[@]}"
"""
CASES = {
    ("",): list(commands.COMMANDS),
    ("s",): ["similar", "score", "select"],
    ("train", ""): list(MODELS),
    ("train", "s"): ["svd", "skipgram", "seq2seq"],
    ("train", "svd", "--min"): ["--min-count"],
    ("train", "svd", "--weighting", ""): ["harmonic", "flat", "dynamic"],
    ("train", "kn", "--to", ""): ["native", "arpa"],
    ("similar", "v", "--metric", "m"): ["manhattan"],
    ("similar", "v", "--from", "glove"): ["glove", "glove-bin"],
    ("convert", "v", "w", "--to", "glove"): ["glove"],
    ("completion", ""): ["bash", "zsh", "fish"],
    ("generate", "lm", "--prompt", ""): [],
}
FILES = [
    ("similar", ""),
    ("train", "svd", "te"),
    ("train", "svd", "text", "-o", ""),
    ("train", "lstm", "--valid", ""),
    ("select", "v", "--vocab", ""),
    ("merge", "a", "b"),
    ("perplexity", "lm", ""),
    ("perplexity", "lm", "text", "--interpolate", ""),
    ("convert", "a", ""),
    ("align", "a", ""),
    ("plot", ""),
    ("vocab", "--config", ""),
]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("words", [*CASES, *FILES])
def test_bash(process, words):
    result = process(*words, shell=TAB)
    assert (result.code, result.err) == (0, "")
    assert result.out.split("\n")[:-1] == (["compopt -o default"] if words in FILES else CASES[words] or [""])


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("similar", "--metric", "="), ["cosine", "dot", "euclidean", "manhattan"]),
        (("similar", "--metric", "=", "m"), ["manhattan"]),
        (("similar", "--from", "=", "glove", "v", "--metric", "=", "m"), ["manhattan"]),
        (("train", "svd", "--config", "=", "c"), ["compopt -o default"]),
        (("train", "svd", "a", "=", "b"), ["compopt -o default"]),
    ],
)
def test_bash_takes_apart_what_has_an_equals_sign(process, words, found):
    assert process(*words, shell=TAB).out.split("\n")[:-1] == found


@pytest.mark.parametrize("shell", ["zsh", "fish"])
@pytest.mark.parametrize("words", [*CASES, *FILES])
def test_other_shells(shell, words):
    *before, incomplete = words
    completer = get_completion_class(shell)(cli, {}, "embedkit", "_EMBEDKIT_COMPLETE")
    found = completer.get_completions(before, incomplete)
    if words in FILES:
        assert [item.type for item in found] == ["file"]
    else:
        assert [(item.type, item.value) for item in found] == [("plain", value) for value in CASES[words]]


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", "complete -o nosort -F _embedkit_completion embedkit\n"),
        ("zsh", "compdef _embedkit_completion embedkit\n"),
        ("fish", "complete --command embedkit --no-files --arguments '(_embedkit_completion)'\n"),
    ],
)
def test_scripts(run, shell, line):
    result = run("completion", shell)
    assert (result.code, result.err) == (0, "")
    assert line in result.out
    assert f"_EMBEDKIT_COMPLETE={shell}_complete" in result.out
    assert f"embedkit completion {shell}" in run("completion", "-h").out


def test_another_shell(run):
    result = run("completion", "tcsh")
    assert (result.code, result.out) == (2, "")
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in result.err


def test_prompts_are_no_files():
    (prompt,) = (p for p in cli.get_command(None, "generate").params if p.name == "prompt")
    assert prompt.type.name == "text"
