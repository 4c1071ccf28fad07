"""Logs of contracts: trials, terms and notices are counted as they are, and truths found again."""

import numpy as np
import pytest

import cjsim
from cjsim.inference.auxiliary import likelihoods
from cjsim.inference.keys import freed, usual_keys
from cjsim.inference.seen import Lens
from cjsim.inference.summaries import Summaries
from cjsim.inference.terms import cases, notice_days
from cjsim.measures.log import Log
from cjsim.model.events import Event
from cjsim.observe import Records, observe
from cjsim.scenario.tables import Contract
from tests.inference.firms import seen_of

YEAR = Contract(term_days=100.0, trial_days=10.0)
ROWS = [
    # tries and pays, renews twice, gives notice late in the third term, takes it back
    (1, 0.0, "tryout", None, 0.0), (1, 10.0, "first_deal", None, 100.0),
    (1, 110.0, "repeat_deal", None, 100.0), (1, 210.0, "repeat_deal", None, 100.0),
    (1, 290.0, "notice", None, 0.0), (1, 291.0, "stays", None, 0.0),
    (1, 310.0, "repeat_deal", None, 100.0),
    # tries and does not pay
    (2, 5.0, "tryout", None, 0.0), (2, 15.0, "declined", None, 0.0),
    # leaves after the first term; what the next person does is not theirs
    (3, 20.0, "first_deal", None, 100.0), (3, 45.0, "notice", None, 0.0),
    # gives notice and pauses, comes back on the dearer plan when the term that is counted is over
    (4, 30.0, "first_deal", None, 100.0), (4, 70.0, "notice", None, 0.0),
    (4, 130.0, "pause", None, 0.0), (4, 220.0, "upgrade", None, 0.0),
    (4, 220.0, "repeat_deal", None, 150.0),
    # a trial that may still be paid, a term that is not over
    (5, 390.0, "tryout", None, 0.0), (6, 350.0, "first_deal", None, 100.0),
]  # fmt: skip


def lens_of(*without):
    kinds = tuple(kind for kind in Event if kind not in without)
    return Lens(kinds, ("site",), Records(), 400.0)


def test_each_case_is_counted_once_it_is_over():
    told = {name: (yes, of) for name, yes, of in cases(seen_of(ROWS, 400.0), YEAR, lens_of())}
    assert told == {
        "trial_to_paid": (1, 2),
        "renewed.first": (1, 3),
        "renewed.second": (1, 2),
        "renewed.later": (1, 1),
        "gave_notice": (3, 6),
        "taken_back": (1, 3),
        "paused": (1, 3),
        "upgraded": (1, 4),
    }
    assert notice_days(seen_of(ROWS, 400.0), YEAR, lens_of()) == pytest.approx([0.325, 0.4, 0.6])


@pytest.mark.parametrize(
    ("contract", "without", "names"),
    [
        (Contract(), (), []),
        (Contract(trial_days=10.0), (), ["trial_to_paid"]),
        (Contract(trial_days=10.0), (Event.TRYOUT,), []),
        (YEAR, (Event.NOTICE,), ["trial_to_paid", *(f"renewed.{n}" for n in
                                                    ("first", "second", "later"))]),
        (Contract(term_days=100.0), (Event.FIRST_DEAL, Event.REPEAT_DEAL), []),
    ],
    ids=["no contract", "a trial alone", "trials unknown", "notices unknown", "deals unknown"],
)  # fmt: skip
def test_what_the_log_does_not_know_is_left_out(contract, without, names):
    told = [name for name, _, _ in cases(seen_of(ROWS, 400.0), contract, lens_of(*without))]
    assert told == names


def test_without_any_case_all_is_finite_and_no_share_is_told():
    nobody = seen_of([(1, 1.0, "known", None, 0.0)], 400.0)
    assert not any(count for _, _, count in cases(nobody, YEAR, lens_of()))
    assert notice_days(nobody, YEAR, lens_of()).tolist() == [0.5, 0.5, 0.5]
    assert "contracts" not in likelihoods(nobody, lens_of(), 100.0, YEAR).index


@pytest.fixture(scope="module")
def tool():
    """A tool for offices over three years, and what its systems have of that."""
    scenario = cjsim.Scenario.load("subscription", "guide").with_changes(
        {"horizon_days": 1095, "burn_in_days": 0}
    )
    return scenario, observe(cjsim.simulate(scenario, 700, seed=11))


