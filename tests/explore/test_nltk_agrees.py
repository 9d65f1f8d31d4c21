"""Where NLTK and an English WordNet are installed: the same similarities on the pairs of RG-65 and WordSim-353."""

from __future__ import annotations

import shutil
from math import exp, isnan

import pytest

from embedkit.errors import EmbedkitError
from embedkit.eval.similarity import read_pairs
from embedkit.explore.thesaurus.information_content import read_content
from embedkit.explore.thesaurus.source import open_thesaurus
from embedkit.explore.thesaurus.wordnet import find_folder

pytestmark = [pytest.mark.peer, pytest.mark.filterwarnings("ignore")]
MEASURES = ("path", "wup", "lch", "res", "lin")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The installed WordNet, with the names of the lexicographers' files, which NLTK reads and Debian leaves out."""
    nltk = pytest.importorskip("nltk")
    try:
        found = find_folder()
    except EmbedkitError:
        pytest.skip("no WordNet on this machine")
    made = tmp_path_factory.mktemp("wordnet")
    nltk.data.path.append(str(made))  # it opens no other folders
    for kind in ("data.{}", "index.{}", "{}.exc"):
        for pos in ("noun", "verb", "adj", "adv"):
            shutil.copy(f"{found}/{kind.format(pos)}", made)
    (made / "lexnames").write_text("".join(f"{number:02d}\tname{number}\t1\n" for number in range(45)))
    return made


@pytest.fixture(scope="module")
def nltk(folder):
    from nltk.corpus.reader import WordNetCorpusReader

    class Reader(WordNetCorpusReader):
        def map_wn(self, version="wordnet"):
            """Maps to the WordNet of NLTK's data, which is not here."""

    return Reader(str(folder), None)


@pytest.fixture(scope="module")
def content(folder, tmp_path_factory, shared):
    """Information content from the words of a text, written as NLTK reads it."""
    ours = open_thesaurus(f"wordnet:{folder}").wordnet
    made = tmp_path_factory.mktemp("ic")
    pytest.importorskip("nltk").data.path.append(str(made))
    counts: dict[str, int] = {}
    for word in (shared / "data/ptb/ptb.valid.txt").read_text().split():
        counts[word] = counts.get(word, 0) + 1
    (made / "words").write_text("".join(f"{word}\t{count}\n" for word, count in counts.items()))
    found = read_content(str(made / "words"), ours)
    lines = ["wnver::x"]
    for pos in "nv":
        offsets = list(ours.files.synsets(pos))
        lines += [f"{offset}{pos} {exp(-found.of((pos, offset))) * found.totals[pos]!r}" for offset in offsets]
        lines.append(f"0{pos} {found.totals[pos]!r} ROOT")
    (made / "ic").write_text("\n".join(lines) + "\n")
    return made


@pytest.mark.parametrize("measure", MEASURES)
def test_the_same_similarities(nltk, folder, content, shared, measure):
    from nltk.corpus.reader import WordNetICCorpusReader

    ours = open_thesaurus(f"wordnet:{measure}:{folder}", str(content / "ic"))
    counts = WordNetICCorpusReader(str(content), ["ic"]).ic("ic")
    seen = 0
    for name in ("EN-RG-65", "EN-WS-353-ALL"):
        words = read_pairs(str(shared / f"data/eval/{name}.txt")).words
        for a, b in zip(words[::2], words[1::2]):
            theirs = _nltk(nltk, counts, measure, a, b)
            found = ours.similarity(a, b)
            assert isnan(found) if theirs is None else found == pytest.approx(theirs, abs=1e-6), (a, b)
            seen += theirs is not None
    assert seen > 400


def _nltk(nltk, counts, measure: str, a: str, b: str) -> float | None:
    """The highest score of two senses that are both nouns or both verbs."""
    scores = []
    for pos in "nv":
        for one in nltk.synsets(a, pos):
            for other in nltk.synsets(b, pos):
                args = (other, counts) if measure in ("res", "lin") else (other,)
                scores.append(getattr(one, f"{measure}_similarity")(*args))
    return max((score for score in scores if score is not None), default=None)


def test_the_same_senses(nltk, folder):
    ours = open_thesaurus(f"wordnet:{folder}").wordnet
    for word in ("dogs", "better", "axes", "ran", "feet", "leaves", "oxen", "United States", "flies", "good", "xyzzy"):
        theirs = [(synset.offset(), synset.lemma_names()) for synset in nltk.synsets(word.replace(" ", "_"))]
        found = [(key[1], ours.words(key)) for key in ours.senses(word)]
        assert found == [synset for i, synset in enumerate(theirs) if synset not in theirs[:i]], word
