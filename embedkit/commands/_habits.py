"""Suggestions for what is typed out of habit: options, models and commands as other tools spell them.

The names are those of word2vec, fastText, GloVe, gensim, hyperwords, scikit-learn, PyTorch's examples, Hugging Face,
KenLM and SRILM. Only wrong usage reads this file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

import click

from .. import catalog

# What we have, and what others call it. An OPTION may have its value here, a WORD in capitals is an argument; what the
# command at hand lacks is never suggested, and the first line that fits is.
OPTIONS = (
    ("--dim", "size vector-size vec-size embedding-size embedding-dim emb-size emb-dim embed embed-size embed-dim"),
    ("--dim", "layer1-size n-components num-components rank dims dimension dimensions dimensionality n-dims d"),
    ("--embed", "size vector-size vec-size embedding-size embedding-dim emb-size emb-dim embed-size embed-dim emsize"),
    ("--embed", "dim dims dimension dimensions wordvec-size d"),
    ("--steps pca:N", "dim dims dimensions n-components num-components size vector-size"),
    ("--window", "window-size ws win context-size context-window skip-window w"),
    ("--order", "window window-size ngram ngrams n-gram ngram-order ngram-size max-order n context-size"),
    ("--fixed-window", "no-shrink-windows"),
    ("--dynamic-window", "shrink-windows dyn reduced-window"),
    ("--weighting dynamic", "dyn dynamic-window"),
    ("--weighting", "distance-weighting"),
    ("--context", "symmetric"),
    ("--epochs", "iter iters iterations niter n-iter num-iter max-iter epoch n-epochs nepochs num-epochs max-epochs"),
    ("--epochs", "num-train-epochs e"),
    ("--passes", "iter iters iterations epochs epoch"),
    ("--tolerance", "tol"),
    ("--lr", "alpha learning-rate learningrate learning-rate-init starting-alpha start-alpha eta eta0 lr0 step-size"),
    ("--dynamic-lr", "alpha learning-rate eta lr"),
    ("--cds", "alpha ns-exponent smoothing context-distribution-smoothing"),
    ("--negative", "neg negatives n-neg num-neg num-negatives negative-samples num-negative-samples num-sampled"),
    ("--shift", "negative neg negatives negative-samples k"),
    ("--ns-exponent", "power noise-exponent sampling-exponent cds"),
    ("--loss hs", "hs hierarchical-softmax"),
    ("--loss", "objective criterion"),
    ("--combine mean", "cbow-mean"),
    ("--sample", "subsample subsampling subsampling-threshold sub downsample threshold t"),
    ("--min-count", "min-freq minfreq min-frequency min-df min-word-freq min-word-frequency mincount thr"),
    ("--max-vocab", "vocab-size max-vocab-size max-final-vocab max-features nwords n-words num-words max-words"),
    ("--vocab", "vocab-file read-vocab vocabulary vocab-path limit-vocab-file"),
    ("--tokenizer", "token tokens tokenize tokeniser tokenization analyzer"),
    ("--tokenizer chars", "char chars characters char-level"),
    ("--lowercase", "lower lower-case do-lower-case lowercased uncased casefold case-insensitive ignore-case"),
    ("--drop-punctuation", "remove-punctuation strip-punctuation no-punctuation no-punct strip-punct"),
    ("--encoding-errors", "unicode-errors decode-error decode-errors errors encoding-error"),
    ("--joiner", "delimiter separator connector sep"),
    ("--score", "scoring"),
    ("--threshold", "min-score"),
    ("--add-context", "w+c add-contexts wc"),
    ("--eig", "p power"),
    ("--init", "pretrained pretrained-vectors pretrained-embeddings init-vectors embeddings embedding-file"),
    ("--freeze", "freeze-embeddings freeze-emb no-finetune"),
    ("--hidden", "nhid hidden-size hidden-dim hidden-units n-hidden num-hidden units num-units rnn-size"),
    ("--layers", "nlayers num-layers n-layers n-layer num-hidden-layers depth"),
    ("--tie", "tied tie-weights tied-weights tie-embeddings weight-tying share-embeddings"),
    ("--bptt", "seq-len seq-length seqlen sequence-length block-size context-length num-steps time-size unroll"),
    ("--batch-size", "batch bs minibatch minibatch-size batchsize per-device-train-batch-size b"),
    ("--optimizer", "optim opt optimiser solver"),
    ("--schedule", "scheduler lr-scheduler lr-schedule lr-scheduler-type"),
    ("--warmup", "warmup-steps num-warmup-steps"),
    ("--clip", "grad-clip clip-grad clip-norm gradient-clip gradient-clipping max-grad-norm max-grad max-norm"),
    ("--l2", "weight-decay wdecay wd l2-reg"),
    ("--ar", "activation-regularization"),
    ("--tar", "temporal-activation-regularization"),
    ("--dropout", "dropouth drop dropout-rate dropout-prob p-drop"),
    ("--input-dropout", "dropouti"),
    ("--embed-dropout", "dropoute embedding-dropout"),
    ("--weight-drop", "wdrop weight-dropout recurrent-dropout"),
    ("--smoothing", "label-smoothing label-smoothing-factor"),
    ("--patience", "early-stopping early-stop"),
    ("--valid", "validation validation-file valid-file valid-data val dev eval-data eval-file heldout held-out"),
    ("--checkpoint", "ckpt checkpoint-path checkpoint-file save-checkpoint state"),
    ("--resume", "continue restart resume-from from-checkpoint"),
    ("--cutoff", "prune cutoffs gtmin"),
    ("--to arpa", "arpa"),
    ("--mix", "mix-lm interpolate"),
    ("-k", "topn top-n top-k topk top k n num neighbors neighbours n-neighbors num-neighbors nn count limit number"),
    ("--top", "topn top-n n max-vocab vocab-size limit max-words restrict-vocab"),
    ("--restrict-vocab", "limit max-vocab vocab-size threshold vocab"),
    ("--metric", "distance similarity dist measure"),
    ("--method mul", "cosmul 3cosmul"),
    ("--method", "metric cosadd 3cosadd"),
    ("--pairs", "word-pairs wordsim ws353 similarity sim"),
    ("--questions", "analogies analogy questions-words accuracy"),
    ("--oov", "dummy4unknown"),
    ("--steps", "step method how"),
    ("--how", "method mode steps"),
    ("--what", "plot figure kind metric"),
    ("--words", "max-tokens max-new-tokens max-length length len n-words num-words n-predict num-tokens tokens n"),
    ("--words", "wordlist word-list word"),
    ("--lines", "num-samples n-samples samples num-return-sequences num-lines n-lines sentences"),
    ("--temperature", "temp t"),
    ("--top-k", "topk k"),
    ("--top-p", "topp nucleus p"),
    ("--beam", "num-beams beams beam-size beam-width"),
    ("--greedy", "argmax no-sample"),
    ("--prompt", "start seed-text prefix primer start-words start-text text"),
    ("--sentence", "sentences mean pool pooling text"),
    ("--all", "dump print-all"),
    ("--seed", "random-state random-seed manual-seed rng-seed"),
    ("--threads", "workers num-workers n-workers thread num-threads n-threads nthreads n-jobs jobs nproc num-proc j"),
    ("--threads", "procs processes cpus cores"),
    ("--max-memory", "memory mem max-mem ram s"),
    ("--output-embedding", "output-vectors syn1neg context-vectors"),
    ("--output", "out outfile out-file output-file save save-file save-path save-to write dest destination"),
    ("OUT", "output out outfile out-file output-file save save-file save-path save-to write dest destination o"),
    ("--to", "format output-format out-format output-type to-format f"),
    ("--to word2vec", "binary"),
    ("--from", "format input-format in-format input-type from-format fvec f"),
    ("--json", "jsonl as-json"),
    ("--log", "log-file logfile log-dir history compute-loss"),
    ("--quiet", "silent no-progress disable-tqdm no-verbose"),
    ("--no-cache", "nocache disable-cache"),
    ("--config", "conf config-file cfg options settings"),
    ("--print-config", "show-config dump-config"),
    ("--version", "v"),
    ("--help", "usage"),
    ("INPUT", "input train corpus corpus-file corpus-path sentences data dataset text file train-file train-data i f"),
    ("FILE", "model vectors input embeddings embedding file vec m i f"),
    ("LM", "model lm input file checkpoint m"),
    ("TEXT", "text input data test test-file eval-data corpus file ppl i"),
    ("IN", "input in model vectors file i"),
    ("LOG", "log input file i"),
    ("QUERY", "word words query positive w q"),
    ("WORD", "word words query w q"),
)

# What no option of `train` does.
REMARKS = {
    "the model is a command: embedkit train skipgram, embedkit train cbow": "sg cbow skipgram skip-gram model",
    "words are trained whole, without character n-grams": "minn maxn bucket subword subwords char-ngrams",
    "everything runs on the CPU": "gpu gpus cuda no-cuda device",
}

# Beside the models of the catalog: who comes with one of these names finds most of it there.
MODELS = {
    "skipgram or cbow": "word2vec w2v fasttext gensim embeddings vectors word-vectors doc2vec",
    "skipgram": "skip-gram sg sgns",
    "cbow": "bow",
    "svd": "glove lsa lsi tsvd truncatedsvd pca ppmi-svd",
    "ppmi": "pmi sppmi explicit",
    "kn": "kenlm lmplz srilm kneser-ney ngram ngrams n-gram mkn kneserney",
    "ffn": "mlp nplm nnlm ffnn feedforward feed-forward",
    "rnn": "elman rnnlm simple-rnn recurrent",
    "lstm or gru": "transformer gpt gpt2 bert awd-lstm awdlstm lm language-model languagemodel",
}
COMMANDS = {
    "similar": "most-similar nearest nearest-neighbors neighbors neighbours nn knn distance synonyms query search",
    "analogy": "analogies word-analogy",
    "pairs": "cosine",
    "similar or pairs": "similarity",
    "vectors": "vector print-word-vectors print-sentence-vectors embed embedding lookup get",
    "evaluate": "eval test accuracy compute-accuracy evaluate-word-pairs evaluate-word-analogies benchmark judge",
    "perplexity": "ppl ppx ngram-perplexity",
    "generate": "sample write complete",
    "phrases": "word2phrase phrase bigrams phraser",
    "vocab": "vocabulary vocab-count build-vocab wordcount freq",
    "count": "cooccur cooccurrence co-occurrence ngram-count",
    "select": "filter subset prune restrict",
    "postprocess": "normalize pca whiten center abtt",
    "quantize": "compress shrink int8",
    "convert": "export import save load glove2word2vec",
    "info": "show describe inspect stats summary metadata head",
    "verify": "check validate checksum",
    "align": "procrustes map rotate",
    "merge": "combine concatenate concat average",
    "diff": "compare drift",
    "plot": "draw figure graph",
    "train": "fit learn",
    "--version": "version",
}


def plain(name: str) -> str:
    """An option or a command as it would be spelt here: `-minCount`, `--min_count` and `MIN-COUNT` are `min-count`."""
    name = name.lstrip("-").partition("=")[0]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).replace("_", "-").lower()


def like_option(name: str, ctx: click.Context) -> str:
    """What `name`, no option of the command of `ctx`, stands for there; empty if nobody knows."""
    known = _options(ctx.command, ctx)
    spelt = known.get(plain(name)) if len(name) > 2 else None
    found = spelt or _elsewhere(name, ctx) or _habitual(name, known, ctx) or _remark(name, ctx)
    return found or _near_option(plain(name), known) or _dashes(name, ctx)


def has_meaning(name: str, ctx: click.Context) -> bool:
    """Whether `name` is an option of the command of `ctx`, or another tool's name for one."""
    known = _options(ctx.command, ctx)
    return plain(name) in known or bool(_habitual(name, known, ctx))


