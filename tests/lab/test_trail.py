"""The trail: what the browser is given is what the log says, and a saved page needs nobody."""

import base64
import dataclasses
import json
import re

import numpy as np
import pytest

import cjsim
from cjsim.journey import FIRST_DEAL, GONE, LOYALTY, RECOMMENDATION, STAGES, WITH_RIVAL
from cjsim.lab.trails import ADVOCATE, KINDS, SCRIPT, trail
from cjsim.labels import text
from cjsim.log import from_tuples
from cjsim.model.events import Event
from tests.builders import neutral

PEOPLE = 60
SIDES = ("pull", "guide")


def run(strategy, people=PEOPLE, seed=1, log="all", **changes):
    scenario = cjsim.Scenario.load("phone").with_strategy(strategy).with_changes(changes)
    return cjsim.simulate(scenario, people, seed=seed, log=log)


@pytest.fixture(scope="module")
def runs():
    return {name: run(name) for name in SIDES}


@pytest.fixture(scope="module")
def both(runs):
    return trail(runs)


def lived(run, person):
    """Rows of one person in order; who left before day 0 has none, and is gone from the start."""
    rows = run.events.rows
    mine = rows[rows["person"] == person]
    if len(mine) == 0:
        mine = np.zeros(1, rows.dtype)
        mine["person"], mine["stage"] = person, GONE
    return mine


def entries(run, person):
    rows = lived(run, person)
    return rows[rows["event"] <= Event.ENTER]


# --- what the browser gets ------------------------------------------------------------------------


def test_the_tracks_are_the_stage_entries_of_the_log(runs, both):
    for side, name in enumerate(SIDES):
        for person in range(PEOPLE):
            mine = both.tracks.of(side * PEOPLE + person)
            told = entries(runs[name], person)
            assert both.tracks.times[mine].tolist() == told["time"].astype(np.float32).tolist()
            assert both.tracks.stages[mine].tolist() == told["stage"].tolist()


def test_deals_and_contacts_are_those_before_each_entry(runs, both):
    for side, name in enumerate(SIDES):
        for person in range(PEOPLE):
            deals, contacts, expected = 0, 0, []
            for row in lived(runs[name], person):
                deals += row["event"] in (Event.FIRST_DEAL, Event.REPEAT_DEAL)
                contacts += row["event"] == Event.CONTACT
                if row["event"] <= Event.ENTER:
                    expected.append((deals, contacts))
            mine = both.tracks.of(side * PEOPLE + person)
            pairs = zip(both.tracks.deals[mine], both.tracks.contacts[mine], strict=True)
            assert list(pairs) == expected


def test_an_advocate_is_a_customer_who_has_recommended_us(both):
    names = ["unaware", "on the way", "customer", "advocate", "with a rival", "dormant"]
    assert len(KINDS) == len(names)
    tracks, seen = both.tracks, set()
    for walker in range(2 * PEOPLE):
        recommended = False
        mine = tracks.of(walker)
        for stage, kind in zip(tracks.stages[mine], tracks.kinds[mine], strict=True):
            recommended |= stage == RECOMMENDATION
            place = {0: 0, 13: 4, 14: 5, 15: 5}.get(int(stage), 1 if stage < FIRST_DEAL else 2)
            assert kind == (ADVOCATE if place == 2 and recommended else place)
            seen.add(names[kind])
    assert seen == set(names)


def test_who_the_people_are_is_told_once_for_both_sides(runs, both):
    who = runs["pull"].everybody
    assert both.tracks.motives.tolist() == who.motive[:PEOPLE].tolist()
    assert both.tracks.adopters.tolist() == who.adopter[:PEOPLE].tolist()


def test_bytes_are_little_endian_and_no_longer_than_they_must_be(both):
    sent, tracks = both.tracks.as_bytes(), both.tracks
    entries = len(tracks.times)
    assert np.frombuffer(sent["times"], "<f4").tolist() == tracks.times.tolist()
    assert np.frombuffer(sent["offsets"], "<u4").tolist() == tracks.offsets.tolist()
    # time 4, stage 1, kind 1, deals 4, contacts 4; then 4 a walker and 2 a person
    assert sum(map(len, sent.values())) == 14 * entries + 4 * (2 * PEOPLE + 1) + 2 * PEOPLE


