"""A figure that shows itself as SVG with alt text, and saves itself with the data behind it."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from cjsim.files import whole
from cjsim.labels import SPOKEN, language
from cjsim.labels.numbers import MINUS, number

if TYPE_CHECKING:
    import pandas as pd

STYLE: Any = {
    "font.size": 15,
    "axes.titlesize": 17,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid.axis": "x",
    "grid.color": "#dddddd",
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "text.parse_math": False,  # a name with dollar signs is a name
    "svg.hashsalt": "cjsim",  # the same figure is the same text
    "svg.fonttype": "path",  # and looks the same without our fonts
}

EM = 6.0
"""Width on a page of an inch of the figure, in the type size of the page: so it grows with it."""
LEAST = 52.0
"""A figure shrinks with its window down to this width [em]; then the window is moved over it."""


@contextmanager
def style() -> Iterator[None]:
    """The kit's style, for one figure; the user's own settings stay as they are."""
    with mpl.rc_context(STYLE):
        yield


class Picture:
    """A finished figure.

    Parameters
    ----------
    figure : a matplotlib figure made without pyplot, so that nobody has to close it.
    alt : what it shows, in a sentence that states the finding.
    data : the numbers drawn, a pandas frame.
    lang : "en", "ru", or what `cjsim.speak` has set: the language of the numbers on the axes.

    Every chart returns one. It shows itself in a notebook; `.save(path)` writes the drawing or the
    numbers behind it, `.svg()` is the drawing as text.

    >>> import cjsim
    >>> from cjsim import charts
    >>> picture = charts.waterfall(cjsim.simulate("phone", people=50))
    >>> picture.alt.partition(".")[0]
    'From revenue to profit in EUR: 50 people, 1,825 days'
    >>> list(picture.data)
    ['money', 'low', 'high']
    """

    def __init__(self, figure: Figure, alt: str, data: pd.DataFrame, lang: str = SPOKEN) -> None:
        self.figure = figure
        _write_axes_in(language(lang), figure)
        self.alt = alt
        self.data = data
        self._svg: str | None = None

    def __repr__(self) -> str:
        return f"<Picture: {self.alt}>"

    def svg(self) -> str:
        """The drawing as SVG text, without date or creator: equal pictures give equal text."""
        if self._svg is None:  # drawn once: a second layout would move the parts a little
            text = io.StringIO()
            with style():
                self.figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
            self._svg = text.getvalue()
        return self._svg

    def _repr_html_(self) -> str:
        code = base64.b64encode(self.svg().encode()).decode()
        alt = html.escape(self.alt, quote=True)
        width = EM * self.figure.get_figwidth()
        size = f"width:{width:g}em;max-width:max(100%,{LEAST:g}em)"
        image = f'<img alt="{alt}" style="{size}" src="data:image/svg+xml;base64,{code}">'
        return f'<figure style="margin:0">{image}</figure>'

    def save(self, path: str | Path) -> Path:
        """Write .svg, .png or .pdf; .csv or .parquet writes the data behind the drawing.

        Parameters
        ----------
        path : the file to write, its ending says as what.

        Returns the path. Raises ValueError for another ending, OSError where it cannot be written.

        >>> import pathlib, tempfile
        >>> from cjsim import charts, data
        >>> picture = charts.timeline(data.cdnow())
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     picture.save(pathlib.Path(folder, "money.csv")).name
        'money.csv'
        """
        from cjsim.log import save

        path = Path(path)
        if path.suffix in (".csv", ".parquet"):
            return save(self.data.reset_index(), path)
        if path.suffix not in (".svg", ".png", ".pdf"):
            raise ValueError(f"{path}: a picture is saved as .svg, .png, .pdf, .csv or .parquet")
        dates = {".svg": {"Date": None, "Creator": None}, ".pdf": {"CreationDate": None}}
        with whole(path) as draft, style():
            self.figure.savefig(draft, dpi=160, metadata=dates.get(path.suffix))
        return path


class _InLanguage(ScalarFormatter):
    """The numbers of an axis as matplotlib chooses them, written in a language."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._lang = lang

    def __call__(self, x: float, pos: int | None = None) -> str:
        """A tick's number; its decimals are those that matplotlib gives all of the axis."""
        shown = super().__call__(x, pos).replace(MINUS, "-")
        try:
            return number(float(shown), self._lang, len(shown.partition(".")[2]))
        except ValueError:  # none, or with an exponent
            return shown


def _write_axes_in(lang: str, figure: Figure) -> None:
    """Axes whose numbers are matplotlib's own get those of a language; names stay as they are."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if type(axis.get_major_formatter()) is ScalarFormatter:
                axis.set_major_formatter(_InLanguage(lang))
