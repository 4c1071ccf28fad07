"""Service: what goes wrong at deals, who complains, what is made good, who warns others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cjsim.measures.groups import Groups, Numbers, by_group, groups, ratio
from cjsim.measures.log import Log
from cjsim.model.events import Event

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record


def service(run: Record | Log, by: str | None = None) -> pd.DataFrame:
    """What goes wrong at our deals and what comes of it: one row per group.

    Firms do not see failures of which nobody complains, nor who is warned: missing of a `Log` that
    has none.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`; or a `Log`, see `Log.of`.
    by : "segment", "motive" or "adopter", for a row per part of the market; all people when not
        given, and always of a `Log`.

    Columns
    -------
    failures : deals at which something went wrong.
    failure_share : of all our deals, 0..1.
    complaints : failures that the firm was told of.
    recovered : complaints made good.
    recovery_cost : what that cost [money]; it stands in `money` under contact_cost.
    warned : acquaintances warned by the disappointed of the group.
    new_managers : deals at which a customer found another account manager.

    Raises ValueError for an unknown `by`, with the nearest spelling.

    >>> from cjsim import Scenario, simulate
    >>> careless = Scenario.load("phone").with_changes({"service.failure_rate": 0.3})
    >>> table = service(simulate(careless, people=50)).round(2)
    >>> table.loc["all", ["failures", "failure_share", "complaints", "recovered"]].to_dict()
    {'failures': 11.0, 'failure_share': 0.29, 'complaints': 4.0, 'recovered': 3.0}
    """
    parts = groups(run, by)
    return by_group(service_columns(run, parts), parts)


def service_columns(run: Record | Log, parts: Groups) -> dict[str, Numbers]:
    """The columns of `service`, one number per group."""
    rows = run.events.rows
    event, person = rows["event"], rows["person"]

    def count(*kinds: Event) -> Numbers:
        return parts.count(person[np.isin(event, kinds)])

    def hidden(kind: Event) -> Numbers:
        unseen = isinstance(run, Log) and not run.has(kind)
        return np.full(len(parts), np.nan) if unseen else count(kind)

    made_good = event == Event.RECOVERED
    failures = hidden(Event.FAILURE)
    return {
        "failures": failures,
        "failure_share": ratio(failures, count(Event.FIRST_DEAL, Event.REPEAT_DEAL)),
        "complaints": count(Event.COMPLAINT),
        "recovered": count(Event.RECOVERED),
        "recovery_cost": parts.total(person[made_good], 0.0 - rows["amount"][made_good]),
        "warned": hidden(Event.BAD_WORD),
        "new_managers": count(Event.NEW_MANAGER),
    }
