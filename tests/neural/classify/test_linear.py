"""Linear classifiers: kernels against plain twins, steps against slopes, and what a training leaves."""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from embedkit.classification.hashing import word_hashes
from embedkit.classification.load import load
from embedkit.classification.tree import huffman_tree
from embedkit.io import container
from embedkit.neural.classify.linear import _kernels
from embedkit.neural.classify.linear.features import Features, weigh
from embedkit.neural.classify.options import ClassifierModel, resolved_model
from embedkit.neural.classify.sampling import class_weights, epoch_order, text_weights
from embedkit.neural.word2vec.alias import alias_table
from embedkit.text.labelled import Examples
from embedkit.text.vocab import Vocab
from embedkit.training.checkpoint import Checkpoint
from embedkit.vectors.ngrams import Ngrams

WORDS = ["the", "한국어", "king", "x"]
TEXTS = [[0, 1, 0], [3], [], [2, 2, 1, 3, 0]]
SIZE, EOS = 37, 3  # the end of a text is row 3, "x" has none


def plain_hash(word: str) -> int:
    """FNV-1a as fastText computes it: bytes are signed, and so is the result."""
    found = 2166136261
    for byte in word.encode():
        found = ((found ^ (byte - 256 if byte > 127 else byte) & 0xFFFFFFFF) * 16777619) & 0xFFFFFFFF
    return found - (1 << 32) if found >> 31 else found


def plain_features(text, longest) -> Counter:
    """Rows of a text and their counts: words, then n-grams of words, as src/dictionary.cc has them."""
    hashes = [plain_hash(WORDS[word]) for word in text] + [plain_hash("</s>")]
    found = Counter([word for word in text if word < 3] + [EOS])
    for i in range(len(hashes)):
        h = hashes[i] % (1 << 64)
        for j in range(i + 1, min(len(hashes), i + longest)):
            h = (h * 116049371 + hashes[j]) % (1 << 64)
            found[4 + h % SIZE] += 1
    return found


def made(threads=1, longest=3, ngrams=None):
    rows = np.array([0, 1, 2, -1], np.int32)
    return Features(Vocab.from_words(WORDS), rows, EOS, 4, SIZE, longest, ngrams, threads)


IDS = np.array([id for text in TEXTS for id in [*text, -1]], np.int32)


@pytest.mark.parametrize("threads", [1, 2])
def test_features_equal_the_plain_twin(threads):
    bag = made(threads)(IDS)
    for text, begin, end in zip(TEXTS, bag.starts, bag.ends):
        assert dict(zip(bag.ids[begin:end].tolist(), bag.values[begin:end].tolist())) == plain_features(text, 3)
    assert word_hashes([b"x"])[0] == plain_hash("x") % (1 << 64)


def test_subwords_are_features_too():
    with_subwords, without = made(longest=1, ngrams=Ngrams(1, 2))(IDS), made(longest=1)(IDS)
    # Of <x>: "x", "<x", "x>"; the word itself has no row.
    assert with_subwords.values[slice(with_subwords.starts[1], with_subwords.ends[1])].sum() == 3 + 1
    assert without.values[slice(without.starts[1], without.ends[1])].sum() == 1


@pytest.mark.parametrize("by_count", [True, False])
def test_values(by_count):
    bag = made()(IDS)
    names = np.full(4 + SIZE, -1, np.int32)
    names[:4] = np.arange(4)
    scales = np.array([1, 2, 3, 0.5], np.float32)
    plain = [plain_features(text, 3) for text in TEXTS]
    weigh(bag, names, scales, by_count, 2)
    for counts, begin, end in zip(plain, bag.starts, bag.ends):
        sums = np.bincount(bag.ids[begin:end], bag.values[begin:end], minlength=4)
        norm = math.sqrt(sum(scales[row] ** 2 for row in counts if row < 4))
        for row in range(4):
            wanted = counts[row] / counts.total() if by_count else scales[row] / norm if row in counts else 0
            assert sums[row] == pytest.approx(wanted, rel=1e-5)


