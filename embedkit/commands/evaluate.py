"""`embedkit evaluate`: vectors against human judgement and analogy questions."""

from __future__ import annotations

import sys

import click

from ._options import format_option, json_option, output_embedding_option, quiet_option


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--pairs", "pair_files", multiple=True, metavar="FILE", help="word pairs with scores; may be repeated")
@click.option("--questions", "question_files", multiple=True, metavar="FILE", help="analogy questions; may be repeated")
@click.option(
    "--method",
    type=click.Choice(["add", "mul", "both"]),
    default="add",
    show_default=True,
    help="how analogies are scored: 3CosAdd, 3CosMul, or both in one pass",
)
@click.option(
    "--restrict-vocab",
    type=click.IntRange(min=0),
    default=30000,
    show_default=True,
    metavar="N",
    help="analogies: know the first N words only; 0 is all",
)
@click.option(
    "--oov",
    type=click.Choice(["skip", "wrong"]),
    default="skip",
    show_default=True,
    help="analogies with a word out of vocabulary: leave out, or count as wrong",
)
@click.option("--lowercase", is_flag=True, help="lower-case pairs and questions (not the vocabulary)")
@format_option
@output_embedding_option
@json_option
@quiet_option
def command(
    files, pair_files, question_files, method, restrict_vocab, oov, lowercase, source_format, output, as_json, quiet
):
    """Judge vectors: Spearman and Pearson correlation with the scores of word pairs, accuracy on analogy questions.

    Pairs with a word out of vocabulary are left out; the columns used, total and coverage say how many were not. An
    analogy is right if the best word of the vocabulary, the three of the question aside, is the expected one. Pairs and
    questions that a file repeats (also those that --lowercase makes equal) count each time.

    Prints a table on a terminal, tab-separated lines with a header otherwise. Exit code 3: one of the data sets had
    nothing in the vocabulary of one of the models.
    """
    if not pair_files and not question_files:
        raise click.UsageError(
            "nothing to judge by: give --pairs FILE or --questions FILE", click.get_current_context()
        )
    if (*files, *pair_files, *question_files).count("-") > 1:
        raise click.UsageError("only one of the files can be -, stdin", click.get_current_context())
    from ..errors import EmbedkitError
    from ..eval import readers, report
    from ..eval.analogy import judge_questions
    from ..eval.similarity import judge_pairs
    from ..progress import Progress
    from ..vectors.formats import load
    from ._out import Out, Unanswered

    progress, missing = Progress(quiet), Unanswered(quiet)
    # Data sets first: a bad line in the last of them should not cost minutes of work.
    pairs = _named(pair_files, readers.read_pairs)
    questions = _named(question_files, readers.read_questions)

    def judge(model):
        source = load(model, source_format, output=output)
        try:
            for name, dataset in pairs:
                result = judge_pairs(source, dataset, lowercase)
                yield name, result, list(report.similarity_rows(model, name, result))
            for name, dataset in questions:
                methods = ("add", "mul") if method == "both" else (method,)
                results = judge_questions(source, dataset, methods, restrict_vocab or None, lowercase, progress)
                for each, result in zip(methods, results):
                    yield name, result, list(report.analogy_rows(model, name, result, oov, each))
        except EmbedkitError as error:
            raise EmbedkitError(f"{model}: {error}", error.hint) from error

    with Out(as_json) as out:
        is_table = not as_json and sys.stdout.isatty()
        held, header = [], "" if as_json or is_table else "\t".join(report.COLUMNS)
        for model in files:
            for name, result, rows in judge(model):
                if not rows[-1]["used"]:
                    missing.report(f"{model}: nothing of {name} is in the vocabulary")
                if result.capitals * 50 > result.distinct:
                    progress.say(
                        f"{model}: {result.capitals} of {result.distinct} words of {name} are in the "
                        "vocabulary in lower case only; try --lowercase"
                    )
                if is_table:
                    held += rows
                    continue
                if header:
                    out.line(header)
                    header = ""
                for row in rows:
                    out.row(**row)
                out.flush()
        if is_table:
            for line in report.table(held):
                out.line(line)
    missing.finish()


def _named(paths, read):
    """(name, data set) for every file: the name of the data set, or the path where two have the same name."""
    sets = [(path, read(path)) for path in paths]
    names = [dataset.name for _, dataset in sets]
    return [(dataset.name if names.count(dataset.name) == 1 else path, dataset) for path, dataset in sets]
