"""Where it is worth to look closer: what the simulations so far have not ruled out.

A regression of the learned summaries on the parameters says what a simulation of any setting would
look like, and how far it would miss by luck and by the regression's own faults. Settings that would
have to miss by more are ruled out (history matching: Craig et al. 1997; Vernon, Goldstein & Bower
2010). What is left may be a thin and crooked ridge. Draws from it are draws from the prior, cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cjsim.fit.priors import Floats
from cjsim.fit.regression import Learned, learn

BEYOND = 0.001
"""Chance that luck alone carries a simulation beyond the limit, were the regression right."""
SLACK = 1.5
"""The limit is so many times wider, as the regression is not quite right."""
A_BLOCK = 1 << 15
MOST_BLOCKS = 600
"""So many blocks of candidates are tried; then the ridge is too thin to be found by chance."""


@dataclass(frozen=True)
class Rule:
    """What one look at simulations rules out."""

    emulator: Learned
    """Forecasts what is told of a setting; its noise is luck, and its own faults."""
    target: Floats
    limit: float

    @classmethod
    def of(cls, z: Floats, told: Floats, target: Floats) -> Rule:
        """From settings, what was told of each by its learned summaries, and what was observed."""
        from scipy.stats import chi2

        emulator = learn(z, told)
        limit = SLACK * float(chi2.isf(BEYOND, len(target)))
        return cls(emulator, target @ emulator.turned, limit)

    def allows(self, z: Floats) -> npt.NDArray[np.bool_]:
        """Which settings are not ruled out."""
        misses = (self.emulator.forecast(z) - self.target) / self.emulator.noise
        return np.asarray((misses**2).sum(axis=1) <= self.limit)


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
        found, had = [], 0
        for block in range(MOST_BLOCKS):
            word = np.random.SeedSequence((seed, turn, block))
            u = np.random.Generator(np.random.Philox(word)).random((A_BLOCK, len(start)))
            z = ndtri(np.clip(start + (end - start) * u, 2.0**-53, 1.0 - 2.0**-53))
            found.append(z[self.holds(z)])
            had += len(found[-1])
            if had >= count:
                break
        return np.concatenate(found)[:count]

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
