"""The table of face validity: page, numbers and reasons agree; what is read off a run is right."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import cjsim
from cjsim import measures
from cjsim.measures.category import ever_bought
from cjsim.scenario import Scenario, presets
from tests.builders import ALWAYS_CONTENT, NEVER_CURIOUS, neutral, plans
from tools.face_validity import readings
from tools.face_validity.__main__ import ALL_GATES, PAGE, main
from tools.face_validity.contest import MEASURES, STRATEGIES, Bout, contest, wins
from tools.face_validity.gates import BY_KEY, GATES
from tools.face_validity.market import Cell, Market, kept
from tools.face_validity.page import page
from tools.face_validity.store import (
    DATA,
    PRESETS,
    Notes,
    Table,
    load,
    notes,
    text_of,
    unexplained,
)

TABLE = load()
SAID = notes()


@pytest.fixture
def pool() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as threads:
        yield threads


# --- what is kept ---------------------------------------------------------------------------------


def test_the_page_is_written_from_the_numbers() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(TABLE, SAID)


def test_the_numbers_are_kept_as_they_are_read() -> None:
    assert DATA.read_text(encoding="utf-8") == text_of(TABLE)


def test_every_gate_is_asked_of_every_preset() -> None:
    assert set(PRESETS) == set(presets())
    expected = {(gate.key, preset) for gate in GATES for preset in gate.presets or PRESETS}
    assert {cell.of for cell in TABLE.cells} == expected
    bouts = Counter(bout.preset for bout in TABLE.bouts)
    assert bouts == dict.fromkeys(PRESETS, 4 * len(MEASURES))


def test_whatever_is_outside_says_why_and_nothing_else_does() -> None:
    assert unexplained(TABLE, SAID) == []


def test_a_missing_reason_and_one_too_many_are_told() -> None:
    table = Table((cell(0.3, preset="car"), cell(0.1, preset="flat")), ())
    said = Notes({}, {"ads": {"flat": "because"}})
    assert unexplained(table, said) == [
        "ads, car: outside, and no reason", "ads, flat: a reason, and inside"
    ]  # fmt: skip
    assert unexplained(table, Notes({}, {"ads": {"car": "because"}})) == []


def cell(value: float, gate: str = "ads", preset: str = "phone", **span: Any) -> Cell:
    limits = {"least": 0.05, "most": 0.2, **span}
    return Cell(gate, preset, "pull", "mass", value, value - 0.1, value + 0.1, **limits)


@pytest.mark.parametrize(
    ("value", "span", "inside"),
    [
        (0.05, {}, True),
        (0.2, {}, True),
        (0.21, {}, False),
        (math.nan, {}, False),
        (9.0, {"most": None}, True),
        (0.0, {"most": None}, False),
        (9.0, {"least": None, "most": None}, None),
    ],
)
def test_a_value_lies_inside_its_range_or_not(value: float, span: Any, inside: Any) -> None:
    assert cell(value, **span).inside is inside


def test_new_cells_take_the_place_of_the_old_ones() -> None:
    old = Table((cell(0.1), cell(0.1, gate="price")), ())
    new = old.updated([cell(0.3, preset="car"), cell(0.2)], [])
    assert [c[:2] + c[4:5] for c in new.cells] == [
        ("ads", "phone", 0.2), ("ads", "car", 0.3), ("price", "phone", 0.1)
    ]  # fmt: skip


def test_an_outside_value_is_bold_and_its_reason_stands_below() -> None:
    table = Table((cell(0.3), cell(0.1, preset="car")), ())
    text = page(table, Notes({}, {"ads": {"phone": "It is loud."}}))
    assert "| `phone` pull | **0.3 (0.2 to 0.4)** |" in text
    assert "| `car` pull | 0.1 (0 to 0.2) |" in text
    assert "- `phone`: It is loud." in text
    assert "- `car`" not in text


@pytest.mark.parametrize("preset", PRESETS)
def test_mass_advertising_is_a_pull_that_the_firm_runs(preset: str) -> None:
    for strategy in ("pull", "guide"):
        running = Scenario.load(preset, strategy=strategy).running_touchpoints("pull")
        assert SAID.mass[preset]
        assert set(SAID.mass[preset]) <= set(running)


# --- the contest ----------------------------------------------------------------------------------


def test_nobody_wins_everywhere_and_pull_and_guide_each_win_somewhere() -> None:
    alone = wins(TABLE.bouts)
    assert max(alone.values()) < len(TABLE.bouts)
    assert alone["pull"] > 0
    assert alone["guide"] > 0


def test_the_page_says_who_wins_nothing() -> None:
    losers = [s for s, times in wins(TABLE.bouts).items() if not times]
    assert ("never alone ahead: " in page(TABLE, SAID)) == bool(losers)
    values = dict.fromkeys(STRATEGIES, 1.0)
    bouts = tuple(Bout("phone", 0.7, 30.0, measure, values, ("pull",)) for measure in MEASURES)
    assert "never alone ahead: `nothing`, `guide`, `animator`." in page(Table((), bouts), SAID)


@pytest.mark.parametrize("preset", PRESETS)
def test_who_is_ahead_has_the_best_number(preset: str) -> None:
    for bout in TABLE.bouts:
        if bout.preset == preset:
            sign = MEASURES[bout.measure][0]
            best = max(sign * value for value in bout.values.values())
            assert best in {sign * bout.values[s] for s in bout.ahead}, bout


# --- the same numbers again -----------------------------------------------------------------------


def again(preset: str, gate: str, pool: Executor) -> list[Cell]:
    return list(BY_KEY[gate].ask(Market(preset, pool, SAID.mass[preset])))


def stored(preset: str, gate: str) -> list[Cell]:
    return [cell for cell in TABLE.cells if cell.of == (gate, preset)]


@pytest.mark.parametrize(
    ("preset", "gate"),
    [("phone", "share"), ("phone", "word"), ("consulting", "price"), ("manicure", "still"),
     ("corporate_it", "lives"), ("yogurt", "curious"), ("phone", "ads")],
)  # fmt: skip
def test_a_cell_comes_out_again_to_the_last_digit(preset: str, gate: str, pool: Executor) -> None:
    assert again(preset, gate, pool) == stored(preset, gate)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["phone", pytest.param("corporate_it", marks=pytest.mark.soak)])
def test_all_of_a_preset_comes_out_again(preset: str, pool: Executor) -> None:
    """Each time one preset; the longest, in which more people live longer, in a thorough run."""
    for gate in GATES:
        if preset in (gate.presets or PRESETS):
            assert again(preset, gate.key, pool) == stored(preset, gate.key), gate.key
    bouts = list(contest(Market(preset, pool)))
    assert bouts == [bout for bout in TABLE.bouts if bout.preset == preset]


# --- what is read off a run -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def run() -> cjsim.Run:
    return cjsim.simulate(Scenario.load("phone", strategy="guide"), people=400, seed=3)


def by(pair: Any) -> float:
    return float(pair[0] / pair[1])


def test_readings_agree_with_the_measures_of_the_kit(run: cjsim.Run) -> None:
    summary = run.summary()
    assert by(readings.share(run)) == pytest.approx(summary["share_of_category"])
    assert by(readings.word(run)) == pytest.approx(summary["k_factor"])
    assert by(readings.standing(run)[4]) == pytest.approx(summary["churn"])
    assert by(readings.standing(run)[7]) == pytest.approx(summary["mismatch_rate"])
    table = measures.touchpoints(run)
    pushed = table["contacts"][table["contact"] == "push"].sum()
    assert readings.pushes(run).tolist() == [summary["opt_outs"], pushed]


def test_the_satisfaction_is_that_of_customers_at_the_end(run: cjsim.Run) -> None:
    log = run.log()
    last = run.truth().groupby(log["person"])["satisfaction"].last()
    bought = np.flatnonzero(ever_bought(run))
    total, count = readings.standing(run)[3]
    assert count == len(bought)
    assert total / count == pytest.approx(last.loc[bought].mean())


def test_worth_is_profit_discounted() -> None:
    guide = Scenario.load("phone", strategy="guide")
    free = guide.with_changes({"firm.discount_rate_per_year": 0.0, "horizon_days": 700.5})
    run = cjsim.simulate(free, people=200, seed=4)
    assert by(readings.worth(run)) == pytest.approx(run.summary()["profit_per_person"])
    dear = free.with_changes({"firm.discount_rate_per_year": 0.5})
    discounted = by(readings.worth(cjsim.simulate(dear, people=200, seed=4)))
    assert abs(discounted) < abs(by(readings.worth(run)))


def test_first_deals_are_counted_by_year(run: cjsim.Run) -> None:
    log = run.log()
    day = log["time"][log["event"] == "first_deal"]
    assert readings.years(run).tolist() == [(day >= 1460).sum(), (day < 365).sum()]


def test_neutral_lives_meet_their_plan() -> None:
    """Loss within four binomial standard errors; days within four of an exponential's mean."""
    firm = neutral(
        stages=plans(5.0, loss=0.3), horizon_days=2000.0, experience=ALWAYS_CONTENT,
        market={"rationality_mean": 0.5, "rationality_spread": 0.0},
    )  # fmt: skip
    table = readings.lives(cjsim.simulate(firm, people=400, seed=1))
    for stage, (lost, ended, days, _) in zip(readings.LOSING, table, strict=True):
        assert ended > 100, stage
        if stage.key != "repeat_deal":
            assert lost / ended == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / ended)), stage
        if stage < 7:
            assert days / ended == pytest.approx(5.0, rel=4 / math.sqrt(ended)), stage


