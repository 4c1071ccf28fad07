"""How long people stay, and how stays end."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cjsim.charts.parts import SMALL, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, QUIET
from cjsim.experiment.result import in_per_cent
from cjsim.labels import SPOKEN, text
from cjsim.observe.dwell import LAWS, NAIVE, Dwell, name_of


def dwell(result: Dwell, lang: str = SPOKEN) -> Picture:
    """Left, the share of stays that last, by day, and three laws; right, how stays have ended.

    Parameters
    ----------
    result : a `Dwell`, what `observe.dwell` has found.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data are `Dwell.curve`, a row per day on which a stay ended. Raises
    TypeError for what is none.

    >>> from cjsim import charts, observe
    >>> stays = observe.Stays.of([2.0, 3.0, 4.0, 9.0], [0, 0, 0, -1], name="comparison")
    >>> charts.dwell(observe.dwell(stays)).alt.partition(".")[0]
    'Comparison: 4 stays, 1 of them not over'
    """
    wanted_kind(result, Dwell)
    with style():
        figure = Figure(figsize=(11.0, 4.6))
        left, right = figure.subplots(1, 2, sharex=True)
        _lasting(left, result, lang)
        for name, colour in zip(result.stays.ends, COLOURS * len(result.stays.ends), strict=False):
            _step(right, result, name, colour, name_of(name, lang))
        for axes, name in ((left, "lasting"), (right, "ended")):
            axes.set_title(text(f"dwell.{name}", lang), fontsize=12)
            axes.set_xlabel(text("dwell.days", lang))
            axes.set_ylim(0, 100)
            axes.set_xlim(left=0)
            axes.grid(True, axis="both")
            axes.legend(loc="best")
        level = in_per_cent(result.confidence, lang)
        note = text("dwell.note", lang).format(level=level)
        figure.supxlabel(note, fontsize=SMALL, color=QUIET, x=0.01, ha="left")
    return Picture(figure, result.says(lang), result.curve, lang)


def _lasting(axes: Axes, result: Dwell, lang: str) -> None:
    """The curve without a law, the laws, and both means."""
    _step(axes, result, "lasting", QUIET, text("dwell.curve", lang))
    days = np.linspace(0.0, float(result.curve.index[-1]) or 1.0, 200)
    for law, colour in zip(LAWS, COLOURS, strict=False):
        if not np.isnan(result.table.at[law, "mean"]):
            word = text(f"dwell.law.{law}", lang)
            axes.plot(days, 100 * result.lasting(law, days), color=colour, label=word)
    for row in filter(None, (NAIVE, result.best)):
        axes.axvline(result.table.at[row, "mean"], color=QUIET, linestyle="--", linewidth=1)


def _step(axes: Axes, result: Dwell, name: str, colour: str, word: str) -> None:
    """A share by day as steps, with its band."""
    curve = result.curve
    day = curve.index.to_numpy()
    axes.step(day, 100 * curve[name], where="post", color=colour, label=word)
    low, high = 100 * curve[f"{name}_low"], 100 * curve[f"{name}_high"]
    axes.fill_between(day, low, high, step="post", color=colour, alpha=0.2)
