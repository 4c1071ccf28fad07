"""Luck of one's own for each purpose: nothing else moves it."""

from __future__ import annotations

import numpy as np

from cjsim.inference.priors import Floats


def luck(seed: int, purpose: int, index: int, count: int) -> Floats:
    """Uniforms in (0, 1) that belong to one use.

    >>> bool((luck(1, 2, 3, 4) == luck(1, 2, 3, 5)[:4]).all())
    True
    """
    word = np.random.SeedSequence((seed, purpose, index))
    return np.clip(np.random.Generator(np.random.Philox(word)).random(count), 2.0**-53, None)
