"""What a firm's systems record: nothing invented, nothing lost but what the settings say."""

import functools
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cjsim
from cjsim import observe
from cjsim.model.events import Event
from cjsim.observe.systems import (
    BAD_NEWS,
    BOOKED,
    HIDDEN,
    SHARES,
    Records,
    recorded_share,
    visible,
    what_is_seen,
)
from tests.charts.markets import market
from tests.often import often


@functools.cache
def phone():
    """A firm that guides, pushes too much for some, and has touchpoints of both modes."""
    return cjsim.simulate(cjsim.Scenario.load("phone", strategy="guide"), 400, seed=4)


RUNS = {"phone": phone, "all that can happen": market}
SETTINGS = st.fixed_dictionaries(
    {name: st.floats(0, 0.5 if name == "false_merges" else 1) for name in SHARES}
)


def online(run, row):
    modes = [one.mode == "online" for one in run.scenario.touchpoints.values()]
    return np.array([*modes, False])[run.events["touchpoint"][row]]


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_full_discipline_is_the_visible_part_of_the_log_to_the_bit(run):
    seen = observe.observe(run())
    true = run().log()[visible(run())].reset_index(drop=True)
    assert list(seen.log) == ["time", "person", "event", "touchpoint", "amount"]
    for column in ("time", "amount", "person"):
        assert seen.log[column].to_numpy().tolist() == true[column].tolist(), column
    for column in ("event", "touchpoint"):
        words = [frame[column].astype(object).fillna("") for frame in (seen.log, true)]
        assert words[0].tolist() == words[1].tolist(), column
    assert seen.truth["row"].tolist() == np.flatnonzero(visible(run())).tolist()
    assert not seen.truth["duplicate"].any()


def test_no_firm_sees_a_stage_or_what_happens_elsewhere():
    hidden = {kind.key for kind in HIDDEN}
    seen = observe.observe(market()).log
    assert hidden >= {"start", "enter", "rival_deal", "trial", "told", "bad_word"}
    assert hidden & set(market().log()["event"])
    assert not hidden & set(seen["event"])
    assert {key for key, by in what_is_seen().items() if by == "nobody"} == hidden
    assert not {"stage", "belief", "warmth"} & set(seen)


def test_the_page_says_of_every_event_who_records_it():
    page = (Path(__file__).parents[2] / "docs" / "observe.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (the books|a machine|nobody)[^|]*\| (.*) \|$", page, re.MULTILINE))
    told = {who: set(re.findall(r"`(\w+)`", events)) for who, events in rows.items()}
    told["nobody"].remove("referral")  # one without a bonus
    by = {"books": "the books", "systems": "a machine", "nobody": "nobody"}
    for key, who in what_is_seen().items():
        assert [row for row, events in told.items() if key in events] == [by[who]], key


def test_a_referral_is_seen_where_a_bonus_is_paid_for_it():
    free = market().events.rows["event"] == Event.REFERRAL
    assert free.any()
    assert not visible(market())[free & (market().events["amount"] == 0)].any()
    assert "referral" not in set(observe.observe(market()).log["event"])


@given(SETTINGS, st.integers(0, 5))
@settings(max_examples=often(40), deadline=None)
def test_nothing_is_invented(shares, seed):
    run = phone()
    seen = observe.observe(run, Records(**shares), seed=seed)
    rows, truth, log = run.events.rows[seen.truth["row"]], seen.truth, seen.log
    assert len(truth) == len(log)
    assert visible(run)[truth["row"]].all()
    assert (rows["person"] == truth["person"]).all()
    assert (rows["time"] == truth["time"]).all()
    assert (rows["amount"] == log["amount"]).all()
    true = run.log().iloc[truth["row"]]
    for column in ("event", "touchpoint"):
        assert true[column].astype(object).fillna("").tolist() == (
            log[column].astype(object).fillna("").tolist()
        )
    later = log["time"].to_numpy() - rows["time"]
    assert (later >= 0).all()
    by_machine = online(run, truth["row"]) | np.isin(rows["event"], BOOKED)
    assert (later[by_machine] == 0).all()
    assert log["time"].is_monotonic_increasing
    assert log["time"].max() <= run.scenario.horizon_days
    once = truth[~truth["duplicate"]]
    assert once["row"].is_unique
    assert truth[truth["duplicate"]]["row"].is_unique
    assert set(truth["row"]) == set(once["row"])
    assert (log["person"] == truth["customer"]).all()
    names = seen.names.set_index(["person", "offline"])["customer"]
    assert names.index.is_unique
    of = [names[person, offline] for person, offline in
          zip(truth["person"], ~online(run, truth["row"]), strict=True)]  # fmt: skip
    assert of == truth["customer"].tolist()


