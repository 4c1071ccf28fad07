"""What a firm reads off its log as records are lost: which way it errs, and how far (C123).

    record_bias(run, "offline", [1.0, 0.8, 0.5])

Up to the first deal, person by person: contacts (each person's), deal_next (the share of contacts
after which the next thing recorded is the deal), gap_days (from contact to contact), days_to_deal
(from the first contact, of those who buy); and of the deals repeat_rate and repeat_days (from the
first deal to the next, of those who make one).

**Exactly.** Where each contact is recorded with a chance of its own, whatever else is, the share
that each reading takes is a sum over pairs of contacts with none recorded between, which one pass
through each path adds up: `expected` is the ratio of the sums. What stands in the books does not
move at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.door import seed_of, whole
from cjsim.experiment.intervals import difference
from cjsim.labels import unknown
from cjsim.measures.retention import repeat_rate
from cjsim.model.events import Event
from cjsim.observe.losses import AT, LOSSES
from cjsim.observe.paths import Paths, paths_of
from cjsim.observe.stays import waits_of
from cjsim.observe.systems import SHARES, Records, observe, recorded_share

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record

Floats = npt.NDArray[np.float64]

OF_CONTACTS: Final = ("contacts", "deal_next", "gap_days", "days_to_deal")
OF_DEALS: Final = ("repeat_rate", "repeat_days")
READINGS: Final = (*OF_CONTACTS, *OF_DEALS)
CHANCES: Final = ("online", "offline", "bad_news_loss")
"""Settings under which each contact is recorded or not, at once and under the right name."""


def record_bias(
    run: Record,
    setting: str = "offline",
    at: Sequence[float] | None = None,
    *,
    records: Records | None = None,
    draws: int = 5,
    seed: int = 1,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """How a firm's readings move as one setting of the records gets worse.

    Parameters
    ----------
    run : made with log="all".
    setting : of `Records`, a share, by its name.
    at : its values, 0..1; as for `loss_curve` when not given.
    records : how the other settings stand; perfect when not given.
    draws : how often each value is recorded, each with a luck of its own.
    seed : of the first draw.
    confidence : coverage of the interval over the luck of recording, 0..1.

    Returns rows (value, reading), each in the unit of the reading: complete (from the log with
    nothing lost), seen (mean of the draws), low, high (its interval), bias (seen less complete),
    expected (what theory says of seen; NaN where more is lost than chances tell). Raises ValueError
    for a setting or value that cannot be.

    >>> import cjsim
    >>> from cjsim.observe import record_bias
    >>> table = record_bias(cjsim.simulate("phone", people=100), "online", [0.5], draws=2)
    >>> table.loc[(0.5, "gap_days"), ["complete", "seen", "bias", "expected"]].round(1).tolist()
    [44.2, 46.2, 2.0, 46.3]
    """
    import pandas as pd

    if setting not in SHARES:
        raise unknown("setting of the records that is a share", setting, SHARES)
    usual = [round(share / 2, 2) for share in (0, 0.2, 0.4, 0.6, 0.8)] if setting in LOSSES else AT
    first, many = seed_of(seed), whole("draws", draws)
    complete = readings(observe(run), run.lives)
    rows = {}
    for value in map(float, usual if at is None else at):
        how = (records or Records()).but(**{setting: value})
        seen = [readings(observe(run, how, seed=first + n), run.lives) for n in range(many)]
        expected = expected_readings(run, how, complete)
        interval = difference(pd.DataFrame(seen), confidence)
        for name in READINGS:
            mean, low, high = interval.loc[name, ["difference", "low", "high"]]
            bias = mean - complete[name]
            rows[value, name] = (complete[name], mean, low, high, bias, expected[name])
    if not rows:
        raise ValueError("at = []: give at least one value of the setting")
    columns = ["complete", "seen", "low", "high", "bias", "expected"]
    table = pd.DataFrame.from_dict(rows, "index", columns=columns)
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["value", "reading"])
    return table


def readings(log: Any, people: int) -> dict[str, float]:
    """What a firm reads off a log; see the head of this file.

    Parameters
    ----------
    people : how many there really are, by whom contacts are divided.
    """
    paths = paths_of(log)
    told = _of_paths(paths, np.ones(len(paths.channels)), people)
    rate = repeat_rate(log)
    bought = float(rate["customers"].iloc[0]) if len(rate) else 0.0
    told["repeat_rate"] = float(rate["made_next"].iloc[0]) / bought if bought else np.nan
    told["repeat_days"] = np.nan
    if "repeat_deal" in set(log.frame["event"].cat.categories):
        waits = waits_of(log, "first_deal", "repeat_deal")
        told["repeat_days"] = _mean(waits.days[waits.over].sum(), waits.over.sum())
    return told


def expected_readings(
    run: Record, how: Records, complete: dict[str, float] | None = None
) -> dict[str, float]:
    """What the readings are on average over the luck of recording, as a ratio of two averages.

    Parameters
    ----------
    complete : the readings of the log with nothing lost, where they are known.

    NaN for what the settings of `how` do not leave to chances of single contacts; deals are in the
    books, and stay as they are as long as everybody is who they are taken for.
    """
    whole_log = observe(run)
    known = complete or readings(whole_log, run.lives)
    named = how.match == 1 and how.false_merges == 0
    told = {name: known[name] if named else np.nan for name in OF_DEALS}
    others = Records().but(**{name: getattr(how, name) for name in CHANCES})
    if how != Records(**{**vars(others), "days_late": how.days_late}):
        return dict.fromkeys(OF_CONTACTS, np.nan) | told
    paths = paths_of(whole_log)
    online = {name: one.mode == "online" for name, one in run.scenario.touchpoints.items()}
    chance = [recorded_share(how, Event.CONTACT, online[name]) for name in paths.channels]
    return _of_paths(paths, np.array(chance), run.lives) | told


def _of_paths(paths: Paths, chance: Floats, people: int) -> dict[str, float]:
    """The readings of contacts where each is recorded with the chance of its touchpoint."""
    ago = np.zeros(len(paths.step)) if paths.ago is None else paths.ago
    q = chance[paths.step]
    none, waiting, since = (np.zeros(len(paths)) for _ in range(3))
    none += 1.0  # the chance that nothing was recorded yet
    gaps = pairs = from_first = 0.0
    for nth in range(int(paths.length.max(initial=0))):
        path = np.flatnonzero(paths.length > nth)
        here = paths.begin[path] + nth
        p, when = q[here], ago[here]
        pairs += float((p * waiting[path]).sum())
        gaps += float((p * (since[path] - waiting[path] * when)).sum())
        from_first += float((paths.deals[path] * none[path] * p * when).sum())
        waiting[path] = waiting[path] * (1 - p) + p  # the chance that something was
        since[path] = since[path] * (1 - p) + p * when  # and when the last was, in days ago
        none[path] *= 1 - p
    led = paths.deals * (1 - none)
    return {
        "contacts": float(q.sum()) / people,
        "deal_next": _mean(led.sum(), q.sum()),
        "gap_days": _mean(gaps, pairs),
        "days_to_deal": _mean(from_first, led.sum()),
    }


def _mean(total: Any, many: Any) -> float:
    return float(total) / float(many) if many > 0 else np.nan
