"""Every command where things are unusual: the C locale, an empty stdin, little memory, folders not to be written."""

from __future__ import annotations

import ctypes
import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path

import _warm
import numpy as np
import pytest
from _contract import (
    COMMANDS,
    ONE_EACH,
    READING,
    TEXT,
    WRITING,
    assert_one_error,
    contents,
    filled,
    quiet,
    start,
    unclocked,
)
from _warm import CLOSED

import embedkit

C_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "", "NO_COLOR": "1"}


@pytest.mark.parametrize("name", ONE_EACH)
def test_no_stdin_no_unicode_locale_no_terminal(run, kit, tmp_path, name):
    """Files in a folder with a Korean name: the C locale changes nothing, and nobody misses stdin or a terminal."""
    korean = tmp_path / "한글"
    shutil.copytree(tmp_path, korean)
    kit = {kind: path.replace(str(tmp_path), str(korean)) for kind, path in kit.items()}
    running = start(filled(name, kit), stdin=CLOSED, stdout=subprocess.PIPE, env={**os.environ, **C_LOCALE})
    out, err = running.communicate()
    made = contents(korean).get("made")
    here = run(*filled(name, kit))
    assert (running.returncode, out, unclocked(err.decode())) == (0, here.raw, unclocked(here.err))
    assert made == contents(korean).get("made")
    assert (made is None) == (name not in WRITING)
    assert b"\x1b" not in out + err


@pytest.mark.parametrize(("name", "kind"), READING)
def test_empty_stdin_is_an_empty_file(run, kit, tmp_path, name, kind):
    before = contents(tmp_path)
    result = run(*filled(name, kit, **{kind: "-"}), *quiet(name), stdin=b"")
    assert_one_error(result, "-: ")
    assert contents(tmp_path) == before


AUDITED = """
import sys
FORBIDDEN = {"socket", "subprocess", "ftplib", "smtplib", "http", "urllib", "webbrowser", "telnetlib"}
EVENTS = {"os." + name for name in ("system", "exec", "fork", "forkpty", "posix_spawn", "spawn")} | {"pty.spawn"}
seen = []

def watch(event, args):
    if event.split(".")[0] in FORBIDDEN or event in EVENTS:
        seen.append(event)

sys.addaudithook(watch)
from embedkit import cli
for line in open(sys.argv[1]).read().split("\\n\\n"):
    seen.clear()
    print(cli.run(line.split("\\n")), *seen, file=sys.stderr)
"""


def test_nothing_is_sent_and_nothing_is_run(kit, tmp_path):
    """The interpreter tells of every socket and process that anything opens, numpy and numba included."""
    names = [name for name in COMMANDS if not name.startswith("plot")]
    lines = [filled(name, {**kit, "out": str(tmp_path / "made")}) + quiet(name) for name in names]
    (tmp_path / "lines").write_text("\n\n".join("\n".join(line) for line in lines))
    script = [sys.executable, "-c", AUDITED, tmp_path / "lines"]
    done = subprocess.run(script, input=b"", capture_output=True)
    codes = [line for line in done.stderr.decode().split("\n") if line[:1].isdigit()]
    assert codes == ["0"] * len(names), done.stderr.decode()


MEMORY = """
import resource, sys
from embedkit import cli
import embedkit.neural.language.fit, embedkit.neural.word2vec.trainer, embedkit.vectors.formats
limit = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize() + (40 << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
sys.exit(cli.run(sys.argv[1:]))
"""
HUNGRY = {
    "similar": "similar {large} w1",
    "convert": "convert {large} {out} --to glove",
    "postprocess": "postprocess {large} -o {out} --steps unit",
    "unpacked": "similar {packed} w1",
    "skipgram": "train skipgram {text} -o {out} --min-count 1 --dim 9000000 --threads 1 -q",
    "lstm": "train lstm {text} -o {out} --embed 5000 --hidden 5000 --threads 1 -q",
}


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> dict[str, str]:
    """Vectors of 100 MB, plain and compressed."""
    folder, row = tmp_path_factory.mktemp("large"), np.ones(100_000, "<f4").tobytes()
    with open(folder / "plain", "wb") as file:
        file.write(b"250 100000\n")
        for i in range(250):
            file.write(b"w%d " % i + row + b"\n")
    with open(folder / "plain", "rb") as plain, gzip.GzipFile(folder / "packed", "wb", 1, mtime=0) as packed:
        shutil.copyfileobj(plain, packed)
    return {"large": str(folder / "plain"), "packed": str(folder / "packed")}


@pytest.mark.parametrize("name", HUNGRY)
def test_a_memory_limit(large, kit, tmp_path, name):
    """As `ulimit -v` sets it, 40 MB above what the program itself takes: one line, and nothing is written."""
    before, args = contents(tmp_path), [word.format(**kit, **large) for word in HUNGRY[name].split()]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # OpenBLAS waits for ever for threads that cannot start
    done = _warm.run(["-c", MEMORY, *args], env=environment)
    assert (done.returncode, done.stdout) == (1, b""), done.stderr
    error, *hint = done.stderr.decode().rstrip("\n").split("\n")
    assert error.startswith("Error: ")
    assert "memory" in error
    assert all(line.startswith("Hint: ") for line in hint)
    assert contents(tmp_path) == before


def obey() -> None:
    """Let file modes bind root too: its next program runs without CAP_DAC_OVERRIDE (prctl 24 drops number 1)."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)


@pytest.fixture
def locked(tmp_path):
    """`locked(*args, **environment)`: a command of a package that cannot be written to, for a user without a home."""
    site, work, package = tmp_path / "site", tmp_path / "work", Path(embedkit.__file__).parent
    shutil.copytree(package, site / "embedkit", ignore=shutil.ignore_patterns("__pycache__"))
    work.mkdir()
    (work / "text").write_text(TEXT, "utf-8")
    folders = [site, *(path for path in site.rglob("*") if path.is_dir())]
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("EMBEDKIT", "NUMBA", "XDG"))}
    kept |= {"HOME": "/proc/nowhere", "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}

    def call(*args, **more):
        command, environment = [sys.executable, "-m", *args], {**kept, **more}
        return subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, preexec_fn=obey)

    for folder in folders:
        folder.chmod(0o555)
    if not call("zipfile", "-c", str(site / "probe"), "text").returncode:
        pytest.skip("file modes do not bind this user")
    yield lambda *args, **more: call("embedkit", *args, **more)
    for folder in folders:
        folder.chmod(0o755)


def check_locked(locked, **more) -> None:
    done = locked("train", "svd", "text", "-o", "made", "--min-count", "1", "--dim", "2", **more)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "Traceback" not in done.stderr
    assert "Error" not in done.stderr
    compiles = not more.get("NUMBA_DISABLE_JIT")
    for said in (done.stderr, locked("vocab", "text", **more).stderr):
        assert said.count("in every run, as they cannot be kept: ") == compiles
        assert said.count("texts are not kept: ") == 1
    assert locked("similar", "made", "king", "-k", "1", **more).returncode == 0
    assert locked("cache", **more).returncode == 0


def test_a_read_only_install_without_a_home(locked):
    check_locked(locked, NUMBA_DISABLE_JIT="1")


@pytest.mark.slow
def test_a_read_only_install_without_a_home_compiles(locked):
    check_locked(locked)
