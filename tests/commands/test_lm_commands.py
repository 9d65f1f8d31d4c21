"""perplexity, score, generate, and what else opens a language model."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess

import _warm
import numpy as np
import pytest
from _lm import WORDS, Bigrams, bigrams, counter, uniform
from _said import without_compiling

TEXT = "the cat sat on the mat\na dog sat on a cat\n\nthe dog saw the cat\n" * 4
NUMBERS = ["perplexity", "perplexity_known", "bits_per_token", "perplexity_per_word", "bits_per_character"]
COLUMNS = ["text", "tokens", "unknown", *NUMBERS, "method"]
OTHER = "the dog sat on a bird\n<unk> saw a cat\n\na mat\n"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Language models of TEXT, of words and of characters, untied and tied, and the texts."""
    from embedkit import cli

    folder = tmp_path_factory.mktemp("lm")
    (folder / "text").write_text(TEXT)
    (folder / "other").write_text(OTHER)
    (folder / "empty").write_text("")
    (folder / "blank").write_text(" \n\n")
    (folder / "foreign").write_text("kein Wort davon\n")
    sizes = ("--epochs", 2, "--batch-size", 2, "--bptt", 6, "--hidden", 5)
    made = {
        "lm": ("lstm", "--embed", 4),
        "tied": ("rnn", "--embed", 5, "--tie"),
        "chars": ("gru", "--tokenizer", "chars"),
        "transformer": ("transformer", "--dim", 8, "--context", 6),
    }
    for name, (model, *options) in made.items():
        options = [*options, *(sizes if model != "transformer" else sizes[:4])]
        args = ["train", model, folder / "text", "-o", folder / name, "-q", "--no-cache", *options]
        assert cli.run([str(arg) for arg in args]) == 0
    return {path.name: str(path) for path in folder.iterdir()}


@pytest.fixture
def opened(monkeypatch):
    """`opened(model)`: whatever file is named, this model is in it."""

    def put(model):
        monkeypatch.setattr("embedkit.lm.load.load", lambda path, threads=None: model)
        monkeypatch.setattr("embedkit.library.load.open_sequence_model", lambda path: ("language-model", model))
        return model

    return put


def perplexities(run, *args):
    result = run("perplexity", *args, "--json", "--no-cache")
    assert (result.code, result.err) == (0, "")
    return [json.loads(line) for line in result.out.split("\n")[:-1]]


def test_the_window_of_a_transformer(run, files):
    """Every token counts once with any stride; what the number is of is said on stderr and in --json."""
    found = {}
    for stride in (None, 1, 3, 6):
        asked = () if stride is None else ("--stride", stride)
        result = run("perplexity", files["transformer"], files["text"], "--json", "--no-cache", *asked)
        found[stride] = json.loads(result.out)
        assert (result.code, found[stride]["context"], found[stride]["stride"]) == (0, 6, stride or 3)
        assert result.err.startswith(f"context 6, stride {stride or 3}: a token sees {6 - (stride or 3)} others")
    assert found[None] == found[3]
    assert len({row["tokens"] for row in found.values()}) == 1
    assert len({row["perplexity"] for row in found.values()}) == 3


@pytest.mark.parametrize(
    ("lm", "stride", "message"),
    [("transformer", 7, "--stride 7: the context of"), ("lm", 2, "--stride moves the window of a Transformer")],
)
def test_strides_that_are_none(run, files, lm, stride, message):
    result = run("perplexity", files[lm], files["text"], "--no-cache", "--stride", stride)
    assert (result.code, result.out) == (1, "")
    assert message in result.err


# --- perplexity


def test_keys_and_counts(run, files):
    (found,) = perplexities(run, files["lm"], files["other"])
    assert list(found) == [*COLUMNS, "theta", "dynamic_lr", "lambda"]
    assert list(found.values())[8:] == ["model", None, None, None]
    # Words and line ends; what the model lacks, and what the text itself calls so.
    assert (found["tokens"], found["unknown"]) == (6 + 4 + 0 + 2 + 4, 2)
    assert found["bits_per_token"] == pytest.approx(math.log2(found["perplexity"]), abs=1e-3)


