"""Where everybody is: a bar per stage, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS
from cjsim.journey import STAGES
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number, setting


def whereabouts(counts: Mapping[str, Any], day: float, alt: str, lang: str = SPOKEN) -> Picture:
    """People who stand at each of the sixteen stages on one day.

    Parameters
    ----------
    counts : what a side is called -> people at each stage, 16 numbers in the order of the stages.
    day : the day they stand there.
    alt : the finding, in a sentence.
    lang : "en", "ru", or what `cjsim.speak` has set.
    """
    import pandas as pd

    data = pd.DataFrame(dict(counts), index=pd.Index([s.key for s in STAGES], name="stage"))
    rows = np.arange(len(STAGES))
    height = 0.8 / len(data.columns)
    with style():
        figure = Figure(figsize=(9, 6.4))
        axes = figure.subplots()
        for i, name in enumerate(data):
            places = rows + (i - (len(data.columns) - 1) / 2) * height
            bars = axes.barh(places, data[name], height * 0.92, color=COLOURS[i], label=name)
            axes.bar_label(bars, fmt=lambda people: number(people, lang), padding=3, fontsize=12)
        axes.set_yticks(rows, [text(f"stage.{stage.key}.label", lang) for stage in STAGES])
        axes.set_ylim(len(STAGES) - 0.5, -0.5)
        axes.margins(x=0.08)
        axes.grid(True, axis="x")
        axes.set_axisbelow(True)
        axes.set_xlabel(text("chart.people", lang))
        axes.set_title(text("trail.picture_title", lang).format(day=setting(day, lang)))
        figure.legend(loc="outside lower left", ncols=len(data.columns))
    return Picture(figure, alt, data, lang)
