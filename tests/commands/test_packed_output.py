"""Results of commands, compressed where the name ends in .gz."""

from __future__ import annotations

import gzip

import pytest

TEXT = "the king met the queen\nthe new york king\n" * 6
COMMANDS = {
    "words.gz": ("vocab", "{text}", "--min-count", 1),
    "words.json.gz": ("vocab", "{text}", "--min-count", 1, "--json"),
    "phrases.tsv.gz": ("phrases", "{text}", "--min-count", 1, "--threshold", 1, "--discount", 0),
    "joined.txt.gz": ("phrases", "{text}", "--text", "--min-count", 1, "--threshold", 1, "--discount", 0),
    "svd.vec.gz": ("train", "svd", "{text}", "--dim", 2, "--min-count", 1),
    "kn.arpa.gz": ("train", "kn", "{text}", "--order", 2),
    "selected.bin.gz": ("select", "{toy}", "--top", 3),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_packed_and_plain(run, text, toy_file, tmp_path, name):
    args = [str(arg).format(text=text, toy=toy_file) for arg in COMMANDS[name]]
    for out in (name, name.removesuffix(".gz")):
        assert run(*args, "-o", tmp_path / out).code == 0
    assert gzip.decompress((tmp_path / name).read_bytes()) == (tmp_path / out).read_bytes() != b""


def test_what_is_packed_is_read_again(run, text, tmp_path):
    words, arpa = tmp_path / "words.gz", tmp_path / "lm.arpa.gz"
    assert run("vocab", text, "--min-count", 1, "-o", words).code == 0
    assert run("vocab", text, "--vocab", words, "-q").out == gzip.decompress(words.read_bytes()).decode()
    assert run("train", "kn", text, "-o", tmp_path / "lm", "-q").code == 0
    assert run("convert", tmp_path / "lm", arpa, "-q").code == 0
    assert run("score", arpa, text).out == run("score", tmp_path / "lm", text).out
    assert run("convert", arpa, tmp_path / "again.arpa").code == 0
    assert (tmp_path / "again.arpa").read_bytes() == gzip.decompress(arpa.read_bytes())


def test_unknown_words_are_packed(run, toy_file, tmp_path):
    (tmp_path / "pairs").write_text("king xyzzy 3\nking queen 3\nking man 2\n")
    assert run("evaluate", toy_file, "--pairs", tmp_path / "pairs", "--unknown", tmp_path / "u.tsv.gz").code == 0
    assert b"xyzzy" in gzip.decompress((tmp_path / "u.tsv.gz").read_bytes())


@pytest.mark.parametrize("name", ["x.safetensors.gz", "x.npy.gz", "x.fifu.gz"])
def test_what_is_mapped_is_not_compressed(run, toy_file, tmp_path, name):
    result = run("convert", toy_file, tmp_path / name)
    assert (result.code, (tmp_path / name).exists()) == (1, False)
    assert "is not written compressed\nHint: leave .gz out" in result.err
