"""The token [MASK], which stands for one that is to be predicted."""

from __future__ import annotations

from collections.abc import Callable

from .subword import known
from .tokenize import line_splitter, tokenizer

MASK = "[MASK]"
BLANKS = (" ", "\t")


def masked_splitter(options: dict) -> Callable[[str], list[str]]:
    """`tokenize.line_splitter` of lines that may have [MASK] anywhere, which is one token then.

    Before it a space belongs to the token that it stands for where tokens begin with theirs, as subwords do.
    """
    words_in, name = line_splitter(options), options.get("tokenizer")
    gap, keeps_spaces = tokenizer(name).gap, known.is_name(name)

    def words(line: str) -> list[str]:
        found, parts = [], line.split(MASK)
        for number, part in enumerate(parts):
            is_first, is_last = number == 0, number == len(parts) - 1
            begins, ends = part[:1] in BLANKS, part[-1:] in BLANKS
            inside = words_in(part[:-1] if keeps_spaces and ends and not is_last else part)
            if gap is not None and inside:
                inside = [gap] * (begins and not is_first) + inside + [gap] * (ends and not is_last)
            elif gap is not None and part and not is_first and not is_last:
                inside = [gap]
            found += inside + [MASK] * (not is_last)
        return found

    return words
