"""A scenario: the checked tables of a file, with what one does with them as a whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError, model_validator
from pydantic_core import PydanticCustomError

from cjsim.files import write_text
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number
from cjsim.labels.tables import html_table, one_line
from cjsim.scenario.calendar import calendar_findings, periods
from cjsim.scenario.changes import changed, differences
from cjsim.scenario.keys import Key
from cjsim.scenario.layers import (
    Layer,
    find_file,
    layers_of,
    misspelt_strategies,
    place_of,
    stacked,
)
from cjsim.scenario.mistakes import (
    Finding,
    Problem,
    ScenarioError,
    Tables,
    Where,
    disagreements,
    misfits,
)
from cjsim.scenario.places import there
from cjsim.scenario.starter import starting_file
from cjsim.scenario.tables import ScenarioTables
from cjsim.scenario.toml import document
from cjsim.scenario.uncertain import uncertain_findings
from cjsim.scenario.words import scenario_title, strategy_title


class Scenario(ScenarioTables):
    """Everything one run needs but the number of people and the seed.

    `Scenario.load` reads one; it never changes, `with_changes` and `with_strategy` make others.

    Parameters
    ----------
    name, title, money : short name, one line for people, currency.
    strategy : the one that runs, a name in `strategies`.
    horizon_days : length of the run [days].
    burn_in_days, burn_in_strategy : how long the market lives before day 0 [days], and under which
        strategy.
    start : ISO date of day 0, "" where the run knows days only.
    product, market, rival, firm, shelf, season : what is sold, to whom, against whom, by whom, from
        which stock, and when more of it.
    stages, plan : per stage its days and planned loss; the people for whom these hold.
    response, experience, curiosity, loyalty, words : how people take contacts and deals,
        try others, stay, and tell.
    service, contract : what goes wrong at deals, and what they bind to.
    changes : keys that take other values from a day on.
    touchpoints, strategies : the library by name, and the strategies by name that run them.
    uncertain : per dotted key what is known of it.

    Each of these is a table of the file; `cjsim presets --keys` lists their keys with units, limits
    and sources. Raises `ScenarioError` with all that is wrong.

    >>> from cjsim import Scenario
    >>> phone = Scenario.load("phone")
    >>> phone.title, phone.strategy
    ('Phone: a brand with a shop in town and a site', 'pull')
    >>> phone.product.price, phone.market.people, list(phone.strategies)
    (440.0, 2000, ['nothing', 'pull', 'guide', 'animator'])
    >>> cheaper = phone.with_changes({"product.price": 400, "guide.accuracy": 0.9})
    >>> phone.diff(cheaper)
    {'product.price': (440.0, 400.0), 'strategies.guide.accuracy': (0.7, 0.9)}
    """

    @model_validator(mode="after")
    def _tables_agree(self) -> Self:
        """What one table says of another holds, however the scenario was built."""
        tables = self.model_dump()
        findings = [
            *disagreements(tables), *calendar_findings(tables), *uncertain_findings(tables)
        ]  # fmt: skip
        if findings:
            words = "\n  ".join(str(Problem.of(finding, self.name)) for finding in findings)
            raise PydanticCustomError("disagreement", "{words}", {"words": words})
        try:
            periods(self)
        except ValidationError as error:
            raise PydanticCustomError("calendar", "{words}", {"words": str(error)}) from None
        return self

    def __repr__(self) -> str:
        return one_line("Scenario", f"{self.name}: {self.says()}")

    __str__ = __repr__

    def says(self, lang: str = SPOKEN) -> str:
        """What it is: its title, the size of its market, its horizon, the strategy that runs.

        Parameters
        ----------
        lang : "en", "ru", or what `cjsim.speak` has set.
        """
        return text("result.scenario", lang).format(
            title=scenario_title(self.title, lang) or self.name,
            people=number(self.market.people, lang),
            days=number(self.horizon_days, lang),
            strategy=strategy_title(self, self.strategy, lang),
        )  # fmt: skip

    def _repr_html_(self) -> str:
        heads = [text(f"result.head.{name}") for name in ("strategy", "push", "touchpoints")]
        rows = [
            (
                strategy_title(self, name) + (" ◂" if name == self.strategy else ""),
                strategy.push,
                ", ".join(point for point, on in strategy.touchpoints.items() if on > 0),
            )
            for name, strategy in self.strategies.items()
        ]
        price = f"{text('result.head.price')}: {number(self.product.price, SPOKEN)} {self.money}."
        return html_table(heads, rows, f"{self.says()} {price}")

    @staticmethod
    def load(source: str | Path, strategy: str | None = None) -> Scenario:
        """A preset by its name ("phone") or a scenario by the path of its TOML file, checked.

        Parameters
        ----------
        source : a preset's name, or a path.
        strategy : the one that runs, in place of the file's own.

        Raises `ScenarioError` with all that is wrong.

        >>> from cjsim import Scenario
        >>> Scenario.load("phone", strategy="guide").strategy
        'guide'
        """
        layers, broken = layers_of(find_file(str(source), "", isinstance(source, Path)))
        if strategy is not None:
            layers.append(Layer(layers[-1].path, {"strategy": strategy}, {}))
        tables, left_out = stacked(layers)
        misspelt = [] if broken else list(misspelt_strategies(layers))
        problems = broken if broken else left_out
        whole = not broken
        return checked(tables, lambda path: place_of(layers, path), misspelt, problems, whole)

    def save(self, path: str | Path) -> Path:
        """Write the whole scenario as a TOML file that needs no other; returns the path.

        Parameters
        ----------
        path : of the file, which is replaced where it is there.
        """
        return write_text(path, to_toml(self))

    def with_changes(self, changes: Mapping[str, Any]) -> Scenario:
        """A copy with dotted keys changed, checked anew.

        Parameters
        ----------
        changes : dotted key -> value, e.g. {"guide.accuracy": 0.9}; a table as value merges as in a
            file.

        Raises `ScenarioError` with all that is wrong.

        >>> from cjsim import Scenario
        >>> Scenario.load("phone").with_changes({"market.people": 500}).market.people
        500
        """
        tables, findings = changed(self.model_dump(), changes)
        return checked(tables, lambda path: (self.name, None), findings)

    def key(self, dotted: str) -> Key:
        """What may stand under a dotted key: kind, limits, full name.

        Parameters
        ----------
        dotted : "product.price", "market.segments.0.share"; "guide.accuracy" is short for
            "strategies.guide.accuracy".

        Raises `ScenarioError`, with the nearest spelling, for a key that is not there.

        >>> Scenario.load("phone").key("guide.accuracy").dotted
        'strategies.guide.accuracy'
        """
        place = there(self.model_dump(), dotted)
        if isinstance(place, Finding):
            raise ScenarioError([Problem.of(place, self.name)])
        return place

    def value(self, dotted: str) -> Any:
        """What stands under a dotted key, which is read and refused as by `key`.

        A touchpoint that a strategy does not name runs at 0, a stage that a touchpoint does not
        name has fit 0; a stage that a plan does not name has None.

        Parameters
        ----------
        dotted : as for `key`.

        >>> Scenario.load("phone").value("guide.accuracy")
        0.7
        """
        key = self.key(dotted)
        node: Any = self.model_dump() if key.path[0] == "changes" else self
        for part in key.path:
            if isinstance(node, Mapping):
                node = node.get(part)
            else:
                node = (
                    node[int(part)] if isinstance(node, tuple | list) else getattr(node, str(part))
                )
        return 0.0 if node is None and key.is_number else node

    def with_strategy(self, name: str) -> Scenario:
        """The same product and market under another of its strategies.

        Parameters
        ----------
        name : of `strategies`.

        Raises `ScenarioError` for a strategy that is not there.
        """
        return self.with_changes({"strategy": name})

    def diff(self, other: Scenario) -> dict[str, tuple[Any, Any]]:
        """What differs: dotted key -> (here, there); a key that one side lacks shows as None.

        Parameters
        ----------
        other : the scenario on the other side.

        >>> phone = Scenario.load("phone")
        >>> phone.diff(phone.with_strategy("guide"))
        {'strategy': ('pull', 'guide')}
        """
        return dict(differences(self.model_dump(), other.model_dump()))


def checked(
    tables: Tables,
    where: Where,
    more: Sequence[Finding] = (),
    placed: Sequence[Problem] = (),
    whole: bool = True,
) -> Scenario:
    """The scenario that plain tables say, or a ScenarioError with all that is wrong in them.

    `more` was found before, `placed` too, and where it is. Without the `whole` of the layers, of
    which some could not be read, nothing can be said of what is missing or of how tables agree.
    """
    findings = list(more)
    try:
        scenario = Scenario.model_validate(tables)
    except ValidationError as error:
        findings += misfits(tables, error, whole)
    else:
        if not findings and not placed:
            return scenario
    problems = [Problem.of(finding, *where(finding.path)) for finding in findings]
    if whole:
        wrong = {problem.key for problem in (*placed, *problems)}
        together = [
            *disagreements(tables), *calendar_findings(tables), *uncertain_findings(tables)
        ]  # fmt: skip
        more_problems = (Problem.of(finding, *where(finding.path)) for finding in together)
        problems += [problem for problem in more_problems if problem.key not in wrong]
    raise ScenarioError([*placed, *sorted(problems, key=lambda p: (p.file, p.line or 0))])


def to_toml(scenario: Scenario) -> str:
    """The whole scenario as a file that needs no other; loads as an equal scenario.

    Parameters
    ----------
    scenario : which one.

    Returns TOML.

    >>> from cjsim.scenario import Scenario, to_toml
    >>> print(to_toml(Scenario.load("phone")).splitlines()[2])
    name = "phone"
    """
    head = (
        "# A complete scenario: every key is here, nothing is taken from presets or the library.",
        'extends = ""',
    )
    tables = scenario.model_dump()
    if not scenario.uncertain:
        del tables["uncertain"]
    return "\n".join([*head, *document(tables), ""])


def digest(scenario: Scenario) -> str:
    """Twelve characters that change with anything that could change a run.

    The order of the touchpoints could: it numbers them and orders an animator's pushes. What is
    uncertain of a key could not: a run takes the key as it stands.

    Parameters
    ----------
    scenario : which one.

    Returns hexadecimal digits.

    >>> from cjsim.scenario import Scenario, digest
    >>> phone = Scenario.load("phone")
    >>> same = phone.with_changes({"product.price": 440})
    >>> other = phone.with_changes({"product.price": 441})
    >>> digest(phone) == digest(same), digest(phone) == digest(other)
    (True, False)
    """
    tables = scenario.model_dump(exclude={"uncertain"})
    tables["touchpoints"] = list(tables["touchpoints"].items())
    text = json.dumps(tables, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def new_file_text(product: str) -> str:
    """A starting file on top of a preset: its common keys stand ready, commented out.

    Parameters
    ----------
    product : name of the preset.

    Returns TOML. Raises `ScenarioError` for a preset that there is not.

    >>> from cjsim.scenario import new_file_text
    >>> print(new_file_text("phone").splitlines()[3])
    extends = "phone"
    """
    return starting_file(Scenario.load(product), product)
