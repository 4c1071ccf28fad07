"""A local leaderboard: who designed what gains most in worlds that nobody has seen.

    cjsim grade submissions --board leaderboard.html

All designs of a task ran in the same worlds, so two of them are compared world by world. A place is
one more than the number of designs that are clearly better, and behind the places of all of these:
who shares one cannot be told apart. One file without requests, to be shown on a wall; it is written
anew with each grading.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cjsim.course.checks.look import words
from cjsim.course.grading.sheet import Grade, best_of_each
from cjsim.experiment.intervals import t_interval
from cjsim.files import write_text
from cjsim.labels import text
from cjsim.labels.numbers import number
from cjsim.report import page

SHEET = """
body { max-width: none; padding: 2vw; font-size: clamp(1.1rem, 2.1vw, 3rem); }
table { font-size: 1em; } h1 { font-size: 1.5em; } h2 { font-size: 1.25em; }
.place { font-weight: 700; text-align: left; } td.bar { width: 30%; padding-right: .6em; }
.bar svg { width: 100%; height: 1.1em; display: block; }
.bar line { stroke: currentColor; } .bar .zero { stroke: var(--quiet); }
tr.shared .place::after { content: " ="; }
"""


@dataclass(frozen=True)
class Row:
    """A team's design in one task.

    Parameters
    ----------
    place : one more than how many are clearly better.
    shared : has another team the same place?
    mean, low, high : what it gains per person, with its 95 % luck interval.
    """

    place: int
    shared: bool
    team: str
    mean: float
    low: float
    high: float


def write(grades: Sequence[Grade], path: Path, lang: str = "en") -> Path:
    """Write the page of all designs among the grades."""
    title = text("grade.board.title", lang)
    tables = list(_tables(grades, lang))
    blocks = [
        f"<h1>{page.words(title)}</h1>",
        *(tables or [page.paragraph(text("grade.board.nothing", lang))]),
        page.paragraph(text("grade.board.about", lang), "quiet"),
    ]
    return write_text(path, page.whole(lang, title, blocks, SHEET))


def ranked(worlds: Mapping[str, Sequence[float]]) -> list[Row]:
    """The teams of one task, best first.

    Parameters
    ----------
    worlds : team -> gain per person in each world, the same worlds for all.
    """
    teams = {team: np.asarray(gains, float) for team, gains in worlds.items()}
    places: dict[str, int] = {}
    for team in sorted(teams, key=lambda team: -teams[team].mean()):  # who is better comes before
        better = [places[other] for other in places if _clearly_more(teams[other], teams[team])]
        places[team] = 1 + max([len(better), *better])
    held = list(places.values())
    rows = [
        Row(places[team], held.count(places[team]) > 1, team, *t_interval(gains))
        for team, gains in teams.items()
    ]
    return sorted(rows, key=lambda row: (row.place, -row.mean, row.team))


def _clearly_more(one: np.ndarray, other: np.ndarray) -> bool:
    """Does one gain more than the other, luck left out? Alike in all worlds is a tie."""
    if len(one) != len(other):  # graded by another version of the set: not to be compared
        return False
    mean, low, _ = t_interval(one - other)
    return low > 0 if math.isfinite(low) else mean > 0


def _tables(grades: Sequence[Grade], lang: str) -> Iterator[str]:
    """A table for each task in which something was designed."""
    everybody = best_of_each(grades)
    tasks = sorted({(graded.set, task) for graded in everybody for task in graded.gained})
    for number_of_set, task in tasks:
        worlds = {
            graded.student: graded.gained[task]
            for graded in everybody
            if graded.set == number_of_set and task in graded.gained
        }
        title = words(number_of_set, lang)["task"][task]["title"]
        facts = {"set": number_of_set, "task": task, "title": title}
        heading = text("grade.words.task", lang).format(**facts)
        yield page.section(heading, _table(ranked(worlds), lang))


def _table(rows: Sequence[Row], lang: str) -> str:
    ends = [0.0, *(end for row in rows for end in (row.low, row.mean, row.high))]
    known = [end for end in ends if math.isfinite(end)]
    low, high = min(known), max(known)
    heads = [text(f"grade.board.{name}", lang) for name in ("place", "team", "gain", "interval")]
    head = "".join(f'<th scope="col" class="words">{page.words(one)}</th>' for one in heads)
    body = "".join(_row(row, low, (high - low) or 1.0, lang) for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}<th></th></tr></thead>{body}</table></div>'


def _row(row: Row, low: float, width: float, lang: str) -> str:
    digits = 0 if width > 50 else 1 if width > 5 else 2
    values = (row.mean, row.low, row.high)
    mean, least, most = (number(value, lang, digits, True) for value in values)
    interval = f"{least} .. {most}" if math.isfinite(row.low) else "–"
    shared = ' class="shared"' if row.shared else ""
    return (
        f'<tr{shared}><td class="place">{row.place}</td>'
        f'<th scope="row" class="words">{page.words(row.team)}</th>'
        f'<td class="words">{page.words(mean)}</td><td class="words">{page.words(interval)}</td>'
        f'<td class="bar">{_bar(row, low, width)}</td></tr>'
    )


def _bar(row: Row, low: float, width: float) -> str:
    """The interval on the scale of all teams, with zero and the mean marked."""

    def at(value: float) -> str:
        return f"{100 * (value - low) / width:.2f}%"

    ends = (row.low, row.high) if math.isfinite(row.low) else (row.mean, row.mean)
    zero = f'<line class="zero" x1="{at(0.0)}" x2="{at(0.0)}" y1="0" y2="100%"/>'
    line = f'<line x1="{at(ends[0])}" x2="{at(ends[1])}" y1="50%" y2="50%" stroke-width="3"/>'
    dot = f'<circle cx="{at(row.mean)}" cy="50%" r="5" fill="currentColor"/>'
    return f'<svg aria-hidden="true" overflow="visible">{zero}{line}{dot}</svg>'
