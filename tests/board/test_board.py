"""The board in Chromium: what a visitor sees and does, in both languages, at every width."""

import json
import os
import re
from pathlib import Path

import pytest

from cjsim import Scenario
from cjsim.lab import lab
from tests.board import eyes
from tests.board.stand import stand

WIDTHS = {390: 844, 800: 768, 1366: 768, 1920: 1080}
SIDES = "#phone;guess=skip;s=pull+guide,accuracy:0.9"


def keep(visit, name):
    """Keep a screenshot, if CJSIM_SCREENSHOTS names a folder."""
    if folder := os.environ.get("CJSIM_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        visit.page.screenshot(path=Path(folder, f"{name}.png"))


# --- first sight ----------------------------------------------------------------------------------


def test_first_sight_asks_before_it_answers(visitor):
    visitor.open()
    assert visitor.text("h1") == "Can you make the guide earn more than waiting?"
    assert "Phone" in visitor.text(".lead")
    assert "the same luck on every side" in visitor.text(".lead")
    assert visitor.js("document.querySelectorAll('.side .line').length") == 2
    assert visitor.js("document.querySelectorAll('.dial').length") == 5
    assert [card.strip() for card in visitor.page.locator(".big .v").all_inner_texts()] == ["?"] * 3
    assert len(visitor.bars()) == 12  # only the first side's
    for view in ("who", "trail", "lives"):
        visitor.find(f"tab-{view}").click()
        visitor.settled()
        assert visitor.text(".pic") == "Which earns more per person? Guess first."
    visitor.find("tab-funnel").click()
    visitor.find("guess-1").click()
    visitor.settled()
    assert len(visitor.bars()) == 24
    assert "You said Guide." in visitor.text(".reaction")
    assert "Guide" in visitor.text(".say")
    assert "?" not in visitor.text(".nums")


def test_a_try_asks_for_a_guess_and_then_turns_the_dial(visitor):
    visitor.open("#phone;guess=skip")
    visitor.find("try-blind").click()
    assert visitor.text(".guess .lab") == "What will churn do if the guide knows nothing?"
    visitor.find("answer-up").click()
    visitor.settled()
    assert visitor.js("board.state.sides[1].dials") == {"accuracy": 0}
    assert re.match("You said “goes up”. It (goes|hardly)", visitor.text(".reaction"))


def test_numbers_are_those_of_the_engine(visitor):
    visitor.open(SIDES)
    told = visitor.js("board.asker.answersTo(board.state, 5)")
    deals = [
        sum(a["sides"][1]["measures"][m] for m in ("first_deals", "repeat_deals")) for a in told
    ]
    mean = sum(deals) / 5
    per = visitor.page.locator("[data-measure=deals] .per").inner_text().split()
    assert per == ["A", per[1], "B", f"{mean:,.0f}"]


def test_who_stays_is_a_line_for_each_side(visitor):
    visitor.open("#phone;guess=skip;view=stay;lang=en")
    paths = "[...document.querySelectorAll('.pic path[data-side]')].map((p) => p.getAttribute('d'))"
    curves = visitor.js("board.settled.sides.map(({ retained }) => retained)")
    label = visitor.page.locator(".pic svg[role=img]").get_attribute("aria-label")
    year = [f"{100 * curve[20]:.0f}" for curve in curves]  # of five years in a hundred steps
    assert re.findall(r"(\d+)%", label) == year
    before = visitor.js(paths)
    visitor.slide("range-accuracy-1", 0)
    after = visitor.js(paths)
    assert (len(before), after[0]) == (2, before[0])
    assert after[1] != before[1]
    ghosts = "[...document.querySelectorAll('.pic path.ghost')].map((p) => p.getAttribute('d'))"
    assert visitor.js(ghosts) == [before[1]]
    visitor.find("tab-funnel").click()
    visitor.settled()
    assert len(visitor.bars()) == 24


# --- dials and sides ------------------------------------------------------------------------------


def test_a_dial_moves_the_picture_and_leaves_a_ghost_and_the_axis(visitor):
    visitor.open("#phone;guess=skip")
    bars, axis = visitor.bars(), visitor.js("board.axes.share")
    visitor.slide("range-accuracy-1", 1)
    assert visitor.bars()[0::2] == bars[0::2]  # Pull's stay where they are
    assert visitor.bars()[1::2] != bars[1::2]
    assert visitor.js("document.querySelectorAll('.ghost').length") > 3
    assert visitor.js("board.axes.share") == axis
    assert visitor.find("box-accuracy-1").input_value() == "1.00"
    assert "Guide: knows the stage 1.00" in visitor.text(".changes")
    visitor.find("back-accuracy-1").click()
    visitor.settled()
    assert visitor.bars() == bars
    assert visitor.text(".changes") == ""


def test_what_cannot_act_is_off_and_says_why(visitor):
    visitor.open("#phone;guess=skip;s=pull+animator+guide")
    whys = visitor.page.locator(".dial").first.locator(".why").all_inner_texts()
    assert whys == ["Does not write first", "Writes to all alike"]
    assert visitor.find("range-accuracy-0").count() == visitor.find("range-accuracy-1").count() == 0
    assert visitor.find("range-accuracy-2").count() == 1
    visitor.find("side-0").select_option("guide")
    visitor.settled()
    assert visitor.find("range-accuracy-0").count() == 1


def test_up_to_four_sides_each_with_dials_and_colour_of_its_strategy(visitor):
    visitor.open("#phone;guess=skip")
    for _ in range(2):
        visitor.find("add").click()
        visitor.settled()
    assert visitor.find("add").count() == 0
    assert len(visitor.bars()) == 48
    visitor.find("side-0").select_option("guide")
    visitor.settled()
    fill = "(i) => getComputedStyle(document.querySelectorAll('.side')[i]).borderLeftColor"
    assert visitor.js(fill, 0) == visitor.js(fill, 1) == "rgb(207, 113, 0)"
    assert visitor.text(".say").startswith("Guide B")
    patterns = visitor.js(
        "[0, 1].map((i) => document.querySelectorAll('.pic > svg pattern')[i].innerHTML)"
    )
    assert patterns[0] != patterns[1]  # turned
    visitor.find("remove-3").click()
    visitor.find("remove-2").click()
    visitor.settled()
    assert len(visitor.bars()) == 24


@pytest.mark.parametrize(
    ("lang", "typed", "shown", "told"),
    [
        ("en", "0,9", "0.90", ""), ("en", "0.9", "0.90", ""), ("ru", "0,9", "0,90", ""),
        ("ru", "0.9", "0,90", ""),
        ("en", "two", "0.70", "“two” is no number between 0.00 and 1.00"),
        ("ru", "5", "0,70", "«5» — не число от 0,00 до 1,00"),
        ("en", "", "0.70", "“” is no number"),
        ("en", "0.875", "0.875", ""),
    ],
)  # fmt: skip
def test_numbers_go_in_with_comma_or_point_and_come_back_in_the_readers_form(
    visitor, lang, typed, shown, told
):
    visitor.open(f"#phone;guess=skip;lang={lang}")
    box = visitor.find("box-accuracy-1")
    box.fill(typed)
    box.press("Enter")
    visitor.settled()
    assert box.input_value() == shown
    message = visitor.js(
        "document.querySelector('[data-f=box-accuracy-1]').closest('.track').querySelector('.msg').textContent"
    )
    assert message.startswith(told)
    assert bool(message) == bool(told)
    box.press("Escape")
    assert not visitor.js("[...document.querySelectorAll('.msg')].some((m) => m.textContent)")


# --- the views ------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_all_views_show_the_same_run(visitor, lang):
    visitor.open(f"{SIDES};lang={lang}")
    say = visitor.text(".say")
    seen = {}
    for view in ("funnel", "money", "who", "trail", "lives"):
        visitor.find(f"tab-{view}").click()
        visitor.settled()
        visitor.page.wait_for_function(
            "() => document.querySelector('.pic svg[role=img], .pic canvas[aria-label]')"
        )
        if view in ("trail", "lives"):
            visitor.page.wait_for_function("() => board.lives()")
        seen[view] = visitor.text(".pic")
        assert visitor.text(".say") == say
        keep(visitor, f"{view}_{lang}")
    assert len(set(seen.values())) == 5
    assert not re.search(r"[a-z]+_[a-z]+", "".join(seen.values()))  # no keys


def test_money_adds_up(visitor):
    visitor.open(f"{SIDES};view=money")
    money = visitor.js("board.settled.sides[1].money")
    costs = sum(money[k] for k in ("contact_cost", "touchpoint_cost", "rep_cost", "discounting"))
    assert money["margin"] - costs == pytest.approx(money["profit"])


def test_the_strip_and_the_dots_are_all_people(visitor):
    visitor.open(f"{SIDES};view=who")
    shares = visitor.page.locator(".strip li b").all_inner_texts()
    assert sum(float(share.rstrip("%")) for share in shares) == pytest.approx(100, abs=0.2)
    marks = "document.querySelectorAll('.pic > svg circle, .pic > svg rect').length"
    assert visitor.js(marks) + visitor.js(eyes.DIAMONDS) == 500


def test_the_trail_plays_when_asked_and_rings_a_person(visitor):
    visitor.open(f"{SIDES};view=trail")
    visitor.page.wait_for_function("() => board.trail.sides")
    assert visitor.js("board.trail.playing") is False
    day = visitor.js("board.trail.day")
    visitor.page.locator("body").press("Space")
    visitor.page.wait_for_function("(day) => board.trail.day > day", arg=day)
    visitor.page.locator("body").press("Space")
    assert visitor.js("board.trail.playing") is False
    visitor.page.locator("canvas").click(position={"x": 500, "y": 60})
    assert visitor.js("board.state.person") in visitor.js("board.trail.persons")
    assert "person=" in visitor.page.url
    counts = visitor.js("board.trail.sides.map((_, i) => board.trail.customers(i))")
    assert all(
        str(count) in visitor.page.locator("canvas").get_attribute("aria-label") for count in counts
    )


def test_two_lives_part_on_the_day_that_is_said(visitor):
    visitor.open(f"{SIDES};view=lives")
    visitor.page.wait_for_selector(".story")
    first = visitor.text(".pic h2")
    assert re.search(r"day [\d,]+: the lives part", visitor.page.locator(".pic > svg").inner_html())
    visitor.find("next").click()
    visitor.page.wait_for_function(
        "(old) => document.querySelector('.pic h2').innerText !== old", arg=first
    )
    assert visitor.js("document.activeElement.dataset.f") == "next"


# --- the address ----------------------------------------------------------------------------------


def test_reload_keeps_what_is_shown_and_back_undoes_it(visitor):
    visitor.open("#phone;guess=skip")
    first = visitor.bars()
    visitor.slide("range-product.price--1", 600)
    changed, address = visitor.bars(), visitor.page.url
    assert "product.price=600" in address
    visitor.page.reload()
    assert visitor.settled().bars() == changed
    visitor.find("undo").click()
    visitor.page.wait_for_function("() => !board.state.dials['product.price']")
    assert visitor.settled().bars() == first
    visitor.page.go_forward()
    visitor.page.wait_for_function("() => board.state.dials['product.price'] === 600")
    assert visitor.settled().bars() == changed


def test_a_code_that_is_read_aloud_shows_the_same(visitor):
    visitor.open("#phone;guess=skip;s=guide,accuracy:0.5+guide;product.price=600")
    code, settings = (
        visitor.find("code").input_value(),
        visitor.js("JSON.stringify(board.state.sides)"),
    )
    visitor.open("#phone;guess=skip")
    visitor.find("code").fill(code.lower().replace("-", " "))
    visitor.find("code").press("Enter")
    visitor.page.wait_for_function("() => board.state.dials['product.price'] === 600")
    assert visitor.js("JSON.stringify(board.state.sides)") == settings
    visitor.find("code").fill("HELLO")
    visitor.find("code").press("Enter")
    assert "HELLO" in visitor.text(".toast")


def test_another_product_by_address_and_by_hand_and_pins_go_with_the_old_one(visitor):
    visitor.open("#phone;guess=skip")
    visitor.find("pin").click()
    visitor.page.keyboard.type("as it is")
    visitor.page.keyboard.press("Enter")
    visitor.settled()
    assert visitor.page.locator(".pin").inner_text().split("\n")[:2] == ["1", "as it is"]
    assert visitor.js(eyes.PIN_MARKS) == 24
    visitor.page.reload()
    visitor.settled()
    assert visitor.js(eyes.PIN_MARKS) == 24
    visitor.find("product").select_option("car")
    visitor.page.wait_for_function("() => board.product.name === 'car'")
    visitor.settled()
    assert visitor.page.locator(".pin").count() == 0
    assert "Pins dropped" in visitor.text(".toast")
    assert "Car" in visitor.text(".lead")
    visitor.open("#car;guess=skip;lang=ru")
    assert "Автомобиль" in visitor.text(".lead")


# --- taking things along --------------------------------------------------------------------------


def test_a_saved_file_is_a_scenario_and_opens_with_sides_people_and_luck(visitor, tmp_path):
    visitor.open(
        "#phone;guess=skip;n=300;own-luck;s=pull+guide,accuracy:0.9;product.price=600;view=money"
    )
    with visitor.page.expect_download() as download:
        visitor.page.locator("[data-ex=save_file]:visible").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    scenario = Scenario.load(path)
    assert scenario.value("product.price") == 600
    assert scenario.value("guide.accuracy") == 0.9
    assert scenario.strategy == "guide"
    visitor.open("#phone;guess=skip")
    with visitor.page.expect_file_chooser() as chooser:
        visitor.page.locator("[data-ex=load_file]:visible").click()
    chooser.value.set_files(path)
    visitor.page.wait_for_function("() => board.state.dials['product.price'] === 600")
    state = visitor.js("board.state")
    assert (state["people"], state["same"], state["view"]) == (300, False, "money")
    assert state["sides"][1] == {"strategy": "guide", "dials": {"accuracy": 0.9}}


def test_pictures_stand_alone_and_name_what_they_show(visitor, tmp_path):
    visitor.open(f"{SIDES};lang=ru")
    for kind in ("svg", "png"):
        with visitor.page.expect_download() as download:
            visitor.page.locator(f"[data-ex={kind}]:visible").click()
        download.value.save_as(tmp_path / f"board.{kind}")
    svg = (tmp_path / "board.svg").read_text(encoding="utf-8")
    assert "var(--" not in svg
    for words in ("Заработает ли проводник", "Телефон", "знает этап 0,90", "Проводник"):
        assert words in svg
    assert (tmp_path / "board.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_sheet_to_print_has_question_answer_doubt_and_assumptions(visitor):
    visitor.open(SIDES)
    visitor.js(eyes.WATCH_PRINTING)
    visitor.page.locator("[data-ex=print]:visible").click()
    visitor.page.wait_for_function("() => printed.length === 1")
    sheet = visitor.js("printed[0]")
    for words in (
        "Can you make",
        visitor.js("board.plainSentence()"),
        "95 % luck interval",
        "Assumptions",
        "knows the stage 0.90",
    ):
        assert words in sheet


# --- hands, eyes and ears -------------------------------------------------------------------------


def test_sliders_have_names_and_say_their_value(visitor):
    visitor.open("#phone;guess=skip;more;lang=ru")
    told = visitor.page.locator("[data-f=range-accuracy-1]")
    assert told.get_attribute("aria-label") == "Знает этап, Б Проводник"
    assert told.get_attribute("aria-valuetext") == "0,70 доля верных"
    assert visitor.js(eyes.UNNAMED) == 0
    tree = visitor.page.locator("body").aria_snapshot()
    assert 'slider "Знает этап, Б Проводник"' in tree
    assert tree.count("- slider") == 12
    assert 'tab "Воронка" [selected]' in tree


def test_a_result_is_announced(visitor):
    visitor.open("#phone;guess=skip")
    visitor.slide("range-accuracy-1", 1)
    visitor.page.wait_for_function(
        "() => document.querySelector('[role=status].vh').textContent === board.plainSentence()"
    )


def test_everything_is_done_with_the_keyboard_alone(visitor):
    visitor.open()
    press = visitor.page.keyboard.press
    seen = []
    press("Tab")
    assert visitor.js("document.activeElement.className").endswith("skip")
    for _ in range(80):
        press("Tab")
        name = visitor.js(
            "document.activeElement.dataset?.f ?? document.activeElement.className ?? ''"
        )
        if name in seen or visitor.js("document.activeElement === document.body"):
            break
        seen.append(name)
    order = [
        "product",
        "guess-0",
        "side-0",
        "range-accuracy-1",
        "box-accuracy-1",
        "more",
        "tab-funnel",
        "code",
    ]
    assert [name for name in seen if name in order] == order
    visitor.find("guess-even").focus()
    press("Enter")
    visitor.settled()
    visitor.find("range-accuracy-1").focus()
    press("ArrowRight")
    visitor.settled()
    assert visitor.js("board.state.sides[1].dials") == {"accuracy": 0.71}
    assert visitor.js("document.activeElement.dataset.f") == "range-accuracy-1"
    visitor.find("tab-funnel").focus()
    press("ArrowRight")
    assert visitor.js("[board.state.view, document.activeElement.dataset.f]") == [
        "money",
        "tab-money",
    ]


def test_with_reduced_motion_all_jumps(browser, file):
    with stand(browser, file, reduced_motion="reduce") as calm:
        calm.open("#phone;guess=skip")
        calm.js(
            "() => { window.seen = new Set(); const old = board.paint.bind(board);"
            " board.paint = () => { seen.add(board.shown === board.settled); old(); }; }"
        )
        calm.slide("range-accuracy-1", 1)
        assert calm.js("[...seen]") == [True]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("lang", "dark"), [("en", False), ("ru", True)])
def test_it_fits_and_can_be_read_at_every_width(browser, file, width, dark, lang):
    with stand(browser, file, width=width, height=WIDTHS[width], dark=dark) as visit:
        visit.open(f"#phone;guess=b;lang={lang};s=pull+guide,accuracy:0.9+animator+nothing")
        keep(visit, f"w{width}_{lang}_{'dark' if dark else 'light'}")
        assert visit.js("document.documentElement.scrollWidth") <= width
        assert visit.js(eyes.PALE_WORDS) == []
        dials, picture = (
            visit.page.locator(f".{part}").bounding_box() for part in ("dialbox", "pic")
        )
        if width >= 800:
            assert dials["x"] + dials["width"] <= picture["x"]
        assert visit.js(eyes.CUT) == 0


def test_every_dial_of_a_panel_is_seen_on_a_phone(browser, file):
    """One below the other, as a frame does not tell that it goes on beside it."""
    with stand(browser, file, width=356, height=800) as visit:
        visit.open("#phone;guess=skip;lang=ru;bare")
        ends = visit.page.locator(".dial").evaluate_all(
            "dials => dials.map((dial) => dial.getBoundingClientRect().right)"
        )
        assert len(ends) > 2
        assert max(ends) <= 356


def test_the_three_numbers_are_named_in_full_in_a_frame_on_a_phone(browser, file):
    with stand(browser, file, width=320, height=800) as visit:
        visit.open("#phone;guess=skip;lang=ru;bare")
        cut = (
            "h => h.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.innerText)"
        )
        assert visit.page.locator(".big .h, .big .h b").evaluate_all(cut) == []


@pytest.mark.parametrize("width", [1366, 1920])
def test_room_mode_is_read_from_the_last_row(browser, file, width):
    with stand(browser, file, width=width, height=WIDTHS[width]) as visit:
        visit.open("#phone;guess=b;room")
        keep(visit, f"room_{width}")
        assert visit.js("board.rem()") >= 25.6
        assert visit.js("document.documentElement.scrollWidth") <= width
        assert visit.js("document.documentElement.scrollHeight") <= WIDTHS[width] + 1
        dials, picture = (
            visit.page.locator(f".{part}").bounding_box() for part in ("dialbox", "pic")
        )
        assert dials["x"] + dials["width"] <= picture["x"]
        assert not visit.page.locator(".top").is_visible()
        assert "Phone" in visit.text(".stamp")
        smallest = min(visit.js(eyes.LETTER_SIZES))
        assert smallest >= 19
        visit.page.keyboard.press("Escape")
        assert visit.page.locator(".top").is_visible()
        assert "room" not in visit.page.url


def test_the_dials_stay_under_the_thumb_on_a_phone(browser, file):
    with stand(browser, file, width=390, height=844, has_touch=True) as visit:
        visit.open("#phone;guess=skip")
        box = visit.page.locator(".dialbox").bounding_box()
        assert box["y"] + box["height"] == pytest.approx(844, abs=1)
        assert visit.find("range-accuracy-1").bounding_box()["height"] >= 36


# --- the engine -----------------------------------------------------------------------------------


def test_a_lost_engine_greys_the_picture_and_one_that_comes_back_clears_it(visitor):
    visitor.open("#phone;guess=skip")
    visitor.js("() => { window.silent = true }")
    visitor.find("range-accuracy-1").evaluate(eyes.HOLD, 1)
    visitor.page.wait_for_selector(".board.lost")
    assert "older than the dials" in visitor.text(".lostwords")
    visitor.js("() => { window.silent = false }")
    visitor.slide("range-accuracy-1", 0.5)
    assert visitor.page.locator(".board.lost").count() == 0
    assert visitor.text(".lostwords") == ""


def test_a_new_question_takes_the_place_of_an_old_one(visitor):
    visitor.open("#phone;guess=skip")
    visitor.js("() => { questions.length = 0 }")
    for value in (0.1, 0.2, 0.3, 0.4):
        visitor.find("range-accuracy-1").evaluate(eyes.HOLD, value)
    visitor.settled()
    asked = visitor.js("questions.map((q) => q.id)")
    assert asked == sorted(set(asked))
    assert visitor.js("board.asker.answersTo(board.state, 5).length") == 5
    assert visitor.js("board.state.sides[1].dials.accuracy") == 0.4


def test_what_the_engine_refuses_is_said_and_taken_back(visitor):
    visitor.open("#phone;guess=skip")
    visitor.js("board.turn((s) => { s.dials['product.price'] = -5 })")
    visitor.page.wait_for_function("() => document.querySelector('.trouble').textContent")
    assert "product.price = -5" in visitor.text(".trouble")
    assert visitor.js("board.state.dials") == {}


def test_all_other_keys_can_be_set(visitor):
    visitor.open("#phone;guess=skip;more")
    visitor.find("table").select_option("market")
    visitor.page.wait_for_selector("[data-f='key-market.pain_share']")
    before = visitor.bars()
    box = visitor.find("key-market.pain_share")
    box.fill("0,9")
    box.press("Enter")
    visitor.settled()
    assert visitor.js("board.state.dials") == {"market.pain_share": 0.9}
    assert visitor.bars() != before
    visitor.find("tab-money").click()
    visitor.settled()
    visitor.page.wait_for_function(
        "() => document.querySelector('[data-f=\"key-market.pain_share\"]')?.value === '0.9'"
    )
    visitor.page.reload()
    visitor.settled()
    assert visitor.js("board.state.dials") == {"market.pain_share": 0.9}


# --- the widget in Python -------------------------------------------------------------------------


def test_the_widget_knows_its_product_and_what_a_saved_notebook_keeps():
    widget = lab("car", lang="ru", people=300)
    assert repr(widget) == "<Lab: car, pull / guide>"
    assert widget.product["people"]["usual"] == 300
    assert "выполните эту ячейку" in widget._repr_mimebundle_()["text/html"]
    with pytest.raises(ValueError, match="people = 0"):
        lab("car", people=0)


def test_the_widget_answers_opens_and_reads(monkeypatch):
    widget, sent = lab("phone", lang="en", people=100), []
    monkeypatch.setattr(
        type(widget), "send", lambda self, content, buffers=None: sent.append(content)
    )
    sides = [{"strategy": "pull", "dials": {}}, {"strategy": "guide", "dials": {}}]
    widget._hear(
        widget, {"id": 4, "kind": "worlds", "people": 100, "worlds": [0], "sides": sides}, None
    )
    assert widget.wait()
    assert [answer["id"] for answer in sent if "alive" not in answer] == [4, 4]
    widget._hear(widget, {"id": "w1", "kind": "open", "name": "car"}, None)
    assert sent[-1]["product"]["name"] == "car"
    widget._hear(
        widget,
        {
            "id": "w2",
            "kind": "read",
            "name": "mine.toml",
            "text": 'extends = "phone"\nname = "mine"\n',
        },
        None,
    )
    assert sent[-1]["product"]["name"] == "mine"
    widget._hear(
        widget, {"id": "w3", "kind": "read", "name": "bad.toml", "text": "extends = 3"}, None
    )
    assert sent[-1]["error"].startswith("bad.toml")
    assert json.dumps(sent)
