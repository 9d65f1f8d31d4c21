"""GloVe's cooccurrence.bin, both ways."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from embedkit.count import counts as native
from embedkit.count import glove_cooccur
from embedkit.errors import EmbedkitError
from embedkit.io.output import Output

GOLDEN = Path(__file__).parents[1] / "golden"
COUNTS, WORDS = str(GOLDEN / "glove.cooccur.bin"), str(GOLDEN / "glove.vocab.txt")


def test_golden_file_comes_back_byte_for_byte(tmp_path):
    counts = glove_cooccur.load(COUNTS, WORDS)
    with Output(tmp_path / "out") as out:
        glove_cooccur.save(out, counts)
    written = np.fromfile(tmp_path / "out", glove_cooccur.RECORD)
    original = np.fromfile(COUNTS, glove_cooccur.RECORD)
    assert np.array_equal(written["word"], original["word"])
    assert np.array_equal(written["context"], original["context"])
    # Counts are float32 with us: the last digits of GloVe's float64 sums of thirds go.
    assert np.array_equal(written["count"], original["count"].astype(np.float32))


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_pieces_do_not_matter(tmp_path, monkeypatch, piece):
    whole = glove_cooccur.load(COUNTS, WORDS)
    monkeypatch.setattr(glove_cooccur, "PIECE", piece)
    assert np.array_equal(glove_cooccur.load(COUNTS, WORDS).matrix.indptr, whole.matrix.indptr)
    with Output(tmp_path / "out") as out:
        glove_cooccur.save(out, whole)
    written = np.fromfile(tmp_path / "out", glove_cooccur.RECORD)
    assert np.array_equal(written["context"] - 1, whole.matrix.indices)
    assert np.array_equal(np.bincount(written["word"] - 1), np.diff(whole.matrix.indptr))


def test_shuffled_records_are_sorted(tmp_path):
    records = np.fromfile(COUNTS, glove_cooccur.RECORD)
    np.random.default_rng(0).permutation(records).tofile(tmp_path / "shuffled")
    shuffled, plain = glove_cooccur.load(str(tmp_path / "shuffled"), WORDS), glove_cooccur.load(COUNTS, WORDS)
    for name in ("indptr", "indices", "data"):
        assert np.array_equal(getattr(shuffled.matrix, name), getattr(plain.matrix, name))


def record(word, context, count):
    return np.array([(word, context, count)], glove_cooccur.RECORD).tobytes()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "0 bytes are not records of 16"),
        (record(1, 1, 1.0)[:-1], "15 bytes are not records"),
        (record(1, 2, 1.0) + record(0, 1, 1.0), "byte 16: no count of two of 21 words: ids 0 and 1, 1"),
        (record(1, 22, 1.0), "ids 1 and 22"),
        (record(1, 1, -1.0), "-1"),
        (record(1, 1, float("nan")), "nan"),
        (record(1, 1, 1e39), "1e.39"),
        (record(1, 1, 1e-50), "1e-50"),
        (record(2, 2, 1.0) + record(1, 1, 1.0) + record(2, 2, 3.0), "byte 32: a pair of words stands there twice"),
    ],
)
def test_what_is_refused(tmp_path, data, message):
    (tmp_path / "bad").write_bytes(data)
    with pytest.raises(EmbedkitError, match=message):
        glove_cooccur.load(str(tmp_path / "bad"), WORDS)


def test_words_are_needed():
    with pytest.raises(EmbedkitError, match="holds no words") as caught:
        glove_cooccur.load(COUNTS, None)
    assert "--vocab" in caught.value.hint


def test_commands(run, tmp_path):
    text, out, back = GOLDEN / "corpus.txt", tmp_path / "out.bin", tmp_path / "back"
    window = ("--window", 3, "--no-cache", "-q")
    assert run("count", text, "--vocab", WORDS, "-o", out, "--to", "glove-cooccur", *window).code == 0
    assert run("count", out, "--from", "glove-cooccur", "--vocab", WORDS, "-o", back, "-q").code == 0
    direct = tmp_path / "direct"
    assert run("count", text, "--vocab", WORDS, "-o", direct, *window).code == 0
    a, b = native.load(str(direct)), native.load(str(back))
    assert np.array_equal(a.matrix.data, b.matrix.data)
    assert np.array_equal(a.matrix.indices, b.matrix.indices)
    trained = run("train", "svd", out, "--from", "glove-cooccur", "--vocab", WORDS, "-o", tmp_path / "v", "--dim", 5)
    assert trained.code == 0, trained.err
    assert run("count", out, "--from", "glove-cooccur", "-o", back).code == 1


@pytest.mark.peer
def test_the_glove_trainer_reads_it(run, tmp_path):
    glove = shutil.which("glove") or pytest.skip("GloVe is not installed")
    out = tmp_path / "cooccur.bin"
    run(
        "count",
        GOLDEN / "corpus.txt",
        "--vocab",
        WORDS,
        "-o",
        out,
        "--to",
        "glove-cooccur",
        "--window",
        3,
        "--no-cache",
    )
    command = [glove, "-input-file", str(out), "-vocab-file", WORDS, "-save-file", str(tmp_path / "v"), "-iter", "3"]
    assert subprocess.run([*command, "-vector-size", "8"], capture_output=True).returncode == 0
    assert (tmp_path / "v.txt").exists()
