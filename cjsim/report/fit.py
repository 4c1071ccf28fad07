"""A fit in words: what `cjsim fit` prints, and writes beside what `Fit.save` does."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from cjsim.door import folder_of
from cjsim.files import write_text
from cjsim.inference.figures import in_words, looks
from cjsim.inference.file import known
from cjsim.inference.result import Fit
from cjsim.inference.seen import DEALS
from cjsim.labels import text
from cjsim.labels.numbers import number, per_cent, short
from cjsim.observe.systems import Records
from cjsim.report.columns import aligned

if TYPE_CHECKING:
    import pandas as pd

MONTHS_SHOWN = 12
"""So many months of money are printed; the files have all."""


def said(fit: Fit, lang: str) -> str:
    """All of a fit, to read."""
    lines = [text("fit.title", lang).format(name=fit.before.name), "", *_from(fit, lang), ""]
    lines += [*_keys(fit, lang), "", fit.says(lang), *_open_keys(fit, lang)]
    if odd := fit.odd():  # beside the values: they are bent to make up for it
        lines.append(text("fit.odd", lang).format(names=looks(odd, lang)))
    until = number(fit.lens.days, lang)
    lines += ["", text("fit.check", lang).format(until=until), "", *_figures(fit.check(), lang)]
    if fit.holdout is not None:
        end = number(fit.before.horizon_days, lang)
        head = text("fit.holdout", lang).format(until=until, end=end)
        lines += ["", head, "", *_figures(fit.holdout, lang)]
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
            known(row["known_by"], lang),
            text(f"fit.by.{row['fitted_by']}", lang),
        ]
        for key, row in fit.table().iterrows()
    ]
    return aligned([heads, *rows])


def _open_keys(fit: Fit, lang: str) -> list[str]:
    """Keys that are traded for others, that lie at an end, and that can never be told."""
    table = fit.table()
    outside = table[(table["value"] < table["prior_low"]) | (table["value"] > table["prior_high"])]
    lines = [
        text("fit.moves", lang).format(key=key, other=other)
        for key, other in table["moves_with"].items()
        if other
    ]
    lines += [text("fit.at_an_end", lang).format(key=key) for key in outside.index]
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


def _value(figure: str, value: float, lang: str) -> str:
    if not math.isfinite(value):
        return "—"
    if figure.startswith("again"):
        return per_cent(value, lang)
    return number(value, lang, 1 if figure.startswith("days") else 0)


def keep(fit: Fit, folder: str | Path, lang: str) -> list[str]:
    """Write what `Fit.save` does, and all of it to read; returns the names of the files."""
    words = said(fit, lang)
    names = fit.save(folder, lang)
    write_text(folder_of("folder", folder) / "fit.txt", words + "\n")
    return sorted([*names, "fit.txt"])
