"""A long experiment's folder: what was asked, on what it ran, and one Parquet part per cell.

    manifest.json          the question, the versions, the state of the code
    scenario-NAME.toml     what ran, complete
    cells/cell-00007.parquet
    sweep.parquet          all parts as one tidy table, once all are there

A part is written whole or not at all, so whatever a killed experiment leaves behind can be gone on
with: parts that are there are not run again. A part says in its metadata what it should hold; one
that is damaged, of another cell or of another sweep counts as not there.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib import metadata
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cjsim import log
from cjsim.files import (
    DRAFT,
    digest_of,
    forget_drafts,
    python_files,
    safe_names,
    write_text,
)
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
RUN = ("cell", "scenario", "run", "seed")
"""What says which run a row is of."""
OTHERS = "holds other files; name a new folder, or one of a sweep"


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
        self.question = plain({**question, "model": model()})
        self.stamp = _stamp(self.question)
        if (path / MANIFEST).exists():
            self._must_ask(self.question)
        elif path.exists() and any(not file.name.startswith(DRAFT) for file in path.iterdir()):
            raise ValueError(f"{path}: {OTHERS}")
        else:  # before all else: whatever is killed from here on can be gone on with
            path.mkdir(parents=True, exist_ok=True)
            write_json({"question": self.question, "ran_on": surroundings()}, path / MANIFEST)
        self.cells.mkdir(exist_ok=True)
        for place in (path, self.cells):
            forget_drafts(place)
        files = safe_names(scenarios)
        for name, scenario in scenarios.items():
            scenario.save(path / f"scenario-{files[name]}.toml")

    def _must_ask(self, question: dict[str, Any]) -> None:
        held = read_manifest(self.path)["question"]
        differing = [key for key in question if not _is_same(held.get(key), question[key])]
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
        return self.cells / _file(cell)

    def done(self) -> list[int]:
        """The cells whose parts are there and whole."""
        return [cell for cell, table in self._parts().items() if len(table)]

    def keep(self, cell: int, runs: pd.DataFrame) -> None:
        """Write the part of a cell."""
        log.save(runs, self.part(cell), _digest(self.stamp, cell, runs))

    def read(self, settings: pd.DataFrame) -> pd.DataFrame:
        """All parts that are there and whole as one table."""
        return _together([table for table in self._parts().values() if len(table)], settings)

    def _parts(self) -> dict[int, pd.DataFrame]:
        return _parts(self.path, self.stamp, _cells(self.question))

    def finish(self, runs: pd.DataFrame) -> None:
        """All cells are there: write them as one table."""
        log.save(runs, self.path / "sweep.parquet")


def parts(path: Path, settings: pd.DataFrame) -> pd.DataFrame:
    """All parts in a sweep's folder as one table, ordered by cell; without parts it has no rows.

    Raises ValueError for a part that is damaged, or of another cell or sweep.
    """
    question = read_manifest(path)["question"]
    tables = _parts(path, _stamp(question), _cells(question))
    if bad := [cell for cell, table in tables.items() if not len(table)]:
        raise ValueError(
            f"{path / 'cells' / _file(bad[0])}: is damaged, or the part of another sweep; the same "
            "sweep into this folder runs it again"
        )
    return _together(list(tables.values()), settings)


def _file(cell: int) -> str:
    return f"cell-{cell:05d}.parquet"


def _cells(question: Mapping[str, Any]) -> int:
    return len(next(iter(question["settings"].values())))


def _stamp(question: Mapping[str, Any]) -> str:
    """Characters that change with anything in the question."""
    return hashlib.sha256(json.dumps(question).encode()).hexdigest()


def _digest(stamp: str, cell: int, runs: pd.DataFrame) -> str:
    """Characters that change with the question, the cell, its runs, their seeds and measures."""
    numbers = runs[list(UNITS)].to_numpy(np.float64)
    numbers = np.where(np.isnan(numbers), np.nan, numbers)  # one of the many that there are
    heads = [stamp, cell, list(UNITS), runs["cell"].tolist(), runs["scenario"].tolist()]
    heads += [runs["run"].tolist(), runs["seed"].tolist()]
    return hashlib.sha256(json.dumps(heads).encode() + numbers.tobytes()).hexdigest()


def _parts(path: Path, stamp: str, cells: int) -> dict[int, pd.DataFrame]:
    """Cell -> the rows of its part; none of a part that does not hold what it should."""
    names = (re.fullmatch(r"cell-(\d{5,9})\.parquet", file.name) for file in _inside(path))
    there = sorted(cell for name in names if name and (cell := int(name[1])) < cells)
    files = {cell: path / "cells" / _file(cell) for cell in there}
    if not files:
        return {}
    try:
        return _read(stamp, files)
    except OSError:  # one of them at least is no part
        return {cell: _read_one(stamp, cell, file) for cell, file in files.items()}


def _inside(path: Path) -> list[Path]:
    return list((path / "cells").iterdir()) if (path / "cells").is_dir() else []


def _read_one(stamp: str, cell: int, file: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        return _read(stamp, {cell: file})[cell]
    except OSError:
        return pd.DataFrame()


def _read(stamp: str, files: Mapping[int, Path]) -> dict[int, pd.DataFrame]:
    """Cell -> the rows of its part; raises OSError where one cannot be read."""
    paths = list(files.values())
    rows = log.read(paths, (*RUN, *UNITS))
    by_file = dict(iter(rows.drop(columns="filename").groupby(rows["filename"], sort=False)))
    tables = {}
    for (cell, file), note in zip(files.items(), log.notes(paths), strict=True):
        table = by_file.get(str(file), rows[:0])
        tables[cell] = table if note == _digest(stamp, cell, table) else table[:0]
    return tables


def _together(tables: Sequence[pd.DataFrame], settings: pd.DataFrame) -> pd.DataFrame:
    """Parts as one table, the settings of their cells beside the cell."""
    import pandas as pd

    if not tables:
        kinds = {"cell": int, **dict.fromkeys(settings, object), "scenario": object}
        kinds |= {"run": int, "seed": int, **dict.fromkeys(UNITS, float)}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    table = pd.concat(tables, ignore_index=True)
    keys = settings.loc[table["cell"]].reset_index(drop=True)
    return pd.concat([table[["cell"]], keys, table.drop(columns="cell")], axis=1)


def read_manifest(path: Path) -> dict[str, Any]:
    """What a sweep's folder says of itself.

    Raises ValueError for a folder without a manifest, with a damaged one, or with another's.
    """
    try:
        manifest: Any = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{path}: no sweep here (there is no {MANIFEST})") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path / MANIFEST}: is damaged ({error}); remove the folder") from None
    question = manifest.get("question") if isinstance(manifest, dict) else None
    if not isinstance(question, dict) or not _is_whole(question):
        raise ValueError(f"{path}: {OTHERS} ({MANIFEST} is none of a sweep)")
    return dict(manifest)


def _is_whole(question: Mapping[str, Any]) -> bool:
    """Is there all that a sweep asks?"""
    settings = question.get("settings")
    if not isinstance(settings, dict) or not isinstance(question.get("scenarios"), dict):
        return False
    columns = list(settings.values())
    same_length = all(isinstance(one, list) and len(one) == len(columns[0]) for one in columns)
    return bool(columns and question["scenarios"]) and same_length and "people" in question


def plain(data: Any) -> Any:
    """Data as JSON gives them back: tuples as lists, names as text, numpy's numbers as Python's.

    >>> plain({1: (0.5, None)})
    {'1': [0.5, None]}
    """
    return json.loads(json.dumps(data, default=_in_json))


def _in_json(value: Any) -> Any:
    """What JSON has no word for: numbers and lists of other kinds; all else as it is written."""
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "tolist"):  # numpy
        return value.tolist()
    if isinstance(value, Real | Decimal):
        return float(value)
    return list(value) if isinstance(value, set | frozenset) else str(value)


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


def _is_same(held: Any, asked: Any) -> bool:
    """Is it the same, names in the same order? The first scenario is special; nan equals nan."""
    return json.dumps(held) == json.dumps(asked)


def _in_short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 60 else text[:57] + "..."
