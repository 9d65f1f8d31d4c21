"""The inner loops of linear classifiers: features of texts, and steps of stochastic gradient descent.

A text is a bag of features, each with a row of D floats (a multiple of 16): its hidden vector h is the sum of the rows,
each times the feature's value. With a hidden layer the labels have rows of their own, W, and the scores are W h (Joulin
et al. 2017). Without one the first K numbers of h are the scores themselves: then K labels, up to 16, cost a cache line
for each feature, not seven.
"""

import math
from typing import NamedTuple

import numpy as np

from ....runtime.jit import inlined, kernel
from ....runtime.simd import LANES, fma, load, pointer, prefetch, splat, store, total
from ...word2vec._kernels import below, noise

SOFTMAX, HIERARCHICAL, NEGATIVE_SAMPLING, ONE_VS_REST = 0, 1, 2, 3
MULTIPLIER = np.uint64(116049371)  # of fastText's hash of word n-grams
AHEAD = 12  # rows asked for before they are read
ZERO, ONE = np.float32(0), np.float32(1)


class Lexicon(NamedTuple):
    """The features of T types; the last one stands for the end of a text, `</s>`.

    starts, rows : type t has rows `rows[starts[t]:starts[t + 1]]` (int64, int32): its own, if any, and its n-grams'
    hashes : (T,) uint64, as fastText has them
    """

    starts: np.ndarray
    rows: np.ndarray
    hashes: np.ndarray


class Bags(NamedTuple):
    """Features of N texts: text n has rows `ids[starts[n]:ends[n]]` (int32) with `values` (float32), labels
    `labels[label_starts[n]:label_starts[n + 1]]` (int32), and a weight (float32)."""

    ids: np.ndarray
    values: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    labels: np.ndarray
    label_starts: np.ndarray
    weights: np.ndarray


class Tables(NamedTuple):
    """The parameters, flat float32, rows padded to D: those of features, and of labels (or inner nodes, with
    hierarchical softmax), none without a hidden layer; and per feature whether it is frozen (uint8), or none."""

    features: np.ndarray
    labels: np.ndarray
    frozen: np.ndarray


class Draws(NamedTuple):
    """The ways of labels through a Huffman tree (`word2vec._kernels.Tree`), and noise as an alias table
    (`word2vec._kernels.Draws`); empty where the loss has no use for them."""

    starts: np.ndarray
    nodes: np.ndarray
    signs: np.ndarray
    threshold: np.ndarray
    alias: np.ndarray


class Plan(NamedTuple):
    """`width` is D, `labels` K, `hidden` whether there is a hidden layer."""

    width: int
    labels: int
    hidden: bool
    loss: int
    negative: int


@inlined
def add_feature(row, first, n, place, ids, counts):
    """Count a feature of the text whose features begin at `first`; returns where the next new one goes."""
    at = place[row]
    if at >= first:
        counts[at] += ONE
        return n
    place[row] = n
    ids[n] = row
    counts[n] = ONE
    return n + 1


@kernel
def features(words, lexicon, longest, base, buckets, place, state, ids, counts, ends):
    """Rows and counts of the texts in `words`, int32 types, -1 at the end of each text.

    N-grams of 2 to `longest` words have row base + hash modulo `buckets`, as in fastText (src/dictionary.cc). `place`
    (rows,) int32 is -1 at first and again at the end, `state` (longest + 1,) uint64 is room. `ids` and `counts` get the
    distinct rows of each text, `ends` (texts,) where they end. Returns their number.
    """
    starts, rows, hashes = pointer(lexicon.starts), pointer(lexicon.rows), pointer(lexicon.hashes)
    end_of_text, size = len(lexicon.hashes) - 1, np.uint64(max(buckets, 1))
    words_, place_, state_ = pointer(words), pointer(place), pointer(state)
    ids_, counts_, ends_ = pointer(ids), pointer(counts), pointer(ends)
    first, n, length, text = 0, 0, 0, 0
    for i in range(len(words)):
        word = np.int64(words_[i])
        is_end = word < 0
        if is_end:
            word = end_of_text
        for j in range(starts[word], starts[word + 1]):
            n = add_feature(np.int64(rows[j]), first, n, place_, ids_, counts_)
        hashed = hashes[word]
        length += 1
        for k in range(min(longest, length), 1, -1):
            state_[k] = state_[k - 1] * MULTIPLIER + hashed
            n = add_feature(base + np.int64(state_[k] % size), first, n, place_, ids_, counts_)
        state_[1] = hashed
        if is_end:
            ends_[text] = n
            text, first, length = text + 1, n, 0
    for i in range(n):
        place_[ids_[i]] = -1
    return n


