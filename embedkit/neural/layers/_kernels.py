"""Cells and softmax for float32; `plain` says what each does, in the same words.

All arrays are flat. Loops are short and over one run each, because that is what the compiler turns into vectors
without having to prove much; what they pass over stays in the first cache.
"""

import math

import numpy as np

from ...runtime.jit import inlined, kernel
from ...runtime.simd import local, pointer

ZERO, HALF, ONE, LARGEST = np.float32(0), np.float32(0.5), np.float32(1), np.float32(3.4e38)
LIMIT = np.float32(7.9)  # where tanh is 1 in float32
MAXIMA, BLOCK = 64, 1024
LOG2E, LN2, LOWEST = np.float32(1.44269504), np.float32(0.69314718), np.float32(-87)


@inlined(fastmath=True)
def rational_tanh(x):
    """tanh to 3e-7 (Eigen's coefficients); NaN stays NaN."""
    x = LIMIT if x > LIMIT else x
    x = -LIMIT if x < -LIMIT else x
    y = x * x
    top = np.float32(-2.76076847742355e-16)
    top = top * y + np.float32(2.00018790482477e-13)
    top = top * y + np.float32(-8.60467152213735e-11)
    top = top * y + np.float32(5.12229709037114e-08)
    top = top * y + np.float32(1.48572235717979e-05)
    top = top * y + np.float32(6.37261928875436e-04)
    top = top * y + np.float32(4.89352455891786e-03)
    bottom = np.float32(1.19825839466702e-06)
    bottom = bottom * y + np.float32(1.18534705686654e-04)
    bottom = bottom * y + np.float32(2.26843463243900e-03)
    bottom = bottom * y + np.float32(4.89352518554385e-03)
    return x * top / bottom


@inlined(fastmath=True)
def tanh_run(v, begin, end):
    for j in range(begin, end):
        v[j] = rational_tanh(v[j])


@inlined(fastmath=True)
def sigmoid_run(v, begin, end):
    for j in range(begin, end):
        v[j] = HALF + HALF * rational_tanh(HALF * v[j])


@inlined(fastmath=True)
def add_run(v, at, a, p, b, n):
    """v[at : at + n] += a[p : p + n] + b[:n]"""
    for j in range(n):
        v[at + j] += a[p + j] + b[j]


@inlined(fastmath=True)
def row_product(v, at, W, out, n, width):
    """out[:width] = v[at : at + n] @ W (n, width). Eight rows at a time: each is read as one run, and what is added to
    stays in the first cache."""
    for j in range(width):
        out[j] = ZERO
    whole = n - n % 8
    for k in range(0, whole, 8):
        a, b, c, d = v[at + k], v[at + k + 1], v[at + k + 2], v[at + k + 3]
        e, f, g, h = v[at + k + 4], v[at + k + 5], v[at + k + 6], v[at + k + 7]
        r0, step = k * width, local(width)
        r1, r2, r3 = r0 + step, r0 + 2 * step, r0 + 3 * step
        r4, r5, r6, r7 = r0 + 4 * step, r0 + 5 * step, r0 + 6 * step, r0 + 7 * step
        for j in range(step):
            left = a * W[r0 + j] + b * W[r1 + j] + c * W[r2 + j] + d * W[r3 + j]
            right = e * W[r4 + j] + f * W[r5 + j] + g * W[r6 + j] + h * W[r7 + j]
            out[j] += left + right
    for k in range(whole, n):
        for j in range(width):
            out[j] += v[at + k] * W[k * width + j]


@inlined(fastmath=True)
def _rnn_step(gates, product, bias, hidden, relu, t, B, H):
    gates, product, bias, hidden = pointer(gates), pointer(product), pointer(bias), pointer(hidden)
    for b in range(B):
        g, h = (t * B + b) * H, ((t + 1) * B + b) * H
        for j in range(H):
            hidden[h + j] = gates[g + j] + product[b * H + j] + bias[j]
        if relu:
            for j in range(h, h + H):
                # So that NaN stays NaN.
                hidden[j] = ZERO if hidden[j] < ZERO else hidden[j]
        else:
            tanh_run(hidden, h, h + H)