@given(st.floats(0, 1), st.floats(0, 0.5))
@settings(max_examples=often(20), deadline=None)
def test_who_is_who_conserves_events(match, merges):
    complete = observe.observe(phone())
    seen = observe.observe(phone(), match=match, false_merges=merges)
    rest = ["time", "event", "touchpoint", "amount"]
    assert seen.log[rest].equals(complete.log[rest])
    assert seen.truth["row"].equals(complete.truth["row"])
    by_customer = seen.log.groupby("person").size()
    by_name = seen.truth.groupby("customer").size()
    assert by_customer.to_dict() == by_name.to_dict()


CASES = [
    ("online", 0.7, {}),
    ("offline", 0.4, {}),
    ("bad_news_loss", 0.5, {"offline": 0.8}),
    ("busy_loss", 0.6, {"offline": 0.9}),
    ("busy_loss", 0.6, {"bad_news_loss": 0.3, "online": 0.8}),
]


@pytest.mark.parametrize(("name", "value", "others"), CASES)
def test_each_loss_takes_the_share_it_says(name, value, others):
    """Within 4 standard errors of the binomial, kind by kind, busy days and others."""
    run, how = phone(), Records(**{name: value}, **others)
    seen = observe.observe(run, how)
    kept = np.zeros(len(run.events), bool)
    kept[seen.truth["row"]] = True
    row = np.flatnonzero(visible(run))
    event, machine = run.events["event"][row], online(run, row)
    day = run.events["time"][row].astype(int)
    by_hand = ~machine & ~np.isin(event, BOOKED)
    load = np.bincount(day[by_hand], minlength=int(run.scenario.horizon_days))
    cut = np.sort(load)[int(np.ceil(0.8 * len(load))) - 1]
    busy = load[day] > cut
    checked = 0
    for kind in np.unique(event):
        for mode in (True, False):
            for full in (True, False):
                part = (event == kind) & (machine == mode) & (busy == full)
                if part.sum() < 30:
                    continue
                share = recorded_share(how, Event(kind), mode, full)
                error = np.sqrt(share * (1 - share) / part.sum())
                assert abs(kept[row][part].mean() - share) <= 4 * error + 1e-12, Event(kind)
                checked += 1
    assert checked > 5
    assert len(seen) < len(observe.observe(run))


def test_bad_news_and_busy_days_are_lost_not_at_random():
    run = market()
    worse = observe.observe(run, bad_news_loss=0.5)
    lost = set(np.flatnonzero(visible(run))) - set(worse.truth["row"])
    assert lost
    assert np.isin(run.events["event"][sorted(lost)], BAD_NEWS).all()
    assert worse.counts["lost_bad_news"] == len(lost)
    bad = np.isin(run.events["event"], BAD_NEWS)
    both = observe.observe(run, online=0.5, offline=0.5, bad_news_loss=0.5)
    kept = bad[both.truth["row"]].sum() / bad.sum()  # the two losses have a luck each: 1/4 is left
    assert bad.sum() > 150
    assert abs(kept - 0.25) < 4 * np.sqrt(0.25 * 0.75 / bad.sum())
    tired = observe.observe(run, busy_loss=0.5)
    lost = sorted(set(np.flatnonzero(visible(run))) - set(tired.truth["row"]))
    assert len({int(day) for day in run.events["time"][lost]}) <= 0.2 * run.scenario.horizon_days


def test_late_entries_bear_the_day_of_the_entry():
    """The share within 4 standard errors; the delay is exponential, but for what is not yet in."""
    run = phone()
    seen = observe.observe(run, late=0.3, days_late=5.0)
    delay = seen.log["time"].to_numpy() - seen.truth["time"]
    by_hand = ~online(run, seen.truth["row"]) & ~np.isin(
        run.events["event"][seen.truth["row"]], BOOKED
    )
    late = delay > 0
    n = by_hand.sum()
    assert abs(late[by_hand].mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / n)
    assert abs(delay[late].mean() - 5.0) < 4 * 5.0 / np.sqrt(late.sum())
    assert seen.counts["beyond"] + len(seen) == seen.counts["visible"]
    assert seen.counts["beyond"] > 0


