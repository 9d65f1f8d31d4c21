"""Masked language models: masks, batches of lines, the loss and its gradient, training."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from _compiler import needs_compiler
from _masked import MODEL, WORDS, configure, network

import embedkit
from embedkit.errors import EmbedkitError
from embedkit.lm.lines import reader
from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.workspace import Workspace
from embedkit.neural.masked.batches import Batches, padding
from embedkit.neural.masked.masking import Masking
from embedkit.runtime.progress import Progress
from embedkit.text import stream
from embedkit.text.masks import MASK, masked_splitter
from embedkit.text.whole_words import word_starts
from embedkit.training.checkpoint import Checkpoint
from embedkit.training.contract import Run
from embedkit.training.param import Param

LINES = ["the cat sat on the mat .", "a dog lay in his house .", "we saw one bird .", ""]


def in_use(**options):
    vocab = stream.Vocab.from_words(WORDS)
    return MODEL.wrap(network(**options), configure(**options).model, vocab, 0, 1, {"config": configure().stored()})


# --- masks


def naive_masks(ids, starts, rate, mask, V, seed, *place):
    """Words in random order while they fit, then the fate of each token; one at a time."""
    rng, words = np.random.default_rng((seed, *place)), []
    for at, id in enumerate(ids):
        if at == 0 or starts[id]:
            words.append([])
        words[-1].append(at)
    budget, chosen = max(1, round(rate * len(ids))), []
    for word in rng.permutation(len(words)):
        if not chosen or len(chosen) + len(words[word]) <= budget:
            chosen += words[word]
        if len(chosen) >= budget:
            break
    read, fates = list(ids), rng.random(len(chosen))
    others = rng.integers(V, size=len(chosen))
    for at, fate, other in zip(sorted(chosen), fates, others):
        read[at] = mask if fate < 0.8 else other if fate < 0.9 else ids[at]
    return read, sorted(chosen)


@pytest.mark.parametrize("every", [1, 3])
def test_masks_are_those_of_the_naive_twin(every):
    V = 40
    starts, rng = np.arange(V) % every == 0, np.random.default_rng(5)
    masking = Masking(0.15, starts, 2, seed=7)
    for number, n in enumerate((1, 2, 5, 20, 60, 200)):
        ids = rng.integers(3, V, n)
        masked = masking(ids, 4, number)
        read, chosen = naive_masks(ids.tolist(), starts, 0.15, 2, V, 7, 4, number)
        assert (masked.inputs.tolist(), masked.places.tolist()) == (read, chosen)
        assert masked.targets.tolist() == ids[chosen].tolist()


def test_shares_are_15_of_them_80_10_10():
    V, masking = 1000, Masking(0.15, np.ones(1000, bool), 2, seed=1)
    ids = np.random.default_rng(2).integers(3, V, 200)
    drawn = [masking(ids, 0, number) for number in range(400)]
    inputs = np.concatenate([masked.inputs[masked.places] for masked in drawn])
    targets = np.concatenate([masked.targets for masked in drawn])
    assert all(len(masked.places) == 30 for masked in drawn)
    assert np.mean(inputs == 2) == pytest.approx(0.8, abs=0.01)
    assert np.mean(inputs == targets) == pytest.approx(0.1, abs=0.01)
    assert not any(np.array_equal(drawn[0].places, masked.places) for masked in drawn[1:])


def test_whole_words():
    vocab = stream.Vocab.from_words(["<eos>", "<unk>", MASK, "Ġun", "believ", "able", "Ġfilm", "The"])
    starts = word_starts(vocab, "bpe:0123")
    assert starts.tolist() == [False, False, False, True, False, False, True, False]
    assert word_starts(vocab, "words").all()
    ids = np.array([7, 3, 4, 5, 6, 3, 4, 5, 6])
    for number in range(40):
        places = set(Masking(0.4, starts, 2, 1)(ids, 0, number).places.tolist())
        assert places in ({0}, {4}, {8}, {0, 4, 8}, {1, 2, 3}, {5, 6, 7}, *({w, *p} for w in (0, 4, 8) for p in PAIRS))


PAIRS = ((1, 2, 3), (5, 6, 7), (0,), (4,), (8,))


@pytest.mark.parametrize(
    ("tokenizer", "line", "words"),
    [
        ("whitespace", "a [MASK] b", ["a", MASK, "b"]),
        ("words", "the [MASK], (not [MASK]).", ["the", MASK, ",", "(", "not", MASK, ")", "."]),
        ("chars", " [MASK] ab[MASK] [MASK] c ", [MASK, "▁", "a", "b", MASK, "▁", MASK, "▁", "c"]),
    ],
)
def test_a_mask_is_a_token_anywhere(tokenizer, line, words):
    assert masked_splitter({"tokenizer": tokenizer})(line) == words


# --- batches


def test_batches_have_each_sequence_once_and_as_many_in_every_epoch():
    rng = np.random.default_rng(3)
    lengths = [0, 1, 40, *rng.integers(1, 30, 60).tolist(), 0]
    ids = np.concatenate([[*rng.integers(3, 50, n), 0] for n in lengths]).astype(np.int32)
    batches, masking = Batches(ids, 0, 12, 3, seed=1), Masking(1e-9, np.ones(50, bool), 2, 1)
    seen, firsts = [], set()
    for epoch in range(3):
        read = []
        for number in range(len(batches)):
            batch = batches.training(epoch, number, masking)
            assert batch.ids.size <= 3 * 12
            assert (batch.ids[0] == 0).all()
            there = np.ones(batch.ids.shape, bool) if batch.mask is None else batch.mask
            batch.ids.reshape(-1)[batch.places] = batch.targets
            read += [tuple(batch.ids[1:, b][there[1:, b]]) for b in range(batch.ids.shape[1])]
            firsts.add(tuple(batch.ids[:, 0]) if number == 0 else ())
        seen.append(sorted(read))
        assert sum(map(len, read)) + len(read) == batches.tokens
    assert seen[0] == seen[1] == seen[2]
    assert len(firsts) > 2
    whole = b"".join(np.array(line, np.int32).tobytes() for line in seen[0])
    assert sorted(np.frombuffer(whole, np.int32)) == sorted(ids[ids > 0])
    assert {len(line) for line in seen[0]} <= set(range(1, 12))


def test_a_padded_batch_is_its_lines():
    model, rng = in_use(), np.random.default_rng(1)
    lines = [rng.integers(3, 9, n) for n in (5, 1, 3, 4)]
    together = model.log_probabilities(lines, [range(len(line)) for line in lines])
    for line, logs, states in zip(lines, together, model.hidden(lines, 1)):
        np.testing.assert_allclose(logs, model.log_probabilities([line], [range(len(line))])[0], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(states, model.hidden([line], 1)[0], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(np.exp(logs).sum(axis=1), 1, rtol=1e-5)


# --- the loss


@pytest.mark.parametrize("options", [{}, {"positions": "rotary", "tie": False, "pre": False}])
def test_gradients_of_the_masked_loss(options):
    model = network(dtype=np.float64, **options)
    rng, lengths = np.random.default_rng(4), np.array([5, 3])
    ids, places, targets = rng.integers(0, 9, (5, 2)), np.array([2, 5, 8]), np.array([4, 7, 1])
    ctx = ForwardContext(Workspace(), mask=padding(lengths))

    def loss():
        return model.forward(ids, places, targets, ctx)[0].sum() / 3

    model.forward(ids, places, targets, ctx)[1](1 / 3)
    for param in model.params:
        gradient = np.zeros_like(param.value)
        found = param.gradient
        if hasattr(found, "ids"):
            gradient[found.ids] = found.values
        else:
            gradient[...] = found
        for at in rng.choice(param.value.size, min(4, param.value.size), replace=False):
            flat, kept = param.value.reshape(-1), param.value.reshape(-1)[at]
            values = []
            for step in (1e-5, -1e-5):
                flat[at] = kept + step
                values.append(loss())
            flat[at] = kept
            assert gradient.reshape(-1)[at] == pytest.approx((values[0] - values[1]) / 2e-5, rel=1e-5, abs=1e-8)


# --- training


@pytest.fixture
def train(tmp_path):
    path = tmp_path / "text"
    path.write_text("\n".join(LINES * 10))

    def call(run=None, **options):
        config, run = configure(**options), run or Run()
        run.cache, run.threads = False, 1
        return MODEL.train(MODEL.read([str(path)], config, run), config, run)

    return call


@needs_compiler
def test_training_learns_and_is_resumed_to_the_byte(train, tmp_path):
    valid = tmp_path / "valid"
    valid.write_text("the cat saw one house .\n")
    options = {"valid": str(valid), "dropout": 0.1, "accumulate": 2, "epochs": 8}
    whole = train(**options)
    losses = whole.metadata["losses"]
    assert losses[-1] < losses[0] - 0.2
    assert len(whole.metadata["valid_losses"]) == 8
    path, saves = str(tmp_path / "checkpoint"), []

    class Stopped(Exception):
        pass

    class Cut(Checkpoint):
        def due(self):
            return True

        def save(self, *args):
            super().save(*args)
            saves.append(args)
            if len(saves) == 5:
                raise Stopped

    with pytest.raises(Stopped):
        train(Run(checkpoint=Cut(path)), **options)
    again = train(Run(checkpoint=Checkpoint(path, resume=True)), **options)
    assert again.metadata == whole.metadata
    for name, tensor in whole.tensors.items():
        np.testing.assert_array_equal(again.tensors[name], tensor)


def test_losses_are_those_of_the_chosen_places_alone(train, tmp_path):
    """Without updates, the mean over all epochs is that of masks made and read one by one."""
    log = tmp_path / "log"
    with Progress(quiet=True, log=str(log)) as progress:
        result = train(Run(progress=progress), lr=1e-12, epochs=1, clip=0.0)
    model = MODEL.build(configure().model, len(result.vocab), lambda name, *_: Param(name, result.tensors[name]))
    vocab, losses = result.vocab, []
    parts = [line for line in LINES * 10 if line]
    parts = [half for line in parts for half in _halves([vocab.id(word) for word in line.split()])]
    for number, ids in enumerate(parts):
        masked = Masking(0.15, np.ones(len(vocab), bool), vocab.id(MASK), 1)(np.array(ids), 0, number)
        read = np.concatenate([[vocab.id("<eos>")], masked.inputs])[:, None]
        ctx = ForwardContext(Workspace())
        losses += model.forward(read, masked.places + 1, masked.targets, ctx)[0].tolist()
    assert result.metadata["losses"][0] == pytest.approx(np.mean(losses), rel=1e-4)
    assert json.loads(log.read_text().splitlines()[-1])["loss"] == pytest.approx(np.mean(losses), rel=1e-4)


def _halves(ids):
    """A line in parts of five tokens at most, of about one length."""
    n, k = len(ids), -(-len(ids) // 5)
    return [ids[i * n // k : (i + 1) * n // k] for i in range(k)]


def test_subwords(tmp_path):
    """Their [MASK] is the vocabulary's own; a space before one belongs to what it stands for."""
    path, tokenizer = tmp_path / "text", Path(__file__).parents[2] / "golden/tokenizer.json"
    path.write_text("the king met a queen in the harbour\n" * 4)
    sizes = {"layers": 1, "dim": 8, "heads": 2, "context": 12, "epochs": 1, "threads": 1}
    model = embedkit.train("mlm", path, tokenizer=str(tokenizer), out=tmp_path / "m", cache=False, **sizes)
    model, vocab = embedkit.load(tmp_path / "m"), model.source.vocab
    assert vocab.id(MASK) == json.loads(tokenizer.read_text())["added_tokens"][1]["id"]
    words = reader(model.source, masked=True)("the [MASK] met[MASK] queen").words
    assert words[:5] == ["the", MASK, "Ġm", "et", MASK]
    (candidate,) = model.fill("the [MASK] met", k=1)
    assert "Ġ" not in candidate.word
    starts = word_starts(vocab, model.metadata["config"]["text"]["tokenizer"])
    assert 0 < starts.sum() < len(starts)
    alone, together = (model.pseudo_log_likelihood("the harbourmaster", word_l2r=flag) for flag in (False, True))
    assert alone != together


def test_a_text_without_a_line_of_words(tmp_path, train):
    valid = tmp_path / "valid"
    valid.write_text("xyzzy\n")
    with pytest.raises(EmbedkitError, match="none of its words"):
        train(valid=str(valid))
