"""Linear classifiers as they are asked: fastText's files, plain and compiled, explanations, measures."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import embedkit
from embedkit.classification.load import load
from embedkit.classification.measures import Truth, cross_entropy, is_right
from embedkit.errors import EmbedkitError, OptionError
from embedkit.io import container
from embedkit.vectors import formats

LABELLED = "king\tthe king met 한국어\nqueen\ta queen met\nking\tthe king 한국어\nqueen\ta, a queen\n" * 3
LINES = ["the king", "a queen met a queen", "", "unseen words 한국어", "x" * 50]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """`trained(**options)`: the path of a classifier of LABELLED."""
    folder, made = tmp_path_factory.mktemp("classifiers"), {}
    (folder / "texts").write_text(LABELLED)

    def call(suffix="safetensors", **options):
        key = json.dumps([suffix, options])
        if key not in made:
            made[key] = folder / f"{len(made)}.{suffix}"
            wanted = {"buckets": 50, "threads": 1} | options
            embedkit.train("classifier", folder / "texts", out=made[key], **wanted)
        return made[key]

    return call


OPTIONS = [
    {"word_ngrams": 3},
    {"weighting": "presence", "minn": 1, "maxn": 2, "loss": "ova"},
    {"weighting": "count", "lowercase": True, "tokenizer": "words"},
    {"loss": "hs", "dim": 4, "word_ngrams": 1},
    {"loss": "ns", "dim": 4, "minn": 2, "maxn": 2, "subword_unit": "jamo"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_plain_equals_compiled(trained, options):
    path = trained(**options)
    plain, compiled = load(path).probabilities(LINES), load(path, threads=2).probabilities(LINES)
    assert (plain.shape, plain.dtype) == ((5, 2), np.float32)
    np.testing.assert_allclose(compiled, plain, atol=2e-6)
    one_by_one = np.concatenate([load(path).probabilities([line]) for line in LINES])
    np.testing.assert_allclose(one_by_one, plain, atol=2e-6)


@pytest.mark.parametrize("options", OPTIONS[:3], ids=str)
def test_explanations_add_up_to_the_score(trained, options):
    model = load(trained(**options))
    line = "the king met the queen"
    scores = model.scores(model.bag([line]))[0]
    for label in (0, 1):
        parts = model.explain(line, label)
        assert sum(amount for _, amount in parts) == pytest.approx(scores[label], rel=1e-4, abs=1e-6)
        assert [abs(amount) for _, amount in parts] == sorted((abs(amount) for _, amount in parts), reverse=True)
    assert {"king", "the king"} < {words for words, _ in parts} or model.word_ngrams == 1


@pytest.mark.parametrize("loss", ["softmax", "hs"])
@pytest.mark.parametrize("threads", [None, 1])
def test_fasttext_answers_alike(golden, loss, threads):
    expected = json.loads((golden / "fasttext-supervised.json").read_text("utf-8"))
    model = load(golden / f"fasttext-supervised-{loss}.bin", threads)
    names, found = model.labels.words(), model.probabilities(expected["lines"])
    assert names == ["neg", "pos", "mixed"] or sorted(names) == ["mixed", "neg", "pos"]
    for row, answers in zip(found, expected[loss], strict=True):
        assert [names[k] for k in np.argsort(-row)] == list(answers)
        np.testing.assert_allclose(np.sort(row)[::-1], list(answers.values()), atol=1e-5)


@pytest.mark.parametrize("options", [{"dim": 0, "word_ngrams": 3}, {"dim": 4, "loss": "hs", "minn": 1, "maxn": 3}])
def test_ours_as_fasttexts(trained, options):
    options |= {"weighting": "count"}
    native, written = (load(trained(suffix, **options)) for suffix in ("safetensors", "bin"))
    np.testing.assert_allclose(written.probabilities(LINES), native.probabilities(LINES), atol=1e-6)
    assert list(written.labels) == list(native.labels)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "the mean of all features"),
        ({"weighting": "count", "minn": 2, "maxn": 2, "subword_unit": "jamo"}, "no n-grams of jamo"),
        ({"weighting": "count", "lowercase": True}, "splits at white space"),
    ],
)
def test_what_fasttext_has_not(trained, options, message, tmp_path):
    with pytest.raises(OptionError, match=message):
        trained("bin", **options)
    with pytest.raises(EmbedkitError, match=f"{tmp_path / 'm.bin'}: fastText"):
        embedkit.load(trained(**options)).save(tmp_path / "m.bin")


def test_the_library(trained, tmp_path):
    model = embedkit.load(trained(word_ngrams=3))
    assert model.classes_.tolist() == ["king", "queen"]
    assert model.predict("the king") == "king"
    assert model.predict(["the king", "a queen"]) == ["king", "queen"]
    assert model.predict(["the king"], threshold=0) == [["king", "queen"]]
    assert model.predict([]) == []
    np.testing.assert_allclose(model.predict_proba(["the king"]).sum(1), 1, rtol=1e-6)
    assert model.explain("the king")[0][1] > 0 > model.explain("the king", "queen")[0][1]
    model.save(tmp_path / "copy.safetensors")
    assert (tmp_path / "copy.safetensors").read_bytes() == trained(word_ngrams=3).read_bytes()
    assert repr(model) == "<classifier: 2 labels, 8 words>"
    with pytest.raises(EmbedkitError, match="holds a classifier, not vectors"):
        formats.load(trained(word_ngrams=3))


def test_measures_by_hand():
    probabilities = np.array([[0.75, 0.25], [0.5, 0.5], [0.1, 0.9]], np.float32)
    truth = Truth(np.array([0, 1, 0, 1]), np.array([0, 1, 2, 4]))
    assert is_right(probabilities, truth).tolist() == [True, False, True]
    wanted = -(math.log(0.75) + math.log(0.5) + (math.log(0.1) + math.log(0.9)) / 2) / 3
    assert cross_entropy(probabilities, truth, binary=False) == pytest.approx(wanted, rel=1e-6)
    wanted = -(2 * math.log(0.75) + 2 * math.log(0.5) + math.log(0.1) + math.log(0.9)) / 3
    assert cross_entropy(probabilities, truth, binary=True) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("options", OPTIONS[:4], ids=str)
def test_quantized(trained, options, tmp_path, run):
    path = trained(**options)
    said = run("quantize", path, "-o", tmp_path / "q.safetensors")
    assert said.err.startswith("relative error of the weights 0.0")
    made = load(tmp_path / "q.safetensors")
    assert made.rows.codes.dtype == np.int8
    plain = load(path).probabilities(LINES)
    np.testing.assert_allclose(made.probabilities(LINES), plain, atol=0.02)
    np.testing.assert_allclose(load(tmp_path / "q.safetensors", 1).probabilities(LINES), plain, atol=0.02)
    embedkit.load(tmp_path / "q.safetensors").save(tmp_path / "again.safetensors")
    again = run("quantize", tmp_path / "again.safetensors", "-o", tmp_path / "r")
    assert again.err == f"Error: {tmp_path / 'again.safetensors'}: is quantized already\n"


def test_buckets_as_numbers_and_as_bits(tmp_path):
    for size, name in ((5_000, "buckets"), (50, "bucket_bits")):
        path = tmp_path / f"{size}.safetensors"
        embedkit.train("classifier", LABELLED.splitlines(), out=path, buckets=size, threads=1)
        stored = container.read(path)
        assert name in stored
        ours = load(path)
        assert len(ours.buckets) == len(ours.rows) - len(ours.vocab)
        assert (np.diff(ours.buckets) > 0).all()
