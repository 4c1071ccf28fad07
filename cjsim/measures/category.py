"""The category: our deals among all that people make, and the customers who went elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import DORMANT, GONE, WITH_RIVAL
from cjsim.log import first_bought
from cjsim.measures.groups import Flags, Groups, Numbers, by_group, groups, ratio
from cjsim.measures.visits import THE_STAGES, final_stage, need_run
from cjsim.model.events import Event

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record


def share_of_category(run: Record, by: str | None = None) -> pd.DataFrame:
    """Our deals among all deals people make: one row per group.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    by : "segment", "motive" or "adopter", for a row per part of the market; all people when not
        given.

    Columns: our_deals, rival_deals (a curious trial is one), share = ours / both, 0..1.

    Raises ValueError for an unknown `by`, with the nearest spelling.

    >>> from cjsim import simulate
    >>> share_of_category(simulate("phone", people=50)).round(2).loc["all"].to_dict()
    {'our_deals': 57.0, 'rival_deals': 129.0, 'share': 0.31}
    """
    parts = groups(run, by)
    return by_group(category_columns(run, parts), parts)


def category_columns(run: Record, parts: Groups) -> dict[str, Numbers]:
    """The columns of `share_of_category`, one number per group."""
    need_run(run, "what people buy elsewhere")
    rows = run.events.rows
    is_our_deal = (rows["event"] == Event.FIRST_DEAL) | (rows["event"] == Event.REPEAT_DEAL)
    our_deals = parts.count(rows["person"][is_our_deal])
    rival_deals = parts.count(rows["person"][rows["event"] == Event.RIVAL_DEAL])
    share = ratio(our_deals, our_deals + rival_deals)
    return {"our_deals": our_deals, "rival_deals": rival_deals, "share": share}


def churn(run: Record, by: str | None = None) -> pd.DataFrame:
    """Who has bought from us and is with a rival or asleep at the horizon: one row per group.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    by : "segment", "motive" or "adopter", for a row per part of the market; all people when not
        given.

    Columns: bought (people who are still in the category), away (of them, at the horizon), churn =
    away / bought, 0..1; gone (who bought and then left the category for good: lost to nobody, and
    not among the bought).
    Bought: a deal in the log, or at stages 8-12 on day 0. A customer from before day 0 who was
    away then and never came back leaves no trace and is not counted.

    Raises ValueError for an unknown `by`, with the nearest spelling.

    >>> from cjsim import simulate
    >>> table = churn(simulate("phone", people=50))
    >>> table.round(2).loc["all"].to_dict()  # 8 of 18 went elsewhere
    {'bought': 18.0, 'away': 8.0, 'churn': 0.44, 'gone': 6.0}
    """
    parts = groups(run, by)
    return by_group(churn_columns(run, parts), parts)


def churn_columns(run: Record, parts: Groups) -> dict[str, Numbers]:
    """The columns of `churn`, one number per group."""
    need_run(run, THE_STAGES)
    bought, last = ever_bought(run), final_stage(run)
    still_here = parts.count(np.flatnonzero(bought & (last != GONE)))
    away = parts.count(np.flatnonzero(bought & ((last == WITH_RIVAL) | (last == DORMANT))))
    gone = parts.count(np.flatnonzero(bought & (last == GONE)))
    return {"bought": still_here, "away": away, "churn": ratio(away, still_here), "gone": gone}


def ever_bought(run: Record) -> Flags:
    """For each person, whether the log shows that they have bought from us."""
    return np.asarray(first_bought(run.events.rows, run.lives) < len(run.events))
