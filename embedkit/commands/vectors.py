"""`embedkit vectors`: the vectors themselves."""

from __future__ import annotations

import click

from ..errors import about
from ._ask import Parser, open_source
from ._config import Command
from ._contextual import check_pooling, layer_option, print_contextual, refuse
from ._documents import documents_option, print_vectors, refuse_others
from ._options import (
    FiniteRange,
    format_option,
    json_option,
    model_argument,
    one_stdin,
    output_embedding_option,
    quiet_option,
)
from ._out import KnownTexts, Out, Unanswered, cell, query_blocks


@click.command("vectors", cls=Command)
@model_argument
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option("--all", "every", is_flag=True, help="all words, in the order of the file")
@click.option(
    "--pool",
    type=click.Choice(("mean", "sum", "max", "sif", "first")),
    help="one vector for each line of text, made of those of its known words; sif: smooth inverse frequency "
    "(Arora et al. 2017); first: with --layer, the state at <eos>, before the line",
)
@layer_option(
    "of a masked language model: each line as its hidden states after block N, pooled (mean, max, first); 0 is before "
    "the first block"
)
@click.option(
    "--sif-weight",
    "a",
    type=FiniteRange(min=0, min_open=True),
    default=1e-3,
    show_default=True,
    metavar="A",
    help="with --pool sif: a word of relative frequency p weighs A / (A + p)",
)
@click.option(
    "--component-from",
    "corpus",
    metavar="TEXT",
    help="with --pool sif: a text whose lines give the common component  [default: the lines asked for]",
)
@documents_option("of new documents instead: each line a text; with --all, of the documents of the file")
@format_option
@output_embedding_option
@json_option
@quiet_option
def command(file, words, every, pool, layer, a, corpus, documents, source_format, output, as_json, quiet):
    """The vectors of words: word and values; of a file of counts, the counts.

    Without arguments each line of stdin is a word, or with --pool a text. Values have as many digits as it takes to
    tell float32 numbers apart. Sparse (PPMI) vectors and counts give one line per value, largest first: word, context
    and value.

    --documents is for files of `train lsa` and `train doc2vec`: a text that these have not seen is folded in, or its
    vector inferred, with the same result whenever it is asked for.

    --layer N is for files of `train mlm`: the hidden states of a line, which know the words on both sides, as a vector.

    --pool sif takes from every vector what all have in common. That belongs to a corpus: without --component-from it is
    taken from the lines asked for, all of which are read first; a single line keeps it.
    """
    if corpus is not None and pool != "sif":
        raise click.UsageError("--component-from is for --pool sif", click.get_current_context())
    if layer is not None:
        flags = {"all": every, "documents": documents, "from": source_format, "output_embedding": output}
        refuse("--layer", component_from=corpus, **flags)
        print_contextual(file, words, check_pooling(pool), layer, as_json, quiet, _print_dense)
        return
    if pool == "first":
        raise click.UsageError("--pool first is for --layer N of a masked language model", click.get_current_context())
    if documents:
        refuse_others(pool=pool, output_embedding=output, **{"from": source_format})
    if every and (words or pool):
        raise click.UsageError("--all goes with neither words nor --pool", click.get_current_context())
    if documents:
        print_vectors(file, words, every, as_json, quiet, _print)
        return
    one_stdin(file, corpus, None if words or every else "-")
    source = open_source(file, source_format, output, words, needs_queries=not every, counts=True)
    from ..vectors.query import find_all

    unanswered = Unanswered(quiet)
    parse = Parser(source, lambda source, word: int(find_all(source, [word])[0]), unanswered)
    with Out(as_json) as out, about(file):
        if every:
            for id, word in enumerate(source.vocab):
                _print(out, source, "word", word, _row(source, id))
        elif pool:
            _Texts(out, source, unanswered).print(pool, query_blocks(words), a, corpus)
        else:
            for block in query_blocks(words):
                for word, id in parse(block):
                    _print(out, source, "word", word, _row(source, id))
                out.flush()
    unanswered.finish()


def _row(source, id: int):
    return source.rows([id])[0]


def _print(out: Out, source, key: str, text: str, vector) -> None:
    from ..vectors.query import is_sparse

    if is_sparse(source):
        contexts = source.contexts or source.vocab
        at = vector.nonzero()[0]
        for id in at[(-vector[at]).argsort(kind="stable")].tolist():
            out.row(**{key: text}, context=contexts[id], value=vector[id])
    else:
        _print_dense(out, key, text, vector)


def _print_dense(out: Out, key: str, text: str, vector) -> None:
    if out.as_json:
        out.row(**{key: text}, vector=[float(str(value)) for value in vector])
    else:
        out.line("\t".join([cell(text), *map(str, vector)]))


class _Texts:
    """Lines of text as vectors made of those of their words."""

    def __init__(self, out: Out, source, unanswered: Unanswered):
        self.out, self.source, self.unanswered = out, source, unanswered
        self.texts = KnownTexts(unanswered)

    def print(self, how: str, blocks, a: float, corpus: str | None) -> None:
        if how == "sif":
            self._print_sif(blocks, a, corpus)
        else:
            self._print_pooled(how, blocks)
        self.texts.finish()

    def _known(self, lines):
        """(line, ids of its known words) of every line that has some."""
        from ..vectors.query import known_words

        return self.texts.known(lines, lambda line: known_words(self.source, line))

    def _print_pooled(self, how: str, blocks) -> None:
        from ..vectors.query import pool

        for block in blocks:
            for line, ids in self._known(block):
                _print(self.out, self.source, "text", line, pool(self.source, ids, how))
            self.out.flush()

    def _print_sif(self, blocks, a: float, corpus: str | None) -> None:
        from ..vectors.sif import Sif, common_component, component_of_text, without

        sif = Sif(self.source, a)
        component = None if corpus is None else component_of_text(sif, corpus)
        lines, rows = [], []
        for block in blocks:
            for line, ids in self._known(block):
                lines.append(line)
                rows.append(sif.mean(ids))
        if corpus is None and lines:
            component = common_component(rows)
            if component is None and not self.unanswered.quiet:
                click.echo(
                    "one text has no common component to take away: the vector is the weighted mean "
                    "(--component-from TEXT names a corpus)",
                    err=True,
                )
        for line, vector in zip(lines, without(rows, component)):
            _print(self.out, self.source, "text", line, vector)
