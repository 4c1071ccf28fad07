"""The scenario as a whole, and the people for whom its plan was made.

The plan does not follow the dials:

    >>> from cjsim import Scenario
    >>> phone = Scenario.load("phone")
    >>> phone.plan.at.pain_share, phone.market.pain_share
    (0.45, 0.45)
    >>> changed = phone.with_changes({"market.pain_share": 0.6})  # the plan stays as it was made
    >>> changed.plan.at.pain_share, changed.market.pain_share
    (0.45, 0.6)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic import (
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from cjsim.journey import BEFORE_THE_DEAL, TWELVE, Stage
from cjsim.labels import unknown
from cjsim.scenario.tables.days import Change, Season
from cjsim.scenario.tables.firm import Contract, Firm, Service, Shelf
from cjsim.scenario.tables.kinds import (
    Date,
    FileName,
    Line,
    Name,
    Number,
    Table,
    TwelveKey,
    a_key,
    a_share,
)
from cjsim.scenario.tables.market import Market, Product, Rival, Segment, StagePlan
from cjsim.scenario.tables.people import Curiosity, Experience, Loyalty, Response, Words
from cjsim.scenario.tables.touchpoints import Strategy, Touchpoint
from cjsim.scenario.tables.uncertain import DottedKey, Uncertain, by_key

MAY_WALK_AWAY = frozenset({*BEFORE_THE_DEAL, Stage.REPEAT_DEAL, Stage.CURIOSITY})


class PlanAt(Table):
    """The people for whom the plan was made: dials move people off it and leave it where it is.

    Values as under [market] and [rival], as the file said them when the plan was made.
    """

    pain_share: Number = a_share(0.5, "as [market]", "Share driven by pain")
    pain_need: Number = a_key(1.1, "as [market]", "factor", "Strength of need from pain", gt=0)
    dream_need: Number = a_key(0.9, "as [market]", "factor", "Strength of need from a dream", gt=0)
    speed_spread: Number = a_key(0.5, "as [market]", "cv", "Spread of speed", ge=0, le=3)
    rationality_mean: Number = a_key(0.5, "as [market]", "0..1", "Mean rationality", gt=0, lt=1)
    rationality_spread: Number = a_key(
        0.2, "as [market]", "sd", "Spread of rationality", ge=0, lt=0.5
    )
    prior_trust: Number = a_share(0.5, "as [market]", "Trust at the start")
    competition: Number = a_key(0.5, "as [rival]", "1", "Pull of a known rival", ge=0, le=20)
    segments: tuple[Segment, ...] = Field(
        default=(), description="Parts of the market", max_length=20
    )


class Plan(Table):
    """What the stages' days and losses were solved for; not said: the file's own people."""

    at: PlanAt = Field(default_factory=PlanAt, description="The people for whom the plan was made")


def _value_in(table: Any, key: str, otherwise: Any) -> Any:
    """A key of a table that may be plain or checked."""
    if isinstance(table, Mapping):
        return table.get(key, otherwise)
    return getattr(table, key, otherwise)


def _default_stages() -> dict[TwelveKey, StagePlan]:
    return {cast(TwelveKey, stage.key): StagePlan() for stage in TWELVE}


class ScenarioTables(Table):
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
    horizon_days: Number = a_key(730.0, "ours", "days", "Length of the run", gt=0, le=200_000)
    burn_in_days: Number = a_key(
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
    uncertain: dict[DottedKey, Uncertain] = Field(default_factory=dict)

    @field_validator("uncertain", mode="before")
    @classmethod
    def _keys_need_no_quotes(cls, tables: Any) -> Any:
        return by_key(tables)

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
        given = _value_in(plan, "at", {})
        if not isinstance(given, Mapping) or len(given) == len(PlanAt.model_fields):
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
        return {**tables, "plan": {"at": {**own, **given}}}

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
