"""Flip points: closed forms, how often the interval holds the truth, and markets on paper."""

import math
import re

import numpy as np
import pandas as pd
import pytest

import cjsim
from benchmarks.break_even import break_even
from cjsim.experiment import flip, workers
from cjsim.experiment.crossing import find, refined
from cjsim.experiment.flip import FlipPoint, flip_point
from tests.builders import everywhere, neutral, touching

X = np.linspace(0.0, 1.0, 9)
ROUNDING = 1e-9


def runs_of(curve, noise=0.0, runs=20, seed=1):
    """Runs of a curve: each is off by luck of its own, at all values alike and at each."""
    generator = np.random.default_rng(seed)
    shared = generator.normal(0, noise, (runs, 1))
    return curve(X)[None] + shared + generator.normal(0, noise / 2, (runs, len(X)))


# --- Curves on paper ------------------------------------------------------------------------------


def test_a_line_without_noise_crosses_where_it_crosses():
    (one,) = find(X, runs_of(lambda x: 3.0 * (x - 0.43)))
    assert one.begins
    assert (one.value, one.low, one.high) == pytest.approx((0.43, 0.43, 0.43))


def test_a_falling_line_ends_there():
    (one,) = find(X, runs_of(lambda x: 0.43 - x))
    assert not one.begins
    assert one.value == pytest.approx(0.43)


def test_a_parabola_crosses_twice():
    up, down = find(X, runs_of(lambda x: (x - 0.3) * (0.8 - x), noise=0.01))
    assert (up.begins, down.begins) == (True, False)
    # the noise moves the curve by less than 0.01, at slopes of 0.5; the chords lie below the curve
    # by at most (1/8)^2 / 4 = 0.004 between two values: together less than 0.03
    assert (up.value, down.value) == pytest.approx((0.3, 0.8), abs=0.03)
    assert up.low < up.value < up.high < down.low < down.value < down.high


@pytest.mark.parametrize("slope", [1.0, -1.0])
def test_what_never_flips_lies_beyond_the_range(slope):
    (always,) = find(X, runs_of(lambda x: slope * (x - 0.5) + 2.0, noise=0.1))
    (never,) = find(X, runs_of(lambda x: slope * (x - 0.5) - 2.0, noise=0.1))
    # rising: it would have begun below 0, or begin above 1; falling: the other way round
    assert always[:3] == (-slope * math.inf,) * 3
    assert never[:3] == (slope * math.inf,) * 3


def test_a_range_that_may_end_too_early_has_an_open_interval():
    (one,) = find(X, runs_of(lambda x: x - 0.97, noise=0.3))
    assert one.low < 0.97
    assert one.high == math.inf


def test_nobody_is_ahead_of_themselves():
    (one,) = find(X, np.zeros((5, 9)))
    assert one[:3] == (math.inf,) * 3


def test_where_both_are_the_same_the_claim_does_not_hold():
    (up,) = find(X, runs_of(lambda x: np.maximum(0.0, x - 0.5)))
    assert up.value == pytest.approx(0.5)
    (down,) = find(X, runs_of(lambda x: np.maximum(0.0, 0.5 - x)))
    assert down.value == pytest.approx(0.5)
    first, second = find(X, runs_of(lambda x: np.maximum(0.0, np.abs(x - 0.5) - 0.25)))
    assert (first.value, first.begins) == (pytest.approx(0.25), False)
    assert (second.value, second.begins) == (pytest.approx(0.75), True)


def swaying(mean, sway):
    """Ten runs with just that mean, half of them above and half below it at every value."""
    return np.array(mean)[None] + sway * np.repeat([[1.0], [-1.0]], 5, axis=0)


def test_a_stretch_of_mere_noise_is_no_pair_of_crossings():
    line = 2.0 * (X - 0.4)
    dip = X == 0.75  # where the t interval of a sway of 0.2 is +-0.15
    (one,) = find(X, swaying(np.where(dip, -0.1, line), 0.2))
    assert one.value == pytest.approx(0.4)
    assert len(find(X, swaying(np.where(dip, -0.2, line), 0.2))) == 3, "a clear dip is told"


