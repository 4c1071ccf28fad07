"""A panel: what a slider moves, what the sentence says, and what a saved notebook keeps."""

import base64
import re

import numpy as np
import pytest

import cjsim
from cjsim import lab
from cjsim.lab.ghosts import GHOST
from cjsim.lab.panels import SHOWS
from cjsim.labels import text

PEOPLE = 40


@pytest.fixture(scope="module")
def phone():
    """The preset, with the numbers that the sentences below name."""
    known = {"guide.accuracy": 0.7, "guide.every_days": 30.0, "market.prior_trust": 0.5}
    reps_and_curiosity = {"firm.reps": 1, "curiosity.base": -2.2}
    return cjsim.Scenario.load("phone").with_changes(known | reps_and_curiosity)


@pytest.fixture
def guided(phone):
    return lab.panel(phone, "guide.accuracy", people=PEOPLE)


def deals(scenario):
    summary = cjsim.simulate(scenario, PEOPLE, seed=1).summary()
    return summary["first_deals"] + summary["repeat_deals"]


def test_it_starts_at_the_scenarios_own_value(phone, guided):
    slider = guided.sliders["guide.accuracy"]
    assert slider.value == phone.strategies["guide"].accuracy
    assert (slider.min, slider.max) == (0, 1)


def test_the_sentence_compares_two_firms_on_the_same_people(phone, guided):
    here, there = deals(phone.with_strategy("guide")), deals(phone)
    assert f"Deals: {here:.0f} against {there:.0f}." in guided.words
    assert guided.words.startswith("Guide (guide.accuracy = 0.7) against Pull")


def test_a_moved_slider_moves_the_picture_and_the_sentence(phone, guided):
    before = guided.picture.svg()
    guided.sliders["guide.accuracy"].value = 1.0
    exact = phone.with_strategy("guide").with_changes({"guide.accuracy": 1.0})
    assert f"Deals: {deals(exact):.0f} against {deals(phone):.0f}." in guided.words
    assert "guide.accuracy = 1)" in guided.words
    assert guided.picture.svg() != before


def test_moving_there_and_back_gives_the_same_again(guided):
    """But for the dotted outlines of where one came from."""
    before, said = bars(guided), guided.words
    for value in (0.2, 0.7):
        guided.sliders["guide.accuracy"].value = value
    assert bars(guided) == before
    assert guided.words == f"{said} {text('lab.ghosts')}"


def bars(shown):
    """Place and size of each bar of the first axes [pixels]: firm by firm, stage by stage."""
    figure = shown.picture.figure
    figure.draw_without_rendering()
    boxes = [container for container in figure.axes[0].containers if hasattr(container, "patches")]
    return [[tuple(bar.get_window_extent().bounds) for bar in container] for container in boxes]


def ghosts(shown):
    return [part for part in shown.picture.figure.axes[0].patches if part.get_gid() == GHOST]


def test_what_nobody_changed_stands_still(guided):
    """The other firm's bars stay to the pixel, although the guide's reach further."""
    pull, guide = bars(guided)
    for value in (0.2, 1.0, 0.0):
        guided.sliders["guide.accuracy"].value = value
        now_pull, now_guide = bars(guided)
        assert np.array(now_pull) == pytest.approx(np.array(pull))
        assert now_guide != guide


@pytest.mark.parametrize("show", ["funnel", "uplift", "retention", "waterfall", "occupancy"])
def test_axes_stay_for_a_panels_life(phone, show):
    """They may grow where something would fall out; they never shrink."""
    shown = lab.panel(phone, "guide.accuracy", show=show, people=400)

    def reach():
        axes = shown.picture.figure.axes[0]
        return sorted(axes.get_xlim()), sorted(axes.get_ylim())

    for value in (1.0, 0.0, 0.7):
        (left, right), (bottom, top) = reach()
        shown.sliders["guide.accuracy"].value = value
        (new_left, new_right), (new_bottom, new_top) = reach()
        assert new_left <= left
        assert new_right >= right
        assert new_bottom <= bottom
        assert new_top >= top
    before = reach()
    for value in (1.0, 0.0):
        shown.sliders["guide.accuracy"].value = value
        assert reach() == before


