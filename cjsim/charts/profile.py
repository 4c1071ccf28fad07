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
    has_one_run,
)
from cjsim.colours import PALER, looks_of
from cjsim.experiment.intervals import USUAL
from cjsim.experiment.sweep import Sweep
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import digits_for, number, setting

if TYPE_CHECKING:
    import pandas as pd

LINES = ("-", "--", ":", "-.")


def profile(
    sweep: Sweep, key: str, measure: str = "profit_per_person", lang: str = SPOKEN
) -> Picture:
    """How the lead of each scenario over the first changes with one key, with 95 % bands.

    Of one scenario alone the measure itself.

    Parameters
    ----------
    sweep : a `Sweep` of one scenario or more, over numbers of the key.
    key : one of the sweep's, such as "product.price".
    measure : what the scenarios are compared by, one of `cjsim.measures.UNITS`.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data have a row per scenario and value of the key: difference (of one
    scenario: mean), low, high, clear. Raises ValueError for an unknown key or one that holds words,
    or no value of the measure at all; TypeError for what is no sweep.

    >>> import cjsim
    >>> from cjsim import charts
    >>> sides = ["phone", cjsim.Scenario.load("phone", "guide")]
    >>> settings = cjsim.grid({"product.price": [400, 500]})
    >>> sweep = cjsim.sweep(sides, settings, people=30, runs=2, executor="here")
    >>> charts.profile(sweep, "product.price").alt.split(" — ")[1].partition(" [")[0]
    'product.price = 400: +1.92'
    """
    wanted_kind(sweep, Sweep)
    alone = len(sweep.names) == 1
    column = "mean" if alone else "difference"
    others = sweep.names if alone else sweep.names[1:]
    tables = {name: sweep.profile(key, measure, name, USUAL) for name in others}
    check_numbers(sweep, key)
    import pandas as pd

    data = pd.concat(tables, names=["scenario"])
    check_measured(data[column], measure)
    first = sweep.named(sweep.names[0], lang)
    looks = looks_of(sweep.strategies)
    with style():
        figure = Figure(figsize=(9.5, 5.2))
        axes = figure.subplots()
        for i, (name, table) in enumerate(tables.items(), 0 if alone else 1):
            values = table.index.to_numpy(float)
            colour, turn = looks[name]
            line = LINES[turn // len(PALER) % len(LINES)]  # a colour that comes again is dashed
            axes.fill_between(values, table["low"], table["high"], color=colour, alpha=0.25, lw=0)
            axes.plot(values, table[column], "osD^"[(i - 1) % 4], ls=line, color=colour)
            axes.plot([], [], ls=line, color=colour, label=sweep.named(name, lang))
        axes.set_xlabel(key_words(key, lang))
        if alone:
            axes.set_ylabel(text("chart.mean_and_interval", lang))
        else:
            axes.axhline(0.0, color="black", lw=1)
            axes.set_ylabel(text("chart.difference_to", lang).format(first=first))
        axes.set_title(text(f"measure.{measure}", lang))
        axes.grid(True, axis="y")
        axes.legend()
    return Picture(figure, _profile_alt(sweep, tables, key, measure, lang), data, lang)


def _profile_alt(
    sweep: Sweep, tables: dict[str, pd.DataFrame], key: str, measure: str, lang: str
) -> str:
    """The finding: the lead, or the measure of one alone, at both ends, with intervals."""
    alone = len(sweep.names) == 1
    first = sweep.named(sweep.names[0], lang)
    clauses = []
    for name, table in tables.items():
        ends = dict.fromkeys([table.index[0], table.index[-1]])
        leads = "; ".join(
            f"{key} = {setting(value, lang)}: {_gap(table.loc[value], lang, alone)}"
            for value in ends
        )
        clauses.append(leads if alone else f"{sweep.named(name, lang)} — {leads}")
    one_run = len(sweep.seeds) == 1 or (not alone and all(map(has_one_run, tables.values())))
    label = ("profile_alone_alt" if alone else "profile_alt") + ("_one_run" if one_run else "")
    return text(f"chart.{label}", lang).format(
        measure=text(f"measure.{measure}", lang), first=first, parts=". ".join(clauses)
    )


def _gap(row: pd.Series[float], lang: str, alone: bool) -> str:
    """A difference, or the mean of one alone, and its interval, if it has them."""
    column = "mean" if alone else "difference"
    if math.isnan(row[column]):
        return text("paired.nothing", lang)
    value, low, high = (
        number(row[end], lang, digits_for(row[end]), signed=not alone)
        for end in (column, "low", "high")
    )
    return value if math.isnan(row["low"]) else f"{value} [{low} .. {high}]"
