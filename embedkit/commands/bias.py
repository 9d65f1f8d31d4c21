"""`embedkit bias`: word-embedding association tests."""

from __future__ import annotations

import click

from ..errors import OptionError, about
from ._config import Command
from ._options import format_option, json_option, model_argument, one_stdin, output_embedding_option, quiet_option

COLUMNS = ("test", "first", "second", "attributes", "effect", "p", "permutations", "exact", "used", "total")
TEXTS = ("test", "first", "second", "attributes", "exact")


@click.command("bias", cls=Command)
@model_argument
@click.option("--sets", metavar="FILE", help="tests as TOML  [default: the ten of Caliskan et al. 2017]")
@click.option("--test", "names", multiple=True, metavar="NAME", help="this test alone; may be given again")
@click.option("--each", is_flag=True, help="SC-WEAT of every target, with the attributes of its test")
@format_option
@output_embedding_option
@json_option
@quiet_option
def command(file, sets, names, each, source_format, output, as_json, quiet):
    """Association tests: WEAT of two sets of targets with two of attributes, SC-WEAT of single words.

    The effect is the difference of the mean associations of both sets (of SC-WEAT, of the mean cosines with both sets
    of attributes) in standard deviations of all words of both; p is one-sided, of a permutation test over all ways to
    divide them, where these are a million at most, else over 100,000 random ones. Words out of vocabulary are left out:
    `used` of `total` are not. Exit code 3: a set has fewer than two known words; stderr says which.
    """
    from ..explore.bias.run import run
    from ..explore.bias.sets import PAPER, read_tests
    from ..runtime.progress import Progress
    from ._ask import open_source
    from ._out import Out, Unanswered
    from ._table import print_rows

    one_stdin(file, sets)
    tests, progress, missing = read_tests(sets or PAPER), Progress(quiet), Unanswered(quiet)
    for name in names:
        if name not in [test.name for test in tests]:
            known = ", ".join(test.name for test in tests)
            raise OptionError(f"{sets or 'the built-in sets'}: no test {name!r}", f"tests: {known}")
    tests = [test for test in tests if not names or test.name in names]
    with Out(as_json) as out:
        source = open_source(file, source_format, output, needs_queries=False)
        with about(file):
            rows = [row for test in tests for row in run(source, test, each, missing.report, progress.say)]
        print_rows(out, rows, COLUMNS, TEXTS)
    missing.finish()