@kernel(fastmath=True)
def rnn_step(gates, product, bias, hidden, relu, t, B, H):
    _rnn_step(gates, product, bias, hidden, relu, t, B, H)


@kernel(fastmath=True)
def rnn_back(gates, hidden, dh, relu, t, B, H):
    gates, hidden, dh = pointer(gates), pointer(hidden), pointer(dh)
    g, h = t * B * H, (t + 1) * B * H
    for j in range(B * H):
        x = hidden[h + j]
        slope = (ONE if x > ZERO else ZERO) if relu else ONE - x * x
        gates[g + j] = dh[j] * slope


@inlined(fastmath=True)
def _lstm_step(gates, product, bias, cells, hidden, peephole, peeps, t, B, H):
    gates, product, bias = pointer(gates), pointer(product), pointer(bias)
    cells, hidden, peephole = pointer(cells), pointer(hidden), pointer(peephole)
    for b in range(B):
        H = local(H)  # many short loops
        i, before, after = (t * B + b) * 4 * H, (t * B + b) * H, ((t + 1) * B + b) * H
        f, g, o = i + H, i + 2 * H, i + 3 * H
        add_run(gates, i, product, b * 4 * H, bias, 4 * H)
        if peeps:
            for j in range(H):
                gates[i + j] += peephole[j] * cells[before + j]
            for j in range(H):
                gates[f + j] += peephole[H + j] * cells[before + j]
        sigmoid_run(gates, i, g)
        tanh_run(gates, g, o)
        for j in range(H):
            cells[after + j] = gates[f + j] * cells[before + j] + gates[i + j] * gates[g + j]
        if peeps:
            for j in range(H):
                gates[o + j] += peephole[2 * H + j] * cells[after + j]
        sigmoid_run(gates, o, o + H)
        for j in range(H):
            hidden[after + j] = rational_tanh(cells[after + j])
        for j in range(H):
            hidden[after + j] *= gates[o + j]


@kernel(fastmath=True)
def lstm_step(gates, product, bias, cells, hidden, peephole, peeps, t, B, H):
    _lstm_step(gates, product, bias, cells, hidden, peephole, peeps, t, B, H)


@inlined(fastmath=True)
def _lstm_row_back(gates, cells, dh, dc, peephole, peeps, tanh, row, b, B, H):
    """`plain.lstm_back` of `row` t · B + b."""
    i, before, after, r = row * 4 * H, row * H, (row + B) * H, b * H
    f, g, o = i + H, i + 2 * H, i + 3 * H
    for j in range(H):
        tanh[j] = rational_tanh(cells[after + j])
    for j in range(H):
        dc[r + j] += dh[r + j] * gates[o + j] * (ONE - tanh[j] * tanh[j])
    for j in range(H):
        x = gates[o + j]
        gates[o + j] = dh[r + j] * tanh[j] * x * (ONE - x)
    if peeps:
        for j in range(H):
            dc[r + j] += gates[o + j] * peephole[2 * H + j]
    for j in range(H):
        x, y, d = gates[i + j], gates[g + j], dc[r + j]
        gates[i + j] = d * y * x * (ONE - x)
        gates[g + j] = d * x * (ONE - y * y)
    for j in range(H):
        x, d = gates[f + j], dc[r + j]
        gates[f + j] = d * cells[before + j] * x * (ONE - x)
        dc[r + j] = d * x
    if peeps:
        for j in range(H):
            dc[r + j] += gates[i + j] * peephole[j] + gates[f + j] * peephole[H + j]


@kernel(fastmath=True)
def lstm_back(gates, cells, dh, dc, peephole, peeps, tanh, t, B, H):
    """`tanh` (H,) is scratch."""
    gates, cells, dh, dc = pointer(gates), pointer(cells), pointer(dh), pointer(dc)
    peephole, tanh = pointer(peephole), pointer(tanh)
    for b in range(B):
        _lstm_row_back(gates, cells, dh, dc, peephole, peeps, tanh, t * B + b, b, B, H)


