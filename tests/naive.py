"""Slow, plain twins of the kernels: what the fast code must equal."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from typing import NamedTuple

import numpy as np


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


class Xorshift:
    """xorshift64 (Marsaglia 2003) in Python integers."""

    def __init__(self, state: int):
        self.state = state

    def draw(self) -> int:
        for shift in (13, -7, 17):
            self.state ^= self.state << shift if shift > 0 else self.state >> -shift
            self.state &= (1 << 64) - 1
        return self.state >> 32

    def below(self, bound: int) -> int:
        return self.draw() * bound >> 32

    def noise(self, target: int, threshold: list[int], alias: list[int]) -> int:
        """A column of the alias table, or its alias; what equals the target is drawn again, at most 64 times."""
        for _ in range(64):
            column = self.below(len(alias))
            word = column if self.draw() < threshold[column] else alias[column]
            if word != target:
                return word
        return (target + 1) % len(alias)


class Step(NamedTuple):
    """What is learnt at once: `words` at `places` of a window against output `rows`, of which `right` are meant."""

    when: float  # share of the text that is over
    target: int
    words: list[int]
    places: list[int]
    rows: list[int]
    right: list[bool]
    line: int  # number of the line
    around: list[int]  # all words of the line within the full window, the target too


def word2vec_steps(model: str, ids, draws, tree, plan, rng: Xorshift) -> list[Step]:
    """Everything that chance decides, in the order in which the kernels ask for it."""
    (keep, threshold, alias), (starts, nodes, signs), steps = draws, tree, []
    kept = [word for word in ids if word < 0 or keep[word] > rng.draw()]

    def negatives(target):
        return [rng.noise(target, threshold, alias) for _ in range(plan.negative)]

    together = model == "cbow" or plan.shared or plan.loss != 0
    drawn = [negatives(word) if word >= 0 and together and plan.loss == 0 else [] for word in kept]
    line = 0
    for at, target in enumerate(kept):
        if target < 0:
            line += 1
            continue
        numbers = np.cumsum(np.array([-1, *kept[:-1]]) < 0)
        near_enough = slice(max(0, at - plan.window), at + plan.window + 1)
        around = [word for word, of in zip(kept[near_enough], numbers[near_enough]) if of == numbers[at] and word >= 0]
        half, near = 1 + rng.below(plan.window) if plan.dynamic else plan.window, []
        for side in (-1, 1):
            for distance in range(1, half + 1):
                i = at + side * distance
                if not 0 <= i < len(kept) or kept[i] < 0:
                    break
                near.append((kept[i], plan.window + side * distance - (side > 0)))
        if not near:
            continue
        for some in [near] if together else [[one] for one in near]:
            if plan.loss == 0:
                rows = [target, *(drawn[at] if together else negatives(target))]
                right = [True] + [False] * plan.negative
            elif plan.loss == 1:
                way = slice(starts[target], starts[target + 1])
                rows, right = nodes[way], [sign > 0 for sign in signs[way]]
            else:
                rows, right = list(range(len(keep))), [word == target for word in range(len(keep))]
            steps.append(Step(at / len(kept), target, *map(list, zip(*some)), rows, right, line, around))
    return steps


def word2vec_hidden(model: str, step: Step, inputs, positions, mean: bool) -> np.ndarray:
    """Hidden rows of a step: each neighbour's (skip-gram), or their mean or sum (CBOW)."""
    rows = inputs[step.words]
    if model == "skipgram":
        return rows
    rows = rows * positions[step.places] if len(positions) else rows
    return rows.sum(0, keepdims=True) / (len(step.words) if mean else 1)


def word2vec_loss(scores: np.ndarray, right: list[bool], softmax: bool) -> float:
    """Minus the log chance that all decisions (or the one of a softmax) are right. scores: (n, m)"""
    right = np.array(right)
    if softmax:
        return float((np.log(np.exp(scores).sum(1)) - scores[:, right].sum(1)).sum())
    return float(np.log1p(np.exp(np.where(right, -scores, scores))).sum())


def composed(inputs: np.ndarray, subwords: list[list[int]], mean: bool) -> np.ndarray:
    """(V, dim): the vector of each word, the mean or sum of its rows."""
    return np.array([inputs[rows].mean(0) if mean else inputs[rows].sum(0) for rows in subwords])


