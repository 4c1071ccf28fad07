"""Touchpoints, and the strategies that run them.

Both are read off a scenario by name.

    >>> from cjsim import Scenario
    >>> phone = Scenario.load("phone")
    >>> phone.touchpoints["site"].contact, phone.touchpoints["site"].fit["study"]
    ('pull', 0.9)
    >>> phone.strategies["guide"].push, phone.strategies["guide"].touchpoints["site"]
    ('guide', 1.0)
"""

from __future__ import annotations

from typing import Annotated, Literal, cast

from pydantic import (
    Field,
)

from cjsim.journey import Stage
from cjsim.scenario.tables.kinds import (
    Line,
    Name,
    Number,
    NumberOrInf,
    StageKey,
    Table,
    Whole,
    a_key,
    a_share,
)

FOLLOWED = (
    "deal", "first_deal", "known", "reneged", "silence", "birthday", "failure", "tryout", "renewal",
    "notice",
)  # fmt: skip
"""What a touchpoint can start after, beside a contact with another touchpoint."""


class Touchpoint(Table):
    """A channel with a purpose."""

    title: Line = Field(default="", description="Name for people")
    claim: Line = Field(
        default="ours", description="Claim id of the source that names it, or 'ours'"
    )
    mode: Literal["online", "offline"] = Field(
        default="online", description="Where it happens (B20)"
    )
    contact: Literal["pull", "push"] = Field(
        description="pull: the person comes; push: the firm goes (C102, C104)"
    )
    aims_at: StageKey = Field(description="The stage it is made for")
    fit: dict[StageKey, Annotated[Number, Field(ge=0, le=1)]] = Field(
        description="Fit to each stage, 0..1; a stage that is not named has none"
    )
    reach_per_day: Number = a_key(
        0.05, "ours", "contacts a day", "pull: rate of contacts at fit 1, no detour", ge=0, le=50
    )
    distance_m: Number = a_key(0.0, "C99", "metres", "pull: how far off the trail it stands", ge=0)
    appeal_pain: Number = a_key(1.0, "C128-C129", "factor", "How it speaks to pain", ge=0, le=1)
    appeal_dream: Number = a_key(1.0, "C128-C129", "factor", "How it speaks to a dream", ge=0, le=1)
    warmth: Number = a_share(0.0, "ours", "Share of the gap to full warmth closed at fit 1")
    intrusiveness: Number = a_key(
        0.0, "C90-C93; size ours", "irritation", "Irritation of a contact with no fit", ge=0, le=5
    )
    reminds: Number = a_key(
        0.0, "ours", "reminders", "Reminders that a contact at fit 1 is worth", ge=0, le=100
    )
    proof: Number = a_share(0.0, "C146-C150; size ours", "Share of the gap to full trust closed")
    promise: Number = a_share(0.0, "B2; size ours", "Share of the gap to full expectation closed")
    care: Number = a_share(
        0.0, "B10, A22; size ours", "Share of the gap to full satisfaction closed"
    )
    calm: Number = a_share(0.0, "C69; size ours", "Share of novelty taken away")
    names_rival: Number = a_share(0.0, "C38; evidence 0.5, ours", "Chance that it names a rival")
    capture: Number = a_share(0.0, "C97; size ours", "Chance that it captures contact details")
    discount: Number = a_share(0.0, "A23; size ours", "Share of the price off the next deal")
    rep_hours: Number = a_key(
        0.0, "B24, B28; size ours", "rep hours", "Rep time one contact takes", ge=0
    )
    rhythm_days: Number = a_key(
        0.0, "ours", "days",
        "push: at least so long between two times that it is sent to one person", ge=0,
    )  # fmt: skip
    cap_30_days: Whole = a_key(
        0, "ours", "times", "push: sent to one person so often in any 30 days at most; 0 = no cap",
        ge=0, le=30,
    )  # fmt: skip
    quiet_days: Number = a_key(
        0.0, "ours", "days", "push: not sent for so long after a deal of that person", ge=0
    )
    cost_per_contact: Number = a_key(0.0, "ours", "money", "Cost of one contact", ge=0)
    cost_per_day: Number = a_key(0.0, "ours", "money a day", "Cost of keeping it running", ge=0)
    social_proof: Number = a_share(
        0.0, "C148-C150; size ours",
        "Added to `proof` if everybody were a customer; less by the share who are",
    )  # fmt: skip
    asks: Number = a_share(
        0.0, "B39; Chandon, Morwitz & Reinartz 2005 [S]; size ours",
        "Share of the gap to full satisfaction and to full loyalty closed by being asked",
    )  # fmt: skip
    after: Line = Field(
        default="",
        description="push: no guide or animator chooses it, it follows what happens: deal, "
        "first_deal, failure, known (details captured), reneged (a queue left), tryout (a free "
        "trial began), renewal (the end of a contract comes near), notice (it was given), silence, "
        'birthday, or a contact with the touchpoint of that name; "" = no, it is chosen',
        json_schema_extra={"source": "C154; rule ours"},
    )
    delay_hours: Number = a_key(
        0.0, "C154; size ours", "hours", "after: it follows so much later", ge=0, le=87_600
    )
    silence_days: Number = a_key(
        30.0, "ours", "days", 'after = "silence": so long without any contact is a silence',
        ge=0.01, le=200_000,
    )  # fmt: skip
    lead_days: Number = a_key(
        30.0, "ours", "days", 'after = "renewal": so long before the contract ends it comes near',
        ge=0, le=200_000,
    )  # fmt: skip
    wins_back: Number = a_share(
        0.0, "A25-A26; size ours",
        "Chance that who has given notice takes it back at a contact that fits",
    )  # fmt: skip
    fade_half_life_hours: NumberOrInf = a_key(
        float("inf"), "Oldroyd 2011 [S]; form ours", "hours",
        "after: what it gives halves with each such delay, a rep's included; inf = no hurry",
        ge=0.01,
    )  # fmt: skip
    delivered: Number = a_share(1.0, "ours", "push: share of those sent that arrive")
    opened: Number = a_share(1.0, "ours", "push: share of those delivered that are opened")
    seats: Whole = a_key(
        0, "C154; size ours", "people",
        "Room for so many in each session of the whole market, first come, first served; 0 = all",
        ge=0, le=1_000_000,
    )  # fmt: skip
    session_days: Number = a_key(
        30.0, "ours", "days", "seats: so long until they are free again", ge=0.01, le=200_000
    )

    hears: Number = a_share(
        0.0, "C95, C96, C151, C160; size ours",
        "Chance that a contact with somebody the firm knows yields an answer about where they "
        "stand: a reading as right as the strategy's `accuracy`, for targeting = \"filter\"",
    )  # fmt: skip

    def fit_at(self, stage: int) -> float:
        """Its fit to a stage, 0..1; 0 where the file names none.

        Parameters
        ----------
        stage : a `Stage`, or its number.

        >>> import cjsim
        >>> cjsim.Scenario.load("phone").touchpoints["site"].fit_at(Stage.UNAWARE)
        0.0
        """
        return self.fit.get(cast(StageKey, Stage(stage).key), 0.0)


