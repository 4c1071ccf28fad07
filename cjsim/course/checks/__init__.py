"""What looks at the exercises and says at once how far a student has come.

    from cjsim.course import check

    check("01")       # every task of set 01
    check("01", 2)    # its second task

A set is one folder `course/sets/sNN`: `checks.py` with `TASKS`, its words in `en.toml` and
`ru.toml`, wrong answers in `wrong.py`. To add one:

1. Write the check functions. Each takes a `Work`, the student's names read with care, and returns
   yes or no, or a `Mark` where points are given in part. What is right is found by running the
   kit: nothing is pasted. One check, one misconception; checks of a task do not lean on each other.
   For a strategy that is designed, in code or on the board, `sets.design` has limits and points
   for what it gains; for words, `sets.explain` makes a check of each idea of the rubric.
2. List them with their track: `TASKS = (Task(1, (Check("contacts", contacts), ...), "code"), ...)`.
   "board" reads `board_N`, "explain" reads `why_N`.
3. For each task give a title, for each check what it looks at (`says`) and a `hint` that leads on
   without the answer, in both languages; for an explanation the rubric.
4. Write the masters `exercises/<lang>/source/NN_name/tasks.ipynb`, twins: same cell ids, same code
   but for comments and the line `cjsim.speak(...)`. An answer cell has the id `task-N-answer` and
   nbgrader's mark `solution`; names that the check looks for stand above `### BEGIN SOLUTION` (as
   `gain = None`), the explanation is a comment within. A check cell has the `grade_id`
   `set-NN-task-N`, the points of the task, and three lines: nbgrader takes the last as points.

       result = check("NN", N)
       print(result)
       result.points

   Then `python -m tools.build_exercises` makes the students' versions. Copy set 01.
5. Write `wrong.py`: `WRONG = {task: {misconception: (code, check)}}`, at least one
   for each check. The code runs among the names that the master leaves.

`tests/course/test_exercises.py` finds a new set by itself. Keep the checks of a set within a few
seconds: `lru_cache` on a run that several checks read.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from cjsim.course.checks.form import Check, Mark, Report, Task, Work, WorkError
from cjsim.course.checks.look import look, sets, tasks_of
from cjsim.labels import SPOKEN

__all__ = ["Check", "Mark", "Report", "Task", "Work", "WorkError", "check", "sets", "tasks_of"]


def check(
    number: str,
    task: int | None = None,
    names: Mapping[str, Any] | None = None,
    lang: str = SPOKEN,
) -> Report:
    """Look at what a notebook has made so far; prints as lines, has `points` and `most`.

    Parameters
    ----------
    number : the set, "01" and so on.
    task : one of its tasks; all of them when not given.
    names : where to look for the student's variables, name -> value: the notebook that calls, if
        not given.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the report. Raises ValueError for a set or a task that does not exist. Whatever is wrong
    with the student's code is a line of the report.

    >>> from cjsim import course
    >>> report = course.check("01", 2, names={})
    >>> report.points, report.most
    (0.0, 4.0)
    """
    if names is None:
        names = sys._getframe(1).f_globals
    return look(number, tasks_of(number, task), names, lang)
