import numpy as np
import pytest

from embedkit.text.vocab import Vocab
from embedkit.vectors import formats
from embedkit.vectors.vectors import Vectors


def words_of(path) -> list[str]:
    return formats.load(path).vocab.words()


@pytest.fixture
def select(run, toy_file, tmp_path):
    """`select("--top", 2)`: what the command said, and the vectors it left."""

    def call(*options, file=toy_file, stdin=""):
        out = tmp_path / "out.safetensors"
        got = run("select", file, "-o", out, *options, stdin=stdin)
        return got, formats.load(out) if out.exists() else None

    return call


def test_the_most_frequent(select, toy):
    got, made = select("--top", 3)
    assert got == (0, "", "", b"")
    assert made.vocab.words() == ["king", "queen", "man"]
    assert made.vocab.counts.tolist() == [100, 90, 80]
    assert made.matrix.tolist() == toy.matrix[:3].tolist()
    assert made.norms.tolist() == [5, 10, 2]


def test_min_count(select):
    assert select("--min-count", 80)[1].vocab.words() == ["king", "queen", "man"]


def test_a_list_keeps_the_order_of_the_file(select, tmp_path):
    words = tmp_path / "words"
    words.write_text("NEW YORK\npear\t7\n한국어 12\nKing\nking\n", "utf-8")
    got, made = select("--vocab", words)
    assert got.code == 3
    assert got.err.startswith("unknown word: NEW YORK (near: New York)")
    assert made.vocab.words() == ["king", "pear", "한국어"]
    assert made.matrix.tolist() == [[3, 4, 0, 0], [0, 0, 0, 1], [0, 0, 1, 1]]
    assert select("--vocab", words, "-q")[0] == (3, "", "", b"")


def test_all_conditions_at_once(select):
    got, made = select("--vocab", "-", "--min-count", 40, "--top", 2, stdin="plum\npear\nwoman\napple\n")
    assert got.code == 0
    assert made.vocab.words() == ["woman", "apple"]


def test_counts_say_what_is_frequent_even_out_of_order(select, tmp_path):
    path = tmp_path / "unordered"
    formats.save(path, Vectors(Vocab.from_words("abcd", [1, 9, 9, 5]), np.eye(4, dtype=np.float32)))
    assert select("--top", 2, file=path)[1].vocab.words() == ["b", "c"]
    assert select("--top", 3, file=path)[1].vocab.words() == ["b", "c", "d"]


def test_without_counts_the_first(select, golden):
    assert select("--top", 2, file=golden / "gensim.txt")[1].vocab.words() == words_of(golden / "gensim.txt")[:2]
    got, _ = select("--min-count", 2, file=golden / "gensim.txt")
    assert got.code == 1
    assert got.err.startswith(f"Error: {golden / 'gensim.txt'}: how often its words occur is not known\nHint: --top N")


def test_sparse_rows_keep_their_columns(select, sparse_file, sparse):
    _, made = select("--vocab", "-", file=sparse_file, stdin="rare\ncoffee\n")
    assert made.vocab.words() == ["coffee", "rare"]
    assert made.contexts.words() == ["cup", "hot", "cow"]
    assert made.rows([0, 1]).tolist() == sparse.rows([1, 3]).tolist()


def test_context_vectors_go_along(select, toy, tmp_path):
    path = tmp_path / "both"
    formats.save(path, Vectors(toy.vocab, toy.matrix, contexts=-toy.matrix))
    _, made = select("--vocab", "-", file=path, stdin="pear\nking\n")
    assert made.contexts.tolist() == [[-3, -4, 0, 0], [0, 0, 0, -1]]


def test_what_was_done_is_recorded(select, toy_file):
    _, made = select("--top", 3, "--min-count", 2)
    (entry,) = made.metadata["history"]
    assert {**entry, "tool": ""} == {"verb": "select", "min_count": 2, "top": 3, "tool": ""}
    assert made.metadata["corpus_sha256"] == "0" * 64
    assert select("--vocab", "-", stdin="king\n")[1].metadata["history"][0]["words"] == 1


def test_a_second_entry_follows_the_first(run, toy_file, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    assert run("select", toy_file, "-o", one, "--top", 5).code == 0
    assert run("select", one, "-o", two, "--top", 2).code == 0
    assert [entry["top"] for entry in formats.load(two).metadata["history"]] == [5, 2]
    assert ["history.2.top", "2"] in run("info", two).rows


def test_the_output_may_be_the_input(run, toy_file):
    assert run("select", toy_file, "-o", toy_file, "--top", 2).code == 0
    assert words_of(toy_file) == ["king", "queen"]


@pytest.mark.parametrize(
    ("options", "error", "code"),
    [
        ((), "Missing what to select: --top, --min-count or --vocab", 2),
        (("--top", 0), "0 is not in the range x>=1", 2),
        (("--min-count", 101), "no word occurs 101 times; the most frequent does 100", 1),
        (("--vocab", "-"), "-: none of its words is in ", 1),
    ],
)
def test_wrong_input(select, options, error, code):
    got, made = select(*options, stdin="xyzzy\n")
    assert (got.code, made) == (code, None)
    assert error in got.err


def test_one_stdin(run):
    assert run("select", "-", "-o", "x", "--vocab", "-").code == 2


def test_what_other_formats_lose_is_said(run, toy_file, golden, tmp_path):
    out = tmp_path / "out.bin"
    assert run("select", toy_file, "-o", out, "--top", 2).err == f"{out}: without counts; metadata\n"
    assert words_of(out) == ["king", "queen"]
    got = run("select", golden / "fasttext.bin", "-o", out, "--top", 2)
    assert (got.code, "n-grams" in got.err) == (0, True)


def test_a_language_model_leaves_its_layers(run, tmp_path):
    text, lm, out = tmp_path / "text", tmp_path / "lm", tmp_path / "out"
    text.write_text("tea is hot\nmilk is cold\n" * 5)
    sizes = ("--embed", 3, "--hidden", 3, "--epochs", 1, "--batch-size", 2, "--bptt", 5, "--no-cache", "-q")
    assert run("train", "rnn", text, "-o", lm, *sizes).code == 0
    assert run("select", lm, "-o", out, "--top", 3).err == f"{out}: without the layers of the language model\n"
    assert len(formats.load(out)) == 3
