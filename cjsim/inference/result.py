"""A fit: what is known of each free key, how well it looks like the log, the scenario it makes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cjsim import log as event_log
from cjsim.door import folder_of, whole
from cjsim.experiment.asked import Asked
from cjsim.experiment.workers import finished
from cjsim.files import all_together, write_text
from cjsim.inference.abc import Posterior
from cjsim.inference.auxiliary import likelihoods
from cjsim.inference.figures import Figures, Forecast, against
from cjsim.inference.file import scenario_file
from cjsim.inference.keys import Freed
from cjsim.inference.likelihood import Exact
from cjsim.inference.luck import luck
from cjsim.inference.reference import seed_of
from cjsim.inference.seen import Lens, Seen
from cjsim.journey import Stage
from cjsim.labels import SPOKEN, text
from cjsim.labels.tables import one_line
from cjsim.measures.log import Log
from cjsim.record import Record
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

WORLDS: Final = 100
"""Draws whose markets are looked at in `check` and `holdout`."""
DRAWS: Final = 500
"""Draws that are kept where no simulation was needed."""
OF_A_DRAW, OF_A_WORLD, OF_AN_ORDER = 81, 82, 83
"""Keep apart the luck of draws, of the worlds they are looked at in, and of their order."""
BATCH: Final = 5
COLUMNS: Final = ("value", "low", "high", "prior_low", "prior_high", "prior_left")


@dataclass(frozen=True, repr=False)
class Fit:
    """What a log tells of a scenario.

    Parameters
    ----------
    before : the scenario as it was, over all the days of the log.
    log : what was fitted to.
    lens, seen : what was looked at.
    keys : those that were free.
    exact : those that were fitted by their own likelihood.
    posterior : of those that were fitted by simulations; None where there were none.
    question : size and place of the simulations.

    It is what `cjsim.fit` returns. How many open the letters of a firm, from its log:

    >>> from cjsim import Scenario, fit, simulate
    >>> opened = "touchpoints.mail_offer.opened"
    >>> firm = Scenario.load("phone", strategy="guide").with_changes({"horizon_days": 700})
    >>> run = simulate(firm.with_changes({opened: 0.3}), people=100)
    >>> found = fit(firm, run, free={opened: (0.05, 0.95)}, people=100)
    >>> found.table().loc[opened, ["value", "low", "high"]].astype(float).round(2).tolist()
    [0.28, 0.22, 0.36]
    >>> found.table().loc[opened, ["known_by", "fitted_by"]].tolist()
    ['data', 'likelihood']
    >>> round(found.scenario().value(opened), 2)
    0.28
    """

    before: Scenario
    log: Log | Record
    lens: Lens
    seen: Seen
    keys: tuple[Freed, ...]
    exact: tuple[Exact, ...]
    posterior: Posterior | None
    question: Asked

    # --- what is known of each key ---------------------------------------------------------------

    @cached_property
    def _draws(self) -> pd.DataFrame:
        """All draws, one column per free key, in an order that is none."""
        import pandas as pd

        posterior = self.posterior.draws if self.posterior else pd.DataFrame(index=range(DRAWS))
        exact = {one.key: one for one in self.exact}
        luck_of = np.array([luck(self.question.seed, OF_A_DRAW, k, len(posterior)) for k in
                            range(len(self.keys))])  # fmt: skip
        table = {}
        for one, uniforms in zip(self.keys, luck_of, strict=True):
            if one.key in posterior:
                values = posterior[one.key].to_numpy()
            elif one.key in exact:
                values = np.array([exact[one.key].at(u) for u in uniforms])
            else:
                from scipy.special import ndtri

                values = one.prior.at(ndtri(uniforms))
            table[one.key] = np.round(values).astype(np.int64) if one.whole else values
        order = np.argsort(luck(self.question.seed, OF_AN_ORDER, 0, len(posterior)), kind="stable")
        return pd.DataFrame(table).iloc[order].reset_index(drop=True)

    def draws(self, n: int | None = None) -> pd.DataFrame:
        """Settings that fit, all as likely: a column per free key, for `Scenario.with_changes`.

        Parameters
        ----------
        n : so many; all there are when not given. More than there are come again.
        """
        if n is None:
            return self._draws.copy()
        count = whole("n", n, 1)
        places = np.arange(count) % len(self._draws)
        return self._draws.iloc[places].reset_index(drop=True)

    def table(self) -> pd.DataFrame:
        """What is known of each free key; one row per key.

        Columns
        -------
        value, low, high : median of the draws; 90 % of them lie between low and high.
        prior_low, prior_high : as much of what was held possible before.
        prior_left : the share of the prior's variance that is left; about 1 where nothing was told.
        known_by : "data", "prior" (both count) or "not identified".
        fitted_by : "likelihood", "simulation" or "nothing".
        moves_with : the key with which it can be traded, where only both together are known.
        untold : why this log can never tell it.
        """
        import pandas as pd

        by_simulation = self.posterior.table() if self.posterior else None
        exact = {one.key for one in self.exact}
        rows = []
        for one in self.keys:
            if by_simulation is not None and one.key in by_simulation.index:
                of_it = by_simulation.loc[one.key]
                known = "not identified" if one.traded else of_it["known_by"]
                told = (*(of_it[name] for name in COLUMNS), known, "simulation")
                rows.append((*told, one.traded or of_it["moves_with"], ""))
            else:
                rows.append(self._alone(one, one.key in exact))
        names = [*COLUMNS, "known_by", "fitted_by", "moves_with", "untold"]
        index = pd.Index([one.key for one in self.keys], name="key")
        return pd.DataFrame(rows, index, names)

    def _alone(self, one: Freed, exact: bool) -> tuple[Any, ...]:
        """What is known of a key that no other has to do with."""
        from cjsim.inference.abc import HARDLY_NARROWER, MOSTLY_DATA

        values = self._draws[one.key].to_numpy(float)
        low, value, high = np.quantile(values, [0.05, 0.5, 0.95])
        left = 1.0
        if exact:
            left = min(1.0, float(np.clip(one.prior.z(values), -8.3, 8.3).var()))
        known = "not identified" if left > HARDLY_NARROWER else "prior"
        known = "data" if left < MOSTLY_DATA else known
        by = "likelihood" if exact else "nothing"
        return (value, low, high, *one.prior.interval(), left, known, by, "", one.reason())

    @cached_property
    def likelihoods(self) -> pd.DataFrame:
        """What simpler models with a likelihood say of the log; see `fit.auxiliary.likelihoods`."""
        cycle = self.before.stage_plan(Stage.REPEAT_DEAL).typical_days
        return likelihoods(self.seen, self.lens, cycle, self.before.contract)

    # --- does it look like the log? --------------------------------------------------------------

    @cached_property
    def _worlds(self) -> list[tuple[Figures, Figures]]:
        """The figures of markets under some of the draws, before `until` and after it."""
        settings = self.draws(WORLDS).to_dict("records")
        tasks = [
            (setting, seed_of(self.question.seed, OF_A_WORLD, place))
            for place, setting in enumerate(settings)
        ]
        whole_keys = {one.key for one in self.keys if one.whole}
        tasks = [
            ({k: int(v) if k in whole_keys else float(v) for k, v in setting.items()}, seed)
            for setting, seed in tasks
        ]
        batches = {n: tasks[n : n + BATCH] for n in range(0, len(tasks), BATCH)}
        processors = self.question.workers or 1
        results: dict[int, list[tuple[Figures, Figures]]] = dict(
            finished(_Several(self._forecast), batches, self.question.executor, processors)
        )
        return [world for n in sorted(results) for world in results[n]]

    @property
    def _forecast(self) -> Forecast:
        days = float(self.before.horizon_days)
        lens = replace(self.lens, days=days)
        return Forecast(self.before, self.question.people, self.seen.size, lens, self.lens.days)

    @cached_property
    def _actual(self) -> tuple[Figures, Figures]:
        forecast = self._forecast
        return forecast.of(forecast.lens.log(self.log, self.seen.size))

    def check(self) -> pd.DataFrame:
        """What was fitted to, as it was and as the fit has it; see `fit.figures.against`."""
        return against(self._actual[0], [before for before, _ in self._worlds])

    @cached_property
    def holdout(self) -> pd.DataFrame | None:
        """The same of what came after `until`, which the fit has not seen; None without an until.

        It is the market that is forecast, not each customer: nobody's own past counts.
        """
        if not self._actual[1]:
            return None
        return against(self._actual[1], [after for _, after in self._worlds])

    def odd(self) -> list[str]:
        """Summaries in which hardly any simulated market looks like the log."""
        if self.posterior is None:
            return []
        table = self.posterior.fit()
        return [str(name) for name in table.index[table["odd"]]]

    # --- the scenario ----------------------------------------------------------------------------

    def scenario(self) -> Scenario:
        """The scenario with the median of each key that the log tells; the others stay as they are.

        Its horizon is that of the log.
        """
        table = self.table()
        told = table[table["known_by"] != "not identified"]
        kinds = {one.key: int if one.whole else float for one in self.keys}
        changes = {key: kinds[key](value) for key, value in told["value"].items()}
        return self.before.with_changes(changes)

    def save(self, folder: str | Path, lang: str = SPOKEN) -> list[str]:
        """Write all tables and draws as CSV, and the scenario with the source of fitted numbers.

        Parameters
        ----------
        folder : made if it is not there; files of the same name in it are replaced.
        lang : of the words in them.

        Returns the names of the files, all written or none.
        """
        tables = {
            "table": self.table().reset_index(), "draws": self.draws(),
            "check": self.check().reset_index(), "likelihoods": self.likelihoods.reset_index(),
        }  # fmt: skip
        if self.holdout is not None:
            tables["holdout"] = self.holdout.reset_index()
        file = scenario_file(self.scenario(), self.table(), self.lens.days, lang)
        with all_together(folder_of("folder", folder)) as draft:
            for name, table in tables.items():
                event_log.save(table, draft / f"{name}.csv")
            write_text(draft / "scenario.toml", file)
            return sorted(path.name for path in draft.iterdir())

    def says(self, lang: str = SPOKEN) -> str:
        """How many keys the log tells, and which it does not.

        Parameters
        ----------
        lang : "en", "ru", or what `cjsim.speak` has set.
        """
        known = self.table()["known_by"]
        open_keys = ", ".join(known.index[known == "not identified"])
        words = text("fit.told" if open_keys else "fit.all_told", lang)
        return words.format(told=int((known != "not identified").sum()), keys=len(known),
                            open=open_keys)  # fmt: skip

    def __repr__(self) -> str:
        return f"{one_line('Fit', self.says())}\n{self._printed()}"

    def _printed(self) -> str:
        shown = self.table()[["value", "low", "high", "known_by", "fitted_by", "moves_with"]]
        return str(shown.to_string(float_format=lambda value: f"{value:.3g}"))

    def _repr_html_(self) -> str:
        return str(self.table().to_html(float_format=lambda value: f"{value:.3g}"))


@dataclass(frozen=True)
class _Several:
    """Some worlds that one worker looks at together."""

    forecast: Forecast

    def __call__(self, tasks: list[tuple[dict[str, float], int]]) -> list[tuple[Figures, Figures]]:
        return [self.forecast(task) for task in tasks]
