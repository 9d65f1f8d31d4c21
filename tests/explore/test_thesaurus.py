"""The WordNet in data/sample-wordnet: senses, forms, paths, measures worked out by hand, neighbours by brute force."""

from __future__ import annotations

import shutil
from math import log
from pathlib import Path

import numpy as np
import pytest

from embedkit.errors import EmbedkitError, FormatError, OptionError
from embedkit.explore.thesaurus import wndb
from embedkit.explore.thesaurus.information_content import NEVER, read_content
from embedkit.explore.thesaurus.source import open_thesaurus
from embedkit.explore.thesaurus.wordnet import WordNet, find_folder

DATA = Path(__file__).resolve().parents[2] / "data"
FOLDER = str(DATA / "sample-wordnet")


@pytest.fixture
def wordnet():
    return WordNet(FOLDER)


@pytest.fixture
def folder(tmp_path):
    """A copy to break."""
    shutil.copytree(FOLDER, tmp_path / "wordnet")
    return tmp_path / "wordnet"


def names(wordnet, word: str) -> list[str]:
    return [wordnet.name(key) for key in wordnet.senses(word)]


def test_the_sample_is_what_its_script_writes(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(DATA))
    import make_wordnet

    make_wordnet.write(tmp_path / "made")
    for path in sorted((tmp_path / "made").iterdir()):
        assert path.read_bytes() == Path(FOLDER, path.name).read_bytes(), path.name


@pytest.mark.parametrize("few", [wndb.FEW, 0])
def test_senses_and_forms(wordnet, monkeypatch, few):
    monkeypatch.setattr(wndb, "FEW", few)
    assert names(wordnet, "dog") == ["dog.n.01", "dog.n.02", "hunt.v.01"]
    assert names(wordnet, "Dogs") == names(wordnet, "dog")
    assert names(wordnet, "geese") == ["goose.n.01"]
    assert names(wordnet, "puppies") == names(wordnet, "강아지") == ["puppy.n.01"]
    assert names(wordnet, "ran") == ["run.v.01"]
    assert names(wordnet, "bigger") == []  # no rule doubles letters, and no exception says so
    assert names(wordnet, "happier") == []
    assert names(wordnet, "larger") == ["big.a.01"]
    assert names(wordnet, "new  york") == ["new_york.n.01"]
    assert names(wordnet, "") == names(wordnet, "zzz") == names(wordnet, "aaa") == []


def test_a_synset(wordnet):
    found = wordnet.synset(wordnet.senses("dog")[0])
    assert found.words == ["dog", "개"]
    assert found.definition == "an animal that barks and guards"
    assert found.examples == ["the dog barked all night"]


def test_paths_and_depths(wordnet):
    (puppy,) = wordnet.senses("puppy")
    paths = [" ".join(wordnet.name(key).split(".")[0] for key in path) for path in wordnet.paths(puppy)]
    assert paths == [
        "entity object living_thing animal mammal dog puppy",
        "entity object living_thing animal pet dog puppy",
        "entity object living_thing animal young puppy",
    ]
    assert wordnet.depths(puppy) == (5, 6)
    assert {wordnet.name(key): steps for key, steps in wordnet.ancestors(puppy).items()}["animal.n.01"] == 2


def score(measure: str, a: str, b: str, content: str | None = None) -> float:
    return open_thesaurus(f"wordnet:{measure}:{FOLDER}", content).similarity(a, b)


def test_measures():
    # dog and cat meet at mammal and at pet, both 4 below the root: 2 steps.
    assert score("path", "dog", "cat") == 1 / 3
    assert score("wup", "dog", "cat") == 2 * 5 / (6 + 6)
    assert score("lch", "dog", "cat") == -log(3 / (2 * 6))  # puppy is 6 below the root
    assert score("path", "dog", "개") == score("path", "happy", "glad") == score("wup", "happy", "glad") == 1
    # walk and think have no verb above both, but for the root above all: it is 2 above walk, 1 above think.
    assert score("path", "walk", "think") == 1 / 4
    assert score("wup", "walk", "think") == 2 / (3 + 2)
    for measure, pair in (("path", ("happy", "big")), ("lch", ("happy", "glad")), ("path", ("happy", "dog"))):
        assert np.isnan(score(measure, *pair))


def test_information_content(tmp_path):
    (tmp_path / "counts").write_text("dogs\t6\ncat 2\nthe 50\nNew York\t1\n", "utf-8")
    content = str(tmp_path / "counts")
    # Each of the three senses of dog has 2 of its 6; the root of the nouns 4 + 2 + 1 and the 1 of every synset.
    total, mammal = 1 + 4 + 2 + 1, 1 + 2 + 2
    assert score("res", "dog", "cat", content) == pytest.approx(-log(mammal / total))
    dog, cat = -log((1 + 2) / total), -log((1 + 2) / total)
    assert score("lin", "dog", "cat", content) == pytest.approx(2 * -log(mammal / total) / (dog + cat))


