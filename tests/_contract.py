"""The table of command lines that the tests in tests/contract run.

A new command or model needs a line in COMMANDS; a language model is there once it is in `_language_models`.
"""

from __future__ import annotations

import re
import subprocess
from typing import NamedTuple

import _warm
import click
import pytest
from _language_models import LANGUAGE_MODELS
from _said import without_compiling

from embedkit import cli

TEXT = "the king met a queen\na queen met the king\n한국어 는 the king 한국어 를 a queen\n" * 3
PAIRS = "king\tqueen\t9\nman\twoman\t7\napple\tking\t1\n"
PARALLEL = "16+7\t23\n이십 삼\t23\n9+30\t39\n" * 3
LABELLED = "king\tthe king met 한국어\nqueen\ta queen met\nking\tthe king 한국어\n" * 3
SETS = """[royal]
targets.royal = ["king", "queen"]
targets.fruit = ["apple", "pear"]
attributes.a = ["man", "king"]
attributes.'한국어' = ["woman", "queen"]
"""
QUESTIONS = ": royal\nman king woman queen\nking man queen woman\n"


class Line(NamedTuple):
    """A working command line: names in braces are files of `kit`, {out} is a file to write.

    Of commands that answer queries, `asks` are queries as arguments, `lines` the same on stdin, and `unknown` is a line
    without an answer.
    """

    args: str
    asks: tuple[str, ...] = ()
    lines: str = ""
    unknown: str = ""


