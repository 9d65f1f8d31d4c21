"""`embedkit train skipgram` and `cbow`: what goes in and comes out, what is refused, what is judged on the way."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from _gzip import gz
from _refused import refused

from embedkit.eval.validation import Validation
from embedkit.vectors import formats

TEXT = "the cat sat on the mat .\nthe dog sat on the rug .\na cat and a dog met on the mat .\n" * 8
PAIRS = "cat\tdog\t9\nmat\trug\t7\ncat\trug\t2\nsat\tmet\t6\n"
QUESTIONS = ": all\ncat mat dog rug\nthe cat a dog\n"
SMALL = ("--min-count", 1, "--dim", 4, "--window", 2, "--negative", 2, "--sample", 0, "--epochs", 2)
MODELS = ("skipgram", "cbow")


@pytest.fixture
def text(tmp_path):
    (tmp_path / "text.txt").write_text(TEXT)
    (tmp_path / "pairs.tsv").write_text(PAIRS)
    (tmp_path / "questions.txt").write_text(QUESTIONS)
    return tmp_path / "text.txt"


def trained(run, text, out, *options, model="skipgram"):
    result = run("train", model, text, "-o", out, *SMALL, *options)
    assert (result.code, result.out) == (0, ""), result.err
    return out.read_bytes()


# --- what comes out


@pytest.mark.parametrize("model", MODELS)
def test_vectors_and_how_they_were_made(run, text, tmp_path, model):
    out = tmp_path / "v"
    result = run("train", model, text, "-o", out, *SMALL, "--seed", 3, "--threads", 2, "--log", tmp_path / "log")
    assert (result.code, result.out) == (0, "")
    said = re.sub(r"[\d,]+ words/s", "N words/s", result.err).split("\n")
    assert said[0] == "192 tokens, 11 words kept"
    assert [line.split(":")[0] for line in said[1:]] == ["epoch 1", "epoch 2", ""]
    assert all(re.fullmatch(r"epoch \d: loss \d\.\d{4}, N words/s", line) for line in said[1:-1])
    vectors = formats.load(out)
    assert vectors.matrix.shape == (11, 4)
    assert vectors.vocab.counts.sum() == 192
    assert vectors.metadata["model"] == model
    assert len(vectors.metadata["losses"]) == 2
    facts = dict(run("info", out).rows)
    assert facts["model"] == model
    assert facts["seed"] == "3"
    assert re.fullmatch("[0-9a-f]{64}", facts["corpus_sha256"])
    assert json.loads(facts["losses"]) == vectors.metadata["losses"]
    assert (facts["model.dim"], facts["context.sample"], facts["training.epochs"]) == ("4", "0.0", "2")


def test_no_path_time_or_machine_in_the_result(run, text, tmp_path):
    """Folder, file names and number of threads differ; the bytes do not."""
    given = trained(run, text, tmp_path / "given")
    (tmp_path / "elsewhere").mkdir()
    made = []
    for folder, threads in ((tmp_path, 1), (tmp_path / "elsewhere", 2)):
        for name, content in (("t", TEXT.encode()), ("i", given), ("pairs.tsv", PAIRS.encode())):
            (folder / name).write_bytes(content)
        options = ("--init", folder / "i", "--valid-pairs", folder / "pairs.tsv", "--deterministic")
        made.append(trained(run, folder / "t", folder / "v", *options, "--threads", threads))
    assert made[0] == made[1]
    assert str(tmp_path).encode() not in made[0]
    assert b"threads" not in made[0]


def test_what_training_starts_from_is_remembered(run, text, tmp_path):
    trained(run, text, tmp_path / "given")
    trained(run, text, tmp_path / "v", "--init", tmp_path / "given")
    sha = dict(run("info", tmp_path / "v").rows)["init_sha256"]
    formats.save(tmp_path / "given", formats.load(tmp_path / "v"))
    trained(run, text, tmp_path / "w", "--init", tmp_path / "given")
    assert sha != dict(run("info", tmp_path / "w").rows)["init_sha256"]


@pytest.mark.parametrize("model", MODELS)
def test_one_thread_gives_the_same_bytes_twice(run, text, tmp_path, model):
    (tmp_path / "text.gz").write_bytes(gz(TEXT.encode()))
    runs = [(text,), (text,), (text, "--no-cache"), (tmp_path / "text.gz",), (tmp_path / "text.gz", "--no-cache")]
    first, *others = [
        trained(run, source, tmp_path / str(i), *options, "--threads", 1, model=model)
        for i, (source, *options) in enumerate(runs)
    ]
    assert all(other == first for other in others)
    assert trained(run, text, tmp_path / "v", "--threads", 1, "--seed", 2, model=model) != first


@pytest.mark.parametrize("model", MODELS)
def test_deterministic_with_any_number_of_threads(run, text, tmp_path, model):
    text.write_text(TEXT * 8)  # more than one round
    options = ("--deterministic", "--epochs", 1, "--negative", 1, "--window", 1)
    made = {trained(run, text, tmp_path / "v", *options, "--threads", n, model=model) for n in (1, 2, 4)}
    assert len(made) == 1


def test_printed_config_reproduces_the_run(run, text, tmp_path):
    (tmp_path / "more.tsv").write_text("cat\tmat\t1\n" + PAIRS)
    options = ["--valid-pairs", tmp_path / "pairs.tsv", "--valid-pairs", tmp_path / "more.tsv"]
    options += ["--valid-questions", tmp_path / "questions.txt", "--keep-best", "--loss", "softmax", "--fixed-window"]
    options += ["--threads", 1, "--seed", 4]
    printed = run("train", "cbow", "--print-config", *SMALL, *options)
    assert (printed.code, printed.err) == (0, "")
    assert f'valid-pairs = ["{tmp_path / "pairs.tsv"}", "{tmp_path / "more.tsv"}"]\n' in printed.out
    (tmp_path / "run.toml").write_text(printed.out)
    expected = trained(run, text, tmp_path / "a", *options, model="cbow")
    result = run("train", "cbow", text, "-o", tmp_path / "b", "--config", tmp_path / "run.toml")
    assert result.code == 0
    assert (tmp_path / "b").read_bytes() == expected
    again = run("train", "cbow", "--config", tmp_path / "run.toml", "--print-config")
    assert again.out == printed.out


@pytest.mark.parametrize("model", MODELS)
def test_one_sentence_is_enough(run, tmp_path, model):
    """The first text of the textbook. The threshold that the defaults choose for it keeps every word, and is stored."""
    (tmp_path / "text.txt").write_text("You say goodbye and I say hello.\n")
    options = ("--min-count", 1, "--threads", 1)
    result = run("train", model, tmp_path / "text.txt", "-o", tmp_path / "v", *options)
    assert result.code == 0, result.err
    chosen = dict(run("info", tmp_path / "v").rows)["context.sample"]
    kept = run("train", model, tmp_path / "text.txt", "-o", tmp_path / "kept", *options, "--sample", 0)
    assert kept.code == 0
    assert np.array_equal(formats.load(tmp_path / "v").matrix, formats.load(tmp_path / "kept").matrix)
    run("train", model, tmp_path / "text.txt", "-o", tmp_path / "same", *options, "--sample", chosen)
    assert (tmp_path / "same").read_bytes() == (tmp_path / "v").read_bytes()


def test_from_a_pipe_as_typed(process, tmp_path):
    """The line of the manual, but for the options that a small text needs."""
    (tmp_path / "corpus.gz").write_bytes(gz(TEXT.encode()))
    options = " ".join(map(str, SMALL))
    line = (
        f'cd {tmp_path} && zcat corpus.gz | "$PYTHON" -m embedkit train skipgram - -o v.bin {options} -q'
        ' && "$PYTHON" -m embedkit similar v.bin cat -k 3'
    )
    result = process(shell=line)
    assert (result.code, result.err) == (0, "")
    assert [row[0] for row in result.rows] == ["cat"] * 3
    assert {row[1] for row in result.rows} < {word for line in TEXT.split("\n") for word in line.split(" ")} - {"cat"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus.gz", "v.bin"]


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["v.bin", "v.txt"])
def test_gensim_finds_the_same_neighbours(run, text, tmp_path, name):
    models = pytest.importorskip("gensim.models")
    trained(run, text, tmp_path / name)
    keyed = models.KeyedVectors.load_word2vec_format(str(tmp_path / name), binary=name == "v.bin")
    assert keyed.vector_size == 4
    for word in keyed.index_to_key:
        expected = keyed.most_similar(word, topn=4)
        rows = run("similar", tmp_path / name, word, "-k", 4).rows
        assert [row[1] for row in rows] == [found for found, _ in expected]
        np.testing.assert_allclose([float(row[2]) for row in rows], [score for _, score in expected], atol=1e-5)


# --- judged on the way


def test_told_after_every_epoch(run, text, tmp_path):
    valid = ("--valid-pairs", tmp_path / "pairs.tsv", "--valid-questions", tmp_path / "questions.txt")
    result = run("train", "skipgram", text, "-o", tmp_path / "v", *SMALL, *valid, "--log", tmp_path / "log")
    assert result.code == 0
    told = re.findall(
        r"^epoch (\d): loss (\d\.\d{4}), pairs (-?\d\.\d{4}), questions (\d\.\d{4}), [\d,]+ words/s$", result.err, re.M
    )
    assert [epoch for epoch, *_ in told] == ["1", "2"]
    events = [json.loads(line) for line in (tmp_path / "log").read_text().split("\n")[:-1]]
    kinds = [event["event"] for event in events]
    assert kinds == ["corpus", "memory", "training", "epoch", "checkpoint", "epoch", "checkpoint", "done"]
    epochs = [event for event in events if event["event"] == "epoch"]
    metadata = formats.load(tmp_path / "v").metadata
    for number, (event, line) in enumerate(zip(epochs, told), 1):
        assert set(event) == {"event", "time", "epoch", "loss", "lr", "words_per_second", "valid"}
        assert event["epoch"] == number
        assert event["words_per_second"] > 0
        assert event["valid"] == metadata["valid"][number - 1]
        shown = (event["loss"], event["valid"]["pairs"], event["valid"]["questions"])
        assert tuple(f"{value:.4f}" for value in shown) == line[1:]
    assert [event["loss"] for event in epochs] == metadata["losses"]
    assert epochs[0]["lr"] > epochs[1]["lr"] > 0
    assert "best_epoch" not in metadata
    shown = dict(run("info", tmp_path / "v").rows)
    for number, verdict in enumerate(metadata["valid"], 1):
        assert {name: float(shown[f"valid.{number}.{name}"]) for name in verdict} == verdict


def test_judging_changes_no_vector(run, text, tmp_path):
    trained(run, text, tmp_path / "a", "--threads", 1)
    trained(run, text, tmp_path / "b", "--threads", 1, "--valid-pairs", tmp_path / "pairs.tsv")
    np.testing.assert_array_equal(formats.load(tmp_path / "a").matrix, formats.load(tmp_path / "b").matrix)


@pytest.mark.parametrize(("scores", "best"), [((0.1, 0.7, 0.3), 2), ((0.5, 0.5, 0.5), 1), ((0.1, -0.2, 0.3), 3)])
def test_the_best_epoch_is_written(run, text, tmp_path, monkeypatch, scores, best):
    """The first of equals; the vectors are those that were judged."""
    judged = []

    def judge(self, vectors, known_only=False):
        if known_only:
            return {"p": True, "q": True}
        judged.append(vectors.matrix.copy())
        return {"p": scores[len(judged) - 1] + 0.5, "q": scores[len(judged) - 1] - 0.5}

    monkeypatch.setattr(Validation, "__call__", judge)
    trained(run, text, tmp_path / "v", "--epochs", 3, "--valid-pairs", tmp_path / "pairs.tsv", "--keep-best")
    vectors = formats.load(tmp_path / "v")
    assert len(judged) == 3
    assert vectors.metadata["best_epoch"] == best
    assert len(vectors.metadata["losses"]) == 3
    np.testing.assert_array_equal(vectors.matrix, judged[best - 1])


def test_names_of_data_sets_are_free(run, text, tmp_path):
    """Even those of the fields of the log."""
    for name in ("loss", "epoch", "lr", "event"):
        (tmp_path / f"{name}.tsv").write_text(PAIRS)
    options = [
        part for name in ("loss", "epoch", "lr", "event") for part in ("--valid-pairs", tmp_path / f"{name}.tsv")
    ]
    trained(run, text, tmp_path / "v", *options, "--log", tmp_path / "log")
    assert set(formats.load(tmp_path / "v").metadata["valid"][0]) == {"loss", "epoch", "lr", "event"}


def test_two_data_sets_of_one_name(run, text, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "pairs.tsv").write_text(PAIRS)
    both = ("--valid-pairs", tmp_path / "pairs.tsv", "--valid-pairs", tmp_path / "folder" / "pairs.tsv")
    refused(run("train", "skipgram", text, "-o", tmp_path / "v", *SMALL, *both), "are called pairs")


@pytest.mark.parametrize(
    ("flag", "content", "message"),
    [
        ("--valid-pairs", PAIRS + "cat dog\n", "valid: line 5: no pair with a score: 'cat dog'"),
        ("--valid-pairs", "", "valid: no word pairs"),
        ("--valid-pairs", "zebra\tcat\t1\nlion\tdog\t2\n", "too little of valid is in the vocabulary"),
        ("--valid-pairs", "zebra\tcat\t1\ncat\tdog\t2\n", "too little of valid is in the vocabulary"),
        ("--valid-questions", "cat mat dog\n", "valid: line 1: 3 words instead of four"),
        ("--valid-questions", "cat mat dog zebra\n", "too little of valid is in the vocabulary"),
        ("--valid-questions", None, "valid: no such file"),
    ],
)
def test_bad_data_set(run, text, tmp_path, flag, content, message):
    if content is not None:
        (tmp_path / "valid").write_text(content)
    before = sorted(tmp_path.iterdir())
    options = (flag, tmp_path / "valid", "--no-cache")
    refused(run("train", "cbow", text, "-o", tmp_path / "v", *SMALL, *options), message)
    assert sorted(tmp_path.iterdir()) == before


# --- bad input


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--negative", 0), "Invalid value for '--negative': 0"),
        (("--dim", 0), "Invalid value for '--dim': 0"),
        (("--epochs", 0), "Invalid value for '--epochs': 0"),
        (("--window", 0), "Invalid value for '--window': 0"),
        (("--threads", 0), "Invalid value for '--threads': 0"),
        (("--lr", 0), "Invalid value for '--lr': 0"),
        (("--lr", -1), "Invalid value for '--lr': -1"),
        (("--lr", "nan"), "Invalid value for '--lr': nan"),
        (("--lr", "inf"), "Invalid value for '--lr': inf"),
        (("--sample", -1), "Invalid value for '--sample': -1"),
        (("--loss", "hinge"), "Invalid value for '--loss'"),
        (("--freeze",), "--freeze"),
        (("--keep-best",), "--keep-best"),
        (("--add-context", "--loss", "hs"), "--add-context"),
        (("--checkpoint", "-"), "--checkpoint -: is no file"),
        (("--checkpoint", "/dev/stdout"), "--checkpoint /dev/stdout: is no file"),
        (("--resume", "-o", "-"), "--resume needs --checkpoint FILE"),
        (("--restart", "-o", "-"), "--restart needs --checkpoint FILE"),
        (("--resume", "-o", "/dev/stdout"), "--resume needs --checkpoint FILE"),
        (("--valid-pairs", "-", "-"), "only one of the files can be -, stdin"),
    ],
)
@pytest.mark.parametrize("model", MODELS)
def test_wrong_usage(run, text, tmp_path, model, options, message):
    before = sorted(tmp_path.iterdir())
    refused(run("train", model, text, "-o", tmp_path / "v", *SMALL, "--no-cache", *options), message, code=2)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no words"),
        ("\n\n \n", "no words"),
        ("cat cat cat\ncat\n", "only one word is left of the text, 'cat'"),
        ("cat\ndog\ncat\n", "no two words of the text stand near each other"),
    ],
)
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("options", [(), ("--deterministic",), ("--loss", "hs")])
def test_too_little_text(run, tmp_path, model, content, message, options):
    (tmp_path / "text.txt").write_text(content)
    result = run("train", model, tmp_path / "text.txt", "-o", tmp_path / "v", *SMALL, "--no-cache", *options)
    refused(result, message)
    assert [path.name for path in tmp_path.iterdir()] == ["text.txt"]


def test_not_text(run, text, tmp_path, toy_file):
    run("count", text, "-o", tmp_path / "counts")
    for path in (tmp_path / "counts", toy_file):
        result = run("train", "skipgram", path, "-o", tmp_path / "v", *SMALL)
        refused(result, f"{path}: is a file that embedkit has made, not text")


def test_bad_start(run, text, tmp_path, toy_file):
    trained(run, text, tmp_path / "five", "--dim", 5)
    (tmp_path / "other.txt").write_text("1 4\nzebra 1 2 3 4\n")
    for path, message in (
        (tmp_path / "five", "five: its vectors have 5 dimensions, not 4"),
        (tmp_path / "other.txt", "has none of the words of the text"),
        (text, "text.txt: "),
        (tmp_path / "missing", "missing: no such file"),
        (tmp_path, "must be a file"),
        ("-", "-: is read more than once, so it must be a file"),
    ):
        result = run("train", "skipgram", text, "-o", tmp_path / "v", *SMALL, "--init", path)
        refused(result, message)
        assert not list(tmp_path.glob("v*"))


@pytest.mark.parametrize("where", ["missing/v.ckpt", "v", "./v", "link", "text.txt", "log", "pairs.tsv", "."])
def test_checkpoint_in_a_wrong_place(run, text, tmp_path, monkeypatch, where):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to("v")
    before = {path.name: path.is_file() and path.read_bytes() for path in tmp_path.iterdir()}
    options = ("--log", "log", "--valid-pairs", "pairs.tsv", "--checkpoint", where)
    refused(run("train", "skipgram", "text.txt", "-o", "v", *SMALL, "--no-cache", *options), where)
    (tmp_path / "log").unlink(missing_ok=True)
    assert {path.name: path.is_file() and path.read_bytes() for path in tmp_path.iterdir()} == before


def test_checkpoint_among_the_texts(run, text, tmp_path):
    """It would be read when the run goes on."""
    (tmp_path / "folder").mkdir()
    text.rename(tmp_path / "folder" / "text.txt")
    result = run("train", "skipgram", tmp_path / "folder", "-o", tmp_path / "folder" / "v", *SMALL)
    refused(result, "v.ckpt: cannot be the checkpoint")
    options = ("--checkpoint", tmp_path / "state")
    trained(run, tmp_path / "folder", tmp_path / "folder" / "v", *options)
    assert not (tmp_path / "state").exists()


def test_a_stream_has_no_checkpoint_beside_it(process, text, tmp_path):
    """Redirected to a file, /dev/stdout looks like one."""
    arguments = ("train", "skipgram", text, *SMALL, "--threads", 1, "--log", tmp_path / "log")
    expected = process(*arguments, "-o", "-")
    result = process(*arguments, "-o", "/dev/stdout", shell=f'"$PYTHON" -m embedkit "$@" > {tmp_path / "v"}')
    assert (result.code, expected.code) == (0, 0)
    assert (tmp_path / "v").read_bytes() == expected.raw
    assert "checkpoint" not in (tmp_path / "log").read_text()


# --- windows


@pytest.mark.parametrize("model", MODELS)
def test_a_window_is_no_wider_than_what_a_kernel_reads(run, text, tmp_path, model):
    widest = trained(run, text, tmp_path / "a", "--window", 16384, "--fixed-window", model=model)
    line = trained(run, text, tmp_path / "b", "--window", 9, "--fixed-window", model=model)
    assert np.array_equal(formats.load(tmp_path / "a").matrix, formats.load(tmp_path / "b").matrix)
    assert widest != line  # the window is in the metadata
    for window in (16385, 3_000_000_000, 99999999999999999999):
        refused(run("train", model, text, "-o", tmp_path / "c", "--window", window), "not in the range", code=2)
    refused(run("train", model, text, "-o", tmp_path / "c", "--window", "1e9"), "is not a valid whole number", code=2)


def test_one_word_alone(run, tmp_path):
    (tmp_path / "one").write_text("a a a\n" * 9)
    for least, hint in ((2, "--min-count 1 keeps"), (1, "more text")):
        result = run("train", "skipgram", tmp_path / "one", "-o", tmp_path / "c", "--min-count", least)
        refused(result, "only one word")
        assert f"Hint: {hint}" in result.err
