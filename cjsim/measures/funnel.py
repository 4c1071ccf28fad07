"""The funnel: how many people get how far, and where they are lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import (
    AWAY,
    COMPARISON,
    FIRST_DEAL,
    STAGES,
    TWELVE,
    Lens,
    Stage,
    lens_named,
)
from cjsim.measures.groups import Flags, Floats, Ints, by_step, groups, ratio
from cjsim.measures.visits import visits

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record
    from cjsim.scenario import Scenario


def funnel(run: Record, lens: str = "twelve", by: str | None = None) -> pd.DataFrame:
    """How far people get: one row per step of the lens (and group).

    Columns
    -------
    people : who stood on the step at least once; those there on day 0 are counted.
    share : of all people (of the group), 0..1.
    visits : = passed + lost + open. See `Visits` for what a coarser lens counts as one visit.
    passed : visits that ended on another step of the journey (or with the next deal, 9 → 9);
        for the steps away from us, people who came back.
    lost : visits that ended with a rival or asleep.
    open : visits not over at the horizon. They are not lost.
    actual_loss : lost / (lost + passed), 0..1; NaN on the steps away from us. On the last step of
        a coarse lens nothing is left to pass to, and it is 1.
    planned_loss : what the scenario plans for a neutral person (`planned_loss`).
    """
    seen = visits(run, lens)
    parts = groups(run, by)
    steps = len(seen.lens.steps)
    ever = np.unique(seen.person * steps + seen.step)
    people = parts.table(ever // steps, ever % steps, steps)

    def count(which: Flags) -> Ints:
        return parts.table(seen.person[which], seen.step[which], steps)

    lost, still = count(seen.lost), count(seen.open)
    passed = count(~seen.lost & ~seen.open)
    away = [bool(here) and set(here) <= set(AWAY) for here in _stages_on(seen.lens)]
    columns = {
        "people": people,
        "share": ratio(people, np.broadcast_to(parts.sizes[:, None], people.shape)),
        "visits": passed + lost + still,
        "passed": passed,
        "lost": lost,
        "open": still,
        "actual_loss": np.where(away, np.nan, ratio(lost, lost + passed)),
        "planned_loss": np.tile(planned_loss(run.scenario, seen.lens), (len(parts), 1)),
    }
    return by_step(columns, parts, seen.lens)


def planned_loss(scenario: Scenario, lens: Lens | str = "twelve") -> Floats:
    """The share of neutral people whom the firm plans to lose on each step of a lens.

    Over several stages up to the deal the plan is 1 - Π(1 - p), with comparison weighed by the
    share of people who take it (mean rationality). NaN where there is no plan: outside the
    journey, and on a step that holds several stages of the later life, which people circle in.
    At curiosity the plan is the share who try a rival; some of them come back.
    """
    seen = lens_named(lens) if isinstance(lens, str) else lens
    plan = np.full(len(seen.steps), np.nan)
    for step, stages in enumerate(_stages_on(seen)):
        several = len(stages) > 1
        if not set(stages) <= set(TWELVE) or (several and max(stages) > FIRST_DEAL):
            continue
        kept = 1.0
        for stage in stages:
            skipped = several and stage == COMPARISON
            taken = scenario.market.rationality_mean if skipped else 1.0
            kept *= 1.0 - taken * scenario.plan(stage).planned_loss
        plan[step] = 1.0 - kept if stages else np.nan
    return plan


def _stages_on(lens: Lens) -> list[list[Stage]]:
    """For each step of a lens the stages on it."""
    return [[s for s in STAGES if lens.of[s] == step] for step in range(len(lens.steps))]
