"""`embedkit evaluate`: vectors against human judgement and analogy questions."""

from __future__ import annotations

from contextlib import nullcontext

import click

from ..eval.tasks import CHOICES, TASKS
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


def _data_options(function):
    """The flags of all tasks, which name their data sets."""
    for key, entry in reversed(TASKS.items()):
        about = f"{entry.help}; may be repeated"
        function = _option("data", f"--{key}", key, multiple=True, metavar="FILE", help=about)(function)
    return function


@click.command("evaluate", cls=SectionedCommand)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@_data_options
@_option(
    "protocol",
    "--protocol",
    type=click.Choice(CHOICES["protocol"]),
    metavar="NAME",
    help="the conventions of a tool or paper, for the same numbers: "
    f"{', '.join(CHOICES['protocol'])}; the options below override them",
)
@_option(
    "protocol",
    "--method",
    type=click.Choice(CHOICES["method"]),
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
    type=click.Choice(CHOICES["oov"]),
    help="words out of vocabulary: compose their vectors of n-grams, in all tasks, or not; then analogies with one are "
    "left out (skip, and compose without n-grams), count as wrong, or have a row for each  [default: compose]",
)
@_option(
    "protocol",
    "--oov-pairs",
    type=click.Choice(CHOICES["oov_pairs"]),
    help="pairs with a word out of vocabulary: compose as --oov does, leave out, or count with the cosine 0  "
    "[default: compose]",
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
    kind=int,
    type=WholeRange(min=1),
    metavar="N",
    help="add rows: scores in N bands of frequency",
)
@_option(
    "uncertainty", "--spread", kind=bool, is_flag=True, help="add rows: mean and standard deviation over all FILEs"
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
    protocol,
    intervals,
    compare,
    frequency_bins,
    spread,
    unknown,
    source_format,
    output,
    as_json,
    quiet,
    **options,
):
    """Evaluate vectors: Spearman and Pearson correlation with the scores of word pairs, accuracy on analogy questions,
    purity of clusters, accuracy of a logistic regression on the mean vectors of texts (10 folds).

    A word out of vocabulary has the vector that its n-grams compose, where FILE has n-grams, and rows `…-known` have
    the score without such words; without n-grams, pairs with one are left out. The columns used, total and coverage say
    how many are not. An analogy is right if the best word of the vocabulary (and of the words composed for the
    questions), the three of the question aside, is the expected one. Pairs and
    questions that a file repeats (also those that --lowercase makes equal) count each time. --json adds the checksum of
    every data set.

    Prints a table on a terminal, tab-separated lines with a header otherwise. Exit code 3: one of the data sets had
    nothing, or too little for a score, in the vocabulary of one of the models; stderr says which.
    """
    context = click.get_current_context()
    paths = {key: options.pop(key) for key in TASKS}
    sets = [path for files in paths.values() for path in files]
    if not sets:
        flags = ", ".join(f"--{key}" for key in TASKS)
        raise click.UsageError(f"nothing to judge by: give {' or '.join(flags.rsplit(', ', 1))} FILE", context)
    one_stdin(*files, *sets)
    if unknown == "-":
        raise click.UsageError("--unknown needs a file: the scores are on stdout", context)
    if (compare or spread) and len(files) < 2:
        raise click.UsageError(f"--{'compare' if compare else 'spread'} needs two FILEs or more", context)
    from functools import partial

    from ..eval import report
    from ..eval.protocols import protocol_of
    from ..io.output import Output
    from ..runtime.progress import Progress
    from ..text.vocab import ERRORS
    from ..vectors.formats import load
    from ._out import Out, Unanswered, cell
    from ._table import print_rows

    progress, missing = context.with_resource(Progress(quiet)), Unanswered(quiet)
    # Data sets first: a bad line in the last of them should not cost minutes of work.
    datasets, rules = report.read_datasets(paths), protocol_of(protocol, **options)
    asked = report.Options(intervals, compare, frequency_bins or 0, spread)
    columns = asked.columns(as_json)

    def say(message, is_empty):
        (missing.report if is_empty else progress.say)(message)

    def write_unknown(model, name, item):
        line = "\t".join(map(cell, (model, name, item.section, item.item, " ".join(item.words))))
        lacking.write(f"{line}\n".encode("utf-8", ERRORS))

    with Out(as_json) as out, Output(unknown, is_text=True) if unknown else nullcontext() as lacking:
        if lacking:
            lacking.write(b"model\tdataset\tsection\titem\tunknown\n")
        asking = report.Report(datasets, rules, asked, progress, say, write_unknown if lacking else None)
        rows = asking.rows((file, partial(load, file, source_format, output=output)) for file in files)
        print_rows(out, ({column: row.get(column) for column in columns} for row in rows), columns, report.TEXTS)
    missing.finish()
