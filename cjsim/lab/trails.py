"""The trail: the people of a run walk through the stages, two strategies side by side.

    lab.trail({"pull": run_a, "guide": run_b}).save("trail.html")

The drawing is done in the browser by `trail.js`. It gets the stage entries of everybody as arrays
once and asks Python for nothing but the contacts of the one person who is clicked; a saved page
has all the rest in itself and asks nobody.
"""

from __future__ import annotations

import base64
import functools
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import numpy as np
import numpy.typing as npt
import traitlets

from cjsim.charts.picture import Picture
from cjsim.charts.whereabouts import whereabouts
from cjsim.colours import COLOURS, looks_of
from cjsim.files import write_text
from cjsim.journey import (
    BEFORE_THE_DEAL,
    DORMANT,
    FIRST_DEAL,
    FROM_THE_DEAL_ON,
    GONE,
    LOYALTY,
    RECOMMENDATION,
    STAGES,
    WITH_RIVAL,
)
from cjsim.labels import SPOKEN, all_keys, language, text
from cjsim.labels.numbers import number, setting
from cjsim.model.events import Event
from cjsim.model.population import ADOPTERS, MOTIVES
from cjsim.scenario.words import named

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.run import Run

Rows = npt.NDArray[Any]

DEALS = (Event.FIRST_DEAL, Event.REPEAT_DEAL)
KINDS = (
    "stage.unaware.label", "trail.on_the_way", "trail.customer", "trail.advocate",
    "stage.with_rival.label", "stage.dormant.label",
)  # fmt: skip
"""How people are told apart in the drawing, by place, colour and shape: the keys of their names."""
KIND_AT = np.zeros(len(STAGES), np.uint8)
KIND_AT[[*BEFORE_THE_DEAL]] = 1
KIND_AT[[*FROM_THE_DEAL_ON]] = 2
KIND_AT[[WITH_RIVAL, DORMANT, GONE]] = 4, 5, 5
"""The kind of a person at each stage; a customer becomes an advocate by recommending us.

Whoever is gone looks like whoever sleeps, and stands on a step of their own."""
ADVOCATE = 3
STEPS_TOLD = 6  # stages of a way that a story names; `trail.js` has the same
SCRIPT, SHEET = (Path(__file__).with_name(f"trail.{ending}") for ending in ("js", "css"))


