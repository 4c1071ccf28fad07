"""Both sides are seen alike, and what is read off them is what it says."""

import numpy as np
import pandas as pd
import pytest

import cjsim
from cjsim.inference.seen import OF_CONTACTS, Lens
from cjsim.inference.summaries import Summaries
from cjsim.measures.log import Log
from cjsim.model.events import Event
from cjsim.observe import Records, observe
from tests.inference.firms import DAYS, phone, same, seen_of


@pytest.mark.parametrize("settings", [{}, {"offline": 0.6, "match": 0.8, "duplicates": 0.1}])
def test_a_run_is_looked_at_as_its_own_log_is(settings):
    """The short way round the records, and the long one, end at the same rows."""
    scenario, run, log = phone(**settings)
    lens = Lens.on(log, scenario, DAYS, None)
    assert lens.records == Records(**settings)
    assert same(lens.run(run), lens.log(log, len(run)))


def test_of_a_run_only_what_the_log_knows_is_looked_at():
    scenario, run, log = phone()
    frame = log.frame[log.frame["event"].isin(["first_deal", "repeat_deal"])]
    lens = Lens.on(Log.of(frame, DAYS), scenario, DAYS, None)
    assert lens.kinds == (Event.FIRST_DEAL, Event.REPEAT_DEAL)
    assert lens.touchpoints == ()
    assert same(lens.run(run), lens.log(Log.of(frame, DAYS), len(run)))


def test_nothing_after_the_end_is_looked_at():
    scenario, run, log = phone()
    short = Lens.on(log, scenario, 100.0, None).run(run)
    assert short.time.max() < 100.0
    whole = Lens.on(log, scenario, DAYS, None).run(run)
    later = whole.within(100.0, DAYS)
    assert len(short.time) + len(later.time) == len(whole.time)
    assert later.days == DAYS - 100.0
    assert 0 <= later.time.min() <= later.time.max() < later.days


def test_only_a_runs_own_log_knows_stages():
    scenario, run, log = phone()
    assert Event.ENTER in Lens.on(run, scenario, DAYS, None).kinds
    assert Event.ENTER not in Lens.on(log, scenario, DAYS, None).kinds


def test_customers_from_before_make_no_first_deal():
    """A reader that knows them says so; else their first row would be taken for one."""

    class Read(Log):
        before = pd.Index(["b"])

    rows = pd.DataFrame({"person": ["a", "b", "b"], "time": [1.0, 2.0, 3.0], "event": "deal"})
    log = Log.of(rows, DAYS)
    lens = Lens.on(log, phone()[0], DAYS, None)
    assert lens.log(log, 10).event.tolist() == [11, 11, 12]
    assert lens.log(Read(log.frame, DAYS), 10).event.tolist() == [11, 12, 12]


def test_a_log_without_amounts_is_not_asked_for_money():
    scenario, _, log = phone()
    bare = Log.of(log.frame.drop(columns="amount"), DAYS)
    lens = Lens.on(bare, scenario, DAYS, None)
    names = Summaries.of(lens, scenario).names
    assert not [name for name in names if name.startswith("amount")]
    assert [name for name in names if name.startswith("gap")]


@pytest.mark.parametrize("touchpoint", ["site", "a leaflet of our own", None])
def test_contacts_are_looked_at_as_far_as_the_log_names_them(touchpoint):
    """With one touchpoint named, a run's other contacts are not; with none named, all are."""
    scenario, run, log = phone()
    frame = log.frame[(log.frame["event"] != "contact") | (log.frame["touchpoint"] == "site")]
    frame = frame[~frame["event"].isin([kind.key for kind in OF_CONTACTS[1:]])]
    frame = frame.assign(touchpoint=frame["touchpoint"].astype(object))
    frame.loc[frame["event"] == "contact", "touchpoint"] = touchpoint
    lens = Lens.on(Log.of(frame, DAYS), scenario, DAYS, None)
    contacts = run.events.rows[run.events["event"] == Event.CONTACT]
    site = list(scenario.touchpoints).index("site")
    looked_at = (lens.run(run).event == Event.CONTACT).sum()
    if touchpoint is None:
        assert (lens.nameless, looked_at) == (True, len(contacts))
    else:
        count = (contacts["touchpoint"] == site).sum()
        assert looked_at == (count if touchpoint == "site" else 0)
        assert lens.others == (() if touchpoint == "site" else (touchpoint,))


