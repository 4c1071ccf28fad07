"""The engine in the kernel: the numbers of an experiment, the newest question, errors in words."""

import itertools
import json
import math
import threading

import numpy as np
import pytest

import cjsim
from cjsim.board.kernel import Kernel, Question, as_text
from cjsim.board.keys import keys_of, tables_of
from cjsim.board.lives import FITS_FROM
from cjsim.board.tally import DAYS
from cjsim.experiment.compare import compare
from cjsim.measures.money import money
from cjsim.measures.retention import retention
from cjsim.model.events import Event
from cjsim.model.parameters import fits
from cjsim.model.streams import worlds

PEOPLE, RUNS = 150, 3
SIDES = [{"strategy": "pull", "dials": {}}, {"strategy": "guide", "dials": {"accuracy": 0.9}}]


def question(**other):
    return {
        "id": 1, "kind": "worlds", "people": PEOPLE, "worlds": list(range(RUNS)),
        "same_luck": True, "sides": SIDES, "dials": {}, **other,
    }  # fmt: skip


def answered(kernel, message):
    """All answers but those that say that one is under way: how many depends on the machine."""
    return [answer for answer in kernel.answers(message) if "alive" not in answer]


@pytest.fixture(scope="module")
def phone():
    return cjsim.Scenario.load("phone")


@pytest.fixture(scope="module")
def kernel(phone):
    return Kernel(phone, print, "en")


@pytest.fixture(scope="module")
def answers(kernel):
    return answered(kernel, question())


@pytest.fixture(scope="module")
def comparison(phone):
    guided = phone.with_changes({"guide.accuracy": 0.9}).with_strategy("guide")
    return compare({"pull": phone.with_strategy("pull"), "guide": guided}, PEOPLE, runs=RUNS)


def test_a_world_after_the_other_and_then_done(answers):
    assert [answer.get("world") for answer in answers] == [0, 1, 2, None]
    assert answers[-1] == {"id": 1, "done": True}


def test_measures_are_those_of_a_comparison_to_the_last_bit(answers, comparison):
    for world, answer in enumerate(answers[:RUNS]):
        for side, name in enumerate(("pull", "guide")):
            row = comparison.runs.loc[name].iloc[world]
            told = answer["sides"][side]["measures"]
            same = {k: (math.nan if v is None else v) for k, v in told.items()}
            assert all(same[k] == row[k] or math.isnan(same[k]) == math.isnan(row[k]) for k in same)
            assert same["profit"] == row["profit"]
            assert answer["sides"][side]["reached"][6] == row["reached_first_deal"]


def test_who_stays_is_the_retention_of_the_run(kernel, phone):
    answer, _ = answered(kernel, question(worlds=[1], stays=True))
    seed = worlds(1, 2)[1]
    for side, strategy in zip(answer["sides"], ("pull", "guide"), strict=True):
        run = cjsim.simulate(kernel.scenarios(question())[strategy == "guide"], PEOPLE, seed=seed)
        curve = retention(run)
        days = [phone.horizon_days * place / (DAYS - 1) for place in range(DAYS)]
        expected = [curve["retained"][curve.index <= day].iloc[-1] for day in days]
        told = side["retained"]
        assert len(told) == DAYS
        assert min(told[:50]) < 1.0
        for one, other in zip(told, expected, strict=True):
            assert one is None or one == pytest.approx(other)


def test_pairs_are_the_quadrants_of_the_uplift(answers, comparison):
    shares = comparison.uplift()["share"].loc["guide"]
    pairs = np.array([answer["pairs"][0] for answer in answers[:RUNS]], float)
    told = (pairs / pairs.sum(axis=1, keepdims=True)).mean(axis=0)
    assert told == pytest.approx(shares.to_numpy(), rel=1e-12)


def test_money_is_the_account_by_person(answers, phone):
    account = money(cjsim.simulate(phone.with_strategy("pull"), PEOPLE, seed=1)).iloc[0]
    for bar, value in answers[0]["sides"][0]["money"].items():
        assert value == pytest.approx(account[bar] / PEOPLE, rel=1e-12)


def test_what_goes_to_a_browser_has_no_nan(answers):
    for answer in answers:
        json.loads(as_text(answer), parse_constant=lambda name: pytest.fail(name))


# --- luck -------------------------------------------------------------------------------------


def seeds(side, same_luck, runs=20):
    asked = Question(question(same_luck=same_luck), ())
    return [asked.seed(side, world) for world in range(runs)]


def test_the_first_side_lives_in_the_worlds_of_an_experiment():
    for same_luck in (True, False):
        assert seeds(0, same_luck) == list(worlds(1, 20))


def test_with_the_same_luck_all_live_in_the_same_worlds():
    assert seeds(3, True) == seeds(0, True)


def test_with_luck_of_their_own_no_world_is_met_twice():
    met = [seed for side in range(4) for seed in seeds(side, False)]
    assert len(met) == len(set(met))


def test_with_luck_of_its_own_a_side_differs_from_itself(kernel):
    twice = [SIDES[0], SIDES[0]]
    same = answered(kernel, question(sides=twice, worlds=[0]))[0]["sides"]
    assert same[0] == same[1]
    own = answered(kernel, question(sides=twice, worlds=[0], same_luck=False))[0]["sides"]
    assert own[0] == same[0] != own[1]


