"""Protocols: the conventions of each tool, as far as accuracies and correlations depend on them."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import OptionError
from ..vectors.ranking import EPSILON
from .tasks import CHOICES


class Protocol(NamedTuple):
    """The conventions by which vectors are evaluated on a data set.

    case : how words are looked up, see `source.Lookup`
    limit : analogies know the first `limit` words only; 0 is all
    limit_pairs : whether the limit holds for word pairs, too
    unknown : words out of vocabulary, of all but pairs, have the vectors that n-grams compose where there are any
        (compose); analogies with one are left out (skip, and compose where nothing is composed), count as wrong answers
        (wrong), are scored in both ways (both), or are asked with the first word of the file, see `analogy.first_word`,
        in the place of the unknown (first)
    unknown_pairs : the same of pairs: compose, left out (skip), or with the cosine 0 (zero)
    zero_is_unknown : pairs: whether a word with a vector of length 0 is out of vocabulary
    gold : what people say of pairs is ranked as numbers (number) or in the order of their bytes (text)
    methods : of add (3CosAdd) and mul (3CosMul)
    epsilon : of 3CosMul
    depth : so many of the best rows are asked for a word that is, in this case, none of the question's three
    positive : whether an answer must have a score above 0
    aside : words that analogies neither know nor have for an answer
    """

    case: str = "corpus"
    limit: int = 30000
    limit_pairs: bool = False
    unknown: str = "skip"
    unknown_pairs: str = "skip"
    zero_is_unknown: bool = False
    gold: str = "number"
    methods: tuple[str, ...] = ("add",)
    epsilon: float = EPSILON
    depth: int = 1
    positive: bool = False
    aside: tuple[str, ...] = ()


PLAIN = Protocol(unknown="compose", unknown_pairs="compose")
# word2vec: compute-accuracy.c. gensim 4.4: evaluate_word_analogies and evaluate_word_pairs. GloVe: eval/python/
# evaluate.py. fastText: eval.py on what print-word-vectors gives, and compute_accuracy.py, whose limit has no default.
# hyperwords: analogy_eval.py and ws_eval.py. levy2015: Levy, Goldberg & Dagan (2015), "Improving distributional
# similarity", section 4.
PROTOCOLS = {
    "word2vec": Protocol(case="upper-ascii", limit=0, positive=True),
    "gensim": Protocol(case="upper", limit=300000, limit_pairs=True, depth=5),
    "glove": Protocol(case="exact", limit=0, aside=("<unk>",)),
    "fasttext": Protocol(case="lower", limit=0, unknown_pairs="compose", zero_is_unknown=True),
    "hyperwords": Protocol(
        "lower-ascii", 0, unknown="first", unknown_pairs="zero", gold="text", methods=("add", "mul"), epsilon=0.01
    ),
    "levy2015": Protocol("lower-ascii", 0, methods=("add", "mul")),
}


def protocol_of(
    name: str | None = None,
    *,
    method: str | None = None,
    restrict_vocab: int | None = None,
    oov: str | None = None,
    oov_pairs: str | None = None,
    lowercase: bool | None = None,
) -> Protocol:
    """The protocol called `name`, with every option that is given (not None) in place of its own.

    `oov` tells pairs as well whether words are composed, unless `oov_pairs` does.
    OptionError for a name or value that does not exist.
    """
    for option, value in zip(CHOICES, (name, method, oov, oov_pairs)):
        if value is not None and value not in CHOICES[option]:
            raise OptionError(f"{option}: {value!r} is none of {', '.join(CHOICES[option])}")
    base = PROTOCOLS.get(name, PLAIN)
    if oov is not None and oov_pairs is None and "compose" in (oov, base.unknown_pairs):
        oov_pairs = "compose" if oov == "compose" else "skip"
    given = {
        "methods": method and {"both": ("add", "mul")}.get(method, (method,)),
        "limit": restrict_vocab,
        "unknown": oov,
        "unknown_pairs": oov_pairs,
        "case": None if lowercase is None else "lower" if lowercase else "corpus",
    }
    return base._replace(**{key: value for key, value in given.items() if value is not None})
