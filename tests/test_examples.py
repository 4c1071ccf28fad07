"""The examples in docstrings are true."""

import doctest
import importlib
from pathlib import Path

import pytest

import cjsim

HOME = Path(cjsim.__file__).parent
SHOWING = [
    ".".join(path.relative_to(HOME.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted(HOME.rglob("*.py"))
    if "    >>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", SHOWING)
def test_an_example_gives_what_it_shows(name):
    module = importlib.import_module(name)
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed
