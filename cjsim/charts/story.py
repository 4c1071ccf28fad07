"""One person's journey, day by day: stages, contacts, and what they did to the person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cjsim.charts.parts import SMALL, spread_out, stage_word, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, FAINT
from cjsim.journey import DORMANT, LOYALTY, TWELVE, UNAWARE, WITH_RIVAL, Stage
from cjsim.labels import SPOKEN, text, title, unknown
from cjsim.labels.numbers import number
from cjsim.measures.groups import Numbers
from cjsim.measures.visits import final_stage, need
from cjsim.model.events import Event
from cjsim.model.parameters import fits
from cjsim.run import Run

if TYPE_CHECKING:
    import pandas as pd

ONE = {"motive": "motive", "adopter_one": "adopter"}
"""The words for one person, and the trait they are about."""
KINDS = ("bought", "driven_away", "loyal")
MISSES = 0.5
"""Mismatch (1 - fit) from which on a contact is drawn as one that misses."""
ORDER = (Stage.GONE, Stage.DORMANT, Stage.WITH_RIVAL, Stage.UNAWARE, *TWELVE)
"""The stages from bottom to top."""
HEIGHT = {int(stage): row for row, stage in enumerate(ORDER)}
MARKS = {
    "deal": ("*", 15, COLOURS[5]),
    "rival_deal": ("s", 7, COLOURS[4]),
    "opt_out": ("X", 11, "black"),
}
FEELINGS = {
    "warmth": (COLOURS[1], "-"),
    "trust": (COLOURS[0], (0, (6, 2))),
    "irritation": (COLOURS[2], (0, (1.5, 1.5))),
}


def story(run: Run, person: int, lang: str = SPOKEN) -> Picture:
    """The calendar of one person: path through the stages, contacts, warmth, trust, irritation.

    A pull is a mark below the path, a push one above it; the hollow ones miss the stage that the
    person is at (fit below one half). The firm sees neither that nor the curves.

    Parameters
    ----------
    run : a `Run` whose log holds every row.
    person : the number of the person, 0 .. people - 1; `a_story` finds one worth telling.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data are the person's rows of the log, with warmth, trust and
    irritation at each. Raises ValueError where there is no such person, or the log does not hold
    every row; TypeError for what is no run.

    >>> import cjsim
    >>> from cjsim import charts
    >>> run = cjsim.simulate("phone", people=50)
    >>> charts.story(run, charts.a_story(run)).alt.partition(", makes")[0]
    'Person 55 (pain, late majority) starts at “Unaware”, gets as far as “Loyalty”'
    """
    wanted_kind(run, Run)
    need(run, "all")
    if not isinstance(person, (int, np.integer)):
        raise ValueError(f"person = {person!r}: must be a whole number")
    if not 0 <= person < run.lives:
        raise ValueError(f"person = {person}: this market has people 0 to {run.lives - 1}")
    data = _rows_of_person(run, person)
    with style():
        figure = Figure(figsize=(11.5, 6.6))
        path, feelings = figure.subplots(2, 1, sharex=True, height_ratios=(74, 26))
        _draw_path(path, data, run.scenario.horizon_days, lang)
        _draw_contacts(path, data, lang)
        _draw_events(path, data, lang)
        _draw_feelings(feelings, run, person, data, lang)
        path.set_xlim(_first_day(data), run.scenario.horizon_days)
        who = _who(run, person, lang)
        firm = title(run.scenario.strategy, lang)
        path.set_title(text("story.title", lang).format(person=person, firm=firm, who=who))
        feelings.set_xlabel(text("chart.days", lang))
        figure.legend(loc="outside lower center", ncols=4, fontsize=SMALL)
    return Picture(figure, _alt(run, person, data, lang), data, lang)


def a_story(run: Run, like: str = "bought") -> int:
    """A person whose story is worth telling: always the same one for the same run.

    - "bought": made a first deal, having met more different touchpoints than anybody before it.
    - "driven_away": with a rival or asleep at the end; those who opted out first, and of them the
      one whom pushes missed most while on the journey with us.
    - "loyal": got as far as loyalty, with the most deals.

    Parameters
    ----------
    run : a `Run` whose log holds every row.
    like : "bought", "driven_away" or "loyal".

    Returns the number of the person, of equals the first. Raises ValueError for another kind, where
    nobody is like that, or where the log does not hold every row; TypeError for what is no run.

    >>> import cjsim
    >>> from cjsim import charts
    >>> charts.a_story(cjsim.simulate("phone", people=50), "bought")
    55
    """
    wanted_kind(run, Run)
    need(run, "all")
    if like not in KINDS:
        raise unknown("kind of story", like, KINDS)
    score = {"bought": _bought, "driven_away": _driven_away, "loyal": _loyal}[like](run)
    if not score.max(initial=0.0) > 0:
        raise ValueError(
            f"nobody in this run is like {like!r}; simulate more people, more days, or (for "
            "'driven_away') a strategy that pushes"
        )
    return int(score.argmax())


def _bought(run: Run) -> Numbers:
    """For each person the different touchpoints met up to the first deal, 0 without one."""
    rows = run.events.rows
    first_deal_row = np.full(run.lives, -1)
    first_deals = np.flatnonzero(rows["event"] == Event.FIRST_DEAL)
    first_deal_row[rows["person"][first_deals]] = first_deals
    contact_rows = np.flatnonzero(rows["event"] == Event.CONTACT)
    contact_rows = contact_rows[contact_rows < first_deal_row[rows["person"][contact_rows]]]
    size = max(1, len(run.events.touchpoints))
    person = rows["person"][contact_rows].astype(np.int64)
    pairs = np.unique(person * size + rows["touchpoint"][contact_rows])
    return np.asarray((np.bincount(pairs // size, minlength=run.lives) + 1) * (first_deal_row >= 0))


def _driven_away(run: Run) -> Numbers:
    """For each person who ends away the mismatch of pushes at the twelve; opt-outs come first."""
    rows = run.events.rows
    library = run.scenario.touchpoints.values()
    pushes = np.array([touchpoint.contact == "push" for touchpoint in library], bool)
    contact_rows = rows[rows["event"] == Event.CONTACT]
    with_us = (contact_rows["stage"] > UNAWARE) & (contact_rows["stage"] < WITH_RIVAL)
    contact_rows = contact_rows[with_us & (np.append(pushes, False)[contact_rows["touchpoint"]])]
    mismatch = 1.0 - fits(run.scenario)[contact_rows["touchpoint"], contact_rows["stage"]]
    score = np.bincount(contact_rows["person"], mismatch, run.lives)
    opted_out = np.zeros(run.lives, bool)
    opted_out[rows["person"][rows["event"] == Event.OPT_OUT]] = True
    bonus = score.max(initial=0.0) * (opted_out & (score > 0))
    last = final_stage(run)
    return np.asarray((score + bonus) * ((last == WITH_RIVAL) | (last == DORMANT)))


def _loyal(run: Run) -> Numbers:
    """For each person who has been at loyalty the number of deals, and one more."""
    rows = run.events.rows
    deal = (rows["event"] == Event.FIRST_DEAL) | (rows["event"] == Event.REPEAT_DEAL)
    deals = np.bincount(rows["person"][deal], minlength=run.lives)
    return np.asarray((deals + 1) * (run.totals.stood >> LOYALTY & 1))


def _rows_of_person(run: Run, person: int) -> pd.DataFrame:
    """The person's log rows with what the firm cannot see.

    Columns: those of the log, contact (pull or push), mismatch (1 - fit, of contacts), warmth,
    trust, irritation.
    """
    of_person = run.events["person"] == person
    data = run.log()[of_person].copy()
    rows = run.events.rows[of_person]
    is_contact = rows["event"] == Event.CONTACT
    kinds = np.array([t.contact for t in run.scenario.touchpoints.values()] + [""], object)
    data["contact"] = np.where(is_contact, kinds[rows["touchpoint"]], "")
    mismatch = 1.0 - fits(run.scenario)[rows["touchpoint"], rows["stage"]]
    data["mismatch"] = np.where(is_contact, mismatch, np.nan)
    data[list(FEELINGS)] = run.truth().loc[of_person, list(FEELINGS)]
    return data.reset_index(drop=True)


def _heights(data: pd.DataFrame) -> Numbers:
    return np.array([HEIGHT[code] for code in data["stage"].cat.codes], float)


def _first_day(data: pd.DataFrame) -> float:
    """Where the picture begins: day 0, or a little before something happens to the unaware."""
    if data["stage"].cat.codes[0] != UNAWARE or len(data) < 2:
        return 0.0
    return float(max(0.0, data["time"][1] - 0.03 * (data["time"].iloc[-1] - data["time"][1])))


def _draw_path(axes: Axes, data: pd.DataFrame, horizon: float, lang: str) -> None:
    moves = data[data["event"].isin(["start", "enter"])]
    time = np.append(moves["time"], horizon)
    height = _heights(moves)
    axes.step(time, np.append(height, height[-1]), where="post", color="black", lw=1.8, zorder=2)
    axes.axhspan(-0.5, 1.5, color=FAINT, alpha=0.5, lw=0, zorder=0)
    words = [stage_word(stage, lang, numbered=True) for stage in ORDER]
    axes.set_yticks(range(len(ORDER)), words, fontsize=SMALL)
    axes.set_ylim(-0.6, len(ORDER) - 0.4)
    axes.grid(True, axis="y")
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)


def _draw_contacts(axes: Axes, data: pd.DataFrame, lang: str) -> None:
    """Pulls below the path pointing up, pushes above it pointing down; those that miss hollow."""
    for contact, shape, shift in (("pull", "^", -0.3), ("push", "v", 0.3)):
        for misses in (False, True):
            contacts = data[(data["contact"] == contact) & ((data["mismatch"] > MISSES) == misses)]
            colour = COLOURS[2] if misses else COLOURS[0]
            label = text(f"story.{contact}_{'misses' if misses else 'fits'}", lang)
            axes.plot(
                contacts["time"], _heights(contacts) + shift, shape, markersize=7, color=colour,
                mfc="white" if misses else colour, mew=1.5, label=label, zorder=3,
            )  # fmt: skip


def _draw_events(axes: Axes, data: pd.DataFrame, lang: str) -> None:
    """Deals with us and with a rival, and the day on which the person had enough."""
    events = {
        "deal": ["first_deal", "repeat_deal"],
        "rival_deal": ["rival_deal"],
        "opt_out": ["opt_out"],
    }
    for name, (shape, size, colour) in MARKS.items():
        event_rows = data[data["event"].isin(events[name])]
        axes.plot(
            event_rows["time"], _heights(event_rows), shape, markersize=size, color=colour,
            mec="white", label=text(f"story.{name}", lang), zorder=4,
        )  # fmt: skip


def _draw_feelings(axes: Axes, run: Run, person: int, data: pd.DataFrame, lang: str) -> None:
    """Warmth and irritation jump at contacts and fade between them; trust stays as it is."""
    horizon = run.scenario.horizon_days
    log_time = data["time"].to_numpy()
    grid = np.linspace(0.0, horizon, 1500)
    time = np.unique(np.concatenate([grid, log_time, log_time[1:] - 1e-9]))
    time = time[time >= 0.0]
    row = np.maximum(np.searchsorted(log_time, time, "right") - 1, 0)
    response = run.scenario.response
    half_lives = {
        "warmth": response.warmth_half_life_days,
        "irritation": response.irritation_half_life_days,
        "trust": np.inf,
    }
    ends = []
    words = []
    for name, (colour, line) in FEELINGS.items():
        value = data[name].to_numpy()[row] * 0.5 ** ((time - log_time[row]) / half_lives[name])
        axes.plot(time, value, color=colour, ls=line, lw=2.2)
        ends.append(float(value[-1]))
        words.append(text(f"story.{name}", lang))
    top = max(1.0, 1.08 * float(data["irritation"].max()))
    tolerance = float(run.everybody.tolerance[person])
    if (data["contact"] == "push").any() and tolerance <= 1.5 * top:
        top = max(top, 1.05 * tolerance)
        axes.axhline(tolerance, color="black", lw=1, ls=(0, (1, 3)))
        ends.append(tolerance)
        words.append(text("story.tolerance", lang))
    axes.set_ylim(0, top)
    axes.grid(True, axis="y")
    _name_curves(axes, ends, words, top)


def _name_curves(axes: Axes, ends: list[float], words: list[str], top: float) -> None:
    """The names of the curves at their ends, apart from each other."""
    colours = [*(colour for colour, _ in FEELINGS.values()), "black"]
    places = spread_out(ends, 0.2 * top, 0.0, top)
    at = axes.get_yaxis_transform()
    for end, place, word, colour in zip(ends, places, words, colours, strict=False):
        axes.annotate(
            word, (1.0, end), (1.025, place), xycoords=at, textcoords=at, va="center",
            annotation_clip=False, fontsize=SMALL,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 1.5, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip


def _who(run: Run, person: int, lang: str) -> str:
    """Motive and adopter category, of one person."""
    traits = run.people.iloc[person]
    words = (text(f"{name}.{traits[trait]}", lang) for name, trait in ONE.items())
    return ", ".join(word.lower() for word in words)


def _alt(run: Run, person: int, data: pd.DataFrame, lang: str) -> str:
    """The story in two sentences: the way of the person, and what the firm did."""
    event = data["event"]
    contacts = data[data["contact"] != ""]
    stages = data.loc[event.isin(["start", "enter"]), "stage"].cat.codes
    ahead = stages[stages <= Stage.RECOMMENDATION]
    opted_out = data.loc[event == "opt_out", "time"]
    ending = "opted_out" if len(opted_out) else "not_opted_out"
    facts: dict[str, Any] = {
        "person": person,
        "who": _who(run, person, lang),
        "start": stage_word(stages.iloc[0], lang),
        "furthest": stage_word(stages.iloc[0] if ahead.empty else ahead.max(), lang),
        "deals": int(event.isin(["first_deal", "repeat_deal"]).sum()),
        "rival": int((event == "rival_deal").sum()),
        "end": stage_word(stages.iloc[-1], lang),
        "horizon": number(run.scenario.horizon_days, lang),
        "contacts": len(contacts),
        "pull": int((contacts["contact"] == "pull").sum()),
        "push": int((contacts["contact"] == "push").sum()),
        "missed": int((contacts["mismatch"] > MISSES).sum()),
        "warmth": number(data["warmth"].max(), lang, 2),
        "trust_from": number(data["trust"].iloc[0], lang, 2),
        "trust_to": number(data["trust"].iloc[-1], lang, 2),
        "irritation": number(data["irritation"].max(), lang, 2),
        "tolerance": number(run.everybody.tolerance[person], lang, 2),
        "opt_out": text(f"story.{ending}", lang).format(
            day=number(opted_out.iloc[0], lang) if len(opted_out) else ""
        ),
    }
    return text("story.alt", lang).format(**facts)
