"""Joint draws: how many, of what, in which order and worlds; and what is no draw."""

import numpy as np
import pandas as pd
import pytest

from cjsim.experiment.draws import Draws, draws_of
from cjsim.log import save
from cjsim.scenario import Scenario, ScenarioError

RANGES = {"product.price": [300, 500], "guide.accuracy": [0.5, 0.9], "firm.reps": [1, 4]}


@pytest.fixture(scope="module")
def unsure():
    return Scenario.load("phone", "guide").with_changes({"uncertain": RANGES})


@pytest.fixture
def table():
    return pd.DataFrame({"product.price": [300.0, 500.0, 400.0], "guide.accuracy": [0.9, 0.5, 0.6]})


def of(given, scenario, seed=1):
    return draws_of(given, {"phone": scenario}, seed)


def test_each_key_is_spread_evenly_over_its_range(unsure):
    draws = of(100, unsure)
    prices = np.sort(draws.values["product.price"])
    assert ((prices - 300) // 2 == np.arange(100)).all()
    assert draws.values["firm.reps"].value_counts().tolist() == [25] * 4
    assert not draws.fitted


def test_a_key_is_drawn_alike_whatever_else_is_uncertain(unsure):
    alone = Scenario.load("phone").with_changes({"uncertain": {"product.price": [300, 500]}})
    both = (np.sort(of(50, side).values["product.price"]) for side in (alone, unsure))
    np.testing.assert_array_equal(*both)


def test_another_seed_draws_others_in_other_worlds(unsure):
    one, other = (of(20, unsure, seed) for seed in (1, 2))
    assert not np.isin(one.values, other.values).all()
    assert not {s for of in one.seeds(1) for s in of} & {s for of in other.seeds(2) for s in of}


def test_no_two_draws_share_a_world_and_some_live_in_a_second_one(unsure):
    seeds = of(200, unsure).seeds(1)
    flat = [seed for of_draw in seeds for seed in of_draw]
    assert len(set(flat)) == len(flat) == 250
    assert [len(of_draw) for of_draw in Draws(of(5, unsure).values, worlds=3).seeds(1)] == [3] * 5


def test_rows_and_columns_in_another_order_are_the_same_draws(unsure, table):
    turned = table.iloc[[2, 0, 1]][["guide.accuracy", "product.price"]]
    one, other = (of(given, unsure).values for given in (table, turned))
    pd.testing.assert_frame_equal(one, other)
    assert one.index.tolist() == [1, 2, 0]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_holds_the_same_draws(unsure, table, tmp_path, ending):
    path = save(table, tmp_path / f"draws.{ending}")
    read = of(path, unsure)
    pd.testing.assert_frame_equal(read.values, of(table, unsure).values)
    assert read.fitted
    assert of(str(path), unsure).keys == ["guide.accuracy", "product.price"]


def test_a_column_called_draw_names_the_draws(unsure, table):
    named = of(table.assign(draw=[7, 8, 9]), unsure)
    assert named.values.index.tolist() == [8, 9, 7]


def test_long_and_short_names_are_one_key(unsure, table):
    long = table.rename(columns={"guide.accuracy": "strategies.guide.accuracy"})
    assert of(long, unsure).keys == of(table, unsure).keys


def test_a_scenario_as_each_draw_has_it(unsure, table):
    sides = list(of(table.assign(**{"firm.reps": [1.0, 2.0, 3.0]}), unsure).of(unsure))
    assert [(s.product.price, s.firm.reps) for s in sides] == [(300, 1), (500, 2), (400, 3)]
    assert all(side.uncertain == unsure.uncertain for side in sides)


def test_keys_that_move_together_are_told(unsure):
    random = np.random.default_rng(1)
    price = random.uniform(300, 500, 200)
    alone = pd.DataFrame({"product.price": price, "guide.accuracy": random.random(200)})
    tied = pd.DataFrame({"product.price": price, "guide.accuracy": price / 600})
    assert not of(alone, unsure).together
    assert of(tied, unsure).together
    assert not of(100, unsure).together


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (1, "draws = 1: must be a whole number of at least 2"),
        (10**6, "must be a whole number of at most 10,000"),
        (True, "draws = True: must be how many, a table with a column per key, or its path"),
        (2.5, "draws = 2.5: must be how many"),
        ("draws.txt", r"draws draws.txt: must be a .csv or .parquet file"),
        (pd.DataFrame({"product.price": [300.0]}), "at least two rows"),
        (pd.DataFrame({"product.price": [300.0, np.nan]}), "product.price in row 2 is .*number"),
        (pd.DataFrame({"product.price": ["300", "dear"]}), "product.price in row 2 is 'dear'"),
        (pd.DataFrame({"product.prise": [1.0, 2.0]}), "did you mean price"),
        (pd.DataFrame({"market.people": [1.0, 2.0]}), "have one size"),
        (pd.DataFrame({"guide.push": [1.0, 2.0]}), "only a number can be varied"),
        (
            pd.DataFrame({"guide.accuracy": [0.5, 0.6], "strategies.guide.accuracy": [0.5, 0.6]}),
            "guide.accuracy has two columns",
        ),
    ],
)
def test_what_is_no_draw_is_refused_in_a_sentence(unsure, given, said):
    with pytest.raises(ValueError, match=said):
        of(given, unsure)


def test_a_file_that_is_not_there_or_no_table_is_refused(unsure, tmp_path):
    with pytest.raises(OSError, match=r"lost.csv"):
        of(tmp_path / "lost.csv", unsure)
    with pytest.raises(OSError, match=r"lost.parquet: cannot be read"):
        of(tmp_path / "lost.parquet", unsure)
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(ValueError, match="cannot be read as a table"):
        of(empty, unsure)


def test_a_value_that_its_key_does_not_allow_is_told_with_its_draw(unsure):
    draws = of(pd.DataFrame({"guide.accuracy": [0.5, 1.5]}), unsure)
    with pytest.raises(ValueError, match=r"draw 1 cannot be: .*accuracy = 1.5: must be a number"):
        list(draws.of(unsure))


def test_where_nothing_is_uncertain_nothing_can_be_drawn():
    with pytest.raises(ValueError, match=r"draws = 20: nothing is uncertain here; write .*price"):
        of(20, Scenario.load("phone"))


def test_a_key_that_differs_between_scenarios_is_refused(unsure):
    sides = {"a": unsure, "b": unsure.with_changes({"product.price": 420})}
    with pytest.raises(ValueError, match=r"differs between the scenarios, 420.0 and 440.0; ask wh"):
        draws_of(10, sides, 1)
    two_ways = {"a": unsure, "b": unsure.with_changes({"uncertain": {"product.price": [1, 2]}})}
    with pytest.raises(ValueError, match=r"product.price: is uncertain in two ways"):
        draws_of(10, two_ways, 1)
    with pytest.raises(ScenarioError):
        draws_of(pd.DataFrame({"gide.accuracy": [0.1, 0.2]}), sides, 1)
