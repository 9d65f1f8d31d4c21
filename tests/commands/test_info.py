import json
import os

import _warm
import numpy as np
import pytest


def test_a_native_file(run, toy_file):
    got = run("info", toy_file)
    facts = dict(got.rows)
    assert (got.code, got.err) == (0, "")
    expected = {
        "file": str(toy_file), "format": "native", "bytes": str(toy_file.stat().st_size), "profile": "embedkit/1",
        "kind": "vectors", "words": "10", "dimensions": "4", "counts": "yes", "tokens": "550", "model": "toy",
        "seed": "1", "corpus_sha256": "0" * 64, "tool": "embedkit 0", "text.lowercase": "yes", "text.min_count": "1",
        "tensors.vectors": "float32 10 x 4",
    }  # fmt: skip
    assert {key: facts.get(key) for key in expected} == expected


def test_json_is_one_object(run, toy_file):
    got = json.loads(run("info", toy_file, "--json").out)
    assert (got["words"], got["counts"], got["tokens"], got["seed"]) == (10, True, 550, 1)
    assert got["config"]["text"]["tokenizer"] == "whitespace"
    assert got["tensors"]["vocab.offsets"] == "int64 11"


def test_a_table_on_a_terminal(toy_file):
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        assert _warm.run(["-m", "embedkit", "info", toy_file], stdout=theirs).returncode == 0
        os.close(theirs)
        lines = terminal.read(1 << 16).decode().split("\r\n")[:-1]
    at = len("tensors.vocab.offsets") + 2
    assert lines[0] == "file".ljust(at) + str(toy_file)
    assert "tensors.vocab.offsets  int64 11" in lines
    assert all(line[at - 1] == " " and line[at] != " " for line in lines)


def test_sparse_vectors(run, sparse_file):
    facts = dict(run("info", sparse_file).rows)
    assert (facts["kind"], facts["words"], facts["contexts"], facts["entries"]) == ("sparse-vectors", "4", "3", "5")
    assert facts["counts"] == "no"
    assert "tokens" not in facts


@pytest.mark.parametrize(
    ("name", "format", "words"),
    [
        ("word2vec_c.bin", "word2vec", 22), ("word2vec_c.txt", "word2vec-text", 22), ("gensim.bin", "word2vec", 21),
        ("fasttext.bin", "fasttext", 22), ("glove.txt", "glove", None),
    ],
)  # fmt: skip
def test_other_tools_files(run, golden, name, format, words):
    facts = json.loads(run("info", golden / name, "--json").out)
    assert (facts["format"], facts["kind"], facts["dimensions"]) == (format, "vectors", 8)
    assert words is None or facts["words"] == words
    assert facts["counts"] is (name == "fasttext.bin")
    assert facts["bytes"] == (golden / name).stat().st_size


def test_native_files_of_other_kinds(run, tmp_path):
    from embedkit.io import container
    from embedkit.io.output import Output
    from embedkit.text.vocab import Vocab
    from embedkit.text.vocab_tensors import vocab_tensors

    path = tmp_path / "counts"
    vocab = Vocab.from_words(["a", "b"], [2, 1])
    tensors = {"data": np.ones(1, np.float32), "indices": np.zeros(1, np.int32), "indptr": np.array([0, 1, 1])}
    with Output(path) as out:
        container.write(out, tensors | vocab_tensors(vocab), {"kind": "counts", "config": '{"context": {"window": 5}}'})
    facts = dict(run("info", path).rows)
    assert (facts["kind"], facts["words"], facts["entries"], facts["tokens"]) == ("counts", "2", "1", "3")
    assert facts["context.window"] == "5"
    with Output(path) as out:
        container.write(out, {"ids": np.arange(3, dtype=np.int32), "scalar": np.array(1.5)}, {"kind": "ids"})
    facts = dict(run("info", path).rows)
    assert (facts["kind"], facts["tensors.ids"], facts["tensors.scalar"]) == ("ids", "int32 3", "float64 ")


def test_failures(run, golden, tmp_path):
    assert run("info", tmp_path / "none").code == 1
    got = run("info", golden / "corpus.txt")
    assert got.code == 1
    assert got.err.startswith(f"Error: {golden / 'corpus.txt'}: is text, but no vector file")
    assert run("info").code == 2