# --- the numbers ----------------------------------------------------------------------------------


def numbers_of(seen, scenario="phone"):
    lens = Lens(tuple(Event), ("site",), Records(), seen.days)
    return Summaries.of(lens, cjsim.Scenario.load(scenario)).named(seen)


DEALS = [
    (1, 10.0, "first_deal", None, 100.0), (1, 20.0, "repeat_deal", None, 100.0),
    (1, 60.0, "repeat_deal", None, 100.0), (2, 5.0, "contact", "site", 0.0),
    (2, 8.0, "contact", "site", 0.0), (2, 12.0, "first_deal", None, 100.0),
    (3, 50.0, "contact", "site", 0.0), (3, 51.0, "known", None, 0.0),
]  # fmt: skip


def log_odds(yes, no):
    return np.log((yes + 0.5) / (no + 0.5))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("people", np.log(3.5)),
        ("buyers", np.log(2.5)),
        ("first_deal.1", np.log(2.5)),
        ("first_deal.2", np.log(0.5)),
        ("repeat_deal.3", np.log(1.5)),
        ("deals.2", log_odds(1, 1)),
        ("deals.4", log_odds(0, 2)),
        ("gap.q50", np.mean(np.log([10.0, 40.0]))),
        ("gap.within", np.log(np.var(np.log([10.0, 40.0]), ddof=1) + 0.01)),
        ("contacts.2", log_odds(1, 1)),
        ("contacts.site", np.log(3.5)),
        ("effect.site.first.7", log_odds(2, 1)),
        ("effect.site.first.28", log_odds(2, 1)),
        ("met.site.customers", log_odds(0, 3)),
        ("amount.first_deal", np.log1p(100.0)),
        ("lead.by.0.25", log_odds(0, 1)),
    ],
)
def test_a_summary_is_what_it_says(name, value):
    assert numbers_of(seen_of(DEALS))[name] == pytest.approx(value)


@pytest.mark.parametrize(("name", "strategy"), [("phone", "guide"), ("school", "pull")])
def test_names_are_the_same_for_any_log_and_all_numbers_are_finite(name, strategy):
    scenario = cjsim.Scenario.load(name, strategy).with_changes({"horizon_days": 200})
    run = cjsim.simulate(scenario, 150, seed=3)
    lens = Lens.on(run, scenario, 200.0, None)
    look = Summaries.of(lens, scenario, lens.run(run))
    for people in (1, 40):
        other = look.named(lens.run(cjsim.simulate(scenario, people, seed=people)))
        assert tuple(other) == look.names
        assert np.isfinite(list(other.values())).all()


def test_a_sample_looks_like_all_of_the_market():
    """Twice the same people in twice the market: up to the half case that is added, the same."""
    _, _, log = phone()
    twice = pd.concat([log.frame, log.frame.assign(person=log.frame["person"] + 10**6)])
    scenario = phone()[0]
    lens = Lens.on(log, scenario, DAYS, None)
    look = Summaries.of(lens, scenario, lens.log(log, 600))
    one = look(lens.log(log, 600))
    two = look(lens.log(Log.of(twice, DAYS), 1200))
    often = [
        place for place, name in enumerate(look.names)
        if name.startswith(("people", "contact.", "first_deal.", "buyers", "gap.q50", "amount"))
    ]  # fmt: skip
    assert two[often] == pytest.approx(one[often], abs=0.05)


def test_records_decide_what_a_simulated_firm_sees():
    scenario, run, _ = phone()
    half = observe(run, offline=0.3)
    lens = Lens.on(half, scenario, DAYS, None)
    assert len(lens.run(run).time) < 0.9 * len(
        Lens.on(run, scenario, DAYS, Records()).run(run).time
    )
