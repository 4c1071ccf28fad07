"""Who walks: the people of a market, their traits drawn once and their state at the start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cjsim import scenario as sc
from cjsim.journey import DAYS_A_YEAR, GONE, STAGES, UNAWARE
from cjsim.model.draws import logit_normal_of
from cjsim.model.streams import COLD_LIST, LIFE, TRAITS

PAIN, DREAM = 0, 1
MOTIVES = ("pain", "dream")
ADOPTERS = ("innovators", "early_adopters", "early_majority", "late_majority", "laggards")
TRAIT_NAMES = (
    "segment", "motive", "need", "speed", "rationality", "innovativeness", "tolerance",
    "price_sensitivity", "taste", "rival_taste",
)  # fmt: skip
ADOPTER_CUTS = (2.0, 1.0, 0.0, -1.0)
"""Rogers 1962: innovators lie above 2 standard deviations (2.5 %), then 13.5, 34, 34, 16 %."""

Visits = list[int]
Flag = int
"""A small whole number: one byte in the compiled engine."""
Count = int
"""A whole number: four bytes there."""
Number = int
"""A large whole number: eight bytes."""
Floats = npt.NDArray[np.float64]


@dataclass(slots=True)
class Person:
    """One person: traits that never change, then a state that does.

    Warmth and irritation hold their values at the time `anchor`; they fade from there on.
    """

    id: Count
    arm: Flag  # of a market that is split: see `model.arms`
    # traits
    segment: Flag
    motive: Flag
    need: float
    speed: float
    rationality: float
    innovativeness: float  # standard normal
    tolerance: float
    price_sensitivity: float  # eta: the odds of walking away are multiplied by (price ratio)^eta
    taste: float  # how much better than for others our product is for them
    rival_taste: float
    # where they are
    stage: Flag
    visit: Number  # which visit to which stage: nth * rules.ROOM_FOR_STAGES + stage
    visits: Visits  # visits so far, per stage
    # what they feel
    warmth: float
    irritation: float
    anchor: float
    trust: float
    expectation: float
    satisfaction: float
    novelty: float
    loyalty: float
    memory: float  # reminders that are not forgotten, and pushes that are not, at `minded_at`
    pressure: float
    minded_at: float
    triggers: Count  # empty shelves met since the last deal
    # the two clocks
    step_left: float
    walk_left: float
    ring_at: float
    price_pull: float  # what the price makes of the walk-away rate at this stage
    # the cycle of needs: both thresholds and the time of the last deal in the category
    need_due: float
    lapse_due: float
    need_from: float
    walks: Flag  # does the clock that rings first lead away?
    # how much of warmth and irritation fades from the anchor to a time, worked out beforehand
    faded_at: float
    warmth_faded: float
    irritation_faded: float
    # what the firm knows and has promised
    rival_known: Flag
    known: Flag
    opted_out: Flag
    belief: Flag
    discount: float
    # what comes next
    busy: Flag  # in a queue or before an empty shelf: both clocks stand still
    upset: Flag  # by what they may now warn others of: see `rules.friends_warned`
    push_at: float
    meeting_at: float
    leaves_at: float  # the category, for good
    meeting: Count  # which pull touchpoint is met then
    # how often so far
    deals: Count
    category_deals: Count  # ours and the rivals'
    needs: Count
    trials: Count
    told: Count
    pushed: Count  # draws of the firm's pushes
    shown: Count  # items of the animator's programme
    # the contract
    instalment: float  # what each of its payments is
    to_pay: Count  # payments that are left
    tryouts: Count
    leaves_for: Flag  # the stage, once notice is given; 0 for none
    bound: Flag  # notice came too late: one more term
    pausing: Flag
    upgraded: Flag
    # what follows
    follow_at: float
    following: Count  # which push touchpoint follows then


@dataclass(frozen=True)
class Population:
    """The traits of all people as columns, for tables and for both engines."""

    segment: npt.NDArray[np.int64]
    motive: npt.NDArray[np.int64]
    need: Floats
    speed: Floats
    rationality: Floats
    innovativeness: Floats
    tolerance: Floats
    price_sensitivity: Floats
    taste: Floats
    rival_taste: Floats
    trust: Floats  # at the start
    on_cold_list: npt.NDArray[np.bool_]
    arrives: Floats  # day; -inf for who is there when the market opens
    leaves: Floats  # day; inf for who never does
    segment_names: tuple[str, ...]

    def __len__(self) -> int:
        """All lives: those who are there when the market opens, then the newcomers."""
        return len(self.need)

    @property
    def at_start(self) -> int:
        """How many are there when the market opens; newcomers are numbered behind them."""
        return int(np.count_nonzero(self.arrives == -np.inf))

    @property
    def adopter(self) -> npt.NDArray[np.int64]:
        """Rogers' category of each person: 0 innovators .. 4 laggards."""
        return np.searchsorted(-np.array(ADOPTER_CUTS), -self.innovativeness, side="left")