@pytest.mark.parametrize(
    ("means", "root"),
    [
        ([-3.0, 0.4, -0.3, 3.0], 3.0 / 3.4),  # less is lost left of the dip: it is smaller
        ([-3.0, 0.3, -0.4, 3.0], 2.0 + 0.4 / 3.4),
    ],
)
def test_of_crossings_that_noise_made_the_one_that_loses_least_is_kept(means, root):
    (one,) = find([0.0, 1.0, 2.0, 3.0], swaying(means, 0.8))
    assert one.value == pytest.approx(root)
    assert one.low < 3.0 / 3.4 < 2.0 + 0.4 / 3.4 < one.high, "the runs cannot tell the two apart"


def test_the_interval_shrinks_with_the_root_of_the_runs():
    # 16 times the runs: a quarter of the width. The width of one experiment of 40 runs varies by
    # 1 / sqrt(80) = 11 %, the mean of 40 by 2 %; those of 640 runs by .5 %: 7 % is 3 sd
    def width(runs):
        found = [find(X, runs_of(lambda x: x - 0.5, 0.1, runs, seed))[0] for seed in range(40)]
        return np.mean([one.high - one.low for one in found])

    t_quantiles = 2.023 / 1.964  # of 39 and 639 degrees of freedom
    stretched = math.sqrt(42 / 39 * 639 / 642)
    assert width(40) / width(640) == pytest.approx(4.0 * t_quantiles * stretched, rel=0.07)


@pytest.mark.parametrize("runs", [5, 20])
def test_the_interval_holds_the_truth_as_often_as_it_says(runs):
    # 300 experiments: the standard error of a share of 0.95 is 0.0126, so 0.92 .. 0.98 is 2.4 of it
    root, hits = 0.6, 0
    for seed in range(300):
        (one,) = find(X, runs_of(lambda x: x - root, noise=0.15, runs=runs, seed=seed))
        hits += one.low <= root <= one.high
    assert 0.92 <= hits / 300 <= 0.98


# --- Looking closer -------------------------------------------------------------------------------


def test_without_noise_the_bracket_is_halved_to_a_hundredth_of_the_range():
    asked = []

    def cubic(values):
        asked.extend(values)
        return (np.array(values)[None] ** 3 - 0.2) * np.ones((3, 1))

    points, gaps = refined(cubic, [0.0, 0.5, 1.0])
    assert gaps.shape == (3, len(points))
    assert points == sorted(asked), "each value is asked for once"
    (one,) = find(points, gaps)
    # a chord of at most 0.01 lies off the curve by 0.01^2 / 8 * 6 x, at a slope of 3 x^2
    assert one.value == pytest.approx(0.2 ** (1 / 3), abs=1e-4 / 4)
    around = np.searchsorted(points, one.value)
    assert points[around] - points[around - 1] < 0.01
    assert len(points) == 3 + 6  # 0.5 / 2^6 is the first below a hundredth


def test_noise_is_not_looked_into():
    generator = np.random.default_rng(2)
    luck = generator.normal(0, 0.4, (10, 1))
    points, gaps = refined(lambda values: np.array(values)[None] - 0.6 + luck, list(X))
    (one,) = find(points, gaps)
    assert one.high - one.low > X[1]
    assert points == list(X)


def test_whole_numbers_stay_whole():
    points, gaps = refined(
        lambda values: np.array(values)[None] - 11.5 + np.zeros((2, 1)), [0.0, 20.0], whole=True
    )
    assert points == [0.0, 10.0, 11.0, 12.0, 15.0, 20.0]
    assert find(points, gaps)[0].value == pytest.approx(11.5)


# --- Markets on paper -----------------------------------------------------------------------------

DAYS, PEOPLE = 100.0, 20
UNDISCOUNTED = {"discount_rate_per_year": 0.0}
"""Profit is net present value; here each day's rent counts the same, as by hand."""


def place(rent):
    """A place that people pass by and that does nothing but cost its rent."""
    return {
        "contact": "pull", "aims_at": "interest", "fit": everywhere(), "cost_per_day": rent,
    }  # fmt: skip


@pytest.fixture(scope="module")
def rents():
    """Two strategies that differ by nothing but a rent a day: 5 here, 3 there."""
    library = touching({"here": place(5.0), "there": place(3.0)})["touchpoints"]
    strategies = {name: {"touchpoints": {name: 1.0}} for name in library}
    return neutral(
        horizon_days=DAYS, market={"people": PEOPLE}, touchpoints=library, firm=UNDISCOUNTED,
        strategies=strategies, strategy="here", burn_in_strategy="here",
    )  # fmt: skip