def test_information_content_of_synsets(tmp_path, wordnet):
    (dog, *_), (cat, *_), (puppy,) = (wordnet.senses(word) for word in ("dog", "cat", "puppy"))
    text = f"wnver::x\n{dog[1]}n 3\n106n 12 ROOT\n{cat[1]}n 0\n5v 2 ROOT\n"
    (tmp_path / "ic").write_text(text)
    content = read_content(str(tmp_path / "ic"), wordnet)
    assert content.of(dog) == pytest.approx(-log(3 / 12))
    assert content.of(cat) == content.of(puppy) == NEVER


@pytest.mark.parametrize("measure", ["path", "wup", "lch", "res", "lin"])
def test_nearest_are_those_of_all_words(tmp_path, measure):
    (tmp_path / "counts").write_text("dogs\t6\nqueen 9\ncat 2\nwalk 3\nswim 1\nNew York\t1\n", "utf-8")
    source = open_thesaurus(f"wordnet:{measure}:{FOLDER}", str(tmp_path / "counts"))
    words = {word.lower(): word for _, word in _all_words(source.wordnet)}
    for query in ("dog", "puppy", "queen", "swim", "new_york", "happy"):
        scores = {word: source.similarity(query, word) for word in words.values() if word.lower() != query}
        best = sorted((score for score in scores.values() if score == score), reverse=True)
        found = source.nearest(query, 7)
        assert [score for _, score in found] == pytest.approx(best[: len(found)])
        assert len(found) == min(7, len(best))
        assert all(scores[word] == pytest.approx(score) for word, score in found if word.lower() in words)


def _all_words(wordnet):
    for pos in wndb.POS:
        for offset in wordnet.files.synsets(pos):
            yield from (((pos, offset), word) for word in wordnet.words((pos, offset)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "none of its words"),
        ("the\tof\n", "line 1: no word with a count: 'the of'"),
        ("dog\t3\ncat\t-3\n", "line 2: no word with a count"),
        ("xyzzy\t3\n", "none of its words is in WordNet"),
        ("wnver::x\n12 3\n", "line 2: no count of a synset: '12 3'"),
        ("wnver::x\n12n\n", "line 2: no count"),
        ("wnver::x\n12n 3\n", "no ROOT"),
    ],
)
def test_no_counts(tmp_path, wordnet, text, said):
    (tmp_path / "counts").write_text(text)
    with pytest.raises(FormatError) as caught:
        read_content(str(tmp_path / "counts"), wordnet)
    assert str(caught.value).startswith(f"{tmp_path / 'counts'}: {said}")


def test_no_wordnet(tmp_path, monkeypatch):
    with pytest.raises(EmbedkitError, match="no such folder"):
        WordNet(str(tmp_path / "none"))
    with pytest.raises(EmbedkitError, match="has no files of WordNet"):
        WordNet(str(tmp_path))
    monkeypatch.setattr("embedkit.explore.thesaurus.wordnet.FOLDERS", ())
    with pytest.raises(EmbedkitError, match="no WordNet on this machine"):
        find_folder()
    monkeypatch.setenv("WNSEARCHDIR", FOLDER)
    assert find_folder() == FOLDER
    with pytest.raises(OptionError, match="needs counts"):
        open_thesaurus(f"wordnet:lin:{FOLDER}")


def test_damaged_files(folder):
    data = (folder / "data.noun").read_bytes()
    (folder / "data.noun").write_bytes(data[:200] + b"x" + data[200:])
    found = WordNet(str(folder))
    with pytest.raises(FormatError, match=r"data\.noun: byte \d+: no synset here"):
        found.synset(found.senses("cat")[0])
    (folder / "index.noun").write_bytes(b"cat n x\n")
    with pytest.raises(FormatError, match="no entry of a lemma"):
        WordNet(str(folder)).senses("cat")
    (folder / "verb.exc").unlink()
    with pytest.raises(EmbedkitError, match="verb.exc: no such file"):
        WordNet(str(folder)).senses("walk")


def test_a_circle(folder):
    path = folder / "data.verb"
    text = path.read_text("utf-8")
    move, walk = (line.split()[0] for line in text.split("\n")[1:3])
    path.write_text(text.replace(f"~ {walk}", f"@ {walk}"), "utf-8")
    source = WordNet(str(folder))
    assert len(source.ancestors(source.senses("walk")[0])) == 2
    with pytest.raises(FormatError, match="is above itself"):
        source.paths(source.senses("walk")[0])
