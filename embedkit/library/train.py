"""Training of any model of the catalog."""

from __future__ import annotations

import os
from collections.abc import Callable

from ..catalog import CLASSIFIER, LM, MLM, MODELS, SEQ2SEQ, VECTORS
from ..config import Config
from ..runtime.memory import FEWER
from ..runtime.parallel import limited_threads
from ..training.contract import Run


def train_model(name: str, inputs, config: Config, run: Run, reserve: Callable[[int], None] = lambda nbytes: None):
    """The result of training the model `name` on `inputs`, with its provenance in the metadata; its `check` the options
    have passed.

    `reserve` is told the bytes of the result before the work. EmbedkitError where an input is missing or damaged, where
    memory does not suffice, where training diverges.
    """
    from ..eval.validation import Validation
    from ..text.tokenize import identified
    from ..training.identity import identity, init_fingerprint, provenance

    config = Config(**config.sections | {"text": identified(config.text)})
    model, training, run.threads = MODELS[name].load(), config.training, config.training.threads
    with limited_threads(training.threads):
        if getattr(training, "valid_pairs", ()) or getattr(training, "valid_questions", ()):
            run.validation = Validation(training)
        init = init_fingerprint(config.model)
        data = model.read(inputs, config, run)
        config = model.resolved(config, data)
        run.memory.need(run.progress, f"{name} of {len(data.vocab):,} words", model.memory(data, config, run), FEWER)
        reserve(model.disk(data, config))
        if model.resumable:
            valid = getattr(data, "valid", None)
            validated_on = run.validation.fingerprints() if run.validation else valid and valid.sha256
            run.checkpoint.identity = identity(name, config, data, init, validated_on)
        result = model.train(data, config, run)
    result.metadata |= provenance(name, config, data, init)
    return result


def train(
    model: str, text, *, out=None, format: str | None = None, progress: bool = False, cache: bool = False, **options
):
    """A model trained on a text: `WordVectors`, a `LanguageModel`, a `Translator`, or a `Classifier`.

    Parameters
    ----------
    model : a name of the catalog, as `embedkit train -h` lists them: "skipgram", "svd", "lstm" …
    text : a path, a list of `Path`s, or an iterable of lines (strings or token lists), which is read once
    out : a file to write as well, in a `format`, by default that of its suffix
    progress : whether what the command says on stderr is said
    cache : whether the encoded text is kept for the next run on the same files
    options : those of the command, with underscores: dim=100, epochs=5, min_count=1, valid=text …

    TypeError names an option that the model does not have; EmbedkitError is what the command would have said.
    """
    from ..runtime.memory import Memory
    from ..runtime.progress import Progress
    from .text import as_inputs

    if model not in MODELS:
        raise ValueError(f"there is no model {model!r}; models: {', '.join(MODELS)}")
    entry, config = MODELS[model].load(), configure(model, options)
    run = Run(Progress(quiet=not progress), Memory(), cache)
    if out is None:
        result = train_model(model, as_inputs(text), config, run)
    else:
        entry.check_output(config, os.fspath(out), format)
        with entry.open(os.fspath(out), format) as saving:
            result = train_model(model, as_inputs(text), config, run, saving.reserve)
            saving.save(result)
    return wrapper(model)(entry, result, config.training.threads)


def wrapper(name: str) -> Callable:
    """The function of (model, its result, threads) that makes of a result of the model `name` what a caller asks."""
    from .classifier import Classifier
    from .language_model import LanguageModel
    from .masked_model import MaskedLanguageModel
    from .translator import Translator
    from .vectors import WordVectors

    made = {VECTORS: WordVectors, LM: LanguageModel, MLM: MaskedLanguageModel, SEQ2SEQ: Translator}
    made[CLASSIFIER] = Classifier
    return made[MODELS[name].kind].trained


def configure(model: str, options: dict) -> Config:
    """The configuration of a model with `options`, whichever section they belong to.

    TypeError for one that no section has, or of a wrong type; OptionError where a value is out of its bounds, or where
    options do not go together.
    """
    from dataclasses import fields

    from ..config import check_value
    from .text import as_inputs

    entry, sections, left = MODELS[model].load(), {}, dict(options)
    for name, section in entry.sections.items():
        values = {}
        for f in fields(section):
            if f.name in left:
                value = left.pop(f.name)
                if f.name == "valid" and value is not None:
                    (value,) = as_inputs(value)
                else:
                    check_value(f, value)
                values[f.name] = value
        sections[name] = section(**values)
    if left:
        known = sorted(f.name for section in sections.values() for f in fields(section))
        raise TypeError(f"train({model!r}) has no option {', '.join(sorted(left))}; options: {', '.join(known)}")
    config = Config(**sections)
    entry.check(config)
    return config
