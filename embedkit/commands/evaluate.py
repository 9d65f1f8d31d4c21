"""`embedkit evaluate`: vectors against human judgement and analogy questions."""

from __future__ import annotations

from contextlib import nullcontext

import click

from ._ask import about
from ._config import SectionOption
from ._options import (
    SectionedCommand,
    WholeRange,
    format_option,
    json_option,
    one_stdin,
    output_embedding_option,
    quiet_option,
)


def _option(section: str, *names: str, kind: type = str, **kwargs):
    return click.option(*names, cls=SectionOption, section=section, kind=kind, **kwargs)


def _data(*names: str, help: str):
    return _option("data", *names, multiple=True, metavar="FILE", help=f"{help}; may be repeated")


@click.command("evaluate", cls=SectionedCommand)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@_data("--pairs", "pair_files", help="word pairs with scores")
@_data("--questions", "question_files", help="analogy questions")
@_data("--categories", "category_files", help="words with categories: purity")
@_data("--classify", "text_files", help="label, tab, text: cross-validation")
@_option(
    "protocol",
    "--protocol",
    type=click.Choice(["word2vec", "gensim", "glove", "fasttext", "hyperwords", "levy2015"]),
    metavar="NAME",
    help="the conventions of a tool or paper, for the same numbers: word2vec, gensim, glove, fasttext, hyperwords, "
    "levy2015; the options below override them",
)
@_option(
    "protocol",
    "--method",
    type=click.Choice(["add", "mul", "both"]),
    help="how analogies are scored: 3CosAdd, 3CosMul, or both in one pass  [default: add]",
)
@_option(
    "protocol",
    "--restrict-vocab",
    kind=int,
    type=WholeRange(min=0),
    metavar="N",
    help="analogies: know the first N words only; 0 is all  [default: 30000]",
)
@_option(
    "protocol",
    "--oov",
    type=click.Choice(["skip", "wrong", "both"]),
    help="analogies with a word out of vocabulary: leave out, count as wrong, or a row for each  [default: skip]",
)
@_option(
    "protocol",
    "--oov-pairs",
    type=click.Choice(["skip", "zero"]),
    help="pairs with a word out of vocabulary: leave out, or count with the cosine 0  [default: skip]",
)
@_option(
    "protocol",
    "--lowercase/--no-lowercase",
    kind=bool,
    default=None,
    help="lower-case the data sets (not the vocabulary), or leave them as they are  [default: leave]",
)
@_option(
    "uncertainty", "--intervals", kind=bool, is_flag=True, help="add columns low and high: bootstrap 95 % intervals"
)
@_option(
    "uncertainty",
    "--compare",
    kind=bool,
    is_flag=True,
    help="add rows: each further FILE against the first, on what both know",
)
@_option(
    "uncertainty",
    "--frequency-bins",
    "bands",
    kind=int,
    type=WholeRange(min=1),
    metavar="N",
    help="add rows: scores in N bands of frequency",
)
@_option(
    "uncertainty",
    "--spread",
    kind=bool,
    is_flag=True,
    help="add rows: mean and standard deviation over all FILEs",
)
@click.option(
    "--unknown",
    metavar="OUT",
    help="write the pairs, questions, words and texts that are not known, and which of their words are not",
)
@format_option
@output_embedding_option
@json_option
@quiet_option
def command(
    files,
    pair_files,
    question_files,
    category_files,
    text_files,
    protocol,
    method,
    restrict_vocab,
    oov,
    oov_pairs,
    lowercase,
    intervals,
    compare,
    bands,
    spread,
    unknown,
    source_format,
    output,
    as_json,
    quiet,
):
    """Judge vectors: Spearman and Pearson correlation with the scores of word pairs, accuracy on analogy questions,
    purity of clusters, accuracy of a logistic regression on the mean vectors of texts (10 folds).

    Pairs with a word out of vocabulary are left out; the columns used, total and coverage say how many were not. An
    analogy is right if the best word of the vocabulary, the three of the question aside, is the expected one. Pairs and
    questions that a file repeats (also those that --lowercase makes equal) count each time. --json adds the checksum of
    every data set.

    Prints a table on a terminal, tab-separated lines with a header otherwise. Exit code 3: one of the data sets had
    nothing, or too little for a score, in the vocabulary of one of the models; stderr says which.
    """
    context = click.get_current_context()
    sets = (*pair_files, *question_files, *category_files, *text_files)
    if not sets:
        raise click.UsageError(
            "nothing to judge by: give --pairs, --questions, --categories or --classify FILE", context
        )
    one_stdin(*files, *sets)
    if unknown == "-":
        raise click.UsageError("--unknown needs a file: the scores are on stdout", context)
    if (compare or spread) and len(files) < 2:
        raise click.UsageError(f"--{'compare' if compare else 'spread'} needs two FILEs or more", context)
    from ..eval import report
    from ..io.files import Output
    from ..runtime.progress import Progress
    from ..vectors.formats import load
    from . import _evaluate as work
    from ._out import Out, Unanswered
    from ._table import print_rows

    progress, missing = context.with_resource(Progress(quiet)), Unanswered(quiet)
    # Data sets first: a bad line in the last of them should not cost minutes of work.
    tasks = work.read_tasks(pair_files, question_files, category_files, text_files)
    rules = work.protocol_of(protocol, method, restrict_vocab, oov, oov_pairs, lowercase)
    options = work.Options(intervals, bands or 0, oov == "both")
    columns = report.columns(intervals, compare, spread, as_json)

    def judge(model):
        source = load(model, source_format, output=output)
        with about(model):
            for name, dataset in tasks:
                yield from work.judge(source, name, dataset, rules, progress)
                if lacking:
                    work.write_unknown(lacking, model, source, name, dataset, rules)

    def rows():
        first, scores = [], []
        for model in files:
            results = []
            for result in judge(model):
                results.append(result)
                _remark(model, result, work.doubts(result, options), missing, progress)
                found = [row | {"sha256": result.sha256} for row in work.rows_of(model, result, rules, options)]
                scores += found if spread else []
                yield from found
            for one, other in zip(first, results) if compare else ():
                differences = list(work.difference_rows(f"{model} - {files[0]}", one, other))
                if any(row["value"] is None for row in differences):
                    used, total = (differences[0][column] for column in ("used", "total"))
                    missing.report(f"{model} - {files[0]}: {other.name}: both know {used} of {total}: no difference")
                yield from (row | {"sha256": other.sha256} for row in differences)
            first = first or results
        yield from work.spread_rows(scores, len(files))

    with Out(as_json) as out, Output(unknown, is_text=True) if unknown else nullcontext() as lacking:
        if lacking:
            lacking.write(b"model\tdataset\tsection\titem\tunknown\n")
        print_rows(out, ({column: row.get(column) for column in columns} for row in rows()), columns, report.TEXTS)
    missing.finish()


def _remark(model, result, reasons, missing, progress) -> None:
    """What people should know about a result: nothing was known, or too little, for these `reasons`, or the case of the
    letters stood in the way."""
    name, found = result.name, result.found
    if not (found.rarest >= 0).any():
        missing.report(f"{model}: nothing of {name} is in the vocabulary")
        reasons = ()
    for reason, is_whole in reasons:
        (missing.report if is_whole else progress.say)(f"{model}: {name}: {reason}")
    if found.capitals * 50 > found.distinct:
        progress.say(
            f"{model}: {found.capitals} of {found.distinct} words of {name} are in the vocabulary in lower case only; "
            "try --lowercase"
        )
