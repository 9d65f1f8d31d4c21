"""`pip install .` into a fresh environment gives a command that works, whatever folder it is called from."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import embedkit

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", "*.egg-info", "build", "dist", "demo", ".pytest_cache", ".ruff_cache"
)
TEXT = "the cat sat on the mat .\nthe dog sat on the rug .\n고양이 가 앉았다\n" * 5

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """`installed("embedkit", "-h")`: a program of an environment that holds embedkit and what it depends on."""
    folder = tmp_path_factory.mktemp("installed")
    shutil.copytree(ROOT, folder / "source", ignore=LEFT_OUT)
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
    (folder / "elsewhere").mkdir()
    outside = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "NUMBA", "EMBEDKIT"))
    }
    outside |= {"EMBEDKIT_CACHE": str(folder / "cache"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}

    def call(program, *args):
        command = [folder / "env" / "bin" / program, *args]
        return subprocess.run(command, cwd=folder / "elsewhere", env=outside, capture_output=True, text=True)

    done = call("pip", "install", "--quiet", folder / "source")
    if done.returncode and "NewConnectionError" in done.stderr:
        pytest.skip("the package index cannot be reached")
    assert done.returncode == 0, done.stderr
    (folder / "elsewhere" / "text.txt").write_text(TEXT, "utf-8")
    return call


def test_version(installed):
    done = installed("embedkit", "--version")
    assert (done.returncode, done.stdout.split("\n")[0], done.stderr) == (0, f"embedkit {embedkit.__version__}", "")


def test_the_distribution_has_its_own_name(installed):
    """`embedkit` on the package index is another project; its name must neither be taken nor asked for."""
    code = "from importlib.metadata import packages_distributions as found; print(*found()['embedkit'])"
    assert installed("python", "-c", code).stdout == "embedkit-words\n"
    assert "not found: embedkit\n" in installed("pip", "show", "embedkit").stderr
    code = "from importlib.metadata import requires; print(*requires('embedkit-words'), sep='\\n')"
    needed = installed("python", "-c", code).stdout
    assert re.findall(r"^embedkit[\w-]*", needed, re.MULTILINE) == ["embedkit-words"] * 2


def test_module(installed):
    done = installed("python", "-m", "embedkit", "-h")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == installed("embedkit", "--help").stdout


def test_it_is_the_installed_one(installed):
    where = installed("python", "-c", "import embedkit; print(embedkit.__file__)").stdout
    assert "site-packages" in where


def test_all_modules_came_along(installed):
    code = "import embedkit, pkgutil\nfor m in pkgutil.walk_packages(embedkit.__path__, 'embedkit.'): print(m.name)"
    names = set(installed("python", "-c", code).stdout.split("\n")[:-1])
    files = (path.relative_to(ROOT).with_suffix("") for path in (ROOT / "embedkit").rglob("*.py"))
    here = {".".join(path.parts).removesuffix(".__init__") for path in files} - {"embedkit"}
    assert names == here


def test_it_needs_nothing_undeclared(installed):
    done = installed("pip", "check")
    assert done.returncode == 0, done.stdout
    done = installed("python", "-c", "import pytest")
    assert "ModuleNotFoundError" in done.stderr


def test_text_to_answers(installed):
    done = installed("embedkit", "train", "svd", "text.txt", "-o", "v.safetensors", "--dim", "3")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "85 tokens, 11 words kept\n")
    done = installed("embedkit", "similar", "v.safetensors", "고양이", "-k", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert {line.split("\t")[1] for line in done.stdout.split("\n")[:-1]} == {"가", "앉았다"}
    assert installed("embedkit", "convert", "v.safetensors", "v.bin", "-q").returncode == 0
    assert installed("embedkit", "verify", "v.bin").returncode == 0
