"""The live panels of a lecture: each gets the board's engine, with its own scenario and dials."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from cjsim.board.page import files_of_a_folder, parts_of
from cjsim.board.product import SIDE_DIALS
from cjsim.files import write_text
from cjsim.lab.packing import unpacked
from cjsim.scenario import Scenario

PANEL: Final = re.compile(r'data-panel="([^"]+)"')
VIEWS: Final = {"funnel": "funnel", "uplift": "who", "waterfall": "money"}
"""What a panel shows -> the board's view of it; of others the stored picture stays."""


class Panels:
    """The panels that were met, each once, though both languages have it."""

    def __init__(self) -> None:
        self.products: dict[str, str] = {}

    def alive(self, output: str, lang: str) -> str:
        """The HTML of an output, in which each panel says where it lives on the site.

        One of which the board has no view, or not all dials, stays the picture that it is.
        """

        def one(match: re.Match[str]) -> str:
            asked = unpacked(match[1])
            if asked["show"] not in VIEWS:
                return ""
            name = f"panel-{hashlib.sha256(match[1].encode()).hexdigest()[:10]}"
            if name not in self.products:
                self.products[name] = product(name, asked)
            return f'data-board="{address(name, asked, lang)}"' if self.products[name] else ""

        return PANEL.sub(one, output)

    def save(self, folder: Path) -> None:
        """Write the board, its products, and a product for each panel."""
        folder.mkdir()
        for name, made in files_of_a_folder().items():
            write_text(folder / name, made())
        for name, words in self.products.items():
            if words:
                write_text(folder / f"{name}.json", words)


def address(name: str, asked: dict[str, Any], lang: str) -> str:
    """The address of a panel behind the board's: its product, sides, view."""
    names = asked["beside"], scenario_of(asked).strategy
    sides = "+".join(quote(name, safe="") for name in names)
    view = VIEWS[asked["show"]]
    return f"#{name};s={sides};view={view};guess=skip;lang={lang};bare"


def product(name: str, asked: dict[str, Any]) -> str:
    """The product of a panel as JSON; empty where the page's engine cannot set all its keys."""
    scenario = scenario_of(asked)
    dials = list(dict.fromkeys(_dial(scenario, key) for key in asked["keys"]))
    ranges = {_dial(scenario, key): (ends[0], ends[1]) for key, ends in asked["ranges"].items()}
    parts = parts_of(scenario, dials, ranges, asked["people"])
    if len(parts["product"]["dials"]) < len(dials):
        return ""
    parts["product"] = {**parts["product"], "name": name, "number": -1}
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def scenario_of(asked: dict[str, Any]) -> Scenario:
    """The scenario that a panel was made of."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "panel.toml"
        path.write_text(asked["scenario"], encoding="utf-8")
        return Scenario.load(path)


def _dial(scenario: Scenario, key: str) -> str:
    """A key in full, as the board's dials name it: of what each side has, its last word alone."""
    last = key.rpartition(".")[2]
    return last if last in SIDE_DIALS else scenario.key(key).dotted
