"""The kit's controls in a notebook: what is typed there stays there, and a room can read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets


class Keyboard(anywidget.AnyWidget):
    """Unseen; keeps the keys that are typed in the box around it from JupyterLab.

    Its style sheet holds for the page: in a room controls and tables are as large as words.
    """

    _esm = Path(__file__).with_name("keyboard.js")
    _css = Path(__file__).with_name("box.css")


def box_of_its_own(children: list[Any]) -> Any:
    """Controls in a column. A key typed there does not cut the cell they stand in."""
    box = widgets.VBox([*children, Keyboard(layout={"display": "none"})])
    box.add_class("cjsim-box")
    return box
