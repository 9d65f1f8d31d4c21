"""Losses and gradients of encoder and decoder beside PyTorch's, line by line, for each attention."""

from __future__ import annotations

import numpy as np
import pytest
from neural.seq2seq._cases import network, pairs

from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.workspace import Workspace
from embedkit.neural.seq2seq.batches import padded
from embedkit.training.param import RowGradient

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peer

CASES = {
    "none": {"attention": "none"},
    "none, peeky": {"attention": "none", "peeky": True},
    "dot": {"attention": "dot"},
    "general, bidirectional, two layers": {"attention": "general", "bidirectional": True, "layers": 2},
    "additive, bidirectional gru": {"attention": "additive", "bidirectional": True, "cell": "gru"},
    "general, input feeding": {"attention": "general", "input_feeding": True},
}


class Twin:
    """The same model of `torch.nn` modules, with the parameters of a network of ours."""

    def __init__(self, params, options):
        self.p = {param.name: torch.tensor(param.value, dtype=torch.float64, requires_grad=True) for param in params}
        self.o = {"cell": "lstm", "layers": 1, "bidirectional": False, **options}

    def rnn(self, X, name, state, backwards=False):
        """`torch.nn` functions with our weights, (T, D) → (T, H) and the last state."""
        Wx, Wh, b = (self.p[f"{name}.{part}"] for part in ("Wx", "Wh", "b"))
        H, outputs = Wh.shape[0], []
        h, c = state if state is not None else (torch.zeros(1, H, dtype=torch.float64),) * 2
        zero = torch.zeros_like(b)
        for x in X.flip(0) if backwards else X:
            if self.o["cell"] == "lstm":
                h, c = torch._VF.lstm_cell(x[None], (h, c), Wx.T, Wh.T, b, zero)
            else:
                inner = torch.cat([zero[: 2 * H], self.p[f"{name}.c"]])
                h = torch._VF.gru_cell(x[None], h, Wx.T, Wh.T, b, inner)
            outputs.append(h)
        Y = torch.cat(outputs)
        return (Y.flip(0) if backwards else Y), (h, c)

    def encode(self, ids):
        X, states = self.p["source.embedding"][ids], []
        for layer in range(1, self.o["layers"] + 1):
            name = f"encoder.layer{layer}"
            Y, (h, c) = self.rnn(X, name, None)
            if self.o["bidirectional"]:
                Y1, (h1, c1) = self.rnn(X, f"{name}.back", None, backwards=True)
                Y, h, c = torch.cat([Y, Y1], 1), torch.cat([h, h1], 1), torch.cat([c, c1], 1)
            states.append((h, c))
            X = Y
        return X, states

    def bridged(self, states):
        if not self.o["bidirectional"]:
            return list(states)
        found = []
        for layer, (h, c) in enumerate(states, 1):
            name = f"bridge.layer{layer}"
            h = torch.tanh(h @ self.p[f"{name}.h.W"] + self.p[f"{name}.h.b"])
            c = c @ self.p[f"{name}.c.W"] + self.p[f"{name}.c.b"] if self.o["cell"] == "lstm" else h
            found.append((h, c))
        return found

    def context(self, q, K):
        kind = self.o["attention"]
        if kind == "additive":
            scores = torch.tanh(q @ self.p["attention.W"] + K @ self.p["attention.U"]) @ self.p["attention.v"]
        else:
            scores = (K @ self.p["attention.W"] if kind == "general" else K) @ q[0]
        return torch.softmax(scores, 0)[None] @ K

    def losses(self, source, target):
        K, states = self.encode(torch.tensor(source))
        summary, states = states[-1][0], self.bridged(states)
        fed, rows = torch.zeros(1, 4, dtype=torch.float64), []
        for id in [0, *target]:
            X = [self.p["target.embedding"][[id]]]
            X += [summary] if self.o.get("peeky") else []
            X += [fed] if self.o.get("input_feeding") else []
            Y = torch.cat(X, 1)
            for layer in range(1, self.o["layers"] + 1):
                Y, states[layer - 1] = self.rnn(Y, f"decoder.layer{layer}", states[layer - 1])
            if self.o["attention"] != "none":
                joined = torch.cat([self.context(Y, K), Y], 1)
                Y = torch.tanh(joined @ self.p["attention.combine.W"] + self.p["attention.combine.b"])
            fed = Y
            rows.append(torch.cat([Y, summary], 1) if self.o.get("peeky") else Y)
        logits = torch.cat(rows) @ self.p["output"].T + self.p["output.b"]
        return torch.nn.functional.cross_entropy(logits, torch.tensor([*target, 0]), reduction="none")


@pytest.mark.parametrize("name", CASES)
def test_losses_and_gradients(name):
    net, (sources, targets) = network(**CASES[name]), pairs()
    losses, backprop = net.forward(padded(sources, targets, False), ForwardContext(Workspace(), gradients=True))
    twin = Twin(net.params, CASES[name])
    for b, (source, target) in enumerate(zip(sources, targets)):
        found = twin.losses(source, target)
        np.testing.assert_allclose(losses[: len(found), b], found.detach().numpy(), rtol=1e-10)
        found.sum().backward()
    backprop()
    for param in net.params:
        gradient, expected = param.gradient, twin.p[param.name].grad.numpy()
        if isinstance(gradient, RowGradient):
            np.testing.assert_allclose(gradient.values, expected[gradient.ids], rtol=1e-8, atol=1e-12)
        else:
            np.testing.assert_allclose(gradient, expected, rtol=1e-8, atol=1e-12, err_msg=param.name)
