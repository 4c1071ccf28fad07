"""When the firm says so many per cent: in how many is it so?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from cjsim.charts.parts import SMALL, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, QUIET
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number, per_cent
from cjsim.observe import belief
from cjsim.observe.belief import Judged

if TYPE_CHECKING:
    import pandas as pd


def reliability(judged: Judged, lang: str = SPOKEN, *, bins: int = 10) -> Picture:
    """How sure the firm is of the stage it believes (across), and how often it is right (up).

    On the diagonal it is as right as it says; below it is too sure of itself. Bars are 95 % limits
    by people, numbers count the beliefs.

    Parameters
    ----------
    judged : a `Judged`, what `observe.beliefs` has found.
    lang : "en", "ru", or what `cjsim.speak` has set.
    bins : into how many bins of equal width 0..1, what it says, is cut.

    Returns the `Picture`; its data have a row per bin with beliefs: said and so, shares 0..1, low
    and high, beliefs, people. Raises ValueError where there are no beliefs, TypeError for what are
    none.

    >>> import cjsim
    >>> from cjsim import charts, observe
    >>> judged = observe.beliefs(cjsim.simulate("phone", people=50))
    >>> charts.reliability(judged).alt.partition(":")[0]
    'The firm is about as right as it says'
    """
    wanted_kind(judged, Judged)
    if not len(judged):
        raise ValueError(text("reliability.none", lang))
    data = belief.reliability(judged, bins)
    with style():
        figure = Figure(figsize=(7.6, 5.6))
        axes = figure.subplots()
        axes.plot([0, 100], [0, 100], color=QUIET, ls="--", lw=1.5)
        said, so = 100 * data["said"], 100 * data["so"]
        limits = 100 * data[["low", "high"]]
        axes.vlines(said, limits["low"], limits["high"], color=COLOURS[0], lw=3, alpha=0.5)
        axes.plot(said, so, "o-", color=COLOURS[0], ms=8)
        for x, y, count in zip(said, limits["high"], data["beliefs"], strict=True):
            axes.annotate(
                number(count, lang), (x, y), (0, 4), textcoords="offset points", ha="center",
                fontsize=SMALL, color=QUIET,
            )  # fmt: skip
        axes.set_xlim(0, 103)
        axes.set_ylim(0, 112)
        axes.set_title(text("reliability.title", lang))
        axes.set_xlabel(text("reliability.said", lang))
        axes.set_ylabel(text("reliability.so", lang))
        axes.grid(True, axis="both")
    return Picture(figure, _alt(judged, data, lang), data, lang)


def _alt(judged: Judged, data: pd.DataFrame, lang: str) -> str:
    """The finding: as right as it says, too sure or too modest; and by how much."""
    told, right = judged.told(), judged.right()
    inside = (data["low"] <= data["said"]) & (data["said"] <= data["high"])
    finding = "fair" if inside.all() else ("sure" if told > right else "modest")
    return text(f"reliability.alt_{finding}", lang).format(
        beliefs=number(len(judged), lang),
        told=per_cent(told, lang),
        right=per_cent(right, lang),
        brier=number(belief.brier(judged), lang, 2),
    )