def test_a_uniform_model(run, files, opened):
    opened(uniform(7))
    (found,) = perplexities(run, "LM", files["other"])
    assert (found["perplexity"], found["bits_per_token"]) == (7, round(math.log2(7), 4))


def test_the_header_and_one_row_for_each_text(run, files):
    result = run("perplexity", files["lm"], files["text"], files["other"], "--no-cache")
    assert result.rows[0] == COLUMNS
    assert [row[:2] for row in result.rows[1:]] == [[files["text"], "84"], [files["other"], "16"]]


def test_a_bad_text_shows_before_the_work(run, files):
    result = run("perplexity", files["lm"], files["text"], files["foreign"], "--no-cache")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"Error: {files['foreign']}: none of its words")


@pytest.mark.parametrize("way", ["--carry-state", "--reset-per-line"])
def test_the_number_does_not_depend_on_batch_size(run, files, way):
    numbers = {
        run("perplexity", files["lm"], files["text"], way, "--batch-size", size, "--threads", threads, "--no-cache").out
        for size, threads in ((1, 1), (3, 2), (100, 1))
    }
    assert len(numbers) == 1


def test_carrying_is_the_default_and_makes_a_difference(run, files):
    default, carried, anew = (
        perplexities(run, files["lm"], files["text"], *way) for way in ((), ("--carry-state",), ("--reset-per-line",))
    )
    assert default == carried != anew


def test_what_is_summed_is_what_score_prints(run, files):
    for way in ("--carry-state", "--reset-per-line"):
        (found,) = perplexities(run, files["lm"], files["other"], way)
        rows = run("score", files["lm"], files["other"], way).rows
        assert sum(int(row[3]) for row in rows) == found["tokens"]
        assert sum(int(row[4]) for row in rows) == found["unknown"]
        mean = sum(float(row[2]) for row in rows) / found["tokens"]
        assert math.exp(-mean) == pytest.approx(found["perplexity"], rel=1e-4)


def test_characters(run, files):
    (found,) = perplexities(run, files["chars"], files["text"])
    assert found["tokens"] == len(TEXT)
    assert found["unknown"] == 0


@pytest.mark.parametrize(
    ("text", "cause"), [("empty", "no words"), ("blank", "no words"), ("foreign", "none of its words")]
)
def test_texts_without_a_known_word(run, files, text, cause):
    result = run("perplexity", files["lm"], files[text], "--no-cache")
    assert (result.code, result.out) == (1, "")
    assert files[text] in result.err.split("\n")[0]
    assert cause in result.err
    assert "\nHint: " in result.err


def test_impossible_words_are_no_number(run, files, opened):
    table = np.eye(4)
    opened(Bigrams(WORDS, table))
    (found,) = perplexities(run, "LM", files["other"])
    assert found["perplexity"] is None


# --- score


def test_by_hand(run, opened):
    opened(bigrams())
    result = run("score", "LM", stdin="a b\n\nxyz a\n")
    # 1/2 · 1/2 · 1/2, 1/8, 1/8 · 1/4 · 1/4
    sums = [math.log(2) * n for n in (-3, -3, -7)]
    expected = [(text, s, n, u) for text, s, n, u in zip(("a b", "", "xyz a"), sums, (3, 1, 3), (0, 0, 1))]
    assert (result.code, result.err) == (0, "")
    assert result.rows == [
        [text, str(round(s / math.log(10), 4)), str(round(s, 4)), str(n), str(u)] for text, s, n, u in expected
    ]


