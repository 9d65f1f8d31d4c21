"""Outputs and gradients beside PyTorch's for the same weights, where it is installed."""

from __future__ import annotations

import numpy as np
import pytest
from neural.layers._fresh import fresh

from embedkit.neural.layers.bidirectional import Bidirectional
from embedkit.neural.layers.block import Block
from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.feed_forward import FeedForward
from embedkit.neural.layers.fused import Fused
from embedkit.neural.layers.gru import GRU
from embedkit.neural.layers.layer_norm import LayerNorm, RMSNorm
from embedkit.neural.layers.ntm import NTM
from embedkit.neural.layers.self_attention import SelfAttention
from embedkit.neural.layers.workspace import Workspace
from embedkit.neural.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from embedkit.training.param import Param

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peer

T, B, D, H, V = 7, 3, 5, 6, 13
rng = np.random.default_rng(8)
KINDS = {"rnn": "rnn", "relu": "rnn", "lstm": "lstm", "gru": "gru"}
DTYPES = [np.float64, np.float32]


def tensor(array):
    return torch.tensor(np.asarray(array), requires_grad=True)


def ours(name, dtype, D=D):
    layer = fresh(KINDS[name], D, H, rng, dtype, **({"activation": "relu"} if name == "relu" else {}))
    for param in layer.params:
        param.value += 0.2 * rng.normal(size=param.value.shape).astype(dtype)
    return layer


def copy_weights(layer, peer, suffix):
    """PyTorch has two biases, of which only the candidate of a GRU needs both; its matrices are transposed."""
    inner = np.zeros_like(layer.b.value)
    if isinstance(layer, GRU):
        inner[2 * H :] = layer.c.value
    for part, value in (("weight_ih", layer.Wx.value.T), ("weight_hh", layer.Wh.value.T)):
        getattr(peer, f"{part}_{suffix}").data = torch.tensor(value.copy())
    getattr(peer, f"bias_ih_{suffix}").data = torch.tensor(layer.b.value)
    getattr(peer, f"bias_hh_{suffix}").data = torch.tensor(inner)


def peer_of(name, dtype, **options):
    kind = {"rnn": "RNN", "relu": "RNN"}.get(name, name.upper())
    more = {"nonlinearity": "relu"} if name == "relu" else {}
    return getattr(torch.nn, kind)(D, H, dtype=getattr(torch, np.dtype(dtype).name), **more, **options)


def close(found, expected, dtype):
    # Ours in float32 has a tanh that is off by up to 3e-7.
    rtol, atol = (1e-9, 1e-12) if dtype == np.float64 else (1e-4, 1e-5)
    np.testing.assert_allclose(found, np.asarray(expected.detach()), rtol=rtol, atol=atol)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", KINDS)
def test_recurrent_layers(name, dtype):
    layer, peer = ours(name, dtype), peer_of(name, dtype)
    copy_weights(layer, peer, "l0")
    X = rng.normal(size=(T, B, D)).astype(dtype)
    states = [rng.normal(size=(B, H)).astype(dtype) for _ in range(2 if name == "lstm" else 1)]
    ctx = ForwardContext(Workspace(Fused() if dtype == np.float32 else None))
    Y, state, backprop = layer.forward(X, tuple(states) if name == "lstm" else states[0], ctx)
    peer_X, peer_states = tensor(X), [tensor(s[None]) for s in states]
    peer_Y, peer_state = peer(peer_X, tuple(peer_states) if name == "lstm" else peer_states[0])
    close(Y, peer_Y, dtype)
    for here, there in zip(state if name == "lstm" else [state], peer_state if name == "lstm" else [peer_state]):
        close(here, there[0], dtype)

    dY, dstates = rng.normal(size=Y.shape).astype(dtype), [rng.normal(size=(B, H)).astype(dtype) for _ in states]
    ends = peer_state if name == "lstm" else [peer_state]
    torch.autograd.backward([peer_Y, *ends], [torch.tensor(dY), *(torch.tensor(d[None]) for d in dstates)])
    dX, dstate = backprop(dY, tuple(dstates) if name == "lstm" else dstates[0])
    close(dX, peer_X.grad, dtype)
    for here, there in zip(dstate if name == "lstm" else [dstate], peer_states):
        close(here, there.grad[0], dtype)
    close(layer.Wx.gradient.T, peer.weight_ih_l0.grad, dtype)
    close(layer.Wh.gradient.T, peer.weight_hh_l0.grad, dtype)
    close(layer.b.gradient, peer.bias_ih_l0.grad, dtype)
    if name == "gru":
        close(layer.c.gradient, peer.bias_hh_l0.grad[2 * H :], dtype)


