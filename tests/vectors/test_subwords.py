"""Words outside the vocabulary: n-grams, their hashes, and the means of their rows."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.errors import EmbedkitError
from embedkit.text.vocab import Vocab
from embedkit.vectors import formats, query, subwords
from embedkit.vectors.ngrams import FINALS, LEADING, NO_FINAL, VOWELS, Ngrams, hashes
from embedkit.vectors.ranking import analogy, nearest
from embedkit.vectors.subwords import BucketRows, SubwordVectors, own_rows, pooled
from embedkit.vectors.vectors import unit_rows


def slow_jamo(word: str) -> str:
    """Syllables taken apart by the arithmetic of the Unicode standard, section 3.12, with a sign for no final."""
    parts = []
    for char in word:
        index = ord(char) - 0xAC00
        if 0 <= index < 11172:
            leading, vowel, final = index // 588, index % 588 // 28, index % 28
            parts += [LEADING + leading, VOWELS + vowel, FINALS + final if final else NO_FINAL]
        else:
            parts.append(ord(char))
    return "".join(map(chr, parts))


def slow_ngrams(word: str, minn: int, maxn: int, unit: str = "char") -> list[int]:
    """As fastText's Dictionary::computeSubwords and hash, one character after another."""
    text, hashes = f"<{slow_jamo(word) if unit == 'jamo' else word}>", []
    for i in range(len(text)):
        for n in range(minn, maxn + 1):
            if i + n <= len(text) and not (n == 1 and (i == 0 or i + n == len(text))):
                h = 2166136261
                for byte in text[i : i + n].encode():
                    h = (h ^ (byte if byte < 128 else byte | 0xFFFFFF00)) * 16777619 & 0xFFFFFFFF
                hashes.append(h)
    return hashes


def make(texts, bucket=10, D=5, minn=3, maxn=6, **kind) -> tuple[SubwordVectors, np.ndarray]:
    """Vectors of `texts`, and the rows of which they are means: those of the words, then those of the n-grams."""
    rows = np.random.default_rng(1).normal(size=(len(texts) + bucket, D)).astype(np.float32)
    own, buckets = rows[: len(texts)], rows[len(texts) :]
    ngrams = Ngrams(minn, maxn, **kind)
    vectors = pooled([text.encode() for text in texts], buckets, ngrams, own)
    return SubwordVectors(Vocab.from_words(texts), vectors, buckets, ngrams), rows


def test_hashes_take_bytes_as_signed_numbers():
    words, hashed = hashes([b"abc", "한국어".encode()], Ngrams(3, 6))
    found = {word: set(hashed[words == word].tolist()) for word in (0, 1)}
    assert 440920331 in found[0]  # abc
    assert 3662803087 in found[1]  # 국어>
    assert 3864850063 not in found[1]  # 국어> with unsigned bytes
    assert 1801725635 in hashes(["한국".encode()], Ngrams(2, 2))[1]  # 한국


# h, and h modulo 2,000,000, from the rule of dictionary.cc: each byte is widened as a signed number.
GOLDEN = {
    "<wh": (1048167652, 167652),
    "where>": (4012121234, 121234),
    "é": (1023043777, 1043777),
    "가": (3016172053, 172053),
    "<가": (3954647979, 647979),
    "가>": (763021745, 1021745),
    "영화": (3738533442, 533442),
}


def test_golden_hashes():
    found = hashes([word.encode() for word in ("where", "é", "가", "영화")], Ngrams(1, 6))[1].tolist()
    assert {gram: (h, h % 2_000_000) for gram, (h, _) in GOLDEN.items()} == GOLDEN
    assert {h for h, _ in GOLDEN.values()} <= set(found)
    assert len(hashes([b"where"], Ngrams(3, 6))[0]) == 14
    assert [len(hashes(["강아지".encode()], Ngrams(*lengths))[0]) for lengths in ((3, 6), (1, 4))] == [6, 12]


@pytest.mark.parametrize("unit", ["char", "jamo"])
@pytest.mark.parametrize(("minn", "maxn"), [(3, 6), (2, 3), (1, 2), (1, 1), (0, 4), (5, 5), (4, 3), (0, 0)])
def test_ngrams_are_those_of_the_original(minn, maxn, unit):
    texts = ["the", "한국어", "a", "naïve-zèbre", "日本", "x" * 40, "</s>x", "가힣ㅋㅋ값2", "꿿\ud7a4", "퟿가"]
    words, hashed = hashes([text.encode() for text in texts], Ngrams(minn, maxn, unit))
    for i, text in enumerate(texts):
        assert sorted(hashed[words == i].tolist()) == sorted(slow_ngrams(text, max(1, minn), maxn, unit))


