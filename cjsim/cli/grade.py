"""`cjsim grade`: a folder of exercises, graded."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from cjsim.cli import options
from cjsim.cli.terminal import say
from cjsim.labels import LANGUAGES, text


def add(jobs: Any) -> None:
    """Make the command known."""
    job = jobs.add_parser("grade", help="grade a folder of exercises, each in a process of its own")
    job.add_argument(
        "folder", type=options.path, help="NAME.ipynb, NAME/tasks.ipynb, NAME/SET/tasks.ipynb"
    )
    job.add_argument(
        "--out", type=options.path, default=Path("grades.csv"), help="default: %(default)s"
    )
    job.add_argument(
        "--seconds", type=options.positive, default=60.0, help="of a notebook (%(default)g)"
    )
    job.add_argument(
        "--memory", type=options.positive, default=2.0, help="GB of a notebook (%(default)g)"
    )
    job.add_argument(
        "--workers", type=options.count, help="notebooks at a time (default: the processors)"
    )
    job.add_argument("--set", default="", help="of notebooks that do not tell theirs, e.g. 01")
    job.add_argument(
        "--board", type=options.path, help="a page that ranks the designs, e.g. leaderboard.html"
    )
    job.add_argument("--lang", choices=LANGUAGES, default="en", help="language of words")
    job.set_defaults(job=_grade)


def _grade(args: argparse.Namespace) -> int:
    from cjsim.course.grading import collect, explained, grade, sheet

    def tell(line: str) -> None:
        say(line, sys.stderr)

    grades, complete = grade.grade(
        args.folder, args.out, args.seconds, args.memory, args.workers, args.lang, tell, args.set,
        board=args.board,
    )  # fmt: skip
    say(sheet.summary(grades, args.lang))
    everybody = len(collect.submissions(args.folder, args.lang))
    facts = {"file": args.out, "graded": len(grades), "all": everybody}
    tell(text("grade.forging", args.lang))
    if any(graded.words for graded in grades):
        beside = {"file": explained.path_beside(args.out)}
        tell(text("grade.wrote_words", args.lang).format(**beside))
    if args.board:
        tell(text("grade.wrote_board", args.lang).format(file=args.board))
    tell(text("grade.wrote" if complete else "grade.stopped", args.lang).format(**facts))
    return 0 if complete else 130
