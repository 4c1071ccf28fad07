"""What holds when: a scenario's changes and seasons as periods, one after another.

A period is a scenario of its own that has no calendar, from its day up to that of the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from cjsim.journey import DAYS_A_YEAR
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import setting
from cjsim.labels.phrases import phrase
from cjsim.scenario.changes import changed, differences
from cjsim.scenario.keys import KeyPath, path_of
from cjsim.scenario.mistakes import Finding, Tables, disagreements, misfits, shown
from cjsim.scenario.tables import Change, ScenarioTables, Season

MONTHS = 12
NEVER = float("inf")
MOST_PERIODS = 5_000
"""Changes of a run, all years together: each plans everybody's next meetings anew."""

FIXED = frozenset({
    "name", "title", "money", "horizon_days", "burn_in_days", "burn_in_strategy", "start", "plan",
    "season", "changes", "uncertain", "market.people", "market.pain_share", "market.pain_need",
    "market.dream_need", "market.speed_spread", "market.rationality_mean",
    "market.rationality_spread", "market.tolerance_mean", "market.tolerance_spread",
    "market.price_sensitivity", "market.price_spread", "market.prior_trust",
    "market.prior_expectation", "market.served_share", "market.stay_years",
    "market.growth_a_year", "market.segments", "product.taste_spread", "rival.taste_spread",
    "firm.cold_list_share", "firm.discount_rate_per_year", "contract.term_days",
    "contract.payments",
})  # fmt: skip
"""What is drawn once for a whole life, and what the run itself is: no day changes it."""
FIXED_OF_A_TOUCHPOINT = frozenset({
    "title", "claim", "mode", "contact", "aims_at", "fit", "rep_hours", "rhythm_days",
    "cap_30_days", "quiet_days", "after", "lead_days",
})  # fmt: skip
"""What a touchpoint is; how far it reaches, what it does and costs may change."""


AScenario = TypeVar("AScenario", bound=ScenarioTables)


class Period(NamedTuple, Generic[AScenario]):
    """What holds from a day on.

    Parameters
    ----------
    day : its first; the first period's is 0.
    scenario : product, market, firm and strategy, without a calendar.
    season : factor of the strength of need.
    """

    day: float
    scenario: AScenario
    season: float = 1.0


def periods(scenario: AScenario) -> tuple[Period[AScenario], ...]:
    """The periods of a run from day 0 on; one where nothing changes, or only what is the same.

    The first is what the file says without its calendar, be it that a change of day 0 ends it at
    once: in it the market opens.

    >>> import cjsim
    >>> change = {"day": 30, "until": 44, "product": {"price": 90}}
    >>> phone = cjsim.Scenario.load("phone").with_changes({"changes": [change]})
    >>> [(period.day, period.scenario.product.price) for period in periods(phone)]
    [(0.0, 440.0), (30.0, 90.0), (44.0, 440.0)]
    """
    if not scenario.changes and not scenario.season.need:
        return (Period(0.0, scenario),)
    return _periods(_Same(scenario))


class _Same(Generic[AScenario]):
    """A scenario by what it says, so that its periods are worked out once."""

    def __init__(self, scenario: AScenario) -> None:
        self.scenario, self.said = scenario, scenario.model_dump_json()

    def __hash__(self) -> int:
        return hash(self.said)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.said == other.said


@lru_cache(maxsize=64)
def _periods(same: _Same[AScenario]) -> tuple[Period[AScenario], ...]:
    scenario = same.scenario
    still = scenario.model_copy(update={"changes": (), "season": Season()})
    tables, versions = still.model_dump(), {repr({}): still}
    spans, seasons = list(_spans(scenario)), dict(_months(scenario))
    days = {0.0, *seasons}
    days |= {day for first, end, _ in spans for day in (first, end)}
    listed = [Period(0.0, still)]
    season = 1.0
    for day in sorted(day for day in days if 0.0 <= day < scenario.horizon_days):
        values: dict[str, Any] = {}
        for first, end, change in spans:
            if first <= day < end:
                values |= change.values
        season = seasons.get(day, season)
        if repr(values) not in versions:
            version = type(still).model_validate(changed(tables, values)[0])
            versions[repr(values)] = still if version == still else _sharing(version, still)
        now = versions[repr(values)]
        if season != listed[-1].season or now != listed[-1].scenario:
            listed.append(Period(day, now, season))
    return tuple(listed)


