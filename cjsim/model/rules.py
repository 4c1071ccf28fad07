"""How a person changes, one small function per paragraph of `docs/model.md`.

Plain scalar functions of a person (`population.Person`) and the market (`parameters.Parameters`).
They hold no containers and know nothing of events, logs or SimPy, so that the same source serves
the engine that is taught and, compiled, the engine that answers at once. Bits matter: only
+ - * /, sqrt, floor and the kit's exp, log, expm1 (never `x**n`), in the order written.

Time is in days; all rates are per day; all shares and states are 0..1 unless said.

One file, long as it is: whoever tries another rule sets it in its place here, and all rules that
call it must find it there.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from math import floor, inf

from cjsim.journey import (
    ACTION,
    AWARENESS,
    COMPARISON,
    CURIOSITY,
    DAYS_A_YEAR,
    DORMANT,
    FIRST_DEAL,
    GONE,
    LOYALTY,
    PLACES,
    RECOMMENDATION,
    REPEAT_DEAL,
    SATISFACTION,
    STUDY,
    UNAWARE,
    WITH_RIVAL,
)
from cjsim.model.chain import PLACED, POWERS, PRIOR
from cjsim.model.parameters import (
    AFTER_BIRTHDAY,
    AFTER_NOTHING,
    AFTER_RENEWAL,
    AFTER_SILENCE,
    DESK_WITHOUT_END,
    ENDLESS,
    SILENT,
    Parameters,
    Touch,
)
from cjsim.model.population import Person
from cjsim.model.quickest import (
    block,
    exp,
    expm1,
    exponential,
    log,
    logistic,
    normal,
    poisson,
    power,
    threshold,
)
from cjsim.model.streams import (
    ANSWER,
    BAD_WORD,
    BIRTHDAY,
    CONTRACT,
    DELIVERY,
    DESK,
    EXPERIENCE,
    FRIEND,
    LIFE,
    MANAGER,
    MARKET_KEY,
    NEED,
    PUSH,
    SERVICE,
    SHELF,
    TRIAL,
    TRYOUT,
    VISIT,
    WARNED,
)

# What a person does next.
RING = 0
PUSHED = 1
MEETS = 2
COMES_OR_GOES = 3
FOLLOWS = 4

MOST_TRIES = 20
"""How often an advocate thinks of somebody who has left before nobody is told."""
MOST_TOLD = 1_000
"""Friends that an advocate tells at one visit at most; the mean is 200 at most."""
ROOM_FOR_STAGES = 16
"""More than there are stages: the n-th visit to a stage is numbered n · 16 + stage."""
MOST_VISITS = 1 << 30
"""Visits of one person to one stage; whoever comes oftener meets the luck of the last of them."""
CONTACTS_A_VISIT = 1 << 29
"""Room for the contacts with one touchpoint during one visit, in that touchpoint's stream.

A legal scenario has at most 1,000 a day for 200,000 days before a change of strategy, and as many
after it. All contacts of all visits together fit a word of 63 bits."""
NOT_SET = -inf
"""`ring_at` of a person for whom nobody has yet found out when the first clock rings."""
NEARLY, HAIR = 1.0 - 1e-12, 1e-14
"""How early `rings_by` may say yes: relative to the threshold, and to the time."""
LONGEST_WAIT = 1.0
"""Days that a contact waits for a rep before it is dropped, at the desk of the whole market."""
AFTER_SWITCH = CONTACTS_A_VISIT >> 1
"""Contacts after a change of strategy draw from the second half of that room."""

LAST_DEAL = 0
"""Place of the last deal among a person's last times; those of the touchpoints stand behind it."""
# What became of a deal at which something may go wrong, and what upsets people.
GOES_WELL, FAILS, COMPLAINS, MADE_GOOD = 0, 1, 2, 3
BY_FAILURE, BY_GATE = 1, 2

# Places in the tally of the market.
PRESENT, CUSTOMERS = 0, 1

DAYS_OF_CAP = 30.0
MOMENT = 1e-6
"""Days that rounding may take from a rest: pushes a day apart are a day apart."""

SINCE, SENT_SO_FAR, SENT_SINCE, ROOM_OF_A_WAIT = 0, 1, 2, 3
"""Places in what is kept of a person for a touchpoint that follows: see `wait_after`."""
SESSION, TAKEN = 0, 1
"""Places in what is kept of a touchpoint's seats: which session, and how many are taken."""
DAY, ASKED, ROOM_OF_A_BELIEF = PLACED, PLACED + 1, PLACED + 2
"""Places in a belief behind its stages: the day it has come to, and contacts that were asked at."""
PERIOD, SPENT = 0, 1
"""Places in the firm's purse: which period, and what is spent in it."""


# --- the two clocks ---------------------------------------------------------------------------


def warmth_boost(person: Person, market: Parameters) -> float:
    """By how much warmth speeds the step-on clock up: up to the deal and asleep by beta.

    At 9 by the share of it that hurries the next need; elsewhere it is not felt.
    """
    if person.stage <= ACTION or person.stage == DORMANT:
        return market.warmth_gain * person.warmth
    if person.stage == REPEAT_DEAL:
        return market.need_gain * person.warmth
    return 0.0


def step_rate(person: Person, market: Parameters) -> float:
    """Step-on rate without warmth: lambda_s · speed · need · (½ + trust) · (1½ - rationality).

    Each factor acts only where it means something: C14 speed (up to the deal, and the pace of the
    needs, but not of a contract), C25 need, C141 trust, C33-C34 rationality.
    """
    stage = person.stage
    rate = market.step_rate[stage]
    if stage <= ACTION:
        rate = rate * person.need
    before_the_deal = AWARENESS <= stage <= ACTION
    if before_the_deal or stage == WITH_RIVAL or (stage == REPEAT_DEAL and market.term <= 0.0):
        rate = rate * person.speed
    if before_the_deal or stage == DORMANT:
        rate = rate * (0.5 + person.trust)
    if stage == STUDY or stage == COMPARISON:
        rate = rate * (1.5 - person.rationality)
    return rate


def walk_rate(person: Person, market: Parameters) -> float:
    """Walk-away rate without irritation: mu_s · speed · (1½ - trust) · price · (1 + competition).

    Speed acts where it speeds the other clock up, so that it sets the pace and not the odds; the
    last factor acts up to the deal, once a rival is in the person's set. C56-C57, C88 (trust
    holds), A30 and C37 (competition); for the price see `weigh_price`.
    """
    stage = person.stage
    rate = market.walk_rate[stage]
    if rate > 0.0:
        rate = rate * (1.5 - person.trust) * person.price_pull
        if stage <= ACTION or (stage == REPEAT_DEAL and market.term <= 0.0):
            rate = rate * person.speed
        if stage <= ACTION and person.rival_known:
            rate = rate * (1.0 + market.competition)
    return rate


def time_to_reach(left: float, boost: float, decay: float) -> float:
    """The time t that solves t + boost · (1 - e^(-decay t)) / decay = left.

    `left` is what the clock lacks, in days at its unboosted rate; the boost fades at `decay`.
    The left side is increasing and concave, so Newton from the left climbs to the root.
    """
    if boost <= 0.0 or left <= 0.0:
        return left
    most = boost / decay
    t = max(left / (1.0 + boost), left - most)
    for _ in range(60):
        faded = -expm1(-decay * t)
        step = (left - t - most * faded) / (1.0 + boost * (1.0 - faded))
        if step <= 1e-13 * t:
            break
        t = t + step
    return t


