"""Bytes to ids: one pass over the text on several threads, then the distinct chunks are brought to words and ranked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..config import Text
from ..errors import FormatError
from ..parallel import each
from ..progress import Progress
from . import _kernels
from .inputs import Reader
from .tokenize import TOKENIZERS, is_punctuation, normal_form
from .types import Types
from .vocab import Vocab


def encode_files(paths: list[str], config: Text, threads: int, progress: Progress) -> tuple[Vocab, np.ndarray, str]:
    """(vocabulary of all types, ids, sha256 of the text); see `corpus.Encoded`."""
    reader, tables = Reader(paths), [Types() for _ in range(threads)]
    with progress.bar(None, "reading", "B") as advance:

        def scan(block, worker):
            ids = tables[worker].scan(block.text, block.base)
            advance(len(block.text))
            return worker, ids

        blocks = each(scan, reader.blocks(), threads)
    types = tables[0]
    # The first table keeps its numbers; what the others found is renamed on the way.
    maps = [None] + [types.merge(other) for other in tables[1:]]
    gap = TOKENIZERS[config.tokenizer].gap
    lexicon = rank(types, config, reader, 0 if gap is None else count_gaps([ids for _, ids in blocks]))
    return lexicon.vocab, lexicon.apply(blocks, maps, threads), reader.fingerprint


def count_gaps(blocks: list[np.ndarray]) -> int:
    """How many chunks follow another one on their line."""
    inside = sum(int(np.count_nonzero((ids[1:] >= 0) & (ids[:-1] >= 0))) for ids in blocks)
    filled = [ids for ids in blocks if len(ids)]
    return inside + sum(int(a[-1] >= 0 and b[0] >= 0) for a, b in zip(filled, filled[1:]))


@dataclass
class Lexicon:
    """What the distinct chunks of a text become.

    vocab : the words, ranked
    pieces : int32, the words of all chunks, chunk after chunk
    indptr : (chunks + 1,) int64, the span of each chunk in `pieces`; None where each chunk is one word
    gap : the id that stands between the chunks of a line, or -1
    """

    vocab: Vocab
    pieces: np.ndarray
    indptr: np.ndarray | None = None
    gap: int = -1

    def apply(self, blocks: list[tuple[int, np.ndarray]], maps: list[np.ndarray | None], threads: int) -> np.ndarray:
        """The ids of the text from the chunks of its blocks, which are let go one by one."""
        ids = np.empty(sum(len(block) for _, block in blocks), np.int32)
        names = [self._names(mapped) for mapped in maps]
        ends = np.cumsum([len(block) for _, block in blocks])

        def rename(i, _):
            worker, block = blocks[i]
            _kernels.rename(block, names[worker], ids[ends[i] - len(block) : ends[i]])
            blocks[i] = None

        each(rename, range(len(blocks)), threads)
        if self.indptr is None:
            return ids
        nothing = np.empty(0, np.int32)
        words = np.empty(_kernels.expand(ids, self.indptr, self.pieces, self.gap, nothing), np.int32)
        _kernels.expand(ids, self.indptr, self.pieces, self.gap, words)
        return words

    def _names(self, mapped: np.ndarray | None) -> np.ndarray:
        chunks = len(self.pieces) if self.indptr is None else len(self.indptr) - 1
        mapped = np.arange(chunks, dtype=np.int32) if mapped is None else mapped
        return self.pieces[mapped] if self.indptr is None else mapped


def rank(types: Types, config: Text, reader: Reader, gaps: int) -> Lexicon:
    """Normalise and split every distinct chunk, and rank the words by frequency."""
    tokenizer, form = TOKENIZERS[config.tokenizer], normal_form(config.lowercase, config.normalize)
    counts = types.counts
    if tokenizer.split is None and not config.lowercase and not (types.utf8 & 0x80).any():
        # Plain ASCII is its own normal form: no word need be looked at one by one.
        everything = Vocab(np.append(types.starts, types.size[1]), types.utf8, counts)
        order = by_frequency(everything)
        return Lexicon(everything.take(order), _inverse(order))
    chunks = types.bytes()
    texts = map(form, _decoded(chunks, types, config.encoding_errors, reader))
    rows = [[text] for text in texts] if tokenizer.split is None else list(map(tokenizer.split, texts))
    if config.drop_punctuation:
        rows = [[token for token in row if not is_punctuation(token)] for row in rows]
    lengths = np.array([len(row) for row in rows], np.int64)
    number: dict[str, int] = {} if tokenizer.gap is None else {tokenizer.gap: 0}
    flat = np.array([number.setdefault(token, len(number)) for row in rows for token in row], np.int64)
    totals = np.bincount(flat, np.repeat(counts, lengths), len(number)).astype(np.int64)
    if tokenizer.gap is not None:
        totals[0] += gaps
    everything = Vocab.from_words(number, totals)
    order = by_frequency(everything)
    place = _inverse(order)
    vocab = everything.take(order[totals[order] > 0])
    one_each = tokenizer.split is None and not config.drop_punctuation
    indptr = None if one_each else np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Lexicon(vocab, place[flat], indptr, -1 if tokenizer.gap is None else int(place[0]))


def _inverse(order: np.ndarray) -> np.ndarray:
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return place


def _decoded(chunks: list[bytes], types: Types, errors: str, reader: Reader) -> list[str]:
    try:
        return [chunk.decode("utf-8", errors) for chunk in chunks]
    except UnicodeDecodeError:
        raise _first_bad(chunks, types, reader) from None


def _first_bad(chunks: list[bytes], types: Types, reader: Reader) -> FormatError:
    bad = []
    for chunk, first in zip(chunks, types.firsts.tolist()):
        try:
            chunk.decode()
        except UnicodeDecodeError as error:
            bad.append((first + error.start, chunk[error.start]))
    offset, byte = min(bad)
    path, offset = reader.locate(offset)
    return FormatError(
        path, f"invalid UTF-8 (0x{byte:02x})", "--encoding-errors replace puts U+FFFD there", offset=offset
    )


def by_frequency(vocab: Vocab) -> np.ndarray:
    """The ids of `vocab` by falling count, equal counts by bytes."""
    # Sixteen bytes as two numbers settle nearly all ties; what they leave tied is sorted word by word.
    starts, lengths = vocab.offsets[:-1], np.minimum(np.diff(vocab.offsets), 16)
    heads = np.zeros((len(vocab), 16), np.uint8)
    within = np.arange(16) < lengths[:, None]
    heads[within] = vocab.utf8[(starts[:, None] + np.arange(16))[within]]
    keys = heads.view(">u8").astype(np.uint64)
    order = np.lexsort((keys[:, 1], keys[:, 0], -vocab.counts))
    same = (np.diff(vocab.counts[order]) == 0) & (keys[order][1:] == keys[order][:-1]).all(1)
    if same.any():
        edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]])))
        for start, stop in zip(edges[::2].tolist(), (edges[1::2] + 1).tolist()):
            order[start:stop] = sorted(order[start:stop].tolist(), key=vocab.bytes)
    return order
