"""The promises that every command makes, over the table of tests/_contract.py: exit codes, streams, files, help."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess

import click
import pytest
from _contract import (
    ASKING,
    COMMANDS,
    GROUPS,
    HEADED,
    ONE_EACH,
    PRINTING,
    READING,
    TEXT,
    WRITING,
    assert_one_error,
    command,
    contents,
    filled,
    has,
    quiet,
    start,
    the,
    unclocked,
)
from _said import without_compiling
from _warm import CLOSED, wait_until_asleep

from embedkit import commands
from embedkit.catalog import MODELS

LATIN1 = b"caf\xe9 au lait\n" * 40


# --- the table itself


def test_every_command_is_in_the_table():
    assert {line.args.split()[0] for line in COMMANDS.values()} == set(commands.COMMANDS)


def test_every_model_is_in_the_table():
    trained = {line.args.split()[1] for line in COMMANDS.values() if line.args.startswith("train ")}
    assert trained == set(MODELS)


def test_every_query_command_is_asked():
    asking = {COMMANDS[name].args.split()[0] for name in ASKING}
    assert asking == {"similar", "analogy", "odd", "pairs", "vectors", "thesaurus", "fill"}


# --- help and usage

CALLS = [
    *GROUPS,
    *dict.fromkeys(" ".join(line.args.split("{")[0].split(" -")[0].split()) for line in COMMANDS.values()),
]


@pytest.mark.parametrize("words", CALLS)
def test_help(run, words):
    short, long = run(*words.split(), "-h"), run(*words.split(), "--help")
    assert (short.code, short.err) == (0, "")
    assert short == long
    assert short.out.startswith(f"Usage: embedkit {words} [OPTIONS]".replace("  ", " "))
    text = "".join(short.out.split())
    for param in command(words).params:
        if isinstance(param, click.Option) and not param.hidden:
            assert param.help, param.name
            assert all(flag in short.out for flag in (*param.opts, *param.secondary_opts)), param.name
            if not param.is_flag and isinstance(param.default, (int, float, str)) and str(param.default).strip():
                assert f"[default:{param.default}" in text, param.name


def test_every_line_of_the_table_is_named_in_help(run):
    listed = run("-h").out + run("train", "-h").out
    for name, summary in commands.COMMANDS.items():
        assert f"  {name} " in listed
        assert summary in listed
    assert all(f"  {name} " in listed for name in MODELS)


@pytest.mark.parametrize("words", CALLS)
def test_unknown_option(run, words):
    result = run(*words.split(), "--nonsense")
    assert_one_error(result, "--nonsense", code=2)
    assert result.err.endswith(f"\nHint: embedkit {words}".rstrip() + " -h\n")


@pytest.mark.parametrize(
    "words", [words for words in CALLS if words not in (*GROUPS, "cache", "help-all", "thesaurus")]
)
def test_arguments_are_missing(run, words):
    assert_one_error(run(*words.split()), "Missing", code=2)


@pytest.mark.parametrize("words", GROUPS)
def test_a_group_alone_shows_its_help(run, words):
    result = run(*words.split())
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"Usage: embedkit {words}".rstrip())


@pytest.mark.parametrize("words", [("nonsense",), ("train", "nonsense")])
def test_unknown_command(run, words):
    assert_one_error(run(*words), "'nonsense'", code=2)


# --- success: results on stdout or in a file, all else on stderr


@pytest.mark.parametrize("name", PRINTING)
def test_prints_results(run, kit, name):
    result = run(*filled(name, kit), *quiet(name))
    assert (result.code, result.err) == (0, "")
    assert result.out.endswith("\n")
    assert "\x1b" not in result.out


@pytest.mark.parametrize("name", WRITING)
def test_writes_a_file_and_prints_nothing(run, kit, tmp_path, name):
    before = set(contents(tmp_path))
    result = run(*filled(name, kit))
    assert (result.code, result.out) == (0, "")
    assert "\x1b" not in result.err
    assert set(contents(tmp_path)) - before == {"made"}
    loud = contents(tmp_path)["made"]
    assert run(*filled(name, kit), *quiet(name)) == (0, "", "", b"")
    assert contents(tmp_path)["made"] == loud


@pytest.mark.parametrize("name", WRITING)
def test_dash_is_stdout(run, kit, tmp_path, name):
    run(*filled(name, kit))
    result = run(*filled(name, kit, out="-"), *quiet(name))
    assert (result.code, result.err) == (0, "")
    assert result.raw == contents(tmp_path)["made"]


@pytest.mark.parametrize(("name", "kind"), READING)
def test_dash_is_stdin(run, kit, tmp_path, name, kind):
    named = run(*filled(name, kit))
    made = contents(tmp_path).get("made")
    with open(kit[kind], "rb") as file:
        piped = run(*filled(name, kit, **{kind: "-"}), stdin=file.read())
    stem = os.path.basename(kit[kind]).removesuffix(".txt")
    assert (piped.code, unclocked(piped.err)) == (0, unclocked(named.err.replace(kit[kind], "-")))
    assert piped.out == named.out.replace(kit[kind], "-").replace(f"\t{stem}\t", "\t-\t")
    assert contents(tmp_path).get("made") == made


@pytest.mark.parametrize("name", the(lambda line: line.lines))
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_queries_on_stdin(run, kit, name, end):
    line = COMMANDS[name]
    bare = filled(name, kit)[: -len(line.asks)]
    asked = run(*bare, *line.asks)
    piped = run(*bare, stdin=("\n" + line.lines + "  \n").replace("\n", end))
    assert piped == asked
    assert run(*bare, stdin=line.lines.rstrip("\n")) == asked
    assert run(*bare, stdin="\ufeff" + line.lines.replace("\n", end)) == asked
    assert run(*bare) == (0, "", "", b"")


@pytest.mark.parametrize("name", ASKING)
def test_a_query_without_answer(run, kit, name):
    line = COMMANDS[name]
    bare = filled(name, kit)[: -len(line.asks)]
    result = run(*bare, stdin=line.unknown + line.lines)
    assert result.code == 3
    assert "xyzzy" in result.err.split("\n")[0]
    assert result.out == run(*bare, stdin=line.lines).out
    silent = run(*bare, "-q", stdin=line.unknown)
    assert (silent.code, silent.out, silent.err) == (3, "", "")


@pytest.mark.parametrize("name", [name for name in COMMANDS if has(name, "--json") and name in PRINTING])
def test_json(run, kit, name):
    plain, result = run(*filled(name, kit)), run(*filled(name, kit), "--json")
    assert (result.code, result.err) == (0, plain.err)
    rows = [json.loads(line) for line in result.out.split("\n")[:-1]]
    assert {tuple(row) for row in rows} == {tuple(rows[0])}
    if not name.startswith("info"):
        assert len(rows) == len(plain.rows) - (name.split()[0] in HEADED)
    assert json.dumps(rows, ensure_ascii=False).count("한국어") == plain.out.count("한국어")


# --- options in a file


@pytest.mark.parametrize("name", [name for name in COMMANDS if has(name, "--config")])
def test_printed_configuration_reproduces_the_run(run, kit, tmp_path, name):
    """With the options of the line in a file, and what is read and written on the command line, all is as before."""
    (tmp_path / "made").write_bytes(b"")
    args = filled(name, kit)
    expected, made = run(*args), contents(tmp_path)
    printed = run(*args, "--print-config")
    assert (printed.code, printed.err) == (0, "")
    (tmp_path / "run.toml").write_bytes(printed.raw)
    result = run(*without_options(args, printed.out), "--config", tmp_path / "run.toml")
    assert (result.code, result.raw, unclocked(result.err)) == (0, expected.raw, unclocked(expected.err))
    assert contents(tmp_path) == made | {"run.toml": printed.raw}
    again = run(*without_options(args, printed.out), "--config", tmp_path / "run.toml", "--print-config")
    assert again.raw == printed.raw


def without_options(args: list[str], toml: str) -> list[str]:
    """`args` without the options that are in `toml`."""
    kept, keys = [], dict(line.split(" = ") for line in toml.split("\n") if " = " in line)
    words = iter(args)
    for word in words:
        key = word.lstrip("-").replace("reset-per-line", "carry-state")
        if not word.startswith("-") or key not in keys:
            kept.append(word)
        elif keys[key] not in ("true", "false"):
            next(words)
    return kept


def test_every_command_with_options_has_a_configuration():
    assert {name for name in commands.COMMANDS if not isinstance(command(name), click.Group)} - {
        COMMANDS[name].args.split()[0] for name in COMMANDS if has(name, "--config")
    } == {"cache", "completion", "help-all"}


# --- bad input: exit 1, one line that names the file, nothing half-written


@pytest.mark.parametrize(("name", "kind"), READING)
def test_missing_file(run, kit, tmp_path, name, kind):
    before, missing = contents(tmp_path), str(tmp_path / "missing")
    assert_one_error(run(*filled(name, kit, **{kind: missing}), *quiet(name)), missing)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(("name", "kind"), READING)
def test_folder_instead_of_a_file(run, kit, tmp_path, name, kind):
    (tmp_path / "folder").mkdir()
    result = run(*filled(name, kit, **{kind: str(tmp_path / "folder")}), *quiet(name))
    assert_one_error(result, tmp_path / "folder")


def broken(path: str, kind: str) -> dict[str, bytes]:
    """Files that are not what the command needs."""
    with open(path, "rb") as file:
        whole = file.read()
    files = {"empty": b"", "pickle": pickle.dumps({"king": b"\x80\xff" * 40}), "latin-1": LATIN1}
    if kind in ("vectors", "other", "sparse", "quantized", "counts", "lm"):
        files |= {f"cut at {n}": whole[:n] for n in (12, len(whole) // 2, len(whole) - 1)}
    if kind in ("vectors", "other", "sparse", "quantized", "lm", "pairs"):
        files["text"] = b"once upon a time\nthere was a file\n"
    if kind == "questions":
        files["text"] = b"once upon a time\nthere was a whole other file\n"
    if kind == "words":
        del files["pickle"], files["latin-1"]
    return files


@pytest.mark.parametrize(("name", "kind"), READING)
def test_not_what_it_should_be(run, kit, tmp_path, name, kind):
    path, out = tmp_path / "broken", tmp_path / "made"
    out.write_bytes(b"old")
    for content in broken(kit[kind], kind).values():
        path.write_bytes(content)
        before = contents(tmp_path)
        assert_one_error(run(*filled(name, kit, **{kind: str(path)}), *quiet(name)), path)
        assert contents(tmp_path) == before


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kind in READING if name in WRITING])
@pytest.mark.parametrize("folder", ["nowhere", "text.txt"])
def test_bad_output_shows_before_the_work(run, kit, tmp_path, name, kind, folder):
    """The input is missing as well, so the error tells which of the two is looked at first."""
    out, missing = tmp_path / folder / "made", tmp_path / "missing"
    assert_one_error(run(*filled(name, kit, out=str(out), **{kind: str(missing)}), *quiet(name)), out)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("name", WRITING)
def test_read_only_folder(run, kit, tmp_path, name):
    (tmp_path / "locked").mkdir(mode=0o500)
    assert_one_error(run(*filled(name, kit, out=str(tmp_path / "locked" / "made"))), tmp_path / "locked" / "made")


@pytest.mark.parametrize("name", WRITING)
def test_output_on_a_full_disk(run, kit, name):
    assert_one_error(run(*filled(name, kit, out="/dev/full"), *quiet(name)), "/dev/full", "No space left on device")


@pytest.mark.parametrize(
    "args",
    [
        "similar -",
        "vectors -",
        "pairs -",
        "evaluate - --pairs -",
        "score -",
        "score - -",
        "perplexity - -",
        "convert {vectors} -",
    ],
)
def test_one_dash_too_many(run, kit, args):
    assert_one_error(run(*args.format(**kit).split()), "-", code=2)


# --- what only a process of its own can show


@pytest.mark.parametrize("name", ONE_EACH)
def test_stdout_that_takes_nothing(kit, name):
    """A full disk and a closed stdout: exit 1 and one line; a pipe that nobody reads: 141 and silence."""
    args = filled(name, kit, out="-") + quiet(name)
    reader, writer = os.pipe()
    os.close(reader)
    with open("/dev/full", "wb") as device:
        running = [start(args, stdout=stream) for stream in (device, CLOSED, writer)]
    os.close(writer)
    full, closed, pipe = ((process.communicate()[1].decode(), process.returncode) for process in running)
    for err, code in (full, closed):
        assert code == 1, err
        assert err.startswith("Error: ")
        assert err.count("\n") == 1
    assert "No space left on device" in full[0]
    assert pipe == ("", 141)


def test_closed_stdout_is_no_other_file(process, kit, tmp_path):
    """The log gets the descriptor that stdout had, but none of what stdout was to get."""
    args = [*filled("vocab", kit), "--log", str(tmp_path / "log"), "-q"]
    assert process(*args, shell='"$PYTHON" -m embedkit "$@" >&-').code == 1
    assert all(line.startswith("{") for line in (tmp_path / "log").read_text().split("\n")[:-1])


@pytest.mark.parametrize("words", ["-h", "--version", "train svd --print-config"])
def test_help_into_a_closed_pipe(words):
    reader, writer = os.pipe()
    os.close(reader)
    running = start(words.split(), stdout=writer)
    os.close(writer)
    assert (running.communicate()[1], running.returncode) == (b"", 141)


def test_head_ends_an_endless_pipe(process, kit):
    shell = 'yes king | "$PYTHON" -m embedkit similar "$1" | head -1; echo "${PIPESTATUS[1]}"'
    result = process(kit["vectors"], shell=shell)
    assert (result.out, result.err) == ("king\tman\t0.8\n141\n", "")


C_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}


def test_messages_in_the_c_locale(process, kit):
    assert_one_error(process("info", "없다.bin", **C_LOCALE), "없다.bin")
    assert process("similar", kit["vectors"], "없다", **C_LOCALE).err == "unknown word: 없다\n"
    printed = process("train", "svd", "--print-config", "--vocab", "없다.txt", **C_LOCALE)
    assert 'vocab = "없다.txt"\n' in printed.out


@pytest.mark.parametrize(
    ("name", "kind"), [("vocab", "text"), ("similar", "vectors"), ("info", "vectors"), ("train svd", "text")]
)
def test_dash_with_stdin_closed(process, kit, name, kind):
    args = filled(name, kit, **{kind: "-"})
    assert_one_error(process(*args, *quiet(name), shell='"$PYTHON" -m embedkit "$@" <&-'), "stdin")


@pytest.mark.parametrize("name", ["vocab", "similar", "train svd"])
def test_stderr_closed(process, run, kit, name):
    expected = run(*filled(name, kit, out="-"))
    result = process(*filled(name, kit, out="-"), shell='"$PYTHON" -m embedkit "$@" 2>&-')
    assert (result.code, result.raw) == (0, expected.raw)


@pytest.mark.parametrize(
    ("name", "sent", "code"),
    [
        ("similar", signal.SIGINT, 130),
        ("analogy", signal.SIGTERM, 143),
        ("pairs", signal.SIGTERM, 143),
        ("vectors", signal.SIGINT, 130),
    ],
)
def test_answers_come_at_once_and_signals_end_it(kit, name, sent, code):
    line = COMMANDS[name]
    args = filled(name, kit)[: -len(line.asks)]
    running = start(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with running:
        running.stdin.write(line.lines.encode())
        running.stdin.flush()
        # stdin stays open: the answer must not wait for its end.
        assert running.stdout.readline().decode().split("\t")[0] in (line.lines.split("\n")[0], *line.asks)
        wait_until_asleep(running.pid)
        running.send_signal(sent)
        assert running.wait(20) == code
        assert without_compiling(running.stderr.read().decode()).strip() == ""


@pytest.mark.parametrize(
    ("name", "sent", "code"),
    [
        ("vocab", signal.SIGINT, 130),
        ("count", signal.SIGINT, 130),
        ("phrases", signal.SIGTERM, 143),
        ("train ppmi", signal.SIGTERM, 143),
    ],
)
def test_signals_end_the_wait_for_text(kit, tmp_path, name, sent, code):
    args = filled(name, kit, text="-")
    before = contents(tmp_path)
    with start(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        # More than a pipe holds: once it is written, the command is reading, and waits for more.
        running.stdin.write(TEXT.encode() * 5000)
        running.stdin.flush()
        wait_until_asleep(running.pid)
        running.send_signal(sent)
        assert running.wait(20) == code
        assert without_compiling(running.stderr.read().decode()).strip() == ""
        assert running.stdout.read() == b""
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", ["evaluate", "info", "perplexity"])
def test_a_table_on_a_terminal(kit, name):
    """Aligned columns instead of tabs, and no colour where none is wanted."""
    master, terminal = os.openpty()
    running = start(filled(name, kit), stdout=terminal, env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"})
    os.close(terminal)
    shown = b""
    while chunk := _read(master):
        shown += chunk
    os.close(master)
    assert without_compiling(running.communicate()[1].decode()) == ""
    assert running.returncode == 0
    assert b"\t" not in shown
    assert b"\x1b" not in shown
    starts = {line.index(b"  ") for line in shown.split(b"\r\n") if b"  " in line}
    assert starts, shown


TEXTS = [
    "vocab -o",
    "phrases --text",
    "plot",
    "plot M",
    "plot VECTORS",
    "plot --labelled",
    "plot --heads",
    "convert int8",
]  # of the WRITING lines


@pytest.fixture
def terminal():
    """A terminal of its own, which is never read: (descriptor, name)."""
    master, slave = os.openpty()
    yield slave, os.ttyname(slave)
    os.close(master)
    os.close(slave)


@pytest.mark.parametrize("name", [name for name in WRITING if name not in TEXTS])
def test_nothing_binary_on_a_terminal(run, kit, terminal, name):
    assert_one_error(run(*filled(name, kit, out=terminal[1])), f"{terminal[1]}: is a terminal")


def test_stdout_that_is_a_terminal(kit, terminal):
    running = start(filled("train svd", kit, text="missing.txt", out="-"), stdout=terminal[0])
    said = running.communicate()[1].decode()
    assert running.returncode == 1
    assert said.startswith("Error: -: is a terminal, and what would be written is binary\nHint: redirect it (> FILE), ")
    assert said.endswith(" -o FILE\n")


@pytest.mark.parametrize("args", ["vocab -o", "convert int8"])
def test_text_on_a_terminal(run, kit, terminal, args):
    assert run(*filled(args, kit, out=terminal[1])).code == 0


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:  # Linux tells the end of a terminal this way
        return b""
