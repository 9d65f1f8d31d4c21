"""Byte-level BPE: ids as `tokenizers` gives them, in Python and in kernels, and every text comes back."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from _specimens import GOLDEN

from embedkit.config import Text
from embedkit.runtime.memory import Memory
from embedkit.runtime.resources import Resources
from embedkit.text import corpus
from embedkit.text.subword.bpe import Bpe
from embedkit.text.subword.byte_level import ALPHABET, kind, kinds, pieces, spelt, unspelt
from embedkit.text.subword.chunks import ChunkEncoder
from embedkit.text.subword.json_file import parse

FILE = GOLDEN / "tokenizer.json"
BPE = parse(FILE, FILE.read_bytes())
EXPECTED = [(text, ids) for text, ids in json.loads((GOLDEN / "tokenizer.ids.json").read_text("utf-8")) if ids]
# Two merges spell "abc"; a pair that the second one makes ranks below it.
TWICE = replace(
    BPE,
    words=[*BPE.words, "ab", "bc", "abc", "abcx"],
    merges={
        (BPE.bytes[97], BPE.bytes[98]): (3, len(BPE.words)),
        (BPE.bytes[98], BPE.bytes[99]): (0, len(BPE.words) + 1),
        (BPE.bytes[97], len(BPE.words) + 1): (2, len(BPE.words) + 2),
        (len(BPE.words) + 2, BPE.bytes[120]): (1, len(BPE.words) + 3),
    },
    _known={},
)


def by_kernel(bpe: Bpe, lines: list[str]) -> list[list[int]]:
    ids, sizes = ChunkEncoder(bpe)("".join(line + "\n" for line in lines).encode())
    return [part.tolist() for part in np.split(ids, np.cumsum(sizes)[:-1])]


def one_at_a_time(bpe: Bpe, ids: list[int]) -> list[int]:
    """The definition: of all pairs the one of the lowest rank, of several the first, until there is none."""
    while True:
        found = [(bpe.merges[pair], i) for i, pair in enumerate(zip(ids, ids[1:])) if pair in bpe.merges]
        if not found:
            return ids
        (_, made), i = min(found)
        ids = [*ids[:i], made, *ids[i + 2 :]]


def test_ids_of_tokenizers():
    assert len(EXPECTED) > 40
    assert [BPE.ids(text) for text, _ in EXPECTED] == [ids for _, ids in EXPECTED]
    assert by_kernel(BPE, [text for text, _ in EXPECTED]) == [ids for _, ids in EXPECTED]


def test_merges_in_the_order_of_their_ranks():
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("abcx"), rng.integers(1, 12))) for _ in range(200)]
    expected = [one_at_a_time(TWICE, [TWICE.bytes[byte] for byte in word.encode()]) for word in words]
    assert [TWICE.ids(word) for word in words] == expected == by_kernel(TWICE, words)


def test_every_text_comes_back():
    texts = [bytes(range(128)).decode(), "한국어 👩‍👩‍👧  e\u0301 ", "".join(map(chr, range(0x2000, 0x3100)))]
    for text in texts:
        assert BPE.text(BPE.tokens(text)) == text
    tokens = BPE.tokens("뷁")
    assert len(tokens) > 1
    assert [BPE.shown(token) for token in tokens] == ["\\xeb", "\\xb7", "\\x81"]
    assert BPE.text(tokens[:-1]) == "\ufffd"  # a cut character
    assert BPE.text(["Ġa", "<eos>"]) == " a<eos>"


def test_the_alphabet():
    assert len(set(ALPHABET)) == 256
    assert (spelt(b" \n\xea"), unspelt("ĠĊê")) == ("ĠĊê", b" \n\xea")
    assert unspelt("한") is None
    assert not any(char.isspace() for char in ALPHABET)


def test_pieces_are_those_of_gpt2():
    assert pieces("I'll say  'tis 12³ …한국 ") == ["I", "'ll", " say", " ", " '", "tis", " 12³", " …", "한국", " "]
    assert pieces(" \ta\u3000b") == [" ", "\t", "a", "\u3000", "b"]
    table = kinds()
    assert all(table[code] == kind(code) for code in (*range(0x3100), 0x323AF, 0xE0001, 0x10FFFF))


@pytest.mark.parametrize(("threads", "memory"), [(1, None), (2, 1)])
def test_a_text_is_read_as_its_lines_are(tmp_path, monkeypatch, threads, memory):
    """However its white space is, in whatever blocks, and where its words do not fit into memory."""
    lines = [text for text, _ in EXPECTED] * 3 + ["x" * 300 + " y  " + "\u3000 \u2003 z", "", "end "]
    path = tmp_path / "text"
    path.write_bytes("\r\n".join(lines).encode())
    monkeypatch.setattr("embedkit.text.inputs.BLOCK", 2000)
    config = Text(tokenizer=str(FILE), nfc=False, min_count=1)
    found = corpus.encode([str(path)], config, Resources(cache=False, threads=threads, memory=Memory(vocab=memory)))
    words, ids = found.vocab.words(), np.asarray(found.ids)
    read = [[words[id] for id in part if id >= 0] for part in np.split(ids, np.flatnonzero(ids < 0) + 1)[:-1]]
    assert read == [BPE.tokens(line) for line in lines]
    assert found.vocab.counts.tolist() == np.bincount(ids[ids >= 0]).tolist()
    assert found.size.characters == sum(map(len, lines)) + len(lines)
    separate = [word for line in lines for word in line.replace("\t", " ").split(" ") if word]
    assert found.size.words == len(separate) + len(lines)
