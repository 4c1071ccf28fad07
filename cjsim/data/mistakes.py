"""What is wrong in a log's file: every bad row, its line, what stands there, what is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from cjsim.door import shown

if TYPE_CHECKING:
    import pandas as pd

HEADS: Final = ("file", "line", "column", "value", "allowed")
TOLD: Final = 5
"""Mistakes that the message tells; `report` has all."""


class LogError(ValueError):
    """A file that holds no log, or one with bad rows.

    Parameters
    ----------
    report : a row per mistake: file, line (of the file; of Parquet the row, from 1), column, value,
        allowed.

    The message tells the first five; `report` has all.

    >>> import pathlib, tempfile
    >>> from cjsim import data
    >>> text = "client,when,what,sum\\n7,2024-01-05,order,20\\n7,2024-02-01,order,?\\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "crm.csv")
    ...     _ = file.write_text(text)
    ...     try:
    ...         data.read(file, strict=True)
    ...     except data.LogError as error:
    ...         print(error.report[["line", "column", "value"]].to_dict("records"))
    [{'line': 3, 'column': 'sum', 'value': '?'}]
    """

    def __init__(self, report: pd.DataFrame) -> None:
        self.report = report
        rows = [
            f"{row.file}, line {row.line}: {row.column} = {shown(row.value)}: must be {row.allowed}"
            for row in report.head(TOLD).itertuples()
        ]
        if len(report) > TOLD:
            rows.append(f"and {len(report) - TOLD:,} mistakes more, see .report")
        super().__init__("\n".join(rows))


class Mistakes:
    """What has been found wrong so far in one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: list[tuple[str, int, str, str, str]] = []

    def add(self, line: int, column: str, value: str, allowed: str) -> None:
        self._rows.append((str(self._path), line, column, value, allowed))

    def told(self) -> None:
        """Raise LogError if there are any, in the order of lines."""
        import pandas as pd

        if self._rows:
            rows = sorted(self._rows, key=lambda row: row[1])
            raise LogError(pd.DataFrame(rows, columns=list(HEADS)))