def test_words(run, opened):
    opened(bigrams())
    rows = run("score", "LM", "--per-word", stdin="a xyz\nb\n").rows
    assert [(row[0], row[1], row[4]) for row in rows] == [
        ("1", "a", "0"), ("1", "xyz", "1"), ("1", "<eos>", "0"), ("2", "b", "0"), ("2", "<eos>", "0")
    ]  # fmt: skip
    assert [float(row[3]) for row in rows] == pytest.approx([-math.log(n) for n in (2, 8, 4, 4, 2)], abs=1e-4)
    assert [float(row[2]) for row in rows] == pytest.approx([-math.log10(n) for n in (2, 8, 4, 4, 2)], abs=1e-4)


def test_lines_are_scored_alone_unless_told_otherwise(run, opened):
    opened(counter())
    alone, carried = (run("score", "LM", *way, stdin="a\na\n").rows for way in ((), ("--carry-state",)))
    assert alone[0] == alone[1] == carried[0] != carried[1]


def test_json(run, opened):
    opened(bigrams())
    line = json.loads(run("score", "LM", "--json", stdin="a b\n").out)
    assert line == {"line": "a b", "log10": -0.9031, "ln": -2.0794, "tokens": 3, "unknown": 0}
    word = json.loads(run("score", "LM", "--json", "--per-word", stdin="a\n").out.split("\n")[0])
    assert word == {"line": 1, "word": "a", "log10": -0.301, "ln": -0.6931, "unknown": 0}


def test_the_file_and_stdin_are_the_same(run, files):
    path = run("score", files["lm"], files["other"])
    assert path.out == run("score", files["lm"], stdin=OTHER).out
    assert path.out == run("score", files["lm"], stdin="\ufeff" + OTHER.replace("\n", "\r\n")[:-2]).out
    assert run("score", files["lm"], stdin="") == (0, "", "", b"")


def test_a_model_without_unk(run, opened):
    opened(bigrams(unk="nothing"))
    result = run("score", "LM", stdin="a\na xyz xyz\nb\n")
    assert (result.code, [row[0] for row in result.rows]) == (3, ["a", "b"])
    assert result.err == "line 2: the model has no word for xyz\n"


def test_invalid_utf8(run, opened):
    opened(bigrams())
    result = run("score", "LM", stdin=b"a\nb \xe9\n")
    assert (result.code, result.err.split("\n")[0]) == (1, "Error: -: byte 4: invalid UTF-8 (0xe9)")
    opened(bigrams(encoding_errors="replace"))
    assert run("score", "LM", stdin=b"b \xe9\n").rows[0][0] == "b \ufffd"


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_lines_are_answered_as_they_come(files, sent, code):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with _warm.Process(["-m", "embedkit", "score", files["lm"]], **pipes) as running:
        for line in (b"the cat\n", b"a dog\n"):
            running.stdin.write(line)
            running.stdin.flush()
            assert running.stdout.readline().split(b"\t")[0] + b"\n" == line
        _warm.wait_until_asleep(running.pid)
        running.send_signal(sent)
        assert running.wait(20) == code
        assert without_compiling(running.stderr.read().decode()).strip() == ""


@pytest.mark.parametrize("command", ["yes the cat | $EK score $LM", "$EK generate $LM --max-words 100000000"])
def test_head_ends_what_does_not_end(process, files, command):
    command = command.replace("$EK", '"$PYTHON" -m embedkit').replace("$LM", f'"{files["lm"]}"')
    result = process(shell=f"{command} | head -1 > {os.devnull}; echo ${{PIPESTATUS[*]}}")
    assert (result.out.split()[-2:], result.err) == (["141", "0"], "")


# --- generate


def test_two_greedy_runs_write_the_same(run, files):
    one, two = (run("generate", files["lm"], "--greedy", "--max-words", 30) for _ in range(2))
    assert one == two
    assert one.out


def test_seeds(run, files):
    one, same, other = (run("generate", files["lm"], "--seed", seed).out for seed in (7, 7, 8))
    assert one == same != other


