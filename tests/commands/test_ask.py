"""What the commands that ask vectors share."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.vectors import formats
from embedkit.vectors.sparse import SparseVectors


@pytest.mark.parametrize(
    "words", [["similar", "tea"], ["analogy", "tea", "coffee", "milk"], ["pairs", "tea", "milk"], ["vectors", "milk"]]
)
def test_a_damaged_row_is_told_with_its_file(run, sparse, tmp_path, words):
    sparse.weights.indices[-1] = 7  # the only context of milk, of three
    formats.save(tmp_path / "v", SparseVectors(sparse.vocab, sparse.weights, sparse.contexts, norms=np.ones(4, "f")))
    name, *asked = words
    result = run(name, tmp_path / "v", *asked)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"Error: {tmp_path / 'v'}: the sparse rows are damaged")


@pytest.mark.parametrize(
    ("words", "error", "hint"),
    [
        ("pairs v king,queen", "a pair takes two words, not 1", "each word an argument: embedkit pairs v king queen"),
        (
            "analogy v man : king :: woman",
            "an analogy takes three words, not 5",
            "each word an argument: embedkit analogy v man king woman",
        ),
        ("similar tea v", "tea: no such file", "FILE comes first: embedkit similar v tea"),
        ("vectors tea v milk", "tea: no such file", "FILE comes first: embedkit vectors v tea milk"),
    ],
)
def test_words_in_another_order_or_form(run, sparse_file, monkeypatch, words, error, hint):
    monkeypatch.chdir(sparse_file.parent)
    sparse_file.rename("v")
    result = run(*words.split())
    assert result == (2, "", f"Error: {error}\nHint: {hint} (embedkit {words.split()[0]} -h)\n", b"")


def test_a_choice_that_help_names_is_one_that_there_is():
    """Commands spell these choices out, so that help imports nothing."""
    from embedkit.commands import _ask, _options, evaluate
    from embedkit.count import glove_cooccur, scipy_npz
    from embedkit.eval.protocols import PROTOCOLS
    from embedkit.vectors.vectors import METRICS

    (protocol,) = (param for param in evaluate.command.params if param.name == "protocol")
    assert set(protocol.type.choices) == set(PROTOCOLS)
    assert _ask.METRICS == METRICS
    assert _options.COUNTS_FORMATS == (glove_cooccur.NAME, scipy_npz.NAME)
