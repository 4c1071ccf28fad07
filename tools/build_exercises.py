"""Make the students' notebooks from the masters, with nbgrader.

    python -m tools.build_exercises            # write exercises/*/release
    python -m tools.build_exercises --check    # only say what would change

nbgrader clears the solutions and marks the checks; what is stored is the same after every run. It
works in a temporary copy, so that no gradebook of a teacher's is touched. Needs the extra `teach`.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cjsim.files import write_text
from cjsim.labels import LANGUAGES
from tools.pages import text_of
from tools.refresh import METADATA

EXERCISES = Path("exercises")


class BuildError(Exception):
    """A master that nbgrader does not take: which, and what it says."""


def main(words: Sequence[str] | None = None) -> int:
    """Build all sets; 0 if all is well, 1 if a file differs (--check) or a master is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tools.build_exercises",
                                     description=__doc__.splitlines()[0])  # fmt: skip
    parser.add_argument("--check", action="store_true", help="write nothing, say what differs")
    parser.add_argument("--folder", type=Path, default=EXERCISES, help="default: %(default)s")
    args = parser.parse_args(words)
    differs = False
    for lang in LANGUAGES:
        try:
            notebooks = built(args.folder / lang)
        except (BuildError, OSError) as problem:
            print(f"{args.folder / lang}: {problem}", file=sys.stderr)
            return 1
        for name, content in notebooks.items():
            path = args.folder / lang / "release" / name
            same = path.is_file() and path.read_text(encoding="utf-8") == content
            differs |= not same
            if not same and not args.check:
                path.parent.mkdir(parents=True, exist_ok=True)
                write_text(path, content)
            news = "differs" if args.check else "written"
            print(f"{path}: {'nothing new' if same else news}")
    return int(args.check and differs)


def built(course: Path) -> dict[str, str]:
    """The students' versions of all sets of a language: path below `release` -> content."""
    import nbformat

    notebooks = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(course / "source", root / "source")
        shutil.copy(course / "nbgrader_config.py", root)
        grader = nbgrader_api(root)
        for source in sorted(path.name for path in (root / "source").iterdir() if path.is_dir()):
            with on_path():
                answer = grader.generate_assignment(source)
            if not answer["success"]:
                raise BuildError(f"{source}: {answer.get('error') or answer.get('log')}")
            for path in sorted((root / "release" / source).glob("*.ipynb")):
                notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
                tidy(notebook)
                notebooks[f"{source}/{path.name}"] = text_of(notebook)
    return notebooks


def tidy(notebook: Any) -> None:
    """The same metadata in every file, nothing run, nbgrader's marks in a fixed order."""
    notebook.metadata.clear()
    notebook.metadata.update(METADATA)
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader")
        cell.metadata.clear()
        if marks:
            cell.metadata["nbgrader"] = dict(sorted(marks.items()))
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None


def nbgrader_api(root: Path) -> Any:
    """nbgrader for a course in this folder, by its `nbgrader_config.py`."""
    import logging

    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config.loader import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    config.Application.log_level = logging.ERROR
    return NbGraderAPI(CourseDirectory(config=config), config=config)


@contextlib.contextmanager
def on_path() -> Iterator[None]:
    """Programs of this environment can be found, as if it were activated: nbgrader runs alembic."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


if __name__ == "__main__":
    sys.exit(main())
