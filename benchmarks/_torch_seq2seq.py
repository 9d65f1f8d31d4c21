"""PyTorch's side of seq2seq.py: python _torch_seq2seq.py train|decode-100|decode-1 FOLDER

nn.LSTM encoder and decoder, no, dot or general attention (Luong), cross-entropy over what is no padding. FOLDER has
batches, lines and parameters, see _seq2seq_ours.py. Prints pairs or lines per second, memory warm. fp32 throughout.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

BATCHES, WARM, EOS = 60, 5, 0
task, folder = sys.argv[1:]
at = Path(folder)
torch.set_num_threads(2)
torch.manual_seed(1)
stored = np.load(at / "parameters.npz")
p = {name: torch.tensor(stored[name]) for name in stored.files}
layers = sum(name.startswith("decoder.layer") and name.endswith(".Wx") for name in p)
both = "encoder.layer1.back.Wx" in p
(V_source, D), (V, H) = p["source.embedding"].shape, p["output"].shape
attends, general = "attention.combine.W" in p, "attention.W" in p


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.read, self.write = nn.Embedding(V_source, D), nn.Embedding(V, D)
        self.encoder = nn.LSTM(D, H, layers, bidirectional=both)
        self.decoder = nn.LSTM(D, H, layers)
        E = 2 * H if both else H
        self.bridges = nn.ModuleList(nn.Linear(2 * H, H) for _ in range(2 * layers)) if both else None
        self.project = nn.Linear(E, H, bias=False) if general else None
        self.combine = nn.Linear(E + H, H) if attends else None
        self.out = nn.Linear(H, V)

    def encode(self, ids):
        K, (h, c) = self.encoder(self.read(ids))
        if both:
            pairs = [torch.cat([s[0::2], s[1::2]], 2) for s in (h, c)]
            h = torch.stack([torch.tanh(self.bridges[2 * i](pairs[0][i])) for i in range(layers)])
            c = torch.stack([self.bridges[2 * i + 1](pairs[1][i]) for i in range(layers)])
        K = K.transpose(0, 1)
        return (h, c), K, self.project(K) if general else K

    def attend(self, Y, K, P, mask):
        """Y (T, B, H) → attentional states."""
        if not attends:
            return Y
        Y = Y.transpose(0, 1)
        scores = torch.bmm(Y, P.transpose(1, 2))
        if mask is not None:
            scores = scores.masked_fill(mask, -torch.inf)
        C = torch.bmm(torch.softmax(scores, 2), K)
        return torch.tanh(self.combine(torch.cat([C, Y], 2))).transpose(0, 1)

    def forward(self, sources, mask, inputs):
        state, K, P = self.encode(sources)
        Y, _ = self.decoder(self.write(inputs), state)
        return self.out(self.attend(Y, K, P, mask))


def fill(model: Model) -> None:
    """The parameters of the file."""

    def lstm(module, index, suffix, name):
        Wx, Wh, b = (p[f"{name}.{part}"] for part in ("Wx", "Wh", "b"))
        for part, value in (("weight_ih", Wx.T), ("weight_hh", Wh.T), ("bias_ih", b)):
            getattr(module, f"{part}_l{index}{suffix}").data = value.contiguous()
        getattr(module, f"bias_hh_l{index}{suffix}").data.zero_()

    def linear(module, W, b=None):
        module.weight.data = p[W].T.contiguous()
        if b is not None:
            module.bias.data = p[b]

    model.read.weight.data, model.write.weight.data = p["source.embedding"], p["target.embedding"]
    for i in range(layers):
        lstm(model.encoder, i, "", f"encoder.layer{i + 1}")
        lstm(model.decoder, i, "", f"decoder.layer{i + 1}")
        if both:
            lstm(model.encoder, i, "_reverse", f"encoder.layer{i + 1}.back")
            for part, name in enumerate("hc"):
                bridge = f"bridge.layer{i + 1}.{name}"
                linear(model.bridges[2 * i + part], f"{bridge}.W", f"{bridge}.b")
    if general:
        linear(model.project, "attention.W")
    if attends:
        linear(model.combine, "attention.combine.W", "attention.combine.b")
    model.out.weight.data, model.out.bias.data = p["output"], p["output.b"]


model = Model()
fill(model)


def train() -> float:
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    dealt = []
    for number in range(WARM + BATCHES):
        parts = np.load(at / f"batch{number}.npz")
        mask = torch.tensor(~parts["mask"]).T[:, None] if "mask" in parts else None
        ids = [torch.tensor(parts[name], dtype=torch.long) for name in ("sources", "inputs", "targets")]
        dealt.append([*ids, mask])
    seen = 0
    for number, (sources, inputs, targets, mask) in enumerate(dealt):
        if number == WARM:
            begin = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        logits = model(sources, mask, inputs)
        loss = nn.functional.cross_entropy(logits.view(-1, V), targets.view(-1), ignore_index=-1)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        seen += sources.shape[1] * (number >= WARM)
        loss.item()
    return seen / (time.perf_counter() - begin)


def cells():
    """The decoder as cells, one a layer."""
    found = []
    for i in range(layers):
        cell = nn.LSTMCell(model.decoder.weight_ih_l0.shape[1] if i == 0 else H, H)
        for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            getattr(cell, part).data = getattr(model.decoder, f"{part}_l{i}").data
        found.append(cell)
    return found


@torch.inference_mode()
def greedy(sources: list[np.ndarray], stack) -> list[list[int]]:
    lengths = [len(ids) for ids in sources]
    S, B = max(lengths), len(sources)
    padded = np.zeros((S, B), np.int64)
    for b, ids in enumerate(sources):
        padded[: len(ids), b] = ids[::-1] if p["reverse"] else ids
    mask = None
    if min(lengths) < S:
        mask = (torch.arange(S)[None] >= torch.tensor(lengths)[:, None])[:, None]
    (h, c), K, P = model.encode(torch.tensor(padded))
    state = [(h[i], c[i]) for i in range(layers)] if stack else (h, c)
    ids, done, written = torch.zeros(B, dtype=torch.long), torch.zeros(B, dtype=torch.bool), []
    for _ in range(2 * S + 20):
        X = model.write(ids)
        if stack:
            for i, cell in enumerate(stack):
                state[i] = cell(X, state[i])
                X = state[i][0]
            Y = X[None]
        else:
            Y, state = model.decoder(X[None], state)
        logits = model.out(model.attend(Y, K, P, mask))[0]
        ids = torch.log_softmax(logits, 1).argmax(1)
        written.append(ids)
        done |= ids == EOS
        if done.all():
            break
    found = torch.stack(written, 1).tolist()
    return [row[: row.index(EOS)] if EOS in row else row for row in found]


def decoded(size: int) -> float:
    stored, wanted = np.load(at / "sources.npz"), np.load(at / "outputs.npz")
    sources = [stored[name] for name in stored.files]
    outputs = [wanted[name].tolist() for name in wanted.files]
    number = len(sources) if size > 1 else len(sources) // 5
    order = sorted(range(number), key=lambda i: len(sources[i]))
    best = 0.0
    for stack in (None, cells()):
        greedy([sources[i] for i in order[-size:]], stack)
        begin, same = time.perf_counter(), 0
        for place in range(0, number, size):
            group = order[place : place + size]
            for i, found in zip(group, greedy([sources[i] for i in group], stack)):
                same += found == outputs[i]
        best = max(best, number / (time.perf_counter() - begin))
    print(f"{same} of {number} outputs are embedkit's", file=sys.stderr)
    return best


print(train() if task == "train" else decoded(int(task.partition("-")[2])))
