"""Options, models and commands as other tools call them: what the hint suggests."""

from __future__ import annotations

import click
import pytest
from _contract import command

from embedkit import catalog, commands
from embedkit.commands import _habits, _suggest

MODELS = " or ".join(", ".join(catalog.MODELS).rsplit(", ", 1))
MODEL = "the model is a command: embedkit train skipgram, embedkit train cbow"
DASH = "words that begin with a dash come after --"


@pytest.mark.parametrize(
    ("words", "option", "hint"),
    [
        # gensim
        ("train skipgram", "--size", "--dim"),
        ("train skipgram", "--vector-size", "--dim"),
        ("train skipgram", "--vector_size=100", "--dim"),
        ("train skipgram", "--workers", "--threads"),
        ("train cbow", "--iter", "--epochs"),
        ("train cbow", "--alpha", "--lr"),
        ("train cbow", "--cbow_mean", "--combine mean"),
        ("train skipgram", "--hs", "--loss hs"),
        ("train skipgram", "--sg", MODEL),
        ("train skipgram", "--sentences", "INPUT, without a flag"),
        ("train svd", "--negative", "--shift"),
        ("similar", "--topn", "-k"),
        ("similar", "--k", "-k"),
        ("phrases", "--delimiter", "--joiner"),
        # word2vec, fastText, GloVe
        ("train skipgram", "-size", "--dim"),
        ("train skipgram", "-window", "--window"),
        ("train skipgram", "-output", "--output"),
        ("train skipgram", "-train", "INPUT, without a flag"),
        ("train skipgram", "-read-vocab", "--vocab"),
        ("train skipgram", "-binary", "--to word2vec"),
        ("train skipgram", "-minCount", "--min-count"),
        ("train skipgram", "-ws", "--window"),
        ("train skipgram", "-epoch", "--epochs"),
        ("train skipgram", "-lr", "--lr"),
        ("train skipgram", "-neg", "--negative"),
        ("train skipgram", "-bucket", "--buckets"),
        ("train svd", "-vector-size", "--dim"),
        ("count", "-window-size", "--window"),
        ("count", "-memory", "--max-memory"),
        # scikit-learn, PyTorch, Hugging Face, KenLM
        ("train svd", "--n_components", "--dim"),
        ("train svd", "--random_state", "--seed"),
        ("vocab", "--n_jobs", "--threads"),
        ("train lstm", "--learning-rate", "--lr"),
        ("train lstm", "--dim", "--embed"),
        ("train lstm", "--nhid", "--hidden"),
        ("train lstm", "--tied", "--tie"),
        ("train gru", "--max_grad_norm", "--clip"),
        ("train gru", "--weight-decay", "--l2"),
        ("train kn", "-n", "--order"),
        ("generate", "--max-new-tokens", "--max-words"),
        ("perplexity", "--lr", "--dynamic-lr"),
        ("evaluate", "--analogies", "--questions"),
        ("convert", "-o", "OUT, without a flag"),
        # ours, misspelt, misplaced or cut short
        ("train skipgram", "--min_count", "--min-count"),
        ("train skipgram", "--fixed", "--fixed-window"),
        ("train skipgram", "--wibdow", "--window"),
        ("train", "--dim", "options come after the model: embedkit train MODEL … --dim"),
        ("", "--quiet", "options come after the command: embedkit COMMAND … --quiet"),
        ("", "-version", "--version"),
        ("similar", "-man", DASH),
        # nothing is like them: what the command lacks is not suggested, nor what is only spelt alike
        ("train svd", "--epochs", ""),
        ("train ppmi", "--vector-size", ""),
        ("similar", "--vector-size", ""),
        ("info", "--workers", ""),
    ],
)
def test_options(run, words, option, hint):
    got = run(*words.split(), *([] if words in ("", "train") else ["x"]), option)
    shown = f"{' '.join(['embedkit', *words.split()])} -h"
    shown = f"{hint} ({shown})" if hint else shown
    assert got == (2, "", f"Error: No such option '{option.split('=')[0]}'.\nHint: {shown}\n", b"")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("trian", "No such command 'trian'.\nHint: train (embedkit -h)"),
        ("train sdv text", "No such model 'sdv'.\nHint: svd (embedkit train -h)"),
        ("train LSTM text", "No such model 'LSTM'.\nHint: lstm (embedkit train -h)"),
        ("train word2vec text", "No such model 'word2vec'.\nHint: skipgram or cbow (embedkit train -h)"),
        ("train fasttext text", "No such model 'fasttext'.\nHint: skipgram or cbow (embedkit train -h)"),
        ("train skip_gram text", "No such model 'skip_gram'.\nHint: skipgram (embedkit train -h)"),
        ("train pca text", "No such model 'pca'.\nHint: svd (embedkit train -h)"),
        ("train kenlm text", "No such model 'kenlm'.\nHint: kn (embedkit train -h)"),
        ("train corpus.txt", f"Missing model before 'corpus.txt'.\nHint: {MODELS} (embedkit train -h)"),
        ("train -", f"Missing model before '-'.\nHint: {MODELS} (embedkit train -h)"),
        (
            "train corpus.txt cbow",
            "The model comes before 'corpus.txt'.\nHint: embedkit train cbow corpus.txt (embedkit train -h)",
        ),
        ("v.bin king", "Missing command before 'v.bin'.\nHint: embedkit -h"),
        ("most_similar v king", "No such command 'most_similar'.\nHint: similar (embedkit -h)"),
        ("lstm text", "No such command 'lstm'.\nHint: train lstm (embedkit -h)"),
        ("word2vec text", "No such command 'word2vec'.\nHint: train skipgram or train cbow (embedkit -h)"),
        ("version", "No such command 'version'.\nHint: --version (embedkit -h)"),
        ("help frobnicate", "No such command 'frobnicate'.\nHint: embedkit -h"),
    ],
)
def test_commands_and_models(run, words, error):
    assert run(*words.split()) == (2, "", f"Error: {error}\n", b"")


