"""Can such doubt be believed? Simulation-based calibration of an inference.

Where numbers are drawn from the prior and data simulated from them, the rank of the true number
among the draws of its posterior is uniform, and 90 % intervals hold 90 % of them (Cook, Gelman &
Rubin 2006; Talts et al. 2018). Both are looked at over some hundred such data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cjsim.inference.abc import Posterior
from cjsim.inference.priors import Floats
from cjsim.inference.reference import CHECKING
from cjsim.inference.region import Region

if TYPE_CHECKING:
    import pandas as pd

BINS = 10
"""Ranks are counted in so many equal parts."""
COVER = 0.9


@dataclass(frozen=True)
class Calibration:
    """How posteriors of simulated data hold what they say.

    Parameters
    ----------
    ranks, covered, known_by : a row per simulated data, a column per number, as told below.

    It is what `calibrate` and `calibration` return.

    >>> import numpy as np
    >>> from cjsim.inference import Prior, calibrate, infer
    >>> def toss(setting, seed):
    ...     return [np.random.default_rng(seed).binomial(20, setting["chance"])]
    >>> found = infer(toss, [Prior("chance", 0.0, 1.0)], [15], simulations=500, executor="here")
    >>> held = calibrate(found, fits=20)
    >>> held.table().loc["chance", ["fits", "covered", "data"]].to_dict()
    {'fits': 20.0, 'covered': 0.95, 'data': 1.0}
    >>> held.ranks.shape
    (20, 1)
    """

    ranks: pd.DataFrame
    """Share of the draws below the truth, 0..1; one row per simulated data, a column per number."""
    covered: pd.DataFrame
    """Does the 90 % interval hold the truth?"""
    known_by: pd.DataFrame
    """What the table said of each number."""

    def table(self) -> pd.DataFrame:
        """One row per number.

        Columns
        -------
        fits : simulated data.
        covered : share of the 90 % intervals that hold the truth.
        chi_square, p : of ten equal counts of ranks; p is the chance of such a value or a larger
            one where ranks are uniform.
        data, prior, not_identified : share of the fits that said so.
        """
        import pandas as pd
        from scipy.stats import chisquare

        rows = {}
        for name in self.ranks:
            inner = np.minimum((self.ranks[name] * BINS).astype(int), BINS - 1)
            test = chisquare(np.bincount(inner, minlength=BINS))
            sources = self.known_by[name]
            rows[name] = {
                "fits": len(self.ranks),
                "covered": self.covered[name].mean(),
                "chi_square": float(test.statistic),
                "p": float(test.pvalue),
                "data": (sources == "data").mean(),
                "prior": (sources == "prior").mean(),
                "not_identified": (sources == "not identified").mean(),
            }
        return pd.DataFrame(rows).T.rename_axis("key")

    def __repr__(self) -> str:
        return str(self.table().to_string(float_format=lambda x: f"{x:.3g}"))

    def _repr_html_(self) -> str:
        return str(self.table().to_html(float_format=lambda x: f"{x:.3g}"))


def calibration(truths: pd.DataFrame, posteriors: Iterable[Posterior]) -> Calibration:
    """Hold posteriors against the numbers that their data were simulated with.

    Parameters
    ----------
    truths : one row per posterior, in its order; a column per number.
    posteriors : of the data simulated with each row.

    Returns the `Calibration`. Raises ValueError where there are not as many of the one as of the
    other.

    >>> import numpy as np
    >>> import pandas as pd
    >>> from cjsim.inference import Prior, calibration, infer
    >>> def toss(setting, seed):
    ...     return [np.random.default_rng(seed).binomial(20, setting["chance"])]
    >>> found = infer(toss, [Prior("chance", 0.0, 1.0)], [15], simulations=500, executor="here")
    >>> truths = pd.DataFrame({"chance": [0.7, 0.2]})
    >>> calibration(truths, [found.of([15]), found.of([4])]).covered["chance"].tolist()
    [True, True]
    """
    import pandas as pd

    ranks, covered, known = [], [], []
    pairs = zip(truths.to_dict("records"), posteriors, strict=True)
    for truth, posterior in pairs:
        table, draws = posterior.table(), posterior.draws
        names = list(draws)
        ranks.append([_rank(draws[name].to_numpy(), truth[name]) for name in names])
        inside = [table.at[n, "low"] <= truth[n] <= table.at[n, "high"] for n in names]
        covered.append(inside)
        known.append(table["known_by"].tolist())
    return Calibration(*(pd.DataFrame(rows, columns=names) for rows in (ranks, covered, known)))


def _rank(draws: Floats, truth: float) -> float:
    """Share of the draws below the truth; the truth itself is one of them, equals half below."""
    below, same = (draws < truth).sum(), (draws == truth).sum()
    return float((below + 0.5 * same + 0.5) / (len(draws) + 1.0))


def calibrate(posterior: Posterior, fits: int = 200) -> Calibration:
    """Simulate data from the prior, infer each from the table there is, and hold it against truth.

    Parameters
    ----------
    posterior : of any observation; its first round is what all are inferred from.
    fits : how many data; they are simulated where and how those of the posterior were.

    Data in which a summary is not finite are left out, as in `infer`.

    Returns the `Calibration`.

    >>> import numpy as np
    >>> from cjsim.inference import Prior, calibrate, infer
    >>> def toss(setting, seed):
    ...     return [np.random.default_rng(seed).binomial(20, setting["chance"])]
    >>> found = infer(toss, [Prior("chance", 0.0, 1.0)], [15], simulations=500, executor="here")
    >>> float(calibrate(found, fits=20).table().loc["chance", "covered"])  # of 90 % intervals
    0.95
    """
    lab = posterior.lab
    whole = Region.whole(len(posterior.priors))
    data = lab.table(CHECKING, whole.draws(lab.seed, CHECKING, fits))
    data = data[np.isfinite(data[list(lab.names)].to_numpy()).all(axis=1)]
    return calibration(data[posterior.names], _each(posterior, data[list(lab.names)]))


def _each(posterior: Posterior, summaries: pd.DataFrame) -> Iterator[Posterior]:
    first: Posterior | None = None
    for row in summaries.to_dict("records"):
        first = first.of(row) if first else posterior.of(row)
        yield first
