"""ARPA files: what is read and written, what is refused, and what KenLM says."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from _kneser_ney import plain_arpa, random_text, trained

from embedkit.config import LmText
from embedkit.count.ngrams import Kn, arpa, arpa_write, train
from embedkit.count.ngrams.model import Level, NgramModel
from embedkit.errors import EmbedkitError, FormatError
from embedkit.io.output import Output
from embedkit.lm.lines import reader
from embedkit.lm.load import load
from embedkit.lm.score import Scorer
from embedkit.runtime.resources import Resources
from embedkit.text import stream
from embedkit.text.vocab import Vocab

# Columns: </s> a b c. Trigram `a b c` has no bigram `a b` before it, as pruning may leave it; `c` has no weight.
ARPA = """
\\data\\
ngram 1=6
ngram 2=3
ngram 3=2

\\1-grams:
-1.0 <unk>
-99 <s> -0.5
-0.75 </s>
-0.5 a -0.25
-0.5 b -0.125
-0.625 c

\\2-grams:
-0.125 <s> a -0.0625
-0.25 b c
-0.375 a </s>

\\3-grams:
-0.03125 <s> a </s>
-0.0625 a b c

\\end\\
"""


def read(text, path="x.arpa"):
    return arpa.read(path, np.frombuffer(text.encode() if isinstance(text, str) else text, np.uint8))


def written(model, path):
    with Output(path) as out:
        arpa_write.write(out, model)
    return path.read_bytes()


def log10s(model, *words):
    """log10 of each of `words` and of the line end."""
    ids = np.array([model.vocab.id(word) for word in words])
    return (Scorer(model)(ids) / math.log(10)).tolist()


@pytest.mark.parametrize(
    "text",
    [
        ARPA,
        ARPA.replace("\n", "\r\n"),
        ARPA.replace(" ", "\t"),
        ARPA.replace(" ", "  ").replace("\n-", "\n \t-").replace("a\n", "a \n"),
        "# made by hand\n  \n" + ARPA,
        ARPA.removesuffix("\n"),
        ARPA + "\n\n",
    ],
)
def test_by_hand(text):
    model = read(text)
    assert list(model.vocab) == ["<unk>", "<eos>", "a", "b", "c"]
    assert (model.vocab[model.eos], model.vocab[model.unk]) == ("<eos>", "<unk>")
    # <s> a </s> is there; <s> b backs off from <s>, b </s> from b.
    assert log10s(model, "a") == pytest.approx([-0.125, -0.03125])
    assert log10s(model, "b") == pytest.approx([-0.5 - 0.5, -0.125 - 0.75])
    # <s> a b backs off twice; a b c is there, though a b was not; b c </s> and c </s> have no weights.
    assert log10s(model, "a", "b", "c") == pytest.approx([-0.125, -0.0625 - 0.25 - 0.5, -0.0625, -0.75])
    # a b, which was added, has the weight 1: a b a is b a.
    assert log10s(model, "a", "b", "a")[2:] == pytest.approx([-0.125 - 0.5, -0.375])
    assert log10s(model, "<unk>", "c") == pytest.approx([-0.5 - 1, -0.625, -0.75])


def test_sniff():
    assert arpa.sniff(ARPA.encode())
    assert arpa.sniff(b"# a comment\r\n\t \r\n\\data\\\r\nngram 1=3")
    assert not arpa.sniff(b"")
    assert not arpa.sniff(b"the \\data\\\n")
    assert not arpa.sniff(b"3 4\n\\data\\ 1 2 3 4\n")


def test_no_unk():
    """KenLM's choice: 1e-100."""
    model = read(ARPA.replace("-1.0 <unk>\n", "").replace("1=6", "1=5"))
    assert list(model.vocab) == ["<eos>", "a", "b", "c", "<unk>"]
    assert log10s(model, "<unk>")[0] == pytest.approx(-0.5 - 100)


