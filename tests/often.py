"""How often a random example is drawn: more in a thorough run."""

import os

THOROUGH = bool(os.environ.get("CJSIM_THOROUGH"))
"""Whether `python3 kit.py test --thorough` runs the tests."""
MORE = 10


def often(examples: int) -> int:
    """So many examples in each run, ten times as many in a thorough one."""
    return examples * MORE if THOROUGH else examples
