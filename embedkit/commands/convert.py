"""`embedkit convert`: any vector format to any other, n-gram models to ARPA and back."""

from __future__ import annotations

import click

from ._config import Command
from ._options import output_embedding_option, quiet_option


@click.command("convert", cls=Command)
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@click.option("--from", "source_format", metavar="FORMAT", help="format of IN; by default its bytes tell")
@click.option("--to", "target_format", metavar="FORMAT", help="format of OUT; by default its suffix tells")
@click.option("--vocab", metavar="FILE", help="words of a format that holds none (glove-bin, npy): one a line")
@click.option("--tensor", metavar="NAME", help="of a safetensors file of another program: the rows")
@click.option(
    "--dedupe",
    type=click.Choice(("error", "first")),
    default="error",
    show_default=True,
    help="a word that comes twice: refuse, or keep its first row",
)
@click.option(
    "--on-bad-token",
    type=click.Choice(("error", "escape", "skip")),
    default="error",
    show_default=True,
    help="words that OUT cannot hold, as those with a space: refuse, write %20, or leave out",
)
@output_embedding_option
@quiet_option
def command(source, target, source_format, target_format, vocab, tensor, dedupe, on_bad_token, output, quiet):
    """Write the vectors of IN to OUT in another format; - is stdin and stdout.

    Suffixes of OUT: .safetensors or none (native), .bin (word2vec), .txt and .vec (word2vec text), .fifu (finalfusion),
    .npy and .tsv (numpy and TensorBoard Projector, words in a second file); others with --to: glove, fasttext. What the
    new file lacks is said on stderr. A language model of n-grams becomes .arpa, and an ARPA file a native one.
    """
    if target == "-" and target_format is None:
        raise click.UsageError("OUT is -, so --to must name the format", click.get_current_context())
    from ..files import Output, map_input
    from ..progress import Progress
    from ..vectors.formats import Saving, by_name, detect, load
    from . import _ngrams

    lost = []
    if _ngrams.to_arpa(target, target_format):
        with Output(target) as out:
            lost = _ngrams.convert(source, map_input(source), out, target, target_format)
    else:
        with Saving(target, target_format, on_bad_token=on_bad_token) as saving:
            data = map_input(source)
            if _ngrams.from_arpa(data, source_format):
                _ngrams.convert(source, data, saving.out, target, target_format)
            else:
                read = by_name(source_format) if source_format else detect(source, data)
                vectors = load(source, read.NAME, dedupe=dedupe, vocab=vocab, tensor=tensor, data=data, output=output)
                saving.save(vectors)
                lost = missing(vectors, saving.format)
                if on_bad_token != "error" and saving.format.NAME != "native":
                    lost += misfits(target, vectors, on_bad_token)
    if lost:
        Progress(quiet).say(f"{target}: without {'; '.join(lost)}")


def missing(vectors, written) -> list[str]:
    """What the input had and the output lacks. Formats say it in LOSES; named is only what was there."""
    facts, has_ngrams = set(vectors.metadata) - {"kind", "imported_from"}, hasattr(vectors, "buckets")
    present = {
        "counts": vectors.vocab.counts is not None,
        "context vectors": vectors.contexts is not None,
        "n-grams": has_ngrams,
        "metadata": bool(facts),
        "last digits": has_ngrams or written.NAME != "fasttext",
    }
    unread = getattr(vectors, "unread", "")
    lost = [unread] if unread else []
    if vectors.metadata.get("kind") == "language-model":
        lost.append("the layers of the language model")
    return lost + [name for name, is_there in present.items() if is_there and name in written.LOSES]


def misfits(target: str, vectors, on_bad_token: str) -> list[str]:
    """How many words the format could not hold as they are."""
    from ..vectors.formats._rows import exported

    n = len(vectors) - len(exported(target, vectors, "skip")[1])
    return [f"{n} words" + (" as they were (escaped)" if on_bad_token == "escape" else "")] if n else []
