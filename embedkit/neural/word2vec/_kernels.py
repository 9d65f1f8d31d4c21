"""The inner loops of skip-gram and CBOW.

Both are the same step, `sgd_step`: n hidden rows meet m output rows, all n * m scores are computed, then all gradients,
then both sides are moved, from the values they had before the step. Skip-gram has a hidden row for every neighbour
(negatives are shared by the window) or one at a time; CBOW has one, the mean of the neighbours. Outputs are the
centre word and k noise words, or the inner nodes on the centre word's way through a Huffman tree, or the whole
vocabulary.

Tables are flat, rows padded to D floats, a multiple of 16. Outputs go in tiles of six: six sums fill the registers and
share every load. The last tile is filled up with a row of zeros (the last of the output table) whose sign is 0, so
that it neither moves nor costs. Scores lie in rows of eight, six and two zeros; a tile has an even number of them, so
that two rows are one register. Signs of a tile are three rows, [signs, signs, zeros]: a register from the first has
those of two rows, from the second those of a last odd row.

Arrays come in named tuples, and the functions below the kernels take these as tuples of pointers (see `simd`).
"""

import math
from typing import NamedTuple

import numpy as np

from ...runtime.jit import inlined, kernel
from ...runtime.simd import (
    LANES,
    add,
    clamp,
    div,
    fma,
    hsum6,
    load,
    mul,
    pointer,
    pointers,
    prefetch,
    product,
    splat,
    store,
    store_half,
    sub,
)

TILE, ROW, SIGNS = 6, 8, 24
NEGATIVE_SAMPLING, HIERARCHICAL, SOFTMAX = 0, 1, 2
ZERO, HALF, ONE = np.float32(0), np.float32(0.5), np.float32(1)


class Tables(NamedTuple):
    """The parameters, flat float32: V + U + 1 input rows, of V words, U n-grams, and one that takes the gradients of
    frozen rows; R + 1 output rows (the last is zero), 2 * window position rows or none; and per input row whether it is
    frozen, or none."""

    inputs: np.ndarray
    outputs: np.ndarray
    positions: np.ndarray
    frozen: np.ndarray


class Draws(NamedTuple):
    """Chances in units of 2**-32: `keep` (V,) uint64 of an occurrence to stay; noise as an alias table (Walker 1977):
    column j gives j with chance `threshold[j]` (uint64), else `alias[j]` (int32)."""

    keep: np.ndarray
    threshold: np.ndarray
    alias: np.ndarray


class Tree(NamedTuple):
    """Word w passes `nodes[starts[w]:starts[w + 1]]` (int32), with `signs` (float32) 1 where it turns left, else -1."""

    starts: np.ndarray
    nodes: np.ndarray
    signs: np.ndarray


class Subwords(NamedTuple):
    """The vector of word w is the mean or sum of the input rows `rows[starts[w]:starts[w + 1]]` (int32): its own, which
    is w, and those of its n-grams. Without subwords both are empty, and a word is its own row."""

    starts: np.ndarray
    rows: np.ndarray


class Plan(NamedTuple):
    """The options a kernel needs; `width` is D, `shared` whether a window shares its negatives, `pooled` whether the
    vector of a word is the mean of its rows, not their sum."""

    width: int
    window: int
    dynamic: bool
    loss: int
    negative: int
    shared: bool
    mean: bool
    divided: bool
    pooled: bool


class Composed(NamedTuple):
    """The vectors of the words around the centre, composed of their subwords; S slots, or none without subwords.

    A word is composed when the window reaches its first occurrence, trained as if it were a row of its own, and when
    the last occurrence is left, its rows are moved by as much as it has moved. So a window costs no more than without
    subwords, and a token no more than its rows read and written once.

    vectors : S rows of now, S rows as composed, and a row that takes the gradients of frozen words; flat float32
    slot_of : (V,) int32, -1 for words that are not composed
    uses, frozen : (S,) int32 occurrences around the centre, uint8
    free : (S + 1,) int32, how many slots are free, and which
    edges : (2,) int64, the first position that is composed, and the one after the last
    """

    vectors: np.ndarray
    slot_of: np.ndarray
    uses: np.ndarray
    frozen: np.ndarray
    free: np.ndarray
    edges: np.ndarray


