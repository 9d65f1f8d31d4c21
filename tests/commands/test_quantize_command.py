import re

import numpy as np
import pytest

from embedkit.vectors import formats
from embedkit.vectors.vectors import Vectors


@pytest.fixture
def made(run, toy_file, tmp_path):
    """`toy` as int8."""
    path = tmp_path / "int8.safetensors"
    assert run("quantize", toy_file, "-o", path, "-q") == (0, "", "", b"")
    return path


def test_what_it_costs_is_said_and_kept(run, toy_file, tmp_path):
    out = tmp_path / "out"
    got = run("quantize", toy_file, "-o", out)
    assert (got.code, got.out) == (0, "")
    said = re.fullmatch(
        r"cosine error (\S+) on average, (\S+) at most; (\S+) of neighbours are the same\n", got.err
    ).groups()
    (entry,) = formats.load(out).metadata["history"]
    assert [entry[key] for key in ("cosine_error_mean", "cosine_error_largest", "overlap")] == [
        pytest.approx(float(number), rel=0.06) for number in said
    ]
    # Int8 holds all rows exactly but king (3 4 0 0) and queen (6 0 8 0), whose smaller number is 95.25 steps.
    error = 1 - np.array([3, 4]) @ [95, 127] / 5 / np.hypot(95, 127)
    assert entry["cosine_error_largest"] == pytest.approx(error, rel=1e-3)
    assert entry["cosine_error_mean"] == pytest.approx(2 * error / 10, rel=1e-3)


def test_a_quarter_of_the_size(run, tmp_path):
    path, out = tmp_path / "wide.txt", tmp_path / "out"
    rows = np.random.default_rng(1).normal(size=(200, 300))
    path.write_text("200 300\n" + "".join(f"w{i} {' '.join(map(str, row))}\n" for i, row in enumerate(rows)))
    native = tmp_path / "wide.safetensors"
    run("convert", path, native)
    run("quantize", path, "-o", out, "-q")
    assert out.stat().st_size < 0.3 * native.stat().st_size


def test_every_question_is_answered_in_place(run, toy_file, made, tmp_path):
    pairs = tmp_path / "pairs"
    pairs.write_text("king queen 9\nman woman 3\npear plum 10\n")
    for args in (
        ("similar", "{}", "pear", "-k", 2), ("similar", "{}", "pear", "--metric", "euclidean", "-k", 2),
        ("analogy", "{}", "man", "king", "woman", "-k", 1), ("evaluate", "{}", "--pairs", pairs),
    ):  # fmt: skip
        one, other = (run(*(str(arg).format(file) for arg in args)) for file in (toy_file, made))
        assert other.code == 0
        assert [row[1] for row in other.rows] == [row[1] for row in one.rows]
    assert float(run("pairs", made, "king", "queen").rows[0][2]) == pytest.approx(0.36, abs=2e-3)
    assert [float(x) for x in run("vectors", made, "queen").rows[0][1:]] == pytest.approx([6, 0, 8, 0], abs=0.04)


def test_what_it_is(run, made):
    facts = dict(run("info", made).rows)
    assert (facts["kind"], facts["words"], facts["dimensions"]) == ("quantized-vectors", "10", "4")
    assert facts["tensors.codes"] == "int8 10 x 4"
    assert {row[1] for row in run("verify", made).rows} == {"ok"}


def test_native_copies_stay_int8_and_others_become_float32(run, made, tmp_path):
    assert run("convert", made, tmp_path / "copy") == (0, "", "", b"")
    assert (tmp_path / "copy").read_bytes() == made.read_bytes()
    assert run("convert", made, tmp_path / "copy.txt", "--on-bad-token", "skip").code == 0
    assert formats.load(tmp_path / "copy.txt").matrix.dtype == np.float32


def test_verbs_take_it(run, made, tmp_path):
    out = tmp_path / "out"
    assert run("select", made, "-o", out, "--top", 2).code == 0
    assert formats.load(out).metadata["kind"] == "quantized-vectors"
    assert run("postprocess", made, "-o", out, "--steps", "unit").code == 0
    assert formats.load(out).metadata["kind"] == "vectors"
    assert [entry["verb"] for entry in formats.load(out).metadata["history"]] == ["quantize", "postprocess"]
    assert run("merge", made, made, "-o", out).code == 0
    assert run("align", made, made, "-o", out).code == 0
    assert run("diff", made, made).code == 0


def test_context_vectors_are_left_behind(run, toy, tmp_path):
    path, out = tmp_path / "both", tmp_path / "out"
    formats.save(path, Vectors(toy.vocab, toy.matrix, contexts=toy.matrix))
    assert run("quantize", path, "-o", out).err.splitlines()[1] == f"{out}: without context vectors"


def test_wrong_input(run, made, toy_file, sparse_file, tmp_path):
    for file, out, error, code in (
        (made, "x", f"{made}: is quantized already", 1),
        (sparse_file, "x", f"{sparse_file}: sparse vectors", 1),
        (toy_file, "x.bin", "x.bin: word2vec has no int8 vectors", 2),
    ):
        got = run("quantize", file, "-o", tmp_path / out)
        assert (got.code, got.out) == (code, "")
        assert error in got.err.split("\n")[0]
        assert not (tmp_path / out).exists()
