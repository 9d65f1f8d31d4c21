"""`embedkit thesaurus`, and a thesaurus in the place of vectors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from _refused import refused

FOLDER = Path(__file__).resolve().parents[2] / "data/sample-wordnet"


@pytest.fixture
def ask(run):
    return lambda *args, **kwargs: run("thesaurus", "--wordnet", FOLDER, *args, **kwargs)


def test_senses(ask):
    assert ask("queens", "--pos", "n").rows == [["queens", "queen.n.01", "queen, 여왕", "a woman who rules a country"]]
    (row,) = [json.loads(line) for line in ask("dog", "--json").out.splitlines()][:1]
    assert row == {
        "query": "dog",
        "sense": "dog.n.01",
        "words": ["dog", "개"],
        "definition": "an animal that barks and guards",
        "examples": ["the dog barked all night"],
    }


def test_relations(ask):
    assert ask("happy", "--what", "antonyms").rows == [
        ["happy", "happy.a.01", "unhappy.a.01", "unhappy", "without joy"]
    ]
    assert [row[2] for row in ask("cat", "--what", "hypernyms").rows] == ["mammal.n.01", "pet.n.01"]
    assert [row[2] for row in ask("city", "--what", "hyponyms").rows] == ["paris.n.01", "rome.n.01", "new_york.n.01"]
    assert ask("Paris", "--what", "paths").rows == [
        ["Paris", "paris.n.01", "entity.n.01 > object.n.01 > location.n.01 > city.n.01 > paris.n.01"]
    ]
    assert ask("개", "--what", "synonyms").rows == [["개", "dog.n.01", "dog"]]
    got = ask("puppy", "--what", "meronyms")
    assert (got.code, got.out, got.err) == (3, "", "no meronyms: puppy\n")


def test_unknown_words(ask):
    got = ask("kitteh", "cat")
    assert (got.code, len(got.rows)) == (3, 1)
    assert got.err == "unknown word: kitteh (near: kitten)\n"


def test_beside_vectors(run, toy_file, tmp_path):
    (tmp_path / "pairs").write_text("king queen 9\nking man 7\nwoman man 6\nking xyzzy 1\n")
    names = [f"wordnet:{FOLDER}", f"wordnet:wup:{FOLDER}"]
    got = run("evaluate", toy_file, *names, "--pairs", tmp_path / "pairs", "--unknown", tmp_path / "unknown")
    assert (got.code, got.err) == (0, "")
    assert {(row[0], row[7], row[8]) for row in got.rows[1:]} == {(str(name), "3", "4") for name in (toy_file, *names)}
    assert (tmp_path / "unknown").read_text().count("xyzzy\n") == 3
    for protocol in ("gensim", "fasttext", "hyperwords"):
        assert run("evaluate", *names, "--pairs", tmp_path / "pairs", "--protocol", protocol).code == 0


def test_pairs_that_nothing_connects(run):
    got = run("pairs", f"wordnet:{FOLDER}", stdin="happy big\nhappy glad\n")
    assert (got.code, got.rows, got.err) == (3, [["happy", "glad", "1.0"]], "nothing connects happy and big\n")


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ("thesaurus dog --wordnet {tmp}", 1, "{tmp}: has no files of WordNet"),
        ("pairs wordnet:{tmp} a b", 1, "{tmp}: has no files of WordNet"),
        ("pairs wordnet:lin:{dir} a b", 2, "lin needs counts"),
        ("pairs wordnet:{dir} a b --metric dot", 2, "--metric is for vectors"),
        ("similar wordnet:{dir} dog --explain", 2, "--explain is for vectors"),
        ("similar wordnet:{dir} dog --restrict-vocab 9", 2, "--restrict-vocab is for vectors"),
        ("similar wordnet:{dir} dog --from glove", 2, "--from is for vectors"),
        ("similar {toy} dog --ic x", 2, "--ic is for a thesaurus"),
        ("evaluate {toy} --pairs x --ic x", 2, "--ic is for a thesaurus"),
        ("evaluate wordnet:{dir} --questions x", 2, "which --questions needs"),
        ("evaluate wordnet:{dir} --pairs x --frequency-bins 2", 2, "no --frequency-bins"),
        ("evaluate wordnet:res:{dir} --pairs {pairs} --ic {pairs}", 1, "{pairs}: line 1: no word with a count"),
    ],
)
def test_what_is_refused(run, tmp_path, toy_file, args, code, said):
    (tmp_path / "pairs").write_text("king\tqueen\t9.5\n")
    places = {"tmp": tmp_path, "dir": FOLDER, "toy": toy_file, "pairs": tmp_path / "pairs"}
    refused(run(*(word.format(**places) for word in args.split())), said.format(**places), code=code)