# --- a step is the slope of the loss


K, D, ROWS = 3, 16, 5
LOSSES = {"softmax": 0, "hs": 1, "ns": 2, "ova": 3}
SUMS = [([0, 2, 4], [0.5, 0.25, 1.0], [1]), ([1, 2], [1.0, -0.5], [0, 2])]


def one_step(loss, hidden, features, labels, texts, lr, weights=None):
    """The tables and the loss after a step for each text."""
    counts = [len(rows) for rows, _, _ in texts]
    ends = np.cumsum(counts).astype(np.int64)
    given = [names for _, _, names in texts]
    bags = _kernels.Bags(
        np.concatenate([rows for rows, _, _ in texts]).astype(np.int32),
        np.concatenate([values for _, values, _ in texts]).astype(np.float32),
        ends - counts,
        ends,
        np.array(list(itertools.chain.from_iterable(given)), np.int32),
        np.append(0, np.cumsum([len(names) for names in given])),
        np.array(weights or [1.0] * len(texts), np.float32),
    )
    flat = (table.astype(np.float32).ravel() for table in (features, labels))
    tables = _kernels.Tables(*flat, np.empty(0, np.uint8))
    draws = _kernels.Draws(*huffman_tree([5, 3, 1]), *alias_table(np.ones(K)))
    plan = _kernels.Plan(D, K, hidden, LOSSES[loss], 1)
    sums, order = np.zeros(1), np.arange(len(texts), dtype=np.int32)
    rest = np.ones(1, np.uint64), np.zeros(2 * D, np.float32), np.zeros(K), sums
    _kernels.train(bags, order, tables, draws, plan, lr, 0.0, 0.0, *rest)
    return tables.features.reshape(-1, D).copy(), tables.labels.reshape(-1, D).copy(), sums[0]


def plain_loss(loss, hidden, features, labels, text) -> float:
    """The loss of a text, of the first of its labels where one is drawn."""
    rows, values, names = text
    h = np.array(values) @ features[rows]
    scores = labels @ h if hidden else h[:K]
    if loss == "softmax":
        ln = scores - np.log(np.exp(scores).sum())
        return -sum(ln[name] for name in names) / len(names)
    if loss == "hs":
        starts, nodes, signs = huffman_tree([5, 3, 1])
        span = slice(starts[names[0]], starts[names[0] + 1])
        return float(np.log1p(np.exp(-signs[span] * scores[nodes[span]])).sum())
    wanted = np.array([1 if k in names else -1 for k in range(K)])
    return float(np.log1p(np.exp(-wanted * scores)).sum())


@pytest.mark.parametrize(
    ("loss", "hidden", "text"),
    [
        *(("softmax", hidden, text) for hidden in (True, False) for text in SUMS),
        *(("ova", hidden, text) for hidden in (True, False) for text in SUMS),
        ("hs", True, SUMS[0]),
    ],
)
def test_a_step_is_the_slope_of_the_loss(loss, hidden, text):
    rng = np.random.default_rng(3)
    features, labels = rng.normal(size=(ROWS, D)), rng.normal(size=(K, D))
    if not hidden:
        features[:, K:] = 0
    lr = 1e-3
    after, moved, found = one_step(loss, hidden, features, labels, [text], lr)
    features, labels = features.astype(np.float32).astype(float), labels.astype(np.float32).astype(float)
    assert found == pytest.approx(plain_loss(loss, hidden, features, labels, text), rel=1e-5)
    for table, changed in ((features, after), (labels, moved)):
        slopes = np.zeros_like(table)
        for place in np.ndindex(*table.shape):
            kept = table[place]
            table[place] = kept + 1e-6
            up = plain_loss(loss, hidden, features, labels, text)
            table[place] = kept - 1e-6
            slopes[place] = (up - plain_loss(loss, hidden, features, labels, text)) / 2e-6
            table[place] = kept
        np.testing.assert_allclose((table - changed) / lr, slopes, atol=2e-3)


