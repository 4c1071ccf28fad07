"""Three laws on random products: products are random, a planted law is found, none is invented."""

import dataclasses
import functools
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import cjsim
from cjsim.experiment import archetypes as products
from cjsim.experiment import laws
from cjsim.experiment.archetypes import REGRESSORS, archetypes, as_archetype, spans
from cjsim.experiment.laws import (
    DIVISIONS,
    GROUPS,
    LAWS,
    MEASURES,
    divided,
    effects,
    regress,
    shares,
    table_of_laws,
    three_laws,
    verdict,
)
from cjsim.labels.numbers import number
from cjsim.model.streams import worlds
from cjsim.scenario import presets


@functools.cache
def guide():
    return cjsim.Scenario.load("phone", "guide")


@functools.cache
def small():
    """A real question, as small as it can be."""
    return three_laws(guide(), products=6, people=60, runs=2, executor="here")


# --- Archetypes ---------------------------------------------------------------------------------


def test_archetypes_lie_in_the_ranges_that_the_presets_span():
    table, all_presets = archetypes(50), [cjsim.Scenario.load(name) for name in presets()]
    for key in table:
        found = [products.property_of(preset, key) for preset in all_presets]
        assert spans()[key] == (min(found), max(found))
        assert table[key].between(min(found), max(found)).all()
    assert set(REGRESSORS) < set(table)


def test_each_property_is_spread_evenly_on_its_scale():
    """A Latin hypercube has one archetype in each of n equal parts of every range."""
    n = 40
    for key, values in archetypes(n).items():
        low, high = spans()[key]
        if key in products.BY_RATIO:
            values, low, high = np.log(values), np.log(low), np.log(high)
        part = np.floor(n * (values - low) / (high - low)).astype(int)
        assert sorted(part) == list(range(n)), key


def test_properties_do_not_go_together():
    n = 200
    table = archetypes(n)
    together = table.rank().corr().to_numpy()[np.triu_indices(table.shape[1], 1)]
    # Independent ranks correlate with sd 1 / sqrt(n - 1). 78 pairs: 4 sd have odds of 1 in 200.
    assert np.abs(together).max() < 4 / np.sqrt(n - 1)


def test_the_same_seed_gives_the_same_archetypes():
    pd.testing.assert_frame_equal(archetypes(20, seed=5), archetypes(20, seed=5), check_exact=True)
    assert not np.isclose(archetypes(20, seed=5), archetypes(20, seed=6)).any(axis=None)


def test_ranges_can_be_set():
    table = archetypes(30, ranges={"rival.competition": (2, 3), "cycles": (5, 6)})
    assert table["rival.competition"].between(2, 3).all()
    assert table["cycles"].between(5, 6).all()
    with pytest.raises(ValueError, match=r"Did you mean 'rival\.competition'"):
        archetypes(3, ranges={"rival.competitoin": (0, 1)})
    with pytest.raises(ValueError, match="must lie above 0"):
        archetypes(3, ranges={"product.price": (0, 1)})


def test_an_archetype_keeps_its_margin_share_and_what_touchpoints_cost():
    row = archetypes(5).iloc[3].to_dict()
    price = guide().product.price
    base = guide().with_changes({"rival.price": 1.1 * price, "product.gift_value": 0.1 * price})
    one = as_archetype(base, row)
    assert one.product.price == row["product.price"]
    for cost in ("unit_cost", "first_deal_extra_cost", "gift_value"):
        mine, theirs = (getattr(p, cost) / p.price for p in (one.product, base.product))
        assert mine == pytest.approx(theirs)
    assert one.rival.price / one.product.price == pytest.approx(1.1)  # as dear beside the rival's
    for name, touchpoint in base.touchpoints.items():
        assert one.touchpoints[name].cost_per_contact == touchpoint.cost_per_contact
        assert one.touchpoints[name].cost_per_day == touchpoint.cost_per_day
        assert one.touchpoints[name].rep_hours == 0
    assert one.horizon_days / one.stages["repeat_deal"].typical_days == pytest.approx(row["cycles"])
    assert one.firm.reps == math.inf
    assert one.rival.competition == row["rival.competition"]
    assert one.strategies == base.strategies


# --- Noise -------------------------------------------------------------------------------------


