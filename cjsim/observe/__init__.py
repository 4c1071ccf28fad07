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
from cjsim.observe.dwell import Dwell, dwell, incidence
from cjsim.observe.expert import Transitions, learn, worth
from cjsim.observe.expert_curve import ExpertCurve, expert_curve
from cjsim.observe.filter import confusion_of
from cjsim.observe.fineness import Passages, fineness, onward, orders
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
from cjsim.observe.record_bias import record_bias
from cjsim.observe.stays import Stays, stays_of, waits_of
from cjsim.observe.systems import Observed, Records, observe
from cjsim.observe.thermometer import (
    best_delay,
    share_true,
    worth_of_answers,
    worth_of_readings,
)
from cjsim.observe.walks import Walks, thinned_chain, walks_of
from cjsim.observe.worlds import World, world

__all__ = [
    "Attribution",
    "Dwell",
    "ExpertCurve",
    "Judged",
    "LossCurve",
    "Observed",
    "Passages",
    "Paths",
    "Records",
    "Stays",
    "Transitions",
    "Walks",
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
    "dwell",
    "expert_curve",
    "fineness",
    "incidence",
    "learn",
    "learned_plan",
    "learning_curve",
    "loss_curve",
    "observe",
    "onward",
    "orders",
    "over_people",
    "paths_of",
    "person_days",
    "pilot",
    "record_bias",
    "reliability",
    "share_true",
    "stays_of",
    "thinned_chain",
    "waits_of",
    "walks_of",
    "world",
    "worth",
    "worth_of_answers",
    "worth_of_readings",
]