def word2vec_subwords(model: str, steps, tables, subwords, frozen, plan, lr, done=0.0, share=0.0) -> tuple[int, float]:
    """As `word2vec`, where word w is composed of the input rows `subwords[w]`.

    That happens when the window reaches it; its rows get what it has learnt when the window leaves it.
    """
    inputs, V, live, total = tables.inputs, len(subwords), {}, np.zeros(2)
    vectors = np.zeros((V, inputs.shape[1]))

    def leave(keys):
        for key in keys:
            word = key[1]
            change = (vectors[word] - live.pop(key)) / (1 if plan.pooled else len(subwords[word]))
            for row in subwords[word]:
                inputs[row] += 0 if len(frozen) and frozen[row] else change

    for step in steps:
        if live and next(iter(live))[0] != step.line:
            leave([*live])
        around = {(step.line, word) for word in step.around}
        for key in around - live.keys():
            rows = inputs[subwords[key[1]]]
            vectors[key[1]] = rows.mean(0) if plan.pooled else rows.sum(0)
            live[key] = vectors[key[1]].copy()
        leave(live.keys() - around)
        words = tables._replace(inputs=vectors)
        total += word2vec(model, [step], words, frozen[:V], plan, lr, done, share)
    leave([*live])
    return int(total[0]), float(total[1])


def word2vec(model: str, steps: list[Step], tables, frozen, plan, lr, done=0.0, share=0.0) -> tuple[int, float]:
    """Take the steps: `tables` (inputs, outputs, positions; float64, (rows, dim)) change. Returns (examples, loss)."""
    (inputs, outputs, positions), loss, examples = tables, 0.0, 0
    for step in steps:
        hidden = word2vec_hidden(model, step, inputs, positions, plan.mean)
        scores = hidden @ outputs[step.rows].T
        loss += word2vec_loss(scores, step.right, plan.loss == 2)
        examples += len(hidden)
        chance = np.exp(scores) / np.exp(scores).sum(1, keepdims=True) if plan.loss == 2 else 1 / (1 + np.exp(-scores))
        moves = lr * max(1 - (done + share * step.when), 1e-4) * (np.array(step.right) - chance)
        change = moves @ outputs[step.rows]
        np.add.at(outputs, step.rows, moves.T @ hidden)
        if model == "cbow":
            change = change / len(step.words) if plan.divided else change
            change = np.repeat(change, len(step.words), 0)
            if len(positions):
                scale = positions[step.places]
                positions[step.places] += change * inputs[step.words]
                change = change * scale
        free = [not (len(frozen) and frozen[word]) for word in step.words]
        np.add.at(inputs, np.array(step.words)[free], change[free])
    return examples, loss


def glove_loss(vector, context, word_bias, context_bias, count, x_max, alpha) -> float:
    """f(X) (w·c + b_w + b_c - log X)² / 2, Pennington et al. (2014), equation 8."""
    error = vector @ context + word_bias + context_bias - np.log(count)
    return min(1.0, (count / x_max) ** alpha) * error**2 / 2


def glove(entries, tables, sums, frozen, x_max, alpha, lr, clip) -> float:
    """AdaGrad over `entries` (row, column, count) in their order; returns the summed loss.

    `tables` are words (V, dim), contexts (V, dim), word and context biases (V,), `sums` those of squared gradients.
    """
    (W, C, b, d), (GW, GC, Gb, Gd), loss = tables, sums, 0.0
    for i, j, count in entries:
        loss += glove_loss(W[i], C[j], b[i], d[j], count, x_max, alpha)
        slope = min(1.0, (count / x_max) ** alpha) * (W[i] @ C[j] + b[i] + d[j] - np.log(count))
        to_w, to_c = (lr * np.clip(slope * other, -clip, clip) for other in (C[j], W[i]))
        if i not in frozen:
            W[i] -= to_w / np.sqrt(GW[i])
            GW[i] += to_w**2
        C[j] -= to_c / np.sqrt(GC[j])
        GC[j] += to_c**2
        b[i] -= slope / np.sqrt(Gb[i])
        d[j] -= slope / np.sqrt(Gd[j])
        Gb[i] += slope**2
        Gd[j] += slope**2
    return loss


def levenshtein(first, second) -> int:
    """The table itself: row i has the distances of the first i tokens to every beginning of `second`."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        above, row = row, [i]
        for j, b in enumerate(second, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (a != b)))
    return row[-1]
