"""The people of a market drawn by compiled code: `model.population.draw`, without numpy.

So a page ships no people: it has any number of them, in any world. The same numbers to the last
bit, as tests hold; what a scenario says of people is worked out beforehand, in `traits_of`.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from cjsim.engine.fast.pointers import behind
from cjsim.journey import DAYS_A_YEAR, GONE, UNAWARE
from cjsim.model.arithmetic import expm1, log1p
from cjsim.model.draws import exponential, logit_normal, logit_normal_of, lognormal, normal
from cjsim.model.parameters import MOST_SEGMENTS, Parameters, record_type
from cjsim.model.population import DREAM, PAIN, Person
from cjsim.model.streams import COLD_LIST, LIFE, TRAITS, block
from cjsim.scenario import Scenario, Segment

ENTRY_POINTS = ("draw",)

CROWD = np.dtype(
    [
        ("days", np.float64),  # the horizon
        ("stay_days", np.float64),  # mean; inf where nobody leaves
        ("pain_share", np.float64),
        ("speed_spread", np.float64),
        ("rationality_mean", np.float64),
        ("rationality_spread", np.float64),
        ("rationality_median_logit", np.float64),
        ("rationality_sd_of_logit", np.float64),
        ("tolerance_mean", np.float64),
        ("tolerance_spread", np.float64),
        ("price_sensitivity", np.float64),
        ("price_spread", np.float64),
        ("taste_spread", np.float64),
        ("rival_taste_spread", np.float64),
        ("cold_list_share", np.float64),
        ("segments", np.int64),
        ("segment_ends", np.float64, (MOST_SEGMENTS,)),  # of the shares, added up
        ("pain_need", np.float64, (MOST_SEGMENTS,)),
        ("dream_need", np.float64, (MOST_SEGMENTS,)),
        ("speed", np.float64, (MOST_SEGMENTS,)),
        ("price", np.float64, (MOST_SEGMENTS,)),
        ("trust", np.float64, (MOST_SEGMENTS,)),
    ]
)
"""What people are drawn from, beside the numbers of `Parameters`."""

crowd_behind = behind(
    "Crowd",
    market=(record_type(Parameters), 0),
    traits=(CROWD, 0),
    first=(record_type(Person), 1),  # one record: how everybody begins
    people=(record_type(Person), 1),
)


def traits_of(scenario: Scenario) -> npt.NDArray[Any]:
    """What the people of a scenario are drawn from: one record of `CROWD`."""
    m = scenario.market
    segments = m.segments or (Segment(name="all"),)
    ends = np.cumsum([segment.share for segment in segments])
    flat = m.rationality_spread == 0.0
    logit = (0.0, 0.0) if flat else logit_normal_of(m.rationality_mean, m.rationality_spread)
    traits = np.zeros(1, CROWD)
    numbers = {
        "days": scenario.horizon_days,
        "stay_days": m.stay_years * DAYS_A_YEAR,
        "rationality_median_logit": logit[0],
        "rationality_sd_of_logit": logit[1],
        "taste_spread": scenario.product.taste_spread,
        "rival_taste_spread": scenario.rival.taste_spread,
        "cold_list_share": scenario.firm.cold_list_share,
        "segments": len(segments),
    }
    of_segments = {
        "segment_ends": ends / ends[-1],
        "pain_need": [m.pain_need * segment.need for segment in segments],
        "dream_need": [m.dream_need * segment.need for segment in segments],
        "speed": [segment.speed for segment in segments],
        "price": [segment.price_sensitivity for segment in segments],
        "trust": [min(1.0, m.prior_trust * segment.trust) for segment in segments],
    }
    for name in CROWD.names or ():
        if name in of_segments:
            traits[name][0, : len(segments)] = of_segments[name]
        else:
            traits[name] = numbers[name] if name in numbers else getattr(m, name)
    return traits


# --- compiled -----------------------------------------------------------------------------------


def draw(crowd_at: int) -> int:
    """How many lives there are; those for whom there is room in `people` are drawn.

    `crowd_at` is the address of a table, see `pointers.table`.
    """
    crowd = crowd_behind(crowd_at)
    market, traits, people = crowd.market, crowd.traits, crowd.people
    for who in range(min(market.people, len(people))):
        people[who] = crowd.first[0]
        draw_person(market, traits, people[who], who, -inf)
    lives = market.people
    if market.newcomers_a_day == 0.0:
        return lives
    for nth in range(newcomers(market, traits)):
        arrives = arrival(market, lives, nth)
        if not arrives < traits.days:
            break
        if lives < len(people):
            people[lives] = crowd.first[0]
            draw_person(market, traits, people[lives], lives, arrives)
        lives += 1
    return lives


def newcomers(market: Any, traits: Any) -> int:
    """How many come at most; see `population._lives`."""
    days, growth = traits.days - market.opened_at, market.growth
    if growth > 0.0:
        days = expm1(growth * days) / growth
    return int(market.newcomers_a_day * days) + 1


def arrival(market: Any, who: int, nth: int) -> float:
    """The day on which the nth newcomer comes; a person's number says whose luck it is."""
    luck = block(market.seed, who, 0, LIFE)
    since = (nth + luck[0]) / market.newcomers_a_day
    if market.growth > 0.0:
        since = log1p(market.growth * since) / market.growth
    return since + market.opened_at


def segment_of(traits: Any, u: float) -> int:
    """The part of the shares in which u lies."""
    segment = 0
    while segment < traits.segments - 1 and traits.segment_ends[segment] <= u:
        segment += 1
    return segment


def draw_person(market: Any, traits: Any, person: Any, who: int, arrives: float) -> None:
    """Traits and first state of a person; see `population.draw` and `population.own_state`."""
    first = block(market.seed, who, 0, TRAITS)
    second = block(market.seed, who, 1, TRAITS)
    third = block(market.seed, who, 2, TRAITS)
    segment = segment_of(traits, first[0])
    pained = first[1] < traits.pain_share
    person.id = who
    person.segment = segment
    person.motive = PAIN if pained else DREAM
    person.need = traits.pain_need[segment] if pained else traits.dream_need[segment]
    person.speed = lognormal(first[2], traits.speed_spread) * traits.speed[segment]
    if traits.rationality_spread == 0.0:
        person.rationality = traits.rationality_mean
    else:
        person.rationality = logit_normal(
            first[3], traits.rationality_median_logit, traits.rationality_sd_of_logit
        )
    person.innovativeness = normal(second[0])
    person.tolerance = lognormal(second[1], traits.tolerance_spread) * traits.tolerance_mean
    sensitivity = lognormal(second[2], traits.price_spread) * traits.price_sensitivity
    person.price_sensitivity = sensitivity * traits.price[segment]
    person.taste = traits.taste_spread * normal(second[3])
    person.rival_taste = traits.rival_taste_spread * normal(third[0])
    person.trust = traits.trust[segment]
    cold = block(market.seed, who, 0, COLD_LIST)
    person.known = 1 if cold[0] < traits.cold_list_share else 0
    person.leaves_at = leaving(market, traits, who, arrives)
    person.stage = UNAWARE if arrives == -inf else GONE
    person.ring_at = 0.0 if arrives == -inf else arrives


def leaving(market: Any, traits: Any, who: int, arrives: float) -> float:
    """The day on which a person leaves the category for good."""
    if market.newcomers_a_day == 0.0 or traits.stay_days == inf:
        return inf
    luck = block(market.seed, who, 0, LIFE)
    return max(arrives, market.opened_at) + exponential(luck[1]) * traits.stay_days
