"""Files that are no vector files are called by their name, with the next step."""

from __future__ import annotations

import io
import pickle
import shlex
import zipfile
from pathlib import Path

import numpy as np
import pytest

from embedkit.errors import FormatError
from embedkit.vectors import formats

GOLDEN = Path(__file__).parents[2] / "golden"


def refusal(path) -> FormatError:
    with pytest.raises(FormatError) as caught:
        formats.load(path)
    assert str(caught.value).startswith(f"{path}: ")
    return caught.value


def npy() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros((2, 3)))
    return file.getvalue()


def npz() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("vectors.npy"), npy())
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "is empty"),
        (npz(), "a zip archive"),
        (b"\x89HDF\r\n\x1a\n" + bytes(50), "an HDF5 file"),
        (b"\x28\xb5\x2f\xfd" + bytes(50), "compressed with zstd"),
        (pickle.dumps({"a": [1.0, 2.0]}, 4), "a Python pickle"),
        (b"the quick brown fox\njumps over\n", "is text, but no vector file: it starts with 'the quick brown fox'"),
        ("고양이 강아지\n".encode(), "is text, but no vector file"),
        (b"love\tsex\t6.77\ntiger\tcat\t7.35\n", "is text, but no vector file"),
        (b"the\t6000\nof\t3000\n", "looks like a vocabulary"),
        (bytes(range(256)), "is of an unknown format"),
        (b"\xff" * 100, "is text, but no vector file"),
    ],
)
def test_recognised(tmp_path, data, name):
    (tmp_path / "x").write_bytes(data)
    error = refusal(tmp_path / "x")
    assert name in str(error)
    assert error.hint


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("corpus.txt", "is text, but no vector file: it starts with 'once the"),
        ("glove.vocab.txt", "looks like a vocabulary"),
        ("word2vec_c.vocab", "looks like a vocabulary"),
        ("glove.cooccur.bin", "looks like GloVe's co-occurrence counts"),
        ("glove.bin", "looks like GloVe's vectors.bin"),
        ("expected-gensim.json", "is text, but no vector file"),
    ],
)
def test_golden_files_that_are_no_vectors(file, name):
    assert name in str(refusal(GOLDEN / file))


def test_the_next_step_for_glove_is_from():
    assert "--from glove-bin" in refusal(GOLDEN / "glove.bin").hint


def test_a_gensim_file_is_never_opened():
    error = refusal(GOLDEN / "gensim.kv")
    assert "is a gensim file, that is, a Python pickle" in str(error)
    path = str(GOLDEN / "gensim.kv")
    code = (
        f"from gensim.models import KeyedVectors; KeyedVectors.load({path!r})"
        f".save_word2vec_format({path + '.bin'!r}, binary=True)"
    )
    assert error.hint.endswith(f'python -c "{code}"')


def test_a_pickle_that_runs_code_does_not(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "exploded",))

    (tmp_path / "x").write_bytes(pickle.dumps(Bomb()))
    refusal(tmp_path / "x")
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("name", ["it's", 'say "hi"', "$(touch x)", "back`tick", "new\\line"])
def test_the_hint_can_be_pasted_into_a_shell(tmp_path, name):
    path = tmp_path / name
    path.write_bytes((GOLDEN / "gensim.kv").read_bytes())
    words = shlex.split(refusal(path).hint.partition("with: ")[2])
    assert words[:2] == ["python", "-c"]
    assert repr(str(path)) in words[2]
    compile(words[2], "hint", "exec")


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
def test_the_hint_exports(tmp_path):
    models = pytest.importorskip("gensim.models")
    keyed = models.KeyedVectors(4)
    keyed.add_vectors(["a", "b"], np.arange(8, dtype=np.float32).reshape(2, 4))
    full = models.Word2Vec([["a", "b"]] * 5, vector_size=4, min_count=1)
    for model, words in ((keyed, ["a", "b"]), (full, full.wv.index_to_key)):
        path = tmp_path / type(model).__name__
        model.save(str(path))
        code = shlex.split(refusal(path).hint.partition("with: ")[2])[2]
        exec(compile(code, "hint", "exec"), {})
        assert formats.load(f"{path}.bin").vocab.words() == words
