"""What a user writes: product, market, firm, touchpoints and strategies as checked tables.

Each key's description, unit, range and source stand beside it. Sources: a claim id (A14, C57; see
`docs/claims.md`), a paper with its grade ([R] recomputed, [S] read, [M] from memory), or "ours"
for a default nobody measured.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import (
    AfterValidator,
    AllowInfNan,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    Strict,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_serializer,
    model_validator,
)

from cjsim.journey import BEFORE_THE_DEAL, TWELVE, Stage
from cjsim.labels import unknown
from cjsim.labels.visible import ACTS, ONE_LINE

StageKey = Literal[
    "unaware", "awareness", "interest", "desire", "study", "comparison", "action", "first_deal",
    "satisfaction", "repeat_deal", "curiosity", "loyalty", "recommendation",
    "with_rival", "dormant",
]  # fmt: skip
TwelveKey = Literal[
    "awareness", "interest", "desire", "study", "comparison", "action", "first_deal",
    "satisfaction", "repeat_deal", "curiosity", "loyalty", "recommendation",
]  # fmt: skip
FOLLOWED = (
    "deal", "first_deal", "known", "reneged", "silence", "birthday", "failure", "tryout", "renewal",
    "notice",
)  # fmt: skip
"""What a touchpoint can start after, beside a contact with another touchpoint."""
MAY_WALK_AWAY = frozenset({*BEFORE_THE_DEAL, Stage.REPEAT_DEAL, Stage.CURIOSITY})


def _key(default: Any, source: str, unit: str, text: str, **bounds: Any) -> Any:
    """A scenario key: its default, where that comes from, its unit and one sentence on it."""
    return Field(
        default,
        description=f"{text} [{unit}]",
        json_schema_extra={"unit": unit, "source": source},
        **bounds,
    )


def _share(default: float, source: str, text: str) -> Any:
    """A key that is a share or a probability."""
    return _key(default, source, "0..1", text, ge=0, le=1)


class _Table(BaseModel):
    """A table of the file: no unknown keys, no changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def __dir__(self) -> list[str]:
        """Its keys and our own methods: what Tab offers. The rest of pydantic works unlisted."""
        inherited = set(dir(BaseModel)) - set(type(self).model_fields)
        names = set(super().__dir__()) - inherited
        return sorted(name for name in names if not name.startswith("_"))


class InWholes:
    """Marks a key whose numbers must be whole and have an end, though inf is allowed too."""

    whole = True
    le = 1_000_000


IN_WHOLES = InWholes()


class Shapes:
    """Marks a key whose numbers have an end, though inf is allowed too."""

    le = 100


SHAPES = Shapes()


def _shape(value: float) -> float:
    """The number, or inf. What lies between is inf to a hundredth, and takes hours to solve for."""
    if not (value <= SHAPES.le or math.isinf(value)):
        raise ValueError("must be smaller, or inf")
    return value


def _whole_or_inf(value: float) -> float:
    """The number as a whole one, or inf."""
    if math.isinf(value):
        return value
    if value != int(value) or value > IN_WHOLES.le:
        raise ValueError("must be whole")
    return int(value)


DATE = r"^((19|20|21)\d\d-\d\d-\d\d)?$"


def _date_as_text(value: Any) -> Any:
    """TOML's own dates as text. Raises ValueError for one that no calendar has."""
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    if not isinstance(value, str) or not value:
        return value
    return datetime.date.fromisoformat(value).isoformat()


