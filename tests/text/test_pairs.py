"""Reading of pairs: what is one, what is said about what is none, vocabularies, spelling."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.config import PairText
from embedkit.errors import EmbedkitError, FormatError
from embedkit.text import pairs


@pytest.fixture
def read(tmp_path):
    """`read(text, **options)`: the pairs of a file with this text."""

    def call(text, **options):
        (tmp_path / "pairs").write_bytes(text if isinstance(text, bytes) else text.encode())
        return pairs.read([str(tmp_path / "pairs")], PairText(**options))

    return call


def spelt(side, sequences):
    return [side.spell(sequences[n]) for n in range(len(sequences))]


def test_characters(read):
    found = read("ab  c \t 3 4\r\n\n이 십\t5\n")
    assert spelt(found.source, found.sources) == ["ab c", "이 십"]
    assert spelt(found.target, found.targets) == ["3 4", "5"]
    assert found.target.vocab.words() == ["<eos>", "<unk>", "3", "4", "5", "▁"]
    assert found.target.vocab.counts.tolist() == [2, 0, 1, 1, 1, 1]
    assert found.sources.lengths.tolist() == [4, 3]
    assert (found.unknown, found.tokens, len(found)) == (0, 7 + 4 + 2, 2)


def test_blanks_kept(read):
    """The book's files: sides of one width, whose blanks are symbols."""
    found = read("1+2  _3 \n10+20_30\n", separator="_", strip=False)
    assert found.sources.lengths.tolist() == [5, 5]
    assert spelt(found.target, found.targets) == ["3 ", "30"]


def test_tokenizers_of_each_side(read):
    found = read("c a t\tK AE T\nd o g\tD AO G\n", tokenizer="chars", target_tokenizer="whitespace")
    assert found.source.vocab.words()[2] == "▁"
    assert spelt(found.target, found.targets) == ["K AE T", "D AO G"]


def test_rare_tokens_and_specials_are_unknown(read):
    found = read("a a b\ta <eos>\na c\ta <unk>\n", tokenizer="whitespace", min_count=2, share_vocab=True)
    assert found.source.vocab is found.target.vocab
    assert found.target.vocab.words() == ["<eos>", "<unk>", "a"]
    assert [found.targets[n].tolist() for n in range(2)] == [[2, 1], [2, 1]]
    assert found.unknown == 4
    assert found.target.unknown(["a", "b", "<eos>", "b"]) == ["b", "<eos>"]
    assert found.target.vocab.counts.tolist() == [2, 4, 5]


def test_max_vocab_counts_the_specials(read):
    found = read("aab\txxy\nab\txy\n", max_vocab=3)
    assert [side.vocab.words() for side in (found.source, found.target)] == [["<eos>", "<unk>", c] for c in "ax"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\tb\nno tab\n", "line 2: no tab in it: a line is SOURCE, one tab, TARGET"),
        ("a\tb\tc\n", "line 1: 2 times tab in it"),
        ("a\tb\n\n \tc\n", "line 3: the source is empty"),
        ("a\tb\nc\t \n", "line 2: the target is empty"),
        (b"a\tb\n\xff\tc\n", "byte 4: invalid UTF-8 (0xff)"),
    ],
)
def test_a_line_that_is_no_pair_is_named(read, text, message):
    with pytest.raises(FormatError, match="pairs: ") as caught:
        read(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(("text", "message"), [("", "0 pairs in it"), ("a\tb\n", "1 pair in it")])
def test_too_few(read, text, message):
    with pytest.raises(EmbedkitError, match=message):
        read(text)


def test_other_pairs_in_the_words_of_a_model(read, tmp_path):
    model = read("ab\txy\nb\ty\n")
    (tmp_path / "valid").write_text("ac\txz\n")
    found = pairs.read_with([str(tmp_path / "valid")], model.source, model.target, PairText())
    assert [found.sources[0].tolist(), found.targets[0].tolist()] == [[3, 1], [3, 1]]
    assert found.unknown == 2
    assert found.sources[0].dtype == np.int32
