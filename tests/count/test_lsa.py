"""LSA: the naive count of documents, weights by their formulas, documents folded in where they were trained."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from _csr import csr_of

from embedkit import train
from embedkit.config import DocumentText
from embedkit.count.documents import count
from embedkit.count.term_weighting import global_weights, weighted
from embedkit.errors import EmbedkitError, OptionError
from embedkit.io.lines import Lines
from embedkit.library.documents import open_documents
from embedkit.runtime.resources import Resources
from embedkit.text import documents

TOPICS = ["sea sail wave tide", "oven salt bowl flour", "냄비 국자 소금 마늘"]


def texts(n=40, seed=0):
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(TOPICS[i % 3].split(), 6)) + " the the" * (i % 2) for i in range(n)]


def load(lines, **options):
    return documents.load([Lines(lines)], DocumentText(**{"min_count": 1} | options), Resources(cache=False, threads=2))


@pytest.mark.parametrize("threads", [1, 2])
def test_counts_equal_the_naive_count(threads):
    lines = [*texts(), "", "sea", " "]
    text = load(lines)
    found = count(text, threads).matrix
    assert found.shape == (len(lines), len(text.vocab))
    for i, line in enumerate(lines):
        columns, values = found.row(i)
        assert (np.diff(columns) > 0).all()
        assert {text.vocab[c]: v for c, v in zip(columns.tolist(), values.tolist())} == Counter(line.split())


def test_weights_are_those_of_the_formulas():
    dense = np.array([[2, 0, 1], [1, 0, 1], [0, 3, 1], [0, 0, 0]], np.float32)
    idf = [math.log(4 / 2), math.log(4 / 1), math.log(4 / 3)]
    entropy = [1 + sum(p * math.log(p) for p in share) / math.log(5) for share in ([2 / 3, 1 / 3], [1], [1 / 3] * 3)]
    expected = {"tf-idf": dense * idf, "log-entropy": np.log1p(dense) * entropy}
    for how, matrix in expected.items():
        weights = global_weights(csr_of(dense), how)
        found = weighted(csr_of(dense), weights, how).dense()
        lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
        np.testing.assert_allclose(found, matrix / np.where(lengths > 0, lengths, 1), rtol=1e-6)
    np.testing.assert_array_equal(weighted(csr_of(dense), np.ones(3, np.float32), "none").dense(), dense)


@pytest.mark.parametrize("how", ["tf-idf", "log-entropy", "none"])
def test_documents_are_u_s_and_a_new_one_is_folded_in_alike(tmp_path, how):
    lines, path = texts(), tmp_path / "lsa"
    words = train("lsa", lines, out=path, min_count=1, dim=5, term_weighting=how)
    found, counts = open_documents(path), count(load(lines))
    u, s, vt = np.linalg.svd(weighted(counts.matrix, global_weights(counts.matrix, how), how).dense())
    np.testing.assert_allclose(np.abs(found.documents.matrix), np.abs(u[:, :5] * s[:5]), atol=2e-5)
    np.testing.assert_allclose(np.abs(words.source.matrix), np.abs(vt[:5].T * s[:5]), atol=2e-5)
    # Signs are fixed: the entry of U that is largest in size is positive.
    largest = np.abs(found.documents.matrix).argmax(0)
    assert (found.documents.matrix[largest, np.arange(5)] > 0).all()
    folded = found.infer([found.known(line)[0] for line in lines])
    np.testing.assert_allclose(folded, found.documents.matrix, atol=2e-6)


def test_files_are_documents_with_names_that_say_nothing_of_the_machine(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.txt").write_text("sea sail\n\nsea tide\n")
    (tmp_path / "two.txt").write_text("oven salt")
    (tmp_path / "void.txt").write_text("")
    found = documents.load([str(tmp_path)], DocumentText(min_count=1, document="file"), Resources(cache=False))
    assert found.names.words() == ["a/one.txt", "two.txt", "void.txt"]
    ends = [0, *found.ends]
    split = [[found.vocab[i] for i in found.ids[a : b - 1].tolist()] for a, b in zip(ends, ends[1:])]
    assert split == [["sea", "sail", "sea", "tide"], ["oven", "salt"], []]
    with pytest.raises(OptionError, match="--document file needs files"):
        load(texts(), document="file")


def test_empty_documents_are_told_and_zero(run, tmp_path):
    path = tmp_path / "text"
    path.write_text("\n".join([texts(6)[0], "", *texts(6)[1:], " "]))
    made = run("train", "lsa", path, "-o", tmp_path / "lsa", "--min-count", 1, "--dim", 3)
    assert made.code == 0
    assert "2 documents of 8 have no word of the vocabulary: zero vectors" in made.err
    rows = run("vectors", tmp_path / "lsa", "--documents", "--all").rows
    assert [row[0] for row in rows] == list("12345678")
    assert not np.array([row[1:] for row in rows], float)[[1, 7]].any()


def test_what_cannot_be_is_refused(run, tmp_path):
    for text in ("sea tide sea\n", "\nsea tide sea\n\n"):
        with pytest.raises(EmbedkitError, match="all words are in one document"):
            load(text.split("\n")[:-1])
    with pytest.raises(EmbedkitError, match="dim 90 is more than 40 documents of 13 words have"):
        train("lsa", texts(), min_count=1, dim=90)
    (tmp_path / "text").write_text("\n".join(texts()))
    refused = run("train", "lsa", tmp_path / "text", "-o", tmp_path / "x.bin")
    assert (refused.code, refused.err.splitlines()[0]) == (
        2,
        f"Error: {tmp_path / 'x.bin'}: word2vec holds no vectors of documents",
    )


def test_similar_documents(run, tmp_path, toy_file):
    path = tmp_path / "lsa"
    train("lsa", texts(), out=path, min_count=1, dim=3)
    for query in ("oven 소금flour bowl", "2"):
        rows = run("similar", path, "--documents", query, "-k", 13 - (query == "2")).rows
        # Every third line is of that topic; a stored document is no answer to itself.
        assert {int(row[1]) % 3 for row in rows} == {2}
        assert [row[1] for row in rows].count("2") == (query != "2")
    assert run("similar", path, "--documents", "2", "--include-query", "-k", 1).rows[0][:2] == ["2", "2"]
    words = run("similar", toy_file, "--documents", "king")
    assert words.code == 1
    assert f"{toy_file}: holds no documents" in words.err
    both = run("similar", path, "--documents", "--explain", "2")
    assert (both.code, "--documents goes without --explain" in both.err) == (2, True)
