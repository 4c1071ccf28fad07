"""Passage: how long people stay on a step and where they go next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import STAGES
from cjsim.measures.groups import by_step, groups, ratio
from cjsim.measures.survival import kaplan_meier
from cjsim.measures.visits import step_of, visits

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record


def time_in_stage(run: Record, lens: str = "twelve", by: str | None = None) -> pd.DataFrame:
    """How long visits to each step last, whatever ends them.

    Columns
    -------
    visits : visits whose beginning was seen (after a burn-in, not those under way on day 0).
    completed : of them, those over by the horizon.
    mean_days : mean of the completed [days]. Long visits are more often open, so where many are
        open this is too short.
    median_days : Kaplan-Meier median [days], which respects the open ones; NaN where fewer than
        half are seen to end.
    """
    seen = visits(run, lens)
    parts = groups(run, by)
    steps = len(seen.lens.steps)
    cell = parts.of[seen.person] * steps + seen.step
    cells = len(parts) * steps
    done = seen.whole & ~seen.open
    completed = np.bincount(cell[done], minlength=cells)
    total = np.bincount(cell[done], seen.days[done], cells)
    median = [
        kaplan_meier(seen.days[here], ~seen.open[here]).median
        for here in (seen.whole & (cell == c) for c in range(cells))
    ]
    columns = {
        "visits": np.bincount(cell[seen.whole], minlength=cells),
        "completed": completed,
        "mean_days": ratio(total, completed),
        "median_days": np.array(median),
    }
    return by_step(columns, parts, seen.lens)


def conversion(
    run: Record, lens: str = "twelve", by: str | None = None, share: bool = False
) -> pd.DataFrame:
    """From which step (rows) visits lead to which (columns); `open`: not over at the horizon.

    Counts of visits; with `share`, each row's shares of its visits, 0..1.
    """
    import pandas as pd

    seen = visits(run, lens)
    parts = groups(run, by)
    steps = len(seen.lens.steps)
    to = np.append(step_of(seen.lens), steps)[np.where(seen.open, len(STAGES), seen.to)]
    flat = parts.table(seen.person, seen.step * (steps + 1) + to, steps * (steps + 1))
    counts = flat.reshape(len(parts), steps, steps + 1)
    values = ratio(counts, np.broadcast_to(counts.sum(2, keepdims=True), counts.shape))
    names = [*seen.lens.steps, "open"]
    cells = {name: (values if share else counts)[:, :, i] for i, name in enumerate(names)}
    frame = by_step(cells, parts, seen.lens)
    frame.columns = pd.CategoricalIndex(names, categories=names, ordered=True, name="to")
    return frame
