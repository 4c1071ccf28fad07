"""The algebra of inference by simulation: summaries that tell, what is near, what is corrected.

Four steps, all on standardised numbers:

- `learn`: parameters are regressed on all summaries, their squares and products (ridge, the
  penalty by generalised cross-validation). A forecast is the one summary that tells most about
  a parameter (Fearnhead & Prangle 2012, "semi-automatic"). Combinations are forecast, from the one
  known best to the one known least, so that what is known of a sum is not lost in its parts.
- `Scatter`: how far forecasts miss differs from place to place: where few buy, little is told. A
  regression of squared misses, of each simulation as if left out, on forecasts and their products
  (gamma, log link: that of logarithms of squares is less than half as exact).
- `nearest`: the simulations whose forecasts are nearest to the forecast from what was observed.
- `corrected`: what a local regression says the parameters of these would be, had they met what was
  observed exactly, in place and in spread (Beaumont, Zhang & Balding 2002; Blum & François 2010).
  The spread is that of all simulations (`Scatter`): one read off the nearest alone is noisy, and
  noise in a spread made intervals too wide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PENALTIES = 10.0 ** np.arange(-7.0, 2.5, 0.5)
"""Ridge penalties that are tried, in units of the number of simulations."""
ROWS_A_TERM = 10
"""So many simulations are wanted for each term of a regression."""
MOST_SEEN = 0.95
"""A forecast follows its own number so far at most: what is left is divided by the rest."""
WIDEST_RATIO = 4.0
"""Up to so much a draw's distance from its forecast is stretched or shrunk."""
HELD = 50.0
"""Slopes of the scatter are held near 0 as by so many simulations."""
MOST_OF_ONE = 6.0
"""A squared miss is at most so much above what is expected, in units of that: one is no rule."""
SCORINGS = 15
"""Steps of Fisher's scoring: more than it takes."""
LEAST_LOG, MOST_LOG = -12.0, 3.0
"""Logarithms of variances, in those of the prior, that are taken in earnest."""


@dataclass(frozen=True)
class Learned:
    """What the parameters are, as far as summaries tell: a forecast from any summaries.

    It is one of combinations of parameters: the sum of two may be known closely, though neither is.
    """

    center: Floats
    scale: Floats
    kept: npt.NDArray[np.bool_]  # summaries that vary
    pairs: Ints  # (terms, 2): which are multiplied
    middle: Floats  # of the terms
    weights: Floats  # (terms, combinations)
    constant: Floats
    turned: Floats  # (parameters, combinations), a rotation
    noise: Floats  # standard deviation of what is left, by combination
    follows: Floats
    """How far the forecast of each simulation that was learned from follows that one alone: what a
    regression has seen it forecasts too well, the more so the fewer simulations there are."""

    def forecast(self, summaries: Floats) -> Floats:
        """The expected z of each combination; one row per row of summaries."""
        terms = _terms((summaries[:, self.kept] - self.center) / self.scale, self.pairs)
        return np.asarray(self.constant + (terms - self.middle) @ self.weights)

    def left_out(self, summaries: Floats, z: Floats) -> Floats:
        """The forecasts of the simulations that were learned from, each as if it had not been.

        The mean of all is not left out: it would tell of each what the others lack.
        """
        seen = np.maximum(self.follows - 1.0 / len(z), 0.0)
        z = z @ self.turned
        return np.asarray(z - (z - self.forecast(summaries)) / (1.0 - seen))


