"""The memory in NumPy: what the compiled one is tested against.

Both functions work on step `t` and in place. Shapes: heads (T, B, P), bias (P,), memory (T + 1, B, M, N), weights
(T + 1, B, 2, N), outputs (T + 1, B, H + M) whose last M places get what is read, kept (T, B, KEPT, N) for the way back.
"""

from __future__ import annotations

import numpy as np

EPS = 1e-6  # added to squared lengths: a row that was never written is like no key
FLOOR = 1e-16  # added to weights before their logarithm is taken
KEPT = 9  # for each head: similarity, content weights, shifted weights, their logarithm; 1 / length of the rows


def memory_step(heads, bias, memory, weights, kept, outputs, t):
    """heads[t] + bias become activations; the heads move, memory[t] is read, and written to as memory[t + 1]."""
    p, old, M = heads[t], memory[t], memory.shape[2]
    p += bias
    lengths = kept[t, :, 8]
    lengths[...] = 1 / np.sqrt(np.einsum("bmn,bmn->bn", old, old) + EPS)
    for head in (0, 1):
        key, strength, gate, shifts, sharpness = _numbers(p, head, M)
        np.tanh(key, out=key)
        strength[...] = _softplus(strength)
        gate[...] = _sigmoid(gate)
        shifts[...] = _softmax(shifts)
        sharpness[...] = 1 + _softplus(sharpness)
        similar, content, shifted, logs = (kept[t, :, 4 * head + k] for k in range(4))
        similar[...] = np.einsum("bm,bmn->bn", key, old) * _per_length(key) * lengths
        content[...] = _softmax(strength * similar)
        gated = gate * content + (1 - gate) * weights[t, :, head]
        shifted[...] = sum(shifts[:, k : k + 1] * np.roll(gated, k - 1, axis=1) for k in range(3))
        np.log(shifted + FLOOR, out=logs)
        weights[t + 1, :, head] = _softmax(sharpness * logs)
    read, write = weights[t + 1, :, 0], weights[t + 1, :, 1]
    outputs[t + 1, :, -M:] = np.einsum("bn,bmn->bm", read, old)
    erase, add = p[:, -2 * M : -M], p[:, -M:]
    erase[...] = _sigmoid(erase)
    np.tanh(add, out=add)
    memory[t + 1] = old + write[:, None] * (add[:, :, None] - erase[:, :, None] * old)


def memory_back(heads, memory, weights, kept, dreads, dmemory, dweights, t):
    """heads[t] becomes the gradient of the sums before the activations; `dmemory` (B, M, N) and `dweights` (B, 2, N),
    of memory[t + 1] and weights[t + 1], become those of memory[t] and weights[t]. `dreads` (B, M): of what was read."""
    p, old, M = heads[t], memory[t], memory.shape[2]
    read, write = weights[t + 1, :, 0], weights[t + 1, :, 1]
    erase, add, lengths = p[:, -2 * M : -M], p[:, -M:], kept[t, :, 8]
    dweights[:, 0] += np.einsum("bm,bmn->bn", dreads, old)
    dweights[:, 1] += np.einsum("bmn,bmn->bn", dmemory, add[:, :, None] - erase[:, :, None] * old)
    written = dmemory * write[:, None]
    dmemory += dreads[:, :, None] * read[:, None] - written * erase[:, :, None]
    erase *= -np.einsum("bmn,bmn->bm", written, old) * (1 - erase)
    add[...] = written.sum(axis=2) * (1 - add * add)
    for head in (0, 1):
        key, strength, gate, shifts, sharpness = _numbers(p, head, M)
        similar, content, shifted, logs = (kept[t, :, 4 * head + k] for k in range(4))
        before, dweight = weights[t, :, head], dweights[:, head]
        dlogs = _softmax_back(weights[t + 1, :, head], dweight)
        dsharpness = _total(dlogs * logs)
        dshifted = sharpness * dlogs / (shifted + FLOOR)
        gated = gate * content + (1 - gate) * before
        dshifts = [_total(dshifted * np.roll(gated, k - 1, axis=1)) for k in range(3)]
        dgated = sum(shifts[:, k : k + 1] * np.roll(dshifted, 1 - k, axis=1) for k in range(3))
        dgate = _total(dgated * (content - before))
        dweight[...] = (1 - gate) * dgated
        dscores = _softmax_back(content, gate * dgated)
        dstrength, dsimilar = _total(dscores * similar), strength * dscores
        per_length = _per_length(key)
        share, part = dsimilar * lengths * per_length, dsimilar * similar
        dkey = np.einsum("bn,bmn->bm", share, old) - key * per_length**2 * _total(part)
        dmemory += key[:, :, None] * share[:, None] - old * (part * lengths**2)[:, None]
        key[...] = dkey * (1 - key * key)
        strength[...] = dstrength * -np.expm1(-strength)
        gate *= dgate * (1 - gate)
        shifts[...] = _softmax_back(shifts, np.concatenate(dshifts, axis=1))
        sharpness[...] = dsharpness * -np.expm1(1 - sharpness)


def _numbers(p, head, M):
    """Views of key (B, M), strength (B, 1), gate (B, 1), shifts (B, 3) and sharpness (B, 1) of a head."""
    own = p[:, head * (M + 6) : (head + 1) * (M + 6)]
    return np.split(own, [M, M + 1, M + 2, M + 5], axis=1)


def _per_length(key):
    return 1 / np.sqrt(_total(key * key) + EPS)


def _total(x):
    return x.sum(axis=1, keepdims=True)


def _sigmoid(x):
    return 0.5 + 0.5 * np.tanh(0.5 * x)


def _softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-abs(x)))


def _softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / _total(e)


def _softmax_back(y, dy):
    return y * (dy - _total(y * dy))