def test_bidirectional():
    pair = ours("lstm", np.float64), ours("lstm", np.float64)
    layer, peer = Bidirectional(*pair), peer_of("lstm", np.float64, bidirectional=True)
    copy_weights(pair[0], peer, "l0")
    copy_weights(pair[1], peer, "l0_reverse")
    X = rng.normal(size=(T, B, D))
    Y, ((h0, c0), (h1, c1)), backprop = layer.forward(X, None, ForwardContext(Workspace()))
    peer_X = tensor(X)
    peer_Y, (h, c) = peer(peer_X)
    for here, there in ((Y, peer_Y), (h0, h[0]), (h1, h[1]), (c0, c[0]), (c1, c[1])):
        close(here, there, np.float64)
    dY = rng.normal(size=Y.shape)
    peer_Y.backward(torch.tensor(dY))
    close(backprop(dY)[0], peer_X.grad, np.float64)
    close(pair[1].Wh.gradient.T, peer.weight_hh_l0_reverse.grad, np.float64)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("dtype", DTYPES)
def test_softmax_and_cross_entropy(dtype, smoothing):
    W, b = (rng.normal(size=shape).astype(dtype) for shape in ((V, H), (V,)))
    softmax = SoftmaxCrossEntropy(Param("W", W), Param("b", b), smoothing)
    X, targets = rng.normal(size=(T, B, H)).astype(dtype), rng.integers(-1, V, (T, B))
    ctx = ForwardContext(Workspace(Fused() if dtype == np.float32 else None), training=True, gradients=True)
    losses, backprop = softmax.forward(X, targets, ctx)
    counted = (targets >= 0).sum()
    dX = backprop(1 / counted)
    peer_X, peer_W, peer_b = tensor(X), tensor(W), tensor(b)
    logits = (peer_X @ peer_W.T + peer_b).reshape(-1, V)
    loss = torch.nn.functional.cross_entropy(
        logits, torch.tensor(targets.reshape(-1)), ignore_index=-1, label_smoothing=smoothing
    )
    loss.backward()
    close(losses.sum() / counted, loss, dtype)
    for here, there in ((dX, peer_X), (softmax.W.gradient, peer_W), (softmax.b.gradient, peer_b)):
        close(here, there.grad, dtype)


def test_layer_norm():
    layer = LayerNorm(Param("gain", rng.normal(size=D)), Param("bias", rng.normal(size=D)))
    peer = torch.nn.LayerNorm(D, dtype=torch.float64)
    peer.weight.data, peer.bias.data = torch.tensor(layer.gain.value), torch.tensor(layer.bias.value)
    X, dY = rng.normal(size=(2, T, B, D))
    Y, _, backprop = layer.forward(X, None, ForwardContext(Workspace()))
    peer_X = tensor(X)
    peer_Y = peer(peer_X)
    peer_Y.backward(torch.tensor(dY))
    close(Y, peer_Y, np.float64)
    close(backprop(dY)[0], peer_X.grad, np.float64)
    close(layer.gain.gradient, peer.weight.grad, np.float64)


def shown(*arrays):
    """Copies of transposed weights, as PyTorch has them."""
    return [torch.tensor(np.ascontiguousarray(a.T)) for a in arrays]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("causal", [True, False], ids=["causal", "padding"])