def test_what_is_written_by_hand(run, opened):
    opened(bigrams())
    assert run("generate", "LM", "--greedy", "--lines", 2).out == "a b\na b\n"
    assert run("generate", "LM", "--greedy", "--max-words", 5).out == "a b\na b\n"
    assert run("generate", "LM", "--greedy", "--max-words", 4).out == "a b\na\n"
    assert run("generate", "LM", "--greedy", "--lines", 1, "--prompt", " b a ").out == "b a b\n"
    assert run("generate", "LM", "--greedy", "--lines", 2, "--ban", "b", "--ban", "xyz").out == "a\na\n"
    assert run("generate", "LM", "--beam", 4, "--max-words", 2, "--ban", "<eos>").out == "a b\n"


def test_every_word_is_fed_once(run, opened):
    model = opened(bigrams())
    result = run("generate", "LM", "--max-words", 20, "--prompt", "b", "--seed", 3)
    written = [model.vocab.id(word) for word in result.out.replace("\n", " <eos> ").split()]
    assert model.fed == [model.eos, *written[: len(model.fed) - 1]]
    assert len(model.fed) == 1 + 1 + 20 - 1


def test_json_lines(run, opened):
    opened(bigrams())
    rows = [json.loads(line) for line in run("generate", "LM", "--greedy", "--max-words", 4, "--json").out.splitlines()]
    assert rows == [{"text": "a b", "words": 3, "ln": -2.0794}, {"text": "a", "words": 1, "ln": -0.6931}]


def test_without_a_length_a_hundred_words(run, opened):
    opened(uniform(4, unk="nothing"))
    assert len(run("generate", "LM", "--ban", "<eos>").out.split()) == 100
    assert len(run("generate", "LM", "--ban", "<eos>", "--lines", 2).out.split()) == 200


def test_characters_are_joined(run, files):
    result = run("generate", files["chars"], "--greedy", "--max-words", 12, "--prompt", "the c")
    assert result.out.startswith("the c")
    assert "▁" not in result.out
    assert len(result.out.replace("\n", "")) <= 5 + 12


def test_unknown_words_of_the_prompt(run, files):
    result = run("generate", files["lm"], "--greedy", "--max-words", 3, "--prompt", "the xyzzy ploo xyzzy")
    assert (result.code, result.err) == (0, "unknown words in the prompt: xyzzy, ploo; read as <unk>\n")
    assert result.out.startswith("the xyzzy ploo xyzzy")
    same = run("generate", files["lm"], "--greedy", "--max-words", 3, "--prompt", "the <unk> <unk> <unk>", "-q")
    assert result.out.replace("xyzzy", "<unk>").replace("ploo", "<unk>") == same.out
    assert same.err == ""


def test_unknown_words_where_there_is_no_unk(run, opened):
    opened(bigrams(unk="nothing"))
    result = run("generate", "LM", "--prompt", "xyzzy")
    assert (result.code, result.out, result.err) == (1, "", "Error: unknown word in the prompt: xyzzy\n")


def test_nothing_left_to_write(run, opened):
    opened(bigrams())
    for way in ((), ("--greedy",), ("--beam", 2)):
        result = run("generate", "LM", *way, *(part for word in WORDS for part in ("--ban", word)))
        assert (result.code, result.out) == (1, "")
        assert result.err.startswith("Error: every word that could come next is banned\nHint: ")


@pytest.mark.parametrize(
    "flags",
    [
        "--greedy --beam 2",
        "--greedy --temperature .5",
        "--beam 2 --top-k 3",
        "--greedy --top-p .5",
        "--temperature 0",
        "--temperature inf",
        "--top-p 0",
        "--top-p 1.5",
        "--top-k 0",
        "--max-words 0",
        "--beam 0",
    ],
)
def test_wrong_usage(run, files, flags):
    result = run("generate", files["lm"], *flags.split())
    assert (result.code, result.out) == (2, "")


# --- the wrong kind of file, and language models as vectors


@pytest.mark.parametrize("command", ["perplexity {} {text}", "score {} {text}", "generate {}"])
def test_vectors_where_a_language_model_is_wanted(run, files, toy_file, sparse_file, golden, command):
    for path in (toy_file, sparse_file, golden / "glove.txt", golden / "gensim.bin"):
        result = run(*(word.format(path, **files) for word in command.split()))
        assert (result.code, result.out) == (1, "")
        error, hint, _ = result.err.split("\n")
        assert error.startswith(f"Error: {path}: holds vectors")
        assert error.endswith("not a language model")
        assert hint == "Hint: embedkit train lstm TEXT -o LM makes a language model"


