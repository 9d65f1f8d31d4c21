"""The cache of compiled kernels: the same numbers with it and without, no stale code, and one line where something is
compiled or cannot be kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import embedkit

pytestmark = pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="nothing is compiled")

KERNELS = """
from .runtime.jit import inlined, kernel
from .runtime.simd import LANES

@inlined
def same(number):
    return number

@kernel
def lanes():
    return same(LANES)

@kernel
def twice():
    return 2 * same(LANES)
"""
SCRIPT = """
import resource, signal, sys
from embedkit.runtime.progress import Progress

if "full" in sys.argv:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
with Progress(quiet="quiet" in sys.argv):
    from embedkit import _kernels
    print(_kernels.lanes(), _kernels.twice())
"""
ONCE = "compiling kernels (once; about 10 s)\n"


class Package:
    """A copy of the package in `site`, with two small kernels; called, it runs them: (stdout, stderr)."""

    def __init__(self, site: Path):
        self.site, self.folder = site, site / "embedkit"

    def __call__(self, *args, **more):
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("EMBEDKIT", "NUMBA", "XDG"))}
        kept |= {"HOME": "/proc/nowhere", "PYTHONPATH": str(self.site), "PYTHONDONTWRITEBYTECODE": "1", **more}
        command = [sys.executable, "-c", SCRIPT, *args]
        done = subprocess.run(command, cwd=self.site, env=kept, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout, done.stderr


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """A package whose kernels were compiled by the run that gave this result."""
    package = Package(tmp_path_factory.mktemp("compiled"))
    shutil.copytree(Path(embedkit.__file__).parent, package.folder, ignore=shutil.ignore_patterns("__pycache__"))
    (package.folder / "_kernels.py").write_text(KERNELS)
    return package, package()


@pytest.fixture
def package(compiled, tmp_path):
    """A copy of `compiled`."""
    shutil.copytree(compiled[0].site, tmp_path / "site")
    return Package(tmp_path / "site")


def kept(folder: Path) -> list[str]:
    return sorted(path.name.split("-")[0] for path in folder.rglob("*.nbc"))


def test_said_once_and_not_when_nothing_is_compiled(compiled, package):
    assert compiled[1] == ("16 32\n", ONCE)
    assert package() == ("16 32\n", "")
    assert kept(package.folder) == ["_kernels.lanes", "_kernels.twice"]


def test_code_from_other_files_is_never_stale(package):
    simd = package.folder / "runtime/simd.py"
    simd.write_text(simd.read_text().replace("LANES = 16", "LANES = 32"))
    assert package() == ("32 64\n", ONCE)
    assert kept(package.folder) == ["_kernels.lanes", "_kernels.twice"]  # what is stale goes


def test_code_of_other_kernels_is_never_stale(package):
    others = package.folder / "others"
    others.mkdir()
    (others / "__init__.py").write_text("")
    (others / "_kernels.py").write_text(
        "from ..runtime.jit import inlined\n\n@inlined\ndef same(number):\n    return number\n"
    )
    own = package.folder / "_kernels.py"
    taken = KERNELS.replace(
        "@inlined\ndef same(number):\n    return number\n", "from .others._kernels import same\n\n\n"
    )
    own.write_text(taken.replace("inlined, kernel", "kernel"))
    assert package() == ("16 32\n", ONCE)
    assert package() == ("16 32\n", "")
    (others / "_kernels.py").write_text((others / "_kernels.py").read_text().replace("return number", "return -number"))
    assert package() == ("-16 -32\n", ONCE)
    assert kept(package.folder) == ["_kernels.lanes", "_kernels.twice"]


def test_other_settings_of_the_compiler_are_other_kernels(package):
    assert package(NUMBA_OPT="1") == ("16 32\n", ONCE)


def test_damaged_files_are_written_anew(package):
    files = {path: path.read_bytes() for path in package.folder.rglob("*.nbc")}
    for path, data in files.items():
        path.write_bytes(data[:100])
    assert package() == ("16 32\n", ONCE)
    assert {path for path, data in files.items() if path.stat().st_size > 100} == set(files)


def test_a_full_disk_is_said_once(package):
    folder = package.folder / "__pycache__"
    shutil.rmtree(folder)
    assert package("full") == ("16 32\n", f"{ONCE}kernels are not kept: {folder}: File too large\n")


def test_no_folder_is_said_with_the_cause(package):
    shutil.rmtree(package.folder / "__pycache__")
    (package.folder / "__pycache__").write_text("")
    said = "compiling kernels (about 10 s, in every run, as they cannot be kept: /proc/nowhere/.cache/embedkit/numba: "
    assert package() == ("16 32\n", f"{said}No such file or directory)\n")
    assert package("quiet") == ("16 32\n", "")


SOFTMAX = """
import hashlib
import numpy as np
from embedkit.neural.layers.fused import Fused
from embedkit.runtime.progress import Progress

random = np.random.default_rng(1)
logits, bias = (random.normal(0, 2, shape).astype(np.float32) for shape in ((9, 3011), 3011))
losses, dbias = np.empty(9, np.float32), np.empty(3011, np.float32)
with Progress():
    Fused().softmax(logits, bias, np.arange(9), losses, 0.1, dbias)
print(hashlib.sha256(logits.tobytes() + losses.tobytes() + dbias.tobytes()).hexdigest())
"""


def test_compiled_here_or_loaded_gives_the_same_bytes(tmp_path):
    """The kernel with the most sums; `contract/test_compiled.py` has every model."""

    def call():
        environment = {**os.environ, "PYTHONPATH": str(Path(embedkit.__file__).parents[1])}
        environment |= {"NUMBA_CACHE_DIR": str(tmp_path), "OPENBLAS_NUM_THREADS": "1"}
        done = subprocess.run([sys.executable, "-c", SOFTMAX], env=environment, capture_output=True, text=True)
        return done.stdout, done.stderr

    digest, said = call()
    assert (len(digest), said) == (65, ONCE)
    assert call() == (digest, "")
