"""Exact match and token error rate: counted by hand, with several references."""

import numpy as np
import pytest

from embedkit.eval.sequences import Errors, by_source, errors, exact_matches, nearest


def test_the_nearest_reference_counts():
    references = [["HH", "AH", "L", "OW"], ["HH", "EH", "L", "OW"], ["OW"]]
    assert nearest(["HH", "EH", "L"], references) == (1, 4)


def test_of_references_as_near_the_shorter_counts():
    assert nearest("ab", ["abcd", "a"]) == (1, 1)
    assert nearest("ab", ["abc", "a"]) == (1, 1)
    assert nearest("", ["abc", "abc"]) == (3, 3)


def test_the_rate_is_that_of_all_tokens():
    found = errors(["ab", "", "xyzw"], [["ab"], ["abc"], ["a", "abcd"]])
    assert found.edits.tolist() == [0, 3, 4]
    assert found.lengths.tolist() == [2, 3, 1]
    assert found.rate() == pytest.approx(7 / 6)
    assert Errors(np.zeros(1, np.int64), np.zeros(1, np.int64)).rate() is None


def test_exact_matches_are_of_whole_lines():
    assert exact_matches(["a b", "ab", "A"], [["x", "a b"], ["a b"], ["a"]]).tolist() == [True, False, False]


def test_lines_of_one_source_are_its_references():
    pairs = [("a", "1"), ("b", "2"), ("a", "3"), ("a", "1")]
    assert by_source(pairs) == {"a": ["1", "3"], "b": ["2"]}


def test_as_many_references_as_outputs():
    with pytest.raises(ValueError, match="zip"):
        errors(["a"], [["a"], ["b"]])
