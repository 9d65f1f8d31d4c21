"""PyTorch's side of mlm.py: python _torch_mlm.py speed|quality FOLDER THREADS

A masked language model of nn.TransformerEncoder with the sizes of FOLDER/options.json: pre-norm, GELU, learned
positions, tied softmax with a bias, of the chosen places alone; AdamW, warm-up, cosine, clipping; it gets the batches
of ours. `speed` prints tokens per second; `quality` trains, saves mean-pooled states as torch.npy, and prints the
shares of masked words that are first, and among the first five. fp32, fused AdamW.
"""

import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch

task, folder = sys.argv[1], Path(sys.argv[2])
torch.set_num_threads(int(sys.argv[3]))
torch.manual_seed(1)
options, lines = json.loads((folder / "options.json").read_text()), np.load(folder / "lines.npz")
D, L, heads, C, V = options["dim"], options["layers"], options["heads"], options["context"], int(lines["V"])
UPDATES, WARM = 20, 3


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.positions = torch.nn.Embedding(V, D), torch.nn.Parameter(torch.zeros(C, 1, D))
        layer = torch.nn.TransformerEncoderLayer(D, heads, 4 * D, 0.0, "gelu", norm_first=True)
        self.blocks = torch.nn.TransformerEncoder(layer, L, torch.nn.LayerNorm(D), enable_nested_tensor=False)
        self.bias = torch.nn.Parameter(torch.zeros(V))
        for name, weight in self.named_parameters():
            if weight.dim() > 1:
                is_added = name.endswith(("out_proj.weight", "linear2.weight"))
                torch.nn.init.normal_(weight, 0, 0.02 / math.sqrt(2 * L) if is_added else 0.02)
            elif name.endswith("bias"):
                torch.nn.init.zeros_(weight)

    def forward(self, ids, mask):
        padding = None if mask.all() else ~mask.t()
        return self.blocks(self.embedding(ids) + self.positions[: len(ids)], src_key_padding_mask=padding)

    def logits(self, ids, mask, places):
        rows = self(ids, mask).reshape(-1, D)[places]
        return torch.nn.functional.linear(rows, self.embedding.weight, self.bias)


def batches(name):
    found = np.load(folder / name)
    arrays = {key: torch.from_numpy(found[key]) for key in ("ids", "mask", "places", "targets")}
    at = place = 0
    for T, B, k in found["shapes"].tolist():
        shape = slice(at, at + T * B)
        chosen = slice(place, place + k)
        ids, mask = arrays["ids"][shape].view(T, B).long(), arrays["mask"][shape].view(T, B)
        yield ids, mask, arrays["places"][chosen], arrays["targets"][chosen].long()
        at, place = at + T * B, place + k


model = Model()
decayed = [weight for weight in model.parameters() if weight.dim() > 1]
others = [weight for weight in model.parameters() if weight.dim() < 2]
groups = [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]
optimizer = torch.optim.AdamW(groups, lr=options["lr"], betas=(0.9, 0.98), eps=1e-8, fused=True)


def update(ids, mask, places, targets):
    optimizer.zero_grad(set_to_none=True)
    loss = torch.nn.functional.cross_entropy(model.logits(ids, mask, places), targets)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


def speed():
    read = begin = 0.0
    for number, batch in enumerate(batches("batches.npz"), -WARM):
        if number == 0:
            begin = time.perf_counter()
        if number == UPDATES:
            break
        update(*batch)
        read += int(batch[1].sum()) if number >= 0 else 0
    print(read / (time.perf_counter() - begin))


def quality():
    total = len(np.load(folder / "batches.npz")["shapes"])
    warmup = min(100, total // 10)
    for number, batch in enumerate(batches("batches.npz")):
        done = (number - warmup) / max(total - warmup, 1)
        share = (number + 1) / warmup if number < warmup else 0.1 + 0.9 * (1 + math.cos(math.pi * done)) / 2
        for group in optimizer.param_groups:
            group["lr"] = options["lr"] * share
        update(*batch)
    model.eval()
    first = five = count = 0
    with torch.no_grad():
        for ids, mask, places, targets in batches("masked.npz"):
            logits = model.logits(ids, mask, places)
            ranks = (logits > logits.gather(1, targets[:, None])).sum(1)
            first, five, count = first + int((ranks == 0).sum()), five + int((ranks < 5).sum()), count + len(targets)
        np.save(folder / "torch.npy", pooled())
    print(first / count, five / count)


def pooled():
    """Means of the states of each line's tokens."""
    lengths, owners = lines["lengths"], lines["owners"]
    sums, counts = np.zeros((owners.max() + 1, D)), np.zeros(owners.max() + 1)
    begins, all_ids = np.cumsum(lengths) - lengths, lines["ids"]
    for group in np.array_split(np.argsort(lengths), -(-len(lengths) // 64)):
        ids = torch.zeros((int(lengths[group].max()) + 1, len(group)), dtype=torch.long)
        ids[0] = int(lines["eos"])
        for b, part in enumerate(group):
            read = all_ids[begins[part] : begins[part] + lengths[part]]
            ids[1 : lengths[part] + 1, b] = torch.from_numpy(read.astype(np.int64))
        mask = torch.arange(len(ids))[:, None] <= torch.from_numpy(lengths[group])
        H = model(ids, mask).numpy()
        for b, part in enumerate(group):
            sums[owners[part]] += H[1 : lengths[part] + 1, b].sum(axis=0)
            counts[owners[part]] += lengths[part]
    return sums / counts[:, None]


{"speed": speed, "quality": quality}[task]()
