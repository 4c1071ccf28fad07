"""Exercise set 02, from AIDA to twelve stages: two lenses, walks, a plan from counts, a plan."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from cjsim.course.checks.form import Amount, Check, Mark, Task, Work
from cjsim.course.sets.design import extra_cost, gain, joined, mark
from cjsim.course.sets.explain import ideas
from cjsim.journey import IN_THE_CATEGORY, LENSES, project

# --- 1: two lenses --------------------------------------------------------------------------------

LEAKS: Final = ("action", "satisfaction", "repeat_deal", "curiosity")
"""Where a student may look for the people that AIDA's last step loses."""


def _hidden(work: Work) -> bool:
    """Visits that the twelve stages show and AIDA does not: a number of visits."""
    counts = [int(_funnel(lens)["visits"].sum()) for lens in ("twelve", "aida")]
    return work.number("hidden") == counts[0] - counts[1]


def _heads(work: Work) -> bool:
    """Everybody who ever stood on AIDA's last step, counted once."""
    return work.number("people_at_action") == int(_funnel("aida").loc["action", "people"])


def _leak(work: Work) -> bool:
    """The stage within AIDA's last step from which most visits are lost."""
    table = _funnel("twelve").loc[list(LEAKS)]
    return work.choice("leak", LEAKS) == str((table["lost"] + table["failed"]).idxmax())


@lru_cache(maxsize=2)
def _funnel(lens: str) -> Any:
    """The funnel that the task shows."""
    from cjsim import Scenario, simulate

    return simulate(Scenario.load("car", strategy="guide"), people=1000, seed=3).funnel(lens=lens)


# --- 2: walks over a coarse map -------------------------------------------------------------------

AIDA: Final = {stage.key: LENSES["aida"].steps[project(stage, "aida")] for stage in IN_THE_CATEGORY}
"""For each stage its step of AIDA, as the notebook makes it."""


def _start(work: Work) -> bool:
    """Where somebody stands at first is a row of its own, of the event `start`."""
    return _walks_agree(work, [(0, "awareness"), (1, "study"), (1, "action")],
                        {0: "attention", 1: "desire action"}, lenient=False)  # fmt: skip


def _persons(work: Work) -> bool:
    """Two people whose rows alternate, and who meet on the same steps."""
    steps = [(0, "awareness"), (1, "awareness"), (0, "interest"), (1, "interest"), (1, "desire")]
    return _walks_agree(work, steps, {0: "attention interest", 1: "attention interest desire"})


def _merged(work: Work) -> bool:
    """Moves within a step are no new visit to it."""
    steps = [(0, "interest"), (0, "desire"), (0, "study"), (0, "comparison"), (0, "action"),
             (0, "first_deal")]  # fmt: skip
    return _walks_agree(work, steps, {0: "interest desire action"})


def _returns(work: Work) -> bool:
    """Who comes back to a step visits it once more."""
    steps = [(0, "awareness"), (0, "interest"), (0, "dormant"), (0, "awareness"), (0, "interest")]
    return _walks_agree(work, steps, {0: "attention interest lost attention interest"})


def _finished(work: Work) -> bool:
    """Visits that are not over are in neither count."""
    walks = {0: ["interest", "desire"], 1: ["interest"], 2: ["interest", "lost"], 3: ["interest"]}
    return _share_agrees(work, walks, 1 / 2)


def _each_visit(work: Work) -> bool:
    """Three visits by one person are three, and only what comes directly after counts."""
    walks = {0: ["interest", "lost", "interest", "lost", "interest", "desire"],
             1: ["interest", "desire", "lost"]}  # fmt: skip
    return _share_agrees(work, walks, 2 / 4)


