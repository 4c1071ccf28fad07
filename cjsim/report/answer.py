"""A report: one page for somebody who was not there when the question was asked.

    result.save("answer.html")          # or cjsim report compare phone --out answer.html

Question, answer, picture, numbers, both doubts, what was assumed, what would change the answer, the
scenario, and how to have it again. It is one file that asks nobody for anything and prints on two
A4 pages. The same question gives the same bytes: no date is in it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, Final

from cjsim import charts
from cjsim.charts.picture import Picture
from cjsim.door import shown
from cjsim.engine import Simulation
from cjsim.experiment.asked import Progress
from cjsim.experiment.coalitions import TouchpointTruth
from cjsim.experiment.compare import Comparison
from cjsim.experiment.grounds import (
    Grounds,
    claim_of,
    grounds,
    is_less_better,
    measure_of,
    state_of,
)
from cjsim.experiment.optimise import Optimum
from cjsim.experiment.result import Result, amount, in_per_cent
from cjsim.experiment.sweep import Sweep
from cjsim.experiment.weak_point import WeakPoint
from cjsim.experiment.what_if import WhatIf, setting_in_words
from cjsim.files import expanded, write_text
from cjsim.labels import SPOKEN, language, text
from cjsim.labels.numbers import counted, number
from cjsim.measures.summary import in_words
from cjsim.report import comparison as of_comparison
from cjsim.report import page
from cjsim.report.again import Recipe, again, preset_of
from cjsim.report.basis import ON_PAPER, Basis, both_doubts, head, table_of_doubt
from cjsim.report.doubts import of_luck_alone
from cjsim.report.experiments import sweep_pictures
from cjsim.scenario import Scenario
from cjsim.scenario.scenario import to_toml
from cjsim.scenario.words import scenario_title, strategy_title
from cjsim.version import VERSION

KINDS: Final = (Comparison, WeakPoint, TouchpointTruth, Optimum, Sweep)
AT_A_GLANCE: Final = 240
"""Letters of a verdict."""
NUMBERS: Final = 15
"""Rows of the table of numbers that are printed."""


# --- The file -------------------------------------------------------------------------------------


def save(
    result: Result,
    path: str | Path,
    lang: str = SPOKEN,
    *,
    deep: bool = False,
    keys: str | Iterable[str] = (),
    measure: str | None = None,
    command: str = "",
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    engine: str | type[Simulation] = "auto",
) -> Path:
    """Write the report of a result, whole or not at all.

    Parameters
    ----------
    result : of compare, what_if, weak_point, touchpoint_truth, optimise or sweep.
    path : of the page; it ends in .html.
    lang : "en", "ru", or what `cjsim.speak` has set.
    deep : take out each assumption, and look for the keys along which the answer turns; that takes
        as long as some fifty questions of its kind.
    keys : dotted keys along which it is asked where the answer turns.
    measure : what a comparison is judged by: profit per person when not given. Others have theirs.
    command : the words of a terminal that asked, to be shown.
    executor, workers, progress, engine : of `deep` and `keys`, see `cjsim.experiment.asked`.

    Returns the path. Raises ValueError for another ending, a result without a report, a measure or
    a key that cannot be; OSError where the file cannot be written.

    >>> import cjsim
    >>> save(cjsim.simulate("phone", 20), "answer.html", "en")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: Run: has no report; there is one of compare, what_if, ...
    """
    file = page_path(path, lang)
    _must_have_a_report(result, lang)
    claim = claim_of(result, measure, lang)
    basis = None
    if deep or keys:
        if claim is None:
            raise ValueError(text("answer.no_claim", lang))
        where: dict[str, Any] = {"executor": executor, "workers": workers, "engine": engine}
        basis = grounds(claim, deep=deep, keys=keys, progress=progress, **where)
    return write_text(file, html(result, lang, measure=measure, basis=basis, command=command))


def page_path(path: str | Path, lang: str = SPOKEN) -> Path:
    """The path of a page; ValueError for what is none, OSError for a folder that is not there."""
    file = expanded(path)
    if file.suffix.lower() != ".html":
        key = "no_pdf" if file.suffix.lower() == ".pdf" else "wrong_ending"
        raise ValueError(text(f"answer.{key}", lang).format(file=shown(str(path))))
    if file.is_dir():
        raise ValueError(text("answer.is_folder", lang).format(file=shown(str(path))))
    if not file.parent.is_dir():  # before minutes of work, not after
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    return file


def _must_have_a_report(result: object, lang: str) -> None:
    if not isinstance(result, KINDS):
        raise ValueError(text("answer.no_report", lang).format(kind=type(result).__name__))


def html(
    result: Result,
    lang: str = SPOKEN,
    *,
    measure: str | None = None,
    basis: Grounds | None = None,
    command: str = "",
) -> str:
    """The report as HTML.

    Parameters
    ----------
    basis : what the answer rests on, where that was asked.
    result, lang, measure, command : as of `save`.

    >>> import cjsim
    >>> found = cjsim.compare(["phone", "yogurt"], 30, runs=2, executor="here")
    >>> html(found, "ru").splitlines()[1]
    '<html lang="ru">'
    """
    _must_have_a_report(result, lang)
    lang = language(lang)
    judged = measure_of(result, measure)
    claim = claim_of(result, judged, lang)
    of = Basis(claim, basis, lang)
    recipe = again(result)
    question = _question(result, lang)
    shown_picture, *more = _pictures(result, judged, lang)
    heads, rows = result.grid(lang)
    numbers = text("answer.numbers", lang)
    blocks = [
        f"<h1>{page.words(question)}</h1>",
        page.facts(_facts(result, judged, lang)),
        page.section(text("answer.answer", lang), *_answer(result, judged, lang)),
        page.figure(shown_picture),
        page.section(numbers, page.table(heads, rows[:NUMBERS], _caption(result, lang)),
                     page.left_over(rows, NUMBERS, lang)),
        page.section(text("answer.doubts", lang), *both_doubts(result, lang)),
        page.section(text("answer.assumed", lang), *of.assumed()),
        page.section(text("answer.turns", lang), *of.turns()),
        page.section(text("answer.scenario", lang), *_scenario(result, lang)),
        page.section(text("answer.again", lang), *_again(recipe, command, lang)),
        f'<section class="screen">\n<h2>{page.words(text("answer.appendix", lang))}</h2>',
        page.fold(text("answer.pictures", lang), *map(page.figure, more)),
        page.fold(numbers, page.table(heads, rows, numbers) if len(rows) > NUMBERS else ""),
        page.fold(text("answer.inputs", lang), table_of_doubt(result, lang)),
        page.fold(text("answer.assumed_more", lang), of.all_assumptions()),
        *_whole_scenarios(result, recipe, lang),
        "</section>",
        f"<footer>{page.words(text('answer.page', lang).format(version=VERSION))}</footer>",
    ]  # fmt: skip
    return page.whole(lang, question, blocks)


# --- Question and answer --------------------------------------------------------------------------


def _first(result: Result) -> Scenario:
    return next(iter(result.scenarios_by_name().values()))


def _titles(result: Result, lang: str) -> str:
    sides = result.scenarios_by_name().values()
    titles = [scenario_title(side.title, lang) or side.name for side in sides]
    return " / ".join(dict.fromkeys(titles))


def _question(result: Result, lang: str) -> str:
    """The question in one sentence."""
    first = _first(result)
    places = {
        "title": _titles(result, lang), "strategy": strategy_title(first, first.strategy, lang)
    }  # fmt: skip
    if isinstance(result, Comparison):
        names = [result.named(name, lang) for name in result.scenarios]
        kind = "what_if" if isinstance(result, WhatIf) else "compare"
        kind = kind if len(names) > 1 else "alone"
        between = "; " if kind == "what_if" else ", "  # a change may be "a = 1, b = 2"
        places |= {"first": names[0], "names": between.join(names[1:])}
    elif isinstance(result, WeakPoint):
        kind = "weak_point"
        places["better"] = in_per_cent(result.better, lang)
    elif isinstance(result, TouchpointTruth):
        kind = "touchpoints"
    elif isinstance(result, Optimum):
        kind = "optimise"
        places["keys"] = "; ".join(result.name(axis, lang) for axis in result.axes)
    else:
        assert isinstance(result, Sweep)
        kind = "sweep"
        places["keys"] = "; ".join(map(str, result.settings.columns))
    return text(f"answer.question.{kind}", lang).format(**places)


def _money(result: Result) -> str:
    """The currency; none where the scenarios have several."""
    named = {scenario.money for scenario in result.scenarios_by_name().values()}
    return named.pop() if len(named) == 1 else ""


def _facts(result: Result, measure: str, lang: str) -> list[tuple[str, str]]:
    days = dict.fromkeys(side.horizon_days for side in result.scenarios_by_name().values())
    values = {
        "measure": in_words(measure, _money(result), lang),
        "days": " / ".join(counted("days", horizon, lang) for horizon in days),
        "people": number(result.people, lang),
        "worlds": number(len(result.seeds), lang),
        "seed": str(result.seeds[0]),
    }
    return [(text(f"answer.fact.{name}", lang), value) for name, value in values.items()]


def _answer(result: Result, measure: str, lang: str) -> list[str]:
    """The verdict on each difference, then the finding in the words of the result."""
    finding = of_luck_alone(result).says(lang)
    if isinstance(result, Comparison) and len(result.scenarios) > 1:
        verdicts = [_verdict(result, name, measure, lang) for name in list(result.scenarios)[1:]]
        return [*(page.paragraph(verdict, "verdict") for verdict in verdicts),
                page.paragraph(finding)]  # fmt: skip
    notes = [result.note(lang)] if isinstance(result, WeakPoint) else []
    head, rest = _headline(finding)
    return [page.paragraph(head, "verdict"), *map(page.paragraph, filter(None, [rest, *notes]))]


def _headline(finding: str) -> tuple[str, str]:
    """The first sentences, as many as can be read at a glance, and the others."""
    sentences = finding.split(". ")
    count = 1
    while count < len(sentences) and len(". ".join(sentences[: count + 1])) <= AT_A_GLANCE:
        count += 1
    if count == len(sentences):
        return finding, ""
    return ". ".join(sentences[:count]) + ".", ". ".join(sentences[count:])


def _verdict(result: Comparison, name: str, measure: str, lang: str) -> str:
    row = result.table.loc[(name, measure)]
    state = state_of(row, is_less_better(result, measure))
    verdict = text(f"answer.{state}", lang).format(
        name=result.named(name, lang), first=result.named(result.first, lang)
    )
    size = text("answer.size", lang).format(
        measure=in_words(measure, _money(result), lang), amount=amount(row, lang)
    )
    return verdict if state in ("alike", "none") else f"{verdict} {size}"


def _caption(result: Result, lang: str) -> str:
    """What the numbers are, and what stands in brackets."""
    parts = []
    if isinstance(result, Comparison) and len(result.scenarios) > 1:
        first = result.named(result.first, lang)
        parts.append(text("chart.difference_to", lang).format(first=first) + ".")
    if len(result.seeds) > 1:
        level = in_per_cent(result.confidence, lang)
        parts.append(text("answer.in_brackets", lang).format(level=level))
    return " ".join(parts) or text("answer.numbers", lang)


def _pictures(result: Result, measure: str, lang: str) -> list[Picture]:
    """The picture to be seen first, then the others."""
    if isinstance(result, Comparison):
        plain = of_luck_alone(result)  # its doubt has a picture of its own, further down
        assert isinstance(plain, Comparison)
        drawn = of_comparison.pictures(plain, lang)
        first = "paired" if "paired" in drawn else "funnel"
        return [drawn.pop(first), *drawn.values()]
    if isinstance(result, WeakPoint):
        return [charts.weak_point(result, lang)]
    if isinstance(result, TouchpointTruth):
        return [charts.touchpoints(result, lang, measure=measure)]
    if isinstance(result, Optimum):
        return [charts.optimum(result, lang)]
    assert isinstance(result, Sweep)
    return list(sweep_pictures(result, measure, lang).values())


# --- The scenario, and how to have it again -------------------------------------------------------


def _scenario(result: Result, lang: str) -> list[str]:
    """The first scenario against its preset, and the others against the first."""
    first = _first(result)
    preset = preset_of(first)
    changes = preset.diff(first) if preset else {}
    told = {key: values for key, values in changes.items() if key not in ("strategy", "title")}
    kind = "own" if preset is None else "changed" if told else "preset"
    sentence = text(f"answer.{kind}", lang).format(
        title=scenario_title(first.title, lang) or first.name, preset=first.name,
        strategy=strategy_title(first, first.strategy, lang),
    )  # fmt: skip
    blocks = [page.paragraph(sentence)]
    if told:
        heads = [head(name, lang) for name in ("key", "there", "here")]
        rows = _rows_of(told, lang)
        blocks += [
            page.table(heads, rows[:ON_PAPER], text("answer.scenario", lang)),
            page.left_over(rows, ON_PAPER, lang),
        ]
    return blocks


def _rows_of(changes: dict[str, tuple[Any, Any]], lang: str) -> list[list[str]]:
    return [[key, *(setting_in_words(value, lang) for value in pair)]
            for key, pair in changes.items()]  # fmt: skip


def _again(recipe: Recipe, command: str, lang: str) -> list[str]:
    """The command that asked, and code; nothing where neither is known."""
    how = text("answer.again_how", lang).format(version=VERSION)
    parts = [page.code(part) for part in (command, recipe.code) if part]
    files = [page.paragraph(text("answer.again_file", lang).format(file=", ".join(recipe.files)))]
    return [page.paragraph(how), *parts, *(files if recipe.files else [])] if parts else []


def _whole_scenarios(result: Result, recipe: Recipe, lang: str) -> list[str]:
    """The first scenario in full, others that code needs as files, and how all others differ."""
    scenarios = result.scenarios_by_name()
    (name, first), *others = scenarios.items()
    files = {id(scenario): file for file, scenario in recipe.files.items()}
    label = files.get(id(first)) or result.named(name, lang)
    folds = [page.fold(text("answer.whole", lang).format(name=label), page.code(to_toml(first)))]
    for file, scenario in recipe.files.items():
        if scenario is not first:
            words = text("answer.whole", lang).format(name=file)
            folds.append(page.fold(words, page.code(to_toml(scenario))))
    preset = preset_of(first)
    differences = preset.diff(first) if preset else {}
    if len(differences) > ON_PAPER:
        heads = [head(key, lang) for key in ("key", "there", "here")]
        words = text("answer.scenario", lang)
        folds.append(page.fold(words, page.table(heads, _rows_of(differences, lang), words)))
    for other, scenario in others:
        words = f"{result.named(other, lang)}: " + text("answer.differs", lang).format(
            first=result.named(name, lang)
        )
        heads = [head("key", lang), result.named(name, lang), result.named(other, lang)]
        rows = _rows_of(first.diff(scenario), lang)
        folds.append(page.fold(words, page.table(heads, rows, words)))
    return folds
