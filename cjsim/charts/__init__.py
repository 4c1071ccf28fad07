"""What is shown: figures with alt text that states the finding."""

from cjsim.charts.funnel import funnel
from cjsim.charts.picture import Picture

__all__ = ["Picture", "funnel"]
