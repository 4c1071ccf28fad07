"""How the lead changes with one key of a sweep."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from cjsim.charts.parts import key_words, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.charts.sweep_parts import (
    check_measured,
    check_numbers,
    check_scenarios,
    has_one_run,
)
from cjsim.colours import COLOURS
from cjsim.experiment.intervals import USUAL
from cjsim.experiment.sweep import Sweep
from cjsim.labels import SPOKEN, text, title
from cjsim.labels.numbers import digits_for, number, setting

if TYPE_CHECKING:
    import pandas as pd

LINES = ("-", "--", ":", "-.")


def profile(
    sweep: Sweep, key: str, measure: str = "profit_per_person", lang: str = SPOKEN
) -> Picture:
    """How the lead of each scenario over the first changes with one key, with 95 % bands.

    Raises ValueError for a key that holds words, one scenario, or no value of the measure at all.
    """
    wanted_kind(sweep, Sweep)
    check_scenarios(sweep)
    others = sweep.names[1:]
    tables = {name: sweep.profile(key, measure, name, USUAL) for name in others}
    check_numbers(sweep, key)
    import pandas as pd

    data = pd.concat(tables, names=["scenario"])
    check_measured(data["difference"], measure)
    first = title(sweep.names[0], lang)
    with style():
        figure = Figure(figsize=(9.5, 5.2))
        axes = figure.subplots()
        for i, (name, table) in enumerate(tables.items(), 1):
            values = table.index.to_numpy(float)
            colour = COLOURS[i % len(COLOURS)]
            line = LINES[i // len(COLOURS) % len(LINES)]  # a colour that comes again is dashed
            axes.fill_between(values, table["low"], table["high"], color=colour, alpha=0.25, lw=0)
            axes.plot(values, table["difference"], "osD^"[(i - 1) % 4], ls=line, color=colour)
            axes.plot([], [], ls=line, color=colour, label=title(name, lang))
        axes.axhline(0.0, color="black", lw=1)
        axes.set_xlabel(key_words(key, lang))
        axes.set_ylabel(text("chart.difference_to", lang).format(first=first))
        axes.set_title(text(f"measure.{measure}", lang))
        axes.grid(True, axis="y")
        axes.legend()
    return Picture(figure, _profile_alt(tables, first, key, measure, lang), data, lang)


def _profile_alt(
    tables: dict[str, pd.DataFrame], first: str, key: str, measure: str, lang: str
) -> str:
    """The finding: the lead at both ends, with intervals."""
    clauses = []
    for name, table in tables.items():
        ends = dict.fromkeys([table.index[0], table.index[-1]])
        leads = "; ".join(
            f"{key} = {setting(value, lang)}: {_gap(table.loc[value], lang)}" for value in ends
        )
        clauses.append(f"{title(name, lang)} — {leads}")
    one_run = all(map(has_one_run, tables.values()))
    return text("chart.profile_alt_one_run" if one_run else "chart.profile_alt", lang).format(
        measure=text(f"measure.{measure}", lang), first=first, parts=". ".join(clauses)
    )


def _gap(row: pd.Series[float], lang: str) -> str:
    """A difference and its interval, if it has them."""
    if math.isnan(row["difference"]):
        return text("paired.nothing", lang)
    value, low, high = (
        number(row[end], lang, digits_for(row[end]), signed=True)
        for end in ("difference", "low", "high")
    )
    return value if math.isnan(row["low"]) else f"{value} [{low} .. {high}]"
