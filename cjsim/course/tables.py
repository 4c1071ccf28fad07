"""Tables of a lecture in the reader's language: rows and columns get the words of the labels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from cjsim.labels import SPOKEN, find, language
from cjsim.labels.numbers import number, setting

if TYPE_CHECKING:
    import pandas as pd

HOMES = (
    "strategy.{}", "measure.{}", "stage.{}.label", "adopter.{}", "motive.{}", "event.{}",
    "preset.{}", "uplift.{}", "column.{}", "lens.aida.step.{}", "attribution.method.{}",
    "attribution.channel.{}",
)  # fmt: skip
"""Where the word for a name may stand in the labels, the first that has it."""


def word(name: Any, lang: str = SPOKEN) -> str:
    """The word for a name of the kit; the name itself where the labels have none.

    A number that is no whole one is written in the manner of the language.
    """
    if isinstance(name, float) and language(lang) != "en":
        return setting(name, lang)
    words = (find(home.format(name), lang) for home in HOMES)
    return next((word for word in words if word is not None), str(name))


def _numbers(frame: pd.DataFrame) -> list[Any]:
    return list(frame.columns[[kind.kind == "f" for kind in frame.dtypes]])


def table(frame: pd.DataFrame | pd.Series, digits: int = 2, lang: str = SPOKEN) -> pd.DataFrame:
    """A table to be read: names in words, numbers rounded to `digits`, yes or no for truths.

    English keeps the numbers of pandas, but for a column with a gap; any other language has them
    as text, in its own manner. A gap is a dash.

    Parameters
    ----------
    frame : a frame or a series; where the labels have a word for a row or column, it gets it.
    digits : decimals of the numbers.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns a frame of its own, the one given stays as it is. Raises ValueError for a language that
    the labels do not have.

    >>> import pandas as pd
    >>> from cjsim import course
    >>> course.table(pd.DataFrame({"opt_outs": [1.234], "clear": [True]}, ["guide"]))
           Opt-outs Clear of zero
    Guide      1.23           yes
    """
    from pandas.api.types import is_bool_dtype

    readable = frame.to_frame() if frame.ndim == 1 else frame.copy()
    for axis in ("index", "columns"):
        labels = getattr(readable, axis)
        readable = readable.rename(mapper=lambda name: word(name, lang), axis=axis)
        names = [None if name is None else word(name, lang) for name in labels.names]
        readable = readable.rename_axis(names if len(names) > 1 else names[0], axis=axis)
    yes_or_no = {True: word("yes", lang), False: word("no", lang)}
    for at in range(readable.shape[1]):
        if is_bool_dtype(readable.iloc[:, at]):
            readable.isetitem(at, readable.iloc[:, at].map(yes_or_no))
    readable = readable.round(digits)
    readable = readable if digits else readable.astype(dict.fromkeys(_numbers(readable), "Int64"))
    return _as_text(readable, digits, lang, gaps_alone=language(lang) == "en")


def _as_text(readable: pd.DataFrame, digits: int, lang: str, gaps_alone: bool) -> pd.DataFrame:
    """The numbers as text, each column with the decimals that it takes; all, or those with gaps."""
    from pandas.api.types import is_numeric_dtype

    readable = readable.copy()
    for at in range(readable.shape[1]):
        column = readable.iloc[:, at]
        if is_numeric_dtype(column) and (column.isna().any() or not gaps_alone):
            values = column.astype(float)
            finite = values[values.abs() < math.inf]
            places = next(
                n for n in range(digits + 1) if n == digits or finite.equals(finite.round(n))
            )
            readable.isetitem(at, [number(value, lang, places) for value in values])
    return readable
