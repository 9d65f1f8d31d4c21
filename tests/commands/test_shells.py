"""The Tab key in bash, zsh and fish themselves, each in a terminal of its own with a start file as the help says."""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import sys
import time

import pytest

pytestmark = pytest.mark.slow

# Of each shell: what starts it, its start file and what is in it. Ctrl-O writes the line to the file $LINE.
SHELLS = {
    "bash": (
        ["bash", "--noprofile", "--rcfile", ".bashrc", "-i"],
        ".bashrc",
        'PS1="ready "; eval "$(embedkit completion bash)"\n'
        "bind 'set enable-bracketed-paste off'\n"
        """bind -x '"\\C-o": printf "%s\\n" "$READLINE_LINE" > "$LINE"'\n""",
    ),
    "zsh": (
        ["zsh", "-d", "-i"],
        ".zshrc",
        'PS1="ready "; autoload -U compinit; compinit -u -D; eval "$(embedkit completion zsh)"\n'
        'keep() { print -r -- "$BUFFER" > "$LINE" }; zle -N keep; bindkey "^O" keep\n',
    ),
    "fish": (
        ["fish", "-i"],
        ".config/fish/config.fish",
        "function fish_prompt; echo 'ready '; end; embedkit completion fish | source\n"
        "bind \\co 'commandline > $LINE'\n",
    ),
}
# What is typed before Tab, and the line after it: what goes on is unique.
LINES = {
    "embedkit sim": "embedkit similar ",
    "embedkit train skipg": "embedkit train skipgram ",
    "embedkit train svd --wei": "embedkit train svd --weighting ",
    "embedkit train svd text --weighting h": "embedkit train svd text --weighting harmonic ",
    "embedkit train svd --weighting=h": "embedkit train svd --weighting=harmonic ",
    "embedkit evaluate v --protocol le": "embedkit evaluate v --protocol levy2015 ",
    "embedkit convert v w --from glove-": "embedkit convert v w --from glove-bin ",
    "embedkit plot log --what sp": "embedkit plot log --what spectrum ",
    "embedkit completion z": "embedkit completion zsh ",
    "embedkit similar co": "embedkit similar corpus.txt ",
    "embedkit similar my": "embedkit similar my\\ text.txt ",
    "embedkit similar ~/co": "embedkit similar ~/corpus.txt ",
    "embedkit train svd text --config=co": "embedkit train svd text --config=corpus.txt ",
    "embedkit train svd corpus.txt | embedkit sim": "embedkit train svd corpus.txt | embedkit similar ",
    "embedkit similar corpus.txt my": "embedkit similar corpus.txt my",  # a query, no file
    "embedkit nothing my": "embedkit nothing my",
    "bin/embedkit train skipg": "bin/embedkit train skipgram ",
}


@pytest.mark.parametrize("shell", SHELLS)
def test_tab(shell, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}")
    (tmp_path / "bin").mkdir()
    for name in ("corpus.txt", "my text.txt"):
        (tmp_path / name).touch()
    program = tmp_path / "bin/embedkit"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m embedkit "$@"\n')
    program.chmod(0o755)
    command, start_file, start = SHELLS[shell]
    (tmp_path / start_file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / start_file).write_text(start)
    with Terminal(command, tmp_path) as terminal:
        assert {keys: terminal.line(keys + "\t") for keys in LINES} == LINES
        # What is not unique is listed.
        terminal.line("embedkit train \t\t")
        terminal.shows("skipgram", "cbow", "lstm")


class Terminal:
    """A shell at work in a folder that is its home, too."""

    def __init__(self, command: list[str], home):
        self.home, self.screen, self.kept = home, b"", home / "line"
        root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
        env = {"HOME": str(home), "PATH": f"{home}/bin:{os.environ['PATH']}", "PYTHONPATH": root, "TERM": "xterm"}
        self.pid, self.terminal = pty.fork()
        if not self.pid:
            os.chdir(home)
            os.execvpe(command[0], command, env | {"LINE": str(self.kept), "LANG": "C.UTF-8"})

    def __enter__(self):
        self.shows("ready ")
        return self

    def __exit__(self, *_):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)

    def shows(self, *texts: str) -> None:
        """Wait for what the shell prints."""
        self._wait(lambda: all(text.encode() in self.screen for text in texts))

    def line(self, keys: str) -> str:
        """The line, as it stands when `keys` have been typed; it is empty again then."""
        self.kept.unlink(missing_ok=True)
        os.write(self.terminal, f"{keys}\x0f".encode())
        self._wait(lambda: self.kept.exists() and self.kept.read_bytes().endswith(b"\n"))
        os.write(self.terminal, b"\x05\x15")  # to the end of the line, and delete it
        return self.kept.read_text().removesuffix("\n")

    def _wait(self, is_there) -> None:
        end = time.monotonic() + 20
        while not is_there():
            assert time.monotonic() < end, self.screen
            if select.select([self.terminal], [], [], 0.02)[0]:
                self.screen += os.read(self.terminal, 1 << 16)
