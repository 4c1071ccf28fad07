"""A sentence of a lecture, tried in many worlds.

    claim(sold["guide"] - sold["pull"])                 # a direction: in how many worlds above 0?
    claim(sold["guide"] - sold["pull"], between=(5, 11))  # a size: where is its mean?
    claim([one == other for one, other in pairs])       # yes or no: in how many worlds?

The cell under the sentence prints the verdict. What is stored with the lecture is compared with
what the model says today, so text and model cannot drift apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cjsim.course.lines import paragraph
from cjsim.experiment.intervals import t_interval
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import counted, number, short

if TYPE_CHECKING:
    import numpy.typing as npt

FEWEST_WORLDS = 20
SURE = 0.05  # level of the tests: a fair coin, or a mean at the border, would do this less often


@dataclass(frozen=True)
class Claim:
    """What `claim` returns. Prints as one line, in the language that was spoken.

    Parameters
    ----------
    verdict : "holds", "open" or "fails".
    worlds : in how many the sentence was tried.
    line : the verdict and what it rests on, in words.

    >>> from cjsim import course
    >>> found = course.claim([True] * 15 + [False] * 5)
    >>> found.verdict, found.worlds
    ('holds', 20)
    """

    verdict: str
    worlds: int
    line: str

    def __repr__(self) -> str:
        return self.line

    def _repr_html_(self) -> str:
        return paragraph(self.line)


def claim(
    seen: npt.ArrayLike, between: tuple[float, float] | None = None, lang: str = SPOKEN
) -> Claim:
    """Does a sentence hold? One entry of `seen` per world, twenty worlds or more.

    Parameters
    ----------
    seen : per world yes or no, or a number; a direction holds where it is above 0, so not where it
        is NaN.
    between : lowest and highest mean that the sentence allows, in the units of `seen`.
    lang : "en", "ru", or what `cjsim.speak` has set.

    A direction holds if a fair coin would hardly ever fall so often on its side (two-sided sign
    test, 5 %), fails if so often on the other, and is open between; of numbers the line tells the
    mean and its luck interval, too. A size holds if the 95 % luck interval of the mean over worlds
    lies within the bounds, fails if it lies outside of them.

    Returns the `Claim`. Raises ValueError for fewer worlds, for yes or no with bounds, for bounds
    the wrong way round.

    >>> from cjsim import course
    >>> course.claim([1.0, 2.0] * 10, between=(1, 3))
    Holds: 1.5 on average over 20 worlds, 95 % luck interval 1.26 to 1.74; said: 1 to 3
    """
    worlds = np.asarray(seen)
    if worlds.ndim != 1 or len(worlds) < FEWEST_WORLDS:
        raise ValueError(
            f"a claim over {worlds.size} world(s) of shape {worlds.shape}: "
            f"needs one entry per world, {FEWEST_WORLDS} worlds or more"
        )
    if worlds.dtype == np.bool_:
        if between is not None:
            raise ValueError("a claim with `between` needs a finite number per world")
        return _direction(worlds, "", lang)
    numbers = worlds.astype(float)
    if between is None:
        if np.isinf(numbers).any() or np.isnan(numbers).all():
            raise ValueError("a claim needs yes or no, or finite numbers: one per world")
        return _direction(numbers > 0, _by(numbers, lang), lang)
    if not np.isfinite(numbers).all():
        raise ValueError("a claim with `between` needs a finite number per world")
    if not between[0] < between[1]:
        raise ValueError(f"between = {between}: the lower bound comes first")
    return _size(numbers, between, lang)


def _direction(worlds: npt.NDArray[np.bool_], by: str, lang: str) -> Claim:
    from scipy.stats import binomtest

    n = len(worlds)
    wins = int(worlds.sum())
    sure = binomtest(wins, n).pvalue < SURE
    verdict = "open"
    if sure:
        verdict = "holds" if 2 * wins > n else "fails"
    how_often = text(f"course.{verdict}_in" if wins else "course.in_none", lang)
    line = how_often.format(seen=counted("in_worlds", wins, lang), worlds=number(n, lang))
    return Claim(verdict, n, _line(verdict, line + by, lang))


def _by(numbers: npt.NDArray[np.float64], lang: str) -> str:
    """By how much, on average, with its luck interval; alike in all worlds there is none."""
    mean, low, high = t_interval(numbers, 1 - SURE)
    sizes = {"mean": mean, "low": low, "high": high}
    words = {name: short(size, lang, typed=True) for name, size in sizes.items()}
    return text("course.by_alike" if np.isnan(low) else "course.by", lang).format(**words)


def _size(worlds: npt.NDArray[np.float64], between: tuple[float, float], lang: str) -> Claim:
    n = len(worlds)
    mean, low, high = t_interval(worlds, 1 - SURE)
    alike = bool(np.isnan(low))
    least, most = (mean, mean) if alike else (low, high)
    inside = between[0] <= least and most <= between[1]
    outside = most < between[0] or least > between[1]
    verdict = "open"
    if inside or outside:
        verdict = "holds" if inside else "fails"
    sizes = {"mean": mean, "low": low, "high": high, "least": between[0], "most": between[1]}
    words = {name: short(size, lang, typed=True) for name, size in sizes.items()}
    line = text("course.mean_alike" if alike else "course.mean", lang).format(**words, worlds=n)
    return Claim(verdict, n, _line(verdict, line, lang))


def _line(verdict: str, evidence: str, lang: str) -> str:
    return f"{text(f'course.{verdict}', lang)}: {evidence}"
