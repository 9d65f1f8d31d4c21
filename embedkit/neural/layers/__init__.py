"""Layers of networks that read sequences, one per file, all with one contract.

`forward(inputs, state, ctx) -> (outputs, new state, backprop)` and `backprop(dY, dstate) -> (dX, dstate of the start)`:

- Inputs X are (T, B, D): T steps of B sequences; `Embedding` takes ids (T, B). Layers without memory hand the state
  through. What gives losses, of outputs and targets, is no layer: see `neural.losses`.
- A state of None is one of zeros, but that the heads of an `NTM` begin where it has learnt; a dstate of None means that
  nothing comes from the future. Both are arrays of their own, which stay as they are. Self-attention has a state, the
  keys and values of steps before, only where `ctx.cached` asks for it, and then no way back.
- `ctx` is the `context.ForwardContext` of the pass: workspace, training or evaluation mode, random generator, padding
  mask. Evaluation gives the same result each time; gradients exist there too.
- `backprop` adds to the gradients of the layer's `params` and can be called once. Y, dX and what backprop keeps are
  buffers of the workspace; it gives none away that somebody still holds (see `workspace`).
- All arrays have the dtype of the parameters: float32 to train, float64 to check gradients.

Arrays are made by the workspace alone; everything else is NumPy's functions on arrays, which other array modules
answer to as well (NEP 13, NEP 18). What is worth a kernel goes through `workspace.cells`: `plain` is NumPy, `fused`
is compiled.
"""
