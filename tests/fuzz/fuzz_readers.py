"""Coverage-guided fuzzing of every reader; needs atheris, which the tests do not.

    python tests/fuzz/fuzz_readers.py --all SECONDS [FOLDER]           each reader in turn, in a process of its own
    python tests/fuzz/fuzz_readers.py READER FOLDER [options of libFuzzer]

READER is a line of READERS in tests/_readers.py. A fault is what its check does not allow, more than a second of the
processor, or a claim to more than 64 MB beside the file; each is said once and kept in FOLDER as `fault-…`, beside the
other inputs worth keeping, from which the next run goes on. With --all the exit code is 1 if there was one.
"""

from __future__ import annotations

import os
import pkgutil
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from hashlib import sha256
from importlib import import_module
from pathlib import Path

MEMORY, SECONDS = 67 << 20, 1  # of which 3 MB are for what `xz -9` needs
PAGE = resource.getpagesize()


def main() -> None:
    os.environ |= {"NUMBA_DISABLE_JIT": "1", "OPENBLAS_NUM_THREADS": "1"}  # kernels are part of the readers
    sys.path.insert(0, str(Path(__file__).parent.parent))
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    if sys.argv[1] == "--all":
        sys.exit(every(sys.argv[2], *map(Path, sys.argv[3:4] or [tempfile.mkdtemp()])))
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed: pip install atheris")
    with atheris.instrument_imports(include=["embedkit", "zipfile", "tomllib"]):
        import _readers

        import embedkit

        for module in pkgutil.walk_packages(embedkit.__path__, "embedkit."):  # many are imported when first used
            import_module(module.name)
    name = sys.argv.pop(1)
    if name not in _readers.READERS:
        sys.exit(f"name one of: {', '.join(_readers.READERS)}")
    target = Target(_readers, name, Path(sys.argv[1]))
    # Mutate is looked up when it is called: it works only once fuzzing has begun.
    atheris.Setup(sys.argv, target.one, custom_mutator=target.mutator(lambda data, size: atheris.Mutate(data, size)))
    atheris.Fuzz()


def every(seconds: str, folder: Path) -> int:
    """A row for each reader: inputs tried, edges reached, what was reached, faults."""
    from _readers import READERS

    found = 0
    print("reader                  inputs     edges  features  faults", flush=True)
    for name in READERS:
        place = folder / re.sub(r"\W+", "-", name)
        command = [sys.executable, __file__, name, place, f"-max_total_time={seconds}", "-timeout=60"]
        run = subprocess.run([*map(str, command)], capture_output=True, text=True)
        inputs = re.findall(r"^#(\d+)\s.*cov: (\d+) ft: (\d+)", run.stderr, re.M)
        faults = re.findall(r"^FAULT .*", run.stdout, re.M)
        faults += [f"exit code {run.returncode}: {run.stderr[-3000:]}"] if run.returncode else []
        found += len(faults)
        tried, edges, features = map(int, inputs[-1]) if inputs else (0, 0, 0)
        print(f"{name:20} {tried:9,} {edges:9,} {features:9,} {len(faults):7}", *faults, sep="\n  ", flush=True)
    return min(1, found)


class Target:
    """One reader: what libFuzzer calls."""

    def __init__(self, readers, name: str, folder: Path):
        from _mutate import mend, mutate, random_steps

        os.fsync = lambda fd: None  # what is written again need not last
        self._mutate, self._steps, self._mend, self._check = mutate, random_steps, mend, readers.check
        work = Path(tempfile.mkdtemp())
        self._reader, self._path, self._folder, self._seen = readers.READERS[name], work / "file", folder, set()
        good, chance = self._reader.good(work), random.Random(3)
        folder.mkdir(parents=True, exist_ok=True)
        for i in range(20):
            (folder / f"seed-{i}").write_bytes(self._mutate(good, self._steps(chance)) if i else good)
        self._check(self._reader, self._path, good)  # everything is imported before memory is counted

    def one(self, data: bytes) -> None:
        begin = time.process_time()
        try:
            with limited(len(data) + MEMORY):
                self._check(self._reader, self._path, data)
            assert time.process_time() - begin < SECONDS, "takes too long"
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            fault = f"{type(error).__name__}, {Path(where.filename).name}:{where.lineno}"
            if fault not in self._seen:
                self._seen.add(fault)
                kept = self._folder / f"fault-{sha256(data).hexdigest()[:12]}"
                kept.write_bytes(data)
                print(f"FAULT {fault}: {str(error)[:200]!r} {kept}", flush=True)

    def mutator(self, blind):
        """Half of the inputs are mutated by libFuzzer, half as in the tests, which know what headers are like; half of
        all get checksums that are right."""

        def mutator(data: bytes, max_size: int, seed: int) -> bytes:
            chance = random.Random(seed)
            made = blind(data, max_size) if chance.random() < 0.5 else self._mutate(data, self._steps(chance))
            return (self._mend(made) if chance.random() < 0.5 else made)[:max_size]

        return mutator


class limited:
    """Within, the process gets `nbytes` of addresses and no more, used or not; what fails is a MemoryError."""

    def __init__(self, nbytes: int):
        self._nbytes = nbytes

    def __enter__(self):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * PAGE + self._nbytes, resource.RLIM_INFINITY))

    def __exit__(self, *_):
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
