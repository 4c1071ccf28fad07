"""What is asked: many runs that share their random numbers."""

from cjsim.experiment.compare import Comparison, compare

__all__ = ["Comparison", "compare"]
