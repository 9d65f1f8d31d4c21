"""embedkit: word embeddings and language models, from the shell and in Python.

`load` opens word vectors or an encoder-decoder, `load_lm` a language model, `load_documents` vectors of documents,
`train` makes each of them from a text, `evaluate` measures. They are those of `embedkit.library`, imported when first
used.
"""

__version__ = "0.1.0"
__all__ = ["evaluate", "load", "load_documents", "load_lm", "train"]

_HOMES = {"load": "load", "load_lm": "load", "load_documents": "documents", "train": "train", "evaluate": "evaluate"}


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".library.{_HOMES[name]}", __name__), name)


def __dir__():
    return [*globals(), *__all__]