def test_jamo_cross_and_split_syllables():
    """강아지 has 24 n-grams of 3 to 5 jamo, as Park et al. count them; 값 and 갑 share what a syllable does not."""
    assert len(hashes(["강아지".encode()], Ngrams(3, 5, "jamo"))[0]) == 24
    one, other = (set(hashes([word.encode()], Ngrams(2, 3, "jamo"))[1].tolist()) for word in ("값이", "갑이"))
    assert len(one & other) == len({"<ㄱ", "ㄱㅏ", "<ㄱㅏ", "ㅇㅣ", "ㅣ_", "_>", "ㅇㅣ_", "ㅣ_>"})
    broken = b"\xea\xb0" + "가".encode()[:2] + b"x"  # words of foreign files may be cut inside a character
    assert len(hashes([broken, b"\xed", b""], Ngrams(1, 3, "jamo"))[0])


def test_the_end_of_a_sentence_has_no_ngrams():
    assert len(hashes([b"</s>"], Ngrams(3, 6))[0]) == 0
    words, _ = hashes([b"a", b"</s>", b"b"], Ngrams(2, 3))
    assert set(words.tolist()) == {0, 2}


@pytest.mark.parametrize(("unit", "pooling"), [("char", "mean"), ("jamo", "mean"), ("char", "sum")])
def test_pools_of_rows(unit, pooling):
    texts = ["ab", "</s>", "한국어", "unknown"]
    vectors, rows = make(texts[:3], unit=unit, pooling=pooling)
    ids = query.find_all(vectors, texts)
    assert ids.tolist() == [0, 1, 2, 3]
    for i, (text, row) in enumerate(zip(texts, vectors.rows(ids))):
        own = [i] if i < 3 else []
        parts = own + ([] if text == "</s>" else [3 + h % 10 for h in slow_ngrams(text, 3, 6, unit)])
        np.testing.assert_allclose(row, getattr(rows[parts].astype(float), pooling)(0), rtol=2e-6)
    words = [text.encode() for text in texts[:3]]
    np.testing.assert_allclose(own_rows(words, vectors.matrix, vectors.buckets, vectors.ngrams), rows[:3], atol=1e-5)


def test_blocks_do_not_matter(monkeypatch):
    texts = [f"word{i}" for i in range(50)] + ["</s>", "", "x"]
    whole = make(texts, 100)[0].matrix
    monkeypatch.setattr(subwords, "HASHED", 1)
    monkeypatch.setattr(subwords, "GATHER", 20)
    np.testing.assert_array_equal(make(texts, 100)[0].matrix, whole)


def test_an_unknown_word_has_one_id_and_is_never_an_answer():
    vectors, _ = make(["one", "two", "three"])
    first, again, other = (vectors.compose(word) for word in ("four", "four", "five"))
    assert (first, again, other) == (3, 3, 4)
    assert query.find(vectors, "four") is None
    assert len(vectors.vocab) == 3
    ((ids, scores),) = nearest(vectors, [query.parse_query(vectors, "four")], k=9)
    assert sorted(ids.tolist()) == [0, 1, 2]
    expected = vectors.scores(vectors.rows([3]))[0]
    np.testing.assert_allclose(scores, expected[ids], rtol=1e-6)


def test_a_word_without_ngrams_is_unknown():
    vectors, _ = make(["one", "two"], minn=5, maxn=6)
    assert vectors.compose("a") is None
    assert vectors.compose("") is None
    untrained, _ = make(["one"], bucket=1)
    untrained.buckets[:] = 0
    assert untrained.compose("two") is None
    with pytest.raises(query.Unanswerable, match="unknown word: a"):
        query.find_all(vectors, ["one", "a", "abcdef"])


def test_expressions_and_analogies_take_unknown_words():
    vectors, _ = make(["one", "two", "three", "four"])
    ids, signs = query.parse_query(vectors, "one - uno + zwei")
    assert (ids.tolist(), signs.tolist()) == ([0, 4, 5], [1, -1, 1])
    assert query.find(vectors, "one - uno + zwei") is None  # an expression is no word
    for method in ("add", "mul"):
        (ranking,) = analogy(vectors, np.array([[5, 0, 4]]), method, k=3)
        assert sorted(ranking[0].tolist()) == [1, 2, 3]
    units = unit_rows(vectors.rows([5, 0, 4, 1, 2, 3]))
    (ids, scores), *_ = analogy(vectors, np.array([[5, 0, 4]] * 3), "add", k=3)
    wanted = units[3:] @ unit_rows((units[1] - units[0] + units[2])[None])[0]
    np.testing.assert_allclose(scores, np.sort(wanted)[::-1], rtol=1e-5)


def test_a_broken_row_of_ngrams_is_named_when_it_is_used():
    vectors, rows = make(["one"], bucket=1)
    vectors.buckets[0, 0] = np.nan
    with pytest.raises(EmbedkitError, match="the vector of 'two' holds a NaN or an infinite number"):
        vectors.rows([0, vectors.compose("two")])


