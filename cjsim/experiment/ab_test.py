"""An experiment that a firm could run, planned, run and judged against the truth.

The same people, the same desk, the same friends: some are treated by A, the others by B. What the
firm finds is not what it would be if all were treated by B, for two reasons. Luck: that is what
the interval is for. And *spill-over*: who is in A hears of the product from friends in B, and waits
behind them at one desk. No interval knows of it, and no larger experiment mends it. Here the world
is lived again with everybody in A, and with everybody in B, and both reasons are told apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cjsim.door import number_of, scenario_of, whole
from cjsim.engine import Simulation
from cjsim.experiment import power
from cjsim.experiment.asked import Asked, Progress, asked
from cjsim.experiment.assumptions import without
from cjsim.experiment.intervals import t_interval
from cjsim.experiment.result import Grid, Result, cell, heads, in_per_cent, with_interval
from cjsim.experiment.trials import DESIGNS, MEASURES, MONEY, SHARES, Lived, Trial, live
from cjsim.experiment.workers import pool_of
from cjsim.labels import SPOKEN, text, unknown
from cjsim.labels.numbers import number, per_cent
from cjsim.model.arms import shared_keys
from cjsim.scenario import Scenario
from cjsim.scenario.words import strategy_title

if TYPE_CHECKING:
    import pandas as pd

NOTHING: Final = "nothing"
"""The strategy of those who are held out, where no other is named."""
CHANNELS: Final[Mapping[str, tuple[str, ...]]] = {
    "words": ("word_of_mouth", "bad_word", "social_proof"),
    "desk": ("limited_reps", "seats", "budget"),
}
"""How one arm acts upon the other: assumptions that are switched off (`assumptions.without`)."""
WORLDS: Final = ("all", *CHANNELS, "both")
"""As it is, without one of the channels, without both."""
PER: Final = 100
"""Words tell of so many people."""


@dataclass(frozen=True, repr=False)
class ABTest(Result):
    """An experiment and what came of it; all amounts are per person, B less A.

    `ab_test` makes one. `table` has the rows

    - estimate: what the firm finds, with its interval.
    - truth: the difference in the same world, were all treated by B and not by A.
    - spill_over: by how much the experiment errs on average over the worlds, luck aside.
    - of_words, of_desk: how much less it does without that channel; NaN where none was tried.
    - carry_over: of a switchback, by how much more it errs without its wash-out.

    with the columns value, low, high. `plan` says what could have been known before.

    Parameters
    ----------
    trial : what was asked: arms, measure, days, design.
    smallest : the smallest effect worth finding [measure per person].
    seeds : those of the worlds; the firm's own experiment is in the first.
    worlds : a row for each world (and each set of channels that was switched off: "all" are on in
        the first): estimate, low, high, truth, and what the arms had.
    confidence : coverage of the intervals, 0..1.

    >>> how = {"measure": "deals", "days": 60, "people": 200, "runs": 2, "executor": "here"}
    >>> found = ab_test("phone", "guide", "nothing", spill_over=False, **how)
    >>> found.table["value"][["estimate", "truth"]].round(3).to_dict()
    {'estimate': -0.016, 'truth': 0.0}
    >>> found.covered, found.verdict  # does the interval hold the truth; would the firm be right
    (1.0, 'unclear')
    """

    trial: Trial
    smallest: float
    seeds: tuple[int, ...]
    worlds: pd.DataFrame
    confidence: float = 0.95

    @property
    def people(self) -> int:
        """Size of each market."""
        return self.trial.people

    @property
    def days(self) -> float:
        """How long the experiment lasts."""
        return self.trial.a.horizon_days

    @cached_property
    def table(self) -> pd.DataFrame:
        """What the firm finds, what is true, and what lies between."""
        import pandas as pd

        first = self.worlds.loc["all"].iloc[0]
        rows = {
            "estimate": tuple(first[["estimate", "low", "high"]]),
            "truth": (float(first["truth"]), math.nan, math.nan),
            "spill_over": t_interval(self._errors("all"), self.confidence),
            **{f"of_{name}": self._due_to(name) for name in CHANNELS},
        }
        if self.trial.design == "switchback":
            of_all = self.worlds.loc["all"]
            late = (of_all["raw"] - of_all["estimate"]).to_numpy()
            rows["carry_over"] = t_interval(late, self.confidence)
        return pd.DataFrame.from_dict(rows, "index", columns=["value", "low", "high"])

    @cached_property
    def plan(self) -> pd.Series[float]:
        """What was known before: of the market under A, and of the sizes that it asks for.

        base, spread : mean and standard deviation of people under A.
        smallest : the effect that is to be found.
        size : people in B.
        size_needed : people in B it takes, by formula, with power 0.8.
        power : the chance to find the smallest effect with the size there is, by formula.
        power_at_truth, power_simulated : the chance to find the effect there is, by formula and as
            the share of the worlds in which the interval leaves 0 out.
        size_at_truth, pairs_at_truth : people in B it takes to find the effect there is, and people
            where each is seen in both arms with the same luck.
        """
        import pandas as pd

        of_all = self.worlds.loc["all"]
        base, spread = float(of_all["base"].mean()), float((of_all["spread"] ** 2).mean() ** 0.5)
        size, truth = int(of_all["size_b"].iloc[0]), float(of_all["truth"].mean())
        clear = (of_all["low"] > 0) | (of_all["high"] < 0)
        paired = float((of_all["paired"] ** 2).mean() ** 0.5)
        pairs = power.pairs_needed(paired, truth, confidence=self.confidence) if truth else math.nan
        sizes = {
            "base": base,
            "spread": spread,
            "smallest": self.smallest,
            "size": float(size),
            "size_needed": self._size_needed(base, spread, self.smallest),
            "power": self._power(base, spread, self.smallest, size),
            "power_at_truth": self._power(base, spread, truth, size),
            "power_simulated": float(clear.mean()),
            "size_at_truth": self._size_needed(base, spread, truth),
            "pairs_at_truth": float(pairs),
        }
        return pd.Series(sizes, name="plan")

    @property
    def _effect_is_told(self) -> bool:
        """Do the worlds tell the true effect, on average, from none?

        An effect of nothing is found by no number of people; one within its luck is of a size
        that other worlds would not repeat.
        """
        truths = self.worlds.loc["all"]["truth"].to_numpy(float)
        mean, low, high = t_interval(truths, self.confidence)
        return mean != 0.0 and not low <= 0.0 <= high

    @property
    def covered(self) -> float:
        """In which share of the worlds the interval holds the truth."""
        of_all = self.worlds.loc["all"]
        holds = (of_all["low"] <= of_all["truth"]) & (of_all["truth"] <= of_all["high"])
        return float(holds.mean())

    @property
    def verdict(self) -> str:
        """One of "right", "wrong", "unclear": does the firm decide as the truth would have it?"""
        row, truth = self.table.loc["estimate"], self.table.loc["truth", "value"]
        if not (row["low"] > 0 or row["high"] < 0):
            return "unclear"
        return "right" if row["value"] * truth > 0 else "wrong"

    def says(self, lang: str = SPOKEN) -> str:
        """What the firm finds, what is true, where it errs, and what it would have taken."""
        sentences = [self._found(lang), self._true(lang), self._errs(lang), self._sized(lang)]
        return " ".join(filter(None, sentences))

    def tables(self) -> dict[str, pd.DataFrame]:
        """Estimate and truth, the plan, and all worlds."""
        return {
            "table": self.table.rename_axis("what").reset_index(),
            "plan": self.plan.rename("value").rename_axis("what").reset_index(),
            "worlds": self.worlds.reset_index(),
        }

    def _errors(self, channels: str) -> Any:
        worlds = self.worlds.loc[channels]
        return (worlds["estimate"] - worlds["truth"]).to_numpy()

    def _due_to(self, channel: str) -> tuple[float, float, float]:
        if channel not in self.worlds.index.get_level_values("channels"):
            return math.nan, math.nan, math.nan
        return t_interval(self._errors("all") - self._errors(channel), self.confidence)

    def power_with(self, size: int) -> float:
        """The chance to find the smallest effect with so many people in B, by formula.

        Parameters
        ----------
        size : people in B.

        Returns a share, 0..1.
        """
        return self._power(self.plan["base"], self.plan["spread"], self.smallest, size)

    def _size_needed(self, base: float, spread: float, effect: float) -> float:
        """People in B, by formula; not known of a switchback, in which all are."""
        how = {"confidence": self.confidence, "share": self.trial.share}
        if effect == 0.0 or self.trial.design == "switchback":
            return math.nan
        if self.trial.measure in SHARES and 0.0 < base + effect < 1.0:
            return float(power.size_per_arm(base, effect, **how))
        return float(power.size_for_mean(spread, effect, **how))

    def _power(self, base: float, spread: float, effect: float, size: int) -> float:
        how = {"confidence": self.confidence, "share": self.trial.share}
        if effect == 0.0 or self.trial.design == "switchback":
            return math.nan
        if self.trial.measure in SHARES and 0.0 < base + effect < 1.0:
            return power.power_of(base, effect, size, **how)
        return power.power_for_mean(spread, effect, size, **how)

    # --- words ----------------------------------------------------------------------------------

    def title(self, arm: str, lang: str = SPOKEN) -> str:
        """What an arm is called: its strategy, or where that is the same, the keys that differ."""
        sides = self._scenarios()
        side, other = sides[arm], sides["b" if arm == "a" else "a"]
        if side.strategy != other.strategy:
            return strategy_title(side, side.strategy, lang)
        keys = [f"{key} = {here}" for key, (here, _) in side.diff(other).items()]
        return ", ".join(keys) or strategy_title(side, side.strategy, lang)

    def _amount(self, name: str, lang: str) -> str:
        row = self.table.loc[name] * PER
        return with_interval(row["value"], row["low"], row["high"], lang)

    def unit(self, lang: str = SPOKEN) -> str:
        """What the amounts are, per 100 people."""
        words = text(f"ab_test.unit.{self.trial.measure}", lang)
        money = f", {self.trial.a.money}" if self.trial.measure in MONEY else ""
        return words.format(people=PER) + money

    def _found(self, lang: str) -> str:
        return text("ab_test.found", lang).format(
            design=text(f"ab_test.design.{self.trial.design}", lang), a=self.title("a", lang),
            b=self.title("b", lang), people=number(self.people, lang), days=number(self.days, lang),
            unit=self.unit(lang), amount=self._amount("estimate", lang),
            level=in_per_cent(self.confidence, lang),
        )  # fmt: skip

    def _true(self, lang: str) -> str:
        holds = self.worlds.loc["all"].iloc[0]
        inside = holds["low"] <= holds["truth"] <= holds["high"]
        return text("ab_test.true", lang).format(
            amount=self._amount("truth", lang),
            inside=text("ab_test.inside" if inside else "ab_test.outside", lang),
            verdict=text(f"ab_test.verdict.{self.verdict}", lang),
        )

    def _errs(self, lang: str) -> str:
        if len(self.seeds) < 2:
            return ""
        row = self.table.loc["spill_over"]
        clear = row["low"] > 0 or row["high"] < 0
        sentence = text("ab_test.errs" if clear else "ab_test.errs_not", lang).format(
            amount=self._amount("spill_over", lang), worlds=number(len(self.seeds), lang)
        )
        if math.isnan(self.table.loc["of_words", "value"]):
            return sentence
        parts = text("ab_test.parts", lang).format(
            words=self._amount("of_words", lang), desk=self._amount("of_desk", lang)
        )
        return f"{sentence} {parts}"

    def _sized(self, lang: str) -> str:
        plan, parts = self.plan, []
        by_turns = self.trial.design == "switchback"
        told = self._effect_is_told
        if len(self.seeds) > 1:
            label = "chance_by_turns" if by_turns else "chance"
            parts = [
                text(f"ab_test.{label if told else 'chance_of_none'}", lang).format(
                    simulated=per_cent(plan["power_simulated"], lang),
                    formula=per_cent(plan["power_at_truth"], lang),
                    worlds=number(len(self.seeds), lang),
                )
            ]
        if by_turns:
            return " ".join(parts)
        smallest = with_interval(PER * self.smallest, math.nan, math.nan, lang)
        sized = text("ab_test.sized", lang).format(
            smallest=smallest, size=number(plan["size_needed"], lang),
            there=number(plan["size"], lang),
        )  # fmt: skip
        at_truth = text("ab_test.at_truth" if told else "ab_test.no_effect", lang).format(
            size=number(plan["size_at_truth"], lang), pairs=number(plan["pairs_at_truth"], lang)
        )
        return " ".join([*parts, sized, at_truth])

    def _scenarios(self) -> Mapping[str, Scenario]:
        return {"a": self.trial.a, "b": self.trial.b}

    def _grid(self, lang: str) -> Grid:
        rows = []
        for name in self.table.index:
            if not math.isnan(self.table.loc[name, "value"]):
                rows.append([text(f"ab_test.row.{name}", lang), self._amount(name, lang)])
        for name, value in self.plan.items():
            scale = PER if name in ("base", "spread", "smallest") else 1
            rows.append([text(f"ab_test.plan.{name}", lang), cell(scale * value, lang)])
        return [*heads(["measure"], lang), self.unit(lang)], rows

    def _headline(self) -> str:
        return f"{self._found(SPOKEN)} {self._true(SPOKEN)}"


def ab_test(
    scenario: Scenario | str | Path,
    a: Scenario | str | None = None,
    b: Scenario | str | None = None,
    *,
    measure: str = "first_deals",
    days: float | None = None,
    design: str = "person",
    share: float | None = None,
    regions: int = 20,
    period: float | None = None,
    wash_out: float = 0.0,
    smallest: float | None = None,
    spill_over: bool = True,
    people: int | None = None,
    runs: int = 20,
    seed: int = 1,
    executor: str | Executor = "threads",
    workers: int | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
    engine: str | type[Simulation] = "auto",
) -> ABTest:
    """Split a market between two strategies, and tell what the firm finds from what is true.

    Parameters
    ----------
    scenario : a Scenario, a preset's name or a path.
    a, b : a strategy of it, or the scenario with other values of keys that may differ within a
        market. A is the scenario's strategy when not given; B is "nothing" in a hold-out.
    measure : of each person: first_deals, deals, revenue, margin or opt_outs (`trials.MEASURES`).
    days : how long it lasts; the scenario's horizon when not given.
    design : how people come to A or B: "person", each by lot; "holdout", the same with a tenth in
        B; "region", neighbours together, on the ring on which `words.circle` makes friends;
        "switchback", all together, period by period.
    share : of people (or regions) in B; 0.5, of a hold-out 0.1, when not given.
    regions : how many there are, of a geo split.
    period, wash_out : of a switchback [days]: how long each period is, a tenth of the days when not
        given, and how many of its first days are not looked at.
    smallest : the smallest effect worth finding, per person (0.001 is 0.1 percentage points);
        a tenth of what people have under A when not given.
    spill_over : also live all worlds without word of mouth, without a desk to queue at, without
        both? It takes four times as long.
    people, runs, seed, executor, workers, progress, confidence, engine : see
        `cjsim.experiment.asked`. The first world is the firm's own, the others tell how it
        would have gone elsewhere.

    Returns an `ABTest`. Raises ValueError for what cannot be asked.

    >>> found = ab_test("phone", "guide", "nothing", days=60, people=100, runs=2, executor="here")
    >>> found.table.index.tolist()
    ['estimate', 'truth', 'spill_over', 'of_words', 'of_desk']
    >>> found.plan[["size_needed", "power"]].round(2).to_dict()
    {'size_needed': 111428.0, 'power': 0.03}
    """
    base = scenario_of(scenario)
    question = asked(
        base, people=people, runs=runs, seed=seed, executor=executor, workers=workers,
        progress=progress, confidence=confidence, engine=engine,
    )  # fmt: skip
    if design not in DESIGNS:
        raise unknown("design", design, DESIGNS)
    if measure not in MEASURES:
        raise unknown("measure", measure, MEASURES)
    sides = _sides(base, a, b, design)
    lasts = base.horizon_days if days is None else number_of("days", days)
    under_a, under_b = (side.with_changes({"horizon_days": lasts}) for side in sides)
    trial = Trial(
        under_a, under_b, measure=measure, design=design, share=_share(share, design),
        regions=whole("regions", regions, 4), period=0.0, wash_out=number_of("wash_out", wash_out),
        people=question.people, confidence=confidence, engine=engine,
    )  # fmt: skip
    trial = _with_periods(trial, period)
    trials = {"all": trial} | (_without_channels(trial) if spill_over else {})
    worlds = _worlds(trials, question)
    base_mean = float(worlds.loc["all"]["base"].mean())
    wanted = base_mean / 10 if smallest is None else number_of("smallest", smallest)
    if wanted == 0.0:
        raise ValueError(
            f"smallest = 0: give the smallest effect worth finding; under A nobody has {measure}"
        )
    return ABTest(trial, wanted, question.seeds, worlds, confidence)


def _sides(base: Scenario, a: Any, b: Any, design: str) -> tuple[Scenario, Scenario]:
    """A and B as scenarios of one market."""
    if b is None and design != "holdout":
        raise ValueError(f"b: name what A is to be compared with: {', '.join(base.strategies)}")
    sides = tuple(
        side if isinstance(side, Scenario) else base.with_strategy(side)
        for side in (base.strategy if a is None else a, NOTHING if b is None else b)
    )
    if keys := shared_keys(*sides):
        raise ValueError(
            f"{keys[0]}: cannot differ between the arms of one market; it is the same for all its "
            "people, or for their whole life"
        )
    return sides[0], sides[1]


def _share(share: float | None, design: str) -> float:
    if share is None:
        return 0.1 if design == "holdout" else 0.5
    if not 0.0 < number_of("share", share) < 1.0:
        raise ValueError(f"share = {share:g}: must be between 0 and 1, the part that is in B")
    return float(share)


def _with_periods(trial: Trial, period: float | None) -> Trial:
    """A trial with the length of its periods; looked at only in a switchback."""
    days = trial.a.horizon_days
    lasts = days / 10 if period is None else number_of("period", period)
    if trial.design != "switchback":
        return replace(trial, period=lasts)
    if not 0.0 < 4 * lasts <= days:
        raise ValueError(
            f"period = {lasts:g}: must be above 0 and at most a quarter of the {days:g} days, for "
            "two pairs of A and B"
        )
    if not 0.0 <= trial.wash_out < lasts:
        raise ValueError(
            f"wash_out = {trial.wash_out:g}: must be 0 or more and less than a period of {lasts:g} "
            "days"
        )
    return replace(trial, period=lasts)


def _without_channels(trial: Trial) -> dict[str, Trial]:
    """The same trial in worlds without a channel by which arms act upon one another."""
    off = {**CHANNELS, "both": tuple(name for names in CHANNELS.values() for name in names)}
    return {
        channels: replace(trial, a=without(trial.a, *names), b=without(trial.b, *names))
        for channels, names in off.items()
    }


def _worlds(trials: Mapping[str, Trial], question: Asked) -> pd.DataFrame:
    """Each trial in each world: rows (channels, seed)."""
    import pandas as pd

    tasks = [(trial, seed) for trial in trials.values() for seed in question.seeds]
    done: Iterable[Lived] = _each(tasks, question)
    lived = list(question.progress(done, len(tasks)) if question.progress else done)
    index = pd.MultiIndex.from_product([list(trials), question.seeds], names=["channels", "seed"])
    return pd.DataFrame(lived, index)


def _each(tasks: list[tuple[Trial, int]], question: Asked) -> Iterator[Lived]:
    """What came of each, in order."""
    trials, seeds = zip(*tasks, strict=True)
    if question.executor == "here":
        yield from map(live, trials, seeds)
        return
    import os

    with pool_of(question.executor, question.workers or os.cpu_count() or 1) as pool:
        yield from pool.map(live, trials, seeds)
