"""The cells in NumPy: what the compiled ones are tested against, and enough where compiling would take longer.

Every function works on step `t` of a sequence and in place. Shapes: gates (T, B, G·H), product (B, G·H), bias (G·H,),
hidden and cells (T + 1, B, H) with the state before step t at t and the one after it at t + 1, dh and dc (B, H).
"""

from __future__ import annotations

import numpy as np

from .heads.plain import (  # noqa: F401
    activate,
    activate_back,
    attention,
    attention_back,
    norm,
    norm_back,
    rotate,
)
from .memory.plain import memory_back, memory_step  # noqa: F401


def _sigmoid(x: np.ndarray) -> None:
    """By way of tanh, which never overflows."""
    x *= 0.5
    np.tanh(x, out=x)
    x *= 0.5
    x += 0.5


def takes_line(B, Wh):
    """True if `*_line` are there for these, which work on all steps at once; see `fused.Fused`."""
    return False


def takes_pass(B, Wh):
    """True if `lstm_pass` and `lstm_pass_back` are there for these, likewise."""
    return False


def rnn_step(gates, product, bias, hidden, relu, t):
    """hidden[t + 1] = f(gates[t] + product + bias), f tanh or ReLU."""
    h = np.add(gates[t], product, out=hidden[t + 1])
    h += bias
    np.maximum(h, 0, out=h) if relu else np.tanh(h, out=h)


def rnn_back(gates, hidden, dh, relu, t):
    """gates[t] becomes the gradient of what f was applied to, `dh` being that of hidden[t + 1]."""
    h = hidden[t + 1]
    np.multiply(dh, (h > 0) if relu else 1 - h * h, out=gates[t])


def lstm_step(gates, product, bias, cells, hidden, peephole, t):
    """Input, forget, candidate, output: gates[t] += product + bias becomes their activations.

    `peephole` (3, H) or None: weights of the cell for the input, the forget and (of the new cell) the output gate.
    """
    a, H = gates[t], hidden.shape[2]
    a += product
    a += bias
    if peephole is not None:
        a[:, :H] += peephole[0] * cells[t]
        a[:, H : 2 * H] += peephole[1] * cells[t]
    i, f, g, o = (a[:, k * H : (k + 1) * H] for k in range(4))
    _sigmoid(a[:, : 2 * H])
    np.tanh(g, out=g)
    c = np.multiply(f, cells[t], out=cells[t + 1])
    c += i * g
    if peephole is not None:
        o += peephole[2] * c
    _sigmoid(o)
    np.multiply(np.tanh(c), o, out=hidden[t + 1])


def lstm_back(gates, cells, dh, dc, peephole, t):
    """gates[t] becomes the gradient of the sums before the activations; `dc`, of cells[t + 1], becomes that of
    cells[t], but for what goes through the gates' recurrent weights."""
    H = cells.shape[2]
    i, f, g, o = (gates[t, :, k * H : (k + 1) * H] for k in range(4))
    tanh = np.tanh(cells[t + 1])
    dc += dh * o * (1 - tanh * tanh)
    o *= dh * tanh * (1 - o)
    if peephole is not None:
        dc += o * peephole[2]
    di, dg, df = dc * g * i * (1 - i), dc * i * (1 - g * g), dc * cells[t] * f * (1 - f)
    dc *= f
    i[...], f[...], g[...] = di, df, dg
    if peephole is not None:
        dc += di * peephole[0] + df * peephole[1]


def gru_step(gates, product, bias, inner, hidden, inner_bias, t):
    """Reset, update, candidate: gates[t] += product + bias becomes their activations, but for the candidate the
    product, plus `inner_bias` (H,), is kept in inner[t] (T, B, H) and goes through the reset gate first."""
    a, q, h, H = gates[t], inner[t], hidden[t], hidden.shape[2]
    a += bias
    a[:, : 2 * H] += product[:, : 2 * H]
    r, z, n = (a[:, k * H : (k + 1) * H] for k in range(3))
    _sigmoid(a[:, : 2 * H])
    np.add(product[:, 2 * H :], inner_bias, out=q)
    n += r * q
    np.tanh(n, out=n)
    np.add(n, z * (h - n), out=hidden[t + 1])


def gru_back(gates, inner, hidden, dproduct, dh, carry, t):
    """gates[t] becomes the gradient of the sums before the activations, dproduct[t] (T, B, 3H) that of the product;
    `carry` (B, H) what of `dh` goes straight back."""
    d, q, h, H = gates[t], inner[t], hidden[t], hidden.shape[2]
    r, z, n = (d[:, k * H : (k + 1) * H] for k in range(3))
    dn = dh * (1 - z) * (1 - n * n)
    np.multiply(dh, z, out=carry)
    np.multiply(dn, r, out=dproduct[t, :, 2 * H :])
    z *= dh * (h - n) * (1 - z)
    r *= dn * q * (1 - r)
    n[...] = dn
    dproduct[t, :, : 2 * H] = d[:, : 2 * H]


def softmax(logits, bias, targets, losses, smoothing, dbias):
    """Losses (n,) of `targets` (n,) under softmax(logits (n, V) + bias), 0 where the target is negative.

    With `dbias` (V,), `logits` become the gradient of the sum of the losses and `dbias` its column sums; without, they
    are spoilt. `bias` (V,) or None. `smoothing`: the share of the target's mass that is spread over all words.
    """
    if bias is not None:
        logits += bias
    known = targets >= 0
    place = np.arange(len(targets)), np.where(known, targets, 0)
    logits -= logits.max(axis=1, keepdims=True)
    wanted = (1 - smoothing) * logits[place]
    if smoothing:
        wanted += smoothing * logits.mean(axis=1)
    np.exp(logits, out=logits)
    mass = logits.sum(axis=1)
    losses[...] = np.where(known, np.log(mass) - wanted, 0)
    if dbias is not None:
        logits /= mass[:, None]
        logits -= smoothing / logits.shape[1]
        logits[place] -= 1 - smoothing
        logits[~known] = 0
        np.sum(logits, axis=0, out=dbias)


def additive_scores(q, P, v, scores):
    """scores (B, T, S) = vᵀ tanh(q + P) of queries q (T, B, A) and keys P (S, B, A), v (A,)."""
    for t in range(len(q)):
        scores[:, t] = (np.tanh(q[t] + P) @ v).T


def additive_back(q, P, v, dS, dq, dP, dv):
    """Add to dq, dP and dv what the gradient dS (B, T, S) of the scores gives them."""
    for t in range(len(q)):
        tanh, d = np.tanh(q[t] + P), dS[:, t].T[:, :, None]
        dv += (d * tanh).sum(axis=(0, 1))
        dz = d * v * (1 - tanh * tanh)
        dq[t] += dz.sum(axis=0)
        dP += dz
