"""Korean: morphemes by Kiwi, which is an extra, and particles by a list."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from ..errors import EmbedkitError, OptionError

# Kiwi's tags, those of the Sejong corpus and some for the web.
TAGS = (
    *("NNG", "NNP", "NNB", "NR", "NP", "VV", "VA", "VX", "VCP", "VCN", "MM", "MAG", "MAJ", "IC", "JKS", "JKC", "JKG"),
    *("JKO", "JKB", "JKV", "JKQ", "JX", "JC", "EP", "EF", "EC", "ETN", "ETM", "XPN", "XSN", "XSV", "XSA", "XSM", "XR"),
    *("SF", "SP", "SSO", "SSC", "SE", "SO", "SW", "SL", "SH", "SN", "SB", "UN", "Z_CODA", "Z_SIOT"),
    *("W_URL", "W_EMAIL", "W_HASHTAG", "W_MENTION", "W_SERIAL", "W_EMOJI"),
)
# Particles (josa) that follow nouns, longest first; several may follow one another, as in 학교에서는.
PARTICLES = (
    *("으로부터", "에게서", "한테서", "이라고", "이라는", "이라도", "이라면", "이에요", "입니다", "로부터", "으로서"),
    *("으로써", "에서", "에게", "한테", "께서", "까지", "부터", "보다", "처럼", "만큼", "조차", "마저", "마다", "밖에"),
    *("대로", "이나", "이든", "이랑", "이며", "이고", "이야", "이다", "으로", "로서", "로써", "라고", "라는", "라도"),
    *("라면", "하고", "예요", "은", "는", "이", "가", "을", "를", "의", "에", "로", "와", "과", "도", "만", "랑", "나"),
    *("들", "요", "야", "아", "다"),
)


def stems(word: str) -> list[str]:
    """The words that are left of `word` when particles at its end are taken off one after another, longest first."""
    found, left = {}, [word]
    while left:
        word = left.pop(0)
        ends = (particle for particle in PARTICLES if word.endswith(particle) and len(word) > len(particle))
        for stem in [word[: -len(particle)] for particle in ends]:
            if stem not in found:
                found[stem] = None
                left.append(stem)
    return list(found)


def morphemes(keep_tags: str | None = None) -> Callable[[str], list[str]]:
    """The function that splits a chunk into morphemes, verbs by their stem, as Kiwi analyses it out of its sentence.

    `keep_tags` names parts of speech to keep, tags or their beginnings, between commas. EmbedkitError where Kiwi is
    not installed, OptionError for what begins no tag.
    """
    kept = tuple(tag.strip() for tag in keep_tags.split(",")) if keep_tags is not None else ("",)
    for tag in kept if keep_tags is not None else ():
        if not tag or not any(known.startswith(tag) for known in TAGS):
            raise OptionError(f"--keep-tags: no tag begins with {tag!r}", "N nouns, V verbs, M modifiers, SL Latin, …")
    analyse = _kiwi().tokenize

    def split(chunk: str) -> list[str]:
        found = (token.form.replace(" ", "") for token in analyse(chunk) if token.tag.startswith(kept))
        return [form for form in found if form]

    return split


@lru_cache(1)
def _kiwi():
    """Kiwi and its model, which takes seconds to load."""
    try:
        from kiwipiepy import Kiwi
    except ImportError as error:
        raise EmbedkitError("--tokenizer kiwi needs kiwipiepy", "pip install kiwipiepy") from error
    return Kiwi(num_workers=1)
