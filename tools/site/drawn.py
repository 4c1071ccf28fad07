"""Panels that the page's engine cannot run: drawn beforehand at some positions of each slider.

The page switches among the drawings: one slider at a time, the others where the lecture has them.
"""

from __future__ import annotations

import html
from typing import Any, Final

from cjsim import lab
from cjsim.door import scenario_from
from cjsim.labels import text
from cjsim.labels.numbers import setting

POSITIONS: Final = 5
"""Of each slider, where it stands at first among them."""


def drawn(asked: dict[str, Any], stored: str, lang: str) -> str:
    """The HTML of a panel: its sliders, and a figure for each position, all but one hidden.

    Parameters
    ----------
    asked : what the panel was made of, see `lab.Panel`.
    stored : the picture and the sentence that the lecture has, where nothing is moved yet.
    lang : "en" or "ru".
    """
    panel = lab.panel(
        scenario_from(asked["scenario"]), *asked["keys"], show=asked["show"],
        beside=asked["beside"], ranges=asked["ranges"], people=asked["people"], lang=lang,
    )  # fmt: skip
    controls, figures = [], [f'<div class="drawn">{stored}</div>']
    for key, slider in panel.sliders.items():
        places = positions(slider)
        controls.append(_control(key, places, slider.value, lang))
        figures += [
            _figure(panel, key, place, value)
            for place, value in enumerate(places)
            if value != slider.value
        ]
    note = f"<p>{html.escape(text('site.drawn', lang))}</p>"
    return f'<div class="drawnpanel">{note}{"".join(controls)}{"".join(figures)}</div>'


def positions(slider: Any) -> list[float]:
    """Some values of a slider, as far apart as may be, among them the one at which it stands.

    >>> from cjsim import lab
    >>> positions(lab.panel("phone", "guide.accuracy", people=50).sliders["guide.accuracy"])
    [0.0, 0.25, 0.5, 0.7, 1.0]
    """
    if hasattr(slider, "options"):
        every = [value for _, value in slider.options]
    else:
        steps = round((slider.max - slider.min) / slider.step)
        every = [round(slider.min + n * slider.step, 9) for n in range(steps + 1)]
    last = len(every) - 1
    chosen = [every[round(last * n / (POSITIONS - 1))] for n in range(POSITIONS)]
    nearest = min(range(POSITIONS), key=lambda n: abs(chosen[n] - slider.value))
    chosen[nearest] = slider.value
    return list(dict.fromkeys(chosen))


def _control(key: str, places: list[float], value: float, lang: str) -> str:
    """A slider over the positions, with what they are called."""
    words = html.escape("|".join(setting(place, lang, typed=True) for place in places))
    return (
        f'<label>{html.escape(key)} <input type="range" min="0" max="{len(places) - 1}" step="1" '
        f'value="{places.index(value)}" data-key="{html.escape(key)}" data-words="{words}">'
        f"<output>{html.escape(setting(value, lang, typed=True))}</output></label>"
    )


def _figure(panel: lab.Panel, key: str, place: int, value: float) -> str:
    """What there is to see at one position."""
    picture, words = panel.at({key: value})
    mark = f'data-key="{html.escape(key)}" data-place="{place}"'
    return (
        f'<div class="drawn" hidden {mark}>{picture._repr_html_()}<p>{html.escape(words)}</p></div>'
    )
