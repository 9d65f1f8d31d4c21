"""Greedy decoding of one line, all steps at once: between steps of so little work calls cost more than the steps.

All arrays are flat; see `line.greedy_line`.
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
def greedy_line(cell, memory, head, attends, peeps, state, scratch, bits, powers, weights, ids, sizes):
    """Tokens of an output, at most `cap` of them, go to `ids`; returns their number, ln p with `<eos>`, and whether the
    cap ended it. `weights` (cap + 1, S) are those of attention.

    Parameters
    ----------
    cell : embedding (V, D), Wx (D, 4H), Wh (H, 4H), b (4H,), peephole (3, H)
    memory : of a source of S places keys (S, H), values (S, E), where `attends`
    head : combine W (E + H, H) and b (H,), output W (V, H) and b (V,)
    state : hidden and cells, (2, H) each, those before the first step at 0
    scratch : gates (4H,), product (4H,), [context; state] (E + H,), attentional state (H,), logits (V,), weights (S,)
    sizes : D, H, E, S, V, cap, eos
    """
    embedding, Wx, Wh, b, peephole = cell
    hidden, cells = state
    gates, product, seen, Y, logits, near = scratch
    D, H, E, S, V, cap, eos = sizes
    keys, values = pointer(memory[0]), pointer(memory[1])
    W, combine_bias, output, bias = pointer(head[0]), pointer(head[1]), pointer(head[2]), pointer(head[3])
    h, x, y, z = pointer(hidden), pointer(seen), pointer(Y), pointer(logits)
    bits, powers, places = pointer(bits), pointer(powers), pointer(near)
    token, ln, hit_cap = eos, 0.0, False
    for t in range(cap + 1):
        row_product(pointer(embedding), token * D, pointer(Wx), pointer(gates), D, 4 * H)
        row_product(h, 0, pointer(Wh), pointer(product), H, 4 * H)
        _lstm_step(gates, product, b, cells, hidden, peephole, peeps, 0, 1, H)
        for j in range(H):
            h[j] = y[j] = hidden[H + j]
            cells[j] = cells[H + j]
        if attends:
            mass = exp_run(places, 0, S, dots(keys, h, places, S, H), bits, powers)
            for s in range(S):
                places[s] *= ONE / mass
                weights[t * S + s] = places[s]
            row_product(places, 0, values, x, S, E)
            for j in range(H):
                x[E + j] = h[j]
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
