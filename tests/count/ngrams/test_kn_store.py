"""An n-gram model in a native file: what is written is read again, and what does not fit together is refused."""

from __future__ import annotations

import numpy as np
import pytest
from _kneser_ney import WORDS, random_text, trained

from embedkit.count.ngrams import MODEL, store
from embedkit.errors import FormatError
from embedkit.io import container
from embedkit.io.metadata import pack_metadata
from embedkit.io.output import Output


@pytest.mark.parametrize("order", [1, 2, 4])
def test_written_and_read(tmp_path, order):
    model = trained(random_text(1), order)
    with Output(tmp_path / "kn") as out:
        store.save(out, model)
    again = MODEL.load(container.read(tmp_path / "kn"))
    assert list(again.vocab) == WORDS
    assert (again.metadata["kind"], again.metadata["model"], again.metadata["order"]) == ("language-model", "kn", order)
    for mine, other in zip(model.levels, again.levels, strict=True):
        for x, y in zip(mine, other):
            assert x.dtype == y.dtype
            np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"log10.2": None}, "there is no tensor 'log10.2'"),
        ({"keys.3": np.zeros((2, 2), np.int64)}, r"tensor 'keys.3' is int64 \(2, 2\), not int64"),
        ({"keys.2": np.zeros(3, np.int32)}, r"tensor 'keys.2' is int32 \(3,\), not int64"),
        ({"log10.3": np.zeros(3, np.float32)}, "the 3-grams and their probabilities are not of one number"),
        ({"log10.1": np.zeros(3, np.float32)}, "the 1-grams and their probabilities are not of one number"),
        ({"backoff.2": np.zeros(3, np.float32)}, "the 2-grams and their probabilities are not of one number"),
        ({"keys.2": lambda keys: keys[::-1]}, "'keys.2' does not name"),
        ({"keys.2": lambda keys: keys - 1000}, "'keys.2' does not name"),
        ({"keys.3": lambda keys: keys + 10**12}, "'keys.3' does not name"),
        ({"keys.3": lambda keys: keys // 2 * 2}, "'keys.3' does not name"),
        ({"order": 4}, "there is no tensor 'backoff.3'"),
        ({"order": "3"}, "damaged metadata: order is '3'"),
        ({"order": 0}, "damaged metadata: order is 0"),
        ({"words": ["<eos>", *"abcdefghi"]}, "<eos> or <unk> is not among its words"),
    ],
)
def test_what_does_not_fit_together(tmp_path, change, said):
    model = trained(random_text(1), 3, words=change.pop("words", WORDS))
    with Output(tmp_path / "whole") as out:
        store.save(out, model)
    stored = container.read(tmp_path / "whole")
    tensors = {name: stored[name] for name in stored.names}
    facts = {"kind": "language-model", "model": "kn", "order": change.pop("order", 3)}
    for name, value in change.items():
        tensors[name] = value(tensors[name]) if callable(value) else value
    with Output(tmp_path / "kn") as out:
        container.write(out, {k: v for k, v in tensors.items() if v is not None}, pack_metadata(facts))
    with pytest.raises(FormatError, match=said):
        MODEL.load(container.read(tmp_path / "kn"))
