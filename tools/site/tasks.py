"""The tasks on the board, solvable on the site: each as data that the page's engine plays.

`BoardTask` in `cjsim/course/sets/design.py` is the one source: its limits, its worlds and the firm
beside it are taken from what it plays itself, its words from the set. The page has the worlds that
score a task: whoever learns alone may look, a trainer's grades come from the notebook's check.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from cjsim.board.bundle import script
from cjsim.board.pasted import known_of
from cjsim.board.product import SIDE_DIALS, dial_of, product_of
from cjsim.board.wasm.build import built
from cjsim.board.wasm.plan import MOST_SIDES, plan_of
from cjsim.course.checks.form import Task
from cjsim.course.checks.look import sets, tasks_of, words
from cjsim.course.sets.design import BoardTask
from cjsim.experiment.intervals import LEANS_FROM, t_quantile
from cjsim.files import write_text
from cjsim.journey import TWELVE
from cjsim.labels import LANGUAGES, all_keys, text
from cjsim.scenario import Scenario, presets
from cjsim.scenario.keys import TABLES
from cjsim.scenario.words import strategy_title

STRATEGY: Final = "guide"
"""What is designed in every task on the board."""
SPOKEN_HERE: Final = ("board_task.", "pasted.", "grade.problem.", "grade.points", "grade.hint")
"""Words of the labels that a task may say."""
OF_A_DIAL: Final = ("id", "number", "side", "low", "high", "step", "usual")
"""What a short code or an address is read by."""
SCRIPT: Final = "tasks.js"


def board_tasks() -> Iterator[tuple[str, Task, BoardTask]]:
    """Every task on the board: its set, the task, and what is designed in it."""
    for number in sets():
        for task in tasks_of(number):
            if task.track == "board":
                yield number, task, _owner(task)


def _owner(task: Task) -> BoardTask:
    """The design that the checks of a task look at."""
    owners = [getattr(check.test, "__self__", None) for check in task.checks]
    if not isinstance(owners[0], BoardTask) or any(owner is not owners[0] for owner in owners):
        raise ValueError(f"task {task.number}: a check on the board is a method of its BoardTask")
    return owners[0]


# --- a task as data -------------------------------------------------------------------------------


@cache
def data_of(number: str, at: int) -> dict[str, Any]:
    """A task as JSON.

    Parameters
    ----------
    number : the set, "01" and so on.
    at : the number of the task.

    Plays the firm as it is and the best known in the scored worlds: two or three seconds.
    """
    task, board = next(
        (task, board) for n, task, board in board_tasks() if (n, task.number) == (number, at)
    )
    usual = board.played(())
    firm: Scenario = usual.scenarios["mine"]
    dials = [_dial(board, key) for key in board.limits]
    measures = sorted({"costs", "profit_per_person", board.measure})
    return {
        "name": board.name, "product": board.preset, "strategy": STRATEGY,
        "start": f"{board.preset};s=pull+{STRATEGY}",
        "people": usual.people, "worlds": len(usual.seeds),
        "limits": {key: list(ends) for key, ends in board.limits.items()},
        "prices": dict(board.prices),
        "dials": dials,
        "checks": [_check(check, board) for check in task.checks],
        "usual": {name: usual.runs.loc[usual.first, name].tolist() for name in measures},
        "usual_title": {
            lang: strategy_title(firm, usual.scenarios[usual.first].strategy, lang)
            for lang in LANGUAGES
        },
        "reached": [f"reached_{stage.key}" for stage in TWELVE],
        "t95": {str(n): t_quantile(0.95, n) for n in range(2, len(usual.seeds) + 1)},
        "leans_from": LEANS_FROM,
        "plan": _plan(firm, [dial["id"] for dial in dials], usual.people, usual.seeds),
        "words": {lang: _words(number, task, lang) for lang in LANGUAGES},
    }  # fmt: skip


def _dial(board: BoardTask, key: str) -> dict[str, Any]:
    """A dial that may be turned, as the task's line says it."""
    table, _, last = key.rpartition(".")
    ident = last if table == STRATEGY and last in SIDE_DIALS else key
    known = dial_of(Scenario.load(board.preset), ident)
    usual = known["usual"][STRATEGY] if known["side"] else known["usual"]
    told = {name: known[name] for name in ("id", "title")}
    unit = known["unit"] if known["high"] > 1 else dict.fromkeys(LANGUAGES, "")  # shares have none
    return {"key": key, **told, "unit": unit, "usual": usual}


def _check(check: Any, board: BoardTask) -> dict[str, Any]:
    """A check: what it asks of the worlds."""
    kind = check.test.__name__
    told = {"name": check.name, "kind": kind, "points": check.points, "digits": board.digits}
    if kind == "more":
        best = board.gained(board.best_known(), board.measure).mean
        return {**told, "measure": board.measure, "best": best}
    return {**told, "measure": "profit_per_person"} if kind == "no_loss" else told


