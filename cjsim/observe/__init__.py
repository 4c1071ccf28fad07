"""What the firm's systems see of a run, and what a firm makes of it."""

from cjsim.observe.attribution import Attribution, attribute
from cjsim.observe.losses import LossCurve, loss_curve
from cjsim.observe.paths import Paths, paths_of
from cjsim.observe.plans import (
    alike_within,
    answers,
    best_plan,
    learned_plan,
    learning_curve,
    person_days,
    pilot,
)
from cjsim.observe.systems import Observed, Records, observe
from cjsim.observe.worlds import World, world

__all__ = [
    "Attribution",
    "LossCurve",
    "Observed",
    "Paths",
    "Records",
    "World",
    "alike_within",
    "answers",
    "attribute",
    "best_plan",
    "learned_plan",
    "learning_curve",
    "loss_curve",
    "observe",
    "paths_of",
    "person_days",
    "pilot",
    "world",
]
