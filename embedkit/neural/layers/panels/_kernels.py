"""Products with packed weights, and an LSTM's steps made of them. All arrays are flat; `panels` says what they hold."""

import numpy as np

from ....runtime.jit import inlined, kernel
from ....runtime.simd import LANES, add, clamp, div, fma, load, local, mul, pointer, splat, store
from .._kernels import _lstm_row_back

ZERO, HALF, LIMIT = np.float32(0), np.float32(0.5), np.float32(7.9)


@inlined(fastmath=True)
def tanh_lanes(x):
    """`layers._kernels.rational_tanh` of sixteen numbers."""
    x = clamp(x, splat(LIMIT))
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
    return div(mul(x, top), bottom)


@inlined(fastmath=True)
def sigmoid_lanes(x):
    half = splat(HALF)
    return fma(half, tanh_lanes(mul(half, x)), half)


@kernel
def pack(W, packed, panels, K, by_panel, by_row, by_run):
    """Run r (4 runs of 16 columns) in row k of panel p are the numbers from W[p · by_panel + k · by_row + r · by_run]
    on: so gates that stand side by side are packed unit by unit."""
    W, packed, at = pointer(W), pointer(packed), 0
    for p in range(panels):
        for k in range(K):
            for r in range(4):
                store(packed, at, load(W, p * by_panel + k * by_row + r * by_run))
                at += LANES


@kernel
def pack_transposed(W, packed, K, N):
    """Wᵀ (K, N), of W (N, K), in panels; sixteen rows of it at a time, so that what is read is used up."""
    W, packed = pointer(W), pointer(packed)
    for p in range(0, N, 64):
        for begin in range(0, K, LANES):
            for c in range(64):
                at, place = (p * K + begin * 64) + c, (p + c) * K + begin
                for k in range(min(LANES, K - begin)):
                    packed[at + k * 64] = W[place + k]


@inlined(fastmath=True)
def _units(i, f, g, o, inputs, at, gates, keeps, bias, cells, hidden, unit, row, is_there, B, H):
    """The step of 16 units of a row, given the products of the row's hidden state; those of its input are at `at`."""
    before, at = row * H + unit, at + unit
    after = before + B * H
    i = sigmoid_lanes(add(i, add(load(inputs, at), load(bias, unit))))
    f = sigmoid_lanes(add(f, add(load(inputs, at + H), load(bias, unit + H))))
    g = tanh_lanes(add(g, add(load(inputs, at + 2 * H), load(bias, unit + 2 * H))))
    o = sigmoid_lanes(add(o, add(load(inputs, at + 3 * H), load(bias, unit + 3 * H))))
    if keeps:
        at = row * 4 * H + unit
        store(gates, at, i)
        store(gates, at + H, f)
        store(gates, at + 2 * H, g)
        store(gates, at + 3 * H, o)
    if is_there:
        c = fma(f, load(cells, before), mul(i, g))
        store(cells, after, c)
        store(hidden, after, mul(o, tanh_lanes(c)))
    else:
        store(cells, after, load(cells, before))
        store(hidden, after, load(hidden, before))


@kernel(fastmath=True)
def lstm_pass(inputs, rows, gates, keeps, packed, bias, cells, hidden, mask, masked, T, B, H):
    """`plain.lstm_step` of every step t, the product with it, for inputs whose products are rows of `inputs` (., 4H):
    `rows` (T, B) says which. Activations go to `gates` (T, B, 4H), which may be `inputs`, where it `keeps` them.

    Where `masked`, `mask` (T, B) is 0 for rows that hold."""
    inputs, rows, gates, packed, bias = pointer(inputs), pointer(rows), pointer(gates), pointer(packed), pointer(bias)
    cells, hidden, mask, zero = pointer(cells), pointer(hidden), pointer(mask), splat(ZERO)
    for t in range(T):
        for unit in range(0, H, LANES):
            for b in range(0, B, 4):
                steps, at, r0 = local(H), unit * 4 * H, t * B + b
                r1, r2, r3 = min(r0 + 1, t * B + B - 1), min(r0 + 2, t * B + B - 1), min(r0 + 3, t * B + B - 1)
                h0, h1, h2, h3 = r0 * H, r1 * H, r2 * H, r3 * H
                i0 = i1 = i2 = i3 = f0 = f1 = f2 = f3 = zero
                g0 = g1 = g2 = g3 = o0 = o1 = o2 = o3 = zero
                for k in range(steps):
                    i, f, g, o = load(packed, at), load(packed, at + 16), load(packed, at + 32), load(packed, at + 48)
                    at += 64
                    h = splat(hidden[h0 + k])
                    i0, f0, g0, o0 = fma(h, i, i0), fma(h, f, f0), fma(h, g, g0), fma(h, o, o0)
                    h = splat(hidden[h1 + k])
                    i1, f1, g1, o1 = fma(h, i, i1), fma(h, f, f1), fma(h, g, g1), fma(h, o, o1)
                    h = splat(hidden[h2 + k])
                    i2, f2, g2, o2 = fma(h, i, i2), fma(h, f, f2), fma(h, g, g2), fma(h, o, o2)
                    h = splat(hidden[h3 + k])
                    i3, f3, g3, o3 = fma(h, i, i3), fma(h, f, f3), fma(h, g, g3), fma(h, o, o3)
                rest, is_there = (gates, keeps, bias, cells, hidden, unit), not masked or mask[r0] > 0
                _units(i0, f0, g0, o0, inputs, rows[r0] * 4 * H, *rest, r0, is_there, B, H)
                if b + 1 < B:
                    is_there = not masked or mask[r1] > 0
                    _units(i1, f1, g1, o1, inputs, rows[r1] * 4 * H, *rest, r1, is_there, B, H)
                if b + 2 < B:
                    is_there = not masked or mask[r2] > 0
                    _units(i2, f2, g2, o2, inputs, rows[r2] * 4 * H, *rest, r2, is_there, B, H)
                if b + 3 < B:
                    is_there = not masked or mask[r3] > 0
                    _units(i3, f3, g3, o3, inputs, rows[r3] * 4 * H, *rest, r3, is_there, B, H)


