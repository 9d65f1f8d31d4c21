"""Words matched and rows joined: by hand, and against the definitions one word at a time."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.text.vocab import Vocab
from embedkit.vectors.transform import rows as module
from embedkit.vectors.transform.history import shared
from embedkit.vectors.transform.merge import match, merge
from embedkit.vectors.vectors import Vectors


def make(rows: dict, counts=None, **metadata) -> Vectors:
    return Vectors(Vocab.from_words(rows, counts), np.array(list(rows.values()), np.float32), metadata=metadata)


A = {"tea": (3, 4), "milk": (1, 0), "cup": (0, 2)}
B = {"cow": (1, 1, 1), "tea": (0, 0, 5), "cup": (2, 0, 0)}


def merged(how: str, union: bool = False, unit: bool = False, sources=None) -> dict:
    sources = sources or [make(A), make(B)]
    vocab, ids = match([source.vocab for source in sources], union)
    return dict(zip(vocab.words(), merge(sources, ids, how, unit).tolist()))


def test_average_of_the_words_that_all_have():
    assert merged("average") == {"tea": [1.5, 2, 2.5], "cup": [1, 1, 0]}


def test_average_of_the_rows_that_there_are():
    assert merged("average", union=True) == {
        "tea": [1.5, 2, 2.5], "milk": [1, 0, 0], "cup": [1, 1, 0], "cow": [1, 1, 1]
    }  # fmt: skip


def test_concatenate():
    assert merged("concatenate") == {"tea": [3, 4, 0, 0, 5], "cup": [0, 2, 2, 0, 0]}
    added = merged("concatenate", union=True)
    assert (added["milk"], added["cow"]) == ([1, 0, 0, 0, 0], [0, 0, 1, 1, 1])


def test_unit():
    assert merged("concatenate", unit=True)["tea"] == [np.float32(0.6), np.float32(0.8), 0, 0, 1]


@pytest.mark.parametrize("how", ["average", "concatenate"])
@pytest.mark.parametrize("union", [False, True])
@pytest.mark.parametrize("unit", [False, True])
def test_equals_the_definition_word_by_word(how, union, unit, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 50)
    rng, sources = np.random.default_rng(1), []
    for width in (5, 3, 4):
        words = rng.permutation(60)[:40]
        sources.append(make({f"w{word}": rng.normal(size=width) for word in words}))
    words = {word for source in sources for word in source.vocab}
    if not union:
        words = {word for word in words if all(word in source.vocab for source in sources)}
    got = merged(how, union, unit, sources)
    assert set(got) == words
    for word, row in got.items():
        parts = [source.matrix[source.vocab.id(word)].astype(float) if word in source.vocab else None
                 for source in sources]  # fmt: skip
        if unit:
            parts = [part if part is None else part / np.linalg.norm(part) for part in parts]
        if how == "concatenate":
            expected = np.concatenate([np.zeros(s.width) if part is None else part for s, part in zip(sources, parts)])
        else:
            expected = np.mean([np.pad(part, (0, 5 - len(part))) for part in parts if part is not None], axis=0)
        np.testing.assert_allclose(row, expected, rtol=1e-6)


def test_a_union_is_sorted_by_the_larger_count():
    vocabs = [make(A, [9, 5, 1]).vocab, make(B, [7, 8, 6]).vocab]
    vocab, ids = match(vocabs, union=True)
    assert (vocab.words(), vocab.counts.tolist()) == (["tea", "cow", "cup", "milk"], [9, 7, 6, 5])
    assert ids.tolist() == [[0, -1, 2, 1], [1, 0, 2, -1]]
    vocab, ids = match(vocabs)
    assert (vocab.words(), vocab.counts.tolist(), ids.tolist()) == (["tea", "cup"], [9, 6], [[0, 2], [1, 2]])


def test_counts_that_one_lacks_are_dropped():
    assert match([make(A, [9, 5, 1]).vocab, make(B).vocab])[0].counts is None


def test_nothing_in_common():
    vocab, ids = match([make(A).vocab, make({"한국어": (1, 2)}).vocab])
    assert (len(vocab), ids.shape) == (0, (2, 0))


def test_facts_that_all_share():
    text = {"lowercase": True}
    a, b = make(A, corpus_sha256="x", config={"text": text}), make(B, corpus_sha256="x", config={"text": text})
    other, bare = make(B, corpus_sha256="y", config={"text": {}}), make(A)
    assert shared([a, b]) == {"corpus_sha256": "x", "config": {"text": text}}
    assert shared([a, other]) == shared([a, bare]) == shared([bare, a]) == shared([bare, bare]) == {}
