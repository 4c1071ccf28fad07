"""What comes in at the Python door: scenarios, counts, names, made plain or refused in a sentence.

Whatever asks for a scenario takes a `Scenario`, a preset's name or a path; whatever asks for a
whole number takes numpy's as well. What cannot be is a ValueError that names the argument, what was
given and what is allowed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Final

from cjsim.files import expanded, write_text
from cjsim.labels import SPOKEN
from cjsim.labels.visible import visible
from cjsim.scenario import Scenario, ScenarioError

LARGEST_SEED: Final = 2**62
"""Seeds are whole numbers from 0 up to this one."""
MOST: Final = {
    "people": 100_000_000, "runs": 1_000_000, "workers": 1_000, "points": 10_000,
    "products": 100_000, "samples": 2**16, "evaluations": 100_000,
}  # fmt: skip
"""The largest counts that are taken; a slip of the finger shall not occupy a machine."""
MANY: Final = 1_000_000
BYTES_A_LIFE: Final = 600
"""Memory that a person of a run takes, with their part of the log; of more it is asked for."""
OTHERS_AT_MOST: Final = 1_000_000
LONGEST = 60
"""Characters of a wrong value that an error shows."""


def scenario_of(given: object, argument: str = "scenario") -> Scenario:
    """The scenario that is meant.

    Parameters
    ----------
    given : a Scenario, a preset's name, or the path of a scenario file.
    argument : what the caller calls it.

    Raises ScenarioError for a name or file that is not there or wrong, ValueError for all else.

    >>> scenario_of("phone").name
    'phone'
    """
    if isinstance(given, Scenario):
        return given
    if isinstance(given, str):
        return Scenario.load(given)
    if isinstance(given, os.PathLike):
        return Scenario.load(Path(given))
    raise ValueError(
        f"{argument} = {shown(given)}: must be one Scenario, a preset's name such as 'phone', or "
        "the path of a scenario file"
    )


def scenario_from(words: str, name: str = "scenario.toml", lang: str = SPOKEN) -> Scenario:
    """A scenario from the text of a file that is not on this disk.

    Parameters
    ----------
    words : what is in the file.
    name : of the file, for what is said of it.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Raises ValueError that says what is wrong; the folder in which it is read is nobody's business.

    >>> from cjsim.scenario import to_toml
    >>> scenario_from(to_toml(scenario_of("phone"))) == scenario_of("phone")
    True
    """
    with tempfile.TemporaryDirectory() as folder:
        path = write_text(Path(folder) / (Path(name).name or "scenario.toml"), words)
        try:
            return Scenario.load(path)
        except ScenarioError as error:
            raise ValueError(error.said(lang).replace(f"{folder}/", "")) from None


def scenarios_of(given: object, argument: str = "scenarios") -> dict[str, Scenario]:
    """Several scenarios by name, in the order given.

    Parameters
    ----------
    given : name -> scenario, or a list of scenarios, which are named after their strategies if they
        are of one product, else after their products; a scenario is whatever `scenario_of` takes.
    argument : what the caller calls it.

    Raises ValueError for anything else, for two of one name, and for none.

    >>> list(scenarios_of(["phone", "yogurt"]))
    ['phone', 'yogurt']
    """
    if isinstance(given, Mapping):
        named = [
            (str(name), scenario_of(one, f"{argument}[{name!r}]")) for name, one in given.items()
        ]
    elif isinstance(given, list | tuple):
        several = [scenario_of(one, f"{argument}[{i}]") for i, one in enumerate(given)]
        named = list(zip(_names_for(several), several, strict=True))
    else:
        raise ValueError(
            f"{argument} = {shown(given)}: must be several by name, such as "
            '{"pull": pull, "guide": guide}, or a list of them'
        )
    if not named:
        raise ValueError(f"{argument} is empty: give at least one scenario")
    names = [name for name, _ in named]
    for name in names:
        if not name.strip() or visible(name) != name or "\n" in name or "\t" in name:
            raise ValueError(f"{argument}: {name!r} is no name; it is a line of letters and signs")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{argument}: two are called {twice[0]!r}; give each a name of its own")
    return dict(named)


def _names_for(scenarios: list[Scenario]) -> list[str]:
    """Names that tell the scenarios of a list apart, where there are such."""
    products = [one.name for one in scenarios]
    strategies = [one.strategy for one in scenarios]
    if len(set(products)) == 1:
        return strategies
    if len(set(products)) == len(products):
        return products
    return [f"{product} {strategy}" for product, strategy in zip(products, strategies, strict=True)]


def whole(argument: str, given: object, least: int = 1, most: int | None = None) -> int:
    """A whole number from `least` up to `most`, as Python's own.

    Without a `most` it is that of `MOST`, or `OTHERS_AT_MOST`. Raises ValueError for anything else:
    2.5, "3", True, 10 ** 30.

    >>> import numpy as np
    >>> whole("runs", np.int64(20))
    20
    """
    number = _integer(given)
    most = MOST.get(argument, OTHERS_AT_MOST) if most is None else most
    if number is None or number < least:
        raise ValueError(f"{argument} = {shown(given)}: must be a whole number of at least {least}")
    if number > most:
        raise ValueError(f"{argument} = {shown(given)}: must be a whole number of at most {most:,}")
    return number


def people_of(given: object, scenario: Scenario) -> int:
    """How many people are simulated: the whole market when None is given.

    Raises ValueError for more than this machine's memory has room for.
    """
    people = scenario.market.people if given is None else whole("people", given)
    if people > MANY:
        import psutil  # nobody else waits for it

        room = psutil.virtual_memory().available // BYTES_A_LIFE
        if people > room:
            raise ValueError(
                f"people = {people:,}: would need about {people * BYTES_A_LIFE / 1e9:,.0f} GB of "
                f"memory; here there is room for about {room:,}"
            )
    return people


def seed_of(given: object) -> int:
    """A seed, the number of a world."""
    number = _integer(given)
    if number is not None and 0 <= number < LARGEST_SEED:
        return number
    raise ValueError(f"seed = {shown(given)}: must be a whole number from 0 up to 2^62")


def _integer(given: object) -> int | None:
    """A whole number of any kind as Python's; None for anything else."""
    return int(given) if isinstance(given, Integral) and not isinstance(given, bool) else None


