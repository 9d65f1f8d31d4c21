"""Options that the text decides."""

from __future__ import annotations

import pytest
from _word2vec import MODELS

from embedkit.config import Config
from embedkit.text.vocab import Vocab


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("given", "words", "expected"),
    [
        (None, 7, 1.0),
        (0.0, 7, 0.0),
        (0.5, 10**8, 0.5),
        (None, 2_000_000, 5e-4),
        (None, 10**8, 3e-4),
    ],
)
def test_sample_by_the_size_of_the_text(model, given, words, expected):
    """A threshold left open follows the occurrences of the words kept; a given one stays, as 0 does."""
    sections = {name: options() for name, options in MODELS[model][0].MODEL.sections.items()}
    sections["context"] = type(sections["context"])(sample=given)
    config, vocab = Config(**sections), Vocab.from_words(["a", "b"], [words - words // 3, words // 3])
    found = MODELS[model][0].MODEL.resolved(config, type("Data", (), {"vocab": vocab}))
    assert found.context.sample == pytest.approx(expected)
    assert found.text is config.text
