"""Figures from the world outside that lectures show: small tables with their source and licence.

A file is a table with three lines above it: `# what:`, `# source:`, `# licence:`. It holds sums
and shares; where the rows behind them may be had, a test computes them anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cjsim.labels import unknown

if TYPE_CHECKING:
    import pandas as pd

FOLDER = Path(__file__).parent
HEAD = ("what", "source", "licence")
"""What stands above every table."""


def facts(name: str) -> pd.DataFrame:
    """A table of published figures; its `attrs` say what it is, its source and its licence.

    Parameters
    ----------
    name : of a file in `cjsim/course/published`, such as "hillstrom".

    Returns the table, a row for each line. Raises ValueError for a name that is not there.

    >>> from cjsim.course import facts
    >>> mail = facts("hillstrom").set_index("arm")
    >>> (mail["bought"] / mail["people"]).round(4).to_dict()
    {'no_mail': 0.0057, 'womens_mail': 0.0088, 'mens_mail': 0.0125}
    """
    import pandas as pd

    known = sorted(path.stem for path in FOLDER.glob("*.csv"))
    if name not in known:
        raise unknown("facts", name, known)
    lines = (FOLDER / f"{name}.csv").read_text(encoding="utf-8").splitlines()[: len(HEAD)]
    frame = pd.read_csv(FOLDER / f"{name}.csv", comment="#")
    frame.attrs = dict(line.removeprefix("# ").split(": ", 1) for line in lines)
    return frame
