"""Too coarse and too fine: by hand, and in worlds of which the right fineness is known."""

import numpy as np
import pytest

import cjsim
from cjsim import observe
from cjsim.observe.fineness import Passages, fineness, onward, orders
from cjsim.observe.paths import Paths
from cjsim.observe.worlds import world
from tests.charts.markets import market
from tests.observe.synthetic import walks_from

# --- by hand --------------------------------------------------------------------------------------


def test_orders_remember_so_many_steps():
    walks = walks_from("ab", [[0, 1, 0, 1], [1, 0]])
    found = orders(walks, 2)
    assert found.outcome.tolist() == [1, 0, 1, 0]
    assert found.person.tolist() == [0, 0, 0, 1]
    one, two = found.models["order 1"].tolist(), found.models["order 2"].tolist()
    assert one == [0, 1, 0, 1]  # a, b, a, b
    assert len(set(two)) == 4  # -a, ab, ba, -b
    assert found.models["order 0"].tolist() == [0, 0, 0, 0]


def test_a_path_gone_by_three_is_three_people():
    found = orders(Paths.of([(["a"], 3, 0), (["a"], 0, 1)]), 1)
    assert len(found.outcome) == 8
    assert len(set(found.person)) == 4
    with pytest.raises(ValueError, match="whole numbers of people"):
        orders(Paths.of([(["a"], 0.5, 0)]), 1)


def test_each_fold_is_foretold_from_the_others():
    """Two people, two folds: what one did is all that is known of the other."""
    passages = Passages(np.array([0, 0, 1, 1]), ("on", "lost"), np.array([7, 7, 9, 9]),
                        {"one": np.zeros(4, int), "odd": np.array([0, 1, 0, 1])})  # fmt: skip
    table = fineness(passages, folds=2)
    # of two passages the other way, and one passage spread evenly: (0 + 1/2) / (2 + 1)
    assert table.loc["one", "log_likelihood"] == pytest.approx(np.log(0.5 / 3))
    assert table.loc["odd", "log_likelihood"] == pytest.approx(np.log(0.5 / 2))
    assert table["situations"].tolist() == [1, 2]
    assert table.loc["odd", "behind"] == 0


def test_a_label_too_few_is_told():
    with pytest.raises(ValueError, match="mine: needs a label for each of"):
        onward(market()).but(mine=[1, 2])


# --- in worlds ------------------------------------------------------------------------------------


@pytest.mark.parametrize("people", [300, 3000])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_a_first_order_chain_order_1_wins(people, seed):
    table = fineness(orders(world("chain", people, seed=seed).paths, 3))
    assert table["log_likelihood"].idxmax() == "order 1"
    assert table.loc[["order 0", "order 3"], "low"].min() > 0  # clearly


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_a_stage_is_hidden_a_longer_memory_pays_once_there_is_enough_to_learn_it(seed):
    passages = orders(world("hidden", 4000, seed=seed).paths, 4)
    few, many = (fineness(passages, people=size, seed=seed) for size in (60, 4000))
    assert few["log_likelihood"].idxmax() == "order 1"
    assert many["log_likelihood"].idxmax() in ("order 2", "order 3")
    assert many.loc["order 1", "low"] > 0.03
    assert few.loc["order 4", "behind"] > many.loc["order 4", "behind"] > 0


def test_the_loss_of_too_coarse_a_model_stays_and_that_of_too_fine_a_one_melts():
    """Stages of three losses, and a stratum that means nothing; held against the true model."""
    luck = np.random.default_rng(4)
    people, loss = 6000, np.array([0.1, 0.3, 0.6])
    person = np.repeat(np.arange(people), 3)
    stage, stratum = np.tile([0, 1, 2], people), luck.integers(0, 8, people)[person]
    outcome = (luck.random(3 * people) < loss[stage]).astype(int)
    base = Passages(outcome, ("on", "lost"), person, {})
    passages = base.but(one=np.zeros(3 * people), stage=stage, cut_up=stage * 8 + stratum)
    behind = {n: fineness(passages, people=n)["behind"] for n in (40, 400, 6000)}
    truth = -(loss * np.log(loss) + (1 - loss) * np.log(1 - loss)).mean()
    pooled = loss.mean()
    exact = -(pooled * np.log(pooled) + (1 - pooled) * np.log(1 - pooled)) - truth
    assert behind[6000]["one"] == pytest.approx(exact, rel=0.15)  # the information thrown away
    assert behind[400]["one"] > 0.05
    assert behind[40]["cut_up"] > 5 * behind[6000]["cut_up"] > 0
    # each parameter too many costs about half a nat of what was learned from
    assert behind[6000]["cut_up"] == pytest.approx(21 / 2 / (0.8 * 18_000), rel=0.8)


def test_of_a_market_the_best_map_is_finer_the_more_people_were_seen():
    """Of 12 people, on average over 40 draws of them, and of all."""
    run = cjsim.simulate("phone", people=3000, seed=3)
    passages = onward(run)
    draws = [fineness(passages, people=12, seed=seed)["log_likelihood"] for seed in range(40)]
    few, many = sum(draws) / 40, fineness(passages)
    assert few.idxmax() == "ten_steps"
    assert few["twelve, motive"] < few["one"] < few["aida"] < few["twelve"]
    assert many["log_likelihood"].idxmax() in ("twelve", "twelve, motive")
    assert many.loc["aida", "low"] > 0.02
    assert many.loc["ten_steps", "low"] > 0
    assert many.loc["twelve, motive, adopter", "low"] > 0
    assert many.loc["twelve, motive", "behind"] < 0.005


def test_onward_counts_who_steps_on_and_who_is_lost():
    found = onward(market(), ["motive"])
    visits = cjsim.measures.visits.visits(market())
    twelve = (visits.step >= 1) & (visits.step <= 12) & visits.over
    assert len(found.outcome) == twelve.sum()
    lost = (visits.to[twelve] == 13) | (visits.to[twelve] == 14)
    assert found.outcome.tolist() == lost.astype(int).tolist()
    assert fineness(found)["passages"].unique().tolist() == [twelve.sum()]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: onward(market(), ["motiv"]), "unknown way to group people: 'motiv'. Did you mean"),
        (lambda: fineness(onward(market()), ["twelv"]), "unknown model: 'twelv'. Did you mean"),
        (lambda: fineness(onward(market()), people=2), "people = 2: must be from 5, the folds, to"),
        (lambda: fineness(onward(market()), folds=1), "folds = 1: must be a whole number of at"),
        (lambda: observe.orders(market(), 11), "most = 11: must be a whole number of at most 10"),
    ],
)
def test_what_cannot_be_is_told(call, words):
    with pytest.raises(ValueError, match=words):
        call()
