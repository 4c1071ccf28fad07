"""What is moved: the what-if lab, panels of sliders, the trail of people walking."""

from cjsim.lab.panel import Panel, panel
from cjsim.lab.trail import Trail, trail
from cjsim.lab.whatif import Lab, lab

__all__ = ["Lab", "Panel", "Trail", "lab", "panel", "trail"]