@dataclass(frozen=True)
class Tracks:
    """Everybody's stage entries as the browser gets them, side after side, person after person.

    Person p on side s is walker w = s x people + p. Their entries are those from `offsets[w]` up
    to `offsets[w + 1]`; the first is where they stand on day 0.
    """

    times: npt.NDArray[np.float32]  # day of the entry
    stages: npt.NDArray[np.uint8]
    kinds: npt.NDArray[np.uint8]  # from this entry on, place in KINDS
    deals: npt.NDArray[np.uint32]  # made with us before the entry or by it
    contacts: npt.NDArray[np.uint32]  # met before the entry; empty where the log has none
    offsets: npt.NDArray[np.uint32]  # one more than there are walkers
    motives: npt.NDArray[np.uint8]  # of each person, the same on both sides: place in MOTIVES
    adopters: npt.NDArray[np.uint8]  # place in ADOPTERS

    def of(self, walker: int) -> slice:
        """The entries of one walker."""
        return slice(int(self.offsets[walker]), int(self.offsets[walker + 1]))

    def as_bytes(self) -> dict[str, bytes]:
        """Little-endian, which is what browsers have."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: a.astype(a.dtype.newbyteorder("<")).tobytes() for name, a in columns.items()}


def trail(runs: Mapping[str, Run], lang: str = SPOKEN, people: int | None = None) -> Trail:
    """The people of one or two runs, walking.

    Parameters
    ----------
    runs : name -> `Run`; two are the same people with the same luck: same seed, size and horizon.
    lang : "en", "ru", or what `cjsim.speak` has set.
    people : how many of them walk, the first ones of the run; everybody who was there when the
        market opened when not given. Newcomers do not walk.

    Returns the `Trail`. Raises ValueError for runs that cannot stand side by side, or whose log has
    no stage entries.

    >>> import cjsim
    >>> from cjsim import lab
    >>> walk = lab.trail({"pull": cjsim.simulate("phone", people=50)})
    >>> walk.words.split(": ")[-1].partition(".")[0]
    '6 have reached the first deal, 5 have reached loyalty, 22 are with a rival'
    """
    _check(runs)
    size = len(next(iter(runs.values())))
    walking = size if people is None else people
    if not 1 <= walking <= size:
        raise ValueError(f"people = {walking}: a trail shows 1 to {size} people, those of the run")
    return Trail(dict(runs), language(lang), walking, _tracks(list(runs.values()), walking))


@dataclass(frozen=True, eq=False, repr=False)
class Trail:
    """What `trail` returns. Shows itself; a saved notebook keeps a picture and the finding.

    Parameters
    ----------
    runs : name -> `Run`, one or two.
    lang : "en" or "ru".
    people : how many walk.
    tracks : where each of them is when, as the drawing gets it.

    `words` is the finding, `picture` where everybody is at the end, `ending` the same as numbers,
    `story(person)` the life of one; `save("trail.html")` writes a page.

    >>> import cjsim
    >>> from cjsim import lab
    >>> walk = lab.trail({"pull": cjsim.simulate("phone", people=50)})
    >>> walk.ending.loc["pull"].to_dict()
    {'first_deal': 6, 'loyalty': 5, 'with_rival': 22}
    """

    runs: Mapping[str, Run]
    lang: str
    people: int
    tracks: Tracks

    @property
    def days(self) -> float:
        """The horizon of the runs [days]."""
        return next(iter(self.runs.values())).scenario.horizon_days

    @functools.cached_property
    def ending(self) -> pd.DataFrame:
        """One row per side: who ever stood at first_deal and loyalty, who is with_rival at the end.

        People, of those who walk.
        """
        import pandas as pd

        counts = {}
        for name, run in self.runs.items():
            stages_stood = run.totals.stood[: self.people]
            last_stage = run.totals.last[: self.people]
            counts[name] = {
                "first_deal": int(np.count_nonzero(stages_stood >> FIRST_DEAL & 1)),
                "loyalty": int(np.count_nonzero(stages_stood >> LOYALTY & 1)),
                "with_rival": int(np.count_nonzero(last_stage == WITH_RIVAL)),
            }
        return pd.DataFrame.from_dict(counts, orient="index")

    @property
    def words(self) -> str:
        """The finding at the end of the run, in a sentence."""
        return f"{self._finding(*self.runs)} {text('trail.one_market', self.lang)}"

    @functools.cached_property
    def picture(self) -> Picture:
        """Where everybody is at the end, as a figure that stays."""
        counts = {
            self._named(name): np.bincount(run.totals.last[: self.people], minlength=len(STAGES))
            for name, run in self.runs.items()
        }
        strategies = {name: run.scenario.strategy for name, run in self.runs.items()}
        colours = [colour for colour, _ in looks_of(strategies).values()]
        return whereabouts(counts, colours, self.days, self.words, self.lang)

    def story(self, person: int, day: float | None = None) -> dict[str, str]:
        """What a person has lived through up to a day (the end when not given), for each side.

        Parameters
        ----------
        person : the number of one who walks, 0 .. people - 1.
        day : up to when [days], 0 to the horizon.

        Returns name -> the story in words. Raises ValueError where nobody such walks, or for a day
        outside the run.

        >>> import cjsim
        >>> from cjsim import lab
        >>> walk = lab.trail({"pull": cjsim.simulate("phone", people=50)})
        >>> walk.story(3, day=100)["pull"].partition(".")[0]
        'With a rival since the start'
        """
        if not 0 <= person < self.people:
            raise ValueError(f"person = {person}: the people who walk are 0 to {self.people - 1}")
        now = self.days if day is None else float(day)
        if not 0 <= now <= self.days:
            raise ValueError(f"day = {now:g}: the run lasts from day 0 to {self.days:g}")
        return {
            name: f"{self._way_words(side, person, now)} {self._contacts_words(name, person, now)}"
            for side, name in enumerate(self.runs)
        }

    def save(self, path: str | Path) -> Path:
        """Write the trail as one HTML page that needs neither Python nor the web.

        Parameters
        ----------
        path : the file to write, .html or .htm.

        Returns the path. Raises ValueError for another ending, OSError where it cannot be written.

        >>> import pathlib, tempfile
        >>> import cjsim
        >>> from cjsim import lab
        >>> walk = lab.trail({"pull": cjsim.simulate("phone", people=50)})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     walk.save(pathlib.Path(folder, "walk.html")).name
        'walk.html'
        """
        path = Path(path)
        if path.suffix not in (".html", ".htm"):
            raise ValueError(f"{path}: a trail is saved as .html")
        return write_text(path, _page(self))

    @functools.cached_property
    def widget(self) -> Live:
        """The live drawing. Its `person` is who is ringed, -1 for nobody; setting it rings them."""
        live = Live(facts=self._facts(), **self.tracks.as_bytes())
        live.on_msg(self._reply)
        return live

    def __repr__(self) -> str:
        return f"<Trail: {self.words}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The live drawing, and for a saved notebook the picture and the sentence."""
        live = self.widget._repr_mimebundle_(**kwargs)
        saved = f"{self.picture._repr_html_()}<p>{html.escape(self.words)}</p>"
        return {**(live[0] if live else {}), "text/plain": repr(self), "text/html": saved}

    def _named(self, name: str) -> str:
        """What a side is called."""
        scenarios = {name: run.scenario for name, run in self.runs.items()}
        return named(name, scenarios, self.lang)

    def _finding(self, *names: str) -> str:
        numbers = self.ending.to_dict("index")
        part = text("trail.finding_part", self.lang)
        clauses = [
            part.format(
                name=self._named(name),
                **{what: number(count, self.lang) for what, count in numbers[name].items()},
            )
            for name in names
        ]
        return text("trail.finding", self.lang).format(
            days=setting(self.days, self.lang), people=number(self.people, self.lang),
            parts="; ".join(clauses),
        )  # fmt: skip

    def _facts(self) -> dict[str, Any]:
        """What the browser has to know beside the tracks: words, names, colours, who they are."""
        say = functools.partial(text, lang=self.lang)
        sides = [{"name": self._named(name), "finding": self._finding(name)} for name in self.runs]
        heading = say("trail.two" if len(sides) == 2 else "trail.one").format(
            people=number(self.people, self.lang), names=", ".join(side["name"] for side in sides)
        )
        return {
            "people": self.people,
            "days": self.days,
            "title": heading,
            "sides": sides,
            "finding": self.words,
            "kinds": [say(key) for key in KINDS],
            "stages": [say(f"stage.{stage.key}.label") for stage in STAGES],
            "motives": [say(f"motive.{motive}").lower() for motive in MOTIVES],
            "adopters": [say(f"adopter.{adopter}").lower() for adopter in ADOPTERS],
            "colours": list(COLOURS),
            "words": {k[6:]: say(k) for k in all_keys(self.lang) if k.startswith("trail.")},
        }

    # --- a person's story -----------------------------------------------------------------------

    def _way_words(self, side: int, person: int, day: float) -> str:
        """Where a person stands and how they got there; `trail.js` says the same."""
        say = functools.partial(text, lang=self.lang)
        tracks = self.tracks
        entries = tracks.of(side * self.people + person)
        stages, times = tracks.stages[entries], tracks.times[entries]
        now = int(np.searchsorted(times, np.float32(day), side="right"))  # entries so far
        first = np.flatnonzero(np.diff(stages[:now], prepend=255))  # of visits one after another
        visits = np.diff(first, append=now)
        days = [int(time) for time in times[first]]
        names = [say(f"stage.{STAGES[stage].key}.label") for stage in stages[first]]
        way = [
            f"{name} ×{n} ({since})" if n > 1 else f"{name} ({since})"
            for name, n, since in zip(names, visits, days, strict=True)
        ]
        last_steps = ["…"] * (len(way) > STEPS_TOLD) + way[-STEPS_TOLD:]
        where = say("trail.where" if len(way) > 1 else "trail.where_start")
        sentences = [
            where.format(stage=names[-1], day=days[-1]),
            say("trail.deals").format(deals=tracks.deals[entries][now - 1]),
        ]
        if len(tracks.contacts):
            before = tracks.contacts[entries][first[-1]]
            sentences.append(say("trail.contacts_before").format(contacts=before))
        return " ".join([*sentences, say("trail.way").format(way=" → ".join(last_steps))])

    def _contacts_words(self, name: str, person: int, day: float) -> str:
        """The contacts up to a day by touchpoint; of a thinned log only how many there are."""
        events = self.runs[name].events
        say = functools.partial(text, lang=self.lang)
        if events.level != "all":
            contact_count = self.runs[name].totals.contacts[person]
            return say("trail.contacts_in_all").format(contacts=contact_count)
        rows = events.rows
        contacts = rows[(rows["person"] == person) & (rows["event"] == Event.CONTACT)]
        contacts = contacts[contacts["time"].astype(np.float32) <= np.float32(day)]
        count = np.bincount(contacts["touchpoint"], minlength=len(events.touchpoints))
        most_met_first = [k for k in np.argsort(-count, kind="stable") if count[k]]
        by_touchpoint = ", ".join(f"{events.touchpoints[k]} {count[k]}" for k in most_met_first)
        sentence = say("trail.contacts_now").format(day=int(day), contacts=count.sum())
        return f"{sentence[:-1]} ({by_touchpoint})." if by_touchpoint else sentence

    def _reply(self, live: Live, question: Any, buffers: Any) -> None:
        """Answer the browser, which asks what a person has met up to a day."""
        person = int(question["person"])
        day = float(question["day"])
        met = [self._contacts_words(name, person, day) for name in self.runs]
        live.send({"person": person, "day": day, "met": met})


