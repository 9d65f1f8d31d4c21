"""From bytes to ids: every way in gives what the naive twin gives."""

from __future__ import annotations

import bz2
import io
import itertools
import lzma
import sys
import types

import naive
import numpy as np
import pytest
from _gzip import gz

from embedkit.config import Text
from embedkit.errors import EmbedkitError
from embedkit.runtime.memory import Memory
from embedkit.runtime.resources import Resources
from embedkit.text import corpus, inputs
from embedkit.text.external_sort.sort import by_frequency
from embedkit.text.vocab import Vocab
from embedkit.text.word_table import WordTable

ALL = Text(min_count=1)
TEXT = "the cat sat\nthe\tdog \r\n\n  naïve 한국어 한국어\nNBSP\u00a0word zwei\u3000drei\nlast the".encode()


def write(folder, data: bytes, name="text.txt"):
    path = folder / name
    path.write_bytes(data)
    return str(path)


def load(names, config=ALL, threads=2, **kwargs):
    resources = Resources(cache=False, threads=threads, **kwargs)
    return corpus.load([names] if isinstance(names, str) else names, config, resources)


def check(found, lines, ended=True):
    """`found` is what the naive twin makes of `lines`."""
    expected = naive.vocabulary(lines)
    words = [word for word, _ in expected]
    assert found.vocab.words() == words
    assert found.vocab.counts.tolist() == [n for _, n in expected]
    assert found.ids.tolist() == naive.encoded(lines if ended else lines, words)
    assert found.ids.dtype == np.int32


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_equals_the_naive_twin(tmp_path, threads):
    check(load(write(tmp_path, TEXT), threads=threads), naive.tokens(TEXT))


def test_many_blocks_equal_one(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    words = [f"w{i}" for i in rng.zipf(1.3, 4000) if i < 500]
    text = b"".join(word.encode() + rng.choice([b" ", b"\n", b"\t"]) for word in words)
    path = write(tmp_path, text)
    whole = load(path, threads=1)
    monkeypatch.setattr(inputs, "BLOCK", 512)
    for threads, limit in itertools.product((1, 2), (None, 0)):
        blocks = load(path, threads=threads, memory=Memory(limit))
        assert blocks.ids.tolist() == whole.ids.tolist()
        assert blocks.vocab.words() == whole.vocab.words()
        assert blocks.sha256 == whole.sha256
    check(whole, naive.tokens(text)[: text.count(b"\n")] if text.endswith(b"\n") else naive.tokens(text))


def test_tables_grow(tmp_path):
    words = [f"word{i}" for i in range(9000)]
    found = load(write(tmp_path, " ".join(words).encode()))
    assert sorted(found.vocab.words()) == sorted(words)


def test_one_long_line(tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "BLOCK", 4096)
    found = load(write(tmp_path, b"a b c " * 5000))
    assert found.ids.tolist() == [0, 1, 2] * 5000 + [-1]


def test_an_endless_word_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "BLOCK", 1 << 16)
    with pytest.raises(EmbedkitError, match=r"text.txt: byte \d+: a word of more than 65536 bytes"):
        load(write(tmp_path, b"fine " + b"x" * 300_000))


@pytest.mark.parametrize("pack", [gz, bz2.compress, lzma.compress])
def test_compressed_files_are_known_by_their_bytes(tmp_path, pack):
    plain, packed = load(write(tmp_path, TEXT)), load(write(tmp_path, pack(TEXT), "no-suffix"))
    assert packed.ids.tolist() == plain.ids.tolist()
    assert packed.sha256 == plain.sha256


def test_stdin(monkeypatch):
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BufferedReader(io.BytesIO(TEXT))))
    check(load("-"), naive.tokens(TEXT))


def test_files_folders_and_patterns(tmp_path):
    (tmp_path / "sub").mkdir()
    one, two = write(tmp_path, b"a", "1.txt"), write(tmp_path / "sub", b"b\n", "2.txt")
    write(tmp_path, b"hidden", ".hidden")
    assert load([one, two]).ids.tolist() == [0, -1, 1, -1]
    assert inputs.expand([str(tmp_path)]) == [one, two]
    assert inputs.expand([str(tmp_path / "*.txt"), two]) == [one, two]


def test_a_folder_without_files(tmp_path):
    with pytest.raises(EmbedkitError, match="a folder without files"):
        inputs.expand([str(tmp_path)])


def test_hidden_folders_are_left_out(tmp_path):
    (tmp_path / ".git").mkdir()
    write(tmp_path / ".git", b"x")
    plain = write(tmp_path, b"a")
    assert inputs.expand([str(tmp_path)]) == [plain]


def test_a_byte_order_mark_is_no_letter(tmp_path):
    one, two = write(tmp_path, b"\xef\xbb\xbfa b", "1"), write(tmp_path, b"\xef\xbb\xbfa \xff", "2")
    assert load(one).vocab.words() == ["a", "b"]
    with pytest.raises(EmbedkitError, match="2: byte 5: invalid UTF-8"):
        load([one, two])


