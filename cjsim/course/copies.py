"""A lecture to work in: a copy that shows its first figure, and no answer before it is asked for.

The lectures of the project stay as they are stored. Beside a copy stand its exercises and the
glossary, in the same places as in the project, so that the links of the lecture lead there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from cjsim.files import expanded, write_text
from cjsim.labels import language, text, unknown

PROJECT = Path(__file__).resolve().parents[2]
"""Where the lectures are, if the kit runs from its project's folder."""
WORK = PROJECT / "work"
"""Where copies are made if nobody says where; git does not look at it."""
LIVE = "application/vnd.jupyter.widget-view+json"
"""A control of a kernel; stored in a file it would stand in the way of the picture beside it."""


@dataclass(frozen=True)
class Copy:
    """A copy to work in, `path`; what stood there before is at `kept`, None if that was nothing."""

    path: Path
    kept: Path | None
    is_fresh: bool

    def said(self, lang: str) -> str:
        """What was done, in a sentence or two."""
        name = "lecture.fresh" if self.is_fresh else "lecture.going_on"
        words = text(name, lang).format(path=self.path)
        return (
            f"{words} {text('lecture.kept', lang).format(path=self.kept)}" if self.kept else words
        )


def lecture(
    number: str = "01",
    lang: str = "en",
    folder: str | Path | None = None,
    keep: bool = False,
    port: int | None = None,
    browser: bool = True,
) -> None:
    """Open a copy of a lecture in JupyterLab, and serve it until Ctrl-C.

    The parameters are those of `working_copy`; `port` and `browser` are those of `cjsim lab`.
    """

    def copied(root: Path) -> tuple[Path, str]:
        copy = working_copy(number, lang, root, keep)
        return copy.path, copy.said(lang)

    _open(copied, lang, folder, port, browser)


def exercises(
    number: str = "01",
    lang: str = "en",
    folder: str | Path | None = None,
    port: int | None = None,
    browser: bool = True,
) -> None:
    """Open a copy of a set of exercises in JupyterLab, and serve it until Ctrl-C.

    The parameters are those of `tasks_copy`; `port` and `browser` are those of `cjsim lab`.
    """

    def copied(root: Path) -> tuple[Path, str]:
        path, is_fresh = tasks_copy(number, lang, root)
        words = text("lecture.tasks" if is_fresh else "lecture.going_on", lang)
        return path, words.format(path=path)

    _open(copied, lang, folder, port, browser)


def _open(
    copied: Callable[[Path], tuple[Path, str]],
    lang: str,
    folder: str | Path | None,
    port: int | None,
    browser: bool,
) -> None:
    """Serve what is copied into a folder: `copied` gives its path, and what was done in words."""
    from cjsim.board.room import HOST, door_at
    from cjsim.lab.serve import open_notebook

    if port is not None:
        door_at(HOST, port, language(lang)).close()  # a port that is taken is told before a copy
    root = WORK if folder is None else expanded(folder).resolve()
    path, words = copied(root)
    print(words, flush=True)
    open_notebook(path, root, port, browser)


def tasks_copy(number: str, lang: str = "en", folder: str | Path = WORK) -> tuple[Path, bool]:
    """Make a copy of a set of exercises where none is; answers are never written over.

    Parameters
    ----------
    number : of the set, "01", "1" or "D", or its whole name.
    lang : "en" or "ru".
    folder : where the copy goes, in a folder `exercises/<lang>/release`, as beside a lecture.

    Returns its path, and whether it has just been made. Raises ValueError for a set or a language
    that does not exist, and where no exercises are.
    """
    sets = PROJECT / "exercises" / language(lang) / "release"
    by_name = {path.parent.name: path for path in sorted(sets.glob("*/tasks.ipynb"))}
    source = _numbered(by_name, number, "set of exercises")
    path = expanded(folder) / source.relative_to(PROJECT)
    is_fresh = not path.exists()
    _copy_tasks(source, path)
    return path, is_fresh