@kernel
def count_labels(ids, starts, ends, labels, label_starts, weights, classes, table):
    """table[row * classes + label] += weight, for each feature and each label of each text; float64."""
    ids, labels, table = pointer(ids), pointer(labels), pointer(table)
    for text in range(len(ends)):
        weight = np.float64(weights[text])
        for j in range(label_starts[text], label_starts[text + 1]):
            label = np.int64(labels[j])
            for i in range(starts[text], ends[text]):
                table[classes * np.int64(ids[i]) + label] += weight


@kernel
def weigh(ids, counts, starts, ends, names, scales, by_count):
    """The features of texts as the model has them: `ids` become `names[ids]`, and `counts` values, in place.

    With `by_count` a value is the share of the text's features; otherwise `scales` (rows,) of the row, all of a text's
    divided by their Euclidean norm. Features without a name become row 0 with the value 0.
    """
    ids, counts, names, scales = pointer(ids), pointer(counts), pointer(names), pointer(scales)
    for text in range(len(ends)):
        norm = 0.0
        for i in range(starts[text], ends[text]):
            row = names[ids[i]]
            if by_count:
                norm += counts[i]
                value = counts[i] if row >= 0 else ZERO
            else:
                value = scales[row] if row >= 0 else ZERO
                norm += value * value
            ids[i], counts[i] = max(row, 0), value
        by = np.float32(0.0 if norm == 0 else 1 / norm if by_count else 1 / math.sqrt(norm))
        for i in range(starts[text], ends[text]):
            counts[i] *= by


@inlined
def gather(ids, values, begin, end, features, width, h):
    """h = Σ value · row over the features begin..end of a text."""
    for d in range(0, width, LANES):
        store(h, d, splat(ZERO))
    for i in range(begin, min(begin + AHEAD, end)):
        for d in range(0, width, LANES):
            prefetch(features, width * np.int64(ids[i]) + d)
    for i in range(begin, end):
        if i + AHEAD < end:
            ahead = width * np.int64(ids[i + AHEAD])
            for d in range(0, width, LANES):
                prefetch(features, ahead + d)
        row, value = width * np.int64(ids[i]), splat(values[i])
        for d in range(0, width, LANES):
            store(h, d, fma(load(features, row + d), value, load(h, d)))


@inlined
def scatter(ids, values, begin, end, features, width, g, frozen, any_frozen):
    """row += value · g for the features begin..end of a text that are not frozen."""
    for i in range(begin, end):
        if any_frozen and frozen[ids[i]]:
            continue
        row, value = width * np.int64(ids[i]), splat(values[i])
        for d in range(0, width, LANES):
            store(features, row + d, fma(load(g, d), value, load(features, row + d)))


@inlined
def score(h, labels, row, width):
    """The score of a label row."""
    sums = splat(ZERO)
    for d in range(0, width, LANES):
        sums = fma(load(h, d), load(labels, row + d), sums)
    return total(sums)


@inlined
def move(h, g, labels, row, width, step):
    """Add step · row to g, then step · h to the row."""
    by = splat(np.float32(step))
    for d in range(0, width, LANES):
        old = load(labels, row + d)
        store(g, d, fma(old, by, load(g, d)))
        store(labels, row + d, fma(load(h, d), by, old))


@inlined
def logistic(x, wanted):
    """(target minus probability, loss) of a score for a yes or no."""
    p = 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))
    margin = x if wanted else -x
    loss = math.log1p(math.exp(-margin)) if margin > 0 else math.log1p(math.exp(margin)) - margin
    return (1.0 if wanted else 0.0) - p, loss


