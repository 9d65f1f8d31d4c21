"""Losses of networks, one per file, all with one contract.

`forward(inputs, targets, ctx) -> (losses, backprop)` and `backprop(scale) -> dX`: backpropagation starts from
scale · sum(losses), 1 / number of targets for their mean. Inputs X are what the last layer gives; what targets are, and
the shape of the losses, is the loss's own affair. Whatever `ctx.mask` leaves out neither counts nor learns. In all
other respects a loss keeps the contract of a layer (see `neural.layers`), `params` included.
"""
