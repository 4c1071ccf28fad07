"""Where the money goes: from revenue, cost by cost, down to profit."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cjsim import measures
from cjsim.charts.paired import check_same
from cjsim.charts.parts import wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, QUIET
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import counted, digits_for, number
from cjsim.measures.money import rep_cost, running_cost
from cjsim.measures.over_periods import over_periods
from cjsim.run import Run
from cjsim.scenario.calendar import periods
from cjsim.scenario.words import named

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.experiment.compare import Comparison
    from cjsim.scenario import Scenario

STEPS = (
    "revenue", "product_cost", "first_deal_extra", "margin", "contact_cost", "touchpoint_cost",
    "rep_cost", "discounting", "profit",
)  # fmt: skip
TOTALS = ("revenue", "margin", "profit")
SCALES = (
    (2e9, "billions", 1e9), (2e6, "millions", 1e6), (2e3, "thousands", 1e3), (0.0, "ones", 1.0),
)  # fmt: skip
NAME_LETTERS = 32
"""Of a scenario's name in one line above its panel."""


def waterfall(result: Run | Comparison, lang: str = SPOKEN) -> Picture:
    """Revenue, less what deals cost, is margin; less what reaching people costs, is cash; less what
    it loses by coming late (discounting), is profit.

    Parameters
    ----------
    result : one `Run`, or a `Comparison`: a panel per scenario, means over its runs with the 95 % t
        interval of each mean. One run has no interval, and the picture says so.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data have a row per scenario and step: money, low, high. Raises
    ValueError where the scenarios differ in their money or in their days, TypeError for what is
    neither.

    >>> import cjsim
    >>> from cjsim import charts
    >>> charts.waterfall(cjsim.simulate("phone", people=50)).alt.split(". ")[-1]
    'Pull: revenue 25,080; the largest item is “Product”, −19,665; profit 1,870.'
    """
    from cjsim.experiment.compare import Comparison

    wanted_kind(result, Run, Comparison)
    if isinstance(result, Run):
        scenario = result.scenario
        scenarios = {scenario.strategy: scenario}
        names = list(scenarios)
        people = len(result)
        runs = 1
        data = _with_interval({names[0]: measures.money(result)[list(STEPS)]})
    else:
        scenarios = result.scenarios
        check_same(scenarios, "money")
        check_same(scenarios, "horizon_days")
        names = list(scenarios)
        scenario = scenarios[names[0]]
        people = result.people
        runs = len(result.seeds)
        data = _with_interval({name: _run_accounts(result, name) for name in names})
    words, scale = scale_of(data["money"].abs().max())
    with style():
        columns = min(3, len(names))
        rows = -(-len(names) // columns)
        figure = Figure(figsize=(max(9.0, 2.6 + 3.4 * columns), 1.3 + 3.9 * rows))
        panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, name in zip(panels, names, strict=False):
            _draw(axes, data.loc[name] / scale, lang)
            axes.set_title(fill(named(name, scenarios, lang), NAME_LETTERS), fontsize=16)
        for axes in panels[len(names) :]:
            axes.remove()
        _room(panels[0], data / scale)
        head = text("waterfall.title", lang).format(
            people=counted("people", people, lang),
            days=counted("days", scenario.horizon_days, lang),
        )
        figure.suptitle(head, x=0.01, ha="left", fontsize=17, weight="bold")
        unit = text(f"waterfall.{words}", lang).format(money=scenario.money)
        note = text("waterfall.note" if runs > 1 else "waterfall.one_run", lang)
        note = note.format(runs=number(runs, lang))
        figure.supxlabel(f"{unit}. {note}", fontsize=14, color=QUIET)
    return Picture(figure, _alt(data, scenarios, people, runs, lang), data, lang)


def scale_of(largest: float) -> tuple[str, float]:
    """In what money up to this size is told: the key of its word, and how much one of it is."""
    _, words, one = next(scale for scale in SCALES if not largest < scale[0])
    return words, one


def _run_accounts(comparison: Comparison, name: str) -> pd.DataFrame:
    """The account of each run: a comparison keeps sums, the prices in its scenario part them.

    Where the extra cost of a first deal changes during the run, they cannot: it stays a part of
    what the products cost.
    """
    scenario = comparison.scenarios[name]
    runs = comparison.runs.loc[name]
    extras = {period.scenario.product.first_deal_extra_cost for period in periods(scenario)}
    extra = runs["first_deals"] * (extras.pop() if len(extras) == 1 else 0.0)
    share, end = comparison.people / scenario.market.people, np.array(scenario.horizon_days)
    touchpoints, reps = (
        share * float(over_periods(scenario, rate, end)) for rate in (running_cost, rep_cost)
    )
    table = runs[["revenue", "margin", "profit"]].assign(
        product_cost=runs["revenue"] - runs["margin"] - extra,
        first_deal_extra=extra,
        contact_cost=runs["costs"] - touchpoints - reps,
        touchpoint_cost=touchpoints,
        rep_cost=reps,
        discounting=runs["cash"] - runs["profit"],
    )
    return table[list(STEPS)]


def _with_interval(accounts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows (scenario, step), columns money, low, high: what is spent counts as minus."""
    import pandas as pd

    from cjsim.experiment.intervals import difference

    sign = pd.Series({step: 1.0 if step in TOTALS else -1.0 for step in STEPS})
    tables = {
        name: difference(account * sign).drop(columns="clear") for name, account in accounts.items()
    }
    table = pd.concat(tables, names=["scenario", "step"])
    return table.rename(columns={"difference": "money"})


def _draw(axes: Axes, account: pd.DataFrame, lang: str) -> None:
    """One account: bars that start where the last one ended, and its numbers at the right."""
    digits = max(1, digits_for(account["money"].abs().max()))
    for row, (step, end) in enumerate(zip(STEPS, _ends(account["money"]), strict=True)):
        money, low, high = account.loc[step]
        begin = end - money
        colour = COLOURS[0] if step in TOTALS else COLOURS[1]
        if step == "profit":
            colour = COLOURS[3]
        hatch = None if step in TOTALS else "//"
        axes.barh(
            row, money, 0.66, begin, color=colour, hatch=hatch, edgecolor=colour,
            hatchcolor="white",
        )  # fmt: skip
        if high > low:
            ends = [[money - low], [high - money]]
            axes.errorbar(end, row, xerr=ends, fmt="none", ecolor="black", lw=1.5, capsize=4)
        if row + 1 < len(STEPS):
            axes.plot([end, end], [row + 0.33, row + 0.67], color=QUIET, lw=1)
        axes.annotate(
            _words(money, high, digits, lang), (1.0, row), (-2, 0),
            xycoords=axes.get_yaxis_transform(), textcoords="offset points", ha="right",
            va="center", weight="bold" if step in TOTALS else "normal",
        )  # fmt: skip
    axes.axvline(0, color="black", lw=1)
    axes.set_yticks(range(len(STEPS)), [text(f"waterfall.{step}", lang) for step in STEPS])
    axes.set_ylim(len(STEPS) - 0.5, -0.5)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _words(money: float, high: float, digits: int, lang: str) -> str:
    """A sum and half of its interval."""
    words = number(money, lang, digits)
    return words if np.isnan(high) else f"{words} ± {number(high - money, lang, digits)}"


def _ends(money: pd.Series[float]) -> npt.NDArray[np.float64]:
    """Where each bar ends: a cost goes on from the bar before it, a total begins at 0."""
    ends = np.zeros(len(STEPS))
    for row, step in enumerate(STEPS):
        ends[row] = money[step] + (0.0 if step in TOTALS else ends[row - 1])
    return ends


def _room(axes: Axes, data: pd.DataFrame) -> None:
    """Limits around all bars and whiskers that leave the right of each panel to its numbers."""
    low = high = 0.0
    for _, account in data.droplevel("step").groupby(level="scenario", sort=False):
        ends = _ends(account["money"].set_axis(list(STEPS)))
        half = (account["high"] - account["money"]).fillna(0.0).to_numpy()
        low = min(low, (ends - half).min())
        high = max(high, (ends + half).max())
    high = high if high > low else 1.0  # no money at all
    axes.set_xlim(1.08 * low, high + 0.75 * (high - low))
    if not 0.1 <= high - low < 1e5:  # long numbers on the axis
        axes.xaxis.set_major_locator(MaxNLocator(3))


def _alt(
    data: pd.DataFrame, scenarios: dict[str, Scenario], people: int, runs: int, lang: str
) -> str:
    """The finding: revenue, the largest cost, and profit, each with its interval."""
    scenario = next(iter(scenarios.values()))

    def words(row: Any) -> str:
        amount = number(row["money"], lang, digits)
        if not np.isnan(row["low"]):
            low, high = (number(row[end], lang, digits) for end in ("low", "high"))
            amount += f" [{low} .. {high}]"
        return amount

    clauses = []
    for name in data.index.get_level_values("scenario").unique():
        account = data.loc[name]
        digits = digits_for(account["money"].abs().max())
        costs = account["money"].drop(list(TOTALS))
        largest = costs.idxmin()
        key = "alt_part" if costs[largest] < 0.0 else "alt_part_no_costs"
        clauses.append(
            text(f"waterfall.{key}", lang).format(
                name=named(name, scenarios, lang),
                revenue=words(account.loc["revenue"]),
                largest=text(f"waterfall.{largest}", lang),
                cost=words(account.loc[largest]),
                profit=words(account.loc["profit"]),
            )
        )
    key = "waterfall.alt" if runs > 1 else "waterfall.alt_one_run"
    return text(key, lang).format(
        people=counted("people", people, lang),
        days=counted("days", scenario.horizon_days, lang),
        money=scenario.money,
        runs=number(runs, lang),
        parts=" ".join(clauses),
    )
