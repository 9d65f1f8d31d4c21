"""`--documents` of `similar` and `vectors`: questions about documents instead of words."""

from __future__ import annotations

import click

from ..errors import about
from ._out import KnownTexts, Out, Unanswered, query_blocks


def documents_option(help: str):
    """`--documents`."""
    return click.option("--documents", is_flag=True, help=help)


def refuse_others(**given) -> None:
    """Usage error where one of these options, by name, was given beside --documents."""
    for name, is_given in given.items():
        if is_given:
            flag = "--" + name.replace("_", "-")
            raise click.UsageError(f"--documents goes without {flag}", click.get_current_context())


class Asked:
    """The documents of a file, and texts as their vectors."""

    def __init__(self, file: str, arguments: tuple[str, ...], needs_queries: bool, quiet: bool):
        if file == "-" and needs_queries and not arguments:
            raise click.UsageError("FILE is -, so the queries must be arguments", click.get_current_context())
        from ..library.documents import open_documents

        self.file, self.unanswered = file, Unanswered(quiet)
        self.source, self.texts = open_documents(file), KnownTexts(self.unanswered)

    def infer(self, texts: list[str]):
        """(texts (n), vectors (n, D)) of those of `texts` with a known word."""
        known = list(self.texts.known(texts, self.source.known))
        return [text for text, _ in known], self.source.infer([ids for _, ids in known])

    def finish(self) -> None:
        self.texts.finish()
        self.unanswered.finish()


def print_vectors(file: str, texts: tuple[str, ...], every: bool, as_json: bool, quiet: bool, write) -> None:
    """Vectors of new documents, or with `every` of the stored ones; `write(out, source, key, text, vector)`."""
    asked = Asked(file, texts, not every, quiet)
    stored = asked.source.documents
    with Out(as_json) as out, about(file):
        if every:
            for id, name in enumerate(stored.vocab):
                write(out, stored, "document", name, stored.rows([id])[0])
        else:
            for block in query_blocks(texts):
                for text, vector in zip(*asked.infer(block)):
                    write(out, stored, "text", text, vector)
                out.flush()
    asked.finish()


def print_nearest(
    file: str, queries: tuple[str, ...], k: int, metric: str, with_query: bool, as_json: bool, quiet: bool
) -> None:
    """The stored documents nearest to texts, or to stored documents, whose names the queries are."""
    asked = Asked(file, queries, True, quiet)
    stored, is_distance = asked.source.documents, metric in ("euclidean", "manhattan")
    with Out(as_json) as out, about(file):
        for block in query_blocks(queries):
            for text, (ids, scores) in _nearest(asked, block, k, metric, with_query):
                if not len(ids):
                    asked.unanswered.report(f"no answer: {text}")
                names = [stored.vocab[id] for id in ids.tolist()]
                out.rows({"query": text}, document=names, score=abs(scores) if is_distance else scores)
            out.flush()
    asked.finish()


def _nearest(asked: Asked, block: list[str], k: int, metric: str, with_query: bool):
    """(query, ranking) of each query of a block that has a vector, in their order."""
    import numpy as np

    from ..vectors.ranking import nearest_rows

    stored = asked.source.documents
    own = {text: stored.vocab.id(text) for text in block}
    texts, vectors = asked.infer([text for text in block if own[text] is None])
    inferred = dict(zip(texts, vectors))
    queries = [text for text in block if own[text] is not None or text in inferred]
    if not queries:
        return ()
    rows = [inferred[text] if own[text] is None else stored.rows([own[text]])[0] for text in queries]
    without = [] if with_query else [own[text] for text in queries]
    return zip(queries, nearest_rows(stored, np.array(rows), k, metric, without))
