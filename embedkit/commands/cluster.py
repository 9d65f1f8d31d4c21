"""`embedkit cluster`: groups of words that are near each other."""

from __future__ import annotations

from contextlib import nullcontext

import click

from ..errors import OptionError
from ._config import Command
from ._options import (
    FiniteRange,
    WholeRange,
    format_option,
    json_option,
    model_argument,
    one_stdin,
    output_embedding_option,
    quiet_option,
)

METHODS = ("kmeans", "agglomerative", "dbscan", "hdbscan")


class Clusters(click.ParamType):
    """A number of clusters, or auto."""

    name = "number"

    def convert(self, value, param, ctx):
        if value == "auto":
            return value
        return WholeRange(min=2).convert(value, param, ctx)


@click.command("cluster", cls=Command)
@model_argument
@click.option("--method", type=click.Choice(METHODS), metavar="NAME", default="kmeans", help=", ".join(METHODS))
@click.option(
    "-k",
    "--k",
    type=Clusters(),
    metavar="N",
    help="clusters of kmeans and agglomerative; auto: as many as have the best silhouette  [default: auto, or as many "
    "as there are categories]",
)
@click.option("--metric", type=click.Choice(("cosine", "euclidean")), default="cosine", help="distance of words")
@click.option(
    "--restrict-vocab", "limit", type=WholeRange(min=0), default=10000, help="the N most frequent words; 0 is all"
)
@click.option("--vocab", "words", metavar="LIST", help="words of this file alone, one a line; - is stdin")
@click.option("--categories", metavar="FILE", help="words of this file alone, `word category`: stderr tells the purity")
@click.option(
    "--linkage",
    type=click.Choice(("average", "complete", "single", "ward")),
    default="average",
    help="distance of clusters, of agglomerative",
)
@click.option(
    "--radius",
    type=FiniteRange(min=0, min_open=True),
    help="neighbourhood of dbscan, a distance  [default: such that nine of ten words have --min-size words in it]",
)
@click.option("--min-size", type=WholeRange(min=2), default=5, help="words of a dense cluster, of dbscan and hdbscan")
@click.option("--seed", type=WholeRange(min=0), default=1, help="of kmeans")
@click.option("--summary", is_flag=True, help="a line for each cluster: cluster, name, words, distance, silhouette")
@click.option("--dendrogram", metavar="OUT", help="of agglomerative: draw the tree (svg, pdf, png), 200 words at most")
@format_option
@output_embedding_option
@json_option
@quiet_option
def command(file, words, categories, summary, dendrogram, source_format, output, as_json, quiet, **options):
    """Clusters of words: word, cluster (1 is the largest, 0 is noise) and distance to the centroid of its cluster.

    Distances are 1 - cosine, or Euclidean ones. kmeans with cosine is spherical k-means. stderr tells the number of
    clusters and the mean silhouette (-1 to 1; of up to 4000 words), of dbscan and hdbscan the share of noise. The name
    of a cluster are three of its most frequent words, those nearest to its centroid. Words without direction are left
    out. Listed words that FILE lacks are named, and the exit code is 3.

    dbscan and hdbscan need scikit-learn, the dendrogram matplotlib. Both dense methods tend to find mostly noise in
    hundreds of dimensions: shorten the vectors before, as with `embedkit postprocess --steps unit,pca:10`.
    """
    one_stdin(file, words, categories)
    if words and categories:
        raise click.UsageError("--vocab and --categories both say which words", click.get_current_context())
    if dendrogram and options["method"] != "agglomerative":
        raise OptionError("--dendrogram is for --method agglomerative", "no other method makes a tree")
    if dendrogram == "-":
        raise click.UsageError("--dendrogram needs a file: the clusters are on stdout", click.get_current_context())
    from ..errors import about
    from ..explore.clusters.find import Options, chosen, cluster
    from ..io.output import Output
    from ..runtime.progress import Progress
    from ._change import load_dense
    from ._out import Out, Unanswered

    progress, unanswered = Progress(quiet), Unanswered(quiet)
    target = _figure_format(dendrogram)
    with Output(dendrogram, is_text=target == "svg") if dendrogram else nullcontext() as figure, Out(as_json) as out:
        source = load_dense(file, format=source_format, output=output)
        with about(file):
            asked = chosen(source, options.pop("limit"), words, categories, unanswered.report)
            found = cluster(asked, Options(**options))
        if figure:
            figure.write(_tree(found, target))
        for row in found.clusters() if summary else found.words():
            out.row(**row)
        out.flush()
        for line in found.remarks():
            progress.say(line)
    unanswered.finish()


def _figure_format(path: str | None) -> str:
    if path is None:
        return ""
    from ..plot.files import format_of

    return format_of(path, None)


def _tree(found, target: str) -> bytes:
    from ..plot.dendrogram import render_dendrogram

    name = "1 - cosine" if found.is_cosine else "distance"
    return render_dendrogram(found.merges, found.asked.words, found.of, name, target, None, 150)
