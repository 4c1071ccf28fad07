"""The named measures of a run, and the same numbers from the exported log by SQL."""

import timeit
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from cjsim import labels, log, measures
from cjsim.journey import TWELVE
from cjsim.run import Run
from tests.measures.by_hand import run_of

NAMES = list(measures.UNITS)


def test_the_summary_has_all_its_names_in_order(market: Run) -> None:
    found = market.summary()
    assert found.index.tolist() == NAMES
    assert NAMES[:12] == [f"reached_{stage.key}" for stage in TWELVE]
    assert found.dtype == float
    assert found.name == "pull"


def test_in_a_lively_market_everything_can_be_measured(market: Run) -> None:
    assert market.summary().notna().all()


def test_of_an_empty_log_counts_are_zero_and_shares_are_missing() -> None:
    found = run_of(people=3).summary()
    units = pd.Series(measures.UNITS)
    counts = units.isin(["people", "deals", "trials", "contacts", "money", "money_per_person"])
    assert (found[counts] == 0).all()
    assert found[units == "share"].isna().all()
    assert found[["cac", "ltv", "payback_day", "contacts_per_deal", "queue_wait_days"]].isna().all()


@pytest.mark.parametrize("lang", labels.LANGUAGES)
def test_every_measure_and_every_unit_has_a_word(lang: str) -> None:
    words = [labels.text(f"measure.{name}", lang) for name in NAMES]
    assert len(set(words)) == len(words)
    assert all(labels.text(f"unit.{unit}", lang) for unit in measures.UNITS.values())


def test_the_summary_agrees_with_the_tables(market: Run, old_market: Run) -> None:
    for run in (market, old_market):
        found = run.summary()
        funnel = run.funnel()["people"]
        same: dict[str, Any] = {f"reached_{s.key}": funnel[s.key] for s in TWELVE}
        tables = (
            (measures.money, "revenue margin costs cash profit profit_per_person profit_per_day"),
            (measures.customer_value, "first_deal_margin cac ltv payback_day"),
            (measures.curiosity, "return_rate bypass_rate"),
            (measures.word_of_mouth, "referrals k_factor"),
            (measures.contacts, "contacts mismatch_rate dropped opt_outs"),
            (measures.churn, "churn"),
        )
        for table, columns in tables:
            same |= {column: table(run)[column].item() for column in columns.split()}
        same |= {
            "share_of_category": measures.share_of_category(run)["share"].item(),
            "curiosity_trials": measures.curiosity(run)["trials"].item(),
            "contacts_per_deal": measures.contacts(run)["per_deal"].item(),
            "queue_wait_days": measures.desk(run)["wait_days"].item(),
            "lost_in_queue": measures.desk(run)["lost"].item(),
            "break_even_day": measures.break_even_day(run),
        }
        expected = pd.Series(same).reindex(NAMES).drop(["first_deals", "repeat_deals"])
        pd.testing.assert_series_equal(found[expected.index], expected, check_names=False)


SQL = {
    "first_deals": "count(*) filter (event = 'first_deal')",
    "repeat_deals": "count(*) filter (event = 'repeat_deal')",
    "share_of_category": """count(*) filter (event in ('first_deal', 'repeat_deal'))
        / count(*) filter (event in ('first_deal', 'repeat_deal', 'rival_deal'))""",
    "referrals": "count(*) filter (event = 'referral')",
    "contacts": "count(*) filter (event = 'contact')",
    "opt_outs": "count(distinct person) filter (event = 'opt_out')",
    "lost_in_queue": "count(*) filter (event = 'reneged')",
    "revenue": "sum(amount) filter (event in ('first_deal', 'repeat_deal'))",
    "reached_loyalty": """count(distinct person)
        filter (event in ('start', 'enter') and stage = 'loyalty')""",
    "curiosity_trials": "count(*) filter (event = 'trial' and stage = 'curiosity')",
}

WAIT = """
    with waits as (
        select event, lead(time) over (partition by person order by place) - time as days
        from (select *, row_number() over () as place from log)
        where event in ('queue', 'served', 'reneged')
    )
    select avg(days) from waits where event = 'queue'
"""

FINAL = """
    with final as (
        select person, arg_max(stage, place) filter (event in ('start', 'enter')) as stage,
            bool_or(event in ('first_deal', 'repeat_deal')) as bought
        from (select *, row_number() over () as place from log) group by person
    )
    select avg((stage in ('with_rival', 'dormant'))::int) from final where bought
"""


@pytest.fixture(scope="module")
def exported(market: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return log.save(market.log(), tmp_path_factory.mktemp("export") / "log.parquet")


def ask(path: Path, query: str) -> float:
    """One number from the exported log."""
    with duckdb.connect() as db:
        db.execute(f"create view log as select * from '{path.as_posix()}'")
        answer = db.execute(query).fetchone()
    assert answer is not None
    return float(answer[0])


@pytest.mark.parametrize("name", SQL)
def test_sql_on_the_exported_log_finds_the_same(name: str, market: Run, exported: Path) -> None:
    assert ask(exported, f"select {SQL[name]} from log") == pytest.approx(market.summary()[name])


def test_sql_finds_the_same_wait_and_the_same_churn(market: Run, exported: Path) -> None:
    assert ask(exported, WAIT) == pytest.approx(market.summary()["queue_wait_days"])
    assert ask(exported, FINAL) == pytest.approx(market.summary()["churn"])


def test_measures_leave_the_log_as_it_was(market: Run) -> None:
    before = market.events.rows.copy()
    market.summary()
    measures.break_even_day(market)
    assert np.array_equal(before, market.events.rows)


def test_a_summary_is_quick_enough_for_sweeps(market: Run) -> None:
    """About 15 000 rows take 4 ms; 100 ms hold on a machine that is busy, best of five."""
    assert min(timeit.repeat(market.summary, number=1, repeat=5)) < 0.1
