"""Published figures: each with its source, and what can be computed from them is what is said."""

import math

import causaldata
import numpy as np
import pytest

from cjsim import measures, simulate
from cjsim.course import facts
from cjsim.course.published import FOLDER, HEAD
from cjsim.data import cdnow, completejourney
from cjsim.inference import Cohort, ShiftedBeta
from cjsim.inference.repeats import cdnow_scenario

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


def test_who_fetched_their_result_is_counted_from_the_rows():
    """Of the experiment in Malawi: a row is a person, `any` whether a voucher was drawn."""
    from causaldata import thornton_hiv

    rows = thornton_hiv.load_pandas().data.dropna(subset=["got", "any", "distvct"])
    told = facts("thornton")
    assert told["people"].sum() == len(rows) == 2834
    edges = sorted(set(told["from_km"]))
    for at, row in enumerate(told.itertuples(index=False)):
        low, high = edges[at % 6], [*edges, math.inf][at % 6 + 1]
        near = rows["distvct"].astype(float).between(low, high, inclusive="left")
        cell = rows[near & (rows["any"] == (row.drawn == "voucher"))]
        assert (row.people, row.fetched, row.from_km) == (len(cell), cell["got"].sum(), low)


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


def test_both_worlds_of_cdnow_sell_what_was_really_bought_in_each_half():
    """To within a tenth: what the lecture on churn says of them, in worlds of its own."""
    worlds = facts("cdnow_worlds").set_index("key")
    people = Cohort.of(cdnow())
    halves = [(0, 273), (273, 546)]
    real = np.array([people.counts(*half).sum() for half in halves])
    for name in worlds:
        setting = cdnow_scenario().with_changes(worlds[name].to_dict())
        made = [
            Cohort.of(simulate(setting, seed=seed)).born(people.birth) for seed in range(301, 311)
        ]
        sold = np.mean([[one.counts(*half).sum() for half in halves] for one in made], axis=0)
        assert np.abs(sold / real - 1).max() < 0.1, name


@pytest.mark.parametrize("category", ["yogurt", "beer"])
def test_the_shares_of_the_curious_are_those_of_the_baskets(category):
    """Shares to their last digit, limits of a thousand drawings to those of two hundred."""
    told = facts("curiosity").set_index(["category", "figure"]).loc[category]
    trips = completejourney(category).sort_values(["person", "time"], kind="stable")
    by_choice = [name for name in told.index if name not in ("new_per_trip", "tried_in_20")]
    found = measures.choices(trips, resamples=200).loc[by_choice]
    assert told["share"][by_choice].tolist() == found["share"].round(3).tolist()
    assert told["cases"][by_choice].tolist() == found["cases"].tolist()
    assert (
        np.abs(told[["low", "high"]].loc[by_choice] - found[["low", "high"]]).max(axis=None) < 0.03
    )
    nth = trips.groupby("person").cumcount() + 1
    often = trips.groupby("person")["brand"].transform("size") >= 26
    new = ~trips.duplicated(["person", "brand"])[often & nth.between(7, 26)]
    by_person = new.groupby(trips["person"])
    assert told.loc["new_per_trip", "share"] == round(new.mean(), 3)
    assert told.loc["tried_in_20", "share"] == round(by_person.any().mean(), 3)
    people = told.loc["tried_in_20", "cases"]
    assert people == len(by_person)
    sampled = 1.96 * math.sqrt(told.loc["tried_in_20", "share"] * 0.5 / people)
    assert told.loc["tried_in_20", "high"] - told.loc["tried_in_20", "low"] == pytest.approx(
        2 * sampled, abs=0.03
    )


def test_the_insured_are_counted_from_the_farmers_themselves():
    """Village by village: no row can be told from another by more than its counts."""
    farmers = causaldata.social_insure.load_pandas().data
    villages = farmers.groupby("address").agg(
        default=("default", "first"),
        farmers=("takeup_survey", "size"),
        insured=("takeup_survey", "sum"),
        before=("pre_takeup_rate", "first"),
    )
    villages["default"] = villages["default"].map({0: "no", 1: "yes"})
    counts = ["default", "farmers", "insured", "before"]
    anew = villages.round(4).astype({"farmers": int, "insured": int}).sort_values(counts)
    shipped = facts("insured").sort_values(counts)
    assert anew.to_numpy().tolist() == shipped[counts].to_numpy().tolist()


def test_where_more_had_bought_before_by_lot_more_bought_after():
    """As raw shares, in percentage points; the lot was drawn for whole villages."""
    arms = facts("insured").groupby("default")[["farmers", "insured"]].sum()
    share = 100 * arms["insured"] / arms["farmers"]
    assert share.round(1).to_dict() == {"no": 41.3, "yes": 51.8}
    farmers = causaldata.social_insure.load_pandas().data
    assert farmers.groupby("address")["default"].nunique().eq(1).all()
