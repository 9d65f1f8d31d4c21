"""`embedkit similar`: nearest words."""

from __future__ import annotations

import click

from ..errors import OptionError, about
from ._ask import Parser, content_option, metric_option, open_words, ranking_options
from ._config import Several
from ._contextual import POOLINGS, layer_option, print_similar, refuse
from ._documents import documents_option, print_nearest, refuse_others
from ._options import WholeRange, format_option, json_option, model_argument, output_embedding_option, quiet_option
from ._out import Out, Unanswered, query_blocks
from ._usage import MistakenError


@click.command("similar", cls=Several)
@model_argument
@click.argument("queries", nargs=-1, metavar="[QUERY]...")
@click.option("--positive", multiple=True, metavar="WORD...", help="instead of QUERY: words to add; takes several")
@click.option("--negative", multiple=True, metavar="WORD...", help="words to subtract; takes several")
@ranking_options
@metric_option
@click.option("--csls", is_flag=True, help="scores without the favour of hubs: CSLS; 20,000 words at most")
@click.option("--include-query", is_flag=True, help="the words of the query may be answers too")
@documents_option("documents instead of words: a QUERY is a text, or the name of a document of the file")
@click.option(
    "--sentences",
    metavar="TEXT",
    help="lines of TEXT instead of words, a QUERY being a line, by contextual vectors of a masked language model",
)
@click.option("--pool", type=click.Choice(POOLINGS), default="mean", help="with --sentences: pooling of hidden states")
@layer_option("with --sentences: hidden states after block N; 0 is before the first block  [default: the last]")
@click.option("--explain", is_flag=True, help="of PPMI vectors: the contexts shared with each answer")
@click.option(
    "--contexts",
    type=WholeRange(min=0),
    default=5,
    show_default=True,
    metavar="N",
    help="with --explain: contexts to each answer; 0 is all",
)
@content_option
@format_option
@output_embedding_option
@json_option
@quiet_option
def command(
    file,
    queries,
    positive,
    negative,
    k,
    limit,
    metric,
    csls,
    include_query,
    documents,
    sentences,
    pool,
    layer,
    explain,
    contexts,
    ic,
    source_format,
    output,
    as_json,
    quiet,
):
    """Nearest words: query, word and score, best first.

    A QUERY is a word or an expression, 'king - man + woman' (with cosine, of rows of length 1), for which --positive
    king woman --negative man stands as well; options come behind FILE then. Without arguments each line of stdin is a
    query. Unknown words are named on stderr, and the exit code is 3.

    With --explain a line for each shared context: query, word, score, context and its part of the score, largest first.
    The parts of all shared contexts add up to the score.

    With --documents, of a file of `train lsa` or `train doc2vec`: query, document and score. The name of a document is
    the number of its line, from 1 on, or its file.

    With --sentences, of a file of `train mlm`: query, line and score; the query itself is no answer.

    FILE may be a thesaurus: wordnet: or wordnet:MEASURE, of path, wup, lch, res and lin (`embedkit thesaurus -h`).
    """
    if sentences is not None:
        flags = {"from": source_format, "output_embedding": output, "documents": documents, "explain": explain}
        flags |= {"csls": csls, "positive": positive, "negative": negative}
        refuse("--sentences", restrict_vocab=limit, ic=ic, **flags)
        print_similar(file, queries, sentences, k, metric, include_query, pool, layer, as_json, quiet)
        return
    if layer is not None:
        raise click.UsageError("--layer is for --sentences TEXT", click.get_current_context())
    if documents:
        others = {"ic": ic, "csls": csls, "explain": explain, "from": source_format}
        others |= {"positive": positive, "negative": negative}
        refuse_others(**others, restrict_vocab=limit, output_embedding=output)
        print_nearest(file, queries, k, metric, include_query, as_json, quiet)
        return
    if explain and metric != "cosine":
        raise click.UsageError(f"--explain takes cosines apart, not {metric}", click.get_current_context())
    if positive or negative:
        if queries:
            raise click.UsageError("QUERY and --positive ask twice", click.get_current_context())
        queries = (" ".join([*_signed("+", positive), *_signed("-", negative)]).removeprefix("+ "),)
    source = open_words(file, source_format, output, queries, metric, ic)
    from ..vectors.query import has_vectors, is_sparse, parse_query
    from ..vectors.ranking import nearest

    if not has_vectors(source):
        if explain or limit or csls:
            named = "--explain" if explain else "--csls" if csls else "--restrict-vocab"
            raise OptionError(f"{named} is for vectors, and {file} has none")
        _print_related(source, queries, k, include_query, as_json, quiet)
        return
    if explain and not is_sparse(source):
        raise OptionError(
            f"{file}: dense vectors, whose columns are no contexts that --explain could name",
            "embedkit train ppmi TEXT -o FILE makes vectors that can be explained",
        )
    if len(queries) > 2 and any(query in ("+", "-") and source.vocab.id(query) is None for query in queries):
        context, whole = click.get_current_context(), " ".join(queries)
        like = f"an expression is one argument: {context.command_path} FILE '{whole}'"
        raise MistakenError("a sign alone is no query", context, like)
    unanswered, word = Unanswered(quiet), source.vocab.__getitem__
    parse = Parser(source, parse_query, unanswered)
    hubs = _hubs(source, file, metric, limit, explain) if csls else None
    is_distance = metric in ("euclidean", "manhattan")
    with Out(as_json) as out, about(file):
        for block in query_blocks(queries):
            asked = parse(block)
            found = [query for _, query in asked]
            if hubs is None:
                rankings = nearest(source, found, k, metric, limit, exclude=not include_query)
            else:
                rankings = hubs.nearest(found, k, exclude=not include_query)
            for (text, query), (ids, scores) in zip(asked, rankings):
                if not len(ids):
                    unanswered.report(f"no answer: {text}")
                answers = {"word": [word(id) for id in ids.tolist()], "score": abs(scores) if is_distance else scores}
                if explain:
                    _explain(out, source, text, query, contexts or None, ids, answers)
                else:
                    out.rows({"query": text}, **answers)
            out.flush()
    unanswered.finish()