def uniforms(seed: int, people: int, index: int, purpose: int) -> Floats:
    """One block for each of `people` persons: an array of shape (people, 4)."""
    from cjsim.model.quickest import fill  # numba is loaded only where somebody is drawn

    blocks = np.empty((people, 4))
    fill(blocks, seed, index, purpose)
    return blocks


def _lognormal(u: Floats, spread: float) -> Floats:
    """Lognormal with mean 1 and coefficient of variation `spread`, by inversion."""
    from cjsim.model.quickest import fill_lognormal

    values = np.empty_like(u)
    fill_lognormal(values, u, spread)
    return values


def _logit_normal(u: Floats, mean: float, spread: float) -> Floats:
    """Logit-normal with the given mean and standard deviation, by inversion.

    A spread too wide for the mean gives the widest that there is.
    """
    from cjsim.model.quickest import fill_logit_normal

    if spread == 0:
        return np.full_like(u, mean)
    values = np.empty_like(u)
    fill_logit_normal(values, u, *logit_normal_of(mean, spread))
    return values


def _normal(u: Floats) -> Floats:
    """Standard normal, by inversion."""
    from cjsim.model.quickest import fill_normal

    values = np.empty_like(u)
    fill_normal(values, u)
    return values


def draw(scenario: sc.Scenario, people: int, seed: int) -> Population:
    """The lives of a market that opens with `people`: the same for every strategy at one seed.

    Newcomers are numbered behind the first; nobody's luck depends on how many there are.
    Sources: C14 speed, C19-C23 motive, C33-C34 rationality, C63 innovativeness (Rogers 1962).
    """
    m = scenario.market
    arrives, leaves = _lives(scenario, people, seed)
    people = len(arrives)
    # columns one by one in memory: compiled code is for such arrays, also where there is one person
    first, second, third = (
        np.ascontiguousarray(uniforms(seed, people, index, TRAITS).T) for index in (0, 1, 2)
    )
    cold = uniforms(seed, people, 0, COLD_LIST)[:, 0]
    segments = m.segments or (sc.Segment(name="all"),)
    shares = np.cumsum([s.share for s in segments])
    segment = np.searchsorted(shares / shares[-1], first[0], side="right")
    segment = np.minimum(segment, len(segments) - 1)
    motive = np.where(first[1] < m.pain_share, PAIN, DREAM)
    innovativeness = _normal(second[0])
    return Population(
        segment=segment,
        motive=motive,
        need=np.where(motive == PAIN, m.pain_need, m.dream_need)
        * np.array([s.need for s in segments])[segment],
        speed=_lognormal(first[2], m.speed_spread) * np.array([s.speed for s in segments])[segment],
        rationality=_logit_normal(first[3], m.rationality_mean, m.rationality_spread),
        innovativeness=innovativeness,
        tolerance=_lognormal(second[1], m.tolerance_spread) * m.tolerance_mean,
        price_sensitivity=_lognormal(second[2], m.price_spread)
        * m.price_sensitivity
        * np.array([s.price_sensitivity for s in segments])[segment],
        taste=scenario.product.taste_spread * _normal(second[3]),
        rival_taste=scenario.rival.taste_spread * _normal(third[0]),
        trust=np.minimum(1.0, m.prior_trust * np.array([s.trust for s in segments])[segment]),
        on_cold_list=cold < scenario.firm.cold_list_share,
        arrives=arrives,
        leaves=leaves,
        segment_names=tuple(s.name for s in segments),
    )


