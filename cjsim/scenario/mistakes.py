"""What can be wrong with a scenario, in words that say where, what is allowed and what was meant.

Two sorts of mistakes are told together: a value that its own key does not allow, and tables
that do not agree. Both are found in plain tables, so the second need not wait for the first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal, NamedTuple, get_origin

from pydantic import ValidationError

from cjsim.journey import TWELVE
from cjsim.labels import SPOKEN
from cjsim.labels.phrases import Phrase, Words, in_words, phrase
from cjsim.labels.visible import visible
from cjsim.scenario.keys import (
    OF_A_FILE,
    Key,
    KeyPath,
    fits,
    homes,
    key_at,
    may_be_infinite,
    wanted,
)
from cjsim.scenario.tables import FOLLOWED, MAY_WALK_AWAY, ScenarioTables
from cjsim.scenario.toml import in_toml

Tables = Mapping[str, Any]
Where = Callable[[KeyPath], tuple[str, int | None]]
"""Which file says a key, and on which line."""


MOST = {"strategies": 200, "touchpoints": 1_000}
"""How many of what people name a scenario may hold; a run's log numbers touchpoints."""
TOLD = 30
"""Mistakes that are told at once; whoever made more has made one of them many times."""


class Finding(NamedTuple):
    """A mistake in plain tables, before it is known which file made it."""

    path: KeyPath
    value: Any  # None: nothing to show
    words: Phrase
    suggestion: Words | None = None


@dataclass(frozen=True)
class Problem:
    """One mistake: where it stands, what stands there, what may stand there.

    Parameters
    ----------
    file, line, column : where; the line and the column counted from 1, None where nobody knows.
    key, value : the dotted key, and what stands there; None where there is nothing to show.
    words : what is wrong, in any language.
    suggestion : what may have been meant.

    They are the `problems` of a `ScenarioError`.

    >>> from cjsim.scenario import Scenario, ScenarioError
    >>> try:
    ...     Scenario.load("phone").with_changes({"product.prise": 400})
    ... except ScenarioError as error:
    ...     problem = error.problems[0]
    >>> problem.key, problem.suggestion
    ('product.prise', 'price')
    >>> problem.said("en")
    'phone: product.prise: [product] has no such key; did you mean price?'
    """

    file: str
    key: str
    value: Any
    words: Phrase
    suggestion: Words | None = None
    line: int | None = None
    column: int | None = None

    @classmethod
    def of(cls, finding: Finding, file: str, line: int | None = None) -> Problem:
        key = ".".join(str(part) for part in finding.path)
        return cls(file, key, finding.value, finding.words, finding.suggestion, line)

    @property
    def message(self) -> str:
        """What is wrong, in the language that is spoken, without place and suggestion."""
        return self.words.said()

    def said(self, lang: str = SPOKEN) -> str:
        """The whole line in a language: `my.toml, line 3: market.people = 0: must be ...`.

        Parameters
        ----------
        lang : "en", "ru", or what `cjsim.speak` has set.
        """
        label = "column" if self.column else "line"
        place = phrase(label, file=self.file, line=self.line, column=self.column)
        what = f"{self.key} = {shown(self.value)}" if self.value is not None else self.key
        clauses = (place if self.line else self.file, what, self.words)
        line = ": ".join(in_words(part, lang) for part in clauses if part)
        hint = phrase("meant", meant=self.suggestion) if self.suggestion else None
        line = visible(f"{line}; {hint.said(lang)}" if hint else line)
        return line.replace("\n", "\\n").replace("\t", "\\t")  # a name may hold them, a line not

    def __str__(self) -> str:
        return self.said()


