"""Attention, normalization and activations in NumPy: what the compiled ones are tested against."""

from __future__ import annotations

import math

import numpy as np

UNSEEN = 3.4e38  # the logarithm for a query that sees no key
EPSILON = 1e-5  # added to the mean of squares
ACTIVATIONS = ("relu", "gelu", "swiglu")
_erf = np.frompyfunc(math.erf, 1, 1)


def _split(qkv, heads):
    """Queries, keys and values (B, heads, T, d)."""
    T, B, _ = qkv.shape
    return qkv.reshape(T, B, 3, heads, -1).transpose(2, 1, 3, 0, 4)


def rotate(qkv, angles, heads, back=False):
    """Turn queries and keys, in place; `back` the other way, as their gradients are. See `turn`."""
    q, k, _ = _split(qkv, heads)
    q[...], k[...] = turn(q, angles, back), turn(k, angles, back)


def turn(x, angles, back: bool = False):
    """x (..., T, d), each pair of numbers as a vector turned by its angle; `angles` (T, d) has cosine and sine."""
    y, cosine, sine = np.empty_like(x), angles[:, ::2], angles[:, 1::2] * (-1 if back else 1)
    y[..., ::2] = x[..., ::2] * cosine - x[..., 1::2] * sine
    y[..., 1::2] = x[..., ::2] * sine + x[..., 1::2] * cosine
    return y


def _mixed(x):
    """A hash of 32 bits (Wellons' lowbias32)."""
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x7FEB352D)
    x = x ^ (x >> np.uint32(15))
    x = x * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def _kept(B, heads, T, rate, seed, dtype):
    """Which weights dropout keeps, by a hash of their place, (B, heads, T, T): 0, or 1 / (1 - rate) about."""
    with np.errstate(over="ignore"):
        keys = _mixed(np.uint32(seed) + _mixed(np.arange(B * heads, dtype=np.uint32)))
        places = np.arange(T * T, dtype=np.uint32)
        limit = round(rate * 2**32)
        kept = _mixed(places ^ keys[:, None]) >= limit
    return (kept.reshape(B, heads, T, T) * (2**32 / (2**32 - limit))).astype(dtype)


def _scores(q, k, keep, causal):
    """Scores (B, heads, T, T), and which of them count."""
    S = q @ k.transpose(0, 1, 3, 2) / math.sqrt(q.shape[-1])
    counted = np.ones(S.shape, bool)
    if keep is not None:
        counted &= keep[:, None, None, :] > 0
    if causal:
        counted &= np.tri(S.shape[-1], dtype=bool)
    return np.where(counted, S, -np.inf), counted


def attention(qkv, keep, heads, causal, rate, seed, Y, lse):
    """Y (T, B, D) = softmax(q kᵀ / √d) v of each head: scaled dot-product attention (Vaswani et al. 2017).

    `qkv` (T, B, 3D); keep (B, T): 0 for keys that are padding, or None; a query that sees none gets zeros. `causal`: a
    query sees keys up to its own. Of the weights `rate` are dropped, by a hash of `seed`, head and place. `lse`
    (B, heads, T) gets the logarithm of the sum of exponentiated scores.
    """
    (T, B, D), (q, k, v) = Y.shape, _split(qkv, heads)
    S, counted = _scores(q, k, keep, causal)
    top = np.where(counted.any(axis=-1), S.max(axis=-1), 0)
    P = np.exp(S - top[..., None])
    mass = P.sum(axis=-1)
    P /= np.where(mass > 0, mass, 1)[..., None]
    lse[...] = np.where(mass > 0, top + np.log(np.where(mass > 0, mass, 1)), UNSEEN)
    if rate:
        P *= _kept(B, heads, T, rate, seed, P.dtype)
    Y[...] = (P @ v).transpose(2, 0, 1, 3).reshape(T, B, D)


