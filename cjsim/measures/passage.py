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

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    lens : name of the map of stages, of `cjsim.journey.LENSES`: "twelve" are our own, "aida" four.
    by : "segment", "motive" or "adopter", for a table per part of the market, its name as outer
        index; all people when not given.

    Columns
    -------
    visits : visits whose beginning was seen (after a burn-in, not those under way on day 0).
    completed : of them, those over by the horizon, and not cut short by leaving for good.
    mean_days : mean of the completed [days]. Long visits are more often open, so where many are
        open this is too short.
    median_days : Kaplan-Meier median [days], which respects those open or cut short; NaN where
        fewer than half are seen to end.

    Raises ValueError for an unknown `lens` or `by`, with the nearest spelling.

    >>> from cjsim import simulate
    >>> table = time_in_stage(simulate("phone", people=50))
    >>> table["median_days"][["study", "action"]].round(1).to_dict()
    {'study': 3.2, 'action': 4.4}
    """
    all_visits = visits(run, lens)
    parts = groups(run, by)
    steps = len(all_visits.lens.steps)
    cell = parts.of[all_visits.person] * steps + all_visits.step
    cells = len(parts) * steps
    is_over = all_visits.whole & all_visits.over
    completed = np.bincount(cell[is_over], minlength=cells)
    total_days = np.bincount(cell[is_over], all_visits.days[is_over], cells)
    median_days = [
        kaplan_meier(all_visits.days[in_cell], all_visits.over[in_cell]).median
        for in_cell in (all_visits.whole & (cell == c) for c in range(cells))
    ]
    columns = {
        "visits": np.bincount(cell[all_visits.whole], minlength=cells),
        "completed": completed,
        "mean_days": ratio(total_days, completed),
        "median_days": np.array(median_days),
    }
    return by_step(columns, parts, all_visits.lens)


def conversion(
    run: Record, lens: str = "twelve", by: str | None = None, share: bool = False
) -> pd.DataFrame:
    """From which step (rows) visits lead to which (columns); `open`: not over at the horizon.

    Counts of visits; with `share`, each row's shares of its visits, 0..1.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    lens : name of the map of stages, of `cjsim.journey.LENSES`: "twelve" are our own, "aida" four.
    by : "segment", "motive" or "adopter", for a table per part of the market, its name as outer
        index; all people when not given.
    share : shares of the row, or numbers of visits?

    Raises ValueError for an unknown `lens` or `by`, with the nearest spelling.

    >>> from cjsim import simulate
    >>> table = conversion(simulate("phone", people=50), share=True)
    >>> table.loc["study", ["comparison", "action", "with_rival"]].round(2).to_dict()
    {'comparison': 0.08, 'action': 0.37, 'with_rival': 0.42}
    """
    import pandas as pd

    all_visits = visits(run, lens)
    parts = groups(run, by)
    steps = len(all_visits.lens.steps)
    step_or_open = np.append(step_of(all_visits.lens), steps)
    to = step_or_open[np.where(all_visits.open, len(STAGES), all_visits.to)]
    cell = all_visits.step * (steps + 1) + to
    flat = parts.table(all_visits.person, cell, steps * (steps + 1))
    counts = flat.reshape(len(parts), steps, steps + 1)
    values = ratio(counts, np.broadcast_to(counts.sum(2, keepdims=True), counts.shape))
    names = [*all_visits.lens.steps, "open"]
    cells = {name: (values if share else counts)[:, :, i] for i, name in enumerate(names)}
    frame = by_step(cells, parts, all_visits.lens)
    frame.columns = pd.CategoricalIndex(names, categories=names, ordered=True, name="to")
    return frame
