"""What `embedkit train` says that it needs, against the memory that it takes: python benchmarks/memory.py TEXT

The peak is that of the process's own pages (RssAnon; mapped files are not counted), less that of a tiny model of its
kind on a hundred lines: the interpreter, the libraries and the compiled kernels. Linux only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from embedkit.io.files import open_input
from embedkit.units import readable

SMALL = {"svd": ["--dim", "10"], "lstm": ["--embed", "10", "--hidden", "10"]}
RUNS = {
    "ppmi": ["ppmi"],
    "svd": ["svd", "--max-vocab", "30000"],
    "svd, 300 dimensions": ["svd", "--max-vocab", "30000", "--dim", "300"],
    "skipgram": ["skipgram", "--epochs", "1"],
    "skipgram, every word, 300 dimensions": ["skipgram", "--epochs", "1", "--min-count", "1", "--dim", "300"],
    "cbow, deterministic": ["cbow", "--epochs", "1", "--deterministic"],
    "kn": ["kn"],
    "lstm": ["lstm", "--epochs", "1", "--max-vocab", "10000"],
    "lstm 650x2, adam": [
        *["lstm", "--epochs", "1", "--max-vocab", "10000", "--embed", "650", "--hidden", "650", "--layers", "2"],
        *["--optimizer", "adam"],
    ],
}


def peak(command: list, seconds: float) -> int:
    """The most that the process held, in bytes, sampled; it is stopped after so many seconds."""
    process, most, end = subprocess.Popen(list(map(str, command))), 0, time.monotonic() + seconds
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
            most = max(most, int(status.split("RssAnon:")[1].split()[0]) << 10)
        except (OSError, IndexError):
            pass
        time.sleep(0.005)
        if time.monotonic() > end:
            process.kill()
    return most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text")
    parser.add_argument("--seconds", type=float, default=60, help="of each run: a training is soon at its peak")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_input(args.text) as text:
            (folder / "short").write_bytes(b"".join(islice(text, 100)))
        for what, options in RUNS.items():
            train, model, out = [sys.executable, "-m", "embedkit", "train"], options[0], ["-q", "-o", folder / "out"]
            base = peak([*train, model, *SMALL.get(model, []), folder / "short", *out], args.seconds)
            taken = peak([*train, *options, args.text, *out, "--log", folder / "log"], args.seconds) - base
            events = map(json.loads, (folder / "log").read_text().splitlines())
            told = next(event["needed"] for event in events if event["event"] == "memory")
            print(f"{what}\ttold {readable(told)}\ttaken {readable(taken)}\t{told / taken:.2f}", flush=True)


main()
