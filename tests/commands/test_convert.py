import json

import numpy as np
import pytest


def test_suffixes_choose_the_format(run, toy_file, tmp_path):
    text = tmp_path / "toy.txt"
    got = run("convert", toy_file, text, "--on-bad-token", "skip")
    assert (got.code, got.out) == (0, "")
    assert got.err == f"{text}: without counts; metadata; 1 words\n"
    assert text.read_text().split("\n")[:2] == ["9 4", "king 3.0 4.0 0.0 0.0"]
    binary = tmp_path / "toy.bin"
    assert run("convert", text, binary).err == ""
    assert binary.read_bytes().startswith(b"9 4\nking " + np.float32([3, 4, 0, 0]).tobytes() + b"\n")


def test_there_and_back(run, toy_file, tmp_path):
    again = tmp_path / "again.safetensors"
    assert run("convert", toy_file, again) == (0, "", "", b"")
    assert again.read_bytes() == toy_file.read_bytes()


@pytest.mark.parametrize("name", ["word2vec_c.bin", "word2vec_c.txt", "gensim.bin", "gensim.txt", "glove.txt"])
def test_golden_files_survive_the_native_format(run, golden, tmp_path, name):
    native, one, two = tmp_path / "a.safetensors", tmp_path / "one.bin", tmp_path / "two.bin"
    assert run("convert", golden / name, native) == (0, "", "", b"")
    assert run("convert", native, one) == (0, "", "", b"")
    assert run("convert", golden / name, two) == (0, "", "", b"")
    assert one.read_bytes() == two.read_bytes()
    if name == "word2vec_c.bin":
        assert one.read_bytes() == (golden / name).read_bytes()


def test_what_is_lost_is_said_unless_quiet(run, golden, tmp_path):
    got = run("convert", golden / "fasttext.bin", tmp_path / "f.bin")
    assert got.code == 0
    assert got.err == f"{tmp_path}/f.bin: without counts; context vectors; n-grams\n"
    assert run("convert", golden / "fasttext.bin", tmp_path / "f.bin", "-q").err == ""


def test_stdin_and_stdout(process, golden):
    source = (golden / "word2vec_c.bin").read_bytes()
    got = process("convert", "-", "-", "--to", "word2vec", stdin=source)
    assert (got.code, got.err, got.raw == source) == (0, "", True)
    got = process("convert", "-", "-", "--from", "word2vec", "--to", "native", stdin=source)
    assert process("info", "-", "--json", stdin=got.raw).out.startswith('{"file": "-", "format": "native"')


def test_stdout_needs_a_format(run, toy_file):
    got = run("convert", toy_file, "-")
    assert (got.code, got.err) == (2, "Error: OUT is -, so --to must name the format\nHint: embedkit convert -h\n")


def test_words_that_do_not_fit(run, toy_file, tmp_path):
    out = tmp_path / "toy.txt"
    out.write_text("old")
    got = run("convert", toy_file, out)
    assert got.code == 1
    assert "'New York'" in got.err
    assert out.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    got = run("convert", toy_file, out, "--on-bad-token", "escape")
    assert got.err == f"{out}: without counts; metadata; 1 words as they were (escaped)\n"
    assert "\nNew%20York 0.0" in out.read_text()


def test_words_that_come_twice(run, tmp_path):
    source, out = tmp_path / "twice.txt", tmp_path / "out.txt"
    source.write_text("3 2\na 1 2\nb 3 4\na 5 6\n")
    assert run("convert", source, out).code == 1
    assert not out.exists()
    assert run("convert", source, out, "--dedupe", "first").code == 0
    assert out.read_text() == "2 2\na 1.0 2.0\nb 3.0 4.0\n"


def test_words_from_another_file(run, golden, tmp_path):
    out = tmp_path / "glove.bin"
    args = ("convert", golden / "glove.bin", out, "--from", "glove-bin")
    assert run(*args).code == 1
    assert run(*args, "--vocab", golden / "glove.vocab.txt").code == 0
    assert out.exists()
    assert run("convert", golden / "glove.txt", out, "--vocab", golden / "glove.vocab.txt").code == 1


def test_sparse_vectors_stay_native(run, sparse_file, tmp_path):
    got = run("convert", sparse_file, tmp_path / "sparse.txt")
    assert got.code == 1
    assert "sparse vectors" in got.err
    assert "Hint: " in got.err
    assert run("convert", sparse_file, tmp_path / "copy.safetensors").code == 0
    assert (tmp_path / "copy.safetensors").read_bytes() == sparse_file.read_bytes()


def test_formats_that_do_not_exist(run, toy_file, tmp_path):
    assert run("convert", toy_file, tmp_path / "x.docx").code == 1
    assert run("convert", toy_file, tmp_path / "x", "--to", "docx").code == 2
    assert run("convert", toy_file, tmp_path / "x", "--from", "docx").code == 2
    assert run("convert", toy_file, tmp_path / "none" / "x").code == 1
    assert run("convert", tmp_path / "none", tmp_path / "x").code == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["toy.safetensors"]


def test_pickles_are_never_opened(run, golden, tmp_path):
    got = run("convert", golden / "gensim.kv", tmp_path / "x.bin")
    assert got.code == 1
    assert "pickle" in got.err
    assert "Hint: " in got.err


def test_json_facts_survive(run, toy_file, tmp_path):
    copy = tmp_path / "copy"
    run("convert", toy_file, copy)
    assert json.loads(run("info", copy, "--json").out)["config"]["text"]["lowercase"] is True


def test_control_characters_are_doubtful(run, tmp_path):
    path, out = tmp_path / "v.txt", tmp_path / "v"
    path.write_bytes(b"3 2\nParis 3 4\na\x01b 1 2\nc\x7f\x7f 1 2\n")
    got = run("convert", path, out)
    warning = f"Warning: {path}: row 2 is 'a\\x01b', with control characters, as are 2 in all: is the file damaged?\n"
    assert (got.code, got.err) == (0, warning)
    assert run("convert", path, out, "-q").err == ""
    path.write_bytes(b"2 2\nParis 3 4\nab 1 2\n")
    assert run("convert", path, out).err == ""
