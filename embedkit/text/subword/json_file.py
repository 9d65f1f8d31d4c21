"""tokenizer.json, the file of Hugging Face's `tokenizers`: byte-level BPE is read, and everything else told apart."""

from __future__ import annotations

import json

from ...errors import FormatError
from .bpe import Bpe
from .byte_level import ALPHABET

_HINT = "embedkit vocab TEXT --bpe N -o FILE makes one"
_OURS = "what is read is byte-level BPE, as `embedkit vocab TEXT --bpe N -o FILE` makes it"
# Settings of the model that change what it does, and the values with which they do not.
_PLAIN = {
    "dropout": (None, 0, 0.0),
    "continuing_subword_prefix": (None, ""),
    "end_of_word_suffix": (None, ""),
    "byte_fallback": (None, False),
    "ignore_merges": (None, False),
}


def looks_like(data: bytes) -> bool:
    """True if a file that starts with `data` may be one."""
    return data.lstrip()[:1] == b"{"


def parse(path, data: bytes) -> Bpe:
    """The vocabulary in `data`, all bytes of the file `path`; FormatError where it is none, or of another kind."""
    try:
        stored = json.loads(data)
    except (ValueError, RecursionError):
        raise FormatError(path, "is not a tokenizer.json: no JSON", _HINT) from None
    model = stored.get("model") if isinstance(stored, dict) else None
    if not isinstance(model, dict) or not isinstance(model.get("vocab"), (dict, list)):
        raise FormatError(path, "is not a tokenizer.json: it has no model with a vocabulary", _HINT)
    if model.get("type", "BPE") != "BPE" or not isinstance(model["vocab"], dict):
        raise FormatError(path, f"is a tokenizer of another kind, {model.get('type')}", _OURS)
    for name, plain in _PLAIN.items():
        if model.get(name) not in plain:
            raise FormatError(path, f"has a setting that is not supported, {name} {model[name]!r}", _OURS)
    _check_split(path, stored.get("pre_tokenizer"))
    lowercase, nfc = _normal_form(path, stored.get("normalizer"))
    words, special = _words(path, model["vocab"], stored.get("added_tokens") or [])
    index = {word: id for id, word in enumerate(words) if id not in special}
    missing = [byte for byte, char in enumerate(ALPHABET) if char not in index]
    if missing:
        raise FormatError(path, f"has no token for the byte 0x{missing[0]:02x}, so texts would lose some", _OURS)
    merges = _merges(path, model.get("merges"), index)
    return Bpe(words, special, [index[char] for char in ALPHABET], merges, lowercase, nfc)


def _check_split(path, stored) -> None:
    """FormatError where pieces are not those of `byte_level.pieces`."""
    known = stored if isinstance(stored, dict) else {}
    if known.get("type") != "ByteLevel" or known.get("use_regex", True) is not True:
        raise FormatError(path, f"splits texts in another way, {known.get('type', 'none')}", _OURS)
    if known.get("add_prefix_space", True):
        raise FormatError(path, "puts a space before each text (add_prefix_space), which is not supported", _OURS)


def _normal_form(path, stored) -> tuple[bool, bool]:
    """True for lower case, True for NFC: what the file does to a text first."""
    parts = [] if stored is None else [stored]
    if isinstance(stored, dict) and stored.get("type") == "Sequence" and isinstance(stored.get("normalizers"), list):
        parts = stored["normalizers"]
    names = [part.get("type") if isinstance(part, dict) else None for part in parts]
    for name in names:
        if name not in ("Lowercase", "NFC"):
            raise FormatError(path, f"changes texts in a way that is not supported, {name}", _OURS)
    return "Lowercase" in names, "NFC" in names


def _words(path, vocab: dict, added) -> tuple[list[str], frozenset[int]]:
    """All tokens by id, and the ids of the special ones."""
    special = {}
    for token in added if isinstance(added, list) else [None]:
        if not isinstance(token, dict) or not isinstance(token.get("content"), str):
            raise FormatError(path, "has an added token without a text", _HINT)
        special[token["content"]] = token.get("id")
    ids = {**vocab, **special}
    if any(type(id) is not int for id in ids.values()) or sorted(ids.values()) != list(range(len(ids))):
        raise FormatError(path, f"its {len(ids)} tokens have not the ids 0 to {len(ids) - 1}", _HINT)
    return sorted(ids, key=ids.__getitem__), frozenset(special.values())


def _merges(path, stored, index: dict[str, int]) -> dict[tuple[int, int], tuple[int, int]]:
    """Merges by the ids of their parts; each is ["a", "b"], or in older files "a b"."""
    if not isinstance(stored, list):
        raise FormatError(path, "has no list of merges", _HINT)
    found = {}
    for rank, merge in enumerate(stored):
        parts = merge.split(" ") if isinstance(merge, str) else merge
        if not isinstance(parts, list) or len(parts) != 2 or not all(isinstance(part, str) for part in parts):
            raise FormatError(path, f"merge {rank + 1} is not of two tokens", _HINT)
        tokens = (*parts, "".join(parts))
        if missing := [token for token in tokens if token not in index]:
            raise FormatError(path, f"merge {rank + 1}: {missing[0]!r} is not in the vocabulary", _HINT)
        first, second, made = (index[token] for token in tokens)
        found[first, second] = (rank, made)
    return found
