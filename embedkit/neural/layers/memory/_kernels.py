"""The memory for float32; `plain` says what each function does, in the same words.

All arrays are flat. Of each sequence one column of the memory after the other is passed over, for all its rows at once:
loops are short, over one run each, and what they pass over stays in the first cache.
"""

import math

import numpy as np

from ....runtime.jit import inlined, kernel
from ....runtime.simd import local, pointer
from .._kernels import exp_run, largest, sigmoid_run, tanh_run

EPS, FLOOR, ZERO, ONE = np.float32(1e-6), np.float32(1e-16), np.float32(0), np.float32(1)
KEPT = 9  # as in `plain`
ROOT_HALF = np.int32(0x3F3504F3)  # the bits of √½


@inlined(fastmath=True)
def log_run(v, bits, at, out, to, n, powers):
    """out[to : to + n] = log(v[at : at + n]) of positive numbers, to 1e-6 (Cephes' polynomial). `bits` is the memory
    of `v` as int32 and changes, `powers` (n,) is scratch."""
    for j in range(n):
        whole = bits[at + j]
        power = (whole - ROOT_HALF) >> 23
        powers[j] = np.float32(power)
        bits[at + j] = whole - (power << 23)
    for j in range(n):
        x = v[at + j] - ONE
        z = x * x
        y = np.float32(7.0376836292e-2)
        y = y * x - np.float32(1.1514610310e-1)
        y = y * x + np.float32(1.1676998740e-1)
        y = y * x - np.float32(1.2420140846e-1)
        y = y * x + np.float32(1.4249322787e-1)
        y = y * x - np.float32(1.6668057665e-1)
        y = y * x + np.float32(2.0000714765e-1)
        y = y * x - np.float32(2.4999993993e-1)
        y = y * x + np.float32(3.3333331174e-1)
        out[to + j] = powers[j] * np.float32(0.69314718) + (x + z * (y * x - np.float32(0.5)))


@inlined(fastmath=True)
def softmax_run(v, at, n, tops, bits, powers):
    """v[at : at + n] = softmax of it; the rest is scratch, see `largest` and `exp_run`."""
    top = largest(v, at, n, tops)
    part = ONE / exp_run(v, at, n, top, bits, powers)
    for j in range(n):
        v[at + j] *= part


@inlined
def softplus(x):
    x = np.float64(x)
    return np.float32(max(x, 0.0) + math.log1p(math.exp(-abs(x))))


@inlined
def below_one(y):
    """The slope of softplus where it is `y`: 1 - exp(-y)."""
    return np.float32(-math.expm1(-np.float64(y)))


@inlined(fastmath=True)
def activate(p, at, M):
    """Key, strength, gate, shifts and sharpness of a head, from `at` on."""
    tanh_run(p, at, at + M)
    s = at + M
    p[s] = softplus(p[s])
    sigmoid_run(p, s + 1, s + 2)
    top, total = max(p[s + 2], max(p[s + 3], p[s + 4])), ZERO
    for j in range(s + 2, s + 5):
        p[j] = np.float32(math.exp(np.float64(p[j] - top)))
        total += p[j]
    for j in range(s + 2, s + 5):
        p[j] /= total
    p[s + 5] = ONE + softplus(p[s + 5])


@inlined(fastmath=True)
def per_length(p, at, M):
    """1 / length of a key."""
    total = EPS
    for j in range(M):
        total += p[at + j] * p[at + j]
    return ONE / np.sqrt(total)


@inlined(fastmath=True)
def match(p, at, memory, m, M, N, out, to):
    """out[to : to + N] = key · rows. Four columns at a time."""
    N = local(N)
    for i in range(N):
        out[to + i] = ZERO
    whole = M - M % 4
    for j in range(0, whole, 4):
        a, b, c, d = p[at + j], p[at + j + 1], p[at + j + 2], p[at + j + 3]
        r = m + j * N
        for i in range(N):
            left = a * memory[r + i] + b * memory[r + N + i]
            out[to + i] += left + (c * memory[r + 2 * N + i] + d * memory[r + 3 * N + i])
    for j in range(whole, M):
        for i in range(N):
            out[to + i] += p[at + j] * memory[m + j * N + i]


