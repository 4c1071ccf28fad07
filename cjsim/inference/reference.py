"""Simulations to learn from: settings drawn, simulated on any number of workers, kept in a folder.

    manifest.json                  the question, the versions, the state of the code
    batches/round-1-00003.parquet  settings and summaries of 50 simulations

The setting and the seed of each simulation are functions of the seed, the round and its number. So
the table has the same bits for any number of workers, and an interrupted one goes on where it
stood: a batch is written whole or not at all, and says in its metadata what it should hold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cjsim import log
from cjsim.experiment.asked import Progress
from cjsim.experiment.sweep_folder import MANIFEST, model, plain, surroundings, write_json
from cjsim.experiment.workers import finished
from cjsim.files import DRAFT, expanded, forget_drafts
from cjsim.inference.priors import Floats, Prior

if TYPE_CHECKING:
    import pandas as pd

Summaries = Mapping[str, float] | Sequence[float]
Simulate = Callable[[dict[str, float], int], Summaries]
"""A setting (name -> value) and a seed -> summaries, the same names in the same order each time."""

A_BATCH = 50
"""Simulations that a worker does together; a power cut costs no more than these."""
CHECKING = 0
"""The round of the settings that a calibration looks at."""


@dataclass(frozen=True)
class Batch:
    """Simulations that one worker does together."""

    simulate: Simulate
    settings: tuple[dict[str, float], ...]
    seeds: tuple[int, ...]


def run(batch: Batch) -> list[list[float]]:
    """The summaries of a batch, in its order; this is what a worker calls."""
    return [
        values_of(batch.simulate(setting, seed))
        for setting, seed in zip(batch.settings, batch.seeds, strict=True)
    ]


def values_of(summaries: Summaries) -> list[float]:
    """Summaries as plain numbers, in their order."""
    values = summaries.values() if isinstance(summaries, Mapping) else summaries
    return [float(value) for value in values]


def names_of(summaries: Summaries) -> list[str]:
    """What summaries are called; s1, s2, ... where they have no names."""
    if isinstance(summaries, Mapping):
        return [str(name) for name in summaries]
    return [f"s{n}" for n in range(1, len(summaries) + 1)]


def seed_of(seed: int, turn: int, index: int) -> int:
    """The seed of one simulation of one round: below 2^61, as `simulate` takes it."""
    text = f"fit {seed} {turn} {index}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little") >> 3


@dataclass(frozen=True)
class Lab:
    """Where simulations are made: by which function, how, and where they are kept."""

    simulate: Simulate
    priors: tuple[Prior, ...]
    names: tuple[str, ...]  # of the summaries
    seed: int
    executor: str | Executor = "processes"
    workers: int = 1
    progress: Progress | None = None
    folder: Folder | None = None

    def table(self, turn: int, z: Floats) -> pd.DataFrame:
        """Simulate a round: its number, index and seed, the z, the values, the summaries."""
        import pandas as pd

        values = np.column_stack([p.at(z[:, k]) for k, p in enumerate(self.priors)])
        seeds = [seed_of(self.seed, turn, index) for index in range(len(z))]
        names = [prior.name for prior in self.priors]
        settings = [dict(zip(names, map(float, row), strict=True)) for row in values]
        summaries = self._summaries(turn, settings, seeds)
        head = {"round": turn, "index": range(len(z)), "seed": seeds}
        return pd.concat(
            [
                pd.DataFrame(head),
                pd.DataFrame(values, columns=names),
                pd.DataFrame(summaries, columns=list(self.names)),
            ],
            axis=1,
        )

    def _summaries(self, turn: int, settings: list[dict[str, float]], seeds: list[int]) -> Floats:
        table = np.empty((len(seeds), len(self.names)))
        places = {n: slice(i, i + A_BATCH) for n, i in enumerate(range(0, len(seeds), A_BATCH))}
        batches = {
            n: Batch(self.simulate, tuple(settings[place]), tuple(seeds[place]))
            for n, place in places.items()
        }
        stamps = {n: _stamp(batch) for n, batch in batches.items()}
        for n in list(batches) if self.folder else ():
            held = self.folder.read(turn, n, stamps[n], self.names) if self.folder else None
            if held is not None:
                table[places[n]] = held
                del batches[n]
        done: Any = finished(run, batches, self.executor, self.workers)
        for n, rows in self.progress(done, len(batches)) if self.progress else done:
            self._must_fit(rows)
            table[places[n]] = rows
            if self.folder:
                self.folder.keep(turn, n, stamps[n], self.names, table[places[n]])
        return table

    def _must_fit(self, rows: list[list[float]]) -> None:
        if odd := [row for row in rows if len(row) != len(self.names)]:
            raise ValueError(
                f"the simulation gave {len(odd[0])} summaries, {len(self.names)} were observed; "
                "both are made by one function"
            )


def _stamp(batch: Batch) -> str:
    """Characters that change with the settings or seeds of a batch."""
    content = json.dumps([batch.settings, batch.seeds])
    return hashlib.sha256(content.encode()).hexdigest()


class Folder:
    """The folder of one inference.

    Parameters
    ----------
    path : made if it is not there.
    question : what is asked, as plain data; the same question may go on in the same folder.

    Raises ValueError where the folder holds something else.
    """

    def __init__(self, path: str | Path, question: Mapping[str, Any]) -> None:
        self.path = expanded(path)
        self.question = plain({**question, "model": model()})
        self.stamp = hashlib.sha256(json.dumps(self.question).encode()).hexdigest()
        if self.path.exists() and not self.path.is_dir():
            raise ValueError(f"{self.path}: is a file; name a folder")
        if (self.path / MANIFEST).exists():
            self._must_ask()
        elif self.path.exists() and any(
            not file.name.startswith(DRAFT) for file in self.path.iterdir()
        ):
            raise ValueError(f"{self.path}: holds other files; name a new folder, or one of a fit")
        else:
            self.path.mkdir(parents=True, exist_ok=True)
            manifest = {"question": self.question, "ran_on": surroundings()}
            write_json(manifest, self.path / MANIFEST)
        (self.path / "batches").mkdir(exist_ok=True)
        for place in (self.path, self.path / "batches"):
            forget_drafts(place)

    def _must_ask(self) -> None:
        try:
            held = json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))["question"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{self.path / MANIFEST}: is damaged; remove the folder") from error
        differing = [key for key in self.question if held.get(key) != self.question[key]]
        if differing:
            raise ValueError(
                f"{self.path}: holds another fit ({', '.join(differing)} differ); name another "
                "folder"
            )

    def _part(self, turn: int, number: int) -> Path:
        return self.path / "batches" / f"round-{turn}-{number:05d}.parquet"

    def keep(self, turn: int, number: int, stamp: str, names: Sequence[str], rows: Floats) -> None:
        """Write a batch."""
        import pandas as pd

        table = pd.DataFrame(rows, columns=_columns(names))
        log.save(table, self._part(turn, number), self._note(stamp, rows))

    def read(self, turn: int, number: int, stamp: str, names: Sequence[str]) -> Floats | None:
        """A batch that is there and whole, else None."""
        part = self._part(turn, number)
        if not part.exists():
            return None
        try:
            columns = _columns(names)
            rows = log.read([part], columns)[columns].to_numpy(np.float64)
            note = log.notes([part])[0]
        except OSError:
            return None
        return rows if note == self._note(stamp, rows) else None

    def _note(self, stamp: str, rows: Floats) -> str:
        rows = np.ascontiguousarray(np.where(np.isnan(rows), np.nan, rows))
        return hashlib.sha256((self.stamp + stamp).encode() + rows.tobytes()).hexdigest()


def _columns(names: Sequence[str]) -> list[str]:
    """Columns of a part: a summary may bear any name, with dots too, and a column may not."""
    return names_of(range(len(names)))
