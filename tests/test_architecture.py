"""The rules of the house that a script can check. Each file is parsed once; a test goes over all of them."""

from __future__ import annotations

import ast
import configparser
import pathlib
import re
from functools import cache

PACKAGE = pathlib.Path(__file__).parent.parent / "embedkit"
FILES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))

# Lower floors first; a file may import its own room and the floors below, never a neighbour on its floor.
FLOORS = [
    {"errors", "__init__"},
    {"units", "catalog"},
    {"config"},
    {"io"},
    {"runtime"},
    {"matrix"},
    {"text"},
    {"vectors"},
    {"training"},
    {"translation", "classification"},
    {"count", "neural"},
    {"eval", "lm", "plot"},
    {"explore"},
    {"library"},
    {"commands"},
    {"cli"},
    {"__main__"},
]


@cache
def source(path: pathlib.PurePath) -> str:
    return (PACKAGE / path).read_text()


@cache
def nodes(path: pathlib.PurePath) -> list[ast.AST]:
    return list(ast.walk(ast.parse(source(path))))


def room(path: pathlib.PurePath) -> str:
    return path.parts[0] if len(path.parts) > 1 else path.stem


def floor(name: str) -> int:
    return next(i for i, names in enumerate(FLOORS) if name in names)


@cache
def imported(path: pathlib.PurePath) -> list[tuple[str, ...]]:
    """What a file imports of embedkit, as far as names tell, at the top or inside functions: ("text", "vocab")."""
    here, found = ("embedkit", *path.parts[:-1]), []
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else ()
            module = (*base, *(node.module or "").split(".")) if node.module else base
            found += [(*module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [tuple(alias.name.split(".")) for alias in node.names]
    return [target[1:] for target in found if target[0] == "embedkit"]


def imported_rooms(path: pathlib.PurePath) -> set[str]:
    """Rooms of embedkit that a file imports."""
    return {
        target[0] if (PACKAGE / target[0]).is_dir() or (PACKAGE / f"{target[0]}.py").exists() else "__init__"
        for target in imported(path)
    }


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


def test_imports_go_down():
    # The package's own face (`embedkit.load`) calls what is above it, the one import upwards.
    wrong = [
        f"{path} must not import {other}"
        for path in FILES
        for other in imported_rooms(path) - {room(path)}
        if room(path) != "__init__" and floor(other) >= floor(room(path))
    ]
    assert not wrong


def test_evaluation_and_plots_know_protocols_not_models():
    for path in FILES:
        if room(path) in ("eval", "lm", "plot", "translation", "classification"):
            assert not imported_rooms(path) & {"count", "neural"}, path


def test_every_room_has_a_floor():
    assert {room(path) for path in FILES} == set().union(*FLOORS)


def test_numba_lives_in_runtime_and_kernels_use_nothing_else():
    for path in FILES:
        names = {
            node.names[0].name if isinstance(node, ast.Import) else node.module or ""
            for node in nodes(path)
            if isinstance(node, (ast.Import, ast.ImportFrom))
        }
        if room(path) != "runtime":
            assert not any(name.split(".")[0] == "numba" for name in names), path
        if path.name == "_kernels.py":
            # Inlined functions of other kernels' files are compiled into theirs.
            names = {name for name in names if name.split(".")[-1] != "_kernels"}
            assert names <= {"math", "typing", "numpy", "runtime.jit", "runtime.simd"}, path


def test_kernels_call_inlined_functions_only():
    # A kernel that calls another is linked to it in another way when it is compiled than when it is loaded.
    for path in FILES:
        functions = [node for node in nodes(path) if isinstance(node, ast.FunctionDef)]
        kernels = {node.name for node in functions if any("'kernel'" in ast.dump(d) for d in node.decorator_list)}
        assert path.name != "_kernels.py" or kernels, path
        for node in functions if path.name == "_kernels.py" else ():
            calls = (call.func for call in ast.walk(node) if isinstance(call, ast.Call))
            called = {function.id for function in calls if isinstance(function, ast.Name)}
            assert not called & kernels, f"{path}: {node.name}"


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


def test_no_pickle_no_eval_no_shell_no_network():
    for path in FILES:
        for node in nodes(path):
            where = f"{path}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import):
                assert not {alias.name.split(".")[0] for alias in node.names} & {*FORBIDDEN_MODULES}, where
            elif isinstance(node, ast.ImportFrom) and not node.level:
                assert node.module.split(".")[0] not in FORBIDDEN_MODULES, where
                assert not {alias.name for alias in node.names} & FORBIDDEN_METHODS, where
            elif isinstance(node, ast.Name):
                assert node.id not in FORBIDDEN_NAMES, where
            elif isinstance(node, ast.Attribute):
                assert node.attr not in FORBIDDEN_METHODS, where
            elif isinstance(node, ast.keyword):
                assert node.arg != "shell", where
                is_false = isinstance(node.value, ast.Constant) and node.value.value is False
                assert node.arg != "allow_pickle" or is_false, where


def test_click_stays_in_the_commands():
    for path in FILES:
        if room(path) not in {"commands", "cli"}:
            assert not re.search(r"^\s*(import|from) click|sys\.exit", source(path), re.MULTILINE), path


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
    assert len(source(pathlib.PurePath("cli.py")).split("\n")) <= 80


def test_docstrings_name_the_thing_first():
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    wrong = [
        f"{path}: {text.partition(chr(10))[0]}"
        for path in FILES
        for node in nodes(path)
        if isinstance(node, kinds)
        and (text := ast.get_docstring(node))
        and text.startswith(("What ", "Whether ", "How "))
    ]
    assert not wrong
