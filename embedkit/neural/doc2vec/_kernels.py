"""The inner loops of PV-DBOW and PV-DM, of the parts of word2vec's.

A document is a row of the input table that stands in every window: in PV-DBOW it predicts each word (with
`--dbow-words` beside the neighbours, as in skip-gram), in PV-DM its mean with the neighbours does (as in CBOW).
Documents end at -1. For inference the same loops move the row of the document alone.

Where only documents predict, all words of a document have the same hidden row, so that a noise word has the same score
for each of them: fewer noise words serve several words at once, with a weight that keeps the mean of the gradient.
"""

import math
from typing import NamedTuple

import numpy as np

from ...runtime.jit import inlined, kernel
from ...runtime.simd import LANES, add, fma, load, mul, pointer, pointers, prefetch, product, splat, store, sub
from ..word2vec._kernels import (
    NEGATIVE_SAMPLING,
    ONE,
    ROW,
    SIGNS,
    TILE,
    ZERO,
    below,
    choose_noise,
    choose_path,
    draw_negatives,
    flush_log,
    logistic_steps,
    move_tile,
    neighbours,
    noise,
    one_minus_sigmoid,
    rate,
    score_tile,
    subsample,
)

GROUP = TILE  # words that a document predicts at a time, where nothing else does
PAIR = 2 * TILE  # outputs whose scores are a register


class Place(NamedTuple):
    """The place of a span of text: `document` is the input row of its first; `passes` over the span; `is_new` where
    only the row of the document learns."""

    document: int
    passes: int
    is_new: bool


class DbowScratch(NamedTuple):
    """Buffers of one thread for `dbow`, whose outputs are GROUP words and K noise words, in T tiles.

    kept : (n,) int32
    noises : (2 K,) int32
    hidden : (D,) float32
    rows : (1,) int64
    chosen : (GROUP + K,) int64
    signs, weights, scores : ((T + 2) * ROW,) float32, rows of tiles, the second of them empty; 0 where no output is
    """

    kept: np.ndarray
    noises: np.ndarray
    hidden: np.ndarray
    rows: np.ndarray
    chosen: np.ndarray
    signs: np.ndarray
    weights: np.ndarray
    scores: np.ndarray


@inlined(fastmath=True)
def pull_tile(moved, row, outputs, chosen, j, width, steps, s):
    """moved[row] += the six output rows chosen from the j-th on, times their steps: the hidden side of `move_tile`."""
    o0, o1, o2, o3, o4, o5 = chosen[j], chosen[j + 1], chosen[j + 2], chosen[j + 3], chosen[j + 4], chosen[j + 5]
    g0, g1, g2 = splat(steps[s]), splat(steps[s + 1]), splat(steps[s + 2])
    g3, g4, g5 = splat(steps[s + 3]), splat(steps[s + 4]), splat(steps[s + 5])
    for c in range(0, width, LANES):
        near = fma(g2, load(outputs, o2 + c), fma(g1, load(outputs, o1 + c), mul(g0, load(outputs, o0 + c))))
        far = fma(g5, load(outputs, o5 + c), fma(g4, load(outputs, o4 + c), mul(g3, load(outputs, o3 + c))))
        store(moved, row + c, add(load(moved, row + c), add(near, far)))


@inlined
def logistic_step(n, moved, outputs, tiles, width, lr, scratch, sums, is_new):
    """As word2vec's `sgd_step` without its softmax; where `is_new`, n is 1 and outputs stay."""
    hidden, rows, chosen, signs, scores = scratch.hidden, scratch.rows, scratch.chosen, scratch.signs, scratch.scores
    even = n + n % 2
    for tile in range(tiles):
        sign = load(signs, tile * SIGNS)
        for i in range(n):
            score_tile(hidden, i * width, outputs, chosen, tile * TILE, width, sign, scores, (tile * even + i) * ROW)
    logistic_steps(scores, n, tiles, signs, lr, sums)
    for tile in range(tiles):
        if is_new:
            pull_tile(moved, rows[0], outputs, chosen, tile * TILE, width, scores, tile * even * ROW)
        else:
            move_tile(hidden, n, moved, rows, outputs, chosen, tile * TILE, width, scores, tile * even * ROW)


@inlined
def prefetch_outputs(at, n, kept, outputs, width, negatives, k):
    """Ask for the output rows that the word at a later place will use; k negatives, if those are known."""
    if at < n and kept[at] >= 0:
        for c in range(0, width, LANES):
            prefetch(outputs, kept[at] * width + c)
        for j in range(at * k, at * k + k):
            for c in range(0, width, LANES):
                prefetch(outputs, negatives[j] * width + c)


