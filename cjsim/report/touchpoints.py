"""The truth about touchpoints in words and files: what `cjsim touchpoints` prints and writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cjsim.charts.touchpoints import touchpoints as draw
from cjsim.experiment.coalitions import TouchpointTruth
from cjsim.experiment.result import with_interval
from cjsim.files import all_together
from cjsim.labels import text
from cjsim.labels.numbers import number
from cjsim.measures.summary import in_words
from cjsim.report.columns import aligned


def said(truth: TouchpointTruth, measure: str, lang: str, as_json: bool) -> str | dict[str, Any]:
    """What each touchpoint brings of a measure, as a table or as plain data; the best on top."""
    shares = truth.shapley().loc[measure]
    closing = truth.incremental().loc[measure]
    returns = truth.returns()
    order = shares["difference"].sort_values(ascending=False, kind="stable").index
    if as_json:
        tables = {"share": shares, "closing": closing, "returns": returns}
        return {
            "measure": measure,
            "people": truth.people,
            "seeds": list(truth.seeds),
            "orders": None if truth.orders is None else int(truth.orders.shape[1]),
            "total": json.loads(truth.total().loc[measure].to_json()),
            "touchpoints": {
                name: {key: json.loads(table.loc[name].to_json()) for key, table in tables.items()}
                for name in order
            },
        }
    heads = [text(f"touchpoints.{head}", lang) for head in ("touchpoint", "share", "closing")]
    rows = [[*heads, text("touchpoints.back", lang)]]
    for name in order:
        rows.append([
            str(name),
            *(
                with_interval(row[column], row["low"], row["high"], lang, signed, typed=True)
                for row, column, signed in (
                    (shares.loc[name], "difference", True),
                    (closing.loc[name], "difference", True),
                    (returns.loc[name], "back", False),
                )
            ),
        ])  # fmt: skip
    head = text("touchpoints.head", lang).format(
        measure=in_words(measure, truth.scenario.money, lang),
        people=number(truth.people, lang), runs=number(len(truth.seeds), lang),
    )  # fmt: skip
    notes = [text("touchpoints.note", lang), truth.drawn(lang)]
    return "\n".join([head, "", *aligned(rows), "", *filter(None, notes)])


def keep(truth: TouchpointTruth, measure: str, folder: Path, lang: str) -> None:
    """The picture and all tables, with the scenario that ran."""
    with all_together(folder) as draft:
        picture = draw(truth, lang, measure=measure)
        for ending in ("svg", "png", "csv"):
            picture.save(draft / f"touchpoints.{ending}")
        truth.save(draft)
