"""At which stage people are, and at which the firm believes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cjsim.charts.parts import share_table, stage_word, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.journey import IN_THE_CATEGORY
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number, per_cent
from cjsim.observe import belief
from cjsim.observe.belief import Judged

if TYPE_CHECKING:
    import pandas as pd


def confusion_map(judged: Judged, lang: str = SPOKEN) -> Picture:
    """Of those who are at a stage (row), how many per cent the firm believes at which (column).

    What is right stands on the diagonal; a row adds up to 100, and its number of beliefs stands
    beside its name.

    Parameters
    ----------
    judged : a `Judged`, what `observe.beliefs` has found.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data are the numbers of beliefs, true stages down, believed ones
    across. Raises ValueError where there are no beliefs, TypeError for what are none.

    >>> import cjsim
    >>> from cjsim import charts, observe
    >>> judged = observe.beliefs(cjsim.simulate("phone", people=50))
    >>> charts.confusion_map(judged).alt.partition(".")[0]
    'Of 1,534 beliefs 82% are right'
    """
    wanted_kind(judged, Judged)
    if not len(judged):
        raise ValueError(text("reliability.none", lang))
    data = belief.confusion(judged)
    counts = data.to_numpy()
    totals = counts.sum(axis=1)
    words = [stage_word(stage, lang, numbered=True) for stage in IN_THE_CATEGORY]
    shares = 100 * counts / np.maximum(totals, 1)[:, None]
    with style():
        figure = Figure(figsize=(12.6, 8.2))
        axes = figure.subplots()
        heads = [f"{word}  ({number(n, lang)})" for word, n in zip(words, totals, strict=True)]
        share_table(axes, shares, heads, words)
        for place in range(len(words)):
            corner = (place - 0.5, place - 0.5)
            axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor="black", lw=1.5))
        axes.set_title(text("confusion_map.title", lang), pad=12)
        axes.set_xlabel(text("confusion_map.note", lang))
    return Picture(figure, _alt(data, words, lang), data, lang)


def _alt(data: pd.DataFrame, words: list[str], lang: str) -> str:
    """The finding: how many are believed where they are, and the commonest mistake."""
    counts = data.to_numpy()
    right = counts.trace() / counts.sum()
    wrong = counts * (1 - np.eye(len(counts), dtype=int))
    sentences = [
        text("confusion_map.alt", lang).format(
            right=per_cent(right, lang), beliefs=number(counts.sum(), lang)
        )
    ]
    if wrong.any():
        here, there = np.unravel_index(wrong.argmax(), wrong.shape)
        sentences.append(
            text("confusion_map.alt_wrong", lang).format(
                here=words[int(here)].split("  ")[-1],
                there=words[int(there)].split("  ")[-1],
                share=per_cent(wrong[here, there] / counts[here].sum(), lang),
            )
        )
    return " ".join(sentences)