def test_shares_of_a_log_are_rows_of_its_likelihoods_and_log_odds_in_its_summaries(tool):
    scenario, log = tool
    lens = Lens.on(log, scenario, 1095.0, None)
    seen = lens.log(log, 700)
    look = Summaries.of(lens, scenario)
    table = likelihoods(seen, lens, 365.0, scenario.contract).loc["contracts"]
    numbers = look.named(seen)
    for name, yes, of in cases(seen, scenario.contract, lens):
        assert numbers[f"contract.{name}"] == pytest.approx(np.log((yes + 0.5) / (of - yes + 0.5)))
        assert name not in table.index if not of else table.loc[name, "value"] == yes / of
    tried = (log.frame["event"] == "tryout").sum()
    assert 0.8 * tried < table.loc["trial_to_paid", "cases"] <= tried


def test_a_deal_that_binds_to_nothing_is_looked_at_as_before(tool):
    scenario, log = tool
    free = scenario.with_changes({"contract.term_days": 0, "contract.trial_days": 0})
    names = Summaries.of(Lens.on(log, scenario, 1095.0, None), free).names
    assert not [name for name in names if name.startswith("contract")]


def test_under_a_contract_the_quality_is_free_and_the_days_to_the_next_deal_are_not(tool):
    scenario, log = tool
    keys = usual_keys(scenario, Lens.on(log, scenario, 1095.0, None))
    assert "product.quality" in keys
    assert "stages.repeat_deal.typical_days" not in keys


# --- a truth is found again ---------------------------------------------------------------------

OF_RENEWALS = (
    "tryout", "declined", "first_deal", "repeat_deal", "notice", "stays", "pause", "upgrade",
)  # fmt: skip
DAYS, LOSS = "stages.repeat_deal.typical_days", "stages.repeat_deal.planned_loss"
PAID, SAVED = "product.quality", "touchpoints.stay_call.wins_back"


@pytest.fixture(scope="module")
def fitted():
    """Three years of a busy market, of which the firm has what its billing system knows."""
    busy = {
        "horizon_days": 1095, "burn_in_days": 0, "market.onset_days": 100,
        "market.served_share": 0.2, LOSS: 0.15, SAVED: 0.4,
    }  # fmt: skip
    scenario = cjsim.Scenario.load("subscription", "guide").with_changes(busy)
    log = observe(cjsim.simulate(scenario, 800, seed=4)).frame
    log = Log.of(log[log["event"].isin(OF_RENEWALS)], 1095.0)
    return scenario, cjsim.fit(
        scenario, log, free=[PAID, DAYS, LOSS, SAVED], people=800, simulations=260,
        executor="here",
    )  # fmt: skip


def test_what_renewals_tell_is_found_again(fitted):
    """How good the product is by who pays after a trial, what a call saves by who stays."""
    scenario, found = fitted
    table = found.table()
    for key in (PAID, SAVED):
        assert table.loc[key, "low"] < scenario.value(key) < table.loc[key, "high"]
    assert table.loc[PAID, "known_by"] == "data"
    told = found.likelihoods.loc["contracts"]
    assert (told["low"] <= told["value"]).all()
    assert (told["value"] <= told["high"]).all()
    hazard = found.draws()[LOSS] / found.draws()[DAYS]  # told, though its halves are not
    truth = scenario.value(LOSS) / scenario.value(DAYS)
    assert hazard.quantile(0.05) < truth < hazard.quantile(0.95)


def test_what_renewals_cannot_tell_is_called_so(fitted):
    """The hazard of a notice is a share in so many days: both together are known, neither alone."""
    table = fitted[1].table()
    assert table.loc[[DAYS, LOSS], "known_by"].tolist() == ["not identified"] * 2
    assert table.loc[[DAYS, LOSS], "moves_with"].tolist() == [LOSS, DAYS]


@pytest.mark.parametrize(
    ("term", "free", "traded"),
    [(365, [DAYS, LOSS], [LOSS, DAYS]), (0, [DAYS, LOSS], ["", ""]), (365, [PAID, LOSS], ["", ""])],
)
def test_two_keys_are_traded_under_a_contract_where_both_are_free(tool, term, free, traded):
    scenario, log = tool
    bound = scenario.with_changes({"contract.term_days": term})
    keys = freed(bound, free, Lens.on(log, bound, 1095.0, None))
    assert [one.traded for one in keys] == traded
