"""Commands that do not exist, and arguments that are missing."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("frobnicate", "No such command 'frobnicate'.\nHint: embedkit -h"),
        ("train -x", "No such option '-x'.\nHint: embedkit train -h"),
    ],
)
def test_what_is_wrong(run, words, error):
    assert run(*words.split()) == (2, "", f"Error: {error}\n", b"")


def test_an_option_without_its_value(run):
    error = "Error: Option '-k' requires an argument.\nHint: embedkit similar -h\n"
    assert run("similar", "v", "king", "-k") == (2, "", error, b"")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["similar", "", "king"], "'FILE'"),
        (["train", "svd", ""], "'INPUT...'"),
        (["train", "svd", "text", "-o", ""], "'-o' / '--output'"),
        (["convert", "v", ""], "'OUT'"),
        (["train", "lstm", "text", "--valid", ""], "'--valid'"),
        (["help-all", "--man", ""], "'--man'"),
    ],
)
def test_an_empty_file_name(run, words, name):
    result = run(*words)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"Error: Invalid value for {name}: '' is no name of a file.\nHint: ")


def test_choices_are_in_the_same_line(run):
    error = "Error: Missing argument '{bash|zsh|fish}'. Choose from: bash, zsh, fish\n"
    assert run("completion").err == error + "Hint: embedkit completion -h\n"
