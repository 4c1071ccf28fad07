"""How often a random example is drawn: more in a thorough run."""

import os
from collections.abc import Iterable
from typing import Any

import pytest

THOROUGH = bool(os.environ.get("CJSIM_THOROUGH"))
"""Whether `python3 kit.py test --thorough` runs the tests."""
MORE = 10
LIKE_YOGURT = ("beer", "cheese")
"""Presets that go through the same rules as yogurt and differ from it in numbers."""


def often(examples: int) -> int:
    """So many examples in each run, ten times as many in a thorough one."""
    return examples * MORE if THOROUGH else examples


def of_each_kind(names: Iterable[str]) -> list[Any]:
    """Presets for a heavy test about rules: one that is like another only in a thorough run."""
    return [
        pytest.param(name, marks=pytest.mark.soak) if name in LIKE_YOGURT else name
        for name in names
    ]
