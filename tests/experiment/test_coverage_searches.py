"""Searches and rankings hold what is true as often as they say; see `benchmarks`."""

import pytest

from benchmarks.coverage_searches import cases, main, measured

FEW = {"optimum": 40}
"""Experiments of a kind of case, 100 of any other: the standard error of .90 is .047 or .03."""


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_what_is_wanted_is_measured(case):
    """Three standard errors are allowed; one test in 700 of a case on the border would fail."""
    share, error = measured(case, FEW.get(case.name.split(":")[0], 100))
    assert case.least - 3 * error <= share <= case.most + 3 * error


def test_the_table_has_a_line_per_case(capsys):
    assert main(["--experiments", "2", "--case", "map"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + sum("map" in case.name for case in cases())
    assert lines[1].split()[-5:-3] == ["<=", "0.05"]