def test_a_file_of_any_name_stands_where_the_model_goes(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text8").write_text("a b")
    assert run("train", "text8").err.startswith("Error: Missing model before 'text8'.\n")


@pytest.mark.parametrize("words", ["", "similar", "train", "train svd", "help-all"])
def test_help_of_a_command(run, words):
    shown = run(*words.split(), "--help")
    assert shown.code == 0
    assert run("help", *words.split()) == shown


def test_help_of_a_model(run):
    assert run("train", "help", "svd") == run("train", "svd", "-h")


def test_v_is_version(run):
    got = run("-V")
    assert got.code == 0
    assert got.out.startswith("embedkit ")


@pytest.mark.parametrize(
    "args", [("-k3",), ("-qk3",), ("-k", "3", "--", "-size"), ("--from", "-size"), ("-qk", "3", "--metric", "dot")]
)
def test_short_options_values_and_words_stay_what_they_are(run, toy_file, args):
    assert "No such option" not in run("similar", toy_file, *args).err


def test_the_tables_name_what_exists():
    calls = [name for name in commands.COMMANDS if name != "train"] + [f"train {name}" for name in catalog.MODELS]
    params = [param for words in ["", *calls] for param in command(words).params]
    flags = {flag for param in params for flag in (*param.opts, *param.secondary_opts)} | {"--help"}
    flags |= {
        text for param in params if isinstance(param, click.Argument) for text in ((param.metavar or "").strip("[]."),)
    }
    assert {ours.split()[0] for ours, _ in _habits.OPTIONS} <= flags
    assert {name for ours in _habits.MODELS for name in ours.split(" or ")} <= set(catalog.MODELS)
    assert {name for ours in _habits.COMMANDS for name in ours.split(" or ")} <= {*commands.COMMANDS, "--version"}
    for names in (*(names for _, names in _habits.OPTIONS), *_habits.MODELS.values(), *_habits.COMMANDS.values()):
        assert len(set(names.split())) == len(names.split())
        assert all(name == _suggest.plain(name) for name in names.split())
