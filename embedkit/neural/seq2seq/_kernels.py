"""Greedy decoding of one line, all steps at once: between steps of so little work calls cost more than the steps. And
attention of many hypotheses in one step.

All arrays are flat; see `line.Line` and `stepping`.
"""

import math

import numpy as np

from ...runtime.jit import inlined, kernel
from ...runtime.simd import local, pointer
from ..layers._kernels import _lstm_step, exp_run, row_product, tanh_run

ZERO, ONE = np.float32(0), np.float32(1)


@inlined(fastmath=True)
def dots(rows, v, out, n, width):
    """out[:n] = rows (n, width) @ v[:width]; returns the largest."""
    top = -np.float32(np.inf)
    for i in range(n):
        total, row, steps = ZERO, i * width, local(width)
        for j in range(steps):
            total += rows[row + j] * v[j]
        out[i] = total
        top = total if total > top else top
    return top


@kernel(fastmath=True)
def attend(q, keys, values, rows, lengths, contexts, weights, bits, powers, sizes):
    """Contexts (N, E) and weights (N, S), zero behind the end of a source, of queries q (N, H), of the sources `rows`
    (N,) of B, which have `lengths` (N,). Keys (S, B, H) and values (S, B, E) are read where they are."""
    N, S, B, H, E = sizes
    q, keys, values, rows, lengths = pointer(q), pointer(keys), pointer(values), pointer(rows), pointer(lengths)
    contexts, weights, bits, powers = pointer(contexts), pointer(weights), pointer(bits), pointer(powers)
    for n in range(N):
        top, places, width = -np.float32(np.inf), lengths[n], local(E)
        for s in range(places):
            total, key, steps = ZERO, (s * B + rows[n]) * H, local(H)
            for j in range(steps):
                total += keys[key + j] * q[n * H + j]
            weights[n * S + s] = total
            top = total if total > top else top
        mass = exp_run(weights, n * S, places, top, bits, powers)
        for s in range(places, S):
            weights[n * S + s] = ZERO
        for j in range(width):
            contexts[n * E + j] = ZERO
        for s in range(places):
            weights[n * S + s] *= ONE / mass
            share, value = weights[n * S + s], (s * B + rows[n]) * E
            for j in range(width):
                contexts[n * E + j] += share * values[value + j]


@kernel(fastmath=True)
def greedy_line(cells, memory, head, attends, states, scratch, bits, powers, weights, ids, sizes):
    """Tokens of an output, at most `cap` of them, go to `ids`; returns their number, ln p with `<eos>`, and whether the
    cap ended it. `weights` (cap + 1, S) are those of attention.

    Parameters
    ----------
    cells : embedding (V, D), and of the L layers together Wx (D or H, 4H), Wh (H, 4H) and b (4H,)
    memory : of a source of S places keys (S, H), values (S, E), where `attends`
    head : combine W (E + H, H) and b (H,), output W (V, H) and b (V,)
    states : hidden (L, 2, H) and cells (L, 2, H), those before the first step at 0
    scratch : gates (4H,), product (4H,), [context; state] (E + H,), attentional state (H,), logits (V,), weights (S,)
    sizes : L, D, H, E, S, V, cap, eos
    """
    embedding, Wx, Wh, b = cells
    hidden, kept = states
    gates, product, seen, Y, logits, near = scratch
    L, D, H, E, S, V, cap, eos = sizes
    keys, values = pointer(memory[0]), pointer(memory[1])
    W, combine_bias, output, bias = pointer(head[0]), pointer(head[1]), pointer(head[2]), pointer(head[3])
    x, y, z, table = pointer(seen), pointer(Y), pointer(logits), pointer(embedding)
    bits, powers, places = pointer(bits), pointer(powers), pointer(near)
    token, ln, hit_cap, width = eos, 0.0, False, 4 * H
    for t in range(cap + 1):
        for layer in range(L):
            if layer == 0:
                row_product(table, token * D, pointer(Wx), pointer(gates), D, width)
            else:
                begin = (D + (layer - 1) * H) * width
                row_product(y, 0, pointer(Wx[begin:]), pointer(gates), H, width)
            h, c = hidden[layer * 2 * H :], kept[layer * 2 * H :]
            row_product(pointer(h), 0, pointer(Wh[layer * H * width :]), pointer(product), H, width)
            _lstm_step(gates, product, b[layer * width :], c, h, b, False, 0, 1, H)
            for j in range(H):
                h[j] = y[j] = h[H + j]
                c[j] = c[H + j]
        if attends:
            for j in range(H):
                x[E + j] = y[j]
            mass = exp_run(places, 0, S, dots(keys, y, places, S, H), bits, powers)
            for s in range(S):
                places[s] *= ONE / mass
                weights[t * S + s] = places[s]
            row_product(places, 0, values, x, S, E)
            row_product(x, 0, W, y, E + H, H)
            for j in range(H):
                y[j] += combine_bias[j]
            tanh_run(y, 0, H)
        dots(output, y, z, V, H)
        for v in range(V):
            z[v] += bias[v]
        token = 0  # also of NaN
        for v in range(V):
            token = v if z[v] > z[token] else token
        top = z[token]
        if t == cap and token != eos:
            token, hit_cap = eos, True
        ln += np.float64(z[token] - top)
        ln -= math.log(np.float64(exp_run(z, 0, V, top, bits, powers)))
        if token == eos:
            break
        ids[t] = token
    return t, ln, hit_cap
