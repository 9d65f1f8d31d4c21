"""Particles of Korean words, and morphemes by Kiwi, which a stand-in takes the place of where it is missing."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from embedkit.errors import EmbedkitError, OptionError
from embedkit.text import korean
from embedkit.text.tokenize import line_splitter, splitter

ANALYSES = {
    "영화가": [("영화", "NNG"), ("가", "JKS")],
    "먹었습니다": [("먹", "VV"), ("었", "EP"), ("습니다", "EF")],
    "해리포터": [("해리 포터", "NNP")],
    "걸었다": [("걷", "VV-I"), ("었", "EP"), ("다", "EF")],
}


class Kiwi:
    def __init__(self, **_):
        pass

    def tokenize(self, chunk: str):
        found = ANALYSES.get(chunk, [(chunk, "SW")])
        return [SimpleNamespace(form=form, tag=tag) for form, tag in found]


@pytest.fixture
def kiwi(monkeypatch):
    module = ModuleType("kiwipiepy")
    module.Kiwi = Kiwi
    monkeypatch.setitem(sys.modules, "kiwipiepy", module)
    korean._kiwi.cache_clear()
    yield
    korean._kiwi.cache_clear()


@pytest.mark.parametrize(
    ("word", "first", "also"),
    [
        ("영화가", "영화", None),
        ("학교에서는", "학교에서", "학교"),
        ("친구들에게", "친구들", "친구"),
        ("서울로부터", "서울", None),
        ("가", None, None),
        ("movie", None, None),
    ],
)
def test_particles_come_off(word, first, also):
    found = korean.stems(word)
    assert found[:1] == ([first] if first else [])
    assert also is None or also in found
    assert [*korean.PARTICLES] == sorted(korean.PARTICLES, key=lambda particle: -len(particle))


def test_an_unknown_word_says_what_is_left_without_particles(run, tmp_path):
    (tmp_path / "text").write_text("영화 극장 배우\n" * 5, "utf-8")
    assert run("train", "ppmi", tmp_path / "text", "-o", tmp_path / "v", "-q").code == 0
    got = run("similar", tmp_path / "v", "영화에서는")
    assert got.code == 3
    assert "unknown word: 영화에서는 (" in got.err
    assert "without particles: 영화" in got.err
    assert "particles" not in run("similar", tmp_path / "v", "극장주").err


def test_morphemes(kiwi):
    assert korean.morphemes()("먹었습니다") == ["먹", "었", "습니다"]
    assert korean.morphemes("N,V")("영화가") == ["영화"]
    assert korean.morphemes("NNG, VV")("걸었다") == ["걷"]  # VV-I, an irregular verb
    assert korean.morphemes()("해리포터") == ["해리포터"]  # no word may hold a space
    options = {"tokenizer": "kiwi", "keep_tags": "N"}
    assert line_splitter(options)("영화가 먹었습니다 해리포터") == ["영화", "해리포터"]


def test_text_of_morphemes(kiwi, run, tmp_path):
    (tmp_path / "text").write_text("영화가 먹었습니다\n" * 2 + "영화가 걸었다\n", "utf-8")
    options = ("--tokenizer", "kiwi", "--min-count", 1, "--no-cache", "-q")
    assert run("vocab", tmp_path / "text", *options, "--keep-tags", "N,V").rows == [
        ["영화", "3"], ["먹", "2"], ["걷", "1"],
    ]  # fmt: skip
    assert len(run("vocab", tmp_path / "text", *options).rows) == 7


@pytest.mark.parametrize("tags", ["", "N,", "Q", "n"])
def test_tags_that_there_are_not(kiwi, tags):
    with pytest.raises(OptionError, match="--keep-tags: no tag begins with"):
        korean.morphemes(tags)


def test_without_kiwi_it_is_one_line(monkeypatch, run, tmp_path):
    monkeypatch.setitem(sys.modules, "kiwipiepy", None)
    korean._kiwi.cache_clear()
    with pytest.raises(EmbedkitError, match="--tokenizer kiwi needs kiwipiepy"):
        splitter("kiwi")
    (tmp_path / "text").write_text("영화\n", "utf-8")
    got = run("vocab", tmp_path / "text", "--tokenizer", "kiwi")
    assert (got.code, got.err) == (1, "Error: --tokenizer kiwi needs kiwipiepy\nHint: pip install kiwipiepy\n")
    got = run("vocab", tmp_path / "text", "--keep-tags", "N")
    assert "--keep-tags keeps parts of speech, which --tokenizer kiwi alone tells apart" in got.err


@pytest.mark.peer
def test_kiwi_itself():
    pytest.importorskip("kiwipiepy")
    korean._kiwi.cache_clear()
    assert korean.morphemes()("먹었습니다") == ["먹", "었", "습니다"]
    assert korean.morphemes("N")("영화가") == ["영화"]
