"""What if: now against each change, on the same people, and what is said of it."""

import numpy as np
import pytest

import cjsim
from cjsim.experiment.what_if import NOW, name_of
from cjsim.experiment.workers import essence
from cjsim.scenario import Scenario, ScenarioError

SMALL = {"people": 60, "runs": 3, "executor": "here"}
TWO_WEEKS = {"guide.every_days": 14, "firm.reps": 3}


@pytest.fixture(scope="module")
def guide():
    short = {"burn_in_days": 0.0, "horizon_days": 200.0}
    return Scenario.load("phone", "guide").with_changes(short)


def test_it_is_the_comparison_that_one_would_make_by_hand(guide):
    found = cjsim.what_if(guide, {"often": TWO_WEEKS, "dear": {"product.price": 500}}, **SMALL)
    by_hand = cjsim.compare(
        {
            "now": guide,
            "often": guide.with_changes(TWO_WEEKS),
            "dear": guide.with_changes({"product.price": 500}),
        },
        **SMALL,
    )
    assert found.table.equals(by_hand.paired())
    assert found.runs.equals(by_hand.runs)
    assert isinstance(found, cjsim.Comparison)
    assert found.first == NOW


def test_a_change_that_changes_nothing_differs_by_nothing_to_the_last_bit(guide):
    same = {"guide.every_days": guide.strategies["guide"].every_days}
    found = cjsim.what_if(guide, {"same": same}, **SMALL)
    assert (found.table["difference"].fillna(0.0) == 0.0).all()
    assert found.changes == {"same": {}}
    assert found.says("en").endswith("Changed: same: it is so now.")


def test_it_tells_from_what_to_what(guide):
    changes = {"both": TWO_WEEKS, "mail": {"guide.touchpoints.webinar": 0.5}}
    found = cjsim.what_if(guide, changes, **SMALL)
    every_days = guide.strategies["guide"].every_days
    assert found.changes == {
        "both": {"guide.every_days": (every_days, 14), "firm.reps": (guide.firm.reps, 3)},
        "mail": {"guide.touchpoints.webinar": (None, 0.5)},
    }
    assert "mail: guide.touchpoints.webinar none → 0.5." in found.says("en")
    assert "mail: guide.touchpoints.webinar нет → 0,5." in found.says("ru")
    table = found.tables()["changes"]
    assert table.values.tolist()[0] == ["both", "firm.reps", "1", "3"]


def test_a_key_that_cannot_act_says_so_for_the_change_in_which_it_cannot(guide):
    sure = {"guide.accuracy": 1.0, "guide.optimism": 0.1}
    found = cjsim.what_if(guide, {"sure": sure, "seldom": {"guide.optimism": 0.1}}, **SMALL)
    assert list(found.idle["sure"]) == ["guide.optimism"]
    assert found.idle["seldom"] == {}
    assert "sure: guide.optimism changes nothing here: at accuracy 1" in found.says("en")


def test_a_list_is_named_after_what_it_changes(guide):
    found = cjsim.what_if(guide, [TWO_WEEKS, {"guide.push": "none"}], **SMALL)
    names = ["guide.every_days = 14, firm.reps = 3", 'guide.push = "none"']
    assert list(found.scenarios) == ["now", *names]
    assert name_of({"firm.reps": np.int64(2), "market.pain_share": np.float64(0.5)}) == (
        "firm.reps = 2, market.pain_share = 0.5"
    )


def test_now_has_a_word_in_each_language(guide):
    found = cjsim.what_if(guide, [TWO_WEEKS], **SMALL)
    assert found.named("now", "en") == "Now"
    assert found.named("now", "ru") == "Сейчас"
    assert "Сейчас" in found.says("ru")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (3, "changes = 3: must be changes by name, such as"),
        ({}, "changes is empty"),
        ([], "changes is empty"),
        ({"guide.every_days": 14}, r"changes\['guide.every_days'\] = 14: must be keys and their"),
        ([5], r"changes\[0\] = 5: must be keys"),
        ([{}], r"changes\[0\] = \{\}: must be keys"),
        ({"a": {1: 2}}, r"changes\['a'\] = \{1: 2\}: must be keys"),
        ({"now": TWO_WEEKS}, "'now' is the scenario as it is"),
        ([TWO_WEEKS, TWO_WEEKS], "'guide.every_days = 14, firm.reps = 3' is another change"),
        ({" ": TWO_WEEKS}, "is no name"),
        ({"many": {"market.people": 9}}, "market.people cannot differ"),
        ({"many": {"market": {"people": 9}}}, "market.people cannot differ"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(guide, changes, said):
    with pytest.raises(ValueError, match=said):
        cjsim.what_if(guide, changes, **SMALL)


def test_a_misspelt_key_brings_the_nearest_spelling(guide):
    with pytest.raises(ScenarioError, match=r"did you mean every_days\?"):
        cjsim.what_if(guide, [{"guide.evry_days": 14}], **SMALL)


# --- Titles of strategies -------------------------------------------------------------------------


def test_a_strategy_is_called_by_its_title_where_it_runs_under_its_name(guide):
    titled = guide.with_changes({"guide.title": "With a hand held"})
    pair = {"pull": titled.with_strategy("pull"), "guide": titled, "mine": titled}
    found = cjsim.compare(pair, **SMALL)
    assert [found.named(name, "en") for name in pair] == ["Pull", "With a hand held", "mine"]
    assert "With a hand held against Pull" in found.says("en")
    other = cjsim.compare({"guide": titled.with_strategy("pull")}, **SMALL)
    assert other.named("guide", "en") == "Guide"  # a name, not what runs
    assert "strategy With a hand held" in titled.says("en")
    assert cjsim.compare({"pull": guide, "guide": guide}, **SMALL).named("guide", "en") == "Guide"


def test_two_of_one_title_are_told_apart_by_their_names(guide):
    titles = {"guide.title": "Mails", "animator.title": "Mails"}
    titled = guide.with_changes(titles)
    found = cjsim.compare([titled, titled.with_strategy("animator")], **SMALL)
    assert [found.named(name) for name in found.scenarios] == ["Mails (guide)", "Mails (animator)"]


def test_a_title_changes_no_run(guide):
    titled = guide.with_changes({"guide.title": "With a hand held"})
    assert essence(titled) == essence(guide)  # a sweep's folder goes on after it
    found = cjsim.compare({"a": guide, "b": titled}, **SMALL)
    assert (found.paired()["difference"].fillna(0.0) == 0.0).all()
    assert found.scenarios["b"].diff(guide) == {"strategies.guide.title": ("With a hand held", "")}
