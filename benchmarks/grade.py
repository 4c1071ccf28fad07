"""How long a class takes: thirty submissions of exercise set 01, on two cores.

    python -m benchmarks.grade             # 30 submissions, 2 at a time
    python -m benchmarks.grade 12 4        # 12 submissions, 4 at a time

Ten solved it, ten have one wrong answer in each task, ten have not begun. Prints the wall time, the
time per submission, and the points, which must be the same in every run.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from cjsim.course.grading.grade import grade
from cjsim.course.sets.s01.wrong import WRONG

EXERCISES = Path(__file__).parents[1] / "exercises"
SET = "01_pull_or_push"


def main(count: int = 30, workers: int = 2) -> None:
    """Hand in, grade, print."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            path = Path(folder) / f"student_{number:02d}.ipynb"
            path.write_text(json.dumps(notebook(number)), encoding="utf-8")
        start = time.perf_counter()
        grades, _ = grade(Path(folder), Path(folder) / "grades.csv", workers=workers)
        seconds = time.perf_counter() - start
    points = ", ".join(f"{n} x {p:g}" for p, n in sorted(Counter(g.total for g in grades).items()))
    odd = sum(one.verdict != "ok" for one in grades)
    print(f"{count} submissions, {workers} at a time: {seconds:.0f} s")
    print(f"{seconds / count:.1f} s each; points: {points}; verdicts other than ok: {odd}")


def notebook(number: int) -> Any:
    """The submission of one student: solved, wrong in each task, or not begun, in turn."""
    kind = "release" if number % 3 == 2 else "source"
    path = EXERCISES / "en" / kind / SET / "tasks.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    if number % 3 == 1:
        for task, answers in WRONG.items():
            choices = list(answers.values())
            code = choices[number // 3 % len(choices)][0]
            for cell in content["cells"]:
                if cell["id"] == f"task-{task}-answer":
                    cell["source"] = code
    return content


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
