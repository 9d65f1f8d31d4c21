"""Lists of words, with counts or without."""

from __future__ import annotations

import pytest

from embedkit.errors import EmbedkitError, FormatError
from embedkit.text.word_list import read_words


def words(tmp_path, data: str, form=str):
    (tmp_path / "words").write_text(data, "utf-8")
    return read_words(str(tmp_path / "words"), form)


def test_counts_and_empty_lines_are_ignored(tmp_path):
    assert words(tmp_path, "the 12\nof\t3\r\n\n한국어\nnew york 7\nten²\nx ²\n5\n") == (
        ["the", "of", "한국어", "new york", "ten²", "x ²", "5"]
    )


def test_a_byte_order_mark_is_no_part_of_the_first_word(tmp_path):
    assert words(tmp_path, "\ufeffthe\nof\n") == ["the", "of"]


def test_in_the_form_of_the_text(tmp_path):
    assert words(tmp_path, "The\nOF 2\n", str.lower) == ["the", "of"]


def test_what_is_no_list(tmp_path):
    with pytest.raises(EmbedkitError, match="no words in it"):
        words(tmp_path, "\n\n")
    with pytest.raises(FormatError, match="line 4: the word 'the' stands in line 2 already"):
        words(tmp_path, "\nthe 3\nof\nThe\n", str.lower)
