"""Going on with vectors: old words, new words, further epochs, and what cannot be gone on with."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.text.vocab import Vocab
from embedkit.vectors import formats
from embedkit.vectors.vectors import Vectors

OLD = "tea cup hot\ncup tea tea\nhot cup tea\nmilk\n" * 9
NEW = "tea maté hot\nmaté cup cup\nrare tea\n" * 9
OPTIONS = ("--dim", 6, "--min-count", 9, "--sample", 0, "--threads", 1, "--no-cache")


@pytest.fixture
def train(run, tmp_path, monkeypatch):
    """`train("new.txt", "out", "--update", "old")`: the result of the command, and vectors if there are any."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.txt").write_text(OLD, "utf-8")
    (tmp_path / "new.txt").write_text(NEW.replace("rare", "rare\nodd", 1), "utf-8")

    def call(text, out, *options, model="skipgram"):
        got = run("train", model, text, "-o", out, *OPTIONS, *options)
        return got, formats.load(tmp_path / out) if got.code == 0 else None

    return call


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_old_words_stay_and_new_ones_come_behind(train, model):
    _, old = train("old.txt", "old", "--save-contexts", model=model)
    got, new = train("new.txt", "new", "--update", "old", "--lr", 1e-9, "--epochs", 1, model=model)
    assert old.vocab.words() == ["tea", "cup", "hot", "milk"]
    assert new.vocab.words() == ["tea", "cup", "hot", "milk", "maté", "rare"]
    assert new.vocab.counts.tolist() == [54, 45, 27, 9, 18, 9]
    np.testing.assert_allclose(new.matrix[:4], old.matrix, atol=1e-6)
    np.testing.assert_allclose(new.contexts[:4], old.contexts, atol=1e-6)
    assert old.contexts.any()
    assert new.matrix[4:].any(axis=1).all()
    np.testing.assert_allclose(new.contexts[4:], 0, atol=1e-6)
    assert "4 old words, 1 of them not in the new text; 2 added, 1 dropped (below --min-count 9)\n" in got.err
    assert "4 of 6 words start from old" in got.err
    assert new.metadata["update"].keys() == {"sha256"}
    assert new.metadata["config"]["training"]["lr"] == pytest.approx(3e-10)
    assert "learning rate 3e-10 at the start" in got.err


def test_training_moves_them_and_frozen_ones_stay(train):
    _, old = train("old.txt", "old", "--save-contexts")
    _, free = train("new.txt", "free", "--update", "old")
    _, frozen = train("new.txt", "frozen", "--update", "old", "--freeze")
    assert (np.abs(free.matrix[:3] - old.matrix[:3]).max(axis=1) > 1e-3).all()
    np.testing.assert_array_equal(frozen.matrix[:4], old.matrix)
    assert (np.abs(frozen.matrix[4:] - old.matrix[:2]) > 1e-3).any()


def test_old_text_is_mixed_in_but_not_counted_again(train):
    train("old.txt", "old", "--save-contexts")
    got, new = train("new.txt", "new", "--update", "old", "--replay", "old.txt")
    assert new.vocab.counts.tolist() == [54, 45, 27, 9, 18, 9]
    assert "163 tokens, 6 words kept" in got.err
    assert len(new.metadata["update"]["replay_sha256"]) == 1
    _, without = train("new.txt", "without", "--update", "old")
    assert np.abs(new.matrix[3] - without.matrix[3]).max() == 0  # milk stands alone on its line
    assert np.abs(new.matrix[0] - without.matrix[0]).max() > 1e-4


def test_a_share_of_the_old_text_is_mixed_in(train):
    train("old.txt", "old", "--save-contexts")
    options = ("--update", "old", "--replay", "old.txt", "--replay-share", 0.4)
    got, new = train("new.txt", "new", *options)
    new_tokens, old_tokens = len(NEW.split()) + 1, len(OLD.split())
    tokens = int(got.err.partition(" tokens")[0].rsplit(maxsplit=1)[-1])
    assert 0.2 < (tokens - new_tokens) / old_tokens < 0.6
    assert new.metadata["update"]["replay_share"] == 0.4
    assert new.vocab.counts.tolist() == [54, 45, 27, 9, 18, 9]
    _, other = train("new.txt", "other", *options, "--seed", 2)
    assert np.abs(new.matrix - other.matrix).max() > 1e-4


def test_further_epochs_have_the_rate_of_the_whole_run(train):
    _, old = train("old.txt", "old", "--save-contexts", "--epochs", 3, "--lr", 0.04)
    _, once = train("old.txt", "once", "--update", "old", "--extend-epochs", 1, "--lr", 0.04)
    got, twice = train("old.txt", "twice", "--update", "once", "--extend-epochs", 2, "--lr", 0.06)
    assert got.code == 0
    trained = [made.metadata["config"]["training"] for made in (once, twice)]
    assert [facts["epochs"] for facts in trained] == [1, 2]
    assert [facts["lr"] for facts in trained] == pytest.approx([0.01, 0.02])
    assert twice.metadata["update"]["epochs"] == 4
    assert twice.vocab.words() == old.vocab.words()
    assert twice.vocab.counts.tolist() == old.vocab.counts.tolist()
    got, _ = train("new.txt", "x", "--update", "old", "--extend-epochs", 1)
    assert "new.txt: is not the text that old was trained on" in got.err
    train("new.txt", "updated", "--update", "old")
    got, _ = train("new.txt", "x", "--update", "updated", "--extend-epochs", 1)
    assert "is not the text that updated was trained on" in got.err


