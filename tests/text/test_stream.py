"""A text as one stream: line ends and unknown words are words, nothing is left out, and it is counted right."""

from __future__ import annotations

import hashlib
import os

import numpy as np
import pytest

from embedkit.config import Text
from embedkit.errors import EmbedkitError
from embedkit.runtime.resources import Resources
from embedkit.text.stream import EOS, UNK, read, read_with


@pytest.fixture
def file(tmp_path):
    def write(content, name="text.txt"):
        (tmp_path / name).write_text(content)
        return str(tmp_path / name)

    return write


def stream(path, **options):
    return read([path], Text(**{"min_count": 1, **options}), Resources(cache=False, threads=1))


def words(stream) -> str:
    return " ".join(stream.vocab[id] for id in stream.ids)


def test_every_line_ends_and_nothing_is_left_out(file):
    made = stream(file("b a b\n\nb c\n"))
    assert words(made) == "b a b <eos> <eos> b c <eos>"
    assert list(made.vocab) == ["b", EOS, "a", "c", UNK]
    assert made.vocab.counts.tolist() == [3, 3, 1, 1, 0]
    assert (made.tokens, made.unknown, made.eos, made.unk) == (8, 0, 1, 4)
    assert made.ids.dtype == np.int32
    assert made.sha256 == hashlib.sha256(b"b a b\n\nb c\n").hexdigest()


def test_rare_words_become_unknown(file):
    made = stream(file("b a b\nc b\n"), min_count=2)
    assert words(made) == "b <unk> b <eos> <unk> b <eos>"
    assert list(made.vocab) == ["b", EOS, UNK]
    assert made.vocab.counts.tolist() == [3, 2, 2]
    assert made.unknown == 2


def test_unknown_words_of_the_text_itself(file):
    made = stream(file("<unk> a <unk>\n<unk> b a\n"), min_count=2)
    assert words(made) == "<unk> a <unk> <eos> <unk> <unk> a <eos>"
    assert dict(zip(made.vocab, made.vocab.counts)) == {UNK: 4, "a": 2, EOS: 2}
    assert made.vocab[0] == UNK


def test_line_ends_of_the_text_itself(file):
    made = stream(file("a a <eos> a\n"))
    assert words(made) == "a a <eos> a <eos>"
    assert dict(zip(made.vocab, made.vocab.counts)) == {"a": 3, EOS: 2, UNK: 0}


@pytest.mark.parametrize("text", ["a a a b b c <unk>\n", "a a a b b c\n"])
def test_the_largest_vocabulary_counts_both(file, text):
    made = stream(file(text), max_vocab=4)
    assert sorted(made.vocab) == sorted(["a", "b", EOS, UNK])
    assert made.vocab.counts.sum() == made.tokens == len(text.split()) + 1


def test_a_given_vocabulary_keeps_its_order(file):
    made = stream(file("a b c\n"), vocab=file("c\n<unk>\na\nz\n", "words"))
    assert list(made.vocab) == ["c", UNK, "a", "z", EOS]
    assert made.vocab.counts.tolist() == [1, 1, 1, 0, 1]
    assert words(made) == "a <unk> c <eos>"


def test_characters(file):
    made = stream(file("ab a\nb\n"), tokenizer="chars")
    assert words(made) == "a b ▁ a <eos> b <eos>"


def test_another_text_in_the_same_words(file):
    known = stream(file("a b a\nb a\n"))
    made = read_with([file("a z\nb\n", "other")], known.vocab, Text(vocab="nowhere"), Resources(cache=False, threads=1))
    assert made.vocab is known.vocab
    assert words(made) == "a <unk> <eos> b <eos>"
    assert (made.tokens, made.unknown, made.eos, made.unk) == (5, 1, known.eos, known.unk)


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_an_empty_text(file, content):
    known = stream(file("a\n"))
    with pytest.raises(EmbedkitError, match="empty: no words in it"):
        stream(file(content, "empty"))
    with pytest.raises(EmbedkitError, match="empty: no words in it"):
        read_with([file(content, "empty")], known.vocab, Text(), Resources(cache=False, threads=1))


def test_a_text_without_a_known_word(file):
    known = stream(file("a\n"))
    for content in ("b c\n", "<unk> <eos>\n"):
        with pytest.raises(EmbedkitError, match="other: none of its words is in the vocabulary"):
            read_with([file(content, "other")], known.vocab, Text(), Resources(cache=False, threads=1))
    with pytest.raises(EmbedkitError, match="no word occurs 3 times"):
        stream(file("a b a\n"), min_count=3)
    with pytest.raises(EmbedkitError, match="no word of it is kept"):
        stream(file("<unk> <unk> a\n"), min_count=2)


def test_the_cache_changes_nothing(file, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    path = file("b a b\nc b\n" * 3)
    made = [read([path], Text(min_count=4), Resources(threads=threads)) for threads in (1, 2)] + [
        stream(path, min_count=4)
    ]
    assert len({words(one) for one in made}) == 1


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="a million words take long without a compiler")
def test_penn_treebank(shared):
    folder = shared / "data/ptb"
    made = read([str(folder / "ptb.train.txt")], Text(min_count=1), Resources(cache=False))
    assert (made.tokens, len(made.vocab)) == (929_589, 10_000)
    assert made.vocab.words(0, 5) == ["the", UNK, EOS, "N", "of"]
    assert made.vocab.counts.sum() == made.tokens
    assert made.unknown == made.vocab.counts[made.unk] == 45_020
    test = read_with([str(folder / "ptb.test.txt")], made.vocab, Text(min_count=1), Resources(cache=False))
    assert (test.tokens, test.unknown) == (82_430, 4_794)