def test_fewer_people_are_the_first_ones(runs, both):
    few = trail(runs, people=10)
    assert few.people == 10
    for side in range(2):
        for person in range(10):
            a = few.tracks.times[few.tracks.of(side * 10 + person)]
            b = both.tracks.times[both.tracks.of(side * PEOPLE + person)]
            assert a.tolist() == b.tolist()


def test_a_market_whose_people_sleep_stays_at_its_start():
    still = cjsim.simulate(neutral(market={"onset_days": 1e12}), 5)
    tracks = trail({"still": still}).tracks
    assert tracks.times.tolist() == [0] * 5
    assert tracks.stages.tolist() == [0] * 5
    assert tracks.offsets.tolist() == [0, 1, 2, 3, 4, 5]


# --- what it says ---------------------------------------------------------------------------------


def test_the_finding_has_the_numbers_of_the_log(runs, both):
    """Of those who walk: the summary counts newcomers too."""
    for name in SIDES:
        stood = [set(entries(runs[name], person)["stage"]) for person in range(PEOPLE)]
        ending = both.ending.loc[name]
        assert ending["first_deal"] == sum(FIRST_DEAL in s for s in stood) > 0
        assert ending["loyalty"] == sum(LOYALTY in s for s in stood) > 0
        last = [entries(runs[name], person)[-1]["stage"] for person in range(PEOPLE)]
        assert ending["with_rival"] == last.count(WITH_RIVAL) > 0
    first, loyal, rival = both.ending.loc["guide"]
    told = f"Guide: {first} have reached the first deal, {loyal} have reached loyalty, {rival} are"
    assert told in both.words


def test_the_finding_counts_only_those_who_walk(runs):
    few = trail(runs, people=10)
    for name in SIDES:
        stood = [set(entries(runs[name], person)["stage"]) for person in range(10)]
        assert few.ending.loc[name, "first_deal"] == sum(FIRST_DEAL in s for s in stood)
        assert few.ending.loc[name, "loyalty"] == sum(LOYALTY in s for s in stood)
    assert "of 10 people" in few.words


def test_the_picture_shows_where_everybody_is_at_the_end(runs, both):
    data = both.picture.data
    assert data.sum().tolist() == [PEOPLE, PEOPLE]
    assert data.loc["with_rival"].tolist() == both.ending["with_rival"].tolist()
    assert both.picture.alt == both.words


def teller(person, day, runs, name):
    """The story's numbers, counted row by row."""
    rows = [row for row in lived(runs[name], person) if row["time"] <= day]
    moves = [row for row in rows if row["event"] <= Event.ENTER]
    stage = moves[-1]["stage"]
    at = len(moves) - 1
    while at and moves[at - 1]["stage"] == stage:
        at -= 1
    met = [row for row in rows if row["event"] == Event.CONTACT]
    deals = sum(row["event"] in (Event.FIRST_DEAL, Event.REPEAT_DEAL) for row in rows)
    since = int(moves[at]["time"]) if at else None
    return text(f"stage.{STAGES[stage].key}.label"), since, deals, met


@pytest.mark.parametrize("day", [0.0, 200.0, 900.5, 1825.0])
def test_a_story_is_what_the_log_says(runs, both, day):
    for person in range(0, PEOPLE, 3):
        for name, story in both.story(person, day).items():
            stage, since, deals, met = teller(person, day, runs, name)
            start = "since the start" if since is None else f"since day {since}"
            assert story.startswith(f"{stage} {start}. Deals with us since day 0: {deals}.")
            assert re.search(rf"Contacts up to day {int(day)}: {len(met)}[ .]", story)
            for k in {int(row["touchpoint"]) for row in met}:
                often = sum(int(row["touchpoint"]) == k for row in met)
                assert f"{runs[name].events.touchpoints[k]} {often}" in story


def by_hand(run, *rows):
    """A run whose log is written by hand: (day, event, stage) of person 0, who meets touchpoint 2.

    The others sleep.
    """
    mine = [(day, 0, event, stage, 2 * (event == Event.CONTACT), 0.0) for day, event, stage in rows]
    others = [(0.0, person, Event.START, 0, -1, 0.0) for person in range(1, len(run))]
    log = from_tuples([*mine, *others], run.events.touchpoints)
    return dataclasses.replace(run, events=log)


