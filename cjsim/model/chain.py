"""The firm's picture of the journey: a chain of stages by the day, as an expert would write it.

Typical days, planned losses, gates at mean quality, the share a rival keeps, the mean of
rationality at the fork: nothing that only the truth knows. Stages are left without memory (Q), so
a day is P = e^Q. People whom the firm does not know yet live by P; of those it knows it sees the
contacts and the deals, so that silence tells as well: they live by e^(Q - D) without the deals'
ways, where D holds the rate at which each stage would have been noticed.

Kept are the powers for 2^j days, so that any number of days is a few products of a row with a
matrix. All of it is pure Python in the kit's own arithmetic, and handed to every engine as data:
the same bits everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil
from typing import Final, NamedTuple

from cjsim.journey import (
    ACTION,
    AWARENESS,
    COMPARISON,
    CURIOSITY,
    DAYS_A_YEAR,
    DORMANT,
    FIRST_DEAL,
    GONE,
    INTEREST,
    LOYALTY,
    RECOMMENDATION,
    REPEAT_DEAL,
    SATISFACTION,
    STUDY,
    TWELVE,
    UNAWARE,
    WITH_RIVAL,
)
from cjsim.model.parameters import touches
from cjsim.model.population import opening
from cjsim.model.quickest import exp, logistic
from cjsim.scenario import Scenario
from cjsim.scenario.calendar import periods

Row = tuple[float, ...]
Matrix = tuple[Row, ...]
Ways = list[tuple[int, float]]

PLACED: Final = GONE
"""How many stages somebody can be believed at: all but GONE, for whoever is gone is not written to.
"""
FASTEST: Final = 100.0
"""Stages that take less than a hundredth of a day take that, in a picture of days."""
PRIOR, AFTER_FIRST, AFTER_REPEAT, ON_TRIAL, AFTER_DECLINE = 0, 1, 2, 3, 4
AT_DESK, OUT_OF_QUEUE, AT_TENDER, BOUND, CONTRACT_OVER, POWERS = 5, 6, 7, 8, 9, 10
"""Rows of the table: where a stranger stands at the opening, where what was seen has led to.

