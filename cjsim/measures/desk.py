"""The sales desk: how long buyers wait for a rep, and who does not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import GONE
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number
from cjsim.measures.groups import Groups, Numbers, by_group, groups, ratio
from cjsim.measures.log import Log
from cjsim.measures.visits import by_person, final_stage
from cjsim.model import parameters
from cjsim.model.events import Event
from cjsim.scenario import Scenario
from cjsim.scenario.words import strategy_title

CROWDED = 0.02
"""Share of buyers lost in the queue from which on a sample says so."""

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record


def desk(run: Record | Log, by: str | None = None) -> pd.DataFrame:
    """Buyers at the sales desk: one row per group. Contacts that need a rep are not among them.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`; or a `Log`, see `Log.of`.
    by : "segment", "motive" or "adopter", for a row per part of the market; all people when not
        given, and always of a `Log`.

    Columns
    -------
    queued : buyers who asked for a rep.
    served, lost : they got one, or ran out of patience and went to the rival. After a burn-in,
        buyers who were in the queue on day 0 are among these and not among the queued.
    waiting : in the queue at the horizon. Who left the category for good out of the queue is
        among the queued only.
    wait_days : mean wait of those who queued and were served or lost [days of the market's desk:
        that of a sample is slower, see `parameters.desk_of`; of a `Log` as it stands there].
    wait_days_served : the same for those served.
    waited : share of them who had to wait at all, 0..1.

    Raises ValueError for an unknown `by`, with the nearest spelling.

    >>> from cjsim import simulate
    >>> table = desk(simulate("phone", people=50))
    >>> table.loc["all", ["queued", "served", "lost", "wait_days"]].round(2).to_dict()
    {'queued': 58.0, 'served': 57.0, 'lost': 1.0, 'wait_days': 0.02}
    """
    parts = groups(run, by)
    return by_group(desk_columns(run, parts), parts)


def desk_columns(run: Record | Log, parts: Groups) -> dict[str, Numbers]:
    """The columns of `desk`, one number per group."""
    rows = run.events.rows
    rows = rows[(rows["event"] >= Event.QUEUE) & (rows["event"] <= Event.RENEGED)]
    rows = rows[by_person(rows["person"])]
    event, person, time = rows["event"], rows["person"], rows["time"]
    joined = event == Event.QUEUE
    goes_on = np.append(person[1:] == person[:-1], False)[: len(rows)]
    over = joined & goes_on  # a person's next row tells how the wait ended
    stretch = 1.0 if isinstance(run, Log) else parameters.desk_of(run.scenario, len(run))[1]
    wait = np.where(over, np.roll(time, -1) - time, 0.0) / stretch
    served = over & (np.roll(event, -1) == Event.SERVED)
    waits_over = parts.count(person[over])
    return {
        "queued": parts.count(person[joined]),
        "served": parts.count(person[event == Event.SERVED]),
        "lost": parts.count(person[event == Event.RENEGED]),
        "waiting": parts.count(person[joined & ~over & (final_stage(run)[person] != GONE)]),
        "wait_days": ratio(parts.total(person, wait), waits_over),
        "wait_days_served": ratio(
            parts.total(person[served], wait[served]), parts.count(person[served])
        ),
        "waited": ratio(parts.count(person[wait > 0]), waits_over),
    }


def crowded(
    scenario: Scenario,
    people: int,
    lost: float,
    deals: float,
    lang: str = SPOKEN,
    name: str = "",
) -> str:
    """A sentence where a sample's queue is so long that its slower clock may matter.

    Parameters
    ----------
    scenario, people : what was run, and on how many.
    lost : buyers lost in the queue, in a run or on average.
    deals : those that a rep made.
    name : what the scenario is called; as its strategy when not given.

    Returns "" for a market in full, and where fewer than `CROWDED` are lost.

    >>> crowded(Scenario(), 50, 10.0, 90.0)
    ''
    """
    reps, stretch = parameters.desk_of(scenario, people)
    in_full = people == scenario.market.people or reps == parameters.ENDLESS
    if in_full or not lost >= CROWDED * (lost + deals) > 0:
        return ""
    return text("result.crowded", lang).format(
        name=name or strategy_title(scenario, scenario.strategy, lang), people=number(people, lang),
        market=number(scenario.market.people, lang), slow=number(stretch, lang, 1),
        lost=number(100 * lost / (lost + deals), lang, 0),
    )  # fmt: skip