class Scratch(NamedTuple):
    """Buffers of one thread; see `plan.scratch`."""

    kept: np.ndarray
    negatives: np.ndarray
    hidden: np.ndarray
    moved: np.ndarray
    words: np.ndarray
    places: np.ndarray
    rows: np.ndarray
    chosen: np.ndarray
    signs: np.ndarray
    scores: np.ndarray
    composed: Composed


@inlined
def draw(rng):
    """32 random bits as uint64, from one step of xorshift64 (Marsaglia 2003); `rng` (1,) uint64 is not 0."""
    x = rng[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    rng[0] = x
    return x >> np.uint64(32)


@inlined
def below(bound, rng):
    """A random integer from 0 to bound - 1 (Lemire's multiplication; its bias is bound / 2**32)."""
    return np.int64((draw(rng) * np.uint64(bound)) >> np.uint64(32))


@inlined
def noise(target, V, threshold, alias, rng):
    """A noise word other than `target`: what equals it is drawn again, as fastText does; word2vec would do with one
    less. Within a window a word may be drawn twice, and then counts twice (in another tile of six outputs its second
    move starts from the first). Where hardly any other word can be drawn, the next in the vocabulary serves."""
    for _ in range(64):
        column = below(V, rng)
        word = column if draw(rng) < threshold[column] else np.int64(alias[column])
        if word != target:
            return word
    return (target + 1) % V


@inlined
def subsample(ids, total, keep, rng, kept):
    """Copy `total` ids to `kept` without what chance removes; line ends (-1) stay. Returns how many are left."""
    n = 0
    for i in range(total):
        word = ids[i]
        if word < 0 or keep[word] > draw(rng):
            kept[n] = word
            n += 1
    return n


@inlined
def draw_negatives(kept, n, k, V, threshold, alias, rng, negatives):
    """k noise words for each of the first n words of `kept`, in its order."""
    for at in range(n):
        if kept[at] >= 0:
            for j in range(at * k, at * k + k):
                negatives[j] = noise(np.int64(kept[at]), V, threshold, alias, rng)


@inlined
def compose_row(inputs, rows, begin, end, width, pooled, vectors, to):
    """The mean (or sum) of the input rows `rows[begin:end]`, to `vectors` from `to` on."""
    weight = splat(ONE / np.float32(end - begin) if pooled else ONE)
    for c in range(0, width, LANES):
        x = load(inputs, rows[begin] * width + c)
        for j in range(begin + 1, end):
            x = add(x, load(inputs, rows[j] * width + c))
        store(vectors, to + c, mul(x, weight))


@inlined
def move_rows(inputs, rows, begin, end, width, pooled, frozen, any_frozen, vectors, now, before):
    """Move the input rows `rows[begin:end]`, but for frozen ones, by as much as the vector has moved from `before`.

    Their mean then moves as much. A sum moves n times as far as each of its n rows, which get a share.
    """
    weight = splat(ONE if pooled else ONE / np.float32(end - begin))
    for c in range(0, width, LANES):
        store(vectors, before + c, mul(weight, sub(load(vectors, now + c), load(vectors, before + c))))
    for j in range(begin, end):
        if not any_frozen or frozen[rows[j]] == 0:
            row = rows[j] * width
            for c in range(0, width, LANES):
                store(inputs, row + c, add(load(inputs, row + c), load(vectors, before + c)))


@inlined
def slide(first, last, n, kept, tables, subwords, width, pooled, any_frozen, slots, composed):
    """Words up to position `last`, in this line, are composed; those before `first` give their rows what they have
    learnt."""
    inputs, frozen, starts, rows = tables.inputs, tables.frozen, subwords.starts, subwords.rows
    vectors, slot_of, uses, frozen_slots, free, edges = composed
    while edges[1] <= last and edges[1] < n and kept[edges[1]] >= 0:
        word = kept[edges[1]]
        edges[1] += 1
        slot = np.int64(slot_of[word])
        if slot < 0:
            slot = np.int64(free[free[0]])
            free[0] -= 1
            slot_of[word], uses[slot] = slot, 0
            frozen_slots[slot] = frozen[word] if any_frozen else 0
            compose_row(inputs, rows, starts[word], starts[word + 1], width, pooled, vectors, slot * width)
            for c in range(0, width, LANES):
                store(vectors, (slots + slot) * width + c, load(vectors, slot * width + c))
        uses[slot] += 1
    while edges[0] < edges[1] and edges[0] < first:
        word = kept[edges[0]]
        edges[0] += 1
        slot = np.int64(slot_of[word])
        uses[slot] -= 1
        if uses[slot] == 0:
            slot_of[word] = -1
            free[0] += 1
            free[free[0]] = slot
            now, before = slot * width, (slots + slot) * width
            begin, end = starts[word], starts[word + 1]
            move_rows(inputs, rows, begin, end, width, pooled, frozen, any_frozen, vectors, now, before)


@inlined
def neighbours(kept, n, at, half, window, slot_of, slots, words, places):
    """The words up to `half` before and after position `at` of the line (their slots, if there are any), and their
    `places` (0 .. 2 * window - 1, left to right). Returns how many."""
    found = 0
    i = at - 1
    while i >= 0 and i >= at - half and kept[i] >= 0:
        words[found] = slot_of[kept[i]] if slots else kept[i]
        places[found] = window + i - at
        found += 1
        i -= 1
    i = at + 1
    while i < n and i <= at + half and kept[i] >= 0:
        words[found] = slot_of[kept[i]] if slots else kept[i]
        places[found] = window + i - at - 1
        found += 1
        i += 1
    return found


@inlined
def choose_noise(target, negatives, first, k, width, outputs):
    """Outputs of negative sampling: the target and k words of `negatives` from `first` on. Returns the tiles used."""
    outputs[0] = np.int64(target) * width
    for j in range(k):
        outputs[j + 1] = np.int64(negatives[first + j]) * width
    return (k + TILE) // TILE


@inlined
def choose_path(target, tree, width, filler, chosen, signs):
    """Outputs of hierarchical softmax: the nodes on the way to `target`. Returns the tiles used."""
    first, m = tree.starts[target], tree.starts[target + 1] - tree.starts[target]
    tiles = (m + TILE - 1) // TILE
    for j in range(tiles * TILE):
        chosen[j] = np.int64(tree.nodes[first + j]) * width if j < m else filler
        at = j // TILE * SIGNS + j % TILE
        signs[at] = signs[at + ROW] = tree.signs[first + j] if j < m else ZERO
    return tiles


@inlined(fastmath=True)
def score_tile(hidden, h, outputs, chosen, j, width, signs, scores, s):
    """scores[s : s + 8] = signs * (hidden row at h · output rows), for the six rows chosen from the j-th on."""
    o0, o1, o2, o3, o4, o5 = chosen[j], chosen[j + 1], chosen[j + 2], chosen[j + 3], chosen[j + 4], chosen[j + 5]
    a0 = a1 = a2 = a3 = a4 = a5 = splat(ZERO)
    for c in range(0, width, LANES):
        x = load(hidden, h + c)
        a0 = fma(x, load(outputs, o0 + c), a0)
        a1 = fma(x, load(outputs, o1 + c), a1)
        a2 = fma(x, load(outputs, o2 + c), a2)
        a3 = fma(x, load(outputs, o3 + c), a3)
        a4 = fma(x, load(outputs, o4 + c), a4)
        a5 = fma(x, load(outputs, o5 + c), a5)
    store_half(scores, s, mul(signs, hsum6(a0, a1, a2, a3, a4, a5)))


@inlined(fastmath=True)
def move_tile(hidden, n, moved, rows, outputs, outs, j, width, steps, s):
    """Add steps · outputs to the rows of `moved`, and steps · hidden to the six output rows from the j-th on.

    `steps` from s on: a row of eight for each of the n hidden rows. Rows that repeat, on
    either side, take every addition.
    """
    o0, o1, o2, o3, o4, o5 = outs[j], outs[j + 1], outs[j + 2], outs[j + 3], outs[j + 4], outs[j + 5]
    for c in range(0, width, LANES):
        y0, y1, y2 = load(outputs, o0 + c), load(outputs, o1 + c), load(outputs, o2 + c)
        y3, y4, y5 = load(outputs, o3 + c), load(outputs, o4 + c), load(outputs, o5 + c)
        a0 = a1 = a2 = a3 = a4 = a5 = splat(ZERO)
        for i in range(n):
            at = s + ROW * i
            g0, g1, g2 = splat(steps[at]), splat(steps[at + 1]), splat(steps[at + 2])
            g3, g4, g5 = splat(steps[at + 3]), splat(steps[at + 4]), splat(steps[at + 5])
            x = load(hidden, i * width + c)
            a0, a1, a2 = fma(g0, x, a0), fma(g1, x, a1), fma(g2, x, a2)
            a3, a4, a5 = fma(g3, x, a3), fma(g4, x, a4), fma(g5, x, a5)
            row = rows[i] + c
            near = fma(g2, y2, fma(g1, y1, fma(g0, y0, load(moved, row))))
            store(moved, row, add(near, fma(g5, y5, fma(g4, y4, mul(g3, y3)))))
        store(outputs, o0 + c, add(load(outputs, o0 + c), a0))
        store(outputs, o1 + c, add(load(outputs, o1 + c), a1))
        store(outputs, o2 + c, add(load(outputs, o2 + c), a2))
        store(outputs, o3 + c, add(load(outputs, o3 + c), a3))
        store(outputs, o4 + c, add(load(outputs, o4 + c), a4))
        store(outputs, o5 + c, add(load(outputs, o5 + c), a5))


@inlined(fastmath=True)
def one_minus_sigmoid(score):
    """1 - sigmoid(score), by a rational tanh (error 3e-7); beyond ±15.2 as there, which is never 0 or 1,
    so that its logarithm exists; NaN stays NaN. Lanes to lanes."""
    x = clamp(mul(score, splat(HALF)), splat(np.float32(7.6)))
    y = mul(x, x)
    top = fma(splat(np.float32(-2.76076847742355e-16)), y, splat(np.float32(2.00018790482477e-13)))
    top = fma(top, y, splat(np.float32(-8.60467152213735e-11)))
    top = fma(top, y, splat(np.float32(5.12229709037114e-08)))
    top = fma(top, y, splat(np.float32(1.48572235717979e-05)))
    top = fma(top, y, splat(np.float32(6.37261928875436e-04)))
    top = fma(top, y, splat(np.float32(4.89352455891786e-03)))
    bottom = fma(splat(np.float32(1.19825839466702e-06)), y, splat(np.float32(1.18534705686654e-04)))
    bottom = fma(bottom, y, splat(np.float32(2.26843463243900e-03)))
    bottom = fma(bottom, y, splat(np.float32(4.89352518554385e-03)))
    return sub(splat(HALF), mul(splat(HALF), div(mul(x, top), bottom)))


@inlined
def flush_log(sums):
    """Take the logarithm that is outstanding."""
    sums[0] = sums[0] - math.log(sums[1]) if sums[1] != 0.0 else math.inf
    sums[1] = 1.0


@inlined(fastmath=True)
def logistic_steps(scores, n, tiles, signs, lr, sums):
    """Turn scores into steps, lr * sign * (1 - sigmoid(score)), the gradient of log sigmoid(score) times lr.

    All sigmoids go into the product `sums[1]`, one logarithm for many examples; it is taken before it gets too small.
    """
    at = 0
    for tile in range(tiles):
        for first in range(0, n, 10):
            # Five sigmoids to a lane are a float32, and sixty on top of 1e-100 are a float64.
            right = splat(ONE)
            for i in range(first, min(first + 10, n), 2):
                sign = load(signs, tile * SIGNS + (0 if i + 1 < n else ROW))
                step = mul(sign, one_minus_sigmoid(load(scores, at)))
                store(scores, at, mul(step, splat(lr)))
                right = mul(right, sub(splat(ONE), mul(step, sign)))
                at += 2 * ROW
            sums[1] *= product(right)
            if not sums[1] > 1e-100:
                flush_log(sums)


@inlined
def softmax_steps(scores, n, V, target, lr):
    """Turn scores over V words into steps, lr * ([word is target] - softmax). Returns the sum of -log softmax of the
    target."""
    loss, rows = 0.0, n + n % 2
    for i in range(n):
        largest, place = scores[ROW * i], (target // TILE * rows + i) * ROW + target % TILE
        for word in range(V):
            largest = max(largest, scores[(word // TILE * rows + i) * ROW + word % TILE])
        mass, meant = 0.0, np.float64(scores[place] - largest)
        for word in range(V):
            at = (word // TILE * rows + i) * ROW + word % TILE
            chance = math.exp(np.float64(scores[at] - largest))
            mass += chance
            scores[at] = chance
        loss += math.log(mass) - meant
        for word in range(V):
            at = (word // TILE * rows + i) * ROW + word % TILE
            scores[at] = -lr * np.float32(scores[at] / mass)
        scores[place] += lr
    return loss


@inlined
def sgd_step(n, moved, outputs, tiles, target, V, width, loss, lr, scratch, sums):
    """One step: the first n rows of `scratch.hidden` against the chosen rows of `outputs`; those of `moved` that
    `scratch.rows` names take the hidden side's part.

    `sums` (2,) float64: the loss so far, and the chance whose logarithm is still to be taken.
    """
    hidden, rows, chosen, signs, scores = scratch.hidden, scratch.rows, scratch.chosen, scratch.signs, scratch.scores
    even = n + n % 2
    for tile in range(tiles):
        sign = load(signs, tile * SIGNS)
        for i in range(n):
            score_tile(hidden, i * width, outputs, chosen, tile * TILE, width, sign, scores, (tile * even + i) * ROW)
    if loss == SOFTMAX:
        sums[0] += softmax_steps(scores, n, V, target, lr)
    else:
        logistic_steps(scores, n, tiles, signs, lr, sums)
    for tile in range(tiles):
        move_tile(hidden, n, moved, rows, outputs, chosen, tile * TILE, width, scores, tile * even * ROW)


@inlined
def prefetch_ahead(at, n, tables, subwords, slots, width, window, scratch, k):
    """Ask for the rows that the windows after this one will use; k negatives each, if those are known."""
    kept, outputs, inputs, starts, rows = scratch.kept, tables.outputs, tables.inputs, subwords.starts, subwords.rows
    if at + 2 < n and kept[at + 2] >= 0:
        for c in range(0, width, LANES):
            prefetch(outputs, kept[at + 2] * width + c)
        for j in range((at + 2) * k, (at + 3) * k):
            for c in range(0, width, LANES):
                prefetch(outputs, scratch.negatives[j] * width + c)
    far = at + window + 3
    if slots:
        if far + 3 < n and kept[far + 3] >= 0:
            prefetch(rows, starts[kept[far + 3]])
        if far < n and kept[far] >= 0 and scratch.composed.slot_of[kept[far]] < 0:
            for j in range(starts[kept[far]], starts[kept[far] + 1]):
                for c in range(0, width, LANES):
                    prefetch(inputs, rows[j] * width + c)
    elif far < n and kept[far] >= 0:
        for c in range(0, width, LANES):
            prefetch(inputs, kept[far] * width + c)


@inlined
def rate(lr, done):
    """The learning rate where a share `done` of all epochs is over: linear, not below 1e-4 of it."""
    return np.float32(lr * max(1.0 - done, 1e-4))


@inlined
def gradient_row(word, frozen, scratch_row, width):
    """Target row of the gradient of an input row: to the `scratch_row` one if frozen, -1 of which means none is."""
    return scratch_row if scratch_row >= 0 and frozen[word] else word * width


@kernel
def skipgram(ids, tables, subwords, draws, tree, plan, lr, done, share, rng, scratch, sums):
    """Train on the lines in `ids`: of all epochs a share `done` (float64) is over, and this chunk is `share`.

    Every word of a window predicts its centre, as in word2vec. `sums` (2,) is [0, 1] before, the loss in it after.
    Returns the number of examples: (neighbour, centre) pairs.
    """
    width, window, dynamic, loss, k, shared, _, _, pooled = plan
    any_frozen, slots, V = len(tables.frozen) > 0, len(scratch.composed.uses), len(draws.keep)
    scratch_row = len(scratch.composed.vectors if slots else tables.inputs) - width if any_frozen else -1
    filler, tiles, total = len(tables.outputs) - width, len(scratch.chosen) // TILE, len(ids)
    ids, rng, sums, subwords, tree = pointer(ids), pointer(rng), pointer(sums), pointers(subwords), pointers(tree)
    tables, (keep, threshold, alias), scratch = pointers(tables), pointers(draws), pointers(scratch)
    kept, negatives, words, places, rows = scratch.kept, scratch.negatives, scratch.words, scratch.places, scratch.rows
    hidden, chosen, outputs, composed = scratch.hidden, scratch.chosen, tables.outputs, scratch.composed
    # With subwords, hidden rows are those of the words composed, and the rest is as without.
    inputs, frozen = (composed.vectors, composed.frozen) if slots else (tables.inputs, tables.frozen)
    examples, n = 0, subsample(ids, total, keep, rng, kept)
    composed.edges[0] = composed.edges[1] = 0
    by_noise = loss == NEGATIVE_SAMPLING
    shared = shared or not by_noise
    if by_noise and shared:
        draw_negatives(kept, n, k, V, threshold, alias, rng, negatives)
    for at in range(n):
        target = np.int64(kept[at])
        if slots:
            first, last = (at - window, at + window) if target >= 0 else (at, -1)
            slide(first, last, n, kept, tables, subwords, width, pooled, any_frozen, slots, composed)
        if target < 0:
            composed.edges[0] = composed.edges[1] = at + 1
            continue
        prefetch_ahead(at, n, tables, subwords, slots, width, window, scratch, k if shared else 0)
        half = 1 + below(window, rng) if dynamic else window
        near = neighbours(kept, n, at, half, window, composed.slot_of, slots, words, places)
        if near == 0:
            continue
        examples += near
        step = rate(lr, done + share * (at / n))
        if not shared:
            # Pair by pair: each sees what the one before has changed.
            for i in range(near):
                for j in range(k):
                    negatives[j] = noise(target, V, threshold, alias, rng)
                tiles = choose_noise(target, negatives, 0, k, width, chosen)
                row = words[i] * width
                for c in range(0, width, LANES):
                    store(hidden, c, load(inputs, row + c))
                rows[0] = gradient_row(words[i], frozen, scratch_row, width)
                sgd_step(1, inputs, outputs, tiles, target, V, width, loss, step, scratch, sums)
            continue
        for i in range(near):
            row = words[i] * width
            for c in range(0, width, LANES):
                store(hidden, i * width + c, load(inputs, row + c))
            rows[i] = gradient_row(words[i], frozen, scratch_row, width)
        if by_noise:
            tiles = choose_noise(target, negatives, at * k, k, width, chosen)
        elif loss == HIERARCHICAL:
            tiles = choose_path(target, tree, width, filler, chosen, scratch.signs)
        sgd_step(near, inputs, outputs, tiles, target, V, width, loss, step, scratch, sums)
    if slots:
        slide(n, -1, n, kept, tables, subwords, width, pooled, any_frozen, slots, composed)
    flush_log(sums)
    return examples


@kernel
def cbow(ids, tables, subwords, draws, tree, plan, lr, done, share, rng, scratch, sums):
    """As `skipgram`, but the mean (or sum) of the neighbours predicts the centre: one example per window.

    With position rows each neighbour is first multiplied by the row of its place (Mikolov et al. 2018, section 2.2).
    """
    width, window, dynamic, loss, k, _, mean, divided, pooled = plan
    by_place, any_frozen = len(tables.positions) > 0, len(tables.frozen) > 0
    slots, V = len(scratch.composed.uses), len(draws.keep)
    scratch_row = len(scratch.composed.vectors if slots else tables.inputs) - width if any_frozen else -1
    filler, tiles, total = len(tables.outputs) - width, len(scratch.chosen) // TILE, len(ids)
    ids, rng, sums, subwords, tree = pointer(ids), pointer(rng), pointer(sums), pointers(subwords), pointers(tree)
    tables, (keep, threshold, alias), scratch = pointers(tables), pointers(draws), pointers(scratch)
    kept, negatives, words, places, rows = scratch.kept, scratch.negatives, scratch.words, scratch.places, scratch.rows
    hidden, moved, chosen, composed = scratch.hidden, scratch.moved, scratch.chosen, scratch.composed
    outputs, positions = tables.outputs, tables.positions
    # With subwords, hidden rows are those of the words composed, and the rest is as without.
    inputs, frozen = (composed.vectors, composed.frozen) if slots else (tables.inputs, tables.frozen)
    examples, n = 0, subsample(ids, total, keep, rng, kept)
    composed.edges[0] = composed.edges[1] = 0
    by_noise = loss == NEGATIVE_SAMPLING
    if by_noise:
        draw_negatives(kept, n, k, V, threshold, alias, rng, negatives)
    rows[0] = 0
    for at in range(n):
        target = np.int64(kept[at])
        if slots:
            first, last = (at - window, at + window) if target >= 0 else (at, -1)
            slide(first, last, n, kept, tables, subwords, width, pooled, any_frozen, slots, composed)
        if target < 0:
            composed.edges[0] = composed.edges[1] = at + 1
            continue
        prefetch_ahead(at, n, tables, subwords, slots, width, window, scratch, k)
        half = 1 + below(window, rng) if dynamic else window
        near = neighbours(kept, n, at, half, window, composed.slot_of, slots, words, places)
        if near == 0:
            continue
        examples += 1
        step, part = rate(lr, done + share * (at / n)), ONE / np.float32(near)
        weight = splat(part if mean else ONE)
        for c in range(0, width, LANES):
            x = splat(ZERO)
            for i in range(near):
                row = load(inputs, words[i] * width + c)
                x = fma(row, load(positions, places[i] * width + c), x) if by_place else add(x, row)
            store(hidden, c, mul(x, weight))
            store(moved, c, splat(ZERO))
        if by_noise:
            tiles = choose_noise(target, negatives, at * k, k, width, chosen)
        elif loss == HIERARCHICAL:
            tiles = choose_path(target, tree, width, filler, chosen, scratch.signs)
        sgd_step(1, moved, outputs, tiles, target, V, width, loss, step, scratch, sums)
        # word2vec gives every neighbour the whole step; the gradient of a mean would be divided.
        weight = splat(part if divided else ONE)
        for i in range(near):
            words[i], rows[i] = words[i] * width, gradient_row(words[i], frozen, scratch_row, width)
        for c in range(0, width, LANES):
            change = mul(load(moved, c), weight)
            for i in range(near if by_place else 0):
                # All rows are read before one is written: a word may stand in the window twice.
                store(hidden, i * width + c, load(inputs, words[i] + c))
            for i in range(near):
                to = rows[i] + c
                if by_place:
                    here = places[i] * width + c
                    scale = load(positions, here)
                    store(positions, here, fma(change, load(hidden, i * width + c), scale))
                    store(inputs, to, fma(change, scale, load(inputs, to)))
                else:
                    store(inputs, to, add(change, load(inputs, to)))
        rows[0] = 0
    if slots:
        slide(n, -1, n, kept, tables, subwords, width, pooled, any_frozen, slots, composed)
    flush_log(sums)
    return examples


@kernel
def compose(inputs, subwords, pooled, width, first, last, vectors):
    """The vectors of the words from `first` to `last`, to `vectors` (flat, rows of `width`), which may begin at the row
    of the first in `inputs`: no word has another's."""
    inputs, vectors = pointer(inputs), pointer(vectors)
    starts, rows = pointer(subwords.starts), pointer(subwords.rows)
    for word in range(first, last):
        compose_row(inputs, rows, starts[word], starts[word + 1], width, pooled, vectors, (word - first) * width)


@kernel
def merge(table, first, second, begin, end):
    """The changes of two copies of a flat table are added up; both copies and the table get the sum.

    From `begin` to `end`, multiples of 16.
    """
    table, first, second = pointer(table), pointer(first), pointer(second)
    for at in range(begin, end, LANES):
        before = load(table, at)
        after = add(before, add(sub(load(first, at), before), sub(load(second, at), before)))
        store(table, at, after)
        store(first, at, after)
        store(second, at, after)
