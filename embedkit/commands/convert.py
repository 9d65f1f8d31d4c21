"""`embedkit convert`: any vector format to any other, n-gram models to ARPA and back."""

from __future__ import annotations

import click

from ..errors import EmbedkitError
from ._config import Command
from ._options import format_option, output_embedding_option, quiet_option, target_option


@click.command("convert", cls=Command)
@click.argument("file", metavar="IN")
@click.argument("out", metavar="OUT")
@format_option
@target_option
@click.option("--vocab", metavar="FILE", help="words of a format that holds none (glove-bin, npy): one a line")
@click.option("--tensor", metavar="NAME", help="of a safetensors file of another program: the rows")
@click.option(
    "--dedupe",
    type=click.Choice(("error", "first")),
    default="error",
    help="a word that comes twice: refuse, or keep its first row",
)
@click.option(
    "--on-bad-token",
    type=click.Choice(("error", "escape", "skip")),
    default="error",
    help="words that OUT cannot hold, as those with a space: refuse, write %20, or leave out",
)
@output_embedding_option
@quiet_option
def command(file, out, source_format, target, vocab, tensor, dedupe, on_bad_token, output, quiet):
    """Write the vectors of IN to OUT in another format; - is stdin and stdout.

    Suffixes of OUT: .safetensors or none (native), .bin (word2vec), .txt and .vec (word2vec text), .fifu (finalfusion),
    .npy and .tsv (numpy and TensorBoard Projector, words in a second file); others with --to: glove, fasttext. With .gz
    behind .bin, .txt, .vec or .tsv the file is compressed. What the new file lacks is said on stderr. A language model
    of n-grams becomes .arpa, and an ARPA file a native one.
    """
    if out == "-" and target is None:
        raise click.UsageError("OUT is -, so --to must name the format", click.get_current_context())
    from ..count.ngrams import formats as ngrams
    from ..io.files import map_input
    from ..runtime.progress import Progress
    from ..vectors.formats import Saving, by_name, detect, load
    from ..vectors.formats.lost import lost, misfits

    progress, names = Progress(quiet), []
    if ngrams.is_arpa_name(out, target):
        with ngrams.saving(out, "arpa") as saving:
            model = read_ngrams(file, map_input(file))
            saving.save(model)
            there = {"counts": model.vocab.counts is not None, "metadata": "config" in model.metadata}
            names = [name for name, is_there in there.items() if is_there]
    else:
        with Saving(out, target, on_bad_token=on_bad_token) as saving:
            data = map_input(file)
            if ngrams.is_arpa(data, source_format):
                ngrams.writer(out, target)(saving.out, read_ngrams(file, data))
            else:
                read = by_name(source_format) if source_format else detect(file, data)
                vectors = load(file, read.NAME, dedupe=dedupe, vocab=vocab, tensor=tensor, data=data, output=output)
                warn_of_controls(file, vectors.vocab, progress)
                saving.save(vectors)
                names = lost(vectors, saving.format)
                if on_bad_token != "error" and saving.format.NAME != "native":
                    names += misfits(out, vectors, on_bad_token)
    if names:
        progress.say(f"{out}: without {'; '.join(names)}")


def read_ngrams(path: str, data):
    """The n-gram model in `data`, the bytes of `path`; EmbedkitError where it holds something else."""
    from ..count.ngrams.model import NgramModel
    from ..lm.load import load

    hint = "embedkit train kn TEXT -o LM makes n-grams"
    model = load(path, data=data, hint=hint)
    if not isinstance(model, NgramModel):
        raise EmbedkitError(f"{path}: holds no n-grams, which ARPA is made of", hint)
    return model


def warn_of_controls(path: str, vocab, progress) -> None:
    """Say which words hold control characters: no tokenizer makes such words, a reader that lost its place does."""
    import numpy as np

    from ..text.vocab import show

    found = np.flatnonzero((vocab.utf8 < 32) | (vocab.utf8 == 127))
    if len(found):
        ids = np.unique(np.searchsorted(vocab.offsets, found, "right") - 1)
        progress.say(
            f"Warning: {path}: row {ids[0] + 1:,} is {show(vocab.bytes(ids[0]))}, with control characters, as are "
            f"{len(ids):,} in all: is the file damaged?"
        )