def _sharing(version: AScenario, still: AScenario) -> AScenario:
    """The same, made of the very objects of another one where they are alike.

    What is made of a touchpoint is made once: see `model.parameters`.
    """
    own = {
        name: still.touchpoints[name] if still.touchpoints.get(name) == touchpoint else touchpoint
        for name, touchpoint in version.touchpoints.items()
    }
    return version.model_copy(update={"touchpoints": own})


def _spans(scenario: ScenarioTables) -> Iterator[tuple[float, float, Change]]:
    """From when until when each change holds, each year of it, in the order of the list."""
    for change in scenario.changes:
        for year in range(int(scenario.horizon_days // DAYS_A_YEAR) + 1 if change.every else 1):
            first = _day(scenario, change.date or change.day, year)
            if first < scenario.horizon_days:
                end = _day(scenario, change.until, year) if change.until != "" else NEVER
                yield first, end, change


def _day(scenario: ScenarioTables, when: float | str, year: int) -> float:
    """The day of the run that a day or date is, so many years later."""
    if not isinstance(when, str):
        return float(when) + year * DAYS_A_YEAR
    then, start = date.fromisoformat(when), date.fromisoformat(scenario.start)
    try:
        later = then.replace(year=then.year + year)
    except ValueError:  # the 29th of February
        later = date(then.year + year, 2, 28)
    return float((later - start).days)


def _months(scenario: ScenarioTables) -> Iterator[tuple[float, float]]:
    """The first day of each month of the run, and the season's factor of it."""
    if not scenario.season.need or not scenario.start:
        return
    for day in month_days(scenario):
        month = date_of(scenario, day).month
        yield day, scenario.season.need[month - 1]


def month_days(scenario: ScenarioTables, beyond: bool = False) -> list[float]:
    """Day 0, and the first day of each month after it up to the horizon.

    With `beyond` the next one after that too. Raises ValueError without a `start`.
    """
    then = date_of(scenario, 0.0)
    days = [0.0]
    while True:
        then = (then.replace(day=1) + timedelta(days=32)).replace(day=1)
        day = float((then - date.fromisoformat(scenario.start)).days)
        if day >= scenario.horizon_days:
            return [*days, day] if beyond else days
        days.append(day)


def date_of(scenario: ScenarioTables, day: float) -> date:
    """The date of a day of the run. Raises ValueError for a scenario that has no `start`."""
    if not scenario.start:
        raise ValueError('dates need the date of day 0: write start = "2026-01-01" in the scenario')
    return date.fromisoformat(scenario.start) + timedelta(days=int(day // 1))


def calendar_in_words(scenario: ScenarioTables, lang: str = SPOKEN) -> list[str]:
    """What changes when, a line for each day on which something does.

    >>> import cjsim
    >>> change = {"day": 30, "until": 44, "product": {"price": 90}}
    >>> phone = cjsim.Scenario.load("phone").with_changes({"changes": [change]})
    >>> calendar_in_words(phone, "en")
    ['day 30: product.price 440 → 90', 'day 44: product.price 90 → 440']
    """
    return [
        f"{day_in_words(scenario, day, lang)}: {what}" for day, what in what_changes(scenario, lang)
    ]


def what_changes(scenario: AScenario, lang: str = SPOKEN) -> list[tuple[float, str]]:
    """Each day on which something changes, and what: `(30.0, "product.price 440 → 90")`."""
    changes = []
    for before, now in pairwise(periods(scenario)):
        were, are = (period.scenario.model_dump() for period in (before, now))
        parts = [
            f"{key} {_shown(was, lang)} → {_shown(value, lang)}"
            for key, (was, value) in differences(were, are)
        ]
        if now.season != before.season:
            seasons = (_shown(period.season, lang) for period in (before, now))
            parts.append(f"season.need {' → '.join(seasons)}")
        changes.append((now.day, ", ".join(parts)))
    return changes


def day_in_words(scenario: ScenarioTables, day: float, lang: str = SPOKEN) -> str:
    """A day of the run, with its date where the scenario has a `start`: "day 30, 2026-01-31"."""
    words = text("calendar.day", lang).format(day=setting(day, lang))
    return f"{words}, {date_of(scenario, day).isoformat()}" if scenario.start else words


def _shown(value: Any, lang: str) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return setting(value, lang) if number else shown(value)


# --- What can be wrong with a calendar ----------------------------------------------------------


def calendar_findings(tables: Tables) -> list[Finding]:
    """What is wrong with the changes and seasons of plain tables; [] where their form is wrong."""
    findings = list(_season_findings(tables))
    borders = 0.0
    for place, table in enumerate(_listed(tables)):
        try:
            change = Change.model_validate(table)
        except ValidationError:
            continue  # told by the tables themselves
        findings += _time_findings(tables, place, change)
        findings += _value_findings(tables, place, change)
        borders += 2.0 * (_years(tables) if change.every else 1.0)
    if borders > MOST_PERIODS:
        findings.append(Finding(("changes",), None, phrase("too_many", most=MOST_PERIODS)))
    return findings


def _years(tables: Tables) -> float:
    """How many years a run lasts; 0 where that is no number."""
    horizon = tables.get("horizon_days", 0.0)
    return horizon / DAYS_A_YEAR if isinstance(horizon, int | float) else 0.0


def _listed(tables: Tables) -> list[Mapping[str, Any]]:
    changes = tables.get("changes", ())
    listed = changes if isinstance(changes, list | tuple) else ()
    return [table if isinstance(table, Mapping) else {} for table in listed]


def _season_findings(tables: Tables) -> Iterator[Finding]:
    season = tables.get("season")
    need = season.get("need", ()) if isinstance(season, Mapping) else ()
    if not isinstance(need, list | tuple) or not need:
        return
    if len(need) != MONTHS:
        yield Finding(("season", "need"), need, phrase("twelve_months", count=len(need)))
    if not tables.get("start"):
        yield Finding(("season", "need"), None, phrase("needs_start"))
    if MONTHS * _years(tables) > MOST_PERIODS:
        yield Finding(("season", "need"), None, phrase("too_many", most=MOST_PERIODS))


def _time_findings(tables: Tables, place: int, change: Change) -> Iterator[Finding]:
    """Dates without a start, a day beside a date, an end that is not after its beginning."""
    at = ("changes", place)
    dated = change.date or (isinstance(change.until, str) and change.until)
    if dated and not tables.get("start"):
        key = "date" if change.date else "until"
        yield Finding((*at, key), dated, phrase("needs_start"))
        return
    if change.date and change.day:
        yield Finding((*at, "day"), change.day, phrase("day_and_date"))
    if not change.values:
        yield Finding(at, None, phrase("changes_nothing"))
    ends = [change.date or change.day, change.until]
    if change.until != "" and type(ends[0]) is type(ends[1]) and not ends[0] < ends[1]:
        yield Finding((*at, "until"), change.until, phrase("ends_early"))


def _value_findings(tables: Tables, place: int, change: Change) -> Iterator[Finding]:
    """Keys that are not there or cannot change, and values that they do not allow."""
    at = ("changes", place)
    whole = {name: value for name, value in tables.items() if name not in ("changes", "season")}
    whole.setdefault("strategies", {"pull": {}})
    whole.setdefault("strategy", "pull")
    wrong = False
    for dotted in change.values:
        path = path_of(dotted)
        if reason := _fixed(path, whole):
            wrong = True
            yield Finding((*at, *path), None, reason)
    if wrong:
        return
    now, findings = changed(whole, change.values)
    for finding in findings or _misfits(now, change.values):
        yield finding._replace(path=(*at, *finding.path))


def _fixed(path: KeyPath, tables: Tables) -> Any:
    """Why no day changes a key, or None."""
    if path[0] == "touchpoints":
        library = tables.get("touchpoints", {})
        if len(path) > 1 and path[1] not in library:
            return phrase("no_touchpoint_yet", name=path[1])
        return phrase("not_by_day") if path[2:3] and path[2] in FIXED_OF_A_TOUCHPOINT else None
    if path[0] == "strategies" and path[2:3] == ("title",):
        return phrase("not_by_day")
    dotted = ".".join(map(str, path[:2]))
    return phrase("not_by_day") if path[0] in FIXED or dotted in FIXED else None


def _misfits(tables: Tables, keys: Iterable[str]) -> list[Finding]:
    """What the changed keys do not allow; what else is wrong is told without the change."""
    paths = [path_of(key) for key in keys]
    try:
        ScenarioTables.model_validate(dict(tables))
        findings = disagreements(tables)
    except ValidationError as error:
        findings = list(misfits(tables, error, whole=False))
    return [finding for finding in findings if any(_touch(finding.path, path) for path in paths)]


def _touch(one: KeyPath, other: KeyPath) -> bool:
    """Is one of two places the other, or inside it?"""
    return all(str(a) == str(b) for a, b in zip(one, other, strict=False))