def learn(summaries: Floats, z: Floats) -> Learned:
    """Regress parameters on summaries.

    Parameters
    ----------
    summaries : one row per simulation, finite.
    z : their parameters, in the same order.

    Raises ValueError where no summary varies.
    """
    spread = summaries.std(axis=0)
    kept = spread > 1e-12 * np.abs(summaries).max(axis=0, initial=1e-300)
    if not kept.any():
        raise ValueError("no summary differs from one simulation to another: nothing can be told")
    center, scale = summaries[:, kept].mean(axis=0), spread[kept]
    pairs = _pairs(int(kept.sum()), len(summaries) // ROWS_A_TERM)
    terms = _terms((summaries[:, kept] - center) / scale, pairs)
    middle = terms.mean(axis=0)
    terms = terms - middle
    turned = np.eye(z.shape[1])
    if len(turned) > 1:  # first roughly, to see which combinations are known how well
        weights, _, seen = _ridge(terms, z - z.mean(axis=0))
        left = (z - z.mean(axis=0) - terms @ weights) / (1.0 - seen)
        turned = np.linalg.eigh(np.cov(left, rowvar=False))[1]
    z = z @ turned
    constant = z.mean(axis=0)
    weights, noise, seen = _ridge(terms, z - constant)
    return Learned(center, scale, kept, pairs, middle, weights, constant, turned, noise, seen)


def _pairs(count: int, room: int) -> Ints:
    """Which standardised summaries are multiplied: all pairs, squares alone or none, as fits."""
    first, second = np.triu_indices(count)
    if count + len(first) <= room:
        return np.stack([first, second], axis=1)
    if 2 * count <= room:
        return np.stack([np.arange(count)] * 2, axis=1)
    return np.empty((0, 2), np.int64)


def _terms(standard: Floats, pairs: Ints) -> Floats:
    """Summaries and their products. Far out a square would run away: there it goes on as a line."""
    bent = np.sign(standard) * np.minimum(np.abs(standard), 3.0)
    return np.concatenate([standard, bent[:, pairs[:, 0]] * bent[:, pairs[:, 1]]], axis=1)


def _ridge(terms: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
    """Weights, and the standard deviation of what is left, for the best penalty of each column.

    Last, how far each row's forecast follows its own z: 0 not at all, 1 all the way.
    """
    rows = len(terms)
    u, s, vt = np.linalg.svd(terms, full_matrices=False)
    told = u.T @ z
    total = (z**2).sum(axis=0)
    weights, noise = np.empty((terms.shape[1], z.shape[1])), np.empty(z.shape[1])
    best, shrunk_by = np.full(z.shape[1], np.inf), np.zeros((len(s), z.shape[1]))
    for penalty in PENALTIES * rows:
        shrunk = s**2 / (s**2 + penalty)
        left = total - ((2.0 * shrunk - shrunk**2)[:, None] * told**2).sum(axis=0)
        freedom = rows - 1.0 - shrunk.sum()
        score = np.maximum(left, 0.0) / freedom**2
        candidate = vt.T @ ((s / (s**2 + penalty))[:, None] * told)
        better = score < best
        best = np.where(better, score, best)
        weights[:, better] = candidate[:, better]
        shrunk_by[:, better] = shrunk[:, None]
        noise[better] = np.sqrt(np.maximum(left, 1e-300) / freedom)[better]
    return weights, noise, np.minimum(1.0 / rows + u**2 @ shrunk_by, MOST_SEEN)


@dataclass(frozen=True)
class Scatter:
    """How far forecasts miss, by where they lie."""

    scale: Floats
    middle: Floats
    spread: Floats  # of the terms
    weights: Floats  # (1 + terms, combinations)

    @classmethod
    def of(cls, z: Floats, forecasts: Floats) -> Scatter:
        """From combinations of parameters, and forecasts of each as if left out."""
        missed = (z - forecasts) ** 2
        scale = forecasts.std(axis=0) + 1e-9
        terms = _products(forecasts / scale)
        middle, spread = terms.mean(axis=0), terms.std(axis=0) + 1e-12
        design = _with_one((terms - middle) / spread)
        rows = len(design)
        hold = np.diag([0.0] + [HELD / rows] * (design.shape[1] - 1))
        solver = np.linalg.inv(design.T @ design / rows + hold)
        weights = np.zeros((design.shape[1], z.shape[1]))
        weights[0] = np.log(np.maximum(missed.mean(axis=0), np.exp(LEAST_LOG)))
        for _ in range(SCORINGS):
            expected = np.exp(np.clip(design @ weights, LEAST_LOG, MOST_LOG))
            more = np.minimum(missed / expected, 1.0 + MOST_OF_ONE) - 1.0
            weights = weights + solver @ (design.T @ more / rows - hold @ weights)
        return cls(scale, middle, spread, weights)

    def at(self, forecasts: Floats) -> Floats:
        """Logarithm of the standard deviation of what is left; one row per row of forecasts."""
        terms = (_products(forecasts / self.scale) - self.middle) / self.spread
        return np.asarray(0.5 * np.clip(_with_one(terms) @ self.weights, LEAST_LOG, MOST_LOG))


def _products(standard: Floats) -> Floats:
    """Forecasts, their squares and products."""
    return _terms(standard, np.stack(np.triu_indices(standard.shape[1]), axis=1))


def _with_one(terms: Floats) -> Floats:
    return np.concatenate([np.ones((len(terms), 1)), terms], axis=1)


def nearest(forecasts: Floats, observed: Floats, noise: Floats, count: int) -> tuple[Ints, Floats]:
    """The simulations nearest to what was observed, and how much each of them counts.

    Distances are in units of what is left open of each combination, so that one of which nothing
    is told does not count. The weight falls with the distance (Epanechnikov). Equals go by number.
    """
    distance = np.sqrt((((forecasts - observed) / noise) ** 2).sum(axis=1))
    rows = np.argsort(distance, kind="stable")[:count]
    reach = distance[rows[-1]] * (1.0 + 1e-9) + 1e-300
    return np.sort(rows), 1.0 - (distance[np.sort(rows)] / reach) ** 2


def corrected(z: Floats, away: Floats, weights: Floats, ratios: Floats) -> Floats:
    """Parameters as they would be at what was observed: a local regression in place and spread.

    Parameters
    ----------
    z : combinations of parameters of the nearest simulations.
    away : their forecasts, each as if left out, less that from what was observed.
    weights : how much each counts.
    ratios : logarithm of how many times wider the scatter is at what was observed.

    Each counts the less the wider its own scatter. A fitted line lies too near to its own points,
    and where it lies is not known for certain: what is left is stretched by both,
    sqrt((1 + h0) / (1 - h)).
    """
    widest = np.log(WIDEST_RATIO)
    design = _with_one(away)
    moved = np.empty_like(z)
    for k in range(z.shape[1]):
        ratio = np.exp(np.clip(ratios[:, k], -widest, widest))
        heavy = design * (weights * ratio**2)[:, None]
        square = design.T @ heavy
        square[np.diag_indices_from(square)] += 1e-9 * np.trace(square) / len(square)
        solver = np.linalg.solve(square, heavy.T)  # predictors alike: a touch of ridge
        line = solver @ z[:, k]
        own = np.einsum("ij,ji->i", design, solver)
        unsure = ((solver[0] / ratio) ** 2).sum()  # variance of the line, in that of the scatter
        stretch = np.sqrt((1.0 + unsure) / np.maximum(1.0 - own, 0.1))
        moved[:, k] = line[0] + (z[:, k] - design @ line) * stretch * ratio
    return moved


def resampled(weights: Floats, count: int) -> Ints:
    """Places drawn with chances like `weights`, as evenly as their number: without any luck."""
    steps = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(steps, (np.arange(count) + 0.5) / count), len(weights) - 1)
