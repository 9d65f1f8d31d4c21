"""Labelled texts: both forms, their vocabularies, and what is wrong with a line."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from embedkit.config import LabelledText
from embedkit.errors import EmbedkitError, FormatError
from embedkit.runtime.resources import Resources
from embedkit.text import labelled
from embedkit.text.labelled import split_labelled, vocabulary

TABS = "b\tthe king\na\tqueen\tof x\nb\t한국어 the\n"
PREFIXED = "__label__b the king\n__label__a queen of x\n__label__b 한국어 the\n"


@pytest.fixture
def read(tmp_path):
    def call(text, config=None, **others):
        paths = {"texts": text} | others
        for name, content in paths.items():
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        options = {name: str(tmp_path / name) for name in others}
        return labelled.read([str(tmp_path / "texts")], config or LabelledText(), Resources(threads=1), **options)

    return call


def texts(examples):
    """(labels, words) of each text."""
    ends = np.flatnonzero(examples.ids < 0)
    words = [examples.words.take(part[part >= 0]).words() for part in np.split(examples.ids, ends + 1)[:-1]]
    spans = zip(examples.label_starts, examples.label_starts[1:])
    return [([examples.names[i] for i in examples.labels[a:b]], line) for (a, b), line in zip(spans, words)]


EXPECTED = [(["b"], ["the", "king"]), (["a"], ["queen", "of", "x"]), (["b"], ["한국어", "the"])]


@pytest.mark.parametrize(
    "text",
    [TABS, PREFIXED, TABS[:-1], TABS.replace("\n", "\r\n"), f"\ufeff{TABS}\n\n", gzip.compress(TABS.encode(), mtime=0)],
    ids=["tabs", "prefixed", "no newline", "CRLF", "mark", "gzip"],
)
def test_forms(read, text):
    found = read(text).train
    assert texts(found) == EXPECTED
    assert list(found.names) == ["b", "a"]  # by falling count
    assert (found.names.counts.tolist(), found.tokens, found.single) == ([2, 1], 7, True)


def test_several_labels(read):
    expected = [(["b", "a"], ["x"]), (["a"], ["y"]), (["b"], ["z"])]
    prefixed = read("__label__b __label__a x\n__label__a y\n__label__b z\n").train
    separated = read("b,a\tx\na\ty\nb\tz\n", LabelledText(label_separator=",")).train
    for found in (prefixed, separated):
        assert list(found.names) == ["a", "b"]
        assert texts(found) == expected
        assert not found.single


def test_other_parts_have_the_same_types_and_labels(read):
    found = read(TABS, valid="a\tthe king of y\n", unlabelled="who knows\n\nx y\n")
    assert texts(found.valid) == [(["a"], ["the", "king", "of", "y"])]
    assert texts(found.unlabelled) == [([], ["who", "knows"]), ([], ["x", "y"])]
    vocab, ids = vocabulary(found.train, LabelledText())
    assert (vocab[0], vocab.counts[0], len(vocab)) == ("the", 2, 6)
    assert ids[found.train.words.id("y")] == -1
    few, _ = vocabulary(found.train, LabelledText(min_count=2))
    assert list(few) == ["the"]


def test_take_and_join(read):
    found = read(TABS).train
    some = found.take(np.array([2, 0]))
    assert texts(some) == [EXPECTED[2], EXPECTED[0]]
    more = some.join(found.take(np.array([1])).labelled(np.array([0]), 0.5))
    assert texts(more) == [EXPECTED[2], EXPECTED[0], (["b"], ["queen", "of", "x"])]
    assert more.weights.tolist() == [1, 1, 0.5]


WRONG = {
    "a\tx\nno tab here\n": "line 2: no tab in it",
    "a\tx\nb\t \n": "line 2: the text is empty",
    "a\tx\n\tx\n": "line 2: the label is empty",
    "a\tx\nvery good\tx\n": "line 2: the label 'very good' has a space in it",
    "__label__a x\nb\ty\n": "line 2: does not begin with __label__",
    "__label__a x\n__label__b\n": "line 2: the text is empty",
    "a\tx\n\nb\t\xff\n".encode("latin-1"): "byte 7: invalid UTF-8",
}


@pytest.mark.parametrize(("text", "message"), WRONG.items(), ids=WRONG.values())
def test_bad_lines(read, tmp_path, text, message):
    with pytest.raises(FormatError) as error:
        read(text)
    assert str(error.value).startswith(f"{tmp_path / 'texts'}: {message}")


def test_bad_texts(read, tmp_path):
    with pytest.raises(EmbedkitError, match="all texts have the label 'a'"):
        read("a\tx\na\ty\n")
    with pytest.raises(EmbedkitError, match="no texts in it"):
        read("\n\n")
    with pytest.raises(FormatError, match=r"valid: line 2: the label 'c' is none of those to train on") as error:
        read(TABS, valid="a\tx\nc\tx\n")
    assert error.value.hint == "labels to train on: b, a"


def test_one_line():
    assert split_labelled("a\tb\tc") == (["a"], "b\tc")
    assert split_labelled("__label__a __label__b c d") == (["a", "b"], "c d")
    with pytest.raises(ValueError, match="no tab"):
        split_labelled("nothing")
