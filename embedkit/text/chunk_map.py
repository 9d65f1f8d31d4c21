"""The map from distinct chunks of a text to tokens: decoded, normalised, split, and ranked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..config import PlainText
from ..errors import FormatError
from ..io.encoding import advice
from . import _kernels
from .external_sort.sort import by_frequency, inverse
from .inputs import Reader, too_long
from .tokenize import is_punctuation, normal_form, splitter, subword_form, tokenizer
from .vocab import LONGEST_WORD, Vocab
from .word_table import WordTable

SLICE = 1 << 18  # bytes of chunks that are Python strings at a time


@dataclass
class ChunkMap:
    """Tokens of each distinct chunk of a text.

    vocab : the words, in order
    pieces : int32, the words of all chunks, chunk after chunk
    indptr : (chunks + 1,) int64, the span of each chunk in `pieces`; None where each chunk is one word
    gap : the id that stands between the chunks of a line, or -1
    numbers : int32, what to call the chunks of a table that numbers them its own way; None where it does not
    """

    vocab: Vocab
    pieces: np.ndarray
    indptr: np.ndarray | None = None
    gap: int = -1
    numbers: np.ndarray | None = None

    def of(self, numbers: np.ndarray) -> ChunkMap:
        """The same for the chunks of another table, which are `numbers` here."""
        if self.indptr is None:
            return replace(self, pieces=self.pieces[numbers])
        return replace(self, numbers=numbers)

    def apply(self, chunks: np.ndarray, inside: bool) -> np.ndarray:
        """The ids of a block of chunks, which may be overwritten; `inside`: its line has begun before it."""
        if self.indptr is None:
            _kernels.remap(chunks, self.pieces, chunks)
            return chunks
        if self.numbers is not None:
            _kernels.remap(chunks, self.numbers, chunks)
        rows = self.indptr, self.pieces, self.gap, inside
        ids = np.empty(_kernels.split_tokens(chunks, *rows, np.empty(0, np.int32)), np.int32)
        _kernels.split_tokens(chunks, *rows, ids)
        return ids


def is_one_each(config: PlainText) -> bool:
    """True if each chunk is one word."""
    chosen = tokenizer(config.tokenizer)
    return chosen.split is None and chosen.subwords is None and not config.drop_punctuation


def rank(
    types: WordTable, config: PlainText, reader: Reader, gaps: int = 0, order: Callable = by_frequency
) -> ChunkMap:
    """The chunk map of a table: every chunk normalised and split, the words in an `order`; `gaps` is how often a chunk
    follows another one on its line.

    FormatError where a chunk is too long to be a word, or invalid UTF-8; it names the byte where that first occurs.
    """
    long = types.lengths > LONGEST_WORD
    if long.any():
        raise too_long(*reader.locate(int(types.firsts[long].min())))
    if tokenizer(config.tokenizer).subwords is not None:
        return _rank_subwords(types, config, reader, order)
    if is_one_each(config) and not config.lowercase and not _beyond_ascii(types.utf8):
        # Plain ASCII is its own normal form: no word need be looked at one by one.
        ranked = order(types.vocab)
        return ChunkMap(types.vocab.take(ranked), inverse(ranked))
    words, pieces, lengths = WordTable(), [np.empty(0, np.int32)], [np.zeros(1, np.int64)]
    if gaps:
        words.scan(_bytes(tokenizer(config.tokenizer).gap + " "), 0)
        words.counts[0] = gaps
    form = normal_form(config.lowercase, config.nfc)
    for start, stop, text in _texts(types, form, config, reader):
        if is_one_each(config):
            sizes = np.ones(stop - start, np.int64)
        else:
            sizes, text = _split(text, config)
        found, _ = words.scan(_bytes(text), 0)
        # Each token has been counted once.
        np.add.at(words.counts, found, np.repeat(types.counts[start:stop], sizes) - 1)
        pieces.append(found)
        lengths.append(sizes)
    ranked = order(words.vocab)
    place = inverse(ranked)
    indptr = None if is_one_each(config) else np.cumsum(np.concatenate(lengths))
    return ChunkMap(words.vocab.take(ranked), place[np.concatenate(pieces)], indptr, int(place[0]) if gaps else -1)


def _rank_subwords(types: WordTable, config: PlainText, reader: Reader, order: Callable) -> ChunkMap:
    """`rank` for chunks that keep their white space."""
    from .subword.chunks import ChunkEncoder

    subwords = tokenizer(config.tokenizer).subwords
    form, encode = subword_form(subwords, config.lowercase, config.nfc), ChunkEncoder(subwords)
    counts, pieces, lengths = np.zeros(len(subwords.words)), [np.empty(0, np.int32)], [np.zeros(1, np.int64)]
    for start, stop, text in _texts(types, form, config, reader):
        found, sizes = encode(text.encode())
        counts += np.bincount(found, np.repeat(types.counts[start:stop], sizes), len(counts))
        pieces.append(found)
        lengths.append(sizes)
    used = np.flatnonzero(counts)
    vocab = Vocab.from_words([subwords.words[id] for id in used], counts[used].astype(np.int64))
    ranked = order(vocab)
    place = np.empty(len(counts), np.int32)
    place[used[ranked]] = np.arange(len(used))
    return ChunkMap(vocab.take(ranked), place[np.concatenate(pieces)], np.cumsum(np.concatenate(lengths)))


def _split(text: str, config: PlainText) -> tuple[np.ndarray, str]:
    """Number of tokens in each chunk, and all of them, a space behind each."""
    rows, split = text.split(" ")[:-1], splitter(config.tokenizer, config.keep_tags)
    rows = [[chunk] for chunk in rows] if split is None else list(map(split, rows))
    if config.drop_punctuation:
        rows = [[token for token in row if not is_punctuation(token)] for row in rows]
    return np.array([len(row) for row in rows], np.int64), "".join(token + " " for row in rows for token in row)


def _beyond_ascii(utf8: np.ndarray) -> bool:
    return bool(utf8.max(initial=0) & 0x80)


def _bytes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)


def _texts(
    types: WordTable, form: Callable[[str], str], config: PlainText, reader: Reader
) -> Iterator[tuple[int, int, str]]:
    """The chunks start..stop of a table in normal `form`, `types.end` behind each. Nothing that a form does crosses or
    makes one."""
    for start, stop, text in _slices(types):
        try:
            decoded = text.decode("utf-8", config.encoding_errors)
        except UnicodeDecodeError:
            raise _first_bad(types, reader) from None
        yield start, stop, form(decoded)


def _slices(types: WordTable) -> Iterator[tuple[int, int, bytes]]:
    """(start, stop, the chunks start..stop with `types.end` behind each), a few at a time."""
    offsets = types.vocab.offsets
    edges = np.append(np.searchsorted(offsets[:-1], np.arange(0, offsets[-1], SLICE)), len(types))
    for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist()):
        if start < stop:
            first, ends = offsets[start], offsets[start + 1 : stop + 1]
            yield start, stop, np.insert(types.utf8[first : ends[-1]], ends - first, types.end[0]).tobytes()


def _first_bad(types: WordTable, reader: Reader) -> FormatError:
    bad = []
    for first, chunk in _beyond(types):
        try:
            chunk.decode()
        except UnicodeDecodeError as error:
            bad.append((first + error.start, chunk[error.start]))
    place, byte = min(bad)
    path, offset = reader.locate(place)
    hint = advice(_sample(types, reader, path))
    if offset == 0 and byte in (0xFE, 0xFF):
        hint = "this looks like UTF-16: --encoding utf-16"
    elif not types.utf8.all():
        hint = "it has zero bytes, as no text has: is it a text file?"
    return FormatError(path, f"invalid UTF-8 (0x{byte:02x})", hint, offset=offset)


def _sample(types: WordTable, reader: Reader, path: str) -> Iterator[bytes]:
    """The chunks beyond ASCII of one file."""
    return (chunk for first, chunk in _beyond(types) if reader.locate(first)[0] == path)


def _beyond(types: WordTable) -> Iterator[tuple[int, bytes]]:
    """The place of each chunk with other than ASCII, and the chunk."""
    for start, stop, text in _slices(types):
        for chunk, first in zip(text.split(types.end), types.firsts[start:stop].tolist()):
            if not chunk.isascii():
                yield first, chunk
