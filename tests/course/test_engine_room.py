"""The task of the engine room: its first try goes wrong as promised, its solution does not."""

import random
import re

import nbformat
import pytest
import simpy

from tests.course.reading import ROOT

STEP, AWAY, PEOPLE = 0.01, 1 / 150, 300
CLOCKS = {
    "two clocks": (lambda luck: luck / STEP, lambda luck: luck / AWAY),
    "a date to step on": (lambda luck: 1 / STEP, lambda luck: luck / AWAY),
    "a date to leave": (lambda luck: luck / STEP, lambda luck: 1 / AWAY),
}


def cells(lang):
    path = ROOT / "notebooks" / lang / "L_engine_room.ipynb"
    return {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}


def decided(lang, solved, clocks):
    """Who decides when: alone, and with a letter every thirty days that says nothing."""
    source = cells(lang)
    names = {"random": random, "simpy": simpy}
    for cell in ("person", "crowd", "reached", "post"):
        exec(source[cell], names)
    if solved:
        (solution,) = re.findall(r"```python\n(.*?)```", source["task"], re.DOTALL)
        exec(solution, names)
    alone = names["crowd"](*clocks, people=PEOPLE)
    return sorted(alone), sorted(names["written_to"](*clocks, people=PEOPLE))


@pytest.mark.parametrize("clocks", CLOCKS.values(), ids=list(CLOCKS))
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_with_the_solution_idle_letters_change_nothing(lang, clocks):
    alone, written_to = decided(lang, True, clocks)
    assert alone == written_to
    assert len(alone) == PEOPLE


def test_the_first_try_loses_everybody_before_a_date_and_hides_where_clocks_forget():
    lost = {
        name: [sum(not on for _, on in seen) / PEOPLE for seen in decided("en", False, clocks)]
        for name, clocks in CLOCKS.items()
    }
    assert lost["a date to step on"][1] == 1.0
    assert lost["a date to leave"][1] == 0.0
    alone, written_to = lost["two clocks"]
    assert abs(written_to - alone) < 4 * (2 * 0.24 / PEOPLE) ** 0.5  # standard errors of a gap
