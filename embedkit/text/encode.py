"""Bytes to ids: one pass over the text on several threads, then the distinct chunks are brought to words and ranked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from ..config import Text
from ..errors import FormatError
from ..parallel import each, stream
from ..progress import Progress
from ..spool import Spool
from . import _kernels
from .inputs import LONGEST_WORD, Reader, too_long
from .tokenize import TOKENIZERS, is_punctuation, normal_form
from .types import Types
from .vocab import Vocab


def encode_files(
    paths: list[str], config: Text, threads: int, progress: Progress, on_disk: bool = False
) -> tuple[Vocab, Callable[[], np.ndarray], str]:
    """(vocabulary of all types, what makes the ids, sha256 of the text); see `corpus.Encoded`.

    `on_disk` keeps ids in files.
    """
    reader, tables = Reader(paths), [Types() for _ in range(threads)]
    gapped = TOKENIZERS[config.tokenizer].gap is not None
    with progress.bar(None, "reading", "B") as advance:

        def scan(block, worker):
            ids = tables[worker].scan(block.text, block.base)
            advance(len(block.text))
            return worker, ids

        chunks, workers, inside, gaps = Spool(np.int32, on_disk), [], [False], 0
        for worker, ids in stream(scan, reader.blocks(), threads, ahead=4 * threads):
            chunks.append(ids)
            workers.append(worker)
            gaps += count_gaps(ids, inside[-1]) if gapped else 0
            inside.append(ids[-1] >= 0 if len(ids) else inside[-1])
    types = tables[0]
    # The first table keeps its numbers; what the others found is renamed on the way.
    maps = [None] + [types.merge(other) for other in tables[1:]]
    check_lengths(types, reader)
    lexicon = rank(types, config, reader, gaps)
    names = [lexicon.names(mapped) for mapped in maps]

    def ids() -> np.ndarray:
        blocks = zip(chunks.parts(), workers, inside)
        if lexicon.indptr is None and not on_disk:
            return _in_place(blocks, len(chunks), names, threads)
        made = Spool(np.int32, on_disk)
        for part in stream(
            lambda block, _: lexicon.apply(block[0], names[block[1]], block[2]), blocks, threads, ahead=4 * threads
        ):
            made.append(part)
        return made.array()

    return lexicon.vocab, ids, reader.fingerprint


def _in_place(blocks: Iterable, total: int, names: list[np.ndarray], threads: int) -> np.ndarray:
    """The ids where each chunk is one word: every block goes straight to its place."""
    out = np.empty(total, np.int32)

    def placed():
        at = 0
        for chunks, worker, _ in blocks:
            yield chunks, names[worker], out[at : at + len(chunks)]
            at += len(chunks)

    each(lambda job, _: _kernels.rename(*job), placed(), threads)
    return out


def check_lengths(types: Types, reader: Reader) -> None:
    """Refuse what is too long to be a word, by the place where it first occurs."""
    long = types.lengths > LONGEST_WORD
    if long.any():
        path, offset = reader.locate(int(types.firsts[long].min()))
        raise too_long(path, offset)


def count_gaps(ids: np.ndarray, inside: bool) -> int:
    """How many chunks of a block follow another one on their line; `inside` says that one stands before the block."""
    if not len(ids):
        return 0
    return int(np.count_nonzero((ids[1:] >= 0) & (ids[:-1] >= 0))) + int(inside and ids[0] >= 0)


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

    def names(self, mapped: np.ndarray | None) -> np.ndarray:
        """What a table's chunk numbers become: words, or (where chunks are split) chunk numbers of the merged table."""
        chunks = len(self.pieces) if self.indptr is None else len(self.indptr) - 1
        mapped = np.arange(chunks, dtype=np.int32) if mapped is None else mapped
        return self.pieces[mapped] if self.indptr is None else mapped

    def apply(self, chunks: np.ndarray, names: np.ndarray, inside: bool) -> np.ndarray:
        """The ids of a block of chunks, which may be overwritten; `inside`: its line has begun before it."""
        _kernels.rename(chunks, names, chunks)
        if self.indptr is None:
            return chunks
        rows = self.indptr, self.pieces, self.gap, inside
        ids = np.empty(_kernels.expand(chunks, *rows, np.empty(0, np.int32)), np.int32)
        _kernels.expand(chunks, *rows, ids)
        return ids


def rank(types: Types, config: Text, reader: Reader, gaps: int) -> Lexicon:
    """Normalise and split every distinct chunk, and rank the words by frequency."""
    tokenizer, form = TOKENIZERS[config.tokenizer], normal_form(config.lowercase, config.normalize)
    counts = types.counts
    if tokenizer.split is None and not config.lowercase and not (types.utf8 & 0x80).any():
        # Plain ASCII is its own normal form: no word need be looked at one by one.
        everything = Vocab(np.append(types.starts, types.size[1]), types.utf8, counts)
        order = by_frequency(everything)
        return Lexicon(everything.take(order), inverse(order))
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
    place = inverse(order)
    vocab = everything.take(order[totals[order] > 0])
    one_each = tokenizer.split is None and not config.drop_punctuation
    indptr = None if one_each else np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Lexicon(vocab, place[flat], indptr, -1 if tokenizer.gap is None else int(place[0]))


def inverse(order: np.ndarray) -> np.ndarray:
    """Where each id stands in `order`; int32."""
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
    hint = "--encoding-errors replace puts U+FFFD there"
    if offset == 0 and byte in (0xFE, 0xFF):
        hint = f"this looks like UTF-16: iconv -f UTF-16 -t UTF-8 {path}"
    return FormatError(path, f"invalid UTF-8 (0x{byte:02x})", hint, offset=offset)


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
