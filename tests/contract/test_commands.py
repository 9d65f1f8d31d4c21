"""The promises that every command makes, kept by one table: exit codes, streams, files, help.

A new command needs a line in COMMANDS, and a model of the catalog one as well; the tests follow from it.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import signal
import subprocess
import sys
from typing import NamedTuple

import click
import pytest

from embedkit import cli, commands
from embedkit.catalog import MODELS
from embedkit.vectors import formats
from embedkit.vectors.change.quantize import quantize

TEXT = "the king met a queen\na queen met the king\n한국어 는 the king 한국어 를 a queen\n" * 3
PAIRS = "king\tqueen\t9\nman\twoman\t7\napple\tking\t1\n"
QUESTIONS = ": royal\nman king woman queen\nking man queen woman\n"
LATIN1 = b"caf\xe9 au lait\n" * 40


class Line(NamedTuple):
    """A working command line: names in braces are files of `kit`, {out} is a file to write.

    Of commands that answer queries, `asks` are queries as arguments, `lines` the same on stdin, and `unknown` is a line
    without an answer.
    """

    args: str
    asks: tuple[str, ...] = ()
    lines: str = ""
    unknown: str = ""


COMMANDS = {
    "train ppmi": Line("train ppmi {text} -o {out} --min-count 1"),
    "train svd": Line("train svd {text} -o {out} --min-count 1 --dim 2"),
    "train ppmi COUNTS": Line("train ppmi {counts} -o {out}"),
    "train svd COUNTS": Line("train svd {counts} -o {out} --dim 2"),
    "train skipgram": Line("train skipgram {text} -o {out} --min-count 1 --dim 2 --epochs 2 --sample 0"),
    "train cbow": Line("train cbow {text} -o {out} --min-count 1 --dim 2 --epochs 2 --sample 0"),
    "train kn": Line("train kn {text} -o {out} --order 3"),
    "train rnn": Line("train rnn {text} -o {out} --embed 2 --hidden 2 --epochs 2 --batch-size 2"),
    "train lstm": Line("train lstm {text} -o {out} --embed 2 --hidden 2 --epochs 2 --batch-size 2"),
    "train gru": Line("train gru {text} -o {out} --embed 2 --hidden 2 --epochs 2 --batch-size 2"),
    "train ffn": Line("train ffn {text} -o {out} --embed 2 --hidden 2 --order 3 --epochs 2 --batch-size 2"),
    "vocab": Line("vocab {text} --min-count 1"),
    "vocab -o": Line("vocab {text} --min-count 1 -o {out}"),
    "vocab --vocab": Line("vocab {text} --vocab {words}"),
    "vocab --phrases": Line("vocab {text} --phrases {phrases} --min-count 1"),
    "count": Line("count {text} --min-count 1 -o {out}"),
    "phrases": Line("phrases {text} --min-count 1 --threshold 1 --discount 0"),
    "phrases --text": Line("phrases {text} --text --min-count 1 --threshold 1 --discount 0 -o {out}"),
    "similar": Line(
        "similar {vectors} -k 3", ("한국어", "king - man + woman"), "한국어\nking - man + woman\n", "xyzzy\n"
    ),
    "similar sparse": Line("similar {sparse} -k 3", ("tea", "tea + milk"), "tea\ntea + milk\n", "xyzzy\n"),
    "similar int8": Line("similar {quantized} -k 3", ("한국어", "queen"), "한국어\nqueen\n", "xyzzy\n"),
    "analogy": Line("analogy {vectors} -k 3", ("man", "king", "한국어"), "man king 한국어\n", "man king xyzzy\n"),
    "pairs": Line("pairs {vectors}", ("king", "한국어"), "king 한국어\n", "king xyzzy\n"),
    "vectors": Line("vectors {vectors}", ("한국어", "New York"), "한국어\nNew York\n", "xyzzy\n"),
    "vectors sparse": Line("vectors {sparse}", ("tea", "milk"), "tea\nmilk\n", "xyzzy\n"),
    "vectors --sentence": Line("vectors {vectors} --sentence mean", ("한국어 king",), "한국어 king\n", "xyzzy\n"),
    "vectors --all": Line("vectors {vectors} --all"),
    "evaluate": Line("evaluate {vectors} --pairs {pairs} --questions {questions}"),
    "perplexity": Line("perplexity {lm} {text}"),
    "perplexity --reset-per-line": Line("perplexity {lm} {text} --reset-per-line"),
    "perplexity --neural-cache": Line("perplexity {lm} {text} --neural-cache 9 --theta 1 --lambda .6,.4"),
    "score": Line("score {lm} {text}"),
    "score --words": Line("score {lm} {text} --words"),
    "generate": Line("generate {lm} --words 12 --prompt 한국어"),
    "generate --beam": Line("generate {lm} --beam 2 --lines 2 --words 9"),
    "plot": Line("plot {log} -o {out} --to svg"),
    "select": Line("select {vectors} -o {out} --top 3 --min-count 20"),
    "select --words": Line("select {vectors} -o {out} --words {words}"),
    "select sparse": Line("select {sparse} -o {out} --top 2"),
    "postprocess": Line("postprocess {vectors} -o {out} --steps center,unit,abtt:1,whiten,pca:2"),
    "merge": Line("merge {vectors} {other} -o {out}"),
    "merge --union": Line("merge {vectors} {other} -o {out} --union --how concatenate --unit"),
    "align": Line("align {vectors} {other} -o {out}"),
    "align --words": Line("align {vectors} {other} -o {out} --words {words}"),
    "diff": Line("diff {vectors} {other}"),
    "diff WORD": Line("diff {vectors} {other} king 한국어 plough -k 2"),
    "diff --words": Line("diff {vectors} {other} --words {words}"),
    "quantize": Line("quantize {vectors} -o {out}"),
    "convert": Line("convert {vectors} {out} --to native"),
    "convert int8": Line("convert {quantized} {out} --to glove --on-bad-token skip"),
    "info": Line("info {vectors}"),
    "info COUNTS": Line("info {counts}"),
    "verify": Line("verify {vectors}"),
    "cache": Line("cache"),
}
GROUPS = ("", "train")
HEADED = ("evaluate", "perplexity")  # a line with the names of the columns, but for --json
KINDS = (
    "text",
    "counts",
    "vectors",
    "other",
    "sparse",
    "quantized",
    "lm",
    "pairs",
    "questions",
    "words",
    "phrases",
    "log",
)


def unclocked(text: str) -> str:
    """`text` without speeds, which no two runs share."""
    return re.sub(r"[\d,]+ (words|tokens)/s", r"\1/s", text)


def the(condition) -> list[str]:
    """Names of the lines for which `condition(line)` holds."""
    return [name for name, line in COMMANDS.items() if condition(line)]


def reads(line: Line) -> list[str]:
    return [kind for kind in KINDS if f"{{{kind}}}" in line.args]


WRITING, PRINTING = the(lambda line: "{out}" in line.args), the(lambda line: "{out}" not in line.args)
READING = [(name, kind) for name, line in COMMANDS.items() for kind in reads(line)]
ASKING = the(lambda line: line.asks)
# Enough for what costs a process of its own.
ONE_EACH = list({line.args.split()[0]: name for name, line in reversed(COMMANDS.items())}.values())


def command(words: str) -> click.Command:
    """`embedkit WORDS` without its arguments: of groups and subcommands, the last one named."""
    found = cli.cli
    for word in words.split():
        if not isinstance(found, click.Group):
            break
        found = found.get_command(click.Context(found), word)
    return found


def has(name: str, option: str) -> bool:
    return any(option in param.opts for param in command(COMMANDS[name].args).params)


def quiet(name: str) -> list[str]:
    return ["-q"] if has(name, "-q") else []


def filled(name: str, kit: dict, **files) -> list[str]:
    """The arguments of a line, with the files of `kit` unless others are given; queries as arguments."""
    line = COMMANDS[name]
    if name == "plot":
        pytest.importorskip("matplotlib")
    return [word.format(**{**kit, **files}) for word in line.args.split()] + list(line.asks)


@pytest.fixture(scope="module", autouse=True)
def counts(tmp_path_factory):
    """Counts of TEXT, for which it is encoded once: `cache` has an entry to list, and no test waits for it again."""
    folder = tmp_path_factory.mktemp("cache")
    (folder / "text").write_text(TEXT, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDKIT_CACHE", str(folder))
        arguments = ["count", folder / "text", "-o", folder / "counts", "--min-count", 1, "-q"]
        assert cli.run([str(arg) for arg in arguments]) == 0
        yield (folder / "counts").read_bytes()


@pytest.fixture(scope="module")
def lm(tmp_path_factory):
    """The bytes of a language model of TEXT."""
    folder = tmp_path_factory.mktemp("lm")
    (folder / "text").write_text(TEXT, "utf-8")
    sizes = ["--embed", 3, "--hidden", 3, "--epochs", 1, "--batch-size", 2, "--bptt", 5]
    arguments = ["train", "lstm", folder / "text", "-o", folder / "lm", "-q", "--no-cache", *sizes]
    assert cli.run([str(arg) for arg in arguments]) == 0
    return (folder / "lm").read_bytes()


@pytest.fixture
def kit(tmp_path, toy, toy_file, sparse_file, counts, lm):
    """A file of every kind; `other` has some of the words of `vectors`, `out` does not exist yet."""
    files = {
        "text": TEXT.encode(),
        "counts": counts,
        "lm": lm,
        "pairs": PAIRS.encode(),
        "questions": QUESTIONS.encode(),
        "other": "4 4\nking 1 0 0 1\n한국어 0 1 0 0\nqueen 0 0 1 0\nplough 1 1 1 1\n".encode(),
        "words": "queen\nking\n한국어\n".encode(),
        "phrases": "the\tking\t9\t3.5\n한국어\t를\n".encode(),
        "log": b'{"event": "epoch", "epoch": 1, "loss": 2.5}\n{"event": "epoch", "epoch": 2, "loss": 1.5}\n',
    }
    for kind, content in files.items():
        (tmp_path / f"{kind}.txt").write_bytes(content)
    formats.save(tmp_path / "quantized", quantize(toy))
    paths = {kind: tmp_path / f"{kind}.txt" for kind in files} | {"quantized": tmp_path / "quantized"}
    paths |= {"vectors": toy_file, "sparse": sparse_file}
    return {kind: str(path) for kind, path in paths.items()} | {"out": str(tmp_path / "made")}


def assert_one_error(result, *essentials, code: int = 1):
    """One line `Error: …`, at most one `Hint: …`, nothing on stdout."""
    assert (result.code, result.out) == (code, ""), result.err
    first, *rest = result.err.rstrip("\n").split("\n")
    assert first.startswith("Error: ")
    assert len(rest) <= 1
    assert not rest or rest[0].startswith("Hint: ")
    assert "mistake of embedkit's own" not in first
    for essential in essentials:
        assert str(essential) in first


def contents(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


# --- the table itself


def test_every_command_is_in_the_table():
    assert {line.args.split()[0] for line in COMMANDS.values()} == set(commands.COMMANDS)


def test_every_model_is_in_the_table():
    trained = {line.args.split()[1] for line in COMMANDS.values() if line.args.startswith("train ")}
    assert trained == set(MODELS)


def test_every_query_command_is_asked():
    asking = {COMMANDS[name].args.split()[0] for name in ASKING}
    assert asking == {"similar", "analogy", "pairs", "vectors"}


# --- help and usage

CALLS = [*GROUPS, *dict.fromkeys(" ".join(line.args.split("{")[0].split("-")[0].split()) for line in COMMANDS.values())]


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
            if not param.is_flag and isinstance(param.default, (int, float, str)):
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


@pytest.mark.parametrize("words", [words for words in CALLS if words not in (*GROUPS, "cache")])
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


def start(args, redirect: str = "", **options) -> subprocess.Popen:
    """The command in bash, with `redirect` after it."""
    shell = f'exec "$0" -m embedkit "$@" {redirect}'
    return subprocess.Popen(["bash", "-c", shell, sys.executable, *args], stderr=subprocess.PIPE, **options)


@pytest.mark.parametrize("name", ONE_EACH)
def test_stdout_that_takes_nothing(kit, name):
    """A full disk and a closed stdout: exit 1 and one line; a pipe that nobody reads: 141 and silence."""
    args = filled(name, kit, out="-") + quiet(name)
    reader, writer = os.pipe()
    os.close(reader)
    running = [start(args, ">/dev/full"), start(args, ">&-"), start(args, stdout=writer)]
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


@pytest.mark.parametrize("name", [name for name in ONE_EACH if name in PRINTING])
def test_no_stdin_and_no_unicode_locale(run, kit, name):
    """The C locale changes nothing, and a command that needs no stdin does not miss it."""
    running = start(filled(name, kit), "<&-", stdout=subprocess.PIPE, env={**os.environ, **C_LOCALE})
    out, err = running.communicate()
    here = run(*filled(name, kit))
    assert (running.returncode, out, err.decode()) == (0, here.raw, here.err)


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
        running.send_signal(sent)
        assert running.wait(20) == code
        assert running.stderr.read().strip() == b""


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
        running.send_signal(sent)
        assert running.wait(20) == code
        assert running.stderr.read().strip() == b""
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
    assert running.communicate() == (None, b"")
    assert running.returncode == 0
    assert b"\t" not in shown
    assert b"\x1b" not in shown
    starts = {line.index(b"  ") for line in shown.split(b"\r\n") if b"  " in line}
    assert starts, shown


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:  # Linux tells the end of a terminal this way
        return b""
