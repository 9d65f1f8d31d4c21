"""Base forms of inflected words: the exceptions of WordNet, and its rules of detachment (morphy(7WN))."""

from __future__ import annotations

from collections.abc import Callable, Iterable

RULES = {
    "n": "s: ses:s ves:f xes:x zes:z ches:ch shes:sh men:man ies:y",
    "v": "s: ies:y es:e es: ed:e ed: ing:e ing:",
    "a": "er: est: er:e est:e",
    "r": "",
}
ENDINGS = {pos: [tuple(rule.split(":")) for rule in rules.split()] for pos, rules in RULES.items()}


def base_forms(word: str, pos: str, exceptions: Iterable[str], is_lemma: Callable[[str], bool]) -> list[str]:
    """The lemmas that `word` may be a form of, itself first: its `exceptions`, else what the rules leave of it.

    As NLTK has it since 3.0: every form that is a lemma, not the first alone.
    """
    forms = [word, *exceptions]
    if len(forms) == 1:
        forms += [word[: -len(old)] + new for old, new in ENDINGS[pos] if word.endswith(old)]
    return [form for form in dict.fromkeys(forms) if form and is_lemma(form)]