@inlined
def draw_shared(first, count, V, threshold, alias, rng, outputs, width, noises):
    """Draw `count` noise words, to `noises` from `first` on, and ask for their output rows. As in the objective of
    Mikolov et al. (2013, equation 4) they may be what is predicted."""
    for j in range(first, first + count):
        noises[j] = noise(-1, V, threshold, alias, rng)
        for c in range(0, width, LANES):
            prefetch(outputs, np.int64(noises[j]) * width + c)


@inlined
def tile_at(tile):
    """The row of a tile in the arrays of `DbowScratch`: targets have a register to themselves."""
    return (tile + 1) * ROW if tile else 0


@inlined
def weigh(group, count, k, signs, weights):
    """Signs and weights of outputs: of a group of targets, and of `count` noise words instead of k for each of them.
    Returns the weight of a noise word."""
    weight = np.float32(group * k / count)
    for g in range(GROUP):
        signs[g] = weights[g] = ONE if g < group else ZERO
    for j in range(count):
        at = LANES + j // TILE * ROW + j % TILE
        signs[at], weights[at] = -ONE, -weight
    return weight


@inlined(fastmath=True)
def weighted_steps(scores, signs, weights, first, last, lr):
    """Turn scores times signs, from `first` to `last`, into steps, lr * weight * (1 - sigmoid(score)).

    Returns the sum of -log sigmoid(score).
    """
    loss = 0.0
    for at in range(first, last, LANES):
        wrong = one_minus_sigmoid(load(scores, at))
        sign = load(signs, at)
        loss -= math.log(product(sub(splat(ONE), mul(wrong, mul(sign, sign)))))
        store(scores, at, mul(mul(wrong, load(weights, at)), splat(lr)))
    return loss


@kernel
def dbow(ids, tables, place, draws, tree, plan, lr, done, share, rng, scratch, sums):
    """Train on the documents in `ids`: of all epochs a share `done` (float64) is over, and this chunk is `share`.

    GROUP words are predicted at a time, from the document as it was before: else every word would wait for the one
    before it to its last digit. They share K noise words, which stand for k of each (`weigh`). `sums` (2,) is [0, 1]
    before, the loss in sums[0] after. Returns the number of examples.
    """
    width, k, V, count = plan.width, plan.negative, len(draws.keep), len(scratch.noises) // 2
    total, filler, examples = len(ids), len(tables.outputs) - width, 0
    text, rng, (keep, threshold, alias) = pointer(ids), pointer(rng), pointers(draws)
    inputs, outputs = pointer(tables.inputs), pointer(tables.outputs)
    kept, noises, hidden, rows, chosen, signs, weights, scores = pointers(scratch)
    tiles = (GROUP + count) // TILE
    for turn in range(place.passes):
        document, n = place.document * width, subsample(text, total, keep, rng, kept)
        # One half of the noise words is drawn while the other is trained.
        at = now = weighed = 0
        weight = ZERO
        draw_shared(0, count, V, threshold, alias, rng, outputs, width, noises)
        while at < n:
            if kept[at] < 0:
                document, at = document + width, at + 1
                continue
            group = 1
            while group < GROUP and at + group < n and kept[at + group] >= 0:
                group += 1
            if group != weighed:
                weight, weighed = weigh(group, count, k, signs, weights), group
            for g in range(GROUP):
                chosen[g] = np.int64(kept[at + g]) * width if g < group else filler
                prefetch_outputs(at + g + GROUP, n, kept, outputs, width, noises, 0)
            for j in range(count):
                chosen[GROUP + j] = np.int64(noises[now + j]) * width
            now = count - now
            draw_shared(now, count, V, threshold, alias, rng, outputs, width, noises)
            for c in range(0, width, LANES):
                store(hidden, c, load(inputs, document + c))
            rows[0] = document
            examples += group
            step = rate(lr, done + share * (turn + at / n))
            for tile in range(tiles):
                s = tile_at(tile)
                score_tile(hidden, 0, outputs, chosen, tile * TILE, width, load(signs, s), scores, s)
            sums[0] += weighted_steps(scores, signs, weights, 0, LANES, step)
            sums[0] += weight * weighted_steps(scores, signs, weights, LANES, tile_at(tiles), step)
            for tile in range(tiles):
                if place.is_new:
                    pull_tile(inputs, document, outputs, chosen, tile * TILE, width, scores, tile_at(tile))
                else:
                    move_tile(hidden, 1, inputs, rows, outputs, chosen, tile * TILE, width, scores, tile_at(tile))
            at += group
    return examples


