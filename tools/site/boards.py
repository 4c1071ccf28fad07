"""The page of all boards and trails: a line for each preset, and the tasks that a board solves."""

from __future__ import annotations

from typing import Final

from cjsim.course.checks.look import words
from cjsim.labels import text
from cjsim.scenario import presets
from cjsim.scenario.words import scenario_title
from tools.site.tasks import anchor, board_tasks
from tools.site.tree import pages_of

VIEWS: Final = {"board": "", "trail": ";view=trail;guess=skip", "money": ";view=money;guess=skip"}
"""What of a preset is opened -> the rest of its address."""


def page(lang: str) -> str:
    """The page in a language.

    >>> page("en").splitlines()[0]
    '# Boards and trails of all products'
    """
    head = [f"# {text('site.boards_title', lang)}", text("site.boards", lang)]
    tasks = [f"## {text('site.board_tasks_title', lang)}", text("site.board_tasks", lang)]
    return "\n\n".join([*head, _products(lang), *tasks, _tasks(lang)]) + "\n"


def _products(lang: str) -> str:
    """A line for each preset: what it is, its board, its trail, its money."""
    lines = []
    for name, title in presets().items():
        links = " · ".join(
            f'<a href="../board/index.html#{name}{view};lang={lang}">'
            f"{text(f'site.boards_{kind}', lang)}</a>"
            for kind, view in VIEWS.items()
        )
        lines.append(f"- **{scenario_title(title, lang)}** <br>{links}")
    return "\n".join(lines)


def _tasks(lang: str) -> str:
    """Each task on the board, with the set that it belongs to."""
    lines = []
    for number, task, board in board_tasks():
        (name,) = (
            one for one in pages_of(lang) if one.startswith(f"exercises/{lang}/release/{number}_")
        )
        told = words(number, lang)["task"][str(task.number)]["title"]
        product = text(f"preset.{board.preset}", lang)
        link = f'<a href="{name}.html#{anchor(task)}">{told}</a>'
        lines.append(f"- {number}: {link} ({product})")
    return "\n".join(lines)
