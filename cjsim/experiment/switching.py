"""Touchpoints switched off, and which coalitions of them are to be run in which worlds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from cjsim.experiment.games import Ints
from cjsim.experiment.workers import Plan
from cjsim.scenario import Scenario

NOBODY: Final = "(none)"
"""The coalition of none."""


def coalition(names: Iterable[str]) -> str:
    """Who is on, as the rows say it."""
    return " + ".join(names) or NOBODY


def coalitions_of(
    scenario: Scenario, names: Sequence[str], seeds: Sequence[int], drawn: Ints | None
) -> Plan:
    """Which coalitions are run in which worlds: all in all, or what the drawn orders need."""
    everybody = range(len(names))
    wanted: dict[tuple[int, ...], list[int]] = {}
    if drawn is None:
        for c in range(2 ** len(names)):
            wanted[tuple(i for i in everybody if c >> i & 1)] = list(seeds)
    else:
        edges = [(), tuple(everybody)]
        edges += [(i,) for i in everybody]
        edges += [tuple(j for j in everybody if j != i) for i in everybody]
        for seed, orders in zip(seeds, drawn.tolist(), strict=True):
            paths = [tuple(sorted(order[:joined])) for order in orders for joined in everybody]
            for on in dict.fromkeys([*edges, *paths]):
                wanted.setdefault(on, []).append(seed)
    return {
        coalition(names[i] for i in on): (
            switched_off(scenario, {name for i, name in enumerate(names) if i not in on}),
            which,
        )
        for on, which in wanted.items()
    }


def switched_off(scenario: Scenario, touchpoints: Collection[str]) -> Scenario:
    """The scenario whose strategy has these touchpoints switched off (intensity 0).

    They leave the programme, too, and where the plan names them there is silence. A programme
    that would be empty is not taken for "all there are": the firm stops pushing, as it does where
    no push touchpoint is left. Other strategies stay as they are; so a touchpoint is also off
    before day 0 only if this strategy ran then.
    """
    if not touchpoints:
        return scenario
    before = scenario.running
    still_on = {name: on for name, on in before.touchpoints.items() if name not in touchpoints}
    programme = [name for name in before.programme if name not in touchpoints]
    library = scenario.touchpoints
    pushes = [
        n for n, on in still_on.items()
        if on > 0 and library[n].contact == "push" and not library[n].after
    ]  # fmt: skip
    ran_out = before.push == "animator" and before.programme and not programme
    key = f"strategies.{scenario.strategy}"
    changes: dict[str, object] = {f"{key}.touchpoints.{name}": 0.0 for name in touchpoints}
    changes |= {f"{key}.plan.{at}": "" for at, name in before.plan.items() if name in touchpoints}
    push = before.push if pushes and not ran_out else "none"
    return scenario.with_changes({**changes, f"{key}.programme": programme, f"{key}.push": push})
