"""Contacts: how many, with what, how well they fit, and what they put an end to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import lens_named
from cjsim.log import SENT
from cjsim.measures.groups import (
    Floats,
    Groups,
    Numbers,
    by_group,
    groups,
    ratio,
    stacked,
    steps_index,
)
from cjsim.measures.log import Log
from cjsim.measures.visits import THE_STAGES, need, need_run, step_of
from cjsim.model.events import Event
from cjsim.model.parameters import fits
from cjsim.scenario.calendar import periods

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record


def contacts(run: Record | Log, by: str | None = None) -> pd.DataFrame:
    """Contacts with all touchpoints together: one row per group.

    Of a `Log` people are those it knows, and mismatch_rate is missing: nobody sees the stages.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`; or a `Log`, see `Log.of`.
    by : "segment", "motive" or "adopter", for a row per part of the market; all people when not
        given, and always of a `Log`.

    Columns
    -------
    contacts : contacts that took place.
    per_person : per head of the market, met or not.
    per_deal : contacts / our deals, first and repeat.
    before_first_deal : mean number of contacts that a customer won during the run had before the
        first deal.
    mismatch_rate : mean of 1 - fit at the person's true stage, 0..1.
    dropped : contacts that no rep had time for.
    known : people whose contact details were captured.
    opt_outs : people who asked for no more pushes.

    Raises ValueError for an unknown `by`, with the nearest spelling.

    >>> from cjsim import simulate
    >>> table = contacts(simulate("phone", people=50))
    >>> table.loc["all", ["contacts", "per_person", "per_deal", "before_first_deal"]].round(1)
    contacts             2234.0
    per_person             44.7
    per_deal               39.2
    before_first_deal      21.2
    Name: all, dtype: float64
    """
    need(run, "all")
    parts = groups(run, by)
    rows = run.events.rows
    columns = contact_columns(run, parts)
    first_deal_row = np.full(run.lives, -1)
    first_deals = np.flatnonzero(rows["event"] == Event.FIRST_DEAL)
    first_deal_row[rows["person"][first_deals]] = first_deals
    contact_rows = np.flatnonzero(rows["event"] == Event.CONTACT)
    met = rows["person"][contact_rows]
    met_before = met[contact_rows < first_deal_row[met]]
    known = rows["person"][rows["event"] == Event.KNOWN]
    contact_count = columns["contacts"]
    return by_group(
        {
            "contacts": contact_count,
            "per_person": ratio(contact_count, parts.sizes),
            "per_deal": columns["per_deal"],
            "before_first_deal": ratio(
                parts.count(met_before), parts.count(rows["person"][first_deals])
            ),
            "mismatch_rate": columns["mismatch_rate"],
            "dropped": columns["dropped"],
            "known": parts.count(known),
            "opt_outs": columns["opt_outs"],
        },
        parts,
    )


def contact_columns(run: Record | Log, parts: Groups) -> dict[str, Numbers]:
    """The columns of `contacts` that the summary needs, one number per group."""
    event, person = run.events["event"], run.events["person"]
    contact_count = parts.sum(run.totals.contacts)
    deals = (event == Event.FIRST_DEAL) | (event == Event.REPEAT_DEAL)
    return {
        "contacts": contact_count,
        "per_deal": ratio(contact_count, parts.count(person[deals])),
        "mismatch_rate": ratio(parts.sum(run.totals.mismatch), contact_count),
        "dropped": parts.count(person[event == Event.DROPPED]),
        "opt_outs": parts.count(person[event == Event.OPT_OUT]),
    }


def touchpoints(run: Record | Log, by: str | None = None) -> pd.DataFrame:
    """Contacts by touchpoint: one row for each that the strategy runs (within each group).

    Columns: contact (pull or push), contacts, people (met at least once), mismatch_rate (mean of
    1 - fit at the true stage, 0..1), cost (of its contacts, and of what was sent and not read
    [money]; what it costs to keep it running is in `money`), dropped, opt_outs (right after a
    contact with it).

    Of a `Log` these are the touchpoints in it; contact and mismatch_rate are missing.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`; or a `Log`, see `Log.of`.
    by : "segment", "motive" or "adopter", for a table per part of the market, its name as outer
        index; all people when not given.

    Raises ValueError for an unknown `by`, with the nearest spelling.

    >>> from cjsim import simulate
    >>> table = touchpoints(simulate("phone", people=50))
    >>> table.loc["search_ads", ["contact", "contacts", "people", "cost"]].to_dict()
    {'contact': 'pull', 'contacts': 41, 'people': 22, 'cost': 20.5}
    >>> table["mismatch_rate"].idxmin()  # where it fits best
    'search_seo'
    """
    need(run, "all")
    parts = groups(run, by)
    running = [i for i, name in enumerate(run.events.touchpoints) if _runs(run, name)]
    library = run.scenario.touchpoints
    names = [run.events.touchpoints[i] for i in running]
    kinds = [library[name].contact if name in library else None for name in names]
    columns = {key: values[:, running] for key, values in _by_touchpoint(run, parts).items()}
    frames = [
        _touchpoint_frame(run, running, {"contact": kinds} | {k: v[g] for k, v in columns.items()})
        for g in range(len(parts))
    ]
    return stacked(frames, parts)


def sent(run: Record | Log, by: str | None = None) -> pd.DataFrame:
    """What became of each touchpoint that the strategy runs: one row for each (within a group).

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`; or a `Log`, see `Log.of`.
    by : "segment", "motive" or "adopter", for a table per part of the market, its name as outer
        index; all people when not given.

    Columns: sent (contacts, those that no rep had time for, pushes that were not read), delivered
    (share of those sent, 0..1), opened (share of those delivered), full (no seat was left), unpaid
    (no money was left in the strategy's budget). What people come to is always delivered and read.

    Raises ValueError for an unknown `by`, with the nearest spelling.

    >>> from cjsim import Scenario, simulate
    >>> unread = {"touchpoints.mail_offer.opened": 0.4}
    >>> guided = Scenario.load("phone", "guide").with_changes(unread)
    >>> table = sent(simulate(guided, people=50))
    >>> table.loc["mail_offer", ["sent", "delivered", "opened"]].round(2).to_dict()
    {'sent': 150.0, 'delivered': 1.0, 'opened': 0.45}
    """
    need(run, "all")
    parts = groups(run, by)
    rows, size = run.events.rows, len(run.events.touchpoints)
    running = [i for i, name in enumerate(run.events.touchpoints) if _runs(run, name)]

    def count_of(event: Event) -> Numbers:
        event_rows = rows[(rows["event"] == event) & (rows["touchpoint"] >= 0)]
        return parts.table(event_rows["person"], event_rows["touchpoint"], size)[:, running]

    opened = count_of(Event.CONTACT) + count_of(Event.DROPPED)
    delivered = opened + count_of(Event.UNOPENED)
    all_sent = delivered + count_of(Event.UNDELIVERED)
    columns: dict[str, Numbers] = {
        "sent": all_sent,
        "delivered": ratio(delivered, all_sent),
        "opened": ratio(opened, delivered),
        "full": count_of(Event.FULL),
        "unpaid": count_of(Event.BUDGET),
    }
    frames = [
        _touchpoint_frame(run, running, {key: values[g] for key, values in columns.items()})
        for g in range(len(parts))
    ]
    return stacked(frames, parts)


def _runs(run: Record | Log, name: str) -> bool:
    """Does it run at some time from day 0 on? All that a log knows of do."""
    if isinstance(run, Log):
        return True
    calendar = periods(run.scenario)
    return any(period.scenario.running.touchpoints.get(name, 0.0) > 0 for period in calendar)


def _by_touchpoint(run: Record | Log, parts: Groups) -> dict[str, Numbers]:
    """Numbers of shape (groups, library)."""
    rows = run.events.rows
    size = len(run.events.touchpoints)
    rows = rows[rows["touchpoint"] >= 0]  # elsewhere some contacts are with nobody knows what
    contact_rows = rows[rows["event"] == Event.CONTACT]
    sent_rows = rows[np.isin(rows["event"], SENT)]
    person, touchpoint = contact_rows["person"], contact_rows["touchpoint"]
    contact_count = parts.table(person, touchpoint, size)
    pair = np.unique(person.astype(np.int64) * size + touchpoint)
    cell = parts.of[person] * size + touchpoint
    if isinstance(run, Log):
        mismatch = np.full(len(contact_rows), np.nan)
    else:
        mismatch = 1.0 - fits(run.scenario)[touchpoint, contact_rows["stage"]]

    sent_cell = parts.of[sent_rows["person"]] * size + sent_rows["touchpoint"]

    def total_of(cell: Numbers, amount: Numbers) -> Floats:
        return np.bincount(cell, amount, len(parts) * size).reshape(len(parts), size).astype(float)

    def count_of(event: Event) -> Numbers:
        event_rows = rows[rows["event"] == event]
        return parts.table(event_rows["person"], event_rows["touchpoint"], size)

    return {
        "contacts": contact_count,
        "people": parts.table(pair // size, pair % size, size),
        "mismatch_rate": ratio(total_of(cell, mismatch), contact_count),
        "cost": -total_of(sent_cell, sent_rows["amount"]),
        "dropped": count_of(Event.DROPPED),
        "opt_outs": count_of(Event.OPT_OUT),
    }


def _touchpoint_frame(
    run: Record | Log, running: list[int], columns: dict[str, Numbers]
) -> pd.DataFrame:
    import pandas as pd

    names = [run.events.touchpoints[i] for i in running]
    index = pd.CategoricalIndex(names, categories=names, name="touchpoint")
    return pd.DataFrame(columns, index=index)


def contact_map(run: Record, lens: str = "twelve") -> pd.DataFrame:
    """Contacts by running touchpoint (rows) and the person's true step of the lens (columns).

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    lens : name of the map of stages, of `cjsim.journey.LENSES`: "twelve" are our own, "aida" four.

    Returns numbers of contacts. Raises ValueError for an unknown lens, with the nearest spelling.

    >>> from cjsim import simulate
    >>> table = contact_map(simulate("phone", people=50))
    >>> table.loc["site", ["study", "comparison", "with_rival"]].tolist()
    [12, 2, 0]
    """
    need_run(run, THE_STAGES)
    need(run, "all")
    chosen_lens = lens_named(lens)
    rows = run.events.rows
    names = run.events.touchpoints
    contact_rows = rows[rows["event"] == Event.CONTACT]
    steps = len(chosen_lens.steps)
    step = step_of(chosen_lens)[contact_rows["stage"]]
    cell = contact_rows["touchpoint"].astype(np.int64) * steps + step
    table = np.bincount(cell, minlength=len(names) * steps).reshape(len(names), steps)
    running = [i for i, name in enumerate(names) if _runs(run, name)]
    columns = dict(zip(chosen_lens.steps, table[running].T, strict=True))
    return _touchpoint_frame(run, running, columns).set_axis(steps_index(chosen_lens), axis=1)
