"""Evaluation of word vectors, encoder-decoders and classifiers."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from ..errors import OptionError


def evaluate(models, *, intervals: bool = False, compare: bool = False, spread: bool = False, **options) -> list[dict]:
    """Scores of models on data sets: a dict for each, as `embedkit evaluate --json` prints them.

    Parameters
    ----------
    models : a path, `WordVectors` or `Translator`, or several in a list; "wordnet:" is a thesaurus, for pairs alone
    intervals, compare, spread : more rows and columns, as the options of the command

    Of vectors:

    pairs, questions, categories, classify : a path, or several in a list: word pairs with scores, analogy questions,
        words with categories, labelled texts
    protocol : the conventions of a tool: "word2vec", "gensim", "glove", "fasttext", "hyperwords", "levy2015"
    method, restrict_vocab, oov, oov_pairs, lowercase : override the protocol
    frequency_bins : scores in so many bins
    dictionary, target : words with translations, and the vectors, a path or `WordVectors`, in which these are
    ic : information content for the measures res and lin of a thesaurus

    Of encoder-decoders:

    parallel : a path, or several in a list: sources and targets
    separator, beam, length_penalty, length_bins, bleu : as the options of the command

    Of classifiers:

    labelled : a path, or several in a list: texts with labels; label_separator : as the option of the command

    TypeError names an option that does not exist; EmbedkitError is what the command would have said.
    """
    from ..eval.report import Options, Report
    from ..eval.tasks import TASKS, VECTORS, kind_of

    paths = {key: [os.fspath(path) for path in _listed(options.pop(key, ()))] for key in TASKS}
    given = [key for key in TASKS if paths[key]]
    evaluation = on_kind(kind_of(given) if given else VECTORS)(_listed(models), paths, **options)
    if not given:
        raise ValueError(f"nothing to evaluate on: give {', '.join(TASKS)}")
    asked = Options(intervals, compare, evaluation.bins, spread)
    rows = Report(evaluation.datasets, evaluation.rules, asked).rows(evaluation.models)
    return [{column: row.get(column) for column in asked.columns(checksums=True)} for row in rows]


class Evaluation(NamedTuple):
    """The parts of an `eval.report.Report`: data sets, conventions, models as names and functions that open them, and
    the number of bins."""

    datasets: list
    rules: tuple
    models: list[tuple[str, Callable]]
    bins: int


def on_kind(kind: str) -> Callable[..., Evaluation]:
    """The function below for models of a kind in `eval.tasks`."""
    from ..eval.tasks import CLASSIFIERS, ENCODER_DECODERS, VECTORS

    return {VECTORS: vectors_on, ENCODER_DECODERS: translators_on, CLASSIFIERS: classifiers_on}[kind]


def vectors_on(
    models: Sequence,
    paths: Mapping[str, Sequence[str]],
    *,
    protocol: str | None = None,
    frequency_bins: int | None = None,
    source_format: str | None = None,
    output: bool = False,
    ic: str | None = None,
    target: str | None = None,
    **options,
) -> Evaluation:
    """Vectors on the data sets in `paths`; `options` are those of `eval.protocols.protocol_of`, `ic` is a file of
    information content for those of `models` that are thesauri, `target` are the vectors of `dictionary`."""
    from ..eval.protocols import protocol_of
    from ..eval.report import read_datasets
    from ..explore.thesaurus.names import is_thesaurus
    from ..explore.thesaurus.source import check_tasks, open_thesaurus
    from ..vectors.formats import load

    def open_model(name: str):
        return open_thesaurus(name, ic) if is_thesaurus(name) else load(name, format=source_format, output=output)

    check_tasks(filter(is_thesaurus, filter(_is_name, models)), paths, frequency_bins, ic)
    rules, datasets = protocol_of(protocol, **options), read_datasets(paths)
    if bool(target) != bool(paths.get("dictionary")):
        raise OptionError("--dictionary and --target go together: words, and the vectors of their translations")
    if target:
        goal = _opened(target, open_model)[1]()
        datasets = [
            one._replace(dataset=one.dataset._replace(target=goal)) if one.task.name == "dictionary" else one
            for one in datasets
        ]
    opened = [_opened(model, open_model) for model in models]
    return Evaluation(datasets, rules, opened, frequency_bins or 0)


def translators_on(
    models: Sequence,
    paths: Mapping[str, Sequence[str]],
    *,
    separator: str | None = None,
    beam: int | None = None,
    length_penalty: float | None = None,
    length_bins: int | None = None,
    bleu: bool = False,
) -> Evaluation:
    """Encoder-decoders on the parallel text in `paths`, whose `separator` is by default that of their training.

    OptionError where they were trained with different ones.
    """
    from ..eval.parallel import BINS, Measures
    from ..eval.report import read_datasets
    from ..translation.load import load
    from ..translation.translate import Decoding
    from ..vectors.query import text_options

    asked = {"beam": beam, "length_penalty": length_penalty}
    decoding = Decoding(**{name: value for name, value in asked.items() if value is not None})
    names, opens = zip(*(_opened(model, load) for model in models))
    translators = [open_model() for open_model in opens]
    separators = {text_options(translator).get("separator", "\t") for translator in translators}
    if separator is None and len(separators) > 1:
        raise OptionError("the models were trained with different separators", "--separator says which the data has")
    datasets = read_datasets(paths, separator=separator or separators.pop())
    opened = [(name, lambda opened=opened: opened) for name, opened in zip(names, translators)]
    return Evaluation(datasets, Measures(bleu, decoding), opened, BINS if length_bins is None else length_bins)


def classifiers_on(
    models: Sequence, paths: Mapping[str, Sequence[str]], *, label_separator: str | None = None
) -> Evaluation:
    """Classifiers on the labelled texts in `paths`."""
    from ..classification.load import COMPILED, load
    from ..eval.report import read_datasets
    from ..runtime.parallel import thread_count

    datasets = read_datasets(paths, separator=label_separator)
    characters = sum(len(text) for loaded in datasets for text in loaded.dataset.texts)
    threads = thread_count(None) if characters > COMPILED else None
    opened = [_opened(model, partial(load, threads=threads)) for model in models]
    return Evaluation(datasets, (), opened, 0)


def _listed(items) -> list:
    return [items] if isinstance(items, (str, os.PathLike)) or hasattr(items, "source") else list(items)


def _is_name(model) -> bool:
    return isinstance(model, str)


def _opened(model, load: Callable) -> tuple[str, Callable]:
    """The name of a model, and a function that opens it, if it is a file, with `load`."""
    if hasattr(model, "source"):
        return repr(model), lambda: model.source
    return os.fspath(model), partial(load, os.fspath(model))