def opening(scenario: sc.Scenario) -> float:
    """The day the market opens: before day 0 where it has a burn-in."""
    return -scenario.burn_in_days if scenario.burn_in_days else 0.0


def newcomers_a_day(s: sc.Scenario, people: int) -> float:
    """How many come a day to a market of `people` just opened: those who leave, and its growth."""
    return people * (1.0 / s.market.stay_years + s.market.growth_a_year) / DAYS_A_YEAR


def _lives(scenario: sc.Scenario, people: int, seed: int) -> tuple[Floats, Floats]:
    """When each life comes into the market and leaves it for good; the first were there before.

    The number of newcomers grows like the market; the j-th comes when it passes j + u, with a u of
    their own: so evenly do people come, and who comes does not depend on how long we look. Stays
    are exponential, so also of those who were there before.
    """
    from cjsim.model.quickest import expm1, fill_exponential, log1p

    rate, growth = newcomers_a_day(scenario, people), scenario.market.growth_a_year / DAYS_A_YEAR
    if rate == 0.0:
        return np.full(people, -np.inf), np.full(people, np.inf)
    start, days = opening(scenario), scenario.horizon_days - opening(scenario)
    count = int(rate * (expm1(growth * days) / growth if growth > 0 else days)) + 1
    luck = uniforms(seed, people + count, 0, LIFE)
    since = (np.arange(count) + luck[people:, 0]) / rate
    if growth > 0:
        since = np.array([log1p(growth * x) / growth for x in since.tolist()])
    comes = since + start
    arrives = np.concatenate([np.full(people, -np.inf), comes[comes < scenario.horizon_days]])
    if scenario.market.stay_years == np.inf:
        return arrives, np.full(len(arrives), np.inf)
    stays = np.empty(len(arrives))
    fill_exponential(stays, np.ascontiguousarray(luck[: len(arrives), 1]))
    years = scenario.market.stay_years * DAYS_A_YEAR
    return arrives, np.maximum(arrives, start) + stays * years


def initial_state(scenario: sc.Scenario, start: float) -> dict[str, Any]:
    """What everybody's state is before the first day; see `Person`."""
    zero: dict[str, Any] = dict.fromkeys(Person.__slots__, 0)
    return zero | {
        "anchor": start,
        "faded_at": -np.inf,
        "minded_at": start,
        "price_pull": 1.0,
        "need_due": 0.0,
        "lapse_due": 0.0,
        "need_from": 0.0,
        "push_at": np.inf,
        "follow_at": np.inf,
        "warmth": 0.0,
        "memory": 0.0,
        "pressure": 0.0,
        "irritation": 0.0,
        "trust": scenario.market.prior_trust,
        "expectation": scenario.market.prior_expectation,
        "satisfaction": 0.5,
        "novelty": 0.0,
        "loyalty": 0.0,
        "discount": 0.0,
        "instalment": 0.0,
        "belief": -1,
    }


def own_state(population: Population) -> dict[str, npt.NDArray[Any]]:
    """What differs from person to person on the first day, as columns of `Person`.

    Newcomers are not here yet: they stand where the gone stand, until their day rings.
    """
    there = population.arrives == -np.inf
    return {
        **{name: getattr(population, name) for name in (*TRAIT_NAMES, "trust")},
        "leaves_at": population.leaves,
        "stage": np.where(there, UNAWARE, GONE),
        "ring_at": np.where(there, 0.0, population.arrives),
    }


def persons(population: Population, scenario: sc.Scenario, start: float) -> list[Person]:
    """The people as objects, for the SimPy engine."""
    state = initial_state(scenario, start)
    columns = {name: column.tolist() for name, column in own_state(population).items()}
    cold = population.on_cold_list.tolist()
    return [
        Person(
            **state
            | {name: column[i] for name, column in columns.items()}
            | {"id": i, "visits": [0] * len(STAGES), "known": int(cold[i])}
        )
        for i in range(len(population))
    ]
