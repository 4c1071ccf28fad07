"""What is asked: many runs that share their random numbers."""

from cjsim.experiment.compare import Comparison, compare
from cjsim.experiment.work import evaluate

__all__ = ["Comparison", "compare", "evaluate"]
