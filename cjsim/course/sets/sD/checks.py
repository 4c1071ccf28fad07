"""Exercise set D: three firms that ail, as their own systems see them."""

from __future__ import annotations

from functools import partial

from cjsim.course.checks.form import Check, Task
from cjsim.course.sets.diagnosis import DISEASES, ails, stage
from cjsim.course.sets.explain import ideas

TASKS = tuple(
    Task(
        n,
        (Check("ails", partial(ails, n)), Check("stage", partial(stage, n)), *ideas("D", n)),
        "explain",
    )
    for n in DISEASES
)
