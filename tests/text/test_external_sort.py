"""More words than memory holds: runs in temporary files, merged, give the same bytes as one table in memory."""

from __future__ import annotations

import errno
import functools
import gc
import io
import itertools
import os
import tempfile

import naive
import numpy as np
import pytest
from _cases import cases
from _compiler import needs_compiler
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from embedkit.config import Text
from embedkit.errors import EmbedkitError
from embedkit.runtime.memory import Memory
from embedkit.runtime.resources import Resources
from embedkit.text import chunk_map as chunk_map
from embedkit.text import corpus, encode, inputs
from embedkit.text.external_sort import merge
from embedkit.text.external_sort.sort import by_bytes, by_frequency
from embedkit.text.vocab import Vocab
from embedkit.text.vocab_tensors import vocab_tensors
from embedkit.text.word_table import WordTable

ALL = Text(min_count=1)
LIMITS = (None, 0)  # ids in memory, and on disk
LINES = ["The cat, the cat's hat.", "ab ab ▁ a▁b", "한국어 한국어 café cafe\u0301", "", "X x ſtraße Σας ΣΑΣ -- « 12"]
CONFIGS = [
    Text(min_count=1, tokenizer=tokenizer, lowercase=lowercase, nfc=normalize, drop_punctuation=drop)
    for tokenizer, lowercase, normalize, drop in itertools.product(
        ("whitespace", "words", "chars"), (False, True), (False, True), (False, True)
    )
]


@pytest.fixture
def tiny(monkeypatch):
    """Tables of four words, blocks of a few: every text has many runs, which are merged a few words at a time."""
    monkeypatch.setattr(chunk_map, "SLICE", 9)
    monkeypatch.setattr(encode, "WordTable", functools.partial(WordTable, 4, 64))
    monkeypatch.setattr(inputs, "BLOCK", 64)
    monkeypatch.setattr(merge, "WORDS", 5)
    monkeypatch.setattr(merge, "BYTES", 64)