def test_text_in_place_of_a_language_model(run, files):
    result = run("generate", files["text"])
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"Error: {files['text']}: is neither a language model nor a vector file\nHint: ")


def test_other_kinds_and_models(run, files, tmp_path):
    from embedkit.io import container
    from embedkit.io.output import Output

    path = tmp_path / "file"
    for facts, cause in (
        ({"kind": "counts"}, "holds co-occurrence counts, not a language model"),
        ({"kind": "checkpoint"}, "the checkpoint of an unfinished run, not a language model\nHint: finish it: "),
        ({"kind": "language-model", "model": "abacus"}, "unknown kind, 'abacus'"),
        ({"kind": "language-model", "model": "svd"}, "unknown kind, 'svd'"),
        ({"kind": "language-model", "model": "lstm"}, "holds no language model of a known kind"),
    ):
        with Output(path) as out:
            container.write(out, {"x": np.zeros(3, np.float32)}, facts)
        result = run("generate", path)
        assert (result.code, result.out) == (1, "")
        assert cause in result.err
        assert str(path) in result.err


def test_text_where_a_language_model_stands(run, files):
    for command in ("perplexity", "score"):
        result = run(command, files["lm"], files["tied"])
        assert result.code == 1
        assert f"{files['tied']}: is a file that embedkit has made, not text" in result.err


def test_input_and_output_embedding(run, files):
    from embedkit.io import container

    stored = container.read(files["lm"])
    read = run("vectors", files["lm"], "cat").rows[0]
    predicted = run("vectors", files["lm"], "cat", "--output-embedding").rows[0]
    id = run("vectors", files["lm"], "--all").out.split("\n").index("\t".join(read))
    assert [float(x) for x in read[1:]] == pytest.approx(stored["embedding"][id].tolist())
    assert [float(x) for x in predicted[1:]] == pytest.approx(stored["output"][id].tolist())
    assert (len(read), len(predicted)) == (1 + 4, 1 + 5)
    tied = [run("vectors", files["tied"], "cat", *way).out for way in ((), ("--output-embedding",))]
    assert tied[0] == tied[1]


@pytest.mark.parametrize(
    "command",
    ["similar {lm} cat", "analogy {lm} cat dog mat", "pairs {lm} cat dog", "vectors {lm} cat",
     "evaluate {lm} --pairs {pairs}", "convert {lm} - --to word2vec-text -q"],
)  # fmt: skip
def test_every_command_for_vectors_takes_either_embedding(run, files, toy_file, tmp_path, command):
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("cat\tdog\t3\nmat\tdog\t1\nsat\tsaw\t2\n")
    one, other = (run(*command.format(**files, pairs=pairs).split(), *way) for way in ((), ("--output-embedding",)))
    assert (one.code, other.code) == (0, 0)
    assert one.out != other.out
    result = run(*command.format(lm=toy_file, pairs=pairs).split(), "--output-embedding")
    assert (result.code, result.out) == (1, "")
    assert f"{toy_file}: has no output embedding" in result.err


def test_converting_says_what_is_left_behind(run, files, tmp_path):
    result = run("convert", files["lm"], tmp_path / "vectors.txt")
    assert result.code == 0
    assert "without the layers of the language model" in result.err


def test_info(run, files):
    facts = json.loads(run("info", files["lm"], "--json").out)
    V = len(set(TEXT.split())) + 2
    assert (facts["kind"], facts["model"], facts["words"], facts["dimensions"]) == ("language-model", "lstm", V, 4)
    assert facts["parameters"] == V * 4 + V * 5 + V + (4 + 5 + 1) * 20
    assert (facts["input"], facts["output"]) == ("embedding", "output")