def working_copy(
    number: str, lang: str = "en", folder: str | Path = WORK, keep: bool = False
) -> Copy:
    """Make a copy of a lecture, or go on with the one that is there.

    Parameters
    ----------
    number : of the lecture, "01", "1" or "L", or its whole name.
    lang : "en" or "ru".
    folder : where the copy goes, in a folder `notebooks/<lang>`; its exercises go beside it.
    keep : take the copy that is there, if one is. Else a new one is made, and a copy in which
        somebody has worked is kept under another name.

    Raises ValueError for a lecture or a language that does not exist, where no lectures are, and
    for a folder in which the stored lecture itself would be written.
    """
    source = _stored(number, language(lang))
    root = expanded(folder)
    path = root / source.relative_to(PROJECT)
    if path.resolve() == source:
        raise ValueError(f"{folder}: the stored lectures are here; choose another folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    going_on = keep and path.exists()
    kept = None if going_on else _set_aside(path, source)
    _write(path, without_controls(_read(path)) if going_on else fresh(_read(source)))
    _copy_companions(source, root)
    return Copy(path, kept, not going_on)


def fresh(notebook: Any) -> Any:
    """The notebook as a class should meet it: of all that was run only the first figure is seen."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in code[1:]:
        cell.outputs, cell.execution_count = [], None
    return notebook


def without_controls(notebook: Any) -> Any:
    """The notebook without the controls of a kernel that is gone: figures and words show again."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(LIVE, None)
    return notebook


def _stored(number: str, lang: str) -> Path:
    """The file of a lecture in the project."""
    files = sorted((PROJECT / "notebooks" / lang).glob("*_*.ipynb"))  # the lab has no number
    return _numbered({path.stem: path for path in files}, number, "lecture")


def _numbered(by_name: dict[str, Path], number: str, what: str) -> Path:
    """The one with a number or a name; `by_name` are all."""
    if not by_name:
        raise ValueError(
            "the lectures are not here: they come with the project's folder, not with the package"
        )
    by_number = {name.partition("_")[0]: path for name, path in by_name.items()}
    asked = number.strip().removesuffix(".ipynb")
    for name in (asked, asked.zfill(2), asked.upper()):  # 1 is 01, and l is L
        if path := (by_number | by_name).get(name):
            return path
    raise unknown(what, number, by_number)


def _set_aside(path: Path, source: Path) -> Path | None:
    """Give a copy in which somebody has worked another name; where it is then, or None."""
    if not path.exists() or _is_untouched(path, source):
        return None
    names = (path.with_name(f"{path.stem}.kept-{n}.ipynb") for n in count(1))
    kept = next(name for name in names if not name.exists())
    path.rename(kept)
    return kept


def _is_untouched(path: Path, source: Path) -> bool:
    """Whether a copy is as it was made; what JupyterLab notes about a file does not count."""
    try:
        both = [_read(path), fresh(_read(source))]
    except ValueError:  # no notebook any more: not ours to throw away
        return False
    here, there = ([(c.source, c.get("outputs", [])) for c in each.cells] for each in both)
    return here == there


def _copy_companions(source: Path, root: Path) -> None:
    """The exercises, if it has some and they are not there yet, and the glossary as it is now."""
    lang = source.parent.name
    tasks = Path("exercises", lang, "release", source.stem, "tasks.ipynb")
    if (PROJECT / tasks).exists():
        _copy_tasks(PROJECT / tasks, root / tasks)
    glossary = Path("notebooks", "GLOSSARY.md")
    (root / glossary).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT / glossary, root / glossary)


def _copy_tasks(source: Path, path: Path) -> None:
    """The students' exercises, where none are: in those that are, somebody has worked."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)


def _read(path: Path) -> Any:
    """A notebook; raises ValueError for a file that is none."""
    import nbformat

    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except (nbformat.ValidationError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise ValueError(
            f"{path}: this is no notebook; a fresh copy would keep it aside"
        ) from error


def _write(path: Path, notebook: Any) -> None:
    import nbformat

    write_text(path, str(nbformat.writes(notebook)) + "\n")  # type: ignore[no-untyped-call]
