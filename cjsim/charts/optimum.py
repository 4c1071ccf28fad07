"""How flat the top is: what each setting loses against the best one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from cjsim.charts.parts import wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS
from cjsim.experiment.optimise import Optimum
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import setting
from cjsim.measures.summary import in_words

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.experiment.search import Axis

IN_A_ROW = 3


def optimum(result: Optimum, lang: str = SPOKEN) -> Picture:
    """The difference of each setting to the best, one panel per key, all else at its best.

    A band holds the interval of the difference, grey is the range that is good enough.

    Parameters
    ----------
    result : an `Optimum`, what `cjsim.optimise` has found.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data are `Optimum.lines`, a row per axis and setting. Raises
    TypeError for what is no optimum.

    >>> import cjsim
    >>> from cjsim import charts
    >>> found = cjsim.optimise("phone", {"firm.reps": (1, 3)}, people=30, runs=2, executor="here")
    >>> charts.optimum(found).alt.split(". ")[1].partition(",")[0]
    'By firm.reps: best at 1'
    """
    wanted_kind(result, Optimum)
    count = len(result.axes)
    across = min(count, IN_A_ROW)
    down = -(-count // across)
    with style():
        figure = Figure(
            figsize=(12 if count == 1 else 5.9 * across, 7 if down == 1 else 5.4 * down)
        )
        panels = figure.subplots(down, across, squeeze=False, sharey=True).ravel()
        for panel, axis in zip(panels, result.axes, strict=False):
            _draw(panel, result, axis, lang)
        for panel in panels[count:]:
            panel.remove()
        for row in range(down):
            panels[row * across].set_ylabel(text("optimum.loss", lang))
        title = _title(result, lang)
        if count == 1:
            panels[0].set_title(title)
        else:
            figure.suptitle(title, x=0.01, ha="left", weight="bold", size=17)
        named: dict[str, Artist] = {}  # what is drawn in one panel may be missing in another
        for panel in panels[:count]:
            for handle, word in zip(*panel.get_legend_handles_labels(), strict=True):
                named.setdefault(word, handle)
        figure.legend(
            list(named.values()), list(named), loc="outside lower left",
            ncols=5 if across == IN_A_ROW else 3,
        )  # fmt: skip
    return Picture(figure, _alt(result, lang), result.lines, lang)


def _draw(panel: Axes, result: Optimum, axis: Axis, lang: str) -> None:
    """One key: the curve, its band, what is good enough, the best and the present value."""
    line: pd.DataFrame = result.lines[result.lines["axis"] == axis.name]
    row = result.good_enough.loc[axis.name]
    half = 0.4 if axis.whole else 0.0
    panel.axvspan(
        row["low"] - half,
        row["high"] + half,
        color="#e4e4e4",
        lw=0,
        label=text("optimum.good", lang),
    )
    level = text("chart.interval", lang).format(level=setting(100 * result.confidence, lang))
    at = line["at"].to_numpy(float)
    panel.fill_between(
        at, line["low"].to_numpy(float), line["high"].to_numpy(float), color=COLOURS[0], alpha=0.3,
        lw=0, label=level,
    )  # fmt: skip
    panel.plot(
        at, line["difference"], "o-", color=COLOURS[0], ms=4, label=text("optimum.loss", lang)
    )
    panel.plot(
        [row["best"]], [0.0], "D", color=COLOURS[2], ms=9, label=text("optimum.best_point", lang)
    )
    if axis.low <= result.now[axis.name] <= axis.high:
        panel.axvline(
            result.now[axis.name],
            color="black",
            ls=":",
            lw=1.5,
            label=text("optimum.standing", lang),
        )
    panel.axhline(0.0, color="black", lw=0.8)
    panel.set_xlabel(result.name(axis, lang))
    _scale(panel, axis, lang)


def _scale(panel: Axes, axis: Axis, lang: str) -> None:
    """By ratio where the search was, whole numbers where nothing lies between them."""
    if axis.log:
        panel.set_xscale("log")
        panel.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.xaxis.set_minor_locator(NullLocator())
        panel.xaxis.set_major_formatter(lambda value, _: setting(value, lang))
    elif axis.whole:
        panel.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    panel.grid(True, axis="y")
    panel.set_axisbelow(True)


def _title(result: Optimum, lang: str) -> str:
    """Of which measure the loss is drawn."""
    measure = in_words(result.measure, result.scenario.money, lang)
    return text("optimum.title", lang).format(measure=measure)


def _alt(result: Optimum, lang: str) -> str:
    """The finding: where the best lies and how far one may stray, key by key."""
    sentences = []
    for axis in result.axes:
        best_row = result.good_enough.loc[axis.name]
        best, low, high, from_, to = (
            setting(best_row[name], lang, 3) for name in ("best", "low", "high", "from", "to")
        )
        edge = text("optimum.alt_edge", lang) if best_row["at_edge"] else ""
        sentences.append(
            text("optimum.alt_one", lang).format(
                axis=result.name(axis, lang), best=best, low=low, high=high, from_=from_, to=to,
                edge=edge,
            )
        )  # fmt: skip
    title = _title(result, lang)
    return " ".join([f"{title}.", *sentences])