RENT = "touchpoints.here.cost_per_day"


def flipped(scenario, key, claim, **more):
    return flip_point(scenario, key, claim=claim, **{"runs": 3, "executor": "here", **more})


def test_the_cheaper_of_two_places_wins_up_to_the_rent_of_the_other(rents):
    found = flipped(rents, RENT, "here > there", points=4)
    # profit per person differs by (3 - rent) * days / people in each run
    assert found.values[0] == 2.5
    assert found.values[-1] == 10.0  # half to double of 5
    curve = found.curve
    by_hand = (3.0 - curve["value"]) * DAYS / PEOPLE
    assert curve["difference"].to_numpy() == pytest.approx(by_hand)
    assert (found.value, found.low, found.high) == pytest.approx((3.0, 3.0, 3.0))
    assert found.crossings["begins"].tolist() == [False]
    assert found.says().startswith(f"here > there holds up to {RENT} = 3.0 [3.0, 3.0].")
    assert found.says("ru").startswith(f"«here > there» верно до {RENT} = 3,0 (от 3,0 до 3,0).")


def test_the_other_way_round_it_begins_there(rents):
    found = flipped(rents, RENT, " there>here ", low=0.0, high=6.0, points=2)
    assert found.claim == ("there", "here")
    assert found.value == pytest.approx(3.0)
    assert found.says().startswith(f"there > here holds from {RENT} = 3.0 [3.0, 3.0] on. Tried")
    assert "the scenario has 5." in found.says()


def test_a_claim_that_never_flips_says_so(rents):
    cheap = flipped(rents, RENT, "here > there", low=0.0, high=2.0, points=3)
    assert (cheap.everywhere, cheap.nowhere, cheap.crossings.empty) == (True, False, True)
    assert math.isinf(cheap.value)
    assert cheap.says().startswith(f"here > there holds everywhere between {RENT} = 0.00 and 2.00.")
    dear = flipped(rents, RENT, "here > there", low=4.0, high=9.0, points=3)
    assert (dear.everywhere, dear.nowhere) == (False, True)
    assert dear.says("ru").startswith("«here > there» неверно нигде от ")


def test_whole_numbers_are_tried_as_such(rents):
    free = rents.with_changes(
        {"firm.deal_hours": 0.0, "firm.reps": 2, "there.touchpoints.there": 0.0}
    )
    paid = free.with_changes({"firm.rep_cost_per_day": 1.0, "here.touchpoints.here": 0.0})
    # 5 a day for the place, or 1 for each rep, who changes nothing else
    found = flipped(
        free, "firm.reps", "reps > place", low=1, high=10, points=3,
        scenarios={"place": free, "reps": paid},
    )  # fmt: skip
    assert found.values == [1.0, 3.0, 4.0, 5.0, 6.0, 10.0]
    assert found.curve["difference"].to_numpy() == pytest.approx(
        [(5 - reps) * DAYS / PEOPLE for reps in (1, 3, 4, 5, 6, 10)]
    )
    assert found.value == pytest.approx(5.0)


def test_nothing_is_run_twice(rents, monkeypatch):
    done = []

    def counted(scenarios, **how):
        done.extend(scenarios)
        return evaluate(scenarios, **how)

    evaluate = workers.evaluate
    monkeypatch.setattr(flip, "evaluate", counted)
    found = flipped(rents, RENT, "here > there", points=4)
    assert len(done) == len(set(done)) == 2 * len(found.values)
    done.clear()
    found = flipped(rents, "here.touchpoints.here", "here > there", low=0.1, high=1.0, points=4)
    # at an intensity of 0.6 the place here costs 3 a day; the other is the same at each value
    assert found.value == pytest.approx(0.6)
    assert len(done) == len(set(done)) == len(found.values) + 1


