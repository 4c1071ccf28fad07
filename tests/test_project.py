"""The files that describe the project agree with each other."""

import ast
import os
import re
import shlex
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)["project"]
LOCK = (ROOT / "requirements.lock.txt").read_text(encoding="utf-8")
CONDA = (ROOT / "environment.yml").read_text(encoding="utf-8")
KIT = (ROOT / "kit.py").read_text(encoding="utf-8")

DIRECT = [
    Requirement(line)
    for group in (PROJECT["dependencies"], PROJECT["optional-dependencies"]["dev"])
    for line in group
]
OTHER_NAME_IN_CONDA = {
    "matplotlib": "matplotlib-base", "duckdb": "python-duckdb", "wasmtime": "wasmtime-py",
}  # fmt: skip
every_direct_dependency = pytest.mark.parametrize("need", DIRECT, ids=lambda need: need.name)


def locked() -> dict[str, list[Version]]:
    """Name -> versions in the lock."""
    found: dict[str, list[Version]] = {}
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", LOCK, re.MULTILINE):
        found.setdefault(canonicalize_name(name), []).append(Version(version))
    return found


def in_conda() -> dict[str, str]:
    """Name -> version in environment.yml."""
    return dict(re.findall(r"^  - ([\w-]+)=([\w.]+)", CONDA, re.MULTILINE))


@every_direct_dependency
def test_the_lock_holds_one_version_and_it_is_inside_the_range(need: Requirement) -> None:
    versions = locked()[canonicalize_name(need.name)]
    assert len(versions) == 1
    assert need.specifier.contains(versions[0])


@every_direct_dependency
def test_conda_installs_the_locked_version(need: Requirement) -> None:
    name = OTHER_NAME_IN_CONDA.get(need.name, need.name)
    assert [Version(in_conda()[name])] == locked()[canonicalize_name(need.name)]


def test_conda_installs_nothing_else() -> None:
    names = {OTHER_NAME_IN_CONDA.get(need.name, need.name) for need in DIRECT}
    assert in_conda().keys() == names | {"python"}


def test_conda_takes_a_python_that_we_support() -> None:
    python = Requirement("python" + PROJECT["requires-python"])
    assert python.specifier.contains(in_conda()["python"])


def test_every_locked_package_has_its_hashes() -> None:
    packages = re.split(r"^(?=\w)", LOCK, flags=re.MULTILINE)[1:]
    assert [text.split()[0] for text in packages if "--hash=sha256:" not in text] == []


def test_the_lock_names_no_place_on_the_web_or_on_a_disk() -> None:
    lines = [line for line in LOCK.splitlines() if not line.startswith("#")]
    assert "://" not in LOCK
    assert [line for line in lines if line.startswith("-") or " @ " in line or "/" in line] == []


@every_direct_dependency
def test_every_dependency_says_why_it_is_here(need: Requirement) -> None:
    assert re.search(rf'^    "{re.escape(need.name)}\W.*",  # \w.+$', PYPROJECT, re.MULTILINE)


def test_the_launcher_needs_only_python() -> None:
    imported = set()
    for node in ast.walk(ast.parse(KIT)):
        if isinstance(node, ast.Import):
            imported |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported <= sys.stdlib_module_names


def test_the_launcher_names_each_word_that_it_takes() -> None:
    launcher = ast.parse(KIT)
    comparisons = [node for node in ast.walk(launcher) if isinstance(node, ast.Compare)]
    words = {
        value.value
        for node in comparisons
        if isinstance(node.left, ast.Name) and node.left.id == "word"
        for value in node.comparators
        if isinstance(value, ast.Constant)
    }
    named = set(re.findall(r"^python3 kit\.py (\w+) ", ast.get_docstring(launcher) or "", re.M))
    assert words == {"demo", "site", "test"}
    assert named == words | {"lecture", "exercises", "lab", "compare"}  # any other is a command


def test_each_function_of_the_launcher_says_what_it_does() -> None:
    functions = [node for node in ast.parse(KIT).body if isinstance(node, ast.FunctionDef)]
    assert {"set_up", "main"} <= {function.name for function in functions}
    assert [function.name for function in functions if not ast.get_docstring(function)] == []


@pytest.mark.parametrize(
    ("words", "tests", "thorough"),
    [
        ((), "pytest -n 2 -rs -m 'not soak'", None),
        (("-x", "tests/lab"), "pytest -n 2 -rs -m 'not soak' -x tests/lab", None),
        (("--thorough",), "pytest -n 2 -rs", "1"),
        (("-x", "--thorough"), "pytest -n 2 -rs -x", "1"),
    ],
)
def test_the_launcher_says_which_tests_it_runs(
    words: tuple[str, ...], tests: str, thorough: str | None,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.delenv("CJSIM_THOROUGH", raising=False)
    launcher: dict[str, Any] = {"__name__": "kit", "__file__": str(ROOT / "kit.py")}
    exec(KIT, launcher)
    run: list[str] = []
    launcher["run"] = lambda python, m, *command: run.append(shlex.join(command))
    launcher["test"](words)
    assert run == [tests if check == launcher["TESTS"] else check for check in launcher["CHECKS"]]
    assert [line[3:] for line in capsys.readouterr().out.splitlines() if line] == run
    assert os.environ.pop("CJSIM_THOROUGH", None) == thorough


def test_a_test_that_is_left_out_is_slow_and_says_what_else_checks_it() -> None:
    """Of the tests marked soak each names in its docstring what is run every time instead."""
    silent = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                marks = " ".join(ast.unparse(mark) for mark in node.decorator_list)
                is_told = "Each time" in (ast.get_docstring(node) or "")
                if "mark.soak" in marks and not is_told:
                    silent.append(f"{path.name}::{node.name}")
    assert silent == []
