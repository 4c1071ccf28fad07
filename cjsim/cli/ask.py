"""What each experiment's command asks: its words read, the question run, the result handed on."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from cjsim.cli import touchpoints as of_touchpoints
from cjsim.cli.sides import now_and_changes, running, side_by_side

if TYPE_CHECKING:
    from cjsim.experiment.coalitions import TouchpointTruth
    from cjsim.experiment.compare import Comparison
    from cjsim.experiment.optimise import Optimum
    from cjsim.experiment.weak_point import WeakPoint
    from cjsim.experiment.what_if import WhatIf


def size_of(args: argparse.Namespace) -> dict[str, Any]:
    """How large, how often and where: the arguments that every experiment takes."""
    from cjsim.experiment.workers import bar

    names = ["people", "runs", "seed", "executor", "workers"]
    names += ["draws"] if "draws" in args else []
    return {**{name: getattr(args, name) for name in names}, "progress": bar}


def compare(args: argparse.Namespace) -> Comparison:
    """Strategies of one scenario, or several scenarios, on the same people."""
    from cjsim.experiment import compare as experiment

    return experiment.compare(side_by_side(args), **size_of(args))


def what_if(args: argparse.Namespace) -> WhatIf:
    """A scenario as it is, against each of its changes."""
    from cjsim.experiment import what_if as experiment

    now, changes = now_and_changes(args)
    return experiment.what_if(now, changes, **size_of(args))


def weak_point(args: argparse.Namespace) -> WeakPoint:
    """Each stage passed a little better."""
    from cjsim.experiment import weak_point as experiment

    return experiment.weak_point(
        running(args), args.measure, better=args.better, **size_of(args)
    )  # fmt: skip


def touchpoints(args: argparse.Namespace) -> TouchpointTruth:
    """Each touchpoint on and off."""
    return of_touchpoints.truth(running(args), args, size_of(args))


def optimise(args: argparse.Namespace) -> Optimum:
    """The best value of a few keys."""
    from cjsim.cli.vary import ranges_of
    from cjsim.experiment import optimise as experiment

    split = [name.strip() for name in args.split.split(",")] if args.split else []
    if not args.vary and not split:
        raise ValueError("say what may change: --vary firm.reps=1:12, or --split TOUCHPOINTS")
    return experiment.optimise(
        running(args), ranges_of(args.vary), measure=args.measure, budget=args.budget, split=split,
        least=args.least or None, **size_of(args),
    )  # fmt: skip
