"""What the firm's systems see of a run, and what a firm makes of it."""

from cjsim.observe.belief import (
    Judged,
    beliefs,
    beliefs_at_pushes,
    brier,
    confusion,
    confusion_of,
    reliability,
)
from cjsim.observe.plans import (
    alike_within,
    answers,
    best_plan,
    learned_plan,
    learning_curve,
    person_days,
    pilot,
)
from cjsim.observe.thermometer import (
    best_delay,
    share_true,
    worth_of_answers,
    worth_of_readings,
)

__all__ = [
    "Judged",
    "alike_within",
    "answers",
    "beliefs",
    "beliefs_at_pushes",
    "best_delay",
    "best_plan",
    "brier",
    "confusion",
    "confusion_of",
    "learned_plan",
    "learning_curve",
    "person_days",
    "pilot",
    "reliability",
    "share_true",
    "worth_of_answers",
    "worth_of_readings",
]
