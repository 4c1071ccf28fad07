"""Who handed in what: the notebooks of a folder, as teachers and learning platforms lay them.

    NAME.ipynb               one file per student
    NAME/tasks.ipynb         one folder per student; a platform's marks are taken off the name
    NAME/SET/tasks.ipynb     nbgrader

A program's marks of a copy, `-Copy1` or ` (1)`, do not make another student.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cjsim.course.checks.look import sets
from cjsim.labels import text

DEEPEST = 6
"""Folders below a student's that are looked into."""
SUFFIX = ".ipynb"
PLATFORM = re.compile(r"_\d+_assignsubmission_(file|onlinetext)_?.*$")
"""What Moodle puts behind a name."""
COPY = re.compile(r"(-Copy\d+| \(\d+\))$")
"""What JupyterLab and browsers put behind the name of a copy."""
NUMBER = re.compile(r"(\d\d|[A-Z])[_ -]")
LONGEST_WORD = 200


@dataclass(frozen=True)
class Submission:
    """One notebook that was handed in.

    Parameters
    ----------
    student : as a screen and a table can show it.
    path : where the notebook lies.
    file : the path below the folder of submissions, to be shown.
    beside : do the files in its folder belong to it?
    folder_set : the set that its folder or file is named after; "" where none is.
    is_link : does the path pass a link, which could lead to somebody else's work?
    """

    student: str
    path: Path
    file: str = ""
    beside: bool = False
    folder_set: str = ""
    is_link: bool = False


def submissions(folder: Path, lang: str = "en") -> list[Submission]:
    """The notebooks of a folder, sorted by path.

    Hidden folders and files, and what macOS puts into archives, are left out.

    Raises ValueError where there are none.
    """
    if not folder.is_dir():
        raise ValueError(text("grade.no_folder", lang).format(folder=folder))
    notebooks = [_submission(folder, path) for path in sorted(_notebooks(folder))]
    if not notebooks:
        raise ValueError(text("grade.nothing", lang).format(folder=folder))
    return notebooks


def _notebooks(folder: Path) -> Iterator[Path]:
    """Paths of notebooks, links among them; no link to a folder is followed."""
    below = [(folder, 0)]
    while below:
        place, depth = below.pop()
        try:
            entries = list(os.scandir(place))
        except OSError:  # a folder that must not be read
            continue
        for entry in entries:
            path = Path(entry.path)
            if entry.name.startswith((".", "__MACOSX")):
                continue
            if entry.is_dir(follow_symlinks=False) and depth <= DEEPEST:
                below.append((path, depth + 1))
            elif path.suffix.lower() == SUFFIX:
                yield path
            elif entry.is_symlink() and depth == 0 and path.is_dir():
                yield from (path / name for name in sorted(os.listdir(path))
                            if name.lower().endswith(SUFFIX))  # fmt: skip


def _submission(folder: Path, path: Path) -> Submission:
    parts = path.relative_to(folder).parts
    passed = [folder.joinpath(*parts[: n + 1]) for n in range(len(parts))]
    name = parts[0] if len(parts) > 1 else COPY.sub("", path.stem)
    named = [path.stem, *reversed(parts[1:-1])] if len(parts) > 1 else []
    numbers = (match[1] for part in named if (match := NUMBER.match(part + "_")))
    return Submission(
        printable(PLATFORM.sub("", name)) or "?", path, printable("/".join(parts)),
        beside=len(parts) > 1,
        folder_set=next((number for number in numbers if number in sets()), ""),
        is_link=any(place.is_symlink() for place in passed),
    )  # fmt: skip


def printable(word: object, longest: int = LONGEST_WORD) -> str:
    r"""A word as any screen and table can show it: one line, without signs that steer.

    Bytes of a name that are no text, as an archive of another system leaves them, and control
    characters are written out.

    >>> printable("a\x1b[2Jb\nc")
    'a\\x1b[2Jb\\nc'
    """
    shown = unicodedata.normalize("NFC", str(word))
    signs = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)
    return "".join(signs)[:longest]