def _day_or_date(value: Any) -> float | str:
    """A day of the run as a number, a date as text; "" for neither."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Dates.validate_python(value)
    if not 0 <= value < math.inf:
        raise ValueError("must be a day from 0 on")
    return float(value)


# Strict: "5" and true are no numbers, 1 is no true. A whole number may stand for any number.
Number = Annotated[float, Strict(), AllowInfNan(False)]
NumberOrInf = Annotated[float, Strict()]  # its lower bound keeps nan out
Whole = Annotated[int, Strict()]
WholeOrInf = Annotated[float, Strict(), IN_WHOLES, AfterValidator(_whole_or_inf)]
Shape = Annotated[float, Strict(), SHAPES, AfterValidator(_shape)]
YesNo = Annotated[bool, Strict()]
Name = Annotated[str, Field(pattern=r"^[\w-]+$")]  # a part of a dotted key
Line = Annotated[str, Field(pattern=ONE_LINE)]
Date = Annotated[str, BeforeValidator(_date_as_text), Field(pattern=DATE)]
Dates: TypeAdapter[str] = TypeAdapter(Date)
DayOrDate = Annotated[Any, BeforeValidator(_day_or_date)]
FileName = Annotated[str, Field(pattern=rf'^[^/\\:*?"<>|{ACTS}]+$')]


class Product(_Table):
    """What is sold."""

    price: Number = _key(100.0, "ours", "money", "What a customer pays for one deal", ge=0)
    unit_cost: Number = _key(60.0, "ours", "money", "What one deal costs the firm to fulfil", ge=0)
    first_deal_extra_cost: Number = _key(
        30.0, "C46-C47; size ours", "money",
        "What the first deal costs on top: set-up, a welcome price, the way in", ge=0,
    )  # fmt: skip
    complexity: Number = _key(
        0.0, "A30; form ours", "1", "Stretches typical_days of stages 2-5 by 1 + complexity",
        ge=0, le=20,
    )  # fmt: skip
    effort: Number = _key(
        0.0, "A30; size ours", "1",
        "Walking away from stages 2-5 runs 1 + effort · complexity times as fast", ge=0, le=20,
    )  # fmt: skip
    gift_value: Number = _key(
        0.0, "C46-C47; size ours", "money", "Taken off the price of a first deal", ge=0
    )
    quality: Number = _share(0.62, "ours", "Mean performance that a customer experiences")
    quality_noise: Number = _key(
        0.12, "ours", "sd", "How much performance differs from deal to deal", ge=0, le=1
    )
    taste_spread: Number = _key(
        0.0, "ours", "sd", "How much our performance differs from person to person, for good",
        ge=0, le=1,
    )  # fmt: skip
    hurry: Number = _key(
        0.3, "ours", "factor", "How far warmth hurries the next need: beta times this at stage 9",
        ge=0, le=10,
    )  # fmt: skip
    tender_every: Whole = _key(
        0, "C68", "needs", "A tender, back to comparison, at each n-th need; 0 = never", ge=0,
        le=1_000_000,
    )  # fmt: skip


class StagePlan(_Table):
    """How long a stage takes a neutral person, and how many of them the firm plans to lose."""

    typical_days: Number = _key(7.0, "ours", "days", "Mean time in the stage", gt=0)
    planned_loss: Number = _key(
        0.0, "C110", "0..1", "Share of neutral people who leave at this stage", ge=0, lt=1
    )
    regularity: Shape = _key(
        1.0, "ours", "shape",
        "Weibull shape of the stage's clocks: 1 = memoryless, larger = more regular, inf = fixed",
        ge=0.3,
    )  # fmt: skip


class Segment(_Table):
    """A part of the market whose people differ."""

    name: Line = Field(description="Name, as it stands in tables")
    share: Number = _key(1.0, "ours", "weight", "Weight of the segment in the market", gt=0, le=1e9)
    need: Number = _key(1.0, "ours", "factor", "Multiplies the strength of need", gt=0)
    speed: Number = _key(1.0, "C14; size ours", "factor", "Multiplies personal speed", gt=0)
    price_sensitivity: Number = _key(
        1.0, "ours", "factor", "Multiplies the sensitivity to price", ge=0, le=100
    )
    value: Number = _key(
        1.0, "ours", "factor",
        "Size of a deal: multiplies what is paid for it and unit_cost, not the price per unit",
        ge=0, le=1e6,
    )  # fmt: skip
    trust: Number = _key(
        1.0, "C141; size ours", "factor", "Multiplies the trust at the start, up to full trust",
        ge=0, le=100,
    )  # fmt: skip


class Market(_Table):
    """Who walks."""

    people: Whole = _key(
        2000, "ours", "people", "Size of the market that costs, reps and shelf belong to", ge=1,
        le=100_000_000,
    )  # fmt: skip
    onset_days: Number = _key(
        365.0, "C24", "days", "Mean time until pain or dream awakes by itself", gt=0
    )
    return_days: Number = _key(
        365.0, "ours", "days", "Mean time until a dormant person's motive comes back", gt=0
    )
    pain_share: Number = _share(0.5, "C19, C22; size ours", "Share driven by pain, not a dream")
    pain_need: Number = _key(1.1, "C25; size ours", "factor", "Strength of need from pain", gt=0)
    dream_need: Number = _key(
        0.9, "C25; size ours", "factor", "Strength of need from a dream", gt=0
    )
    speed_spread: Number = _key(
        0.5, "C14; size ours", "cv", "Spread of personal speed (lognormal, mean 1); 0 = all alike",
        ge=0, le=3,
    )  # fmt: skip
    rationality_mean: Number = _key(
        0.5, "C33-C35; size ours", "0..1", "Mean rationality (logit-normal)", gt=0, lt=1
    )
    rationality_spread: Number = _key(
        0.2, "C33-C34; size ours", "sd", "Spread of rationality; 0 = all alike", ge=0, lt=0.5
    )
    tolerance_mean: Number = _key(
        1.0, "C142; size ours", "irritation", "Mean irritation a person bears before opting out",
        gt=0,
    )  # fmt: skip
    tolerance_spread: Number = _key(
        0.6, "ours", "cv", "Spread of tolerance (lognormal); 0 = all alike", ge=0, le=3
    )
    price_sensitivity: Number = _key(
        0.0, "Bijmolt 2005 [S]: elasticity of sales -2.6; form ours", "eta",
        "The odds of walking away at 5, 6, 9 are multiplied by (price / rival price)^eta", ge=0,
        le=50,
    )  # fmt: skip
    price_spread: Number = _key(
        0.0, "ours", "cv", "Spread of that sensitivity (lognormal); 0 = all alike", ge=0, le=3
    )
    presence: Number = _share(
        1.0, "ours", "Chance to be considered at the end of study by who remembers no contact"
    )
    prior_trust: Number = _share(0.5, "C141, C144", "Trust in the firm at the start; 0.5 = neutral")
    prior_expectation: Number = _share(0.55, "B2, C32; size ours", "Expected performance at start")
    served_share: Number = _share(
        0.0,
        "ours",
        "Share of people whom a rival serves when the market opens; the others are unaware",
    )
    stay_years: NumberOrInf = _key(
        float("inf"), "ours", "years",
        "Mean time people stay in the category before they leave it for good; inf = for ever",
        ge=0.1,
    )  # fmt: skip
    growth_a_year: Number = _key(
        0.0, "ours", "1/year",
        "Growth of the market; newcomers come at 1 / stay_years + growth", ge=0, le=2,
    )  # fmt: skip
    clutter: Number = _key(
        0.0, "C127; form ours", "1",
        "Others' advertising: a contact warms, proves, promises, reminds 1 + clutter times less",
        ge=0, le=100,
    )  # fmt: skip
    segments: tuple[Segment, ...] = Field(
        default=(), description="Parts of the market; none = one market", max_length=20
    )


class Rival(_Table):
    """All other suppliers taken together."""

    quality: Number = _share(0.6, "ours", "Mean performance of the rival")
    quality_noise: Number = _key(
        0.15, "ours", "sd", "Spread of the rival's performance", ge=0, le=1
    )
    price: Number = _key(
        0.0, "ours", "money", "What the rival asks; 0 = our price as the file says it", ge=0
    )
    taste_spread: Number = _key(
        0.0, "ours", "sd", "How much its performance differs from person to person, for good",
        ge=0, le=1,
    )  # fmt: skip
    retention: Number = _share(
        0.8, "C57, C85; size ours", "Chance that a rival's customer buys there again"
    )
    competition: Number = _key(
        0.5, "A30, C37; size ours", "1",
        "At 1-6 walking away runs 1 + competition times as fast with a rival in the person's set",
        ge=0, le=20,
    )  # fmt: skip


class Response(_Table):
    """How a contact acts on a person."""

    warmth_gain: Number = _key(
        1.5, "ours; elasticity target Sethuraman 2011 [S]", "1",
        "beta: full warmth multiplies the step-on rate by 1 + beta", ge=0, le=50,
    )  # fmt: skip
    irritation_harm: Number = _key(
        0.8, "van Diepen 2006, 2009 [S]: 0 is defensible", "1",
        "kappa: irritation i multiplies the walk-away rate by 1 + kappa i", ge=0, le=50,
    )  # fmt: skip
    warmth_half_life_days: Number = _key(
        7.0, "adstock about 0.5 a week, Assmus 1984 [M]", "days", "Warmth halves in", gt=0
    )
    irritation_half_life_days: Number = _key(
        14.0, "0.7 a week, ours", "days", "Irritation halves in", gt=0
    )
    too_hot: Number = _key(
        1.0, "C90-C91; size ours", "factor", "Mismatch of a contact that aims at a later stage",
        ge=0, le=10,
    )  # fmt: skip
    too_cold: Number = _key(
        0.6, "C92-C93; size ours", "factor", "Mismatch of a contact that aims at an earlier stage",
        ge=0, le=10,
    )  # fmt: skip
    distrust: Number = _key(
        0.15, "Slovic 1993 [M]; size ours", "1", "Share of trust lost per unit of mismatch",
        ge=0, le=1,
    )  # fmt: skip
    crowding: Number = _key(
        0.0, "ours; 0 is defensible, van Diepen 2009 [S]", "1",
        "Mismatch that each recent push adds to a contact, per unit of its intrusiveness",
        ge=0, le=10,
    )  # fmt: skip
    dulling: Number = _key(
        0.0, "ours", "1", "A contact warms 1 + dulling · recent pushes times less", ge=0, le=10
    )
    pressure_half_life_days: Number = _key(30.0, "ours", "days", "A push counts half after", gt=0)
    memory_half_life_days: Number = _key(
        75.0, "carry-over of weeks to months; ours", "days", "A reminder counts half after", gt=0
    )
    optout_harm: Number = _share(0.0, "ours", "Share of trust that an opt-out costs for good")
    detour_scale_m: Number = _key(
        300.0, "C99-C101; form ours", "metres", "Detour that need 1 still makes with chance 1/e",
        gt=0,
    )  # fmt: skip


class Experience(_Table):
    """How a deal is lived through, and the gate after it."""

    learning: Number = _share(
        0.4,
        "Oliver 1980 [M]",
        "alpha: weight of one experience; after few deals it is larger, 1 / number of deals",
    )
    performance_weight: Number = _share(
        0.5,
        "Churchill & Surprenant 1982 [M]; size ours",
        "How much of an experience is the performance itself; the rest is surprise",
    )
    gain: Number = _key(
        1.0, "Oliver 1980 [M]; size ours", "1", "What a surprise of size 1 adds to an experience",
        ge=0, le=10,
    )  # fmt: skip
    loss_aversion: Number = _key(
        2.0, "Anderson & Sullivan 1993 [M]", "factor", "Weight of a disappointment against a treat",
        ge=0, le=10,
    )  # fmt: skip
    expectation_drift: Number = _share(
        0.3, "ours", "Share of the gap to performance that expectation closes per experience"
    )
    gate_slope: Number = _key(
        8.0, "C49-C50; size ours", "1", "Steepness of the satisfaction gate", ge=0, le=200
    )
    gate_threshold: Number = _key(
        0.42, "C58: about half; size ours", "satisfaction", "Satisfaction at which half go on",
        ge=-5, le=5,
    )  # fmt: skip


class Curiosity(_Table):
    """When a satisfied customer looks around."""

    base: Number = _key(-2.6, "Trivedi-style logit, ours", "logit", "c0: log odds of curiosity")
    novelty: Number = _key(
        0.25, "McAlister 1982 [S]; size ours", "logit", "Per deal since the last change", ge=0
    )
    innovativeness: Number = _key(
        0.5, "C63; size ours", "logit", "Per standard deviation of innovativeness"
    )
    loyalty: Number = _key(2.0, "C69; size ours", "logit", "Taken off at full loyalty", ge=0)
    stockout_trigger: Number = _key(
        1.0, "C70-C71; size ours", "logit", "Added by each empty shelf met", ge=0
    )
    choice_slope: Number = _key(
        8.0, "McFadden; size ours", "1",
        "Steepness of the choice between our satisfaction and the rival's performance", ge=0,
    )  # fmt: skip


class Loyalty(_Table):
    """What comes after repeat deals."""

    deals_to_loyalty: Whole = _key(
        3, "C59, C74; size ours", "deals", "Deals before loyalty", ge=1, le=1_000_000
    )
    gain: Number = _share(0.35, "ours", "Share of the gap to full loyalty closed per visit")
    advocate_share: Number = _share(
        0.3, "C82: not all", "Chance that a loyal, fully satisfied person recommends"
    )
    friends: Number = _key(
        1.0, "C79; B18 says thirty", "people", "Mean number of acquaintances told", ge=0, le=200
    )
    friend_trust: Number = _share(0.15, "C81; size ours", "Share of the gap to full trust closed")
    friend_warmth: Number = _share(0.4, "C81; size ours", "Share of the gap to full warmth closed")
    friend_memory: Number = _key(
        0.0, "C81; size ours", "reminders", "Reminders that a friend's word is worth", ge=0, le=100
    )
    to_manager: Number = _share(
        0.0, "C74; size ours", "Share of loyalty that is to an account manager, and goes with them"
    )
    manager_years: Number = _key(
        2.0, "ours", "years", "Mean time an account manager stays", gt=0, le=1000
    )


class Words(_Table):
    """What people say of the firm: bad words, who knows whom, what a referral is paid for."""

    bad_share: Number = _share(
        0.0, "C109; size ours",
        "Chance that a disappointed person warns others: a gate lost, a failure not made good",
    )  # fmt: skip
    bad_friends: Number = _key(
        2.0, "ours", "people", "Mean number of acquaintances warned", ge=0, le=200
    )
    bad_harm: Number = _share(0.2, "C109; size ours", "Share of trust that a bad word costs")
    circle: Whole = _key(
        0, "ours", "people", "Size of a person's circle: neighbours on a ring; 0 = all know all",
        ge=0, le=1_000_000,
    )  # fmt: skip
    far_share: Number = _share(0.1, "ours", "Share of acquaintances from anywhere, not the circle")
    referral_bonus: Number = _key(
        0.0, "ours", "money", "Paid for each friend whom an advocate's word awakes", ge=0
    )
    bonus_share: Number = _share(
        0.0, "ours", "Share of the loyal who would not recommend that do so for the bonus"
    )


class Service(_Table):
    """What goes wrong at deals, who complains, and what is made good."""

    failure_rate: Number = _share(
        0.0, "B19; size ours", "Chance that something goes wrong at a deal"
    )
    failure_loss: Number = _share(0.2, "B19; size ours", "Satisfaction that a failure costs")
    complain_share: Number = _share(
        0.3, "A25; size ours", "Chance that who met a failure complains"
    )
    recovery_rate: Number = _share(0.5, "A25; size ours", "Share of complaints made good")
    recovery_cost: Number = _key(
        0.0, "A25", "money", "What making one complaint good costs the firm", ge=0
    )
    recovery_gain: Number = _share(
        0.2, "A25; size ours", "Satisfaction that making good gives back"
    )
    compensation: Number = _share(
        0.0, "A25; size ours", "Share of the price off the next deal, promised with it"
    )


class Contract(_Table):
    """What a deal binds to: a term that ends on a date, a notice to be given, payments, a trial."""

    term_days: Number = _key(
        0.0, "ours", "days",
        "A deal is a contract for so long, and its price is the term's: the next need is its "
        "end; 0 = deals bind to nothing", ge=0, le=200_000,
    )  # fmt: skip
    payments: Whole = _key(
        1, "ours", "payments", "A term's price is paid in so many equal parts, the first at once",
        ge=1, le=1_000,
    )  # fmt: skip
    notice_days: Number = _key(
        0.0, "ours", "days", "Who gives notice later than this before the end stays one more term",
        ge=0, le=200_000,
    )  # fmt: skip
    pause_share: Number = _share(
        0.0, "ours", "Share of those who gave notice that pause instead of leaving"
    )
    pause_days: Number = _key(
        90.0, "ours", "days", "How long a pause is: nothing is paid, then a new term begins",
        ge=0.01, le=200_000,
    )  # fmt: skip
    upgrade_share: Number = _share(
        0.0, "ours", "Chance that a fully satisfied customer takes the dearer plan at a renewal"
    )
    upgrade_factor: Number = _key(
        1.5, "ours", "factor", "What the dearer plan costs, against the first one", ge=1, le=1_000
    )
    trial_days: Number = _key(
        0.0, "ours", "days",
        "Who never bought tries for nothing for so long, in place of the days of the first deal, "
        "then buys or does not; 0 = no trial", ge=0, le=200_000,
    )  # fmt: skip


class Firm(_Table):
    """The firm's people, patience and money."""

    reps: WholeOrInf = _key(
        float("inf"), "C137", "people",
        "Sales reps of the whole market; 0 = nobody serves, inf = all are served at once", ge=0,
    )  # fmt: skip
    rep_cost_per_day: Number = _key(0.0, "ours", "money a day", "Cost of one rep", ge=0)
    deal_hours: Number = _key(
        2.0, "A21; size ours", "rep hours", "Mean rep time for one deal (exponential)",
        ge=0,
    )  # fmt: skip
    hours_a_day: Number = _key(8.0, "ours", "hours", "Working hours of a rep's day", ge=0.1, le=24)
    days_a_week: Number = _key(
        7.0, "ours", "days", "Working days of a rep's week: deals are longer by the others",
        ge=0.1, le=7,
    )  # fmt: skip
    patience_days: Number = _key(
        5.0, "ours", "days", "Mean time a buyer waits for a rep before going to the rival", gt=0
    )
    repeat_needs_rep: YesNo = _key(False, "B14", "yes/no", "Do repeat deals take a rep too?")
    cold_list_share: Number = _share(
        0.2, "C114; size ours", "Share of the market on the firm's list from the start"
    )
    discount_rate_per_year: Number = _key(
        0.12, "ours", "1/year", "Rate at which later money is discounted", ge=0, le=5
    )


