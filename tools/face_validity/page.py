"""The page, written from the numbers that are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cjsim.labels.numbers import short
from tools.face_validity.contest import MEASURES, STRATEGIES, Bout, wins
from tools.face_validity.gates import GATES, Gate
from tools.face_validity.market import SEED, Cell, Range
from tools.face_validity.store import PRESETS, Notes, Table

HEAD = f"""\
# Face validity

Does each preset behave as published markets do? Every number here is measured on **held-out
worlds**, those of seed {SEED}: nobody may tune a value on them. A preset runs at its own size, in 8
worlds or, if it is small, in more (up to 40, for 16,000 people in all). The interval is that of
luck, 95 % over worlds (jackknife). An *established* firm has lived through the preset's burn-in;
where a preset has none, through half its horizon.

A value outside its range is **bold** and has its reason below the table. A range is no proof: a
preset inside all of them may still be wrong about your product, and one outside may be right.
Grades ([S], [S2], [M], [R]) are those of [evidence](evidence.md).

This page is written by `python -m tools.face_validity` from `docs/face-validity.json`; a test
compares."""


def page(table: Table, said: Notes) -> str:
    """The whole page as Markdown."""
    blocks = [HEAD, "## At a glance", _glance(table.cells)]
    for gate in GATES:
        cells = [cell for cell in table.cells if cell.gate == gate.key]
        if cells:
            blocks += _section(gate, cells, said)
    if table.bouts:
        blocks += _contest(table.bouts)
    return "\n\n".join(blocks) + "\n"


def _glance(cells: Sequence[Cell]) -> str:
    """How many cells lie inside, by preset and gate."""
    rows = []
    for preset in PRESETS:
        row = [f"`{preset}`"]
        for gate in GATES:
            known = [c.inside for c in cells if c.of == (gate.key, preset) and c.inside is not None]
            shown = f"{sum(known)} of {len(known)}" if known else "–"
            row.append(f"**{shown}**" if not all(known) else shown)
        rows.append(row)
    return _table(["cells inside", *(f"{gate.key}" for gate in GATES)], rows)


def _section(gate: Gate, cells: Sequence[Cell], said: Notes) -> list[str]:
    blocks = [f"## {gate.title}", gate.how, f"Published: {gate.published}", _pivot(cells)]
    reasons: dict[str, list[str]] = {}
    for preset in PRESETS:
        if any(cell.inside is False for cell in cells if cell.preset == preset):
            reason = said.reason(gate.key, preset) or "no reason yet."
            reasons.setdefault(reason, []).append(f"`{preset}`")
    lines = [f"- {', '.join(presets)}: {reason}" for reason, presets in reasons.items()]
    return [*blocks, "Outside, because", "\n".join(lines)] if lines else blocks


def _pivot(cells: Sequence[Cell]) -> str:
    """Presets against details; the longer one goes down."""
    details = list(dict.fromkeys(cell.detail for cell in cells))
    whose = list(dict.fromkeys((cell.preset, cell.strategy) for cell in cells))
    by = {(cell.preset, cell.strategy, cell.detail): cell for cell in cells}
    spans = {detail: {_span(c) for c in cells if c.detail == detail} for detail in details}
    heads = {
        d: d if len(s) > 1 else f"{d} {_range(next(iter(s)))}".strip() for d, s in spans.items()
    }
    if len(details) > len(whose):
        rows = [
            [heads[d], *(_shown(by.get((*who, d)), len(spans[d]) > 1) for who in whose)]
            for d in details
        ]
        return _table(["", *(f"`{preset}`" for preset, _ in whose)], rows)
    rows = [
        [f"`{who[0]}` {who[1]}", *(_shown(by.get((*who, d)), len(spans[d]) > 1) for d in details)]
        for who in whose
    ]
    return _table(["", *heads.values()], rows)


def _span(cell: Cell) -> Range:
    return cell.least, cell.most


def _range(span: Range) -> str:
    """A range in brackets, nothing where there is none."""
    if span == (None, None):
        return ""
    return f"[{', '.join('–' if end is None else short(end, 'en') for end in span)}]"


def _shown(cell: Cell | None, with_range: bool) -> str:
    """A value with its interval, bold where it lies outside."""
    if cell is None:
        return "–"
    words = f"{short(cell.value, 'en')} ({short(cell.low, 'en')} to {short(cell.high, 'en')})"
    words = f"**{words}**" if cell.inside is False else words
    return f"{words} {_range(_span(cell))}".strip() if with_range else words


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


# --- the contest ----------------------------------------------------------------------------------


def _contest(bouts: Sequence[Bout]) -> list[str]:
    """Who is ahead: in all, by measure, and then by product."""
    total = len(bouts)
    alone = wins(bouts)
    sentence = ", ".join(f"`{s}` in {alone[s]}" for s in STRATEGIES)
    none = [f"`{s}`" for s in STRATEGIES if not alone[s]]
    blocks = [
        "## The contest",
        "Who is ahead on which measure, for which product, at the preset's accuracy and at .45, at"
        " the preset's rhythm and at a quarter of its days. Ahead are the best and those not"
        " clearly behind (paired over worlds, 95 %). One bout is one measure of one product at one"
        " accuracy and rhythm.",
        f"Of {total} bouts, alone ahead: {sentence}. Nobody wins everywhere"
        + (f"; never alone ahead: {', '.join(none)}." if none else ", and each wins somewhere."),
        _by_measure(bouts),
    ]
    for preset in PRESETS:
        own = [bout for bout in bouts if bout.preset == preset]
        if own:
            blocks += [f"### `{preset}`", _by_setting(own)]
    return blocks


def _by_measure(bouts: Sequence[Bout]) -> str:
    rows = []
    for measure, (sign, words) in MEASURES.items():
        own = [bout for bout in bouts if bout.measure == measure]
        alone = wins(own)
        tied = len(own) - sum(alone.values())
        name = f"{words}, {'much' if sign > 0 else 'little'} is good"
        rows.append([name, *(str(alone[s]) for s in STRATEGIES), str(tied)])
    return _table(["alone ahead", *STRATEGIES, "undecided"], rows)


def _by_setting(bouts: Sequence[Bout]) -> str:
    settings = list(dict.fromkeys((bout.accuracy, bout.every_days) for bout in bouts))
    by = {(bout.measure, bout.accuracy, bout.every_days): bout for bout in bouts}
    heads = [f"accuracy {short(a, 'en')}, every {short(d, 'en')} d" for a, d in settings]
    rows = [
        [MEASURES[measure][1], *(_winner(by[measure, a, d]) for a, d in settings)]
        for measure in MEASURES
    ]
    return _table(["", *heads], rows)


def _winner(bout: Bout) -> str:
    """Who is ahead, with their numbers."""
    return ", ".join(f"{s} {short(bout.values[s], 'en')}" for s in bout.ahead)
