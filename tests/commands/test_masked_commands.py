"""Asking a masked language model: fill, score --pseudo, and what refuses one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from _masked import WORDS, save

import embedkit
from embedkit.io.container import read
from embedkit.lm.masked.load import load
from embedkit.lm.masked.windows import window
from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.workspace import Workspace


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return save(tmp_path_factory.mktemp("mlm") / "m.safetensors")


def log_p(path, words, place):
    """Natural log probabilities of every word at a place of a line, which is read by itself."""
    asked = load(path)
    ids = np.array([0, *(asked.vocab.id(word) or 1 for word in words)])[:, None]
    H = asked.network.body.forward(ids, None, ForwardContext(Workspace()))[0]
    return asked.network.loss.log_probabilities(H[place + 1, 0])


def test_fill_gives_the_most_probable_words(run, model):
    result = run("fill", model, "the [MASK] sat", "[MASK] dog [MASK]", "-k", 3, "--json")
    assert (result.code, result.err) == (0, "")
    found = [json.loads(line) for line in result.out.splitlines()]
    asked = [("the [MASK] sat", 1, 1), ("[MASK] dog [MASK]", 1, 0), ("[MASK] dog [MASK]", 2, 2)]
    assert [(row["line"], row["mask"]) for row in found[::3]] == [row[:2] for row in asked]
    for at, (line, _, place) in enumerate(asked):
        p = np.exp(log_p(model, line.split(), place))
        best = [id for id in np.argsort(-p) if WORDS[id] not in ("<eos>", "[MASK]")][:3]
        assert [row["word"] for row in found[3 * at : 3 * at + 3]] == [WORDS[id] for id in best]
        assert [row["probability"] for row in found[3 * at : 3 * at + 3]] == pytest.approx(p[best], abs=2e-6)


def test_fill_prints_these_numbers(run, model):
    result = run("fill", model, "-k", 2, stdin="the [MASK]lay\na xyzzy [MASK]\nno mask\n")
    assert result.code == 3
    assert result.out == FILLED
    assert result.err == "read as <unk>: xyzzy\nread as <unk>: no mask\nno [MASK] to fill: no mask\n"


FILLED = """\
the [MASK]lay\t1\ta\t0.507316
the [MASK]lay\t1\t<unk>\t0.101022
a xyzzy [MASK]\t1\ta\t0.448435
a xyzzy [MASK]\t1\t<unk>\t0.126596
"""


def test_a_line_longer_than_the_context(model):
    """Each mask has the five words about it."""
    line = ["the", "cat", "sat", "a", "dog", "lay", "[MASK]", "the", "cat", "sat", "a", "dog", "lay", "[MASK]"]
    first, last = embedkit.load(model).fill(" ".join(line), k=1)
    for place, ((word, p),) in ((6, first), (13, last)):
        begin, end = window(14, place, 5)
        logs = log_p(model, line[begin:end], place - begin)
        logs[[0, 2]] = -np.inf
        assert (word, p) == (WORDS[logs.argmax()], pytest.approx(np.exp(logs.max()), rel=1e-4))


def test_pseudo_log_likelihood_masks_each_token_by_itself(run, model):
    lines = ["the cat sat", "a dog lay the cat sat a", "", "xyzzy"]
    result = run("score", model, "--pseudo", "--json", stdin="".join(f"{line}\n" for line in lines))
    assert (result.code, result.err) == (0, "")
    for line, row in zip(lines, map(json.loads, result.out.splitlines())):
        words, total = line.split(), 0.0
        for place, word in enumerate(words):
            begin, end = window(len(words), place, 5)
            masked = [*words[:place], "[MASK]", *words[place + 1 :]][begin:end]
            total += log_p(model, masked, place - begin)[WORDS.index(word) if word in WORDS else 1]
        assert row == {
            "line": line,
            "pll": pytest.approx(total, abs=1e-3),
            "tokens": len(words),
            "unknown": "x" in line,
        }
    each = run("score", model, "--pseudo", "--per-word", stdin=f"{lines[0]}\n").rows
    assert [row[:2] for row in each] == [["1", "the"], ["1", "cat"], ["1", "sat"]]
    assert sum(float(row[2]) for row in each) == pytest.approx(
        float(result.out.split('"pll": ')[1].split(",")[0]), abs=1e-3
    )


def test_later_pieces_of_a_word_are_masked_with_it():
    from embedkit.lm.lines import Line
    from embedkit.lm.masked.pseudo import PseudoScorer
    from embedkit.text.vocab import Vocab

    class Model:
        vocab = Vocab.from_words(["<eos>", "<unk>", "[MASK]", "Ġa", "b", "c"])
        eos, unk, mask, room, metadata = 0, 1, 2, 4, {"config": {"text": {}}}

        def score(self, sequences, places, targets):
            self.seen = [(ids.tolist(), place) for ids, place in zip(sequences, places.tolist())]
            return -targets.astype(float)

    asked, line = Model(), Line(["b", "c", "Ġa", "b", "c"], np.array([4, 5, 3, 4, 5]), [])
    score = PseudoScorer(asked)
    score._starts = np.array([False, False, False, True, False, False])
    assert score([line, Line([], np.empty(0, np.int64), []), line])[2].tolist() == [-4, -5, -3, -4, -5]
    assert asked.seen[:5] == [
        ([2, 2, 3, 4], 0),
        ([4, 2, 3, 4], 1),
        ([4, 5, 2, 2], 2),
        ([5, 3, 2, 2], 2),
        ([5, 3, 4, 2], 3),
    ]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["perplexity", "{mlm}", "{text}"],
            "from both sides, which makes no probability of a text, and no perplexity",
        ),
        (["score", "{mlm}", "{text}"], "not a language model: it predicts words from both sides"),
        (["generate", "{mlm}"], "not a language model"),
        (["fill", "{vectors}", "[MASK]"], "holds vectors, not a masked language model"),
        (["fill", "{text}", "[MASK]"], "is neither a masked language model nor a vector file"),
    ],
)
def test_files_of_another_kind(run, model, toy_file, tmp_path, args, message):
    (tmp_path / "text").write_text("the cat\n")
    result = run(*(arg.format(mlm=model, text=tmp_path / "text", vectors=toy_file) for arg in args))
    assert (result.code, result.out) == (1, "")
    assert message in result.err
    assert result.err.count("\n") == 2  # the cause and a hint


def test_damaged_files(run, model, tmp_path):
    (tmp_path / "m").write_bytes(Path(model).read_bytes().replace(b"[MASK]", b"[NONE]"))
    result = run("fill", tmp_path / "m", "[MASK]")
    assert (result.code, result.out) == (1, "")
    assert "[MASK] is not among its words" in result.err


@pytest.mark.parametrize("options", [["--word-l2r"], ["--pseudo", "--carry-state"], ["--pseudo", "--separator", "="]])
def test_options_of_scores_that_do_not_go_together(run, model, options):
    assert run("score", model, *options, stdin="").code == 2


@pytest.mark.parametrize(("pooling", "pooled"), [("mean", np.mean), ("max", np.max), ("first", None)])
def test_contextual_vectors_are_pooled_states(run, model, pooling, pooled):
    asked, line = load(model), "the cat sat a dog lay sat"
    ids = np.array([asked.vocab.id(word) for word in line.split()])
    for layer in (0, 1, 2):
        H = [asked.hidden([part], layer)[0] for part in np.array_split(ids, 2)]
        expected = H[0][0] if pooled is None else pooled(np.concatenate([part[1:] for part in H]), axis=0)
        result = run("vectors", model, line, "--layer", layer, "--pool", pooling)
        assert (result.code, result.err) == (0, "")
        np.testing.assert_allclose(np.array(result.rows[0][1:], float), expected, rtol=1e-5, atol=1e-6)
    embedded = asked.network.body.layers[0].table.value[ids[:4]] + asked.network.body.layers[1].table.value[1:5]
    np.testing.assert_allclose(asked.hidden([ids[:4]], 0)[0][1:], embedded, rtol=1e-6)


def test_nearest_sentences(run, model, tmp_path):
    lines = ["the cat sat", "a dog lay", "", "xyzzy", "the cat", "the cat sat"]
    (tmp_path / "lines").write_text("".join(f"{line}\n" for line in lines))
    result = run("similar", model, "--sentences", tmp_path / "lines", stdin="the cat\nxyzzy\n")
    assert (result.code, result.err) == (3, "no known word: xyzzy\n1 of 3 words are not in the vocabulary\n")
    vectors = embedkit.load(model).sentences(["the cat", "the cat sat", "a dog lay"])
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    expected = sorted(zip([*units[1:] @ units[0], units[1] @ units[0]], [*lines[:2], lines[0]]), reverse=True)
    assert [row[1] for row in result.rows] == [line for _, line in expected]
    assert [float(row[2]) for row in result.rows] == pytest.approx([score for score, _ in expected], abs=1e-5)


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["vectors", "{m}", "cat", "--layer", 3], 1, "--layer 3: the model has layers 1 to 2"),
        (["vectors", "{m}", "cat", "--layer", 1, "--pool", "sif"], 2, "--pool sif is for vectors of words"),
        (["vectors", "{m}", "--all", "--layer", 1], 2, "--layer goes without --all"),
        (["vectors", "{m}", "cat", "--pool", "first"], 2, "--pool first is for --layer N"),
        (["similar", "{m}", "cat", "--layer", 1], 2, "--layer is for --sentences"),
        (["similar", "{m}", "cat", "--sentences", "{text}", "--explain"], 2, "--sentences goes without --explain"),
        (["similar", "{m}", "cat", "--sentences", "{text}"], 1, "no line of it has a known word"),
        (["vectors", "{text}", "cat", "--layer", 1], 1, "is neither a masked language model nor a vector file"),
        (["plot", "{m}", "--heads", "-o", "x.svg"], 1, "0 lines, and --heads draws one"),
        (["plot", "{m}", "cat " * 6, "--heads", "-o", "x.svg"], 1, "the line has 6 tokens, and the context room for 5"),
        (["plot", "{m}", "cat", "--heads", "--method", "pca", "-o", "x.svg"], 2, "--heads goes with one model"),
        (["plot", "{text}", "a", "--heads", "-o", "x.svg"], 1, "is neither a language model nor a vector file"),
    ],
)
def test_what_does_not_go_together(run, model, tmp_path, monkeypatch, args, code, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text").write_text("xyzzy\n")
    result = run(*(str(arg).format(m=model, text="text") for arg in args), stdin="")
    assert (result.code, result.out) == (code, "")
    assert message in result.err


def test_in_python(model, tmp_path):
    asked = embedkit.load(model)
    assert asked.fill("a [MASK]", k=1)[0].word == asked.fill(["a [MASK]"], k=1)[0][0][0].word
    assert asked.pseudo_log_likelihood("the cat") == pytest.approx(asked.pseudo_log_likelihood(["the cat"])[0])
    with pytest.raises(embedkit.errors.EmbedkitError, match="line 2 has no .MASK."):
        asked.fill(["[MASK]", "a"])
    assert asked.vectors.similar("cat", 1)[0].word in WORDS
    np.testing.assert_array_equal(asked.vectors["cat"], read(model)["embedding"][4])
    asked.save(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == Path(model).read_bytes()