def fade(person: Person, market: Parameters, when: float) -> None:
    """Work out beforehand what part of warmth and irritation fades from the anchor to a time."""
    days = when - person.anchor
    person.faded_at = when
    person.warmth_faded = person.irritation_faded = 0.0
    if person.warmth > 0.0:
        person.warmth_faded = -expm1(-market.warmth_decay * days)
    if person.irritation > 0.0:
        person.irritation_faded = -expm1(-market.irritation_decay * days)


def run_clocks(person: Person, market: Parameters, now: float) -> None:
    """Let both clocks run, and warmth and irritation fade, from the person's anchor up to now."""
    if person.faded_at != now:
        fade(person, market, now)
    days = now - person.anchor
    step_days = days
    walk_days = days
    if person.warmth > 0.0:
        faded = person.warmth_faded
        boost = warmth_boost(person, market)
        if boost > 0.0:
            step_days = days + boost * faded / market.warmth_decay
        person.warmth = person.warmth * (1.0 - faded)
    if person.irritation > 0.0:
        faded = person.irritation_faded
        boost = market.irritation_harm * person.irritation
        walk_days = days + boost * faded / market.irritation_decay
        person.irritation = person.irritation * (1.0 - faded)
    person.step_left = max(0.0, person.step_left - step_rate(person, market) * step_days)
    person.walk_left = max(0.0, person.walk_left - walk_rate(person, market) * walk_days)
    person.anchor = now
    person.faded_at = NOT_SET


def rings_by(person: Person, market: Parameters, when: float) -> bool:
    """May a clock ring up to that time? Cheaper than to find out exactly when.

    Says yes a hair early, so that a clock which rings at that very time is not overlooked. What
    fades until then is kept: mostly the person's next event is what is asked about.
    """
    fade(person, market, when)
    days = when - person.anchor
    hair = HAIR * abs(when)
    step_days = days + hair
    boost = warmth_boost(person, market)
    if boost > 0.0:
        step_days = days + boost * person.warmth_faded / market.warmth_decay + hair * (1.0 + boost)
    if step_rate(person, market) * step_days >= person.step_left * NEARLY:
        return True
    rate = walk_rate(person, market)
    if rate <= 0.0:
        return False
    walk_days = days + hair
    if person.irritation > 0.0:
        boost = market.irritation_harm * person.irritation
        walk_days = days + boost * person.irritation_faded / market.irritation_decay
        walk_days = walk_days + hair * (1.0 + boost)
    return rate * walk_days >= person.walk_left * NEARLY


def set_alarm(person: Person, market: Parameters) -> None:
    """When, from the anchor on, does the first clock ring, and which? A tie steps on."""
    step = inf
    rate = step_rate(person, market)
    if rate > 0.0:
        boost = warmth_boost(person, market)
        step = time_to_reach(person.step_left / rate, boost, market.warmth_decay)
    walk = inf
    rate = walk_rate(person, market)
    if rate > 0.0:
        boost = market.irritation_harm * person.irritation
        walk = time_to_reach(person.walk_left / rate, boost, market.irritation_decay)
    person.walks = 1 if walk < step else 0
    person.ring_at = person.anchor + min(step, walk)


def set_out(person: Person, market: Parameters, stage: int, now: float) -> None:
    """Be at a stage: both thresholds and the luck of its gates come from this visit's own block.

    At 9 and 13 the clocks run since the last deal: see `set_need`. Nothing comes after GONE.
    """
    run_clocks(person, market, now)
    nth = person.visits[stage]
    if nth < MOST_VISITS - 1:
        person.visits[stage] = nth + 1
    person.stage = stage
    person.visit = nth * ROOM_FOR_STAGES + stage
    person.busy = 0
    if market.term > 0.0 and not FIRST_DEAL <= stage <= RECOMMENDATION:
        end_contract(person)
    if stage == COMPARISON or stage == WITH_RIVAL:  # C37: here the competitor appears
        person.rival_known = 1
    weigh_price(person, market)
    person.ring_at = NOT_SET
    if stage == REPEAT_DEAL or stage == WITH_RIVAL:
        wait_for_need(person, market, now)
    elif stage == GONE:
        person.ring_at = person.push_at = person.leaves_at = person.follow_at = inf
    else:
        step, walk, _, _ = block(market.seed, person.id, person.visit, VISIT)
        shape, scale = market.inverse_shape[stage], market.threshold_scale[stage]
        person.step_left = threshold(step, shape, scale)
        person.walk_left = threshold(walk, shape, scale)
        if stage == FIRST_DEAL and tries_first(person, market):
            person.step_left = market.step_rate[stage] * market.trial_days


def set_need(person: Person, market: Parameters, now: float) -> None:
    """A deal is made, ours or a rival's: both thresholds of the next need are drawn.

    They come from the block of the n-th deal in the category, so that the pace of the needs and
    the silent lapse between two of them are the same wherever the person spends the time.
    """
    nth = person.category_deals
    person.category_deals = nth + 1
    need, lapse, _, _ = block(market.seed, person.id, nth, NEED)
    shape, scale = market.inverse_shape[REPEAT_DEAL], market.threshold_scale[REPEAT_DEAL]
    person.need_due = threshold(need, shape, scale)
    person.lapse_due = threshold(lapse, shape, scale)
    person.need_from = now


def opens_with(person: Person, market: Parameters, now: float) -> int:
    """Where somebody stands when the market opens: unaware, or served by a rival.

    Whom a rival serves is anywhere in the cycle of needs. Newcomers are unaware.
    """
    _, _, served, elapsed = block(market.seed, person.id, 0, LIFE)
    if person.id >= market.people or served >= market.served_share:
        return UNAWARE
    set_need(person, market, now)
    person.stage = WITH_RIVAL  # so that the rate is that of the wait for a need
    person.need_from = now - elapsed * (person.need_due / step_rate(person, market))
    return WITH_RIVAL


def wait_for_need(person: Person, market: Parameters, now: float) -> None:
    """At 9 or 13 both clocks lack what is left of the cycle since the last deal.

    Where both are over already, the one that would have rung first rings.
    """
    days = now - person.need_from
    step, walk = step_rate(person, market), walk_rate(person, market)
    person.step_left = max(0.0, person.need_due - step * days)
    person.walk_left = max(0.0, person.lapse_due - walk * days)
    both_over = person.step_left <= 0.0 and person.walk_left <= 0.0
    if both_over and person.need_due * walk > person.lapse_due * step:
        person.step_left = 1.0


def visit_luck(person: Person, market: Parameters) -> tuple[float, float]:
    """The luck of the gates at the end of the person's present visit."""
    _, _, branch, second = block(market.seed, person.id, person.visit, VISIT)
    return branch, second


# --- price ------------------------------------------------------------------------------------


def price_odds(person: Person, market: Parameters) -> float:
    """What the price makes of the odds of walking away: (offer / rival's price)^eta.

    The offer is the price less a promised discount and, at a first deal, less the gift. At the
    rival's price, or where nobody minds the price (eta = 0), it is 1.
    """
    if person.price_sensitivity == 0.0 or market.rival_price <= 0.0:
        return 1.0
    offer = market.price * (1.0 - person.discount)
    if person.deals == 0:
        offer = offer - market.gift_value
    if offer <= 0.0:
        return 0.0
    return exp(person.price_sensitivity * log(offer / market.rival_price))