def test_self_attention(dtype, causal):
    T, D, heads = 51, 12, 3
    W, b, out, b_out = (0.4 * rng.normal(size=s).astype(dtype) for s in ((D, 3 * D), (3 * D,), (D, D), (D,)))
    layer = SelfAttention(Param("W", W), Param("b", b), Param("out", out), Param("b_out", b_out), heads, causal)
    peer = torch.nn.MultiheadAttention(D, heads, dtype=getattr(torch, np.dtype(dtype).name))
    peer.in_proj_weight.data, peer.out_proj.weight.data = shown(W, out)
    peer.in_proj_bias.data, peer.out_proj.bias.data = torch.tensor(b), torch.tensor(b_out)
    X, dY = (rng.normal(size=(T, B, D)).astype(dtype) for _ in range(2))
    mask = None if causal else np.arange(T)[:, None] < np.array([T, 20, 1])
    ctx = ForwardContext(Workspace(Fused(2) if dtype == np.float32 else None), mask=mask)
    Y, _, backprop = layer.forward(X, None, ctx)
    dX, _ = backprop(dY)
    peer_X, future = tensor(X), torch.triu(torch.ones(T, T, dtype=bool), 1)
    hidden = {"attn_mask": future} if causal else {"key_padding_mask": torch.tensor(~mask.T)}
    peer_Y, _ = peer(peer_X, peer_X, peer_X, need_weights=False, **hidden)
    peer_Y.backward(torch.tensor(dY))
    for here, there in (
        (Y, peer_Y),
        (dX, peer_X.grad),
        (layer.W.gradient.T, peer.in_proj_weight.grad),
        (layer.b.gradient[2 * D :], peer.in_proj_bias.grad[2 * D :]),  # that of keys changes no weight
        (layer.out.W.gradient.T, peer.out_proj.weight.grad),
    ):
        close(here, there, dtype)


@pytest.mark.parametrize("pre", [True, False], ids=["pre-norm", "post-norm"])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_block(activation, pre):
    D, F, heads = 8, 20, 2
    peer = torch.nn.TransformerEncoderLayer(
        D, heads, F, dropout=0, activation=activation, norm_first=pre, dtype=torch.float64
    )
    for p in peer.parameters():
        p.data += 0.2 * torch.tensor(rng.normal(size=tuple(p.shape)))
    numbers = {name: p.detach().numpy().copy() for name, p in peer.named_parameters()}
    names = dict.fromkeys(numbers)

    def take(name):
        value = numbers[name]
        names[name] = Param(name, np.ascontiguousarray(value.T))
        return names[name]

    attention = SelfAttention(
        *(take(f"self_attn.{part}") for part in ("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias")),
        heads,
        causal=False,
    )
    forward = FeedForward(
        *(take(f"linear{i}.{part}") for i in (1, 2) for part in ("weight", "bias")), activation=activation
    )
    norms = [LayerNorm(take(f"norm{i}.weight"), take(f"norm{i}.bias")) for i in (1, 2)]
    X, dY = rng.normal(size=(2, T, B, D))
    Y, _, backprop = Block(attention, forward, norms, pre).forward(X, None, ForwardContext(Workspace()))
    peer_X = tensor(X)
    peer_Y = peer(peer_X)
    peer_Y.backward(torch.tensor(dY))
    close(Y, peer_Y, np.float64)
    close(backprop(dY)[0], peer_X.grad, np.float64)
    for name, p in peer.named_parameters():
        close(names[name].gradient.T, p.grad, np.float64)


def test_swiglu():
    D, F = 6, 10
    W, out = Param("W", rng.normal(size=(D, 2 * F))), Param("out", rng.normal(size=(F, D)))
    layer = FeedForward(W, None, out, None, "swiglu")
    X, dY = rng.normal(size=(2, T, B, D))
    Y, _, backprop = layer.forward(X, None, ForwardContext(Workspace()))
    peer_X, W, out = tensor(X), tensor(layer.W.value), tensor(layer.out.W.value)
    gate, up = (peer_X @ W).chunk(2, dim=-1)
    peer_Y = (torch.nn.functional.silu(gate) * up) @ out
    peer_Y.backward(torch.tensor(dY))
    dX, _ = backprop(dY)
    for here, there in ((Y, peer_Y), (dX, peer_X.grad), (layer.W.gradient, W.grad), (layer.out.W.gradient, out.grad)):
        close(here, there, np.float64)


