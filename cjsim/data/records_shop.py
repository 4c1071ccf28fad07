"""CDNOW: what 2,357 real customers of a shop for records bought in a year and a half.

The data are Bruce Hardie's and Peter Fader's one-in-ten sample of the customers whose first
purchase at CDNOW was in the first twelve weeks of 1997, given away for research and teaching:
Fader, P. S., & Hardie, B. G. S. (2001), "Forecasting repeat sales at CDNOW: a case study",
Interfaces 31(3), S94-S107; http://www.brucehardie.com/datasets/ . The judge of every model of
repeat buying since.
"""

from __future__ import annotations

from importlib.resources import files

from cjsim.measures.log import Log

START = "1997-01-01"
"""The date of day 0."""
DAYS = 546.0
"""1 January 1997 to 30 June 1998."""
CALIBRATED_UNTIL = 273.0
"""The first 39 weeks, up to 30 September 1997: what models are calibrated on, in days."""


def cdnow() -> Log:
    """The CDNOW sample as a log: 6,919 purchases of 2,357 people, in days since 1 January 1997.

    Returns a `Log` with the columns time, date, person, event ("purchase"), amount [USD]. Two
    purchases on one day are two rows.

    >>> len(cdnow()), cdnow().lives
    (6919, 2357)
    """
    import pandas as pd

    text = files(__name__.rpartition(".")[0]).joinpath("cdnow_sample.txt").read_text("ascii")
    rows = [line.split() for line in text.splitlines()]
    date = pd.to_datetime(pd.Series([row[2] for row in rows]), format="%Y%m%d")
    frame = pd.DataFrame(
        {
            "time": (date - pd.Timestamp(START)).dt.days.astype(float),
            "person": [int(row[1]) for row in rows],
            "event": "purchase",
            "amount": [float(row[4]) for row in rows],
        }
    )
    return Log.of(frame, DAYS, START)
