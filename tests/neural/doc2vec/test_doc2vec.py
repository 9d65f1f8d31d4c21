"""Training and inference of paragraph vectors, from text to answers."""

from __future__ import annotations

import numpy as np
import pytest
from _compiler import needs_compiler

from embedkit import train
from embedkit.errors import EmbedkitError, FormatError, OptionError
from embedkit.io import container
from embedkit.io.output import Output
from embedkit.library.documents import open_documents

TOPICS = ["sea sail wave tide gull rope", "oven salt bowl flour spoon dough", "냄비 국자 소금 마늘 고추 접시"]
KINDS = {
    "dbow": {"lr": 0.2},
    "dbow hs": {"lr": 0.2, "loss": "hs", "dbow_words": True},
    "dm": {"lr": 0.2, "algorithm": "dm", "window": 1},
    "dm hs": {"lr": 0.2, "algorithm": "dm", "loss": "hs", "window": 1},
}


def texts(n=90, seed=0):
    """Beside the words of a topic stand words of none: what the topic is only the document can tell."""
    rng = np.random.default_rng(seed)
    words = ([f"{rng.choice(['the', 'a'])} {w}" for w in rng.choice(TOPICS[i % 3].split(), 8)] for i in range(n))
    return [" ".join(line) for line in words]


def trained(path, **options):
    defaults = {"dim": 10, "min_count": 1, "epochs": 30, "threads": 1}
    return train("doc2vec", texts(), out=path, **defaults | options)


@pytest.fixture(scope="module", params=KINDS)
def model(request, tmp_path_factory):
    path = tmp_path_factory.mktemp(request.param.replace(" ", "-")) / "model"
    trained(path, **KINDS[request.param])
    return path


@needs_compiler
def test_documents_and_words_of_a_topic_are_near(run, model):
    rows = run("similar", model, "--documents", "4", "9", "wave gull tide sail sea rope sea tide", "-k", 15).rows
    topic = {"4": 0, "9": 2}
    assert np.mean([(int(row[1]) - 1) % 3 == topic.get(row[0], 0) for row in rows]) > 0.9
    # Words of a topic are near where they are read beside each other, or share documents; with a window of 1 neither.
    words = [] if "dm" in model.parent.name else run("similar", model, "salt", "고추", "-k", 5).rows
    assert all(row[1] in TOPICS[1 if row[0] == "salt" else 2] for row in words)


@needs_compiler
def test_inference_is_the_same_each_time_and_alone(model):
    lines = [*texts(5, seed=3), "sea", "냄비 salt"]
    first, again = open_documents(model), open_documents(model)
    ids = [first.known(line)[0] for line in lines]
    all_at_once = first.infer(ids)
    assert (first.infer(ids[::-1])[::-1] == all_at_once).all()
    assert all((again.infer([one]) == row).all() for one, row in zip(ids, all_at_once))
    assert len(np.unique(all_at_once, axis=0)) == len(lines)


def test_threads_change_nothing_with_deterministic(tmp_path):
    files = [tmp_path / "one", tmp_path / "two"]
    for path, threads in zip(files, (1, 2)):
        trained(path, deterministic=True, threads=threads, epochs=3)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_empty_documents_are_zero_and_told(run, tmp_path):
    (tmp_path / "text").write_text("\n".join(["", *texts(8), " \n"]))
    made = run("train", "doc2vec", tmp_path / "text", "-o", tmp_path / "out", "--min-count", 1, "--epochs", 2)
    assert made.code == 0
    assert "2 documents of 10 have no word of the vocabulary: zero vectors" in made.err
    rows = np.array([row[1:] for row in run("vectors", tmp_path / "out", "--documents", "--all").rows], float)
    assert rows.any(1).tolist() == [False, *[True] * 8, False]


def test_options_that_do_not_go_together():
    with pytest.raises(OptionError, match="--loss hs with --algorithm dbow learns no vectors of words"):
        train("doc2vec", texts(), loss="hs")
    with pytest.raises(OptionError, match="--dbow-words is for --algorithm dbow"):
        train("doc2vec", texts(), algorithm="dm", dbow_words=True)


def test_a_single_word_is_refused():
    with pytest.raises(EmbedkitError, match="only one word is left of the text, 'sea'"):
        train("doc2vec", ["sea sea", "sea"], min_count=1)


@pytest.mark.parametrize("damage", ["nodes", "documents.norms", "config", "model"])
def test_a_file_without_a_part_is_refused(tmp_path, damage):
    path = tmp_path / "model"
    trained(path, **KINDS["dm hs"], epochs=1)
    stored = container.read(path)
    tensors = {name: np.array(stored[name]) for name in stored.names if name != damage}
    kept = {key: value for key, value in stored.metadata.items() if not key.startswith("sha256.") and key != damage}
    kept.pop("format")
    with Output(tmp_path / "damaged") as out:
        container.write(out, tensors, kept)
    with pytest.raises(FormatError, match="damaged: "):
        open_documents(tmp_path / "damaged")