def test_a_lapse_and_a_cycle_are_told_at_the_repeat_deal() -> None:
    """The need comes 5 days after a deal on average, and not before 8 is over after the first.

    Of two exponential times of mean 5 the longer lasts 7.5 on average.
    """
    firm = neutral(
        stages=plans(5.0, loss=0.3), horizon_days=2000.0, experience=ALWAYS_CONTENT,
        curiosity=NEVER_CURIOUS, loyalty={"deals_to_loyalty": 1000},
    )  # fmt: skip
    run = cjsim.simulate(firm, people=400, seed=1)
    lost, ended, days, _ = readings.lives(run)[-2]
    assert lost / ended == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / ended))
    at = {n: run.events["stage"][run.events["event"] == 1] == n for n in (8, 9)}
    per_need = 5.0 + 2.5 * at[8].sum() / at[9].sum()
    assert days / ended == pytest.approx(per_need, rel=0.05)


def counts(deals: list[int], leavings: list[int], cut: list[int]) -> Any:
    return np.array([deals, leavings, cut], float).T * 100


def test_the_repeat_rate_of_competing_risks_by_hand() -> None:
    """Of 800: 200 buy, 200 leave, 200 are cut off; of the last 200 two in four buy."""
    plain = counts([2, 2], [2, 2], [0, 0])
    assert readings.repeat_rate(plain) == 0.5
    late = counts([2, 3], [2, 0], [0, 0])
    assert readings.repeat_rate(late) == pytest.approx(5 / 7)
    cut = counts([2, 1], [2, 1], [2, 0])
    assert readings.repeat_rate(cut) == pytest.approx(0.5)
    early_failures = counts([0, 4], [2, 0], [4, 0])  # of 10: 2 leave, 4 unseen, 4 buy
    assert readings.repeat_rate(early_failures) == pytest.approx(0.8)  # closed cases: 4 of 6