def test_empty_orders_at_the_top():
    text = ARPA.replace("3=2", "3=0").replace("-0.03125 <s> a </s>\n-0.0625 a b c\n", "")
    assert [len(level.keys) for level in read(text).levels] == [5, 3]


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("ngram 1=6\n", ""), 3, "the number of 1-grams"),
        (("ngram 1=6\nngram 2=3\nngram 3=2\n", ""), 4, "the number of 1-grams"),
        (("ngram 2=3\n", ""), 4, "the number of 2-grams"),
        (("ngram 2=3", "ngram 2=x"), 4, "1-grams: must stand here"),
        (("1=6", "1=7"), 14, "7 1-grams are promised, there are 6"),
        (("1=6", "1=5"), 13, "2-grams: must stand here"),
        (("2=3", "2=4"), 19, "4 2-grams are promised, there are 3"),
        (("3=2", "3=1"), 22, "end\\ must stand here"),
        (("3=2", "3=3"), 23, "3 3-grams are promised, there are 2"),
        (("3=2", "3=20000000"), 23, "20000000 3-grams are promised, there are 2"),
        (("\\2-grams:", "\\3-grams:"), 15, "2-grams: must stand here"),
        (("-0.25 b c", "0.25 b c"), 17, "above 0"),
        (("-0.25 b c", "nan b c"), 17, "'nan' is no finite number"),
        (("-0.25 b c", "-inf b c"), 17, "'-inf' is no finite number"),
        (("-0.25 b c", "-1e99 b c"), 17, "'-1e99' is no finite number"),
        (("-0.25 b c", "-0,25 b c"), 17, "'-0,25' is no finite number"),
        (("a -0.0625", "a much"), 16, "'much' is no finite number"),
        (("-0.25 b c", "-0.25 b"), 17, "2 fields"),
        (("-0.25 b c", "-0.25 b c -1 -1"), 17, "5 fields"),
        (("-0.25 b c", "-0.25 b d"), 17, "'d' is not among the 1-grams"),
        (("-0.25 b c", "-0.25 b <s>"), 17, "'<s>' stands in the wrong place"),
        (("-0.25 b c", "-0.25 </s> c"), 17, "'</s>' stands in the wrong place"),
        (("a b c", "a </s> c"), 22, "'</s>' stands in the wrong place"),
        (("-0.375 a </s>", "-0.375 b c"), 18, "'b c' comes twice"),
        (("-0.5 b -0.125", "-0.5 a -0.125"), 12, "'a' comes twice"),
        (("-0.5 b -0.125", "-0.5 <eos> -0.125"), 12, "'<eos>' cannot be read"),
        (("-99 <s> -0.5", "-99 d"), 13, "no <s> among the 1-grams"),
        (("-0.75 </s>", "-0.75 d"), 13, "no </s> among the 1-grams"),
        (("a b c", "a b c -0.5"), 22, "the longest n-grams have no back-off weight"),
        (("\\end\\\n", ""), 23, "end\\ must stand here"),
        (("\\end\\\n", "\\end\\\nmore\n"), 25, "something comes after"),
    ],
)
def test_refused_with_the_line(change, line, said):
    text = ARPA.replace(*change)
    assert text != ARPA
    with pytest.raises(FormatError) as caught:
        read(text)
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"x.arpa: line {line}: ")


def test_orders_have_an_end():
    sizes = "".join(f"ngram {n}=0\n" for n in range(4, 34))
    with pytest.raises(FormatError, match="line 35: n-grams of more than 32 words are not read"):
        read(ARPA.replace("ngram 3=2\n", "ngram 3=2\n" + sizes))


def test_cut_short_anywhere():
    """At any byte but in the white space at the end."""
    begin = ARPA.index("\\data\\") + len("\\data\\")
    for n in range(begin, len(ARPA) - 1):
        with pytest.raises(FormatError, match=r"^x.arpa: line \d+: "):
            read(ARPA[:n])


def test_written_by_hand(tmp_path):
    """The blank bigram is written like any other; <s> stands before </s>, zero weights are left out."""
    text = written(read(ARPA), tmp_path / "x.arpa").decode()
    assert text.startswith("\\data\\\nngram 1=6\nngram 2=4\nngram 3=2\n\n\\1-grams:\n-1.0\t<unk>\n-99\t<s>\t-0.5\n")
    assert "\n-0.75\t</s>\n" in text
    assert "\n-0.125\t<s> a\t-0.0625\n" in text
    assert "\n-0.75\ta b\n" in text
    assert text.endswith("\n\\3-grams:\n-0.03125\t<s> a </s>\n-0.0625\ta b c\n\n\\end\\\n")


@pytest.mark.parametrize(("order", "cutoff"), [(1, 0), (2, 0), (4, 0), (4, 1)])
def test_round_trip(tmp_path, order, cutoff):
    """Not a bit is lost, nor a byte of the text."""
    model = trained(random_text(3, 60), order, cutoff)
    text = written(model, tmp_path / "a")
    again = load(tmp_path / "a")
    assert list(again.vocab) == list(model.vocab)
    for mine, other in zip(model.levels, again.levels, strict=True):
        for x, y in zip(mine, other):
            np.testing.assert_array_equal(x, y)
    assert written(again, tmp_path / "b") == text


