"""What a mean customer has brought so far, by years since the first deal: when is winning repaid?

    repaid({"phone": run, "consulting": another})

One panel a firm, each in its own money: the curve begins at what winning a customer cost and what
the first deal left, and climbs with every deal that follows. Below zero it is hatched: not repaid.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, FAINT
from cjsim.course.tables import word
from cjsim.journey import DAYS_A_YEAR
from cjsim.labels import SPOKEN, language, text
from cjsim.labels.numbers import counted, number
from cjsim.measures import payback, payback_day

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record

MOST = 4
"""Firms side by side that a projector can show apart."""
FOLLOWED = 0.75
"""Share of the horizon for which customers are followed: later, too few of them have been seen."""


def repaid(firms: Mapping[str, Record], lang: str = SPOKEN) -> Picture:
    """Draw what a mean customer has brought, less what winning them cost, for some firms.

    Parameters
    ----------
    firms : name of the firm -> its run. One firm to four.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data have a row per firm and day. Raises ValueError for no firm and
    for more than four.

    >>> import cjsim
    >>> repaid({"phone": cjsim.simulate("phone", people=50)}, "en").alt.partition(": ")[2]
    'Phone from −28.5 EUR at the first deal to 90.2 EUR, repaid after 396 days.'
    """
    lang = language(lang)
    import pandas as pd

    if not 1 <= len(firms) <= MOST:
        raise ValueError(f"repaid for {len(firms)} firms: can draw 1 to {MOST}")
    windows = {name: FOLLOWED * run.scenario.horizon_days for name, run in firms.items()}
    curves = {name: payback(run, window=windows[name]) for name, run in firms.items()}
    days = {name: payback_day(run, windows[name]) for name, run in firms.items()}
    with style():
        figure = Figure(figsize=(11.5, 4.6))
        panels = figure.subplots(1, len(firms), squeeze=False)[0]
        for axes, (name, run) in zip(panels, firms.items(), strict=True):
            _draw(axes, curves[name]["profit"], lang)
            axes.set_title(f"{word(name, lang)}\n{_when(days[name], lang)}", fontsize=14)
            axes.set_ylabel(run.scenario.money)
        panels[len(panels) // 2].set_xlabel(text("repaid.years", lang))
    parts = [
        _part(name, run, curves[name]["profit"], days[name], lang) for name, run in firms.items()
    ]
    alt = text("repaid.alt", lang).format(parts="; ".join(parts))
    return Picture(figure, alt, pd.concat(curves, names=["firm", "day"]), lang)


def _draw(axes: Axes, profit: pd.Series, lang: str) -> None:
    """The stairs of one firm, what is owed below zero, what is earned above."""
    years, brought = profit.index.to_numpy() / DAYS_A_YEAR, profit.to_numpy()
    for part, colour, hatch in ((brought < 0, COLOURS[1], "//"), (brought >= 0, COLOURS[0], None)):
        axes.fill_between(
            years, 0.0, brought, where=part, step="post", fc=colour, hatch=hatch, ec="white", lw=0
        )
    axes.step(years, brought, where="post", color="black", lw=2)
    axes.axhline(0.0, color="black", lw=1)
    axes.grid(True, color=FAINT)
    axes.set_axisbelow(True)
    axes.set_xlim(0, years[-1])
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, lang, 0)))


def _when(day: float, lang: str) -> str:
    """After how many days winning a customer is repaid, or that it is not."""
    if day != day:
        return text("repaid.never", lang)
    return text("repaid.after", lang).format(days=counted("days", round(day), lang))


def _part(name: str, run: Record, profit: pd.Series, day: float, lang: str) -> str:
    money = run.scenario.money
    ends = [f"{number(value, lang, 1)} {money}" for value in (profit.iloc[0], profit.iloc[-1])]
    return text("repaid.part", lang).format(
        firm=word(name, lang), first=ends[0], last=ends[1], when=_when(day, lang)
    )