@inlined(fastmath=True)
def _store_run(out, at, a, b, c, d, is_there):
    if is_there:
        store(out, at, a)
        store(out, at + 16, b)
        store(out, at + 32, c)
        store(out, at + 48, d)


@kernel(fastmath=True)
def lstm_pass_back(gates, packed, cells, dY, dh, dc, tanh, mask, masked, T, B, H):
    """`plain.lstm_back` of every step, the last one first, and dh = gates[t] Whᵀ (`packed`) after each; the gradient dY
    (T, B, H) of the outputs is added to it on the way. `tanh` (H,) is scratch."""
    gates, packed, cells, dY = pointer(gates), pointer(packed), pointer(cells), pointer(dY)
    dh, dc, tanh, mask, zero = pointer(dh), pointer(dc), pointer(tanh), pointer(mask), splat(ZERO)
    for t in range(T - 1, -1, -1):
        for j in range(B * H):
            dh[j] += dY[t * B * H + j]
        for b in range(B):
            row = t * B + b
            if not masked or mask[row] > 0:
                _lstm_row_back(gates, cells, dh, dc, tanh, False, tanh, row, b, B, H)
            else:
                for j in range(row * 4 * H, (row + 1) * 4 * H):
                    gates[j] = ZERO
        for panel in range(0, H, 64):
            for b in range(0, B, 4):
                steps, at, r0 = local(4 * H), panel * 4 * H, t * B + b
                r1, r2, r3 = min(r0 + 1, t * B + B - 1), min(r0 + 2, t * B + B - 1), min(r0 + 3, t * B + B - 1)
                d0, d1, d2, d3 = r0 * 4 * H, r1 * 4 * H, r2 * 4 * H, r3 * 4 * H
                w0 = w1 = w2 = w3 = x0 = x1 = x2 = x3 = zero
                y0 = y1 = y2 = y3 = z0 = z1 = z2 = z3 = zero
                for k in range(steps):
                    w, x, y, z = load(packed, at), load(packed, at + 16), load(packed, at + 32), load(packed, at + 48)
                    at += 64
                    d = splat(gates[d0 + k])
                    w0, x0, y0, z0 = fma(d, w, w0), fma(d, x, x0), fma(d, y, y0), fma(d, z, z0)
                    d = splat(gates[d1 + k])
                    w1, x1, y1, z1 = fma(d, w, w1), fma(d, x, x1), fma(d, y, y1), fma(d, z, z1)
                    d = splat(gates[d2 + k])
                    w2, x2, y2, z2 = fma(d, w, w2), fma(d, x, x2), fma(d, y, y2), fma(d, z, z2)
                    d = splat(gates[d3 + k])
                    w3, x3, y3, z3 = fma(d, w, w3), fma(d, x, x3), fma(d, y, y3), fma(d, z, z3)
                out = b * H + panel
                _store_run(dh, out, w0, x0, y0, z0, not masked or mask[r0] > 0)
                _store_run(dh, out + H, w1, x1, y1, z1, b + 1 < B and (not masked or mask[r1] > 0))
                _store_run(dh, out + 2 * H, w2, x2, y2, z2, b + 2 < B and (not masked or mask[r2] > 0))
                _store_run(dh, out + 3 * H, w3, x3, y3, z3, b + 3 < B and (not masked or mask[r3] > 0))


@kernel(fastmath=True)
def add_rows(values, rows, sums, n, width):
    """sums[rows[i]] += values[i] for the n rows of values (n, width)."""
    values, rows, sums = pointer(values), pointer(rows), pointer(sums)
    for i in range(n):
        at, place = i * width, rows[i] * width
        for j in range(width):
            sums[place + j] += values[at + j]
