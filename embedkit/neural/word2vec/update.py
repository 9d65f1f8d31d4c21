"""Going on with vectors: new text, or further epochs, for words that have been trained before.

Counts of old and new text add up, and subsampling and noise are drawn by the sums. (gensim's `build_vocab(update=True)`
subsamples by the new text alone.)
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from ...config import Config
from ...errors import EmbedkitError
from ...text import corpus, union
from ...text.encoded import Corpus, Encoded, renamed
from ...training.contract import Run
from ...training.identity import fingerprint
from ...training.pretrained import open_vectors
from ...units import counted
from ...vectors.query import has_ngrams, is_sparse, text_options
from ._kernels import Tables
from .subword_rows import ngrams_of

READING = ("tokenizer", "lowercase", "nfc", "drop_punctuation")  # options of text that decide which words there are
BLOCK = 1 << 14  # rows copied at a time
# Of the learning rate: with the whole, old words forget what they were (benchmarks/update.py); with a tenth, new words
# hardly learn.
SHARE = 0.3


class Continued(Corpus):
    """The text to go on with, by the vocabulary of old and new words.

    text : sha256 of the new text; `sha256` is of all that the run starts from, for a run that resumes
    old : the vectors to go on with, whose words are the first of `vocab`
    facts : provenance besides that of the text
    """

    def __init__(self, vocab, ids, tokens: int, text: str, old, facts: dict):
        parts = [text, facts["sha256"], *facts.get("replay_sha256", ())]
        parts += [str(facts["replay_share"])] if "replay_share" in facts else []
        super().__init__(vocab, ids, tokens, hashlib.sha256("\n".join(parts).encode()).hexdigest())
        self.text, self.old, self.facts = text, old, facts

    @property
    def provenance(self) -> dict:
        return {"corpus_sha256": self.text, "update": self.facts}


def read(inputs, config, run: Run) -> Continued:
    """The text `inputs`, mixed with that of `--replay`, for the words of `--update` and its own.

    EmbedkitError where that file cannot be gone on with; people are told what is added and what is dropped.
    """
    path, memory, progress = config.training.update, run.memory, run.progress
    old, facts = _open(path, config, progress), {"sha256": fingerprint(path)}

    def encode(names):
        return corpus.encode(names, config.text, run)

    text = encode(inputs)
    if not text.vocab.counts.any():
        raise EmbedkitError(f"{' '.join(inputs)}: no words in it", "the input is empty or white space")
    tokens, others = int(text.vocab.counts.sum()), []
    if config.training.extend_epochs:
        if old.metadata.get("corpus_sha256") != text.sha256 or not _epochs(old):
            hint = "--update without --extend-epochs goes on with another text"
            raise EmbedkitError(f"{' '.join(inputs)}: is not the text that {path} was trained on", hint)
        found = union.unite(old.vocab, text, replace(config.text, max_vocab=len(old)))
        if old.vocab.counts is not None:
            found = found._replace(vocab=old.vocab)  # they are of this text
        facts["epochs"] = _epochs(old)
    else:
        found = union.unite(old.vocab, text, config.text)
        _tell(found, old, text, config, progress)
        for name in config.training.replay:
            others.append(_sampled(encode([name]), config.training, memory))
            tokens += int(np.count_nonzero(others[-1].ids != union.LINE_END))
    if others:
        facts["replay_sha256"] = [other.sha256 for other in others]
        facts |= {"replay_share": config.training.replay_share} if config.training.replay_share < 1 else {}

    def ids() -> np.ndarray:
        new = renamed(text.ids, found.ids, memory)
        replayed = (renamed(other.ids, _names(found.vocab, other), memory) for other in others)
        return union.interleave([new, *replayed], memory) if others else new

    data = Continued(found.vocab, ids, tokens, text.sha256, old, facts)
    progress.event("corpus", tokens=tokens, words=len(data.vocab), sha256=text.sha256)
    progress.say(f"{counted(tokens, 'token')}, {counted(len(data.vocab), 'word')} kept")
    return data


def resolved(config: Config, data: Continued) -> Config:
    """`config` whose vectors start from those of the update.

    The learning rate of the options is that of a whole run. Further epochs start with that of one run of all of them,
    which has come so far; new text with `SHARE` of it.
    """
    training, model = config.training, replace(config.model, init=config.training.update)
    if training.extend_epochs:
        done, more = data.facts["epochs"], training.extend_epochs
        training = replace(training, epochs=more, lr=training.lr * more / (done + more))
    else:
        training = replace(training, lr=training.lr * SHARE)
    return Config(**config.sections | {"model": model, "training": training})


def restore_contexts(tables: Tables, width: int, data: Continued, progress) -> None:
    """Put the context vectors of before into the output table, rows of `width` numbers; those of new words are zero."""
    contexts = data.old.contexts
    if contexts is None:
        progress.say(
            "Warning: the file of --update has no context vectors, so they start anew, and old words move further than "
            "they need to; train with --save-contexts keeps them"
        )
        return
    rows = tables[1].reshape(-1, width)
    for at in range(0, len(contexts), BLOCK):
        rows[at : at + BLOCK][: len(contexts) - at, : contexts.shape[1]] = contexts[at : at + BLOCK]


def _open(path: str, config, progress):
    """The vectors to go on with, if they can be."""
    old = open_vectors(path, config.model.dim, "--dim")
    if is_sparse(old):
        raise EmbedkitError(
            f"{path}: sparse vectors, which are counted, not trained", "count old and new text together"
        )
    stored = old.metadata.get("config")
    model = stored.get("model") if isinstance(stored, dict) else None
    if isinstance(model, dict) and model.get("add_context"):
        raise EmbedkitError(
            f"{path}: its vectors are sums with context vectors, and cannot be taken apart",
            "train without --add-context",
        )
    _check_ngrams(path, old, config.model)
    was, now = text_options(old), config.stored()["text"]
    if other := [name for name in READING if name in was and was[name] != now[name]]:
        told = ", ".join(f"{name} was {was[name]}, now it is {now[name]}" for name in other)
        progress.say(f"Warning: {path}: its text was read in another way: {told}")
    if old.vocab.counts is None:
        progress.say(
            f"Warning: {path}: the counts of its words are not known: noise and subsampling are by the new text"
        )
    return old


def _check_ngrams(path, old, model) -> None:
    """EmbedkitError where the words of `old` are not made of the n-grams that the options ask for."""
    asked = (*ngrams_of(model), model.buckets) if model.maxn else None
    found = (*old.ngrams, len(old.buckets)) if has_ngrams(old) else None
    if found is None and asked is not None:
        raise EmbedkitError(f"{path}: has no n-grams", "train without --minn and --maxn, or start with --init")
    if found != asked:
        flags = ("minn", "maxn", "subword-unit", "pooling", "buckets")
        told = " ".join(f"--{flag} {value}" for flag, value in zip(flags, found))
        raise EmbedkitError(f"{path}: its words are made of other n-grams", told)


def _epochs(old) -> int:
    """Epochs that vectors were trained for on one text; 0 where nobody knows."""
    config, before = old.metadata.get("config"), old.metadata.get("update", {"epochs": 0})
    training = config.get("training") if isinstance(config, dict) else None
    numbers = [facts.get("epochs") if isinstance(facts, dict) else None for facts in (training, before)]
    return sum(numbers) if all(type(number) is int for number in numbers) else 0


def _sampled(text: Encoded, training, memory) -> Encoded:
    """The lines of a text of --replay that its share keeps."""
    if training.replay_share == 1:
        return text
    ids = union.sampled(text.ids, training.replay_share, training.seed, memory)
    return Encoded(text.vocab, ids, text.sha256)


def _names(vocab, text) -> np.ndarray:
    """The ids in `vocab` of the types of a text, as in `union.Union`."""
    names = [union.DROPPED if (id := vocab.id(word)) is None else id for word in text.vocab]
    return np.array([*names, union.LINE_END], np.int32)


def _tell(found: union.Union, old, text, config, progress) -> None:
    added = len(found.vocab) - len(old)
    dropped = len(text.vocab) - added - (len(old) - found.absent)
    progress.say(
        f"{counted(len(old), 'old word')}, {found.absent:,} of them not in the new text; {added:,} added, "
        f"{dropped:,} dropped (below --min-count {config.text.min_count})"
    )
    rate = config.training.lr * SHARE
    progress.say(f"learning rate {rate:g} at the start, {SHARE:g} of --lr; a lower one moves old words less")
