"""Association tests against their definitions, one word and one choice after another."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from embedkit.errors import FormatError
from embedkit.explore.bias import weat as module
from embedkit.explore.bias.sets import PAPER, read_tests
from embedkit.explore.bias.weat import associations, sc_weat, weat


def cosine(a, b) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def naive(x, y, a, b):
    """Effect size and exact p of Caliskan et al. (2017)."""

    def s(w):
        return np.mean([cosine(w, c) for c in a]) - np.mean([cosine(w, c) for c in b])

    first, second = [s(w) for w in x], [s(w) for w in y]
    every = first + second
    size = (np.mean(first) - np.mean(second)) / np.std(every)
    observed, above, ways = np.mean(first) - np.mean(second), 0, 0
    for chosen in combinations(range(len(every)), len(first)):
        inside = [every[i] for i in chosen]
        outside = [every[i] for i in range(len(every)) if i not in chosen]
        above += np.mean(inside) - np.mean(outside) >= observed - 1e-9
        ways += 1
    return size, above / ways, ways


@pytest.fixture
def sets():
    rng = np.random.default_rng(5)
    return [(rng.normal(size=(n, 6)) + shift).astype(np.float32) for n, shift in ((5, 0.3), (4, 0), (3, 0.5), (6, 0))]


def test_weat(sets):
    size, p, ways = naive(*sets)
    found = weat(*sets)
    assert found.size == pytest.approx(size, abs=1e-6)
    assert (found.p, found.permutations, found.is_exact) == (pytest.approx(p), ways, True)


def test_sc_weat(sets):
    x, _, a, b = sets
    with_a, with_b = [cosine(x[0], c) for c in a], [cosine(x[0], c) for c in b]
    found = sc_weat(x[0], a, b)
    assert found.size == pytest.approx((np.mean(with_a) - np.mean(with_b)) / np.std(with_a + with_b), abs=1e-6)
    assert found.permutations == 84


def test_a_sample_is_near_all(sets, monkeypatch):
    exact = weat(*sets)
    monkeypatch.setattr(module, "EXACT", 10)
    monkeypatch.setattr(module, "SAMPLES", 20_000)
    found = weat(*sets)
    assert found.size == exact.size
    assert found.p == pytest.approx(exact.p, abs=0.02)
    assert not found.is_exact
    assert weat(*sets) == found != weat(*sets, seed=2)


def test_the_same_sets_have_no_effect(sets):
    x, _, a, b = sets
    assert weat(x, x, a, b).size == pytest.approx(0)
    assert weat(x[:1].repeat(2, 0), x[:1].repeat(2, 0), a, b) == (None, 1.0, 6, True)
    assert associations(x, a, a) == pytest.approx(0)


def test_the_sets_of_the_paper():
    tests = read_tests(PAPER)
    sizes = [[len(words) for words in (*test.targets.values(), *test.attributes.values())] for test in tests]
    assert sizes == [
        [25, 25, 25, 25],
        [25, 25, 25, 25],
        [32, 32, 25, 25],
        [16, 16, 25, 25],
        [16, 16, 8, 8],
        [8, 8, 8, 8],
        [8, 8, 8, 8],
        [8, 8, 8, 8],
        [6, 6, 7, 7],
        [8, 8, 8, 8],
    ]
    assert [len(set(words)) for test in tests for words in test.targets.values()] == [
        n for row in sizes for n in row[:2]
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no test in it"),
        ("x = 3", "x is no test"),
        ("[t]\nwords = ['a']", "t lacks two sets of targets, or two of attributes"),
        ("[t]\nattributes.a = ['b']\nattributes.c = ['d']", "t has neither targets and words"),
        ("[t]\ntargets.a = ['b']\ntargets.c = 'd'\nattributes.a = ['b']\nattributes.c = ['d']", "t lacks two"),
        ("[t]\nwords = [3]\nattributes.a = ['b']\nattributes.c = ['d']", "t: words is no list"),
        ("[t]\ncolours = 3", "t is no test"),
        ("[t", "Expected"),
        ("\0", "Invalid"),
    ],
)
def test_files_that_are_no_tests(tmp_path, text, said):
    (tmp_path / "sets").write_text(text)
    with pytest.raises(FormatError) as caught:
        read_tests(str(tmp_path / "sets"))
    assert str(caught.value).startswith(f"{tmp_path / 'sets'}: {said}")