def test_files_without_context_vectors_and_counts(train, tmp_path):
    _, old = train("old.txt", "old.bin")
    got, new = train("new.txt", "new", "--update", "old.bin", "--epochs", 1, "--lr", 1e-9)
    assert "Warning: the file of --update has no context vectors, so they start anew" in got.err
    assert "Warning: old.bin: the counts of its words are not known" in got.err
    assert new.vocab.counts.tolist() == [18, 18, 9, 0, 18, 9]
    np.testing.assert_allclose(new.matrix[:4], old.matrix, atol=1e-6)
    _, again = train("new.txt", "again", "--update", "new", "--lowercase")
    assert again.contexts is not None
    assert "lowercase was False, now it is True" in train("new.txt", "x", "--update", "new", "--lowercase")[0].err


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--update", "wide"), "wide: its vectors have 7 dimensions, not 6\nHint: --dim 7"),
        (("--update", "sum"), "sum: its vectors are sums with context vectors"),
        (("--update", "ppmi"), "ppmi: its vectors have 4 dimensions, not 6"),
        (("--update", "wide", "--loss", "hs"), "--loss hs: new words would move the nodes of the tree"),
        (("--update", "wide", "--init", "wide.bin"), "--update starts from its file, so --init has nothing to start"),
        (("--update", "wide", "--vocab", "words"), "--update keeps the words of its file"),
        (("--update", "wide", "--replay", "a", "--extend-epochs", 1), "there is nothing to --replay"),
        (("--replay", "old.txt"), "--replay goes with --update FILE, and there is none"),
        (("--update", "wide", "--replay-share", 0.1), "--replay-share is of the text of --replay FILE"),
        (("--update", "wide", "--replay", "a", "--replay-share", 2), "--replay-share 2: is a share of the lines"),
        (("--extend-epochs", 2), "--extend-epochs goes with --update FILE, and there is none"),
        (("--freeze",), "--freeze keeps what --init FILE gives"),
        (("--update", "gone"), "gone: no such file"),
    ],
)
def test_refusals(train, run, tmp_path, options, error):
    vocab = Vocab.from_words(["tea", "cup"])
    formats.save(tmp_path / "wide", Vectors(vocab, np.ones((2, 7), np.float32)))
    summed = {"config": {"model": {"add_context": True}}}
    formats.save(tmp_path / "sum", Vectors(vocab, np.ones((2, 6), np.float32), metadata=summed))
    assert run("train", "ppmi", "old.txt", "-o", "ppmi", "--min-count", 9, "-q").code == 0
    got, _ = train("new.txt", "out", *options)
    assert got.code in (1, 2)
    assert error in got.err
    assert not (tmp_path / "out").exists()


SUBWORDS = ("--minn", 2, "--maxn", 3, "--buckets", 50)


@pytest.mark.parametrize("pooling", ["mean", "sum"])
def test_ngrams_go_on_too(train, pooling):
    options = (*SUBWORDS, "--pooling", pooling)
    _, old = train("old.txt", "old", *options)
    _, new = train("new.txt", "new", *options, "--update", "old", "--lr", 1e-9, "--epochs", 1)
    np.testing.assert_allclose(new.matrix[:4], old.matrix, atol=1e-5)
    np.testing.assert_allclose(new.contexts[:4], old.contexts, atol=1e-6)
    np.testing.assert_allclose(new.buckets[old.buckets.ids], old.buckets.rows, atol=1e-6)
    got, _ = train("new.txt", "x", "--update", "old")
    hint = f"Hint: --minn 2 --maxn 3 --subword-unit char --pooling {pooling} --buckets 50\n"
    assert "old: its words are made of other n-grams" in got.err
    assert got.err.endswith(hint)
    train("old.txt", "plain")
    got, _ = train("new.txt", "x", "--update", "plain", *options)
    assert "plain: has no n-grams" in got.err


def test_another_old_file_is_another_run(train, monkeypatch, tmp_path):
    train("old.txt", "old", "--save-contexts")
    train("old.txt", "other", "--save-contexts", "--seed", 2)
    options = ("--checkpoint", "state", "--update")

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("embedkit.neural.word2vec.trainer.Trainer.result", stop)
        assert train("new.txt", "new", *options, "old")[0].code == 130
    got, _ = train("new.txt", "new", *options, "other", "--resume")
    assert "belongs to another run: corpus was" in got.err
    got, new = train("new.txt", "new", *options, "old", "--resume")
    assert got.code == 0
    _, straight = train("new.txt", "straight", "--update", "old")
    np.testing.assert_array_equal(new.matrix, straight.matrix)