def like_command(name: str, table: dict[str, str]) -> str:
    """The names in `table` that `name`, which is not there, stands for; empty if nobody knows."""
    name = plain(name)
    if name in table:
        return name
    if "train" not in table:
        return _called(name, MODELS) or _near_command(name, table)
    models = _called(name, COMMANDS) or (name if name in catalog.MODELS else _called(name, MODELS))
    if models and models.split()[0] not in {*table, "--version"}:
        return " or ".join(f"train {model}" for model in models.split(" or "))
    return models or _near_command(name, table)


def _near_command(name: str, table: dict[str, str]) -> str:
    return "".join(get_close_matches(name, table, 1))


def _called(name: str, others: dict[str, str]) -> str:
    return next((ours for ours, names in others.items() if name in names.split()), "")


def _options(command: click.Command, ctx: click.Context) -> dict[str, str]:
    """The long options of `command`, by their names without dashes."""
    options = (param for param in command.get_params(ctx) if isinstance(param, click.Option))
    flags = (flag for option in options for flag in (*option.opts, *option.secondary_opts))
    return {flag[2:]: flag for flag in flags if flag.startswith("--")}


def _habitual(name: str, known: dict[str, str], ctx: click.Context) -> str:
    name, arguments = plain(name), _arguments(ctx.command)
    for ours, names in OPTIONS:
        if name in names.split():
            if ours.split()[0][2:] in known or (ours == "-k" and any(ours in p.opts for p in ctx.command.params)):
                return ours
            if ours in arguments:
                return f"{ours}, without a flag"
    return ""


