"""What every model of the catalog must do; a model without a line in OPTIONS fails."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import MISSING, fields, is_dataclass

import numpy as np
import pytest
from _language_models import LANGUAGE_MODELS

from embedkit import __version__, cli
from embedkit.catalog import MODELS
from embedkit.io import container
from embedkit.training.contract import Model
from embedkit.vectors import formats

# What a model needs on the command line to learn from a few hundred lines.
NEURAL = ("--dim", "8", "--epochs", "3", "--lr", "0.2")
LANGUAGE = (
    "--embed",
    "8",
    "--hidden",
    "8",
    "--epochs",
    "6",
    "--batch-size",
    "4",
    "--bptt",
    "7",
    "--optimizer",
    "adam",
)
LANGUAGE += ("--lr", "0.02")
SUBWORDS = ("--minn", "2", "--maxn", "4", "--buckets", "500")
OPTIONS = {
    "ppmi": (),
    "svd": ("--dim", "4"),
    "glove": ("--dim", "8", "--epochs", "30"),
    "lsa": ("--dim", "3"),
    "skipgram": NEURAL,
    "cbow": (*NEURAL, *SUBWORDS),
    "doc2vec": ("--dim", "8", "--epochs", "30", "--lr", "0.2"),
}
OPTIONS |= {"kn": ("--order", "3")} | dict.fromkeys(LANGUAGE_MODELS, LANGUAGE)
OPTIONS["transformer"] = ("--dim", "8", "--heads", "2", "--layers", "1", "--context", "7", "--lr", "0.02")
OPTIONS["classifier"] = ("--buckets", "99", "--epochs", "2")
OPTIONS["mlm"] = ("--dim", "8", "--heads", "2", "--layers", "1", "--context", "9", "--lr", "0.02", "--epochs", "12")
OPTIONS |= {"seq2seq": ("--tokenizer", "whitespace", "--embed", "8", "--hidden", "8", "--epochs", "2")}

# Words of a topic share their sentences, and no word is in two topics.
TOPICS = {
    "sea": ["harbour", "sail", "tide", "anchor", "gull", "wave"],
    "kitchen": ["oven", "flour", "spoon", "butter", "salt", "bowl"],
    "부엌": ["냄비", "국자", "소금", "고추", "마늘", "접시"],
}
TOPIC_OF = {word: topic for topic, words in TOPICS.items() for word in words}


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    """Lines about a topic each; and the same as pairs, the first half of a line and its second."""
    made, lines = random.Random(7), []
    for _ in range(300):
        words = TOPICS[made.choice(list(TOPICS))]
        lines.append(" ".join(made.choice(words) for _ in range(6)))
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "topics.txt").write_text("\n".join(lines) + "\n", "utf-8")
    halves = (line.split() for line in lines)
    texts = "".join(f"{TOPIC_OF[line.split()[0]]}\t{line}\n" for line in lines)
    (folder / "texts.txt").write_text(texts, "utf-8")
    pairs = "".join(f"{' '.join(words[:3])}\t{' '.join(words[3:])}\n" for words in halves)
    (folder / "pairs.txt").write_text(pairs, "utf-8")
    return folder


@pytest.fixture
def corpus(request, corpora):
    """The text that the model of the test reads."""
    called = getattr(request.node, "callspec", None)
    name = called.params.get("trained", called.params.get("name")) if called else None
    return corpora / TEXTS.get(MODELS[name].kind if name in MODELS else None, "topics.txt")


TEXTS = {"seq2seq": "pairs.txt", "classifier": "texts.txt"}  # what models of a kind read
WITHOUT_VECTORS = [name for name, model in MODELS.items() if name == "kn" or model.kind in TEXTS]
SPECIAL = {"vectors": (), "classifier": ("</s>",)}  # words that a model adds


def words_of(name):
    """What the vocabulary of a model must be: language models also read line ends, and have a word for unknown ones."""
    return [*TOPIC_OF, *SPECIAL.get(MODELS[name].kind, ("<eos>", "<unk>")), *(["[MASK]"] if name == "mlm" else [])]


def train(name, corpus, out, *options):
    args = ["train", name, corpus, "-o", out, "-q", "--no-cache", "--threads", 1, *OPTIONS[name], *options]
    assert cli.run([str(arg) for arg in args]) == 0
    return out


@pytest.fixture(scope="module", params=list(MODELS))
def trained(request, corpora, tmp_path_factory):
    """(name of the model, its file)"""
    name = request.param
    corpus = corpora / TEXTS.get(MODELS[name].kind, "topics.txt")
    return name, train(name, corpus, tmp_path_factory.mktemp(name) / "vectors", "--seed", 3)


def test_every_model_has_its_options():
    assert set(OPTIONS) == set(MODELS)


def test_words_of_a_topic_are_nearest(run, trained):
    name, path = trained
    if name in WITHOUT_VECTORS or name == "glove":
        pytest.skip("learns nothing of pairs of words that never meet" if name == "glove" else "holds no vectors")
    result = run("similar", path, "-k", 5, stdin="\n".join(TOPIC_OF))
    assert (result.code, result.err) == (0, "")
    assert len(result.rows) == 5 * len(TOPIC_OF)
    assert all(TOPIC_OF[word] == TOPIC_OF[near] for word, near, _ in result.rows)


def test_same_seed_same_bytes_wherever_files_lie(trained, corpus, tmp_path):
    name, path = trained
    (tmp_path / "elsewhere").write_bytes(corpus.read_bytes())
    places = ("--log", tmp_path / "log", "--max-memory", "1G", "--max-vocab-memory", "100M")
    again = train(name, tmp_path / "elsewhere", tmp_path / "out", "--seed", 3, *places).read_bytes()
    assert again == path.read_bytes()
    assert str(tmp_path).encode() not in again


def test_the_file_says_how_it_was_made(run, trained, corpus):
    name, path = trained
    facts = json.loads(run("info", path, "--json").out)
    assert facts["model"] == name
    assert facts["seed"] == 3
    assert facts["tool"] == f"embedkit {__version__}"
    assert facts["corpus_sha256"] == hashlib.sha256(corpus.read_bytes()).hexdigest()
    kind = MODELS[name].kind
    assert facts["words"] == len(words_of(name))
    sizes = {"vectors": 6, "seq2seq": 4}  # of targets, with ends
    assert facts["tokens"] == 300 * sizes.get(kind, 7)
    assert facts["kind"] in (("vectors", "sparse-vectors") if kind == "vectors" else (kind,))
    config = facts["config"]
    assert {"text", "model", "training"} <= set(config)
    assert set(config["model"]) == {f.name for f in options_of(name) if f.metadata["stored"]}
    assert config["text"]["min_count"] == (5 if kind == "vectors" else 1)
    # Nothing of the machine: paths and the number of threads do not belong into a result.
    assert "threads" not in config["training"]
    assert str(corpus.parent) not in path.read_bytes().decode("latin-1")


def test_the_file_keeps_its_promises(run, trained):
    assert all(result == "ok" for _, result in run("verify", trained[1]).rows)


def test_it_is_a_query_source(trained):
    name, path = trained
    if name in WITHOUT_VECTORS:
        pytest.skip("holds no vectors")
    source, V = formats.load(path), len(words_of(name))
    assert sorted(source.vocab) == sorted(words_of(name))
    rows = source.rows(np.arange(V))
    assert (rows.shape, rows.dtype) == ((V, source.width), np.float32)
    assert np.isfinite(rows).all()
    np.testing.assert_allclose(source.norms, np.linalg.norm(rows, axis=1), rtol=1e-5)
    scores = source.scores(rows[:2], "cosine")
    assert (scores.shape, scores.dtype) == ((2, V), np.float32)
    np.testing.assert_allclose(scores[[0, 1], [0, 1]], 1, rtol=1e-5)
    np.testing.assert_array_equal(source.scores(rows[:2], "cosine", 3, 7), scores[:, 3:7])


def options_of(name):
    options = MODELS[name].load().sections["model"]
    assert is_dataclass(options)
    assert options.__dataclass_params__.frozen
    return fields(options)


@pytest.mark.parametrize("name", MODELS)
def test_every_option_has_help_and_a_default(name):
    for f in options_of(name):
        assert f.metadata["help"], f.name
        assert f.default is not MISSING, f.name
        assert f.default is None or type(f.default) is f.metadata["kind"], f.name


@pytest.mark.parametrize("name", MODELS)
def test_the_catalog_line(name):
    model = MODELS[name]
    assert model.summary.endswith(".")
    loaded = model.load()
    assert isinstance(loaded, Model)
    for method in ("read", "memory", "train", "open"):
        assert getattr(type(loaded), method) is not getattr(Model, method), method
    assert not model.is_lm or callable(loaded.load)


def test_a_language_model_gives_probabilities(trained):
    name, path = trained
    if not MODELS[name].is_lm:
        return
    model = MODELS[name].load().load(container.read(path))
    assert [model.vocab[model.eos], model.vocab[model.unk]] == ["<eos>", "<unk>"]
    ids = np.array([model.eos, model.vocab.id("tide"), model.vocab.id("salt")])
    state = model.start(3)
    for word in ("gull", "flour"):
        # What was fed to a state before does not change what comes after it.
        first, after = model.step(ids, state)
        again, _ = model.step(ids, state)
        np.testing.assert_array_equal(first, again)
        assert (first.shape, first.dtype) == ((3, len(model.vocab)), np.float32)
        np.testing.assert_allclose(np.exp(first).sum(axis=1), 1, rtol=1e-5)
        targets = np.array([[model.vocab.id(word), -1, 0]])
        scores, _ = model.score(ids[None], targets, state)
        np.testing.assert_allclose(scores[0, [0, 2]], first[[0, 2], targets[0, [0, 2]]], rtol=1e-4, atol=1e-6)
        assert scores[0, 1] == 0
        if hasattr(model, "score_hidden"):
            same, H, _ = model.score_hidden(ids[None], targets, state)
            np.testing.assert_array_equal(same, scores)
            assert (H.shape[:2], H.dtype) == ((1, 3), np.float32)
        ids, state = np.full(3, model.vocab.id(word)), after


RESUMABLE = [name for name, model in MODELS.items() if model.load().resumable]
STARTING = [name for name in RESUMABLE if hasattr(MODELS[name].load().sections["model"], "init")]
FIXED = [name for name in STARTING if MODELS[name].kind != "classifier"]  # in size; others take that of the vectors
GRADIENT_LMS = [name for name in RESUMABLE if MODELS[name].is_lm]
BEFORE_READING = [
    *((name, ["--add-context", "--loss", "hs"], "--loss hs has none") for name in ("skipgram", "cbow")),
    *((name, ["--minn", 4, "--maxn", 3], "--minn 4 --maxn 3: the shortest") for name in ("skipgram", "cbow")),
    *((name, ["--keep-best"], "by --valid-pairs or") for name in ("skipgram", "cbow", "glove")),
    *((name, ["--dropout", 1.5], "must be less than 1") for name in GRADIENT_LMS),
    *((name, ["--tie", "--embed", 5], "--tie shares one") for name in GRADIENT_LMS if name != "transformer"),
    ("transformer", ["--dim", 10, "--heads", 4], "--heads"),
    ("mlm", ["--dim", 10, "--heads", 4], "--heads"),
    ("mlm", ["--context", 1], "a sequence is <eos> and a token"),
    ("mlm", ["--mask-rate", 1], "must be less than 1"),
    *((name, ["--freeze"], "nothing to keep") for name in STARTING),
    ("seq2seq", ["--dropout", 1.5], "must be less than 1"),
    ("seq2seq", ["--attention", "dot", "--bidirectional"], "--attention dot needs 256 numbers"),
    ("seq2seq", ["--attention", "none", "--input-feeding"], "--input-feeding needs attention"),
    ("seq2seq", ["--bidirectional-layers", 1], "counts layers of --bidirectional"),
    ("seq2seq", ["--tie"], "--embed must be --hidden"),
    ("seq2seq", ["--memory-rows", 9], "--cell lstm has no memory"),
    ("seq2seq", ["--cell", "ntm"], "reads its memory instead of attending"),
    ("seq2seq", ["--cell", "ntm", "--attention", "none", "--layers", 2], "--layers does not go with --cell ntm"),
    ("seq2seq", ["--patience", 2], "there is none"),
    ("classifier", ["--loss", "hs", "--dim", 0], "--loss hs needs a hidden layer"),
    ("classifier", ["--init", "x", "--dim", 0], "--init fills the hidden layer"),
    ("classifier", ["--minn", 4, "--maxn", 3], "--minn 4 --maxn 3: the shortest"),
    ("classifier", ["--subword-unit", "jamo"], "is of n-grams of characters"),
    ("classifier", ["--buckets", 0], "leaves n-grams no rows"),
    ("classifier", ["--valid", "x", "--valid-share", 0.1], "leave one of them out"),
    ("classifier", ["--valid-share", 1], "must be less than 1"),
    ("classifier", ["--patience", 2], "there is none"),
    ("classifier", ["--folds", 1], "leaves nothing to train on"),
    ("classifier", ["--folds", 3, "--unlabelled", "x"], "leave one of them out"),
    ("classifier", ["--confidence", 2], "is a probability"),
    ("classifier", ["--label-separator", " "], "no white space"),
    ("doc2vec", ["--loss", "hs"], "--dbow-words trains words too"),
    ("doc2vec", ["--algorithm", "dm", "--dbow-words"], "dm trains words as it is"),
]


@pytest.fixture
def unread(monkeypatch):
    """No text can be read."""
    for module in ("corpus", "stream"):
        monkeypatch.setattr(f"embedkit.text.{module}.encode", lambda *_: pytest.fail("the text was read"))
    monkeypatch.setattr("embedkit.text.pairs.lines", lambda *_: pytest.fail("the text was read"))


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(("name", "options", "message"), BEFORE_READING)
def test_options_are_checked_before_the_text_is_read(run, corpus, tmp_path, name, options, message):
    result = run("train", name, corpus, "-o", tmp_path / "out", *options)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert not any(tmp_path.iterdir())


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize("name", FIXED)
def test_vectors_to_start_from_are_checked_before_the_text_is_read(run, corpus, toy_file, tmp_path, name):
    result = run("train", name, corpus, "-o", tmp_path / "out", "--init", toy_file)
    assert (result.code, result.out) == (1, "")
    sections = MODELS[name].load().sections
    flag = "embed" if hasattr(sections["model"], "embed") else "dim"
    default = getattr(sections["model"], flag)
    assert f"{toy_file}: its vectors have 4 dimensions, not {default}\nHint: --{flag} 4\n" in result.err
