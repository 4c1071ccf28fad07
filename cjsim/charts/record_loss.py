"""How far attribution goes astray as records are lost."""

from __future__ import annotations

from matplotlib.figure import Figure

from cjsim.charts.parts import SMALL, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, QUIET
from cjsim.experiment.result import in_per_cent
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number
from cjsim.observe.attribution import method_word
from cjsim.observe.losses import LossCurve


def record_loss(result: LossCurve, lang: str = SPOKEN) -> Picture:
    """Left, the share of credit in the wrong place; right, the credit of offline touchpoints.

    "Wrong" is measured by the log of the same run with nothing lost. Bands are intervals over the
    luck of recording.

    Parameters
    ----------
    result : a `LossCurve`, what `observe.loss_curve` has found.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data are the curve's table. Raises TypeError for what is no such
    curve.

    >>> import cjsim
    >>> from cjsim import charts, observe
    >>> run = cjsim.simulate("phone", people=50)
    >>> curve = observe.loss_curve(run, "offline", (1.0, 0.5), draws=2)
    >>> charts.record_loss(curve).alt.partition(".")[0]
    'Recorded offline at 50%, 58% of all rows recorded'
    """
    wanted_kind(result, LossCurve)
    data = result.table
    methods = list(dict.fromkeys(data.index.get_level_values("method")))
    with style():
        figure = Figure(figsize=(11.0, 4.6))
        left, right = figure.subplots(1, 2, sharex=True)
        for place, method in enumerate(methods):
            curve = data.xs(method, level="method").sort_index()
            colour = COLOURS[place % len(COLOURS)]
            at = 100 * curve.index.to_numpy()
            word = method_word(str(method), lang)
            left.plot(at, 100 * curve["wrong"], "o-", color=colour, label=word)
            left.fill_between(at, 100 * curve["low"], 100 * curve["high"], color=colour, alpha=0.2)
            right.plot(at, 100 * curve["offline"], "o-", color=colour)
        for axes, name in ((left, "wrong"), (right, "offline")):
            axes.set_title(text(f"record_loss.{name}", lang), fontsize=12)
            axes.set_xlabel(text(f"record_loss.setting.{result.setting}", lang) + ", %")
            axes.set_ylim(bottom=0)
            axes.grid(True, axis="both")
        left.set_ylabel("%")
        figure.legend(loc="outside upper left", ncols=len(methods))
        note = text("record_loss.note", lang).format(
            draws=number(result.draws, lang), level=in_per_cent(result.confidence, lang)
        )
        figure.supxlabel(note, fontsize=SMALL, color=QUIET, x=0.01, ha="left")
    return Picture(figure, result.says(lang), data, lang)
