"""What a user writes: a scenario of product, market, firm and strategies, as one TOML file."""

from cjsim.scenario.keys import TABLES, KeyDoc, docs, json_schema
from cjsim.scenario.layers import LIBRARY, PRESETS, preset_text, presets
from cjsim.scenario.mistakes import Problem, ScenarioError
from cjsim.scenario.scenario import Scenario, digest, new_file_text, to_toml
from cjsim.scenario.tables import (
    MAY_WALK_AWAY,
    Curiosity,
    Experience,
    Firm,
    Loyalty,
    Market,
    PlanAt,
    Product,
    Response,
    Rival,
    Season,
    Segment,
    Service,
    Shelf,
    StageKey,
    StagePlan,
    Strategy,
    Touchpoint,
    Uncertain,
    Words,
)

__all__ = [
    "LIBRARY", "MAY_WALK_AWAY", "PRESETS", "TABLES", "Curiosity", "Experience", "Firm", "KeyDoc",
    "Loyalty", "Market", "PlanAt", "Problem", "Product", "Response", "Rival", "Scenario",
    "ScenarioError", "Season", "Segment", "Service", "Shelf", "StageKey", "StagePlan", "Strategy",
    "Touchpoint", "Uncertain", "Words", "digest", "docs", "json_schema", "new_file_text",
    "preset_text", "presets", "to_toml",
]  # fmt: skip
