"""A scenario as the rules read it: plain numbers, one value per stage, nothing to look up by name.

`Parameters` and `Touch` say what the numbers are. Their fields also define the numpy records
that the compiled engine uses: a number is named in one place.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import inf
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cjsim import scenario as sc
from cjsim.journey import DAYS_A_YEAR, PLACES, STAGES, TWELVE, Stage
from cjsim.model.arithmetic import log
from cjsim.model.draws import weibull_scale
from cjsim.model.plan import rates_of
from cjsim.model.population import newcomers_a_day, opening
from cjsim.model.streams import stream_of
from cjsim.scenario.calendar import Period
from cjsim.scenario.tables import FOLLOWED

PROGRAMME_LENGTH = 64
SILENT = -1
ENDLESS = -1
"""Reps without number."""
AFTER_NOTHING, AFTER_CONTACT = 0, 64
"""What a touchpoint starts after: nothing, one of `FOLLOWED` counted from 1, or a contact with one
of the library, counted from `AFTER_CONTACT`."""
AFTER_DEAL, AFTER_FIRST_DEAL, AFTER_KNOWN, AFTER_RENEGED, AFTER_SILENCE, AFTER_BIRTHDAY = (
    FOLLOWED.index(what) + 1
    for what in ("deal", "first_deal", "known", "reneged", "silence", "birthday")
)
AFTER_FAILURE, AFTER_TRYOUT, AFTER_RENEWAL, AFTER_NOTICE = (
    FOLLOWED.index(what) + 1 for what in ("failure", "tryout", "renewal", "notice")
)
WAITS = (inf, 0.0, 0.0)
"""What is kept of each person and touchpoint that follows: see `rules.wait_after`."""
DESK_WITHOUT_END = 1 << 30
"""Room at a desk where nobody waits: who queued there before is served at once."""

PerStage = list[float]
Choices = list[int]
Programme = list[int]
PerSegment = list[float]

MOST_SEGMENTS = 20
LOG_2 = log(2.0)

# Pure functions of a few values, asked again for each period of a calendar.
_weibull_scale = functools.lru_cache(weibull_scale)
_stream_of = functools.lru_cache(maxsize=1024)(stream_of)


@dataclass(slots=True)
class Touch:
    """One running touchpoint, at its intensity."""

    number: int  # its place in the scenario's library, written to the log
    stream: int  # purpose number of its random numbers
    aims_at: int  # place on the line of the stage it is made for
    fit: PerStage
    reach: float  # contacts a day at fit 1, no detour
    detour: float  # distance in detour scales
    appeal_pain: float
    appeal_dream: float
    warmth: float
    reminds: float
    presses: float  # 1 for a push: what it adds to the pressure
    intrusiveness: float
    proof: float
    promise: float
    care: float
    calm: float
    names_rival: float
    capture: float
    discount: float
    rep_days: float
    cost: float
    rhythm: float  # days, of a push
    quiet: float  # days
    cap: int  # 0 for none
    times: int  # where its last times stand among a person's; 0 where it never rests
    social_proof: float
    asks: float
    # what follows
    after: int  # what it starts after: `AFTER_NOTHING` where it is chosen
    waits: int  # where it stands among what is kept of a person for it
    delay: float  # days
    silence: float  # days; to a renewal: from the beginning of the term
    wins_back: float
    fades: float  # a day: what it gives is multiplied by e^(-fades · days of delay)
    # what may fail
    delivered: float
    opened: float
    seats: int  # 0 for no limit
    session: float  # days, in the whole market
    # what it tells the firm
    hears: float


@dataclass(slots=True)
class Parameters:
    """Product, market, firm and strategy of one run, for one seed and size."""

    seed: int
    people: int  # when the market opens
    # who comes
    opened_at: float
    growth: float  # a day
    newcomers_a_day: float  # at the opening
    served_share: float
    # the two clocks, per stage (rates per day at a neutral person)
    step_rate: PerStage
    walk_rate: PerStage
    inverse_shape: PerStage
    threshold_scale: PerStage
    # response
    warmth_gain: float
    need_gain: float  # that at stage 9: warmth hurries the next need
    irritation_harm: float
    warmth_decay: float
    irritation_decay: float
    too_hot: float
    too_cold: float
    distrust: float
    crowding: float
    dulling: float
    pressure_decay: float
    memory_decay: float
    optout_harm: float
    presence: float
    # product and rival
    price: float
    gift_value: float
    value: PerSegment  # of a deal, as a factor
    rival_price: float
    quality: float
    quality_noise: float
    tender_every: int
    rival_quality: float
    rival_noise: float
    rival_retention: float
    competition: float
    # experience and gate
    learning: float
    performance_weight: float
    gain: float
    loss_aversion: float
    expectation_drift: float
    gate_slope: float
    gate_threshold: float
    # curiosity
    curious_base: float
    curious_novelty: float
    curious_innovativeness: float
    curious_loyalty: float
    stockout_trigger: float
    choice_slope: float
    # loyalty
    deals_to_loyalty: int
    loyalty_gain: float
    advocate_share: float
    friends: float
    friend_trust: float
    friend_warmth: float
    friend_memory: float
    to_manager: float
    manager_days: float
    # words
    bad_share: float
    bad_friends: float
    bad_harm: float
    circle: int
    far_share: float
    referral_bonus: float
    bonus_share: float
    # service
    failure_rate: float
    failure_loss: float
    complain_share: float
    recovery_rate: float
    recovery_cost: float
    recovery_gain: float
    compensation: float
    # contract
    term: float  # days; 0 for none
    payments: int
    notice: float  # days
    pause_share: float
    pause_days: float
    upgrade_share: float
    upgrade_factor: float
    trial_days: float
    trial_ease: float
    # firm
    reps: int  # `ENDLESS` where nobody waits for one
    desk_stretch: float  # how much longer all takes at the desk, people being a sample
    deal_days: float
    patience_days: float
    repeat_needs_rep: int
    stocked_days: float
    empty_days: float
    wait_share: float
    # push
    pushes: int
    every_days: float
    jitter: float
    accuracy: float
    optimism: float
    filters: int  # is a push chosen by the firm's belief, or by a reading?
    guided: int
    guide_choice: Choices  # per believed stage: index of a push touchpoint, or SILENT
    next_fit: PerStage  # what a guide's next best must fit at least; inf where a plan says it all
    may_rest: int  # has a push touchpoint of the library a rhythm, a cap or a quiet period?
    programme: Programme
    programme_length: int
    follows: int  # does anything that runs follow something?
    # what may fail
    limits: int  # has anything that runs seats, or a share that is not read, or the firm a budget?
    sample_stretch: float  # how many times fewer people than the market has
    budget: float  # money of these people for contacts; inf for no limit
    budget_days: float


def _clocks(s: sc.Scenario, season: float) -> dict[str, Any]:
    """Rates and Weibull constants per stage; the rates are those of the plan (`model.plan`).

    What is complex takes longer at 2-5, and by `product.effort` costs people there as well: the
    plan knows of neither, nor of the season. A season's need is everybody's: up to the deal it
    hurries the step-on clock as need does, between the deals both clocks, so that people buy
    oftener and do not stay away less. Under a contract the step-on clock of 9 counts days.
    """
    rates = rates_of(s)
    step, walk = list(rates.step), list(rates.walk)
    for stage in range(Stage.INTEREST, Stage.COMPARISON + 1):
        slower = 1.0 + s.product.complexity
        step[stage] = step[stage] / slower
        walk[stage] = walk[stage] / slower * (1.0 + s.product.effort * s.product.complexity)
    for stage in (*range(Stage.ACTION + 1), Stage.REPEAT_DEAL, Stage.WITH_RIVAL):
        step[stage] = step[stage] * season
    walk[Stage.REPEAT_DEAL] = walk[Stage.REPEAT_DEAL] * season
    if s.contract.term_days > 0:  # a term is as long in any season, for everybody
        step[Stage.REPEAT_DEAL], walk[Stage.REPEAT_DEAL] = 1.0, rates.cancel
    shape = [1.0] * len(STAGES)
    for stage in TWELVE:
        shape[stage] = s.stage_plan(stage).regularity
    shape[Stage.WITH_RIVAL] = shape[Stage.REPEAT_DEAL]
    inverse = [1.0 / k for k in shape]
    return {
        "step_rate": step,
        "walk_rate": walk,
        "inverse_shape": inverse,
        "threshold_scale": [_weibull_scale(x) for x in inverse],
    }


def touches(s: sc.Scenario, contact: str, also: Collection[str] = ()) -> list[Touch]:
    """The touchpoints of the running strategy that pull (or push), in the order of the library.

    `also` names some that run at another time: they stand there too, with no reach.
    """
    streams = _streams(s)
    times, _ = _places_of_times(s)
    waits = {name: place for place, name in enumerate(_followers(s))}
    running = s.running_touchpoints(contact)
    return [
        _touch(
            Itself(t),
            Around(
                number, streams[name], times.get(name, 0), waits.get(name, 0),
                _what_before(s, t.after), s.running.touchpoints.get(name, 0.0), s.market.clutter,
                s.response.detour_scale_m, _rep_days(s, t.rep_hours), s.contract.term_days,
            ),
        )
        for number, (name, t) in enumerate(s.touchpoints.items())
        if name in running or name in also
    ]  # fmt: skip


def pulls_of(
    calendar: Sequence[Period[sc.Scenario]], *others: Sequence[Period[sc.Scenario]]
) -> list[list[Touch]]:
    """The pull touchpoints of each period: the same in each, so that meetings keep their places.

    `others` are the calendars of other arms: theirs stand there too.
    """
    every = [period for one in (calendar, *others) for period in one]
    also = {name for period in every for name in period.scenario.running_touchpoints("pull")}
    return [touches(period.scenario, "pull", also) for period in calendar]


def _places_of_times(s: sc.Scenario) -> tuple[dict[str, int], int]:
    """Where a person's last times with each touchpoint begin that may rest, and how many there are.

    Place 0 is the last deal's. The library counts, whatever runs of it: so a change of strategy
    finds them where they were.
    """
    places: dict[str, int] = {}
    room = 1
    for name, t in s.touchpoints.items():
        rules = t.rhythm_days > 0 or t.cap_30_days > 0 or t.quiet_days > 0
        if rules and t.contact == "push":
            places[name] = room
            room += max(1, t.cap_30_days)
    return places, room if places else 0


def times_kept(s: sc.Scenario) -> int:
    """How many times are kept of each person: of the last deal, and of what was sent; often 0."""
    return _places_of_times(s)[1]


def _followers(s: sc.Scenario) -> list[str]:
    """The touchpoints that start after something; the library counts, whatever runs of it."""
    return [name for name, t in s.touchpoints.items() if t.after]


def waits_kept(s: sc.Scenario) -> list[float]:
    """What is kept of a person to whom nothing has happened yet; often nothing."""
    return list(WAITS) * len(_followers(s))


def _what_before(s: sc.Scenario, after: str) -> int:
    """The number of what a touchpoint starts after."""
    if not after:
        return AFTER_NOTHING
    if after in FOLLOWED:
        return FOLLOWED.index(after) + 1
    return AFTER_CONTACT + list(s.touchpoints).index(after)


def _streams(s: sc.Scenario) -> dict[str, int]:
    """Each touchpoint's stream of random numbers, its own.

    Raises ValueError where two names give the same: their contacts would come at the same moments.
    """
    streams = {name: _stream_of(name) for name in s.touchpoints}
    names = {stream: name for name, stream in streams.items()}
    for name, stream in streams.items():
        if names[stream] != name:
            raise ValueError(
                f"touchpoints {name} and {names[stream]} would draw the same random numbers; "
                "give one of them another name"
            )
    return streams


class Around(NamedTuple):
    """What makes a `Touch` of a touchpoint, besides the touchpoint itself."""

    number: int
    stream: int
    times: int
    waits: int
    after: int
    intensity: float
    clutter: float
    detour_scale: float
    rep_days: float
    term: float


class Itself:
    """A touchpoint as a key: the very object, which the cache keeps alive. It never changes."""

    __slots__ = ("touchpoint",)

    def __init__(self, touchpoint: sc.Touchpoint) -> None:
        self.touchpoint = touchpoint

    def __hash__(self) -> int:
        return id(self.touchpoint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and self.touchpoint is other.touchpoint


@functools.lru_cache(maxsize=1024)
def _touch(itself: Itself, around: Around) -> Touch:
    """A touchpoint at its intensity; made once, most periods of a calendar have the same."""
    t, push = itself.touchpoint, itself.touchpoint.contact == "push"
    strength = around.intensity if push else 1.0
    noticed = strength / (1.0 + around.clutter)
    shares = {
        **dict.fromkeys(("warmth", "proof", "promise", "social_proof"), noticed),
        **dict.fromkeys(("care", "calm", "asks"), strength),
    }
    return Touch(
        number=around.number,
        stream=around.stream,
        aims_at=PLACES[Stage.of(t.aims_at)],
        fit=_fits_of(t),
        reach=0.0 if push else t.reach_per_day * around.intensity,
        detour=t.distance_m / around.detour_scale,
        appeal_pain=t.appeal_pain,
        appeal_dream=t.appeal_dream,
        intrusiveness=t.intrusiveness * strength,
        reminds=t.reminds * noticed,
        presses=1.0 if push else 0.0,
        names_rival=t.names_rival,
        capture=t.capture,
        discount=t.discount,
        rep_days=around.rep_days,
        cost=t.cost_per_contact * strength,
        rhythm=t.rhythm_days,
        quiet=t.quiet_days,
        cap=t.cap_30_days,
        times=around.times,
        **{key: min(1.0, getattr(t, key) * factor) for key, factor in shares.items()},
        after=around.after,
        waits=around.waits * len(WAITS),
        delay=t.delay_hours / 24.0,
        silence=_silence(t, around.term),
        wins_back=t.wins_back,
        fades=LOG_2 * 24.0 / t.fade_half_life_hours if t.after else 0.0,
        delivered=t.delivered,
        opened=t.opened,
        seats=t.seats,
        session=t.session_days,
        hears=t.hears,
    )


def _silence(t: sc.Touchpoint, term: float) -> float:
    """Days from what a touchpoint waits after until it begins to wait."""
    if t.after == "renewal":
        return max(0.0, term - t.lead_days)
    return t.silence_days


def _rep_days(s: sc.Scenario, hours: float) -> float:
    """Hours of a rep's work as days of the calendar: nobody works at night, or at weekends."""
    return hours / s.firm.hours_a_day * (7.0 / s.firm.days_a_week)


