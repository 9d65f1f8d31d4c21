"""A good file of every vector format."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from embedkit.text.vocab import Vocab
from embedkit.vectors import formats
from embedkit.vectors.vectors import Vectors

GOLDEN = Path(__file__).parent / "golden"
# A file of each format that another program wrote; where there is none, ours are taken.
SPECIMENS = {
    "fasttext": "fasttext.bin",
    "word2vec-text": "gensim.txt",
    "word2vec": "word2vec_c.bin",
    "glove": "glove.txt",
    "glove-bin": "glove.bin",
    "finalfusion": "finalfusion.fifu",
    "npy": "numpy.npy",
    "projector": "projector.tsv",
    "safetensors": "safetensors.safetensors",
}
WORDS_APART = {
    "glove-bin": "glove.vocab.txt",
    "npy": "numpy.vocab.txt",
    "projector": "projector.metadata.tsv",
    "safetensors": "numpy.vocab.txt",
}


def make(words, matrix=None, counts=None) -> Vectors:
    words = list(words)
    if matrix is None:
        matrix = np.arange(len(words) * 3, dtype=np.float32).reshape(-1, 3) / 7 - 1
    return Vectors(Vocab.from_words(words, counts), np.asarray(matrix, np.float32))


def options(name: str) -> dict:
    """How to load the specimen of format `name`, wherever it is, with its words."""
    return {"format": name, "vocab": GOLDEN / WORDS_APART[name]} if name in WORDS_APART else {}


def specimen_of(name: str, folder: Path) -> Path:
    if name in SPECIMENS:
        return GOLDEN / SPECIMENS[name]
    path = folder / f"specimen-{name}"
    if not path.exists():
        formats.save(path, make(["the", "한국어", "New York", "", "a\nb"], counts=[5, 4, 3, 2, 1]), name)
    return path
