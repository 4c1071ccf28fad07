"""The trails people take: which paths are common, and which are worth something (C170, C171)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from cjsim.charts.parts import SMALL, touchpoint_words, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, QUIET
from cjsim.door import whole
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import counted, digits_for, number, per_cent
from cjsim.measures.log import Log
from cjsim.observe.paths import Paths, paths_of
from cjsim.run import Run

if TYPE_CHECKING:
    import pandas as pd

MOST_STEPS = 5
"""Of a path, those that are written out; the middle of a longer one is told as a number."""


def path_variants(
    log: Run | Log, lang: str = SPOKEN, *, most: int = 10, deals: str = "first"
) -> Picture:
    """The commonest paths: how many people take each, and what a person on it is worth.

    Contacts with one touchpoint running are one step. Whoever is still under way is counted with
    the path so far.

    Parameters
    ----------
    log : a `Run` or a `Log`.
    lang : "en", "ru", or what `cjsim.speak` has set.
    most : how many paths are shown, 2 to 20.
    deals : "first", or "all": see `cjsim.observe.paths_of`.

    Returns the `Picture`; its data have a row per path shown: steps, people, deals, deal_share,
    value [money], value_per_person. Raises ValueError for another number, or a log without
    contacts; TypeError for what is no log.

    >>> import cjsim
    >>> from cjsim import charts
    >>> charts.path_variants(cjsim.simulate("phone", people=50)).alt.partition(":")[0]
    'The commonest path is “Outdoor advertising”'
    """
    wanted_kind(log, Run, Log)
    paths = paths_of(log, deals)
    if not len(paths.step):
        raise ValueError("log: has no contact, so there are no paths")
    every = paths.variants()
    data = every.head(whole("most", most, 2, 20))
    names = _titles(log, paths, lang)
    rows = np.arange(len(data))
    money = log.scenario.money if isinstance(log, Run) else ""  # a log does not say in what
    with style():
        figure = Figure(figsize=(11.5, 2.2 + 0.42 * len(data)))
        people, worth = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
        people.barh(rows, data["people"], 0.7, color=COLOURS[4])
        people.barh(rows, data["deals"], 0.7, color=COLOURS[0])
        worth.barh(rows, data["value_per_person"], 0.7, color=COLOURS[1])
        people.set_yticks(rows, [_words(path, names, lang, 14) for path in data["path"]])
        people.set_ylim(len(data) - 0.4, -0.6)
        people.set_title(text("path_variants.people", lang), fontsize=12)
        worth.set_title(
            text("path_variants.worth", lang).format(money=money or text("unit.money", lang)),
            fontsize=12,
        )
        for axes in (people, worth):
            axes.grid(True)
            axes.set_axisbelow(True)
            axes.tick_params(axis="y", length=0)
        note = text("path_variants.note", lang).format(
            variants=number(len(every), lang), shown=number(len(data), lang),
            share=per_cent(data["people"].sum() / every["people"].sum(), lang),
            entropy=number(paths.entropy(), lang, 1),
        )  # fmt: skip
        figure.supxlabel(note, fontsize=SMALL, color=QUIET, x=0.01, ha="left")
    alt = f"{_alt(every, data, names, money, lang)} {note}"
    return Picture(figure, alt, data.set_index("path"), lang)


def _titles(log: Run | Log, paths: Paths, lang: str) -> dict[str, str]:
    """What touchpoints are called; a log knows their names alone."""
    names = list(paths.channels)
    if not isinstance(log, Run):
        return {name: name for name in names}
    return dict(zip(names, touchpoint_words(log.scenario, names, lang), strict=True))


def _words(path: str, names: dict[str, str], lang: str, letters: int = 80) -> str:
    """A path with its touchpoints' titles, cut to so many letters; of a long one both ends."""
    if not path:
        return text("path_variants.none", lang)
    steps = path.split(" > ")
    if len(steps) <= MOST_STEPS:
        return " → ".join(_short(names[step], letters) for step in steps)
    head, tail = steps[: MOST_STEPS - 2], steps[-1]
    between = f"… {len(steps) - len(head) - 1} …"
    words = [_short(names[step], letters) for step in head]
    return " → ".join([*words, between, _short(names[tail], letters)])


def _short(name: str, letters: int) -> str:
    return name if len(name) <= letters else f"{name[: letters - 1]}…"


def _alt(
    every: pd.DataFrame, data: pd.DataFrame, names: dict[str, str], money: str, lang: str
) -> str:
    """The finding: the commonest path, and that of the shown ones on which a person brings most."""

    def told(row: pd.Series[float]) -> dict[str, str]:
        worth = float(row["value_per_person"])
        return {
            "path": _words(str(row["path"]), names, lang),
            "people": counted("people", float(row["people"]), lang),
            "share": per_cent(row["people"] / every["people"].sum(), lang),
            "worth": f"{number(worth, lang, digits_for(worth))} {money}".rstrip(),
        }

    first = text("path_variants.alt", lang).format(**told(data.iloc[0]))
    best = text("path_variants.alt_best", lang).format(
        **told(data.loc[data["value_per_person"].idxmax()])
    )
    return f"{first} {best}"
