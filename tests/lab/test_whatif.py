"""The what-if lab: what a hand does to it, and what it answers."""

import re
import threading
from datetime import UTC, datetime

import ipywidgets as widgets
import numpy as np
import pytest
from scipy import stats

import cjsim
from cjsim.lab.background import Answer, Answers, Question
from cjsim.lab.dials import box
from cjsim.lab.whatif import DIALS, Lab
from cjsim.measures import UNITS
from cjsim.scenario import presets
from cjsim.scenario.keys import key_at


@pytest.fixture(scope="module")
def base():
    """A phone whose market is quickly run."""
    phone = cjsim.Scenario.load("phone")
    return phone.with_changes({"burn_in_days": 0.0, "horizon_days": 120.0})


@pytest.fixture
def lab(base):
    made = Lab(base, people=100)
    assert made.wait()
    return made


def by_hand(lab: Lab, measure: str, runs: int = 5) -> np.ndarray:
    """What `compare` finds for the settings on the screen: B less A, run by run."""
    first, second = lab.settings.scenarios
    found = cjsim.compare({"A": first, "B": second}, lab.settings.people, runs=runs)
    return found.gaps()["B"][measure].to_numpy()


# --- answers ----------------------------------------------------------------------------------


def test_it_opens_with_an_answer(lab):
    gaps = by_hand(lab, "contacts")
    mean, low, high = lab.answer.gap("contacts")
    interval = stats.ttest_1samp(gaps, 0.0).confidence_interval()
    assert (mean, low, high) == pytest.approx((gaps.mean(), interval.low, interval.high))
    assert "Changed: nothing" in lab.sentence.value
    assert lab.board.shown["alt"] in lab.sentence.value


def test_there_are_twelve_dials_and_each_moves_the_answer_or_not_as_compare_says(lab):
    assert len(DIALS) == len(lab.dials) == 12
    for key, dial in lab.dials.items():
        dial.value = dial.max
        assert lab.wait(), key
        assert lab.settings.changes[key] == dial.max
        assert lab.trouble.value == "", key
        assert lab.answer.gap("contacts")[0] == pytest.approx(by_hand(lab, "contacts").mean()), key


def test_the_board_shows_how_many_reached_each_stage(lab):
    first, _ = lab.settings.scenarios
    found = cjsim.compare({"A": first}, 100, runs=5).means()["A"]
    shown = lab.board.shown["reached"][0]
    assert shown[0] == found["reached_awareness"]
    assert shown[11] == found["reached_recommendation"]
    assert len(lab.board.stages) == 12


def test_a_strategy_against_itself_is_told_as_no_difference(lab):
    lab.sides[1].value = "pull"
    assert lab.wait()
    assert lab.answer.gap("revenue")[0] == 0.0
    assert "no difference at all" in lab.sentence.value


def test_with_luck_of_their_own_the_same_strategy_differs(lab):
    lab.sides[1].value = "pull"
    lab.same.value = False
    assert lab.wait()
    assert lab.answer.gap("reached_awareness")[0] != 0.0


def test_more_runs_narrow_the_interval(lab):
    before = lab.answer.gap("contacts")
    lab.buttons["more"].click()
    assert lab.wait()
    after = lab.answer.gap("contacts")
    assert lab.answer.runs == 25
    assert after[2] - after[1] < before[2] - before[1]


def test_presses_on_more_add_up_and_never_show_fewer_worlds(lab, monkeypatch):
    seen = []
    monkeypatch.setattr(lab, "_draw", lambda answer, *told: seen.append(answer.runs))
    for _ in range(3):
        lab.buttons["more"].click()
    assert lab.wait()
    assert lab.answer.runs == 65
    assert min(seen) > 5


def test_stop_says_what_is_done_and_nothing_when_nothing_runs(lab):
    lab.buttons["stop"].click()
    assert lab.done.value == "worlds done: 5"
    lab.size.value = 10_000
    lab.buttons["stop"].click()
    said = lab.done.value
    assert lab.wait()
    assert said in ("worlds done: 0", "worlds done: 1")
    lab.buttons["stop"].click()
    assert lab.done.value == said
    assert "100 people, worlds: 5" in lab.sentence.value or said == "worlds done: 1"


def test_a_run_that_fails_is_over(lab, monkeypatch):
    monkeypatch.setattr("cjsim.lab.background.live", lambda batch: 1 / 0)
    lab.dials["product.quality"].value = 0.9
    assert lab.wait()
    assert "division by zero" in lab.trouble.value
    assert lab.done.value == "worlds done: 0"


