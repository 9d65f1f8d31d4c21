import numpy as np
import pytest

from embedkit.text.vocab import Vocab
from embedkit.vectors import formats
from embedkit.vectors.ngrams import Ngrams
from embedkit.vectors.subwords import SubwordVectors, pooled
from embedkit.vectors.vectors import Vectors

TURN = np.array([[0, 1, 0, 0], [-1, 0, 0, 0], [0, 0, 0, -1], [0, 0, 1, 0]], np.float32)


@pytest.fixture
def goal(toy, tmp_path):
    """The toy turned and twice as long, in another order, without its last two words and with one of its own."""
    path = tmp_path / "goal"
    words = [*toy.vocab.words()[7::-1], "plough"]
    matrix = np.concatenate([2 * toy.matrix[7::-1] @ TURN, np.ones((1, 4), np.float32)])
    formats.save(path, Vectors(Vocab.from_words(words), matrix))
    return path


def test_words_of_a_in_the_space_of_b(run, toy_file, toy, goal, tmp_path):
    out = tmp_path / "out"
    got = run("align", toy_file, goal, "-o", out)
    assert (got.code, got.out) == (0, "")
    assert got.err == "8 anchors, mean cosine 0.0000 before, 1.0000 after\n"
    made = formats.load(out)
    np.testing.assert_allclose(made.matrix, toy.matrix @ TURN, atol=1e-6)
    assert (made.vocab.words(), made.vocab.counts.tolist()) == (toy.vocab.words(), toy.vocab.counts.tolist())
    assert run("align", toy_file, goal, "-o", out, "-q") == (0, "", "", b"")


def test_ngrams_are_turned_as_well(run, toy, goal, tmp_path):
    words, buckets = toy.vocab.all_bytes(), np.eye(4, dtype=np.float32)
    subwords = SubwordVectors(toy.vocab, toy.matrix, buckets, Ngrams(3, 6))
    formats.save(tmp_path / "a", subwords)
    assert "without" not in run("align", tmp_path / "a", goal, "-o", tmp_path / "out").err
    made = formats.load(tmp_path / "out")
    np.testing.assert_allclose(made.buckets, buckets @ TURN, atol=1e-6)
    np.testing.assert_allclose(
        pooled(words, made.buckets, made.ngrams), pooled(words, buckets, made.ngrams) @ TURN, atol=1e-6
    )


def test_what_was_done_is_recorded(run, toy_file, goal, tmp_path):
    out = tmp_path / "out"
    run("align", toy_file, goal, "-o", out)
    (entry,) = formats.load(out).metadata["history"]
    assert entry == {
        "verb": "align", "anchors": 8, "cosine_before": 0.0, "cosine_after": 1.0, "onto": {"kind": "vectors"},
        "tool": entry["tool"],
    }  # fmt: skip
    assert formats.load(out).metadata["model"] == "toy"


def test_the_most_frequent_anchors(run, toy_file, goal, tmp_path):
    got = run("align", toy_file, goal, "-o", tmp_path / "out", "--anchors", 2)
    first, second = got.err.splitlines()
    assert first.startswith("2 anchors, mean cosine ")
    assert second == "fewer anchors than the 4 dimensions: other rotations would fit them as well"


def test_listed_anchors(run, toy_file, toy, goal, tmp_path):
    out = tmp_path / "out"
    got = run("align", toy_file, goal, "-o", out, "--vocab", "-", stdin="man\nNew York\nplough\nnil\nwoman\nking\n")
    assert got.code == 3
    assert got.err.splitlines()[:2] == ["not in both files: plough", "not in both files: nil"]
    assert got.err.splitlines()[2].startswith("4 anchors")
    np.testing.assert_allclose(formats.load(out).matrix[:3], toy.matrix[:3] @ TURN, atol=1e-6)


@pytest.mark.parametrize(
    ("files", "options", "error", "code"),
    [
        (("{toy}", "{narrow}"), (), "has vectors of 4 dimensions, ", 1),
        (("{toy}", "{far}"), (), " share no anchor", 1),
        (("{toy}", "{goal}"), ("--vocab", "-"), " share no anchor", 1),
        (("-", "-"), (), "only one of the files can be -, stdin", 2),
        (("{toy}", "-"), ("--vocab", "-"), "only one of the files can be -, stdin", 2),
        (("{toy}", "{goal}"), ("--anchors", 0), "0 is not in the range", 2),
    ],
)
def test_wrong_input(run, toy_file, goal, tmp_path, files, options, error, code):
    narrow, far = tmp_path / "narrow.txt", tmp_path / "far.txt"
    narrow.write_text("1 2\nking 1 2\n")
    far.write_text("1 4\nfar 1 2 3 4\n")
    files = [file.format(toy=toy_file, narrow=narrow, far=far, goal=goal) for file in files]
    got = run("align", *files, "-o", tmp_path / "out", "-q", *options, stdin="xyzzy\n")
    assert (got.code, got.out) == (code, "")
    assert error in got.err.split("\n")[0]
    assert not (tmp_path / "out").exists()
