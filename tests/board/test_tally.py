"""The board's measures, compiled: those of the summary and of the account."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import cjsim
from cjsim import measures
from cjsim.board import tally as counted
from cjsim.board.kernel import retained_of
from cjsim.board.wasm.blocks import account_of, prices_of
from cjsim.engine.fast import engine as fast
from cjsim.engine.fast import pointers
from cjsim.journey import STAGES, TWELVE
from cjsim.measures.category import ever_bought
from cjsim.measures.visits import seen
from cjsim.model.compile import Source, compiled
from cjsim.model.events import FIRST_DEAL, PAYMENT
from cjsim.run import _people, simulate
from cjsim.scenario import presets
from tests.board.wasm_machine import Machine

CLOSE = 1e-12
"""Sums are taken in the same order; what is left are products grouped in another way."""
CALENDAR = {
    "start": "2026-01-15",
    "season": {"need": [0.5, 1.0, 1.5] * 4},
    "changes": [
        {"day": 90, "until": 120, "product": {"price": 300, "unit_cost": 200}},
        {"day": 200, "touchpoints": {"outdoor": {"cost_per_day": 500}}},
        {"day": 300, "every": "year", "until": 330, "product": {"first_deal_extra_cost": 7}},
    ],
}

CONTRACT = {
    "contract.term_days": 180.0, "contract.payments": 6, "contract.notice_days": 20.0,
    "contract.pause_share": 0.2, "contract.upgrade_share": 0.3, "contract.trial_days": 14.0,
}  # fmt: skip


def native():
    """`tally` as numba makes it for this machine."""
    return compiled(
        Source("cjsim.model.streams"), Source("cjsim.model.arithmetic"),
        Source("cjsim.board.tally"), entry_points=counted.ENTRY_POINTS,
    )  # fmt: skip


@pytest.fixture(scope="module", params=["native", "wasm"])
def tally(request):
    return (native() if request.param == "native" else Machine()).tally


def sheet_of(tally, scenario, people, seed, level):
    """What `tally` finds in a run: measures by name, stages reached, marks of people."""
    everybody = _people(scenario, people, seed)
    engine = fast.CompiledEngine(scenario, everybody, seed, log=level)
    engine.run()
    found, reached = np.empty(len(counted.NAMES)), np.empty(len(STAGES), np.int64)
    marks = np.empty(len(everybody), np.uint8)
    account, prices = account_of(scenario, people), prices_of(scenario)
    days, lives = (counted.DAYS, len(everybody)) if level == "stages" else (0, 0)
    retained, *scratch = np.empty(days), *(np.full(lives, np.nan) for _ in range(3))
    table = pointers.table((found, reached, marks, account, prices, retained, *scratch))
    assert len(table) == len(counted.sheet_behind.forms)
    world = pointers.table(engine.world)
    assert tally(world.ctypes.data, table.ctypes.data) == 0
    return dict(zip(counted.NAMES, found, strict=True)), reached, marks, retained


def same_as_in_the_tables(tally, scenario, people, seed, level):
    found, reached, marks, retained = sheet_of(tally, scenario, people, seed, level)
    run = simulate(scenario, people, seed=seed, engine="compiled", log=level)
    summary, account = run.summary(), measures.money(run).iloc[0]
    expected = {name: summary.get(name, account.get(name)) for name in counted.NAMES}
    scale = max(1.0, abs(account["revenue"]))
    for name, value in expected.items():
        assert_allclose(found[name], value, rtol=CLOSE, atol=CLOSE * scale, err_msg=name)
    assert [reached[s] for s in TWELVE] == [summary[f"reached_{s.key}"] for s in TWELVE]
    assert ((marks & counted.BOUGHT) > 0).tolist() == ever_bought(run).tolist()
    won = np.isin(np.arange(run.lives), run.events["person"][run.events["event"] == FIRST_DEAL])
    assert ((marks & counted.WON) > 0).tolist() == won.tolist()
    assert ((marks & counted.SEEN) > 0).tolist() == seen(run).tolist()
    if level == "stages":
        assert_allclose(retained, retained_of(run), rtol=CLOSE, atol=CLOSE)


@pytest.mark.parametrize("preset", presets())
def test_a_tally_is_the_summary(tally, preset):
    base = cjsim.Scenario.load(preset)
    for strategy in base.strategies:
        for level in ("stages", "measures"):
            same_as_in_the_tables(tally, base.with_strategy(strategy), 150, 3, level)


def test_a_tally_follows_the_calendar(tally):
    phone = cjsim.Scenario.load("phone", strategy="guide").with_changes(CALENDAR)
    same_as_in_the_tables(tally, phone, 300, 1, "measures")


def test_a_tally_counts_the_payments_of_contracts(tally):
    bound = cjsim.Scenario.load("phone", strategy="guide").with_changes(CONTRACT)
    assert (simulate(bound, 300, seed=1).events["event"] == PAYMENT).any()
    same_as_in_the_tables(tally, bound, 300, 1, "measures")


def test_a_tally_finds_what_word_of_mouth_queues_and_empty_shelves_do(tally):
    changes = {"loyalty.friends": 6.0, "loyalty.advocate_share": 1.0, "shelf.empty_days": 20.0}
    busy = cjsim.Scenario.load("yogurt", strategy="animator").with_changes(changes)
    found, *_ = sheet_of(tally, busy, 300, 1, "measures")
    assert found["referrals"] > 0
    same_as_in_the_tables(tally, busy, 300, 1, "measures")


def test_where_nobody_buys_there_is_no_share(tally):
    nobody = cjsim.Scenario.load("flat", strategy="nothing").with_changes({"horizon_days": 1.0})
    found, *_, retained = sheet_of(tally, nobody, 5, 1, "stages")
    assert np.isnan([found[name] for name in ("share_of_category", "churn")]).all()
    assert np.isnan(retained).all()