class ScenarioError(ValueError):
    """Every problem of a scenario at once, one line each, in the language that is spoken.

    Parameters
    ----------
    problems : each a `Problem`.

    >>> from cjsim.scenario import Scenario, ScenarioError
    >>> try:
    ...     Scenario.load("phone").with_changes({"market.people": 0, "product.prise": 400})
    ... except ScenarioError as error:
    ...     print(error.said("en"))
    2 problems:
      phone: product.prise: [product] has no such key; did you mean price?
      phone: market.people = 0: must be a whole number from 1 to 100000000
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)  # kept, so that the error survives the way between processes
        self.problems = list(problems)

    def said(self, lang: str = SPOKEN) -> str:
        """All problems in a language. Raises ValueError for a language that has no words.

        Parameters
        ----------
        lang : "en", "ru", or what `cjsim.speak` has set.
        """
        lines = [problem.said(lang) for problem in self.problems[:TOLD]]
        if len(self.problems) == 1:
            return lines[0]
        if len(self.problems) > TOLD:
            return "\n  ".join([phrase("first_of_many", count=TOLD).said(lang), *lines])
        return "\n  ".join([phrase("several", count=len(lines)).said(lang), *lines])

    def __str__(self) -> str:
        return self.said()


# --- Words --------------------------------------------------------------------------------------


def shown(value: Any) -> str:
    """A value as a file writes it, cut short."""
    try:
        text = in_toml(value)
    except (ValueError, RecursionError):  # thousands of digits, or as many brackets
        return "..."
    return text if len(text) <= 60 else text[:57] + "..."


def nearest(word: str, names: Iterable[str], alike: float = 0.65) -> str | None:
    """The name that was probably meant: 1 is the same, 0 is nothing in common."""
    from difflib import get_close_matches  # only when something is wrong

    folded = {name.casefold(): name for name in names}
    for match in get_close_matches(word.casefold(), folded, n=1, cutoff=alike):
        return folded[match]
    longer_names = [name for name in folded if len(word) > 3 and word.casefold() in name]
    return folded[longer_names[0]] if len(longer_names) == 1 else None


def either(keys: Sequence[str]) -> Words | None:
    """Keys to choose from: `product.quality or rival.quality`, or None if there are none.

    One without a dot is told that it stands above all tables.
    """
    words: list[Words] = [key if "." in key else phrase("above_all", key=key) for key in keys]
    while words[1:]:
        words[:2] = [phrase("or", first=words[0], last=words[1])]
    return words[0] if words else None


# --- A value that its own key does not allow ----------------------------------------------------


def misfits(tables: Tables, error: ValidationError, whole: bool) -> Iterator[Finding]:
    """Pydantic's errors in plain words. What is missing is told per table."""
    missing: dict[KeyPath, list[str]] = {}
    for entry in error.errors(include_url=False)[: 2 * TOLD]:
        path = entry["loc"]
        kind = entry["type"]
        if kind == "missing":
            missing.setdefault(path[:-1], []).append(str(path[-1]))
        elif kind == "extra_forbidden":
            yield unknown_key(path)
        elif path and path[-1] == "[key]":
            yield bad_name(path[:-1])
        elif kind == "calendar":
            yield Finding(("changes", len(tables["changes"]) - 1), None, phrase("changes_clash"))
        elif kind != "disagreement":
            yield _bad_value(path, entry["input"])
    for path, keys in missing.items() if whole else ():
        yield incomplete(tables, path, keys)


def unknown_key(path: KeyPath) -> Finding:
    """A key that its table does not have, and where it was probably meant to stand."""
    table = key_at(path[:-1]) or Key(ScenarioTables)
    word = str(path[-1])
    names = table.names if path[1:] else (*table.names, *OF_A_FILE)
    near = nearest(word, names, 0.85) or either(homes(word)) or nearest(word, names)
    label = "no_key_in" if path[1:] else "no_key_above"
    place = ".".join(str(part) for part in path[:-1])
    words = phrase(label if near else f"{label}_listed", table=place, names=table.names)
    return Finding(path, None, words, near)


def bad_name(path: KeyPath) -> Finding:
    """A key that is no stage, or a name that cannot be a part of a dotted key."""
    stages = (key_at(path[:-1]) or Key(ScenarioTables)).names
    if not stages:
        return Finding(path, None, phrase("bad_name"))
    near = nearest(str(path[-1]), stages)
    label = "no_stage" if near else "no_stage_listed"
    return Finding(path, None, phrase(label, names=stages), near)


PER_CENT_FROM: Final = 10
"""A share of this much, written without a sign, is taken for one in per cent."""


