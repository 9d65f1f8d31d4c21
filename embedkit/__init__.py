"""embedkit: word embeddings and language models from the shell.

`embedkit.load(path)` opens any vector file that `embedkit convert` reads.
"""

__version__ = "0.1.0"


def load(path: str):
    """The vectors in the file `path`, whatever its format: `Vectors` or `SparseVectors`."""
    from .vectors.formats import load

    return load(path)