def noisy(growth, sd=0.4, n=200, seed=1):
    """Archetypes with the same true shares, and noise whose logarithm grows with properties."""
    draws = np.random.default_rng(seed)
    table = archetypes(n, seed)
    x = laws._regressors(table)
    z = (x - x.mean()) / x.std()
    spread = sd * np.exp(sum(rate * z[key] for key, rate in growth.items()))
    for measure, group in itertools.product(MEASURES, GROUPS):
        truth = {"first": 3.0, "traffic": 3.0}.get(group, 1.0)
        runs = truth + draws.normal(0, 1, (n, 4)) * np.broadcast_to(spread, n)[:, None]
        table[f"{measure}_effect_{group}"] = runs.mean(axis=1)
        table[f"{measure}_error_{group}"] = runs.std(axis=1, ddof=1) / 2
    effect = {
        measure: table[[f"{measure}_effect_{g}" for g in GROUPS]].set_axis(GROUPS, axis=1)
        for measure in MEASURES
    }
    return table.assign(**{
        f"{measure}_share_{group}": shares(effect[measure])[group]
        for measure in MEASURES for group in GROUPS
    })  # fmt: skip


@pytest.mark.parametrize(
    ("growth", "sd", "n"),
    [
        ({"rival.competition": 1.0}, 2.0, 200),
        ({"rival.competition": -1.0}, 2.0, 200),
        ({"product.complexity": 1.0}, 2.0, 200),
        ({"product.price": 0.7}, 2.0, 200),
        ({"cycles": -0.7}, 2.0, 200),
        ({"product.price": 1.0, "cycles": 1.0}, 1.0, 200),
        ({"product.price": 0.5}, 0.4, 100),
        ({"product.complexity": -0.5}, 0.4, 400),
        ({}, 2.0, 200),
        ({}, 0.4, 100),
        ({}, 0.1, 40),
    ],
)
def test_noise_that_goes_with_a_property_is_told(growth, sd, n):
    assert set(laws.noise_goes_with(noisy(growth, sd, n))) == set(growth)


def test_noise_alone_makes_slopes_where_it_goes_with_a_property():
    """Shares are 3/5 for every product: the slope is the noise's."""
    table = table_of_laws(noisy({"rival.competition": 1.0}, 2.0))
    row = table[(table["law"] == 1) & (table["regressor"] == "rival.competition")]
    assert (row["holds"] == "no").all()


def test_few_products_cannot_tell_what_noise_goes_with():
    assert laws.noise_goes_with(noisy({}, n=39)) is None
    quiet = noisy({}, n=12).copy()
    quiet[[c for c in quiet if "_error_" in c]] = 0.0
    assert laws.noise_goes_with(quiet) == ()


@pytest.mark.parametrize(
    ("growth", "n", "words"),
    [
        ({}, 100, ("draws slopes towards zero.", "тянет наклоны к нулю.")),
        ({"product.price": 1.0}, 200, ("changes with the price (log)", "цена (логарифм)")),
        ({}, 20, ("So few products cannot tell", "По стольким продуктам не сказать")),
    ],
)
def test_what_noise_does_is_said_only_where_it_does_it(growth, n, words):
    made = dataclasses.replace(small(), archetypes=noisy(growth, 2.0, n))
    for lang, said in zip(("en", "ru"), words, strict=True):
        assert said in made.says(lang).splitlines()[-1]
    assert ("draws slopes towards zero." in made.says()) == (not growth and n > 40)


# --- What matters -------------------------------------------------------------------------------


def test_each_division_holds_every_running_touchpoint_once():
    groups = divided(guide())
    for division in DIVISIONS:
        names = [name for group in division for name in groups[group]]
        assert sorted(names) == sorted(guide().running.touchpoints)
    assert set(groups["first"]) == {"outdoor", "cases", "mail_cases"}
    assert set(groups["after"]) == {"tech_support", "upsell", "base_messages", "discount_offer"}
    assert {"outdoor", "search_ads"} <= set(groups["traffic"])
    assert "mail_cases" not in groups["traffic"]  # the firm comes, nobody is brought


def test_traffic_can_be_named():
    groups = divided(guide(), traffic=["outdoor"])
    assert groups["traffic"] == ("outdoor",)
    assert set(groups["rest"]) == set(guide().running.touchpoints) - {"outdoor"}
    with pytest.raises(ValueError, match="Did you mean 'outdoor'"):
        divided(guide(), traffic=["outdor"])