def test_a_ghost_shows_where_the_bars_were(guided):
    assert ghosts(guided) == []
    former = guided.picture.figure.axes[0]
    was = {bar.get_bbox().bounds for bar in former.patches}
    guided.sliders["guide.accuracy"].value = 0.0
    assert ghosts(guided)
    assert {ghost.get_bbox().bounds for ghost in ghosts(guided)} < was  # only those that moved
    assert text("lab.ghosts") in guided.words
    guided.sliders["guide.accuracy"].value = 1.0  # the ghost is that of 0, not of 0.7 too
    assert len(ghosts(guided)) <= 12


def test_what_moves_nothing_leaves_no_ghost(phone):
    deaf = phone.with_changes({"market.price_sensitivity": 0.0})
    shown = lab.panel(deaf, "product.price", people=10)
    shown.sliders["product.price"].value *= 1.1
    assert ghosts(shown) == []
    assert text("lab.ghosts") not in shown.words


def test_the_firm_beside_is_run_only_once(phone, monkeypatch):
    ran = []
    compare = cjsim.lab.Panel._run
    monkeypatch.setattr(
        lab.Panel, "_run", lambda *args: ran.append(args[2].strategy) or compare(*args)
    )
    panel = lab.panel(phone, "guide.accuracy", people=10)
    panel.sliders["guide.accuracy"].value = 0.9
    assert ran == ["pull", "guide", "guide"]


def test_a_slider_waits_until_it_is_let_go(guided):
    assert not guided.sliders["guide.accuracy"].continuous_update


def test_a_slider_that_is_turned_in_vain_says_so(phone):
    deaf = phone.with_changes({"market.price_sensitivity": 0.0})
    panel = lab.panel(deaf, "product.price", "market.price_sensitivity", people=10)
    price = panel.sliders["product.price"]
    assert "nobody minds the price" in price.tooltip
    assert "product.price moves nobody, changes money alone" in panel.words
    panel.sliders["market.price_sensitivity"].value = 0.5
    assert price.tooltip == "product.price"
    assert "moves nobody" not in panel.words


def test_names_of_keys_are_not_cut(guided):
    assert guided.sliders["guide.accuracy"].style.description_width == "initial"


def test_a_value_that_cannot_be_is_told_in_words_and_the_picture_stays(phone):
    panel = lab.panel(phone, "guide.every_days", ranges={"guide.every_days": (0, 60)}, people=10)
    before = panel.picture
    panel.sliders["guide.every_days"].value = 0
    assert "every_days = 0.0: must be a number of at least 0.01." in panel.words
    assert panel.words.endswith("The picture still shows guide.every_days = 30.")
    assert panel.picture is before
    panel.sliders["guide.every_days"].value = 60
    assert "guide.every_days = 60" in panel.words


def test_what_cannot_be_drawn_is_told_and_the_picture_stays(phone):
    ranges = {"market.onset_days": (1, 100_000)}
    panel = lab.panel(phone, "market.onset_days", show="retention", people=220, ranges=ranges)
    before = panel.picture, panel.comparison
    panel.sliders["market.onset_days"].value = 90_000  # nobody wakes up, nobody buys
    assert "customers" in panel.words
    assert panel.words.endswith("The picture still shows market.onset_days = 600.")
    assert (panel.picture, panel.comparison) == before


def test_what_is_wrong_is_told_in_the_language_of_the_panel(phone):
    ranges = {"guide.every_days": (0, 60)}
    panel = lab.panel(phone, "guide.every_days", ranges=ranges, people=10, lang="ru")
    panel.sliders["guide.every_days"].value = 0
    assert "every_days = 0.0: ожидается число не меньше 0.01." in panel.words


def test_a_key_of_the_market_is_compared_with_the_market_as_it_is(phone):
    panel = lab.panel(phone, "market.prior_trust", people=10)
    assert panel.words.startswith("Changed (market.prior_trust = 0.5) against As it is")
    assert [s.strategy for s in panel.comparison.scenarios.values()] == ["pull", "pull"]


def test_another_strategy_may_stand_beside(phone):
    panel = lab.panel(phone, "guide.accuracy", beside="animator", people=10)
    assert " against Animator, " in panel.words


def test_two_keys_are_two_sliders(phone):
    panel = lab.panel(phone, "guide.accuracy", "guide.every_days", people=10)
    assert list(panel.sliders) == ["guide.accuracy", "guide.every_days"]
    panel.sliders["guide.every_days"].value = 15
    assert "guide.accuracy = 0.7, guide.every_days = 15" in panel.words
    assert panel.comparison.scenarios["guide"].running.every_days == 15


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        ("guide.every_days", 1, 120),  # a step above 0, to four times its value
        ("guide.touchpoints.webinar", 0, 1),  # not run yet
        ("stages.interest.planned_loss", 0, 0.99),  # below 1
        ("firm.reps", 0, 4),
        ("curiosity.base", -8.8, 1),  # no limits
    ],
)
def test_a_slider_spans_what_its_key_allows(phone, key, low, high):
    slider = lab.panel(phone, key, people=5).sliders[key]
    assert (slider.min, slider.max) == pytest.approx((low, high))


