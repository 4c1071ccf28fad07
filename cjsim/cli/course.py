"""`cjsim lecture` and `cjsim exercises`: the course in JupyterLab, in copies to work in."""

from __future__ import annotations

import argparse
from typing import Any

from cjsim.cli import options


def add(jobs: Any) -> None:
    """Both commands."""
    lecture = jobs.add_parser("lecture", help="open a lecture in JupyterLab, as a copy to work in")
    lecture.add_argument("number", nargs="?", default="01", help="01 to 12, or L (default: 01)")
    _add_shared(lecture)
    lecture.add_argument("--keep", action="store_true", help="go on with the copy that is there")
    lecture.set_defaults(job=_lecture)

    tasks = jobs.add_parser("exercises", help="open a set of exercises in JupyterLab, to work in")
    tasks.add_argument("number", nargs="?", default="01", help="01 to 12, L, or D (default: 01)")
    _add_shared(tasks)
    tasks.set_defaults(job=_exercises)


def _add_shared(job: argparse.ArgumentParser) -> None:
    """What both take."""
    job.add_argument("--lang", default="en", help="language of the course: en or ru")
    job.add_argument("--folder", type=options.path, help="where the copy goes (default: work/)")
    job.add_argument(
        "--port", type=options.count, help="port to serve at (default: one that is free)"
    )
    job.add_argument("--no-browser", action="store_true", help="only say where it is")


def _lecture(args: argparse.Namespace) -> int:
    from cjsim.course.copies import lecture

    lecture(args.number, args.lang, args.folder, args.keep, args.port, not args.no_browser)
    return 0


def _exercises(args: argparse.Namespace) -> int:
    from cjsim.course.copies import exercises

    exercises(args.number, args.lang, args.folder, args.port, not args.no_browser)
    return 0
