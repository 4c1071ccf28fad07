"""A comparison in words and files: what `cjsim compare` prints and writes."""

from __future__ import annotations

import csv
import math
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from cjsim.door import folder_of
from cjsim.experiment.compare import QUADRANTS, Comparison
from cjsim.experiment.intervals import USUAL, difference
from cjsim.files import all_together, safe_names, write_text
from cjsim.journey import TWELVE
from cjsim.labels import SPOKEN, text, title
from cjsim.labels.numbers import number, per_cent
from cjsim.measures.summary import HEADLINE
from cjsim.report.values import PER_PERSON, value_words
from cjsim.scenario.words import scenario_title
from cjsim.version import VERSION

_mean_words = partial(value_words, tenths=True, typed=True)  # for any terminal
MARKS = {"alike": "=", "uneven": "~"}
"""Beside an interval, for what it has to admit."""
OF_SEVERAL = ("differences.csv", "uplift.svg", "uplift.png", "uplift.csv")
"""The files that a comparison of one scenario alone does not write."""


def _lines(rows: list[list[str]]) -> list[str]:
    """Rows as lines with aligned columns: the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    aligned = []
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        aligned.append("  ".join([first.ljust(widths[0]), *cells]).rstrip())
    return aligned


def _label(measure: str, money: str, lang: str) -> str:
    word = text(f"measure.{measure}", lang)
    return f"{word}, {money}" if measure in PER_PERSON else word


def summary(comparison: Comparison, lang: str = SPOKEN) -> str:
    """The comparison as text: people per stage and measures per strategy, then the differences."""
    names = list(comparison.scenarios)
    scenario = comparison.scenarios[comparison.first]
    runs = len(comparison.seeds)
    head = text("report.head", lang).format(
        title=scenario_title(scenario.title, lang) or scenario.name,
        people=number(comparison.people, lang), runs=number(runs, lang),
        days=number(scenario.horizon_days, lang),
    )  # fmt: skip
    means = comparison.means()
    rows = [[text("report.stood", lang), *names]]
    for stage in TWELVE:
        word = f"{int(stage):2d} {text(f'stage.{stage.key}.label', lang)}"
        cells = means.loc[f"reached_{stage.key}"]
        read = partial(_mean_words, f"reached_{stage.key}", lang=lang)
        rows.append([word, *(read(cells[name]) for name in names)])
    rows.append([""] * len(rows[0]))
    for measure in HEADLINE:
        word = _label(measure, scenario.money, lang)
        rows.append([word, *(_mean(comparison, measure, name, lang) for name in names)])
    lines = [head, "", *_lines(rows)]
    if len(names) > 1:
        lines += ["", *_differences(comparison, lang)]
    if len(names) > 1 and runs > 1:
        lines += ["", *_person_by_person(comparison, lang)]
    if crowded := comparison.crowded(lang):
        lines += ["", *crowded]
    return "\n".join(lines)


def _mean(comparison: Comparison, measure: str, name: str, lang: str) -> str:
    """A mean over the runs; money never without the half width of its 95 % luck interval."""
    row = difference(comparison.runs.loc[name, [measure]]).loc[measure]
    read = partial(_mean_words, measure, lang=lang)
    mean = read(row["difference"])
    if measure not in PER_PERSON or math.isnan(row["high"]):
        return mean
    return f"{mean} ± {read(row['high'] - row['difference'])}"


def _differences(comparison: Comparison, lang: str) -> list[str]:
    """Paired differences to the first scenario; a star where the interval leaves zero out."""
    names = list(comparison.scenarios)[1:]
    money = comparison.scenarios[comparison.first].money
    paired = comparison.paired(USUAL)
    runs = len(comparison.seeds)
    rows = [["", *names]]
    below = []
    for measure in HEADLINE:
        read = partial(_mean_words, measure, lang=lang, signed=True)
        cells = []
        for name in names:
            d = paired.loc[(name, measure)]
            star = " *" if d["clear"] else "  "
            star += MARKS.get(d["note"], "")
            low, high = (read(d[end], unit=False) for end in ("low", "high"))
            cells.append(f"{read(d['difference'])} [{low} .. {high}]{star}")
            if 1 <= d["runs"] < runs:
                word = text(f"measure.{measure}", lang)
                fewer = text("report.fewer", lang)
                below.append(fewer.format(measure=word, name=name, told=d["runs"], runs=runs))
        rows.append([_label(measure, money, lang), *cells])
    shown = paired.loc[(names, list(HEADLINE)), "note"].tolist()
    below += [text(f"report.{note}", lang) for note in MARKS if note in shown]
    key = "report.differences" if runs > 1 else "report.one_run"
    return [text(key, lang).format(first=comparison.first), "", *_lines(rows), *below]


def _person_by_person(comparison: Comparison, lang: str) -> list[str]:
    """Who is won and who is driven away, and what the same luck saved."""
    shares = comparison.uplift()
    gains = comparison.pairing(USUAL).xs("profit_per_person", level="measure")
    first = title(comparison.first, lang)
    lines = [text("report.uplift", lang).format(first=first)]
    for name in list(comparison.scenarios)[1:]:
        words = {key: per_cent(shares.loc[(name, key), "share"], lang, 1) for key in QUADRANTS[1:3]}
        lines.append(f"  {text('uplift.alt_part', lang).format(name=title(name, lang), **words)}")
    saved = [
        f"{title(name, lang)} {_gain_words(gains.loc[name], lang)}"
        for name in list(comparison.scenarios)[1:]
        if np.isfinite(gains.loc[name, "gain"])
    ]
    if saved:
        lines.append(text("report.pairing", lang).format(saved=", ".join(saved)))
    return lines


def _gain_words(row: Any, lang: str) -> str:
    """How many times more runs, with its interval where there is one."""
    words = f"{number(row['gain'], lang)} x"
    if math.isnan(row["low"]):
        return words
    return f"{words} [{number(row['low'], lang)} .. {number(row['high'], lang)}]"


def as_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain data: means, paired differences, and what was run."""
    means = comparison.means()
    data: dict[str, Any] = {
        "cjsim": VERSION,
        "scenario": comparison.scenarios[comparison.first].name,
        "people": comparison.people,
        "seeds": list(comparison.seeds),
        "means": {name: _plain(means[name].to_dict()) for name in comparison.scenarios},
    }
    if len(comparison.scenarios) > 1:
        paired = comparison.paired()
        shares = comparison.uplift()
        data["uplift"] = {
            name: {key: _plain(row.to_dict()) for key, row in shares.loc[name].iterrows()}
            for name in list(comparison.scenarios)[1:]
        }
        data["paired"] = {
            "first": comparison.first,
            "confidence": comparison.confidence,
            "differences": {
                name: {
                    measure: _plain(row.to_dict()) for measure, row in paired.loc[name].iterrows()
                }
                for name in list(comparison.scenarios)[1:]
            },
        }
    return data


