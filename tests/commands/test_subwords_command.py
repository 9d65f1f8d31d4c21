"""Subword vocabularies on the command line: learnt, read by every model, kept in its file, and spelt as text again."""

from __future__ import annotations

import json
import math

import pytest
from _specimens import GOLDEN

FILE = GOLDEN / "tokenizer.json"
TEXT = "the king met  a queen\n왕이 되었다 👑\n\nthe queen met the king\n" * 4
SMALL = ("--embed", 4, "--hidden", 4, "--epochs", 1, "--batch-size", 2)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A text, and a copy of the vocabulary that is gone once models are trained."""
    folder = tmp_path_factory.mktemp("subwords")
    (folder / "text").write_text(TEXT, "utf-8")
    return folder


def trained(run, files, model, *options):
    out = files / f"{model}.safetensors"
    if not out.exists():
        copy = files / f"{model}.json"
        copy.write_bytes(FILE.read_bytes())
        line = ("train", model, files / "text", "--tokenizer", copy, "-o", out, "--no-cache", "-q", *options)
        assert run(*line)[0::2] == (0, "")
        copy.unlink()
    return out


@pytest.mark.parametrize(("model", "options"), [("kn", ("--order", 3)), ("lstm", SMALL)])
def test_a_language_model_is_one_file(run, files, monkeypatch, model, options):
    path = trained(run, files, model, *options)
    monkeypatch.setattr("embedkit.text.subword.known._files", {})
    (found,) = map(json.loads, run("perplexity", path, files / "text", "--json", "--no-cache").out.splitlines())
    assert found["unknown"] == 0
    nats = found["tokens"] * math.log(found["perplexity"])
    words = len(TEXT.split()) + TEXT.count("\n")
    assert found["perplexity_per_word"] == pytest.approx(math.exp(nats / words), rel=1e-3)
    assert found["bits_per_character"] == pytest.approx(nats / math.log(2) / len(TEXT), rel=1e-3)
    line = "the  king 왕뷁"
    scored = run("score", path, "--per-word", stdin=line + "\n").rows
    assert [row[1] for row in scored][-4:] == ["\\xeb", "\\xb7", "\\x81", "<eos>"]
    (whole,) = map(json.loads, run("score", path, "--json", stdin=line + "\n").out.splitlines())
    assert whole["ln"] == pytest.approx(sum(float(row[3]) for row in scored), abs=1e-3)
    assert whole["tokens"] == len(scored)
    written = run("generate", path, "--prompt", "the  king 왕", "--max-words", 30, "--seed", 3)
    assert (written.code, written.err) == (0, "")
    assert written.out.startswith("the  king 왕")
    assert "Ġ" not in written.out


def test_the_vocabulary_is_kept_whole(run, files):
    path = trained(run, files, "kn", "--order", 3)
    facts = json.loads(run("info", path, "--json").out)
    assert facts["words"] == 420 + 1  # <unk> is not in the file
    assert facts["config"]["text"]["tokenizer"].startswith("bpe:")
    assert str(files) not in json.dumps(facts["config"])
    for flags in (("--max-vocab", 300), ("--min-count", 2)):
        made = run("train", "kn", files / "text", "--tokenizer", FILE, "-o", files / "no", *flags)
        assert (made.code, "is kept whole" in made.err) == (2, True)


def test_vectors_of_subwords(run, files):
    path = trained(run, files, "skipgram", "--dim", 4, "--epochs", 1, "--min-count", 1)
    for query in ("Ġthe", " the"):
        found = run("similar", path, query, "-k", 1)
        assert (found.code, len(found.rows)) == (0, 1)
    line = run("vectors", path, "--pool", "mean", stdin="the king\n")
    assert (line.code, len(line.rows)) == (0, 1)
    counted = run("vocab", files / "text", "--tokenizer", FILE, "--min-count", 8, "-q", "--no-cache").rows
    assert ["Ġthe", "4"] not in counted
    assert all(int(count) >= 8 for _, count in counted)


def test_pairs(run, files):
    (files / "pairs").write_text("the king\t왕이 되었다\na queen\tthe  queen\n" * 4, "utf-8")
    out = files / "s2s"
    options = ("--tokenizer", FILE, "--target-tokenizer", FILE, "--embed", 4, "--hidden", 4, "--epochs", 1)
    assert run("train", "seq2seq", files / "pairs", "-o", out, "-q", *options).code == 0
    written = run("translate", out, "--max-length", 8, "-q", stdin="the king\n")
    assert (written.code, len(written.rows)) == (0, 1)
    assert "Ġ" not in written.out
    scored = run("score", out, "--per-word", stdin="the king\t a queen\n")
    assert [row[1] for row in scored.rows][-1] == "<eos>"
    assert "".join(row[1] for row in scored.rows[:-1]) == "a queen"
    refused = run("train", "seq2seq", files / "pairs", "-o", out, "--tokenizer", FILE, "--max-vocab", 100)
    assert (refused.code, "is kept whole" in refused.err) == (2, True)


def test_a_vocabulary_is_learnt(run, files):
    pytest.importorskip("tokenizers")
    made = run("vocab", files / "text", "--bpe", 270, "--special", "[MASK]", "-o", files / "made.json")
    assert (made.code, made.out) == (0, "")
    assert made.err == "270 tokens: 2 special, 256 bytes, 12 merges\n"
    assert run("vocab", files / "text", "--tokenizer", files / "made.json", "-q").code == 0


@pytest.mark.parametrize(
    ("options", "code", "cause"),
    [
        (("--bpe", 100), 2, "the 256 bytes and 1 special"),
        (("--bpe", 300, "--min-count", 2), 2, "--min-count does not go with --bpe"),
        (("--bpe", 300, "--json"), 2, "--json does not go with --bpe"),
        (("--special", "[MASK]"), 2, "--special names tokens of --bpe"),
        (("--tokenizer", "wrods"), 2, "neither a file nor one of whitespace"),
        (("--tokenizer", GOLDEN / "corpus.txt"), 1, "is not a tokenizer.json"),
        (("--tokenizer", FILE, "--drop-punctuation"), 2, "makes pieces of them"),
        (("--tokenizer", FILE, "--keep-tags", "N"), 2, "--keep-tags"),
    ],
)
def test_bad_input(run, files, options, code, cause):
    found = run("vocab", files / "text", *options)
    assert (found.code, found.out) == (code, "")
    assert cause in found.err.splitlines()[0]
    assert "\nHint: " in found.err or "--keep-tags" in options


def test_a_model_of_another_vocabulary_is_not_mixed_in(run, files):
    path = trained(run, files, "kn", "--order", 3)
    run("train", "kn", files / "text", "-o", files / "words", "-q")
    found = run("perplexity", path, files / "text", "--interpolate", files / "words", "--lambda", ".5,.5", "--no-cache")
    assert (found.code, "so it cannot be mixed" in found.err) == (1, True)
