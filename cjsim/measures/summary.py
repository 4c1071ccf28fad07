"""The summary: one number for each named measure of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cjsim.journey import STAGES, TWELVE
from cjsim.labels import SPOKEN, find, text, unknown
from cjsim.measures.category import category_columns, churn_columns
from cjsim.measures.contacts import contact_columns
from cjsim.measures.curiosity import curiosity_columns
from cjsim.measures.desk import desk_columns
from cjsim.measures.groups import Groups, Numbers, groups
from cjsim.measures.log import Log
from cjsim.measures.money import break_even_day, money_columns
from cjsim.measures.receipts import paid_by
from cjsim.measures.value import value_columns
from cjsim.measures.wordofmouth import word_columns
from cjsim.model.events import EVENTS, Event

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record

UNITS: Final = {
    **{f"reached_{stage.key}": "people" for stage in TWELVE},
    "first_deals": "deals",
    "repeat_deals": "deals",
    "share_of_category": "share",
    "churn": "share",
    "curiosity_trials": "trials",
    "return_rate": "share",
    "bypass_rate": "share",
    "referrals": "people",
    "k_factor": "people_per_person",
    "contacts": "contacts",
    "contacts_per_deal": "contacts_per_deal",
    "mismatch_rate": "share",
    "dropped": "contacts",
    "opt_outs": "people",
    "queue_wait_days": "days",
    "lost_in_queue": "people",
    "revenue": "money",
    "margin": "money",
    "costs": "money",
    "cash": "money",
    "profit": "money",
    "profit_per_person": "money_per_person",
    "profit_per_day": "money_per_day",
    "first_deal_margin": "money_per_deal",
    "cac": "money_per_customer",
    "ltv": "money_per_customer",
    "payback_day": "days",
    "break_even_day": "days",
}
"""The measures of a summary in their order, and the unit of each.