def _hubs(source, file: str, metric: str, limit: int, explain: bool):
    """The words of `source` with their hubness."""
    from ..vectors.query import is_sparse
    from ..vectors.scaling import MOST, Scaled

    if explain or metric != "cosine" or is_sparse(source):
        what = "--explain" if explain else "sparse vectors" if is_sparse(source) else f"--metric {metric}"
        raise OptionError(f"--csls is of the cosines of dense vectors, not for {what}")
    if min(limit or len(source.vocab), len(source.vocab)) > MOST:
        hint = f"--restrict-vocab {MOST}"
        raise OptionError(
            f"{file}: CSLS compares every word with every other, and there are {len(source.vocab):,}", hint
        )
    with about(file):
        return Scaled(source, limit)


def _signed(sign: str, words) -> list[str]:
    return [part for word in words for part in (sign, word)]


def _print_related(source, queries, k: int, include_query: bool, as_json: bool, quiet: bool) -> None:
    """The words nearest in a thesaurus."""
    unanswered = Unanswered(quiet)
    parse = Parser(source, lambda source, text: source.parse(text), unanswered)
    with Out(as_json) as out:
        for block in query_blocks(queries):
            for text, word in parse(block):
                found = source.nearest(word, k, exclude=not include_query)
                if not found:
                    unanswered.report(f"no answer: {text}")
                words, scores = zip(*found) if found else ((), ())
                out.rows({"query": text}, word=words, score=scores)
            out.flush()
    unanswered.finish()


def _explain(out: Out, source, text: str, query, n: int | None, ids, answers: dict) -> None:
    """The `n` most telling contexts of every answer; where nothing is shared, a row without context."""
    from ..vectors.explain import Explainer

    explainer, names = Explainer(source, query), source.vocab if source.contexts is None else source.contexts
    for id, *answer in zip(ids.tolist(), *answers.values()):
        contexts, parts = explainer.shared(id)
        named, answer = [names[context] for context in contexts[:n].tolist()], dict(zip(answers, answer))
        out.rows({"query": text, **answer}, context=named or [None], part=list(parts[:n]) or [None])
