"""Byte-level byte-pair encoding (Sennrich et al. 2016; bytes as in GPT-2): lines to tokens, and tokens to lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .byte_level import pieces, spelt, unspelt

SIZES = 1 << 16  # pieces whose tokens are remembered
_NONE = (1 << 62, -1)  # of a pair that does not merge: behind all ranks


@dataclass(frozen=True)
class Bpe:
    """A vocabulary of V tokens and its merges.

    words : the tokens as `byte_level.spelt`, by id; special ones as they are
    special : the ids of special tokens, which no text becomes
    bytes : (256,) the id of each single byte
    merges : of the ids of two tokens that follow one another, the rank of their merge, and the id that they become
    lowercase, nfc : what is done to a text first
    """

    words: list[str]
    special: frozenset[int]
    bytes: list[int]
    merges: dict[tuple[int, int], tuple[int, int]]
    lowercase: bool = False
    nfc: bool = False
    _known: dict[str, list[int]] = field(default_factory=dict, repr=False)

    def ids(self, line: str) -> list[int]:
        """The ids of a line in normal form, without its end."""
        known, found = self._known, []
        for piece in pieces(line):
            ids = known.get(piece)
            if ids is None:
                if len(known) >= SIZES:
                    known.clear()
                ids = known[piece] = self._merged([self.bytes[byte] for byte in piece.encode()])
            found += ids
        return found

    def tokens(self, line: str) -> list[str]:
        """The tokens of a line in normal form, spelt."""
        return [self.words[id] for id in self.ids(line)]

    def _merged(self, ids: list[int]) -> list[int]:
        """`ids` after all merges, that of the lowest rank first, from left to right."""
        while len(ids) > 1:
            merges = [self.merges.get(pair, _NONE) for pair in zip(ids, ids[1:])]
            best = min(merges)
            if best is _NONE:
                break
            ids = self._merge(ids, merges, best)
        return ids

    def _merge(self, ids: list[int], merges: list[tuple[int, int]], best: tuple[int, int]) -> list[int]:
        out, i = [], 0
        while i < len(merges):
            if merges[i] != best:
                out.append(ids[i])
                i += 1
                continue
            before, after = out[-1:], ids[i + 2 : i + 3]
            out.append(best[1])
            i += 2
            # Two merges may spell one token: a pair that is made here may rank lower, and is then the next.
            made = [(*before, best[1]), (best[1], *after)]
            if any(self.merges.get(pair, _NONE) < best for pair in made):
                break
        return out + ids[i:]

    def bytes_of(self, token: str) -> bytes:
        """The bytes that a token stands for; of a special one, those of its name."""
        data = unspelt(token)
        return token.encode("utf-8", "surrogateescape") if data is None else data

    def text(self, tokens: Iterable[str]) -> str:
        """The line that `tokens` are; U+FFFD stands for bytes that are no whole character."""
        return b"".join(map(self.bytes_of, tokens)).decode("utf-8", "replace")

    def shown(self, token: str) -> str:
        """The text that a single token stands for; bytes of a cut character as \\xED."""
        return self.bytes_of(token).decode("utf-8", "backslashreplace")

    def spelt(self, text: str) -> str:
        """`text` in the spelling of tokens."""
        return spelt(text.encode("utf-8", "surrogateescape"))