def test_a_market_of_nobody_is_refused(base):
    with pytest.raises(ValueError, match="people = 0: must be a whole number of at least 1"):
        Lab(base, people=0)


# --- what a hand does -------------------------------------------------------------------------


def test_undo_goes_back_step_by_step(lab):
    assert lab.buttons["undo"].disabled
    lab.dials["guide.accuracy"].value = 0.9
    lab.dials["product.price"].value = 22.0
    lab.buttons["undo"].click()
    assert lab.settings.changes == {"guide.accuracy": 0.9}
    assert lab.dials["product.price"].value == lab.settings.base.product.price
    assert lab.dials["guide.accuracy"].value == 0.9
    lab.buttons["undo"].click()
    assert lab.settings.changes == {}
    assert lab.buttons["undo"].disabled


def test_reset_can_be_undone(lab):
    lab.dials["guide.accuracy"].value = 0.9
    lab.buttons["reset"].click()
    assert lab.settings.changes == {}
    lab.buttons["undo"].click()
    assert lab.settings.changes == {"guide.accuracy": 0.9}


def test_a_pinned_result_stays_while_the_rest_moves(lab):
    lab.buttons["pin"].click()
    pinned = lab.board.shown["pinned"]
    lab.dials["guide.accuracy"].value = 1.0
    assert lab.wait()
    assert lab.board.shown["pinned"] == pinned
    assert "pinned" in lab.table.value
    lab.buttons["pin"].click()
    assert lab.board.shown["pinned"] is None
    assert "pinned" not in lab.table.value


def test_a_pin_is_drawn_at_its_share_in_a_larger_market(lab):
    lab.buttons["pin"].click()
    pinned = np.array(lab.board.shown["pinned"])
    lab.size.value = 500
    assert lab.wait()
    assert np.array(lab.board.shown["pinned"]) == pytest.approx(5 * pinned)
    assert "pinned B − A (100)" in lab.table.value


@pytest.mark.parametrize("product", presets())
def test_every_dial_can_be_turned_back_to_where_it_was(product):
    lab = Lab(cjsim.Scenario.load(product), people=5)
    for key, dial in lab.dials.items():
        was = dial.value
        if isinstance(dial, widgets.SelectionSlider):  # endless reps
            dial.value = 2
        else:
            steps = (dial.value - dial.min) / dial.step
            assert steps == pytest.approx(round(steps), abs=1e-6), key
            dial.value = dial.max if dial.value < dial.max else dial.min
        assert list(lab.settings.changes) == [key]
        dial.value = was
        assert lab.settings.changes == {}


def test_a_product_opens_with_no_more_people_than_there_are():
    lab = Lab(cjsim.Scenario.load("manicure"))
    whole = lab.settings.base.market.people
    assert lab.settings.people == lab.size.value == whole < 2000
    assert dict(lab.size.options)[f"{whole}, the whole market"] == whole
    assert f"500 of {whole}" in dict(lab.size.options)
    lab.product.value = "phone"
    assert lab.settings.people == 2000
    assert dict(lab.size.options)["2,000, the whole market"] == 2000
    lab.size.value = 500  # a hand has chosen: so it stays, but for smaller markets
    lab.product.value = "car"
    assert lab.settings.people == 500
    lab.product.value = "manicure"
    assert lab.settings.people == whole
    lab.size.value = 500
    lab.buttons["reset"].click()
    assert lab.settings.people == 500


def opened(lab: Lab, table: str) -> dict[str, object]:
    """The boxes of a drawer by the words before them."""
    place = lab.drawers.titles.index(table)
    lab.drawer.value = place
    rows = lab.drawers.children[place].children
    return {row.children[0].description: row.children[0] for row in rows}


def test_dials_and_drawers_say_the_same(lab):
    dial = lab.dials["product.price"]
    dial.value = 20.0
    box = opened(lab, "product")["price"]
    assert box.value == 20.0
    dial.value = 30.0
    assert box.value == 30.0
    box.value = 1_234_567.0
    assert dial.value == 1_234_567.0
    assert lab.wait()
    assert "Changed: product.price = 1,234,567." in lab.sentence.value
    box.value = -5.0  # cannot be
    assert "product.price = -5.0: must be" in lab.trouble.value
    assert (box.value, dial.value) == (1_234_567.0, 1_234_567.0)