COMMANDS = {
    "train ppmi": Line("train ppmi {text} -o {out} --min-count 1"),
    "train svd": Line("train svd {text} -o {out} --min-count 1 --dim 2"),
    "train glove": Line("train glove {text} -o {out} --min-count 1 --dim 2 --epochs 2"),
    "train ppmi COUNTS": Line("train ppmi {counts} -o {out}"),
    "train svd COUNTS": Line("train svd {counts} -o {out} --dim 2"),
    "train glove COUNTS": Line("train glove {counts} -o {out} --dim 2 --epochs 2"),
    "train lsa": Line("train lsa {text} -o {out} --min-count 1 --dim 2"),
    "train skipgram": Line("train skipgram {text} -o {out} --min-count 1 --dim 2 --epochs 2"),
    "train cbow": Line("train cbow {text} -o {out} --min-count 1 --dim 2 --epochs 2"),
    "train doc2vec": Line("train doc2vec {text} -o {out} --min-count 1 --dim 2 --epochs 2"),
    "train kn": Line("train kn {text} -o {out} --order 3"),
    **{
        f"train {name}": Line(f"train {name} {{text}} -o {{out}} --embed 2 --hidden 2 --epochs 2 --batch-size 2")
        for name in LANGUAGE_MODELS
    },
    "train transformer": Line(
        "train transformer {text} -o {out} --dim 4 --heads 2 --layers 1 --context 4 --epochs 2 --batch-size 2"
    ),
    "train mlm": Line("train mlm {text} -o {out} --dim 4 --heads 2 --layers 1 --context 8 --epochs 2 --batch-size 2"),
    "train seq2seq": Line("train seq2seq {parallel} -o {out} --embed 2 --hidden 2 --epochs 2 --batch-size 2"),
    "train classifier": Line("train classifier {labelled} -o {out} --buckets 99 --epochs 2"),
    "train classifier .bin": Line(
        "train classifier {labelled} -o {out} --to fasttext --weighting count --dim 2 --word-ngrams 1 --epochs 2"
    ),
    "vocab": Line("vocab {text} --min-count 1"),
    "vocab -o": Line("vocab {text} --min-count 1 -o {out}"),
    "vocab --vocab": Line("vocab {text} --vocab {words}"),
    "vocab --phrases": Line("vocab {text} --phrases {phrases} --min-count 1"),
    "count": Line("count {text} --min-count 1 -o {out}"),
    "phrases": Line("phrases {text} --min-count 1 --threshold 1 --discount 0"),
    "phrases --text": Line("phrases {text} --text --min-count 1 --threshold 1 --discount 0 -o {out}"),
    "similar": Line(
        "similar {vectors} -k 3", ("한국어", "king - man + woman"), "한국어\nking - man + woman\n", "xyzzy\n"
    ),
    "similar sparse": Line("similar {sparse} -k 3", ("tea", "tea + milk"), "tea\ntea + milk\n", "xyzzy\n"),
    "similar --csls": Line("similar {vectors} -k 3 --csls", ("한국어", "king"), "한국어\nking\n", "xyzzy\n"),
    "similar int8": Line("similar {quantized} -k 3", ("한국어", "queen"), "한국어\nqueen\n", "xyzzy\n"),
    "similar --documents": Line(
        "similar {documents} --documents -k 3", ("한국어 king", "2"), "한국어 king\n2\n", "xyzzy\n"
    ),
    "similar --sentences": Line(
        "similar {mlm} --sentences {text} -k 2", ("한국어 king", "a queen"), "한국어 king\na queen\n", "xyzzy\n"
    ),
    "analogy": Line("analogy {vectors} -k 3", ("man", "king", "한국어"), "man king 한국어\n", "man king xyzzy\n"),
    "odd": Line("odd {vectors}", ("king", "한국어", "apple", "pear"), "king 한국어 apple pear\n", "xyzzy king\n"),
    "pairs": Line("pairs {vectors}", ("king", "한국어"), "king 한국어\n", "king xyzzy\n"),
    "vectors": Line("vectors {vectors}", ("한국어", "New York"), "한국어\nNew York\n", "xyzzy\n"),
    "vectors sparse": Line("vectors {sparse}", ("tea", "milk"), "tea\nmilk\n", "xyzzy\n"),
    "vectors COUNTS": Line("vectors {counts}", ("king", "한국어"), "king\n한국어\n", "xyzzy\n"),
    "vectors --pool": Line("vectors {vectors} --pool mean", ("한국어 king",), "한국어 king\n", "xyzzy\n"),
    "vectors --pool sif": Line("vectors {vectors} --pool sif", ("한국어 king",), "한국어 king\n", "xyzzy\n"),
    "vectors --layer": Line("vectors {mlm} --layer 1", ("한국어 king", "a queen"), "한국어 king\na queen\n", "xyzzy\n"),
    "vectors --documents": Line("vectors {documents} --documents", ("한국어 king", "a"), "한국어 king\na\n", "xyzzy\n"),
    "vectors --documents --all": Line("vectors {documents} --documents --all"),
    "vectors --all": Line("vectors {vectors} --all"),
    "thesaurus": Line("thesaurus --wordnet {wordnet}", ("강아지", "New York"), "강아지\nNew York\n", "xyzzy\n"),
    "thesaurus --what": Line(
        "thesaurus --wordnet {wordnet} --what synonyms", ("개", "queen"), "개\nqueen\n", "xyzzy\n"
    ),
    "similar wordnet:": Line("similar {thesaurus} -k 3", ("개", "queen"), "개\nqueen\n", "xyzzy\n"),
    "pairs wordnet:": Line("pairs {wup}", ("개", "cat"), "개 cat\n", "개 xyzzy\n"),
    "evaluate": Line("evaluate {vectors} --pairs {pairs} --questions {questions}"),
    "evaluate wordnet:": Line("evaluate {vectors} {thesaurus} --pairs {pairs}"),
    "evaluate --dictionary": Line("evaluate {vectors} --dictionary {translations} --target {other}"),
    "evaluate --parallel": Line("evaluate {translator} --parallel {parallel} --length-bins 2"),
    "evaluate --labelled": Line("evaluate {classifier} --labelled {labelled}"),
    "perplexity": Line("perplexity {lm} {text}"),
    "perplexity --reset-per-line": Line("perplexity {lm} {text} --reset-per-line"),
    "perplexity --neural-cache": Line("perplexity {lm} {text} --neural-cache 9 --theta 1 --lambda .6,.4"),
    "score": Line("score {lm} {text}"),
    "score --per-word": Line("score {lm} {text} --per-word"),
    "score PAIRS": Line("score {translator} {parallel}"),
    "fill": Line("fill {mlm} -k 2", ("a [MASK] met", "[MASK] 한국어"), "a [MASK] met\n[MASK] 한국어\n", "xyzzy\n"),
    "translate": Line("translate {translator} {text} --max-length 9"),
    "translate --beam": Line("translate {translator} {text} --max-length 9 --beam 2 --n-best 2 --json --attention"),
    "classify": Line("classify {classifier} {text}"),
    "classify --explain": Line("classify {classifier} {text} --top 2 --explain 2"),
    "generate": Line("generate {lm} --max-words 12 --prompt 한국어"),
    "generate --beam": Line("generate {lm} --beam 2 --lines 2 --max-words 9"),
    "bias": Line("bias {vectors} --sets {sets}"),
    "cluster": Line("cluster {vectors} --k 2"),
    "cluster --summary": Line("cluster {vectors} --summary --method agglomerative --vocab {words} --k 2"),
    "plot": Line("plot {log} -o {out} --to svg"),
    "plot VECTORS": Line("plot {vectors} king:queen 한국어 apple -o {out} --to svg"),
    "plot --heads": Line("plot {mlm} 한국어 --heads -o {out} --to svg"),
    "plot M": Line("plot {translator} 16+7 -o {out} --to svg"),
    "plot --labelled": Line("plot {classifier} --labelled {labelled} -o {out} --to svg"),
    "select": Line("select {vectors} -o {out} --top 3 --min-count 20"),
    "select --vocab": Line("select {vectors} -o {out} --vocab {words}"),
    "select sparse": Line("select {sparse} -o {out} --top 2"),
    "postprocess": Line("postprocess {vectors} -o {out} --steps center,unit,abtt:1,whiten,pca:2"),
    "merge": Line("merge {vectors} {other} -o {out}"),
    "merge --union": Line("merge {vectors} {other} -o {out} --union --how concatenate --unit"),
    "align": Line("align {vectors} {other} -o {out}"),
    "align --vocab": Line("align {vectors} {other} -o {out} --vocab {words}"),
    "align --dictionary": Line("align {vectors} {other} -o {out} --dictionary {translations} --refine 1"),
    "diff": Line("diff {vectors} {other}"),
    "diff WORD": Line("diff {vectors} {other} king 한국어 plough -k 2"),
    "diff --vocab": Line("diff {vectors} {other} --vocab {words}"),
    "quantize": Line("quantize {vectors} -o {out}"),
    "quantize M": Line("quantize {classifier} -o {out}"),
    "convert": Line("convert {vectors} {out} --to native"),
    "convert int8": Line("convert {quantized} {out} --to glove --on-bad-token skip"),
    "info": Line("info {vectors}"),
    "info COUNTS": Line("info {counts}"),
    "verify": Line("verify {vectors}"),
    "cache": Line("cache"),
    "completion": Line("completion {shell}"),
    "help-all": Line("help-all"),
}
GROUPS = ("", "train")
HEADED = ("evaluate", "perplexity", "bias")  # a line with the names of the columns, but for --json
KINDS = (
    "text",
    "counts",
    "vectors",
    "other",
    "sparse",
    "quantized",
    "documents",
    "lm",
    "mlm",
    "translator",
    "parallel",
    "labelled",
    "classifier",
    "pairs",
    "questions",
    "words",
    "phrases",
    "sets",
    "translations",
    "log",
)


