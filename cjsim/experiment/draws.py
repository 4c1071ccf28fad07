"""Joint draws of what is not known: of a scenario's [uncertain], or what a fit has left possible.

A draw is one set of values of uncertain keys. It goes with luck of its own: draw i lives in the
i-th world of the seed. Draws have an order of their own, by their values, so that rows and columns
in another order are the same draws in the same worlds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.door import shown, whole
from cjsim.experiment.sensitivity import number_key
from cjsim.files import expanded
from cjsim.labels.tables import one_line
from cjsim.model.streams import stream_of, worlds
from cjsim.scenario import Scenario, ScenarioError

if TYPE_CHECKING:
    import pandas as pd

MOST_DRAWS: Final = 10_000
TWICE: Final = 50
"""Of draws with one world each, so many live in a second one: they tell what luck does."""
EXAMPLE: Final = '"product.price" = [400, 480]'
TOGETHER: Final = 0.3
"""Keys whose ranks are correlated beyond this in many draws are told to move together."""


@dataclass(frozen=True, repr=False)
class Draws:
    """Joint draws of uncertain keys.

    Parameters
    ----------
    values : one row per draw, one column per key, in the order of the values; the index is that of
        the table they came from.
    fitted : do they come from data? Else from what a scenario holds possible.
    worlds : in how many worlds each draw lives. With one, `TWICE` of them live in a second one.
    """

    values: pd.DataFrame
    fitted: bool = False
    worlds: int = 1

    def __repr__(self) -> str:
        keys = ", ".join(map(str, self.values.columns))
        return one_line("Draws", f"{len(self)} of {keys}")

    def __len__(self) -> int:
        return len(self.values)

    @property
    def keys(self) -> list[str]:
        """The uncertain keys."""
        return [str(key) for key in self.values.columns]

    @property
    def together(self) -> bool:
        """Do some keys move together, so that what is known of one tells of another?"""
        ranks = self.values.rank().loc[:, self.values.nunique() > 1].to_numpy()
        if ranks.shape[1] < 2:
            return False
        size = np.abs(np.corrcoef(ranks.T) - np.eye(ranks.shape[1])).max()
        return self.fitted and bool(size > max(TOGETHER, 4.0 / len(self) ** 0.5))

    def seeds(self, seed: int) -> list[tuple[int, ...]]:
        """The worlds in which each draw lives, of those that belong to a seed."""
        n = len(self)
        twice = set(np.unique(np.linspace(0, n - 1, min(n, TWICE)).round()).astype(int).tolist())
        numbers = worlds(seed, n * max(2, self.worlds))
        return [
            tuple(numbers[i + n * k] for k in range(max(self.worlds, 2 if i in twice else 1)))
            for i in range(n)
        ]

    def of(self, scenario: Scenario) -> Iterator[Scenario]:
        """The scenario as each draw has it; a key that it does not have stays out of it.

        Raises ValueError, with the draw, for a value that cannot be.
        """
        keys = [key for key in self.keys if has(scenario, key)]
        is_whole = {key: scenario.key(key).is_whole for key in keys}
        for label, row in self.values[keys].iterrows():
            settings = {
                key: int(value) if is_whole[key] and value == int(value) else value
                for key, value in zip(keys, row.to_numpy(float).tolist(), strict=True)
            }
            try:
                yield scenario.with_changes(settings)
            except ScenarioError as error:
                raise ValueError(f"draw {label} cannot be: {error}") from None


def draws_of(given: object, scenarios: Mapping[str, Scenario], seed: int) -> Draws:
    """The draws that are meant, with keys that the scenarios have.

    Parameters
    ----------
    given : how many of what the scenarios hold uncertain; or a table with a column per key and a
        row per draw, as `fit.draws()` returns it, or the path of one, .csv or .parquet; or `Draws`.
    scenarios : by name; several may share a key, if it is the same in all of them.
    seed : of the draws, and of the worlds in which they live.

    Raises ValueError, ScenarioError among it, for what cannot be drawn.

    >>> phone = Scenario.load("phone").with_changes({"uncertain": {"product.price": [400, 480]}})
    >>> draws_of(5, {"phone": phone}, seed=1)
    <Draws 5 of product.price>
    """
    if isinstance(given, Draws):
        draws = given
    elif isinstance(given, int | np.integer) and not isinstance(given, bool):
        draws = draw(scenarios, whole("draws", given, 2, MOST_DRAWS), seed)
    elif isinstance(given, str | os.PathLike):
        draws = of_table(_read(expanded(given)), f"draws {given}")
    elif hasattr(given, "columns"):
        draws = of_table(given, "draws")
    else:
        raise ValueError(
            f"draws = {shown(given)}: must be how many, a table with a column per key, or its path"
        )
    return _in_short(draws, scenarios)


def draw(scenarios: Mapping[str, Scenario], n: int, seed: int) -> Draws:
    """Joint draws of all that scenarios hold uncertain, each key on its own (Latin hypercube).

    A key has random numbers of its own: what else is uncertain does not move its values. Raises
    ValueError where nothing is uncertain, or one key in two ways.
    """
    import pandas as pd

    from cjsim.experiment.shapes import values_at  # brings scipy, for which others need not wait

    doubts: dict[str, tuple[Any, Any]] = {}
    for scenario in scenarios.values():
        for dotted, doubt in scenario.uncertain.items():
            key = scenario.key(dotted)
            if doubts.setdefault(key.short, (doubt, key))[0] != doubt:
                raise ValueError(f"{key.short}: is uncertain in two ways; say one in all scenarios")
    if not doubts:
        raise ValueError(
            f"draws = {n}: nothing is uncertain here; write what you do not know under "
            f"[uncertain], such as {EXAMPLE}, or give draws of a fit"
        )
    columns = {
        short: values_at(_spread(n, seed, short), *of_key) for short, of_key in doubts.items()
    }
    return _ordered(Draws(pd.DataFrame(columns)))


def _spread(n: int, seed: int, key: str) -> npt.NDArray[np.float64]:
    """Numbers between 0 and 1, one in each n-th of the way, in an order of their own."""
    random = np.random.default_rng([seed, stream_of(f"doubt {key}")])
    return np.asarray((random.permutation(n) + random.random(n)) / n)


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    if path.suffix == ".parquet":
        return _read_parquet(path)
    if path.suffix != ".csv":
        raise ValueError(f"draws {path}: must be a .csv or .parquet file with a column per key")
    try:
        return pd.read_csv(path)
    except (ValueError, UnicodeError) as error:  # no table, or no text
        raise ValueError(f"draws {path}: cannot be read as a table: {error}") from None


def _read_parquet(path: Path) -> pd.DataFrame:
    import duckdb

    try:
        with duckdb.connect() as db:
            return db.execute("SELECT * FROM read_parquet([?])", [path.as_posix()]).df()
    except duckdb.Error as error:
        first = next(iter(str(error).splitlines()), "")
        raise OSError(f"draws {path}: cannot be read ({first})") from None


def of_table(table: Any, source: str) -> Draws:
    """A table of draws, looked at: numbers only, two rows at least; a column "draw" names them."""
    import pandas as pd

    frame = pd.DataFrame(table)
    if "draw" in frame.columns:
        frame = frame.set_index("draw")
    if len(frame.columns) == 0 or len(frame) < 2:
        raise ValueError(f"{source}: must have a column per key and at least two rows")
    if len(frame) > MOST_DRAWS:
        raise ValueError(f"{source}: has {len(frame):,} rows; at most {MOST_DRAWS:,} are taken")
    for column in frame.columns:
        numbers = pd.to_numeric(frame[column], errors="coerce").to_numpy(float)
        if not np.isfinite(numbers).all():
            row = int(np.argmin(np.isfinite(numbers)))
            value = frame[column].iloc[row]
            raise ValueError(
                f"{source}: {column} in row {row + 1} is {shown(value)}; must be a number"
            )
    return _ordered(Draws(frame.astype(float), fitted=True))


def _ordered(draws: Draws) -> Draws:
    """Columns by name, rows by value: an order that does not depend on how they were given."""
    frame = draws.values[sorted(draws.values.columns, key=str)]
    places = np.lexsort(frame.to_numpy(float).T[::-1])
    return Draws(frame.iloc[places], draws.fitted, draws.worlds)


def _in_short(draws: Draws, scenarios: Mapping[str, Scenario]) -> Draws:
    """The same under the short names of keys; ValueError for a key that cannot be drawn."""
    names: dict[Any, str] = {}
    for column in draws.values.columns:
        sides = {n: s for n, s in scenarios.items() if has(s, str(column))}
        of_first = next(iter(sides.values()), next(iter(scenarios.values())))
        names[column] = number_key(of_first, str(column)).short
        values = {side.value(str(column)) for side in sides.values()}
        if len(values) > 1:
            raise ValueError(
                f"{column}: is uncertain and differs between the scenarios, "
                f"{' and '.join(map(str, sorted(values)))}; ask what_if, where a change comes "
                "after the draw"
            )
    if twice := {short for short in names.values() if list(names.values()).count(short) > 1}:
        raise ValueError(f"draws: {min(twice)} has two columns")
    return _ordered(Draws(draws.values.rename(columns=names), draws.fitted, draws.worlds))


def has(scenario: Scenario, key: str) -> bool:
    """Does a scenario have this key?"""
    try:
        scenario.key(key)
    except ScenarioError:
        return False
    return True
