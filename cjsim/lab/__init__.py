"""What is moved: panels of sliders that answer with a picture and a sentence."""

from cjsim.lab.panel import Panel, panel

__all__ = ["Panel", "panel"]