def test_a_strategys_key_is_one_whether_its_name_is_long_or_short(lab):
    lab.dials["guide.accuracy"].value = 0.9
    opened(lab, "strategies.guide")["accuracy"].value = 0.3
    assert lab.settings.changes == {"guide.accuracy": 0.3}
    assert lab.dials["guide.accuracy"].value == 0.3


def test_a_value_that_cannot_be_is_told_and_the_picture_stays(lab):
    before = lab.board.shown["number"]
    lab._set_key("guide.accuracy", 1.5)
    assert "must be a number from 0 to 1" in lab.trouble.value
    assert 'role="alert"' in lab.trouble.value
    assert lab.board.shown["number"] == before
    assert lab.settings.changes == {}
    lab.dials["guide.accuracy"].value = 0.9
    assert lab.trouble.value == ""


def test_what_is_wrong_is_told_in_the_language_of_the_lab(base):
    lab = Lab(base, "ru", people=9)
    lab._set_key("guide.accuracy", 1.5)
    assert "guide.accuracy = 1.5: ожидается число от 0 до 1" in lab.trouble.value
    upload(lab, b"[product]\nprise = 3.0\n")
    assert "mine.toml, строка 2: product.prise: в [product] нет такого ключа" in lab.trouble.value


def test_another_product_opens_as_it_is(lab):
    lab.dials["guide.accuracy"].value = 0.9
    lab.product.value = "yogurt"
    assert lab.settings.base == cjsim.Scenario.load("yogurt")
    assert lab.settings.changes == {}
    assert lab.dials["product.price"].value == lab.settings.base.product.price


# --- files ------------------------------------------------------------------------------------


def saved(lab: Lab, monkeypatch) -> tuple[str, bytes]:
    """The file that the browser is given when the button is pressed: its name and content."""
    given = []
    monkeypatch.setattr(lab.board, "send", given.append)
    lab.buttons["save"].click()
    (file,) = given
    return file["name"], file["content"].encode()


def upload(lab: Lab, content: bytes, name: str = "mine.toml") -> None:
    lab.file.value = (
        {
            "name": name,
            "content": memoryview(content),
            "size": len(content),
            "type": "",
            "last_modified": datetime.now(UTC),
        },
    )


def test_what_is_on_the_screen_can_be_taken_away_and_loaded(lab, base, monkeypatch):
    lab.dials["product.price"].value = 22.0
    name, kept = saved(lab, monkeypatch)
    assert name == "phone.toml"
    other = Lab(base)
    upload(other, kept)
    assert other.trouble.value == ""
    assert other.settings.base == lab.settings.scenarios[1]
    assert other.dials["product.price"].value == 22.0


def test_a_saved_lab_comes_back_with_its_strategy(lab, monkeypatch):
    lab.sides[1].value = "animator"
    _, kept = saved(lab, monkeypatch)
    upload(lab, kept)
    assert lab.settings.sides == ("pull", "animator")


def test_the_same_file_can_be_loaded_twice(lab, monkeypatch):
    name, kept = saved(lab, monkeypatch)
    upload(lab, kept, name)
    for product in ("car", "yogurt"):
        lab.product.value = product
        upload(lab, kept, name)
        assert lab.settings.base.name == "phone"


def test_a_broken_file_is_told_by_its_name_and_changes_nothing(lab):
    before = lab.settings
    upload(lab, b"[product]\nprise = 3.0\n")
    assert "mine.toml" in lab.trouble.value
    assert "price" in lab.trouble.value
    assert "/tmp" not in lab.trouble.value
    assert lab.settings is before


# --- drawers ----------------------------------------------------------------------------------


def test_drawers_hold_the_other_keys_and_are_filled_when_opened(lab):
    place = lab.drawers.titles.index("market")
    drawer = lab.drawers.children[place]
    assert drawer.children == ()
    lab.drawers.selected_index = place
    controls = {row.children[0].description: row.children[0] for row in drawer.children}
    assert controls["onset_days"].value == lab.settings.base.market.onset_days
    controls["onset_days"].value = 10.0
    assert lab.settings.changes == {"market.onset_days": 10.0}


def test_every_drawer_opens_and_every_control_says_what_it_means(lab):
    for place, name in enumerate(lab.drawers.titles):
        lab.drawers.selected_index = place
        rows = lab.drawers.children[place].children
        assert rows, name
        if not name.endswith("touchpoints"):
            assert all(row.children[1].value for row in rows), name


