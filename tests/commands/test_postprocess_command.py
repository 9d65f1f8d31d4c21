import numpy as np
import pytest

from embedkit.vectors import formats
from embedkit.vectors.vectors import Vectors


def test_steps_in_order(run, toy_file, toy, tmp_path):
    out = tmp_path / "out"
    assert run("postprocess", toy_file, "-o", out, "--steps", "unit, center") == (0, "", "", b"")
    made = formats.load(out)
    units = toy.matrix / np.maximum(np.linalg.norm(toy.matrix, axis=1), 1)[:, None]
    np.testing.assert_allclose(made.matrix, units - units.mean(0), atol=1e-7)
    np.testing.assert_allclose(made.norms, np.linalg.norm(made.matrix, axis=1), rtol=1e-6)
    assert (made.vocab.words(), made.vocab.counts.tolist()) == (toy.vocab.words(), toy.vocab.counts.tolist())
    assert run("postprocess", toy_file, "-o", tmp_path / "other", "--steps", "center,unit").code == 0
    assert not np.allclose(formats.load(tmp_path / "other").matrix, made.matrix)


def test_what_was_done_is_recorded_with_its_defaults(run, toy_file, tmp_path):
    out = tmp_path / "out"
    run("postprocess", toy_file, "-o", out, "--steps", "abtt,pca:2")
    (entry,) = formats.load(out).metadata["history"]
    assert (entry["verb"], entry["steps"]) == ("postprocess", ["abtt:1", "pca:2"])
    assert formats.load(out).width == 2


def test_the_same_bytes_twice(run, toy_file, tmp_path):
    for name in ("one", "two"):
        run("postprocess", toy_file, "-o", tmp_path / name, "--steps", "whiten,pca:3")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_context_vectors_would_not_fit(run, toy, tmp_path):
    path, out = tmp_path / "both", tmp_path / "out"
    formats.save(path, Vectors(toy.vocab, toy.matrix, contexts=toy.matrix))
    assert run("postprocess", path, "-o", out, "--steps", "unit") == (0, "", f"{out}: without context vectors\n", b"")
    assert formats.load(out).contexts is None


@pytest.mark.parametrize(
    ("options", "error", "code"),
    [
        ((), "Missing --steps, as in --steps center,unit", 2),
        (("--steps", "rotate"), "there is no step 'rotate'", 2),
        (("--steps", "pca:5"), "pca:5 where vectors have 4 dimensions", 1),
    ],
)
def test_wrong_input(run, toy_file, tmp_path, options, error, code):
    got = run("postprocess", toy_file, "-o", tmp_path / "out", *options)
    assert (got.code, got.out) == (code, "")
    assert got.err.startswith("Error: ")
    assert error in got.err
    assert "Hint: " in got.err
    assert not (tmp_path / "out").exists()


def test_sparse_vectors_are_refused(run, sparse_file, tmp_path):
    got = run("postprocess", sparse_file, "-o", tmp_path / "out", "--steps", "unit")
    assert got.code == 1
    assert got.err.startswith(f"Error: {sparse_file}: sparse vectors")