@inlined
def has_label(label, labels, begin, end):
    """True if `label` is one of those of a text."""
    found = False
    for i in range(begin, end):
        found = found or labels[i] == label
    return found


@inlined
def dense_step(h, g, labels, given, begin, end, plan, rate, weight, scores):
    """Softmax or one-vs-rest over all labels: their scores become steps, which move both sides. Returns the loss.

    Of a text with several labels the target of softmax is the same share of each.
    """
    K, width, loss = plan.labels, plan.width, 0.0
    for k in range(K):
        scores[k] = score(h, labels, k * width, width) if plan.hidden else h[k]
    if plan.loss == SOFTMAX:
        largest, norm, share = -np.inf, 0.0, 1.0 / (end - begin)
        for k in range(K):
            largest = max(largest, scores[k])
        for k in range(K):
            norm += math.exp(scores[k] - largest)
        for k in range(K):
            ln = scores[k] - largest - math.log(norm)
            target = share if has_label(k, given, begin, end) else 0.0
            loss -= target * ln
            scores[k] = target - math.exp(ln)
    else:
        for k in range(K):
            scores[k], cost = logistic(scores[k], has_label(k, given, begin, end))
            loss += cost
    for k in range(K):
        step = rate * weight * scores[k]
        if plan.hidden:
            move(h, g, labels, k * width, width, step)
        else:
            g[k] = np.float32(step)
    return weight * loss


@inlined
def sampled_step(h, g, labels, label, draws, plan, rate, weight, rng):
    """Hierarchical softmax or negative sampling for one label. Returns the loss."""
    loss, width = 0.0, plan.width
    if plan.loss == HIERARCHICAL:
        for i in range(draws.starts[label], draws.starts[label + 1]):
            row = width * np.int64(draws.nodes[i])
            wrong, cost = logistic(np.float64(score(h, labels, row, width)), draws.signs[i] > 0)
            move(h, g, labels, row, width, rate * weight * wrong)
            loss += cost
        return weight * loss
    for i in range(plan.negative + 1):
        other = label if i == 0 else noise(label, plan.labels, draws.threshold, draws.alias, rng)
        wrong, cost = logistic(np.float64(score(h, labels, width * other, width)), i == 0)
        move(h, g, labels, width * other, width, rate * weight * wrong)
        loss += cost
    return weight * loss


@kernel
def train(bags, order, tables, draws, plan, lr, done, share, rng, scratch, scores, sums):
    """A step of gradient descent for each of the texts `order` (n,) int32.

    The learning rate falls evenly from lr to 0 over the training, of which the share `done` is over at the beginning
    and `done + share` at the end. `scratch` (2 D,) float32 and `scores` (K,) float64 are room, `sums` (1,) float64 gets
    the losses, `rng` (1,) uint64 is the state of the random numbers.
    """
    ids, values, starts, ends = pointer(bags.ids), pointer(bags.values), bags.starts, bags.ends
    rows, labels, frozen = pointer(tables.features), pointer(tables.labels), pointer(tables.frozen)
    any_frozen, width = len(tables.frozen) > 0, plan.width
    h, g = pointer(scratch[:width]), pointer(scratch[width:])
    given, label_starts = pointer(bags.labels), bags.label_starts
    for p in range(len(order)):
        text = order[p]
        rate = lr * max(1 - (done + share * p / len(order)), 1e-4)
        begin, end, weight = starts[text], ends[text], np.float64(bags.weights[text])
        first, last = label_starts[text], label_starts[text + 1]
        gather(ids, values, begin, end, rows, width, h)
        for d in range(0, width, LANES):
            store(g, d, splat(ZERO))
        if plan.loss == SOFTMAX or plan.loss == ONE_VS_REST:
            sums[0] += dense_step(h, g, labels, given, first, last, plan, rate, weight, scores)
        else:
            label = np.int64(given[first + (below(last - first, rng) if last - first > 1 else 0)])
            sums[0] += sampled_step(h, g, labels, label, draws, plan, rate, weight, rng)
        scatter(ids, values, begin, end, rows, width, g, frozen, any_frozen)