def weigh_price(person: Person, market: Parameters) -> None:
    """Keep what the price makes of the walk-away rate at 5, 6 and 9: odds^(1/k), 1 elsewhere.

    With regularity k a rate factor x moves the odds by x^k: so written, the odds get `price_odds`.
    Who may try for nothing has less to lose at 5 and 6, and weighs the price not at 6 but at the
    end of the trial: see `converts`.
    """
    person.price_pull = 1.0
    stage = person.stage
    if stage == COMPARISON or stage == ACTION or stage == REPEAT_DEAL:
        tries = stage != REPEAT_DEAL and tries_first(person, market)
        odds = 1.0 if tries and stage == ACTION else price_odds(person, market)
        if tries:
            odds = odds * (1.0 - market.trial_ease)
        if odds != 1.0:
            person.price_pull = power(odds, market.inverse_shape[stage])


# --- contacts ---------------------------------------------------------------------------------


def mind(person: Person, market: Parameters, now: float) -> None:
    """Let reminders and pushes be forgotten up to now; they move no clock."""
    days = now - person.minded_at
    person.memory = person.memory * exp(-market.memory_decay * days)
    person.pressure = person.pressure * exp(-market.pressure_decay * days)
    person.minded_at = now


def live_on(person: Person, market: Parameters, before: Parameters, now: float) -> bool:
    """Other numbers hold from now on: what has passed went by those before.

    No threshold is drawn anew, so the luck stays; the rest of each clock runs at its new rate.
    Whose clocks run as before is left alone, to the last bit. Returns whether somebody is not.
    """
    slower = market.memory_decay != before.memory_decay
    if slower or market.pressure_decay != before.pressure_decay:
        mind(person, before, now)
    step, walk, pull = step_rate(person, before), walk_rate(person, before), person.price_pull
    weigh_price(person, market)
    as_before = step_rate(person, market) == step and walk_rate(person, market) == walk
    if as_before and feels_alike(market, before):
        return False
    new_pull = person.price_pull
    person.price_pull = pull
    run_clocks(person, before, now)
    person.price_pull = new_pull
    person.ring_at = NOT_SET
    return True


def feels_alike(market: Parameters, before: Parameters) -> bool:
    """Do warmth and irritation act on the clocks, and fade, as they did before?"""
    gains = market.warmth_gain == before.warmth_gain and market.need_gain == before.need_gain
    harm = market.irritation_harm == before.irritation_harm
    decay = market.warmth_decay == before.warmth_decay
    return gains and harm and decay and market.irritation_decay == before.irritation_decay


def mismatch(person: Person, market: Parameters, touch: Touch) -> float:
    """How much a contact jars: intrusiveness · ((1 - fit) · too_hot or too_cold + crowding · P).

    C9, C90-C93; P counts the recent pushes: even what fits wears out (van Diepen 2009).
    """
    jar = jars_at(market, touch, person.stage)
    return jar + touch.intrusiveness * market.crowding * person.pressure


def jars_at(market: Parameters, touch: Touch, stage: int) -> float:
    """How much a contact jars people at a stage who were left in peace before."""
    jar = touch.intrusiveness * (1.0 - touch.fit[stage])
    if touch.aims_at > PLACES[stage]:
        return jar * market.too_hot
    return jar * market.too_cold


def contact(
    person: Person,
    market: Parameters,
    touch: Touch,
    now: float,
    customers: float = 0.0,
    fresh: float = 1.0,
) -> None:
    """What one contact does to a person at their true stage.

    warmth and expectation close part of their gap to 1, trust grows by proof and shrinks by
    mismatch (C141-C150), irritation adds up; after the first deal care and calm work (A22, C69),
    and being asked (B39). `customers` is the share of the market who are, for social proof (C149).
    A contact that moves neither clock leaves them untouched to the last bit. What it reminds of
    and how it adds to the pressure are counted at the end: the pressure before it is what counts.
    What it gives fades with its delay, see `freshness`; what it irritates does not.
    """
    fit = touch.fit[person.stage] * fresh
    appeal = touch.appeal_dream if person.motive else touch.appeal_pain
    if touch.reminds > 0.0 or market.crowding > 0.0 or market.dulling > 0.0:
        mind(person, market, now)
    warming = touch.warmth * fit * appeal / (1.0 + market.dulling * person.pressure)
    proof = min(1.0, touch.proof + touch.social_proof * customers) * fit
    jar = mismatch(person, market, touch)
    if warming > 0.0 or proof > 0.0 or jar > 0.0:
        run_clocks(person, market, now)
        person.warmth = person.warmth + warming * (1.0 - person.warmth)
        person.irritation = person.irritation + jar
        loss = min(1.0, market.distrust * jar)
        person.trust = max(0.0, person.trust + proof * (1.0 - person.trust) - loss * person.trust)
        person.ring_at = NOT_SET
    person.expectation = person.expectation + touch.promise * fit * (1.0 - person.expectation)
    person.memory = person.memory + touch.reminds * fit
    if FIRST_DEAL <= person.stage <= RECOMMENDATION:
        person.satisfaction = person.satisfaction + touch.care * fit * (1.0 - person.satisfaction)
        person.novelty = person.novelty * (1.0 - touch.calm * fit)
        asked = touch.asks * fit
        person.satisfaction = person.satisfaction + asked * (1.0 - person.satisfaction)
        person.loyalty = person.loyalty + asked * (1.0 - person.loyalty)
    if fit > 0.0 and touch.discount > person.discount:
        if person.price_sensitivity > 0.0:
            run_clocks(person, market, now)
            person.ring_at = NOT_SET
        person.discount = touch.discount
        weigh_price(person, market)
    person.pressure = person.pressure + touch.presses


def name_rival(person: Person, market: Parameters, now: float) -> None:
    """A rival enters the person's set, perhaps before they would have met it (C38)."""
    if not person.rival_known:
        run_clocks(person, market, now)
        person.rival_known = 1
        person.ring_at = NOT_SET


def opt_out(person: Person, market: Parameters, now: float) -> None:
    """No more pushes; being driven to it costs trust for good: trust ·= 1 - optout_harm."""
    person.opted_out = 1
    person.push_at = person.follow_at = inf
    if market.optout_harm > 0.0:
        run_clocks(person, market, now)
        person.trust = person.trust * (1.0 - market.optout_harm)
        person.ring_at = NOT_SET


def fed_up(person: Person, market: Parameters, now: float) -> bool:
    """Does a pushed person opt out? When irritation exceeds their tolerance."""
    faded = -expm1(-market.irritation_decay * (now - person.anchor))
    return person.irritation * (1.0 - faded) > person.tolerance


# --- pull: the person comes -------------------------------------------------------------------


def contact_block(
    person: Person, market: Parameters, touch: Touch, nth: int
) -> tuple[float, float, float, float]:
    """The draws of the n-th contact of this visit: days to the next, capture, rival, unused."""
    index = person.visit * CONTACTS_A_VISIT + nth
    return block(market.seed, person.id, index, touch.stream)


def meeting_rate(person: Person, touch: Touch) -> float:
    """Contacts a day with one pull touchpoint: reach · fit · e^(-distance / (scale · need)).

    C99-C101: the tent off the trail is passed by all but the thirsty.
    """
    rate = touch.reach * touch.fit[person.stage]
    if rate > 0.0 and touch.detour > 0.0:
        rate = rate * exp(-touch.detour / person.need)
    return rate