def test_negative_samples_are_other_labels():
    """The row of the label moves towards h, that of one other away from it."""
    rng = np.random.default_rng(4)
    features, labels = rng.normal(size=(ROWS, D)), np.zeros((K, D))
    _, moved, loss = one_step("ns", True, features, labels, [SUMS[0]], 0.1)
    h = np.array(SUMS[0][1]) @ features[SUMS[0][0]]
    assert loss == pytest.approx(2 * math.log(2))
    steps = moved @ h / (h @ h)  # 0.1 * (target - 1/2)
    assert steps[1] == pytest.approx(0.05, rel=1e-4)
    assert sorted(steps[[0, 2]]) == pytest.approx([-0.05, 0], rel=1e-4)


def test_weights_scale_a_step():
    features, labels = np.random.default_rng(5).normal(size=(2, 5, D)).astype(np.float32)
    whole, _, loss = one_step("softmax", True, features, labels[:K], SUMS[:1], 1e-3)
    half, _, less = one_step("softmax", True, features, labels[:K], SUMS[:1], 1e-3, [0.5])
    assert less == pytest.approx(loss / 2)
    np.testing.assert_allclose(half - features, (whole - features) / 2, atol=1e-6)


# --- imbalance


def examples(labels) -> Examples:
    n = len(labels)
    names = Vocab.from_words(["a", "b"], np.bincount(labels, minlength=2))
    starts = np.arange(n + 1, dtype=np.int64)
    return Examples(Vocab.from_words(["w"]), np.full(n, -1), names, np.array(labels), starts, np.ones(n, np.float32))


def test_class_weights(tmp_path):
    texts = examples([0, 0, 0, 1])
    np.testing.assert_allclose(class_weights("balanced", texts), [4 / 6, 4 / 2])  # as scikit-learn
    (tmp_path / "weights").write_text("b\t2.5\n")
    weights = class_weights(str(tmp_path / "weights"), texts)
    assert text_weights(texts, weights).tolist() == [1, 1, 1, 2.5]
    for line in ("b\n", "b\t-1\n", "c\t1\n"):
        (tmp_path / "weights").write_text(line)
        with pytest.raises(Exception, match="weights: line 1: no"):
            class_weights(str(tmp_path / "weights"), texts)


def test_orders_of_an_epoch():
    texts = examples([0] * 900 + [1] * 100)
    shuffled = epoch_order(texts, "shuffle", 1, 0)
    assert sorted(shuffled) == list(range(1000))
    assert (shuffled != epoch_order(texts, "shuffle", 1, 1)).any()
    drawn = epoch_order(texts, "weighted", 1, 0)
    assert 430 < (drawn >= 900).sum() < 570


def test_what_is_left_open():
    model = ClassifierModel()
    few, many = (resolved_model(model, classes, True, None) for classes in (2, 17))
    assert (few.dim, few.weighting, few.loss) == (0, "log-count-ratio", "softmax")
    assert (many.dim, many.weighting) == (100, "count")
    assert resolved_model(replace(model, loss="hs"), 2, True, None).dim == 100
    assert resolved_model(model, 2, False, 50).dim == 50
    assert resolved_model(model, 2, False, None).loss == "ova"


# --- a training


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """Texts whose label is that of their words."""
    rng, folder = np.random.default_rng(7), tmp_path_factory.mktemp("texts")
    words = {"good": ["fine", "great", "lovely"], "bad": ["dull", "slow", "poor"]}
    lines = []
    for _ in range(400):
        label = ("good", "bad")[rng.integers(2)]
        lines.append(f"{label}\t{' '.join(rng.choice(words[label] + ['the', 'a', 'of'], 6))} {label}ish\n")
    (folder / "texts").write_text("".join(lines[:300]))
    (folder / "valid").write_text("".join(lines[300:]))
    (folder / "unlabelled").write_text("".join(line.partition("\t")[2] for line in lines[300:]))
    return folder


