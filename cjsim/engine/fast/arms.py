"""In which world of arrays a person lives; the twin of `cjsim.model.world`.

The arms of a split market share most of their arrays. Each has a table of its own (see `pointers`),
and all know where those of the others are.
"""

from __future__ import annotations

from typing import Any

from cjsim.engine.fast.pointers import elsewhere


def of_arm(world: Any, person: Any) -> Any:
    """The world that a person lives in: that of their arm, where the market is split."""
    if len(world.arms) == 0:
        return world
    return elsewhere(world, world.arms[person.arm])
