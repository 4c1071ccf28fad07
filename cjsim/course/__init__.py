"""What is taught: predictions, claims and tables for lectures, checks for exercises."""

from cjsim.course.checks import check
from cjsim.course.claims import Claim, claim
from cjsim.course.guesses import choose, estimate, score
from cjsim.course.tables import table

__all__ = ["Claim", "check", "choose", "claim", "estimate", "score", "table"]