def test_a_strategy_without_a_group_is_told():
    with pytest.raises(ValueError, match="no touchpoint of the group"):
        divided(guide().with_strategy("nothing"))


def test_effects_are_slopes_with_the_standard_error_of_their_mean():
    """Of a measure linear in each group's scale the effect is its coefficient, at any step."""
    rng = np.random.default_rng(2)
    slope = rng.normal(0, 1, (3, len(GROUPS), 7))  # archetype, group, run
    step, base = 0.3, rng.normal(0, 1, (3, 1, 7))
    ups_and_downs = np.stack([base + step * slope, base - step * slope], axis=2)
    values = np.concatenate([base, ups_and_downs.reshape(3, -1, 7)], axis=1)
    mean, error = effects(values, step)
    assert mean == pytest.approx(slope.mean(axis=2))
    assert error == pytest.approx(stats.sem(slope, axis=2))


def test_shares_are_parts_of_what_all_groups_do():
    table = pd.DataFrame([[1.0, -2.0, 5.0, -3.0, 1.0], [0.0, 0.0, 0.0, 0.0, 2.0]], columns=GROUPS)
    found = shares(table)
    assert list(found.iloc[0]) == [0.125, 0.25, 0.625, 0.75, 0.25]
    assert found.iloc[1].isna().tolist() == [True, True, True, False, False]


# --- The regression -----------------------------------------------------------------------------


def planted(slopes, n=200, noise=0.05, seed=1):
    """Archetypes whose shares go with the regressors as told: group -> slopes per sd."""
    rng = np.random.default_rng(seed)
    table = archetypes(n, seed)
    x = table[list(REGRESSORS)].copy()
    for key in ("product.price", "cycles"):
        x[key] = np.log(x[key])
    z = (x - x.mean()) / x.std()
    for measure in MEASURES:
        for group in GROUPS:
            wave = z @ np.array(slopes.get(group, [0, 0, 0, 0]))
            table[f"{measure}_share_{group}"] = 0.4 + wave + rng.normal(0, noise, n)
    return table


AS_THE_LAWS_SAY = {
    "first": [0.04, 0.05, 0, 0],
    "traffic": [0, 0, -0.06, 0],
    "after": [0, 0, 0, 0.03],
}


def test_a_planted_law_is_found():
    table = table_of_laws(planted(AS_THE_LAWS_SAY))
    told = table[table["expected"] != ""]
    assert list(told["holds"]) == ["yes"] * 8
    for row in told.itertuples():
        want = AS_THE_LAWS_SAY[row.group][REGRESSORS.index(row.regressor)]
        # Noise 0.05 over 200 archetypes: a standard error of 0.0035 per standard deviation.
        assert row.slope == pytest.approx(want, abs=3.5 * 0.0035)


def test_a_law_the_other_way_round_does_not_hold():
    other = {group: [-x for x in slopes] for group, slopes in AS_THE_LAWS_SAY.items()}
    told = table_of_laws(planted(other)).query("expected != ''")
    assert list(told["holds"]) == ["no"] * 8


def test_where_nothing_goes_with_anything_nothing_is_clear():
    table = table_of_laws(planted({}))
    told = table[table["expected"] != ""]
    # Eight intervals of 95 %: three or more that miss would have odds of 1 in 170.
    assert (told["holds"] != "unclear").sum() <= 2
    assert (table["r2"] < 0.1).all()
    assert (table.loc[table["expected"] == "", "holds"] == "").all()


def test_the_table_has_a_row_per_measure_law_and_regressor():
    table = table_of_laws(planted({}, n=30))
    assert len(table) == len(MEASURES) * len(LAWS) * len(REGRESSORS)
    expected = table[table["measure"] == "profit"].query("expected != ''")
    assert list(zip(expected["law"], expected["regressor"], expected["expected"], strict=True)) == [
        (1, "rival.competition", "+"), (1, "product.complexity", "+"),
        (2, "product.price", "-"), (3, "cycles", "+"),
    ]  # fmt: skip


