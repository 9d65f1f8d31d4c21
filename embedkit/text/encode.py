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
from .vocab import Vocab


class Types:
    """A table of distinct byte strings that grows (see `_kernels`)."""

    def __init__(self, types: int = 1 << 12, arena: int = 1 << 16):
        self.slots = np.zeros(4 * types, np.int64)
        self.starts, self.lengths, self.counts, self.firsts = (np.zeros(types, np.int64) for _ in range(4))
        self.arena = np.zeros(arena, np.uint8)
        self.size = np.zeros(2, np.int64)

    def __len__(self) -> int:
        return int(self.size[0])

    def grow(self, types: int, arena: int) -> None:
        """Make room for `types` types and `arena` bytes in all."""
        if types > len(self.starts):
            for name in ("starts", "lengths", "counts", "firsts"):
                setattr(self, name, _longer(getattr(self, name), types))
            self.slots = np.zeros(1 << (4 * types - 1).bit_length(), np.int64)
            _kernels.rehash(self.slots, self.starts, self.lengths, self.arena, len(self))
        if arena > len(self.arena):
            self.arena = _longer(self.arena, arena)

    def scan(self, text: np.ndarray, base: int) -> np.ndarray:
        """The types of `text` in order, -1 for a line end; int32."""
        ids = np.empty(len(text) + 1, np.int32)
        position = n = 0
        while True:
            position, n = _kernels.scan(
                text,
                position,
                base,
                self.slots,
                self.starts,
                self.lengths,
                self.counts,
                self.firsts,
                self.arena,
                self.size,
                ids,
                n,
            )
            if position == len(text):
                return ids[:n].copy()
            self.grow(2 * len(self.starts), 2 * len(self.arena) + len(text))

    def merge(self, other: Types) -> np.ndarray:
        """Take in the types of `other`; returns the type of each of them here."""
        self.grow(len(self) + len(other) + 1, int(self.size[1] + other.size[1]))
        mapped = np.empty(len(other), np.int32)
        _kernels.merge(
            self.slots,
            self.starts,
            self.lengths,
            self.counts,
            self.firsts,
            self.arena,
            self.size,
            other.starts,
            other.lengths,
            other.counts,
            other.firsts,
            other.arena,
            mapped,
        )
        return mapped

    def bytes(self) -> list[bytes]:
        """All types in order."""
        arena = self.arena[: self.size[1]].tobytes()
        return [arena[a : a + n] for a, n in zip(self.starts[: len(self)].tolist(), self.lengths.tolist())]


def _longer(array: np.ndarray, size: int) -> np.ndarray:
    out = np.zeros(size, array.dtype)
    out[: len(array)] = array
    return out


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
    return lexicon.vocab, lexicon.apply(blocks, maps), reader.fingerprint


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

    def apply(self, blocks: list[tuple[int, np.ndarray]], maps: list[np.ndarray | None]) -> np.ndarray:
        """The ids of the text from the chunks of its blocks, which are let go one by one."""
        ids = np.empty(sum(len(block) for _, block in blocks), np.int32)
        names = [self._names(mapped) for mapped in maps]
        at = 0
        for i, (worker, block) in enumerate(blocks):
            _kernels.rename(block, names[worker], ids[at : at + len(block)])
            at, blocks[i] = at + len(block), None
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
    chunks, counts = types.bytes(), types.counts[: len(types)]
    if tokenizer.split is None and not config.lowercase and all(map(bytes.isascii, chunks)):
        order = by_frequency(chunks, counts)
        return Lexicon(Vocab.from_words([chunks[i] for i in order.tolist()], counts[order]), _inverse(order))
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
    words = [token.encode() for token in number]
    order = by_frequency(words, totals)
    place = _inverse(order)
    order = order[totals[order] > 0]
    vocab = Vocab.from_words([words[i] for i in order.tolist()], totals[order])
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


def by_frequency(words: list[bytes], counts: np.ndarray) -> np.ndarray:
    """The order of `words` by falling count, equal counts by bytes."""
    # Sixteen bytes as two numbers settle nearly all ties; what they leave tied is sorted word by word.
    heads = np.array([word[:16] for word in words], "S16") if words else np.zeros(0, "S16")
    keys = heads.view(">u8").reshape(-1, 2).astype(np.uint64)
    order = np.lexsort((keys[:, 1], keys[:, 0], -counts))
    same = (counts[order][1:] == counts[order][:-1]) & (keys[order][1:] == keys[order][:-1]).all(1)
    if same.any():
        edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]])))
        for start, stop in zip(edges[::2].tolist(), (edges[1::2] + 1).tolist()):
            order[start:stop] = sorted(order[start:stop].tolist(), key=words.__getitem__)
    return order
