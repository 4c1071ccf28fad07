"""`cjsim report`: the answer to another command's question, as a page for somebody else.

cjsim report what-if phone guide --change firm.reps=2 --out answer.html --deep
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from cjsim.cli import ask, options
from cjsim.cli.terminal import say
from cjsim.labels import text

ANSWER: Final = Path("answer.html")
ASKED: Final[dict[str, Callable[[argparse.Namespace], Any]]] = {
    "compare": ask.compare,
    "what-if": ask.what_if,
    "weak-point": ask.weak_point,
    "touchpoints": ask.touchpoints,
    "optimise": ask.optimise,
}
"""The commands whose answers have a report."""
NOT_HERE: Final = ("help", "out", "json")
"""What those commands say of their own output."""


def add(jobs: Any) -> None:
    """The command, with a question behind it that takes the words of that question's command."""
    job = jobs.add_parser("report", help="a question, its answer and what it rests on, as a page")
    questions = job.add_subparsers(required=True, metavar="question")
    for name in ASKED:
        of = jobs.choices[name]
        example = of.epilog and of.epilog.replace(f"cjsim {name}", f"cjsim report {name}")
        question = questions.add_parser(name, help=f"of: cjsim {name}", epilog=example)
        for action in of._actions:  # what argparse does for parents=, but for their --out
            if action.dest not in NOT_HERE:
                question._add_action(action)
        question.add_argument(
            "--out", type=options.path, dest="file", default=ANSWER, help="default: %(default)s"
        )
        question.add_argument(
            "--deep", action="store_true",
            help="take out each assumption, and look for the keys along which the answer turns",
        )  # fmt: skip
        question.add_argument(
            "--key", action="append", default=[], dest="keys",
            help="along which to look for where the answer turns; may be repeated",
        )  # fmt: skip
        if not any(action.dest == "measure" for action in of._actions):
            options.add_measure(question)
        question.set_defaults(job=report, question=name, out=None)


def report(args: argparse.Namespace) -> int:
    """Ask, and write the page; a name that no page can have is refused before anything runs."""
    from cjsim.experiment.workers import bar
    from cjsim.measures.summary import known_measure
    from cjsim.report import answer

    file = answer.page_path(args.file, args.lang)
    known_measure(args.measure)
    result = ASKED[args.question](args)
    answer.save(
        result, file, args.lang, deep=args.deep, keys=args.keys, measure=args.measure,
        command=command(args.words), executor=args.executor, workers=args.workers, progress=bar,
    )  # fmt: skip
    say(text("answer.wrote", args.lang).format(file=args.file))
    return 0


def command(words: list[str]) -> str:
    """The words that ask this again; where the page goes is no part of the question.

    >>> command(["report", "compare", "phone", "--out", "a.html", "--runs", "4"])
    'cjsim report compare phone --runs 4'
    """
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--out":
            next(rest, "")
        elif not word.startswith("--out="):
            kept.append(word)
    return shlex.join(["cjsim", *kept])
