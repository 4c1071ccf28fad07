"""An experiment of a firm in words and files: what `cjsim ab-test` prints and writes."""

from __future__ import annotations

from pathlib import Path

from cjsim.charts.ab_test import ab_test as draw
from cjsim.experiment.ab_test import ABTest
from cjsim.files import all_together
from cjsim.report.columns import aligned


def said(result: ABTest, lang: str) -> str:
    """The finding, and a table of what it rests upon."""
    heads, rows = result._grid(lang)
    return "\n".join([result.says(lang), "", *aligned([list(heads), *map(list, rows)])])


def keep(result: ABTest, folder: Path, lang: str) -> None:
    """The picture, the tables and the scenarios, all or none."""
    with all_together(folder) as draft:
        result.save(draft)
        picture = draw(result, lang)
        for ending in ("svg", "png"):
            picture.save(draft / f"ab-test.{ending}")
