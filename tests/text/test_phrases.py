"""Phrases: found with the scores of the definitions, joined as the naive twin joins them, read from tables."""

from __future__ import annotations

import math
from pathlib import Path

import naive
import numpy as np
import pytest
from _cases import cases
from hypothesis import given
from hypothesis import strategies as st

from embedkit.config import Text
from embedkit.errors import EmbedkitError, FormatError, OptionError
from embedkit.io import spool
from embedkit.runtime.memory import Memory
from embedkit.runtime.resources import Resources
from embedkit.text import corpus
from embedkit.text.decode import lines
from embedkit.text.encoded import Encoded
from embedkit.text.phrases import _kernels
from embedkit.text.phrases import find as finding
from embedkit.text.phrases import table as tables
from embedkit.text.phrases.find import Phrases, count_pairs, pairs
from embedkit.text.phrases.table import read_phrases, rounds
from embedkit.text.vocab import Vocab

GOLDEN = Path(__file__).parents[1] / "golden"
ALL = Text(min_count=1)
TIMES = "the new york times\nnew york is new\nyork new york\n"


def find(encoded, text, options, name):
    return finding.find(encoded, text, options, name, Memory())


def join(encoded, blocks, joiner="_", memory=None):
    return tables.join(encoded, blocks, joiner, memory or Memory())


def encoded(rows: list[list[str]]) -> Encoded:
    """The text of these lines."""
    types = naive.vocabulary(rows)
    words = [word for word, _ in types]
    ids = np.array(naive.encoded(rows, words), np.int32)
    return Encoded(Vocab.from_words(words, [n for _, n in types]), ids, "0" * 64)


def text(words: str) -> Encoded:
    return encoded(naive.tokens(words.encode())[: words.count("\n")])


def check(found: Encoded, rows: list[list[str]]) -> None:
    """`found` is the text of these lines: types, counts, order, ids."""
    expected = encoded(rows)
    assert found.vocab.words() == expected.vocab.words()
    assert found.vocab.counts.tolist() == expected.vocab.counts.tolist()
    assert found.ids.tolist() == expected.ids.tolist()
    assert found.ids.dtype == np.int32


def table(tmp_path, content: str | bytes) -> str:
    path = tmp_path / "phrases.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


# --- joining

JOINED = [
    ([[("new", "york")]], "the new_york times\nnew_york is new\nyork new_york\n"),
    ([[("new", "york"), ("new_york", "times")]], "the new_york_times\nnew_york is new\nyork new_york\n"),
    ([[("new_york", "times"), ("new", "york")]], "the new_york_times\nnew_york is new\nyork new_york\n"),
    ([[("new_york", "times")], [("new", "york")]], "the new_york times\nnew_york is new\nyork new_york\n"),
    ([[("york", "times"), ("new", "york")]], "the new_york times\nnew_york is new\nyork new_york\n"),
    ([[("york", "times")], [("new", "york")]], "the new york_times\nnew_york is new\nyork new_york\n"),
    ([[("york", "new")], [("york_new", "york")]], TIMES.replace("york new york", "york_new_york")),
    ([[("the", "york"), ("of", "new")]], TIMES),
    ([[("is", "new"), ("times", "new"), ("new", "york")]], "the new_york times\nnew_york is_new\nyork new_york\n"),
]


@pytest.mark.parametrize(("blocks", "expected"), JOINED)
@pytest.mark.parametrize("size", [1, 2, 1 << 22])
def test_joined(blocks, expected, size, monkeypatch):
    monkeypatch.setattr(spool.pieces, "__defaults__", (size,))
    check(join(text(TIMES), blocks), naive.tokens(expected.encode())[:3])


def test_on_disk_is_the_same():
    check(join(text(TIMES), JOINED[1][0], memory=Memory(0)), naive.tokens(JOINED[1][1].encode())[:3])


def test_of_three_the_first_two():
    check(join(text("a a a a a\n\nb a\n"), [[("a", "a")]]), [["a_a", "a_a", "a"], [], ["b", "a"]])


def test_a_word_may_be_there_before():
    check(join(text("a_b a b a\n"), [[("a", "b"), ("a_b", "a_b")]]), [["a_b_a_b", "a"]])


