"""A prediction counts only if it was made."""

import base64
import json
import re

import pandas as pd
import pytest

import cjsim
from cjsim.course import choose, estimate, guesses, score, table


@pytest.fixture
def russian():
    cjsim.speak("ru")
    yield
    cjsim.speak("en")


def visible(html):
    """The HTML without what is there for a page alone."""
    return re.sub(r' data-\w+="[^"]*"', "", html)


def of_page(shown, name):
    """What stands in an attribute for a page without Python."""
    code = re.search(rf'data-{name}="([^"]*)"', shown)[1]
    return json.loads(base64.b64decode(code))


def test_a_page_can_ask_and_judge_and_nobody_reads_the_answer_in_passing():
    asked, guessed = choose("pull", "guide"), estimate(0, 2, step=0.5)
    control = of_page(asked._repr_mimebundle_()["text/html"], "guess")
    assert control["options"] == {"pull": "Pull", "guide": "Guide"}
    answer = asked.answer("guide")._repr_html_()
    told = of_page(answer, "answer")
    assert (told["truth"], told["shown"], told["number"]) == ("guide", "Guide", control["number"])
    assert "guide" not in answer.casefold()
    range_of = of_page(guessed._repr_mimebundle_()["text/html"], "guess")
    assert (range_of["low"], range_of["high"], range_of["step"]) == (0.0, 2.0, 0.5)
    assert of_page(guessed.answer(1.6, within=0.2)._repr_html_(), "answer")["within"] == 0.2
    numbers = of_page(score(asked, guessed)._repr_html_(), "score")["numbers"]
    assert numbers == [control["number"], range_of["number"]]


def test_nobody_has_chosen_before_they_choose():
    guess = choose("pull", "guide")
    assert guess.value is None
    told = repr(guess.answer("guide"))
    assert told == "No guess yet: choose above, then run this cell again"  # and no answer
    assert repr(score(guess)) == "No predictions made yet (questions: 1)"


def test_a_choice_is_set_beside_the_answer_and_scored():
    right, wrong, unmade = choose("pull", "guide"), choose("yes", "no"), choose("a", "b")
    right.control.value, wrong.control.value = "guide", "no"
    assert repr(right.answer("guide")) == "You said Guide: right"
    assert repr(wrong.answer("yes")) == "You said no. In the model: yes"
    unmade.answer("a")
    assert repr(score(right, wrong, unmade)) == "Right: 1 of 2 predictions (questions: 3)"


def test_an_estimate_is_right_when_near_enough():
    guess = estimate(0, 1)
    assert guess.value is None  # where the slider starts is no guess
    assert repr(guess.answer(0.62, within=0.1)).startswith("No guess yet: ")
    guess.control.value = 0.7
    assert repr(guess.answer(0.62, within=0.1)) == "You said 0.7: right"
    assert repr(guess.answer(0.32, within=0.1)) == "You said 0.7. In the model: 0.3"


def test_a_saved_notebook_shows_the_choices():
    bundle = choose("pull", "guide")._repr_mimebundle_()
    assert bundle["text/plain"] == "<Your guess: Pull · Guide>"
    assert "Pull · Guide" in bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def shown_words(guess):
    """What is read around the slider: the question if there is one, then the row."""
    *title, row, _ = guess.box.children
    return [*(part.value for part in title), *(part.value for part in row.children)]


def test_an_estimate_shows_its_question_its_ends_and_whether_it_was_guessed():
    guess = estimate(0, 1, step=0.01, asks="tent_off_trail")
    question, low, _, high, said = shown_words(guess)
    assert question == "<b>Which share of the visits on the trail does the tent off it get?</b>"
    assert (low, high, said) == ("0", "1", "not guessed yet")
    assert not guess.control.readout  # a number beside the handle would look like a guess
    guess.control.value = 0.3
    assert shown_words(guess)[-1] == "Your guess: 0.3"


