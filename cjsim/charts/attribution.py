"""Whom each method of attribution credits, beside what is true."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from cjsim.charts.parts import SMALL, touchpoint_words, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, QUIET
from cjsim.experiment.coalitions import TouchpointTruth
from cjsim.labels import SPOKEN, find, text
from cjsim.labels.numbers import number, per_cent
from cjsim.observe.attribution import Attribution, method_word, true_deals

if TYPE_CHECKING:
    import pandas as pd

MOST = 5
"""Methods that stay apart in one picture."""
USUAL = ("first", "last", "linear", "markov", "shapley")
NAME_LETTERS = 26


def attribution(
    result: Attribution,
    lang: str = SPOKEN,
    *,
    truth: TouchpointTruth | Mapping[str, float] | None = None,
    methods: tuple[str, ...] | None = None,
) -> Picture:
    """The share of the credit that each touchpoint gets by each method, beside the truth.

    Shares of what a method gives out, so that methods stand side by side whatever they add up to;
    the truth, a black mark, is each touchpoint's part of what they really bring together. Where
    they bring nothing on the whole there is no such part: the alt text says so.

    Parameters
    ----------
    result : an `Attribution`, what `observe.attribute` has found.
    lang : "en", "ru", or what `cjsim.speak` has set.
    truth : a `TouchpointTruth`, what `touchpoint_truth` has found, or touchpoint -> deals that it
        really brings.
    methods : names of up to five of those in the result; the usual ones when not given.

    Returns the `Picture`; its data have a row per touchpoint and a column of shares, 0..1, per
    method. Raises ValueError for other methods or too many, TypeError for what is no attribution.

    >>> from cjsim import charts
    >>> from cjsim.observe import Paths, attribute
    >>> credit = attribute(Paths.of([(["mail", "site"], 2, 0), (["site"], 1, 1)]), "linear")
    >>> charts.attribution(credit, truth={"mail": 2, "site": 1}).alt.split(". ")[1]
    'Most: linear: site, 67%'
    """
    wanted_kind(result, Attribution)
    usual = [name for name in USUAL if name in result.table]
    chosen = [str(name) for name in methods or usual or result.table][:MOST]
    if methods is not None and (len(methods) > MOST or not set(methods) <= set(result.table)):
        raise ValueError(
            f"methods = {methods}: up to {MOST} of {', '.join(map(str, result.table))}"
        )
    true = None if truth is None else true_deals(truth)
    data = _data(result, chosen, true)
    names = _names(truth, data, lang)
    rows = np.arange(len(data))
    height = 0.8 / len(chosen)
    with style():
        figure = Figure(figsize=(9.5, 2.0 + 0.26 * len(data) * max(len(chosen), 2)))
        axes = figure.subplots()
        for place, method in enumerate(chosen):
            at = rows - 0.4 + height * (place + 0.5)
            word = method_word(method, lang)
            axes.barh(at, 100 * data[method], height, color=COLOURS[place], label=word)
        if "truth" in data:
            axes.plot(
                100 * data["truth"], rows, "D", color="black", mec="white", clip_on=False,
                markersize=9, zorder=5, label=text("attribution.truth", lang),
            )  # fmt: skip
        axes.set_yticks(rows, [fill(name, NAME_LETTERS) for name in names])
        axes.set_ylim(len(data) - 0.4, -0.6)
        axes.axvline(0, color="black", lw=1)
        axes.grid(True)
        axes.set_axisbelow(True)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(text("attribution.axis", lang))
        figure.legend(loc="outside upper left", ncols=3)
        axes.set_title(text("attribution.title", lang))
        note = text("attribution.note", lang).format(
            deals=number(result.deals, lang), unled=number(result.unled, lang)
        )
        figure.supxlabel(note, fontsize=SMALL, color=QUIET, x=0.01, ha="left")
    return Picture(figure, _alt(result, data, names, chosen, truth, lang), data, lang)


def _data(result: Attribution, methods: list[str], true: pd.Series[float] | None) -> pd.DataFrame:
    """Shares by touchpoint, the largest truth on top; without one, the largest mean credit."""
    import pandas as pd

    index = result.table.index
    if true is not None:
        index = index.union(true.index, sort=False)
    table = result.table[methods].reindex(index).fillna(0.0)
    data = pd.DataFrame(table / table.sum())
    order = data.mean(axis=1)
    if true is not None and true.sum() > 0:
        data["truth"] = (true / true.sum()).reindex(index).fillna(0.0)
        order = data["truth"]
    best_first = order.sort_values(ascending=False, kind="stable").index
    return data.loc[best_first].rename_axis("touchpoint")


def _names(truth: object, data: pd.DataFrame, lang: str) -> list[str]:
    if isinstance(truth, TouchpointTruth):
        known = [name for name in data.index if name in truth.scenario.touchpoints]
        words = dict(zip(known, touchpoint_words(truth.scenario, known, lang), strict=True))
        return [words.get(name, str(name)) for name in data.index]
    channels = {name: find(f"attribution.channel.{name}", lang) for name in data.index}
    return [channels[name] or str(name) for name in data.index]


def _alt(
    result: Attribution, data: pd.DataFrame, names: list[str], methods: list[str],
    truth: TouchpointTruth | Mapping[str, float] | None, lang: str,
) -> str:  # fmt: skip
    """The finding: whom each method favours, and how much of its credit is in the wrong place."""
    word = dict(zip(data.index, names, strict=True))
    parts = [
        text("attribution.most", lang).format(
            method=method_word(method, lang), touchpoint=word[data[method].idxmax()],
            share=per_cent(data[method].max(), lang),
        )
        for method in methods if data[method].notna().any()
    ]  # fmt: skip
    sentences = [text("attribution.alt", lang).format(parts="; ".join(parts))]
    if truth is None:
        return sentences[0]
    if "truth" not in data:
        return f"{sentences[0]} {text('attribution.alt_nothing', lang)}"
    wrong = result.against(truth)["wrong"].loc[methods]
    best, worst = str(wrong.idxmin()), str(wrong.idxmax())
    sentences.append(text("attribution.alt_truth", lang).format(
        touchpoint=names[0], share=per_cent(data["truth"].iloc[0], lang),
        best=method_word(best, lang), best_wrong=per_cent(wrong[best], lang),
        worst=method_word(worst, lang), worst_wrong=per_cent(wrong[worst], lang),
    ))  # fmt: skip
    return " ".join(sentences)