@inlined(fastmath=True)
def _gru_step(gates, product, bias, inner, hidden, inner_bias, t, B, H):
    gates, product, bias = pointer(gates), pointer(product), pointer(bias)
    inner, hidden, inner_bias = pointer(inner), pointer(hidden), pointer(inner_bias)
    for b in range(B):
        r, before, after = (t * B + b) * 3 * H, (t * B + b) * H, ((t + 1) * B + b) * H
        z, n, p = r + H, r + 2 * H, b * 3 * H
        add_run(gates, r, product, p, bias, 2 * H)
        sigmoid_run(gates, r, n)
        for j in range(H):
            inner[before + j] = product[p + 2 * H + j] + inner_bias[j]
        for j in range(H):
            gates[n + j] += bias[2 * H + j] + gates[r + j] * inner[before + j]
        tanh_run(gates, n, n + H)
        for j in range(H):
            hidden[after + j] = gates[n + j] + gates[z + j] * (hidden[before + j] - gates[n + j])


@kernel(fastmath=True)
def gru_step(gates, product, bias, inner, hidden, inner_bias, t, B, H):
    _gru_step(gates, product, bias, inner, hidden, inner_bias, t, B, H)


@kernel(fastmath=True)
def gru_back(gates, inner, hidden, dproduct, dh, carry, t, B, H):
    gates, inner, hidden = pointer(gates), pointer(inner), pointer(hidden)
    dproduct, dh, carry = pointer(dproduct), pointer(dh), pointer(carry)
    for b in range(B):
        r, before, c = (t * B + b) * 3 * H, (t * B + b) * H, b * H
        z, n = r + H, r + 2 * H
        for j in range(H):
            carry[c + j] = dh[c + j] * gates[z + j]
        for j in range(H):
            x, y, d = gates[z + j], gates[n + j], dh[c + j]
            gates[z + j] = d * (hidden[before + j] - y) * x * (ONE - x)
            gates[n + j] = d * (ONE - x) * (ONE - y * y)
        for j in range(H):
            dproduct[n + j] = gates[n + j] * gates[r + j]
        for j in range(H):
            x = gates[r + j]
            gates[r + j] = gates[n + j] * inner[before + j] * x * (ONE - x)
        for j in range(2 * H):
            dproduct[r + j] = gates[r + j]


@kernel(fastmath=True)
def rnn_line(gates, Wh, product, bias, hidden, relu, T, H):
    """Products and steps of one sequence of T."""
    for t in range(T):
        row_product(pointer(hidden), t * H, pointer(Wh), pointer(product), H, H)
        _rnn_step(gates, product, bias, hidden, relu, t, 1, H)


@kernel(fastmath=True)
def lstm_line(gates, Wh, product, bias, cells, hidden, peephole, peeps, T, H):
    for t in range(T):
        row_product(pointer(hidden), t * H, pointer(Wh), pointer(product), H, 4 * H)
        _lstm_step(gates, product, bias, cells, hidden, peephole, peeps, t, 1, H)


@kernel(fastmath=True)
def gru_line(gates, Wh, product, bias, inner, hidden, inner_bias, T, H):
    for t in range(T):
        row_product(pointer(hidden), t * H, pointer(Wh), pointer(product), H, 3 * H)
        _gru_step(gates, product, bias, inner, hidden, inner_bias, t, 1, H)


@inlined(fastmath=True)
def largest(v, begin, n, tops):
    """The largest of v[begin : begin + n]; `tops` (64,) is scratch. In lanes, as sums may be reordered but a maximum
    may not, for the sake of NaN."""
    for k in range(MAXIMA):
        tops[k] = -LARGEST
    whole = n - n % MAXIMA
    for j in range(begin, begin + whole, MAXIMA):
        for k in range(MAXIMA):
            x = v[j + k]
            tops[k] = x if x > tops[k] else tops[k]
    for k in range(n - whole):
        x = v[begin + whole + k]
        tops[k] = x if x > tops[k] else tops[k]
    top = tops[0]
    for k in range(MAXIMA):
        top = tops[k] if tops[k] > top else top
    return top


