"""Do three laws of the article hold on random products? (A30, A31, A32)

python -m benchmarks.laws [--archetypes 200] [--people 1000] [--runs 4] [--seed 1] [--step 0.5]
                          [--base phone] [--strategy guide]
                          [--range rival.competition 0 3] [--traffic outdoor search_ads ...]

Random products share the touchpoints of one scenario and differ in all else, over the ranges that
the presets span. `cjsim.experiment.laws` says what "matters" means, what is held fixed and what is
regressed on what. Prints how it was asked, the groups, the table and a sentence per law: plain
text. Writes nothing. About four minutes on two cores.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import cjsim
from cjsim.experiment.laws import Laws, three_laws
from cjsim.experiment.workers import bar


def lines(laws: Laws) -> list[str]:
    """The groups, the slopes in points of share, and how many effects are clear."""
    shown = [f"{group:<8} {', '.join(names)}" for group, names in laws.groups.items()]
    head = f"{'of':<7} {'law':>3} {'group':<8} {'property':<19} {'slope':>7} {'95 %':^16}"
    shown += ["", f"{head} expected  holds    R2"]
    for row in laws.table.itertuples():
        ends = f"[{100 * row.low:+.1f}, {100 * row.high:+.1f}]"
        shown.append(
            f"{row.measure:<7} {row.law:>3} {row.group:<8} {row.regressor:<19} "
            f"{100 * row.slope:>+7.1f} {ends:^16} {row.expected:^8}  {row.holds:<7} {row.r2:.2f}"
        )
    clear = laws.clear()
    shown += ["", "mean share of a group, and share of archetypes whose effect is clear of 0:"]
    for group in laws.groups:
        parts = [
            f"{m} {laws.archetypes[f'{m}_share_{group}'].mean():>6.1%} ({clear.loc[group, m]:.0%})"
            for m in clear.columns
        ]
        shown.append(f"{group:<8} {'   '.join(parts)}")
    return shown


def main(words: Sequence[str] | None = None) -> None:
    """Read the arguments, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--archetypes", type=int, default=200, help="random products (200)")
    parser.add_argument("--people", type=int, default=1000, help="size of each market (1000)")
    parser.add_argument("--runs", type=int, default=4, help="markets per product and scale (4)")
    parser.add_argument("--seed", type=int, default=1, help="of products and first market (1)")
    parser.add_argument("--step", type=float, default=0.5, help="change of intensities (0.5)")
    parser.add_argument("--base", default="phone", help="whose touchpoints (phone)")
    parser.add_argument("--strategy", default="guide", help="the strategy that runs (guide)")
    names = ("KEY", "LOW", "HIGH")
    parser.add_argument("--range", nargs=3, action="append", default=[], metavar=names)
    parser.add_argument("--traffic", nargs="+", help="the touchpoints that bring people")
    given = parser.parse_args(words)
    try:
        laws = three_laws(
            cjsim.Scenario.load(given.base, given.strategy), given.archetypes, people=given.people,
            runs=given.runs, seed=given.seed, step=given.step, traffic=given.traffic, progress=bar,
            ranges={key: (float(low), float(high)) for key, low, high in given.range},
        )  # fmt: skip
    except ValueError as error:
        sys.exit(str(error))
    print("\n".join([*lines(laws), "", laws.says()]))


if __name__ == "__main__":
    main()
