"""`embedkit vocab`: the words of a text and how often they occur, or a subword vocabulary learnt from it."""

from __future__ import annotations

import click

from ..config import Text, Training
from ._options import WholeRange, configured, corpus_params, json_option
from ._run import given_options, need_inputs, open_progress

# Options that change the text, and so what is learnt from it; all others of the section choose words.
_OF_THE_TEXT = ("--lowercase", "--nfc", "--encoding", "--encoding-errors")


def vocab(config, inputs, output, bpe, special, as_json, cache, memory, log, quiet):
    from ..io.output import Output
    from ..runtime.resources import Resources

    need_inputs(inputs)
    _check_options(bpe, special, as_json)
    with open_progress(quiet, log, inputs) as progress, Output(output or "-", is_text=True) as out:
        resources = Resources(progress, memory, cache, config.training.threads)
        if bpe is not None:
            from ..text.subword.learn import learn_bpe

            out.write(learn_bpe(inputs, bpe, config.text, special, resources) + b"\n")
        else:
            _count(config.text, inputs, out, as_json, resources)


def _check_options(bpe: int | None, special: tuple[str, ...], as_json: bool) -> None:
    """Usage error for options of the other kind of vocabulary."""
    ctx = click.get_current_context()
    if bpe is None and special:
        raise click.UsageError("--special names tokens of --bpe", ctx)
    others = [flag for flag in given_options("text") if flag not in _OF_THE_TEXT] + ["--json"] * as_json
    if bpe is not None and others:
        raise click.UsageError(f"{others[0]} does not go with --bpe, which learns from the text as it is", ctx)


def _count(config: Text, inputs, out, as_json: bool, resources) -> None:
    from ..text import corpus
    from ._out import cell, to_json

    words = corpus.load(inputs, config, resources).vocab
    step = 1 << 14
    for start in range(0, len(words), step):
        counts = words.counts[start : start + step].tolist()
        rows = zip(words.words(start, start + step), counts)
        lines = [to_json({"word": w, "count": n}) if as_json else f"{cell(w)}\t{n}" for w, n in rows]
        out.write("".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape"))


bpe_params = [
    click.Option(
        ["--bpe"],
        type=WholeRange(min=1),
        help="learn byte-level BPE of N tokens in all: special ones, the 256 bytes, merges. OUT is a tokenizer.json, "
        "for --tokenizer FILE elsewhere and for other programs. Needs the library tokenizers",
    ),
    click.Option(
        ["--special"],
        multiple=True,
        metavar="TOKEN",
        help="with --bpe: a token besides <eos> that no text becomes, as [MASK]; may be repeated",
    ),
]
command = configured(
    "vocab",
    vocab,
    {"text": Text, "training": Training},
    [*corpus_params(), *bpe_params, json_option()],
    "Count words, the most frequent first: `word<TAB>count`. The output serves as --vocab FILE elsewhere. With --bpe, "
    "learn a vocabulary of subwords instead.",
)
