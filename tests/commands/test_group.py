"""Commands that do not exist, and arguments that are missing."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("trian", "No such command 'trian'. Did you mean 'train'?\nHint: embedkit -h"),
        ("train sdv text", "No such command 'sdv'. Did you mean 'svd'?\nHint: embedkit train -h"),
        ("frobnicate", "No such command 'frobnicate'.\nHint: embedkit -h"),
        ("train -x", "No such option '-x'.\nHint: embedkit train -h"),
    ],
)
def test_what_is_wrong_and_what_is_near(run, words, error):
    assert run(*words.split()) == (2, "", f"Error: {error}\n", b"")


def test_choices_are_in_the_same_line(run):
    error = "Error: Missing argument '{bash|zsh|fish}'. Choose from: bash, zsh, fish\n"
    assert run("completion").err == error + "Hint: embedkit completion -h\n"