@inlined(fastmath=True)
def close_ring(v, at, N):
    """v[at + 1 : at + N + 1] with its last number before it and its first one after it."""
    v[at], v[at + N + 1] = v[at + N], v[at + 1]


@kernel(fastmath=True)
def memory_step(heads, bias, memory, weights, kept, bits, outputs, scratch, tops, int_scratch, t, B, H, M, N):
    """`bits`: the memory of `kept` as int32; `scratch` (≥ max(N + 2, 1024),) and its memory as int32, `tops` (64,)."""
    heads, bias, memory, weights = pointer(heads), pointer(bias), pointer(memory), pointer(weights)
    kept, bits, outputs = pointer(kept), pointer(bits), pointer(outputs)
    scratch, tops, int_scratch = pointer(scratch), pointer(tops), pointer(int_scratch)
    P = 4 * M + 12
    for b in range(B):
        N = local(N)
        row = t * B + b
        p, m, k = row * P, row * M * N, row * KEPT * N
        lengths, new, read, write = k + 8 * N, m + B * M * N, (row + B) * 2 * N, (row + B) * 2 * N + N
        for j in range(P):
            heads[p + j] += bias[j]
        for i in range(N):
            kept[lengths + i] = EPS
        for j in range(M):
            for i in range(N):
                x = memory[m + j * N + i]
                kept[lengths + i] += x * x
        for i in range(N):
            kept[lengths + i] = ONE / np.sqrt(kept[lengths + i])
        for head in range(2):
            at, similar, before = p + head * (M + 6), k + 4 * head * N, (row * 2 + head) * N
            content, shifted, logs, after = similar + N, similar + 2 * N, similar + 3 * N, before + 2 * B * N
            activate(heads, at, M)
            strength, gate, sharpness = heads[at + M], heads[at + M + 1], heads[at + M + 5]
            match(heads, at, memory, m, M, N, kept, similar)
            scale = per_length(heads, at, M)
            for i in range(N):
                x = kept[similar + i] * scale * kept[lengths + i]
                kept[similar + i] = x
                kept[content + i] = strength * x
            softmax_run(kept, content, N, tops, int_scratch, scratch)
            for i in range(N):
                scratch[1 + i] = gate * kept[content + i] + (ONE - gate) * weights[before + i]
            close_ring(scratch, 0, N)
            behind, here, ahead = heads[at + M + 2], heads[at + M + 3], heads[at + M + 4]
            for i in range(N):
                x = behind * scratch[i + 2] + here * scratch[i + 1] + ahead * scratch[i]
                kept[shifted + i] = x
                kept[logs + i] = x + FLOOR
            log_run(kept, bits, logs, kept, logs, N, scratch)
            for i in range(N):
                weights[after + i] = sharpness * kept[logs + i]
            softmax_run(weights, after, N, tops, int_scratch, scratch)
        out = (row + B) * (H + M) + H
        sigmoid_run(heads, p + 2 * M + 12, p + 3 * M + 12)
        tanh_run(heads, p + 3 * M + 12, p + P)
        for j in range(M):
            erase, add, total = heads[p + 2 * M + 12 + j], heads[p + 3 * M + 12 + j], ZERO
            for i in range(N):
                x = memory[m + j * N + i]
                total += weights[read + i] * x
                memory[new + j * N + i] = x + weights[write + i] * (add - erase * x)
            outputs[out + j] = total


