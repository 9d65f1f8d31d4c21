"""Tokenizers. Each splits one chunk (what stands between spaces) into tokens, so each distinct chunk is split once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from ..errors import OptionError
from .korean import morphemes
from .subword import known
from .subword.bpe import Bpe

# Where Penn Treebank style cuts a contraction: before n't and before an apostrophe and these letters, 2 or 3 in all.
_CLITIC = re.compile(r"(?:n['’]t|['’](?:s|m|d|ll|re|ve))$", re.IGNORECASE)
LONG = 1000  # characters; from there on the order of marks is seen to
_GLUED = {"cannot": 3, "gonna": 3, "gotta": 3, "wanna": 3, "gimme": 3, "lemme": 3}
_ABBREVIATIONS = (
    "Mr Mrs Ms Dr Prof St Jr Sr vs etc Inc Co Corp Ltd Gen Col Lt Sgt Capt Rep Sen Gov Rev Hon "
    "Jan Feb Mar Apr Aug Sept Oct Nov Dec"
)


class Tokenizer(NamedTuple):
    """`split` is None where a chunk is a token, see `splitter`; `gap` is the token that stands for the space between
    chunks. With `subwords` a chunk keeps the white space before it, and nothing else splits it."""

    split: Callable[[str], list[str]] | None = None
    gap: str | None = None
    subwords: Bpe | None = None


def words(chunk: str) -> list[str]:
    """Penn Treebank habit: punctuation split off, hyphenated words whole, `doesn't` → `does n't`.

    Abbreviations (`Mr.`, `U.S.`) keep their period and numbers (`1,000.5`) their marks. Unlike the Treebank's own
    script, a period is split off at the end of any chunk, not of the last alone: a line may hold several sentences.
    """
    if _CLITIC.fullmatch(chunk):
        return [chunk]
    tokens = []
    for token in _pattern(chunk.isascii()).findall(chunk):
        tokens += _contraction(token)
    return tokens


def _contraction(token: str) -> list[str]:
    end, clitics = len(token), []
    while match := _CLITIC.search(token, max(1, end - 3), end):
        end = match.start()
        clitics.append(match[0].replace("’", "'"))
    at = _GLUED.get(token[:end].lower(), end)
    return [*filter(None, (token[:at], token[at:end])), *reversed(clitics)]


@lru_cache
def _pattern(ascii_only: bool) -> re.Pattern:
    # Python's \w leaves out combining marks, without which Devanagari or Thai words fall apart.
    letter = r"\w" if ascii_only else r"\w" + _combining_marks()
    return re.compile(
        r"https?://\S*[\w/]"
        rf"|(?:[^\W\d_]\.){{2,}}|\b(?i:{_ABBREVIATIONS.replace(' ', '|')})\."
        r"|\d+(?:[.,:/]\d+)+"
        rf"|[{letter}]+(?:[-'’&/.@][{letter}]+)*"
        rf"|\.\.\.|--|[^{letter}\s]"
    )


def _combining_marks() -> str:
    marks = [c for c in map(chr, range(0x300, 0x20000)) if unicodedata.category(c) in ("Mn", "Mc")]
    return "".join(marks) + "\u200c\u200d"


def is_punctuation(token: str) -> bool:
    """True if nothing in `token` is a letter or a digit."""
    return not any(map(str.isalnum, token))


TOKENIZERS = {
    "whitespace": Tokenizer(),
    "words": Tokenizer(words),
    "chars": Tokenizer(list, gap="▁"),
    "kiwi": Tokenizer(lambda chunk: morphemes()(chunk)),
}


def tokenizer(name: str | None) -> Tokenizer:
    """The tokenizer of that name, of the table or `subword.known`; white space where nobody knows it."""
    if known.is_name(name):
        return Tokenizer(subwords=known.find(name))
    return TOKENIZERS.get(name, Tokenizer())


def identified(config):
    """`config`, a section of `config`, with the names of vocabularies in the place of their files; see `known`."""
    fields = {field: getattr(config, field, None) for field in ("tokenizer", "target_tokenizer")}
    files = {field: name for field, name in fields.items() if name is not None and name not in TOKENIZERS}
    if not files:
        return config
    if getattr(config, "drop_punctuation", False):
        raise OptionError(
            "--drop-punctuation drops words, and --tokenizer FILE makes pieces of them",
            "leave it out, or take the punctuation out of the text first",
        )
    return replace(config, **{field: known.name_of(name, tuple(TOKENIZERS)) for field, name in files.items()})


def splitter(name: str | None, keep_tags: str | None = None) -> Callable[[str], list[str]] | None:
    """The function that splits a chunk into tokens, None where it is one.

    OptionError where `keep_tags` is given to a tokenizer that knows no parts of speech, or names none of them;
    EmbedkitError where Kiwi is not installed.
    """
    if name == "kiwi":
        return morphemes(keep_tags)
    if keep_tags is not None:
        raise OptionError("--keep-tags keeps parts of speech, which --tokenizer kiwi alone tells apart")
    return tokenizer(name).split


def _in_order(chunk: str) -> str:
    """`chunk` with the marks of each letter in the order that normal forms have: `normalize`, which inserts them one by
    one, would take time in the square of their number."""
    if not any(map(unicodedata.combining, set(chunk))):  # as nearly all text, which need not be taken apart
        return chunk
    order, letter = [], 0
    for at, char in enumerate(chunk):
        mark = unicodedata.combining(char)
        letter = letter if mark else at
        order.append((letter, mark, at))
    return "".join(chunk[at] for _, _, at in sorted(order))


def normal_form(lowercase: bool, nfc: bool) -> Callable[[str], str]:
    """The function that brings a chunk to the form in which it is counted."""

    def form(chunk: str) -> str:
        if lowercase:
            chunk = chunk.lower()
        if nfc and not chunk.isascii():
            return unicodedata.normalize("NFC", chunk if len(chunk) < LONG else _in_order(chunk))
        return chunk

    return form


def line_splitter(options: dict) -> Callable[[str], list[str]]:
    """The function that splits lines into words as `options`, the stored fields of `config.Text`, say; without them it
    splits at spaces and tabs."""
    chosen = tokenizer(options.get("tokenizer"))
    if chosen.subwords is not None:
        return _subwords_in(chosen.subwords, options)
    split = splitter(options.get("tokenizer"), options.get("keep_tags"))
    form = normal_form(options.get("lowercase", False), options.get("nfc", False))
    gap = [] if chosen.gap is None else [chosen.gap]

    def words_of(chunk: str) -> list[str]:
        chunk = form(chunk)
        found = [chunk] if split is None else split(chunk)
        return [word for word in found if not is_punctuation(word)] if options.get("drop_punctuation") else found

    def words_in(line: str) -> list[str]:
        chunks = [chunk for chunk in line.replace("\r", "").replace("\t", " ").split(" ") if chunk]
        return [word for i, chunk in enumerate(chunks) for word in (gap if i else []) + words_of(chunk)]

    return words_in


def subword_form(subwords: Bpe, lowercase: bool, nfc: bool) -> Callable[[str], str]:
    """`normal_form`, and that of the vocabulary."""
    return normal_form(lowercase or subwords.lowercase, nfc or subwords.nfc)


def _subwords_in(subwords: Bpe, options: dict) -> Callable[[str], list[str]]:
    form = subword_form(subwords, options.get("lowercase", False), options.get("nfc", False))
    return lambda line: subwords.tokens(form(line.replace("\r", "")))
