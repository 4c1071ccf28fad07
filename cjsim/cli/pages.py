"""`cjsim lab`, `cjsim board` and `cjsim trail`: what opens in a browser, served or as a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cjsim.cli.terminal import say
from cjsim.labels import text

if TYPE_CHECKING:
    from cjsim.scenario import Scenario

BOARD = Path("board.html")
TRAIL = Path("trail.html")


def add_lab_options(job: argparse.ArgumentParser) -> None:
    """What `cjsim lab` takes beside product and language."""
    job.add_argument("--page", action="store_true", help="as a page of its own, no JupyterLab")
    job.add_argument(
        "--room", action="store_true",
        help="as a page for everybody on this network, with a code for phones",
    )  # fmt: skip
    job.add_argument("--address", help="which of this machine's addresses the room is told")
    job.add_argument("--no-browser", action="store_true", help="only say where it is")


def lab(args: argparse.Namespace) -> int:
    """Serve the lab until Ctrl-C: in JupyterLab, as a page, or for a room."""
    browser = not args.no_browser
    room = args.room or args.address is not None
    if args.page or room:
        from cjsim.board.room import open_page

        open_page(args.scenario, args.lang, args.port, browser, room, args.address)
    else:
        from cjsim.lab.serve import open_lab

        open_lab(args.scenario, args.lang, args.port, browser)
    return 0


def board(args: argparse.Namespace) -> int:
    """Write the board of a product as a page, or a folder with every product of the kit."""
    from cjsim.board.page import save_folder, save_page
    from cjsim.scenario import Scenario, presets

    loaded = Scenario.load(args.scenario)
    if args.all is None:
        path = save_page(loaded, args.out or BOARD, args.lang)
        say(text("report.wrote_board", args.lang).format(file=path))
        return 0
    if args.out is not None:
        raise ValueError(text("report.page_or_folder", args.lang))
    if args.scenario not in presets():
        raise ValueError(text("report.not_of_the_kit", args.lang).format(file=args.scenario))
    names = dict.fromkeys((args.scenario, *presets()))
    folder = save_folder(args.all, args.lang, names)
    say(text("report.wrote_boards", args.lang).format(folder=folder, products=len(names)))
    return 0


def trail(args: argparse.Namespace, sides: dict[str, Scenario]) -> int:
    """Write the trail of one or two strategies as a page."""
    from cjsim.lab.trails import check_file, trail
    from cjsim.run import simulate

    check_file(args.out)
    runs = {name: simulate(side, args.people, seed=args.seed) for name, side in sides.items()}
    path = trail(runs, args.lang).save(args.out)
    say(text("report.wrote_trail", args.lang).format(file=path))
    return 0
