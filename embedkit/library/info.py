"""Facts about files."""

from __future__ import annotations


def info(path: str, format: str | None = None) -> dict:
    """Description and provenance of a vector file, a language model, or a file that `count` left."""
    from ..count.ngrams.formats import is_arpa
    from ..io.files import map_input
    from ..vectors.formats import by_name, detect

    data = map_input(path)
    if is_arpa(data, format):
        return {"file": path, "format": "arpa", "bytes": len(data), **_ngrams(path, data)}
    found = by_name(format) if format else detect(path, data)
    facts = {"file": path, "format": found.NAME, "bytes": len(data)}
    return facts | (_native(path, data) if found.NAME == "native" else _foreign(path, found, data))


def _foreign(path: str, format, data) -> dict:
    """Facts about a file in another tool's format, from reading all of it."""
    from ..vectors.formats import load

    vectors = load(path, format.NAME, dedupe="first", data=data)
    return {
        "kind": "vectors",
        "words": len(vectors.vocab),
        "dimensions": vectors.width,
        **_counted(vectors.vocab.counts),
    }


def _ngrams(path: str, data) -> dict:
    """Facts about an ARPA file, from reading all of it."""
    from ..lm.load import load

    model = load(path, data=data)
    sizes = model.metadata["ngrams"]
    return {"kind": "language-model", "words": len(model.vocab), "order": len(sizes), "ngrams": sizes}


def _native(path: str, data) -> dict:
    """Facts about a native file of any kind: what its tensors and its metadata say."""
    from ..catalog import LM, MLM
    from ..io import container
    from ..io.metadata import unpack_metadata
    from ..text.vocab_tensors import read_vocab

    stored = container.read(path, data)
    metadata = unpack_metadata(stored.metadata)
    facts = {"profile": stored.metadata.get("format"), "kind": stored.metadata.get("kind")}
    if "vocab.offsets" in stored:
        vocab = read_vocab(stored)
        facts["words"] = len(vocab)
        source = stored.metadata.get("input")
        if source in stored:
            facts["dimensions"] = stored[source].shape[-1] if stored[source].ndim else None
        if "indptr" in stored:
            facts["contexts"] = stored["contexts.offsets"].size - 1 if "contexts.offsets" in stored else len(vocab)
            facts["entries"] = stored["data"].size if "data" in stored else None
        facts |= _counted(vocab.counts)
    if metadata.get("kind") in (LM, MLM):
        facts["parameters"] = sum(stored[name].size for name in stored.names if stored[name].dtype.kind == "f")
    held = {name: stored[name] for name in stored.names}
    tensors = {name: f"{container.type_name(t.dtype)} {' x '.join(map(str, t.shape))}" for name, t in held.items()}
    return facts | {key: value for key, value in metadata.items() if key not in facts} | {"tensors": tensors}


def _counted(counts) -> dict:
    """True if word counts are known, and how many tokens they add up to."""
    return {"counts": counts is not None, "tokens": None if counts is None else int(counts.sum())}