def number_of(argument: str, given: object) -> float:
    """A number; raises ValueError for anything else, True and "0.5" among it."""
    if isinstance(given, Real) and not isinstance(given, bool):
        return float(given)
    raise ValueError(f"{argument} = {shown(given)}: must be a number")


def words_of(argument: str, given: object) -> list[str]:
    """A list of words; one word alone is a list of one."""
    words: list[Any] = (
        [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    )
    for word in words:
        if not isinstance(word, str):
            raise ValueError(f"{argument} = {shown(given)}: must be a name or a list of names")
    return words


def mapping_of(argument: str, given: object, example: str) -> Mapping[Any, Any]:
    """A mapping; raises ValueError with an example for anything else."""
    if isinstance(given, Mapping):
        return given
    raise ValueError(f"{argument} = {shown(given)}: must be a mapping such as {example}")


def folder_of(argument: str, given: object) -> Path:
    """A folder that may be there or not; ~ is the home.

    Raises ValueError for what is no path or is a file.
    """
    if not isinstance(given, str | os.PathLike) or not str(given):
        raise ValueError(f"{argument} = {shown(given)}: must be the path of a folder")
    path = expanded(given)
    if path.exists() and not path.is_dir():
        raise ValueError(f"{argument} {path}: is a file; name a folder")
    return path


def shown(given: object) -> str:
    """A wrong value as an error shows it: in one line, and not all of a long one."""
    try:
        line = " ".join(repr(given).split())
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        line = "a number of thousands of digits"
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
