"""How often the interval of an experiment holds the truth, and how far spill-over moves it.

python -m benchmarks.trials [--worlds 200] [--people 1000]

Small markets of the phone over a year. `plain`: nobody tells a friend, nobody queues; the interval
should hold the truth in 95 of 100 worlds, and never in fewer than 92. `words` and `desk`: with much
word of mouth, and with one rep for all; it should not, and err to opposite sides. `a/a`: both arms
the same; how often is a difference found that is none? Last the cost of the split itself: one run
of 20,000 people, whole and split in two.
"""

from __future__ import annotations

import argparse
import statistics
import time

import cjsim
from cjsim.experiment.ab_test import ab_test
from cjsim.model.arms import Assignment

YEAR = {"market.onset_days": 60.0, "burn_in_days": 0.0, "horizon_days": 365.0}
TALK = {
    "loyalty.friends": 5.0, "loyalty.advocate_share": 1.0, "loyalty.deals_to_loyalty": 1,
    "stages.repeat_deal.typical_days": 30.0,
}  # fmt: skip
ONE_REP = {
    "market.people": 1000, "firm.reps": 1, "firm.deal_hours": 30.0, "firm.patience_days": 5.0,
}  # fmt: skip
IN_CIRCLES = {"words.circle": 10, "words.far_share": 0.0}
NO_WORDS = ("word_of_mouth", "bad_word", "social_proof")


def worlds() -> dict[str, cjsim.Scenario]:
    """The markets by name."""
    alone = cjsim.without("phone", *NO_WORDS, "limited_reps").with_changes(YEAR)
    talk = cjsim.without("phone", "limited_reps").with_changes(YEAR | TALK)
    one_rep = cjsim.without("phone", *NO_WORDS).with_changes(YEAR | ONE_REP)
    return {
        "plain": alone,
        "words": talk,
        "desk": one_rep,
        "circles": talk.with_changes(IN_CIRCLES),
    }


def tell(name: str, design: str, a: str, b: str, scenario: cjsim.Scenario, **how: float) -> None:
    result = ab_test(scenario, a, b, design=design, spill_over=False, **how)  # type: ignore[arg-type]
    errs = result.table.loc["spill_over"] * 100
    truth, plan = 100 * result.worlds["truth"].mean(), result.plan
    print(
        f"{name:8s} {design:10s} {b} against {a}: truth {truth:+.2f}, error {errs['value']:+.2f} "
        f"[{errs['low']:+.2f} .. {errs['high']:+.2f}] per 100; holds the truth in "
        f"{result.covered:.1%}; power {plan['power_simulated']:.3f}, by formula "
        f"{plan['power_at_truth']:.3f}; by lot {plan['size_at_truth']:,.0f} an arm, "
        f"in the twin {plan['pairs_at_truth']:,.0f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--people", type=int, default=1000)
    args = parser.parse_args()
    how = {"runs": args.worlds, "people": args.people}
    markets = worlds()
    for design in ("person", "holdout", "region"):
        tell("plain", design, "nothing", "guide", markets["plain"], **how)
    tell("a/a", "person", "guide", "guide", markets["plain"], **how)
    tell("plain", "person", "guide", "animator", markets["plain"], **how)
    for name in ("words", "desk", "circles"):
        for design in ("person", "region"):
            tell(name, design, "nothing", "guide", markets[name], **how)
    for wash_out in (0.0, 15.0):
        turns = {"period": 30.0, "wash_out": wash_out}
        tell(f"w {wash_out:g}", "switchback", "nothing", "guide", markets["plain"], **how, **turns)
    guide = markets["plain"].with_strategy("guide")
    halves = Assignment((guide,), (0.5, 0.5))
    times: dict[str, list[float]] = {"whole": [], "split": []}
    for _ in range(5):
        for name, arms in (("whole", None), ("split", halves)):
            start = time.perf_counter()
            cjsim.simulate(guide, 20_000, arms=arms)
            times[name].append(time.perf_counter() - start)
    whole, split = (statistics.median(seconds) for seconds in times.values())
    print(f"a split costs {split / whole - 1:+.1%} of a run's time")


if __name__ == "__main__":
    main()
