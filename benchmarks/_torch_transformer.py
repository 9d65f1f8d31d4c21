"""PyTorch's side of transformer.py: python _torch_transformer.py train|evaluate|generate|beam SIZE TRAIN TEXT [STEPS]

A small GPT in PyTorch's fastest way on a CPU: scaled_dot_product_attention (causal, no mask tensor), fused AdamW in two
groups, clipping, tied softmax; a preallocated key–value cache in generation. Prints tokens per second, kernels and
memory warm. fp32 throughout. SIZE is LAYERSxDIMxCONTEXTxBATCH.
"""

import math
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional as F

task, size, train_path, text_path, *rest = sys.argv[1:]
layers, D, T, B = map(int, size.split("x"))
steps, heads = int(rest[0]) if rest else 20, max(4, D // 64)
torch.set_num_threads(2)
torch.manual_seed(1)

words: dict[str, int] = {}
for line in Path(train_path).read_text().splitlines():
    for word in [*line.split(), "<eos>"]:
        words.setdefault(word, len(words))


def stream(path: str) -> torch.Tensor:
    """The ids of a text, <eos> at the end of each line."""
    return torch.tensor(
        [words[word] for line in Path(path).read_text().splitlines() for word in [*line.split(), "<eos>"]]
    )


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = torch.nn.LayerNorm(D), torch.nn.LayerNorm(D)
        self.qkv, self.out = torch.nn.Linear(D, 3 * D), torch.nn.Linear(D, D)
        self.up, self.down = torch.nn.Linear(D, 4 * D), torch.nn.Linear(4 * D, D)

    def forward(self, x, cache=None, at=0):
        rows, n, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(rows, n, 3, heads, D // heads).permute(2, 0, 3, 1, 4)
        if cache is not None:
            cache[0, :, :, at : at + n], cache[1, :, :, at : at + n] = k, v
            k, v = cache[0, :, :, : at + n], cache[1, :, :, : at + n]
        y = F.scaled_dot_product_attention(q, k, v, is_causal=n > 1)
        x = x + self.out(y.transpose(1, 2).reshape(rows, n, D))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.positions = torch.nn.Embedding(len(words), D), torch.nn.Embedding(T, D)
        self.blocks, self.norm = torch.nn.ModuleList(Block() for _ in range(layers)), torch.nn.LayerNorm(D)
        for name, p in self.named_parameters():
            if p.dim() > 1:
                std = 0.02 / math.sqrt(2 * layers) if name.endswith(("out.weight", "down.weight")) else 0.02
                torch.nn.init.normal_(p, std=std)
            elif name.endswith("bias"):
                torch.nn.init.zeros_(p)

    def hidden(self, ids, caches=None, at=0):
        x = self.words(ids) + self.positions.weight[at : at + ids.shape[1]]
        for i, block in enumerate(self.blocks):
            x = block(x, None if caches is None else caches[i], at)
        return self.norm(x)

    def forward(self, ids, caches=None, at=0):
        return F.linear(self.hidden(ids, caches, at), self.words.weight)


model = Model()


def train() -> float:
    parts = [[p for p in model.parameters() if (p.dim() > 1) is is_matrix] for is_matrix in (True, False)]
    groups = [{"params": params, "weight_decay": decay} for params, decay in zip(parts, (0.1, 0.0))]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99), fused=True)
    ids, draw, begin = stream(train_path), torch.Generator().manual_seed(1), 0.0
    for step in range(-3, steps):
        if step == 0:
            begin = time.perf_counter()
        at = torch.randint(len(ids) - T, (B, 1), generator=draw) + torch.arange(T + 1)
        chunk = ids[at]
        loss = F.cross_entropy(model(chunk[:, :-1]).reshape(-1, len(words)), chunk[:, 1:].reshape(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return steps * B * T / (time.perf_counter() - begin)


@torch.inference_mode()
def evaluate() -> float:
    """Windows half a context apart; of all but the first their second half counts, and alone is asked for."""
    ids, counted, begin, s = stream(text_path), 0, 0.0, T // 2
    starts = torch.arange(0, len(ids) - T - 1, s)
    for at in range(0, len(starts), B):
        if at == B:
            begin = time.perf_counter()
        chunk = ids[starts[at : at + B, None] + torch.arange(T + 1)]
        H = model.hidden(chunk[:, :-1])[:, s:]
        logits = F.linear(H, model.words.weight)
        F.cross_entropy(logits.reshape(-1, len(words)), chunk[:, 1 + s :].reshape(-1), reduction="sum")
        counted += H.shape[0] * s * (at >= B)
    return counted / (time.perf_counter() - begin)


@torch.inference_mode()
def generate() -> float:
    """Sampled, one token after the other; a full context begins again with its second half."""
    caches, at, begin = torch.empty(layers, 2, 1, heads, T, D // heads), 0, 0.0
    ids, read = torch.zeros(1, 1, dtype=torch.long), []
    for step in range(-20, steps):
        if step == 0:
            begin = time.perf_counter()
        if at == T:
            read = read[T // 2 :]
            model.hidden(torch.tensor([read]), caches)
            at = len(read)
        read.append(int(ids))
        logits = model(ids, caches, at)
        at += 1
        ids = torch.multinomial(torch.softmax(logits[0, 0], 0), 1)[None]
    return steps / (time.perf_counter() - begin)


@torch.inference_mode()
def beam(k: int = 5) -> float:
    """Beam search of width 5, all hypotheses in one batch, caches reordered; lines of at most T tokens."""
    written, begin = 0, 0.0
    for line in range(-1, max(1, steps // T)):
        if line == 0:
            begin = time.perf_counter()
        caches, ids = torch.empty(layers, 2, k, heads, T, D // heads), torch.zeros(k, 1, dtype=torch.long)
        totals = torch.tensor([0.0] + [-math.inf] * (k - 1))
        for at in range(T):
            scores = totals[:, None] + torch.log_softmax(model(ids, caches, at)[:, -1], dim=-1)
            totals, best = scores.view(-1).topk(k)
            caches[:, :, :, :, : at + 1] = caches[:, :, best // len(words), :, : at + 1]
            ids = (best % len(words))[:, None]
            written += line >= 0
    return written / (time.perf_counter() - begin)


print({"train": train, "evaluate": evaluate, "generate": generate, "beam": beam}[task]())
