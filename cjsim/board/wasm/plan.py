"""All that the page's engine has to know of one product, as JSON: blocks, patches, places, worlds.

Nothing about records is written down in JavaScript: sizes and places come from numpy's types, the
names of jobs and counters from the modules that own them.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from cjsim.board import tally
from cjsim.board.crowd import crowd_behind
from cjsim.board.kernel import Question
from cjsim.board.lives import DIGITS, FITS_FROM
from cjsim.board.wasm import patches as p
from cjsim.board.wasm.blocks import BURN_IN, FRAME, SIDE, Block, as_told, blocks_of
from cjsim.board.wasm.build import STACK_END
from cjsim.engine.fast import calendar, journal, loop
from cjsim.engine.fast.engine import CARRIED, NO_ROWS
from cjsim.journey import STAGES, TWELVE
from cjsim.labels import LANGUAGES, text
from cjsim.log import LEVELS, ROW, TRUTHS
from cjsim.model.chain import PLACED
from cjsim.model.events import CONTACT
from cjsim.model.parameters import Parameters, Touch, record_type
from cjsim.model.population import ADOPTER_CUTS, Person
from cjsim.scenario import Scenario

MOST_SIDES: Final = 4
ERRORS: Final = ("setting", "people", "world", "kind", "failed")
"""What the page's engine may have to say: labels `page.<name>`."""


def plan_of(scenario: Scenario, product: Mapping[str, Any]) -> dict[str, Any]:
    """What the page's engine has to know.

    Parameters
    ----------
    scenario : with all its strategies.
    product : of the same scenario; looked at are its dials, sizes, bars, worlds and events. Where
        one side alone is moved, only the sides that stand in it are there.

    `refused` says for each key that a page cannot serve, why.
    """
    people = product["people"]
    sizes = sorted({*people["choices"], people["usual"]})
    sides = set(scenario.strategies if product["moved"] is None else product["sides"])
    others = {f"strategies.{name}." for name in set(scenario.strategies) - sides}
    dials = [d for d in p.dials_of(scenario, product) if not d.key.startswith((*others,))]
    base = blocks_of(scenario, sizes, sorted(sides), p.ample_of(scenario, dials))
    patches, together, refused = p.served(scenario, dials, base)
    usual = base[people["usual"]]
    return {
        "layout": layout(),
        "blocks": {name: _told(block) for name, block in usual.items()},
        "sizes": {
            str(size): {name: _others(usual[name], block) for name, block in blocks.items()}
            for size, blocks in base.items()
        },
        "burn_in": scenario.burn_in_strategy,
        "dials": patches,
        "together": together,
        "refused": refused,
        "seeds": seeds(max(product["worlds"])),
        "bars": list(product["bars"]),
        "told": sorted(product["events"].values()),
        "words": {
            lang: {name: text(f"page.{name}", lang) for name in ERRORS} for lang in LANGUAGES
        },
    }


def _told(block: Block) -> dict[str, Any]:
    """A block: the places of its arrays and their sizes, and its bytes."""
    parts = [[part.name, part.at, part.size] for part in block.parts]
    return {"parts": parts, "bytes": base64.b64encode(block.content).decode()}


def _others(usual: Block, block: Block) -> list[list[Any]]:
    """What differs for a market of another size: [place, kind, number]."""
    return [[*place, as_told(block.number(place))] for place in usual.unlike(block)]


def seeds(count: int) -> list[list[str]]:
    """Of each world the seeds of the sides where each has luck of its own; else all have the first.

    As text: JavaScript's numbers have 53 bits.
    """
    question = Question({"same_luck": False}, ())
    return [
        [str(question.seed(side, world)) for side in range(MOST_SIDES)] for world in range(count)
    ]


def layout() -> dict[str, Any]:
    """Where everything stands in memory, and what the engine's numbers are called."""
    tables = {
        "world": loop.world_behind, "calendar": loop.calendar_behind,
        "sheet": tally.sheet_behind, "crowd": crowd_behind,
    }  # fmt: skip
    return {
        "heap": STACK_END,
        "tables": {
            name: [[key, dtype.itemsize] for key, (dtype, _) in look.forms.items()]
            for name, look in tables.items()
        },
        "parameters": _places(record_type(Parameters), ("seed", "people")),
        "touch": record_type(Touch).itemsize,
        "person": _places(record_type(Person), ("motive", "innovativeness", "stage")),
        "row": _places(ROW, ROW.names or ()),
        "total": _places(journal.TOTAL, ("stood",)),
        "truths": len(TRUTHS),
        "stages": len(STAGES),
        "placed": PLACED,
        "twelve": [int(stage) for stage in TWELVE],
        "jobs": _numbers(loop, ("BEGIN", "SWITCH", "STARTS", "GO_ON", "TURN")),
        "full": _numbers(loop, ("DONE", "ROWS_FULL", "CALENDAR_FULL", "REQUESTS_FULL")),
        "counts": {
            **_numbers(journal, ("ROWS", "LEVEL", "LAST_PERSON")),
            **_numbers(loop, ("FREE_REPS", "QUEUE_HEAD", "QUEUE_TAIL", "FREE_REQUEST")),
            **_numbers(loop, ("FIRST_TOUCH", "COUNTS")),
        },
        "state": _numbers(calendar, ("FREE", "USED")),
        "group": calendar.GROUP,
        "none": calendar.NONE,
        "levels": {name: place for place, name in enumerate(LEVELS)},
        "no_rows": NO_ROWS,
        "carried": list(CARRIED),
        "names": {"frame": FRAME, "burn_in": BURN_IN, "side": SIDE},
        "measures": list(tally.NAMES),
        "prices": len(tally.PRICES),
        "retained": tally.DAYS,
        "marks": _numbers(tally, ("SEEN", "WON")),
        "contact": CONTACT,
        "fits_from": FITS_FROM,
        "digits": DIGITS,
        "adopter_cuts": list(ADOPTER_CUTS),
    }  # fmt: skip


def _numbers(module: Any, names: tuple[str, ...]) -> dict[str, int]:
    return {name: int(getattr(module, name)) for name in names}


def _places(form: np.dtype[Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The size of a record, and where some of its fields are and what they are."""
    fields = {name: form.fields[name][:2] for name in names}  # type: ignore[index]
    return {
        "size": form.itemsize,
        **{name: [place, field.str[1:]] for name, (field, place) in fields.items()},
    }
