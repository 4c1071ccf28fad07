"""A fit in words and files: what `cjsim fit` prints and writes.

table.csv        each free key: value, interval, what it is known by
draws.csv        settings that fit, a column per key: for `draws=` of other questions
scenario.toml    the fitted scenario, with where each fitted number comes from
check.csv        funnel, stays, repeat curve, money: as they were, as fitted
holdout.csv      the same after `until`
likelihoods.csv  what simpler models say of the log
fit.txt          all of it to read
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cjsim.files import all_together, write_text
from cjsim.fit.result import Fit
from cjsim.fit.seen import DEALS
from cjsim.labels import find, text
from cjsim.labels.numbers import number, per_cent, short
from cjsim.log import save
from cjsim.observe.systems import Records
from cjsim.report.columns import aligned
from cjsim.scenario.scenario import to_toml
from cjsim.scenario.toml import lines_of

if TYPE_CHECKING:
    import pandas as pd

MONTHS_SHOWN = 12
"""So many months of money are printed; the files have all."""


def said(fit: Fit, lang: str) -> str:
    """All of a fit, to read."""
    lines = [text("fit.title", lang).format(name=fit.before.name), "", *_from(fit, lang), ""]
    lines += [*_keys(fit, lang), "", fit.says(lang), *_open_keys(fit, lang)]
    until = number(fit.lens.days, lang)
    lines += ["", text("fit.check", lang).format(until=until), "", *_figures(fit.check(), lang)]
    if fit.holdout is not None:
        end = number(fit.before.horizon_days, lang)
        head = text("fit.holdout", lang).format(until=until, end=end)
        lines += ["", head, "", *_figures(fit.holdout, lang)]
    if odd := fit.odd():
        lines += ["", text("fit.odd", lang).format(names=", ".join(odd))]
    return "\n".join(lines)


def _from(fit: Fit, lang: str) -> list[str]:
    """What was looked at, and what was taken as given."""
    simulated = 0 if fit.posterior is None else len(fit.posterior.simulated)
    facts = {
        "people": fit.seen.people, "deals": int(fit.seen.rows(*DEALS).sum()),
        "until": fit.lens.days, "size": fit.seen.size, "simulations": simulated,
        "simulated": fit.question.people,
    }  # fmt: skip
    told = {name: number(value, lang) for name, value in facts.items()}
    lines = [
        text("fit.from", lang).format(**told),
        text("fit.assumed", lang).format(records=_records(fit.lens.records, lang)),
    ]
    if fit.lens.others:
        lines.append(text("fit.others", lang).format(names=", ".join(fit.lens.others)))
    return lines


def _records(records: Records | None, lang: str) -> str:
    if records is None:
        return text("fit.records_own", lang)
    changed = {
        name: value for name, value in vars(records).items() if value != getattr(Records(), name)
    }
    if not changed:
        return text("fit.records_all", lang)
    settings = ", ".join(f"{name} = {short(value, lang)}" for name, value in changed.items())
    return text("fit.records_some", lang).format(settings=settings)


def _keys(fit: Fit, lang: str) -> list[str]:
    heads = [text(f"fit.{name}", lang) for name in
             ("key", "value", "interval", "before", "known_by", "fitted_by")]  # fmt: skip
    rows = [
        [
            str(key),
            short(row["value"], lang),
            f"{short(row['low'], lang)} .. {short(row['high'], lang)}",
            f"{short(row['prior_low'], lang)} .. {short(row['prior_high'], lang)}",
            known(row, lang),
            text(f"fit.by.{row['fitted_by']}", lang),
        ]
        for key, row in fit.table().iterrows()
    ]
    return aligned([heads, *rows])


def known(row: pd.Series[Any], lang: str) -> str:
    """What a key is known by, in words."""
    return text(f"fit.known.{row['known_by'].replace(' ', '_')}", lang)


def _open_keys(fit: Fit, lang: str) -> list[str]:
    """Keys that are traded for others, and those that can never be told."""
    table = fit.table()
    lines = [
        text("fit.moves", lang).format(key=key, other=other)
        for key, other in table["moves_with"].items()
        if other
    ]
    return lines + [
        text("fit.untold_key", lang).format(key=one.key, reason=one.reason(lang))
        for one in fit.keys
        if one.untold
    ]


def _figures(table: pd.DataFrame, lang: str) -> list[str]:
    heads = [text(f"fit.{name}", lang) for name in ("figure", "actual", "median", "interval")]
    shown = [heads]
    for name, row in table.iterrows():
        if str(name).startswith("money.") and int(str(name)[6:]) > MONTHS_SHOWN:
            continue
        shown.append(
            [
                in_words(str(name), lang),
                *(_value(str(name), row[column], lang) for column in ("actual", "median")),
                " .. ".join(_value(str(name), row[end], lang) for end in ("low", "high")),
            ]
        )
    told = table[table["median"].notna()]
    count = {"inside": number(int(told["inside"].sum()), lang), "all": number(len(told), lang)}
    return [*aligned(shown), "", text("fit.inside", lang).format(**count)]


def in_words(figure: str, lang: str) -> str:
    """The name of a figure: of "again.90" the repeat curve at 90 days."""
    kind, _, rest = figure.partition(".")
    if kind == "count":
        return find(f"event.{rest}", lang) or rest
    if kind == "days":
        return text(f"fit.figures.{rest}", lang)
    if kind == "again":
        return text("fit.figures.again", lang).format(days=rest)
    if kind == "money" and rest:
        return text("fit.figures.money_month", lang).format(month=rest)
    return text(f"fit.figures.{kind}", lang)


def _value(figure: str, value: float, lang: str) -> str:
    if not math.isfinite(value):
        return "—"
    if figure.startswith("again"):
        return per_cent(value, lang)
    return number(value, lang, 1 if figure.startswith("days") else 0)


def scenario_file(fit: Fit, lang: str) -> str:
    """The fitted scenario as a file that says of each fitted number where it comes from."""
    file = to_toml(fit.scenario())
    lines = file.splitlines()
    places = lines_of(file)
    for key, row in fit.table().iterrows():
        path = fit.before.key(str(key)).path
        line = next(places[path[:n]] for n in range(len(path), 0, -1) if path[:n] in places)
        note = text("fit.source_open", lang)
        if row["known_by"] != "not identified":
            ends = {name: short(row[name], "en") for name in ("low", "high")}
            note = text("fit.source", lang).format(**ends, known=known(row, lang))
        sign = "; " if "  # " in lines[line - 1] else "  # "
        lines[line - 1] += f"{sign}{path[-1]}: {note}"
    head = text("fit.file_head", lang).format(days=number(fit.lens.days, lang))
    return "\n".join([head, *lines[1:], ""])


def keep(fit: Fit, folder: str | Path, lang: str) -> list[str]:
    """Write all of it, or nothing; returns the names of the files."""
    tables = {
        "table": fit.table().reset_index(), "draws": fit.draws(),
        "check": fit.check().reset_index(), "likelihoods": fit.likelihoods.reset_index(),
    }  # fmt: skip
    if fit.holdout is not None:
        tables["holdout"] = fit.holdout.reset_index()
    with all_together(folder) as draft:
        for name, table in tables.items():
            save(table, draft / f"{name}.csv")
        write_text(draft / "scenario.toml", scenario_file(fit, lang))
        write_text(draft / "fit.txt", said(fit, lang) + "\n")
        return sorted(path.name for path in draft.iterdir())
