"""Layers of networks that read sequences, one per file, all with one contract.

`forward(X, state, rng, workspace) -> (Y, new state, backprop)` and `backprop(dY, dstate) -> (dX, dstate of the start)`:

- X is (T, B, D): T steps of B sequences. `Embedding` takes ids (T, B); `Softmax` takes the targets (T, B) as its state
  and gives the losses (T, B). Layers without memory hand the state through.
- A state of None is one of zeros; a dstate of None means that nothing comes from the future. Both are arrays of their
  own, which stay as they are.
- An `rng` of None means evaluation: no noise, and the same result each time. Gradients exist there too.
- `backprop` adds to the gradients of the layer's `params` and can be called once. Y, dX and what backprop keeps are
  buffers of the `workspace`; it gives none away that somebody still holds (see `workspace`).
- All arrays have the dtype of the parameters: float32 to train, float64 to check gradients.

Arrays are made by the workspace alone; everything else is NumPy's functions on arrays, which other array modules
answer to as well (NEP 13, NEP 18). What is worth a kernel goes through `workspace.cells`: `plain` is NumPy, `fused`
is compiled.
"""
