"""`embedkit train MODEL`: the group is the catalog; a model's flags are its configuration."""

from __future__ import annotations

from importlib import import_module

import click

from ..catalog import MODELS
from ._options import configured, counts_params
from ._run import limited_threads, need_inputs, need_output, open_progress, read_counts


class Models(click.Group):
    """One subcommand per line of the catalog, made when it is called."""

    def list_commands(self, ctx):
        return list(MODELS)

    def get_command(self, ctx, name):
        return model_command(name) if name in MODELS else None

    def format_commands(self, ctx, formatter):
        with formatter.section("Models"):
            formatter.write_dl([(name, model.summary) for name, model in MODELS.items()])


@click.group(cls=Models)
def command():
    """Train a model on text and write its vectors.

    \b
    embedkit train svd corpus.txt -o vectors.safetensors
    zcat news.gz | embedkit train svd - -o vectors.bin
    """


def model_command(name: str) -> click.Command:
    """`embedkit train NAME`."""
    model = MODELS[name]
    module = import_module(f"..{model.module}", __package__)
    from ..config import Context, Text, Training

    sections = {"text": Text, "context": Context, "model": getattr(module, model.options), "training": Training}

    def train(config, inputs, output, target, source, max_memory, cache, log, quiet):
        from .. import __version__
        from ..vectors import formats

        need_inputs(inputs)
        with (
            open_progress(quiet, log, inputs) as progress,
            limited_threads(config.training.threads),
            formats.Saving(need_output(output), target) as out,
        ):
            counts = read_counts(inputs, config, cache, progress, source, max_memory)
            size = len(counts.vocab)
            out.reserve(4 * size * min(getattr(config.model, "dim", 0), size) or 4 * len(counts.data))
            vectors = module.train(counts, config.model, config.training, progress)
            stored = config.stored()
            vectors.metadata = {
                "model": name,
                "tool": f"embedkit {__version__}",
                "seed": config.training.seed,
                **{key: value for key, value in counts.metadata.items() if key not in ("config", "kind", "tool")},
                "config": {**counts.metadata["config"], "model": stored["model"], "training": stored["training"]},
            }
            out.save(vectors)
            progress.event("done", output=output)

    help = (
        f"{model.summary}\n\nINPUT is text (files, folders, patterns, - for stdin), or a file made by `embedkit count`."
    )
    to = click.Option(["--to", "target"], metavar="FORMAT", help="format of OUT; by default its suffix tells")
    return configured(name, train, sections, [*counts_params(), to], help)