def test_an_undecided_repeat_rate_is_none() -> None:
    assert math.isnan(readings.repeat_rate(counts([2, 0], [2, 0], [6, 0])))
    assert math.isnan(readings.repeat_rate(counts([1, 0], [0, 0], [0, 0])))


def test_what_follows_a_deal_is_counted_once() -> None:
    """Every deal of a customer won is one entry, and what comes first is read off the log."""
    run = cjsim.simulate("yogurt", people=200, seed=2, log="stages")
    table = readings.repeats(run).sum(1)
    nth: Counter[int] = Counter()
    expected = np.zeros_like(table)
    open_deal: dict[int, int] = {}
    for row in run.events.rows:
        who, event, stage = int(row["person"]), int(row["event"]), int(row["stage"])
        deal, leaving = event in (11, 12), event == 1 and stage >= 13
        if deal and (event == 11 or nth[who]):
            if who in open_deal:
                expected[open_deal.pop(who), 0] += 1
            nth[who] += 1
            if nth[who] <= readings.MOST_DEALS:
                open_deal[who] = nth[who] - 1
        elif leaving and who in open_deal:
            expected[open_deal.pop(who), 1] += 1
    for place in open_deal.values():
        expected[place, 2] += 1
    assert table.tolist() == expected.tolist()


