"""What one run left: the event log, the people, and how to have what was not kept once more."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from cjsim import log as event_log
from cjsim.engine import Simulation
from cjsim.model import parameters
from cjsim.model.arms import Split
from cjsim.model.population import ADOPTERS, MOTIVES, Population
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


T = TypeVar("T")


def closed(record: T) -> T:
    """A record whose arrays nobody can write into: who asked first would change all others'."""
    for value in vars(record).values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return record


@dataclass(frozen=True)
class Record:
    """What one run left: its log, its people, and the scenario they come from.

    It is a pure function of scenario, number of people and seed; whatever is not kept
    (`truth()`) is made again when asked for. Where the market was split, `split` says who was in
    which arm; what runs whoever comes costs what it does under the first arm's strategy.
    """

    scenario: Scenario
    seed: int
    everybody: Population
    events: event_log.EventLog
    engine: type[Simulation]
    split: Split | None = None

    def __len__(self) -> int:
        """People in the market at the start: what was asked for."""
        return self.everybody.at_start

    @property
    def lives(self) -> int:
        """All people there ever are: those at the start, then newcomers, by their ids."""
        return len(self.everybody)

    @property
    def share(self) -> float:
        """How large this market is, of the `market.people` whose firm pays touchpoints and reps."""
        return len(self) / self.scenario.market.people

    def log(self) -> pd.DataFrame:
        """The event log: time [days], person, event, stage, touchpoint, amount [money].

        Where the scenario has a `start` there is a column more behind the time: the date.
        """
        frame = self.events.frame()
        if self.scenario.start:
            import pandas as pd

            day = pd.Timestamp(self.scenario.start)
            frame.insert(1, "date", day + pd.to_timedelta(frame["time"], unit="D"))
        return frame

    def truth(self) -> pd.DataFrame:
        """What the firm cannot see, one row per log row: belief, warmth, trust, irritation, ...

        The market is run once more for it. Raises ValueError for a log with rows left out, and
        where the second run differs: an engine of your own must keep nothing from run to run.
        """
        if self.events.level != "all":
            raise ValueError("the truth stands beside every row: simulate with log='all'")
        split: dict[str, Any] = {"split": self.split} if self.split else {}
        again = self.engine(self.scenario, self.everybody, self.seed, truth=True, **split)
        again.run()
        rows, truths, _ = again.journal()
        assert truths is not None
        if rows.tobytes() != self.events.rows.tobytes():
            raise ValueError(
                f"{self.engine.__name__} did not do the same when it was run once more: what it "
                "remembers must be its own (set it in __init__), not that of the class"
            )
        numbers = parameters.parameters_of(self.scenario, len(self), self.seed)
        return event_log.truth_frame(
            self.events, truths, numbers.warmth_decay, numbers.irritation_decay
        )

    @cached_property
    def totals(self) -> event_log.Folded:
        """Contacts, costs and stages reached per person, whichever rows the log has kept."""
        days = self.scenario.horizon_days
        rows = self.events.rows
        totals = self.events.totals or event_log.fold(
            rows, self.lives, days, event_log.folding_rates(self.scenario)
        )
        return closed(totals)

    @property
    def people(self) -> pd.DataFrame:
        """One row per person: segment, motive, adopter (categories), traits; a copy of yours."""
        return self._people.copy()

    @cached_property
    def _people(self) -> pd.DataFrame:
        import pandas as pd

        who = self.everybody
        return pd.DataFrame(
            {
                "segment": pd.Categorical.from_codes(who.segment, who.segment_names),
                "motive": pd.Categorical.from_codes(who.motive, MOTIVES),
                "adopter": pd.Categorical.from_codes(who.adopter, ADOPTERS, ordered=True),
                "need": who.need,
                "speed": who.speed,
                "rationality": who.rationality,
                "innovativeness": who.innovativeness,
                "tolerance": who.tolerance,
            }
        )
