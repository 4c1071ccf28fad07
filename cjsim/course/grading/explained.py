"""The trainer's sheet: what students explained, beside the rubric and the machine's points.

`cjsim grade` writes it beside the table of grades, `grades_words.html` beside `grades.csv`, where
something was explained. A machine that looks for words understands nothing: the trainer reads, and
overrules it in the table. Words of students are text there, never a tag.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from cjsim.course.checks.look import tasks_of, words
from cjsim.course.checks.rubric import Idea, language_of
from cjsim.course.grading.sheet import Grade
from cjsim.course.sets.explain import rubric_of
from cjsim.files import write_text
from cjsim.labels import text
from cjsim.labels.numbers import setting
from cjsim.report import page

SHEET = ".told { white-space: pre-wrap; background: var(--box); padding: .6rem .9rem; }"


def path_beside(out: Path) -> Path:
    """Where the sheet lies: `grades_words.html` beside `grades.csv`."""
    return out.with_name(f"{out.stem}_words.html")


def write(grades: Sequence[Grade], out: Path, lang: str = "en") -> Path | None:
    """Write the sheet beside the table `out`; where it is, or None where nobody explained."""
    if not any(graded.words for graded in grades):
        return None
    title = text("grade.words.title", lang)
    blocks = [
        f"<h1>{page.words(title)}</h1>",
        page.paragraph(text("grade.words.about", lang).format(file=out.name)),
        *_tasks(grades, lang),
    ]
    return write_text(path_beside(out), page.whole(lang, title, blocks, SHEET))


def _tasks(grades: Sequence[Grade], lang: str) -> Iterator[str]:
    """A part for each task: its rubric, then everybody's words."""
    told = sorted(
        (graded.set, task, at) for at, graded in enumerate(grades) for task in graded.words
    )
    for (number, task), rows in groupby(told, key=lambda row: row[:2]):
        labels = words(number, lang)["task"][task]
        students = [grades[at] for *_, at in rows]
        spoken = sorted({language_of(graded.words[task]) for graded in students})
        facts = {"set": number, "task": task, "title": labels["title"]}
        yield page.section(
            text("grade.words.task", lang).format(**facts),
            page.paragraph(labels["question"]),
            page.bullets(_rubric(number, int(task), lang, spoken)),
            *(_told(graded, task, lang) for graded in students),
        )


def _rubric(number: str, task: int, lang: str, spoken: Sequence[str]) -> Iterator[str]:
    """Each idea with the patterns that show it and deny it, in the languages that were written."""
    for name, idea in rubric_of(number, task, lang).items():
        patterns = (_patterns(rubric_of(number, task, one)[name], lang) for one in spoken)
        yield " ".join([idea.says, *patterns])


def _patterns(idea: Idea, lang: str) -> str:
    shows = " + ".join(" | ".join(group) for group in idea.stems)
    line = text("grade.words.shows", lang).format(patterns=shows)
    if not idea.against:
        return line
    return f"{line} {text('grade.words.denies', lang).format(patterns=' | '.join(idea.against))}"


def _told(graded: Grade, task: str, lang: str) -> str:
    """One student's words, and which ideas the machine found in them."""
    mine = graded.words[task]
    ideas = rubric_of(graded.set, int(task), lang)
    missed = {name for name in ideas if f"{task}.{name}" in graded.failed}
    rows = [[idea.says, "–" if name in missed else "✓", ""] for name, idea in ideas.items()]
    most = next(one.most for one in tasks_of(graded.set) if str(one.number) == task)
    points = text("grade.words.points", lang).format(
        points=setting(graded.points.get(task, 0.0), lang), most=setting(most, lang)
    )
    heads = [text(f"grade.words.{name}", lang) for name in ("idea", "machine", "trainer")]
    return (
        f"<h3>{page.words(graded.student)}</h3>"
        f'<p class="told" lang="{language_of(mine)}">{page.words(mine.strip())}</p>'
        f"{page.table(heads, rows, points)}"
    )
