"""Updates of float32 parameters in one pass over memory. All arrays are flat."""

import math

import numpy as np

from ..runtime.jit import kernel
from ..runtime.simd import pointer


@kernel(fastmath=True)
def adam(x, g, m, s, decay, scale, blend, blend_squares, step, unbias, eps):
    """`optim.adam` with the gradient scale · g; x shrinks by 1 - `decay` first, as in `optim.adamw`.

    m and s move by the shares `blend` and `blend_squares`; then x -= step · m / (√(s · unbias) + eps).
    """
    n, x, g, m, s = len(x), pointer(x), pointer(g), pointer(m), pointer(s)
    kept = np.float32(1) - decay
    for j in range(n):
        d = g[j] * scale
        m[j] += blend * (d - m[j])
        s[j] += blend_squares * (d * d - s[j])
        x[j] = x[j] * kept - step * m[j] / (math.sqrt(s[j] * unbias) + eps)
