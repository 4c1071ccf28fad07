"""Published figures: each with its source, and what can be computed from them is what is said."""

import math

import pytest

from cjsim.course import facts
from cjsim.course.published import FOLDER, HEAD
from cjsim.inference import ShiftedBeta

NAMES = sorted(path.stem for path in FOLDER.glob("*.csv"))


@pytest.mark.parametrize("name", NAMES)
def test_every_table_tells_what_it_is_whose_and_under_which_licence(name):
    frame = facts(name)
    assert tuple(frame.attrs) == HEAD
    assert all(len(words) > 10 for words in frame.attrs.values())
    assert len(frame) > 0
    assert not frame.isna().any(axis=None)


def test_a_wrong_name_is_told_with_the_nearest():
    with pytest.raises(ValueError, match=r"unknown facts: 'hilstrom'\. Did you mean 'hillstrom'\?"):
        facts("hilstrom")


@pytest.mark.parametrize(
    ("arm", "column", "effect", "within"),
    [
        ("womens_mail", "visits", 4.52, 0.63),
        ("womens_mail", "bought", 0.31, 0.16),
        ("mens_mail", "visits", 7.66, 0.66),
        ("mens_mail", "bought", 0.68, 0.18),
    ],
)
def test_the_mailing_worked_by_as_much_as_its_readers_report(arm, column, effect, within):
    """In percentage points with the half-width of a 95 % interval of two proportions."""
    arms = facts("hillstrom").set_index("arm")
    share = arms[column] / arms["people"]
    error = math.sqrt(sum(share[a] * (1 - share[a]) / arms["people"][a] for a in (arm, "no_mail")))
    assert 100 * (share[arm] - share["no_mail"]) == pytest.approx(effect, abs=0.005)
    assert 196 * error == pytest.approx(within, abs=0.006)


def test_of_the_three_campaigns_only_one_shows_a_difference():
    clicks = facts("pips").pivot(index="campaign", columns="shown_by", values="clicks")
    scores = (clicks["learnt"] - clicks["random"]) / (clicks["learnt"] + clicks["random"]) ** 0.5
    assert scores.round(1).to_dict() == {"all": 0.4, "men": 2.1, "women": 0.0}


@pytest.mark.parametrize(
    ("kind", "alpha", "beta", "one_rate_misses_by", "two_numbers_miss_by"),
    [("regular", 0.704, 1.182, 0.59, 0.015), ("high_end", 0.668, 3.806, 0.21, 0.028)],
)
def test_seven_renewals_foretell_five_more_as_their_authors_say(
    kind, alpha, beta, one_rate_misses_by, two_numbers_miss_by
):
    """Mean absolute error of years 8 to 12, as a share, of one constant rate and of the sBG."""
    left = facts("renewals").set_index("year")[kind]
    seen, later = left.loc[:7].to_numpy(), left.loc[8:]
    model = ShiftedBeta.fit(1000 * seen)
    assert (model.alpha, model.beta) == pytest.approx((alpha, beta), abs=0.001)
    rate = seen[1:].sum() / seen[:-1].sum()
    for said, off in (
        (rate**later.index, one_rate_misses_by),
        (model.survival(later.index), two_numbers_miss_by),
    ):
        assert abs(said / later - 1).mean() == pytest.approx(off, abs=0.006)
