"""The kit's colours, for figures and for what is drawn in the browser.

Colour belongs to strategies: whatever is blue is Pull, in every figure and on the board. What is
told apart otherwise is told by tone, by pattern, or by the colours that no strategy bears.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

OF_STRATEGY: Final = {
    "nothing": "#85858b",
    "pull": "#1f5db8",
    "guide": "#cf7100",
    "animator": "#8a0c28",
}
"""The strategies of the presets: four tones that stay apart in grey, too (L* 56, 41, 57, 29)."""
OF_OTHERS: Final = ("#4b7a1f", "#7d4f9e", "#00727f", "#9c6b4a")
"""Strategies of one's own, in their order."""
IN_THE_DARK: Final = {
    "#85858b": "#90939c",
    "#1f5db8": "#5d9ffb",
    "#cf7100": "#ffb653",
    "#8a0c28": "#d93448",
    "#4b7a1f": "#8fc55b",
    "#7d4f9e": "#c3a0de",
    "#00727f": "#4fbccb",
    "#9c6b4a": "#d6a889",
}
"""The same on a dark ground."""
AS_WORDS: Final = {
    "#85858b": ("#5c5c63", "#b0b3bb"),
    "#1f5db8": ("#1a51a3", "#8bbcff"),
    "#cf7100": ("#8f4d00", "#ffc272"),
    "#8a0c28": ("#8a0c28", "#ff8590"),
    "#4b7a1f": ("#3f661a", "#a8d67c"),
    "#7d4f9e": ("#6b4187", "#d3b6e9"),
    "#00727f": ("#005f6a", "#7dd0dc"),
    "#9c6b4a": ("#7a5036", "#e2bda3"),
}
"""For letters, which need more contrast: on light and on dark ground."""

COLOURS: Final = ("#12897a", "#b0609f", "#7a2e8a", "#8c8328", "#9c9ca1", "#3b2f5e")
"""For all that is no strategy; none of them is the colour of one."""
FAINT = "#d9d9de"
"""What is possible but did not happen, and frames."""
QUIET = "#55555e"
"""Notes, and small words beside the drawing."""


PALER: Final = (0.0, 0.4, 0.65)
"""How much white is in the colour of a strategy's first scenario, of its second, of its third."""


def looks_of(strategies: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """The colour of each scenario, which is that of its strategy, and its turn.

    Parameters
    ----------
    strategies : name of the scenario -> the strategy that runs in it; a scenario that is called
        by the name of a known strategy has the colour of that.

    The turn is how many before it have the same colour: it is paler, and a figure gives
    them a pattern of their own.

    >>> looks_of({"pull": "pull", "dear": "pull"})
    {'pull': ('#1f5db8', 0), 'dear': ('#799ed4', 1)}
    """
    called = {n: n if n in OF_STRATEGY else strategy for n, strategy in strategies.items()}
    colours = colours_of(dict.fromkeys(called.values()))
    looks = {}
    turns: Counter[str] = Counter()
    for name, strategy in called.items():
        colour = colours[strategy]
        turn = turns[colour]
        turns[colour] += 1
        looks[name] = (paler(colour, PALER[turn % len(PALER)]), turn)
    return looks


def paler(colour: str, white: float) -> str:
    """A colour with so much white in it: 0 leaves it as it is, 1 is white."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * white):02x}" for part in parts)


def colours_of(strategies: Iterable[str]) -> dict[str, str]:
    """The colour of each of some strategies; those of one's own get theirs by their order.

    >>> colours_of(["guide", "mine"])
    {'guide': '#cf7100', 'mine': '#4b7a1f'}
    """
    names = list(strategies)
    own = [name for name in names if name not in OF_STRATEGY]
    return {
        name: OF_STRATEGY.get(name) or OF_OTHERS[own.index(name) % len(OF_OTHERS)] for name in names
    }