def _plan(firm: Scenario, dials: list[str], people: int, seeds: tuple[int, ...]) -> dict[str, Any]:
    """What the page's engine has to know: one firm, one size, the worlds that score it."""
    needed = {STRATEGY, firm.burn_in_strategy or STRATEGY}
    kept = {name: one for name, one in firm.strategies.items() if name in needed}
    alone = firm.model_copy(update={"strategies": kept})
    product = product_of(alone, dials, people=people)
    product["people"] = {"usual": people, "choices": []}
    plan = plan_of(alone, product)
    if plan["refused"]:
        raise ValueError(f"{firm.name}: {'; '.join(plan['refused'].values())}")
    return {**plan, "seeds": [[str(seed)] * MOST_SIDES for seed in seeds]}


def _words(number: str, task: Task, lang: str) -> dict[str, Any]:
    """Title and checks of a task, as the set says them."""
    told = words(number, lang)["task"][str(task.number)]
    return {"title": told["title"], "checks": {one.name: told[one.name] for one in task.checks}}


# --- what all of them share -----------------------------------------------------------------------


def common() -> dict[str, Any]:
    """What every task's page needs: words, what a design is read by, and the engine."""
    return {
        "words": {
            lang: {key: text(key, lang) for key in all_keys(lang) if key.startswith(SPOKEN_HERE)}
            for lang in LANGUAGES
        },
        "known": {"presets": [_read_by(name) for name in presets()], "tables": list(TABLES)},
        "wasm": base64.b64encode(built()).decode(),
        "thread": f"{script('worker')}\nwork(self);",
    }


def _read_by(name: str) -> dict[str, Any]:
    """What an address or a short code of a preset is read by."""
    known = known_of(name)
    return {
        "name": name, "number": known["number"],
        "strategies": [{"name": one["name"]} for one in known["strategies"]],
        "sides": known["sides"],
        "dials": [{part: dial[part] for part in OF_A_DIAL} for dial in known["dials"]],
        "people": {"usual": 0, "choices": []},
        "worlds": [0],
    }  # fmt: skip


def save(folder: Path) -> None:
    """Write each task, and the script that all their pages load, beside the board."""
    for number, task, _ in board_tasks():
        path = folder / f"task-{number}-{task.number}.json"
        write_text(
            path,
            json.dumps(data_of(number, task.number), ensure_ascii=False, separators=(",", ":")),
        )
    shared = json.dumps(common(), ensure_ascii=False, separators=(",", ":"))
    folder_of_script = 'document.currentScript.src.replace(/[^/]*$/, "")'
    write_text(
        folder / SCRIPT,
        f"(() => {{\n{script('tasks')}\nopenTasks({shared}, {folder_of_script});\n}})();\n",
    )


# --- on the pages of the exercises ----------------------------------------------------------------


def place(folder: Path, lang: str) -> None:
    """Put each task on the board onto its page, among the sources of a language.

    Parameters
    ----------
    folder : of the sources; its notebooks are written anew.
    lang : theirs.
    """
    for number, task, board in board_tasks():
        (path,) = folder.glob(f"exercises/{lang}/release/{number}_*/tasks.ipynb")
        up = "../" * (len(path.relative_to(folder).parts) - 1) + "../board/"
        _insert(path, task.number, host(number, task, board, lang, up))


def host(number: str, task: Task, board: BoardTask, lang: str, up: str) -> str:
    """The place of a task on its page; where no script runs, a link to the board.

    >>> number, task, board = next(board_tasks())
    >>> host(number, task, board, "en", "../board/").split()[:3]
    ['<div', 'class="boardtask"', 'data-board-task="01-5"']
    """
    ends = "+".join(f"{_ident(key)}:{low:g}:{high:g}" for key, (low, high) in board.limits.items())
    address = f"{up}index.html#{board.preset};s=pull+{STRATEGY};limits={ends};lang={lang}"
    link = f'<a href="{address}">{text("board_task.apart", lang)}</a>'
    named = f'data-board-task="{number}-{task.number}" data-lang="{lang}" id="{anchor(task)}"'
    return (
        f'<div class="boardtask" {named}>{link}</div>\n<script src="{up}{SCRIPT}" defer></script>'
    )


def anchor(task: Task) -> str:
    """The place of a task on the board within its page."""
    return f"board-{task.number}"


def _ident(key: str) -> str:
    """The board's name for a key of a task."""
    return key.removeprefix(f"{STRATEGY}.")


def _insert(path: Path, at: int, html: str) -> None:
    """Below the words of a task, in place of the cell that opens the board in a notebook."""
    import nbformat

    notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    ids = [cell.id for cell in notebook.cells]
    cell = nbformat.v4.new_markdown_cell(html, id=f"task-{at}-page")  # type: ignore[no-untyped-call]
    notebook.cells[ids.index(f"task-{at}-board")] = cell
    path.write_text(nbformat.writes(notebook), encoding="utf-8")  # type: ignore[no-untyped-call]
