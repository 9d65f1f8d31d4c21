"""`vocab`, `count` and `cache`: exact output, and a cache that only ever saves time."""

from __future__ import annotations

import os

TEXT = "b a b\nc b 한국\n"


def test_vocab_output(run, text):
    result = run("vocab", text, "--min-count", 1)
    assert result.out == "b\t3\na\t1\nc\t1\n한국\t1\n"
    assert result.err == "6 tokens, 4 words kept\n"


def test_vocab_json_and_quiet(run, text):
    result = run("vocab", text, "--min-count", 2, "--json", "-q")
    assert (result.out, result.err) == ('{"word": "b", "count": 3}\n', "")


def test_vocab_file_feeds_vocab_option(run, text, tmp_path):
    words = tmp_path / "words.tsv"
    assert run("vocab", text, "--min-count", 1, "--max-vocab", 2, "-o", words).out == ""
    assert words.read_text() == "b\t3\na\t1\n"
    assert run("vocab", text, "--vocab", words).out == "b\t3\na\t1\n"


def test_count_then_info(run, text, tmp_path):
    out = tmp_path / "counts"
    result = run("count", text, "-o", out, "--min-count", 1, "--window", 1)
    # b-a twice each way; c-b and b-한국 once each way.
    assert (result.code, result.err) == (0, "6 tokens, 4 words kept\n6 pairs of words\n")
    assert "counts" in run("info", out).out


def test_missing_output_is_a_usage_error(run, text):
    result = run("count", text)
    assert result.code == 2
    assert "Missing -o OUT" in result.err


def test_second_run_reads_the_cache(run, text, cache, monkeypatch):
    first = run("vocab", text, "--min-count", 1)
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr("embedkit.text.encode.encode_files", None)
    assert run("vocab", text, "--min-count", 1).out == first.out
    # Other choices among the same types need no second entry.
    assert run("vocab", text, "--min-count", 2).out == "b\t3\n"
    assert run("vocab", text, "--min-count", 1, "--max-vocab", 1).out == "b\t3\n"


def test_the_key_is_the_content(run, text, cache, tmp_path):
    run("vocab", text, "-q", "--min-count", 1)
    same = tmp_path / "same.txt"
    same.write_bytes(text.read_bytes())
    run("vocab", same, "-q", "--min-count", 1)
    assert len(list(cache.iterdir())) == 1
    same.write_text("b a b\nc b d\n")
    assert run("vocab", same, "-q", "--min-count", 1).out == "b\t3\na\t1\nc\t1\nd\t1\n"
    run("vocab", text, "-q", "--min-count", 1, "--lowercase")
    assert len(list(cache.iterdir())) == 3


def test_no_cache_writes_none(run, text, cache):
    run("vocab", text, "--no-cache", "--min-count", 1)
    assert not cache.exists()


def test_size_zero_turns_it_off(run, text, cache, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE_SIZE", "0")
    run("vocab", text, "--min-count", 1)
    assert not cache.exists()


def test_bad_size_is_named(run, text, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE_SIZE", "lots")
    result = run("vocab", text)
    assert result.code == 1
    assert "EMBEDKIT_CACHE_SIZE=lots: not a size" in result.err


def test_a_damaged_entry_is_made_anew(run, text, cache):
    first = run("vocab", text, "--min-count", 1)
    entry = next(cache.iterdir())
    entry.write_bytes(entry.read_bytes()[:-100])
    assert run("vocab", text, "--min-count", 1).out == first.out


def test_the_oldest_entry_makes_room(run, cache, tmp_path, monkeypatch):
    for i in range(3):
        path = tmp_path / f"{i}.txt"
        path.write_text(f"word{i} " * 1000)
        run("vocab", path, "-q")
        newest = max(cache.iterdir(), key=os.path.getmtime)
        os.utime(newest, (1000 + i, 1000 + i))
    size = newest.stat().st_size
    monkeypatch.setenv("EMBEDKIT_CACHE_SIZE", str(2 * size + 100))
    path.write_text("another " * 1000)
    run("vocab", path, "-q")
    assert len(list(cache.iterdir())) == 2
    assert newest in cache.iterdir()


def test_an_unwritable_cache_costs_nothing_but_the_cache(run, text, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(text))
    result = run("vocab", text, "--min-count", 1)
    assert result.out.startswith("b\t3\n")
    assert result.err.count(f"texts are not kept: {text}/ids: Not a directory\n") == 1
    assert run("vocab", text, "--min-count", 1, "-q").err == ""


def test_a_text_too_large_for_the_cache_is_said(run, text, cache, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE_SIZE", "10")
    assert "texts are not kept" in run("vocab", text, "--min-count", 1).err
    assert not cache.exists()


def test_said_once_for_all_texts(run, text, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(text))
    valid = tmp_path / "valid"
    valid.write_text("a b\n")
    sizes = ("--embed", 2, "--hidden", 2, "--epochs", 1, "--batch-size", 1)
    said = run("train", "rnn", text, "-o", tmp_path / "lm.safetensors", "--valid", valid, *sizes).err
    assert said.count("texts are not kept") == 1


def test_list_and_clear(run, text, cache):
    run("vocab", text, "-q", "--min-count", 1)
    row = run("cache").rows[0]
    entry = next(cache.iterdir())
    assert (row[0], row[1], row[3]) == (str(entry), str(entry.stat().st_size), str(text))
    assert run("cache", "--clear").err == f"1 entries removed from {cache}\n"
    assert run("cache").out == ""


def test_one_of_a_kind(run, tmp_path):
    (tmp_path / "one").write_text("word\n")
    assert run("vocab", tmp_path / "one", "--min-count", 1).err == "1 token, 1 word kept\n"
    assert run("phrases", tmp_path / "one", "--min-count", 1).err == "1 token, 0 phrases\n"
    result = run("vocab", tmp_path / "one", "--min-count", 2)
    assert "the most frequent, 'word', occurs 1 time\n" in result.err
