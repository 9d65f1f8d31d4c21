"""Words composed of their n-grams: which rows they have, where those start, what is left of them at the end."""

from __future__ import annotations

import _word2vec as w2v
import numpy as np
import pytest

from embedkit.config import Text
from embedkit.errors import OptionError
from embedkit.neural.word2vec.subword_rows import subword_rows
from embedkit.runtime.progress import Progress
from embedkit.runtime.resources import Resources
from embedkit.text import corpus
from embedkit.text.vocab import Vocab
from embedkit.training.contract import Run
from embedkit.vectors import formats
from embedkit.vectors.ngrams import Ngrams, hashes
from embedkit.vectors.subwords import SubwordVectors, pooled
from embedkit.vectors.vectors import Vectors

LINES = [[0, 1, 2, 3, 4], [0, 1, 0, 2], [4, 3, 1, 0]]
SMALL = {"minn": 2, "maxn": 4, "buckets": 30, "dim": 6}


@pytest.mark.parametrize("unit", ["char", "jamo"])
@pytest.mark.parametrize("buckets", [7, 1000])
def test_a_word_has_its_own_row_and_those_of_its_ngrams(unit, buckets):
    words = ["king", "kings", "강아지", "é", "</s>", "a"]
    model = w2v.config_of("skipgram", minn=1, maxn=3, buckets=buckets, subword_unit=unit).model
    (starts, rows), used = subword_rows(Vocab.from_words(words), model)
    assert (np.diff(used) > 0).all()
    for word, (begin, end) in enumerate(zip(starts, starts[1:])):
        found = hashes([words[word].encode()], Ngrams(1, 3, unit))[1] % buckets
        own, *ngrams = rows[begin:end].tolist()
        assert own == word
        assert sorted(used[np.array(ngrams, int) - len(words)]) == sorted(found)
    assert sorted(set(rows.tolist())) == list(range(len(words) + len(used)))


@pytest.mark.parametrize("pooling", ["mean", "sum"])
@pytest.mark.parametrize("options", [{}, {"loss": "hs"}, {"deterministic": True, "threads": 2}])
def test_the_result_is_composed_of_what_was_learnt(pooling, options):
    corpus = w2v.corpus_of(LINES)
    trainer = w2v.trainer_of("skipgram", corpus, epochs=2, lr=0.3, pooling=pooling, **SMALL, **options)
    w2v.loop_of(trainer).train()
    inputs, outputs, _ = w2v.Tables.of(trainer)
    validated, found = trainer.vectors(), trainer.result()
    assert isinstance(found, SubwordVectors)
    assert np.array_equal(validated.matrix, found.matrix)
    assert (len(found.buckets), found.ngrams) == (30, Ngrams(2, 4, "char", pooling))
    words = [word.encode() for word in corpus.vocab]
    expected = pooled(words, found.buckets[:], found.ngrams, inputs[:5])
    np.testing.assert_allclose(found.matrix, expected, rtol=1e-4, atol=1e-6)
    assert (found.contexts is None) is (options == {"loss": "hs"})
    assert found.contexts is None or np.allclose(found.contexts, outputs)
    # Buckets that no word of the text has stay zero, and so do words without any other.
    assert not found.buckets[np.setdiff1d(np.arange(30), found.buckets.ids)].any()
    assert found.rows(np.array([found.compose("w01")])).any()


@pytest.fixture(params=["mean", "sum"])
def given(request, tmp_path):
    """(pooling, file with n-grams, file of the same words without): words 1 and 3 of the text among others."""
    words, rng = ["w3", "w1", "elsewhere"], np.random.default_rng(0)
    own, buckets = rng.normal(size=(3, 6)).astype(np.float32), rng.normal(size=(30, 6)).astype(np.float32)
    ngrams = Ngrams(2, 4, "char", request.param)
    vectors = pooled([word.encode() for word in words], buckets, ngrams, own)
    formats.save(tmp_path / "subwords", SubwordVectors(Vocab.from_words(words), vectors, buckets, ngrams))
    formats.save(tmp_path / "plain", Vectors(Vocab.from_words(words), vectors))
    return request.param, tmp_path / "subwords", tmp_path / "plain"


