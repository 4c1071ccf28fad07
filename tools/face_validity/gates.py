"""The gates: what is measured, on which firm, and the published range it is held against."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from cjsim.course import facts
from cjsim.experiment.elasticity import log_ratio, price_elasticity
from cjsim.experiment.intervals import t_interval
from cjsim.journey import BEFORE_THE_DEAL, REPEAT_DEAL
from cjsim.scenario import Scenario
from tools.face_validity import readings
from tools.face_validity.market import NO_RANGE, SEED, Asked, Market, Range, estimated, kept

ADS_STEP: Final = 0.25
RHYTHMS: Final = (2, 4, 7, 14, 21, 30, 60, 90)
FIVE_YEARS: Final = 1825.0
TEN_YEARS: Final = 3650.0
NEAR_PLAN: Final = 0.15
"""By what share of the plan an untouched life may miss it."""


@dataclass(frozen=True)
class Gate:
    """One thing that markets are known for."""

    key: str
    title: str
    how: str
    """How it is measured here."""
    published: str
    """The range, and who published it."""
    ask: Callable[[Market], Asked]
    presets: tuple[str, ...] = ()
    """Where it is asked; everywhere if none is named."""


# --- elasticities ---------------------------------------------------------------------------------


def ads(market: Market) -> Asked:
    """Reach of the mass touchpoints a quarter down and up; then that of all pull touchpoints."""
    for strategy in ("pull", "guide"):
        firm = market.firm(strategy)
        every = tuple(firm.running_touchpoints("pull"))
        for detail, names, span in (
            ("mass", market.mass, (0.05, 0.2)), ("all pull", every, NO_RANGE),
        ):  # fmt: skip
            steps = (1 - ADS_STEP, 1 + ADS_STEP)
            rows = market.read({x: _reach(firm, names, x) for x in steps}, readings.share)
            down, up = (rows[x][:, 0] for x in steps)
            width = math.log(steps[1] / steps[0])
            numbers = tuple(number / width for number in log_ratio(down, up))
            yield market.cell("ads", strategy, detail, span, numbers)


def _reach(scenario: Scenario, names: tuple[str, ...], factor: float) -> Scenario:
    """Touchpoints of another reach, at all times and under every strategy."""
    keys = {name: f"touchpoints.{name}.reach_per_day" for name in names}
    return scenario.with_changes({k: scenario.value(k) * factor for k in keys.values()})


def price(market: Market) -> Asked:
    """Our price 5 % down and up, the rival's as it is."""
    for strategy in ("pull", "guide"):
        table = price_elasticity(
            market.firm(strategy), people=market.people, runs=len(market.seeds), seed=SEED,
            executor=market.pool,
        ).table  # fmt: skip
        columns = ["elasticity", "elasticity_low", "elasticity_high"]
        numbers = tuple(float(number) for number in table.loc["deals", columns])
        yield market.cell("price", strategy, "deals", (-3.0, -1.5), numbers)


# --- customers ------------------------------------------------------------------------------------


def repeat(market: Market) -> Asked:
    """The share whom a next deal reaches before they leave, after each of the first deals."""
    for strategy in ("pull", "guide"):
        firm = market.firm(strategy)
        twelve_cycles = 12 * firm.stage_plan(REPEAT_DEAL).typical_days
        days = max(firm.horizon_days, min(twelve_cycles, TEN_YEARS))
        firm = firm.with_changes({"horizon_days": days})
        rows = market.read({0: firm}, readings.repeats, "stages")[0]
        seen = []
        for n in range(readings.MOST_DEALS):
            numbers = estimated(rows[:, n], readings.repeat_rate)
            if not math.isnan(numbers[1]):
                seen.append(n)
                yield market.cell("repeat", strategy, f"deal {n + 1}", NO_RANGE, numbers)
        if len(seen) > 2:
            last = seen[-1]
            numbers = estimated(rows, partial(_rise, last=last))
            span = (-0.014, 0.256)
            yield market.cell("repeat", strategy, "rise from deal 2", span, numbers)


def _rise(counts: readings.Floats, last: int) -> float:
    return readings.repeat_rate(counts[last]) - readings.repeat_rate(counts[1])


def optout(market: Market) -> Asked:
    """Opt-outs per 1,000 push contacts."""
    for strategy, span in (("guide", (1.0, 10.0)), ("animator", (1.0, 40.0))):
        rows = market.read({0: market.firm(strategy)}, readings.pushes, "all")[0]
        numbers = estimated(rows, factor=1000.0)
        yield market.cell("optout", strategy, "per 1,000 pushes", span, numbers)