def test_curiosity_is_counted_by_the_deals_so_far() -> None:
    run = cjsim.simulate("yogurt", people=300, seed=2, log="stages")
    nth: Counter[int] = Counter()
    expected = [0] * 4
    for row in run.events.rows:
        who, event, stage = int(row["person"]), int(row["event"]), int(row["stage"])
        deal, trial = event in (11, 12), event == 13 and stage == 10
        if event == 11 or (deal and nth[who]):
            nth[who] += 1
        place = 0 if nth[who] == 6 else 2 if nth[who] >= 20 else None
        if place is not None and (deal or trial):
            expected[place + deal] += 1
    table = readings.curious(run)
    assert table[:4].tolist() == expected
    curiosity = measures.curiosity(run).iloc[0]
    assert table[4:].tolist() == [curiosity["returns"], curiosity["trials"]]


# --- the market and the command -------------------------------------------------------------------


def test_a_firm_without_a_burn_in_is_established_by_half_a_horizon(pool: Executor) -> None:
    market = Market("flat", pool)
    assert market.firm("pull").burn_in_days == market.firm("pull").horizon_days / 2
    assert Market("phone", pool).firm("pull") == Scenario.load("phone", strategy="pull")


def test_small_presets_have_more_worlds(pool: Executor) -> None:
    assert [len(Market(preset, pool).seeds) for preset in ("phone", "manicure")] == [8, 40]
    assert len(Market("manicure", pool, most_worlds=4).seeds) == 4


def test_equal_firms_run_once_and_answer_alike(pool: Executor) -> None:
    market = Market("manicure", pool, most_worlds=2)
    firm = market.firm("nothing")
    blind = firm.with_changes({"guide.accuracy": 0.1})  # which does not run
    rows = market.read({"a": firm, "b": blind, "c": market.firm("pull")}, readings.share)
    assert rows["a"] is rows["b"] or (rows["a"] == rows["b"]).all()
    assert (rows["a"] != rows["c"]).any()
    assert rows["a"].shape == (2, 2)


def test_a_number_keeps_four_digits() -> None:
    assert [kept(x) for x in (0.123456, -12345.6, 0.0)] == [0.1235, -12350.0, 0.0]


@pytest.mark.parametrize(
    ("words", "nearest"),
    [(["--presets", "fone"], "phone"), (["--gates", "prize"], "price")],
)
def test_the_command_names_the_nearest(
    words: list[str], nearest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert nearest in capsys.readouterr().err


def test_a_look_prints_and_keeps_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before = DATA.read_bytes(), PAGE.read_bytes()
    words = "--presets manicure --gates word --quick --executor threads"
    assert main(words.split(" ")) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines[:2]] == [
        ["manicure", "word", "pull"], ["manicure", "word", "guide"]
    ]  # fmt: skip
    assert (DATA.read_bytes(), PAGE.read_bytes()) == before
    assert "contest" in ALL_GATES
