"""Walks, and what is left of them: by hand, by all subsets, by closed forms."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cjsim
from cjsim import measures, observe
from cjsim.measures.log import Log
from cjsim.observe.paths import Paths
from cjsim.observe.walks import STAGE_KEYS, thinned_chain, walks_of
from cjsim.observe.worlds import NEXT, world
from tests.charts.markets import market
from tests.observe.synthetic import walked, walks_from
from tests.often import often

ROUND = [[0.0, 0.7, 0.3], [0.2, 0.0, 0.8], [0.5, 0.5, 0.0]]


# --- whose walks ----------------------------------------------------------------------------------


def test_passages_of_a_run_are_those_of_conversion():
    counts = pd.DataFrame(walks_of(market()).counts(), STAGE_KEYS, STAGE_KEYS)
    conversion = measures.conversion(market())
    conversion.columns, conversion.index = map(list, (conversion.columns, conversion.index))
    inside = list(STAGE_KEYS)
    assert counts.loc[inside, inside].equals(conversion.loc[inside, inside].astype(float))


def test_a_log_with_stages_tells_what_the_run_tells():
    log = Log.of(market().log(), market().scenario.horizon_days)
    assert np.array_equal(walks_of(log).counts(), walks_of(market()).counts())
    assert walks_of(log).states == STAGE_KEYS


def test_a_log_without_entries_is_read_by_its_changes_of_stage():
    frame = pd.DataFrame({
        "time": [0.0, 1, 2, 3, 1, 5], "person": [1, 1, 1, 1, 2, 2], "event": "seen",
        "stage": ["interest", "interest", "desire", "study", "interest", "dormant"],
    })  # fmt: skip
    moves = walks_of(frame).moves()
    assert moves.loc["interest", ["desire", "dormant"]].tolist() == [0.5, 0.5]
    assert moves.loc["desire", "study"] == 1.0


def test_whoever_leaves_for_good_has_gone_nowhere():
    frame = pd.DataFrame({
        "time": [0.0, 1, 0], "person": [1, 1, 2], "event": ["start", "enter", "start"],
        "stage": ["interest", "gone", "gone"],
    })  # fmt: skip
    walks = walks_of(frame)
    assert walks.counts().sum() == 0
    assert len(walks) == 2


def test_of_a_log_without_stages_the_contacts_are_walked():
    seen = observe.observe(market())
    walks = walks_of(seen)
    assert walks.states[-3:] == ("start", "deal", "nothing")
    paths = observe.paths_of(seen)
    assert walks.counts()[:, -2].sum() == paths.deals.sum()
    assert walks.counts().sum() == len(paths.step) + len(paths)


def test_a_path_gone_by_several_is_counted_so():
    walks = walks_of(Paths.of([(["a", "b"], 2, 3), ([], 1, 0)]))
    counts = pd.DataFrame(walks.counts(), walks.states, walks.states)
    assert counts.loc["start"].tolist() == [5, 0, 0, 1, 0]
    assert counts.loc["b"].tolist() == [0, 0, 0, 2, 3]
    assert walks_of(walks) is walks


def test_the_chain_of_a_large_world_is_the_one_that_was_written_down():
    moves = walks_of(world("chain", 20_000).paths).moves()
    found = moves.loc[["start", "advert", "mail", "search", "site"]]
    found = found[["advert", "mail", "search", "site", "deal", "nothing"]].to_numpy()
    assert found == pytest.approx(NEXT, abs=0.02)  # four standard errors of 2,500 passages


# --- thinned --------------------------------------------------------------------------------------


def by_all_subsets(walk, chance):
    """Counts expected of one walk: each set of records, and how likely it is."""
    counts = np.zeros((len(chance), len(chance)))
    for kept in itertools.product([False, True], repeat=len(walk)):
        likely = np.prod(
            [chance[s] if k else 1 - chance[s] for s, k in zip(walk, kept, strict=True)]
        )
        left = [s for s, k in zip(walk, kept, strict=True) if k]
        for here, there in itertools.pairwise(left):
            counts[here, there] += likely
    return counts


@given(st.lists(st.lists(st.integers(0, 2), max_size=6), min_size=1, max_size=4),
       st.lists(st.floats(0, 1), min_size=3, max_size=3))  # fmt: skip
@settings(max_examples=often(60), deadline=None)
def test_expected_counts_are_those_of_all_sets_of_records(walks, chance):
    found = walks_from("abc", walks).expected_moves(dict(zip("abc", chance, strict=True)))
    truth = sum(by_all_subsets(walk, chance) for walk in walks)
    assert found == pytest.approx(truth, abs=1e-12)


def test_what_is_recorded_at_six_of_ten_is_recorded_at_seven():
    walks = walked(ROUND, 40, steps=10)
    few, many = (walks.thinned(share, seed=3) for share in (0.6, 0.7))
    kept = [{tuple(one.state[a:b]) for a, b in itertools.pairwise(one.begin)}
            for one in (few, many)]  # fmt: skip
    assert len(few.state) < len(many.state)
    assert len(kept[0]) > 1
    assert np.array_equal(walks.thinned(1.0).state, walks.state)
    assert not len(walks.thinned(0.0).state)


def test_begin_and_end_are_in_the_books():
    walks = walks_of(world("chain", 300).paths)
    none = walks.thinned(0.0)
    bought = walks.counts()[:, -2].sum()
    assert none.counts()[-3, -2:].tolist() == [bought, 300 - bought]


def test_a_thinned_chain_is_the_closed_form():
    """Of a walk without end: the sum over all that may lie between, term by term."""
    P, q = np.array(ROUND), np.array([0.9, 0.5, 0.2])
    seen, days = thinned_chain(P, q, [1.0, 2.0, 4.0])
    unseen, term, total, stay = P * (1 - q), np.eye(3), np.zeros((3, 3)), np.zeros(3)
    for _ in range(400):
        total += term @ (P * q)
        stay += term @ [1.0, 2.0, 4.0]
        term = term @ unseen
    assert seen == pytest.approx(total, abs=1e-12)
    assert days == pytest.approx(stay, abs=1e-10)
    assert seen.sum(axis=1) == pytest.approx(1.0)


def test_records_of_a_chain_are_a_chain_of_the_closed_form():
    """Expected counts of many walks with known moves; what is beyond 60 steps is nothing."""
    P = [[0.0, 0.6, 0.2, 0.2], [0.3, 0.0, 0.4, 0.3], [0.1, 0.3, 0.2, 0.4], [0.0] * 4]
    walks = walked(P, 20_000, seed=2)
    kept = {"b": 0.4, "c": 0.7}
    counts = walks.expected_moves(kept)
    exact, _ = thinned_chain(P, [1.0, 0.4, 0.7, 1.0])
    found = counts[:3] / counts[:3].sum(axis=1, keepdims=True)
    assert found == pytest.approx(exact[:3], abs=0.012)  # four standard errors
    assert abs(found - np.array(P)[:3]).max() > 0.1  # the loss is seen


def test_a_stay_seems_to_last_until_the_next_record():
    """Memoryless contacts of which a share is recorded come that much more seldom: 1 / q."""
    assert thinned_chain([[1.0]], 0.25, [3.0])[1].tolist() == [12.0]
    assert thinned_chain(ROUND, 1.0, [1.0, 2.0, 3.0])[1].tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: walked(ROUND, 2).thinned({"z": 0.5}), "unknown state: 'z'"),
        (lambda: walked(ROUND, 2).thinned(1.5), "kept = 1.5: must be a chance from 0 to 1"),
        (lambda: thinned_chain(ROUND, 0.0), "nobody is ever seen again"),
        (lambda: thinned_chain(ROUND, [0.5, 2.0, 1.0]), "must be chances"),
    ],
)
def test_what_cannot_be_is_told(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_run_without_a_sale_has_walks():
    scenario = cjsim.Scenario.load("phone").with_changes({"horizon_days": 1, "burn_in_days": 0})
    assert walks_of(cjsim.simulate(scenario, people=3)).counts().sum() <= 3
