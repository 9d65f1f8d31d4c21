"""The state of an unfinished run, in one file: what a long training loses to a crash is at most a few minutes.

A native file of kind "checkpoint": the tensors and numbers of the trainer, and the `identity` of the run (model,
configuration, fingerprints of what it reads), which must be the same when the run goes on.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np

from ..errors import EmbedkitError, FormatError
from ..io import container
from ..io.files import free_space, map_input
from ..io.metadata import pack_metadata, unpack_metadata
from ..io.output import Output
from ..runtime.progress import SILENT, Progress
from ..units import readable

INTERVAL = 300  # seconds between two checkpoints
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_FACTS = {"identity": dict, "state": dict, "complete": bool}
_ANEW = "--restart discards it and starts anew"
_AGAIN = "remove it, and start anew"
_OTHER = "--checkpoint FILE names another file"


class Checkpoint:
    """The file of a run's state; without a path it leaves none, and signals end it at once.

    Parameters
    ----------
    path : the file, or None
    resume : go on from the file if there is one
    restart : discard the file if there is one

    With neither of these a file that is there is refused: it may hold hours of work. `identity` holds the JSON-able
    facts that must not change, as nested tables; whoever knows them sets it.
    """

    def __init__(
        self, path: str | None = None, resume: bool = False, restart: bool = False, progress: Progress = SILENT
    ):
        self.path, self.progress, self.identity = path, progress, {}
        self.is_kept = False  # whether the file holds a state of this run
        self.is_complete = False  # and that is the end of the training
        self._resume, self._restart, self._signal, self._handlers = resume, restart, None, {}
        self._next = time.monotonic() + INTERVAL
        if path is not None and not os.path.isdir(os.path.dirname(os.path.realpath(path))):
            raise EmbedkitError(f"{path}: cannot be written: there is no such directory")
        if self._is_there():
            self._read()
            self._check_wanted()

    @property
    def will_resume(self) -> bool:
        """True if there is a file, and it is gone on from."""
        return self._resume and self._is_there()

    def _is_there(self) -> bool:
        return self.path is not None and os.path.exists(self.path)

    def _check_wanted(self) -> None:
        if not self._resume and not self._restart:
            raise EmbedkitError(
                f"{self.path}: the checkpoint of an unfinished run, which would be lost",
                f"--resume goes on from it, {_ANEW}; --checkpoint FILE names another",
            )

    def load(self) -> tuple[dict[str, np.ndarray], dict] | None:
        """(tensors, state) to go on from, None to start at the beginning: then a file that was there is gone.

        The tensors are read-only, mapped. EmbedkitError where the file is damaged, or belongs to another run: the first
        difference is named.
        """
        if not self._is_there():
            if self._resume:
                self.progress.say(f"{self.path}: there is no checkpoint, so training starts at the beginning")
            return None
        self._check_wanted()  # another run may have begun while this one was reading
        if self._restart:
            self.progress.say(f"{self.path}: the checkpoint of an unfinished run is discarded")
            self.remove()
            return None
        stored = self._read()
        if not all(container.verify(self.path).values()):
            raise EmbedkitError(f"{self.path}: damaged: a checksum does not match", _ANEW)
        metadata = unpack_metadata(stored.metadata)
        if not all(isinstance(metadata.get(key), kind) for key, kind in _FACTS.items()):
            raise EmbedkitError(f"{self.path}: damaged: it does not say what it is the state of", _ANEW)
        there, here = dict(_flat(metadata["identity"])), dict(_flat(self.identity))
        for name in there | here:
            if there.get(name) != here.get(name):
                raise EmbedkitError(
                    f"{self.path}: belongs to another run: {name} was {there.get(name)}, now it is {here.get(name)}",
                    f"give the options and the text of that run; {_ANEW}",
                )
        self.is_kept, self.is_complete = True, metadata["complete"]
        return {name: stored[name] for name in stored.names}, metadata["state"]

    def _read(self) -> container.Container:
        """The file, which may be no checkpoint: then it is neither gone on from nor discarded."""
        data = map_input(self.path) if os.path.isfile(self.path) else np.empty(0, np.uint8)
        if not container.looks_like(data[:9].tobytes()):
            raise EmbedkitError(f"{self.path}: is no checkpoint", _OTHER)
        try:
            stored = container.read(self.path, data)
        except FormatError as error:
            raise EmbedkitError(str(error), _AGAIN) from error
        if stored.metadata.get("kind") != "checkpoint":
            raise EmbedkitError(f"{self.path}: is no checkpoint", _OTHER)
        return stored

    def expect(self, tensors: dict[str, np.ndarray]) -> None:
        """Say before the work if there is no room to `save` these beside what is there."""
        size, free = sum(tensor.nbytes for tensor in tensors.values()), self.path and free_space(self.path)
        if free is not None and size > free:
            need = f"{self.path} will need {readable(size)}, {readable(free)} is free"
            self.progress.say(f"Warning: no room for checkpoints: {need}")

    def save(self, tensors: dict[str, np.ndarray], state: dict, is_complete: bool = False) -> None:
        """Replace the file, then act on a signal. Where it cannot be written, people are told and the run goes on."""
        if self.path is not None:
            facts = {"kind": "checkpoint", "identity": self.identity, "state": state, "complete": is_complete}
            try:
                with Output(self.path) as out:
                    container.write(out, tensors, pack_metadata(facts))
            except EmbedkitError as error:
                self.progress.say(f"Warning: no checkpoint: {error}")
            else:
                self.is_kept, self.is_complete = True, is_complete
                self.progress.event("checkpoint", path=self.path)
                if self._signal:
                    self.progress.say(f"stopped; --resume goes on from {self.path}")
        self._next = time.monotonic() + INTERVAL
        self._act()

    def due(self) -> bool:
        """True if the state should be saved now: a signal has come, or the last time is long ago."""
        return self.path is not None and (self._signal is not None or time.monotonic() >= self._next)

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Inside, the first signal to stop waits for the next `save`; a second one acts at once."""
        if self.path is not None and threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                if signal.getsignal(number) != signal.SIG_IGN:
                    self._handlers[number] = signal.signal(number, self._note)
        try:
            yield
        finally:
            self._restore()
        self._act()  # on what came after the last `save`

    def remove(self) -> None:
        """The run is complete: nobody needs its checkpoint."""
        if self.path is not None:
            with suppress(OSError):
                os.unlink(self.path)

    def _note(self, number: int, _) -> None:
        is_second, self._signal = self._signal is not None, number
        if is_second:
            self._act()

    def _act(self) -> None:
        """Do what the signal that came, if one did, does without us."""
        number, self._signal = self._signal, None
        if number is not None:
            self._restore()
            signal.raise_signal(number)

    def _restore(self) -> None:
        while self._handlers:
            number, handler = self._handlers.popitem()
            signal.signal(number, handler)


def _flat(table: dict, prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, list(value) if isinstance(value, tuple) else value  # as JSON gives it back
