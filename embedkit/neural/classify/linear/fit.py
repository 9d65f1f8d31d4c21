"""Training of linear classifiers, as the training loop drives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ....classification.hashing import END
from ....classification.linear import Bag, LinearClassifier, Tree
from ....classification.measures import Truth, cross_entropy, is_right
from ....classification.tree import huffman_tree
from ....runtime.parallel import imap, thread_count
from ....text import _kernels as text_kernels
from ....text.labelled import Examples
from ....text.vocab import Vocab
from ....training.contract import Run
from ....training.loop import Diverged, Learner, Loop, Step
from ....training.pretrained import copy_rows, known_words, open_vectors
from ....vectors.ngrams import Ngrams
from ...word2vec.alias import alias_table
from ...word2vec.init import fill_uniform, row_width, zeros
from ..data import Data
from ..options import rate
from ..sampling import epoch_order, text_weights
from . import _kernels
from .features import NOTHING, Features, weigh

SPAN = 256  # texts trained in one call of the kernel
NS_EXPONENT = 0.5  # of the noise distribution of labels, as in fastText
SMOOTHING = 1.0  # α of log-count ratios
LOSSES = {
    "softmax": _kernels.SOFTMAX,
    "hs": _kernels.HIERARCHICAL,
    "ns": _kernels.NEGATIVE_SAMPLING,
    "ova": _kernels.ONE_VS_REST,
}
EMPTY = {kind: np.empty(0, kind) for kind in (np.int32, np.int64, np.float32, np.uint64, np.uint8)}


def fit(data: Data, config, run: Run) -> tuple[LinearClassifier, Callable[[Examples], np.ndarray]]:
    """The classifier, and the function that gives probabilities (N, K) of labels for other texts of the same types.

    Its metadata holds the mean loss of every epoch, and with `data.valid` what was found on that, and which epoch the
    parameters are from. EmbedkitError where training diverges, or where a checkpoint does not fit.
    """
    learner = Fit(data, config, run)
    loop = Loop(learner, run, config.training.epochs, config.training.patience)
    loop.train()
    facts = {"losses": loop.history.losses, "lr": learner.base_lr}
    if scores := loop.history.scores:
        facts |= {f"valid_{name}": [score[name] for score in scores] for name in scores[0]}
        facts["best_epoch"] = loop.best_epoch
    if loop.best:
        learner.load(loop.best)
    trained = learner.classifier(facts)
    return trained, lambda examples: trained.of_scores(trained.scores(learner.bag(examples)))


def peak_memory(data: Data, config, run: Run) -> int:
    """Bytes that `fit` holds at most, its texts among them."""
    rows, width = _rows(data, config), _width(config.model, len(data.names))
    best = 2 if data.valid is not None else 1
    tokens = sum(len(part.ids) for part in (data.train, data.valid, data.unlabelled) if part is not None)
    longest = config.model.word_ngrams + (5 * (config.model.maxn - config.model.minn + 1) if config.model.maxn else 0)
    counts = 8 * len(data.names) * rows if config.model.weighting == "log-count-ratio" else 0
    return 4 * rows * width * best + counts + tokens * (4 + 16 * longest)


def size(data: Data, config) -> int:
    """Bytes of the file, about."""
    model, K = config.model, len(data.names)
    return 4 * _rows(data, config) * (K if _folds(model, K) else model.dim)


def _rows(data: Data, config) -> int:
    """Rows of features, at most."""
    model, words = config.model, len(data.vocab) + 1
    if model.word_ngrams == 1 and not model.maxn:
        return words
    many = len(data.train.ids) * (model.word_ngrams - 1) + (20 * len(data.vocab) if model.maxn else 0)
    return words + min(model.buckets, many)


def _width(model, classes: int) -> int:
    return row_width(model.dim or classes)


def _folds(model, classes: int) -> bool:
    """True if a classifier keeps the scores of features instead of both matrices, whose product they are."""
    return not model.dim or model.loss in ("softmax", "ova") and classes <= model.dim


class Fit(Learner):
    """Rows of features and labels, and the kernel that trains them, some texts after others."""

    unit, remedy = "texts", "train with a lower --lr"
    no_examples = ("there is no text to learn from", "")

    def __init__(self, data: Data, config, run: Run):
        model, training = config.model, config.training
        self.data, self.config, self.run = data, config, run
        self.threads = thread_count(training.threads)
        self.V, self.K = len(data.vocab) + 1, len(data.names)
        self.ngrams = Ngrams(model.minn, model.maxn, model.subword_unit) if model.maxn else None
        options = model.buckets, model.word_ngrams, self.ngrams, self.threads
        self.features = Features(data.train.words, data.word_ids, self.V - 1, self.V, *options)
        self.by_count = model.weighting == "count"
        bag = self.features(data.train.ids)
        self.names, self.buckets = self._compact(bag)
        self.scales = self._scales(bag)
        weigh(bag, self.names, self.scales, self.by_count, self.threads)
        self.bags = self._bags(bag)
        self.tables, self.draws, self.plan = self._tables(), self._draws(), self._plan()
        self.valid = None if data.valid is None else self.bag(data.valid)
        self.base_lr = rate(model, training)
        self.size, self.keeps_best = len(data.train), data.valid is not None
        scratch = zeros(2, self.plan.width), np.zeros(max(self.K, 1))
        self.scratch = [tuple(array.copy() for array in scratch) for _ in range(self.threads)]

    def bag(self, examples: Examples) -> Bag:
        """The features of texts as the model has them."""
        bag = self.features(examples.ids)
        weigh(bag, self.names, self.scales, self.by_count, self.threads)
        return bag

    def _compact(self, bag: Bag) -> tuple[np.ndarray, np.ndarray]:
        """Of each word and bucket its row, (V + buckets,) int32, -1 for buckets that no text hits, and the buckets
        that have rows, rising."""
        used = np.zeros(self.V + self.features.size, bool)
        used[bag.ids] = True
        used[: self.V] = True
        names = np.where(used, np.cumsum(used, dtype=np.int32) - 1, np.int32(-1)).astype(np.int32)
        return names, (np.flatnonzero(used)[self.V :] - self.V).astype(np.int32)

    def _scales(self, bag: Bag) -> np.ndarray:
        """(rows,) float32 scales of features: log-count ratios, of several labels their root mean square."""
        N = self.V + len(self.buckets)
        if self.config.model.weighting != "log-count-ratio":
            return NOTHING if self.by_count else np.ones(N, np.float32)
        named = Bag(np.empty_like(bag.ids), *bag[1:])
        text_kernels.remap(bag.ids, self.names, named.ids)
        counts = np.zeros(N * self.K)
        bags = self._bags(named)
        _kernels.count_labels(
            bags.ids, bags.starts, bags.ends, bags.labels, bags.label_starts, self.data.train.weights, self.K, counts
        )
        counts = counts.reshape(N, self.K)
        total, squares = counts.sum(1), np.zeros(N)
        for label in range(self.K):
            own, others = counts[:, label] + SMOOTHING, total - counts[:, label] + SMOOTHING
            squares += np.log(own / own.sum() / (others / others.sum())) ** 2
        return np.sqrt(squares / self.K).astype(np.float32)

    def _bags(self, bag: Bag) -> _kernels.Bags:
        train = self.data.train
        weights = text_weights(train, self.data.label_weights)
        return _kernels.Bags(*bag, train.labels, train.label_starts, weights)

    def _plan(self) -> _kernels.Plan:
        model = self.config.model
        return _kernels.Plan(
            _width(model, self.K), self.K, model.dim > 0, LOSSES[model.loss], min(model.negative, self.K - 1)
        )

    def _tables(self) -> _kernels.Tables:
        model, D = self.config.model, _width(self.config.model, self.K)
        N, hidden = self.V + len(self.buckets), model.dim > 0
        rows = zeros(N, D)
        frozen = EMPTY[np.uint8]
        if hidden:
            table = rows.reshape(-1, D)[:, : model.dim]
            fill_uniform(table[: self.V], self.config.training.seed)
            if model.init is not None:
                given = open_vectors(model.init, model.dim, "--dim")
                known, ids = known_words(given, self.data.vocab, model.init, self.run.progress)
                copy_rows(given, known, ids, table)
                if model.freeze:
                    frozen = np.zeros(N, np.uint8)
                    frozen[known] = 1
        outputs = (self.K - 1 if model.loss == "hs" else self.K) if hidden else 0
        return _kernels.Tables(rows, zeros(max(outputs, 1), D), frozen)

    def _draws(self) -> _kernels.Draws:
        loss, counts = self.config.model.loss, self.data.names.counts
        tree = huffman_tree(counts) if loss == "hs" else (EMPTY[np.int64], EMPTY[np.int32], EMPTY[np.float32])
        noise = EMPTY[np.uint64], EMPTY[np.int32]
        return _kernels.Draws(*tree, *(alias_table(counts**NS_EXPONENT) if loss == "ns" else noise))

    def __len__(self) -> int:
        return -(-len(self.data.train) // SPAN)

    def steps(self, epoch: int, first: int, due: Callable[[], bool]) -> Iterator[Step]:
        training, N = self.config.training, len(self.data.train)
        order = epoch_order(self.data.train, training.sampler, training.seed, epoch)

        def train(begin, worker):
            part = order[begin : begin + SPAN]
            rng = np.random.SeedSequence((training.seed, epoch, begin)).generate_state(1, np.uint64) | np.uint64(1)
            sums = np.zeros(1)
            done = (epoch + begin / N) / training.epochs
            share = len(part) / N / training.epochs
            rates = self.base_lr, done, share
            scratch, scores = self.scratch[worker]
            _kernels.train(self.bags, part, self.tables, self.draws, self.plan, *rates, rng, scratch, scores, sums)
            return Step(float(sums[0]), len(part), len(part))

        def wanted():
            for begin in range(first * SPAN, N, SPAN):
                yield begin
                if due():
                    return

        with np.errstate(all="ignore"):
            yield from imap(train, wanted(), self.threads)

    def lr(self, epoch: int, step: int) -> float:
        done = (epoch + min(1.0, step * SPAN / len(self.data.train))) / self.config.training.epochs
        return self.base_lr * max(1 - done, 1e-4)

    def warm_up(self, is_new: bool) -> dict:
        order, (scratch, scores) = EMPTY[np.int32], self.scratch[0]
        rates = self.base_lr, 0.0, 0.0
        rest = np.ones(1, np.uint64), scratch, scores, np.zeros(1)
        _kernels.train(self.bags, order, self.tables, self.draws, self.plan, *rates, *rest)
        return {"features": self.V + len(self.buckets), "occurrences": len(self.bags.ids)}

    def check_finite(self) -> None:
        if not (np.isfinite(self.tables.features).all() and np.isfinite(self.tables.labels).all()):
            raise Diverged("the parameters are no longer finite")

    def validate(self) -> dict[str, float]:
        """Accuracy and mean loss on the validation texts."""
        if self.valid is None:
            return {}
        trained = self.classifier({})
        found = trained.of_scores(trained.scores(self.valid))
        truth = Truth(self.data.valid.labels, self.data.valid.label_starts)
        loss = cross_entropy(found, truth, trained.binary)
        return {"loss": loss, "accuracy": float(is_right(found, truth).mean())}

    def quality(self, scores: dict[str, float]) -> float:
        return scores["accuracy"]

    def report(self, loss: float, scores: dict[str, float], lr: float) -> tuple[str, dict]:
        said = f"loss {loss:.4f}"
        if scores:
            said += f", validation loss {scores['loss']:.4f}, accuracy {scores['accuracy']:.4f}"
        return said, {f"valid_{name}": value for name, value in scores.items()}

    def classifier(self, facts: dict) -> LinearClassifier:
        """The classifier of now."""
        model, D, K = self.config.model, self.plan.width, self.K
        rows = self.tables.features.reshape(-1, D)
        outputs = self.tables.labels.reshape(-1, D)[:, : model.dim] if model.dim else None
        rows = rows[:, : model.dim or K]
        if model.dim and _folds(model, K):
            rows, outputs = rows @ outputs.T, None
        log_ratio = model.weighting == "log-count-ratio"
        metadata = {"config": self.config.stored()} | facts
        end = Vocab.from_words([END], [len(self.data.train)])
        tree = Tree(*self.draws[:3]) if model.loss == "hs" else None
        features = self.buckets, self.features.size, model.word_ngrams, self.ngrams
        scales = self.scales if log_ratio else None
        options = model.loss, self.by_count, scales, metadata, tree
        return LinearClassifier(self.data.names, self.data.vocab.join(end), rows, outputs, *features, *options)

    def snapshot(self) -> dict[str, np.ndarray]:
        return {name: table.copy() for name, table in self._learnt().items()}

    def load(self, tensors: dict[str, np.ndarray]) -> None:
        """Take over the tensors of a `snapshot`."""
        for name, table in self._learnt().items():
            table[...] = tensors[name]

    def _learnt(self) -> dict[str, np.ndarray]:
        """The parameters, without the zeros that fill rows up: (N, dim), or (N, K) without a hidden layer; and rows of
        labels."""
        width = self.config.model.dim or self.K
        tables = {"features": self.tables.features, "labels": self.tables.labels}
        return {name: table.reshape(-1, self.plan.width)[:, :width] for name, table in tables.items()}

    def state(self) -> tuple[dict[str, np.ndarray], dict]:
        return self._learnt(), {}

    def restore(self, tensors: dict[str, np.ndarray], numbers: dict) -> None:
        self.load(tensors)