def _bad_value(path: KeyPath, value: Any) -> Finding:
    key = key_at(path)
    if key is None:
        return Finding(path, value, phrase("not_here"))
    endless = isinstance(value, float) and not math.isfinite(value)
    what = wanted(key, finite=endless and not may_be_infinite(key))
    return Finding(path, value, phrase("must_be", what=what), _probably_meant(key, value))


def _probably_meant(key: Key, value: Any) -> str | None:
    """What a wrong value was probably meant to be: 0.3 for "0,3", 30 or "30 %", true for "yes".

    A share above 1 is told in per cent where it says so, or from ten on; a 2 may be anything.
    """
    if isinstance(value, str):
        if get_origin(key.kind) is Literal:
            return nearest(value, key.names)
        if key.kind is bool:
            words = {"yes": "true", "true": "true", "on": "true", "no": "false", "false": "false"}
            return words.get(value.casefold())
        if key.kind == tuple[str, ...]:
            return shown([value])
    if key.kind not in (int, float) or isinstance(value, bool):
        return None
    try:
        text = value if isinstance(value, str) else repr(value)
        plain = text.replace(",", ".").replace(" ", "").replace("\u00a0", "")
        number = float(plain.removesuffix("%"))
    except ValueError:
        return None
    is_share = 1 in (key.limits.get("le"), key.limits.get("lt"))
    if is_share and (plain.endswith("%") or PER_CENT_FROM <= number <= 100):
        number /= 100
    same = not isinstance(value, str) and number == value and type(value) is key.kind
    return f"{number:g}" if math.isfinite(number) and fits(number, key) and not same else None


def incomplete(tables: Tables, path: KeyPath, keys: list[str]) -> Finding:
    """A table in which keys are missing; a touchpoint's name may be misspelt."""
    if len(path) == 2 and path[0] == "touchpoints":
        near = nearest(str(path[1]), (n for n in tables["touchpoints"] if n != path[1]))
        return Finding(path, None, phrase("touchpoint_missing", keys=keys), near)
    return Finding(path, None, phrase("missing", keys=keys))


# --- Tables that do not agree -------------------------------------------------------------------


def disagreements(tables: Tables) -> list[Finding]:
    """What one table says of another and is not so. Values may still be of any type."""
    if too_many := list(_too_many_names(tables)):
        return too_many
    return [finding for rule in RULES for finding in islice(rule(tables), 2 * TOLD)]


def _too_many_names(tables: Tables) -> Iterator[Finding]:
    for name, most in MOST.items():
        if len(_table(tables, name)) > most:
            yield Finding((name,), None, phrase("too_many", most=most))


def _table(tables: Tables, name: str) -> Tables:
    inner = tables.get(name)
    return inner if isinstance(inner, Mapping) else {}


def _tables_in(tables: Tables, name: str) -> dict[str, Tables]:
    return {key: t for key, t in _table(tables, name).items() if isinstance(t, Mapping)}


def _is_on(intensity: Any) -> bool:
    """Whether a touchpoint runs. An intensity that is no number is told elsewhere."""
    return not isinstance(intensity, int | float) or intensity > 0


def _chosen_strategies_exist(tables: Tables) -> Iterator[Finding]:
    names = tables.get("strategies", {"pull": {}})
    if not isinstance(names, Mapping):
        return
    for key, name in chosen_strategies(tables):
        if name not in names:
            yield Finding((key,), name, phrase("no_strategy", names=names), nearest(name, names))


def chosen_strategies(tables: Tables) -> Iterator[tuple[str, str]]:
    """The strategies that tables choose to run, each with the key that chooses it."""
    for key in ("strategy", "burn_in_strategy"):
        name = tables.get(key, "pull")
        unused = key == "burn_in_strategy" and name == "pull" and not tables.get("burn_in_days")
        if isinstance(name, str) and not unused:
            yield key, name


def _strategies_run_what_exists(tables: Tables) -> Iterator[Finding]:
    library = _table(tables, "touchpoints")
    for name, strategy in _tables_in(tables, "strategies").items():
        for touchpoint, intensity in _table(strategy, "touchpoints").items():
            if touchpoint not in library:
                path = ("strategies", name, "touchpoints", touchpoint)
                yield no_touchpoint(path, intensity, library)