def _walks_agree(
    work: Work, steps: Sequence[tuple[int, str]], expected: dict[int, str], lenient: bool = True
) -> bool:
    """Does `walks_of` give these steps for a log written by hand?

    Lenient: also without the first rows, which are the affair of the check `start`.
    """
    from cjsim.journey import Stage
    from cjsim.log import from_tuples
    from cjsim.model.events import Event

    log_rows = []
    started = set()
    for day, (person, stage) in enumerate(steps):
        event = Event.ENTER if person in started else Event.START
        log_rows.append((float(day), person, event, Stage.of(stage), -1, 0.0))
        started.add(person)
    answer = work.call("walks_of", from_tuples(log_rows, ["site"]).frame(), dict(AIDA))
    with work.running("walks_of"):
        walks = {int(person): list(walk) for person, walk in dict(answer).items()}
    wanted = {person: walk.split() for person, walk in expected.items()}
    later = {person: walk for person in wanted if (walk := _without_the_first(steps, person))}
    return walks == wanted or (lenient and walks == later)


def _without_the_first(steps: Sequence[tuple[int, str]], person: int) -> list[str]:
    """A person's walk over AIDA, begun with the second row."""
    cells = [AIDA[stage] for who, stage in steps if who == person][1:]
    return [cell for at, cell in enumerate(cells) if at == 0 or cell != cells[at - 1]]


def _share_agrees(work: Work, walks: dict[int, list[str]], expected: float) -> bool:
    """Does `share_on` give this share of the visits to interest that led to desire?"""
    share = work.call("share_on", walks, "interest", "desire")
    with work.running("share_on"):
        return math.isclose(float(share), expected, rel_tol=1e-6)


# --- 3: a plan from counts ------------------------------------------------------------------------

DESIRE: Final = {"desire": "desire", "study": "desire", "comparison": "desire"}
"""A map of one cell, so that a check asks one thing."""
ENOUGH: Final = 5
Tries = Mapping[tuple[str, str], tuple[int, int]]  # (stage, touchpoint) -> (sent, answered)


def _rates(work: Work) -> bool:
    """The letter was answered by three of ten, the call by two of three."""
    tries = {("study", "letter"): (10, 3), ("study", "call"): (3, 2)}
    return _plan_made(work, tries).get("study") == "call"


def _few(work: Work) -> bool:
    """Two lucky letters at study; in its cell, though not on the whole map, the call is better."""
    tries = {("study", "letter"): (2, 2), ("action", "letter"): (50, 49),
             ("desire", "letter"): (10, 2), ("desire", "call"): (10, 8)}  # fmt: skip
    return _plan_made(work, tries, {**DESIRE, "action": "action"}).get("study") == "call"


def _own(work: Work) -> bool:
    """Just enough at study, where the letter wins, though not in the whole cell."""
    tries = {("study", "letter"): (4, 3), ("study", "call"): (1, 0),
             ("desire", "letter"): (30, 1), ("desire", "call"): (30, 28)}  # fmt: skip
    return _plan_made(work, tries).get("study") == "letter"


def _every_stage(work: Work) -> bool:
    """A plan has a place for each stage of the map, also for those that nobody was seen at."""
    plan = _plan_made(work, {("study", "letter"): (9, 5), ("action", "call"): (9, 5)}, AIDA)
    return plan.keys() == AIDA.keys()


def _silent(work: Work) -> bool:
    """Nobody has answered anything in the cell: rather say nothing."""
    tries = {(stage, name): (6, 0) for stage in DESIRE for name in ("letter", "call")}
    return _plan_made(work, tries).get("study") == ""


def _plan_made(work: Work, tries: Tries, cells: Mapping[str, str] = DESIRE) -> dict[str, str]:
    """What `plan_of` makes of so many messages sent and answered."""
    import pandas as pd

    filed = pd.DataFrame(
        [
            (name, stage, nth < answered)
            for (stage, name), (sent, answered) in tries.items()
            for nth in range(sent)
        ],
        columns=["touchpoint", "belief", "answered"],
    )
    plan = work.call("plan_of", filed, dict(cells), ENOUGH)
    with work.running("plan_of"):
        return {str(stage): str(name) for stage, name in dict(plan).items()}


# --- 4: a content plan ----------------------------------------------------------------------------