class Live(anywidget.AnyWidget):
    """The drawing in the browser and what it is given; see `Tracks` and `trail.js`."""

    _esm = SCRIPT
    _css = SHEET
    facts = traitlets.Dict().tag(sync=True)
    times = traitlets.Bytes().tag(sync=True)
    stages = traitlets.Bytes().tag(sync=True)
    kinds = traitlets.Bytes().tag(sync=True)
    deals = traitlets.Bytes().tag(sync=True)
    contacts = traitlets.Bytes().tag(sync=True)
    offsets = traitlets.Bytes().tag(sync=True)
    motives = traitlets.Bytes().tag(sync=True)
    adopters = traitlets.Bytes().tag(sync=True)
    person = traitlets.Int(-1).tag(sync=True)


# --- from runs to tracks ------------------------------------------------------------------------


def _check(runs: Mapping[str, Run]) -> None:
    """Runs that can walk side by side."""
    from cjsim.run import Run

    if not isinstance(runs, Mapping) or not all(isinstance(run, Run) for run in runs.values()):
        raise ValueError('a trail takes runs by name, for example {"pull": run, "guide": other}')
    if not 1 <= len(runs) <= 2:
        raise ValueError(f"a trail shows one run or two side by side, not {len(runs)}")
    for what, value_of in (
        ("seed", lambda run: run.seed),
        ("number of people", len),
        ("horizon_days", lambda run: run.scenario.horizon_days),
    ):
        if len({value_of(run) for run in runs.values()}) > 1:
            listing = " and ".join(f"{value_of(run)} ({name})" for name, run in runs.items())
            raise ValueError(
                f"two runs are compared on the same people: same {what}, not {listing}"
            )
    for name, run in runs.items():
        if run.events.level == "measures":
            raise ValueError(
                f"{name}: its log has no stage entries (log='measures'); simulate with log='stages'"
                " or 'all'"
            )


