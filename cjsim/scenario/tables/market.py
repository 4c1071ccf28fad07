"""Product, market and rival: what is sold to whom, and against whom.

Each is read off a scenario under its own name; segments, off the market.

    >>> from cjsim import Scenario
    >>> phone = Scenario.load("phone")
    >>> phone.product.price, phone.rival.price, phone.market.people
    (440.0, 440.0, 2000)
    >>> phone.stages["interest"].typical_days, phone.stages["interest"].planned_loss
    (15.0, 0.2)
    >>> young = {"market.segments": [{"name": "young", "share": 0.3, "price_sensitivity": 8.0}]}
    >>> [segment.share for segment in phone.with_changes(young).market.segments]
    [0.3]
"""

from __future__ import annotations

from pydantic import (
    Field,
)

from cjsim.scenario.tables.kinds import (
    Line,
    Number,
    NumberOrInf,
    Shape,
    Table,
    Whole,
    a_key,
    a_share,
)


class Product(Table):
    """What is sold."""

    price: Number = a_key(100.0, "ours", "money", "What a customer pays for one deal", ge=0)
    unit_cost: Number = a_key(60.0, "ours", "money", "What one deal costs the firm to fulfil", ge=0)
    first_deal_extra_cost: Number = a_key(
        30.0, "C46-C47; size ours", "money",
        "What the first deal costs on top: set-up, a welcome price, the way in", ge=0,
    )  # fmt: skip
    complexity: Number = a_key(
        0.0, "A30; form ours", "1", "Stretches typical_days of stages 2-5 by 1 + complexity",
        ge=0, le=20,
    )  # fmt: skip
    effort: Number = a_key(
        0.0, "A30; size ours", "1",
        "Walking away from stages 2-5 runs 1 + effort · complexity times as fast", ge=0, le=20,
    )  # fmt: skip
    gift_value: Number = a_key(
        0.0, "C46-C47; size ours", "money", "Taken off the price of a first deal", ge=0
    )
    quality: Number = a_share(0.62, "ours", "Mean performance that a customer experiences")
    quality_noise: Number = a_key(
        0.12, "ours", "sd", "How much performance differs from deal to deal", ge=0, le=1
    )
    taste_spread: Number = a_key(
        0.0, "ours", "sd", "How much our performance differs from person to person, for good",
        ge=0, le=1,
    )  # fmt: skip
    hurry: Number = a_key(
        0.3, "ours", "factor", "How far warmth hurries the next need: beta times this at stage 9",
        ge=0, le=10,
    )  # fmt: skip
    tender_every: Whole = a_key(
        0, "C68", "needs", "A tender, back to comparison, at each n-th need; 0 = never", ge=0,
        le=1_000_000,
    )  # fmt: skip


class StagePlan(Table):
    """How long a stage takes a neutral person, and how many of them the firm plans to lose."""

    typical_days: Number = a_key(7.0, "ours", "days", "Mean time in the stage", gt=0)
    planned_loss: Number = a_key(
        0.0, "C110", "0..1", "Share of neutral people who leave at this stage", ge=0, lt=1
    )
    regularity: Shape = a_key(
        1.0, "ours", "shape",
        "Weibull shape of the stage's clocks: 1 = memoryless, larger = more regular, inf = fixed",
        ge=0.3,
    )  # fmt: skip


class Segment(Table):
    """A part of the market whose people differ."""

    name: Line = Field(description="Name, as it stands in tables")
    share: Number = a_key(
        1.0, "ours", "weight", "Weight of the segment in the market", gt=0, le=1e9
    )
    need: Number = a_key(1.0, "ours", "factor", "Multiplies the strength of need", gt=0)
    speed: Number = a_key(1.0, "C14; size ours", "factor", "Multiplies personal speed", gt=0)
    price_sensitivity: Number = a_key(
        1.0, "ours", "factor", "Multiplies the sensitivity to price", ge=0, le=100
    )
    value: Number = a_key(
        1.0, "ours", "factor",
        "Size of a deal: multiplies what is paid for it and unit_cost, not the price per unit",
        ge=0, le=1e6,
    )  # fmt: skip
    trust: Number = a_key(
        1.0, "C141; size ours", "factor", "Multiplies the trust at the start, up to full trust",
        ge=0, le=100,
    )  # fmt: skip


