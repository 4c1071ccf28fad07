"""Curiosity: who looks around, who tries a rival, and who comes back (C60-C72, C140)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import CURIOSITY, LOYALTY, REPEAT_DEAL
from cjsim.measures.groups import Groups, Numbers, by_group, groups, ratio
from cjsim.measures.visits import THE_STAGES, need_run, next_entry
from cjsim.model.events import Event

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record


def curiosity(run: Record, by: str | None = None) -> pd.DataFrame:
    """What curiosity does: one row per group.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    by : "segment", "motive" or "adopter", for a row per part of the market; all people when not
        given.

    Columns
    -------
    entries : entries into the stage of curiosity.
    trials : a rival tried out of curiosity.
    returns : of them, those after which the customer went on with us.
    return_rate : returns / trials, 0..1.
    bypass_rate : of the repeat deals after which the customer stayed with us, the share that led
        on without curiosity (to the next deal or to loyalty), 0..1.
    shelf_trials : a rival tried because our shelf was empty; not among `trials`.

    Raises ValueError for an unknown `by`, with the nearest spelling.

    >>> from cjsim import simulate
    >>> table = curiosity(simulate("yogurt", people=100))
    >>> table.loc["all", ["entries", "trials", "returns", "return_rate"]].round(2).to_dict()
    {'entries': 27.0, 'trials': 14.0, 'returns': 8.0, 'return_rate': 0.57}
    """
    parts = groups(run, by)
    return by_group(curiosity_columns(run, parts), parts)


def curiosity_columns(run: Record, parts: Groups) -> dict[str, Numbers]:
    """The columns of `curiosity`, one number per group."""
    need_run(run, THE_STAGES)
    rows = run.events.rows
    event, stage, person = rows["event"], rows["stage"], rows["person"]
    entered = (event == Event.ENTER) & (stage == CURIOSITY)
    trial_rows = np.flatnonzero((event == Event.TRIAL) & (stage == CURIOSITY))
    at_empty_shelf = (event == Event.TRIAL) & (stage == REPEAT_DEAL)
    returning_rows = trial_rows[next_entry(run, trial_rows) == REPEAT_DEAL]

    deal_rows = np.flatnonzero(event == Event.REPEAT_DEAL)
    onward = next_entry(run, deal_rows)  # satisfaction, for who has come back: not looked at here
    stayed = deal_rows[(onward >= REPEAT_DEAL) & (onward <= LOYALTY)]
    wondered = deal_rows[onward == CURIOSITY]
    trials = parts.count(person[trial_rows])
    returns = parts.count(person[returning_rows])
    return {
        "entries": parts.count(person[entered]),
        "trials": trials,
        "returns": returns,
        "return_rate": ratio(returns, trials),
        "bypass_rate": 1.0 - ratio(parts.count(person[wondered]), parts.count(person[stayed])),
        "shelf_trials": parts.count(person[at_empty_shelf]),
    }
