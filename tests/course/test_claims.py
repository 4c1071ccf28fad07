"""A claim says what was found, how often, and no more."""

import numpy as np
import pytest
from scipy import stats

from cjsim.course import claim
from cjsim.experiment.intervals import t_interval


def yes(wins, worlds=20):
    return np.arange(worlds) < wins


@pytest.mark.parametrize(
    ("wins", "worlds", "verdict"),
    [
        (20, 20, "holds"), (15, 20, "holds"), (14, 20, "open"), (10, 20, "open"), (6, 20, "open"),
        (5, 20, "fails"), (0, 20, "fails"), (19, 30, "open"), (20, 30, "open"), (21, 30, "holds"),
    ],
)  # fmt: skip
def test_a_direction_holds_when_a_fair_coin_would_hardly_do_it(wins, worlds, verdict):
    assert claim(yes(wins, worlds)).verdict == verdict


def test_a_coin_is_seldom_called_a_claim():
    """Of fair coins at most one in twenty is called anything but open: exactly, by the binomial."""
    n = 24
    chances = stats.binom.pmf(np.arange(n + 1), n, 0.5)
    called = sum(p for wins, p in enumerate(chances) if claim(yes(wins, n)).verdict != "open")
    assert 0.01 < called <= 0.05


def test_the_line_tells_how_often_in_either_language():
    """Aloud it means what it says: of a sentence that fails, in how few worlds it is true."""
    assert repr(claim(yes(18))) == "Holds: true in 18 of 20 worlds"
    assert repr(claim(yes(3))) == "Fails: true in only 3 of 20 worlds"
    assert repr(claim(yes(0))) == "Fails: true in none of 20 worlds"
    assert repr(claim(yes(9))) == "Open: true in 9 of 20 worlds, too even to tell"
    assert repr(claim(yes(18), lang="ru")) == "Подтвердилось: верно в 18 мирах из 20"
    assert repr(claim(yes(3), lang="ru")) == "Не подтвердилось: верно лишь в 3 мирах из 20"
    assert repr(claim(yes(0), lang="ru")) == "Не подтвердилось: не верно ни в одном мире из 20"
    assert repr(claim(yes(9), lang="ru")) == "Неясно: верно в 9 мирах из 20"


@pytest.mark.parametrize(
    ("wins", "worlds", "russian"),
    [(1, 20, "лишь в 1 мире из"), (2, 20, "лишь в 2 мирах из"), (11, 24, "верно в 11 мирах из"),
     (21, 24, "верно в 21 мире из"), (101, 120, "верно в 101 мире из")],
)  # fmt: skip
def test_worlds_have_the_form_that_their_number_asks_for(wins, worlds, russian):
    assert f"{russian} {worlds}" in claim(yes(wins, worlds), lang="ru").line


@pytest.mark.parametrize(
    ("between", "verdict"),
    [
        ((5, 11), "holds"),
        ((9, 11), "fails"),
        ((1, 5), "fails"),
        ((8, 11), "open"),
        ((5, 8), "open"),
    ],
)
def test_a_size_holds_when_its_interval_lies_within_the_bounds(between, verdict):
    values = 8 + np.tile([-1.0, 1.0], 15)  # mean 8, interval 8 +- 0.38
    assert claim(values, between=between).verdict == verdict


def test_the_interval_of_a_size_is_the_luck_interval():
    values = np.random.default_rng(1).normal(8, 2, 25)
    mean, low, high = t_interval(values)
    assert mean == pytest.approx(values.mean())
    line = repr(claim(values, between=(0, 20)))
    assert line == (
        f"Holds: {values.mean():.3g} on average over 25 worlds, 95 % luck interval "
        f"{low:.3g} to {high:.3g}; said: 0 to 20"
    )


@pytest.mark.parametrize(
    ("wins", "worlds"), [(20, 20), (15, 20), (10, 20), (5, 20), (21, 30), (0, 24)]
)
@pytest.mark.parametrize("size", [0.003, 8.0])
def test_numbers_tell_by_how_much_beside_in_how_many_worlds(wins, worlds, size):
    """The verdict is that of the signs, whatever the sizes."""
    gaps = (
        size * np.where(yes(wins, worlds), 1, -1) * np.random.default_rng(wins).gamma(9, 1, worlds)
    )
    found, plain = claim(gaps), claim(gaps > 0)
    assert found.verdict == plain.verdict
    mean, low, high = (f"{number:.3g}" for number in t_interval(gaps))
    assert found.line == f"{plain.line}; by {mean} on average, 95 % luck interval {low} to {high}"


@pytest.mark.parametrize(
    ("gaps", "lang", "line"),
    [
        ([2.0] * 20, "en", "Holds: true in 20 of 20 worlds; by 2 in each"),
        ([0.0] * 20, "en", "Fails: true in none of 20 worlds; by 0 in each"),
        ([-1] * 20, "ru", "Не подтвердилось: не верно ни в одном мире из 20; в каждом на −1"),
        ([1, 3] * 10, "ru", "Подтвердилось: верно в 20 мирах из 20; в среднем на 2, "
                            "95-процентный интервал случая от 1,52 до 2,48"),
        ([1.0, np.nan] * 10, "en", "Open: true in 10 of 20 worlds, too even to tell; by 1 in each"),
    ],
)  # fmt: skip
def test_worlds_that_are_alike_have_no_interval(gaps, lang, line):
    assert claim(gaps, lang=lang).line == line


@pytest.mark.parametrize(("between", "verdict"), [((1, 3), "holds"), ((2.5, 3), "fails")])
def test_a_size_that_is_alike_in_all_worlds_is_compared_as_it_is(between, verdict):
    found = claim([2.0] * 20, between=between)
    assert found.verdict == verdict
    assert "2 in each of 20 worlds" in found.line
    assert "interval" not in found.line


@pytest.mark.parametrize(
    ("seen", "between", "told"),
    [
        (yes(5, 19), None, "20 worlds or more"),
        (np.ones((5, 5), bool), None, "one entry per world"),
        (np.append(np.ones(19), np.inf), None, "yes or no, or finite numbers"),
        (np.full(20, np.nan), None, "yes or no, or finite numbers"),
        (yes(5), (0, 1), "a finite number per world"),
        (np.full(20, np.nan), (0, 1), "a finite number per world"),
        (np.ones(20), (1, 0), "the lower bound comes first"),
    ],
)
def test_what_cannot_be_a_claim_is_told(seen, between, told):
    with pytest.raises(ValueError, match=told):
        claim(seen, between)
