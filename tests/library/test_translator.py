"""Encoder-decoders in Python: trained, saved, loaded, asked."""

from __future__ import annotations

import numpy as np
import pytest

import embedkit
from embedkit.errors import EmbedkitError

PAIRS = ["3+4\t7", "10+2\t12", "5+5\t10", "1+1\t2"] * 3


@pytest.fixture(scope="module")
def trained():
    sizes = {"embed": 4, "hidden": 5, "epochs": 2, "batch_size": 4, "threads": 1}
    return embedkit.train("seq2seq", PAIRS, attention="dot", **sizes)


def test_the_same_from_training_and_from_a_file(trained, tmp_path):
    trained.save(tmp_path / "m.safetensors")
    loaded = embedkit.load(tmp_path / "m.safetensors")
    assert repr(loaded) == repr(trained) == "<seq2seq: 9 source tokens, 6 target tokens>"
    for one in (trained, loaded):
        assert [best.output for best in one.translate(["3+4", "5+5"])] == [
            best.output for best in trained.translate(["3+4", "5+5"])
        ]
    loaded.save(tmp_path / "copy.safetensors")
    assert (tmp_path / "copy.safetensors").read_bytes() == (tmp_path / "m.safetensors").read_bytes()


def test_shapes_of_answers(trained):
    one = trained.translate("3+4", attention=True)
    assert one.attention.shape == (len(one.tokens), 3)
    two = trained.translate(["3+4", "10+2"], beam=4, n_best=2, max_length=4)
    assert [len(found) for found in two] == [2, 2]
    assert trained.translate("3+4", beam=4, n_best=2, max_length=4)[1].output == two[0][1].output
    assert all(found[0].score >= found[1].score for found in two)


def test_scores(trained):
    found = trained.translate(["3+4", "10+2"], beam=3, n_best=3, max_length=3)
    pairs = [(line, best.output) for line, some in zip(("3+4", "10+2"), found) for best in some if best.output]
    expected = [best.ln for some in found for best in some if best.output]
    assert trained.score(pairs) == pytest.approx(expected, rel=1e-5)
    assert trained.score(("3+4", "7")) == trained.score([("3+4", "7")])[0]
    assert np.isfinite(trained.score(("?", "?")))


def test_sides_without_tokens(trained):
    with pytest.raises(EmbedkitError, match="line 2 has no token"):
        trained.translate(["3+4", " "])
    with pytest.raises(EmbedkitError, match="pair 1: one side"):
        trained.score(("3+4", ""))


def test_another_kind_of_file(toy_file):
    from embedkit.translation.load import load

    with pytest.raises(EmbedkitError, match=r"holds vectors, not an encoder-decoder$") as error:
        load(toy_file)
    assert "train seq2seq" in error.value.hint
    golden = toy_file.parent / "text"
    golden.write_text("the 1 2\nof 3 4\n")
    with pytest.raises(EmbedkitError, match=r"holds vectors \(glove\), not an encoder-decoder$"):
        load(golden)
    golden.write_text("\\data\\\nngram 1=1\n")
    with pytest.raises(EmbedkitError, match="holds a language model, not an encoder-decoder$"):
        load(golden)
