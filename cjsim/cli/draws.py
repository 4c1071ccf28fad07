"""`--draws`: how many draws of what is uncertain, or a file of them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cjsim.files import expanded

if TYPE_CHECKING:
    from cjsim.scenario import Scenario


def add_draws(job: argparse.ArgumentParser) -> None:
    """The option of all commands that carry doubt."""
    job.add_argument(
        "--draws", type=draws, metavar="N|FILE",
        help="carry doubt: so many draws of the scenario's [uncertain], or a .csv or .parquet of "
        "draws, such as a fit's",
    )  # fmt: skip


def draws(word: str) -> int | Path:
    """A number of draws, or the path of a file of them."""
    try:
        return int(word)
    except ValueError:
        if not word:
            raise argparse.ArgumentTypeError("is empty; give a number or a file") from None
        return expanded(word)


def unsure_in_vain(scenario: Scenario) -> Iterator[str]:
    """The uncertain keys that can act under no strategy, a line each, with the first reason."""
    from cjsim.experiment.idle import idle_of

    sides = [scenario.with_strategy(name) for name in scenario.strategies]
    for key, note in idle_of(sides, scenario.uncertain).items():
        if not note.money:
            yield f"uncertain in vain: {key}, since {note.reason('en')}"