def test_logs_of_validation_folds_and_pseudo_labels(run, texts, tmp_path):
    common = "train", "classifier", texts / "texts", "-o", tmp_path / "m", "--threads", 1, "--log", tmp_path / "log"
    common = *common, "--buckets", 99

    def events(name):
        lines = map(json.loads, (tmp_path / "log").read_text().splitlines())
        return [event for event in lines if event["event"] == name]

    said = run(*common, "--valid", texts / "valid", "--unlabelled", texts / "unlabelled", "--confidence", 0.6)
    assert said.code == 0
    (facts,) = events("pseudo-labels")
    assert facts["taken"] == sum(facts["labels"].values()) <= facts["confident"] <= 100
    assert facts["valid"]["right"] <= facts["valid"]["confident"]
    assert f"{facts['taken']} of 100 texts without labels are taken at 0.6" in said.err
    assert events("epoch")[-1]["valid_accuracy"] > 0.95
    said = run(*common, "--folds", 3)
    found = [event["accuracy"] for event in events("fold")]
    assert len(found) == 3
    mean, sd = np.mean(found), np.std(found, ddof=1)
    assert f"3 folds: accuracy {mean:.4f} ± {sd:.4f}\n" in said.err
    assert run(*common, "--folds", 301).err.endswith("--folds 301: there are 300 texts\nHint: fewer folds\n")


def test_the_best_epoch_is_kept_and_patience_ends(run, texts, tmp_path):
    args = "train", "classifier", texts / "texts", "-o", tmp_path / "m", "-q", "--threads", 1, "--buckets", 99
    assert run(*args, "--valid-share", 0.2, "--epochs", 20, "--patience", 2).code == 0
    facts = json.loads(run("info", tmp_path / "m", "--json").out)
    scores = facts["valid_accuracy"]
    assert facts["best_epoch"] == 1 + int(np.argmax(scores))
    assert len(scores) == facts["best_epoch"] + 2 < 20
    assert facts["texts"] == 240


def test_a_run_that_was_cut_off_goes_on_to_the_same_bytes(run, texts, tmp_path, monkeypatch):
    args = "train", "classifier", texts / "texts", "--valid-share", 0.2, "-q", "--threads", 1, "--buckets", 99
    assert run(*args, "-o", tmp_path / "whole").code == 0
    save = Checkpoint.save

    def cut(self, *state):
        save(self, *state)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "save", cut)
        assert run(*args, "-o", tmp_path / "cut").code == 130
    assert run(*args, "-o", tmp_path / "cut", "--resume", "--seed", 2).code == 1  # of another run
    assert run(*args, "-o", tmp_path / "cut", "--resume").code == 0
    assert (tmp_path / "cut").read_bytes() == (tmp_path / "whole").read_bytes()


def test_vectors_to_start_from(run, texts, tmp_path):
    (tmp_path / "vectors.txt").write_text("2 3\nfine 1 2 3\ndull -1 -2 -3\n")
    args = "train", "classifier", texts / "texts", "--threads", 1, "--word-ngrams", 1, "--epochs", 1
    said = run(*args, "--init", tmp_path / "vectors.txt", "--freeze", "--loss", "ns", "-o", tmp_path / "m")
    assert "start from" in said.err
    stored = container.read(tmp_path / "m")
    vocab = load(tmp_path / "m").vocab
    np.testing.assert_array_equal(stored["rows"][vocab.id("fine")], [1, 2, 3])
    assert stored["outputs"].shape == (2, 3)
    wrong = run(*args, "--init", tmp_path / "vectors.txt", "--dim", 4, "-o", tmp_path / "n")
    assert wrong.err.endswith("its vectors have 3 dimensions, not 4\nHint: --dim 3\n")