def test_slopes_and_intervals_are_those_of_the_textbook():
    """Least squares by hand, HC3: residuals over (1 - leverage) in the middle of the sandwich."""
    rng = np.random.default_rng(7)
    x = pd.DataFrame(rng.normal(5, 3, (25, 2)), columns=["a", "b"])
    y = pd.Series(0.1 * x["a"] + rng.normal(0, 1, 25) * x["b"].abs())
    z = np.column_stack([np.ones(25), (x - x.mean()) / x.std(ddof=1)])
    inverse = np.linalg.inv(z.T @ z)
    beta = inverse @ z.T @ y.to_numpy()
    residual = (y - z @ beta).to_numpy()
    leverage = np.einsum("ij,jk,ik->i", z, inverse, z)
    sandwich = inverse @ (z.T * (residual / (1 - leverage)) ** 2) @ z @ inverse
    half = stats.t.ppf(0.95, 25 - 3) * np.sqrt(np.diag(sandwich))
    found = regress(y, x, confidence=0.9)
    assert found["slope"].to_numpy() == pytest.approx(beta[1:])
    assert found["low"].to_numpy() == pytest.approx((beta - half)[1:])
    assert found["high"].to_numpy() == pytest.approx((beta + half)[1:])
    assert found["r2"].iloc[0] == pytest.approx(
        1 - (residual**2).sum() / ((y - y.mean()) ** 2).sum()
    )


def test_the_intervals_hold_the_truth_as_often_as_they_say():
    """Also where noise grows with a regressor, as it does in shares."""
    rng = np.random.default_rng(11)
    hits, times = 0, 400
    for _ in range(times):
        x = pd.DataFrame(rng.uniform(0, 1, (60, 2)), columns=["a", "b"])
        y = 0.3 * x["a"] + rng.normal(0, 0.05, 60) * (0.2 + 2 * x["a"])
        row = regress(y, x).loc["a"]
        truth = 0.3 * x["a"].std()
        hits += row["low"] <= truth <= row["high"]
    # 400 intervals of 95 %: 380 with sd 4.4; three sd to either side, HC3 being a little wide.
    assert 367 <= hits <= 394


def test_archetypes_without_a_share_are_left_out_and_too_few_are_told():
    table = planted(AS_THE_LAWS_SAY, n=30)
    x, share = table[list(REGRESSORS)], table["profit_share_first"].copy()
    share.iloc[20:] = np.nan
    pd.testing.assert_frame_equal(regress(share, x), regress(share.iloc[:20], x.iloc[:20]))
    share.iloc[5:] = np.nan
    with pytest.raises(ValueError, match=r"5 archetypes: .* needs 6 or more"):
        regress(share, x)
    with pytest.raises(ValueError, match="b is the same in all archetypes"):
        regress(table["profit_share_first"], x.assign(b=1.0))


@pytest.mark.parametrize(
    ("low", "high", "expected", "word"),
    [
        (0.1, 0.2, 1, "yes"), (-0.2, -0.1, 1, "no"), (-0.1, 0.1, 1, "unclear"),
        (0.1, 0.2, -1, "no"), (-0.2, -0.1, -1, "yes"), (0.0, 0.0, -1, "unclear"),
        (0.1, 0.2, 0, ""), (float("nan"), float("nan"), 1, "unclear"),
    ],
)  # fmt: skip
def test_a_verdict_is_for_against_or_unclear(low, high, expected, word):
    assert verdict(low, high, expected) == word


# --- From end to end ----------------------------------------------------------------------------


def test_a_small_question_has_all_its_parts_and_shares_add_up():
    table = small().archetypes
    assert len(table) == 6
    for measure in MEASURES:
        for division in DIVISIONS:
            parts = table[[f"{measure}_share_{group}" for group in division]]
            assert parts.sum(axis=1).to_numpy() == pytest.approx(1.0)
    assert len(small().table) == 24
    assert small().clear().to_numpy().min() >= 0
    assert small().seeds == worlds(1, 2)


