"""What is taught: predictions, claims, tables and sentences for lectures, checks for exercises."""

from cjsim.course.checks import check
from cjsim.course.claims import Claim, claim
from cjsim.course.guesses import choose, estimate, score
from cjsim.course.lines import tell
from cjsim.course.published import facts
from cjsim.course.repaid import repaid
from cjsim.course.spread import spread
from cjsim.course.stays import stays
from cjsim.course.tables import table
from cjsim.course.weeks import weeks

__all__ = [
    "Claim",
    "check",
    "choose",
    "claim",
    "estimate",
    "facts",
    "repaid",
    "score",
    "spread",
    "stays",
    "table",
    "tell",
    "weeks",
]