`measure.<name>` and `unit.<unit>` are their words in `cjsim.labels`.
"""
LESS_IS_BETTER: Final = frozenset({
    "churn", "contacts_per_deal", "mismatch_rate", "dropped", "opt_outs", "queue_wait_days",
    "lost_in_queue", "costs", "cac", "payback_day", "break_even_day",
})  # fmt: skip
"""Measures of which a firm wants little: who has less of them is ahead. Of all others, more."""


OF_LOGS: Final = (
    "first_deals", "repeat_deals", "contacts", "contacts_per_deal", "dropped", "opt_outs",
    "queue_wait_days", "lost_in_queue", "revenue",
)  # fmt: skip
"""What of it a log tells, in which nobody stands at a stage and nothing has a cost of its own."""
HEADLINE: Final = (
    "first_deals", "repeat_deals", "share_of_category", "churn", "curiosity_trials", "referrals",
    "contacts", "opt_outs", "profit_per_person",
)  # fmt: skip
"""The measures that a run or a comparison shows at first sight."""


def in_words(measure: str, money: str = "", lang: str = SPOKEN) -> str:
    """A measure with its unit, which is not said twice: "Repeat deals" are counted in deals.

    Parameters
    ----------
    measure : one of `UNITS`, or "deals": first and repeat deals.
    money : the currency, such as "EUR"; the word for money when not given.
    lang : "en", "ru", or what `cjsim.speak` has set.

    >>> in_words("profit_per_person", "EUR", "en")
    'Profit per person, EUR'
    """
    word, unit = word_and_unit(measure, money, lang)
    return word if unit.casefold() in word.casefold() else f"{word}, {unit}"


def word_and_unit(measure: str, money: str = "", lang: str = SPOKEN) -> tuple[str, str]:
    """The word for a measure, and the word for its unit; parameters as of `in_words`."""
    unit = UNITS.get(measure, "deals")
    word = find(f"measure.{measure}", lang) or text("flip.deals", lang)
    return word, money if unit.startswith("money") and money else text(f"unit.{unit}", lang)


def known_measure(measure: str, *others: str) -> None:
    """Raise ValueError, with the nearest spelling, for a measure that no summary has.

    `others` are further names that the asker knows.
    """
    known = [*UNITS, *others]
    if measure not in known:
        raise unknown("measure", measure, known)


def summary(run: Record | Log) -> pd.Series[float]:
    """The named measures of a run, in a fixed order; `UNITS` has their units.

    Of a `Log` those that it tells: `OF_LOGS`.

    A measure is NaN where there is nothing to measure: no share of no deals, no wait where nobody
    queued. The module of each measure says exactly what is counted.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`; or a `Log`, see `Log.of`.

    >>> from cjsim import simulate
    >>> values = summary(simulate("phone", people=50))
    >>> values[["first_deals", "repeat_deals", "churn", "profit_per_person"]].round(2).to_dict()
    {'first_deals': 17.0, 'repeat_deals': 40.0, 'churn': 0.44, 'profit_per_person': 37.41}
    >>> UNITS["profit_per_person"]
    'money_per_person'
    """
    import pandas as pd

    if isinstance(run, Log):
        return pd.Series(_of_log(run), name="log", dtype=float)
    return pd.Series(numbers(run), name=run.scenario.strategy, dtype=float)


def _of_log(log: Log) -> dict[str, float]:
    """What a log tells of the summary."""
    parts = groups(log, None)
    contact, waits = contact_columns(log, parts), desk_columns(log, parts)
    bought = np.bincount(log.events["event"], minlength=len(EVENTS))
    columns: dict[str, Any] = {
        "first_deals": bought[Event.FIRST_DEAL],
        "repeat_deals": bought[Event.REPEAT_DEAL],
        "contacts": contact["contacts"],
        "contacts_per_deal": contact["per_deal"],
        "dropped": contact["dropped"],
        "opt_outs": contact["opt_outs"],
        "queue_wait_days": waits["wait_days"],
        "lost_in_queue": waits["lost"],
        "revenue": paid_by(log).amount.sum(),
    }
    return {name: float(np.asarray(columns[name]).reshape(-1)[0]) for name in OF_LOGS}


def numbers(run: Record) -> dict[str, float]:
    """What `summary` holds, as a plain dictionary."""
    columns = _all_columns(run, groups(run, None))
    return {name: float(np.asarray(columns[name]).reshape(-1)[0]) for name in UNITS}


def _all_columns(run: Record, parts: Groups) -> dict[str, Numbers]:
    """Every measure by its name, for the whole market."""
    rows = run.events.rows
    events = np.bincount(rows["event"], minlength=len(EVENTS))
    category = category_columns(run, parts)
    word = word_columns(run, parts)
    curious = curiosity_columns(run, parts)
    contact = contact_columns(run, parts)
    waits = desk_columns(run, parts)
    return {
        **money_columns(run, parts),
        **value_columns(run, parts),
        **{name: contact[name] for name in ("contacts", "mismatch_rate", "dropped", "opt_outs")},
        **{name: curious[name] for name in ("return_rate", "bypass_rate")},
        **{f"reached_{stage.key}": n for stage, n in zip(STAGES, _reached(run), strict=True)},
        "first_deals": events[Event.FIRST_DEAL],
        "repeat_deals": events[Event.REPEAT_DEAL],
        "share_of_category": category["share"],
        "churn": churn_columns(run, parts)["churn"],
        "curiosity_trials": curious["trials"],
        "referrals": word["referrals"],
        "k_factor": word["k_factor"],
        "contacts_per_deal": contact["per_deal"],
        "queue_wait_days": waits["wait_days"],
        "lost_in_queue": waits["lost"],
        "break_even_day": np.array(break_even_day(run)),
    }


def _reached(run: Record) -> Numbers:
    """For each stage the people who stood there at least once."""
    bits = np.arange(len(STAGES), dtype=np.uint16)
    return np.asarray([(run.totals.stood >> bit & 1).sum() for bit in bits])
