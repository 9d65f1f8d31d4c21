"""Attention, normalization and activations for float32; `plain` says what each function does, in the same words.

All arrays are flat. Attention goes through the pairs of a sequence and a head: queries, keys and values of one are
copied side by side, so that what its products pass over stays in the second cache. Scores exist for six queries at a
time, on the way back for 48, and of causal ones no more than up to the next multiple of sixteen keys.
"""

import math

import numpy as np

from ....runtime.jit import inlined, kernel
from ....runtime.simd import add as plus
from ....runtime.simd import fma, load, pointer, splat, store
from .._kernels import exp_run, largest, rational_tanh

ZERO, HALF, ONE, TWO = np.float32(0), np.float32(0.5), np.float32(1), np.float32(2)
LARGEST = np.float32(3.4e38)
QUERIES = 48  # queries of a tile of the way back, a multiple of ROWS
ROWS, LANES = 6, 16
ROOT_HALF, DENSITY = np.float32(math.sqrt(0.5)), np.float32(1 / math.sqrt(2 * math.pi))


@inlined
def mixed(x):
    """A hash of 32 bits (Wellons' lowbias32)."""
    x = np.uint32(x ^ (x >> np.uint32(16)))
    x = np.uint32(x * np.uint32(0x7FEB352D))
    x = np.uint32(x ^ (x >> np.uint32(15)))
    x = np.uint32(x * np.uint32(0x846CA68B))
    return np.uint32(x ^ (x >> np.uint32(16)))


@inlined
def upto(n, multiple):
    """n, rounded up."""
    return (n + multiple - 1) // multiple * multiple