def _tracks(runs: list[Run], people: int) -> Tracks:
    """The stage entries of the first people of each run."""
    sides = [_entries_of_side(run.events.rows, people) for run in runs]
    everybody = runs[0].everybody
    times, stages, kinds, deals, contacts, entries = (
        np.concatenate(column) for column in zip(*sides, strict=True)
    )
    if any(run.events.level != "all" for run in runs):
        contacts = contacts[:0]
    offsets = np.concatenate([[0], np.cumsum(entries)])
    return Tracks(
        times.astype(np.float32), stages, kinds, deals.astype(np.uint32),
        contacts.astype(np.uint32), offsets.astype(np.uint32),
        everybody.motive[:people].astype(np.uint8), everybody.adopter[:people].astype(np.uint8),
    )  # fmt: skip


def _entries_of_side(rows: Rows, people: int) -> tuple[Rows, ...]:
    """Of each entry, person by person: time, stage, kind, deals and contacts so far.

    And last the number of entries of each person.
    """
    rows = rows[rows["person"] < people]
    rows = np.concatenate([_gone_before(rows, people), rows])
    rows = rows[np.argsort(rows["person"], kind="stable")]  # each person's in order of time
    person, event, stage = rows["person"], rows["event"], rows["stage"]
    entry = event <= Event.ENTER
    begin = np.searchsorted(person, np.arange(people))[person]  # first row of the same person

    def so_far(which: Rows) -> Rows:
        upto = np.concatenate([[0], np.cumsum(which)])
        return np.asarray((upto[1:] - upto[begin])[entry])

    recommended = so_far(entry & (stage == RECOMMENDATION)) > 0
    kinds = KIND_AT[stage[entry]]
    kinds[recommended & (kinds == KIND_AT[RECOMMENDATION])] = ADVOCATE
    deals = so_far(np.isin(event, DEALS))
    contacts = so_far(event == Event.CONTACT)
    entries = np.bincount(person[entry], minlength=people)
    return rows["time"][entry], stage[entry], kinds, deals, contacts, entries


