"""Files written whole or not at all: whoever reads meanwhile sees the old one or the new."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

DRAFT = ".saving-"
"""How the folder of a draft is called; a process that was killed may leave one behind."""
A_DAY = 86_400.0


def expanded(path: str | os.PathLike[str]) -> Path:
    """A path as it was meant: ~ is the home. Without a home, or for a user's that is not, a name.

    >>> expanded("results/~x")
    PosixPath('results/~x')
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """A draft of the same name in a folder beside `path`, which takes its place at the end.

    What is half done when something goes wrong is thrown away. The draft reaches the disk before
    it is renamed, so that a power cut leaves no empty file of the right name. An OSError names the
    file that was asked for.
    """
    path = expanded(path)
    if not path.parent.is_dir():  # the error names what was asked for, not the draft
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    _forget_once(path.parent.absolute())
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=_my_drafts()) as folder:
            draft = Path(folder) / path.name
            yield draft
            _to_disk(draft)
            os.replace(draft, path)
    except OSError as error:
        raise _naming(error, path) from error


def _naming(error: OSError, path: Path) -> OSError:
    """The same error, with the file asked for in place of a draft or of no file at all."""
    if error.errno is None or DRAFT not in str(error.filename or DRAFT):
        return error
    return OSError(error.errno, os.strerror(error.errno), str(path))


def _my_drafts() -> str:
    """How the drafts of this process begin: they say whose they are."""
    return f"{DRAFT}{_machine()}-{os.getpid()}-"


@lru_cache(maxsize=1)
def _machine() -> str:
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]


def forget_drafts(folder: Path) -> None:
    """Delete drafts in a folder that nobody works on: their process has gone, or they are old.

    Of another machine's processes nothing is known here, so theirs are kept for a day.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(DRAFT) and _is_abandoned(entry):
                shutil.rmtree(entry.path, ignore_errors=True)


@lru_cache(maxsize=1000)
def _forget_once(folder: Path) -> None:
    """`forget_drafts`, once in a process: a folder may hold a hundred thousand files."""
    forget_drafts(folder)


def _is_abandoned(draft: os.DirEntry[str]) -> bool:
    whose = re.match(rf"{re.escape(DRAFT)}(\w{{8}})-(\d+)-", draft.name)
    if whose and whose[1] == _machine() and os.name == "posix":  # elsewhere asking would end it
        return not _is_alive(int(whose[2]))
    return draft.stat(follow_symlinks=False).st_mtime < time.time() - A_DAY


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # somebody else's
        return True
    return True


@contextmanager
def all_together(folder: str | Path) -> Iterator[Path]:
    """A draft of a folder's new files, which are moved into it at the end, when all are made.

    The folder is made where there is none; files that stood there under other names stay. What is
    made is thrown away when something goes wrong before the end.

    Parameters
    ----------
    folder : where the files shall stand.

    Raises OSError where the folder cannot be written.

    >>> with all_together(folder) as draft:  # doctest: +SKIP
    ...     write_text(draft / "summary.txt", "...")
    """
    folder = expanded(folder)
    folder.mkdir(parents=True, exist_ok=True)
    forget_drafts(folder)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=_my_drafts()) as hidden:
            yield Path(hidden)
            drafts = sorted(Path(hidden).iterdir())
            for draft in drafts:
                _to_disk(draft)
            for draft in drafts:
                os.replace(draft, folder / draft.name)
    except OSError as error:
        raise _naming(error, folder) from error


def _to_disk(draft: Path) -> None:
    with open(draft, "rb+") as file:
        os.fsync(file.fileno())


def write_text(path: str | Path, text: str) -> Path:
    """Write a text as UTF-8 with plain line ends, whole or not at all."""
    return write_bytes(path, text.encode())


def write_bytes(path: str | Path, content: bytes) -> Path:
    """Write bytes, whole or not at all."""
    with whole(path) as draft:
        draft.write_bytes(content)
    return expanded(path)


def write_new(path: str | Path, text: str) -> Path:
    """Write a text to a file that is not there yet, whole or not at all.

    Raises FileExistsError where it is: nothing is ever overwritten.
    """
    path = expanded(path)
    with open(path, "x", encoding="utf-8", newline="\n") as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return path


def safe_name(name: str, taken: Collection[str] = ()) -> str:
    """A name that any system takes for a file: what it must not hold becomes "_".

    Parameters
    ----------
    name : what is meant to be told by it, a scenario's name for example.
    taken : names that are used already; a number makes the new one differ.

    >>> safe_name("a/b"), safe_name("a:b", ["a_b"]), safe_name("0.6")
    ('a_b', 'a_b-2', '0.6')
    """
    plain = re.sub(r'[/\\:*?"<>|\x00-\x1f]', "_", name).rstrip(". ") or "_"
    others = {other.casefold() for other in taken}
    number, safe = 1, plain
    while safe.casefold() in others:
        number += 1
        safe = f"{plain}-{number}"
    return safe


def safe_names(names: Iterable[str]) -> dict[str, str]:
    """Name -> the name of its file, no two alike."""
    safe: dict[str, str] = {}
    for name in names:
        safe[name] = safe_name(name, safe.values())
    return safe


def no_formula(word: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before what could be one.

    >>> no_formula("=1+1"), no_formula("-0.5"), no_formula("+10 %"), no_formula("pull")
    ("'=1+1", '-0.5', "'+10 %", 'pull')
    """
    if not word.lstrip().startswith(FORMULA) and not word.startswith(("\t", "\r", "\n")):
        return word
    with suppress(ValueError):
        float(word)
        return word  # a number
    return "'" + word


FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a formula begins with, in the wide letters of some keyboards too."""


def python_files(home: Path, places: Iterable[str]) -> list[Path]:
    """The Python files at some places of a folder: files by name, folders with all in them."""
    paths = [path for place in places for path in (home / place, *(home / place).rglob("*.py"))]
    return sorted(path for path in paths if path.is_file())


def digest_of(paths: Iterable[Path]) -> str:
    """Sixteen characters that change with any byte of the files."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:16]
