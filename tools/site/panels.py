"""The panels of a lecture: each gets the board's engine, with its own scenario and dials.

Where the engine cannot run one, it is drawn beforehand (`drawn`).
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from cjsim.board.page import files_of_a_folder, parts_of
from cjsim.board.product import SIDE_DIALS
from cjsim.door import scenario_from
from cjsim.files import write_text
from cjsim.lab.packing import unpacked
from cjsim.scenario import Scenario
from tools.site.drawn import drawn

PANEL: Final = re.compile(r'^<div data-panel="([^"]+)">(.*)</div>$', re.DOTALL)
FEW: Final = 10
"""Steps of a slider that changes a number together with another."""
VIEWS: Final = {"funnel": "funnel", "uplift": "who", "waterfall": "money", "retention": "stay"}
"""What a panel shows -> the board's view of it."""


class Panels:
    """The panels that were met, each once, though both languages have it."""

    def __init__(self) -> None:
        self.products: dict[str, str] = {}

    def alive(self, output: str, lang: str) -> str:
        """The HTML of an output, in which a panel says where it lives on the site.

        One of which the board has no view, or not all dials, is drawn at some of their positions.
        """
        panel = PANEL.search(output)
        if panel is None:
            return output
        asked, stored = unpacked(panel[1]), panel[2]
        name = f"panel-{hashlib.sha256(panel[1].encode()).hexdigest()[:10]}"
        if name not in self.products:
            self.products[name] = product(name, asked) if asked["show"] in VIEWS else ""
        if not self.products[name]:
            return drawn(asked, stored, lang)
        dials = f"--dials:{len(asked['keys'])}"
        return f'<div data-board="{address(name, asked, lang)}" style="{dials}">{stored}</div>'

    def save(self, folder: Path) -> None:
        """Write the board, its products, and a product for each panel."""
        folder.mkdir()
        for name, content_of in files_of_a_folder().items():
            write_text(folder / name, content_of())
        for name, words in self.products.items():
            if words:
                write_text(folder / f"{name}.json", words)


def address(name: str, asked: dict[str, Any], lang: str) -> str:
    """The address of a panel behind the board's: its product, sides, view."""
    names = asked["beside"], scenario_from(asked["scenario"]).strategy
    sides = "+".join(quote(name, safe="") for name in names)
    view = VIEWS[asked["show"]]
    return f"#{name};s={sides};view={view};guess=skip;lang={lang};bare"


def product(name: str, asked: dict[str, Any]) -> str:
    """The product of a panel as JSON; empty where the page's engine cannot set all its keys."""
    scenario = scenario_from(asked["scenario"])
    dials = list(dict.fromkeys(_dial(scenario, key) for key in asked["keys"]))
    ranges = {_dial(scenario, key): (ends[0], ends[1]) for key, ends in asked["ranges"].items()}
    sides = [asked["beside"], scenario.strategy]
    for steps in (None, FEW):  # of few positions the engine can be told what several do together
        parts = parts_of(scenario, dials, ranges, asked["people"], sides, moved=1, steps=steps)
        if len(parts["product"]["dials"]) == len(dials):
            own = {"name": name, "number": -1, "toml": ""}  # no file is saved from a panel
            parts["product"] = {**parts["product"], **own}
            return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return ""


def _dial(scenario: Scenario, key: str) -> str:
    """A key in full, as the board's dials name it: of what each side has, its last word alone."""
    last = key.rpartition(".")[2]
    return last if last in SIDE_DIALS else scenario.key(key).dotted