def _gone_before(rows: Rows, people: int) -> Rows:
    """A first row for each who left before day 0 and has none: gone from the start."""
    absent = np.setdiff1d(np.arange(people), rows["person"])
    gone = np.zeros(len(absent), rows.dtype)
    gone["person"], gone["event"], gone["stage"] = absent, Event.START, GONE
    return gone


# --- a page of its own --------------------------------------------------------------------------

PAGE = """<!doctype html>
<html lang="{lang}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>
body {{ max-width: 1240px; margin: 12px auto; padding: 0 12px; }}
{sheet}</style>
<main id="trail"></main>
<noscript>{still}<p>{words}</p></noscript>
<script type="application/json" id="given">{given}</script>
<script type="module">
{script}
const given = JSON.parse(document.getElementById("given").textContent);
for (const [name, code] of Object.entries(given.arrays)) {{
  const bytes = Uint8Array.from(atob(code), (letter) => letter.charCodeAt(0));
  given[name] = new DataView(bytes.buffer);
}}
render({{ model: {{ get: (name) => given[name] }}, el: document.getElementById("trail") }});
</script>
</html>
"""
"""A page that may load nothing: the browser itself sees to it by the Content-Security-Policy."""


def _page(trail: Trail) -> str:
    facts = trail._facts()
    arrays = {
        name: base64.b64encode(code).decode() for name, code in trail.tracks.as_bytes().items()
    }
    given = json.dumps({"facts": facts, "person": -1, "arrays": arrays}, ensure_ascii=False)
    return PAGE.format(
        lang=trail.lang,
        title=html.escape(facts["title"]),
        still=trail.picture._repr_html_(),
        words=html.escape(trail.words),
        given=given.replace("<", "\\u003c"),  # a name must not end the script
        sheet=SHEET.read_text(encoding="utf-8"),
        script=SCRIPT.read_text(encoding="utf-8"),
    )