def test_two_ways_to_one_phrase():
    blocks = [[("a", "b"), ("b", "c"), ("a_b", "c"), ("a", "b_c"), ("a_b_c", "d")]]
    assert list(rounds(blocks, "_")) == [
        [("a", "b"), ("b", "c")],
        [("a_b", "c"), ("a", "b_c")],
        [("a_b_c", "d")],
    ]
    check(join(text("a b c d\nx b c\n"), blocks), [["a_b_c_d"], ["x", "b_c"]])


def test_another_joiner():
    check(join(text("new york\n"), [[("new", "york")]], ""), [["newyork"]])


def test_the_text_is_left_alone():
    before = text(TIMES)
    words, ids = before.vocab.words(), before.ids.tolist()
    before.ids.flags.writeable = False
    assert join(before, [[("x", "y")]]) is before
    assert join(before, [[("new", "york")]]).sha256 == before.sha256
    assert (before.vocab.words(), before.ids.tolist()) == (words, ids)


ROWS = st.lists(st.lists(st.sampled_from("abcd"), max_size=9), min_size=1, max_size=9)
SOME = st.sets(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=6)


@given(ROWS, SOME, st.integers(1, 5))
@cases(60)
def test_joins_as_the_naive_twin(rows, wanted, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool.pieces, "__defaults__", (size,))
        check(join(encoded(rows), [list(wanted)]), naive.joined(rows, wanted))


# --- finding


def test_scores_by_hand():
    """N = 10, n_a = 4, n_b = 3, n_ab = 2."""
    sample = text("a b a b\na c\nb c a\nd\n")
    (found,) = find(sample, ALL, Phrases(threshold=0.8, discount=0.5), "text")
    # (2 - .5) 10 / (4 3); (1 - .5) 10 / (4 2); (1 - .5) 10 / (3 2)
    assert found == [("a", "b", 2, 1.25), ("b", "c", 1, np.float32(5 / 6))]
    (found,) = find(sample, ALL, Phrases("npmi", threshold=0.1), "text")
    # ln(.2 / (.4 .3)) / -ln .2; ln(.1 / (.3 .2)) / -ln .1; ln(.1 / (.4 .2)) / -ln .1 is below
    by_hand = [math.log(5 / 3) / math.log(5), math.log(5 / 3) / math.log(10)]
    assert found == [("a", "b", 2, np.float32(by_hand[0])), ("b", "c", 1, np.float32(by_hand[1]))]


def test_default_thresholds():
    # (10 - 5) 200 / (10 10) = 10 and, without discount, ln(200 / 10) / ln(200 / 10) = 1
    sample = text("a b\n" * 10 + "c\n" * 180)
    assert find(sample, ALL, Phrases(), "text") == []
    assert find(sample, ALL, Phrases(threshold=10), "text") == []
    assert find(sample, ALL, Phrases(threshold=9.99), "text") == [[("a", "b", 10, 10)]]
    assert find(sample, ALL, Phrases("npmi"), "text") == [[("a", "b", 10, 1)]]
    # (10 - 5) 2100 / (10 10) = 105
    assert find(text("a b\n" * 10 + "c\n" * 2080), ALL, Phrases(), "text") == [[("a", "b", 10, 105)]]


def test_order_is_by_score_then_words():
    found = find(text("y z\nb c\nb a\n"), ALL, Phrases(threshold=0, discount=0), "text")
    # 6 / (1 1) for y z, 6 / (2 1) for the others
    assert [row[:2] for row in found[0]] == [("y", "z"), ("b", "a"), ("b", "c")]


def test_words_that_do_not_count_part_others():
    sample = text("a rare b\n" * 2 + "a b\n" * 3 + "rare c\n")
    assert find(sample, Text(min_count=4), Phrases(threshold=0, discount=0), "text") == []
    found = find(sample, Text(min_count=3), Phrases(threshold=0, discount=0), "text")
    assert [row[:3] for row in found[0]] == [("a", "b", 3)]


def test_max_vocab_and_vocab(tmp_path):
    sample, all = text("b b a c d\n"), Phrases(threshold=0, discount=0, passes=3)
    (found,) = find(sample, Text(min_count=1, max_vocab=2), Phrases(threshold=0, discount=0), "text")
    assert {row[:2] for row in found} == {("b", "b"), ("b", "a")}
    found = find(sample, Text(min_count=1, vocab=table(tmp_path, "a\nc\nd\n")), all, "text")
    assert pairs(found) == [[("a", "c"), ("c", "d")], [("a_c", "d")]]