def test_duplicates_have_their_share():
    seen = observe.observe(phone(), duplicates=0.1)
    booked = np.isin(phone().events["event"][np.flatnonzero(visible(phone()))], BOOKED)
    n = int((~booked).sum())
    twice = int(seen.truth["duplicate"].sum())
    assert abs(twice / n - 0.1) < 4 * np.sqrt(0.09 / n)
    assert len(seen) == seen.counts["visible"] + twice == seen.counts["recorded"] + twice
    assert not np.isin(phone().events["event"][seen.truth["row"]], BOOKED)[
        seen.truth["duplicate"]
    ].any()


def test_unmatched_people_are_two_customers_and_merged_ones_share_one():
    seen = observe.observe(phone(), match=0.6)
    both = seen.names.groupby("person")["customer"].agg(["size", "nunique"])
    both = both[both["size"] == 2]
    split = (both["nunique"] == 2).mean()
    assert abs(split - 0.4) < 4 * np.sqrt(0.24 / len(both))
    assert seen.names.groupby("customer")["person"].nunique().max() == 1
    merged = observe.observe(phone(), false_merges=0.2)
    people = merged.names["person"].nunique()
    gone = people - merged.names["customer"].nunique()
    assert abs(gone / people - 0.2) < 4 * np.sqrt(0.16 / people)
    own = merged.names[merged.names["person"] == merged.names["customer"]]["person"]
    assert set(merged.names["customer"]) == set(own)  # nobody is taken for one who is not there


def test_better_records_hold_all_that_worse_ones_hold():
    rows = [set(observe.observe(phone(), offline=share).truth["row"]) for share in (0.3, 0.6, 0.9)]
    assert rows[0] < rows[1] < rows[2]


@pytest.mark.parametrize("name", SHARES)
def test_one_setting_moves_no_other_ones_luck(name):
    """Rows lost by one setting alone are lost with another one beside it."""
    other = "online" if name != "online" else "offline"
    lost = "bad_news_loss" if name != "bad_news_loss" else "busy_loss"
    value = {"online": 0.5, "offline": 0.5, "match": 0.5}.get(name, 0.4)
    alone = observe.observe(phone(), **{lost: 0.3}).truth["row"]
    beside = observe.observe(phone(), **{lost: 0.3, name: value, other: 0.9}).truth["row"]
    assert set(beside) <= set(alone)


def test_the_same_seed_records_the_same_and_another_one_differs():
    one, again, other = (observe.observe(phone(), offline=0.5, seed=seed) for seed in (1, 1, 2))
    assert one.log.equals(again.log)
    assert not one.log.equals(other.log)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"online": 1.2}, "online = 1.2: must be a share from 0 to 1"),
        ({"false_merges": 0.6}, "false_merges = 0.6: must be a share from 0 to 0.5"),
        ({"offline": "all"}, "offline = 'all': must be a number"),
        ({"days_late": 0.0}, "days_late = 0.0: must be a number of days above 0"),
        ({"ofline": 0.5}, "Did you mean 'offline'?"),
        ({"late": float("nan")}, "late = nan"),
    ],
)
def test_a_setting_that_cannot_be_is_told(wrong, told):
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the message is compared below)
        observe.observe(phone(), **wrong)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_a_run_that_has_not_kept_its_contacts_is_refused():
    thin = cjsim.simulate("phone", 50, log="stages")
    with pytest.raises(ValueError, match="log='all'"):
        observe.observe(thin)
    with pytest.raises(ValueError, match=r"must be what cjsim\.simulate returns, not str"):
        observe.observe("phone")


def test_it_says_what_was_recorded_and_keeps_the_truth_apart(tmp_path):
    seen = observe.observe(phone(), offline=0.5, match=0.7, false_merges=0.1)
    counts = seen.table["count"]
    assert f"{counts['recorded']:,} are recorded" in seen.says("en")
    assert "Людей:" in seen.says("ru")
    assert repr(seen).startswith("<Observed of ")
    assert "<table>" in seen._repr_html_()
    assert seen.save(tmp_path / "firm") == [
        "log.csv", "truth/counts.csv", "truth/names.csv", "truth/rows.csv",
    ]  # fmt: skip
    firm = [path.name for path in (tmp_path / "firm").iterdir() if path.is_file()]
    assert firm == ["log.csv"]
    head = (tmp_path / "firm" / "log.csv").read_text(encoding="utf-8").splitlines()[0]
    assert head == "time,person,event,touchpoint,amount"
