"""`embedkit train kn`: what goes in and comes out, ARPA and back, what is refused."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import pytest
from _gzip import gz
from _refused import refused

TEXT = "the cat sat on the mat .\nthe dog sat on the rug .\na cat and a dog met on the mat .\n" * 8 + "a bird sang .\n"
LM = ("--embed", 3, "--hidden", 3, "--epochs", 1, "--batch-size", 2, "--bptt", 5)


@pytest.fixture
def files(run, text, tmp_path):
    """The same model, native and ARPA."""
    paths = [tmp_path / "kn.safetensors", tmp_path / "kn.arpa"]
    for path in paths:
        assert run("train", "kn", text, "-o", path, "--order", 3).code == 0
    return paths


def test_a_model_and_how_it_was_made(run, text, tmp_path):
    log = tmp_path / "log"
    result = run("train", "kn", text, "-o", tmp_path / "kn", "--order", 3, "--log", log)
    assert (result.code, result.out) == (0, "")
    assert result.err.split("\n") == [
        "221 tokens, 0 of them <unk>; 15 words",
        "order 3: too little text to estimate discounts; taken: 0.5, 1.0, 1.5",
        "15 + 22 + 24 n-grams",
        "",
    ]
    facts = json.loads(run("info", tmp_path / "kn", "--json").out)
    assert (facts["kind"], facts["model"], facts["order"], facts["words"]) == ("language-model", "kn", 3, 15)
    assert (facts["ngrams"], facts["fallback"]) == ([15, 22, 24], [3])
    assert [len(discounts) for discounts in facts["discounts"]] == [3, 3, 3]
    assert facts["discounts"][2] == [0.5, 1.0, 1.5]
    assert facts["parameters"] == 2 * 15 + 2 * 22 + 24
    assert facts["config"]["model"] == {"order": 3, "prune": 0}
    assert facts["corpus_sha256"] == hashlib.sha256(TEXT.encode()).hexdigest()
    # It gets nothing but its share of what the discounts took, spread over 15 words.
    assert 0 < facts["unk_probability"] < 1 / 15
    assert all(result == "ok" for _, result in run("verify", tmp_path / "kn").rows)
    events = [json.loads(line)["event"] for line in log.read_text().split("\n")[:-1]]
    assert events == ["corpus", "memory", "ngrams", "done"]


def test_no_path_in_the_result(run, text, tmp_path, files):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/t.gz").write_bytes(gz(TEXT.encode()))
    assert run("train", "kn", tmp_path / "elsewhere/t.gz", "-o", tmp_path / "b", "--order", 3, "--no-cache").code == 0
    assert (tmp_path / "b").read_bytes() == files[0].read_bytes()


def test_cutoff(run, text, tmp_path):
    assert run("train", "kn", text, "-o", tmp_path / "kn.arpa", "--order", 3, "--prune", 1).code == 0
    lines = (tmp_path / "kn.arpa").read_text().split("\n")
    assert lines[2:4] == ["ngram 2=22", "ngram 3=20"]  # not: a bird sang, bird sang ., sang . </s>


def test_both_files_say_the_same(run, files, text):
    asked = [
        ("perplexity", text, "--json", "--no-cache"),
        ("perplexity", text, "--reset-per-line", "--threads", 2),
        ("score", text, "--per-word"),
        ("generate", "--max-words", 30, "--seed", 4),
        ("generate", "--beam", 4, "--lines", 2),
        ("generate", "--greedy", "--prompt", "a cat and"),
    ]
    for name, *args in asked:
        native, arpa = (run(name, file, *args) for file in files)
        assert (native.code, native.err) == (0, "")
        assert native.out
        assert arpa == native
    assert run("generate", files[0], "--greedy", "--prompt", "a cat and", "--lines", 1).out.startswith(
        "a cat and a dog"
    )


def test_stdin_and_stdout(run, files, text):
    for file, name in zip(files, ("native", "arpa")):
        raw = file.read_bytes()
        assert run("train", "kn", "-", "-o", "-", "--to", name, "--order", 3, "-q", stdin=TEXT).raw == raw
        assert run("convert", "-", "-", "--to", "arpa", "-q", stdin=raw).raw == files[1].read_bytes()
        assert run("score", "-", text, stdin=raw) == run("score", files[0], text)


def test_there_and_back(run, files, tmp_path):
    native, arpa = files
    result = run("convert", native, tmp_path / "b.arpa")
    assert (result.code, result.err) == (0, f"{tmp_path / 'b.arpa'}: without counts; metadata\n")
    assert (tmp_path / "b.arpa").read_bytes() == arpa.read_bytes()
    assert run("convert", arpa, tmp_path / "b") == (0, "", "", b"")
    assert run("convert", tmp_path / "b", tmp_path / "c.arpa") == (0, "", "", b"")
    assert (tmp_path / "c.arpa").read_bytes() == arpa.read_bytes()
    facts = json.loads(run("info", tmp_path / "b", "--json").out)
    assert (facts["imported_from"], facts["ngrams"], facts["tokens"]) == ("arpa", [15, 22, 24], None)


def test_what_an_arpa_file_is(run, files):
    facts = json.loads(run("info", files[1], "--json").out)
    assert (facts["format"], facts["kind"], facts["words"]) == ("arpa", "language-model", 15)
    assert (facts["order"], facts["ngrams"]) == (3, [15, 22, 24])
    assert run("verify", files[1]).rows == [["arpa", "ok"]]
    with open(files[1], "ab") as file:
        file.write(b"more\n")
    for name in ("info", "verify", "score"):
        refused(run(name, files[1], *(["-q"] if name != "score" else [])), str(files[1]), "something comes after")


def test_there_are_no_vectors_in_it(run, files, tmp_path):
    for file, said in zip(files, ("holds a language model, not vectors", "is a language model of n-grams")):
        for args in (("similar", file, "cat"), ("vectors", file, "cat"), ("convert", file, tmp_path / "v.bin")):
            if args[0] != "convert" or file == files[0]:
                refused(run(*args), str(file), said)
    refused(run("convert", files[1], tmp_path / "v.bin"), "v.bin", "n-gram models are not written as such")
    assert not (tmp_path / "v.bin").exists()


def test_arpa_is_of_ngrams(run, text, toy_file, tmp_path):
    assert run("train", "gru", text, "-o", tmp_path / "lm", *LM).code == 0
    refused(run("convert", tmp_path / "lm", tmp_path / "lm.arpa"), str(tmp_path / "lm"), "holds no n-grams")
    result = run("convert", toy_file, tmp_path / "v.arpa")
    refused(result, str(toy_file), "not a language model")
    assert "Hint: embedkit train kn TEXT" in result.err
    refused(run("train", "gru", text, "-o", tmp_path / "lm.arpa", *LM), "native format alone")
    assert not list(tmp_path.glob("*.arpa"))


@pytest.mark.parametrize("name", ["kn.bin", "kn.txt"])
def test_other_formats(run, text, tmp_path, name):
    refused(run("train", "kn", text, "-o", tmp_path / name), name, "not written as such")
    refused(run("train", "kn", text, "-o", tmp_path / "kn", "--to", "glove"), "'glove'", code=2)


def test_words_that_arpa_cannot_hold(run, tmp_path):
    (tmp_path / "text.txt").write_text("a <s> b\n")
    refused(run("train", "kn", tmp_path / "text.txt", "-o", tmp_path / "kn.arpa"), "cannot hold the word '<s>'")
    assert run("train", "kn", tmp_path / "text.txt", "-o", tmp_path / "kn").code == 0
    refused(run("convert", tmp_path / "kn", tmp_path / "kn.arpa"), "cannot hold the word '<s>'")
    assert not (tmp_path / "kn.arpa").exists()


def test_it_takes_no_options_of_gradients(run, text, tmp_path):
    for option in ("--epochs", "--lr", "--valid"):
        refused(run("train", "kn", text, "-o", tmp_path / "kn", option, 1), option, code=2)


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_no_text(run, tmp_path, content):
    (tmp_path / "text.txt").write_text(content)
    refused(run("train", "kn", tmp_path / "text.txt", "-o", tmp_path / "kn"), str(tmp_path / "text.txt"))
    assert not (tmp_path / "kn").exists()


def test_questions_load_numpy_alone(files, text):
    """Neither scipy nor numba, in a process of its own."""
    code = "import sys; from embedkit.cli import run; code = run(sys.argv[1:]); "
    code += "sys.exit(code or bool({'numba', 'scipy'} & set(sys.modules)))"
    for args in (("generate", files[0]), ("generate", files[1], "--beam", "2"), ("score", files[0], text)):
        assert subprocess.run([sys.executable, "-c", code, *map(str, args)], capture_output=True).returncode == 0


def test_penn_treebank(run, shared, tmp_path):
    """141.2 is what is published for five words (Mikolov 2012, table 4.1)."""
    ptb = shared / "data/ptb"
    if not ptb.is_dir():
        pytest.skip("needs the Penn Treebank")
    assert run("train", "kn", ptb / "ptb.train.txt", "-o", tmp_path / "kn", "-q").code == 0
    (row,) = [json.loads(run("perplexity", tmp_path / "kn", ptb / "ptb.test.txt", "--json", "-q").out)]
    assert (row["tokens"], row["unknown"], row["perplexity"]) == (82430, 4794, pytest.approx(141.186, abs=1e-3))
