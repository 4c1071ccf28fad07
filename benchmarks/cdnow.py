"""CDNOW: a scenario fitted to weeks 1-39 of 2,357 real customers, judged by weeks 40-78.

    python -m benchmarks.cdnow            fits, forecasts, prints the scoreboard: minutes
    python -m benchmarks.cdnow --keep     and keeps it in benchmarks/cdnow.json, for docs and tests

Beside it stand BG/NBD and Pareto/NBD, fitted to the same weeks, and two forecasts without a model.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np

from cjsim.data import cdnow
from cjsim.inference import BGNBD, ParetoNBD, infer, score
from cjsim.inference.buying import tracking
from cjsim.inference.cohorts import Cohort
from cjsim.inference.reference import seed_of
from cjsim.inference.repeats import PRIORS, Repeats, cdnow_scenario, forecast

KEPT = Path(__file__).with_suffix(".json")
SIMULATIONS, ROUNDS, WORLDS = 1000, 4, 200
STORED = 60
"""Draws that are kept for the test."""
MAILED = 60
"""Draws of which it is asked what a reminder would bring."""


def no_dropout(seen: Any) -> np.ndarray:
    """NBD: people who never stop, gamma rates found by most likelihood."""
    from scipy.optimize import minimize
    from scipy.special import gammaln

    x, _, age = seen

    def loss(logs: np.ndarray) -> float:
        r, alpha = np.exp(logs)
        terms = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + age)
        return -float(terms.sum())

    r, alpha = np.exp(minimize(loss, [0.0, 2.0], method="Nelder-Mead").x)
    return np.asarray((r + x) / (alpha + age) * 39.0)


def scoreboard(model: Repeats, posterior: Any) -> dict[str, Any]:
    """All numbers of docs/cdnow.md."""
    seen = model.seen
    assert isinstance(seen, Cohort)
    known, actual = seen.histories(model.until), seen.counts(273, 546)
    board: dict[str, Any] = {}
    for name, kind in [("BG/NBD", BGNBD), ("Pareto/NBD", ParetoNBD)]:
        fitted = kind.fit(known)
        at = tracking(fitted, seen.birth, [39, 78])
        board[name] = {
            "parameters": astuple(fitted),
            "log_likelihood": float(fitted.log_likelihood(known).sum()),
            "tracking": float(at[1] - at[0]),
            "cumulative_error": float(at[1] / 4339 - 1.0),
            "score": score(fitted.conditional(known, 39.0), actual),
            "likely": score(fitted.likely(known, 39.0), actual),
        }
    seen_ahead = forecast(model, posterior, WORLDS)
    at = np.median(seen_ahead.cumulative, axis=0)
    board["cjsim"] = {
        "tracking": float(np.median(seen_ahead.totals)),
        "cumulative_error": float(at[77] / 4339 - 1.0),
        "interval": seen_ahead.interval(),
        "score": seen_ahead.scored(seen),
        "likely": seen_ahead.scored(seen, likely=True),
    }
    board["NBD, nobody stops"] = {"score": score(no_dropout(known), actual)}
    everyone = np.full(len(seen), known.repeats.mean())
    board["everyone the mean"] = {"score": score(everyone, actual)}
    return board


def mailed(model: Repeats, posterior: Any) -> list[dict[str, float]]:
    """By draw: what it forecasts, and what it says a monthly reminder to all would bring.

    The same people with the same luck, with and without; mails go out from day 231 of each on, when
    the average customer is at the end of week 39.
    """
    return [asked(model, setting, 2) for setting in posterior.settings(MAILED)]


def asked(
    model: Repeats, setting: dict[str, float], seed: int, worlds: int = 4
) -> dict[str, float]:
    """One draw: purchases that it forecasts, and the share that reminders would add."""
    before = after = 0
    for number in range(worlds):
        luck = seed_of(seed, 0, number)
        before += int(model.cohort(setting, luck).counts(273, 546).sum())
        after += int(model.cohort({**setting, **MAIL}, luck).counts(273, 546).sum())
    return {**setting, "held_out": before / worlds, "uplift": after / before - 1.0}


MAIL = {"changes": [{"day": 231.0, "strategy": "mail"}]}


def equifinal(
    model: Repeats, rows: list[dict[str, float]], near: float = 0.1
) -> list[dict[str, float]]:
    """Of draws that forecast the actual total within a tenth, the two whose answers differ most.

    Both are asked again in twenty fresh worlds: the most extreme of many were lucky as well.
    """
    alike = [row for row in rows if abs(row["held_out"] / 1882 - 1.0) <= near]
    order = sorted(alike, key=lambda row: row["uplift"])
    names = [prior.name for prior in PRIORS]
    return [asked(model, {n: row[n] for n in names}, 3, 20) for row in (order[0], order[-1])]


def report(board: dict[str, Any], pair: list[dict[str, float]]) -> None:
    """Print the scoreboard and the pair."""
    for name, row in board.items():
        total, error, mae, rmse, correlation = row["score"]
        print(
            f"{name:18} total {total:7.1f} ({error:+.1%})  MAE {mae:.4f}  RMSE {rmse:.4f}  "
            f"corr {correlation:.4f}"
        )
        if "tracking" in row:
            print(f"{'':18} tracking {row['tracking']:.1f}, week 78 {row['cumulative_error']:+.1%}")
            print(f"{'':18} MAE of the medians {row['likely'].mae:.4f}")
    low, high = board["cjsim"]["interval"]
    print(f"cjsim: 90 % of worlds {low:.0f} to {high:.0f}; actual 1882")
    for row in pair:
        print(f"forecast {row['held_out']:.0f}, a reminder a month {row['uplift']:+.1%}: {row}")


def main() -> None:
    """Fit, forecast, print, perhaps keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="write benchmarks/cdnow.json")
    parser.add_argument("--folder", help="where finished simulations are kept")
    parser.add_argument("--simulations", type=int, default=SIMULATIONS, help="in each round")
    options = parser.parse_args()
    model = Repeats.of(cdnow_scenario(), cdnow())
    posterior = infer(
        model, PRIORS, model.observed, simulations=options.simulations, rounds=ROUNDS,
        accept=0.3, folder=options.folder,
    )  # fmt: skip
    print(posterior)
    print(posterior.fit().to_string(float_format=lambda x: f"{x:.3f}"))
    board, pair = scoreboard(model, posterior), equifinal(model, mailed(model, posterior))
    report(board, pair)
    if options.keep:
        table = posterior.table()[["value", "low", "high", "prior_left", "known_by"]]
        kept = {
            "board": board,
            "pair": pair,
            "table": table.reset_index().to_dict("records"),
            "draws": posterior.settings(STORED),
        }
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