def word(market: Market) -> Asked:
    """K: friends awakened per person who awoke otherwise."""
    firms = {strategy: market.firm(strategy) for strategy in ("pull", "guide")}
    for strategy, rows in market.read(firms, readings.word).items():
        yield market.cell("word", strategy, "K", (0.1, 0.5), estimated(rows))


def rhythm(market: Market) -> Asked:
    """The days between pushes that leave the guide most; from and to: what ties with it."""
    firm = market.firm("guide")
    firm = firm.with_changes({"horizon_days": max(firm.horizon_days, FIVE_YEARS)})
    firms = {days: firm.with_changes({"guide.every_days": float(days)}) for days in RHYTHMS}
    rows = market.read(firms, readings.worth)
    worth = {days: row[:, 0] / row[:, 1] for days, row in rows.items()}
    best = max(RHYTHMS, key=lambda days: float(worth[days].mean()))
    tied = [days for days in RHYTHMS if not t_interval(worth[best] - worth[days])[1] > 0]
    span = (7.0, 90.0)
    yield market.cell("rhythm", "guide", "best days", span, (best, min(tied), max(tied)))


# --- the market without us ------------------------------------------------------------------------


def share(market: Market) -> Asked:
    """Our deals among all of the category, if we do nothing."""
    firms = {
        "established": market.firm("nothing"),
        "new firm": Scenario.load(market.preset, strategy="nothing").with_changes(
            {"burn_in_days": 0.0}
        ),
    }
    spans: Mapping[str, Range] = {"established": (0.0, 0.3), "new firm": (0.0, 0.2)}
    for detail, rows in market.read(firms, readings.share).items():
        yield market.cell("share", "nothing", detail, spans[detail], estimated(rows))


def still(market: Market) -> Asked:
    """First deals of the last year against the first, in a market that nobody has ever touched."""
    firm = _untouched(market, {})
    days = max(firm.horizon_days, FIVE_YEARS)
    rows = market.read({0: firm.with_changes({"horizon_days": days})}, readings.years)[0]
    numbers = tuple(number - 1.0 for number in estimated(rows))
    yield market.cell("still", "nothing", "last year / first", (-0.1, 0.1), numbers)


def _untouched(market: Market, changes: Mapping[str, Any]) -> Scenario:
    return market.firm("nothing", {"burn_in_strategy": "nothing", **changes})


def lives(market: Market) -> Asked:
    """Loss and stay at each stage, of lives that no contact has touched."""
    firm = _untouched(market, {"market.presence": 1.0})
    rows = market.read({0: firm}, readings.lives, "stages")[0]
    for i, stage in enumerate(readings.LOSING):
        plan = firm.stage_plan(stage)
        stretch = 1.0 + firm.product.complexity if 2 <= stage <= 5 else 1.0
        loss, days = rows[:, i, :2], rows[:, i, 2:]
        yield from _against_plan(market, f"{stage.key} loss", plan.planned_loss, loss)
        if stage in BEFORE_THE_DEAL or stage == REPEAT_DEAL:
            yield from _against_plan(market, f"{stage.key} days", plan.typical_days * stretch, days)


def _against_plan(market: Market, detail: str, plan: float, rows: readings.Floats) -> Asked:
    span = (plan * (1 - NEAR_PLAN), plan * (1 + NEAR_PLAN))
    yield market.cell("lives", "nothing", detail, span, estimated(rows))


# --- curiosity ------------------------------------------------------------------------------------


def curious(market: Market) -> Asked:
    """Trials per deal at the 6th deal and later, and who comes back."""
    firm = market.firm("pull")
    firm = firm.with_changes({"horizon_days": max(firm.horizon_days, 730.0)})
    rows = market.read({0: firm}, readings.curious, "stages")[0]
    for place, (detail, span) in zip((0, 2, 4), _shoppers(market.preset).items(), strict=True):
        numbers = estimated(rows[:, place : place + 2])
        yield market.cell("curious", "pull", detail, span, numbers)


def _shoppers(category: str) -> dict[str, Range]:
    """The 95 % of real households, of back from that of all to that of those who decide."""
    told = facts("curiosity").set_index(["category", "figure"]).loc[category]
    low, high = told["low"], told["high"]
    decided = high["back"] / (high["back"] + low["adopted"])
    return {
        "trial at deal 6": (kept(low["trial_at_6"]), kept(high["trial_at_6"])),
        "trial from deal 20": (kept(low["trial_from_20"]), kept(high["trial_from_20"])),
        "back after a trial": (kept(low["back"]), kept(decided)),
    }


# --- all of them ----------------------------------------------------------------------------------

