"""What a mean customer has brought so far, drawn: begins at the loss, ends at the window."""

import pytest

import cjsim
from cjsim.course import repaid
from cjsim.measures import customer_value


@pytest.fixture(scope="module")
def run():
    return cjsim.simulate("phone", people=50)


def test_the_curve_runs_from_the_cost_of_winning_to_what_a_customer_is_worth(run):
    window = 0.75 * run.scenario.horizon_days
    of = customer_value(run, window=window).loc["all"]
    curve = repaid({"phone": run}, "en").data.loc["phone", "profit"]
    assert curve.iloc[0] == pytest.approx(of["first_deal_margin"] - of["cac"])
    assert curve.iloc[-1] == pytest.approx(of["ltv"] - of["cac"])
    assert curve.index[-1] == window


@pytest.mark.parametrize(
    ("lang", "told"),
    [("en", "at the first deal to 90.2 EUR, repaid after 396 days."), ("ru", "окупается за 396")],
)
def test_the_days_until_it_is_repaid_stand_in_the_words_and_in_the_picture(run, lang, told):
    picture = repaid({"phone": run}, lang)
    assert told in picture.alt
    assert "396" in picture.figure.axes[0].get_title("left")


def test_a_firm_that_gives_too_much_is_not_repaid(run):
    generous = run.scenario.with_changes({"product.gift_value": 200.0})
    picture = repaid({"phone": cjsim.simulate(generous, people=50)}, "en")
    assert picture.alt.endswith("not repaid.")
    assert "after" not in picture.figure.axes[0].get_title("left")


@pytest.mark.parametrize("count", [0, 5])
def test_no_firm_and_too_many_are_told(run, count):
    with pytest.raises(ValueError, match=f"repaid for {count} firms: can draw 1 to 4"):
        repaid({str(n): run for n in range(count)})
