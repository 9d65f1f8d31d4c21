"""Names of thesauri in the place of files of vectors."""

from __future__ import annotations

PREFIX = "wordnet:"


def is_thesaurus(name: str) -> bool:
    """True if `name` is that of a thesaurus, not of a file."""
    return name.startswith(PREFIX)
