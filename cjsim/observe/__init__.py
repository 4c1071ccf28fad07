"""What the firm's systems see of a run, and what a firm makes of it."""

from cjsim.observe.attribution import Attribution, attribute
from cjsim.observe.belief import (
    Judged,
    beliefs,
    beliefs_at_pushes,
    brier,
    confusion,
    reliability,
)
from cjsim.observe.filter import confusion_of
from cjsim.observe.limits import over_people
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
from cjsim.observe.thermometer import (
    best_delay,
    share_true,
    worth_of_answers,
    worth_of_readings,
)
from cjsim.observe.worlds import World, world

__all__ = [
    "Attribution",
    "Judged",
    "LossCurve",
    "Observed",
    "Paths",
    "Records",
    "World",
    "alike_within",
    "answers",
    "attribute",
    "beliefs",
    "beliefs_at_pushes",
    "best_delay",
    "best_plan",
    "brier",
    "confusion",
    "confusion_of",
    "learned_plan",
    "learning_curve",
    "loss_curve",
    "observe",
    "over_people",
    "paths_of",
    "person_days",
    "pilot",
    "reliability",
    "share_true",
    "world",
    "worth_of_answers",
    "worth_of_readings",
]