class Strategy(Table):
    """Which touchpoints run, how strongly, and who is pushed, when, with what."""

    title: Line = Field(default="", description="Name for people")
    touchpoints: dict[Name, Annotated[Number, Field(ge=0, le=20)]] = Field(
        default_factory=dict,
        description="Touchpoint = intensity. Multiplies the cost per day; for a pull its reach "
        "too, for a push the strengths, intrusiveness and cost of a contact. 0 = off",
    )
    push: Literal["none", "guide", "animator"] = Field(
        default="none",
        description="guide: what fits the believed stage best (C87); "
        "animator: its programme whatever the stage (C89); none: wait",
    )
    every_days: Number = a_key(14.0, "ours", "days", "Time between pushes to one person", ge=0.01)
    jitter: Number = a_share(0.3, "ours", "Relative width of the spread of that time")
    accuracy: Number = a_share(0.7, "C95; .6-.9, Netzer 2008 [S]", "Chance to see the true stage")
    optimism: Number = a_share(0.7, "C160; size ours", "Chance that a wrong belief is too high")
    targeting: Literal["reading", "filter"] = Field(
        default="reading",
        description="What a guide believes. reading: the true stage with chance accuracy, anew "
        "each time; filter: the likeliest stage after all contacts, deals and answers so far",
    )
    min_fit: Number = a_share(0.4, "C39; size ours", "guide: stay silent below this fit")
    plan: dict[StageKey, str] = Field(
        default_factory=dict,
        description="guide: stage = the touchpoint it takes when it believes somebody stands "
        'there, whatever fits (C136); "" = silence; a stage not named: what fits best',
    )
    programme: tuple[str, ...] = Field(
        default=(),
        description="animator: the order of its touchpoints; empty = all its push touchpoints",
        max_length=64,
    )
    budget: NumberOrInf = a_key(
        float("inf"), "ours", "money",
        "For the contacts of the whole market in each budget_days: once it is spent those that "
        "cost stop; inf = no limit", ge=0,
    )  # fmt: skip
    budget_days: Number = a_key(
        30.0, "ours", "days", "Days after which there is a new budget", ge=0.01, le=200_000
    )