GATES: Final = (
    Gate(
        "ads", "Advertising elasticity of deals",
        "By how many per cent deals rise with one per cent more reach of the mass touchpoints:"
        " ±25 %, paired, burn-in included, an established firm. All pull touchpoints together"
        " have no published range.",
        ".05 to .2: mean .12 in the short run and .24 in the long over 751 and 402 estimates in"
        " 56 studies, about half of them different from zero (Sethuraman, Tellis & Briesch 2011"
        " [S]); .09 (Henningsen and others 2011 [S]); about .1 (Tellis 2009 [S]).",
        ads,
    ),
    Gate(
        "price", "Price elasticity of deals",
        "`cjsim.price_elasticity`: our price ±5 %, the rival's as it is, burn-in included.",
        "-3 to -1.5: mean -2.62 over 1,851 estimates in 81 studies (Bijmolt, van Heerde & Pieters"
        " 2005 [S]); raw mean -1.76, about -2.5 after correction (Tellis 1988 [S2]).",
        price,
    ),
    Gate(
        "repeat", "Repeat rate by deal",
        "The share of customers whom a next deal reaches before they leave, after their n-th deal:"
        " cumulative incidence of competing risks (Aalen & Johansen 1978), so that those still"
        " open count for as long as they were seen. Customers won during the run, the horizon up"
        " to twelve cycles. A deal that too few reach is left out.",
        "Rises through selection from the second deal on: .631 .742 .816 .853 .887 a year, the"
        " largest rise .256; .869 .855 ..., the largest fall .014 (sBG, Fader & Hardie 2007 [S2])."
        " The levels themselves have no range that fits all products.",
        repeat,
    ),
    Gate(
        "optout", "Opt-outs per 1,000 pushes",
        "Opt-outs by push contacts, after the burn-in.",
        "Guide 1 to 10, animator 1 to 40: e-mail 1-4, mean about 2.5; text messages 15-40"
        " (providers' benchmark pages [S], weak); calls 5-20 [M, an assumption]. A preset mixes"
        " them, and a guide sends what fits.",
        optout,
    ),
    Gate(
        "word", "Word of mouth: K",
        "Friends awakened per person who awoke otherwise; those told before the horizon.",
        ".1 to .5: about 1 in 8 recommendations leads to a sale (Keller Fay, as quoted by East"
        " [S2]); about half of the replacements of a service provider follow one (Keaveney 1995,"
        " as quoted by East [S2]). The range itself is ours.",
        word,
    ),
    Gate(
        "rhythm", "Best rhythm of the guide",
        "The days between pushes with the highest net present value per person, among 2, 4, 7, 14,"
        " 21, 30, 60, 90, over five years at least, so that the reach that opt-outs lose is"
        " counted. The interval: from and to the rhythms that are not clearly worse.",
        "Weeks, not days: 7 to 90. Frequent letters irritate (van Diepen 2006 [S]), within limits"
        " that a field experiment found wide (van Diepen 2009 [S]). The range itself is ours.",
        rhythm,
    ),
    Gate(
        "share", "Share of the category under `nothing`",
        "Our deals among all of the category: after the preset's burn-in with its own strategy,"
        " and of a new firm in an empty market.",
        "Who is not thought of is not bought (Sharp 2010 [M]): at most .3 for a firm with"
        " customers, at most .2 for a new one. The limits are ours.",
        share,
    ),
    Gate(
        "still", "A market that nobody touches stands still",
        "First deals of the last year by those of the first, less 1: strategy `nothing`, also"
        " before day 0, over five years at least.",
        "Within 10 %: trends should come from the firm. Ours.",
        still,
    ),
    Gate(
        "lives", "Plan against untouched lives",
        "Loss and mean days at each stage where one may walk away, of lives that no contact"
        " touches (`nothing`, also before day 0, everybody considers us). Lost at 9 is a silent"
        " lapse, its days are the whole cycle; lost at 10 is a trial. Days are person-days by"
        " visits over (law of Little). That a *cohort* put at a stage meets the plan exactly is"
        " tested elsewhere; a life comes back with the rival known, and its survivors are"
        " selected.",
        f"The plan in the file, within {NEAR_PLAN:.0%}. Ours.",
        lives,
    ),
    Gate(
        "curious", "Curiosity, as shoppers of the same thing have it",
        "Trials of a rival out of curiosity per own deal, and the share who go on with us after"
        " one. Customers won during the run, of whom the number of deals is known.",
        "A maker never tried before, per trip, at trip 6 and from trip 20 on: the 95 % over"
        " households (completejourney, the same category [R]; `facts(\"curiosity\")`). Back after a"
        " trial: from the low end of back among all to the high end among those who decide for one"
        " of the two.",
        curious, ("beer", "cheese", "yogurt"),
    ),
)  # fmt: skip
BY_KEY: Final = {gate.key: gate for gate in GATES}
