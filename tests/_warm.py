"""Processes that begin warm: forked from one that has imported the package, for a hundredth of a second, not a half.

They show what a command does with its streams, with signals and when it is killed; how Python starts, and what it
imports on the way, is for a cold one.
"""

from __future__ import annotations

import ast
import atexit
import importlib
import io
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

CLOSED = -9  # instead of a stream: the process starts without it
# Read once, where Python and the libraries start: other values need another process to fork from.
AT_THE_START = ("PYTHON", "LC_", "LANG", "NUMBA_", "OPENBLAS_", "OMP_", "MPL", "MATPLOTLIB")


def wait_until_asleep(pid: int) -> None:
    """Return once a process waits, say for its input. Python looks for signals between its own steps: one that comes
    just before it begins to read is seen only after it has read."""
    seen = 0
    while seen < 3:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        seen = seen + 1 if state == "S" else 0
        time.sleep(0.005)


class Process:
    """As `subprocess.Popen` of `python ARGS`, which are `-m MODULE …` or `-c SCRIPT …`; a stream may be CLOSED."""

    def __init__(self, args, stdin=None, stdout=None, stderr=None, env=None, cwd=None):
        env, ours, theirs = dict(os.environ if env is None else env), [], []
        for number, stream in enumerate((stdin, stdout, stderr)):
            end = None
            if stream == subprocess.PIPE:
                pipe = os.pipe()
                end = os.fdopen(pipe[not number], "rb" if number else "wb")
                stream = pipe[bool(number)]
            ours.append(end)
            theirs.append(number if stream is None else stream if isinstance(stream, int) else stream.fileno())
        self.stdin, self.stdout, self.stderr = ours
        self._answer, answer = socket.socketpair()
        given = [number for number, stream in enumerate(theirs) if stream != CLOSED]
        # As bytes: the locale of the child says what they are.
        variables = [f"{key}={value}" for key, value in env.items()]
        words = [[os.fsencode(str(word)).hex() for word in part] for part in ([cwd or os.getcwd()], args, variables)]
        request = repr([given, *words]).encode()
        socket.send_fds(server(env), [request], [answer.fileno(), *(theirs[number] for number in given)])
        answer.close()
        for end, stream in zip(ours, theirs):
            if end:
                os.close(stream)
        self.pid, self.returncode = self._told(), None

    def _told(self) -> int:
        return int.from_bytes(self._answer.recv(8), "little")

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._answer], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a warm process", timeout)
            self.returncode = os.waitstatus_to_exitcode(self._told())
            self._answer.close()
        return self.returncode

    def communicate(self, input: bytes = b"") -> tuple[bytes | None, bytes | None]:
        with ThreadPoolExecutor(2) as pool:
            read = [pool.submit(stream.read) if stream else None for stream in (self.stdout, self.stderr)]
            if self.stdin:
                with suppress(BrokenPipeError), self.stdin:
                    self.stdin.write(input)
        self.wait()
        self._close()
        return tuple(found and found.result() for found in read)

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def _close(self) -> None:
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream:
                with suppress(BrokenPipeError):
                    stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self._close()
        self.wait()


def run(args, input: bytes = b"", **options) -> subprocess.CompletedProcess:
    """As `subprocess.run` with `capture_output`."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    process = Process(args, **{**pipes, **options})
    out, err = process.communicate(input)
    return subprocess.CompletedProcess(args, process.returncode, out, err)


# `embedkit` for lines of bash that have the socket of a server open under number {link}: it asks for the process and
# waits for it. It imports next to nothing.
PROGRAM = """#!{python} -ISE
import _socket, os, sys
ours, theirs = _socket.socketpair()
variables = [name + b"=" + value for name, value in os.environb.items()]
words = [[os.getcwdb()], [b"-m", b"embedkit", *map(os.fsencode, sys.argv[1:])], variables]
request = repr([[0, 1, 2], *([word.hex() for word in part] for part in words)]).encode()
descriptors = b"".join(number.to_bytes(4, sys.byteorder) for number in (theirs.fileno(), 0, 1, 2))
_socket.socket(fileno={link}).sendmsg([request], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, descriptors)])
theirs.close()
ours.recv(8)
code = os.waitstatus_to_exitcode(int.from_bytes(ours.recv(8), "little"))
os._exit(code) if code >= 0 else os.kill(os.getpid(), -code)
"""

_servers: dict[tuple, socket.socket] = {}


def server(env: dict[str, str]) -> socket.socket:
    """The socket of the process to fork from, for the environment of a child."""
    started = {key: value for key, value in env.items() if key.startswith(AT_THE_START)}
    key = tuple(sorted(started.items()))
    if key not in _servers:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(AT_THE_START)}
        kept |= started | {"PYTHONPATH": str(Path(__file__).parents[1])}
        server = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            env=kept | {"PYTHONUNBUFFERED": ""},
        )
        theirs.close()
        atexit.register(server.wait)
        atexit.register(ours.close)
        _servers[key] = ours
    return _servers[key]


# --- in the process to fork from


def _preload() -> None:
    os.fsync = lambda fd: None
    package = importlib.import_module("embedkit.cli") and sys.modules["embedkit"]
    for module in pkgutil.walk_packages(package.__path__, "embedkit."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def _serve(link: socket.socket) -> tuple[list, list[int]]:
    """Fork for every request; returns in the child, with what it is to do and its descriptors."""
    answers: dict[int, socket.socket] = {}

    def reap(*_) -> None:
        while answers:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            with answers.pop(pid) as answer, suppress(BrokenPipeError):
                answer.sendall(status.to_bytes(8, "little"))

    signal.signal(signal.SIGCHLD, reap)
    while True:
        data, descriptors, *_ = socket.recv_fds(link, 1 << 20, 4)
        if not data:
            sys.exit()
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
            return ast.literal_eval(data.decode()), descriptors[1:]
        answers[pid] = socket.socket(fileno=descriptors[0])
        answers[pid].sendall(pid.to_bytes(8, "little"))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        for descriptor in descriptors[1:]:
            os.close(descriptor)


def _become(request: list, descriptors: list[int]) -> None:
    """Run what was asked for, with streams as Python makes them when it starts."""
    given = dict(zip(request.pop(0), descriptors))
    (folder,), args, variables = ([os.fsdecode(bytes.fromhex(word)) for word in part] for part in request)
    for number in range(3):
        os.dup2(given[number], number) if number in given else os.close(number)
    os.closerange(3, 1024)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variable.split("=", 1) for variable in variables)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        before, stream = getattr(sys, name), None
        if number in given:
            binary = open(number, "wb" if number else "rb", closefd=False)  # noqa: SIM115
            binary.raw.name = f"<{name}>"
            lines = number == 2 or binary.raw.isatty()
            stream = io.TextIOWrapper(binary, before.encoding, before.errors, "\n", line_buffering=lines)
            stream.mode = "w" if number else "r"
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    kind, what, *args = args
    sys.argv = [what, *args] if kind == "-m" else ["-c", *args]
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    _preload()
    _become(*_serve(socket.socket(fileno=int(sys.argv[1]))))
