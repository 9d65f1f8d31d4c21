"""Options, once: a frozen dataclass per section is the flags, the TOML table and the metadata of a file.

Nothing here imports numpy, so that `--help` stays light.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import Any

from .errors import OptionError


def option(
    default,
    help: str,
    *,
    kind: type | None = None,
    choices: tuple[str, ...] | None = None,
    least: float | None = None,
    above: float | None = None,
    most: int | None = None,
    stored: bool = True,
    off: str | None = None,
    many: bool = False,
    encoding: bool = False,
    file: bool = False,
) -> Any:
    """A dataclass field that becomes a flag.

    `kind` is needed where the default is None; `choices` limits strings; `least` and `above` bound numbers from
    below (inclusive, exclusive), `most` whole ones from above; `stored=False` keeps paths and machine details out of
    result files; `off` is the flag that turns a switch off (by default --no-…); a flag with `many` may be given more
    than once, its value is a tuple; with `encoding` it is the name of one; with `file` it may name a file instead of a
    choice.
    """
    return field(
        default=default,
        metadata={
            "help": help,
            "kind": kind or type(default),
            "choices": choices,
            "least": least,
            "above": above,
            "most": most,
            "stored": stored,
            "off": off,
            "many": many,
            "encoding": encoding,
            "file": file,
        },
    )


def check_value(f, value) -> None:
    """TypeError where `value` is not of the kind of the field `f`, OptionError where it is out of its bounds."""
    meta, name = f.metadata, f.name
    values = value if meta["many"] else (value,)
    kinds = (int, float) if meta["kind"] is float else (meta["kind"],)
    for item in values if value is not None or f.default is not None else ():
        if not isinstance(item, kinds) or isinstance(item, bool) is not (meta["kind"] is bool):
            raise TypeError(f"{name}={value!r}: not {meta['kind'].__name__}")
        if meta["choices"] and item not in meta["choices"] and not meta["file"]:
            raise OptionError(f"{name}={value!r}: not one of {', '.join(meta['choices'])}")
        least, above, most = meta["least"], meta["above"], meta["most"]
        is_low = least is not None and not item >= least or above is not None and not item > above
        if is_low or most is not None and item > most:
            raise OptionError(f"{name}={value!r}: out of bounds")


@dataclass(frozen=True)
class PlainText:
    """Tokenization and vocabulary of a text."""

    tokenizer: str = option(
        "whitespace",
        "tokenizer: white space, Penn Treebank words, characters, Korean morphemes (Kiwi), or subwords of FILE, as "
        "`embedkit vocab --bpe` makes it",
        choices=("whitespace", "words", "chars", "kiwi"),
        file=True,
    )
    keep_tags: str = option(
        None, "with --tokenizer kiwi: keep these parts of speech, tags or their beginnings, as N,V,M", kind=str
    )
    lowercase: bool = option(False, "lower-casing (Unicode)")
    nfc: bool = option(True, "Unicode normalization form C")
    drop_punctuation: bool = option(False, "drop tokens without a letter or digit")
    encoding: str = option("utf-8", "character encoding, by Python's name: cp949, shift_jis, utf-16", encoding=True)
    encoding_errors: str = option(
        "strict", "undecodable bytes: stop and name the first, or put U+FFFD", choices=("strict", "replace")
    )
    min_count: int = option(5, "drop words seen fewer times than this", least=1)
    max_vocab: int = option(None, "keep at most this many words, the most frequent", kind=int, least=1)
    vocab: str = option(
        None, "vocabulary FILE, one word a line (counts may follow); the line is the id", kind=str, stored=False
    )


@dataclass(frozen=True)
class Text(PlainText):
    """The same where pairs of words may be read as one."""

    phrases: str = option(
        None, "phrases FILE, words to join, as `embedkit phrases` prints them", kind=str, stored=False
    )
    joiner: str = option("_", "character between the joined words of a phrase", stored=False)


@dataclass(frozen=True)
class DocumentText(PlainText):
    """Text as documents. Phrases must have been joined before: documents that the model is asked about are read as they
    are."""

    document: str = option("line", "document unit: each line, or each file", choices=("line", "file"))


@dataclass(frozen=True)
class LmText(PlainText):
    """Text for a language model: every word counts, and those that are dropped are read as `<unk>`. What joins phrases
    must have done so before: other texts that the model is asked about are read as they are."""

    min_count: int = option(1, "words seen fewer times than this become <unk>", least=1)
    max_vocab: int = option(
        None, "this many words at most, <eos> and <unk> among them; rarer ones become <unk>", kind=int, least=3
    )


@dataclass(frozen=True)
class PairText:
    """Pairs of lines, SOURCE and TARGET, their tokenization and vocabularies."""

    tokenizer: str = option(
        "chars",
        "tokenizer: characters, white space, Penn Treebank words, or subwords of FILE",
        choices=("chars", "whitespace", "words"),
        file=True,
    )
    target_tokenizer: str = option(
        None,
        "tokenizer of targets  [default: --tokenizer]",
        kind=str,
        choices=("chars", "whitespace", "words"),
        file=True,
    )
    separator: str = option("\t", "what stands between source and target; a tab by default")
    strip: bool = option(True, "strip blanks around a side; --no-strip reads them as characters")
    lowercase: bool = option(False, "lower-casing (Unicode)")
    nfc: bool = option(True, "Unicode normalization form C")
    encoding: str = option("utf-8", "character encoding, by Python's name: cp949, shift_jis, utf-16", encoding=True)
    encoding_errors: str = option(
        "strict", "undecodable bytes: stop and name the first, or put U+FFFD", choices=("strict", "replace")
    )
    min_count: int = option(1, "tokens seen fewer times than this become <unk>", least=1)
    max_vocab: int = option(None, "this many tokens of a side at most, <eos> and <unk> among them", kind=int, least=3)
    share_vocab: bool = option(False, "one vocabulary, and one embedding, for both sides")


@dataclass(frozen=True)
class LabelledText(PlainText):
    """Texts with labels. The vocabulary is that of the texts to train on."""

    min_count: int = option(1, "drop words seen fewer times than this", least=1)
    label_separator: str = option(None, "what stands between labels, where a text has several: LABEL,LABEL", kind=str)


@dataclass(frozen=True)
class Context:
    """Context window and its weighting."""

    window: int = option(5, "context words to each side", least=1)
    weighting: str = option(
        "harmonic", "distance weighting: 1/d, 1, or (window-d+1)/window", choices=("harmonic", "flat", "dynamic")
    )
    context: str = option("both", "context side of the word", choices=("both", "left", "right"))
    subsample: str = option(
        "none",
        "subsampling: none; clean: scale counts by keep probabilities; dirty: drop tokens before windowing",
        choices=("none", "clean", "dirty"),
    )
    sample: float = option(1e-4, "subsampling threshold t, a relative frequency", above=0)


@dataclass(frozen=True)
class Pretrained:
    """Vectors to start from. A section inherits from this first, so that these options come behind its own."""

    init: str = option(
        None, "pretrained vectors in FILE; words it lacks are initialized at random", kind=str, stored=False
    )
    freeze: bool = option(False, "freeze the vectors that --init gives")


def check_freeze(model: Pretrained) -> None:
    """OptionError where `freeze` is without `init`."""
    if model.freeze and model.init is None:
        raise OptionError("--freeze keeps what --init FILE gives; without a file there is nothing to keep")


@dataclass(frozen=True)
class Training:
    """Seed and threads."""

    seed: int = option(1, "random seed", least=0)
    threads: int = option(None, "threads  [default: all cores]", kind=int, least=1, stored=False)


@dataclass(frozen=True)
class Epochs(Training):
    """Epochs, learning rate and validation of a training of vectors."""

    epochs: int = option(5, "epochs", least=1)
    lr: float = option(0.035, "initial learning rate; decays linearly to 1/10000 of it", above=0)
    deterministic: bool = option(False, "same bytes with any number of threads, somewhat slower")
    valid_pairs: tuple = option(
        (), "validation FILE of word pairs with scores, after every epoch", kind=str, many=True, stored=False
    )
    valid_questions: tuple = option(
        (), "validation FILE of analogy questions, after every epoch", kind=str, many=True, stored=False
    )
    keep_best: bool = option(False, "keep the epoch with the best mean of the validation scores")


def check_keep_best(training: Epochs) -> None:
    """OptionError where `keep_best` is without anything to compare epochs by."""
    if training.keep_best and not (training.valid_pairs or training.valid_questions):
        raise OptionError("--keep-best compares epochs by --valid-pairs or --valid-questions; there are none")


class Config:
    """The sections of one run: `Config(text=Text(...), context=Context(...))`, read as `config.text.window`."""

    def __init__(self, **sections):
        self.sections = sections

    def __getattr__(self, name):
        try:
            return self.__dict__["sections"][name]
        except KeyError:
            raise AttributeError(name) from None

    def stored(self) -> dict[str, dict]:
        """Options that a result file stores: every stored field of every section."""
        return {
            name: {f.name: getattr(section, f.name) for f in fields(section) if f.metadata["stored"]}
            for name, section in self.sections.items()
        }


def toml(tables: dict[str, dict]) -> str:
    """`tables` as TOML."""
    lines = []
    for name, table in tables.items():
        lines += [f"[{name}]"]
        lines += [f"{key} = {_toml(value)}" for key, value in table.items()]
        lines += [""]
    return "\n".join(lines[:-1]) + "\n" if lines else ""


MAX_TOML = 1 << 18  # characters; of a number, tomllib's pattern takes 150 bytes for each digit
# Keys within keys within keys: tomllib takes time and memory in their square. No text has so many either.
_NESTED = re.compile(r"""(?:(?:(?<![\w-])[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){16}""")


def read_toml(text: str) -> dict:
    """The tables in `text`. ValueError, of one line, where it is no TOML, or nested as nobody would."""
    import tomllib

    if len(text) > MAX_TOML:
        raise ValueError(f"it is longer than {MAX_TOML} characters")
    if _NESTED.search(text):
        raise ValueError("keys have more than 16 parts")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("lists and tables are nested too deeply") from error
    except ValueError as error:
        raise ValueError(str(error).partition("\n")[0]) from error


def quoted(text: str) -> str:
    """`text` as a string of TOML, whose escapes are JSON's."""
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return repr(value)
