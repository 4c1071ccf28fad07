"""The map of the journey: the stages, and how many people took each way between them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch, PathPatch
from matplotlib.path import Path

from cjsim.charts.parts import SMALL, stage_word, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, FAINT, QUIET
from cjsim.journey import EXITS, IN_THE_CATEGORY, STAGES, TWELVE, Stage
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import counted, number
from cjsim.measures.visits import OPEN, final_stage, visits
from cjsim.run import Run

if TYPE_CHECKING:
    import pandas as pd

AWAY = (Stage.WITH_RIVAL, Stage.DORMANT)
KINDS = {"on": COLOURS[0], "away": COLOURS[1], "back": COLOURS[5]}
"""Ways on along the journey, ways out of it, and ways back to where one has been before."""

WIDEST = 15.0
"""Width of the arrow that everybody takes [points]."""
WIDE = 6.3
HIGH = 5.6
"""Half axes of the arc; a stage and its name take about one unit."""
NODE = 0.34
"""Radius of a stage."""
WORTH_A_NUMBER = 0.01
"""Share of all people from which a way has its number beside it."""
BENDS = {
    (Stage.STUDY, Stage.ACTION): 0.4,
    (Stage.REPEAT_DEAL, Stage.LOYALTY): -0.5,
    (Stage.REPEAT_DEAL, Stage.CURIOSITY): -0.25,
    (Stage.CURIOSITY, Stage.REPEAT_DEAL): -0.3,
    (Stage.LOYALTY, Stage.REPEAT_DEAL): -0.25,
    (Stage.RECOMMENDATION, Stage.REPEAT_DEAL): -0.35,
    (Stage.REPEAT_DEAL, Stage.COMPARISON): -0.25,
    (Stage.AWARENESS, Stage.DORMANT): -0.14,
    (Stage.DORMANT, Stage.AWARENESS): -0.14,
    (Stage.STUDY, Stage.WITH_RIVAL): -0.06,
    (Stage.WITH_RIVAL, Stage.STUDY): -0.06,
}
"""How far a way swings out to one side, so that none lies on another."""
NUMBER_AT = {
    (Stage.AWARENESS, Stage.WITH_RIVAL): 0.55,
    (Stage.INTEREST, Stage.WITH_RIVAL): 0.5,
    (Stage.COMPARISON, Stage.WITH_RIVAL): 0.22,
    (Stage.CURIOSITY, Stage.WITH_RIVAL): 0.62,
    (Stage.STUDY, Stage.ACTION): 0.4,
}
"""How far along a way its number stands where the usual place is taken."""


def journey_map(run: Run, lang: str = SPOKEN) -> Picture:
    """The stages as a map; each arrow is as wide as people took that way at least once.

    Leaving the category for good leads from everywhere to nowhere: it is in `.data` and not drawn.
    Under a stage's name stand the people who were there at least once. A way that nobody took is
    a faint line.

    Parameters
    ----------
    run : a `Run` whose log has its stages.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data have a row per stage: people (who were there), at_end, and
    people by the next stage. Raises ValueError where the log has no stages (`log="measures"`),
    TypeError for what is no run.

    >>> import cjsim
    >>> from cjsim import charts
    >>> charts.journey_map(cjsim.simulate("phone", people=50)).alt.split(". ")[1]
    '18 were at the first deal, 8 at loyalty'
    """
    wanted_kind(run, Run)
    data = _people(run)
    places = _places()
    with style():
        figure = Figure(figsize=(12.5, 7.6))
        axes = figure.subplots()
        for origin in IN_THE_CATEGORY:
            for target in EXITS[origin][:-1]:  # the last is to leave for good
                people = int(data.loc[origin.key, target.key])
                _draw_way(axes, places, origin, target, people, len(run), lang)
        for stage in IN_THE_CATEGORY:
            _draw_stage(axes, places, stage, data, lang)
        axes.set_aspect("equal")
        axes.set_xlim(-8.6, 8.6)
        axes.set_ylim(-2.1, 6.9)
        axes.axis("off")
        everybody = counted("people", len(run), lang)
        days = counted("days", run.scenario.horizon_days, lang)
        axes.set_title(text("journey_map.title", lang).format(people=everybody, days=days))
        handles = [
            Line2D([], [], color=colour, lw=6, label=text(f"journey_map.{kind}", lang))
            for kind, colour in KINDS.items()
        ]
        note = text("journey_map.note", lang)
        figure.legend(handles=handles, loc="outside lower center", ncols=3, title=note)
    return Picture(figure, _alt(data, run, lang), data, lang)


def _people(run: Run) -> pd.DataFrame:
    """Rows are stages; columns people (who were there), at_end, and people by the next stage."""
    import pandas as pd

    all_visits = visits(run)
    size = len(STAGES)
    visited_stage = np.unique(all_visits.person * size + all_visits.step) % size
    is_over = all_visits.to != OPEN
    person_stage = all_visits.person[is_over] * size + all_visits.step[is_over]
    ways = np.unique(person_stage * size + all_visits.to[is_over]) % size**2
    keys = [stage.key for stage in STAGES]
    flows = np.bincount(ways, minlength=size**2).reshape(size, size)
    table = pd.DataFrame(flows, index=pd.Index(keys, name="stage"), columns=keys)
    table.insert(0, "people", np.bincount(visited_stage, minlength=size))
    table.insert(1, "at_end", np.bincount(final_stage(run), minlength=size))
    return table


def _places() -> dict[Stage, np.ndarray]:
    """Where each stage stands: 0-12 at equal steps along an arc, the two outside it within."""
    turn = np.linspace(math.radians(192), math.radians(-12), 2001)
    arc = np.column_stack([WIDE * np.cos(turn), HIGH * np.sin(turn)])
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(arc, axis=0).T)))
    steps = np.linspace(0.0, along[-1], 13)
    points = np.column_stack([np.interp(steps, along, arc[:, i]) for i in (0, 1)])
    places = {Stage(i): point for i, point in enumerate(points)}
    places[Stage.DORMANT] = np.array([-2.2, -0.6])
    places[Stage.WITH_RIVAL] = np.array([2.0, -0.6])
    return places


def _way_kind(origin: Stage, target: Stage) -> str:
    if target in AWAY:
        return "away"
    return "on" if target > origin and origin not in AWAY else "back"


def _draw_way(
    axes: Axes, places: Any, origin: Stage, target: Stage, people: int, everybody: int, lang: str
) -> None:
    """One arrow, with its number if enough people took it."""
    if not people:
        axes.plot(*zip(places[origin], places[target], strict=True), color=FAINT, lw=1, zorder=0)
        return
    share = people / everybody
    colour = KINDS[_way_kind(origin, target)]
    width = 0.8 + (WIDEST - 0.8) * share
    if origin == target:
        up = 1.0 if origin not in AWAY else -1.0
        place = _draw_loop(axes, places[origin], up, colour, width)
    else:
        bend = BENDS.get((origin, target), 0.0)
        _draw_arrow(axes, places[origin], places[target], bend, colour, width)
        usual_part = 0.5 if bend else 0.32
        part = NUMBER_AT.get((origin, target), usual_part)
        place = _along(places[origin], places[target], bend, part)
    next_on_the_arc = target == origin + 1 and origin not in AWAY
    if share >= WORTH_A_NUMBER and not next_on_the_arc:
        box = {"fc": "white", "ec": "none", "alpha": 0.8, "pad": 0.8}
        words = number(people, lang)
        x, y = place
        axes.text(x, y, words, ha="center", va="center", fontsize=SMALL, bbox=box, zorder=4)


def _draw_arrow(axes: Axes, start: Any, end: Any, bend: float, colour: str, width: float) -> None:
    """An arrow between two stages."""
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle=_arrow_style(width), connectionstyle=f"arc3,rad={bend}",
            fc=colour, lw=0, alpha=0.9, shrinkA=17, shrinkB=17, zorder=2,
        )
    )  # fmt: skip


def _along(start: Any, end: Any, bend: float, part: float) -> Any:
    """The point of an arrow at a share of its way (matplotlib's arc3 is this curve)."""
    way = end - start
    control = (start + end) / 2 + bend * np.array([way[1], -way[0]])
    return (1 - part) ** 2 * start + 2 * part * (1 - part) * control + part**2 * end


def _draw_loop(axes: Axes, at: Any, up: float, colour: str, width: float) -> Any:
    """A way from a stage to itself, above (`up` = 1) or below it (-1); the place of its number."""
    x, y = at
    far = y + up * 1.15
    outward = [(x - 0.2, y + up * 0.25), (x - 0.75, far), (x, far)]
    homeward = [(x, far), (x + 0.75, far), (x + 0.2, y + up * 0.3)]
    curve = [Path.MOVETO, Path.CURVE3, Path.CURVE3]
    axes.add_patch(PathPatch(Path(outward, curve), fill=False, ec=colour, lw=width, zorder=2))
    head = Path(homeward, curve)
    shape = _arrow_style(width)
    axes.add_patch(FancyArrowPatch(path=head, arrowstyle=shape, fc=colour, lw=0, zorder=2))
    return x, far


def _arrow_style(width: float) -> str:
    """An arrow of that width [points] with a head that can be told from it."""
    head = width + 7
    return f"simple,tail_width={width},head_width={head},head_length={0.5 * head + 3}"


def _draw_stage(axes: Axes, at: Any, stage: Stage, data: pd.DataFrame, lang: str) -> None:
    """A stage: its number, its name and how many people were there."""
    x, y = at[stage]
    own = stage in TWELVE
    axes.add_patch(Circle((x, y), NODE, fc="white" if own else FAINT, ec="black", lw=1.5, zorder=3))
    if own:
        axes.text(x, y, str(int(stage)), ha="center", va="center", weight="bold", zorder=4)
    words = stage_word(stage, lang)
    if len(words) > 12 and " " in words:
        words = words.replace(" ", "\n", 1)
    words = f"{words}\n{number(data.loc[stage.key, 'people'], lang)}"
    place, ha, va = _beside(stage, x, y)
    axes.text(*place, words, ha=ha, va=va, linespacing=1.15, color=QUIET if not own else "black")


def _beside(stage: Stage, x: float, y: float) -> tuple[tuple[float, float], str, str]:
    """Where a stage's name has room: outside the arc, clear of the ways and loops there."""
    if stage == Stage.DORMANT:
        return (x, y - 0.45), "center", "top"
    if stage in (Stage.WITH_RIVAL, Stage.REPEAT_DEAL):
        return (x + 0.6, y + (0.5 if stage == Stage.REPEAT_DEAL else 0.0)), "left", "center"
    outward = np.array([x / WIDE, y / HIGH])
    outward /= np.hypot(*outward)
    distance = 1.2 if stage == Stage.CURIOSITY else 0.5  # beyond the way from 9 to 11
    place = (x + distance * outward[0], y + 0.48 * outward[1])
    side = "left" if outward[0] > 0 else "right"
    if abs(outward[0]) < 0.3:
        side = "center"
    return place, side, "bottom" if outward[1] > 0.55 else "center"


def _alt(data: pd.DataFrame, run: Run, lang: str) -> str:
    """The finding: how far people came, the way out that most took, and how many came back."""
    keys = [stage.key for stage in IN_THE_CATEGORY]
    ways_out = data.loc[keys[: -len(AWAY)], ["with_rival", "dormant"]].stack()
    origin, target = ways_out.idxmax()

    def people(value: float) -> str:
        return number(value, lang)

    way_out = text(f"journey_map.{'out' if ways_out.max() else 'nobody_out'}", lang).format(
        here=stage_word(Stage.of(origin), lang),
        there=stage_word(Stage.of(target), lang),
        most=counted("people", ways_out.max(), lang),
    )
    return text("journey_map.alt", lang).format(
        people=counted("people", len(run), lang),
        days=counted("days", run.scenario.horizon_days, lang),
        first_deal=counted("were", data.loc["first_deal", "people"], lang),
        loyalty=people(data.loc["loyalty", "people"]),
        way_out=way_out,
        from_rival=people(data.loc["with_rival", "study"]),
        from_sleep=people(data.loc["dormant", "awareness"]),
    )