def scratch(T: int, d: int, back: bool = False) -> int:
    """Numbers of scratch that a pair of T steps and d numbers takes."""
    depth, keys, rows = (-(-n // m) * m for n, m in ((d, LANES), (T, LANES), (T, QUERIES)))
    if back:
        return (7 * rows + 2 * keys) * depth + 2 * QUERIES * keys + LANES
    return (3 * rows + 2 * keys) * depth + ROWS * (keys + depth)


@inlined(fastmath=True)
def six_rows(v, a, row, step, b, width, c, stride, columns, depth, add):
    """v[c + r·stride + j] = Σ v[a + r·row + k·step] · v[b + k·width + j] over k < depth, for six r, j < columns; `add`
    to what is there. Columns come in sixteens."""
    for j in range(0, columns, LANES):
        p, q, r, s, t, u = splat(ZERO), splat(ZERO), splat(ZERO), splat(ZERO), splat(ZERO), splat(ZERO)
        for k in range(depth):
            y, at = load(v, b + k * width + j), a + k * step
            p = fma(splat(v[at]), y, p)
            q = fma(splat(v[at + row]), y, q)
            r = fma(splat(v[at + 2 * row]), y, r)
            s = fma(splat(v[at + 3 * row]), y, s)
            t = fma(splat(v[at + 4 * row]), y, t)
            u = fma(splat(v[at + 5 * row]), y, u)
        at = c + j
        if add:
            p, q = plus(p, load(v, at)), plus(q, load(v, at + stride))
            r, s = plus(r, load(v, at + 2 * stride)), plus(s, load(v, at + 3 * stride))
            t, u = plus(t, load(v, at + 4 * stride)), plus(u, load(v, at + 5 * stride))
        store(v, at, p)
        store(v, at + stride, q)
        store(v, at + 2 * stride, r)
        store(v, at + 3 * stride, s)
        store(v, at + 4 * stride, t)
        store(v, at + 5 * stride, u)


@inlined(fastmath=True)
def gather(qkv, v, rows, columns, keys, T, B, D, b, h, d, depth):
    """Queries, keys and values of head h of sequence b, row by row one after the other from v[rows] on, and keys and
    values column by column from v[columns] on."""
    for part in range(3):
        for t in range(T):
            at, out = (t * B + b) * 3 * D + part * D + h * d, rows + (part * upto(T, QUERIES) + t) * depth
            for c in range(d):
                v[out + c] = qkv[at + c]
            if part > 0:
                for c in range(d):
                    v[columns + ((part - 1) * depth + c) * keys + t] = v[out + c]


@inlined(fastmath=True)
def scatter(v, rows, dqkv, T, B, D, b, h, d, depth):
    """The way back of `gather`, from rows."""
    for part in range(3):
        for t in range(T):
            at, out = (t * B + b) * 3 * D + part * D + h * d, rows + (part * upto(T, QUERIES) + t) * depth
            for c in range(d):
                dqkv[at + c] = v[out + c]


@inlined(fastmath=True)
def zeroed(v, begin, end):
    for j in range(begin, end):
        v[j] = ZERO


@inlined(fastmath=True)
def hide_padding(v, at, keep, k, n):
    """Scores of keys that are padding become as low as can be."""
    for j in range(n):
        v[at + j] = v[at + j] if keep[k + j] > ZERO else -LARGEST


@inlined(fastmath=True)
def times(v, at, w, k, n):
    """v[at : at + n] *= w[k : k + n]; returns the sum."""
    total = ZERO
    for j in range(n):
        v[at + j] *= w[k + j]
        total += v[at + j]
    return total


@inlined(fastmath=True)
def drop(v, at, n, key, first, limit):
    """v[at + j] = 0 where the hash of place `first` + j is below `limit`."""
    for j in range(n):
        v[at + j] = v[at + j] if mixed(np.uint32(np.uint32(first + j) ^ key)) >= limit else ZERO


@kernel(fastmath=True)
def attention(
    qkv, keep, masked, causal, limit, seed, Y, lse, scratch, bits, powers, tops,
    begin, end, T, B, D, heads,
):  # fmt: skip
    """`plain.attention` of the pairs from `begin` to `end`, sequence by sequence."""
    qkv, keep, Y, lse = pointer(qkv), pointer(keep), pointer(Y), pointer(lse)
    v, tops, bits, powers = pointer(scratch), pointer(tops), pointer(bits), pointer(powers)
    d, keys = D // heads, upto(T, LANES)
    depth, rows = upto(d, LANES), upto(T, QUERIES)
    Q, V, KT = 0, 2 * rows * depth, 3 * rows * depth
    S = KT + 2 * keys * depth
    C = S + ROWS * keys
    zeroed(v, 0, S)
    scale, kept = np.float32(1 / math.sqrt(d)), np.float32(4294967296.0 / (4294967296.0 - limit))
    for pair in range(begin, end):
        b, h = pair // heads, pair % heads
        key = mixed(np.uint32(np.uint32(seed) + mixed(np.uint32(pair))))
        gather(qkv, v, Q, KT, keys, T, B, D, b, h, d, depth)
        for first in range(0, T, ROWS):
            columns = min(keys, upto(first + ROWS, LANES)) if causal else keys
            six_rows(v, Q + first * depth, depth, 1, KT, keys, S, keys, columns, d, False)
            for t in range(first, min(first + ROWS, T)):
                n, at = (t + 1 if causal else T), S + (t - first) * keys
                for j in range(n):
                    v[at + j] *= scale
                if masked:
                    hide_padding(v, at, keep, b * T, n)
                top = largest(v, at, n, tops)
                mass = exp_run(v, at, n, top, bits, powers)
                if masked:
                    mass = times(v, at, keep, b * T, n)
                lse[pair * T + t] = top + np.float32(math.log(mass)) if mass > ZERO else LARGEST
                if limit > 0:
                    drop(v, at, n, key, t * T, limit)
                part = kept / mass if mass > ZERO else ZERO
                for j in range(n):
                    v[at + j] *= part
                zeroed(v, at + n, at + columns)
            six_rows(v, S, keys, 1, V, depth, C, depth, depth, columns, False)
            for t in range(first, min(first + ROWS, T)):
                for c in range(d):
                    Y[(t * B + b) * D + h * d + c] = v[C + (t - first) * depth + c]


@kernel(fastmath=True)
def attention_back(
    qkv, keep, masked, causal, limit, seed, Y, lse, dY, dqkv, scratch, bits, powers,
    begin, end, T, B, D, heads,
):  # fmt: skip
    """`plain.attention_back` of the pairs from `begin` to `end`."""
    qkv, keep, Y, lse = pointer(qkv), pointer(keep), pointer(Y), pointer(lse)
    dY, dqkv, v, bits, powers = pointer(dY), pointer(dqkv), pointer(scratch), pointer(bits), pointer(powers)
    d, keys = D // heads, upto(T, LANES)
    depth, rows = upto(d, LANES), upto(T, QUERIES)
    size = rows * depth
    # The gradients of outputs, queries, keys and values (which no product needs as rows), keys and values as columns,
    # the gradients of queries, keys and values, a tile of weights and one of the gradients of scores.
    G, Q, K, KT, dQ, dK = 0, size, 2 * size, 4 * size, 4 * size + 2 * keys * depth, 5 * size + 2 * keys * depth
    P = dK + 2 * size
    dS = P + QUERIES * keys
    zeroed(v, 0, dQ)
    scale, kept = np.float32(1 / math.sqrt(d)), np.float32(4294967296.0 / (4294967296.0 - limit))
    for pair in range(begin, end):
        b, h = pair // heads, pair % heads
        key = mixed(np.uint32(np.uint32(seed) + mixed(np.uint32(pair))))
        zeroed(v, dK, P)
        gather(qkv, v, Q, KT, keys, T, B, D, b, h, d, depth)
        for t in range(T):
            for c in range(d):
                v[G + t * depth + c] = dY[(t * B + b) * D + h * d + c]
        for top in range(0, T, QUERIES):
            bottom = min(top + QUERIES, T)
            for first in range(top, bottom, ROWS):
                columns = min(keys, upto(first + ROWS, LANES)) if causal else keys
                for part in range(2):
                    tile = P + part * QUERIES * keys + (first - top) * keys
                    at = (1 - part) * size + first * depth
                    six_rows(v, at, depth, 1, KT + part * keys * depth, keys, tile, keys, columns, d, False)
                for t in range(first, first + ROWS):
                    p = P + (t - top) * keys
                    s, n = p + QUERIES * keys, (0 if t >= T else t + 1 if causal else T)
                    if n:
                        for j in range(n):
                            v[p + j] *= scale
                        if masked:
                            hide_padding(v, p, keep, b * T, n)
                        exp_run(v, p, n, lse[pair * T + t], bits, powers)
                        if masked:
                            times(v, p, keep, b * T, n)
                        slope = ZERO
                        for c in range(d):
                            slope += v[G + t * depth + c] * Y[(t * B + b) * D + h * d + c]
                        if limit > 0:
                            drop(v, s, n, key, t * T, limit)
                        for j in range(n):
                            v[s + j] = scale * v[p + j] * (v[s + j] * kept - slope)
                        if limit > 0:
                            drop(v, p, n, key, t * T, limit)
                            for j in range(n):
                                v[p + j] *= kept
                    zeroed(v, p + n, p + columns)
                    zeroed(v, s + n, s + columns)
                tile, out = dS + (first - top) * keys, dQ + first * depth
                six_rows(v, tile, keys, 1, K, depth, out, depth, depth, columns, False)
            for j in range(0, min(upto(bottom, ROWS), keys) if causal else keys, ROWS):
                begin_row = max(top, j) if causal else top
                for part in range(2):
                    tile = dS - part * QUERIES * keys + (begin_row - top) * keys + j
                    at, out = (1 - part) * size + begin_row * depth, dK + part * size + j * depth
                    six_rows(v, tile, 1, keys, at, depth, out, depth, depth, bottom - begin_row, True)
        scatter(v, dQ, dqkv, T, B, D, b, h, d, depth)


@kernel(fastmath=True)
def rotate(qkv, angles, back, begin, end, B, D, d):
    """`plain.rotate` of the steps from `begin` to `end`."""
    qkv, angles = pointer(qkv), pointer(angles)
    sign = -ONE if back else ONE
    for row in range(begin * B, end * B):
        for c in range(0, 2 * D, 2):
            at, turn = row * 3 * D + c, row // B * d + c % d
            x, y, cosine, sine = qkv[at], qkv[at + 1], angles[turn], sign * angles[turn + 1]
            qkv[at], qkv[at + 1] = x * cosine - y * sine, x * sine + y * cosine


@kernel(fastmath=True)
def norm(X, gain, bias, centered, Y, stats, begin, end, D):
    """`plain.norm` of the rows from `begin` to `end`."""
    X, gain, bias, Y, stats = pointer(X), pointer(gain), pointer(bias), pointer(Y), pointer(stats)
    for i in range(begin, end):
        row, mean, squares = i * D, ZERO, ZERO
        if centered:
            for c in range(D):
                mean += X[row + c]
            mean /= np.float32(D)
        for c in range(D):
            x = X[row + c] - mean
            squares += x * x
        scale = ONE / math.sqrt(squares / np.float32(D) + np.float32(1e-5))
        stats[2 * i], stats[2 * i + 1] = mean, scale
        if centered:
            for c in range(D):
                Y[row + c] = (X[row + c] - mean) * scale * gain[c] + bias[c]
        else:
            for c in range(D):
                Y[row + c] = X[row + c] * scale * gain[c]


@kernel(fastmath=True)
def norm_back(dY, X, gain, centered, stats, dX, dgain, dbias, begin, end, D):
    """`plain.norm_back` of the rows from `begin` to `end`; dgain and dbias are added to."""
    dY, X, gain, stats, dX = pointer(dY), pointer(X), pointer(gain), pointer(stats), pointer(dX)
    dgain, dbias = pointer(dgain), pointer(dbias)
    for i in range(begin, end):
        row, mean, scale, slope, shift = i * D, stats[2 * i], stats[2 * i + 1], ZERO, ZERO
        for c in range(D):
            slope += dY[row + c] * gain[c] * (X[row + c] - mean)
        for c in range(D):
            dgain[c] += dY[row + c] * ((X[row + c] - mean) * scale)
        if centered:
            for c in range(D):
                shift += dY[row + c] * gain[c]
            for c in range(D):
                dbias[c] += dY[row + c]
        slope, shift = slope * scale * scale / np.float32(D), shift / np.float32(D)
        for c in range(D):
            dX[row + c] = scale * (dY[row + c] * gain[c] - shift - (X[row + c] - mean) * slope)


@inlined(fastmath=True)
def tail(x, e):
    """The mass of the standard normal distribution beyond |x|, e being exp(-x²/2) (Abramowitz & Stegun 7.1.26)."""
    x = x if x > ZERO else -x
    t = ONE / (ONE + np.float32(0.3275911) * ROOT_HALF * x)
    y = np.float32(1.061405429)
    y = y * t - np.float32(1.453152027)
    y = y * t + np.float32(1.421413741)
    y = y * t - np.float32(0.284496736)
    y = y * t + np.float32(0.254829592)
    return HALF * y * t * e


@inlined(fastmath=True)
def bells(Z, at, n, out, bits, powers):
    """out[:n] = exp(-z²/2)"""
    for j in range(n):
        out[j] = -HALF * Z[at + j] * Z[at + j]
    exp_run(out, 0, n, ZERO, bits, powers)


@kernel(fastmath=True)
def activate(kind, Z, bias, biased, H, row, bits, powers, begin, end, F):
    """`plain.activate` of the rows from `begin` to `end`; kind 0 is ReLU, 1 GELU, 2 SwiGLU. `row` (F,) is scratch."""
    Z, bias, H, row, bits, powers = pointer(Z), pointer(bias), pointer(H), pointer(row), pointer(bits), pointer(powers)
    width = 2 * F if kind == 2 else F
    for i in range(begin, end):
        z, h = i * width, i * F
        if biased:
            for j in range(width):
                Z[z + j] += bias[j]
        if kind == 0:
            for j in range(F):
                H[h + j] = ZERO if Z[z + j] < ZERO else Z[z + j]
        elif kind == 1:
            bells(Z, z, F, row, bits, powers)
            for j in range(F):
                x = Z[z + j]
                beyond = tail(x, row[j])
                H[h + j] = x * (ONE - beyond if x > ZERO else beyond)
        else:
            for j in range(F):
                x = Z[z + j]
                H[h + j] = x * (HALF + HALF * rational_tanh(HALF * x)) * Z[z + F + j]


@kernel(fastmath=True)
def activate_back(kind, Z, dH, dZ, dbias, row, bits, powers, begin, end, F):
    """`plain.activate_back` of the rows from `begin` to `end`; dbias is added to."""
    Z, dH, dZ, dbias = pointer(Z), pointer(dH), pointer(dZ), pointer(dbias)
    row, bits, powers = pointer(row), pointer(bits), pointer(powers)
    width = 2 * F if kind == 2 else F
    for i in range(begin, end):
        z, h = i * width, i * F
        if kind == 0:
            for j in range(F):
                dZ[z + j] = dH[h + j] if Z[z + j] > ZERO else ZERO
        elif kind == 1:
            bells(Z, z, F, row, bits, powers)
            for j in range(F):
                x = Z[z + j]
                beyond = tail(x, row[j])
                dZ[z + j] = dH[h + j] * ((ONE - beyond if x > ZERO else beyond) + x * DENSITY * row[j])
        else:
            for j in range(F):
                x, y, g = Z[z + j], Z[z + F + j], dH[h + j]
                s = HALF + HALF * rational_tanh(HALF * x)
                dZ[z + j] = g * y * s * (ONE + x * (ONE - s))
                dZ[z + F + j] = g * x * s
        for j in range(width):
            dbias[j] += dZ[z + j]