def desk_of(s: sc.Scenario, people: int) -> tuple[int, float]:
    """Reps at the desk of `people`, and how much longer everything takes there than in the market.

    So many people are a sample of `market.people`. Its desk is that of the market on a slower
    clock: as many reps, who work as much slower as their buyers are fewer and more patient. The
    load of a rep stays, and so does the share that a queue loses (M/M/c+M: stretched time changes
    no probability). Fewer reps at the market's pace would not do: a short queue of one loses more
    than one of four at the same load. The market in full is stretched by 1.0 to the last bit.
    """
    if s.firm.reps in (0, inf):
        return (ENDLESS if s.firm.reps else 0), 1.0
    return int(s.firm.reps), s.market.people / people


def _fits_of(touchpoint: sc.Touchpoint) -> list[float]:
    """Its fit to each stage, 0..1; what `fit_at` gives, in one go."""
    fit = [0.0] * len(STAGES)
    for stage, share in touchpoint.fit.items():
        fit[Stage.of(stage)] = share
    return fit


def fits(s: sc.Scenario) -> npt.NDArray[np.float64]:
    """Fit of each touchpoint of the library (rows) to each stage (columns), 0..1."""
    table = np.zeros((max(len(s.touchpoints), 1), len(STAGES)))
    for i, t in enumerate(s.touchpoints.values()):
        table[i] = _fits_of(t)
    return table


