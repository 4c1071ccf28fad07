"""The funnel: how many people get how far, and where they are lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import (
    AWAY,
    COMPARISON,
    FIRST_DEAL,
    SATISFACTION,
    STAGES,
    TWELVE,
    Lens,
    Stage,
    lens_named,
)
from cjsim.measures.groups import Flags, Floats, Ints, by_step, groups, ratio
from cjsim.measures.visits import seen, visits

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record
    from cjsim.scenario import Scenario


COUNTS = ("people", "visits", "passed", "lost", "failed", "gone", "open", "deals")
"""The columns of a funnel that add up over runs."""


def funnel(run: Record, lens: str = "twelve", by: str | None = None) -> pd.DataFrame:
    """How far people get: one row per step of the lens (and group).

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    lens : name of the map of stages, of `cjsim.journey.LENSES`: "twelve" are our own, "aida" four.
    by : "segment", "motive" or "adopter", for a table per part of the market, its name as outer
        index; all people when not given.

    Columns
    -------
    people : who stood on the step at least once; those there on day 0 are counted.
    share : of all people seen (of the group), 0..1.
    visits : = passed + lost + failed + gone + open. See `Visits` for what a coarser lens counts as
        one visit.
    passed : visits that ended on another step of the journey (or with the next deal, 9 → 9);
        for the steps away from us, people who came back.
    lost : visits that ended with a rival or asleep, but for the next.
    failed : visits that ended with a repeat deal, and at the gate right after it with a rival. A
        step that spans several stages does not see the gate: there they are among the lost.
    gone : visits cut short, as the person left the category for good. They are not lost.
    open : visits not over at the horizon. They are not lost.
    actual_loss : lost / (lost + failed + passed), 0..1; NaN on the steps away from us. Whoever
        fails the gate had come to the next need, so at stage 9 it is the share of silent lapses,
        which is what the plan speaks of. On the last step of a coarse lens nothing is left to
        pass to, and it is 1.
    planned_loss : what the scenario plans for a neutral person (`planned_loss`).
    deals : visits that ended with a repeat deal, failed or not.
    gate_loss : the gate after a repeat deal, a door of its own: failed / deals, 0..1; NaN without
        deals. The gate after the first deal is the loss at satisfaction.

    Raises ValueError for an unknown `lens` or `by`, with the nearest spelling.

    >>> from cjsim import simulate
    >>> table = funnel(simulate("phone", people=50))
    >>> table.loc["study", ["visits", "passed", "lost", "actual_loss", "planned_loss"]].round(2)
    visits          59.00
    passed          27.00
    lost            32.00
    actual_loss      0.54
    planned_loss     0.15
    Name: study, dtype: float64
    >>> len(funnel(simulate("phone", people=50), lens="aida"))
    6
    """
    all_visits = visits(run, lens)
    parts = groups(run, by)
    steps = len(all_visits.lens.steps)
    person_step = np.unique(all_visits.person * steps + all_visits.step)
    people = parts.table(person_step // steps, person_step % steps, steps)

    def count_of(which: Flags) -> Ints:
        return parts.table(all_visits.person[which], all_visits.step[which], steps)

    lost, failed = count_of(all_visits.lost), count_of(all_visits.failed)
    deals = count_of(all_visits.deal)
    gone, still_open = count_of(all_visits.gone), count_of(all_visits.open)
    passed = count_of(all_visits.over & ~all_visits.lost & ~all_visits.failed)
    lives = parts.count(np.flatnonzero(seen(run)))
    away = [bool(stages) and set(stages) <= set(AWAY) for stages in _stages_on(all_visits.lens)]
    columns = {
        "people": people,
        "share": ratio(people, np.broadcast_to(lives[:, None], people.shape)),
        "visits": passed + lost + failed + gone + still_open,
        "passed": passed,
        "lost": lost,
        "failed": failed,
        "gone": gone,
        "open": still_open,
        "actual_loss": np.where(away, np.nan, ratio(lost, lost + failed + passed)),
        "planned_loss": np.tile(planned_loss(run.scenario, all_visits.lens), (len(parts), 1)),
        "deals": deals,
        "gate_loss": ratio(failed, deals),
    }
    return by_step(columns, parts, all_visits.lens)


def planned_loss(scenario: Scenario, lens: Lens | str = "twelve") -> Floats:
    """The share, of people whom no contact reaches, that is planned to be lost on each step.

    Over several stages up to the deal the plan is 1 - Π(1 - p), with comparison weighed by the
    share of people who take it (mean rationality). NaN where there is no plan: outside the
    journey, at the gate (satisfaction decides), and on a step that holds several stages of the
    later life, which people circle in.
    At curiosity the plan is the share who try a rival; some of them come back.

    Parameters
    ----------
    scenario : a `Scenario`.
    lens : name of the map of stages, of `cjsim.journey.LENSES`: "twelve" are our own, "aida" four;
        or the `Lens` itself.

    Returns an array with a share, 0..1, for each step of the lens. Raises ValueError for an unknown
    lens, with the nearest spelling.

    >>> from cjsim import Scenario
    >>> planned_loss(Scenario.load("phone"), "aida").round(2).tolist()
    [nan, 0.2, 0.2, 0.46, nan, nan]
    """
    chosen_lens = lens_named(lens) if isinstance(lens, str) else lens
    plan = np.full(len(chosen_lens.steps), np.nan)
    for step, stages in enumerate(_stages_on(chosen_lens)):
        several = len(stages) > 1
        if not set(stages) <= set(TWELVE) or (several and max(stages) > FIRST_DEAL):
            continue
        if stages == [SATISFACTION]:
            continue
        share_passing = 1.0
        for stage in stages:
            skipped = several and stage == COMPARISON
            share_taking_it = scenario.market.rationality_mean if skipped else 1.0
            share_passing *= 1.0 - share_taking_it * scenario.stage_plan(stage).planned_loss
        plan[step] = 1.0 - share_passing if stages else np.nan
    return plan


def _stages_on(lens: Lens) -> list[list[Stage]]:
    """For each step of a lens the stages on it."""
    return [[s for s in STAGES if lens.of[s] == step] for step in range(len(lens.steps))]
