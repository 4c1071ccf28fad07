"""`--draws`: how many draws of what is uncertain, or a file of them."""

from __future__ import annotations

import argparse
from pathlib import Path

from cjsim.files import expanded


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
