"""A long experiment's folder: what was asked, on what it ran, and one Parquet part per cell.

    manifest.json          the question, the versions, the state of the code
    scenario-NAME.toml     what ran, complete
    cells/cell-00007.parquet
    sweep.parquet          all parts as one tidy table, once all are there

A part is written whole or not at all, so whatever a killed experiment leaves behind can be gone on
with: parts that are there are not run again.
"""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cjsim import log
from cjsim.files import DRAFT, digest_of, python_files, safe_names, write_text
from cjsim.measures.summary import UNITS
from cjsim.scenario import Scenario
from cjsim.version import VERSION

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"
PACKAGES = ("numpy", "numba", "scipy", "pandas", "simpy")
DECIDES = (
    "journey.py", "scenario", "model", "log.py", "engine", "record.py", "measures", "run.py",
)  # fmt: skip
"""The places of the package that decide about a run's numbers."""


class Folder:
    """The folder of one sweep.

    Parameters
    ----------
    path : made if it is not there.
    question : what is asked, as plain data; the same question may go on in the same folder.

    Raises ValueError where the folder holds the answer to another question.
    """

    def __init__(self, path: Path, question: dict[str, Any], scenarios: Mapping[str, Scenario]):
        self.path = path
        self.cells = path / "cells"
        if path.exists() and not path.is_dir():
            raise ValueError(f"{path}: is a file; name a folder")
        question = {**question, "model": model()}
        if (path / MANIFEST).exists():
            self._must_ask(question)
        elif path.exists() and any(not file.name.startswith(DRAFT) for file in path.iterdir()):
            raise ValueError(f"{path}: holds other files; name a new folder, or one of a sweep")
        else:  # before all else: whatever is killed from here on can be gone on with
            path.mkdir(parents=True, exist_ok=True)
            write_json({"question": question, "ran_on": surroundings()}, path / MANIFEST)
        self.cells.mkdir(exist_ok=True)
        files = safe_names(scenarios)
        for name, scenario in scenarios.items():
            scenario.save(path / f"scenario-{files[name]}.toml")

    def _must_ask(self, question: dict[str, Any]) -> None:
        held = read_manifest(self.path)["question"]
        differing = [key for key in question if not _same_in_order(held.get(key), question[key])]
        if differing:
            now, then = question[differing[0]], held.get(differing[0])
            if now == then:  # in another order
                now, then = list(now), list(then)
            raise ValueError(
                f"{self.path}: holds another sweep ({', '.join(differing)}: {_in_short(then)} "
                f"there, {_in_short(now)} asked); name another folder"
            )

    def part(self, cell: int) -> Path:
        """The file of a cell."""
        return self.cells / f"cell-{cell:05d}.parquet"

    def done(self) -> list[int]:
        """The cells whose parts are there."""
        return sorted(int(path.stem[5:]) for path in self.cells.glob("cell-*.parquet"))

    def keep(self, cell: int, runs: pd.DataFrame) -> None:
        """Write the part of a cell."""
        log.save(runs, self.part(cell))

    def read(self) -> pd.DataFrame:
        """All parts that are there as one table."""
        return parts(self.path)

    def finish(self) -> None:
        """All cells are there: write them as one table."""
        log.save(self.read(), self.path / "sweep.parquet")


def parts(path: Path) -> pd.DataFrame:
    """All parts in a sweep's folder as one table, ordered by cell; without parts it has no rows."""
    import duckdb
    import pandas as pd

    files = sorted(str(file) for file in (path / "cells").glob("cell-*.parquet"))
    if not files:
        keys = read_manifest(path)["question"]["settings"]
        kinds = {"cell": int, **dict.fromkeys(keys, object), "scenario": object}
        kinds |= {"run": int, "seed": int, **dict.fromkeys(UNITS, float)}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    with duckdb.connect() as db:
        return db.read_parquet(files).df()


def read_manifest(path: Path) -> dict[str, Any]:
    """What a sweep's folder says of itself."""
    try:
        manifest: dict[str, Any] = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{path}: no sweep here (there is no {MANIFEST})") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{path / MANIFEST}: is damaged ({error}); remove the folder") from None
    return manifest


def write_json(data: dict[str, Any], path: Path) -> None:
    """Write JSON, whole or not at all."""
    write_text(path, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def model(home: Path = Path(__file__).parents[1]) -> str:
    """Characters that change with anything in cjsim that could change a run's numbers."""
    return digest_of(python_files(home, DECIDES))


def surroundings() -> dict[str, Any]:
    """Versions, and the state of the code if it lies in a git repository."""
    versions: dict[str, Any] = {"cjsim": VERSION, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = None
    return {**versions, "system": platform.platform(terse=True), "git": git_state()}


@cache
def git_state() -> dict[str, Any] | None:
    """Commit of cjsim's own repository and whether files differ from it; None without git.

    Asked once: what a process has loaded stays what it was.
    """

    def ask(*words: str) -> str:
        home = Path(__file__).parent
        command = ["git", "-C", str(home), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        if not ask("ls-files", "--error-unmatch", __file__):
            return None
        return {"commit": ask("rev-parse", "HEAD"), "changed": bool(ask("status", "--porcelain"))}
    except (OSError, subprocess.CalledProcessError):
        return None


def _same_in_order(held: Any, asked: Any) -> bool:
    """Is it the same, and a table's names in the same order? The first scenario is special."""
    ordered = not isinstance(held, dict) or list(held) == list(asked)
    return bool(held == asked) and ordered


def _in_short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 60 else text[:57] + "..."
