import numpy as np
import pytest

from embedkit.text.vocab import Vocab
from embedkit.vectors import formats
from embedkit.vectors.vectors import Vectors


@pytest.fixture
def other(tmp_path):
    """Two words of the toy and one of its own, in three dimensions."""
    path = tmp_path / "other"
    matrix = np.array([(1, 1, 1), (0, 0, 2), (2, 0, 0)], np.float32)
    formats.save(path, Vectors(Vocab.from_words(["plough", "한국어", "king"], [99, 15, 7]), matrix))
    return path


def test_average(run, toy_file, other, tmp_path):
    out = tmp_path / "out"
    assert run("merge", toy_file, other, "-o", out) == (0, "", "", b"")
    made = formats.load(out)
    assert (made.vocab.words(), made.vocab.counts.tolist()) == (["king", "한국어"], [100, 20])
    assert made.matrix.tolist() == [[2.5, 2, 0, 0], [0, 0, 1.5, 0.5]]


def test_union_of_three(run, toy_file, other, tmp_path):
    out = tmp_path / "out"
    assert run("merge", toy_file, other, toy_file, "-o", out, "--how", "concatenate", "--union", "--unit").code == 0
    made = formats.load(out)
    assert made.vocab.words()[:3] == ["king", "plough", "queen"]
    third = np.float32(1 / np.sqrt(3))
    assert made.matrix[1].tolist() == [0, 0, 0, 0, third, third, third, 0, 0, 0, 0]
    assert made.matrix[0].tolist() == np.float32([0.6, 0.8, 0, 0, 1, 0, 0, 0.6, 0.8, 0, 0]).tolist()


def test_what_was_done_is_recorded(run, toy_file, other, tmp_path):
    out = tmp_path / "out"
    run("merge", toy_file, other, "-o", out, "--unit")
    (entry,) = formats.load(out).metadata["history"]
    assert [entry[key] for key in ("verb", "how", "words", "unit")] == ["merge", "average", "intersection", True]
    assert [facts.get("model") for facts in entry["of"]] == ["toy", None]
    assert str(tmp_path) not in str(entry)
    assert run("info", out).code == 0


def test_words_are_found_as_in_the_files_merged(run, toy_file, tmp_path):
    out = tmp_path / "out"
    run("merge", toy_file, toy_file, "-o", out)
    assert run("similar", out, "KING", "-k", 1).out == "KING\tman\t0.8\n"


@pytest.mark.parametrize(
    ("files", "error", "code"),
    [
        (["{toy}"], "merge takes two files or more", 2),
        (["-", "-"], "only one of the files can be -, stdin", 2),
        (["{toy}", "{far}"], "no word is in all of them", 1),
        (["{toy}", "{sparse}"], "sparse vectors", 1),
    ],
)
def test_wrong_input(run, toy_file, sparse_file, tmp_path, files, error, code):
    far = tmp_path / "far.txt"
    far.write_text("1 2\nfar 1 2\n")
    files = [file.format(toy=toy_file, far=far, sparse=sparse_file) for file in files]
    got = run("merge", *files, "-o", tmp_path / "out")
    assert (got.code, got.out) == (code, "")
    assert error in got.err.split("\n")[0]
    assert not (tmp_path / "out").exists()


def test_what_is_left_behind_is_said_once(run, toy, toy_file, tmp_path):
    path, out = tmp_path / "both", tmp_path / "out"
    formats.save(path, Vectors(toy.vocab, toy.matrix, contexts=toy.matrix))
    assert run("merge", path, toy_file, path, "-o", out).err == f"{out}: without context vectors\n"
    assert run("merge", path, path, "-o", out, "-q").err == ""