def test_passes():
    sample = text("new york times\n" * 8 + "new york\n" * 4 + "new\nyork\ntimes\n" + "x\n" * 60)
    # Pass 1: n = 13 new, 13 york, 9 times; (12 - 2) 95 / (13 13) and (8 - 2) 95 / (13 9)
    # Pass 2: 12 new_york, 9 times, N = 83; (8 - 2) 83 / (12 9)
    found = find(sample, ALL, Phrases(threshold=4.5, discount=2, passes=5), "text")
    assert [[tuple(row) for row in block] for block in found] == [
        [("new", "york", 12, np.float32(950 / 169)), ("york", "times", 8, np.float32(570 / 117))],
        [("new_york", "times", 8, np.float32(498 / 108))],
    ]
    assert find(sample, ALL, Phrases(threshold=4.5, discount=2, passes=0), "text") == []


def test_nothing_to_find():
    with pytest.raises(EmbedkitError, match="text: no word occurs 5 times"):
        find(text("a b\n"), Text(), Phrases(), "text")
    with pytest.raises(EmbedkitError, match="text: no words in it"):
        find(text("\n"), Text(), Phrases(), "text")
    assert find(text("a\n"), ALL, Phrases(threshold=0), "text") == []


@given(ROWS, st.sampled_from(["count", "npmi"]), st.integers(1, 3), st.integers(-1, 4))
@cases(60)
def test_finds_as_the_naive_twin(rows, score, min_count, threshold):
    rows.append(["a"] * 3)
    expected, left = [], rows
    for _ in range(2):
        found = naive.phrases(left, score, threshold / 4, 1.0, min_count)
        if not found:
            break
        expected.append({pair: (n, pytest.approx(value, rel=1e-6, abs=1e-6)) for pair, (n, value) in found.items()})
        left = naive.joined(left, set(found))
    options = Phrases(score, threshold / 4, 1.0, 2)
    found = find(encoded(rows), Text(min_count=min_count), options, "text")
    assert [{row[:2]: row[2:] for row in block} for block in found] == expected
    check(join(encoded(rows), pairs(found)), left)


@pytest.mark.parametrize("least", [1, 2, 300])
def test_pairs_are_counted_in_pieces_and_tables_grow(monkeypatch, least):
    rng = np.random.default_rng(3)
    ids = np.append(rng.zipf(1.3, 3000).clip(max=60).astype(np.int32) - 1, np.int32(-1))
    ids[::37], ids[1000:1900] = -1, 7
    eligible = np.arange(60) % 11 > 0
    expected = {}
    for a, b in zip(ids.tolist(), ids[1:].tolist()):
        if min(a, b) >= 0 and eligible[a] and eligible[b]:
            expected[a, b] = expected.get((a, b), 0) + 1
    monkeypatch.setattr(finding, "ROWS", 2 * _kernels.BATCH)
    for size in (1, 100, 4000):
        monkeypatch.setattr(spool.pieces, "__defaults__", (size,))
        first, second, counts = count_pairs(ids, eligible, least)
        found = dict(zip(zip(first.tolist(), second.tolist()), counts.tolist()))
        assert found == {pair: n for pair, n in expected.items() if n >= least}
    assert found


def test_pairs_of_the_largest_ids_stay_apart():
    """Hashes and keys of any two int32 ids fit."""
    top = (1 << 31) - 1
    ends = np.array([0, 1, 2, top - 1, top], np.int64)
    keys = (ends[:, None] << 32 | ends).ravel()
    rows = np.zeros((64, 2), np.int64)
    _kernels.put_pairs(rows, keys, np.arange(1, 26))
    assert dict(rows[rows[:, 1] > 0].tolist()) == dict(zip(keys.tolist(), range(1, 26)))


# --- other tools


def test_equals_word2phrase():
    """As one line, for word2phrase counts pairs across line ends."""
    words = [word for line in naive.tokens((GOLDEN / "corpus.txt").read_bytes()) for word in line]
    found = find(encoded([words]), Text(), Phrases(threshold=3, passes=2), "text")
    assert len(found) == 2
    joined = join(encoded([words]), pairs(found)).vocab
    rows = (GOLDEN / "word2phrase.vocab").read_text("utf-8").split("\n")[:-1]
    assert [f"{word} {n}" for word, n in zip(joined.words(), joined.counts.tolist())] == rows