@inlined(fastmath=True)
def exp_run(v, begin, n, top, bits, powers):
    """v[begin : begin + n] = exp(v - top), to 5e-6 (below -87 as there); returns the sum. No element exceeds `top`.

    `bits` (1024,) int32 is scratch, `powers` the same memory as float32: e**x = 2**k * e**r, 2**k made of bits.
    """
    mass = ZERO
    for j in range(begin, begin + n, BLOCK):
        m = min(BLOCK, begin + n - j)
        for k in range(m):
            x = v[j + k] - top
            x = LOWEST if x < LOWEST else x
            z = x if x > LOWEST else LOWEST  # x, but for NaN, which is no integer
            power = np.int32(z * LOG2E - HALF)  # rounds, as z is not positive
            r = x - np.float32(power) * LN2
            y = np.float32(1 / 720)
            y = y * r + np.float32(1 / 120)
            y = y * r + np.float32(1 / 24)
            y = y * r + np.float32(1 / 6)
            y = y * r + HALF
            y = y * r + ONE
            v[j + k] = y * r + ONE
            bits[k] = np.int32((power + 127) << 23)
        for k in range(m):
            x = v[j + k] * powers[k]
            v[j + k] = x
            mass += x
    return mass


@kernel(fastmath=True)
def softmax_rows(logits, begin, end, V, bias, biased, targets, losses, smoothing, dbias, wanted, tops, bits, powers):
    """`plain.softmax` for the rows from `begin` to `end`; `biased` whether there is a bias, `wanted` whether gradients
    are. `dbias` (V,) is added to. The rest is scratch, see `largest` and `exp_run`."""
    logits, bias, losses, dbias = pointer(logits), pointer(bias), pointer(losses), pointer(dbias)
    targets, tops, bits, powers = pointer(targets), pointer(tops), pointer(bits), pointer(powers)
    share, sharp = np.float32(smoothing / V), np.float32(1 - smoothing)
    for i in range(begin, end):
        row = i * V
        if biased:
            for j in range(V):
                logits[row + j] += bias[j]
        top, target = largest(logits, row, V, tops), np.int64(targets[i])
        goal = 0.0
        if target >= 0:
            goal = np.float64(sharp) * np.float64(logits[row + target] - top)
        if smoothing > 0:
            total = ZERO
            for j in range(V):
                total += logits[row + j] - top
            goal += np.float64(share) * np.float64(total)
        mass = exp_run(logits, row, V, top, bits, powers)
        losses[i] = np.float32(math.log(np.float64(mass)) - goal) if target >= 0 else ZERO
        if wanted:
            if target < 0:
                for j in range(V):
                    logits[row + j] = ZERO
            else:
                part = ONE / mass
                for j in range(V):
                    x = logits[row + j] * part - share
                    logits[row + j] = x
                    dbias[j] += x
                logits[row + target] -= sharp
                dbias[target] -= sharp


@kernel(fastmath=True)
def additive_scores(q, P, v, scores, z, b, T, S, B, A):
    """`plain.additive_scores` of sequence b; `z` (A,) is scratch."""
    q, P, v, scores, z = pointer(q), pointer(P), pointer(v), pointer(scores), pointer(z)
    for t in range(T):
        for s in range(S):
            query, key, total = (t * B + b) * A, (s * B + b) * A, ZERO
            for j in range(A):
                z[j] = rational_tanh(q[query + j] + P[key + j])
            for j in range(A):
                total += v[j] * z[j]
            scores[(b * T + t) * S + s] = total


@kernel(fastmath=True)
def additive_back(q, P, v, dS, dq, dP, dv, z, b, T, S, B, A):
    """`plain.additive_back` of sequence b; `z` (A,) is scratch."""
    q, P, v, dS, z = pointer(q), pointer(P), pointer(v), pointer(dS), pointer(z)
    dq, dP, dv = pointer(dq), pointer(dP), pointer(dv)
    for t in range(T):
        for s in range(S):
            query, key, d = (t * B + b) * A, (s * B + b) * A, dS[(b * T + t) * S + s]
            for j in range(A):
                z[j] = rational_tanh(q[query + j] + P[key + j])
            for j in range(A):
                dv[j] += d * z[j]
            for j in range(A):
                z[j] = d * v[j] * (ONE - z[j] * z[j])
            for j in range(A):
                dq[query + j] += z[j]
            for j in range(A):
                dP[key + j] += z[j]
