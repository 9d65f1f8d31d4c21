"""A text as documents: each of its lines, or each of its files."""

from __future__ import annotations

import os

import numpy as np

from ..config import DocumentText
from ..errors import EmbedkitError, OptionError
from ..io.lines import Lines
from ..runtime.progress import Progress
from ..runtime.resources import Resources
from ..units import counted
from . import corpus, inputs
from .encoded import LINE_END, Corpus
from .inputs import Reader
from .vocab import Vocab


class Documents(Corpus):
    """A corpus whose line ends are the ends of documents.

    ends : (N,) int64, the place behind the line end of each document in `ids`
    names : a name for each: the number of the line, from 1 on, or the file, as seen from the folder of all
    """

    def __init__(self, vocab: Vocab, ids: np.ndarray, names: Vocab, tokens: int, sha256: str):
        super().__init__(vocab, ids, tokens, sha256)
        self.names, self.ends = names, np.flatnonzero(ids == LINE_END) + 1

    @property
    def lengths(self) -> np.ndarray:
        """(N,) int64 words of each document that the vocabulary has."""
        return np.diff(self.ends, prepend=0) - 1


def load(names, config: DocumentText, resources: Resources | None = None) -> Documents:
    """The documents in the files, folders and patterns `names`; as `corpus.load`.

    Those without a word of the vocabulary are counted and told. EmbedkitError where there are fewer than two others.
    """
    resources = resources or Resources()
    paths, sizes = None, None
    if config.document == "file":
        inputs.need_text(names)
        paths = inputs.expand(names)
        sizes = _line_counts(paths, config)
    text = corpus.load(names if paths is None else paths, config, resources)
    ids = np.asarray(text.ids)
    if paths is None:
        titles = Vocab.from_words(map(str, range(1, np.count_nonzero(ids == LINE_END) + 1)))
    else:
        ids, titles = _joined(ids, np.cumsum(sizes)), Vocab.from_words(_short(paths))
    found = Documents(text.vocab, ids, titles, text.tokens, text.sha256)
    _check(found, config, resources.progress)
    return found


def _check(found: Documents, config: DocumentText, progress: Progress) -> None:
    empty = int(np.count_nonzero(found.lengths == 0))
    progress.event("documents", documents=len(found.names), empty=empty)
    if len(found.names) - empty < 2:
        by_line = config.document == "line"
        raise EmbedkitError(
            "all words are in one document: there is nothing to tell it from",
            "a document is a line; --document file takes whole files" if by_line else "name more files, or a folder",
        )
    if empty:
        which = "has" if empty == 1 else "have"
        progress.say(
            f"{counted(empty, 'document')} of {len(found.names):,} {which} no word of the vocabulary: zero vectors"
        )


def _line_counts(paths: list[str], config: DocumentText) -> list[int]:
    """The number of line ends of each file as `Reader` gives it."""
    if any(path == "-" or isinstance(path, Lines) for path in paths):
        raise OptionError("--document file needs files: what comes from a pipe is one text")
    newline = ord("\n")
    return [
        sum(
            int(np.count_nonzero(block.text == newline))
            for block in Reader([path], config.encoding, config.encoding_errors).blocks()
        )
        for path in paths
    ]


def _joined(ids: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """`ids` with a line end behind each file instead of each line; `lines` has the line ends up to the end of each."""
    ends = np.append(0, np.flatnonzero(ids == LINE_END) + 1)[lines]
    return np.insert(ids[ids >= 0], ends - lines, LINE_END)


def _short(paths: list[str]) -> list[str]:
    """The paths as seen from the deepest folder that they share: nothing of the machine."""
    paths = [os.path.abspath(path) for path in paths]
    folder = os.path.dirname(paths[0]) if len(paths) == 1 else os.path.commonpath(paths)
    return [os.path.relpath(path, folder) for path in paths]
