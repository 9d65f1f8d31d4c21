"""`embedkit train MODEL`: the group is the catalog; a model's flags are its configuration."""

from __future__ import annotations

import click

from ..catalog import MODELS
from ._group import LazyGroup
from ._options import configured, corpus_params, counts_params, target_option
from ._resume import checkpoint_params, keep_result_on_write_error, open_checkpoint
from ._run import given_options, need_inputs, need_output, open_progress


def model_command(name: str) -> click.Command:
    """`embedkit train NAME`."""
    model = MODELS[name].load()
    params = counts_params() if model.reads_counts else corpus_params()
    params += checkpoint_params() if model.resumable else []
    if model.formats is None:
        params += [target_option()]
    elif model.formats:
        help = "format of OUT; by default its suffix tells"
        params += [click.Option(["--to", "target"], type=click.Choice(model.formats), help=help)]
    help = "\n\n".join(filter(None, (MODELS[name].summary, f"{model.reads} {model.gives}".strip())))
    return configured(name, trainer(name, model), model.sections, params, help)


def trainer(name: str, model):
    """The callback of `embedkit train NAME`."""

    def train(config, inputs, output, cache, memory, log, quiet, target=None, source=None, **_):
        from ..library.train import train_model
        from ..training.contract import Run

        need_inputs(inputs)
        saving = model.open(need_output(output), target)
        if getattr(config.training, "log_gradients", False) and log is None:
            raise click.UsageError("--log-gradients needs --log FILE", click.get_current_context())
        model.check(config)
        model.check_output(config, output, target)
        others = (getattr(config.training, name, None) for name in ("valid", "unlabelled"))
        texts = (*inputs, *filter(None, others))
        texts = (*texts, *getattr(config.training, "replay", ()))
        run = Run(memory=memory, cache=cache, counts_format=source)
        if model.reads_counts:
            run.given = tuple(given_options("text", "context"))
        if model.resumable:
            run.checkpoint = open_checkpoint(output, log, texts)
        with open_progress(quiet, log, texts, run.checkpoint.will_resume) as progress:
            run.progress = run.checkpoint.progress = progress
            with keep_result_on_write_error(run.checkpoint), saving as out:
                out.save(train_model(name, inputs, config, run, out.reserve))
            run.checkpoint.remove()
            progress.event("done", output=output)

    return train


@click.group(
    cls=LazyGroup,
    heading="Models",
    table={name: model.summary for name, model in MODELS.items()},
    make=model_command,
)
def command():
    """Train a model on text and write it.

    \b
    embedkit train skipgram corpus.txt -o vectors.safetensors
    zcat news.gz | embedkit train svd - -o vectors.bin
    """