@pytest.fixture
def text(tmp_path):
    def write(content: str | bytes, name="text"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(tmp_path / name)

    return write


def read(path, config=ALL, threads=1, limit=None, vocab=0):
    return corpus.encode([path], config, Resources(memory=Memory(limit, vocab), cache=False, threads=threads))


def everything(found):
    arrays = found.vocab.offsets, found.vocab.utf8, found.vocab.counts, found.ids
    return [(array.dtype, array.tolist()) for array in arrays], found.sha256


def random_text(words=3000) -> str:
    rng = np.random.default_rng(0)
    alphabet = [*"abcXÉé한국", "e\u0301", "\u1112\u1161\u11ab", ".", "'s", "▁", "-"]
    tokens = ["".join(rng.choice(alphabet, n)) for n in rng.integers(1, 9, words)]
    return "".join(token + rng.choice([" ", "\n", "\t", "\r\n", "  "]) for token in rng.choice(tokens, 2 * words))


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("content", [" \n".join(LINES) * 3, random_text(120)], ids=["lines", "random"])
def test_runs_equal_one_table(tiny, text, config, content):
    path = text(content)
    whole = everything(read(path, config, vocab=1 << 40))
    for threads, limit in itertools.product((1, 2, 3), LIMITS):
        assert everything(read(path, config, threads, limit)) == whole


@cases(60, HealthCheck.function_scoped_fixture)
@given(content=st.text(st.sampled_from("abcdeé한\u0301 \n\t\r"), max_size=200), threads=st.integers(1, 3))
def test_equals_the_naive_twin(tiny, text, content, threads):
    lines, found = naive.tokens(f"{content}\n".encode())[:-1], read(text(f"{content}\n"), threads=threads)
    assert list(zip(found.vocab, found.vocab.counts.tolist())) == naive.vocabulary(lines)
    assert found.ids.tolist() == naive.encoded(lines, found.vocab.words())


def test_a_run_ends_inside_a_block(text, monkeypatch):
    monkeypatch.setattr(encode, "WordTable", functools.partial(WordTable, 4, 64))
    path = text(" ".join(f"w{i}\rx" for i in range(100)) + "\n" + " ".join(f"w{i}x" for i in range(99, -1, -1)))
    found = read(path)
    assert len(found.vocab) == 100
    assert [found.vocab[id] for id in found.ids[:100]] == [f"w{i}x" for i in range(100)]
    assert found.ids.tolist() == [*found.ids[:100], -1, *found.ids[99::-1], -1]


@pytest.mark.parametrize("config", [Text(), Text(tokenizer="chars"), Text(drop_punctuation=True)])
def test_a_text_without_words(tiny, text, config):
    content = "- . " * 40 if config.drop_punctuation else " \n" * 9
    found = read(text(content), config)
    assert (len(found.vocab), found.ids.tolist().count(-1)) == (0, content.count("\n") or 1)


@needs_compiler
def test_words_of_every_length(tiny, text, monkeypatch):
    monkeypatch.setattr(merge, "BYTES", 1 << 16)
    monkeypatch.setattr(inputs, "BLOCK", 1 << 17)
    path = text(" ".join(chr(97 + i % 3) * i for i in range(1, 400)) + " " + "z" * (1 << 16) + "\n")
    assert everything(read(path)) == everything(read(path, vocab=1 << 40))


@pytest.mark.parametrize(("threads", "end"), [(1, " x\xfe"), (2, "")])
def test_invalid_utf8_names_the_byte(tiny, text, threads, end):
    content = "fine " * 9 + " ".join(map(str, range(60))) + " bad\xff" + end
    with pytest.raises(EmbedkitError, match=rf"text: byte {content.index(chr(255))}: invalid UTF-8 \(0xff\)"):
        read(text(content.encode("latin-1")), threads=threads)


def test_words_that_are_too_long(tiny, text, monkeypatch):
    monkeypatch.setattr(inputs, "BLOCK", 1 << 20)
    with pytest.raises(EmbedkitError, match="text: byte 20: a word of more than 65536 bytes"):
        read(text("a b c d e f g h i j " + "x" * 65537 + " more"))


def test_more_words_than_ids(tiny, text, monkeypatch):
    monkeypatch.setattr(merge, "MOST", 9)
    with pytest.raises(EmbedkitError, match="more than 9 different words"):
        read(text(" ".join(map(str, range(30)))))


def test_nothing_is_left_behind(tiny, text, tmp_path, monkeypatch):
    path, folder = text(random_text(200)), tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    assert len(read(path).ids)
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    found = read(path, Text(min_count=1, tokenizer="words"), threads=2, limit=0)
    assert isinstance(found.vocab.utf8, np.memmap)
    assert not found.vocab.counts.flags.writeable
    assert found.ids[-1] == -1
    assert os.listdir(folder) == []
    del found
    with pytest.raises(EmbedkitError, match="invalid UTF-8"):
        read(text(b"a b c d e f g h \xff"), threads=2)
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before


def fill_disk(patch, calls: int) -> None:
    """From now on, so many writes to temporary files and reservations of space succeed."""
    left, raw, reserve = iter(range(calls)), tempfile.TemporaryFile, os.posix_fallocate

    def spend():
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    class File(io.BufferedRandom):
        def write(self, data):
            spend()
            return super().write(data)

    patch.setattr(tempfile, "TemporaryFile", lambda **options: File(raw(buffering=0, **options)))
    patch.setattr(os, "posix_fallocate", lambda *args: spend() or reserve(*args))


def test_a_full_disk_is_one_line_wherever_it_happens(tiny, text, monkeypatch):
    path, config = text(" ".join(f"{i}.{i % 7}" for i in range(20))), Text(min_count=1, tokenizer="words")
    whole, said = everything(read(path, config)), []
    for calls in itertools.count():
        with monkeypatch.context() as patch:
            fill_disk(patch, calls)
            try:
                found = everything(read(path, config, limit=0))
            except EmbedkitError as error:
                said.append((str(error), error.hint))
                continue
        break
    assert found == whole
    assert set(said) == {("temporary file: No space left on device", "set TMPDIR to a folder with more room")}
    assert len(said) > 40


def test_the_cache_keeps_what_was_merged(tiny, text, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    path = text(random_text(100))
    made, stored = (corpus.encode([path], ALL, Resources(memory=Memory(0), threads=2)) for _ in range(2))
    assert everything(made) == everything(stored) == everything(read(path, vocab=1 << 40))
    assert np.shares_memory(vocab_tensors(made.vocab)["vocab.offsets"], made.vocab.offsets)


COMMANDS = {
    "vocab": [],
    "count": [],
    "phrases": ["--threshold", "0", "--discount", "0"],
    "train": ["kn", "--order", "2"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_makes_the_same_of_it(tiny, run, text, tmp_path, name):
    path, options = text(" ".join(LINES) + "\n" + random_text(60)), COMMANDS[name]
    made = []
    for memory in ("1T", "1"):
        done = run(name, *options, path, "--no-cache", "--min-count", "1", "--max-vocab-memory", memory, "-o", "-")
        assert done.code == 0, done.err
        assert done.err.count("1 cannot hold all different words") == (memory == "1")
        made.append(done.raw)
    assert made[0] == made[1]
    assert len(made[0]) > 100


@pytest.mark.slow
@needs_compiler
def test_two_million_words_in_little_memory(process, tmp_path):
    """A process that may allocate 400 MB reads a text whose words take more, unless it is told to hold them all."""
    codes = np.random.default_rng(0).permutation(2_000_000) * 2654435761 % (1 << 40)
    (tmp_path / "text").write_text(" ".join(f"{code:x}" for code in codes.tolist()))
    command = 'ulimit -d 400000 && exec "$PYTHON" -m embedkit vocab "$1" --no-cache --min-count 1 -q --threads 1 '
    told = process(tmp_path / "text", shell=command + "--max-vocab-memory 1T")
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith("Error: ")
    found = process(tmp_path / "text", shell=command)
    assert (found.code, found.err) == (0, "")
    assert [row[0] for row in found.rows] == sorted(f"{code:x}" for code in codes.tolist())


@given(st.lists(st.binary(max_size=30), unique=True), st.sampled_from([b"", b"sevenbytes", b"x" * 40]))
def test_the_order_of_words(words, head):
    words = [head + word for word in words]
    counts = np.array([len(word) % 3 for word in words], np.int64)
    vocab = Vocab.from_words(words, counts)
    assert [words[id] for id in by_bytes(vocab)] == sorted(words)
    assert [words[id] for id in by_frequency(vocab)] == sorted(words, key=lambda word: (-(len(word) % 3), word))