AT_DESK is told by its chances, all else leaves no doubt. From POWERS on stand those of strangers,
then as many of people who are known.
"""
TERMS: Final = 20
"""Terms of the series of e^x for x up to 1/2: the next is below 1e-25."""


class Expert(NamedTuple):
    """What an expert says of a market; `met` is how often each stage is met by what pulls, a day.

    Parameters
    ----------
    days : typical days of each stage.
    losses : share of each that walks away.
    first, repeat : share that passes the gate after a first deal, and after later ones.
    queues_again : do customers need a rep for later deals too?
    renewed : a day, how many of the strangers leave the category and are replaced.
    doublings : how many powers are kept.
    """

    days: Row
    losses: Row
    considered: float
    rational: float
    first: float
    repeat: float
    curious: float
    loyal: float
    advocates: float
    comes_back: float
    leaves_rival: float
    tender: float
    queues_again: bool
    served: float
    renewed: float
    met: Row
    doublings: int


def kept(s: Scenario) -> bool:
    """Does the firm keep a belief of everybody it knows? Where any strategy filters, at any time.

    Not only the one that runs: records are kept before they are acted upon.
    """
    every = (strategy for period in periods(s) for strategy in period.scenario.strategies.values())
    return any(strategy.targeting == "filter" for strategy in every)


def table_of(s: Scenario, season: float = 1.0) -> Matrix:
    """The table of one period, for the touchpoints that pull in it; see PRIOR and what follows it.

    Parameters
    ----------
    s : a scenario without a calendar, under the strategy that runs.
    season : factor of the strength of need.
    """
    return table(expert_of(s, season))


def expert_of(s: Scenario, season: float = 1.0) -> Expert:
    """What an expert would say of a scenario."""
    m, plan, product = s.market, [s.stage_plan(stage) for stage in TWELVE], s.product
    cycle = plan[REPEAT_DEAL - 1].typical_days
    slower = 1.0 + product.complexity
    days = [m.onset_days, *(p.typical_days for p in plan), cycle, m.return_days]
    for stage in range(PLACED):
        if INTEREST <= stage <= COMPARISON:
            days[stage] = days[stage] * slower
        if stage <= ACTION or stage in (REPEAT_DEAL, WITH_RIVAL):
            days[stage] = days[stage] / season
    if s.contract.trial_days > 0.0:
        days[FIRST_DEAL] = s.contract.trial_days
    first, repeat = _content(s, m.prior_expectation), _content(s, product.quality)
    gates = [_gate(s, content) for content in (first, repeat)]
    losses = [0.0, *(p.planned_loss for p in plan), 0.0, 0.0]
    on = (1.0 - losses[REPEAT_DEAL]) * gates[1]
    loyal = 1.0
    for _ in range(min(100, s.loyalty.deals_to_loyalty - 2)):  # of those who buy again
        loyal = loyal * on
    leaves = (1.0 - s.rival.retention) * (0.5 + m.prior_trust)
    return Expert(
        days=tuple(days),
        losses=tuple(losses),
        considered=m.presence,
        rational=m.rationality_mean,
        first=gates[0],
        repeat=gates[1],
        curious=logistic(s.curiosity.base),
        loyal=loyal,
        advocates=s.loyalty.advocate_share * repeat,
        comes_back=logistic(s.curiosity.choice_slope * (repeat - s.rival.quality)),
        leaves_rival=leaves / (s.rival.retention + leaves) if leaves > 0.0 else 0.0,
        tender=1.0 / product.tender_every if product.tender_every else 0.0,
        queues_again=s.firm.repeat_needs_rep,
        served=m.served_share,
        renewed=(1.0 / m.stay_years + m.growth_a_year) / DAYS_A_YEAR,
        met=_met(s),
        doublings=int(ceil(s.horizon_days - opening(s)) + 1).bit_length(),
    )


def _content(s: Scenario, expectation: float) -> float:
    """How content a deal at mean quality leaves people who expected so much; see `rules`."""
    e, surprise = s.experience, s.product.quality - expectation
    if surprise < 0.0:
        surprise = e.loss_aversion * surprise
    w = e.performance_weight
    return min(1.0, max(0.0, w * s.product.quality + (1.0 - w) * (0.5 + e.gain * surprise)))


def _gate(s: Scenario, content: float) -> float:
    return logistic(s.experience.gate_slope * (content - s.experience.gate_threshold))


def _met(s: Scenario) -> Row:
    """Contacts a day of somebody of need 1 at each stage, with all that pulls."""
    rates = [0.0] * PLACED
    for touch in touches(s, "pull"):
        passing = touch.reach * exp(-touch.detour)
        for stage in range(PLACED):
            rates[stage] = rates[stage] + passing * touch.fit[stage]
    return tuple(rates)


# --- The chain ----------------------------------------------------------------------------------


def ways_of(e: Expert) -> tuple[list[Ways], list[Ways]]:
    """Where each stage leads, with which chance: the ways nobody sees, and those by a deal."""
    quiet: list[Ways] = [[] for _ in range(PLACED)]
    deals: list[Ways] = [[] for _ in range(PLACED)]
    passes = [1.0 - loss for loss in e.losses]
    quiet[UNAWARE] = [(AWARENESS, 1.0)]
    for stage in range(AWARENESS, STUDY):
        quiet[stage] = [(stage + 1, passes[stage]), (DORMANT, e.losses[stage])]
    asked = passes[STUDY] * e.considered
    quiet[STUDY] = [
        (COMPARISON, asked * e.rational),
        (ACTION, asked * (1.0 - e.rational)),
        (WITH_RIVAL, passes[STUDY] * (1.0 - e.considered)),
        (DORMANT, e.losses[STUDY]),
    ]
    quiet[COMPARISON] = [(ACTION, passes[COMPARISON]), (WITH_RIVAL, e.losses[COMPARISON])]
    quiet[ACTION] = [(FIRST_DEAL, passes[ACTION]), *_lost(e, e.losses[ACTION])]
    deals[FIRST_DEAL] = [(SATISFACTION, 1.0)]
    quiet[SATISFACTION] = [(REPEAT_DEAL, e.first), (WITH_RIVAL, 1.0 - e.first)]
    buys = passes[REPEAT_DEAL] * (1.0 - e.tender)
    deals[REPEAT_DEAL] = [(stage, buys * share) for stage, share in after_repeat(e)]
    quiet[REPEAT_DEAL] = [
        (DORMANT, e.losses[REPEAT_DEAL]),
        (COMPARISON, passes[REPEAT_DEAL] * e.tender),
    ]
    tries = e.losses[CURIOSITY]
    stays = passes[CURIOSITY] + tries * e.comes_back
    quiet[CURIOSITY] = [(REPEAT_DEAL, stays), (WITH_RIVAL, tries * (1.0 - e.comes_back))]
    quiet[LOYALTY] = [(RECOMMENDATION, e.advocates), (REPEAT_DEAL, 1.0 - e.advocates)]
    quiet[RECOMMENDATION] = [(REPEAT_DEAL, 1.0)]
    quiet[WITH_RIVAL] = [(STUDY, e.leaves_rival)]
    quiet[DORMANT] = [(AWARENESS, 1.0)]
    return quiet, deals


def after_repeat(e: Expert) -> Ways:
    """Where a repeat deal leads."""
    on = e.repeat * (1.0 - e.curious)
    return [
        (WITH_RIVAL, 1.0 - e.repeat),
        (CURIOSITY, e.repeat * e.curious),
        (LOYALTY, on * e.loyal),
        (REPEAT_DEAL, on * (1.0 - e.loyal)),
    ]


def at_desk(e: Expert) -> Ways:
    """Where somebody stands who asks for a rep, all stages being equal."""
    return [(ACTION, 0.5), (REPEAT_DEAL, 0.5)] if e.queues_again else [(ACTION, 1.0)]


def after_contract(e: Expert) -> Ways:
    """Where a contract leads that ends by a notice: cancelled by itself, or for a rival."""
    asleep = e.losses[REPEAT_DEAL]
    away = (1.0 - asleep) * (1.0 - e.repeat)
    if asleep + away <= 0.0:
        return [(WITH_RIVAL, 1.0)]
    return [(DORMANT, asleep / (asleep + away)), (WITH_RIVAL, away / (asleep + away))]


def _lost(e: Expert, share: float) -> Ways:
    """Where a buyer goes who does not buy: to the rival who knows one, that is who compared."""
    return [(WITH_RIVAL, share * e.rational), (DORMANT, share * (1.0 - e.rational))]


def generators(e: Expert) -> tuple[Matrix, Matrix]:
    """Rates a day from each stage to each: of strangers, and of people who are known and silent."""
    quiet, deals = ways_of(e)
    strangers, known = ([[0.0] * PLACED for _ in range(PLACED)] for _ in range(2))
    for stage in range(PLACED):
        rate = min(FASTEST, 1.0 / e.days[stage])
        for rates, ways in ((strangers, quiet[stage] + deals[stage]), (known, quiet[stage])):
            for onward, share in ways:
                rates[stage][onward] = rates[stage][onward] + rate * share
        strangers[stage][UNAWARE] = strangers[stage][UNAWARE] + e.renewed
        _leave(strangers[stage], stage)
        seen = 0.0
        for _, share in deals[stage]:
            seen = seen + rate * share
        _leave(known[stage], stage, seen + e.met[stage])
    return _frozen(strangers), _frozen(known)


def _leave(rates: list[float], stage: int, seen: float = 0.0) -> None:
    """Whoever goes elsewhere, or is noticed, is no longer among those at the stage."""
    left = seen
    for onward in range(PLACED):
        if onward != stage:
            left = left + rates[onward]
    rates[stage] = -left


@lru_cache(maxsize=128)
def table(e: Expert) -> Matrix:
    """All that the engines are given: the rows of what was seen, then the powers of both days."""
    strangers, known = generators(e)
    rows = [
        _row([(UNAWARE, 1.0 - e.served), (WITH_RIVAL, e.served)]),
        _row([(SATISFACTION, 1.0)]),
        _row(after_repeat(e)),
        _row([(FIRST_DEAL, 1.0)]),
        _row(_lost(e, 1.0)),
        _row(at_desk(e)),
        _row([(WITH_RIVAL, 1.0)]),
        _row([(COMPARISON, 1.0)]),
        _row([(REPEAT_DEAL, 1.0)]),
        _row(after_contract(e)),
    ]
    for generator in (strangers, known):
        power = exponential_of(generator)
        for _ in range(e.doublings):
            rows.extend(power)
            power = _scaled(product(power, power))
    return tuple(rows)


def _row(ways: Ways) -> Row:
    row = [0.0] * PLACED
    for stage, share in ways:
        row[stage] = row[stage] + share
    return tuple(row)


def _frozen(rows: Sequence[Sequence[float]]) -> Matrix:
    return tuple(tuple(row) for row in rows)


def product(a: Matrix, b: Matrix) -> Matrix:
    """a · b, each sum from the left to the right."""
    rows = []
    for row in a:
        sums = [0.0] * PLACED
        for share, other in zip(row, b, strict=True):
            if share != 0.0:
                sums = [x + share * y for x, y in zip(sums, other, strict=True)]
        rows.append(tuple(sums))
    return tuple(rows)


def exponential_of(generator: Matrix) -> Matrix:
    """e^Q with nothing but sums of what is not negative, so that no digit is lost.

    e^Q = e^-q · e^(Q + q), q the fastest rate; halved until the series is short, then squared.
    """
    fastest = max(-generator[stage][stage] for stage in range(PLACED))
    halvings = 0
    while fastest > 0.5:
        fastest, halvings = 0.5 * fastest, halvings + 1
    part = 1.0
    for _ in range(halvings):
        part = 0.5 * part
    one = _unit(1.0)
    step = tuple(
        tuple(part * rate + (fastest if there == stage else 0.0) for there, rate in enumerate(row))
        for stage, row in enumerate(generator)
    )
    step = tuple(tuple(max(0.0, x) for x in row) for row in step)  # the fastest, rounded
    total = one
    for n in range(TERMS, 0, -1):  # Horner: 1 + x/1 · (1 + x/2 · (...))
        inner = product(step, total)
        total = tuple(
            tuple(one[i][j] + inner[i][j] / n for j in range(PLACED)) for i in range(PLACED)
        )
    shrink = exp(-fastest)
    day = tuple(tuple(shrink * x for x in row) for row in total)
    for _ in range(halvings):
        day = product(day, day)
    return day


def _unit(x: float) -> Matrix:
    return tuple(tuple(x if i == j else 0.0 for j in range(PLACED)) for i in range(PLACED))


def _scaled(matrix: Matrix) -> Matrix:
    """By its largest entry: a belief is a share of a whole, and long silences would vanish else."""
    largest = max(max(row) for row in matrix)
    return tuple(tuple(x / largest for x in row) for row in matrix) if largest > 0.0 else matrix
