"""The kit's colours, for figures and for what is drawn in the browser.

Colour belongs to strategies: whatever is blue is Pull, in every figure and on the board. What is
told apart otherwise is told by tone, by pattern, or by the colours that no strategy bears.
"""

from collections.abc import Iterable
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

# Petroff 2021: six colours that stay apart for the colour-blind.
COLOURS = ("#5790fc", "#f89c20", "#e42536", "#964a8b", "#9c9ca1", "#7a21dd")
FAINT = "#d9d9de"
"""What is possible but did not happen, and frames."""
QUIET = "#55555e"
"""Notes, and small words beside the drawing."""


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
