"""The rules of the house that a script can check."""

from __future__ import annotations

import ast
import configparser
import pathlib
import re

import pytest

PACKAGE = pathlib.Path(__file__).parent.parent / "embedkit"
FILES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))

# Lower floors first; a file may import its own room and the floors below, never a neighbour on its floor.
FLOORS = [
    {"errors", "folders", "nouns", "__init__"},
    {"compressed", "spool", "sizes", "parallel", "temporary"},
    {"container", "files", "progress", "config", "jit", "simd", "catalog"},
    {"memory"},
    {"text"},
    {"vectors"},
    {"count", "neural"},
    {"eval", "lm", "plot"},
    {"commands"},
    {"cli"},
    {"__main__"},
]
# The one neighbour that leans on another.
LEANS = {("container", "files")}


def room(path: pathlib.PurePath) -> str:
    return path.parts[0] if len(path.parts) > 1 else path.stem


def floor(name: str) -> int:
    return next(i for i, names in enumerate(FLOORS) if name in names)


def imported(path: pathlib.PurePath):
    """What a file imports of embedkit, as far as names tell, at the top or inside functions: ("text", "vocab")."""
    here = ("embedkit", *path.parts[:-1])
    for node in ast.walk(ast.parse((PACKAGE / path).read_text())):
        if isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else ()
            module = (*base, *(node.module or "").split(".")) if node.module else base
            targets = [(*module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            targets = [tuple(alias.name.split(".")) for alias in node.names]
        else:
            continue
        yield from (target[1:] for target in targets if target[0] == "embedkit")


def imported_rooms(path: pathlib.PurePath):
    """Rooms of embedkit that a file imports."""
    for target in imported(path):
        known = (PACKAGE / target[0]).is_dir() or (PACKAGE / f"{target[0]}.py").exists()
        yield target[0] if known else "__init__"


def imported_files(path: pathlib.PurePath):
    """Files of embedkit that a file imports."""
    for target in imported(path):
        while target and not (PACKAGE / pathlib.PurePath(*target).with_suffix(".py")).exists():
            target = target[:-1]
        if target:
            yield pathlib.PurePath(*target).with_suffix(".py")


def test_no_file_leads_back_to_itself():
    leads = {path: set(imported_files(path)) for path in FILES}
    assert any(leads.values())
    while leads:
        ends = {path for path, others in leads.items() if not others & set(leads)}
        assert ends, f"a circle among {sorted(map(str, leads))}"
        leads = {path: others for path, others in leads.items() if path not in ends}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_go_down(path):
    mine = room(path)
    for other in imported_rooms(path):
        if other == mine or (mine, other) in LEANS:
            continue
        # The package's own face (`embedkit.load`) opens files, which is the one import upwards.
        if mine == "__init__" and other == "vectors":
            continue
        assert floor(other) < floor(mine), f"{path} must not import {other}"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_numba_lives_in_jit_and_simd_and_kernels_use_nothing_else(path):
    names = {
        node.names[0].name if isinstance(node, ast.Import) else node.module or ""
        for node in ast.walk(ast.parse((PACKAGE / path).read_text()))
        if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    if path.name not in {"jit.py", "simd.py"}:
        assert not any(name.split(".")[0] == "numba" for name in names)
    if path.name == "_kernels.py":
        assert names <= {"math", "typing", "numpy", "jit", "simd"}


FORBIDDEN_MODULES = (
    # what runs code that it reads
    *("pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "code", "codeop", "runpy"),
    # what runs programs, or code of other languages
    *("subprocess", "pty", "pexpect", "ctypes", "cffi"),
    # what speaks to other machines
    *("socket", "socketserver", "ssl", "http", "urllib", "urllib3", "requests", "ftplib", "smtplib", "asyncio"),
    *("telnetlib", "xmlrpc", "webbrowser"),
)
FORBIDDEN_NAMES = {"eval", "exec", "compile", "__import__", "print", "input", "breakpoint"}
# Methods of any object: those of `os` that run programs, and those that unpack archives by the names inside.
FORBIDDEN_METHODS = {"system", "popen", "fork", "forkpty", "posix_spawn", "posix_spawnp", "startfile"}
FORBIDDEN_METHODS |= {f"{kind}{end}" for kind in ("exec", "spawn") for end in ("l", "le", "lp", "v", "ve", "vp", "vpe")}
FORBIDDEN_METHODS |= {"extract", "extractall", "unpack_archive"}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_pickle_no_eval_no_shell_no_network(path):
    for node in ast.walk(ast.parse((PACKAGE / path).read_text())):
        where = f"{path}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            assert not {alias.name.split(".")[0] for alias in node.names} & {*FORBIDDEN_MODULES}, where
        if isinstance(node, ast.ImportFrom) and not node.level:
            assert node.module.split(".")[0] not in FORBIDDEN_MODULES, where
            assert not {alias.name for alias in node.names} & FORBIDDEN_METHODS, where
        if isinstance(node, ast.Name):
            assert node.id not in FORBIDDEN_NAMES, where
        if isinstance(node, ast.Attribute):
            assert node.attr not in FORBIDDEN_METHODS, where
        if isinstance(node, ast.keyword):
            assert node.arg != "shell", where
            assert node.arg != "allow_pickle" or (isinstance(node.value, ast.Constant) and node.value.value is False)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_click_stays_in_the_commands(path):
    if room(path) not in {"commands", "cli"}:
        assert not re.search(r"^\s*(import|from) click|sys\.exit", (PACKAGE / path).read_text(), re.MULTILINE)


def test_nothing_installs_somebody_elses_project():
    """The package index has an `embedkit` of another project: no hint, page or extra may ask for it."""
    settings, root = configparser.ConfigParser(), PACKAGE.parent
    settings.read(root / "setup.cfg")
    name = settings["metadata"]["name"]
    assert name == "embedkit-words"
    extras = "\n".join(settings["options.extras_require"].values())
    assert set(re.findall(r"^(embedkit[\w-]*)\[", extras, re.MULTILINE)) == {name}
    pages = [*PACKAGE.rglob("*.py"), *root.glob("*.md"), *(root / "docs").rglob("*.md")]
    installs = [line for page in pages for line in re.findall("pip install.*", page.read_text("utf-8"))]
    assert installs
    assert not [line for line in installs if re.match(r"pip install [^`,;]*embedkit(?!-words)", line)]


def test_cli_stays_small():
    assert len((PACKAGE / "cli.py").read_text().split("\n")) <= 80
