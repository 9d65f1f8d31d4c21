"""Vocabularies that are learnt are those of the library `tokenizers`, which opens them too."""

from __future__ import annotations

import json
import sys

import pytest
from conftest import ROOT

from embedkit.config import Text
from embedkit.errors import EmbedkitError, OptionError
from embedkit.runtime.resources import Resources
from embedkit.text.subword.json_file import parse
from embedkit.text.subword.learn import learn_bpe

LINES = (ROOT / "data/sample.txt").read_text("utf-8").split("\n")[:-1][::40]
QUIET = Resources(threads=2)


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text"
    path.write_bytes("\r\n".join(["\ufeffCafe\u0301 " + LINES[0], *LINES[1:], "É" * 1500 + " e\u0301"]).encode())
    return str(path)


def test_what_is_learnt_is_what_tokenizers_learns(text, monkeypatch):
    tokenizers = pytest.importorskip("tokenizers")
    monkeypatch.setattr("embedkit.text.subword.learn.BLOCK", 1000)
    data = learn_bpe([text], 400, Text(lowercase=True), ["[MASK]", "<eos>"], QUIET)
    assert data == learn_bpe([text], 400, Text(lowercase=True), ["[MASK]"], QUIET)
    peer = tokenizers.Tokenizer(tokenizers.models.BPE())
    peer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    forms = tokenizers.normalizers
    peer.normalizer = forms.Sequence([forms.Lowercase(), forms.NFC()])
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=400, min_frequency=2, special_tokens=["<eos>", "[MASK]"], initial_alphabet=alphabet
    )
    trainer.show_progress = False
    peer.train_from_iterator(["Cafe\u0301 " + LINES[0], *LINES[1:], "É" * 1500 + " e\u0301"], trainer)
    ours, theirs = (json.loads(each)["model"] for each in (data, peer.to_str()))
    assert (ours["vocab"], ours["merges"]) == (theirs["vocab"], theirs["merges"])
    bpe, opened = parse("f", data), tokenizers.Tokenizer.from_str(data.decode())
    assert len(bpe.words) == 400
    for line in LINES[::20]:
        assert bpe.ids(line) == opened.encode(line).ids
        assert opened.decode(bpe.ids(line)) == line


def test_sizes_and_texts_that_give_none(text, tmp_path, monkeypatch):
    with pytest.raises(OptionError, match="the 256 bytes and 1 special") as caught:
        learn_bpe([text], 257, Text())
    assert "258 or more" in caught.value.hint
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(EmbedkitError, match="needs the library tokenizers") as caught:
        learn_bpe([text], 300, Text())
    assert caught.value.hint == "pip install tokenizers"


def test_empty_and_undecodable_texts(tmp_path):
    pytest.importorskip("tokenizers")
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(EmbedkitError, match="empty: no text in it"):
        learn_bpe([str(tmp_path / "empty")], 300, Text())
    (tmp_path / "bad").write_bytes(b"fine\nbad \xff\n")
    with pytest.raises(EmbedkitError, match="byte 9: invalid UTF-8"):
        learn_bpe([str(tmp_path / "bad")], 300, Text())
