"""Run lectures under other luck and store which claims keep their verdict.

    python -m tools.reseed                          # all lectures that are new or have changed
    python -m tools.reseed notebooks/en/04*.ipynb   # these, in any case

Each lecture is run twice with all its seeds moved (`tools/other_luck.py`); the verdicts stand in
notebooks/RESEEDED.md beside the stored ones. A verdict that turns was luck: the sentence is too
bold, or wants more worlds. `tests/tools/test_reseed.py` says which lectures are to be run again,
and lets no `headline` turn.
"""

from __future__ import annotations

import argparse
import ast
import glob
import hashlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from cjsim.labels import text
from tools.pages import NOTEBOOKS, ROOT, keep
from tools.refresh import LONGEST_CELL, METADATA

SHIFTS: Final = (5_000, 9_000)
PAGE: Final = NOTEBOOKS / "RESEEDED.md"
NUMBERS: Final = ROOT / "tests" / "engine" / "golden_logs.toml"
"""What the engine does, to the last bit: it changes when the numbers of lectures do."""
VERDICTS: Final = ("holds", "open", "fails")
STOPPED: Final = "stopped"
"""In place of a verdict where the lecture did not come so far."""
HEAD: Final = f"""# The claims under other luck

A lecture tries its sentences in worlds that its seeds choose. Here is what becomes of each verdict
when all seeds are moved by {SHIFTS[0]:,} and by {SHIFTS[1]:,}. **Bold**: another verdict than the
stored one, so that was luck. *Same* behind it: the same numbers to the last digit, so there is no
luck in it. This page is written by `python -m tools.reseed`: run that after a change of the code of
a lecture, or of the numbers of the model.
"""
RULE: Final = "| --- | --- | --- | --- |"
SECTION: Final = re.compile(r"^## (\S+)\n\nOf code and numbers `(\w+)`\..*\n((?:\|.*\n|\n)*)", re.M)
ROW: Final = re.compile(r"^\| `([\w-]+)` \| (.+?) \| (.+?) \| (.+?) \|$", re.M)


class Row(NamedTuple):
    """A claim: the id of its cell, its stored verdict, those under other luck."""

    cell: str
    stored: str
    others: tuple[str, ...]

    @property
    def turned(self) -> bool:
        """Whether a verdict is another than the stored one."""
        return any(other.split()[0] != self.stored for other in self.others)


class Section(NamedTuple):
    """A lecture: what its claims were tried on, and what came of each."""

    digest: str
    rows: tuple[Row, ...]


