"""What an expert's table is worth beside data, by how many people were seen."""

from __future__ import annotations

from matplotlib.figure import Figure

from cjsim.charts.parts import SMALL, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, QUIET
from cjsim.experiment.result import in_per_cent
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number
from cjsim.observe.expert_curve import WHO, ExpertCurve


def expert_curve(result: ExpertCurve, lang: str = SPOKEN) -> Picture:
    """Left, how wrong expert, data and both are; right, how well they foretell others.

    Bands are intervals over who was seen, dots what theory expects.

    Parameters
    ----------
    result : an `ExpertCurve`, what `observe.expert_curve` has found.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data are the curve's table. Raises TypeError for what is no such
    curve.

    >>> import cjsim
    >>> from cjsim import charts, observe
    >>> expert = observe.Transitions.of("phone")
    >>> run = cjsim.simulate("phone", people=300)
    >>> curve = observe.expert_curve(run, expert, (10, 100), draws=3)
    >>> charts.expert_curve(curve).alt.split(". ")[-1]
    'Data alone are at least as right as the expert from 100 people on.'
    """
    wanted_kind(result, ExpertCurve)
    data = result.table
    sizes = sorted(set(data.index.get_level_values("people")))
    with style():
        figure = Figure(figsize=(11.0, 4.6))
        left, right = figure.subplots(1, 2, sharex=True)
        for who, colour in zip(WHO, COLOURS, strict=False):
            curve = data.xs(who, level="who").sort_index()
            at = curve.index.to_numpy()
            word = text(f"expert_curve.who.{who}", lang)
            left.plot(at, 100 * curve["error"], "-", color=colour, label=word)
            left.fill_between(at, 100 * curve["low"], 100 * curve["high"], color=colour, alpha=0.2)
            left.plot(at, 100 * curve["expected"], "o", color=colour, markersize=4)
            right.plot(at, curve["log_likelihood"], "o-", color=colour)
        for axes, name in ((left, "error"), (right, "likely")):
            axes.set_title(text(f"expert_curve.{name}", lang), fontsize=12)
            axes.set_xlabel(text("expert_curve.people", lang))
            axes.set_xscale("log")
            axes.set_xticks(sizes, [number(int(size), lang) for size in sizes])
            axes.minorticks_off()
            axes.grid(True, axis="both")
        left.set_ylim(bottom=0)
        figure.legend(loc="outside upper left", ncols=len(WHO))
        note = text("expert_curve.note", lang).format(
            draws=number(result.draws, lang), level=in_per_cent(result.confidence, lang)
        )
        figure.supxlabel(note, fontsize=SMALL, color=QUIET, x=0.01, ha="left")
    return Picture(figure, result.says(lang), data, lang)
