"""The layout is the explanation: imports point downwards, and a folder is what belongs together."""

import ast
import graphlib
import shutil
from pathlib import Path

import pytest

import cjsim
from cjsim.experiment import sweep_folder
from cjsim.files import python_files
from cjsim.model import compile

HOME = Path(cjsim.__file__).parent
FLOORS = [
    "cjsim.labels", "cjsim.version", "cjsim.files", "cjsim.colours", "cjsim.journey",
    "cjsim.scenario", "cjsim.door", "cjsim.model", "cjsim.log", "cjsim.engine", "cjsim.record",
    "cjsim.measures", "cjsim.run", "cjsim.experiment", "cjsim.data", "cjsim.observe",
    "cjsim.inference", "cjsim.charts", "cjsim.report", "cjsim", "cjsim.board", "cjsim.lab",
    "cjsim.course", "cjsim.cli",
]  # fmt: skip
"""From the ground up. The public face, `cjsim` itself, stands above what it shows."""


def name_of(path):
    parts = path.relative_to(HOME.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted(HOME.rglob("*.py"))}


def room_of(module):
    return ".".join(module.split(".")[:2])


def imports_of(path):
    """The modules of the package that a file imports, inside functions and for types as well."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "cjsim":
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                yield inner if inner in MODULES else node.module
        elif isinstance(node, ast.Import):
            yield from (n.name for n in node.names if n.name.split(".")[0] == "cjsim")


IMPORTS = {module: set(imports_of(path)) for module, path in MODULES.items()}


def test_every_module_stands_on_a_floor():
    assert {room_of(module) for module in MODULES} == set(FLOORS)


def test_nothing_is_imported_from_a_floor_above():
    up = [
        f"{module} imports {other}"
        for module, others in IMPORTS.items()
        for other in others
        if FLOORS.index(room_of(other)) > FLOORS.index(room_of(module))
    ]
    assert up == []


def test_no_imports_run_in_a_circle():
    list(graphlib.TopologicalSorter(IMPORTS).static_order())  # raises CycleError


def test_the_kit_imports_no_tool_of_the_clone():
    for path in MODULES.values():
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        named = {n.module or "" for n in tree if isinstance(n, ast.ImportFrom)}
        assert not {name for name in named if name.split(".")[0] in ("tools", "tests")}, path


# --- digests are taken over folders -----------------------------------------------------------


def copied(tmp_path):
    home = tmp_path / "cjsim"
    shutil.copytree(HOME, home, ignore=shutil.ignore_patterns("__pycache__", "*.toml", "*.js"))
    return home


@pytest.mark.parametrize(
    ("digest", "places"),
    [(compile.digest, compile.COMPILED), (sweep_folder.model, sweep_folder.DECIDES)],
    ids=["compiled code", "a kept sweep"],
)
def test_a_byte_of_any_file_moves_the_digest(tmp_path, digest, places):
    """Else yesterday's compiled code would run, or a sweep go on under another model."""
    home = copied(tmp_path)
    for path in python_files(home, places):
        before, text = digest(home), path.read_bytes()
        path.write_bytes(text + b"#")
        assert digest(home) != before, path
        path.write_bytes(text)


def test_both_digests_hold_every_file_of_the_model():
    model = set((HOME / "model").rglob("*.py"))
    assert model
    assert model <= set(python_files(HOME, compile.COMPILED))
    assert model <= set(python_files(HOME, sweep_folder.DECIDES))


def test_whatever_is_compiled_is_in_its_digest():
    from cjsim.engine.fast.engine import SOURCES

    held = set(python_files(HOME, compile.COMPILED))
    wanted = {source.module for source in SOURCES}
    taken_over = {other for module in wanted for other in IMPORTS[module] if other in MODULES}
    assert {MODULES[name] for name in wanted | taken_over} <= held


INNOCENT = {"cjsim.labels", "cjsim.version", "cjsim.files", "cjsim.colours", "cjsim.door"}
"""Floors that decide about no number: words, files, what is refused at the door."""


def reached_from(*modules):
    """All modules that some import, and what those import."""
    reached, todo = set(), list(modules)
    while todo:
        module = todo.pop()
        if module not in reached:
            reached.add(module)
            todo += IMPORTS[module]
    return reached


def test_whatever_decides_about_a_kept_sweeps_numbers_is_in_its_digest():
    """A sweep keeps the summaries of runs: all that these two need, and nothing else."""
    held = set(python_files(HOME, sweep_folder.DECIDES))
    needed = reached_from("cjsim.run", "cjsim.measures.summary", "cjsim.engine.process")
    lost = {name for name in needed if MODULES[name] not in held}
    assert {name for name in lost if room_of(name) not in INNOCENT} == set()


def test_whatever_the_compiled_code_takes_over_at_any_remove_is_in_its_digest():
    """Numbers and layouts travel through imports, as the stages do from the map to the loop."""
    from cjsim.engine.fast.engine import SOURCES

    held = set(python_files(HOME, compile.COMPILED))
    needed = reached_from(*(source.module for source in SOURCES))
    lost = {name for name in needed if MODULES[name] not in held}
    assert {room_of(name) for name in lost} <= {*INNOCENT, "cjsim.scenario"}  # given as arguments