def unclocked(text: str) -> str:
    """`text` without what no two runs share: speeds, and who had to compile."""
    return re.sub(r"[\d,]+ (words|tokens|pairs|texts)/s", r"\1/s", without_compiling(text))


def the(condition) -> list[str]:
    """Names of the lines for which `condition(line)` holds."""
    return [name for name, line in COMMANDS.items() if condition(line)]


def reads(line: Line) -> list[str]:
    return [kind for kind in KINDS if f"{{{kind}}}" in line.args]


WRITING, PRINTING = the(lambda line: "{out}" in line.args), the(lambda line: "{out}" not in line.args)
READING = [(name, kind) for name, line in COMMANDS.items() for kind in reads(line)]
ASKING = the(lambda line: line.asks)
# Enough for what costs a process of its own.
ONE_EACH = list({line.args.split()[0]: name for name, line in reversed(COMMANDS.items())}.values())


def command(words: str) -> click.Command:
    """`embedkit WORDS` without its arguments: of groups and subcommands, the last one named."""
    found = cli.cli
    for word in words.split():
        if not isinstance(found, click.Group):
            break
        found = found.get_command(click.Context(found), word)
    return found


def has(name: str, option: str) -> bool:
    return any(option in param.opts for param in command(COMMANDS[name].args).params)


def quiet(name: str) -> list[str]:
    return ["-q"] if has(name, "-q") else []


def filled(name: str, kit: dict, **files) -> list[str]:
    """The arguments of a line, with the files of `kit` unless others are given; queries as arguments."""
    line = COMMANDS[name]
    if name.startswith("plot"):
        pytest.importorskip("matplotlib")
    return [word.format(**{**kit, **files}) for word in line.args.split()] + list(line.asks)


def assert_one_error(result, *essentials, code: int = 1):
    """One line `Error: …`, at most one `Hint: …`, nothing on stdout."""
    assert (result.code, result.out) == (code, ""), result.err
    first, *rest = result.err.rstrip("\n").split("\n")
    assert first.startswith("Error: ")
    assert len(rest) <= 1
    assert not rest or rest[0].startswith("Hint: ")
    assert "internal error" not in first
    for essential in essentials:
        assert str(essential) in first


def contents(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def start(args, **options) -> _warm.Process:
    """The command in a process of its own."""
    return _warm.Process(["-m", "embedkit", *args], **{"stderr": subprocess.PIPE, **options})