def plan_meetings(
    person: Person,
    market: Parameters,
    pulls: Sequence[Touch],
    meet_at: MutableSequence[float],
    met: MutableSequence[int],
    now: float,
    first: int,
) -> None:
    """On entering a stage: when each pull touchpoint will be met for the first time.

    Meetings are memoryless, so each visit may start anew from numbers of its own;
    `first` is the index of the first one, 0 or AFTER_SWITCH.
    """
    for k in range(len(pulls)):
        met[k] = first
        rate = meeting_rate(person, pulls[k])
        meet_at[k] = inf
        if rate > 0.0:
            gap = contact_block(person, market, pulls[k], first)[0]
            meet_at[k] = now + exponential(gap) / rate
    find_next_meeting(person, meet_at)


def plan_meetings_anew(
    person: Person,
    market: Parameters,
    before: Sequence[Touch],
    pulls: Sequence[Touch],
    meet_at: MutableSequence[float],
    met: MutableSequence[int],
    now: float,
) -> bool:
    """A change has come: the time to a meeting shrinks as its rate grows; returns whether one did.

    So the meetings stay memoryless and nobody's luck moves. A touchpoint that was not met takes
    the next number of its own.
    """
    moved = False
    for k in range(len(pulls)):
        if pulls[k].reach == before[k].reach and pulls[k].detour == before[k].detour:
            continue
        was, rate = meeting_rate(person, before[k]), meeting_rate(person, pulls[k])
        if rate == was:
            continue
        moved = True
        if rate <= 0.0:
            meet_at[k] = inf
        elif was > 0.0:
            meet_at[k] = now + (meet_at[k] - now) * (was / rate)
        else:
            met[k] += 1
            gap = contact_block(person, market, pulls[k], met[k])[0]
            meet_at[k] = now + exponential(gap) / rate
    if moved:
        find_next_meeting(person, meet_at)
    return moved


def find_next_meeting(person: Person, meet_at: Sequence[float]) -> None:
    """The earliest of the planned meetings; among equals the first in the library."""
    person.meeting_at = inf
    for k in range(len(meet_at)):
        if meet_at[k] < person.meeting_at:
            person.meeting_at = meet_at[k]
            person.meeting = k


# --- push: the firm goes ----------------------------------------------------------------------


def push_block(person: Person, market: Parameters) -> tuple[float, float, float, float]:
    """The draws of one push: days to the next, sees the stage?, how far off, names a rival?"""
    nth = person.pushed
    person.pushed = nth + 1
    return block(market.seed, person.id, nth, PUSH)


def start_pushing(person: Person, market: Parameters, now: float) -> None:
    """The firm can reach the person: the first push comes at a random part of the cycle."""
    person.push_at = inf
    if market.pushes and person.known and not person.opted_out:
        person.push_at = now + market.every_days * push_block(person, market)[0]


def plan_push_anew(person: Person, market: Parameters, before: Parameters, now: float) -> bool:
    """A change has come: pushes begin or end, or what is left of the cycle keeps its share.

    Returns whether the person's next push is another than before.
    """
    was = person.push_at
    if not market.pushes:
        person.push_at = inf
    elif not before.pushes:
        start_pushing(person, market, now)
    elif market.every_days != before.every_days and was > now and was < inf:
        person.push_at = now + (was - now) * (market.every_days / before.every_days)
    return person.push_at != was


def plan_push(person: Person, market: Parameters, u: float, now: float) -> None:
    """The next push: every_days, spread evenly by +- jitter."""
    person.push_at = now + market.every_days * (1.0 + market.jitter * (2.0 * u - 1.0))


def believe(person: Person, market: Parameters, seen: float, off: float) -> int:
    """The stage the firm believes: true with `accuracy`, else one or two stages off.

    It errs upwards with `optimism` (C28, C95, C160). Beyond either end of the
    line 0..12 the error falls to the other side.
    """
    if seen < market.accuracy:
        return person.stage
    size = 1
    if off >= 0.5:
        size = 2
        off = off - 0.5
    place = PLACES[person.stage]
    return beside(place, size if 2.0 * off < market.optimism else -size)


def choose_push(person: Person, market: Parameters) -> int:
    """Which push touchpoint: the guide's by the belief (C87), the animator's by programme (C89)."""
    if market.guided:
        return market.guide_choice[person.belief]
    nth = person.shown
    person.shown = nth + 1
    return market.programme[nth % market.programme_length]


def rests(touch: Touch, times: Sequence[float], now: float) -> bool:
    """Is a push touchpoint not to be sent to a person now?

    It rests for its rhythm after it was sent last, up to 30 days after the cap-th last time, and
    for its quiet period after the person's last deal. `times` are the person's, of each
    touchpoint the newest first; -inf where there was none.
    """
    first = touch.times
    if first == 0:
        return False
    soon = now + MOMENT
    if soon < times[first] + touch.rhythm or soon < times[LAST_DEAL] + touch.quiet:
        return True
    return touch.cap > 0 and soon < times[first + touch.cap - 1] + DAYS_OF_CAP


def choose_rested(
    person: Person,
    market: Parameters,
    pushes: Sequence[Touch],
    choice: int,
    times: Sequence[float],
    now: float,
) -> int:
    """What is sent where the choice may rest: the choice, else the guide's next best, or nothing.

    The next best has the largest fit to the believed stage of those that do not rest, if that is
    `min_fit` at least; among equals it is the first in the library. Who follows a plan, or a
    programme, has no second choice.
    """
    if choice == SILENT or not rests(pushes[choice], times, now):
        return choice
    best = SILENT
    if market.guided:
        most = 0.0
        for k in range(len(pushes)):
            fit = pushes[k].fit[person.belief]
            fits = fit > most and fit >= market.next_fit[person.belief]
            fits = fits and pushes[k].after == AFTER_NOTHING
            if fits and not rests(pushes[k], times, now):
                best, most = k, fit
    return best


def keep_time(touch: Touch, times: MutableSequence[float], now: float) -> None:
    """A push touchpoint is sent now: its last times move on by one, as many as its cap asks for."""
    first = touch.times
    if first > 0:
        for place in range(first + max(1, touch.cap) - 1, first, -1):
            times[place] = times[place - 1]
        times[first] = now


# --- a filter over signals --------------------------------------------------------------------


def is_followed(odds: Sequence[float]) -> bool:
    """Does the firm keep a belief of this person yet?"""
    return odds[DAY] > -inf


def live_by(
    odds: MutableSequence[float],
    spare: MutableSequence[float],
    chain: Sequence[Sequence[float]],
    first: int,
    now: float,
) -> None:
    """A belief lives on up to the day of now, by the powers that begin at a row of the chain.

    odds <- odds · P^days, as a product for each bit of the days. The firm's calendar has whole
    days: what happens on one day is told on the belief of that day.
    """
    day = float(floor(now))
    days = int(day - odds[DAY])
    odds[DAY] = day
    while days > 0:
        if days % 2 == 1:
            for onward in range(PLACED):
                spare[onward] = 0.0
            for stage in range(PLACED):
                share = odds[stage]
                if share > 0.0:
                    row = chain[first + stage]
                    for onward in range(PLACED):
                        spare[onward] = spare[onward] + share * row[onward]
            take_over(odds, spare)
        days = days // 2
        first = first + PLACED


