"""What is typed into the kit's controls is for them, and not a command of JupyterLab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets


class Keyboard(anywidget.AnyWidget):
    """Unseen; keeps the keys that are typed in the box around it from JupyterLab."""

    _esm = Path(__file__).with_name("keyboard.js")


def box_of_its_own(children: list[Any]) -> Any:
    """Controls in a column. A key typed there does not cut the cell they stand in."""
    box = widgets.VBox([*children, Keyboard(layout={"display": "none"})])
    box.add_class("cjsim-box")
    return box