def no_touchpoint(path: KeyPath, intensity: Any, library: Iterable[str]) -> Finding:
    """A strategy's touchpoint that the library does not have."""
    name = str(path[-1])
    near = nearest(name, library)
    label = "no_touchpoint" if near else "no_touchpoint_yet"
    return Finding(path, intensity, phrase(label, name=name), near)


def _strategies_have_names_of_their_own(tables: Tables) -> Iterator[Finding]:
    """Else "loyalty.gain" could mean a strategy's key, or a table's."""
    for name in _table(tables, "strategies"):
        if name in OF_A_FILE or name in ScenarioTables.model_fields:
            yield Finding(("strategies", name), None, phrase("name_taken"))


def _programmes_and_plans_can_be_run(tables: Tables) -> Iterator[Finding]:
    library = _tables_in(tables, "touchpoints")
    for name, strategy in _tables_in(tables, "strategies").items():
        running = _table(strategy, "touchpoints")
        programme = strategy.get("programme", ())
        plan = _table(strategy, "plan")
        named: list[tuple[KeyPath, Any]] = [
            (("strategies", name, "programme"), item)
            for item in (programme if isinstance(programme, list | tuple) else ())
        ]
        named += [
            (("strategies", name, "plan", stage), item) for stage, item in plan.items() if item
        ]
        for path, item in named:
            if not isinstance(item, str):
                continue
            if item not in library:
                near = nearest(item, running) or nearest(item, library)
                yield Finding(path, item, phrase("no_touchpoint"), near)
            elif library[item].get("contact") == "pull":
                yield Finding(path, item, phrase("pushes_only", key=path[2]))
            elif library[item].get("after", ""):
                yield Finding(path, item, phrase("follows_only", key=path[2]))
            elif item not in running or not _is_on(running[item]):
                yield Finding(path, item, phrase("not_run", strategy=name))


def _pushes_have_something_to_push(tables: Tables) -> Iterator[Finding]:
    library = _tables_in(tables, "touchpoints")
    pushes = {
        name
        for name, touchpoint in library.items()
        if touchpoint.get("contact") == "push" and not touchpoint.get("after", "")
    }
    for name, strategy in _tables_in(tables, "strategies").items():
        running = _table(strategy, "touchpoints")
        if strategy.get("push") not in ("guide", "animator") or not set(running) <= set(library):
            continue
        if not any(_is_on(running[touchpoint]) for touchpoint in pushes & set(running)):
            path = ("strategies", name, "push")
            yield Finding(path, strategy["push"], phrase("nothing_to_push"))


def _losses_stand_where_people_can_leave(tables: Tables) -> Iterator[Finding]:
    leaving = [stage.key for stage in TWELVE if stage in MAY_WALK_AWAY]
    staying = [stage.key for stage in TWELVE if stage not in MAY_WALK_AWAY]
    for stage, plan in _tables_in(tables, "stages").items():
        loss = plan.get("planned_loss", 0)
        if stage in staying and isinstance(loss, int | float) and 0 < loss < 1:
            path = ("stages", stage, "planned_loss")
            yield Finding(path, loss, phrase("nobody_leaves", stages=leaving))


def _fixed_stages_lose_nobody(tables: Tables) -> Iterator[Finding]:
    for stage, plan in _tables_in(tables, "stages").items():
        loss = plan.get("planned_loss", 0)
        if plan.get("regularity") == math.inf and isinstance(loss, int | float) and 0 < loss < 1:
            path = ("stages", stage, "planned_loss")
            yield Finding(path, loss, phrase("fixed_loses_nobody"))


def _people_can_come_to_a_pull(tables: Tables) -> Iterator[Finding]:
    strategies = _tables_in(tables, "strategies").values()
    running = [_table(strategy, "touchpoints") for strategy in strategies]
    for name, touchpoint in _tables_in(tables, "touchpoints").items():
        if touchpoint.get("contact") == "push" and touchpoint.get("distance_m", 0) != 0:
            path = ("touchpoints", name, "distance_m")
            yield Finding(path, touchpoint["distance_m"], phrase("push_comes"))
        if touchpoint.get("contact") != "pull":
            continue
        if touchpoint.get("reach_per_day", 1) == 0:
            yield Finding(("touchpoints", name, "reach_per_day"), 0, phrase("pull_reaches"))
        fit = touchpoint.get("fit")
        useless = isinstance(fit, Mapping) and not any(_is_on(f) for f in fit.values())
        if useless and any(name in table and _is_on(table[name]) for table in running):
            yield Finding(("touchpoints", name, "fit"), None, phrase("fits_nothing"))