def take_over(odds: MutableSequence[float], spare: Sequence[float]) -> bool:
    """The belief is what stands beside it, made to sum to 1; it stays where that is nothing."""
    total = 0.0
    for stage in range(PLACED):
        total = total + spare[stage]
    if total <= 0.0:
        return False
    for stage in range(PLACED):
        odds[stage] = spare[stage] / total
    return True


def powers_of_the_known(chain: Sequence[Sequence[float]]) -> int:
    """The row of a chain from which on those whom the firm knows find their powers."""
    return POWERS + (len(chain) - POWERS) // 2


def follow_strangers(
    odds: MutableSequence[float],
    spare: MutableSequence[float],
    chain: Sequence[Sequence[float]],
    market: Parameters,
    now: float,
) -> None:
    """Where those stand now whom the firm does not know, as far as it can tell."""
    if not is_followed(odds):
        set_belief(odds, chain[PRIOR])
        odds[DAY] = float(floor(market.opened_at))
    live_by(odds, spare, chain, POWERS, now)


def set_belief(odds: MutableSequence[float], to: Sequence[float]) -> None:
    """What was seen leaves no doubt about what came before it."""
    for stage in range(PLACED):
        odds[stage] = to[stage]


def weigh(odds: MutableSequence[float], spare: MutableSequence[float]) -> None:
    """Bayes: the belief times the chance of what was seen, which stands beside it, stage by stage.

    What the belief holds for impossible, and yet was seen, is believed from now on: people are
    not as the expert wrote.
    """
    total = 0.0
    for stage in range(PLACED):
        total = total + odds[stage] * spare[stage]
    if total > 0.0:
        for stage in range(PLACED):
            spare[stage] = odds[stage] * spare[stage]
    take_over(odds, spare)


def weigh_contact(
    odds: MutableSequence[float], spare: MutableSequence[float], touch: Touch
) -> None:
    """Somebody has come to a pull touchpoint: at s with a rate of reach · fit(s) · e^-distance.

    All but the fit is the same at every stage, and says nothing.
    """
    for stage in range(PLACED):
        spare[stage] = touch.fit[stage]
    weigh(odds, spare)


def weigh_opt_out(
    odds: MutableSequence[float], spare: MutableSequence[float], market: Parameters, touch: Touch
) -> None:
    """A push was the last straw: the likelier at a stage, the more it jars there."""
    for stage in range(PLACED):
        spare[stage] = jars_at(market, touch, stage)
    weigh(odds, spare)


def weigh_chances(
    odds: MutableSequence[float], spare: MutableSequence[float], chances: Sequence[float]
) -> None:
    """Something was seen whose chance at each stage stands in a row of the chain."""
    for stage in range(PLACED):
        spare[stage] = chances[stage]
    weigh(odds, spare)


def hear_answer(
    person: Person, market: Parameters, touch: Touch, odds: MutableSequence[float]
) -> int:
    """Does a contact yield an answer? The stage it speaks of, or SILENT.

    It is a reading, with the luck of the person's n-th contact of that kind: the seller hears
    what they wish to hear as often as they see it (C95, C160).
    """
    nth = odds[ASKED]
    odds[ASKED] = nth + 1.0
    heard, seen, off, _ = block(market.seed, person.id, int(nth), ANSWER)
    return believe(person, market, seen, off) if heard < touch.hears else SILENT


def weigh_answer(
    odds: MutableSequence[float], spare: MutableSequence[float], market: Parameters, answer: int
) -> None:
    """An answer was heard: each stage by its chance to give it."""
    for stage in range(PLACED):
        spare[stage] = chance_of_answer(market, stage, answer)
    weigh(odds, spare)


def chance_of_answer(market: Parameters, stage: int, answer: int) -> float:
    """P(answer | stage): a column of what `believe` does; the errors are of one place or two."""
    chance = 0.0
    if stage == answer:
        chance = market.accuracy
    for size in range(1, 3):
        wrong = 0.5 * (1.0 - market.accuracy)
        if answer == beside(PLACES[stage], size):
            chance = chance + wrong * market.optimism
        if answer == beside(PLACES[stage], -size):
            chance = chance + wrong * (1.0 - market.optimism)
    return chance


def beside(place: int, off: int) -> int:
    """The place so many away on the line 0..12; beyond an end, on the other side."""
    there = place + off
    return there if UNAWARE <= there <= RECOMMENDATION else place - off


def likeliest(odds: Sequence[float]) -> int:
    """The stage that is believed: the likeliest, of equals the earlier."""
    best = 0
    for stage in range(1, PLACED):
        if odds[stage] > odds[best]:
            best = stage
    return best


# --- what follows -----------------------------------------------------------------------------


def wait_after(
    person: Person,
    pushes: Sequence[Touch],
    waits: MutableSequence[float],
    what: int,
    now: float,
) -> None:
    """Something has happened: what starts after it begins to wait, if it does not wait already.

    `waits` are the person's. Of each touchpoint that follows they hold since when it waits (inf
    where it does not), how often it has been sent, and since when it had waited the last time. A
    silence begins anew each time, and so does the wait for the end of a contract.
    """
    for k in range(len(pushes)):
        touch = pushes[k]
        if touch.after == what:
            if what == AFTER_SILENCE or what == AFTER_RENEWAL:
                waits[touch.waits + SINCE] = now + touch.silence
            elif waits[touch.waits + SINCE] == inf:
                waits[touch.waits + SINCE] = now
    find_next_follow(person, pushes, waits, now)


def find_next_follow(
    person: Person, pushes: Sequence[Touch], waits: Sequence[float], now: float
) -> None:
    """What follows first, and when: not before now. Among equals it is the first in the library."""
    person.follow_at = inf
    if person.opted_out:
        return
    for k in range(len(pushes)):
        touch = pushes[k]
        if touch.after != AFTER_NOTHING:
            due = max(now, waits[touch.waits + SINCE] + touch.delay)
            if due < person.follow_at:
                person.follow_at = due
                person.following = k


def plan_follows(
    person: Person,
    market: Parameters,
    pushes: Sequence[Touch],
    waits: MutableSequence[float],
    now: float,
) -> None:
    """The firm can reach the person from now on, or other touchpoints run.

    What runs no longer waits no longer; silences and birthdays are waited for.
    """
    place = 0
    for k in range(len(pushes)):
        touch = pushes[k]
        if touch.after != AFTER_NOTHING:
            forget_waits(waits, place, touch.waits)
            place = touch.waits + ROOM_OF_A_WAIT
            if person.known and waits[touch.waits + SINCE] == inf:
                if touch.after == AFTER_SILENCE:
                    waits[touch.waits + SINCE] = now + touch.silence
                elif touch.after == AFTER_BIRTHDAY:
                    waits[touch.waits + SINCE] = birthday(person, market, now)
    forget_waits(waits, place, len(waits))
    find_next_follow(person, pushes, waits, now)


def forget_waits(waits: MutableSequence[float], first: int, end: int) -> None:
    """What stands between two places is waited for no more."""
    for place in range(first, end, ROOM_OF_A_WAIT):
        waits[place + SINCE] = inf


def birthday(person: Person, market: Parameters, now: float) -> float:
    """The person's next birthday: a day of the year of their own, evenly spread."""
    day = DAYS_A_YEAR * block(market.seed, person.id, 0, BIRTHDAY)[0]
    return day + DAYS_A_YEAR * (floor((now - day) / DAYS_A_YEAR) + 1)