@pytest.mark.parametrize("before", [b"", b"a\n"])
def test_a_long_word_is_refused_wherever_it_stands(tmp_path, before):
    with pytest.raises(EmbedkitError, match=rf"byte {len(before)}: a word of more than 65536 bytes"):
        load(write(tmp_path, before + b"x" * 65537 + b" and more\n"))
    assert len(load(write(tmp_path, before + b"x" * 65536 + b" and more\n")).vocab) == 3 + bool(before)


def test_missing_file(tmp_path):
    with pytest.raises(EmbedkitError, match="nowhere.txt: no such file"):
        load(str(tmp_path / "nowhere.txt"))


def test_empty_corpus(tmp_path):
    with pytest.raises(EmbedkitError, match="no words in it"):
        load(write(tmp_path, b" \n\t\n"))


def test_min_count_and_max_vocab(tmp_path):
    path = write(tmp_path, b"b b b a a a c c d\nc e\n")
    assert load(path, Text(min_count=2)).vocab.words() == ["a", "b", "c"]
    kept = load(path, Text(min_count=2, max_vocab=2))
    assert kept.vocab.words() == ["a", "b"]
    assert kept.ids.tolist() == [1, 1, 1, 0, 0, 0, -1, -1]
    assert kept.tokens == 11


def test_no_word_frequent_enough(tmp_path):
    with pytest.raises(EmbedkitError, match="no word occurs 5 times; the most frequent, 'a', occurs 2 times") as caught:
        load(write(tmp_path, b"a a b"), Text())
    assert "--min-count 2" in caught.value.hint


def test_vocab_file_sets_the_ids(tmp_path):
    path, words = write(tmp_path, b"a b c\nb x\n"), write(tmp_path, b"b\t7\nmissing 3\nc\n", "words")
    found = load(path, Text(vocab=words))
    assert found.vocab.words() == ["b", "missing", "c"]
    assert found.vocab.counts.tolist() == [2, 0, 1]
    assert found.ids.tolist() == [0, 2, -1, 0, -1]


def test_vocab_file_is_read_as_the_text_is(tmp_path):
    path, words = write(tmp_path, "paris CAFE\u0301".encode()), write(tmp_path, "Paris\ncafé\n".encode(), "words")
    assert load(path, Text(vocab=words, lowercase=True)).ids.tolist() == [0, 1, -1]


def test_vocab_file_without_any_word_of_the_text(tmp_path):
    path, words = write(tmp_path, b"a b"), write(tmp_path, b"x\ny\n", "words")
    with pytest.raises(EmbedkitError, match="none of the 2 words"):
        load(path, Text(vocab=words))


def test_lowercase_and_nfc_merge_words(tmp_path):
    path = write(tmp_path, "É E\u0301 é e\u0301\n".encode())
    assert load(path).vocab.words() == ["É", "é"]
    assert load(path, Text(min_count=1, lowercase=True)).vocab.words() == ["é"]
    assert len(load(path, Text(min_count=1, nfc=False)).vocab) == 4


def test_words_tokenizer_on_lines(tmp_path):
    path = write(tmp_path, b"Time is an illusion. Lunchtime double so!")
    config = Text(tokenizer="words", drop_punctuation=True, min_count=1)
    found = load(path, config)
    assert [found.vocab[i] for i in found.ids[:-1]] == ["Time", "is", "an", "illusion", "Lunchtime", "double", "so"]
    kept = load(path, Text(tokenizer="words", min_count=1))
    assert " ".join(kept.vocab[i] for i in kept.ids[:-1]) == "Time is an illusion . Lunchtime double so !"


@pytest.mark.parametrize("text", ["a - b . a", "a - b . a é", "a - b . a \u2014"])
def test_punctuation_goes_whatever_else_is_in_the_text(tmp_path, text):
    found = load(write(tmp_path, text.encode()), Text(drop_punctuation=True, min_count=1))
    assert found.vocab.words()[:2] == ["a", "b"]
    assert found.ids.tolist()[:4] == [0, 1, 0, 2 if "é" in text else -1]


def test_chars_mark_the_spaces_between_blocks(tmp_path, monkeypatch):
    path, config = write(tmp_path, b"ab cd\n" * 3 + b"e f g h " * 9), Text(tokenizer="chars", min_count=1)
    whole = load(path, config)
    monkeypatch.setattr(inputs, "BLOCK", 5)
    for limit in (None, 0):
        blocks = load(path, config, memory=Memory(limit))
        assert blocks.ids.tolist() == whole.ids.tolist()
        assert blocks.vocab.counts.tolist() == whole.vocab.counts.tolist()