def test_a_touchpoint_can_be_switched_off_in_its_drawer(lab):
    place = lab.drawers.titles.index("strategies.guide.touchpoints")
    lab.drawers.selected_index = place
    rows = lab.drawers.children[place].children
    running = next(row.children[0] for row in rows if row.children[0].value > 0)
    running.value = 0.0
    assert lab.trouble.value == ""
    assert list(lab.settings.changes.values()) == [0.0]


def test_a_key_gets_the_control_of_its_kind(base):
    kinds = {
        "firm.repeat_needs_rep": "Checkbox",
        "strategies.guide.push": "Dropdown",
        "firm.reps": "IntText",
        "product.price": "FloatText",
    }
    for key, kind in kinds.items():
        known = key_at(tuple(key.split(".")))
        assert type(box(base, key, known)).__name__ == kind


def test_differences_of_shares_are_points(lab):
    assert re.search(r"Churn</th>(<td>.*?</td>){2}<td><\w+>[+−]?[\d.]+ pp", lab.table.value)


def test_the_sentence_tells_the_settings_of_its_own_runs(lab):
    """The newest answer may come after the next setting was chosen."""
    old = lab.answer
    lab.dials["guide.accuracy"].value = 0.9
    assert lab.wait()
    lab._show_answer(old)
    assert "Changed: nothing" in lab.sentence.value


def test_a_page_that_comes_late_is_told_what_stands(lab, monkeypatch):
    """Worlds that are done while a browser makes its page have nobody to be told to."""
    told = {}
    for name in ("board", "sentence", "table", "done"):
        widget = getattr(lab, name)
        monkeypatch.setattr(widget, "send_state", lambda key, name=name: told.update({name: key}))
    lab.board._handle_custom_msg("drawn", [])
    assert told == {"board": "shown", "sentence": "value", "table": "value", "done": "value"}


# --- languages, notebooks ---------------------------------------------------------------------


def test_it_speaks_russian(base):
    lab = Lab(base, "ru")
    assert lab.wait()
    assert lab.dials["product.price"].description == "Цена"
    assert "Изменено: ничего" in lab.sentence.value
    assert "первые сделки" in lab.table.value


def test_a_saved_notebook_keeps_a_line_and_no_addresses(lab):
    bundle = lab._repr_mimebundle_()
    assert bundle["text/plain"] == "<Lab: phone, pull / guide>"
    assert "run this cell" in bundle["text/html"]


# --- the worker -------------------------------------------------------------------------------


def test_a_newer_question_takes_the_place_of_an_older_one(base):
    """The older one stops after the world it is in."""
    seen: list[Answer] = []
    first_seen, go_on = threading.Event(), threading.Event()

    def publish(answer: Answer) -> None:
        seen.append(answer)
        first_seen.set()
        go_on.wait(20)

    answers = Answers(publish, failed=seen.append)
    pair = (base.with_strategy("pull"), base.with_strategy("guide"))
    old, new = Question(pair, 20, tuple(range(1, 50))), Question(pair, 30, (1, 2))
    answers.ask(old)
    assert first_seen.wait(20)
    answers.ask(new)
    go_on.set()
    assert answers.wait(20)
    assert [answer.question for answer in seen] == [old, new, new]
    assert seen[-1].values.shape == (2, 2, len(UNITS))


def test_cancel_leaves_the_worlds_that_are_done(base):
    seen: list[Answer] = []
    answers = Answers(lambda a: (seen.append(a), answers.cancel()), failed=seen.append)
    pair = (base, base)
    answers.ask(Question(pair, 20, tuple(range(1, 50))))
    assert answers.wait(20)
    assert len(seen) == 1
    answers.ask(Question(pair, 20, (3,)))
    assert answers.wait(20)
    assert len(seen) == 2


def test_what_goes_wrong_in_a_run_is_told(base, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr("cjsim.lab.background.live", lambda batch: 1 / 0)
    answers = Answers(publish=lambda answer: None, failed=said.append)
    answers.ask(Question((base, base), 10, (1,)))
    assert answers.wait(20)
    assert said == ["ZeroDivisionError: division by zero"]


def test_two_labs_do_not_see_each_others_settings(base):
    one, two = Lab(base), Lab(base)
    one.dials["guide.accuracy"].value = 0.9
    assert two.settings.changes == {}
    assert two.dials["guide.accuracy"].value != 0.9