def follow_block(
    person: Person, market: Parameters, touch: Touch, waits: MutableSequence[float]
) -> tuple[float, float, float, float]:
    """The draws of a touchpoint's n-th time: sees the stage?, how far off, rival, read?"""
    nth = waits[touch.waits + SENT_SO_FAR]
    waits[touch.waits + SENT_SO_FAR] = nth + 1.0
    return block(market.seed, person.id, int(nth), touch.stream)


def wait_anew(touch: Touch, waits: MutableSequence[float], now: float) -> None:
    """What was waited for has come: it does not wait, or for the next silence or birthday."""
    since = waits[touch.waits + SINCE]
    waits[touch.waits + SENT_SINCE] = since
    waits[touch.waits + SINCE] = inf
    if touch.after == AFTER_SILENCE:
        waits[touch.waits + SINCE] = now + touch.silence
    elif touch.after == AFTER_BIRTHDAY:
        waits[touch.waits + SINCE] = since + DAYS_A_YEAR


def freshness(touch: Touch, waits: Sequence[float], now: float) -> float:
    """What is left of what a contact gives after its delay: 2^(-delay / half-life).

    The delay is all the time from what it follows to the contact, that for a rep included.
    """
    return exp(-touch.fades * (now - waits[touch.waits + SENT_SINCE]))


# --- what may fail ----------------------------------------------------------------------------


def delivery_luck(person: Person, market: Parameters) -> float:
    """The luck of a push that the strategy has just chosen: is it delivered, is it opened?"""
    return block(market.seed, person.id, person.pushed - 1, DELIVERY)[0]


def has_seat(touch: Touch, market: Parameters, seats: MutableSequence[float], now: float) -> bool:
    """Is a seat left in the session of now? First come, first served.

    In a sample of the market sessions last longer, with as many seats.
    """
    session = float(floor(now / (touch.session * market.sample_stretch)))
    if seats[SESSION] != session:
        seats[SESSION] = session
        seats[TAKEN] = 0.0
    return seats[TAKEN] < touch.seats


def can_pay(touch: Touch, market: Parameters, purse: MutableSequence[float], now: float) -> bool:
    """Is there money left for a contact that costs? Then it is spent.

    The contact that overdraws a period's budget is still made; what it overdraws is taken from the
    next one. So the mean is kept, also by a sample whose share of a budget is less than a contact.
    """
    period = float(floor(now / market.budget_days))
    if purse[PERIOD] != period:
        passed = max(1.0, period - purse[PERIOD])
        purse[SPENT] = max(0.0, purse[SPENT] - passed * market.budget)
        purse[PERIOD] = period
    if purse[SPENT] >= market.budget:
        return False
    purse[SPENT] = purse[SPENT] + touch.cost
    return True


def press(person: Person, market: Parameters, touch: Touch, now: float) -> None:
    """A push that is delivered and not opened: it only adds to the pressure."""
    if market.crowding > 0.0 or market.dulling > 0.0:
        mind(person, market, now)
    person.pressure = person.pressure + touch.presses


# --- deals and experiences --------------------------------------------------------------------


def waits_for_shelf(person: Person, market: Parameters) -> bool:
    """Before an empty shelf: wait for the refill, or try a rival? A curiosity trigger (C70-C71)."""
    person.triggers = person.triggers + 1
    return visit_luck(person, market)[1] < market.wait_share


def shelf_times(market: Parameters, nth: int) -> tuple[float, float]:
    """The n-th spell of the shelf: days it is stocked, then days it stays empty (exponential)."""
    stocked, empty, _, _ = block(market.seed, MARKET_KEY, nth, SHELF)
    if market.stocked_days == inf:
        return inf, 0.0
    return market.stocked_days * exponential(stocked), market.empty_days * exponential(empty)


def shelf_differs(market: Parameters, before: Parameters) -> bool:
    """Has a change come to the shelf?"""
    same = market.stocked_days == before.stocked_days
    return not same or market.empty_days != before.empty_days


def places_at_desk(market: Parameters) -> int:
    """How many can be served at one time."""
    return DESK_WITHOUT_END if market.reps == ENDLESS else market.reps


def desk_times(person: Person, market: Parameters) -> tuple[float, float]:
    """At the sales desk: days of patience and days the deal takes a rep (both exponential)."""
    patience, deal, _, _ = block(market.seed, person.id, person.visit, DESK)
    return market.patience_days * exponential(patience), market.deal_days * exponential(deal)


def holds_tender(person: Person, market: Parameters) -> bool:
    """A need arises: is it the n-th, for which a corporate buyer holds a tender (C68)?"""
    person.needs = person.needs + 1
    return market.tender_every > 0 and person.needs % market.tender_every == 0


def pay(person: Person, market: Parameters) -> float:
    """The price of the deal less the promised discount, which is used up by it, and the gift.

    A segment's deals may be worth more than others'.
    """
    paid = market.price * (1.0 - person.discount)
    if person.deals == 0:
        paid = max(0.0, paid - market.gift_value)
    person.discount = 0.0
    if person.upgraded:
        paid = paid * market.upgrade_factor
    return paid * market.value[person.segment]


def experience(person: Person, market: Parameters) -> tuple[float, float]:
    """Live through a deal; returns the luck of the gate and of curiosity that follow.

    performance = quality + taste + noise; it counts as such (Churchill & Surprenant 1982) and by
    surprise, that is against the expectation, a disappointment more (Oliver 1980; B19).
    Satisfaction is an average over the n deals so far, later a fading one: it does not drift for
    a product that stays as it is. Expectation drifts to performance.
    """
    noise, gate_luck, curious_luck, _ = block(market.seed, person.id, person.deals, EXPERIENCE)
    person.deals = person.deals + 1
    lived = live_through(person, market, noise)
    share = max(market.learning, 1.0 / person.deals)
    person.satisfaction = person.satisfaction + share * (lived - person.satisfaction)
    return gate_luck, curious_luck


def live_through(person: Person, market: Parameters, noise: float) -> float:
    """What one use of the product is worth, 0..1; see `experience`. Expectation drifts."""
    performance = market.quality + person.taste + market.quality_noise * normal(noise)
    surprise = performance - person.expectation
    person.expectation = person.expectation + market.expectation_drift * surprise
    person.expectation = min(1.0, max(0.0, person.expectation))
    if surprise < 0.0:
        surprise = market.loss_aversion * surprise
    weight = market.performance_weight
    lived = weight * performance + (1.0 - weight) * (0.5 + market.gain * surprise)
    return min(1.0, max(0.0, lived))


def service(person: Person, market: Parameters) -> int:
    """Does something go wrong at the deal just made, and what comes of it (B19, A25)?

    A failure costs satisfaction. Some complain, some complaints are made good: that gives
    satisfaction back, and promises something off the next deal. All others are upset.
    """
    fails, complains, made_good, _ = block(market.seed, person.id, person.deals, SERVICE)
    if fails >= market.failure_rate:
        return GOES_WELL
    person.satisfaction = max(0.0, person.satisfaction - market.failure_loss)
    person.upset = BY_FAILURE
    if complains >= market.complain_share:
        return FAILS
    if made_good >= market.recovery_rate:
        return COMPLAINS
    person.upset = 0
    person.satisfaction = min(1.0, person.satisfaction + market.recovery_gain)
    person.discount = max(person.discount, market.compensation)
    return MADE_GOOD


