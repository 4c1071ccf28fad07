"""Content plans: which push touchpoint a firm sends to whom, by a map of four stages or of twelve.

    weights = person_days(run)
    plan = best_plan(scenario, "aida", weights)         # one message per cell, fits known
    scenario.with_changes({"guide.plan": plan})
    four = alike_within(scenario, "aida", weights)      # a world with no more than AIDA's stages
    filed = answers(simulate(pilot(scenario)))          # what a firm files during a trial period
    plan = learned_plan(filed, "twelve")                # what it takes from that
    learning_curve(four, {"4": {"lens": "aida"}, "12": {}}, pilots=(50, 500))

That messages differ by the twelve stages is coded in (C126-C136, A13-A24): that a finer plan fits
better there is an assumption, no finding. What it is worth, and from how many answers on, is one.
A plan is a mapping from the key of each stage to a push touchpoint, "" where the firm is silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cjsim.door import mapping_of, scenario_of, whole
from cjsim.engine import Simulation
from cjsim.experiment.asked import Progress, asked
from cjsim.experiment.sweep import Sweep
from cjsim.experiment.workers import outcomes
from cjsim.journey import GONE, IN_THE_CATEGORY, STAGES, Lens, lens_named
from cjsim.measures.summary import UNITS, known_measure
from cjsim.measures.visits import need, step_of, visits
from cjsim.model.events import Event
from cjsim.model.parameters import PROGRAMME_LENGTH, fits
from cjsim.model.population import uniforms
from cjsim.model.streams import MARKET_KEY, block, worlds
from cjsim.run import simulate
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.run import Run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Plan = dict[str, str]
Weights = Mapping[str, float]

ANSWER = 101
PROGRAMME = 102
"""Purposes of the random numbers of this module; those of the market are in `model/streams`."""
ROUNDS = 10
"""Most times that each touchpoint stands in the programme of a pilot."""
FINE = 9
"""Digits to which mean fits are compared: two sums of the same numbers are the same."""


# --- What a firm would do that knew all fits ------------------------------------------------------


def person_days(run: Run) -> dict[str, float]:
    """Days that people spent at each stage, all people together: where an average day is spent.

    Parameters
    ----------
    run : made with log="stages" or "all".

    Returns the key of each stage -> days [person-days], "gone" among them. Raises ValueError for a
    run that has not kept its stages.

    >>> import cjsim
    >>> from cjsim.observe import person_days
    >>> days = person_days(cjsim.simulate("phone", people=50))
    >>> round(days["with_rival"] / sum(days.values()), 2)
    0.49
    """
    stays = visits(run)
    days = np.bincount(stays.step, stays.days, len(STAGES))
    return {stage.key: float(days[stage]) for stage in STAGES}


def best_plan(
    scenario: Scenario,
    lens: str = "twelve",
    weights: Weights | None = None,
    least: float | None = None,
) -> Plan:
    """For each cell of a lens the push touchpoint that fits it best on average.

    Parameters
    ----------
    scenario : its running strategy's push touchpoints are the choice.
    lens : the map the firm thinks in; it sends one message per cell.
    weights : stage -> weight in the mean over a cell, for example `person_days`; equal weights
        when not given. A cell of no weight at all is averaged evenly.
    least : silence below this mean fit, 0..1; the strategy's `min_fit` when not given.

    With the lens "twelve" it is what the guide does by itself, where no touchpoint rests: a plan
    has no second choice.

    Returns the plan: the key of each stage -> touchpoint, "" for silence. Raises ValueError for an
    unknown lens, a negative weight, or a strategy without push touchpoints.

    >>> from cjsim import Scenario
    >>> from cjsim.observe import best_plan
    >>> plan = best_plan(Scenario.load("phone", strategy="guide"))
    >>> plan["interest"], plan["action"], plan["unaware"]
    ('mail_cases', 'mail_offer', '')
    """
    chosen_lens = lens_named(lens)
    table = fits(scenario)
    names = list(scenario.touchpoints)
    push = _pushes(scenario)
    least = scenario.running.min_fit if least is None else least
    plan = {}
    for cell, share in _cells(chosen_lens, weights):
        mean = np.round(table[[names.index(name) for name in push]][:, cell] @ share, FINE)
        best = float(mean.max())
        choice = push[int(mean.argmax())] if best >= least and best > 0 else ""
        plan.update({STAGES[stage].key: choice for stage in cell})
    return {stage.key: plan[stage.key] for stage in IN_THE_CATEGORY}


def alike_within(scenario: Scenario, lens: str, weights: Weights | None = None) -> Scenario:
    """The world in which the stages of one cell are alike to every touchpoint.

    Each fit becomes the mean over the cell, weighted as in `best_plan`; too hot and too cold become
    the same. Through this lens the world looks as before: cell by cell, the same mean fits. Times
    and losses of the stages stay, and so does what acts at some stages only (care, calm, warmth).

    Parameters
    ----------
    scenario : the world as it is.
    lens : the map whose cells are meant, such as "aida".
    weights : stage -> weight in the mean over its cell, as in `best_plan`; equal when not given.

    Returns another scenario. Raises ValueError for an unknown lens or a negative weight.

    >>> from cjsim import Scenario
    >>> from cjsim.observe import alike_within
    >>> phone = Scenario.load("phone")
    >>> four = alike_within(phone, "aida")
    >>> [world.value("touchpoints.mail_cases.fit.desire") for world in (phone, four)]
    [0.8, 0.4]
    """
    chosen_lens = lens_named(lens)
    table = fits(scenario)
    level = np.zeros_like(table)
    for cell, share in _cells(chosen_lens, weights):
        level[:, cell] = np.round(table[:, cell] @ share, FINE)[:, None]
    changes: dict[str, object] = {
        f"touchpoints.{name}.fit": {s.key: float(row[s]) for s in IN_THE_CATEGORY if row[s] > 0}
        for name, row in zip(scenario.touchpoints, level, strict=False)
    }
    heat = (scenario.response.too_hot + scenario.response.too_cold) / 2
    return scenario.with_changes({**changes, "response.too_hot": heat, "response.too_cold": heat})


def _cells(lens: Lens, weights: Weights | None) -> Iterator[tuple[list[int], Floats]]:
    """For each cell of a lens its stages, and the share of each in a mean over the cell."""
    weight_of = {} if weights is None else weights
    if negative := [stage for stage, weight in weight_of.items() if weight < 0]:
        raise ValueError(f"weights: {negative[0]} = {weight_of[negative[0]]:g}: must be 0 or more")
    step = step_of(lens)
    for cell in range(len(lens.steps)):
        stages = [int(s) for s in np.flatnonzero(step == cell) if s != GONE]  # met by nobody
        share = np.array([weight_of.get(STAGES[s].key, 0.0) for s in stages])
        share = share if share.sum() > 0 else np.ones(len(stages))
        if stages:
            yield stages, share / share.sum()


def _pushes(scenario: Scenario) -> list[str]:
    """The push touchpoints that the running strategy may choose, in the order of the library."""
    library = scenario.touchpoints
    pushes = [name for name in scenario.running_touchpoints("push") if not library[name].after]
    if not pushes:
        raise ValueError(
            f"strategy {scenario.strategy!r} runs no push touchpoint, there is nothing to plan"
        )
    return pushes


# --- What a firm can learn ------------------------------------------------------------------------


def pilot(scenario: Scenario, seed: int = 1) -> Scenario:
    """The trial period: the running strategy's push touchpoints, in shuffled order, to everybody.

    It pushes whatever it believes (as an animator does), so that each touchpoint meets each stage
    by chance and the answers can be compared. All get each touchpoint once before any comes again;
    the order is the same for all and depends on `seed`.

    Parameters
    ----------
    scenario : whose running strategy has push touchpoints.
    seed : of the order.

    Returns the scenario with that programme. Raises ValueError where nothing is pushed.

    >>> from cjsim import Scenario
    >>> from cjsim.observe import pilot
    >>> trial = pilot(Scenario.load("phone", strategy="guide"))
    >>> trial.value("guide.push"), trial.value("guide.programme")[:3]
    ('animator', ('mail_offer', 'upsell', 'base_messages'))
    """
    push = _pushes(scenario)
    shuffled: list[str] = []
    for turn in range(min(ROUNDS, PROGRAMME_LENGTH // len(push))):
        luck = [
            block(seed, MARKET_KEY, turn * len(push) + i, PROGRAMME)[0] for i in range(len(push))
        ]
        shuffled += [push[i] for i in np.argsort(luck)]
    own = f"strategies.{scenario.strategy}"
    return scenario.with_changes({f"{own}.push": "animator", f"{own}.programme": shuffled})


def answers(run: Run, share: float = 0.3) -> pd.DataFrame:
    """What the firm files of its pushes: one row per contact that it made.

    Parameters
    ----------
    run : with every row of its log.
    share : chance that a message is answered where it fits fully, 0..1 (ours). At fit f it is
        share · f: people answer what concerns them, at the stage where they really are. This is
        assumed, and kind to the firm; an answer changes nothing in the run.

    The firm never sees that stage: it files the answer under its belief, right or wrong (C28,
    C95).

    Returns rows with the columns time [days], person, touchpoint, belief (the stage it took the
    person to be at), answered (did the person open, click or reply?). Raises ValueError for a share
    out of range or a run that has not kept its contacts.

    >>> import cjsim
    >>> from cjsim.observe import answers, pilot
    >>> trial = pilot(cjsim.Scenario.load("phone", strategy="guide"))
    >>> filed = answers(cjsim.simulate(trial, people=50))
    >>> print(filed.head(2).round(1))
       time  person  touchpoint        belief  answered
    0   1.7       3  mail_offer    with_rival     False
    1   1.9      11  mail_offer  satisfaction     False
    """
    need(run, "all")
    if not 0 < share <= 1:
        raise ValueError(f"share = {share:g}: must be above 0 and at most 1")
    log = run.log()
    library = run.scenario.touchpoints.items()
    push = {n for n, touch in library if touch.contact == "push" and not touch.after}
    events = run.events.rows
    pushed = (events["event"] == Event.CONTACT) & log["touchpoint"].isin(push).to_numpy()
    filed = log.loc[pushed, ["time", "person", "touchpoint"]]
    filed["belief"] = run.truth().loc[pushed, "belief"]
    contacts = events[pushed]
    chance = share * fits(run.scenario)[contacts["touchpoint"], contacts["stage"]]
    filed["answered"] = _luck(run.seed, contacts["person"].astype(np.int64)) < chance
    return filed.reset_index(drop=True)


def _luck(seed: int, person: Ints) -> Floats:
    """A uniform for each row, named by the person and the how-manieth row of theirs it is."""
    import pandas as pd

    nth = pd.Series(person).groupby(person).cumcount().to_numpy()
    people = int(person.max(initial=-1)) + 1
    drawn = np.empty(len(person))
    for n in range(int(nth.max(initial=-1)) + 1):
        is_nth = nth == n
        drawn[is_nth] = uniforms(seed, people, n, ANSWER)[person[is_nth], 0]
    return drawn


def learned_plan(
    filed: pd.DataFrame,
    lens: str = "twelve",
    least: float = 0.15,
    lean: float = 0.0,
    towards: str = "aida",
) -> Plan:
    """For each cell of a lens the touchpoint that was answered most often there.

    Parameters
    ----------
    filed : rows of `answers`, or your own with the columns touchpoint, belief, answered.
    lens : the map the firm thinks in. The finer, the fewer answers fall into each cell.
    least : silence where no touchpoint's rate comes up to this, 0..1: half of the `share` of
        `answers` stands for a fit of one half.
    lean : how many contacts of the coarser lens `towards` are added to each cell at the rate they
        have there: a cell with few answers leans on its surroundings (partial pooling, the
        James-Stein idea). 0 = each cell stands for itself.
    towards : the lens leaned on.

    A cell nobody was seen in is silent.

    Returns the plan: the key of each stage -> touchpoint, "" for silence. Raises ValueError for a
    lens that is unknown, or where cells of `lens` lie across those of `towards`.

    >>> import pandas as pd
    >>> from cjsim.observe import learned_plan
    >>> filed = pd.DataFrame({
    ...     "touchpoint": ["mail", "mail", "call", "call"],
    ...     "belief": ["interest", "study", "interest", "study"],
    ...     "answered": [True, False, False, True],
    ... })
    >>> plan = learned_plan(filed)
    >>> plan["interest"], plan["study"], plan["action"]
    ('mail', 'call', '')
    """
    names = sorted(filed["touchpoint"].astype(str).unique())
    step = step_of(lens_named(lens))
    sent, answered = _tallies(filed, names)
    answer_counts, contact_counts = _pooled(answered, step), _pooled(sent, step)
    if lean > 0:
        wide = step_of(lens_named(towards))
        if any(len(set(wide[step == cell])) > 1 for cell in step):
            raise ValueError(f"lens {lens!r} cannot lean on {towards!r}: its cells lie across")
        near = _pooled(sent, wide)
        answer_counts = answer_counts + lean * _rate(_pooled(answered, wide), near)
        contact_counts = contact_counts + lean * (near > 0)
    rate = _rate(answer_counts, contact_counts)
    plan = {}
    for stage in IN_THE_CATEGORY:
        best = float(rate[stage].max(initial=0.0))
        heard = best >= least and best > 0
        plan[stage.key] = names[int(rate[stage].argmax())] if heard else ""
    return plan


def _rate(answered: Floats, contacts: Floats) -> Floats:
    """Answers per contact; 0 where there was none."""
    return np.divide(answered, contacts, out=np.zeros_like(answered), where=contacts > 0)


def _tallies(filed: pd.DataFrame, names: list[str]) -> tuple[Floats, Floats]:
    """Contacts and answers by believed stage (rows) and touchpoint (columns)."""
    stage = filed["belief"].astype(str).map({s.key: int(s) for s in STAGES}).to_numpy(int)
    touch = filed["touchpoint"].astype(str).map({n: i for i, n in enumerate(names)}).to_numpy(int)
    cell = stage * len(names) + touch
    cells = len(STAGES) * len(names)
    shape = (len(STAGES), len(names))
    sent = np.bincount(cell, minlength=cells).reshape(shape).astype(np.float64)
    answered = np.bincount(cell, filed["answered"].to_numpy(float), cells).reshape(shape)
    return np.asarray(sent), np.asarray(answered)


def _pooled(tally: Floats, step: Ints) -> Floats:
    """For each stage the tally of all stages of its cell."""
    return np.asarray((step[:, None] == step[None, :]).astype(np.float64) @ tally)


# --- How much it has to see -----------------------------------------------------------------------


def learning_curve(
    scenario: Scenario | str | Path,
    plans: Mapping[str, Mapping[str, Any]],
    *,
    pilots: Sequence[int],
    measure: str = "profit_per_person",
    people: int = 300,
    runs: int = 20,
    seed: int = 1,
    executor: str | Executor = "threads",
    workers: int | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
    engine: str | type[Simulation] = "auto",
) -> Sweep:
    """What plans are worth that were learned from the same pilots, small ones and large.

    Parameters
    ----------
    scenario : the world, as a Scenario, a preset's name or a path; its strategy is a guide.
    plans : name -> keywords of `learned_plan`, e.g. {"4": {"lens": "aida"}, "12": {}}.
    pilots : people in the pilot, several sizes; a small one is a part of a large one: the first
        of its people, and as many in a hundred of its newcomers.
    measure : what the result's `table` and `says` are about; all measures are kept.
    people : size of the market in which the plans are then run. It does not pay for the pilot.
    runs, seed : each run has a market and a pilot of its own; the pilot's people are others.
    executor, workers, progress, confidence, engine : see `cjsim.experiment.asked`; the pilots are
        run here, one after the other, whatever the executor.

    Returns a `Sweep` over the key `pilot`: the differences between the plans are paired, the market
    has the same people with the same luck. Raises ValueError for no plans, no pilots, or a strategy
    that is no guide with something to push.

    >>> from cjsim import Scenario
    >>> from cjsim.observe import learning_curve
    >>> curve = learning_curve(
    ...     Scenario.load("phone", strategy="guide"), {"4": {"lens": "aida"}, "12": {}},
    ...     pilots=[20, 50], people=50, runs=2, executor="here",
    ... )
    >>> print(curve.table[["pilot", "winner", "margin", "clear"]].round(2))
       pilot winner  margin  clear
    0     20      4    4.13  False
    1     50      4    3.69  False
    """
    import pandas as pd

    scenario = scenario_of(scenario)
    known_measure(measure)
    ways = mapping_of("plans", plans, '{"4": {"lens": "aida"}, "12": {}}')
    if not ways or not pilots:
        raise ValueError(f"plans = {list(ways)}, pilots = {list(pilots)}: needs a plan and a pilot")
    sizes = sorted({whole("pilots", size) for size in pilots})
    question = asked(
        scenario, people=people, runs=runs, seed=seed, executor=executor, workers=workers,
        progress=progress, confidence=confidence, engine=engine,
    )  # fmt: skip
    if scenario.running.push != "guide":
        raise ValueError(f"strategy {scenario.strategy!r} is no guide, it would not use a plan")
    key = f"strategies.{scenario.strategy}.plan"
    plan: dict[tuple[int, int, str], tuple[Scenario, tuple[int, ...]]] = {}
    seeds = worlds(question.seed, 2 * question.runs)
    for run, number in enumerate(question.seeds):
        other = seeds[question.runs + run]
        filed = answers(simulate(pilot(scenario, other), sizes[-1], seed=other, engine=engine))
        for cell, size in enumerate(sizes):
            pilot_answers = filed[filed["person"] % sizes[-1] < size]
            for name, how in ways.items():
                changed = scenario.with_changes({key: learned_plan(pilot_answers, **how)})
                plan[run, cell, str(name)] = (changed, (number,))
    done: Any = outcomes(plan, question.people, False, **question.where)
    measures = {
        place: outcome.numbers
        for place, _, outcome in (progress(done, len(plan)) if progress else done)
    }
    records = []
    for run, cell, name in plan:
        place = {"cell": cell, "pilot": sizes[cell], "scenario": name, "run": run}
        numbers = dict(zip(UNITS, measures[run, cell, name], strict=True))
        records.append({**place, "seed": question.seeds[run], **numbers})
    settings = pd.DataFrame({"pilot": sizes})
    names = tuple(str(name) for name in ways)
    table = pd.DataFrame(records)
    return Sweep(settings, names, question.people, table, measure, question.confidence)