def test_a_selection_keeps_them(tmp_path):
    vectors, _ = make(["one", "two", "three"])
    part = vectors.take([2, 0])
    assert part.vocab.words() == ["three", "one"]
    np.testing.assert_array_equal(part.rows([part.compose("two!")]), vectors.rows([vectors.compose("two!")]))


@pytest.mark.parametrize("kind", [{}, {"unit": "jamo"}, {"unit": "jamo", "pooling": "sum"}])
def test_native_files_keep_them(tmp_path, kind):
    vectors, _ = make(["one", "둘"], **kind)
    formats.save(tmp_path / "x", vectors)
    again = formats.load(tmp_path / "x")
    assert again.ngrams == vectors.ngrams
    np.testing.assert_array_equal(again.rows([again.compose("둘이")]), vectors.rows([vectors.compose("둘이")]))


def test_older_native_files_have_lengths_alone(tmp_path):
    assert formats.load(_native(tmp_path, {"ngrams": "[3, 6]"})).ngrams == Ngrams(3, 6, "char", "mean")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ngrams": "[3]"}, "do not say which"),
        ({"ngrams": "[3, true]"}, "do not say which"),
        ({"ngrams": "[3, 33]"}, "do not say which"),
        ({"ngrams": '{"minn": 3}'}, "do not say which"),
        ({"ngrams": '{"minn": 3, "maxn": 6, "unit": []}'}, "do not say which"),
        ({"ngrams": '{"minn": 3, "maxn": 6, "pooling": "max"}'}, "do not say which"),
        ({"ngrams": '{"minn": 3, "maxn": 6, "hashes": 2}'}, "do not say which"),
        ({}, "do not say which"),
        ({"ngrams": "[3, 6]", "subwords": np.zeros((2, 4), np.float32)}, r"float32 \(2, 4\), not float32 rows of 5"),
        ({"ngrams": "[3, 6]", "subwords": np.zeros(5, np.float32)}, r"float32 \(5,\), not float32 rows of 5"),
        ({"ngrams": "[3, 6]", "subwords": np.zeros((2, 5))}, "float64"),
        ({"ngrams": "[3, 6]", "buckets": "9", "subwords.ids": np.array([4, 4], np.int32)}, "do not|does not say whose"),
        ({"ngrams": "[3, 6]", "buckets": "9", "subwords.ids": np.array([1, 9], np.int32)}, "does not say whose"),
        ({"ngrams": "[3, 6]", "buckets": "9", "subwords.ids": np.array([1], np.int32)}, "does not say whose"),
        ({"ngrams": "[3, 6]", "subwords.ids": np.array([1, 3], np.int32)}, "does not say whose"),
    ],
)
def test_native_files_that_contradict_themselves(tmp_path, change, message):
    with pytest.raises(EmbedkitError, match=message):
        formats.load(_native(tmp_path, change))


def test_buckets_without_a_row_are_zero(tmp_path):
    dense, _ = make(["one", "two"], bucket=50)
    ids = np.flatnonzero(np.arange(50) % 3 == 1).astype(np.int32)
    dense.buckets[np.setdiff1d(np.arange(50), ids)] = 0
    rows = BucketRows(ids, dense.buckets[ids], 50)
    some = SubwordVectors(dense.vocab, dense.matrix, rows, dense.ngrams)
    asked = ("three", "ones", "t")
    expected = dense.rows(np.array([*map(dense.compose, asked)]))
    for kind in ("native", "fasttext", "finalfusion"):
        formats.save(tmp_path / kind, some, kind)
        formats.save(tmp_path / "dense", dense, kind)
        for vectors in (formats.load(tmp_path / kind), formats.load(tmp_path / "dense")):
            np.testing.assert_array_equal(vectors.rows(np.array([*map(vectors.compose, asked)])), expected)
    assert formats.load(tmp_path / "native").buckets.rows.shape == (17, 5)
    assert np.array_equal(formats.load(tmp_path / "native").buckets[:], dense.buckets)


def _native(tmp_path, change: dict):
    """The path of a file of one word, with metadata and rows of n-grams as in `change`."""
    from embedkit.io import container
    from embedkit.io.output import Output
    from embedkit.text.vocab_tensors import vocab_tensors

    tensors = {"vectors": np.ones((1, 5), np.float32), "subwords": np.ones((2, 5), np.float32)}
    tensors |= {key: value for key, value in change.items() if key.startswith("subwords")}
    facts = {"kind": "vectors", "input": "vectors", **{k: v for k, v in change.items() if k not in tensors}}
    with Output(tmp_path / "x") as out:
        container.write(out, tensors | vocab_tensors(Vocab.from_words(["a"])), facts)
    return tmp_path / "x"
