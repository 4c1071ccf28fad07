"""What the teacher gets: a grade for each submission, a table of them, and a summary."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from cjsim.course.checks.look import sets, tasks_of, words
from cjsim.files import no_formula, write_bytes
from cjsim.labels import text
from cjsim.labels.numbers import number, setting

Facts = dict[str, str | float]
"""What fills the places of a verdict; numbers are written when it is said."""


@dataclass(frozen=True)
class Grade:
    """What came of a submission.

    Parameters
    ----------
    file : the notebook, below the folder of submissions.
    verdict, facts : what became of it, and what fills the verdict's places.
    notes : what is to be said beside the verdict, each with its facts.
    points : by task number.
    failed : the checks with a hint.
    words : by task number, what was explained.
    gained : by task number, what a design gains per person in each world.
    """

    student: str
    set: str = ""
    verdict: str = "ok"
    facts: Facts = field(default_factory=dict)
    points: dict[str, float] = field(default_factory=dict)
    failed: tuple[str, ...] = ()
    file: str = ""
    notes: tuple[tuple[str, Facts], ...] = ()
    words: dict[str, str] = field(default_factory=dict)
    gained: dict[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Points in all."""
        return round(sum(self.points.values()), 2)

    @property
    def most(self) -> float:
        """Points of the whole set; 0 where no set was found."""
        return sum(task.most for task in tasks_of(self.set)) if self.set else 0.0

    @property
    def plain(self) -> bool:
        """Is there nothing to be looked at?"""
        return self.verdict == "ok" and not self.notes

    def says(self, lang: str) -> str:
        """The verdict and the notes as a phrase."""
        facts = _written(self.facts, lang)
        if cell := facts.get("cell"):
            kind = cell if cell in ("checks", "start") else "cell"
            facts["where"] = text(f"grade.where.{kind}", lang).format(cell=cell)
        notes = (
            text(f"grade.note.{name}", lang).format(**_written(beside, lang))
            for name, beside in self.notes
        )
        return "; ".join([text(f"grade.verdict.{self.verdict}", lang).format(**facts), *notes])


def _written(facts: Facts, lang: str) -> dict[str, str]:
    return {
        name: fact if isinstance(fact, str) else setting(fact, lang) for name, fact in facts.items()
    }


def with_twins(grades: Sequence[Grade]) -> list[Grade]:
    """The grades, each with a note of the other notebooks of the same student and set."""
    files: dict[tuple[str, str], list[str]] = {}
    for graded in grades:
        if graded.set:
            files.setdefault((graded.student, graded.set), []).append(graded.file)
    noted = []
    for graded in grades:
        others = list(files.get((graded.student, graded.set), ()))
        if len(others) > 1:
            others.remove(graded.file)
            note: tuple[str, Facts] = ("several", {"set": graded.set, "files": ", ".join(others)})
            graded = replace(graded, notes=(*graded.notes, note))
        noted.append(graded)
    return noted


def best_of_each(grades: Sequence[Grade]) -> list[Grade]:
    """One grade for each student and set: of several notebooks the one with most points."""

    def who(graded: Grade) -> tuple[str, str]:
        return graded.set, graded.student

    together = groupby(sorted((one for one in grades if one.set), key=who), key=who)
    return [max(same, key=lambda graded: graded.total) for _, same in together]


def write(grades: Sequence[Grade], out: Path, lang: str = "en") -> None:
    """One row per submission: student, file, set, verdict, points, most, tasks, hints."""
    numbers = sorted({key for graded in grades for key in graded.points}, key=int)
    if not numbers:
        numbers = sorted({str(task.number) for name in sets() for task in tasks_of(name)}, key=int)
    head = ["student", "file", "set", "verdict", "points", "most"]
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow([*head, *(f"task_{n}" for n in numbers), "hints"])
    for graded in grades:
        tasks = [f"{graded.points.get(task, 0):g}" for task in numbers]
        who = [graded.student, graded.file, graded.set, graded.says(lang)]
        sums = [f"{graded.total:g}", f"{graded.most:g}"]
        hints = " ".join(graded.failed)
        rows.writerow([*map(no_formula, who), *sums, *tasks, no_formula(hints)])
    write_bytes(out, table.getvalue().encode("utf-8-sig"))  # the mark lets Excel read Russian


def summary(grades: Sequence[Grade], lang: str = "en") -> str:
    """For the teacher: which hint was given how often, and who has to be looked at."""
    lines = []
    everybody = best_of_each(grades)
    for task_set in sorted({graded.set for graded in everybody}):
        lines += _summary_of_set([one for one in everybody if one.set == task_set], lang)
    odd = [f"    {_called(graded)}: {graded.says(lang)}" for graded in grades if not graded.plain]
    if odd:
        lines += [f"  {text('grade.summary_verdicts', lang)}:", *odd]
    return "\n".join(lines)


def _summary_of_set(grades: Sequence[Grade], lang: str) -> list[str]:
    task_set, everybody = grades[0].set, str(len(grades))
    mean = sum(graded.total for graded in grades) / len(grades)
    facts = {"set": task_set, "graded": everybody, "most": setting(grades[0].most, lang),
             "mean": number(mean, lang, 1)}  # fmt: skip
    lines = [
        text("grade.summary_set", lang).format(**facts),
        f"  {text('grade.summary', lang)}:",
    ]
    counts = Counter(name for graded in grades for name in graded.failed)
    words_of = words(task_set, lang)["task"]
    for name, times in counts.most_common():
        task, check = name.split(".")
        row = {"times": str(times), "graded": everybody, "task": task,
               "says": words_of[task][check]["says"]}  # fmt: skip
        lines.append("    " + text("grade.summary_row", lang).format(**row))
    return lines if counts else [*lines, "    " + text("grade.summary_none", lang)]


def _called(graded: Grade) -> str:
    """A student, and the file where the name alone does not tell it."""
    plain = graded.file in ("", f"{graded.student}.ipynb")
    return graded.student if plain else f"{graded.student} ({graded.file})"


def progress(graded: Grade, done: int, everyone: int, lang: str) -> str:
    """One line for each submission that is graded."""
    facts = {
        "done": str(done), "all": str(everyone), "student": _called(graded),
        "set": graded.set or "?", "points": setting(graded.total, lang),
        "most": setting(graded.most, lang), "verdict": graded.says(lang),
    }  # fmt: skip
    return text("grade.progress", lang).format(**facts)
