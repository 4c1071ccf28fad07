"""Where it is worth to look closer, and what is left there: a ridge may be thin and crooked.

An emulator says what a simulation of any setting would look like, as told by the learned summaries:
a regression with squares and products, and a smooth correction of what that misses (kernel ridge).
What it misses for points it has not seen is its noise: luck, and its own faults. Settings that
would have to miss what was observed by far more are ruled out (history matching: Craig et al. 1997;
Vernon, Goldstein & Bower 2010); draws from what is left are draws from the prior, cut. And a miss
has a likelihood, normal with that noise (synthetic likelihood, Wood 2010; emulated: Meeds & Welling
2014), by which the posterior is drawn along a ridge that no straight line follows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cjsim.inference.priors import Floats
from cjsim.inference.regression import Learned, learn

BEYOND = 0.001
"""Chance that luck alone carries a simulation beyond the limit, were the regression right."""
SLACK = 1.1
"""The limit is so many times wider, as the regression is not quite right."""
A_BLOCK = 1 << 11
MOST_BLOCKS = 3000
"""So many blocks of candidates are tried; then the ridge is too thin to be found by chance."""


MOST_POINTS = 1500
"""From so many simulations, the latest, an emulator's correction is made."""
LENGTHS = (1.5, 2.5, 4.0)
"""Over how far, in standard deviations of the prior, a correction may reach; tried in turn."""
PENALTIES = (0.03, 0.1, 0.3, 1.0, 10.0)
"""How much of a miss is taken for luck, tried likewise; the last takes nearly all."""
WALKERS, STEPS, STRETCH = 400, 100, 2.0
"""So many walkers make so many steps of an ensemble sampler (Goodman & Weare 2010)."""


@dataclass(frozen=True)
class Rule:
    """What one look at simulations rules out, and how likely it leaves the rest."""

    rough: Learned
    points: Floats
    length: float
    pull: Floats  # of each point on the correction
    noise: Floats
    target: Floats
    limit: float

    @classmethod
    def of(cls, z: Floats, told: Floats, target: Floats) -> Rule:
        """From settings, what was told of each by its learned summaries, and what was observed."""
        from scipy.stats import norm

        z, told = z[-MOST_POINTS:], told[-MOST_POINTS:]
        rough = learn(z, told)
        left = told @ rough.turned - rough.forecast(z)
        tried = []
        for length in LENGTHS:
            values, vectors = np.linalg.eigh(_kernel(z, z, length))
            for penalty in PENALTIES:
                shrunk = 1.0 / (np.maximum(values, 0.0) + penalty)
                pull = vectors @ (shrunk[:, None] * (vectors.T @ left))
                missed = pull / (vectors**2 @ shrunk)[:, None]  # of a point that was left out
                noise = np.sqrt((missed**2).mean(axis=0))
                tried.append((float(np.log(noise).sum()), length, pull, noise))
        _, length, pull, noise = min(tried, key=lambda one: one[0])
        limit = SLACK * float(norm.isf(0.5 * BEYOND / len(target)))
        return cls(rough, z, length, pull, noise, target @ rough.turned, limit)

    def misses(self, z: Floats) -> Floats:
        """By how much a simulation of each setting would miss, in units of the noise."""
        forecast = self.rough.forecast(z) + _kernel(z, self.points, self.length) @ self.pull
        return np.asarray((forecast - self.target) / self.noise)

    def allows(self, z: Floats) -> npt.NDArray[np.bool_]:
        """Which settings are not ruled out: first roughly, which is cheap."""
        rough = np.abs(self.rough.forecast(z) - self.target) <= 1.2 * self.limit * self.rough.noise
        inside = np.asarray(rough.all(axis=1))
        inside[inside] = (np.abs(self.misses(z[inside])) <= self.limit).all(axis=1)
        return inside


def _kernel(z: Floats, points: Floats, length: float) -> Floats:
    square = (z**2).sum(axis=1)[:, None] + (points**2).sum(axis=1) - 2.0 * z @ points.T
    return np.asarray(np.exp(-0.5 * np.maximum(square, 0.0) / length**2))


def walked(region: Region, rule: Rule, seed: int, turn: int) -> Floats:
    """Draws from the posterior inside a region: walkers that go where misses are likely."""

    def height(z: Floats) -> Floats:
        inside = ((z > region.low) & (z < region.high)).all(axis=1)
        return np.where(inside, -0.5 * (rule.misses(z) ** 2).sum(1) - 0.5 * (z**2).sum(1), -np.inf)

    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence((seed, turn))))
    start = region.draws(seed, turn, 2000)
    likely = np.exp(-0.5 * np.minimum((rule.misses(start) ** 2).sum(axis=1), 1e3))
    walkers = start[rng.choice(len(start), WALKERS, p=likely / likely.sum())]
    walkers = walkers + 1e-3 * rng.standard_normal(walkers.shape)
    heights = height(walkers)
    half, size = WALKERS // 2, walkers.shape[1]
    for step in range(2 * STEPS):
        movers = np.arange(half) + half * (step % 2)
        others = walkers[(movers + half) % WALKERS][rng.integers(half, size=half)]
        stretch = ((STRETCH - 1.0) * rng.random(half) + 1.0) ** 2 / STRETCH
        proposed = others + stretch[:, None] * (walkers[movers] - others)
        new = height(proposed)
        with np.errstate(invalid="ignore"):
            gain = (size - 1.0) * np.log(stretch) + new - heights[movers]
        accepted = np.log(rng.random(half)) < gain
        walkers[movers[accepted]], heights[movers[accepted]] = proposed[accepted], new[accepted]
    return walkers


@dataclass(frozen=True)
class Region:
    """Settings that no rule has ruled out; at first all of the prior."""

    low: Floats
    high: Floats
    """A box around them: it saves candidates."""
    rules: tuple[Rule, ...] = ()

    @classmethod
    def whole(cls, size: int) -> Region:
        """All of a prior of so many numbers."""
        return cls(np.full(size, -np.inf), np.full(size, np.inf))

    def holds(self, z: Floats) -> npt.NDArray[np.bool_]:
        """Which settings lie in it."""
        inside = np.asarray(((z >= self.low) & (z <= self.high)).all(axis=1))
        for rule in self.rules:
            inside[inside] = rule.allows(z[inside])
        return inside

    def draws(self, seed: int, turn: int, count: int) -> Floats:
        """The first so many draws from the prior that lie in it; fewer where it is too thin."""
        from scipy.special import ndtr, ndtri

        start, end = ndtr(self.low), ndtr(self.high)
        inside, had = [], 0
        for block in range(MOST_BLOCKS):
            word = np.random.SeedSequence((seed, turn, block))
            u = np.random.Generator(np.random.Philox(word)).random((A_BLOCK, len(start)))
            z = ndtri(np.clip(start + (end - start) * u, 2.0**-53, 1.0 - 2.0**-53))
            inside.append(z[self.holds(z)])
            had += len(inside[-1])
            if had >= count:
                break
        return np.concatenate(inside)[:count]

    def cut(self, rule: Rule, seed: int, turn: int) -> Region:
        """What another rule leaves of it, in a box around that."""
        rest = Region(self.low, self.high, (*self.rules, rule))
        z = rest.draws(seed, turn, 2000)
        if len(z) < 200:  # too little to see where it lies
            return self
        low, high = z.min(axis=0), z.max(axis=0)
        room = 0.1 * (high - low)
        box = np.maximum(self.low, low - room), np.minimum(self.high, high + room)
        return Region(*box, rest.rules)