def test_strategies_of_a_preset_are_what_compare_says_they_are():
    phone = cjsim.Scenario.load("phone", "guide")
    found = flipped(
        phone, "guide.accuracy", "guide > pull", low=0.4, high=1.0, points=2, people=60, runs=4,
        seed=5, measure="deals",
    )  # fmt: skip
    sure = phone.with_changes({"guide.accuracy": 1.0})
    runs = cjsim.compare(
        {"pull": phone.with_strategy("pull"), "guide": sure}, 60, runs=4, seed=5
    ).runs
    deals = runs["first_deals"] + runs["repeat_deals"]
    by_hand = deals.loc["guide"] - deals.loc["pull"]
    assert found.gaps[1.0].tolist() == by_hand.tolist()
    assert found.now == 0.7
    threads = flip_point(
        phone, "guide.accuracy", claim="guide > pull", measure="deals", low=0.4,
        high=1.0, points=2, people=60, runs=4, seed=5, executor="threads", workers=2,
    )  # fmt: skip
    pd.testing.assert_frame_equal(threads.runs, found.runs, check_exact=True)


def test_the_same_runs_answer_for_another_measure(rents):
    found = flipped(rents, RENT, "here > there", points=3)
    assert (found.of("first_deals").gaps == 0).all(axis=None)
    assert found.of("first_deals").nowhere
    costs = found.of("costs")
    assert costs.value == pytest.approx(3.0)
    assert costs.crossings["begins"].tolist() == [True]
    assert "measure: Deals" in found.of("deals").says()


# --- Sentences ------------------------------------------------------------------------------------


def made(curve, noise=0.01, now=0.5, runs=6):
    """A flip point of a curve, as if "a" had been ahead of "b" by just that."""
    gaps = runs_of(curve, noise, runs)
    rows = [
        (x, name, seed, gaps[seed, i] if name == "a" else 0.0)
        for i, x in enumerate(X.tolist())
        for name in "ab"
        for seed in range(runs)
    ]
    table = pd.DataFrame(rows, columns=["value", "scenario", "seed", "profit_per_person"])
    table = table.assign(first_deals=0.0, repeat_deals=0.0)
    table = table.set_index(["value", "scenario", "seed"])
    return FlipPoint(("a", "b"), "k", "profit_per_person", now, 50, 0.95, table)


def without_brackets(says):
    return re.sub(r" \[[^]]*\]", "", says).split(". Tried")[0]


def test_what_holds_between_two_crossings_is_told_with_both():
    says = made(lambda x: (x - 0.3) * (0.8 - x) * 4).says()
    assert re.match(
        r"a > b holds between k = 0\.3\d \[0\.\d\d, 0\.\d\d\] and 0\.7\d \[0\.\d\d, 0\.\d\d\]\. ",
        says,
    )
    assert "6 runs of 50 people" in says
    assert "95 % luck interval" in says


def test_what_holds_on_both_sides_is_told_with_both():
    says = without_brackets(made(lambda x: (x - 0.25) * (x - 0.75), noise=0.001).says())
    assert says == "a > b holds up to k = 0.25 and from k = 0.75 on"


def test_the_value_is_the_crossing_nearest_to_the_scenario():
    def wave(x):
        return np.cos(2 * np.pi * x)

    assert made(wave, now=0.1).value == pytest.approx(0.25, abs=0.03)
    assert made(wave, now=0.9).value == pytest.approx(0.75, abs=0.03)
    assert len(made(wave).crossings) == 2


def test_a_flip_that_the_runs_do_not_rule_out_is_told():
    # at most 0.1 below 0, with a standard error of about 0.2 / sqrt(6) = 0.08
    close = made(lambda x: x - 1.1, noise=0.2)
    assert close.nowhere
    assert close.low < 1.0
    assert f"do not rule out a flip at k = {close.low:.2f}" in close.says()
    assert "rule out" not in made(lambda x: x - 3.0).says()
    nearly = made(lambda x: x + 0.1, noise=0.2)
    assert nearly.everywhere
    assert nearly.high > 0.0
    assert f"do not rule out a flip at k = {nearly.high:.2f}" in nearly.says()


@pytest.mark.parametrize(("lang", "start"), [("en", "The runs cannot"), ("ru", "По этим прогонам")])
@pytest.mark.parametrize("shift", [-0.02, 0.02])
def test_runs_that_know_nothing_say_so(shift, lang, start):
    """The same unclear gap at all values: the flip may lie below all of them or above."""
    found = made(lambda x: 0.0 * x + shift, noise=0.3)
    assert found.crossings.empty
    assert (found.low, found.high) == (-math.inf, math.inf)
    assert found.says(lang).startswith(start)
    sure = made(lambda x: 0.0 * x + 40 * shift, noise=0.1)
    assert not sure.says(lang).startswith(start)