def finds_new_manager(person: Person, market: Parameters, now: float) -> bool:
    """Has the account manager left since the last deal? Loyalty to them goes with them (C74).

    Managers leave without memory; the first one who leaves takes the share `to_manager` along.
    """
    if person.deals == 0:
        return False
    luck = block(market.seed, person.id, person.category_deals, MANAGER)[0]
    if luck >= -expm1(-(now - person.need_from) / market.manager_days):
        return False
    person.loyalty = person.loyalty * (1.0 - market.to_manager)
    return True


def passes_gate(person: Person, market: Parameters, luck: float) -> bool:
    """Go on with us? logistic(gate_slope · (satisfaction - gate_threshold)) (C49-C50, C58)."""
    return luck < logistic(market.gate_slope * (person.satisfaction - market.gate_threshold))


def gets_curious(person: Person, market: Parameters, luck: float) -> bool:
    """Look around? logistic(c0 + novelty + innovativeness + triggers - loyalty) (C60-C72)."""
    pull_away = (
        market.curious_base
        + market.curious_novelty * person.novelty
        + market.curious_innovativeness * person.innovativeness
        + market.stockout_trigger * person.triggers
        - market.curious_loyalty * person.loyalty
    )
    person.triggers = 0
    return luck < logistic(pull_away)


def after_repeat_deal(
    person: Person, market: Parameters, gate_luck: float, curious_luck: float
) -> int:
    """Where a repeat deal leads: rival, curiosity, loyalty, or the wait for the next need.

    Stage 10 can be bypassed (C140).
    """
    person.novelty = person.novelty + 1.0
    if not passes_gate(person, market, gate_luck):
        return WITH_RIVAL
    if gets_curious(person, market, curious_luck):
        return CURIOSITY
    if person.deals >= market.deals_to_loyalty:
        return LOYALTY
    return REPEAT_DEAL


def comes_back(person: Person, market: Parameters) -> bool:
    """A rival is tried: do the two experiences compare in our favour? Then novelty is used up.

    A logit on our satisfaction less the rival's performance (McFadden; C61-C66).
    """
    noise, luck, _, _ = block(market.seed, person.id, person.trials, TRIAL)
    person.trials = person.trials + 1
    person.rival_known = 1
    performance = market.rival_quality + person.rival_taste + market.rival_noise * normal(noise)
    if luck < logistic(market.choice_slope * (person.satisfaction - performance)):
        person.novelty = 0.0
        return True
    return False


# --- contracts --------------------------------------------------------------------------------


def tries_first(person: Person, market: Parameters) -> bool:
    """Does who never bought try for nothing before the first deal?"""
    return market.trial_days > 0.0 and person.deals == 0


def try_product(person: Person, market: Parameters) -> None:
    """A free trial begins: it is lived through as a deal is (`experience`), with luck of its own.

    What the firm cares for meanwhile adds to that.
    """
    noise = block(market.seed, person.id, person.tryouts, TRYOUT)[0]
    person.satisfaction = live_through(person, market, noise)


def converts(person: Person, market: Parameters) -> bool:
    """A free trial ends: does the person buy? The gate, and the price, which is weighed only now.

    1 / (1 + `price_odds` · e^-x), x as of `passes_gate`.
    """
    luck = block(market.seed, person.id, person.tryouts, TRYOUT)[1]
    person.tryouts = person.tryouts + 1
    passes = logistic(market.gate_slope * (person.satisfaction - market.gate_threshold))
    against = (1.0 - passes) * price_odds(person, market)
    return luck * (passes + against) < passes


def bind(person: Person, market: Parameters, paid: float) -> float:
    """A deal with us is a contract: it ends with its term, and is paid in parts.

    The next need comes on a date, the same for all; whether it is cancelled meanwhile is the
    walk-away clock's (`set_need` has drawn it). Returns what is paid at once.
    """
    person.to_pay = market.payments - 1
    person.instalment = paid / market.payments
    person.need_due = market.term / market.payments
    if person.leaves_for:
        person.lapse_due = inf
    return person.instalment


def give_notice(person: Person, market: Parameters, stage: int, now: float) -> None:
    """From now on the contract ends with its term, or, if that is too near, with the next."""
    days_left = person.need_from + market.term - now
    person.leaves_for = stage
    person.bound = 1 if days_left < market.notice and market.notice > 0.0 else 0
    person.lapse_due = person.walk_left = inf
    person.ring_at = NOT_SET


def takes_back(person: Person, market: Parameters, touch: Touch, fresh: float) -> bool:
    """Does a contact make somebody take a notice back? So often as it fits, and fresh.

    One luck for each notice: who cannot be won back is not won by asking oftener.
    """
    fit = touch.fit[person.stage] * fresh
    luck = block(market.seed, person.id, person.category_deals, CONTRACT)[0]
    if luck >= touch.wins_back * fit:
        return False
    person.leaves_for = person.bound = 0
    return True


def pay_on(person: Person, market: Parameters, now: float) -> float:
    """One of the later payments is due; returns what is paid. The next comes as much later."""
    person.to_pay = person.to_pay - 1
    wait_on(person, market, person.need_due + market.term / market.payments, now)
    return person.instalment


def pauses(person: Person, market: Parameters, now: float) -> bool:
    """A notice has come to its date: does the person pause instead of leaving?"""
    luck = block(market.seed, person.id, person.category_deals, CONTRACT)[1]
    if luck >= market.pause_share:
        return False
    person.leaves_for = 0
    person.pausing = 1
    wait_on(person, market, now - person.need_from + market.pause_days, now)
    return True


def wait_on(person: Person, market: Parameters, due: float, now: float) -> None:
    """The step-on clock of 9 has rung, and rings again so many days after the deal."""
    run_clocks(person, market, now)
    person.need_due = due
    person.step_left = max(0.0, due - (now - person.need_from))
    person.ring_at = NOT_SET


def upgrades(person: Person, market: Parameters) -> bool:
    """At a renewal, does a satisfied customer take the dearer plan, for good?"""
    if person.upgraded or market.term <= 0.0 or market.upgrade_share <= 0.0:
        return False
    luck = block(market.seed, person.id, person.category_deals, CONTRACT)[2]
    if luck >= market.upgrade_share * person.satisfaction:
        return False
    person.upgraded = 1
    return True


def end_contract(person: Person) -> None:
    """Nothing binds any more."""
    person.leaves_for = person.bound = person.pausing = person.to_pay = 0


# --- word of mouth ----------------------------------------------------------------------------


def arrived(market: Parameters, now: float) -> int:
    """How many have come into the market by now for certain, those who were there among them.

    The j-th newcomer comes when the growing number of newcomers passes j + u, u of their own.
    """
    days = now - market.opened_at
    if market.growth > 0.0:
        days = expm1(market.growth * days) / market.growth
    return market.people + floor(market.newcomers_a_day * days)


def friends_told(person: Person, market: Parameters, now: float) -> int:
    """How many acquaintances an advocate tells: Poisson(friends) (C78-C79)."""
    if arrived(market, now) == 1:
        return 0
    return poisson(visit_luck(person, market)[0], market.friends, MOST_TOLD)