def test_visits_one_after_another_are_told_as_one(runs):
    e = Event
    told = trail({
        "guide": by_hand(
            runs["guide"], (0, e.START, 7), (2.5, e.CONTACT, 7), (3, e.FIRST_DEAL, 7),
            (3, e.ENTER, 8), (4, e.ENTER, 9), (5, e.CONTACT, 9), (6, e.REPEAT_DEAL, 9),
            (6, e.ENTER, 9), (7, e.CONTACT, 9), (8.5, e.REPEAT_DEAL, 9), (8.5, e.ENTER, 9),
        )
    })  # fmt: skip
    touchpoint = runs["guide"].events.touchpoints[2]
    way = "First deal (0) → Satisfaction (3) → Repeat deal"
    before = (
        "Repeat deal since day 4. Deals with us since day 0: {}. Contacts before this stage: 1."
    )
    assert told.story(0, 5.0)["guide"] == (
        f"{before.format(1)} The way, with days: {way} (4)."
        f" Contacts up to day 5: 2 ({touchpoint} 2)."
    )
    assert told.story(0, 9.0)["guide"] == (
        f"{before.format(3)} The way, with days: {way} ×3 (4)."
        f" Contacts up to day 9: 3 ({touchpoint} 3)."
    )
    assert told.story(0, 2.0)["guide"] == (
        "First deal since the start. Deals with us since day 0: 0. Contacts before this stage: 0."
        " The way, with days: First deal (0). Contacts up to day 2: 0."
    )


def test_of_a_long_way_the_last_six_stages_are_told(runs):
    climb = [(float(stage), Event.ENTER, stage) for stage in (1, 2, 3, 4, 6, 7)]
    told = trail({"pull": by_hand(runs["pull"], (0.0, Event.START, 0), *climb)})
    assert "days: Unaware (0) → Awareness (1) → " in told.story(0, 6.5)["pull"]
    assert "days: … → Awareness (1) → Interest (2) → " in told.story(0, 7.0)["pull"]


def test_without_contacts_in_the_log_it_says_how_many_there_were(runs):
    thin = trail({"guide": run("guide", log="stages")})
    assert len(thin.tracks.contacts) == 0
    full = trail({"guide": runs["guide"]})
    for person in (3, 7):
        met = (lived(runs["guide"], person)["event"] == Event.CONTACT).sum()
        story, whole = thin.story(person)["guide"], full.story(person)["guide"]
        assert story.endswith(f"Contacts in the whole run: {met}; this log does not tell when.")
        where, _, way, _ = re.split(r" (?=Contacts|The way)", whole)
        assert story.startswith(f"{where} {way} Contacts in")


def test_the_kernel_answers_what_a_person_has_met(both, monkeypatch):
    sent = []
    monkeypatch.setattr(type(both.widget), "send", lambda self, said: sent.append(said))
    both._reply(both.widget, {"person": 7, "day": 900}, [])
    (answer,) = sent
    assert (answer["person"], answer["day"]) == (7, 900)
    for met, story in zip(answer["met"], both.story(7, 900).values(), strict=True):
        assert story.endswith(met)
        assert met.startswith("Contacts up to day 900: ")


def test_it_speaks_russian(runs):
    russian = trail(runs, lang="ru")
    assert "до первой сделки дошли" in russian.words
    assert "Сделок с нами" in russian.story(3)["guide"]
    assert "Где кто находится" in russian.picture.figure.axes[0].get_title(loc="left")
    words = russian.widget.facts["words"]
    assert words["play"] == "Пуск"
    assert words.keys() == trail(runs).widget.facts["words"].keys()


# --- how it is kept -------------------------------------------------------------------------------


def test_its_repr_is_the_same_each_time(runs, both):
    again = trail(runs)
    assert repr(both) == repr(again) == f"<Trail: {both.words}>"
    shown, twin = both._repr_mimebundle_(), again._repr_mimebundle_()
    for kind in ("text/plain", "text/html"):
        assert shown[kind] == twin[kind]
        assert both.widget.model_id not in shown[kind]


