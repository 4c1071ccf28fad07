"""The fitted scenario as a file that says of each fitted number where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cjsim.labels import text
from cjsim.labels.numbers import number, short
from cjsim.scenario import Scenario
from cjsim.scenario.scenario import to_toml
from cjsim.scenario.toml import lines_of

if TYPE_CHECKING:
    import pandas as pd


def known(by: str, lang: str) -> str:
    """What a key is known by, in words."""
    return text(f"fit.known.{by.replace(' ', '_')}", lang)


def scenario_file(scenario: Scenario, table: pd.DataFrame, days: float, lang: str) -> str:
    """A scenario as a file, with a note on the line of each key that was free.

    Parameters
    ----------
    table : as `Fit.table` gives it.
    days : of the log, up to which was fitted.
    """
    file = to_toml(scenario)
    lines, places = file.splitlines(), lines_of(file)
    for key, row in table.iterrows():
        path = scenario.key(str(key)).path
        line = next(places[path[:n]] for n in range(len(path), 0, -1) if path[:n] in places)
        note = text("fit.source_open", lang)
        if row["known_by"] != "not identified":
            ends = {name: short(row[name], "en") for name in ("low", "high")}
            note = text("fit.source", lang).format(**ends, known=known(row["known_by"], lang))
        sign = "; " if "  # " in lines[line - 1] else "  # "
        lines[line - 1] += f"{sign}{path[-1]}: {note}"
    head = text("fit.file_head", lang).format(days=number(days, lang))
    return "\n".join([head, *lines[1:], ""])