def test_rms_norm():
    layer, peer = RMSNorm(Param("gain", rng.normal(size=D))), torch.nn.RMSNorm(D, eps=1e-5, dtype=torch.float64)
    peer.weight.data = torch.tensor(layer.gain.value)
    X, dY = rng.normal(size=(2, T, B, D))
    Y, _, backprop = layer.forward(X, None, ForwardContext(Workspace()))
    peer_X = tensor(X)
    peer(peer_X).backward(torch.tensor(dY))
    close(Y, peer(peer_X), np.float64)
    close(backprop(dY)[0], peer_X.grad, np.float64)
    close(layer.gain.gradient, peer.weight.grad, np.float64)


def ntm_step(x, y, c, memory, weights, Wx, Wh, b, Wp, bp):
    """A step of `layers.ntm.NTM`, by the equations of Graves et al. 2014 (section 3.3): memory (B, N, M)."""
    M = memory.shape[2]
    i, f, g, o = (x @ Wx + y @ Wh + b).chunk(4, dim=1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    h = o.sigmoid() * c.tanh()
    *heads, erase, add = (h @ Wp + bp).split([M + 6, M + 6, M, M], dim=1)
    moved = []
    for p, before in zip(heads, weights):
        key, strength, gate, shift, sharpness = p.split([M, 1, 1, 3, 1], dim=1)
        key, gate, shift = key.tanh()[:, None], gate.sigmoid(), shift.softmax(dim=1)
        lengths = [((rows * rows).sum(dim=2) + 1e-6).sqrt() for rows in (key, memory)]
        similar = (key * memory).sum(dim=2) / (lengths[0] * lengths[1])
        content = (torch.nn.functional.softplus(strength) * similar).softmax(dim=1)
        gated = gate * content + (1 - gate) * before
        shifted = sum(shift[:, k, None] * gated.roll(k - 1, dims=1) for k in range(3))
        sharp = (shifted + 1e-16) ** (1 + torch.nn.functional.softplus(sharpness))
        moved.append(sharp / sharp.sum(dim=1, keepdim=True))
    read = (moved[0][:, :, None] * memory).sum(dim=1)
    memory = memory * (1 - moved[1][:, :, None] * erase.sigmoid()[:, None]) + moved[1][:, :, None] * add.tanh()[:, None]
    return torch.cat([h, read], dim=1), c, memory, torch.stack(moved)


@pytest.mark.parametrize("dtype", DTYPES)
def test_ntm(dtype):
    N, M = 9, 4
    shapes = {"Wx": (D, 4 * H), "Wh": (H + M, 4 * H), "b": (4 * H,), "Wp": (H, 4 * M + 12), "bp": (4 * M + 12,)}
    layer = NTM(*(Param(name, rng.normal(size=s).astype(dtype)) for name, s in (shapes | {"start": (2, N)}).items()))
    X, dY = (rng.normal(size=(T, B, size)).astype(dtype) for size in (D, H + M))
    ctx = ForwardContext(Workspace(Fused() if dtype == np.float32 else None))
    Y, state, backprop = layer.forward(X, None, ctx)
    dX, _ = backprop(dY)

    peer_X, *params = (tensor(array) for array in (X, *(param.value for param in layer.params)))
    y, c, memory = (torch.zeros(B, *size, dtype=peer_X.dtype) for size in ((H + M,), (H,), (N, M)))
    weights, found = params[-1].softmax(dim=1)[:, None].expand(2, B, N), []
    for x in peer_X:
        y, c, memory, weights = ntm_step(x, y, c, memory, weights, *params[:-1])
        found.append(y)
    torch.autograd.backward(torch.stack(found), torch.tensor(dY))
    close(Y, torch.stack(found), dtype)
    close(state[2].reshape(B, M, N), memory.transpose(1, 2), dtype)
    close(state[3].reshape(B, 2, N), weights.transpose(0, 1), dtype)
    close(dX, peer_X.grad, dtype)
    for param, peer in zip(layer.params, params):
        close(param.gradient, peer.grad, dtype)