@kernel
def dbow_words(ids, tables, place, draws, tree, plan, lr, done, share, rng, scratch, sums):
    """Train on the documents in `ids`, as `dbow`: every word is predicted by its document and its neighbours, which
    share its negatives. `sums` (2,) is [0, 1] before, the loss in it after. Returns the number of examples.
    """
    width, window, k, V = plan.width, plan.window, plan.negative, len(draws.keep)
    total, filler = len(ids), len(tables.outputs) - width
    text, rng, sums, (keep, threshold, alias) = pointer(ids), pointer(rng), pointer(sums), pointers(draws)
    inputs, outputs, tree, scratch = pointer(tables.inputs), pointer(tables.outputs), pointers(tree), pointers(scratch)
    kept, negatives, words, places, rows = scratch.kept, scratch.negatives, scratch.words, scratch.places, scratch.rows
    hidden, chosen, slot_of = scratch.hidden, scratch.chosen, scratch.composed.slot_of
    by_noise, examples = plan.loss == NEGATIVE_SAMPLING, 0
    for turn in range(place.passes):
        document, n = place.document * width, subsample(text, total, keep, rng, kept)
        if by_noise:
            draw_negatives(kept, n, k, V, threshold, alias, rng, negatives)
        for at in range(n):
            target = np.int64(kept[at])
            if target < 0:
                document += width
                continue
            prefetch_outputs(at + 2, n, kept, outputs, width, negatives, k)
            half = 1 + below(window, rng) if plan.dynamic else window
            near = neighbours(kept, n, at, half, window, slot_of, 0, words, places)
            # The document comes first: it is all that a new one has.
            for i in range(near):
                rows[i + 1] = words[i] * width
            rows[0] = document
            near = 1 if place.is_new else near + 1
            for i in range(near):
                for c in range(0, width, LANES):
                    store(hidden, i * width + c, load(inputs, rows[i] + c))
            examples += near
            step = rate(lr, done + share * (turn + at / n))
            if by_noise:
                tiles = choose_noise(target, negatives, at * k, k, width, chosen)
            else:
                tiles = choose_path(target, tree, width, filler, chosen, scratch.signs)
            logistic_step(near, inputs, outputs, tiles, width, step, scratch, sums, place.is_new)
    flush_log(sums)
    return examples


@kernel
def dm(ids, tables, place, draws, tree, plan, lr, done, share, rng, scratch, sums):
    """As `dbow`, but the mean (or sum) of the document and the neighbours predicts the word: one example per word.

    As in word2vec and gensim each of them gets the whole gradient of the mean.
    """
    width, window, k, V = plan.width, plan.window, plan.negative, len(draws.keep)
    total, filler = len(ids), len(tables.outputs) - width
    text, rng, sums, (keep, threshold, alias) = pointer(ids), pointer(rng), pointer(sums), pointers(draws)
    inputs, outputs, tree, scratch = pointer(tables.inputs), pointer(tables.outputs), pointers(tree), pointers(scratch)
    kept, negatives, words, places, rows = scratch.kept, scratch.negatives, scratch.words, scratch.places, scratch.rows
    hidden, moved, chosen, slot_of = scratch.hidden, scratch.moved, scratch.chosen, scratch.composed.slot_of
    by_noise, examples = plan.loss == NEGATIVE_SAMPLING, 0
    rows[0] = 0
    for turn in range(place.passes):
        document, n = place.document * width, subsample(text, total, keep, rng, kept)
        if by_noise:
            draw_negatives(kept, n, k, V, threshold, alias, rng, negatives)
        for at in range(n):
            target = np.int64(kept[at])
            if target < 0:
                document += width
                continue
            prefetch_outputs(at + 2, n, kept, outputs, width, negatives, k)
            half = 1 + below(window, rng) if plan.dynamic else window
            near = neighbours(kept, n, at, half, window, slot_of, 0, words, places)
            examples += 1
            step = rate(lr, done + share * (turn + at / n))
            part = splat(ONE / np.float32(near + 1) if plan.mean else ONE)
            for c in range(0, width, LANES):
                x = load(inputs, document + c)
                for i in range(near):
                    x = add(x, load(inputs, words[i] * width + c))
                store(hidden, c, mul(x, part))
                store(moved, c, splat(ZERO))
            if by_noise:
                tiles = choose_noise(target, negatives, at * k, k, width, chosen)
            else:
                tiles = choose_path(target, tree, width, filler, chosen, scratch.signs)
            logistic_step(1, moved, outputs, tiles, width, step, scratch, sums, place.is_new)
            for c in range(0, width, LANES):
                change = load(moved, c)
                store(inputs, document + c, add(change, load(inputs, document + c)))
                for i in range(0 if place.is_new else near):
                    to = words[i] * width + c
                    store(inputs, to, add(change, load(inputs, to)))
    flush_log(sums)
    return examples
