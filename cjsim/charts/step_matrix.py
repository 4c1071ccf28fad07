"""From which step people go to which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from cjsim import measures
from cjsim.charts.parts import share_table, step_words, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.journey import AWAY, Lens, lens_named
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number, per_cent
from cjsim.run import Run

if TYPE_CHECKING:
    import pandas as pd

ENOUGH = 20
"""Visits from which on a share is put into words."""


def step_matrix(run: Run, lang: str = SPOKEN, *, lens: str = "twelve") -> Picture:
    """Of all visits to a step (row), how many per cent lead to which step (column).

    The last column holds what is not over at the horizon. A row adds up to 100; the number of its
    visits stands beside its name.

    Parameters
    ----------
    run : a `Run` whose log has its stages.
    lang : "en", "ru", or what `cjsim.speak` has set.
    lens : which steps, one of `cjsim.journey.LENSES`: "twelve", "aida", ...

    Returns the `Picture`; its data have a row per step: visits, and the shares, 0..1, that lead to
    each step, or are open. Raises ValueError for an unknown lens, or where the log has no stages
    (`log="measures"`); TypeError for what is no run.

    >>> import cjsim
    >>> from cjsim import charts
    >>> charts.step_matrix(cjsim.simulate("phone", people=50)).alt.split(". ")[1]
    'The largest loss is from “Study” to “With a rival”: 42% of 59 visits'
    """
    wanted_kind(run, Run)
    counts = measures.conversion(run, lens)
    data = measures.conversion(run, lens, share=True)
    data.insert(0, "visits", counts.sum(axis=1))
    chosen_lens = lens_named(lens)
    words = step_words(chosen_lens, lang)
    shares = 100 * data.iloc[:, 1:].to_numpy()
    rows, columns = shares.shape
    with style():
        figure = Figure(figsize=(3.6 + 0.56 * columns, 2.5 + 0.38 * rows))
        axes = figure.subplots()
        visits = [number(n, lang) for n in data["visits"]]
        heads = [f"{word}  ({n})" for word, n in zip(words, visits, strict=True)]
        share_table(axes, shares, heads, [*words, text("step_matrix.open", lang)])
        axes.axvline(columns - 1.5, color="black", lw=1.5)
        axes.set_title(text("step_matrix.title", lang), pad=12)
        axes.set_xlabel(text("step_matrix.note", lang))
    return Picture(figure, _alt(data, chosen_lens, words, lang), data, lang)


def _alt(data: pd.DataFrame, lens: Lens, words: list[str], lang: str) -> str:
    """The finding: where most are lost, and which step is passed most surely."""
    away_steps = {lens.of[stage] for stage in AWAY}
    inside = [
        row for row in range(1, len(words))
        if row not in away_steps and data["visits"].iloc[row] >= ENOUGH
    ]  # fmt: skip
    sentences = [text("step_matrix.alt", lang).format(lens=text(f"lens.{lens.name}.label", lang))]
    if not inside:
        return " ".join([*sentences, text("step_matrix.alt_few", lang).format(visits=ENOUGH)])
    shares = data.iloc[:, 1:-1].to_numpy()
    away_shares = shares[:, sorted(away_steps)]
    riskiest = max(inside, key=lambda row: float(away_shares[row].max()))
    risky = [row for row in inside if away_shares[row].max() > 0]  # the others are passed by all
    findings = []
    if risky:
        away_step = sorted(away_steps)[int(away_shares[riskiest].argmax())]
        findings.append(("alt_lost", riskiest, away_step))
    ways_on = [
        (row, to) for row in risky for to in range(row + 1, len(words))
        if to not in away_steps and shares[row, to] > 0
    ]  # fmt: skip
    if ways_on:
        findings.append(("alt_sure", *max(ways_on, key=lambda way: float(shares[way]))))
    for key, row, to in findings:
        sentences.append(
            text(f"step_matrix.{key}", lang).format(
                here=words[row].split("  ")[-1],
                there=words[to].split("  ")[-1],
                share=per_cent(shares[row, to], lang),
                visits=number(data["visits"].iloc[row], lang),
            )
        )
    return " ".join(sentences)
