"""Progress of a long run: bars and sentences on stderr, events in a log file. The only user of tqdm."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress

from ..errors import EmbedkitError, OptionError


class Progress:
    """Passed down to whatever takes long. Bars appear on a terminal only; `quiet` silences bars and sentences.

    `log` is a file for events, replaced, or with `append` continued behind its last whole line.
    """

    def __init__(self, quiet: bool = False, log: str | None = None, append: bool = False):
        self.quiet, self._path, self._log = quiet, log, None
        self._said: set[str] = set()
        if log == "-":
            raise OptionError("--log -: stdout is for results", "name a file, or /dev/stderr")
        if log is not None:
            with self._reported():
                if append:
                    _drop_torn_line(log)
                self._log = open(log, "a" if append else "w", encoding="utf-8")  # noqa: SIM115 (open as long as the run)

    @contextmanager
    def _reported(self):
        try:
            yield
        except OSError as error:
            raise EmbedkitError(f"{self._path}: cannot write the log: {error.strerror}") from error

    def __enter__(self) -> Progress:
        _entered.append(self)
        return self

    def __exit__(self, *_):
        _entered.remove(self)
        # Every line is on disk already: what a full disk left in the buffer has been reported.
        if self._log is not None:
            with suppress(OSError):
                self._log.close()

    @contextmanager
    def bar(self, total: int, label: str, unit: str = "it"):
        """A bar over `total` units; yields `advance(n, **shown)`: n more, and what to show behind the bar."""
        if self.quiet or sys.stderr is None or not sys.stderr.isatty():
            yield lambda n=1, **shown: None
            return
        from tqdm import tqdm

        with tqdm(total=total, desc=label, unit=unit, unit_scale=True, leave=False) as bar:

            def advance(n=1, **shown):
                if shown:
                    bar.set_postfix(shown, refresh=False)
                bar.update(n)

            yield advance

    def say(self, text: str, once: str | None = None) -> None:
        """One line for people; of those that are about the same thing, which `once` names, only the first."""
        is_known = once in self._said
        if once is not None:
            self._said.add(once)
        if not self.quiet and not is_known and sys.stderr is not None:
            with suppress(OSError):
                sys.stderr.write(text + "\n")

    def event(self, event: str, **fields) -> None:
        """One JSON line in the log file, stamped with the time; nothing without `--log`."""
        if self._log is not None:
            import json
            import time

            with self._reported():
                self._log.write(json.dumps({"event": event, "time": round(time.time(), 3), **fields}) + "\n")
                self._log.flush()


def _drop_torn_line(path: str) -> None:
    """Cut off what a run that was killed, or a full disk, left of the last event in a log."""
    if os.path.isfile(path):
        with open(path, "rb+") as file:
            data = file.read()
            end = data.rfind(b"\n") + 1
            if b'{"event": '.startswith(data[end : end + 10]):
                file.truncate(end)


_entered: list[Progress] = []
SILENT = Progress(quiet=True)


def current() -> Progress:
    """The progress of the run at work, for what every run shares; `SILENT` outside of one."""
    return _entered[-1] if _entered else SILENT