def _push(s: sc.Scenario) -> dict[str, Any]:
    """Who is pushed with what: the guide's choice per believed stage, the animator's programme."""
    running, push = s.running, touches(s, "push")
    number = {name: i for i, name in enumerate(s.touchpoints)}
    index = {touch.number: i for i, touch in enumerate(push)}
    choice = []
    chosen = [index for index, touch in enumerate(push) if touch.after == AFTER_NOTHING]
    for stage in STAGES:
        fits = [touch.fit[stage] if i in chosen else 0.0 for i, touch in enumerate(push)]
        best = max(fits, default=0.0)
        choice.append(fits.index(best) if best >= running.min_fit and best > 0 else SILENT)
    for key, name in running.plan.items():
        choice[Stage.of(key)] = index[number[name]] if name else SILENT
    next_fit = [inf if stage.key in running.plan else running.min_fit for stage in STAGES]
    programme = [index[number[name]] for name in running.programme] or chosen
    return {
        "pushes": int(running.push != "none" and bool(chosen)),
        "every_days": running.every_days,
        "jitter": running.jitter,
        "accuracy": running.accuracy,
        "optimism": running.optimism,
        "filters": int(running.targeting == "filter"),
        "guided": int(running.push == "guide"),
        "guide_choice": choice,
        "next_fit": next_fit,
        "may_rest": int(times_kept(s) > 0),
        "programme": (programme + [SILENT] * PROGRAMME_LENGTH)[:PROGRAMME_LENGTH],
        "programme_length": min(len(programme), PROGRAMME_LENGTH),
        "follows": int(len(chosen) < len(push)),
    }


