"""One person's calendar: everything that happened is there, and the story is told."""

import re

import numpy as np
import pytest

import cjsim
from cjsim import charts
from cjsim.charts.story import HEIGHT, KINDS, MISSES
from cjsim.journey import LOYALTY, WITH_RIVAL
from cjsim.labels.numbers import number
from cjsim.model.parameters import fits
from tests.builders import in_full, neutral
from tests.charts.markets import market
from tests.measures.by_hand import lively


@pytest.fixture(scope="module")
def picture() -> charts.Picture:
    return charts.story(market(), charts.a_story(market()))


def marks(picture: charts.Picture, name: str) -> list[float]:
    line = next(line for line in picture.figure.axes[0].lines if line.get_label() == name)
    return list(line.get_xdata())


def test_the_path_is_the_log(picture) -> None:
    log = market().log()
    here = log[(log["person"] == charts.a_story(market())) & log["event"].isin(["start", "enter"])]
    path = picture.figure.axes[0].lines[0]
    assert path.get_xdata().tolist() == [*here["time"], 400.0]
    heights = [HEIGHT[code] for code in here["stage"].cat.codes]
    assert path.get_ydata().tolist() == [*heights, heights[-1]]


def test_every_contact_is_a_mark_and_those_that_miss_are_apart(picture) -> None:
    log = market().log()
    met = log[(log["person"] == charts.a_story(market())) & (log["event"] == "contact")]
    fit = fits(market().scenario)[met["touchpoint"].cat.codes, met["stage"].cat.codes]
    kind = np.array([market().scenario.touchpoints[t].contact for t in met["touchpoint"]])
    time = met["time"].to_numpy()
    for contact in ("pull", "push"):
        hits = time[(kind == contact) & (1 - fit <= MISSES)]
        misses = time[(kind == contact) & (1 - fit > MISSES)]
        assert marks(picture, f"{contact} that fits the stage") == list(hits)
        assert marks(picture, f"{contact} that misses it") == list(misses)
    assert len(met) == (picture.data["contact"] != "").sum() > 10


def test_irritation_halves_in_its_half_life(picture) -> None:
    """Between contacts it fades alone: after the longest pause as the half-life says.

    Drawn at 1,500 moments of 400 days: a straight line between two is off by (rate x step)^2 / 8.
    """
    data, half_life = picture.data, market().scenario.response.irritation_half_life_days
    pause = np.where(data["irritation"] > 0.01, data["time"].diff().shift(-1), 0.0)
    row, days = int(np.nanargmax(pause)), 0.9 * np.nanmax(pause)
    line = picture.figure.axes[1].lines[2]
    shown = np.interp(data["time"][row] + days, line.get_xdata(), line.get_ydata())
    assert days > 0.2 * half_life
    off = (np.log(2) / half_life * 400 / 1499) ** 2 / 8
    assert shown == pytest.approx(data["irritation"][row] * 0.5 ** (days / half_life), rel=off)


def test_the_curves_are_the_truth(picture) -> None:
    truth = market().truth()[market().events["person"] == charts.a_story(market())]
    assert picture.data["trust"].tolist() == truth["trust"].tolist()
    assert picture.data["warmth"].tolist() == truth["warmth"].tolist()


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_story_has_two_sentences(picture, lang: str) -> None:
    alt = charts.story(market(), charts.a_story(market()), lang).alt
    assert len(re.split(r"(?<=\.) (?=[A-ZА-Я])", alt)) == 2
    assert alt.endswith(".")
    contacts = (picture.data["contact"] != "").sum()
    assert re.search(rf"\b{contacts}\b", alt)
    assert number(picture.data["irritation"].max(), lang, 2) in alt


