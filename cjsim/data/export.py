"""A firm's export as a log: what any measure takes, with the report on where it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cjsim.data.mapping import FileMap
from cjsim.data.report import Report
from cjsim.labels.numbers import number
from cjsim.labels.tables import one_line
from cjsim.measures.log import Log

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Export(Log):
    """The log of a file. It is a `Log`; what follows tells how far it can be trusted.

    Parameters
    ----------
    frame, days, start : as of any `Log`.
    report : what was read, what was not, what was guessed, what cannot be known.
    before : the customers from before day 0, by whom they are in the log; whoever is followed from
        a first deal on must leave them out.

    `data.read` returns one. Any measure takes it; `.bad` has the rows left out, `.knows` what the
    file can tell, `.mapping` how it was read.

    >>> import pathlib, tempfile
    >>> from cjsim import data
    >>> text = "client,when,what,sum\\n7,2024-01-05,order,20\\n7,2024-02-01,order,?\\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "crm.csv")
    ...     _ = file.write_text(text)
    ...     export = data.read(file)
    >>> export.start, sorted(export.knows), export.bad["line"].tolist()
    ('2024-01-05', ['amounts', 'deals'], [3])
    """

    report: Report = field(kw_only=True)
    before: pd.Index = field(kw_only=True)

    @property
    def log(self) -> pd.DataFrame:
        """The rows; a copy of yours."""
        return self.frame.copy()

    @property
    def bad(self) -> pd.DataFrame:
        """The rows of the file that are none of a log: file, line, column, value, allowed."""
        return self.report.bad

    @property
    def knows(self) -> frozenset[str]:
        """What the file can tell: deals, amounts, contacts and so on, see `data.words.KNOWS`."""
        return self.report.knows

    @property
    def mapping(self) -> FileMap:
        """How the file was read, with what was guessed."""
        return self.report.mapping

    def check(self) -> Report:
        """What was read, what was not, what was guessed, what cannot be known."""
        return self.report

    def __repr__(self) -> str:
        line = Log.__repr__(self)
        bad = self.report.counts["bad"]
        if not bad:
            return line
        return one_line(line[1:-1], f"({number(bad, 'en')} bad rows left out, see .check())")
