"""How something new spreads: which share of a crowd has it, year by year.

    spread({"market_a": [0.4, 6.1, 7.7], "market_b": [1.9, 5.2, 8.0]})

One line a crowd on the same axes, each with a dash and a mark of its own, so that lines that lie on
each other can still be told apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, FAINT
from cjsim.course.tables import word
from cjsim.labels import SPOKEN, language, text
from cjsim.labels.numbers import number, per_cent

MOST = 4
"""Lines that a projector can show apart."""
NEARLY_ALL = 0.99
"""The years end where so many of the slowest crowd have it."""
POINTS = 200
"""Points of a line."""
DASHES = ("-", (0, (6, 3)), (0, (2, 2)), (0, (6, 2, 2, 2)))
MARKS = ("o", "s", "^", "D")


def spread(crowds: Mapping[str, Sequence[float]], lang: str = SPOKEN) -> Picture:
    """Draw which share of each crowd has something, by year.

    Parameters
    ----------
    crowds : name of the crowd -> for each of its people the year in which they get it. One crowd
        to four.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`. Raises ValueError for no crowd, for more than four, and for a crowd
    without people.

    >>> spread({"market_a": [1.0, 2.0, 4.0]}, "en").alt
    'Who has it, by year. Half of the people have it after: Market A 2.0 years.'
    """
    lang = language(lang)
    if not 1 <= len(crowds) <= MOST:
        raise ValueError(f"spread of {len(crowds)} crowds: can draw 1 to {MOST}")
    if empty := [name for name, years in crowds.items() if len(years) == 0]:
        raise ValueError(f"spread: there is nobody in {empty[0]!r}")
    edge = max(float(np.quantile(years, NEARLY_ALL)) for years in crowds.values())
    at = np.linspace(0.0, edge, POINTS)
    shares = {
        name: np.searchsorted(np.sort(years), at, "right") / len(years)
        for name, years in crowds.items()
    }
    with style():
        figure = Figure(figsize=(11.5, 4.6))
        axes = figure.subplots()
        for nth, (name, share) in enumerate(shares.items()):
            axes.plot(
                at, share, color=COLOURS[nth], ls=DASHES[nth], marker=MARKS[nth], ms=9, lw=3,
                markevery=(10 + 8 * nth, 40), label=word(name, lang),
            )  # fmt: skip
        axes.set_xlim(0, edge)
        axes.set_ylim(0, 1)
        axes.yaxis.set_major_formatter(lambda share, _: per_cent(share, lang))
        axes.set_xlabel(text("spread.years", lang))
        axes.set_ylabel(text("spread.share", lang))
        axes.grid(True, color=FAINT)
        axes.legend(loc="lower right")
    data = pd.DataFrame(shares, index=pd.Index(at, name="year"))
    return Picture(figure, _alt(crowds, lang), data, lang)


def _alt(crowds: Mapping[str, Sequence[float]], lang: str) -> str:
    """The finding: after how many years half of each crowd has it."""
    parts = [
        text("spread.part", lang).format(
            crowd=word(name, lang), years=number(float(np.median(years)), lang, 1)
        )
        for name, years in crowds.items()
    ]
    return text("spread.alt", lang).format(parts="; ".join(parts))
