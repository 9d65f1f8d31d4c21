"""Bad input, case by case: the exit code, the words that matter, and nothing left behind.

What every command promises alike (missing files, folders, full disks, closed pipes) is in tests/contract.
"""

from __future__ import annotations

import bz2
import errno
import json
import lzma
import os
import struct
from pathlib import Path

import pytest
from _gzip import gz

GOLDEN = Path(__file__).parents[1] / "golden"
TEXT = b"the cat sat on the mat\nthe dog sat on the rug\n" * 5


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The working folder, so that messages name files as they were typed."""
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def refused(run, folder):
    """`refused(*args)`: the one error line of a command that must fail and leave the folder as it was."""

    def call(*args, code: int = 1, stdin=b"") -> str:
        before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        result = run(*args, stdin=stdin)
        errors = [line for line in result.err.split("\n") if line.startswith("Error: ")]
        assert (result.code, result.out, len(errors)) == (code, "", 1), result
        assert "internal error" not in result.err
        assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
        return result.err[result.err.index("Error: ") :].rstrip("\n")

    return call


READERS = [("vocab",), ("count", "-o", "out"), ("train", "ppmi", "-o", "out"), ("train", "svd", "-o", "out")]


# --- text


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("text", [b"", b"\n", b" \t\r\n\n  \n", gz(b"")])
def test_empty_corpus(refused, folder, command, text):
    (folder / "text").write_bytes(text)
    assert refused(*command, "text").startswith("Error: text: no words in it")


def test_empty_stdin(refused):
    assert refused("vocab", "-").startswith("Error: -: no words in it")


@pytest.mark.parametrize("command", READERS)
def test_no_word_above_min_count(refused, folder, command):
    (folder / "text").write_bytes(TEXT)
    assert refused(*command, "text", "--min-count", 21) == (
        "Error: text: no word occurs 21 times; the most frequent, 'the', occurs 20 times\n"
        "Hint: --min-count 20 or lower keeps words"
    )


@pytest.mark.parametrize("command", READERS)
def test_folder_without_files(refused, folder, command):
    (folder / "texts" / "deeper").mkdir(parents=True)
    (folder / "texts" / ".hidden").write_bytes(TEXT)
    assert refused(*command, "texts").startswith("Error: texts: a folder without files\nHint: ")


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("name", ["missing", "no*.txt", "no/such/[ab].txt"])
def test_missing_text(refused, command, name):
    assert refused(*command, name).startswith(f"Error: {name}: no such file")


def test_a_name_with_a_newline_stays_on_its_line(run):
    for command in (("vocab", "new\nline"), ("info", "new\nline"), ("convert", "new\nline", "out")):
        result = run(*command)
        assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)


def test_one_of_several_is_missing(refused, folder):
    (folder / "text").write_bytes(TEXT)
    assert refused("vocab", "text", "missing").startswith("Error: missing: no such file")


def test_one_that_may_not_be_read(refused, folder, monkeypatch):
    (folder / "text").write_bytes(TEXT)

    def denied(path, *_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    for module in ("embedkit.io.container", "embedkit.text.inputs", "embedkit.io.files"):
        with monkeypatch.context() as patch:
            patch.setattr(f"{module}.open", denied, raising=False)
            assert refused("vocab", "text") == "Error: text: cannot be read: Permission denied", module


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize(
    ("text", "offset", "byte", "hint"),
    [
        (b"ok ok\ncaf\xe9 ok\n", 9, "e9", "--encoding cp1252"),
        (b"ok " * 3000 + b"\xed\xa0\x80\n", 9000, "ed", "--encoding-errors replace"),  # a surrogate
        (b"ok \xf8\x88\x80\x80\x80 ok\n", 3, "f8", "--encoding-errors replace"),
        (b"ok \xc0\xaf\xc0\xaf ok\n", 3, "c0", "--encoding cp949"),  # an overlong slash, or 유
        (b"ok \xea\xb0", 3, "ea", "--encoding-errors replace"),  # cut short
        (b"\xff\xfeo\0k\0", 0, "ff", "--encoding utf-16"),
    ],
)
def test_invalid_utf8(refused, folder, command, text, offset, byte, hint):
    (folder / "text").write_bytes(text)
    message = refused(*command, "text", "--min-count", 1)
    assert message.startswith(f"Error: text: byte {offset}: invalid UTF-8 (0x{byte})\nHint: ")
    assert hint in message


def test_what_is_no_text_is_not_to_be_replaced(refused, folder):
    (folder / "text").write_bytes(b"\x7fELF\x02\0\0 \xd0\n")
    assert refused("vocab", "text").endswith("\nHint: it has zero bytes, as no text has: is it a text file?")


def test_invalid_utf8_in_the_second_file(refused, folder):
    (folder / "a").write_bytes(TEXT)
    (folder / "b").write_bytes(gz(b"ok ok \xff\n"))
    assert refused("vocab", "a", "b").startswith("Error: b: byte 6: invalid UTF-8 (0xff)")


def test_invalid_utf8_may_be_replaced(run, folder):
    (folder / "text").write_bytes(b"caf\xe9 \xea\xb0 ok")
    result = run("vocab", "text", "--min-count", 1, "--encoding-errors", "replace", "-q")
    assert (result.code, result.out, result.err) == (0, "caf\ufffd\t1\nok\t1\n\ufffd\t1\n", "")


def test_a_byte_order_mark_is_no_part_of_a_word(run, folder):
    (folder / "a").write_bytes(b"\xef\xbb\xbfone two\n")
    (folder / "b").write_bytes(b"\xef\xbb\xbfone two\r\n")
    assert run("vocab", "a", "b", "--min-count", 1, "-q").out == "one\t2\ntwo\t2\n"


@pytest.mark.parametrize("compress", [gz, bz2.compress, lzma.compress])
def test_compressed_text_cut_short(refused, folder, compress):
    (folder / "text").write_bytes(compress(TEXT * 1000)[:-20])
    assert refused("vocab", "text").startswith("Error: text: damaged compressed data")


def test_an_endless_word(refused, folder):
    (folder / "text").write_bytes(b"ok " + b"x" * (10 << 20))
    assert "a word of more than 65536 bytes" in refused("vocab", "text")


def test_longest_word(run, folder):
    (folder / "text").write_bytes(b"x" * 65535 + b" ok\n")
    assert [len(word) for word, _ in run("vocab", "text", "--min-count", 1).rows] == [2, 65535]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (b"", "words: no words in it"),
        (b"the\nthe 3\n", "line 2: the word 'the' stands in line 1 already"),
        (b"xyz\n", "none of the 1 words"),
    ],
)
def test_bad_word_list(refused, folder, words, message):
    (folder / "text").write_bytes(TEXT)
    (folder / "words").write_bytes(words)
    assert message in refused("vocab", "text", "--vocab", "words")


# --- options


@pytest.mark.parametrize(
    "options",
    [
        ("--window", 0),
        ("--window", -1),
        ("--window", "five"),
        ("--window", 1.5),
        ("--min-count", 0),
        ("--max-vocab", 0),
        ("--threads", 0),
        ("--seed", -1),
        ("--dim", 0),
        ("--cds", 0),
        ("--cds", "nan"),
        ("--cds", "inf"),
        ("--eig", -1),
        ("--eig", "nan"),
        ("--shift", 0),
        ("--shift", "nan"),
        ("--sample", 0),
        ("--sample", "nan"),
        ("--tolerance", 0),
        ("--tolerance", "nan"),
        ("--weighting", "cubic"),
        ("--tokenizer", "words "),
        *(("--encoding", name) for name in ("klingon", "", "hex", "rot13", "base64", "zlib", "idna", "undefined")),
    ],
    ids=str,
)
def test_value_out_of_range(refused, folder, options):
    (folder / "text").write_bytes(TEXT)
    message = refused("train", "svd", "text", "-o", "out", "--dim", 2, *options, code=2)
    assert message.startswith(f"Error: Invalid value for '{options[0]}'")
    assert message.endswith("Hint: embedkit train svd -h")


@pytest.mark.parametrize("line", ["dim = 3.5", "dim = true", "dim = [2]", "dim = nan", "eig = 'x'", "add-context = 1"])
def test_configuration_of_the_wrong_type(refused, folder, line):
    (folder / "run.toml").write_text(f"[model]\n{line}\n")
    message = refused("train", "svd", "--print-config", "--config", "run.toml", code=2)
    assert line.split(" ")[0] in message.split("\n")[0]


def test_log_over_the_text(refused, folder):
    """Refused: the log would wipe out what is to be read."""
    (folder / "text").write_bytes(TEXT)
    assert "text" in refused("vocab", "text", "--log", "text")


def test_log_on_a_full_disk(run, folder):
    (folder / "text").write_bytes(TEXT)
    result = run("vocab", "text", "--log", "/dev/full", "-q")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert result.err.startswith("Error: /dev/full: ")


def test_more_dimensions_than_words(refused, folder):
    (folder / "text").write_bytes(TEXT)
    for dim in (7, 100, 10**20):
        message = refused("train", "svd", "text", "-o", "out", "--dim", dim)
        assert message.startswith(f"Error: dim {dim} needs more than {dim} words; the vocabulary has 7\nHint: ")


def test_a_window_wider_than_memory(run, folder):
    """A window reaches at most to the ends of its line, however wide it is said to be."""
    (folder / "text").write_bytes(TEXT)
    assert run("count", "text", "-o", "wide", "--window", 5).code == 0
    assert run("count", "text", "-o", "wider", "--window", 10**11).code in (0, 2)


@pytest.mark.parametrize("model", ["ppmi", "svd"])
def test_nothing_stands_near_anything(run, folder, model):
    (folder / "text").write_bytes(b"a\nb\nc\n" * 5)
    dim = ("--dim", 2) if model == "svd" else ()
    result = run("train", model, "text", "-o", "out", "-q", *dim)
    assert "internal error" not in result.err
    assert (result.code, result.err) == (0, "") or (result.code == 1 and result.err.startswith("Error: text: "))


# --- vector files


def container(header: dict, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


V = 10**11
LIES = {
    "text": f"{V} 100\nthe 0.1 0.2\n".encode(),
    "words": f"{V} 1\nthe 0.1\n".encode(),
    "dimensions": f"1 {V}\nthe 0.1\n".encode(),
    "beyond": f"{10**30} {10**30}\nthe 0.1\n".encode(),
    "binary": f"{V} 100\nthe ".encode() + struct.pack("<8f", *range(8)) + b"\0" * 40,
    "native": container({"vectors": {"dtype": "F32", "shape": [V, 100], "data_offsets": [0, 400 * V]}}, bytes(400)),
    "header": struct.pack("<Q", 10**11) + b'{"vectors":',
    "shape": container({"vectors": {"dtype": "F32", "shape": [V, 100], "data_offsets": [0, 400]}}, bytes(400)),
    "fasttext": struct.pack("<ii", 793712314, 12) + struct.pack("<i", 2**31 - 1) * 12 + bytes(8),
    "finalfusion": b"FiFu" + struct.pack("<3IIQQ", 0, 1, 1, 1, 2**63, 2**63),
    "numpy": b"\x93NUMPY\1\0\x45\0{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 9), }\n" + bytes(64),
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize(
    "command", [("similar", "{}", "the"), ("info", "{}"), ("verify", "{}"), ("convert", "{}", "o")]
)
def test_lying_header(refused, folder, lie, command):
    """Refused for what it is: had the space been asked for, the error would be about memory."""
    (folder / "lie").write_bytes(LIES[lie])
    message = refused(*(word.format("lie") for word in command))
    assert message.startswith("Error: lie: ")
    assert "memory" not in message


@pytest.mark.parametrize(
    "name", ["gensim.bin", "gensim.txt", "word2vec_c.bin", "word2vec_c.txt", "fasttext.bin", "finalfusion.fifu"]
)
def test_cut_short(refused, folder, name):
    whole = (GOLDEN / name).read_bytes()
    for size in (len(whole) // 3, len(whole) * 2 // 3, len(whole) - 9):
        (folder / "cut").write_bytes(whole[:size])
        assert refused("similar", "cut", "the").startswith("Error: cut: ")
        assert refused("convert", "cut", "out").startswith("Error: cut: ")


@pytest.mark.parametrize(
    "command", [("similar", "{}", "the"), ("info", "{}"), ("verify", "{}"), ("convert", "{}", "o")]
)
def test_pickle(refused, command):
    path = GOLDEN / "gensim.kv"
    message = refused(*(word.format(path) for word in command))
    first, hint = message.split("\n")
    assert "gensim" in first
    assert "pickle" in first
    assert hint.startswith(
        'Hint: export it with: python -c "from gensim.models import KeyedVectors; KeyedVectors.load('
    )
    assert f"{str(path)!r}" in hint
    assert ".save_word2vec_format(" in hint


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"FiFu\0\0\0\0" + bytes(90), "finalfusion"),
        (b"\x93NUMPY\x01\0v\0{'descr'" + bytes(90), "numpy"),
        (b"PK\x03\x04" + bytes(90), "zip"),
        (b"\x89HDF\r\n\x1a\n" + bytes(90), "HDF5"),
        (b"the 12\ncat 5\nmat 2\n", "vocabulary"),
        (TEXT, "is text, but no vector file"),
        (b"\x7fELF" + b"\xff\0\xfe" * 99, "unknown format"),
        (b"", "is empty"),
    ],
)
def test_some_other_format(refused, folder, content, what):
    (folder / "file").write_bytes(content)
    for command in (("similar", "file", "the"), ("info", "file"), ("convert", "file", "out.bin")):
        message = refused(*command)
        assert message.startswith("Error: file: ")
        assert what in message.split("\n")[0]


def test_counts_are_no_vectors_and_vectors_no_counts(refused, run, folder, toy_file):
    (folder / "text").write_bytes(TEXT)
    assert run("count", "text", "-o", "counts").code == 0
    assert "counts, not vectors" in refused("similar", "counts", "the")
    assert "vectors, not counts" in refused("train", "svd", toy_file, "-o", "out")


@pytest.mark.parametrize("vector", ["nan 1", "inf 1", "-inf 1", "1e39 1", "1", "one 2", "0x1 2", "1_0 2"])
def test_bad_numbers(refused, folder, vector):
    (folder / "file").write_text(f"2 2\nok 1 2\nbad {vector}\n")
    assert refused("similar", "file", "ok").startswith("Error: file: ")


@pytest.mark.parametrize("options", [("--from", "nonsense"), ("--from", "word2vec")])
def test_wrong_format_named(refused, toy_file, options):
    result = refused("similar", toy_file, "king", *options, code=2 if options[1] == "nonsense" else 1)
    assert options[1] in result or str(toy_file) in result


@pytest.mark.parametrize("out", ["out.xyz", "out.kv", "out.npz"])
def test_suffix_without_a_format(refused, toy_file, out):
    for command in (("convert", toy_file, out), ("train", "svd", "missing", "-o", out)):
        assert refused(*command).startswith(f"Error: {out}: no format has the suffix .{out[4:]}\nHint: use one of")


# --- queries


def test_unknown_words_are_named_with_near_spellings(run, toy_file):
    result = run("similar", toy_file, "-k", 1, stdin="kign\nplum\nzzzzzzzz\nking - mann + womann\n")
    assert result.code == 3
    assert result.rows == [["plum", "apple", "1.0"]]
    assert result.err == (
        "unknown word: kign (near: king)\nunknown word: zzzzzzzz\nunknown words: mann, womann (near: man, woman)\n"
    )


@pytest.mark.parametrize(
    ("args", "stdin"),
    [
        (("similar", "{}", "king", "xyzzy"), ""),
        (("vectors", "{}", "king", "xyzzy"), ""),
        (("similar", "{}"), "xyzzy\nking\n"),
        (("vectors", "{}"), "xyzzy\nking\n"),
        (("pairs", "{}"), "king xyzzy\nking man\n"),
        (("analogy", "{}"), "xyzzy king man\nman king woman\n"),
    ],
)
def test_unknown_words_do_not_stop_the_others(run, toy_file, args, stdin):
    result = run(*(word.format(toy_file) for word in args), stdin=stdin)
    assert result.code == 3
    assert result.out
    assert "xyzzy" not in result.out
    assert result.err.startswith("unknown word: xyzzy")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    "query", ["", " ", "+", "-", "king -", "king - - man", "\ud800".encode("utf-8", "surrogatepass")]
)
def test_queries_that_are_none(run, toy_file, query):
    query = query.decode("utf-8", "surrogateescape") if isinstance(query, bytes) else query
    result = run("similar", toy_file, query)
    assert (result.code, result.out, result.err.count("\n")) == (3, "", 1)


@pytest.mark.parametrize("word", ["x" * 70_000, "\u200b", "a\u00a0b", "👩‍🚀", "-1", "--all"])
def test_strange_words(run, toy_file, word):
    result = run("similar", toy_file, "--", word)
    assert (result.code, result.out) == (3, "")
    assert result.err.startswith("unknown word: ")


@pytest.mark.parametrize(("option", "value"), [("-k", 0), ("-k", -1), ("-k", "many"), ("--restrict-vocab", -1)])
def test_query_options_out_of_range(refused, toy_file, option, value):
    assert f"Invalid value for '{option}'" in refused("similar", toy_file, "king", option, value, code=2)


def test_more_answers_than_words(run, toy_file):
    everything = run("similar", toy_file, "king", "-k", 9)
    assert run("similar", toy_file, "king", "-k", 10**20) == everything
    assert run("similar", toy_file, "king", "-k", 9, "--restrict-vocab", 10**20) == everything


@pytest.mark.parametrize("words", [("king",), ("king", "man", "woman", "plum")])
def test_wrong_number_of_words(refused, toy_file, words):
    assert f"takes three words, not {len(words)}" in refused("analogy", toy_file, *words, code=2)
    assert f"takes two words, not {len(words)}" in refused("pairs", toy_file, *words, code=2)


# --- evaluation files


@pytest.mark.parametrize(
    ("option", "content", "message"),
    [
        ("--pairs", b"king queen 9\nking man\n", "line 2: no pair with a score"),
        ("--pairs", b"king queen nine\n", "no word pairs"),
        ("--pairs", b"", "no word pairs"),
        ("--pairs", b"k\xffng queen 9\n", "line 1: invalid UTF-8"),
        ("--questions", b"king queen man\n", "line 1: 3 words instead of four"),
        ("--questions", b": empty\n", "no analogy questions"),
        ("--questions", b"", "no analogy questions"),
    ],
)
def test_bad_evaluation_files(refused, folder, toy_file, option, content, message):
    (folder / "data").write_bytes(content)
    assert refused("evaluate", toy_file, option, "data").startswith(f"Error: data: {message}")


def test_nothing_to_evaluate_by(refused, toy_file):
    assert "--pairs" in refused("evaluate", toy_file, code=2)


# --- full disks


def test_convert_to_a_full_disk(refused, toy_file):
    assert refused("convert", toy_file, "/dev/full") == "Error: /dev/full: cannot be written: No space left on device"


def test_file_size_limit(process, folder):
    """What `ulimit -f` stands for: the disk runs full in the middle of writing."""
    (folder / "text").write_bytes(b" ".join(b"word%d" % (i % 4000) for i in range(24000)))
    (folder / "out").write_bytes(b"old")
    shell = 'ulimit -f 8; "$PYTHON" -m embedkit vocab text -o out --no-cache -q'
    result = process(shell=shell)
    assert (result.code, result.out) == (1, "")
    assert result.err == "Error: out: cannot be written: File too large\n"
    assert (folder / "out").read_bytes() == b"old"
    assert sorted(path.name for path in folder.iterdir()) == ["out", "text"]


# --- what is read is not written over


@pytest.mark.parametrize("written", ["-o", "--log"])
@pytest.mark.parametrize(
    "words",
    [
        "vocab text --min-count 1",
        "phrases text",
        "count text --min-count 1",
        "train svd text --min-count 1 --dim 2 --to word2vec",
        "train cbow text --min-count 1 --dim 2 --to word2vec",
        "train kn text",
        "train lstm other --valid text",
    ],
)
def test_inputs_are_not_written_over(refused, folder, words, written):
    (folder / "text").write_bytes(TEXT)
    (folder / "other").write_bytes(TEXT)
    out = [] if written == "-o" else ["-o", "made.safetensors"]
    what = {"-o": "output", "--log": "log"}[written]
    (folder / "same").symlink_to("text")
    assert refused(*words.split(), written, "same", *out).startswith(
        f"Error: same: is an input, so it cannot be the {what}"
    )