def test_an_open_interval_says_above_what():
    assert re.search(r"= 0\.9\d \[0\.\d\d, above 1\.00\] on", made(lambda x: x - 0.95, 0.1).says())


# --- The benchmark --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("curve", "accuracy"),
    [
        (lambda x: x + 1.0, -math.inf),  # always
        (lambda x: 1.0 - x / 2, -math.inf),
        (lambda x: x - 2.0, math.inf),  # never
        (lambda x: -1.0 - x, math.inf),
        (lambda x: x - 0.65, 0.65),
        (lambda x: (x - 0.25) * (x - 0.75), 0.75),  # the last crossing counts
        (lambda x: 0.65 - x, math.inf),  # ahead at first, but not at the end
    ],
)
def test_break_even_is_where_the_guide_stays_ahead(curve, accuracy):
    found = break_even(made(curve, noise=0.0))
    assert found == pytest.approx((accuracy,) * 3)


# --- What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("guide > pul", r"unknown strategy: 'pul'\. Did you mean 'pull'\?"),
        ("guid > pull", r"unknown strategy: 'guid'\. Did you mean 'guide'\?"),
        ("guide beats pull", r'must be "A > B"'),
        ("guide > pull > nothing", r'must be "A > B"'),
        ("guide >", r'must be "A > B"'),
        ("pull > pull", r'must be "A > B"'),
    ],
)
def test_a_bad_claim_is_told_what_it_should_be(claim, message):
    with pytest.raises(ValueError, match=message):
        flip_point(cjsim.Scenario.load("phone"), "guide.accuracy", claim=claim)


def test_a_claim_on_scenarios_is_told_their_names(rents):
    with pytest.raises(ValueError, match=r"unknown scenario: 'mone'. Did you mean 'mine'\?"):
        flip_point(rents, RENT, claim="mone > here", scenarios={"mine": rents, "here": rents})


@pytest.mark.parametrize(
    ("key", "more", "message"),
    [
        ("guide.acuracy", {}, r"did you mean .*accuracy\?"),
        ("guide.push", {}, r"guide\.push.* number"),
        ("guide.accuracy", {"low": 0.9, "high": 0.2}, r"low = 0\.9, high = 0\.2 is no range"),
        ("guide.accuracy", {"high": 2.0}, r"accuracy = 2: must be a number from 0 to 1"),
        ("product.tender_every", {}, r"low = 0, high = 0 is no range; give low and high"),
        ("shelf.stocked_days", {}, "inf has no range of its own: give low and high"),
        ("guide.accuracy", {"runs": 1}, "runs = 1"),
        ("guide.accuracy", {"points": 1}, "points = 1"),
        ("guide.accuracy", {"confidence": 95}, "confidence = 95"),
        ("guide.accuracy", {"measure": "profits"}, r"unknown measure: 'profits'\. Did you mean"),
    ],
)
def test_a_bad_question_is_told_what_it_should_be(key, more, message):
    with pytest.raises(ValueError, match=message):
        flipped(cjsim.Scenario.load("phone"), key, "guide > pull", **{"people": 10, **more})


def test_a_measure_that_some_runs_lack_is_refused(rents):
    nobody = rents.with_changes({"market.onset_days": 1e9})  # no deal, hence no cost per customer
    with pytest.raises(ValueError, match=r"cac: there is none in 3 of 3 runs"):
        flipped(nobody, RENT, "here > there", measure="cac", points=2)


def test_the_range_is_what_the_key_allows():
    phone = cjsim.Scenario.load("phone")
    short = {"people": 5, "runs": 2, "points": 2}
    whole = flipped(phone, "guide.accuracy", "nothing > pull", **short)
    assert whole.values == [0.0, 1.0]
    open_ends = flipped(phone, "market.rationality_mean", "nothing > pull", **short)
    assert (open_ends.values[0], open_ends.values[-1]) == pytest.approx((0.01, 0.99))
    # at most 200,000 days: a bound at the door, against slips, is no range to try
    long = flipped(phone.with_changes({"horizon_days": 20.0}), "horizon_days", "nothing > pull",
                   **short)  # fmt: skip
    assert (long.values[0], long.values[-1]) == (10.0, 40.0)