def test_whole_numbers_stay_whole(phone):
    panel = lab.panel(phone, "firm.reps", people=10)
    panel.sliders["firm.reps"].value = 2
    assert panel.comparison.scenarios["Changed"].firm.reps == 2


def test_a_misspelt_key_is_told_the_nearest(phone):
    with pytest.raises(cjsim.ScenarioError, match="did you mean accuracy"):
        lab.panel(phone, "guide.acuracy")


@pytest.mark.parametrize(
    ("keys", "options", "said"),
    [
        ((), {}, "needs a key"),
        (("guide.push",), {}, "needs a key that is a number"),
        (("shelf.stocked_days",), {}, "needs a key that is a number"),  # infinite
        (("guide.accuracy", "animator.every_days"), {}, "one strategy, not guide and animator"),
        (("guide.accuracy",), {"show": "funel"}, "Did you mean 'funnel'"),
        (("guide.accuracy",), {"ranges": {"guide.acuracy": (0, 1)}}, "Did you mean 'guide.accur"),
        (("guide.accuracy",), {"ranges": {"guide.accuracy": (1, 0)}}, "must be .lowest, highest. "),
        (("guide.accuracy",), {"ranges": {"guide.accuracy": (1,)}}, r"accuracy = \(1,\): must be"),
        (("guide.accuracy",), {"ranges": {"guide.accuracy": (0, 0.5)}}, "around 0.7"),
    ],
)
def test_what_no_panel_can_show_is_refused_in_words(phone, keys, options, said):
    with pytest.raises(ValueError, match=said):
        lab.panel(phone, *keys, **options, people=10)


def test_its_repr_is_the_same_each_time(phone, guided):
    again = lab.panel(phone, "guide.accuracy", people=PEOPLE)
    assert repr(guided) == repr(again) == f"<Panel: {guided.words}>"
    shown, twin = guided._repr_mimebundle_(), again._repr_mimebundle_()
    assert shown["text/html"] == twin["text/html"]


def test_a_saved_notebook_keeps_picture_and_sentence(guided):
    saved = guided._repr_mimebundle_()
    assert re.search('<img alt="[^"]{40,}"', saved["text/html"])
    assert guided.words in saved["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in saved


def test_the_box_holds_sliders_picture_and_sentence(guided):
    slider, picture, sentence, _ = guided.box.children
    assert slider is guided.sliders["guide.accuracy"]
    assert "<img alt=" in picture.value
    assert guided.words in sentence.value


def test_the_picture_grows_with_the_type_of_the_page(guided):
    assert re.search('<img alt="[^"]*" style="width:66em;max-width', guided.box.children[1].value)


def test_it_speaks_russian(phone):
    panel = lab.panel(phone, "guide.accuracy", people=10, lang="ru")
    assert panel.words.startswith("Проводник (guide.accuracy = 0,7) рядом с вариантом «Ждём")
    assert "Воронка" in panel.picture.alt


def test_while_it_computes_it_says_so(phone, guided, monkeypatch):
    said = []
    monkeypatch.setattr(guided, "_say", said.append)
    guided.sliders["guide.accuracy"].value = 0.3
    assert said[0] == text("lab.running")
    assert len(said) == 2


@pytest.mark.parametrize("show", [name for name in SHOWS if name != "funnel"])
def test_a_panel_draws_what_it_is_asked_to_and_draws_it_anew(phone, show):
    quick = phone.with_changes({"burn_in_days": 0.0, "horizon_days": 500.0})
    shown = lab.panel(quick, "market.onset_days", show=show, beside="nothing", people=1000)
    before = shown.picture
    assert len(before.alt) > 40
    assert before.svg() in base64.b64decode(canvas_code(shown)).decode()
    shown.sliders["market.onset_days"].value = 60.0
    assert shown.picture.alt != before.alt
    assert shown.picture.svg() != before.svg()


def canvas_code(shown):
    """The drawing that the panel shows, as it stands in its HTML."""
    return re.search('base64,([^"]+)"', shown._canvas.value)[1]
