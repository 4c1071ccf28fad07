"""Doubt beside luck: both intervals of a difference, and whose the doubt is."""

from __future__ import annotations

import math
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cjsim.charts.parts import SMALL, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, QUIET, looks_of
from cjsim.experiment.doubt import TOLD, Doubt, part_in_words, rounded
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number, per_cent
from cjsim.measures.summary import in_words, known_measure

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.experiment.compare import Comparison

NAME_LETTERS = 24
MOST_KEYS = 8
"""Keys with the largest parts that are drawn; the rest are one bar."""


def doubt(given: Doubt | Comparison, lang: str = SPOKEN, *, measure: str = TOLD) -> Picture:
    """Luck interval and doubt interval side by side, and each key's part of the doubt.

    Parameters
    ----------
    given : a `Doubt`, or a `Comparison` that has one.
    lang : "en", "ru", or what `cjsim.speak` has set.
    measure : one of `measures.UNITS`.

    Returns the `Picture`; its data are the rows of `Doubt.table` for the measure. Raises ValueError
    for a comparison without draws, or an unknown measure; TypeError for what is neither.

    >>> import cjsim
    >>> from cjsim import charts
    >>> phone = cjsim.Scenario.load("phone")
    >>> phone = phone.with_changes({"uncertain": {"product.price": [400, 480]}})
    >>> found = cjsim.compare([phone], people=30, runs=2, executor="here", draws=8)
    >>> charts.doubt(found).alt.split(". ")[-1]
    'Whose doubt it is: product.price: nearly all.'
    """
    from cjsim.experiment.compare import Comparison

    wanted_kind(given, Doubt, Comparison)
    known_measure(measure)
    result = given.doubt if isinstance(given, Comparison) else given
    if result is None:
        raise ValueError("this comparison has no doubt: ask for it with draws=200")
    names = result.others
    shares = result.of_keys(measure)["share"].dropna()
    height = 2.6 + max(0.95 * len(names), 0.5 * min(MOST_KEYS + 1, max(1, len(shares))))
    with style():
        figure = Figure(figsize=(13.5, height))
        left, right = figure.subplots(1, 2, width_ratios=[3, 2])
        _intervals(left, result, measure, lang)
        _parts(right, shares, result.named(names[0], lang) if len(names) > 1 else "", lang)
        figure.supxlabel(fill(_note(result, lang), 110), fontsize=SMALL, color=QUIET)
    data = result.table.xs(measure, level="measure")
    return Picture(figure, _alt(result, data, shares, measure, lang), data, lang)


def _intervals(axes: Axes, result: Doubt, measure: str, lang: str) -> None:
    """A row per scenario: the wide interval is the doubt's, the narrow one that of luck."""
    looks = looks_of({name: side.strategy for name, side in result.scenarios.items()})
    for row, name in enumerate(result.others):
        at = result.table.loc[(name, measure)]
        colour = looks[name][0]
        axes.plot([at["doubt_low"], at["doubt_high"]], [row + 0.13] * 2, color=colour, lw=10,
                  alpha=0.5, solid_capstyle="butt")  # fmt: skip
        axes.plot(at["median"], row + 0.13, "|", color="black", markersize=15, mew=2)
        axes.plot([at["low"], at["high"]], [row - 0.13] * 2, color=colour, lw=4,
                  solid_capstyle="butt")  # fmt: skip
        axes.plot(at["difference"], row - 0.13, "o", color=colour, markersize=8, mec="black")
        words = text("doubt.ahead_short", lang).format(ahead=per_cent(at["ahead"], lang))
        if not math.isnan(at["ahead"]):
            axes.annotate(
                words, (1.0, row), xycoords=("axes fraction", "data"), ha="right", va="bottom",
                xytext=(0, 10), textcoords="offset points", fontsize=SMALL,
            )  # fmt: skip
    names = [fill(result.named(name, lang), NAME_LETTERS) for name in result.others]
    axes.set_yticks(range(len(names)), names)
    if len(result.scenarios) > 1:
        axes.axvline(0, color="black", lw=1.2)
    axes.set_ylim(len(names) - 0.45, -0.65)
    axes.margins(x=0.12)
    axes.grid(True)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_title(in_words(measure, result.scenarios[result.first].money, lang), fontsize=15)


def _parts(axes: Axes, shares: pd.Series[float], name: str, lang: str) -> None:
    """A bar per key, what the largest leave is one more; of several scenarios it bears a name."""
    told = shares.iloc[:MOST_KEYS]
    rows = [(str(key), float(share)) for key, share in told.items()]
    if len(shares) > len(told):
        rows.append((text("doubt.other_keys", lang), float(shares.iloc[MOST_KEYS:].sum())))
    title = text("doubt.parts_title", lang)
    axes.set_title(f"{title} ({name})" if name else title, fontsize=15)
    axes.set_xlim(0, 112)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    if not rows:
        axes.set_yticks([])
        axes.text(0, 0.5, text("doubt.no_parts", lang), transform=axes.transAxes, color=QUIET)
        return
    at = np.arange(len(rows))
    sizes = 100 * np.array([share for _, share in rows])
    axes.barh(at, sizes, 0.55, color=COLOURS[2])
    for row, size in zip(at, sizes, strict=True):
        axes.annotate(
            per_cent(size / 100, lang), (size, row), (5, 0), textcoords="offset points",
            va="center", fontsize=SMALL,
        )  # fmt: skip
    axes.set_yticks(at, [key.replace(".", ".\n", 1) if len(key) > 26 else key for key, _ in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)


def _note(result: Doubt, lang: str) -> str:
    """What the two bars of a row are."""
    return text("doubt.note", lang).format(
        level=f"{100 * result.confidence:g}", n=number(len(result.draws), lang),
        which=text(f"doubt.{'fitted' if result.draws.fitted else 'possible'}", lang),
    )  # fmt: skip


def _alt(
    result: Doubt, data: pd.DataFrame, shares: pd.Series[float], measure: str, lang: str
) -> str:
    """The finding: who is ahead in how many worlds, both intervals, whose the doubt is."""
    clauses = [_clause(result, name, data.loc[name], lang) for name in result.others]
    parts = [
        f"{key}: {part_in_words(float(share), lang)}" for key, share in shares.iloc[:3].items()
    ]
    return text("doubt.alt", lang).format(
        measure=in_words(measure, result.scenarios[result.first].money, lang),
        n=number(len(result.draws), lang),
        which=text(f"doubt.{'fitted' if result.draws.fitted else 'possible'}", lang),
        clauses=" ".join(clauses),
        parts=", ".join(parts) or text("doubt.no_parts", lang),
    )


def _clause(result: Doubt, name: str, row: Any, lang: str) -> str:
    signed = len(result.scenarios) > 1
    ahead = text("doubt.ahead_short", lang).format(ahead=per_cent(row["ahead"], lang))
    label = "alt_hidden" if row["note"] == "hidden" else "alt_part"
    return text(f"doubt.{label}", lang).format(
        name=result.named(name, lang),
        ahead=f"{ahead}; " if signed else "",
        **rounded(row, lang, signed),
    )