@kernel(fastmath=True)
def memory_back(heads, memory, weights, kept, dreads, dmemory, dweights, scratch, t, B, M, N):
    """`scratch` (≥ 5 N + 6,)"""
    heads, memory, weights, kept = pointer(heads), pointer(memory), pointer(weights), pointer(kept)
    dreads, dmemory, dweights, scratch = pointer(dreads), pointer(dmemory), pointer(dweights), pointer(scratch)
    P = 4 * M + 12
    for b in range(B):
        N = local(N)
        row = t * B + b
        p, m, k, d = row * P, row * M * N, row * KEPT * N, b * M * N
        lengths, read, write, dread, dwrite = (
            k + 8 * N,
            (row + B) * 2 * N,
            (row + B) * 2 * N + N,
            b * 2 * N,
            b * 2 * N + N,
        )
        for j in range(M):
            here, there = m + j * N, d + j * N
            erase, add, dr = heads[p + 2 * M + 12 + j], heads[p + 3 * M + 12 + j], dreads[b * M + j]
            derase, dadd = ZERO, ZERO
            for i in range(N):
                x, dx = memory[here + i], dmemory[there + i]
                dweights[dread + i] += dr * x
                dweights[dwrite + i] += dx * (add - erase * x)
            for i in range(N):
                x, written = memory[here + i], dmemory[there + i] * weights[write + i]
                dadd += written
                derase -= written * x
                dmemory[there + i] += dr * weights[read + i] - erase * written
            heads[p + 2 * M + 12 + j] = derase * erase * (ONE - erase)
            heads[p + 3 * M + 12 + j] = dadd * (ONE - add * add)
        share, part = local(2 * N + 4), local(4 * N + 4)
        for i in range(N):
            scratch[part + i] = ZERO
        for head in range(2):
            at, similar, before = p + head * (M + 6), k + 4 * head * N, (row * 2 + head) * N
            content, shifted, logs, after = similar + N, similar + 2 * N, similar + 3 * N, before + 2 * B * N
            strength, gate, sharpness = heads[at + M], heads[at + M + 1], heads[at + M + 5]
            behind, stay, ahead = heads[at + M + 2], heads[at + M + 3], heads[at + M + 4]
            dweight, ring, dring = (b * 2 + head) * N, local(0), local(N + 2)
            total = ZERO
            for i in range(N):
                total += weights[after + i] * dweights[dweight + i]
            dsharpness = ZERO
            for i in range(N):
                x = weights[after + i] * (dweights[dweight + i] - total)
                dsharpness += x * kept[logs + i]
                scratch[dring + 1 + i] = sharpness * x / (kept[shifted + i] + FLOOR)
            for i in range(N):
                scratch[ring + 1 + i] = gate * kept[content + i] + (ONE - gate) * weights[before + i]
            close_ring(scratch, ring, N)
            close_ring(scratch, dring, N)
            dbehind, dstay, dahead, dgate = ZERO, ZERO, ZERO, ZERO
            for i in range(N):
                x = scratch[dring + 1 + i]
                dbehind += x * scratch[ring + 2 + i]
                dstay += x * scratch[ring + 1 + i]
                dahead += x * scratch[ring + i]
            total = ZERO
            for i in range(N):
                x = behind * scratch[dring + i] + stay * scratch[dring + 1 + i] + ahead * scratch[dring + 2 + i]
                dgate += x * (kept[content + i] - weights[before + i])
                dweights[dweight + i] = (ONE - gate) * x
                x *= gate * kept[content + i]
                scratch[share + head * N + i] = x
                total += x
            dstrength, along, scale = ZERO, ZERO, per_length(heads, at, M)
            for i in range(N):
                x = scratch[share + head * N + i] - kept[content + i] * total
                dstrength += x * kept[similar + i]
                x *= strength
                y = x * kept[similar + i]
                along += y
                scratch[part + i] += y * kept[lengths + i] * kept[lengths + i]
                scratch[share + head * N + i] = x * scale * kept[lengths + i]
            heads[at + M] = dstrength * below_one(strength)
            heads[at + M + 1] = dgate * gate * (ONE - gate)
            total = behind * dbehind + stay * dstay + ahead * dahead
            heads[at + M + 2] = behind * (dbehind - total)
            heads[at + M + 3] = stay * (dstay - total)
            heads[at + M + 4] = ahead * (dahead - total)
            heads[at + M + 5] = dsharpness * below_one(sharpness - ONE)
            along *= scale * scale
            for j in range(M):
                key, dkey = heads[at + j], ZERO
                for i in range(N):
                    dkey += scratch[share + head * N + i] * memory[m + j * N + i]
                for i in range(N):
                    dmemory[d + j * N + i] += key * scratch[share + head * N + i]
                heads[at + j] = (dkey - key * along) * (ONE - key * key)
        for j in range(M):
            for i in range(N):
                dmemory[d + j * N + i] -= scratch[part + i] * memory[m + j * N + i]