def word2phrase(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):
    """gensim's own has the number of types, pairs among them, where word2phrase has the number of words."""
    return (bigram_count - min_count) * corpus_word_count / (worda_count * wordb_count)


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("score", ["count", "npmi"])
def test_gensim_finds_the_same(score):
    models = pytest.importorskip("gensim.models.phrases")
    rows = [line for line in naive.tokens((GOLDEN / "corpus.txt").read_bytes()) if line]
    total = sum(map(len, rows))

    threshold = {"count": 2.0, "npmi": 0.12}[score]
    theirs = models.Phrases(
        rows, min_count=5, threshold=threshold, scoring={"count": word2phrase, "npmi": "npmi"}[score], delimiter="\t"
    )
    assert theirs.corpus_word_count == total
    expected = theirs.export_phrases()
    (found,) = find(encoded(rows), Text(), Phrases(score, threshold), "text")
    assert len(found) > 20
    assert {f"{a}\t{b}": value for a, b, _, value in found} == pytest.approx(expected, rel=1e-6)
    joined = join(encoded(rows), pairs([found]), "\t")
    assert [joined.vocab[id] if id >= 0 else "\n" for id in joined.ids] == [
        word for row in rows for word in [*theirs[row], "\n"]
    ]


# --- the table as a file, and text again


def test_read(tmp_path):
    content = "new\tyork\t12\t5.6\r\nlos\tangeles\n\n\n새\t해\t3\nnew_york\ttimes\t1\t-2e-5\n"
    blocks = [[("new", "york"), ("los", "angeles")], [("새", "해"), ("new_york", "times")]]
    assert read_phrases(table(tmp_path, content)) == blocks
    assert read_phrases(table(tmp_path, "\ufeff" + content)) == blocks
    assert read_phrases(table(tmp_path, "NEW\tYORK"), str.lower) == [[("new", "york")]]


@pytest.mark.parametrize(
    "line",
    ["new york", "new", "\tyork", "new\t", "new york\ttimes", "a\tb\tc", "a\tb\t1\tx", "a\tb\t1\t2\t3", "a\tb\t", "\t"],
)
def test_malformed_lines_are_named(tmp_path, line):
    with pytest.raises(FormatError, match="phrases.tsv: line 3: is no pair of words"):
        read_phrases(table(tmp_path, f"new\tyork\n\n{line}\nlos\tangeles\n"))


@pytest.mark.parametrize("content", ["", "\n\r\n\n"])
def test_no_phrases(tmp_path, content):
    with pytest.raises(EmbedkitError, match="phrases.tsv: no phrases in it"):
        read_phrases(table(tmp_path, content))


def test_missing_table(tmp_path):
    with pytest.raises(EmbedkitError, match="nowhere: no such file"):
        read_phrases(str(tmp_path / "nowhere"))


@pytest.mark.parametrize("limit", [None, 0])
def test_a_corpus_with_phrases(tmp_path, limit):
    path = tmp_path / "text"
    path.write_text("New York times\nnew york\n")
    options = {"lowercase": True, "phrases": table(tmp_path, "NEW\tYork\n"), "joiner": "+"}
    found = corpus.load([str(path)], Text(min_count=2, **options), Resources(memory=Memory(limit), cache=False))
    assert (found.vocab.words(), found.ids.tolist(), found.tokens) == (["new+york"], [0, -1, 0, -1], 3)
    plain = corpus.load([str(path)], Text(min_count=1), Resources(cache=False))
    assert found.sha256 == plain.sha256


def test_a_wrong_table_shows_before_the_text_is_read(tmp_path):
    with pytest.raises(EmbedkitError, match="phrases.tsv"):
        corpus.load([str(tmp_path / "nowhere")], Text(phrases=table(tmp_path, "")))


@pytest.mark.parametrize("joiner", [" ", "\t", "a\nb", "\r"])
def test_white_space_joins_nothing(tmp_path, joiner):
    with pytest.raises(OptionError, match="--joiner"):
        corpus.load([str(tmp_path)], Text(joiner=joiner))


@pytest.mark.parametrize("size", [1, 3, 1 << 20])
def test_text_again(monkeypatch, size):
    monkeypatch.setattr("embedkit.text.decode.PIECE", size)
    for written in (TIMES, "\n\na\n\n 한국어 b\n", ""):
        assert b"".join(part.tobytes() for part in lines(text(written))) == written.replace(" 한", "한").encode()