def main(words: Sequence[str] | None = None) -> int:
    """Try the lectures named, or those that have changed, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tools.reseed", description=__doc__)
    parser.add_argument("notebooks", nargs="*", help="English lectures, files or patterns")
    patterns = parser.parse_args(words).notebooks
    asked = [Path(name) for pattern in patterns for name in sorted(glob.glob(pattern))]
    if patterns and not asked:
        print(f"no lecture is called {' or '.join(patterns)}", file=sys.stderr)
        return 1
    for path in asked or stale(sections()):
        section = Section(digest(path), tuple(tried(path)))
        kept = {name: old for name, old in sections().items() if name in names()}
        keep(PAGE, page({**kept, path.stem: section}))  # one after the other: it takes minutes
        turned = [row.cell for row in section.rows if row.turned]
        print(f"{path.stem}: {', '.join(turned) or 'no verdict'} turned", flush=True)
    return 0


# --- what is stored -------------------------------------------------------------------------------


def lectures() -> list[Path]:
    """The English lectures that make claims."""
    return [path for path in sorted((NOTEBOOKS / "en").glob("*.ipynb")) if claims(read(path))]


def names() -> list[str]:
    """What the lectures are called."""
    return [path.stem for path in lectures()]


def sections(file: Path = PAGE) -> dict[str, Section]:
    """Lecture -> what the page says of it."""
    if not file.exists():
        return {}
    plain = file.read_text(encoding="utf-8").replace("**", "")
    return {
        name: Section(
            made_of, tuple(Row(cell, was, tuple(o)) for cell, was, *o in ROW.findall(rows))
        )
        for name, made_of, rows in SECTION.findall(plain)
    }


def stale(known: Mapping[str, Section]) -> list[Path]:
    """The lectures of which the page says nothing, or speaks of other code or numbers."""
    return [p for p in lectures() if p.stem not in known or known[p.stem].digest != digest(p)]


def digest(path: Path, numbers: Path = NUMBERS) -> str:
    """Hash of a lecture's code, comments aside, of its stored verdicts and the engine's numbers."""
    notebook = read(path)
    code = [ast.unparse(ast.parse(cell.source)) for cell in notebook.cells if is_code(cell)]
    claimed = [f"{cell.id} {line(cell.outputs)}" for cell in claims(notebook)]
    whole = "\n".join([*code, *claimed, numbers.read_text(encoding="utf-8")])
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


# --- what comes of it -----------------------------------------------------------------------------


def read(path: Path) -> Any:
    """A notebook."""
    import nbformat

    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def is_code(cell: Any) -> bool:
    """Whether a cell is run."""
    return bool(cell.cell_type == "code")


def claims(notebook: Any) -> list[Any]:
    """The cells that try a sentence."""
    return [c for c in notebook.cells if is_code(c) and re.search(r"\bclaim\(", c.source)]


def line(outputs: Sequence[Any]) -> str:
    """What a claim printed; "" if nothing."""
    shown = [output.data.get("text/plain", "") for output in outputs if "data" in output]
    return str(shown[-1]) if shown else ""


def verdict(said: str) -> str:
    """The verdict at the head of what a claim printed.

    >>> verdict("Open: true in 12 of 20 worlds, too even to tell")
    'open'
    """
    words = {f"{text(f'course.{name}', 'en')}:": name for name in VERDICTS}
    return words.get((said.split() or [""])[0], STOPPED)


def tried(path: Path) -> Iterator[Row]:
    """Each claim of a lecture, as stored and under other luck."""
    stored = {cell.id: line(cell.outputs) for cell in claims(read(path))}
    others = [under_other_luck(path, by) for by in SHIFTS]
    for cell, was in stored.items():
        lines = [other.get(cell, "") for other in others]
        same = [" *same*" if one == was else "" for one in lines]
        both = [f"{verdict(one)}{mark}" for one, mark in zip(lines, same, strict=True)]
        yield Row(cell, verdict(was), tuple(both))


def under_other_luck(path: Path, by: int) -> dict[str, str]:
    """Run a lecture with its seeds moved, up to its last claim: cell id -> what a claim printed."""
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell

    notebook = read(path)
    ids = [cell.id for cell in notebook.cells]
    notebook.cells = notebook.cells[: ids.index(claims(notebook)[-1].id) + 1]
    source = f"import sys; sys.path.append({str(ROOT)!r})\nfrom tools.other_luck import move"
    first = new_code_cell(f"{source}\nmove({by});")  # type: ignore[no-untyped-call]
    notebook.cells.insert(0, first)
    client = NotebookClient(
        notebook, timeout=LONGEST_CELL, kernel_name=METADATA["kernelspec"]["name"],
        allow_errors=True, resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
    )  # fmt: skip
    client.execute()
    assert not any(output.output_type == "error" for output in first.outputs), first.outputs
    return {cell.id: line(cell.outputs) for cell in claims(notebook)}


# --- the page -------------------------------------------------------------------------------------


def page(known: Mapping[str, Section]) -> str:
    """The page as its file."""
    return "\n".join([HEAD, *(_section(name, known[name]) for name in sorted(known))])


def _section(name: str, section: Section) -> str:
    turned = sum(row.turned for row in section.rows)
    by = " | ".join(f"+{shift:,}" for shift in SHIFTS)
    rows = [
        f"| `{cell}` | {stored} | {' | '.join(_marked(stored, other) for other in others)} |"
        for cell, stored, others in section.rows
    ]
    count = f"Of {len(rows)} claims, {turned} turned."
    told = f"## {name}\n\nOf code and numbers `{section.digest}`. {count}\n"
    return "\n".join([told, f"| claim | stored | {by} |", RULE, *rows, ""])


def _marked(stored: str, other: str) -> str:
    first, *more = other.split()
    return other if first == stored else " ".join([f"**{first}**", *more])


if __name__ == "__main__":
    sys.exit(main())
