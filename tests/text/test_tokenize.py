"""Tokenizers against what the Penn Treebank habit says."""

from __future__ import annotations

import random
import unicodedata

import pytest

from embedkit.text.tokenize import LONG, TOKENIZERS, is_punctuation, normal_form, words


@pytest.mark.parametrize(
    ("chunk", "expected"),
    [
        ("doesn't", "does n't"),
        ("doesn’t", "does n't"),
        ("DOESN'T", "DOES N'T"),
        ("can't", "ca n't"),
        ("won't", "wo n't"),
        ("wouldn't've", "would n't 've"),
        ("they'll", "they 'll"),
        ("John's", "John 's"),
        ("dogs'", "dogs '"),
        ("O'Brien", "O'Brien"),
        ("o'clock", "o'clock"),
        ("n't", "n't"),
        ("'s", "'s"),
        ("cannot", "can not"),
        ("gonna", "gon na"),
        ("well-known", "well-known"),
        ("state-of-the-art,", "state-of-the-art ,"),
        ("illusion.", "illusion ."),
        ("so!", "so !"),
        ('"Hello,"', '" Hello , "'),
        ("(yes)", "( yes )"),
        ("Mr.", "Mr."),
        ("U.S.", "U.S."),
        ("U.S.,", "U.S. ,"),
        ("wait...", "wait ..."),
        ("yes--no", "yes -- no"),
        ("$1,000.50", "$ 1,000.50"),
        ("3.5%", "3.5 %"),
        ("10:30", "10:30"),
        ("and/or", "and/or"),
        ("AT&T", "AT&T"),
        ("http://a.org/b?c=1,", "http://a.org/b?c=1 ,"),
        ("me@home.org", "me@home.org"),
        ("서울은.", "서울은 ."),
        ("«bär»", "« bär »"),
        ("हिन्दी।", "हिन्दी ।"),
        ("", ""),
    ],
)
def test_words(chunk, expected):
    assert " ".join(words(chunk)) == expected


def test_chars_splits_into_code_points():
    assert TOKENIZERS["chars"].split("한국어") == ["한", "국", "어"]


@pytest.mark.parametrize("token", [".", "--", "...", "$", "«"])
def test_punctuation(token):
    assert is_punctuation(token)


@pytest.mark.parametrize("token", ["n't", "a", "1", "서", "x."])
def test_not_punctuation(token):
    assert not is_punctuation(token)


def test_normal_form_composes_and_lowers():
    assert normal_form(False, True)("한국") == "한국"
    assert normal_form(True, False)("ÄΣ") == "äς"
    assert normal_form(False, False)("é") == "é"


def test_marks_of_long_words_are_put_in_order():
    chance = random.Random(1)
    for _ in range(50):
        marks = chance.choices("\u0301\u0316\u0323\u0344\u0f73\u05b0aé한\u1100\u1161", k=LONG)
        assert normal_form(False, True)("".join(marks)) == unicodedata.normalize("NFC", "".join(marks))


def test_any_number_of_contractions():
    assert words("a" + "'d" * 20000) == ["a", *["'d"] * 20000]
    assert words("cannot's") == ["can", "not", "'s"]
