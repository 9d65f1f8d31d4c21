"""tokenizer.json: byte-level BPE in any of its forms is read, and everything else is refused in a line."""

from __future__ import annotations

import json

import pytest
from _specimens import GOLDEN

from embedkit.errors import EmbedkitError, OptionError
from embedkit.text.subword import known
from embedkit.text.subword.json_file import parse

DATA = (GOLDEN / "tokenizer.json").read_bytes()


def changed(**fields) -> bytes:
    """The golden file with other `fields`; those of the model as model_FIELD."""
    stored = json.loads(DATA)
    for name, value in fields.items():
        part, _, field = name.rpartition("model_")
        (stored["model"] if name != field else stored)[field if name != field else name] = value
    return json.dumps(stored).encode()


def without(token: str) -> dict:
    vocab = json.loads(DATA)["model"]["vocab"]
    return {word if word != token else token + token: id for word, id in vocab.items()}


def test_special_tokens_and_merges():
    bpe = parse("f", DATA)
    assert (bpe.words[:3], bpe.special) == (["<eos>", "[MASK]", "!"], {0, 1})
    assert len(bpe.words) == 2 + 256 + len(bpe.merges) == 420
    assert bpe.ids("<eos>") == [bpe.bytes[byte] for byte in b"<eos>"]  # no text becomes a special token


def test_merges_of_older_files():
    older = [" ".join(merge) for merge in json.loads(DATA)["model"]["merges"]]
    assert parse("f", changed(model_merges=older)) == parse("f", DATA)


def test_normal_forms():
    both = {"type": "Sequence", "normalizers": [{"type": "Lowercase"}, {"type": "NFC"}]}
    bpe = parse("f", changed(normalizer=both))
    assert (bpe.lowercase, bpe.nfc) == (True, True)
    assert parse("f", changed(normalizer={"type": "NFC"})).nfc


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"the 9\n", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no model"),
        (changed(model_vocab=7), "no model"),
        (changed(model_type="Unigram"), "another kind, Unigram"),
        (changed(model_dropout=0.1), "not supported, dropout 0.1"),
        (changed(pre_tokenizer={"type": "Metaspace"}), "splits texts in another way, Metaspace"),
        (changed(pre_tokenizer=None), "splits texts in another way, none"),
        (changed(pre_tokenizer={"type": "ByteLevel", "add_prefix_space": True}), "add_prefix_space"),
        (changed(normalizer={"type": "NFKC"}), "NFKC"),
        (changed(model_vocab=without("Ġ")), "no token for the byte 0x20"),
        (changed(model_vocab={"a": 0, "b": 7}), "have not the ids"),
        (changed(added_tokens=[7]), "an added token without a text"),
        (changed(model_merges=None), "no list of merges"),
        (changed(model_merges=[["a", "b", "c"]]), "merge 1 is not of two tokens"),
        (changed(model_merges=[["t", "zzz"]]), "merge 1: 'zzz' is not in the vocabulary"),
    ],
)
def test_what_is_refused(data, cause):
    with pytest.raises(EmbedkitError, match=cause) as caught:
        parse("the-file", data)
    assert str(caught.value).startswith("the-file: ")
    assert "--bpe" in caught.value.hint


def test_names_go_by_content(tmp_path):
    for name in "ab":
        (tmp_path / name).write_bytes(DATA)
    names = {known.name_of(str(tmp_path / name), ("words",)) for name in "ab"}
    assert len(names) == 1
    (name,) = names
    assert known.name_of(name, ()) == name
    assert (known.source(name), known.find(name)) == (DATA, parse("f", DATA))
    with pytest.raises(OptionError, match="neither a file nor one of words"):
        known.name_of(str(tmp_path / "c"), ("words",))
    with pytest.raises(EmbedkitError, match="is not in the file"):
        known.find("bpe:unseen")