def _plain(values: dict[Any, Any]) -> dict[str, Any]:
    """JSON has no nan: a number that does not exist is null."""
    return {str(key): _plain_value(key, value) for key, value in values.items()}


def _plain_value(key: str, value: Any) -> bool | float | int | str | None:
    if key == "clear":
        return bool(value)
    if key == "runs":
        return int(value)
    if isinstance(value, str):
        return value
    return None if math.isnan(value) else float(value)


def write(comparison: Comparison, folder: Path, lang: str = SPOKEN) -> list[str]:
    """Write figure, tables and the scenarios that ran; all of it is made before any is shown.

    Returns the names of the files. Raises OSError where the folder cannot be written.
    """
    from cjsim import charts
    from cjsim.charts.uplift import uplift

    folder = folder_of("folder", folder)
    with all_together(folder) as draft:
        picture = charts.funnel(comparison, lang)
        picture.save(draft / "funnel.svg")
        picture.save(draft / "funnel.png")
        write_text(draft / "summary.txt", summary(comparison, lang) + "\n")
        comparison.save(draft)
        if len(comparison.scenarios) > 1:
            quadrants = uplift(comparison, lang)
            for ending in ("svg", "png", "csv"):
                quadrants.save(draft / f"uplift.{ending}")
        names = sorted(path.name for path in draft.iterdir())
        old = _written(folder)
    for name in old - set(names):
        (folder / name).unlink(missing_ok=True)
    return names


def _written(folder: Path) -> set[str]:
    """What an earlier comparison has left in the folder that a new one may not write itself.

    It would be read as the new one's. The runs say which scenarios' files were the earlier one's;
    without them nothing counts as its.
    """
    try:
        with open(folder / "runs.csv", encoding="utf-8", newline="") as file:
            scenarios = dict.fromkeys(row["scenario"] for row in csv.DictReader(file))
    except (OSError, ValueError, KeyError, csv.Error):
        return set()
    files = {f"scenario-{name}.toml" for name in safe_names(scenarios).values()}
    return files.union(OF_SEVERAL) if len(scenarios) > 1 else files
