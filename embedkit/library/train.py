"""Training of any model of the catalog."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager

from ..catalog import MODELS
from ..config import Config
from ..runtime.memory import FEWER
from ..training.contract import Run


def train_model(name: str, inputs, config: Config, run: Run, reserve: Callable[[int], None] = lambda nbytes: None):
    """The result of training the model `name` on `inputs`, with its provenance in the metadata.

    `reserve` is told the bytes of the result before the work. EmbedkitError where an input is missing or damaged, where
    memory does not suffice, where training diverges; OptionError where options do not go together.
    """
    from ..eval.validation import Validation
    from ..training.identity import identity, init_fingerprint, provenance

    model, training = MODELS[name].load(), config.training
    model.check(config)
    with limited_threads(training.threads):
        if getattr(training, "valid_pairs", ()) or getattr(training, "valid_questions", ()):
            run.judge = Validation(training)
        init = init_fingerprint(config.model)
        data = model.read(inputs, config, run)
        run.memory.need(run.progress, f"{name} of {len(data.vocab):,} words", model.memory(data, config, run), FEWER)
        reserve(model.disk(data, config))
        if model.resumable:
            valid = getattr(data, "valid", None)
            judged_by = run.judge.fingerprints() if run.judge else valid and valid.sha256
            run.checkpoint.identity = identity(name, config, data, init, judged_by)
        result = model.train(data, config, run)
    result.metadata |= provenance(name, config, data, init)
    return result


@contextmanager
def limited_threads(threads: int | None):
    """Keep BLAS to as many threads as our own kernels use."""
    if threads is None:
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(threads):
        yield
