"""Kneser-Ney as the textbook has it, with dictionaries; and small texts."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from embedkit.count.ngrams.counting import count
from embedkit.count.ngrams.estimate import estimate
from embedkit.count.ngrams.model import NgramModel
from embedkit.text.vocab import Vocab

WORDS = ["<eos>", "<unk>", *"abcdefgh"]
EOS, UNK = 0, 1


def random_text(seed, lines=40, V=6, longest=9):
    """Ids of lines of 0 to `longest` words out of `V`, some far more frequent than others."""
    rng = np.random.default_rng(seed)
    p = 1 / np.arange(1, V + 1)
    return np.concatenate(
        [[*(2 + rng.choice(V, rng.integers(0, longest + 1), p=p / p.sum())), EOS] for _ in range(lines)]
    )


def ids_of(*lines):
    return np.array([WORDS.index(word) for line in lines for word in [*line.split(" "), "<eos>"] if word])


def trained(ids, order, cutoff=0, words=WORDS):
    levels, discounts, fallback = estimate(count(ids, EOS, len(words), order), EOS, len(words), cutoff)
    return NgramModel(Vocab.from_words(words), levels, {"discounts": discounts, "fallback": fallback})


class Textbook:
    """p(word | context) of the text `ids`; a context is a tuple of ids that may begin with "<s>"."""

    def __init__(self, ids, order, cutoff=0):
        self.order = order
        raw = defaultdict(Counter)
        line = ["<s>"]
        for id in ids.tolist():
            line.append(id)
            if id == EOS:
                for n in range(1, order + 1):
                    raw[n].update(tuple(line[i : i + n]) for i in range(len(line) - n + 1))
                line = ["<s>"]
        del raw[1][("<s>",)]
        self.a = {}
        for n in range(1, order + 1):
            before = Counter(gram[1:] for gram in raw[n + 1])
            is_raw = {gram: n == order or gram[0] == "<s>" for gram in raw[n]}
            self.a[n] = {gram: raw[n][gram] if is_raw[gram] else before[gram] for gram in raw[n]}
        self.kept = {gram for n in raw for gram in raw[n] if n < 3 or raw[n][gram] > cutoff}
        self.D = {n: self._discounts(self.a[n].values()) for n in self.a}

    @staticmethod
    def _discounts(a):
        n = Counter(a)
        if n[1] and n[2] and n[3]:
            y = n[1] / (n[1] + 2 * n[2])
            D = [k - (k + 1) * y * n[k + 1] / n[k] for k in (1, 2, 3)]
            if all(0 < d <= k for k, d in enumerate(D, 1)):
                return D
        return [0.5, 1, 1.5]

    def p(self, word, context):
        context = context[max(0, len(context) - self.order + 1) :]
        if not context:
            return self._mix(word, context, 1 / len(WORDS))
        return self._mix(word, context, self.p(word, context[1:]))

    def _mix(self, word, context, shorter):
        a, D = self.a[len(context) + 1], self.D[len(context) + 1]
        after = {gram: a[gram] for gram in a if gram[:-1] == context}
        total = sum(after.values())
        if not total:
            return shorter
        taken = {gram: D[min(n, 3) - 1] if gram in self.kept else n for gram, n in after.items()}
        own = after.get((*context, word), 0) - taken.get((*context, word), 0)
        return own / total + sum(taken.values()) / total * shorter


def plain_arpa(model):
    """The ARPA file of a model, number by number as numpy spells them."""
    words = [b"</s>" if id == model.eos else model.vocab.bytes(id) for id in range(len(model.vocab))]
    sizes = [len(level.keys) + (n == 1) for n, level in enumerate(model.levels, 1)]
    lines, grams = [b"\\data\\", *(b"ngram %d=%d" % size for size in enumerate(sizes, 1))], [b""]
    for n, level in enumerate(model.levels, 1):
        prefixes, grams = grams, []
        lines += [b"", b"\\%d-grams:" % n]
        for key, *numbers in zip(level.keys.tolist(), level.log10, level.backoff):
            prefix, last = divmod(key, len(words))
            p, weight = (str(number).encode() for number in numbers)
            weight = b"" if weight == b"0.0" else b"\t" + weight
            gram = prefixes[prefix] + words[last]
            if gram == b"</s>":
                lines.append(b"-99\t<s>" + weight)
                weight = b""
            lines.append(p + b"\t" + gram + weight)
            grams.append(b"<s> " if gram == b"</s>" else gram + b" ")
    return b"\n".join([*lines, b"", b"\\end\\", b""])