def attention_back(qkv, keep, heads, causal, rate, seed, Y, lse, dY, dqkv):
    """dqkv (T, B, 3D) from the gradient dY (T, B, D); weights are made anew from scores and `lse`."""
    (T, B, _), (q, k, v) = Y.shape, _split(qkv, heads)
    y, dy = (array.reshape(T, B, heads, -1).transpose(1, 2, 0, 3) for array in (Y, dY))
    P = np.exp(_scores(q, k, keep, causal)[0] - lse[..., None])
    dP, dropped = dy @ v.transpose(0, 1, 3, 2), P
    if rate:
        kept = _kept(B, heads, T, rate, seed, P.dtype)
        dP, dropped = dP * kept, P * kept
    dS = P * (dP - (dy * y).sum(axis=-1, keepdims=True)) / math.sqrt(q.shape[-1])
    dq, dk, dv = dS @ k, dS.transpose(0, 1, 3, 2) @ q, dropped.transpose(0, 1, 3, 2) @ dy
    dqkv.reshape(T, B, 3, heads, -1)[...] = np.stack([dq, dk, dv]).transpose(3, 1, 0, 2, 4)


def norm(X, gain, bias, Y, stats):
    """Y = (X - mean) / √(variance + 1e-5) · gain + bias of each row of X (n, D): layer normalization. With a bias of
    None the mean counts as 0, and nothing is added: RMS normalization. `stats` (n, 2) gets the mean and the factor."""
    sums, D = np.add.reduce, X.shape[1]  # `mean` takes twice as long for a single row
    stats[:, 0] = 0 if bias is None else sums(X, axis=1) / D
    np.subtract(X, stats[:, :1], out=Y)
    stats[:, 1] = 1 / np.sqrt(sums(Y * Y, axis=1) / D + EPSILON)
    Y *= stats[:, 1:]
    Y *= gain
    if bias is not None:
        Y += bias


def norm_back(dY, X, gain, stats, dX, dgain, dbias):
    """dX, dgain and dbias of `norm`, dbias None for RMS normalization."""
    normal, scale = (X - stats[:, :1]) * stats[:, 1:], stats[:, 1:]
    np.sum(dY * normal, axis=0, out=dgain)
    np.multiply(dY, gain, out=dX)
    slope = (dX * normal).mean(axis=1, keepdims=True)
    if dbias is not None:
        np.sum(dY, axis=0, out=dbias)
        dX -= dX.mean(axis=1, keepdims=True)
    dX -= normal * slope
    dX *= scale


def _sigmoid(x):
    return 0.5 + 0.5 * np.tanh(0.5 * x)


def _normal(x):
    """The distribution function of the standard normal; in float32 to 2e-7 (Abramowitz & Stegun 7.1.26)."""
    if x.dtype != np.float32:
        return 0.5 * (1 + _erf(x * math.sqrt(0.5)).astype(x.dtype))
    t = 1 / (1 + np.float32(0.3275911 * math.sqrt(0.5)) * np.abs(x))
    y = t * np.float32(1.061405429)
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        y += np.float32(factor)
        y *= t
    y *= np.float32(0.5)
    y *= np.exp(np.float32(-0.5) * x * x)
    return np.where(x > 0, 1 - y, y)


def activate(kind, Z, bias, H):
    """H (n, F) = f(Z + bias), and Z becomes Z + bias; `bias` is None where there is none.

    f is the ReLU, x Φ(x) (GELU; Hendrycks & Gimpel 2016), or of Z (n, 2F) x σ(x) of the first F times the others
    (SwiGLU; Shazeer 2020).
    """
    F = H.shape[1]
    if bias is not None:
        Z += bias
    if kind == "relu":
        np.maximum(Z, 0, out=H)
    elif kind == "gelu":
        np.multiply(Z, _normal(Z), out=H)
    else:
        x = Z[:, :F]
        np.multiply(x * _sigmoid(x), Z[:, F:], out=H)


def activate_back(kind, Z, dH, dZ, dbias):
    """dZ of `activate`, and the sums dbias of its columns; dZ may be dH, but for SwiGLU."""
    F = dH.shape[1]
    if kind == "relu":
        np.multiply(dH, Z > 0, out=dZ)
    elif kind == "gelu":
        np.multiply(dH, _normal(Z) + Z * np.exp(-0.5 * Z * Z) / math.sqrt(2 * math.pi), out=dZ)
    else:
        x, s = Z[:, :F], _sigmoid(Z[:, :F])
        dZ[:, :F] = dH * Z[:, F:] * s * (1 + x * (1 - s))
        dZ[:, F:] = dH * x * s
    np.sum(dZ, axis=0, out=dbias)
