"""PyTorch's side of lm.py: python _torch_lm.py train|evaluate|generate HIDDEN LAYERS TRAIN TEXT [STEPS]

The model of PyTorch's word_language_model example: embedding, nn.LSTM, linear; cross-entropy, clipping, plain SGD.
Prints tokens per second, kernels and memory warm. fp32 throughout (oneDNN's default, ieee).
"""

import sys
import time
from pathlib import Path

import torch

task, hidden, layers, train_path, text_path, *rest = sys.argv[1:]
hidden, layers, steps = int(hidden), int(layers), int(rest[0]) if rest else 100
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


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(len(words), hidden)
        self.lstm = torch.nn.LSTM(hidden, hidden, layers)
        self.out = torch.nn.Linear(hidden, len(words))
        self.embedding.weight.data.uniform_(-0.1, 0.1)
        self.out.weight.data.uniform_(-0.1, 0.1)
        self.out.bias.data.zero_()

    def forward(self, ids, state=None):
        Y, state = self.lstm(self.embedding(ids), state)
        return self.out(Y), state


model, criterion, B, T = Model(), torch.nn.CrossEntropyLoss(), 20, 35


def train() -> float:
    ids = stream(train_path)
    ids = ids[: len(ids) // B * B].view(B, -1).t().contiguous()
    state, begin = None, 0.0
    for step in range(-10, steps):
        if step == 0:
            begin = time.perf_counter()
        at = (step + 10) * T
        model.zero_grad()
        if state is not None:
            state = tuple(part.detach() for part in state)
        logits, state = model(ids[at : at + T], state)
        loss = criterion(logits.view(-1, len(words)), ids[at + 1 : at + 1 + T].reshape(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        for parameter in model.parameters():
            parameter.data.add_(parameter.grad, alpha=-1.0)
    return steps * B * T / (time.perf_counter() - begin)


@torch.no_grad()
def evaluate() -> float:
    """The faster one of two ways to cut the stream."""
    return max(evaluate_by(T), evaluate_by(10 * T))


def evaluate_by(T: int) -> float:
    ids, state, begin = stream(text_path), None, 0.0
    for at in range(0, len(ids) - 1, T):
        if at == 10 * T:
            begin = time.perf_counter()
        chunk = ids[at : at + T + 1]
        logits, state = model(chunk[:-1, None], state)
        criterion(logits.view(-1, len(words)), chunk[1:])
    return (len(ids) - 10 * T) / (time.perf_counter() - begin)


@torch.no_grad()
def generate() -> float:
    state, ids, begin = None, torch.zeros(1, 1, dtype=torch.long), 0.0
    for step in range(-20, steps):
        if step == 0:
            begin = time.perf_counter()
        logits, state = model(ids, state)
        ids = torch.multinomial(torch.softmax(logits[0, 0], 0), 1)[None]
    return steps / (time.perf_counter() - begin)


print({"train": train, "evaluate": evaluate, "generate": generate}[task]())