def test_chars_mark_the_spaces(tmp_path):
    found = load(write(tmp_path, "ab  a▁\n나 b".encode()), Text(tokenizer="chars", min_count=1))
    assert "".join("/" if i < 0 else found.vocab[i] for i in found.ids) == "ab▁a▁/나▁b/"
    assert dict(zip(found.vocab.words(), found.vocab.counts.tolist())) == {"▁": 3, "a": 2, "b": 2, "나": 1}


@pytest.mark.parametrize("prefix", [b"good \xed\x95\x9c ", b"x" * 5000 + b" "])
def test_invalid_utf8_names_the_byte(tmp_path, prefix):
    first = write(tmp_path, b"fine\n", "first.txt")
    path = write(tmp_path, prefix + b"bad\xff word \xc3")
    with pytest.raises(EmbedkitError, match=rf"text.txt: byte {len(prefix) + 3}: invalid UTF-8 \(0xff\)"):
        load([first, path])


def test_invalid_utf8_replaced(tmp_path):
    found = load(write(tmp_path, b"bad\xff ok"), Text(min_count=1, encoding_errors="replace"))
    assert found.vocab.words() == ["bad\ufffd", "ok"]


def test_order_of_long_words_with_equal_heads():
    words = [b"same-sixteen-byte" + tail for tail in (b"b", b"a", b"", b"\0", b"ab")] + [b"a", b"a\0", b"\xff", b""]
    order = by_frequency(Vocab.from_words(words, np.ones(len(words), np.int64)))
    assert [words[i] for i in order] == sorted(words)


def scanned(text: bytes, types: int = 1 << 12, base: int = 0) -> tuple[WordTable, list[int]]:
    table = WordTable(types)
    ids, read = table.scan(np.frombuffer(text + b" ", np.uint8), base)
    assert read == len(text) + 1
    return table, ids.tolist()


def spelt(table: WordTable) -> list[bytes]:
    return [table.vocab.bytes(id) for id in range(len(table))]


# Lengths around 7 and 14, where a word is kept in one number, in two, or compared byte by byte.
LENGTHS = [b"abcdefghijklmnopqrstuvwxyz"[:n] for n in (1, 6, 7, 8, 13, 14, 15, 20, 26)]


def test_words_that_differ_in_one_byte_stay_apart():
    words = LENGTHS + [word[:-1] + b"\xff" for word in LENGTHS] + [b"\xff" + word[1:] for word in LENGTHS[1:]]
    table, ids = scanned(b" ".join(words + words))
    assert spelt(table) == words
    assert ids == 2 * list(range(len(words)))
    assert table.counts.tolist() == [2] * len(words)
    assert table.firsts.tolist() == np.cumsum([0, *(len(word) + 1 for word in words[:-1])]).tolist()


def test_cr_inside_words_does_not_count():
    table, ids = scanned(b"\r\nab\rc abc\r\nabcdefghijklmno\rpq abcdefghijklmnopq\r")
    assert spelt(table) == [b"abc", b"abcdefghijklmnopq"]
    assert ids == [-1, 0, 0, -1, 1, 1]
    assert table.firsts.tolist() == [2, 12]


def test_tables_grow_while_scanning():
    words = [b"w%d" % i for i in range(100)] + LENGTHS
    table, ids = scanned(b" ".join(words), types=2)
    assert spelt(table) == words
    assert ids == list(range(len(words)))


def test_a_table_grows_only_where_it_is_full():
    many, _ = scanned(b" ".join(b"%d" % i for i in range(1 << 13)))
    assert (len(many.types), len(many.arena)) == (1 << 13, 1 << 16)
    long, _ = scanned(b"x" * (1 << 17))
    assert len(long.types) == 1 << 12


def test_a_table_that_outgrows_its_room_says_how_far_it_came():
    table, text = WordTable(4, 64, room=0), np.frombuffer(b"a b\ra\r c a d\r\re f a\n", np.uint8)
    ids, read = table.scan(text, 100)
    assert ids.tolist() == [0, 1, 2, 0, 3]
    assert text[read:].tobytes() == b"f a\n"
    assert table.firsts.tolist() == [100, 102, 107, 111]
    table.clear()
    ids, read = table.scan(text[read:], 100 + read)
    assert (ids.tolist(), spelt(table), table.firsts.tolist()) == ([0, 1, -1], [b"f", b"a"], [116, 118])


def test_merge_finds_what_was_scanned_elsewhere():
    a, _ = scanned(b" ".join([b"x", *LENGTHS, b"x"]), types=4)
    b, _ = scanned(b" ".join([b"z", *reversed(LENGTHS), b"q"]), base=1000)
    mapped = a.merge(b).tolist()
    assert mapped == [len(LENGTHS) + 1, *range(len(LENGTHS), 0, -1), len(LENGTHS) + 2]
    assert spelt(a) == [b"x", *LENGTHS, b"z", b"q"]
    assert a.counts.tolist() == [2] + [2] * len(LENGTHS) + [1, 1]
    assert a.firsts[-2:].tolist() == [1000, 1000 + len(b" ".join([b"z", *LENGTHS])) + 1]
