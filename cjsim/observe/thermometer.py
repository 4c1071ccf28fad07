"""What a better thermometer is worth to a firm, when a wrong one is worse than none, when to ask.

worth_of_answers(scenario, "site")       # profit, paired, by how right the answers are
worth_of_readings(scenario)              # each reading at its word, against a filter alone
best_delay(euphoria=0.6, half_life_days=0.5, moves_a_day=0.1)
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cjsim.door import scenario_of
from cjsim.experiment.what_if import what_if
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

ACCURACIES: Final = (0.5, 0.65, 0.8, 0.95)


def worth_of_answers(
    scenario: Scenario | str | Path,
    touchpoint: str,
    accuracies: Sequence[float] = ACCURACIES,
    *,
    hears: float = 1.0,
    measure: str = "profit_per_person",
    **asked: Any,
) -> pd.DataFrame:
    """What answers bring a firm that filters, by how right they are, against no answers at all.

    Parameters
    ----------
    scenario : whose running strategy filters; a Scenario, a preset's name or a path.
    touchpoint : the key of the one where people are asked.
    accuracies : of the answers, 0..1.
    hears : which share of the contacts there yields an answer, 0..1.
    measure : what is compared, person by person with the same luck.
    asked : people, runs, seed and others: see `cjsim.experiment.asked`.

    Returns rows by accuracy with difference, low, high [units of the measure] and clear: does the
    interval leave zero out? Raises ValueError where the running strategy does not filter.

    >>> from cjsim import Scenario
    >>> from cjsim.observe import worth_of_answers
    >>> firm = Scenario.load("phone", strategy="guide").with_changes({"guide.targeting": "filter"})
    >>> asked = {"people": 100, "runs": 3, "executor": "here"}
    >>> table = worth_of_answers(firm, "mail_cases", [0.5, 0.95], **asked)
    >>> print(table.reset_index().round(2))
       accuracy  difference   low  high  clear
    0      0.50        0.00 -1.35  1.35  False
    1      0.95        0.19 -0.62  1.00  False
    """
    s = _filtering(scenario)
    key = f"touchpoints.{touchpoint}.hears"
    changes = {a: {key: hears, f"{s.strategy}.accuracy": a} for a in accuracies}
    return _worth(s.with_changes({key: 0.0}), changes, measure, asked)


def worth_of_readings(
    scenario: Scenario | str | Path,
    accuracies: Sequence[float] = ACCURACIES,
    *,
    measure: str = "profit_per_person",
    **asked: Any,
) -> pd.DataFrame:
    """What it brings to take each reading at its word, against a filter that never reads.

    Below some accuracy a thermometer that is believed is worse than none.

    Parameters
    ----------
    scenario, measure, asked : as for `worth_of_answers`.
    accuracies : of the readings, 0..1.

    Returns rows by accuracy, with columns as of `worth_of_answers`. Raises ValueError where the
    running strategy does not filter.

    >>> from cjsim import Scenario
    >>> from cjsim.observe import worth_of_readings
    >>> firm = Scenario.load("phone", strategy="guide").with_changes({"guide.targeting": "filter"})
    >>> asked = {"people": 100, "runs": 3, "executor": "here"}
    >>> print(worth_of_readings(firm, [0.3, 0.95], **asked).reset_index().round(2))
       accuracy  difference   low  high  clear
    0      0.30       -0.13 -8.77  8.52  False
    1      0.95        1.94 -4.03  7.91  False
    """
    s = _filtering(scenario)
    deaf = s.with_changes({f"touchpoints.{name}.hears": 0.0 for name in s.touchpoints})
    side = s.strategy
    changes = {a: {f"{side}.targeting": "reading", f"{side}.accuracy": a} for a in accuracies}
    return _worth(deaf, changes, measure, asked)


def _filtering(given: Scenario | str | Path) -> Scenario:
    s = scenario_of(given)
    if s.running.targeting != "filter":
        raise ValueError(
            f"{s.strategy}.targeting: {s.running.targeting!r}; what answers are worth is asked of "
            'a strategy with targeting = "filter"'
        )
    return s


def _worth(
    base: Scenario, changes: dict[float, dict[str, Any]], measure: str, asked: dict[str, Any]
) -> pd.DataFrame:
    comparison = what_if(base, {f"{a:g}": change for a, change in changes.items()}, **asked)
    table = comparison.paired().xs(measure, level="measure")
    table = table.loc[[f"{a:g}" for a in changes], ["difference", "low", "high", "clear"]]
    table.index = table.index.astype(float).rename("accuracy")
    return table


# --- tonight's form, or a call on the next day --------------------------------------------------


def warmth_in_answers(delay_days: float, euphoria: float, half_life_days: float) -> float:
    """Chance that an answer tells the mood of the event and not the stage (C161, C162).

    euphoria · 2^(-delay / half-life): right after the event it is `euphoria`, after a night less.

    >>> warmth_in_answers(0.5, euphoria=0.6, half_life_days=0.5)
    0.3
    """
    return float(euphoria * 2.0 ** (-delay_days / half_life_days))


def share_true(
    delay_days: float, *, euphoria: float, half_life_days: float, moves_a_day: float
) -> float:
    """Chance that an answer tells where people stand, and that they still stand there.

    (1 - euphoria · 2^(-t / half-life)) · e^(-moves · t), with t the days from the event to the
    question and moves the rate at which people leave the stage they were left at (C154).

    Parameters
    ----------
    delay_days : from the event to the question [days].
    euphoria : share of the answers that would tell the mood if asked at once, 0..1 (C161, C162).
    half_life_days : in which that share halves, above 0 [days].
    moves_a_day : rate at which people leave their stage [1/day].

    Returns the chance, 0..1.

    >>> from cjsim.observe import share_true
    >>> tonight = share_true(0.0, euphoria=0.6, half_life_days=0.5, moves_a_day=0.1)
    >>> next_day = share_true(0.75, euphoria=0.6, half_life_days=0.5, moves_a_day=0.1)
    >>> round(tonight, 3), round(next_day, 3)
    (0.4, 0.731)
    """
    mood = warmth_in_answers(delay_days, euphoria, half_life_days)
    return (1.0 - mood) * exp(-moves_a_day * delay_days)


def best_delay(*, euphoria: float, half_life_days: float, moves_a_day: float) -> float:
    """Days after the event at which most answers are true; see `share_true`.

    With k = ln 2 / half-life it is ln(euphoria · (1 + k / moves)) / k, and 0 where that is
    negative: the form of tonight is best where there is little euphoria, or people move on fast.

    Parameters
    ----------
    euphoria, half_life_days, moves_a_day : as for `share_true`.

    Returns days. Raises ValueError for a half-life or a rate that is not above 0.

    >>> from cjsim.observe import best_delay
    >>> round(best_delay(euphoria=0.6, half_life_days=0.5, moves_a_day=0.1), 2)
    1.58
    >>> best_delay(euphoria=0.2, half_life_days=0.5, moves_a_day=0.5)
    0.0
    """
    if moves_a_day <= 0 or half_life_days <= 0:
        raise ValueError(
            f"moves_a_day: {moves_a_day!r}, half_life_days: {half_life_days!r}; more than 0"
        )
    k = log(2.0) / half_life_days
    worth_waiting = euphoria * (1.0 + k / moves_a_day)
    return log(worth_waiting) / k if worth_waiting > 1 else 0.0