class Shelf(_Table):
    """Whether there is something to buy."""

    stocked_days: NumberOrInf = _key(
        float("inf"), "C70; ours", "days", "Mean time the shelf is full; inf = always", gt=0
    )
    empty_days: Number = _key(3.0, "C71; size ours", "days", "Mean time it stays empty", gt=0)
    wait_share: Number = _share(0.5, "Gruen 2002 [M]", "Share who wait for the refill")


class Touchpoint(_Table):
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
    reach_per_day: Number = _key(
        0.05, "ours", "contacts a day", "pull: rate of contacts at fit 1, no detour", ge=0, le=50
    )
    distance_m: Number = _key(0.0, "C99", "metres", "pull: how far off the trail it stands", ge=0)
    appeal_pain: Number = _key(1.0, "C128-C129", "factor", "How it speaks to pain", ge=0, le=1)
    appeal_dream: Number = _key(1.0, "C128-C129", "factor", "How it speaks to a dream", ge=0, le=1)
    warmth: Number = _share(0.0, "ours", "Share of the gap to full warmth closed at fit 1")
    intrusiveness: Number = _key(
        0.0, "C90-C93; size ours", "irritation", "Irritation of a contact with no fit", ge=0, le=5
    )
    reminds: Number = _key(
        0.0, "ours", "reminders", "Reminders that a contact at fit 1 is worth", ge=0, le=100
    )
    proof: Number = _share(0.0, "C146-C150; size ours", "Share of the gap to full trust closed")
    promise: Number = _share(0.0, "B2; size ours", "Share of the gap to full expectation closed")
    care: Number = _share(
        0.0, "B10, A22; size ours", "Share of the gap to full satisfaction closed"
    )
    calm: Number = _share(0.0, "C69; size ours", "Share of novelty taken away")
    names_rival: Number = _share(0.0, "C38; evidence 0.5, ours", "Chance that it names a rival")
    capture: Number = _share(0.0, "C97; size ours", "Chance that it captures contact details")
    discount: Number = _share(0.0, "A23; size ours", "Share of the price off the next deal")
    rep_hours: Number = _key(
        0.0, "B24, B28; size ours", "rep hours", "Rep time one contact takes", ge=0
    )
    rhythm_days: Number = _key(
        0.0, "ours", "days",
        "push: at least so long between two times that it is sent to one person", ge=0,
    )  # fmt: skip
    cap_30_days: Whole = _key(
        0, "ours", "times", "push: sent to one person so often in any 30 days at most; 0 = no cap",
        ge=0, le=30,
    )  # fmt: skip
    quiet_days: Number = _key(
        0.0, "ours", "days", "push: not sent for so long after a deal of that person", ge=0
    )
    cost_per_contact: Number = _key(0.0, "ours", "money", "Cost of one contact", ge=0)
    cost_per_day: Number = _key(0.0, "ours", "money a day", "Cost of keeping it running", ge=0)
    social_proof: Number = _share(
        0.0, "C148-C150; size ours",
        "Added to `proof` if everybody were a customer; less by the share who are",
    )  # fmt: skip
    asks: Number = _share(
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
    delay_hours: Number = _key(
        0.0, "C154; size ours", "hours", "after: it follows so much later", ge=0, le=87_600
    )
    silence_days: Number = _key(
        30.0, "ours", "days", 'after = "silence": so long without any contact is a silence',
        ge=0.01, le=200_000,
    )  # fmt: skip
    lead_days: Number = _key(
        30.0, "ours", "days", 'after = "renewal": so long before the contract ends it comes near',
        ge=0, le=200_000,
    )  # fmt: skip
    wins_back: Number = _share(
        0.0, "A25-A26; size ours",
        "Chance that who has given notice takes it back at a contact that fits",
    )  # fmt: skip
    fade_half_life_hours: NumberOrInf = _key(
        float("inf"), "Oldroyd 2011 [S]; form ours", "hours",
        "after: what it gives halves with each such delay, a rep's included; inf = no hurry",
        ge=0.01,
    )  # fmt: skip
    delivered: Number = _share(1.0, "ours", "push: share of those sent that arrive")
    opened: Number = _share(1.0, "ours", "push: share of those delivered that are opened")
    seats: Whole = _key(
        0, "C154; size ours", "people",
        "Room for so many in each session of the whole market, first come, first served; 0 = all",
        ge=0, le=1_000_000,
    )  # fmt: skip
    session_days: Number = _key(
        30.0, "ours", "days", "seats: so long until they are free again", ge=0.01, le=200_000
    )

    def fit_at(self, stage: int) -> float:
        """Its fit to a stage, 0..1; 0 where the file names none.

        >>> import cjsim
        >>> cjsim.Scenario.load("phone").touchpoints["site"].fit_at(Stage.UNAWARE)
        0.0
        """
        return self.fit.get(cast(StageKey, Stage(stage).key), 0.0)


class Strategy(_Table):
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
    every_days: Number = _key(14.0, "ours", "days", "Time between pushes to one person", ge=0.01)
    jitter: Number = _share(0.3, "ours", "Relative width of the spread of that time")
    accuracy: Number = _share(0.7, "C95; .6-.9, Netzer 2008 [S]", "Chance to see the true stage")
    optimism: Number = _share(0.7, "C160; size ours", "Chance that a wrong belief is too high")
    min_fit: Number = _share(0.4, "C39; size ours", "guide: stay silent below this fit")
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
    budget: NumberOrInf = _key(
        float("inf"), "ours", "money",
        "For the contacts of the whole market in each budget_days: once it is spent those that "
        "cost stop; inf = no limit", ge=0,
    )  # fmt: skip
    budget_days: Number = _key(
        30.0, "ours", "days", "Days after which there is a new budget", ge=0.01, le=200_000
    )


class Change(_Table):
    """Keys that take other values from a day or date on: a campaign, a price, another strategy.

    Beside its own four keys a change holds those it changes, as the file writes them:
    `product.price = 90`, `guide.every_days = 7`, `strategy = "guide"`.
    """

    day: Number = _key(0.0, "ours", "days", "From this day on", ge=0, le=200_000)
    date: Date = Field(
        default="", description='Instead of the day: from this date on, "2026-12-01"'
    )
    until: DayOrDate = Field(
        default="",
        description="Day or date from which on the values before hold again; not said: for good",
        json_schema_extra={"unit": "days", "source": "ours"},
    )
    every: Literal["", "year"] = Field(
        default="", description='"year": the same each year; not said: once'
    )
    values: dict[str, Any] = Field(
        default_factory=dict, exclude=True, description="Dotted keys and the values they take"
    )

    @model_validator(mode="before")
    @classmethod
    def _other_keys_are_what_changes(cls, table: Any) -> Any:
        if not isinstance(table, Mapping):
            return table
        own = {key: table[key] for key in table if key in cls.model_fields and key != "values"}
        others = {key: value for key, value in table.items() if key not in own and key != "values"}
        return {**own, "values": {**table.get("values", {}), **flat(others)}}

    @model_serializer(mode="wrap")
    def _as_the_file_writes_it(self, inner: SerializerFunctionWrapHandler) -> dict[str, Any]:
        own = {key: value for key, value in inner(self).items() if value != ""}
        if self.date and not self.day:
            del own["day"]
        return {**own, **nested(self.values)}


def flat(tables: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Nested tables as dotted keys; a table that is empty stays as it is.

    >>> flat({"product": {"price": 90}, "guide.every_days": 7})
    {'product.price': 90, 'guide.every_days': 7}
    """
    keys: dict[str, Any] = {}
    for key, value in tables.items():
        dotted = f"{above}{key}"
        keys |= (
            flat(value, f"{dotted}.") if isinstance(value, Mapping) and value else {dotted: value}
        )
    return keys


def nested(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted keys as nested tables.

    >>> nested({"product.price": 90, "guide.every_days": 7})
    {'product': {'price': 90}, 'guide': {'every_days': 7}}
    """
    tables: dict[str, Any] = {}
    for dotted, value in keys.items():
        *above, last = dotted.split(".")
        table = tables
        for part in above:
            table = table.setdefault(part, {})
        table[last] = value
    return tables


class Season(_Table):
    """What the time of the year does to people; it needs `start`, and acts from day 0 on."""

    need: tuple[Annotated[Number, Field(gt=0, le=100)], ...] = Field(
        default=(),
        description="Strength of need in the twelve months, January first, as factors: on the way "
        "to the first deal, and on the pace of the needs after it; none = 1 all the year",
        max_length=12,
        json_schema_extra={"unit": "factor", "source": "ours"},
    )


class PlanAt(_Table):
    """The people for whom the plan was made: dials move people off it and leave it where it is.

    Values as under [market] and [rival], as the file said them when the plan was made.
    """

    pain_share: Number = _share(0.5, "as [market]", "Share driven by pain")
    pain_need: Number = _key(1.1, "as [market]", "factor", "Strength of need from pain", gt=0)
    dream_need: Number = _key(0.9, "as [market]", "factor", "Strength of need from a dream", gt=0)
    speed_spread: Number = _key(0.5, "as [market]", "cv", "Spread of speed", ge=0, le=3)
    rationality_mean: Number = _key(0.5, "as [market]", "0..1", "Mean rationality", gt=0, lt=1)
    rationality_spread: Number = _key(
        0.2, "as [market]", "sd", "Spread of rationality", ge=0, lt=0.5
    )
    prior_trust: Number = _share(0.5, "as [market]", "Trust at the start")
    competition: Number = _key(0.5, "as [rival]", "1", "Pull of a known rival", ge=0, le=20)
    segments: tuple[Segment, ...] = Field(
        default=(), description="Parts of the market", max_length=20
    )


class Plan(_Table):
    """What the stages' days and losses were solved for; not said: the file's own people."""

    at: PlanAt = Field(default_factory=PlanAt, description="The people for whom the plan was made")


def _value_in(table: Any, key: str, otherwise: Any) -> Any:
    """A key of a table that may be plain or checked."""
    if isinstance(table, Mapping):
        return table.get(key, otherwise)
    return getattr(table, key, otherwise)


def _default_stages() -> dict[TwelveKey, StagePlan]:
    return {cast(TwelveKey, stage.key): StagePlan() for stage in TWELVE}


class ScenarioTables(_Table):
    """Everything one run needs but the number of people and the seed.

    Parameters are the tables of the scenario file; see `cjsim.scenario.scenario.load` for the
    file form and `docs()` of each table for units and sources.
    """

    name: FileName = Field(
        default="unnamed", description="Short name, used in tables and file names"
    )
    title: Line = Field(default="", description="One line for people")
    money: Line = Field(default="EUR", description="Currency, printed beside money")
    strategy: str = Field(default="pull", description="The strategy that runs, one of [strategies]")
    horizon_days: Number = _key(730.0, "ours", "days", "Length of the run", gt=0, le=200_000)
    burn_in_days: Number = _key(
        0.0, "ours", "days", "Days the market lives before day 0, so that customers are inside",
        ge=0, le=200_000,
    )  # fmt: skip
    burn_in_strategy: str = Field(default="pull", description="The strategy that ran before day 0")
    start: Date = Field(
        default="", description='Date of day 0, "2026-01-31"; not said: the run knows days only'
    )
    product: Product = Field(default_factory=Product)
    stages: dict[TwelveKey, StagePlan] = Field(default_factory=_default_stages)
    plan: Plan = Field(default_factory=Plan)
    market: Market = Field(default_factory=Market)
    rival: Rival = Field(default_factory=Rival)
    response: Response = Field(default_factory=Response)
    experience: Experience = Field(default_factory=Experience)
    curiosity: Curiosity = Field(default_factory=Curiosity)
    loyalty: Loyalty = Field(default_factory=Loyalty)
    words: Words = Field(default_factory=Words)
    service: Service = Field(default_factory=Service)
    contract: Contract = Field(default_factory=Contract)
    firm: Firm = Field(default_factory=Firm)
    shelf: Shelf = Field(default_factory=Shelf)
    season: Season = Field(default_factory=Season)
    changes: tuple[Change, ...] = Field(
        default=(), description="Keys that take other values from a day on", max_length=400
    )
    touchpoints: dict[Name, Touchpoint] = Field(default_factory=dict)
    strategies: dict[Name, Strategy] = Field(default_factory=lambda: {"pull": Strategy()})

    @model_validator(mode="before")
    @classmethod
    def _rival_asks_what_we_ask(cls, tables: Any) -> Any:
        """A rival whose price is not said asks our price as the file says it.

        From then on it stands in the scenario: who changes our price does not change the rival's.
        """
        if not isinstance(tables, Mapping):
            return tables
        price = _value_in(tables.get("product", {}), "price", Product().price)
        rival = tables.get("rival", {})
        known = isinstance(price, int | float) and 0 < price < float("inf")
        if _value_in(rival, "price", 0.0) != 0.0 or not known:
            return tables
        if isinstance(rival, Rival):
            return {**tables, "rival": rival.model_copy(update={"price": float(price)})}
        if isinstance(rival, Mapping):
            return {**tables, "rival": {**rival, "price": price}}
        return tables

    @model_validator(mode="before")
    @classmethod
    def _plan_is_made_for_the_own_people(cls, tables: Any) -> Any:
        """A plan for nobody in particular is made for the people of the file as it is written.

        From then on they stand in the scenario: who changes people does not change the plan.
        """
        if not isinstance(tables, Mapping):
            return tables
        plan = tables.get("plan", {})
        said = _value_in(plan, "at", {})
        if not isinstance(said, Mapping) or len(said) == len(PlanAt.model_fields):
            return tables
        try:
            market = Market.model_validate(tables.get("market", {}))
            rival = Rival.model_validate(tables.get("rival", {}))
        except ValidationError:  # told of by the tables themselves
            return tables
        own = {
            key: getattr(rival if key in Rival.model_fields else market, key)
            for key in PlanAt.model_fields
        }
        return {**tables, "plan": {"at": {**own, **said}}}

    @field_validator("stages")
    @classmethod
    def _all_twelve(cls, stages: dict[TwelveKey, StagePlan]) -> dict[TwelveKey, StagePlan]:
        """A stage that is not named keeps its defaults."""
        return {**_default_stages(), **stages}

    def stage_plan(self, stage: int) -> StagePlan:
        """The plan of one of the twelve stages; ValueError for a stage that has none.

        >>> import cjsim
        >>> cjsim.Scenario.load("phone").stage_plan(Stage.STUDY).typical_days
        8.0
        """
        key = cast(TwelveKey, Stage(stage).key)
        if key not in self.stages:
            raise unknown("stage with a plan", key, self.stages)
        return self.stages[key]

    @property
    def running(self) -> Strategy:
        """The strategy that runs."""
        return self.strategies[self.strategy]

    def running_touchpoints(self, contact: str) -> list[str]:
        """The "pull" or "push" touchpoints that it has on, in the order of the library."""
        on = self.running.touchpoints
        return [
            name
            for name, touchpoint in self.touchpoints.items()
            if touchpoint.contact == contact and on.get(name, 0.0) > 0
        ]
