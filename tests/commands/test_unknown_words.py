"""What is said about a word that the vectors lack: its count, where the cache still has their text."""

from __future__ import annotations

import unicodedata

import pytest

TEXT = "tea cup hot\n" * 6 + "coffee cup hot\n" * 3 + "Tea Kaffee Caf\u00e9\n"


@pytest.fixture
def trained(run, tmp_path):
    """`trained("--min-count", 5)`: PPMI vectors of TEXT."""

    def train(*options):
        text, out = tmp_path / "text.txt", tmp_path / "vectors"
        text.write_text(TEXT, "utf-8")
        assert run("train", "ppmi", text, "-o", out, "-q", *options).code == 0
        return out

    return train


def test_below_the_least_count(run, trained):
    got = run("similar", trained("--min-count", 5), "coffee", "Kaffee", "milk")
    assert (got.code, got.out) == (3, "")
    assert got.err.split("\n") == [
        "unknown word: coffee (occurs 3 times, below --min-count 5)",
        "unknown word: Kaffee (occurs 1 time, below --min-count 5)",
        "unknown word: milk (never occurs)",
        "",
    ]


def test_several_words_and_near_spellings(run, trained):
    path = trained("--min-count", 2)
    got = run("analogy", path, "tae", "Tea", "cup")
    assert got.err == "unknown words: tae, Tea (tae never occurs; Tea occurs 1 time, below --min-count 2; near: tea)\n"
    assert run("pairs", path, "tea", "coffe").err == "unknown word: coffe (never occurs; near: coffee)\n"
    assert run("vectors", path, "milk").err == "unknown word: milk (never occurs)\n"


def test_cut_by_size(run, trained):
    got = run("similar", trained("--min-count", 3, "--max-vocab", 3), "coffee", "Tea")
    assert got.err.split("\n") == [
        "unknown word: coffee (occurs 3 times, not among the 3 of --max-vocab)",
        "unknown word: Tea (occurs 1 time, below --min-count 3; near: tea)",
        "",
    ]


def test_words_in_the_form_the_text_had(run, trained):
    got = run("similar", trained("--min-count", 5, "--lowercase"), "COFFEE", unicodedata.normalize("NFD", "CAF\u00c9"))
    assert [line.split("(")[1] for line in got.err.split("\n")[:-1]] == [
        "occurs 3 times, below --min-count 5)",
        "occurs 1 time, below --min-count 5)",
    ]


def test_another_text_or_another_reading_says_nothing(run, trained, cache, tmp_path):
    path = trained("--min-count", 5)
    kept = path.read_bytes()
    run("cache", "--clear")
    other = tmp_path / "other.txt"
    other.write_text(TEXT * 2, "utf-8")
    run("vocab", other, "-q")
    run("vocab", tmp_path / "text.txt", "-q", "--lowercase")
    assert len(list(cache.iterdir())) == 2
    assert run("similar", path, "coffee").err == "unknown word: coffee\n"
    # Which words a run keeps is no other reading.
    run("vocab", tmp_path / "text.txt", "-q", "--min-count", 1, "--max-vocab", 2)
    assert path.read_bytes() == kept
    assert run("similar", path, "coffee").err == "unknown word: coffee (occurs 3 times, below --min-count 5)\n"


def test_a_damaged_or_missing_cache_costs_the_count_alone(run, trained, cache):
    path = trained("--min-count", 5)
    entry = next(cache.iterdir())
    entry.write_bytes(entry.read_bytes()[:-9])
    assert run("similar", path, "coffee").err == "unknown word: coffee\n"
    run("cache", "--clear")
    assert run("similar", path, "coffee").err == "unknown word: coffee\n"


def test_only_the_first_words_are_looked_up(run, trained, monkeypatch):
    monkeypatch.setattr("embedkit.commands._ask.EXPLANATIONS", 2)
    got = run("similar", trained("--min-count", 5), stdin="coffee\na - b\ncoffee\n")
    assert got.err.split("\n") == [
        "unknown word: coffee (occurs 3 times, below --min-count 5)",
        "unknown words: a, b (a never occurs)",
        "unknown word: coffee",
        "",
    ]
