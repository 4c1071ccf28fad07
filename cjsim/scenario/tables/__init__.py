"""What a user writes: product, market, firm, touchpoints and strategies as checked tables.

Each key's description, unit, range and source stand beside it. Sources: a claim id (A14, C57; see
`docs/claims.md`), a paper with its grade ([R] recomputed, [S] read, [M] from memory), or "ours"
for a default nobody measured.
"""

from cjsim.scenario.tables.days import Change, Season, flat, nested
from cjsim.scenario.tables.firm import Contract, Firm, Service, Shelf
from cjsim.scenario.tables.kinds import DATE, DayOrDate, Name, StageKey, TwelveKey
from cjsim.scenario.tables.market import Market, Product, Rival, Segment, StagePlan
from cjsim.scenario.tables.people import Curiosity, Experience, Loyalty, Response, Words
from cjsim.scenario.tables.touchpoints import FOLLOWED, Strategy, Touchpoint
from cjsim.scenario.tables.uncertain import Uncertain
from cjsim.scenario.tables.whole import MAY_WALK_AWAY, Plan, PlanAt, ScenarioTables

__all__ = [
    "DATE",
    "FOLLOWED",
    "MAY_WALK_AWAY",
    "Change",
    "Contract",
    "Curiosity",
    "DayOrDate",
    "Experience",
    "Firm",
    "Loyalty",
    "Market",
    "Name",
    "Plan",
    "PlanAt",
    "Product",
    "Response",
    "Rival",
    "ScenarioTables",
    "Season",
    "Segment",
    "Service",
    "Shelf",
    "StageKey",
    "StagePlan",
    "Strategy",
    "Touchpoint",
    "TwelveKey",
    "Uncertain",
    "Words",
    "flat",
    "nested",
]