BEST: Final = {
    "comparison": "compensation",
    "action": "compensation",
    "first_deal": "base_messages",
    "satisfaction": "compensation",
    "repeat_deal": "base_messages",
    "curiosity": "base_messages",
    "loyalty": "base_messages",
    "with_rival": "compensation",
    "dormant": "compensation",
}
"""The best plan that we know, silent elsewhere. Found by changing one stage at a time, beginning
with silence, with AIDA's plan and with the best fits; what did not clearly pay was taken out."""
HAZE: Final = 0.4  # the accuracy of poor eyes
KEPT: Final = 2 / 3  # the part of its profit that a plan has to keep with them
SCORED: Final = {"people": 600, "runs": 24, "seed": 770_201}  # worlds that no lecture shows


def _allowed(work: Work) -> bool:
    """Stages as keys, messages of the firm as values, at least one of them sent."""
    plan = work.table("my_plan")
    return any(plan.values()) and plan == _possible_entries(plan)


def _profit(work: Work) -> Mark:
    """Profit per person above silence, as a share of what the best-known plan is above it."""
    comparison = _scored(_own_plan(work))
    best = gain(_scored(tuple(sorted(BEST.items())))).mean
    return mark(gain(comparison), best, cost=Amount(extra_cost(comparison), signed=True), digits=0)


def _eyes(work: Work) -> Mark:
    """Where the firm mostly takes people wrong, the plan keeps most of what it earns."""
    plan = _own_plan(work)
    clear, hazy = (gain(_scored(plan, hazy=hazy)).mean for hazy in (False, True))
    note = {"clear": Amount(clear, signed=True), "hazy": Amount(hazy, signed=True)}
    return Mark(float(hazy >= KEPT * clear > 0), note)


def _own_plan(work: Work) -> tuple[tuple[str, str], ...]:
    """The student's plan, without the entries that do not exist: they are one check's affair."""
    plan = _possible_entries(work.table("my_plan"))
    if not any(plan.values()):
        raise work.problem("missing", name="my_plan")
    return tuple(sorted(plan.items()))


def _possible_entries(plan: dict[str, Any]) -> dict[str, str]:
    """The entries whose stage exists and whose message the firm has; "" is silence."""
    stages = {stage.key for stage in IN_THE_CATEGORY}
    messages = ("", *_messages())
    return {stage: name for stage, name in plan.items() if stage in stages and name in messages}


@lru_cache(maxsize=1)
def _messages() -> tuple[str, ...]:
    """The push touchpoints of the firm."""
    from cjsim import Scenario

    return tuple(Scenario.load("car", strategy="guide").running_touchpoints("push"))


@lru_cache(maxsize=1)
def _silence() -> Any:
    """What a plan is scored beside: a firm that never writes."""
    from cjsim import Scenario, compare

    car = Scenario.load("car", strategy="guide")
    silent = car.with_changes({"guide.plan": {stage.key: "" for stage in IN_THE_CATEGORY}})
    return compare({"silence": silent}, **SCORED)  # type: ignore[arg-type]


@lru_cache(maxsize=16)
def _scored(plan: tuple[tuple[str, str], ...], hazy: bool = False) -> Any:
    """A plan beside silence, with the firm's eyes or with poor ones, in worlds nobody has seen."""
    from cjsim import Scenario, compare

    car = Scenario.load("car", strategy="guide")
    none = {stage.key: "" for stage in IN_THE_CATEGORY}
    eyes = {"guide.accuracy": HAZE} if hazy else {}
    mine = car.with_changes({"guide.plan": {**none, **dict(plan)}, **eyes})
    return joined(_silence(), compare({"mine": mine}, **SCORED))  # type: ignore[arg-type]


TASKS = (
    Task(1, (
        Check("hidden", _hidden), Check("heads", _heads), Check("leak", _leak), *ideas("02", 1),
    ), "explain"),
    Task(2, (
        Check("start", _start), Check("persons", _persons), Check("merged", _merged),
        Check("returns", _returns), Check("finished", _finished), Check("each_visit", _each_visit),
    ), "code"),
    Task(3, (
        Check("rates", _rates), Check("few", _few), Check("own", _own),
        Check("every_stage", _every_stage), Check("silent", _silent),
    ), "code"),
    Task(4, (
        Check("allowed", _allowed), Check("profit", _profit, 3.0), Check("eyes", _eyes),
    ), "code"),
)  # fmt: skip