def test_a_saved_notebook_keeps_a_picture_and_the_finding(both):
    saved = both._repr_mimebundle_()
    assert re.search('<img alt="[^"]{40,}"', saved["text/html"])
    assert saved["text/html"].endswith(f"<p>{both.words}</p>")
    live = saved["application/vnd.jupyter.widget-view+json"]
    assert live["model_id"] == both.widget.model_id


def test_the_live_drawing_has_the_tracks_and_the_script(both):
    for name, sent in both.tracks.as_bytes().items():
        assert getattr(both.widget, name) == sent
    assert both.widget._esm == SCRIPT.read_text(encoding="utf-8")
    assert both.widget.person == -1


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_saved_page_needs_nobody(runs, tmp_path, lang):
    shown = trail({"</script><b>": runs["pull"], "guide": runs["guide"]}, lang)
    page = shown.save(tmp_path / "trail.html").read_text(encoding="utf-8")
    places = re.findall(r"""(?:src|href)=["']?([^"' >]{1,12})|url\(([^)]{1,12})""", page)
    assert {(one or two)[:5] for one, two in places} == {"data:"}
    assert "default-src 'none'" in page
    assert not re.search(r"\bimport\b[^\n]*['\"]|fetch\(|XMLHttpRequest|WebSocket", page)
    assert f'<html lang="{lang}">' in page
    assert page.count("</script>") == 2  # a name cannot end the script
    given = json.loads(re.search(r'id="given">(.*?)</script>', page, re.DOTALL)[1])
    for name, sent in shown.tracks.as_bytes().items():
        assert base64.b64decode(given["arrays"][name]) == sent
    assert SCRIPT.read_text(encoding="utf-8") in page


def test_another_ending_is_refused(both, tmp_path):
    with pytest.raises(ValueError, match=r"saved as \.html"):
        both.save(tmp_path / "trail.png")


# --- what it refuses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 2}, r"same seed, not 1 \(pull\) and 2 \(guide\)"),
        ({"people": 10}, r"same number of people, not 60 \(pull\) and 10 \(guide\)"),
        ({"horizon_days": 100.0}, r"same horizon_days, not 1825.0 \(pull\) and 100.0 \(guide\)"),
        ({"log": "measures"}, r"guide: its log has no stage entries .*log='stages'"),
    ],
)
def test_runs_that_cannot_walk_side_by_side_are_refused(runs, change, said):
    with pytest.raises(ValueError, match=said):
        trail({"pull": runs["pull"], "guide": run("guide", **change)})


def test_what_is_no_run_is_refused(runs):
    for wrong in (runs["pull"], {"pull": runs["pull"].scenario}, list(runs.values())):
        with pytest.raises(ValueError, match="takes runs by name"):
            trail(wrong)
    for number in (0, 3):
        with pytest.raises(ValueError, match=f"one run or two side by side, not {number}"):
            trail({f"run {i}": runs["pull"] for i in range(number)})


def test_numbers_out_of_range_are_told_their_range(runs, both):
    for people in (0, PEOPLE + 1):
        with pytest.raises(ValueError, match=f"people = {people}: a trail shows 1 to {PEOPLE}"):
            trail(runs, people=people)
    with pytest.raises(ValueError, match="person = 60: the people who walk are 0 to 59"):
        both.story(PEOPLE)
    with pytest.raises(ValueError, match="day = 1826: the run lasts from day 0 to 1825"):
        both.story(0, 1826)
    with pytest.raises(ValueError, match="unknown language: 'de'"):
        trail(runs, lang="de")


def test_the_numbers_that_script_and_python_share_are_the_same():
    script = SCRIPT.read_text(encoding="utf-8")
    stages = {"FIRST_DEAL": FIRST_DEAL, "LOYALTY": LOYALTY, "RECOMMENDATION": RECOMMENDATION}
    for name, number in (stages | {"RIVAL": WITH_RIVAL, "ADVOCATE": ADVOCATE}).items():
        assert re.search(rf"\b{name} = {number}\b", script)
    assert KINDS[5] == "stage.dormant.label"
    assert re.search(r"\bDORMANT = 5\b", script)
    assert re.search(r"\bSTEPS_TOLD = 6\b", script)
