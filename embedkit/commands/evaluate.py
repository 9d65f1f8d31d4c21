"""`embedkit evaluate`: vectors against human judgement, encoder-decoders on parallel text, classifiers on labels."""

from __future__ import annotations

from contextlib import nullcontext

import click

from ..eval.tasks import CHOICES, CLASSIFIERS, ENCODER_DECODERS, TASKS, VECTORS, kind_of
from ._config import SectionOption
from ._options import (
    FiniteRange,
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
    "translation",
    "--separator",
    metavar="TEXT",
    help="what stands between source and target  [default: what the model was trained with, a tab as a rule]",
)
@_option(
    "translation",
    "--beam",
    kind=int,
    type=WholeRange(min=1),
    help="beam search of width N; 1 is greedy decoding  [default: 1]",
)
@_option(
    "translation",
    "--length-penalty",
    kind=float,
    type=FiniteRange(min=0),
    help="exponent α of the beam search, as in translate  [default: 0]",
)
@_option(
    "translation",
    "--length-bins",
    kind=int,
    type=WholeRange(min=0),
    metavar="N",
    help="add rows: scores in N bands of source length; 0 adds none  [default: 4]",
)
@_option("translation", "--bleu", kind=bool, is_flag=True, help="add rows: BLEU and chrF of sacrebleu")
@_option(
    "classification",
    "--label-separator",
    metavar="TEXT",
    help="what stands between labels of --labelled texts, where one has several: LABEL,LABEL",
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
@click.option("--target", metavar="FILE", help="vectors of the other language, in the same space, for --dictionary")
@click.option("--ic", metavar="FILE", help="counts for wordnet:res and wordnet:lin, of words or of synsets")
@click.option(
    "--unknown",
    metavar="OUT",
    help="write the pairs, questions, words, texts and sources that are not known, and which of their words are not",
)
@format_option
@output_embedding_option
@json_option
@quiet_option
def command(files, intervals, compare, spread, unknown, as_json, quiet, **options):
    """Evaluate vectors: Spearman and Pearson correlation with the scores of word pairs, accuracy on analogy questions,
    purity of clusters, accuracy of a logistic regression on the mean vectors of texts (10 folds). Evaluate
    encoder-decoders on --parallel text: exact match and token error rate, BLEU and chrF.

    A word out of vocabulary has the vector that its n-grams compose, where FILE has n-grams, and rows `…-known` have
    the score without such words; without n-grams, pairs with one are left out. The columns used, total and coverage say
    how many are not. An analogy is right if the best word of the vocabulary (and of the words composed for the
    questions), the three of the question aside, is the expected one. Pairs and
    questions that a file repeats (also those that --lowercase makes equal) count each time. --json adds the checksum of
    every data set.

    Each different source of a parallel text is translated once; of targets that share it, the nearest counts. The token
    error rate is the sum of edit distances over that of reference lengths. Sources with tokens out of vocabulary count,
    though not as used.

    A FILE wordnet: or wordnet:wup is a thesaurus (`embedkit thesaurus -h`), for --pairs.

    Prints a table on a terminal, tab-separated lines with a header otherwise. Exit code 3: one of the data sets had
    nothing, or too little for a score, in the vocabulary of one of the models; stderr says which.
    """
    context = click.get_current_context()
    paths = {key: options.pop(key) for key in TASKS}
    sets = [path for files in paths.values() for path in files]
    if not sets:
        flags = ", ".join(f"--{key}" for key in TASKS)
        raise click.UsageError(f"nothing to judge by: give {' or '.join(flags.rsplit(', ', 1))} FILE", context)
    kind = kind_of(key for key in TASKS if paths[key])
    own = _own_options(context, kind, options)
    one_stdin(*files, *sets)
    if unknown == "-":
        raise click.UsageError("--unknown needs a file: the scores are on stdout", context)
    if (compare or spread) and len(files) < 2:
        raise click.UsageError(f"--{'compare' if compare else 'spread'} needs two FILEs or more", context)
    from ..eval import report
    from ..io.output import Output
    from ..library.evaluate import on_kind
    from ..runtime.progress import Progress
    from ..text.vocab import ERRORS
    from ._out import Out, Unanswered, cell
    from ._table import print_rows

    progress, missing = context.with_resource(Progress(quiet)), Unanswered(quiet)
    # Data sets first: a bad line in the last of them should not cost minutes of work.
    evaluation = on_kind(kind)(files, paths, **own)
    asked = report.Options(intervals, compare, evaluation.bins, spread)
    columns = asked.columns(as_json)

    def say(message, is_empty):
        (missing.report if is_empty else progress.say)(message)

    def write_unknown(model, name, item):
        line = "\t".join(map(cell, (model, name, item.section, item.item, " ".join(item.words))))
        lacking.write(f"{line}\n".encode("utf-8", ERRORS))

    with Out(as_json) as out, Output(unknown, is_text=True) if unknown else nullcontext() as lacking:
        if lacking:
            lacking.write(b"model\tdataset\tsection\titem\tunknown\n")
        write = write_unknown if lacking else None
        asking = report.Report(evaluation.datasets, evaluation.rules, asked, progress, say, write)
        rows = asking.rows(evaluation.models)
        print_rows(out, ({column: row.get(column) for column in columns} for row in rows), columns, report.TEXTS)
    missing.finish()


OPTIONS = {
    VECTORS: (*CHOICES, "restrict_vocab", "lowercase", "frequency_bins", "source_format", "output", "ic", "target"),
    ENCODER_DECODERS: ("separator", "beam", "length_penalty", "length_bins", "bleu"),
    CLASSIFIERS: ("label_separator",),
}


def _own_options(context: click.Context, kind: str, options: dict) -> dict:
    """Those of models of `kind`. Usage error where one of another kind is given."""
    flags = {param.name: param.opts[-1] for param in context.command.params}
    for name, value in options.items():
        if name not in OPTIONS[kind] and value is not None and value is not False:
            other = next(other for other, names in OPTIONS.items() if name in names)
            raise click.UsageError(f"{flags[name]} is for {other}, the data for {kind}", context)
    return {name: value for name, value in options.items() if name in OPTIONS[kind]}
