"""What is moved: the what-if lab, and panels of sliders with a picture and a sentence."""

from cjsim.lab.panel import Panel, panel
from cjsim.lab.whatif import Lab, lab

__all__ = ["Lab", "Panel", "lab", "panel"]
