"""How notebooks are kept: as this machine can, and as it would without bubblewrap."""

from functools import cache

import pytest

from cjsim.course.grading.sandbox import Sandbox, sandbox

WAYS = ("plain", "sandboxed")


@cache
def real():
    """The sandbox of this machine, tried once, and not before a test asks: that takes seconds."""
    return sandbox()


def kept(way):
    """The sandbox of a way; who asks for one that is not there is skipped, and says so."""
    if way == "plain":
        return Sandbox(reason="missing")
    if not real().program:
        pytest.skip("bubblewrap is not there, or not allowed")
    return real()