def _remark(name: str, ctx: click.Context) -> str:
    return _called(plain(name), REMARKS) if ctx.command_path.startswith("embedkit train ") else ""


def _arguments(command: click.Command) -> set[str]:
    """The arguments of `command` as its usage shows them."""
    params = (param for param in command.params if isinstance(param, click.Argument))
    return {(param.metavar or "").replace("...", "").strip("[]") for param in params}


def _near_option(name: str, known: dict[str, str]) -> str:
    """The one that begins with `name`, or those spelt like it; nothing for a name that other tools give to something
    else, and what a command lacks."""
    begun = [flag for ours, flag in known.items() if ours.startswith(name)] if len(name) > 1 else []
    if len(begun) == 1:
        return begun[0]
    if any(name in names.split() for _, names in OPTIONS):
        return ""
    return " or ".join(known[near] for near in get_close_matches(name, known, 3, 0.7))


def _elsewhere(name: str, ctx: click.Context) -> str:
    """For an option that stands before the command it belongs to."""
    if not isinstance(ctx.command, click.Group) or not any(_takes(name, sub) for sub in _commands(ctx)):
        return ""
    noun = "model" if ctx.parent else "command"
    return f"options come after the {noun}: {ctx.command_path} {noun.upper()} … {name}"


def _commands(ctx: click.Context) -> Iterator[click.Context]:
    for name in ctx.command.list_commands(ctx):
        sub = click.Context(ctx.command.get_command(ctx, name), ctx, name)
        yield from _commands(sub) if isinstance(sub.command, click.Group) else [sub]


def _takes(name: str, ctx: click.Context) -> bool:
    return any(name in (*param.opts, *param.secondary_opts) for param in ctx.command.get_params(ctx))


def _dashes(name: str, ctx: click.Context) -> str:
    is_word = not name.startswith("--") and _arguments(ctx.command) & {"QUERY", "WORD", "A B", "A B C"}
    return "words that begin with a dash come after --" if is_word else ""
