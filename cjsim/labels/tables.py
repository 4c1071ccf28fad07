"""Small tables in HTML: how a run, a scenario and every result show themselves in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cjsim.labels import SPOKEN, text

MOST_ROWS = 15
"""Rows of a table in a notebook; the whole one is `.table`."""
LONGEST = 300
"""Characters of a one-line `repr`."""


def html_table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str = "",
    note: str = "",
    lang: str = SPOKEN,
) -> str:
    """A table with words to the left and numbers to the right, long ones cut.

    Parameters
    ----------
    heads : one word per column, with its unit.
    rows : cells as they are to be read.
    caption, note : a sentence above, and one below.
    lang : "en", "ru", or what `cjsim.speak` has set.

    >>> html_table(["Measure"], [["Deals < 5"]]).count("&lt;")
    1
    """
    pieces = ["<table>"]
    if caption:
        pieces.append(f'<caption style="text-align:left">{escape(caption)}</caption>')
    pieces.append(f"<thead>{_row('th', heads)}</thead><tbody>")
    pieces += [_row("td", row) for row in rows[:MOST_ROWS]]
    if (rows_left := len(rows) - MOST_ROWS) > 0:
        pieces.append(_row("td", [text("result.more", lang).format(rows=rows_left)]))
    pieces.append("</tbody></table>")
    if note:
        pieces.append(f"<p>{escape(note)}</p>")
    return "".join(pieces)


def _row(tag: str, cells: Sequence[str]) -> str:
    sides = ["left", *["right"] * (len(cells) - 1)]
    html_cells = (
        f'<{tag} style="text-align:{side}">{escape(cell)}</{tag}>'
        for side, cell in zip(sides, cells, strict=True)
    )
    return f"<tr>{''.join(html_cells)}</tr>"


def one_line(kind: str, facts: str) -> str:
    """What `repr` gives: <kind facts> in one line of 300 characters at most."""
    line = " ".join(f"{kind} {facts}".split())
    most = LONGEST - len("<>")
    return f"<{line if len(line) <= most else line[: most - 1] + '…'}>"