# --- questions ----------------------------------------------------------------------------------


def test_the_newest_question_is_answered_and_the_older_one_given_up(phone):
    heard, second = [], threading.Event()

    def listen(answer):
        heard.append(answer)
        if not second.is_set():
            second.set()
            kernel.ask(question(id=2, worlds=[0]))

    kernel = Kernel(phone, listen, "en")
    kernel.ask(question(id=1, worlds=list(range(50))))
    assert second.wait(60)
    assert kernel.wait()
    assert [answer["id"] for answer in heard if "alive" not in answer][-2:] == [2, 2]
    assert len([answer for answer in heard if answer["id"] == 1]) <= 2


def test_what_was_run_is_remembered(phone, monkeypatch):
    kernel = Kernel(phone, print, "en")
    first = answered(kernel, question())
    monkeypatch.setattr("cjsim.board.kernel.simulate", lambda *a, **k: pytest.fail("run again"))
    assert answered(kernel, question()) == first


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"dials": {"product.price": -3}}, "product.price = -3"),
        ({"dials": {"product.prise": 3}}, "product.prise"),
        ({"people": 10**9}, "people"),
        ({"sides": [{"strategy": "gide", "dials": {}}] * 2}, "gide"),
    ],
)
def test_what_cannot_be_is_told_in_words(kernel, other, told):
    (answer,) = answered(kernel, question(**other))
    assert told in answer["error"]


def test_errors_speak_the_language_of_the_board(phone):
    (answer,) = answered(Kernel(phone, print, "ru"), question(dials={"product.price": -3}))
    assert "ожидается" in answer["error"]


def test_infinity_is_a_word_and_whole_numbers_may_have_a_point(kernel):
    endless = {"firm.reps": "inf", "firm.rep_cost_per_day": 0.0}
    told = answered(kernel, question(worlds=[0], dials=endless))
    assert told[0]["sides"][0]["measures"]["lost_in_queue"] == 0
    assert len(answered(kernel, question(worlds=[0], dials={"firm.reps": 2.0}))) == 2


def test_a_long_run_says_that_it_is_under_way(phone, monkeypatch):
    monkeypatch.setattr("cjsim.board.kernel.BEAT", 1e-6)
    told = list(Kernel(phone, print, "en").answers(question(worlds=[0])))
    assert told[0] == {"id": 1, "alive": True}
    assert next(answer for answer in told if "alive" not in answer)["world"] == 0


# --- lives --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told_lives(kernel):
    return answered(kernel, question(kind="lives", world=0, sample=30))[0]


def test_lives_are_rows_of_the_log(told_lives, phone):
    run = cjsim.simulate(phone.with_strategy("pull"), PEOPLE, seed=1)
    told = told_lives["lives"][0]
    persons = set(told["persons"])
    log = run.events.rows
    kinds = [int(Event[n]) for n in ("START", "ENTER", "CONTACT", "FIRST_DEAL", "REPEAT_DEAL")]
    kept = log[np.isin(log["person"], list(persons)) & np.isin(log["event"], kinds)]
    assert len(persons) == 30
    assert told["rows"]["event"] == kept["event"].tolist()
    assert told["rows"]["stage"] == kept["stage"].tolist()
    assert told["rows"]["time"] == pytest.approx(kept["time"], abs=1e-3)


def test_only_a_contact_fits_or_misses(told_lives, phone):
    rows = told_lives["lives"][1]["rows"]
    table = fits(phone)
    for event, fit, touchpoint, stage in zip(
        rows["event"], rows["fits"], rows["touchpoint"], rows["stage"], strict=True
    ):
        assert (fit is None) == (event != Event.CONTACT)
        if fit is not None:
            assert fit == (table[touchpoint, stage] >= FITS_FROM)


def test_those_who_differ_are_those_whose_ways_differ(told_lives):
    ways = []
    for side in told_lives["lives"]:
        rows, way = side["rows"], {person: [] for person in side["persons"]}
        for person, event, stage, time in zip(
            rows["person"], rows["event"], rows["stage"], rows["time"], strict=True
        ):
            if event != Event.CONTACT:
                way[person].append((time, event, stage))
        ways.append(way)
    differ = [person for person, way in ways[0].items() if way != ways[1][person]]
    assert told_lives["differ"] == differ
    assert 0 < len(differ) < 30


def test_lives_of_certain_people_and_of_nobody(kernel):
    told = answered(kernel, question(kind="lives", who=[3, 1]))[0]["lives"][0]
    assert told["persons"] == [1, 3]
    (answer,) = answered(kernel, question(kind="lives", who=[PEOPLE]))
    assert "who" in answer["error"]


# --- keys ---------------------------------------------------------------------------------------


def test_every_table_can_be_opened_in_both_languages(phone):
    for table, lang in itertools.product(tables_of(phone), ("en", "ru")):
        rows = keys_of(phone, table, lang)
        assert rows, table
        assert all(row["title"] for row in rows)


def test_a_key_that_is_set_is_what_the_table_then_says(kernel):
    asked = question(kind="keys", table="market", dials={"market.pain_share": 0.2})
    rows = {row["key"]: row for row in answered(kernel, asked)[0]["keys"]}
    assert rows["market.pain_share"]["value"] == 0.2
    assert "market.people" not in rows