def test_a_question_may_be_in_words_of_ones_own_or_left_out(russian):
    assert shown_words(estimate(0, 2.5, asks="Wie viele < ?"))[0] == "<b>Wie viele &lt; ?</b>"
    assert shown_words(estimate(0, 2.5)) == ["0", 1.25, "2,5", "предсказания ещё нет"]
    saved = estimate(0, 1, asks="repeat_deals")._repr_mimebundle_()
    assert visible(saved["text/html"]) == (
        "<p>Какая доля всех сделок — повторные? 0 … 1 (предсказания ещё нет)</p>"
    )


def test_who_runs_a_cell_again_keeps_their_guess(monkeypatch):
    """Shift+Enter after a click on a button runs the cell of the button, not the next one."""
    cells = iter(["one", "one", "two", "two", "two"])
    monkeypatch.setattr(guesses, "_running_cell", lambda: next(cells))
    choose("yes", "no").control.value = "no"
    again = choose("yes", "no")
    assert (again.value, again.control.value) == ("no", "no")
    assert choose("yes", "no").value is None  # another cell, another question
    estimate(0, 1, asks="repeat_deals").control.value = 0.7
    again = estimate(0, 1, asks="repeat_deals")
    assert (again.value, again.control.value) == (0.7, 0.7)
    assert shown_words(again)[-1] == "Your guess: 0.7"
    assert repr(again.answer(0.7, within=0.1)) == "You said 0.7: right"


def test_a_question_stands_in_a_box_whose_words_a_room_can_read():
    for guess in (choose("pull", "guide"), estimate(0, 1)):
        assert "cjsim-box" in guess.box._dom_classes
        style_sheet = str(guess.box.children[-1]._css)
        assert "jp-mod-presentationMode" in style_sheet


def test_outside_of_a_notebook_nothing_is_kept():
    choose("yes", "no").control.value = "no"
    assert choose("yes", "no").value is None


def test_a_verdict_is_worded_as_an_option_as_a_claim_words_it(russian):
    assert repr(choose("4", "open")) == "<Ваше предсказание: 4 · Неясно>"
    assert list(table(pd.DataFrame({"open": [1]})).columns) == ["Открыто"]  # visits still open


def test_options_that_do_not_differ_are_refused():
    for options in (("pull",), ("pull", "pull")):
        with pytest.raises(ValueError, match="two different options"):
            choose(*options)
    with pytest.raises(ValueError, match="low < high"):
        estimate(1, 0)
    with pytest.raises(ValueError, match="Did you mean 'guide'"):
        choose("pull", "guide").answer("giude")


def test_one_line_changes_the_language_of_everything(russian):
    assert repr(choose("pull", "guide")) == "<Ваше предсказание: Ждём клиента (pull) · Проводник>"
    frame = pd.DataFrame({"guide": [0.123, 1.0]}, index=["churn", "my own"])
    assert list(table(frame).index) == ["Отток", "my own"]
    assert list(table(frame).columns) == ["Проводник"]
    with pytest.raises(ValueError, match="unknown language"):
        cjsim.speak("de")


def test_a_table_says_yes_and_no_and_rounds():
    frame = pd.DataFrame({"low": [0.126], "clear": [True]}, index=["first_deals"])
    shown = table(frame, digits=1)
    assert shown.iloc[0].tolist() == [0.1, "yes"]
    assert shown.index.tolist() == ["New customers (first deals)"]
    assert frame.columns.tolist() == ["low", "clear"]  # the original stays


def test_a_russian_table_has_russian_numbers(russian):
    frame = pd.DataFrame({"contacts": [1234, 20], "churn": [0.126, float("nan")]})
    shown = table(frame)
    assert shown["Касания"].tolist() == ["1\N{NO-BREAK SPACE}234", "20"]
    assert shown["Отток"].tolist() == ["0,13", "–"]
    assert table(frame, digits=0)["Отток"].tolist() == ["0", "–"]
    by_number = table(pd.DataFrame([[1.0, 2.0]], columns=[0.0, 0.5]))
    assert list(by_number.columns) == ["0", "0,5"]


def test_a_gap_is_a_dash():
    frame = pd.DataFrame({"planned_loss": [0.1, float("nan")], "actual_loss": [0.126, 0.2]})
    shown = table(frame)
    assert shown["Planned loss"].tolist() == ["0.1", "–"]
    assert shown["Actual loss"].tolist() == [0.13, 0.2]  # numbers stay numbers
