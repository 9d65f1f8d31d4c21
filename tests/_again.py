"""What holds of everything that is read: written and read again, it is the same, unless a word does not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from embedkit import config
from embedkit.count import counts
from embedkit.errors import EmbedkitError
from embedkit.io import container
from embedkit.io.output import Output
from embedkit.lm import load as lm
from embedkit.runtime.resources import Resources
from embedkit.text import corpus, word_list
from embedkit.text.phrases.table import read_phrases
from embedkit.vectors import formats
from embedkit.vectors.quantized import QuantizedVectors
from embedkit.vectors.sparse import SparseVectors
from embedkit.vectors.subwords import SubwordVectors


def nothing(path: Path, found) -> None:
    pass


def of_vectors(name: str | None = None):
    """In the native format, and in its own where it is written."""

    def again(path: Path, found) -> None:
        for format in {"native", name or "native"}:
            copy = path.with_name("again.vectors")
            if formats.by_name(format).WRITABLE and _is_written(formats.save, copy, found, format):
                _same_vectors(found, formats.load(copy, format), format in ("fasttext", "finalfusion"))

    return again


def _is_written(write: Callable, *args) -> bool:
    try:
        write(*args)
    except EmbedkitError:
        return False
    return True


def _same_vectors(one, other, is_rounded: bool) -> None:
    assert one.vocab.words() == other.vocab.words()
    if isinstance(one, SparseVectors):
        parts = [[*found.weights.tensors().values()] for found in (one, other)]
    elif isinstance(one, QuantizedVectors):
        parts = [[found.codes, found.scales] for found in (one, other)]
    else:
        parts = [[found.matrix, *_subwords(found)] for found in (one, other)]
    # To digits of the largest number: rows are sums with those of n-grams, which alone may be NaN.
    largest = max(np.abs(part[np.isfinite(part)]).max(initial=0) for part in parts[0]) if is_rounded else 0
    for a, b in zip(*parts):
        assert np.allclose(a, b, 0, 1e-5 * largest, equal_nan=True) if is_rounded else a.tobytes() == b.tobytes()


def _subwords(vectors) -> list[np.ndarray]:
    return [vectors.buckets] if isinstance(vectors, SubwordVectors) else []


def _save(path: Path, save: Callable, found) -> None:
    with Output(path) as out:
        save(out, found)


def of_counts(save=None, load=None):
    """As a native file and, with `save` and `load`, in the format that they are of."""

    def again(path: Path, found) -> None:
        for write, read in ((counts.save, counts.load), (save, load)):
            if write and _is_written(_save, path.with_name("again"), write, found):
                copy = read(str(path.with_name("again")))
                assert copy.vocab.words() == found.vocab.words()
                for name, array in found.matrix.tensors().items():
                    assert np.array_equal(copy.matrix.tensors()[name], array)

    return again


def of_ngrams(*saves: Callable):
    """Read again from what each of `saves` writes."""

    def again(path: Path, found) -> None:
        for save in saves:
            if _is_written(_save, path.with_name("again"), save, found):
                copy = lm.load(path.with_name("again"))
                assert copy.vocab.words() == found.vocab.words()
                for one, other in zip(found.levels, copy.levels, strict=True):
                    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one, other))

    return again


def of_text(path: Path, found) -> None:
    """The words of a text, with single spaces, are the same text."""
    words = [*found.vocab.words(), "\n"]
    path.with_name("again").write_text(" ".join(words[id] for id in found.ids), "utf-8", "surrogateescape")
    copy = corpus.load((str(path.with_name("again")),), config.Text(min_count=1), Resources(cache=False, threads=1))
    assert copy.vocab.words() == found.vocab.words()
    assert np.array_equal(copy.ids, found.ids)


def of_words(path: Path, found: list[str]) -> None:
    lines = "".join(f"{word}\t1\n" for word in found)
    path.with_name("again").write_bytes(lines.encode("utf-8", "surrogateescape"))
    assert word_list.read_words(str(path.with_name("again"))) == found


def of_phrases(path: Path, found) -> None:
    blocks = ("".join(f"{first}\t{second}\t1\n" for first, second in pairs) for pairs in found)
    path.with_name("again").write_bytes("\n".join(blocks).encode("utf-8", "surrogateescape"))
    assert read_phrases(str(path.with_name("again"))) == found


def unpacked_by(unpack: Callable[[bytes], bytes]):
    """Python's own `unpack` gives the same bytes, unless they were read as they stand."""

    def again(path: Path, found: bytes) -> None:
        data = path.read_bytes()
        assert found == data or found == unpack(data)

    return again


def is_same(path: Path, good: bytes) -> bool:
    """Whether the native files `path` and `good` hold the same."""
    one, other = container.read(path), container.read("good", np.frombuffer(good, np.uint8))
    same = one.metadata == other.metadata and one.names == other.names
    return same and all(one[name].tobytes() == other[name].tobytes() for name in one.names)


def is_noticed(path: Path) -> bool:
    """Whether `verify` finds damage in the native file `path`."""
    return not all(container.verify(path).values())