class Market(Table):
    """Who walks."""

    people: Whole = a_key(
        2000, "ours", "people", "Size of the market that costs, reps and shelf belong to", ge=1,
        le=100_000_000,
    )  # fmt: skip
    onset_days: Number = a_key(
        365.0, "C24", "days", "Mean time until pain or dream awakes by itself", gt=0
    )
    return_days: Number = a_key(
        365.0, "ours", "days", "Mean time until a dormant person's motive comes back", gt=0
    )
    pain_share: Number = a_share(0.5, "C19, C22; size ours", "Share driven by pain, not a dream")
    pain_need: Number = a_key(1.1, "C25; size ours", "factor", "Strength of need from pain", gt=0)
    dream_need: Number = a_key(
        0.9, "C25; size ours", "factor", "Strength of need from a dream", gt=0
    )
    speed_spread: Number = a_key(
        0.5, "C14; size ours", "cv", "Spread of personal speed (lognormal, mean 1); 0 = all alike",
        ge=0, le=3,
    )  # fmt: skip
    rationality_mean: Number = a_key(
        0.5, "C33-C35; size ours", "0..1", "Mean rationality (logit-normal)", gt=0, lt=1
    )
    rationality_spread: Number = a_key(
        0.2, "C33-C34; size ours", "sd", "Spread of rationality; 0 = all alike", ge=0, lt=0.5
    )
    tolerance_mean: Number = a_key(
        1.0, "C142; size ours", "irritation", "Mean irritation a person bears before opting out",
        gt=0,
    )  # fmt: skip
    tolerance_spread: Number = a_key(
        0.6, "ours", "cv", "Spread of tolerance (lognormal); 0 = all alike", ge=0, le=3
    )
    price_sensitivity: Number = a_key(
        0.0, "Bijmolt 2005 [S]: elasticity of sales -2.6; form ours", "eta",
        "The odds of walking away at 5, 6, 9 are multiplied by (price / rival price)^eta", ge=0,
        le=50,
    )  # fmt: skip
    price_spread: Number = a_key(
        0.0, "ours", "cv", "Spread of that sensitivity (lognormal); 0 = all alike", ge=0, le=3
    )
    presence: Number = a_share(
        1.0, "ours", "Chance to be considered at the end of study by who remembers no contact"
    )
    prior_trust: Number = a_share(
        0.5, "C141, C144", "Trust in the firm at the start; 0.5 = neutral"
    )
    prior_expectation: Number = a_share(0.55, "B2, C32; size ours", "Expected performance at start")
    served_share: Number = a_share(
        0.0,
        "ours",
        "Share of people whom a rival serves when the market opens; the others are unaware",
    )
    stay_years: NumberOrInf = a_key(
        float("inf"), "ours", "years",
        "Mean time people stay in the category before they leave it for good; inf = for ever",
        ge=0.1,
    )  # fmt: skip
    growth_a_year: Number = a_key(
        0.0, "ours", "1/year",
        "Growth of the market; newcomers come at 1 / stay_years + growth", ge=0, le=2,
    )  # fmt: skip
    clutter: Number = a_key(
        0.0, "C127; form ours", "1",
        "Others' advertising: a contact warms, proves, promises, reminds 1 + clutter times less",
        ge=0, le=100,
    )  # fmt: skip
    segments: tuple[Segment, ...] = Field(
        default=(), description="Parts of the market; none = one market", max_length=20
    )


class Rival(Table):
    """All other suppliers taken together."""

    quality: Number = a_share(0.6, "ours", "Mean performance of the rival")
    quality_noise: Number = a_key(
        0.15, "ours", "sd", "Spread of the rival's performance", ge=0, le=1
    )
    price: Number = a_key(
        0.0, "ours", "money", "What the rival asks; 0 = our price as the file says it", ge=0
    )
    taste_spread: Number = a_key(
        0.0, "ours", "sd", "How much its performance differs from person to person, for good",
        ge=0, le=1,
    )  # fmt: skip
    retention: Number = a_share(
        0.8, "C57, C85; size ours", "Chance that a rival's customer buys there again"
    )
    competition: Number = a_key(
        0.5, "A30, C37; size ours", "1",
        "At 1-6 walking away runs 1 + competition times as fast with a rival in the person's set",
        ge=0, le=20,
    )  # fmt: skip