@pytest.mark.parametrize(
    ("runs", "confidence", "errors", "clear"),
    [
        # t quantiles by the table: 12.71, 2.776, 2.093 of 2, 5, 20 runs; 2.132 of 5 at 90 %
        (2, 0.95, 12.6, 0.0), (2, 0.95, 12.8, 1.0), (5, 0.95, 2.7, 0.0), (5, 0.95, 2.8, 1.0),
        (20, 0.95, 2.0, 0.0), (20, 0.95, 2.2, 1.0), (5, 0.9, 2.2, 1.0), (5, 0.9, 2.1, 0.0),
    ],
)  # fmt: skip
def test_an_effect_is_clear_beyond_the_t_interval_of_its_runs(runs, confidence, errors, clear):
    """Not beyond the normal one, 1.96 errors: of two runs nearly nothing is clear."""
    table = small().archetypes.copy()
    for measure, group in itertools.product(MEASURES, GROUPS):
        table[f"{measure}_effect_{group}"] = -3.0 * errors
        table[f"{measure}_error_{group}"] = 3.0
    seeds = tuple(range(1, runs + 1))
    told = dataclasses.replace(small(), archetypes=table, seeds=seeds, confidence=confidence)
    assert (told.clear() == clear).all(axis=None)


def test_an_effect_is_the_difference_one_gets_by_hand():
    row = archetypes(6).iloc[2]
    base = guide()
    one = as_archetype(base, row.to_dict())
    found = small().archetypes.loc[2]
    for group in ("after", "traffic"):  # only traffic costs anything per day
        ends = []
        for factor in (1.5, 0.5):
            names = small().groups[group]
            scaled = one.with_changes(
                {f"guide.touchpoints.{k}": factor * base.running.touchpoints[k] for k in names}
            )
            runs = [cjsim.simulate(scaled, 60, seed=seed).summary() for seed in worlds(1, 2)]
            ends.append([run["profit_per_person"] for run in runs])
        each = np.subtract(*ends) / (2 * 0.5)
        assert found[f"profit_effect_{group}"] == pytest.approx(each.mean())
        assert found[f"profit_error_{group}"] == pytest.approx(stats.sem(each))


def test_shares_of_margin_do_not_depend_on_the_price():
    """The rival's goes along, so nobody reacts: all margins are multiplied alike, costs are not."""
    row = archetypes(3).iloc[1].to_dict()
    prices = [5.0, 5_000.0]
    drawn = pd.DataFrame([row | {"product.price": price} for price in prices])
    every = laws._scenarios(guide(), drawn, divided(guide()), 0.5)
    values = {
        measure: np.array(
            [[cjsim.simulate(one, 60, seed=1).summary()[measure]] * 2 for one in every]
        ).reshape(2, -1, 2)
        for measure in MEASURES
    }
    cheap, dear = (
        laws._with_effects(drawn, values, 0.5).filter(like="_share_").iloc[i] for i in (0, 1)
    )
    margin = cheap.index.str.startswith("margin")
    assert cheap[margin].to_numpy() == pytest.approx(dear[margin].to_numpy())
    assert (cheap[~margin] - dear[~margin]).abs().max() > 0.05


def test_the_question_is_the_same_on_threads():
    again = three_laws(guide(), products=6, people=60, runs=2, executor="threads")
    pd.testing.assert_frame_equal(again.archetypes, small().archetypes, check_exact=True)


@pytest.mark.parametrize(("lang", "law", "interval", "word"), [
    ("en", "Law {}", "[{} .. {}]", {"yes": "holds", "no": "other way round", "unclear": "unclear"}),
    ("ru", "Закон {}", "(от {} до {})",
     {"yes": "выполняется", "no": "наоборот", "unclear": "неясно"}),
])  # fmt: skip
def test_each_law_has_a_sentence_with_its_verdict_and_interval(lang, law, interval, word):
    lines = small().says(lang).splitlines()
    assert len(lines) == 4
    for which, line in enumerate(lines[:3], 1):
        assert line.startswith(law.format(which))
        rows = small().table.query("law == @which and expected != ''")
        for row in rows.itertuples():
            slope, low, high = (
                number(100 * points, lang, 1, signed=True)
                for points in (row.slope, row.low, row.high)
            )
            assert slope in line
            assert interval.format(low, high) in line
            assert word[row.holds] in line
    assert "phone" in lines[3]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"step": 1.0}, "above 0 and below 1"),
        ({"step": 0}, "step = 0"),
        ({"runs": 1}, "at least 2"),
    ],
)
def test_an_option_that_makes_no_sense_is_told(options, words):
    with pytest.raises(ValueError, match=words):
        three_laws(guide(), products=6, people=10, **options)


def test_a_product_given_away_has_no_price_to_scale():
    with pytest.raises(ValueError, match=r"product\.price is 0"):
        three_laws(guide().with_changes({"product.price": 0.0}), products=6)