def counted(words: str) -> list[int]:
    """The numbers of a story that stand in brackets alone: deals with us, and with a rival."""
    return [int(n) for n in re.findall(r"\((\d+)\)", words)]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_rivals_deals_are_not_told_as_ours(lang: str) -> None:
    """Of people who dealt with both, not equally often: first with us, then with the rival."""
    log = market().log()
    events = log.groupby("person")["event"].value_counts().unstack(fill_value=0)
    ours, theirs = events["first_deal"] + events["repeat_deal"], events["rival_deal"]
    both = events.index[(ours > 0) & (theirs > 0) & (ours != theirs)][:3]
    assert len(both) == 3
    for person in both:
        words = charts.story(market(), int(person), lang).alt
        assert counted(words)[:2] == [ours[person], theirs[person]]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_sizes_of_a_story_stand_where_they_belong(lang: str) -> None:
    """Pulls and pushes, warmth and irritation, trust at the beginning and at the end."""
    person = charts.a_story(market(), "driven_away")
    picture = charts.story(market(), person, lang)
    kinds = picture.data["contact"].value_counts()
    log = market().log()
    met = log[(log["person"] == person) & (log["event"] == "contact")]
    pulls = met["touchpoint"].map(lambda name: market().scenario.touchpoints[name].contact)
    assert (kinds["pull"], kinds["push"]) == ((pulls == "pull").sum(), (pulls == "push").sum())
    truth = market().truth()[market().events["person"] == person]
    sizes = [
        kinds["pull"], kinds["push"],
        number(truth["warmth"].max(), lang, 2), number(truth["irritation"].max(), lang, 2),
        number(market().everybody.tolerance[person], lang, 2),
        number(truth["trust"].iloc[0], lang, 2), number(truth["trust"].iloc[-1], lang, 2),
    ]  # fmt: skip
    assert re.search(r"\D+".join(rf"\b{re.escape(str(size))}\b" for size in sizes[:2]), picture.alt)
    assert [re.escape(size) for size in re.findall(r"\d+[.,]\d\d", picture.alt)] == [
        re.escape(size) for size in sizes[2:]
    ]


@pytest.mark.parametrize("like", KINDS)
def test_a_story_is_always_of_the_same_person(like: str) -> None:
    again = cjsim.simulate(in_full(neutral(**lively()), 300), seed=3)
    assert charts.a_story(market(), like) == charts.a_story(again, like)


def test_the_one_who_bought_met_most_touchpoints_before() -> None:
    person = charts.a_story(market(), "bought")
    log = market().log()
    deals = log[log["event"] == "first_deal"].set_index("person")["time"]
    met = log[(log["event"] == "contact") & (log["time"] < log["person"].map(deals))]
    different = met.groupby("person")["touchpoint"].nunique()
    assert different[person] == different.max()
    assert person == different.idxmax()


def test_the_one_who_was_driven_away_opted_out_and_is_away() -> None:
    person = charts.a_story(market(), "driven_away")
    log = market().log()
    own = log[log["person"] == person]
    assert "opt_out" in set(own["event"])
    assert market().totals.last[person] >= WITH_RIVAL
    assert ((own["event"] == "contact") & (own["stage"] < "with_rival")).any()


def test_the_loyal_one_deals_most_of_all_who_were_at_loyalty() -> None:
    person = charts.a_story(market(), "loyal")
    log = market().log()
    loyal = np.flatnonzero(market().totals.stood >> LOYALTY & 1)
    deals = log[log["event"].isin(["first_deal", "repeat_deal"])]["person"].value_counts()
    assert person in loyal
    assert deals[person] == deals.reindex(loyal, fill_value=0).max()


def test_nobody_like_that_is_an_error() -> None:
    quiet = cjsim.simulate(neutral(), people=5)
    with pytest.raises(ValueError, match="nobody in this run is like 'driven_away'"):
        charts.a_story(quiet, "driven_away")
    with pytest.raises(ValueError, match="Did you mean 'bought'"):
        charts.a_story(quiet, "bougt")


@pytest.mark.parametrize("person", [-1, 300])
def test_a_person_who_is_not_there_is_an_error(person: int) -> None:
    with pytest.raises(ValueError, match=rf"person = {person}: this market has people 0 to 299"):
        charts.story(market(), person)


@pytest.mark.parametrize("person", [1.5, "1", None])
def test_a_person_is_a_whole_number(person) -> None:
    with pytest.raises(ValueError, match=rf"person = {person!r}: must be a whole number"):
        charts.story(market(), person)
    assert charts.story(market(), np.int64(7)).alt == charts.story(market(), 7).alt


@pytest.mark.parametrize("log", ["stages", "measures"])
def test_a_log_without_contacts_is_refused(log: str) -> None:
    thin = cjsim.simulate(neutral(), people=5, log=log)
    with pytest.raises(ValueError, match="simulate with log='all'"):
        charts.story(thin, 0)
    with pytest.raises(ValueError, match="simulate with log='all'"):
        charts.a_story(thin)


def test_a_person_without_a_single_contact_has_a_story() -> None:
    quiet = cjsim.simulate(neutral(), people=3)
    assert "0 contacts (0 pull, 0 push)" in charts.story(quiet, 0).alt