def choose_friend(person: Person, market: Parameters, now: float) -> int:
    """Whom an advocate thinks of next."""
    who, far, _, _ = block(market.seed, person.id, person.told, FRIEND)
    person.told = person.told + 1
    return acquaintance(person, market, who, far, now)


def acquaintance(person: Person, market: Parameters, who: float, far: float, now: float) -> int:
    """Somebody else who has come into the market: all alike, or mostly from the own circle.

    People stand on a ring by their numbers; a circle is as many neighbours, half on either side.
    """
    others = arrived(market, now)
    if 0 < market.circle < others - 1 and far >= market.far_share:
        ahead = (market.circle + 1) // 2
        step = floor(who * market.circle)
        step = step + 1 if step < ahead else ahead - step - 1
        return (person.id + step) % others
    if person.id < others:
        others = others - 1
    friend = floor(who * others)
    return friend + 1 if friend >= person.id else friend


def friends_warned(person: Person, market: Parameters, now: float) -> int:
    """How many acquaintances a person warns who has just been upset: Poisson(bad_friends), or none.

    C109. A failure and a gate that is lost later each have luck of their own.
    """
    if market.bad_share <= 0.0 or arrived(market, now) == 1:
        return 0
    index = 2 * person.deals + person.upset - 1
    tells, friends, _, _ = block(market.seed, person.id, index, BAD_WORD)
    if tells >= market.bad_share:
        return 0
    return poisson(friends, market.bad_friends, MOST_TOLD)


def choose_warned(person: Person, market: Parameters, nth: int, tried: int, now: float) -> int:
    """Who is the n-th to be warned; `tried` counts those thought of in vain."""
    index = (2 * person.deals + person.upset - 1) * MOST_TOLD + nth
    index = index * (MOST_TRIES + 1) + tried
    who, far, _, _ = block(market.seed, person.id, index, WARNED)
    return acquaintance(person, market, who, far, now)


def hear_bad(person: Person, market: Parameters, now: float) -> None:
    """A friend warns of us: trust ·= 1 - bad_harm."""
    run_clocks(person, market, now)
    person.trust = person.trust * (1.0 - market.bad_harm)
    person.ring_at = NOT_SET


def hear(person: Person, market: Parameters, now: float) -> bool:
    """A friend recommends us: trust and warmth grow. Returns whether it awakes the person (B18)."""
    run_clocks(person, market, now)
    person.trust = person.trust + market.friend_trust * (1.0 - person.trust)
    person.warmth = person.warmth + market.friend_warmth * (1.0 - person.warmth)
    if market.friend_memory > 0.0:
        mind(person, market, now)
        person.memory = person.memory + market.friend_memory
    person.ring_at = NOT_SET
    return person.stage == UNAWARE or person.stage == DORMANT


# --- from stage to stage ----------------------------------------------------------------------


def returns_from_rival(person: Person, market: Parameters, now: float) -> bool:
    """At the next need, does a rival's customer look at us again?

    The odds of leaving the rival, (1 - retention) : retention, are multiplied by trust and warmth
    as the step-on clock would be: win-back touchpoints shorten the absence without making people
    buy from the rival more often. A dear offer keeps people there: the odds are divided by
    `price_odds`.
    """
    warmth = person.warmth * exp(-market.warmth_decay * (now - person.anchor))
    leaves = (1.0 - market.rival_retention) * (0.5 + person.trust)
    leaves = leaves * (1.0 + market.warmth_gain * warmth)
    odds = price_odds(person, market)
    if odds <= 0.0:
        return True
    leaves = leaves / odds
    luck = visit_luck(person, market)[0]
    return luck * (market.rival_retention + leaves) >= market.rival_retention


def is_considered(person: Person, market: Parameters, now: float) -> bool:
    """Ready to compare or to buy: does the person think of us? 1 - (1 - presence) · e^(-memory).

    Whoever has ever bought from us always does. Else the deal is made with a rival.
    """
    if person.deals > 0 or market.presence >= 1.0:
        return True
    memory = person.memory * exp(-market.memory_decay * (now - person.minded_at))
    return visit_luck(person, market)[1] >= (1.0 - market.presence) * exp(-memory)


def next_stage(person: Person, market: Parameters, now: float) -> int:
    """The stage after this one when the step-on clock has rung; 6 and 9 are the engine's.

    C35, C40: from study the rational compare, the emotional act at once. C49: satisfaction is a
    gate.
    """
    stage = person.stage
    if stage < STUDY:
        return stage + 1
    luck = visit_luck(person, market)[0]
    if stage == STUDY:
        if not is_considered(person, market, now):
            return WITH_RIVAL
        return COMPARISON if luck < person.rationality else ACTION
    if stage == SATISFACTION:
        return REPEAT_DEAL if passes_gate(person, market, luck) else WITH_RIVAL
    if stage == CURIOSITY or stage == RECOMMENDATION:
        return REPEAT_DEAL
    if stage == LOYALTY:
        person.loyalty = person.loyalty + market.loyalty_gain * (1.0 - person.loyalty)
        unpaid = market.advocate_share * person.satisfaction
        advocates = luck < unpaid + market.bonus_share * (1.0 - unpaid)
        return RECOMMENDATION if advocates else REPEAT_DEAL
    if stage == WITH_RIVAL:
        return STUDY if returns_from_rival(person, market, now) else WITH_RIVAL
    if stage == DORMANT:
        return AWARENESS
    return stage + 1


def count_moved(tally: MutableSequence[int], before: int, stage: int) -> None:
    """Keep count of who is present, and of the customers among them: those who stand at 8-12."""
    if SATISFACTION <= before <= RECOMMENDATION:
        tally[CUSTOMERS] -= 1
    if SATISFACTION <= stage <= RECOMMENDATION:
        tally[CUSTOMERS] += 1
    if before == GONE:
        tally[PRESENT] += 1
    if stage == GONE:
        tally[PRESENT] -= 1


def leave_by_walking(person: Person, market: Parameters) -> int:
    """Where walking away leads: to the rival if one is in the set, else to sleep (C57).

    At stage 9 it is a silent lapse; one by price, that is with chance 1 - 1 / `price_odds` where
    those are above 1, goes to the rival too. At 10 a rival is tried: the engine asks `comes_back`.
    """
    if not person.rival_known:
        return DORMANT
    if person.stage != REPEAT_DEAL:
        return WITH_RIVAL
    odds = price_odds(person, market)
    if odds > 1.0 and visit_luck(person, market)[0] * odds < odds - 1.0:
        return WITH_RIVAL
    return DORMANT


def next_event(person: Person, market: Parameters) -> tuple[float, int]:
    """When a person does what next; clock, leaving, pull, push, what follows at one moment.

    The exact time of the clocks is found out only when it can be next: most contacts change it.
    """
    if person.stage == GONE:  # not here yet, or gone for good
        return person.ring_at, COMES_OR_GOES
    if person.busy:
        return inf, RING
    when, what = person.leaves_at, COMES_OR_GOES
    if person.meeting_at < when:
        when, what = person.meeting_at, MEETS
    if person.push_at < when:
        when, what = person.push_at, PUSHED
    if person.follow_at < when:
        when, what = person.follow_at, FOLLOWS
    if person.ring_at == NOT_SET and (when == inf or rings_by(person, market, when)):
        set_alarm(person, market)
    if person.ring_at != NOT_SET and person.ring_at <= when:
        return person.ring_at, RING
    return when, what
