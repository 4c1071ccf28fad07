"""How people respond: to contacts, to deals, to novelty, and what they tell.

Each is read off a scenario under its own name.

    >>> from cjsim import Scenario
    >>> phone = Scenario.load("phone")
    >>> phone.response.warmth_gain, phone.experience.loss_aversion, phone.curiosity.novelty
    (1.5, 2.0, 0.3)
    >>> phone.loyalty.advocate_share, phone.words.bad_share
    (0.5, 0.0)
"""

from __future__ import annotations

from cjsim.scenario.tables.kinds import (
    Number,
    Table,
    Whole,
    a_key,
    a_share,
)


class Response(Table):
    """How a contact acts on a person."""

    warmth_gain: Number = a_key(
        1.5, "ours; elasticity target Sethuraman 2011 [S]", "1",
        "beta: full warmth multiplies the step-on rate by 1 + beta", ge=0, le=50,
    )  # fmt: skip
    irritation_harm: Number = a_key(
        0.8, "van Diepen 2006, 2009 [S]: 0 is defensible", "1",
        "kappa: irritation i multiplies the walk-away rate by 1 + kappa i", ge=0, le=50,
    )  # fmt: skip
    warmth_half_life_days: Number = a_key(
        7.0, "adstock about 0.5 a week, Assmus 1984 [M]", "days", "Warmth halves in", gt=0
    )
    irritation_half_life_days: Number = a_key(
        14.0, "0.7 a week, ours", "days", "Irritation halves in", gt=0
    )
    too_hot: Number = a_key(
        1.0, "C90-C91; size ours", "factor", "Mismatch of a contact that aims at a later stage",
        ge=0, le=10,
    )  # fmt: skip
    too_cold: Number = a_key(
        0.6, "C92-C93; size ours", "factor", "Mismatch of a contact that aims at an earlier stage",
        ge=0, le=10,
    )  # fmt: skip
    distrust: Number = a_key(
        0.15, "Slovic 1993 [M]; size ours", "1", "Share of trust lost per unit of mismatch",
        ge=0, le=1,
    )  # fmt: skip
    crowding: Number = a_key(
        0.0, "ours; 0 is defensible, van Diepen 2009 [S]", "1",
        "Mismatch that each recent push adds to a contact, per unit of its intrusiveness",
        ge=0, le=10,
    )  # fmt: skip
    dulling: Number = a_key(
        0.0, "ours", "1", "A contact warms 1 + dulling · recent pushes times less", ge=0, le=10
    )
    pressure_half_life_days: Number = a_key(30.0, "ours", "days", "A push counts half after", gt=0)
    memory_half_life_days: Number = a_key(
        75.0, "carry-over of weeks to months; ours", "days", "A reminder counts half after", gt=0
    )
    optout_harm: Number = a_share(0.0, "ours", "Share of trust that an opt-out costs for good")
    detour_scale_m: Number = a_key(
        300.0, "C99-C101; form ours", "metres", "Detour that need 1 still makes with chance 1/e",
        gt=0,
    )  # fmt: skip


class Experience(Table):
    """How a deal is lived through, and the gate after it."""

    learning: Number = a_share(
        0.4,
        "Oliver 1980 [M]",
        "alpha: weight of one experience; after few deals it is larger, 1 / number of deals",
    )
    performance_weight: Number = a_share(
        0.5,
        "Churchill & Surprenant 1982 [M]; size ours",
        "How much of an experience is the performance itself; the rest is surprise",
    )
    gain: Number = a_key(
        1.0, "Oliver 1980 [M]; size ours", "1", "What a surprise of size 1 adds to an experience",
        ge=0, le=10,
    )  # fmt: skip
    loss_aversion: Number = a_key(
        2.0, "Anderson & Sullivan 1993 [M]", "factor", "Weight of a disappointment against a treat",
        ge=0, le=10,
    )  # fmt: skip
    expectation_drift: Number = a_share(
        0.3, "ours", "Share of the gap to performance that expectation closes per experience"
    )
    gate_slope: Number = a_key(
        8.0, "C49-C50; size ours", "1", "Steepness of the satisfaction gate", ge=0, le=200
    )
    gate_threshold: Number = a_key(
        0.42, "C58: about half; size ours", "satisfaction", "Satisfaction at which half go on",
        ge=-5, le=5,
    )  # fmt: skip


class Curiosity(Table):
    """When a satisfied customer looks around."""

    base: Number = a_key(-2.6, "Trivedi-style logit, ours", "logit", "c0: log odds of curiosity")
    novelty: Number = a_key(
        0.25, "McAlister 1982 [S]; size ours", "logit", "Per deal since the last change", ge=0
    )
    innovativeness: Number = a_key(
        0.5, "C63; size ours", "logit", "Per standard deviation of innovativeness"
    )
    loyalty: Number = a_key(2.0, "C69; size ours", "logit", "Taken off at full loyalty", ge=0)
    stockout_trigger: Number = a_key(
        1.0, "C70-C71; size ours", "logit", "Added by each empty shelf met", ge=0
    )
    choice_slope: Number = a_key(
        8.0, "McFadden; size ours", "1",
        "Steepness of the choice between our satisfaction and the rival's performance", ge=0,
    )  # fmt: skip


class Loyalty(Table):
    """What comes after repeat deals."""

    deals_to_loyalty: Whole = a_key(
        3, "C59, C74; size ours", "deals", "Deals before loyalty", ge=1, le=1_000_000
    )
    gain: Number = a_share(0.35, "ours", "Share of the gap to full loyalty closed per visit")
    advocate_share: Number = a_share(
        0.3, "C82: not all", "Chance that a loyal, fully satisfied person recommends"
    )
    friends: Number = a_key(
        1.0, "C79; B18 says thirty", "people", "Mean number of acquaintances told", ge=0, le=200
    )
    friend_trust: Number = a_share(0.15, "C81; size ours", "Share of the gap to full trust closed")
    friend_warmth: Number = a_share(0.4, "C81; size ours", "Share of the gap to full warmth closed")
    friend_memory: Number = a_key(
        0.0, "C81; size ours", "reminders", "Reminders that a friend's word is worth", ge=0, le=100
    )
    to_manager: Number = a_share(
        0.0, "C74; size ours", "Share of loyalty that is to an account manager, and goes with them"
    )
    manager_years: Number = a_key(
        2.0, "ours", "years", "Mean time an account manager stays", gt=0, le=1000
    )


class Words(Table):
    """What people say of the firm: bad words, who knows whom, what a referral is paid for."""

    bad_share: Number = a_share(
        0.0, "C109; size ours",
        "Chance that a disappointed person warns others: a gate lost, a failure not made good",
    )  # fmt: skip
    bad_friends: Number = a_key(
        2.0, "ours", "people", "Mean number of acquaintances warned", ge=0, le=200
    )
    bad_harm: Number = a_share(0.2, "C109; size ours", "Share of trust that a bad word costs")
    circle: Whole = a_key(
        0, "ours", "people", "Size of a person's circle: neighbours on a ring; 0 = all know all",
        ge=0, le=1_000_000,
    )  # fmt: skip
    far_share: Number = a_share(0.1, "ours", "Share of acquaintances from anywhere, not the circle")
    referral_bonus: Number = a_key(
        0.0, "ours", "money", "Paid for each friend whom an advocate's word awakes", ge=0
    )
    bonus_share: Number = a_share(
        0.0, "ours", "Share of the loyal who would not recommend that do so for the bonus"
    )
