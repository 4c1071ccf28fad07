"""What every answer of an experiment has: a table, sentences, files, and a way to show itself.

result.table         the headline table, a DataFrame
result.says("ru")    the finding with its numbers, one to three sentences
result.save(folder)  its tables as CSV, and the scenarios that ran as TOML; "answer.html": a report
result               one line in a terminal, a small table with units in a notebook
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cjsim import log
from cjsim.door import folder_of
from cjsim.files import safe_names
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import digits_for, number, setting
from cjsim.labels.tables import html_table, one_line
from cjsim.scenario import Scenario
from cjsim.scenario.words import named

if TYPE_CHECKING:
    import pandas as pd

TOLD: Final = ("first_deals", "repeat_deals", "profit_per_person")
"""The measures that the sentence of a comparison tells."""
PAGE: Final = "cjsim.report.answer"
"""Writes a result as a page. It stands on a floor above, and is loaded when a page is wanted."""
PAPER: Final = (".html", ".htm", ".pdf")
"""Endings of what is meant to be a page, not a folder."""
Grid = tuple[Sequence[str], Sequence[Sequence[str]]]
"""Heads, and rows of cells, as people read them."""


class Result:
    """The base of all results. A kind brings `table`, `says`, `_scenarios` and `_grid`."""

    if TYPE_CHECKING:

        @property
        def table(self) -> pd.DataFrame:
            """The headline table."""

        @property
        def people(self) -> int:
            """Size of each market."""

        @property
        def seeds(self) -> tuple[int, ...]:
            """The seeds of the runs."""

        @property
        def confidence(self) -> float:
            """Coverage of the intervals, between 0 and 1."""

    def says(self, lang: str = SPOKEN) -> str:
        """The finding with its numbers, in one to three sentences."""
        raise NotImplementedError

    def named(self, name: str, lang: str = SPOKEN) -> str:
        """What a scenario is called: one named after its strategy bears the strategy's title."""
        return named(name, self._scenarios(), lang)

    def tables(self) -> dict[str, pd.DataFrame]:
        """What `save` writes: name of a file -> table."""
        return {"table": self.table.reset_index()}

    def save(self, folder: str | Path, lang: str = SPOKEN, **of_a_page: Any) -> list[str]:
        """Write the tables as CSV and the scenarios as TOML, or one page that says it all.

        Parameters
        ----------
        folder : made if it is not there; files of the same name in it are replaced. With the
            ending .html it is a page, with question, answer, doubts and what stands behind.
        lang, of_a_page : of the page, see `cjsim.report.answer.save`.

        Returns the names of the files, each of which is written whole or not at all. Raises OSError
        where they cannot be, ValueError for a page that cannot be.
        """
        if isinstance(folder, str | Path) and Path(folder).suffix.lower() in PAPER:
            page: Path = importlib.import_module(PAGE).save(self, folder, lang, **of_a_page)
            return [page.name]
        if of_a_page:
            words = text("answer.of_a_page", lang)
            raise ValueError(words.format(folder=folder, names=", ".join(of_a_page)))
        place = folder_of("folder", folder)
        place.mkdir(parents=True, exist_ok=True)
        names = []
        for name, table in self.tables().items():
            names.append(log.save(table, place / f"{name}.csv").name)
        files = safe_names(self._scenarios())
        for name, scenario in self._scenarios().items():
            names.append(scenario.save(place / f"scenario-{files[name]}.toml").name)
        return sorted(names)

    def grid(self, lang: str = SPOKEN) -> Grid:
        """The small table as people read it: heads with units, and rows of cells."""
        return self._grid(lang)

    def scenarios_by_name(self) -> Mapping[str, Scenario]:
        """The scenarios it is about."""
        return self._scenarios()

    def __repr__(self) -> str:
        return one_line(type(self).__name__, f"{self._facts()}: {self._headline()}")

    def _repr_html_(self) -> str:
        heads, rows = self._grid(SPOKEN)
        kind = type(self).__name__
        return html_table(heads, rows, f"{kind} {self._facts(SPOKEN)}", self.says())

    def _scenarios(self) -> Mapping[str, Scenario]:
        """The scenarios it is about, by name."""
        raise NotImplementedError

    def _grid(self, lang: str) -> Grid:
        """The small table of a notebook."""
        raise NotImplementedError

    def _headline(self) -> str:
        """The finding in the one line of `repr`."""
        return self.says()

    def _facts(self, lang: str = SPOKEN) -> str:
        """What was run: names, people, runs."""
        products = dict.fromkeys(scenario.name for scenario in self._scenarios().values())
        size = text("result.facts", lang).format(
            people=number(self.people, lang), runs=number(len(self.seeds), lang)
        )
        return ", ".join(filter(None, [" / ".join(products), size]))


# --- Words and cells ------------------------------------------------------------------------------


def amount(row: Any, lang: str = SPOKEN, name: str = "difference", signed: bool = True) -> str:
    """A number with its interval: "+12 [+8 .. +16]"; without one where there is none.

    Parameters
    ----------
    row : holds `name`, and its interval as low and high, or as <name>_low and <name>_high.
    """
    low, high = (row[end if end in row else f"{name}_{end}"] for end in ("low", "high"))
    return with_interval(row[name], low, high, lang, signed)


def with_interval(
    value: float,
    low: float,
    high: float,
    lang: str = SPOKEN,
    signed: bool = True,
    typed: bool = False,
) -> str:
    """Three numbers as "+12 [+8 .. +16]", with as many digits as the largest of them needs.

    `signed` and `typed` are those of `labels.numbers.number`.
    """
    sizes = [abs(x) for x in (value, low, high) if math.isfinite(x)]
    digits = digits_for(max(sizes, default=0.0))
    words = number(value, lang, digits, signed, typed)
    if math.isnan(low) or math.isnan(high):
        return words
    ends = (number(end, lang, digits, signed, typed) for end in (low, high))
    return "{} [{} .. {}]".format(words, *ends)


def cell(value: Any, lang: str = SPOKEN) -> str:
    """One value of a table as people read it: yes or no, three digits that count, or a word."""
    if isinstance(value, bool | np.bool_):
        return text("column.yes" if value else "column.no", lang)
    if isinstance(value, int | float | np.number):
        size = float(value)
        fraction = f"{size:.{digits_for(size)}f}".partition(".")[2].rstrip("0")
        return number(size, lang, len(fraction))
    return str(value)


def heads(names: Sequence[str], lang: str) -> list[str]:
    """The words for columns of a grid."""
    return [text(f"result.head.{name}", lang) for name in names]


def in_per_cent(share: float, lang: str = SPOKEN) -> str:
    """A share as a number of per cent, without the sign."""
    return setting(100 * share, lang)
