"""Attribution in words and files: what `cjsim attribute` prints and writes."""

from __future__ import annotations

from pathlib import Path

from cjsim.charts.attribution import attribution as draw
from cjsim.experiment.coalitions import TouchpointTruth
from cjsim.files import all_together
from cjsim.labels import text
from cjsim.labels.numbers import number
from cjsim.log import save
from cjsim.observe.attribution import Attribution, method_word, true_deals
from cjsim.report.columns import aligned


def said(result: Attribution, truth: TouchpointTruth | None, lang: str) -> str:
    """Credits as a table, methods across; the truth beside them and how far they are from it."""
    true = None if truth is None else true_deals(truth)
    heads = [text("touchpoints.touchpoint", lang)]
    heads += [method_word(str(method), lang) for method in result.table]
    if true is not None:
        heads.append(text("attribution.deals_true", lang))
    index = result.table.index if true is None else result.table.index.union(true.index, sort=False)
    rows = []
    for name, credit in result.table.reindex(index).fillna(0.0).iterrows():
        cells = [str(name), *(number(value, lang, 1) for value in credit)]
        if true is not None:
            cells.append(number(true.get(name, 0.0), lang, 1))
        rows.append(cells)
    lines = [text("attribution.head", lang), "", *aligned([heads, *rows]), "", result.says(lang)]
    if truth is not None:
        lines += ["", *_judged(result, truth, lang)]
    return "\n".join(lines)


def _judged(result: Attribution, truth: TouchpointTruth, lang: str) -> list[str]:
    """How far each method is from the truth, as lines."""
    heads = [text(f"attribution.{name}", lang) for name in
             ("way", "credited", "true", "off", "wrong", "rank")]  # fmt: skip
    rows = [
        [
            method_word(str(method), lang),
            *(number(row[name], lang, 1) for name in ("credited", "true", "off")),
            number(100 * row["wrong"], lang, 0), number(row["rank"], lang, 2),
        ]
        for method, row in result.against(truth).iterrows()
    ]  # fmt: skip
    head = text("attribution.judged", lang).format(
        people=number(truth.people, lang), runs=number(len(truth.seeds), lang)
    )
    return [head, "", *aligned([heads, *rows])]


def keep(result: Attribution, truth: TouchpointTruth | None, folder: Path, lang: str) -> None:
    """The picture and the tables; with a truth, that and the verdict too."""
    with all_together(folder) as draft:
        picture = draw(result, lang, truth=truth)
        for ending in ("svg", "png"):
            picture.save(draft / f"attribution.{ending}")
        result.save(draft)
        if truth is not None:
            save(result.against(truth).reset_index(), draft / "judged.csv")
            truth.save(draft)
