"""A comparison in words and files: what `cjsim compare` prints and writes."""

from __future__ import annotations

import csv
import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cjsim.door import folder_of
from cjsim.experiment.compare import QUADRANTS, Comparison
from cjsim.experiment.intervals import USUAL, difference
from cjsim.experiment.what_if import WhatIf
from cjsim.files import all_together, safe_names, write_text
from cjsim.journey import TWELVE
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number, per_cent
from cjsim.measures.summary import HEADLINE, UNITS
from cjsim.report import doubt
from cjsim.report.columns import aligned
from cjsim.report.values import PER_PERSON, typed_name, value_words
from cjsim.scenario.words import scenario_title
from cjsim.version import VERSION

if TYPE_CHECKING:
    from cjsim.charts import Picture

PICTURES = ("svg", "png", "csv")
"""The forms of a picture that is written."""
_mean_words = partial(value_words, tenths=True, typed=True)  # for any terminal
MARKS = {"alike": "=", "uneven": "~"}
"""Beside an interval, for what it has to admit."""
OF_SEVERAL = (
    "differences.csv",
    *(f"{picture}.{ending}" for picture in ("paired", "uplift") for ending in PICTURES),
)
"""The files that a comparison of one scenario alone does not write."""


def _label(measure: str, money: str, lang: str) -> str:
    word = text(f"measure.{measure}", lang)
    return f"{word}, {money}" if measure in PER_PERSON else word


def summary(comparison: Comparison, lang: str = SPOKEN) -> str:
    """The comparison as text: people per stage and measures per strategy, then the differences."""
    runs = len(comparison.seeds)
    sides = comparison.scenarios.values()
    titles = [scenario_title(side.title, lang) or side.name for side in sides]
    days = [number(side.horizon_days, lang) for side in sides]
    head = text("report.head", lang).format(
        title=" / ".join(dict.fromkeys(titles)), days=" / ".join(dict.fromkeys(days)),
        people=number(comparison.people, lang), runs=number(runs, lang),
    )  # fmt: skip
    lines = [head]
    if not isinstance(comparison, WhatIf):  # there now stands beside what differs from it
        lines += ["", *_means(comparison, lang)]
    if len(comparison.scenarios) > 1:
        lines += ["", *_differences(comparison, lang)]
    if len(comparison.scenarios) > 1 and runs > 1:
        lines += ["", *_person_by_person(comparison, lang)]
    if comparison.doubt:
        lines += ["", *doubt.lines_of(comparison.doubt, lang)]
    if notes := comparison.notes(lang):
        lines += ["", *notes]
    return "\n".join(lines)


def _means(comparison: Comparison, lang: str) -> list[str]:
    """People per stage, and measures, per scenario."""
    names = list(comparison.scenarios)
    money = comparison.scenarios[comparison.first].money
    means = comparison.means()
    rows = [[text("report.stood", lang), *(typed_name(comparison, name, lang) for name in names)]]
    for stage in TWELVE:
        word = f"{int(stage):2d} {text(f'stage.{stage.key}.label', lang)}"
        cells = means.loc[f"reached_{stage.key}"]
        read = partial(_mean_words, f"reached_{stage.key}", lang=lang)
        rows.append([word, *(read(cells[name]) for name in names)])
    rows.append([""] * len(rows[0]))
    for measure in HEADLINE:
        word = _label(measure, money, lang)
        rows.append([word, *(_mean(comparison, measure, name, lang) for name in names)])
    return aligned(rows)


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
    beside = [comparison.first] if isinstance(comparison, WhatIf) else []
    rows = [["", *(typed_name(comparison, name, lang) for name in (*beside, *names))]]
    runs, below = len(comparison.seeds), []
    for measure in HEADLINE:
        read = partial(_mean_words, measure, lang=lang, signed=True)
        cells = [_mean(comparison, measure, name, lang) for name in beside]
        for name in names:
            d = paired.loc[(name, measure)]
            star = " *" if d["clear"] and not math.isnan(d["low"]) else "  "  # of no interval
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
    head = text(key, lang).format(first=typed_name(comparison, comparison.first, lang))
    return [head, "", *aligned(rows), *below]


def _person_by_person(comparison: Comparison, lang: str) -> list[str]:
    """Who is won and who is driven away, and what the same luck saved."""
    shares = comparison.uplift()
    gains = comparison.pairing(USUAL).xs("profit_per_person", level="measure")
    first = comparison.named(comparison.first, lang)
    lines = [text("report.uplift", lang).format(first=first)]
    for name in list(comparison.scenarios)[1:]:
        words = {key: per_cent(shares.loc[(name, key), "share"], lang, 1) for key in QUADRANTS[1:3]}
        lines.append(
            f"  {text('uplift.alt_part', lang).format(name=comparison.named(name, lang), **words)}"
        )
    saved = [
        f"{comparison.named(name, lang)}: {_gain_words(gains.loc[name], lang)}"
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
    if isinstance(comparison, WhatIf):
        data["changes"] = comparison.changes
        data["in_vain"] = {
            name: {key: note.effect("en") for key, note in notes.items()}
            for name, notes in comparison.idle.items()
        }
    if comparison.doubt:
        data["doubt"] = doubt.as_json(comparison.doubt)
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
    """Write figures, tables and the scenarios that ran; all of it is made before any is shown.

    Returns the names of the files. Raises OSError where the folder cannot be written.
    """
    folder = folder_of("folder", folder)
    with all_together(folder) as draft:
        comparison.save(draft)
        for name, picture in pictures(comparison, lang).items():
            for ending in PICTURES:
                picture.save(draft / f"{name}.{ending}")  # funnel.csv has all of the table's, too
        write_text(draft / "summary.txt", summary(comparison, lang) + "\n")
        names = sorted(path.name for path in draft.iterdir())
        old = _written(folder)
    for name in old - set(names):
        (folder / name).unlink(missing_ok=True)
    return names


def pictures(comparison: Comparison, lang: str) -> dict[str, Picture]:
    """What a comparison looks like: the money only where all have the same kind and days."""
    from cjsim import charts
    from cjsim.charts.paired import MEASURES as PAIRED

    pictures = {"funnel": charts.funnel(comparison, lang)}
    sides = comparison.scenarios.values()
    if len({(side.money, side.horizon_days) for side in sides}) == 1:
        pictures["waterfall"] = charts.waterfall(comparison, lang)
    if len(comparison.scenarios) > 1:
        pictures["uplift"] = charts.uplift(comparison, lang)
        one_money = len({side.money for side in sides}) == 1
        measures = [m for m in PAIRED if one_money or not UNITS[m].startswith("money")]
        pictures["paired"] = charts.paired(comparison, lang, measures=measures)
    if comparison.doubt:
        pictures["doubt"] = charts.doubt(comparison, lang)
    return pictures


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
    files = {f"scenario-{name}.toml" for name in safe_names(scenarios).values()} | {*doubt.FILES}
    return files.union(OF_SEVERAL) if len(scenarios) > 1 else files
