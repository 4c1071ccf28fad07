"""With which touchpoint people are met at which stage."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cjsim import measures
from cjsim.charts.parts import share_table, step_words, touchpoint_words, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.journey import Lens, Stage, lens_named
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number, per_cent
from cjsim.run import Run

if TYPE_CHECKING:
    import pandas as pd

ENOUGH = 20
"""Contacts from which on a touchpoint's shares are put into words."""
NAME_LETTERS = 32
"""Of a touchpoint's title at the left; a longer one is cut."""
LETTERS = 6.5
"""Of the title of the map to an inch of its width."""


def contact_map(run: Run, lang: str = SPOKEN, *, lens: str = "twelve") -> Picture:
    """Of all contacts with a touchpoint (row), how many per cent met people at which step.

    The step is where people truly stood; a frame marks the one that the touchpoint aims at. A row
    adds up to 100, its number of contacts stands beside the name.

    Parameters
    ----------
    run : a `Run` whose log has its contacts.
    lang : "en", "ru", or what `cjsim.speak` has set.
    lens : which steps, one of `cjsim.journey.LENSES`: "twelve", "aida", ...

    Returns the `Picture`; its data have a row per touchpoint: contacts, and their share, 0..1, at
    each step. Raises ValueError for an unknown lens, a log without contacts, or where no touchpoint
    runs; TypeError for what is no run.

    >>> import cjsim
    >>> from cjsim import charts
    >>> charts.contact_map(cjsim.simulate("phone", people=50)).alt.split(". ")[1]
    'Most are with “Outdoor advertising”, 84%'
    """
    wanted_kind(run, Run)
    counts = measures.contact_map(run, lens)
    if not len(counts):
        strategy = run.scenario.strategy
        raise ValueError(f"strategy {strategy!r} runs no touchpoint: there is nothing to map")
    chosen_lens = lens_named(lens)
    contacts = counts.sum(axis=1)
    data = counts.div(contacts.where(contacts > 0), axis=0)
    data.insert(0, "contacts", contacts)
    words = step_words(chosen_lens, lang)
    aims = _aims(run, list(data.index), chosen_lens)
    names = touchpoint_words(run.scenario, data.index, lang)
    shares = 100 * data.iloc[:, 1:].to_numpy()
    rows, columns = shares.shape
    with style():
        figure = Figure(figsize=(5.2 + 0.52 * columns, 2.6 + 0.38 * rows))
        axes = figure.subplots()
        heads = [
            f"{_cut(name)}  ({number(n, lang)})" for name, n in zip(names, contacts, strict=True)
        ]
        share_table(axes, shares, heads, words)
        for row, step in enumerate(aims):
            frame = Rectangle((step - 0.5, row - 0.5), 1, 1, fill=False, ec="black", lw=2, zorder=3)
            axes.add_patch(frame)
        title = fill(text("contact_map.title", lang), int(LETTERS * figure.get_figwidth()))
        figure.suptitle(title, x=0.01, ha="left", fontsize=17, weight="bold")  # over long names too
        axes.set_xlabel(fill(text("contact_map.note", lang), 5 * columns))
    return Picture(figure, _alt(data, names, aims, words, lang), data, lang)


def _aims(run: Run, names: list[str], lens: Lens) -> list[int]:
    """The step that each touchpoint aims at."""
    return [lens.of[Stage.of(run.scenario.touchpoints[name].aims_at)] for name in names]


def _cut(name: str) -> str:
    return name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1]}…"


def _alt(data: pd.DataFrame, names: list[str], aims: list[int], words: list[str], lang: str) -> str:
    """The finding: who meets most people, and whose contacts come best and least to their aim."""
    contacts = data["contacts"].to_numpy()
    total = contacts.sum()
    shares = data.iloc[:, 1:].to_numpy()
    most = int(contacts.argmax())
    sentences = [
        text("contact_map.alt", lang).format(
            contacts=number(total, lang), name=names[most],
            share=per_cent(contacts[most] / total if total else np.nan, lang),
        )
    ]  # fmt: skip
    known = [row for row in range(len(names)) if contacts[row] >= ENOUGH]
    if not known:
        return " ".join([*sentences, text("contact_map.alt_few", lang).format(contacts=ENOUGH)])
    at_aim = {row: float(shares[row, aims[row]]) for row in known}
    best, worst = max(known, key=at_aim.__getitem__), min(known, key=at_aim.__getitem__)
    for key, row in (("alt_best", best), ("alt_worst", worst))[: 1 + (best != worst)]:
        fullest = int(shares[row].argmax())
        sentences.append(
            text(f"contact_map.{key}", lang).format(
                name=names[row], aim=_bare(words[aims[row]]), share=per_cent(at_aim[row], lang),
                fullest=_bare(words[fullest]), most=per_cent(shares[row, fullest], lang),
            )
        )  # fmt: skip
    return " ".join(sentences)


def _bare(word: str) -> str:
    """A step's name without its number."""
    return word.split("  ")[-1]
