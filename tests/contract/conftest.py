"""Files of every kind for the command lines of tests/_contract.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from _contract import LABELLED, PAIRS, PARALLEL, QUESTIONS, SETS, TEXT

from embedkit import cli
from embedkit.vectors import formats
from embedkit.vectors.transform.quantize import quantize

WORDNET = Path(__file__).resolve().parents[2] / "data/sample-wordnet"


@pytest.fixture(scope="module")
def counts(tmp_path_factory):
    """Counts of TEXT, for which it is encoded once: `cache` has an entry to list, and no test waits for it again."""
    folder = tmp_path_factory.mktemp("cache")
    (folder / "text").write_text(TEXT, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDKIT_CACHE", str(folder))
        arguments = ["count", folder / "text", "-o", folder / "counts", "--min-count", 1, "-q"]
        assert cli.run([str(arg) for arg in arguments]) == 0
        yield (folder / "counts").read_bytes()


@pytest.fixture(scope="session")
def lm(tmp_path_factory):
    """The bytes of a language model of TEXT."""
    folder = tmp_path_factory.mktemp("lm")
    (folder / "text").write_text(TEXT, "utf-8")
    sizes = ["--embed", 3, "--hidden", 3, "--epochs", 1, "--batch-size", 2, "--bptt", 5]
    arguments = ["train", "lstm", folder / "text", "-o", folder / "lm", "-q", "--no-cache", *sizes]
    assert cli.run([str(arg) for arg in arguments]) == 0
    return (folder / "lm").read_bytes()


@pytest.fixture(scope="session")
def mlm(tmp_path_factory):
    """The bytes of a masked language model of TEXT."""
    folder = tmp_path_factory.mktemp("mlm")
    (folder / "text").write_text(TEXT, "utf-8")
    sizes = ["--dim", 4, "--heads", 2, "--layers", 1, "--context", 8, "--epochs", 1, "--batch-size", 2]
    arguments = ["train", "mlm", folder / "text", "-o", folder / "mlm", "-q", "--no-cache", *sizes]
    assert cli.run([str(arg) for arg in arguments]) == 0
    return (folder / "mlm").read_bytes()


@pytest.fixture(scope="session")
def documents(tmp_path_factory):
    """The bytes of an LSA of TEXT."""
    folder = tmp_path_factory.mktemp("lsa")
    (folder / "text").write_text(TEXT, "utf-8")
    arguments = [
        "train",
        "lsa",
        folder / "text",
        "-o",
        folder / "lsa",
        "-q",
        "--no-cache",
        "--min-count",
        1,
        "--dim",
        3,
    ]
    assert cli.run([str(arg) for arg in arguments]) == 0
    return (folder / "lsa").read_bytes()


@pytest.fixture(scope="session")
def translator(tmp_path_factory):
    """The bytes of an encoder-decoder of PARALLEL."""
    folder = tmp_path_factory.mktemp("seq2seq")
    (folder / "pairs").write_text(PARALLEL, "utf-8")
    sizes = ["--embed", 3, "--hidden", 3, "--epochs", 1, "--batch-size", 2]
    arguments = ["train", "seq2seq", folder / "pairs", "-o", folder / "model", "-q", *sizes]
    assert cli.run([str(arg) for arg in arguments]) == 0
    return (folder / "model").read_bytes()


@pytest.fixture(scope="session")
def classifier(tmp_path_factory):
    """The bytes of a classifier of LABELLED."""
    folder = tmp_path_factory.mktemp("classifier")
    (folder / "texts").write_text(LABELLED, "utf-8")
    arguments = ["train", "classifier", folder / "texts", "-o", folder / "model", "-q", "--buckets", 99]
    assert cli.run([str(arg) for arg in arguments]) == 0
    return (folder / "model").read_bytes()


@pytest.fixture
def kit(tmp_path, toy, toy_file, sparse_file, counts, documents, lm, mlm, translator, classifier):
    """A file of every kind; `other` has some of the words of `vectors`, `out` does not exist yet."""
    files = {
        "text": TEXT.encode(),
        "counts": counts,
        "documents": documents,
        "lm": lm,
        "mlm": mlm,
        "translator": translator,
        "parallel": PARALLEL.encode(),
        "labelled": LABELLED.encode(),
        "classifier": classifier,
        "pairs": PAIRS.encode(),
        "questions": QUESTIONS.encode(),
        "other": "4 4\nking 1 0 0 1\n한국어 0 1 0 0\nqueen 0 0 1 0\nplough 1 1 1 1\n".encode(),
        "words": "queen\nking\n한국어\n".encode(),
        "translations": "king king\n한국어\t한국어\nqueen\tqueen\n".encode(),
        "sets": SETS.encode(),
        "phrases": "the\tking\t9\t3.5\n한국어\t를\n".encode(),
        "log": b'{"event": "epoch", "epoch": 1, "loss": 2.5}\n{"event": "epoch", "epoch": 2, "loss": 1.5}\n',
    }
    for kind, content in files.items():
        (tmp_path / f"{kind}.txt").write_bytes(content)
    formats.save(tmp_path / "quantized", quantize(toy))
    paths = {kind: tmp_path / f"{kind}.txt" for kind in files} | {"quantized": tmp_path / "quantized"}
    paths |= {"vectors": toy_file, "sparse": sparse_file, "wordnet": WORDNET}
    paths |= {"thesaurus": f"wordnet:{WORDNET}", "wup": f"wordnet:wup:{WORDNET}"}
    return {kind: str(path) for kind, path in paths.items()} | {"out": str(tmp_path / "made"), "shell": "bash"}