def _only_what_is_sent_can_rest(tables: Tables) -> Iterator[Finding]:
    for name, touchpoint in _tables_in(tables, "touchpoints").items():
        if touchpoint.get("contact") != "pull":
            continue
        for key in ("rhythm_days", "cap_30_days", "quiet_days"):
            value = touchpoint.get(key, 0)
            if isinstance(value, int | float) and value > 0:
                yield Finding(("touchpoints", name, key), value, phrase("pull_never_rests"))


def _only_what_is_sent_can_be_unread(tables: Tables) -> Iterator[Finding]:
    for name, touchpoint in _tables_in(tables, "touchpoints").items():
        if touchpoint.get("contact") != "pull":
            continue
        for key in ("delivered", "opened"):
            value = touchpoint.get(key, 1)
            if isinstance(value, int | float) and value < 1:
                yield Finding(("touchpoints", name, key), value, phrase("pull_is_read"))


def _what_follows_has_something_to_follow(tables: Tables) -> Iterator[Finding]:
    """A push after an event or another touchpoint, and never in the end after itself."""
    library = _tables_in(tables, "touchpoints")
    for name, touchpoint in library.items():
        after, path = touchpoint.get("after", ""), ("touchpoints", name, "after")
        if not isinstance(after, str) or not after:
            continue
        if touchpoint.get("contact") == "pull":
            yield Finding(path, after, phrase("pull_never_follows"))
        elif after in FOLLOWED and after in library:
            yield Finding(path, after, phrase("follows_which", name=after))
        elif after not in FOLLOWED and after not in library:
            near = nearest(after, [*FOLLOWED, *library])
            yield Finding(path, after, phrase("follows_what", names=FOLLOWED), near)
        elif _comes_round(library, name):
            yield Finding(path, after, phrase("follows_itself"))


def _comes_round(library: Mapping[str, Tables], first: str) -> bool:
    """Does a touchpoint start, over others perhaps, after itself?"""
    at: Any = first
    for _ in library:
        at = library[at].get("after", "") if isinstance(at, str) and at in library else ""
        if at == first:
            return True
    return False


def _segments_have_names_of_their_own(tables: Tables) -> Iterator[Finding]:
    segments = _table(tables, "market").get("segments", ())
    names: set[str] = set()
    for place, segment in enumerate(segments if isinstance(segments, list | tuple) else ()):
        name = segment.get("name") if isinstance(segment, Mapping) else None
        if not isinstance(name, str):
            continue
        if name in names:
            path = ("market", "segments", place, "name")
            yield Finding(path, name, phrase("segment_twice"))
        names.add(name)


def _only_some_reps_cost(tables: Tables) -> Iterator[Finding]:
    """Endlessly many reps cannot be paid by the head."""
    firm = _table(tables, "firm")
    reps, cost = firm.get("reps", math.inf), firm.get("rep_cost_per_day", 0)
    if isinstance(cost, int | float) and cost > 0 and reps == math.inf:
        yield Finding(("firm", "rep_cost_per_day"), cost, phrase("endless_reps_cost"))


RULES: tuple[Callable[[Tables], Iterator[Finding]], ...] = (
    _chosen_strategies_exist,
    _strategies_have_names_of_their_own,
    _strategies_run_what_exists,
    _programmes_and_plans_can_be_run,
    _pushes_have_something_to_push,
    _losses_stand_where_people_can_leave,
    _fixed_stages_lose_nobody,
    _people_can_come_to_a_pull,
    _only_what_is_sent_can_rest,
    _only_what_is_sent_can_be_unread,
    _what_follows_has_something_to_follow,
    _segments_have_names_of_their_own,
    _only_some_reps_cost,
)
