"""What is moved: the what-if lab, panels of sliders, the trail of people walking.

Names are loaded when first used: the lab opens sooner without the figures that a panel needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cjsim.board.widget import Lab, lab
    from cjsim.lab.panels import Panel, panel
    from cjsim.lab.trails import Trail, trail

_HOMES = {
    "Lab": "cjsim.board.widget",
    "Panel": "cjsim.lab.panels",
    "Trail": "cjsim.lab.trails",
    "lab": "cjsim.board.widget",
    "panel": "cjsim.lab.panels",
    "trail": "cjsim.lab.trails",
}

__all__ = ["Lab", "Panel", "Trail", "lab", "panel", "trail"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'cjsim.lab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
