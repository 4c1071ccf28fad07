"""Three firms that ail, as their own systems see them (claim B36), for tasks of diagnosis.

    from cjsim.course.sets import diagnosis

    diagnosis.firm(1).log          # what the first firm has: time, person, event, ...
    diagnosis.measures(log)        # what can be read from a log, number by number
    diagnosis.examined()           # the three firms beside ten towns with a healthy one

Each firm is a language school with one thing amiss: its social networks are hardly seen, its site
sends people away, or its lessons disappoint. Nothing else differs, the towns have luck of their
own, and stages are hidden, as they are to a firm. What ails whom stands below: who looks it up has
learnt to read code, and nothing else.

A task asks `ails_N`, one of `SUSPECTS`, and `stage_N`, one of `STAGES`; `ails` and `stage` are its
checks, and an explanation belongs to it: a right guess is no diagnosis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cjsim import Scenario, simulate
from cjsim.course.checks.form import Work
from cjsim.observe import Observed, observe

if TYPE_CHECKING:
    import pandas as pd

SUSPECTS: Final = ("social", "site", "webinar", "product", "price")
"""What may be named as ailing: a touchpoint, or what is sold."""
STAGES: Final = ("interest", "study", "action", "satisfaction", "loyalty")
"""Where people may be lost."""
PEOPLE: Final = 1500
"""Of each town."""
HEALTHY: Final = 10
"""Towns with a healthy school, to compare with."""
SOON: Final = 90.0  # days in which a visitor of the site becomes a customer, if at all
NEXT: Final = 180.0  # days in which a customer books the next course, if at all


class Disease(NamedTuple):
    """What is amiss: the suspect, where people are lost by it, changed keys, the town's luck."""

    suspect: str
    stage: str
    changes: Mapping[str, float]
    seed: int


BLANK_SITE: Final = {
    f"touchpoints.site.{name}": 0.0 for name in ("warmth", "proof", "reminds", "capture")
}
DISEASES: Final = {
    1: Disease("product", "satisfaction", {"product.quality": 0.42}, 911),
    2: Disease("social", "interest", {"touchpoints.social.reach_per_day": 0.004}, 922),
    3: Disease("site", "study", {**BLANK_SITE, "stages.study.planned_loss": 0.6}, 933),
}
"""What ails each firm."""


@lru_cache(maxsize=8)
def firm(n: int) -> Observed:
    """The observed log of a firm that ails, 1 to 3; its `log` is what a student has.

    Raises ValueError for another number.

    >>> from cjsim.course.sets import diagnosis
    >>> list(diagnosis.firm(1).log)
    ['time', 'person', 'event', 'touchpoint', 'amount']
    """
    if n not in DISEASES:
        raise ValueError(f"firm {n}: there are firms 1, 2 and 3")
    disease = DISEASES[n]
    return seen(disease.changes, disease.seed)


@lru_cache(maxsize=HEALTHY)
def healthy(n: int) -> Observed:
    """The observed log of a healthy school in another town, 1 to `HEALTHY`."""
    return seen({}, 1000 + n)


def seen(changes: Mapping[str, float], seed: int) -> Observed:
    """What a school with these changes sees of a town."""
    school = Scenario.load("school", strategy="pull").with_changes(dict(changes))
    return observe(simulate(school, people=PEOPLE, seed=seed))


# --- what can be read from a log ------------------------------------------------------------------


def social_contacts(log: pd.DataFrame) -> float:
    """Contacts in social networks, per person that the firm has met anywhere else."""
    contacts = log[log["event"] == "contact"]
    return float((contacts["touchpoint"] == "social").sum() / _met_elsewhere(contacts))


def webinar_guests(log: pd.DataFrame) -> float:
    """People who came to a webinar, per person that the firm has met outside social networks."""
    contacts = log[log["event"] == "contact"]
    guests = contacts[contacts["touchpoint"] == "webinar"]["person"].nunique()
    return float(guests / _met_elsewhere(contacts))


def _met_elsewhere(contacts: pd.DataFrame) -> int:
    """How many people the firm has met anywhere but in social networks."""
    return int(contacts[contacts["touchpoint"] != "social"]["person"].nunique())


def site_to_deal(log: pd.DataFrame) -> float:
    """The share of the site's visitors who buy for the first time within `SOON` days."""
    visits = log[(log["event"] == "contact") & (log["touchpoint"] == "site")]
    first_visit = visits.groupby("person")["time"].min()
    first_deal = log[log["event"] == "first_deal"].groupby("person")["time"].min()
    days = first_deal.reindex(first_visit.index) - first_visit
    return float(((days > 0) & (days <= SOON)).mean())


def deal_to_next(log: pd.DataFrame) -> float:
    """The share of first-time customers who book again within `NEXT` days, if there were any."""
    first = log[log["event"] == "first_deal"].groupby("person")["time"].min()
    first = first[first <= log["time"].max() - NEXT]
    again = log[log["event"] == "repeat_deal"].groupby("person")["time"].min()
    return float((again.reindex(first.index) - first <= NEXT).mean())


def price_paid(log: pd.DataFrame) -> float:
    """What a first course costs, on average."""
    return float(log.loc[log["event"] == "first_deal", "amount"].mean())


MEASURES: Final[dict[str, Callable[[Any], float]]] = {
    "social_contacts": social_contacts, "webinar_guests": webinar_guests,
    "site_to_deal": site_to_deal, "deal_to_next": deal_to_next, "price_paid": price_paid,
}  # fmt: skip
"""What a student would read from a log."""


def measures(log: pd.DataFrame) -> pd.Series[float]:
    """All `MEASURES` of an observed log."""
    import pandas as pd

    return pd.Series({name: measure(log) for name, measure in MEASURES.items()})


@lru_cache(maxsize=1)
def examined() -> pd.DataFrame:
    """The measures of the three firms, beside the lowest and highest of the healthy ones."""
    import pandas as pd

    usual = pd.DataFrame({n: measures(healthy(n).log) for n in range(1, HEALTHY + 1)})
    sick = {f"firm_{n}": measures(firm(n).log) for n in DISEASES}
    ends = {"healthy_low": usual.min(axis=1), "healthy_high": usual.max(axis=1)}
    return pd.DataFrame({**ends, **sick})


# --- checks ---------------------------------------------------------------------------------------


def ails(n: int, work: Work) -> bool:
    """Is what ails firm n named in `ails_n`?"""
    return work.choice(f"ails_{n}", SUSPECTS) == DISEASES[n].suspect


def stage(n: int, work: Work) -> bool:
    """Is the stage at which firm n loses people named in `stage_n`?"""
    return work.choice(f"stage_{n}", STAGES) == DISEASES[n].stage
