"""Training of sequence-to-sequence models, as the training loop drives it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from ...runtime.parallel import limited_threads, thread_count
from ...text.pairs import Pairs
from ...training.contract import Run
from ...training.loop import Loop, Step
from ...training.param import Param
from ...translation.greedy import greedy
from ..layers.context import ForwardContext
from ..learner import NetworkLearner
from .batches import Batches
from .network import Network, build
from .shards import Shards, parts_of
from .store import Trained
from .translator import NetworkTranslator

SAMPLES = 5  # of the validation pairs, in the log after each epoch


def train(pairs: Pairs, config, run: Run) -> Trained:
    """A model of pairs, with options that its `check` has passed.

    Its metadata holds the mean loss of every epoch; with `pairs.valid` also loss and exact match on that, and which
    epoch the parameters are from: the best. EmbedkitError where training diverges, or where a checkpoint does not fit.
    """
    fit = Fit(pairs, config, run)
    loop = Loop(fit, run, config.training.epochs, config.training.patience)
    loop.train()
    facts = {"losses": loop.history.losses, "lr": fit.base_lr}
    if scores := loop.history.scores:
        facts |= {f"valid_{name}": [score[name] for score in scores] for name in ("loss", "exact_match")}
        facts["best_epoch"] = loop.best_epoch
    return Trained(loop.best or fit.snapshot(), pairs.source.vocab, pairs.vocab, facts)


class Fit(NetworkLearner):
    """Network and batches of a sequence-to-sequence model; a step is one batch."""

    unit, no_examples = "pairs", ("there is no pair to learn from", "")

    def __init__(self, pairs: Pairs, config, run: Run):
        training = config.training
        self.batches = Batches(pairs, training.batch_size, training.seed, config.model.reverse)
        super().__init__(init_network(pairs, config), config, run, len(self.batches))
        parts = parts_of(config.model, training, thread_count(training.threads))
        self.shards = Shards(self.network, self.workspace, parts)
        self.size, self.keeps_best = len(pairs), pairs.valid is not None
        self.valid = None
        if pairs.valid is not None:
            self.valid = Batches(pairs.valid, training.batch_size, training.seed, config.model.reverse)
        self.translator = NetworkTranslator(
            self.network, pairs.source, pairs.target, {}, self.workspace.kernels, config.model.reverse
        )

    def steps(self, epoch: int, first: int, due: Callable[[], bool]) -> Iterator[Step]:
        with limited_threads(1 if len(self.shards.networks) > 1 else None):
            yield from super().steps(epoch, first, due)

    def learn(self, epoch: int, number: int, ctx: ForwardContext) -> Step:
        batch, training = self.batches.batch(epoch, number), self.config.training
        share = training.scheduled_sampling * (epoch + number / len(self)) / training.epochs
        loss = self.shards.learn(batch, ctx, lambda network, ctx: _sampling(network, ctx, share))
        return Step(loss, batch.count, batch.sources.shape[1])

    def validate(self) -> dict[str, float]:
        scores = super().validate()
        if scores:
            with self.evaluating():
                scores["exact_match"] = self._exact_match()
        return scores

    def validation_loss(self) -> float:
        total, count, ctx = 0.0, 0, ForwardContext(self.workspace)
        for numbers in self.valid.sorted():
            batch = self.valid.of(numbers)
            losses = self.network.forward(batch, ctx)[0]  # backprop would hold all buffers
            total, count = total + float(losses.sum(dtype=np.float64)), count + batch.count
        return total / count

    def _exact_match(self) -> float:
        """The share of the validation pairs whose target is what greedy decoding gives."""
        pairs, right, samples = self.valid.pairs, 0, {}
        for numbers in self.valid.sorted():
            wanted = [pairs.targets[n] for n in numbers]
            caps = np.array([len(ids) + 1 for ids in wanted])  # one token more is as wrong as many
            found = greedy(self.translator, [pairs.sources[n] for n in numbers], caps)
            right += sum(np.array_equal(output.ids, ids) for output, ids in zip(found, wanted))
            samples |= {int(n): output.ids for n, output in zip(numbers, found) if n < SAMPLES}
        for n in sorted(samples):
            self.run.progress.event(
                "sample",
                source=pairs.source.spell(pairs.sources[n]),
                target=pairs.target.spell(pairs.targets[n]),
                output=pairs.target.spell(samples[n]),
            )
        return right / len(pairs)

    def quality(self, scores: dict[str, float]) -> tuple[float, float]:
        return scores["exact_match"], -scores["loss"]

    def report(self, loss: float, scores: dict[str, float], lr: float) -> tuple[str, dict]:
        facts = {"perplexity": math.exp(loss)}
        valid = ""
        if scores:
            facts |= {"valid_perplexity": math.exp(scores["loss"]), "valid_exact_match": scores["exact_match"]}
            valid = f", valid {facts['valid_perplexity']:.3f}, exact match {100 * scores['exact_match']:.2f} %"
        return f"perplexity {facts['perplexity']:.3f}{valid}, lr {lr:.4g}", facts


def _sampling(network: Network, ctx: ForwardContext, share: float):
    """The `choose` of scheduled sampling (Bengio et al. 2015), with this share of own tokens; None without it."""
    if not share:
        return None

    def choose(ids, outputs):
        own = network.loss.log_probabilities(outputs).argmax(axis=1).astype(ids.dtype)
        return np.where(ctx.rng.random(len(ids)) < share, own, ids)

    return choose


def init_network(pairs: Pairs, config) -> Network:
    """The network to train, initialized from `config.training.seed` alone."""
    rng = np.random.default_rng(config.training.seed)
    sizes = len(pairs.source.vocab), len(pairs.target.vocab), config.text.share_vocab

    def make(name: str, shape: tuple[int, ...], initializer) -> Param:
        return Param(name, initializer(rng, shape))

    return build(config.model, *sizes, make, config.training.smoothing)