def _limits(s: sc.Scenario, people: int) -> dict[str, Any]:
    """What may keep a contact from taking place, for `people` of the market.

    Their budget is their share of the market's. Their sessions last longer instead, with as many
    seats: as `desk_of` does, so that the share of those who find none stays.
    """
    names = s.running_touchpoints("pull") + s.running_touchpoints("push")
    running = [s.touchpoints[name] for name in names]
    short = any(t.seats > 0 or t.delivered < 1.0 or t.opened < 1.0 for t in running)
    budget = s.running.budget
    return {
        "limits": int(short or budget < inf),
        "sample_stretch": s.market.people / people,
        "budget": budget * (people / s.market.people),
        "budget_days": s.running.budget_days,
    }


def parameters_of(s: sc.Scenario, people: int, seed: int, season: float = 1.0) -> Parameters:
    """The numbers of a scenario, for a market of `people` in the world number `seed`.

    `season` is the factor of the strength of need at that time of the year.
    """
    reps, stretch = desk_of(s, people)
    contract = s.contract
    return Parameters(
        seed=seed,
        people=people,
        opened_at=opening(s),
        growth=s.market.growth_a_year / DAYS_A_YEAR,
        newcomers_a_day=newcomers_a_day(s, people),
        served_share=s.market.served_share,
        warmth_gain=s.response.warmth_gain,
        need_gain=0.0 if contract.term_days > 0 else s.product.hurry * s.response.warmth_gain,
        irritation_harm=s.response.irritation_harm,
        warmth_decay=LOG_2 / s.response.warmth_half_life_days,
        irritation_decay=LOG_2 / s.response.irritation_half_life_days,
        too_hot=s.response.too_hot,
        too_cold=s.response.too_cold,
        distrust=s.response.distrust,
        crowding=s.response.crowding,
        dulling=s.response.dulling,
        pressure_decay=LOG_2 / s.response.pressure_half_life_days,
        memory_decay=LOG_2 / s.response.memory_half_life_days,
        optout_harm=s.response.optout_harm,
        presence=s.market.presence,
        price=s.product.price,
        gift_value=s.product.gift_value,
        value=_values(s),
        rival_price=s.rival.price,
        quality=s.product.quality,
        quality_noise=s.product.quality_noise,
        tender_every=s.product.tender_every,
        rival_quality=s.rival.quality,
        rival_noise=s.rival.quality_noise,
        rival_retention=s.rival.retention,
        competition=s.rival.competition,
        learning=s.experience.learning,
        performance_weight=s.experience.performance_weight,
        gain=s.experience.gain,
        loss_aversion=s.experience.loss_aversion,
        expectation_drift=s.experience.expectation_drift,
        gate_slope=s.experience.gate_slope,
        gate_threshold=s.experience.gate_threshold,
        curious_base=s.curiosity.base,
        curious_novelty=s.curiosity.novelty,
        curious_innovativeness=s.curiosity.innovativeness,
        curious_loyalty=s.curiosity.loyalty,
        stockout_trigger=s.curiosity.stockout_trigger,
        choice_slope=s.curiosity.choice_slope,
        deals_to_loyalty=s.loyalty.deals_to_loyalty,
        loyalty_gain=s.loyalty.gain,
        advocate_share=s.loyalty.advocate_share,
        friends=s.loyalty.friends,
        friend_trust=s.loyalty.friend_trust,
        friend_warmth=s.loyalty.friend_warmth,
        friend_memory=s.loyalty.friend_memory,
        to_manager=s.loyalty.to_manager,
        manager_days=s.loyalty.manager_years * DAYS_A_YEAR,
        **dict(s.words),
        **dict(s.service),
        term=contract.term_days,
        payments=contract.payments,
        notice=contract.notice_days,
        pause_share=contract.pause_share,
        pause_days=contract.pause_days,
        upgrade_share=contract.upgrade_share,
        upgrade_factor=contract.upgrade_factor,
        trial_days=contract.trial_days,
        trial_ease=contract.trial_ease,
        reps=reps,
        desk_stretch=stretch,
        deal_days=_rep_days(s, s.firm.deal_hours) * stretch,
        patience_days=s.firm.patience_days * stretch,
        repeat_needs_rep=int(s.firm.repeat_needs_rep),
        stocked_days=s.shelf.stocked_days,
        empty_days=s.shelf.empty_days,
        wait_share=s.shelf.wait_share,
        **_clocks(s, season),
        **_push(s),
        **_limits(s, people),
    )


