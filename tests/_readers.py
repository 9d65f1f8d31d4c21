"""Everything that reads a file: how, a good file to begin with, and what a damaged one may do."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import _again as again
import numpy as np
from _again import is_noticed, is_same, of_counts, of_ngrams, of_phrases, of_text, of_vectors, of_words
from _gzip import gz
from _specimens import GOLDEN, SPECIMENS, make, options, specimen_of

from embedkit import cli, config
from embedkit.classification import load as classification
from embedkit.count import counts, glove_cooccur, scipy_npz
from embedkit.count.ngrams import arpa_write, store
from embedkit.errors import EmbedkitError
from embedkit.eval.tasks import TASKS
from embedkit.explore.bias.sets import PAPER, read_tests
from embedkit.explore.thesaurus.information_content import read_content
from embedkit.explore.thesaurus.wordnet import WordNet
from embedkit.io import container
from embedkit.io.files import open_input
from embedkit.io.output import Output
from embedkit.library.documents import open_documents
from embedkit.lm import load as lm
from embedkit.plot import log
from embedkit.runtime.resources import Resources
from embedkit.text import corpus, labelled, word_list
from embedkit.text.phrases.table import read_phrases
from embedkit.text.subword import json_file
from embedkit.training.checkpoint import Checkpoint
from embedkit.vectors import formats
from embedkit.vectors.transform.quantize import quantize

TEXT = "the king met a queen\na queen met the king\n한국어 는 the king 한국어 를 a queen\n" * 3
WORDNET = Path(__file__).resolve().parents[1] / "data/sample-wordnet"
WORDS = str(GOLDEN / "glove.vocab.txt")
TOML = b"[text]\nmin-count = 3\nlowercase = true\ntokenizer = 'words'\n\n[model]\ndim = 7\neig = 0.5\n"
LOG = b'{"event": "corpus", "words": 7}\n' + b'{"event": "epoch", "epoch": 1, "loss": 2.5, "valid": {"p": 0.5}}\n' * 3


class Reader(NamedTuple):
    """`good(folder)` gives the bytes of a good file, `read(path)` reads one to its end; of what it finds `again` says
    what must hold."""

    good: Callable[[Path], bytes]
    read: Callable[[Path], object]
    again: Callable[[Path, object], None] = again.nothing


def _made(*args) -> Callable[[Path], bytes]:
    """What a command makes of TEXT, as the bytes of its file."""

    def good(folder: Path) -> bytes:
        (folder / "text").write_text(TEXT, "utf-8")
        line = [*args, folder / "text", "-o", folder / "made", "-q", "--no-cache"]
        assert cli.run([str(arg) for arg in line]) == 0
        return (folder / "made").read_bytes()

    return good


def _saved(save) -> Callable[[Path], bytes]:
    """What `save(out)` writes."""

    def good(folder: Path) -> bytes:
        with Output(folder / "made") as out:
            save(out)
        return (folder / "made").read_bytes()

    return good


def _golden(name: str) -> Callable[[Path], bytes]:
    return lambda folder: (GOLDEN / name).read_bytes()


def _bfloat16(folder: Path) -> bytes:
    """The rows of the golden files, cut to their upper halves."""
    halves = (formats.load(GOLDEN / "gensim.bin").matrix.view(np.uint32) >> 16).astype("<u2")
    with Output(folder / "made") as out:
        container.write(out, {"rows": halves.view(container.BF16)}, {})
    return (folder / "made").read_bytes().replace(b'"format":"embedkit/1"', b'"format":"no-program"', 1)


def _vectors(name: str | None = None):
    def read(path: Path):
        vectors = formats.load(path, **(options(name) if name else {}))
        assert len(vectors.vocab.words()) == len(vectors) > 0
        assert np.isfinite(vectors.norms).all()
        return vectors

    return read


def _beside(name: str):
    """The words of the specimen of format `name`, which are in a file of their own."""

    def read(path: Path):
        rows = GOLDEN / SPECIMENS[name]
        try:
            return formats.load(rows, name, vocab=path)
        except EmbedkitError as error:  # of two files that do not fit, it names the first
            raise EmbedkitError(str(error).replace(f"{rows}: ", f"{path}: ", 1)) from error

    return read


def _dataset(key: str):
    return TASKS[key].load().read


def _counts(load, *args):
    def read(path: Path):
        found = load(str(path), *args)
        assert np.isfinite(found.matrix.data).all()
        assert found.matrix.indptr[-1] == found.matrix.nnz
        return found

    return read


def _language_model(path: Path):
    """Read, and asked for the probability of a few words."""
    model = lm.load(path)
    ids = np.array([[model.eos], [0], [len(model.vocab) - 1]])
    with np.errstate(all="ignore"):  # what is flipped may be a weight
        model.score(ids, ids[::-1].copy(), model.start(1))
    return model


def _classifier(folder: Path) -> bytes:
    (folder / "texts").write_text("good\tthe king\nbad\ta queen\n" * 3)
    line = ["train", "classifier", folder / "texts", "-o", folder / "made", "-q", "--buckets", 9, "--epochs", 1]
    assert cli.run([str(arg) for arg in line]) == 0
    return (folder / "made").read_bytes()


def _classify(path: Path):
    """Read, and asked about a few words."""
    model = classification.load(path)
    with np.errstate(all="ignore"):  # what is flipped may be a weight
        model.probabilities(["the king met a queen", "한국어"])
    return model


def _labelled(path: Path):
    return labelled.read((str(path),), config.LabelledText(), Resources(cache=False, threads=1))


def _documents(path: Path):
    """Read, and ready to make vectors of new documents."""
    source = open_documents(str(path))
    assert len(source.documents.vocab.words()) == len(source.documents) > 0
    return source.words


def _checkpoint(folder: Path) -> bytes:
    kept = Checkpoint(str(folder / "state"))
    kept.identity = {"model": {"name": "x"}}
    kept.save({"inputs": np.arange(6, dtype=np.float32).reshape(2, 3), "ids": np.arange(3)}, {"epoch": 2})
    return (folder / "state").read_bytes()


def _resume(path: Path) -> None:
    kept = Checkpoint(str(path), resume=True)
    kept.identity = {"model": {"name": "x"}}
    kept.load()


def _config(path: Path) -> None:
    printed, said = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
        code = cli.run(["train", "svd", "--print-config", "--config", str(path)])
    said.seek(0)
    if code:
        message = said.read().split("\n")[0].removeprefix("Error: ")
        assert "internal error" not in message, message
        raise EmbedkitError(message if str(path) in message else f"{path}: {message}")


def _golden_sets(folder: Path) -> bytes:
    return Path(PAPER).read_bytes()[:3000].rpartition(b"[instruments")[0]


def _wordnet(path: Path) -> None:
    """As the nouns of the sample: all synsets, and the ways to them."""
    folder = path.parent / "wordnet"
    if not folder.exists():
        shutil.copytree(WORDNET, folder)
    (folder / "data.noun").unlink()
    (folder / "data.noun").symlink_to(path)
    found = WordNet(str(folder))
    try:
        for word in found.files.lemmas("n"):
            for key in found.senses(word):
                found.synset(key)
                found.paths(key)
    except EmbedkitError as error:  # it names the file as the folder has it, or the folder
        raise EmbedkitError(f"{path}: {error}") from error


def _text(read):
    return lambda path: read(str(path))


def _corpus(path: Path):
    found = corpus.load((str(path),), config.Text(min_count=1), Resources(cache=False, threads=1))
    assert len(found.ids)
    return found


def _subwords(path: Path) -> None:
    """Read, and asked for a few tokens."""
    bpe = json_file.parse(path, path.read_bytes())
    assert bpe.text(bpe.tokens("the king 한국어")) == "the king 한국어"


def _unpacked(path: Path) -> bytes:
    with open_input(path) as file:
        return b"".join(iter(lambda: file.read(1 << 16), b""))


def _xz(data: bytes) -> bytes:
    """Zeros at the end are padding; Python wants none."""
    return lzma.decompress(data.rstrip(b"\0"), lzma.FORMAT_XZ)


GLOVE = of_counts(glove_cooccur.save, lambda path: glove_cooccur.load(path, WORDS))
SMALL = ("--embed", 3, "--hidden", 3, "--epochs", 1, "--batch-size", 2, "--bptt", 5)
READERS = {
    **{
        name: Reader(lambda folder, name=name: specimen_of(name, folder).read_bytes(), _vectors(name), of_vectors(name))
        for name in (format.NAME for format in formats.FORMATS)
    },
    "fasttext .vec": Reader(_golden("fasttext.vec"), _vectors(), of_vectors("word2vec-text")),
    "safetensors, bfloat16": Reader(_bfloat16, _vectors("safetensors"), of_vectors("safetensors")),
    "finalfusion, n-grams": Reader(_golden("finalfusion-ngrams.fifu"), _vectors(), of_vectors("finalfusion")),
    "sparse vectors": Reader(_made("train", "ppmi", "--min-count", 1), _vectors(), of_vectors()),
    "int8": Reader(
        _saved(lambda out: formats.by_name("native").write(out, quantize(make("abcd")))), _vectors(), of_vectors()
    ),
    "counts": Reader(_made("count", "--min-count", 1), _counts(counts.load), of_counts()),
    "glove-cooccur": Reader(_golden("glove.cooccur.bin"), _counts(glove_cooccur.load, WORDS), GLOVE),
    "scipy-npz": Reader(
        _saved(lambda out: scipy_npz.save(out, glove_cooccur.load(str(GOLDEN / "glove.cooccur.bin"), WORDS))),
        _counts(scipy_npz.load, None),
        of_counts(scipy_npz.save, lambda path: scipy_npz.load(path, None)),
    ),
    "ARPA": Reader(_golden("kenlm.arpa"), _language_model, of_ngrams(store.save, arpa_write.write)),
    "kn": Reader(_made("train", "kn", "--order", 3), _language_model, of_ngrams(store.save)),
    "lstm": Reader(_made("train", "lstm", *SMALL), _language_model),
    "ffn": Reader(_made("train", "ffn", *SMALL[:-2]), _language_model),
    "lsa": Reader(_made("train", "lsa", "--min-count", 1, "--dim", 3), _documents),
    "doc2vec": Reader(_made("train", "doc2vec", "--min-count", 1, "--dim", 3, "--epochs", 1), _documents),
    "classifier": Reader(_classifier, _classify),
    "fastText, supervised": Reader(_golden("fasttext-supervised-hs.bin"), _classify),
    "labelled": Reader(lambda folder: b"good\tthe king\nbad\ta queen\n", _labelled),
    "checkpoint": Reader(_checkpoint, _resume),
    "phrases": Reader(lambda folder: "the\tking\t9\t3.5\n\n한국어\t를\n".encode(), _text(read_phrases), of_phrases),
    "word list": Reader(lambda folder: "the 9\n한국어\t7\nof\n".encode(), _text(word_list.read_words), of_words),
    "tokenizer": Reader(_golden("tokenizer.json"), _subwords),
    "words beside npy": Reader(_golden("numpy.vocab.txt"), _beside("npy")),
    "metadata.tsv": Reader(_golden("projector.metadata.tsv"), _beside("projector")),
    "word pairs": Reader(lambda folder: b"# x\nking\tqueen\t9\nman,woman,7\n", _text(_dataset("pairs"))),
    "questions": Reader(
        lambda folder: b": royal\nman king woman queen\n: more\na b c d\n",
        _text(_dataset("questions")),
    ),
    "dictionary": Reader(lambda folder: "king 왕\n# x\nNew York\t뉴욕\n".encode(), _text(_dataset("dictionary"))),
    "categories": Reader(lambda folder: b"king person\n# x\nthe\tword\n", _text(_dataset("categories"))),
    "labelled texts": Reader(lambda folder: b"good\tthe king\nbad\ta queen\n", _text(_dataset("classify"))),
    "configuration": Reader(lambda folder: TOML, _config),
    "synsets of WordNet": Reader(lambda folder: (WORDNET / "data.noun").read_bytes(), _wordnet),
    "sets of words": Reader(_golden_sets, _text(read_tests)),
    "counts for WordNet": Reader(
        lambda folder: b"dog\t6\nNew York 3\n", _text(lambda path: read_content(path, WordNet(str(WORDNET))))
    ),
    "log": Reader(lambda folder: LOG, _text(log.read)),
    "text": Reader(lambda folder: TEXT.encode(), _corpus, of_text),
    "gzip": Reader(lambda folder: gz(TEXT.encode()), _unpacked, again.unpacked_by(gzip.decompress)),
    "bzip2": Reader(lambda folder: bz2.compress(TEXT.encode()), _unpacked, again.unpacked_by(bz2.decompress)),
    "xz": Reader(lambda folder: lzma.compress(TEXT.encode()), _unpacked, again.unpacked_by(_xz)),
}

# Readers of native files, whose checksums tell what is damaged.
SEALED = (
    "native",
    "sparse vectors",
    "int8",
    "counts",
    "kn",
    "lstm",
    "ffn",
    "lsa",
    "doc2vec",
    "classifier",
    "checkpoint",
)


def check(reader: Reader, path: Path, data: bytes) -> bool:
    """Whether `data` is read at all; nothing but EmbedkitError, which names the file in one line, may come of it."""
    path.unlink(missing_ok=True)  # what is written over, ext4 waits for
    path.write_bytes(data)
    try:
        found = reader.read(path)
    except EmbedkitError as error:
        problem = str(error)
    else:
        reader.again(path, found)
        return True
    assert problem.startswith(f"{path}: ")
    assert "\n" not in problem
    return False


def check_sealed(path: Path, good: bytes) -> None:
    """Of the native file `path`, which was read: it holds the same as the good one, or `verify` tells."""
    assert is_same(path, good) or is_noticed(path)