def test_numbers_are_as_short_as_numpy_makes_them(tmp_path):
    """Any float32: of few and many digits, half way between decimals, powers of two, with an exponent, with no bits."""
    rng = np.random.default_rng(8)
    coarse = np.arange(110 << 23, 150 << 23, 1 << 18)  # few bits: many are half way
    bits = np.concatenate([coarse, coarse + 1, coarse - 1, rng.integers(0, 0x7F800000, 1000), [0, 1, 0x7F7FFFFF]])
    short = np.array([k / 10**n for n in range(8) for k in (1, 12, 95, 123, 99999, 1234567)], np.float32)
    numbers = np.concatenate([bits.astype(np.int32).view(np.float32), short])
    words = ["<eos>", "<unk>", *map(str, range(len(numbers) - 2))]
    model = NgramModel(Vocab.from_words(words), [Level(np.arange(len(words)), -numbers, numbers[::-1])], {})
    assert written(model, tmp_path / "a") == plain_arpa(model)


@pytest.mark.parametrize(("order", "cutoff"), [(1, 0), (2, 0), (4, 0), (4, 1)])
def test_files_are_those_of_the_plain_way(tmp_path, monkeypatch, order, cutoff):
    """Several blocks, and words of several lengths."""
    monkeypatch.setattr(arpa_write, "_BLOCK", 7)
    words = ["<eos>", "<unk>", "한국어", "a", "long" * 30, *"bcde"]
    model = trained(random_text(3, 60), order, cutoff, words=words)
    assert written(model, tmp_path / "a") == plain_arpa(model)


@pytest.mark.parametrize("word", ["", "a b", "a\tb", "<s>", "</s>"])
def test_words_that_the_format_cannot_hold(tmp_path, word):
    model = trained(random_text(3), 2, words=["<eos>", "<unk>", *"abcde", word])
    with pytest.raises(EmbedkitError, match="cannot hold the word"):
        written(model, tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_words_of_any_bytes(tmp_path):
    """All but white space; lines and words end at ASCII characters alone."""
    words = ["<eos>", "<unk>", "한국어", "a\u00a0b", "c\u2028d", "e\u3000f", "#", "\\end\\"]
    text = written(trained(random_text(3), 2, words=words), tmp_path / "a")
    assert list(load(tmp_path / "a").vocab) == words
    assert written(load(tmp_path / "a"), tmp_path / "b") == text


# --- KenLM


@pytest.fixture
def sample(golden):
    """The text that KenLM learnt from."""
    return stream.read([str(golden / "kenlm.txt")], LmText(), Resources(cache=False))


@pytest.mark.parametrize(("name", "order", "cutoff"), [("kenlm", 3, 0), ("kenlm-pruned", 4, 1)])
def test_kenlm_estimates_the_same(golden, sample, name, order, cutoff):
    ours, theirs = train(sample, Kn(order, cutoff)), load(golden / f"{name}.arpa")
    for n, (mine, other) in enumerate(zip(ours.levels, theirs.levels, strict=True), 1):
        found, expected = _table(ours, n, mine), _table(theirs, n, other)
        assert set(found) == set(expected)
        for gram, weights in expected.items():
            assert found[gram] == pytest.approx(weights, abs=2e-6), gram


def _table(model, n, level):
    """log10 and back-off weight by n-gram."""
    grams, columns = level.keys, []
    for below in reversed([None, *model.levels[: n - 1]]):
        grams, last = np.divmod(grams, len(model.vocab))
        columns.insert(0, last)
        grams = grams if below is None else below.keys[grams]
    words = list(model.vocab)
    return {tuple(words[id] for id in gram): w for gram, *w in zip(zip(*columns), level.log10, level.backoff)}


@pytest.mark.parametrize("from_file", [False, True])
def test_kenlm_scores_the_same(golden, sample, tmp_path, from_file):
    """Under an ARPA file of ours."""
    model = train(sample, Kn(3))
    if from_file:
        written(model, tmp_path / "kn.arpa")
        model = load(tmp_path / "kn.arpa")
    score, read_line = Scorer(model), reader(model)
    for line in json.loads((golden / "kenlm-scores.json").read_text("utf-8")):
        found = score(read_line(line["line"]).ids) / math.log(10)
        np.testing.assert_allclose(found, line["log10"], atol=3e-6)