def _values(s: sc.Scenario) -> list[float]:
    """What a deal is worth in each segment, as a factor."""
    values = [segment.value for segment in s.market.segments]
    return values + [1.0] * (MOST_SEGMENTS - len(values))


@functools.cache
def record_type(kind: type) -> np.dtype[Any]:
    """The numpy record with the fields of a dataclass, the widest first so that no gaps are left.

    It is what the compiled engine holds.
    """
    forms: dict[str, tuple[Any, ...]] = {
        "int": (np.int64,),
        "float": (np.float64,),
        "Flag": (np.int8,),
        "Count": (np.int32,),
        "PerStage": (np.float64, (len(STAGES),)),
        "PerSegment": (np.float64, (MOST_SEGMENTS,)),
        "Choices": (np.int64, (len(STAGES),)),
        "Programme": (np.int64, (PROGRAMME_LENGTH,)),
        "Visits": (np.int32, (len(STAGES),)),
        "Number": (np.int64,),
    }
    fields = [(field.name, *forms[str(field.type)]) for field in dataclasses.fields(kind)]
    fields.sort(key=lambda field: -np.dtype(field[1]).itemsize)
    return np.dtype(fields, align=True)


def records(kind: type, objects: Sequence[Any]) -> npt.NDArray[Any]:
    """Dataclass objects as an array of records."""
    form = record_type(kind)
    values = attrgetter(*form.names or ())
    return np.array([values(o) for o in objects], form)
