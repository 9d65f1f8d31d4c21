"""What tests share: the command line in this process or another, toy vectors, the data beside the checkout."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import NamedTuple

# Threads of BLAS wait for each other at full speed, which takes longer than matrices as small as those of tests.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import _warm
import numpy as np
import pytest
from _cases import same_every_time
from _said import without_compiling

ROOT = Path(__file__).resolve().parents[1]

same_every_time()
os.fsync = lambda fd: None  # nothing that tests write has to outlast the machine

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # A shell lets its background jobs ignore interrupts; tests send them, to this process and its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _caches(tmp_path_factory):
    """Encoded texts and fonts are kept among the temporary files of this run, not with those of the user."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("EMBEDKIT_CACHE", "MPLCONFIGDIR"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        yield


class Result(NamedTuple):
    """What a command left: exit code, stdout and stderr as text, stdout as bytes."""

    code: int
    out: str
    err: str
    raw: bytes

    @property
    def rows(self) -> list[list[str]]:
        """The cells of every line of stdout."""
        return [line.split("\t") for line in self.out.split("\n")[:-1]]


def _result(code: int, out: bytes, err: bytes) -> Result:
    said = without_compiling(err.decode("utf-8", "surrogateescape"))
    return Result(code, out.decode("utf-8", "surrogateescape"), said, out)


def _bytes(stdin: str | bytes) -> bytes:
    return stdin.encode() if isinstance(stdin, str) else stdin


@pytest.fixture
def run(monkeypatch):
    """`run("similar", path, stdin=...)`: one command in this process; what goes through file `-` needs `process`."""

    def call(*args, stdin: str | bytes = b"") -> Result:
        from embedkit import cli

        streams = [io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(3)]
        streams[0] = io.TextIOWrapper(io.BufferedReader(io.BytesIO(_bytes(stdin))), "utf-8")
        with monkeypatch.context() as patch:
            for name, stream in zip(("stdin", "stdout", "stderr"), streams):
                patch.setattr(sys, name, stream)
            code = cli.run([str(arg) for arg in args])
        for stream in streams[1:]:
            stream.flush()
        return _result(code, *(stream.buffer.getvalue() for stream in streams[1:]))

    return call


@pytest.fixture
def process():
    """`process("similar", path)`: one command in a process of its own; `shell` runs a line of bash instead.

    It starts warm, unless a line of bash or a variable that Python reads when it starts wants a cold one.
    """

    def call(*args, stdin: str | bytes = b"", shell: str | None = None, **env) -> Result:
        environment, args = {**os.environ, "PYTHON": sys.executable, **env}, [*map(str, args)]
        if shell or any(name.startswith(_warm.AT_THE_START) for name in env):
            command = ["bash", "-c", shell, "bash"] if shell else [sys.executable, "-m", "embedkit"]
            environment["PYTHONPATH"] = str(ROOT)
            done = subprocess.run([*command, *args], input=_bytes(stdin), capture_output=True, env=environment)
        else:
            done = _warm.run(["-m", "embedkit", *args], _bytes(stdin), env=environment)
        return _result(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture(scope="session")
def shared() -> Path:
    """Data and golden files that are not part of the project; tests that need them are skipped without."""
    path = ROOT.parent / "shared"
    if not path.is_dir():
        pytest.skip("needs the shared folder beside the checkout")
    return path


@pytest.fixture(scope="session")
def golden() -> Path:
    """Files that the field's own tools wrote."""
    return ROOT / "tests/golden"


# Axes: royal, male, female, fruit. Rows of different lengths, two equal ones, one without direction.
TOY = {
    "king": (3, 4, 0, 0),
    "queen": (6, 0, 8, 0),
    "man": (0, 2, 0, 0),
    "woman": (0, 0, 1, 0),
    "apple": (0, 0, 0, 5),
    "pear": (0, 0, 0, 1),
    "plum": (0, 0, 0, 1),
    "New York": (0, 0, 0, -2),
    "한국어": (0, 0, 1, 1),
    "nil": (0, 0, 0, 0),
}
TOY_METADATA = {
    "model": "toy",
    "seed": 1,
    "corpus_sha256": "0" * 64,
    "tool": "embedkit 0",
    "config": {"text": {"tokenizer": "whitespace", "lowercase": True, "nfc": True, "min_count": 1}},
}


@pytest.fixture
def toy():
    """Ten words whose answers can be worked out by hand."""
    from embedkit.text.vocab import Vocab
    from embedkit.vectors.vectors import Vectors

    vocab = Vocab.from_words(TOY, range(100, 0, -10))
    return Vectors(vocab, np.array(list(TOY.values()), np.float32), metadata=deepcopy(TOY_METADATA))


@pytest.fixture
def toy_file(toy, tmp_path) -> Path:
    """`toy` as a native file."""
    from embedkit.vectors import formats

    path = tmp_path / "toy.safetensors"
    formats.save(path, toy)
    return path


@pytest.fixture
def sparse():
    """Four words over three contexts, as PPMI would give them."""
    from embedkit.matrix.csr import Csr
    from embedkit.text.vocab import Vocab
    from embedkit.vectors.sparse import SparseVectors

    vocab, contexts = Vocab.from_words(["tea", "coffee", "milk", "rare"]), Vocab.from_words(["cup", "hot", "cow"])
    indptr, indices = np.array([0, 2, 4, 5, 5]), np.array([0, 1, 0, 1, 2], np.int32)
    return SparseVectors(vocab, Csr(indptr, indices, np.array([3, 4, 1, 7, 2], np.float32), (4, 3)), contexts)


@pytest.fixture
def sparse_file(sparse, tmp_path) -> Path:
    """`sparse` as a native file."""
    from embedkit.vectors import formats

    path = tmp_path / "sparse.safetensors"
    formats.save(path, sparse)
    return path
