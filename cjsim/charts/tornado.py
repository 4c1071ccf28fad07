"""Which numbers of the scenario matter most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from cjsim.charts.parts import wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS
from cjsim.experiment.tornado import Tornado
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import setting

if TYPE_CHECKING:
    pass
from cjsim.charts.ranking_parts import annotate, bars, finish, interval_words, legend, measure_words

LINE = 34
"""Characters after which a dotted key goes on in the next line."""


def tornado(result: Tornado, lang: str = SPOKEN) -> Picture:
    """What each key, made smaller and larger, does to the measure; the strongest on top.

    Whiskers are intervals over the runs.

    Parameters
    ----------
    result : a `Tornado`, what `cjsim.tornado` has found.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data are the tornado's table, a row per key. Raises TypeError for
    what is no tornado.

    >>> import cjsim
    >>> from cjsim import charts
    >>> keys = ["product.price", "firm.reps"]
    >>> found = cjsim.tornado("phone", keys, people=50, runs=2, executor="here")
    >>> charts.tornado(found).alt.split(". ")[1]
    'Strongest: product.price'
    """
    wanted_kind(result, Tornado)
    data = result.table
    rows = np.arange(len(data))
    with style():
        figure = Figure(figsize=(13.5, 2.7 + 0.8 * len(data)))
        axes = figure.subplots()
        ends = (("down", "smaller", -0.2, COLOURS[0]), ("up", "larger", 0.2, COLOURS[1]))
        for column, word, shift, colour in ends:
            label = text(f"ranking.{word}", lang)
            bars(axes, rows + shift, data, column, 0.38, color=colour, label=label)
        for row in rows[data["swing"].isna()]:
            annotate(axes, row, text("paired.nothing", lang))
        axes.set_yticks(rows, [_key_label(result, str(key), lang) for key in data.index])
        finish(axes, len(data))
        step = setting(100 * result.step, lang)
        title = "tornado_title_own" if result.own_steps else "tornado_title"
        axes.set_title(text(f"ranking.{title}", lang).format(step=step))
        axes.set_xlabel(text("ranking.tornado_axis", lang).format(**measure_words(result, lang)))
        legend(figure, axes, axes.get_legend_handles_labels()[0], result, lang)
    return Picture(figure, _tornado_alt(result, lang), data, lang)


def _key_label(result: Tornado, key: str, lang: str) -> str:
    """The key, in two lines if it is long, and the two values it was given."""
    lines = [key]
    if len(key) > LINE:
        cut = key.rfind(".", 0, LINE) + 1
        lines = [key[:cut], key[cut:]]
    return "\n".join([*lines, result.moved(key, lang)])


def _tornado_alt(result: Tornado, lang: str) -> str:
    """The finding: the strongest key, its elasticity, and how many keys are clear of zero."""
    data = result.table
    words = measure_words(result, lang)
    words |= {"step": setting(100 * result.step, lang), "keys": str(len(data))}
    first = data.iloc[0]
    if not first["swing"] > 0:
        word = "tornado_nothing" if math.isnan(first["swing"]) else "tornado_none"
        return text(f"ranking.{word}", lang).format(**words)
    known = not math.isnan(first["elasticity"])
    elasticity = text(f"ranking.{'elasticity' if known else 'no_elasticity'}", lang)
    alt = text("ranking.tornado_alt", lang).format(
        **words,
        key=data.index[0],
        elasticity=elasticity.format(elasticity=interval_words(result, first, "elasticity", lang)),
        low_value=setting(first["low_value"], lang),
        high_value=setting(first["high_value"], lang),
        down=interval_words(result, first, "down", lang),
        up=interval_words(result, first, "up", lang),
        clear=int(data["clear"].sum()),
    )
    return alt + result.own_steps_in_words(lang)
