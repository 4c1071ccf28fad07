"""Three hundred damaged exports: each gives a report or a sentence, and no row is lost."""

import re

import pytest

from cjsim import data
from tests.data.damaged import BYTES, CELLS, damaged

SEEDS = range(300)


@pytest.mark.parametrize("tens", range(0, 300, 30))
def test_a_damaged_file_gives_a_report_or_a_sentence(tens, tmp_path):
    for seed in SEEDS[tens : tens + 30]:
        content, names = damaged(seed)
        path = tmp_path / "crm.csv"
        path.write_bytes(content)
        answer = checked(path)
        if isinstance(answer, str):
            assert is_a_sentence(answer), (seed, names, answer)
        else:
            judge(answer, content, (seed, names))


def checked(path):
    """The report on a file, or the sentence in its place; anything else is a mistake of ours."""
    try:
        return data.check(path)
    except (ValueError, OSError) as error:
        return str(error)


def is_a_sentence(message):
    """One line that tells something of the file, and nothing of how it was read."""
    return "\n" not in message and 10 < len(message) < 8_000 and not re.search(
        "Error|SELECT|regexp|Traceback", message
    )  # fmt: skip


def judge(report, content, which):
    counts = report.counts
    rows = counts["kept"] + counts["bad"] + counts["ignored"] + counts["early"]
    if report.mapping.dates:  # a row per customer holds several events, or none
        assert counts["bad"] <= counts["rows"], which
    else:
        assert rows == counts["rows"], which
    assert counts["kept"] >= counts["twice"], which
    lines = content.count(b"\n") + content.count(b"\r") + 2
    assert report.bad["line"].between(1, lines).all(), which
    assert report.bad["line"].nunique() == counts["bad"], which
    assert report.knows.isdisjoint(report.missing), which
    for lang in ("en", "ru"):
        assert report.says(lang), which


def test_the_files_are_damaged_in_every_way():
    done = {name for seed in SEEDS for name in damaged(seed)[1]}
    assert done == {*CELLS, *BYTES}


def test_most_of_them_can_be_read(tmp_path):
    """Else the sentences would be the easy way out."""
    path, readable = tmp_path / "crm.csv", 0
    for seed in range(40):
        path.write_bytes(damaged(seed)[0])
        answer = checked(path)
        readable += not isinstance(answer, str) and answer.counts["kept"] > 0
    assert readable > 20
