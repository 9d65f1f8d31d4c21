"""A text with more different words than memory is given for: time, memory and output of `embedkit vocab`.

python benchmarks/huge_vocab.py text.txt [--words 20000000] [--limits 200M 1T] [--max-memory 800M]

Makes text.txt if it is not there: every word once, in random order, and half as many draws from Zipf's law among them.
For each limit it prints the seconds, the most memory of the process's own (RssAnon; pages of mapped files are the
system's to take back) and the SHA-256 of what the command printed, which must not depend on the limit.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np


def make(path: str, words: int) -> None:
    rng = np.random.default_rng(1)
    ids = np.concatenate([rng.permutation(words), np.minimum(rng.zipf(1.2, words // 2) - 1, words - 1)])
    rng.shuffle(ids)
    with open(path, "wb") as file:
        for start in range(0, len(ids), 1 << 20):
            # An odd factor: different numbers below 2**40 stay different.
            codes = (ids[start : start + (1 << 20)] + 1) * 2654435761 % (1 << 40)
            spelt = [f"{code:x}" for code in codes.tolist()]
            lines = (" ".join(spelt[at : at + 20]) for at in range(0, len(spelt), 20))
            file.write("".join(line + "\n" for line in lines).encode())


def own_memory(pid: int) -> float:
    """Megabytes."""
    with open(f"/proc/{pid}/status") as file:
        found = re.search(r"RssAnon:\s+(\d+) kB", file.read())
    return int(found[1]) / 1024 if found else 0.0


def measure(path: str, limit: str, threads: int, options: list[str]) -> None:
    command = [sys.executable, "-m", "embedkit", "vocab", path, "--no-cache", "--min-count", "1", "-q"]
    command += ["--threads", str(threads), "--max-vocab-memory", limit, *options, "-o"]
    with tempfile.NamedTemporaryFile() as out:
        begin, most = time.perf_counter(), 0.0
        process = subprocess.Popen([*command, out.name])
        while process.poll() is None:
            most = max(most, own_memory(process.pid))
            time.sleep(0.01)
        seconds = time.perf_counter() - begin
        with open(out.name, "rb") as made:
            sha = hashlib.file_digest(made, "sha256").hexdigest()
    print(f"{limit}: {seconds:.1f} s, {most:.0f} MB, exit code {process.returncode}, {sha}", flush=True)


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("text")
parser.add_argument("--words", type=int, default=20_000_000)
parser.add_argument("--limits", nargs="+", default=["200M", "1T"])
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--max-memory", help="which the ids may take an eighth of")
args = parser.parse_args()

if not os.path.exists(args.text):
    make(args.text, args.words)
for limit in args.limits:
    measure(args.text, limit, args.threads, ["--max-memory", args.max_memory] if args.max_memory else [])