def test_words_start_where_the_file_has_them(given):
    pooling, *paths = given
    for path in paths:
        trainer = w2v.trainer_of("cbow", w2v.corpus_of(LINES), init=str(path), pooling=pooling, **SMALL)
        file, found = formats.load(path), trainer.result()
        np.testing.assert_allclose(found.matrix[[3, 1]], file.matrix[:2], rtol=1e-4, atol=1e-5)
        if path == paths[0]:
            ids = found.buckets.ids
            assert np.array_equal(found.buckets[ids], file.buckets[ids])
            unknown = found.rows(np.array([found.compose("w13")]))
            np.testing.assert_allclose(unknown, file.rows(np.array([file.compose("w13")])), rtol=1e-5)


def test_frozen_words_stay_as_they_are(given):
    pooling, *paths = given
    for path in paths:
        options = {"init": str(path), "pooling": pooling, "epochs": 2, "lr": 0.5, "seed": 4} | SMALL
        corpus, file = w2v.corpus_of(LINES), formats.load(path)
        frozen, free = (w2v.train("skipgram", corpus, freeze=freeze, **options) for freeze in (True, False))
        np.testing.assert_allclose(frozen.matrix[[3, 1]], file.matrix[:2], rtol=1e-4, atol=1e-5)
        assert not np.isclose(free.matrix[[3, 1]], file.matrix[:2]).all(1).any()
        start = w2v.trainer_of("skipgram", corpus, **options).result()
        assert not np.isclose(frozen.matrix[[0, 2, 4]], start.matrix[[0, 2, 4]]).all(1).any()


def test_keep_best_keeps_ngrams_too():
    seen, scores = [], iter([0.5, 0.1])

    def judge(vectors):
        seen.append((vectors.matrix.copy(), vectors.buckets[:]))
        return {"a": next(scores)}

    config = w2v.config_of("skipgram", epochs=2, keep_best=True, valid_pairs=("some file",), **SMALL)
    found = w2v.MODELS["skipgram"][0].MODEL.train(w2v.corpus_of(LINES), config, Run(validation=judge))
    assert np.array_equal(found.matrix, seen[0][0])
    assert np.array_equal(found.buckets[:], seen[0][1])
    assert not np.array_equal(seen[0][1], seen[1][1])


def test_jamo_without_hangul_is_said():
    said = []

    class Listener(Progress):
        def say(self, text, **_):
            said.append(text)

    for words in (["cat", "개"], ["cat", "dog"]):
        corpus = w2v.corpus_of([[0, 1]])
        corpus.vocab = Vocab.from_words(words, [1, 1])
        config = w2v.config_of("cbow", subword_unit="jamo", **SMALL)
        w2v.Trainer(w2v.MODELS["cbow"][1], corpus, config, Run(progress=Listener()))
        assert len(said) == (words[1] == "dog")
    assert said == ["no word of the text has a Hangul syllable: --subword-unit jamo does what char does"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"minn": 4, "maxn": 3}, "--minn 4 --maxn 3: the shortest"),
        ({"minn": 3}, "--minn 3 --maxn 0: the shortest"),
        ({"maxn": 3}, "--minn 0 --maxn 3: the shortest"),
        ({"minn": 3, "maxn": 6, "buckets": 0}, "--buckets 0 leaves n-grams no rows"),
        ({"minn": 3, "maxn": 6, "add_context": True}, "--add-context needs an output vector for each n-gram"),
        ({"subword_unit": "jamo"}, "--subword-unit jamo is of n-grams, and there are none"),
        ({"pooling": "sum"}, "--pooling sum is of n-grams, and there are none"),
    ],
)
def test_options_that_do_not_go_together(options, message):
    with pytest.raises(OptionError, match=message):
        w2v.train("skipgram", w2v.corpus_of(LINES), **options)


def test_phrases_have_ngrams_across_their_joiner(tmp_path):
    (tmp_path / "text").write_text("new york tea cup\n" * 3)
    (tmp_path / "phrases").write_text("new\tyork\n")
    found = {}
    for phrases in (None, str(tmp_path / "phrases")):
        text = corpus.load([str(tmp_path / "text")], Text(min_count=1, phrases=phrases), Resources(cache=False))
        found[phrases] = w2v.trainer_of("skipgram", text, minn=3, maxn=3, buckets=1000, dim=6)
        w2v.loop_of(found[phrases]).train()
    plain, joined = (trainer.result() for trainer in found.values())
    assert "new_york" in joined.vocab.words()
    assert plain.compose("w_y") is None
    assert joined.rows(np.array([joined.compose("w_y")])).any()
