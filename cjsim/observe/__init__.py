"""What the firm's systems see of a run, and what a firm makes of it."""

from cjsim.observe.plans import (
    alike_within,
    answers,
    best_plan,
    learned_plan,
    learning_curve,
    person_days,
    pilot,
)

__all__ = [
    "alike_within",
    "answers",
    "best_plan",
    "learned_plan",
    "learning_curve",
    "person_days",
    "pilot",
]
