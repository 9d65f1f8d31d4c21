"""Slow, plain twins of the kernels: what the fast code must equal."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict


def tokens(text: bytes, lowercase=False, normalize=True) -> list[list[str]]:
    """Lines of words: split on space, tab and newline; CR dropped."""
    lines = text.replace(b"\r", b"").decode().split("\n")
    rows = [[word for word in line.replace("\t", " ").split(" ") if word] for line in lines]
    if lowercase:
        rows = [[word.lower() for word in row] for row in rows]
    return [[unicodedata.normalize("NFC", word) for word in row] for row in rows] if normalize else rows


def vocabulary(lines: list[list[str]]) -> list[tuple[str, int]]:
    """Words by falling count, equal counts by bytes."""
    counts = Counter(word for line in lines for word in line)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0].encode()))


def encoded(lines: list[list[str]], words: list[str]) -> list[int]:
    """The id of each word that is in `words`, -1 after each line."""
    ids = []
    for line in lines:
        ids += [words.index(word) for word in line if word in words] + [-1]
    return ids


def weight(distance: int, window: int, weighting: str) -> float:
    return {"harmonic": 1 / distance, "flat": 1.0, "dynamic": (window - distance + 1) / window}[weighting]


def cooccurrences(lines, window, weighting="harmonic", context="both") -> dict[tuple, float]:
    """Weighted counts of (word, context word) over lines of ids or words."""
    counts = defaultdict(float)
    for line in lines:
        for i, word in enumerate(line):
            for j, other in enumerate(line):
                side = "left" if j < i else "right"
                if i != j and abs(i - j) <= window and context in ("both", side):
                    counts[word, other] += weight(abs(i - j), window, weighting)
    return dict(counts)


def ppmi(counts: dict[tuple, float], cds=1.0, shift=1.0) -> dict[tuple, float]:
    """Positive PMI of every pair, straight from the definition."""
    total = sum(counts.values())
    rows, columns = defaultdict(float), defaultdict(float)
    for (word, context), n in counts.items():
        rows[word] += n
        columns[context] += n
    smoothed = sum(n**cds for n in columns.values())
    values = {}
    for (word, context), n in counts.items():
        joint, p_word, p_context = n / total, rows[word] / total, columns[context] ** cds / smoothed
        values[word, context] = math.log(joint / (p_word * p_context)) - math.log(shift)
    return {pair: value for pair, value in values.items() if value > 0}


def joined(lines: list[list[str]], pairs: set[tuple[str, str]], joiner="_") -> list[list[str]]:
    """Each line with its pairs as one word, from left to right; what was joined begins no other pair."""
    rows = []
    for line in lines:
        row, rest = [], list(line)
        while rest:
            row.append(joiner.join([rest.pop(0), rest.pop(0)]) if tuple(rest[:2]) in pairs else rest.pop(0))
        rows.append(row)
    return rows


def phrases(lines, score="count", threshold=100.0, discount=5.0, min_count=5) -> dict[tuple, tuple[int, float]]:
    """(count, score) of every pair of words that is a phrase, straight from the definition."""
    words = Counter(word for line in lines for word in line)
    pairs = Counter(pair for line in lines for pair in zip(line, line[1:]))
    total, found = sum(words.values()), {}
    for (a, b), n in pairs.items():
        if min(words[a], words[b], n) < min_count:
            continue
        value = (n - discount) * total / (words[a] * words[b])
        if score == "npmi":
            p_a, p_b, p_ab = words[a] / total, words[b] / total, n / total
            value = math.log(p_ab / (p_a * p_b)) / -math.log(p_ab)
        if value > threshold:
            found[a, b] = n, value
    return found
