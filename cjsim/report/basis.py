"""What a report says of its answer's basis: both doubts, the assumptions, where it would turn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cjsim.experiment.assumptions import ASSUMPTIONS
from cjsim.experiment.grounds import Claim, Grounds, acting
from cjsim.experiment.result import Result, amount, in_per_cent
from cjsim.labels import text
from cjsim.labels.numbers import number
from cjsim.measures.summary import in_words
from cjsim.report import doubts, page

ON_PAPER: Final = 8
"""Rows of a table of assumptions or keys that are printed; the rest is in the appendix."""


def head(name: str, lang: str) -> str:
    """The head of a column."""
    return text(f"answer.head.{name}", lang)


def both_doubts(result: Result, lang: str) -> list[str]:
    """Luck, and what is not known of the market: side by side, never one for the other."""
    luck = text("answer.luck" if len(result.seeds) > 1 else "answer.one_run", lang).format(
        level=in_per_cent(result.confidence, lang), runs=number(len(result.seeds), lang),
        people=number(result.people, lang),
    )  # fmt: skip
    doubt = doubts.doubt_of(result)
    if doubt is None:
        return [page.paragraph(luck), page.paragraph(text("answer.known", lang))]
    blocks = [page.paragraph(luck), page.paragraph(doubts.words(doubt, lang))]
    if picture := doubts.picture(result, lang):
        blocks.append(page.figure(picture))
    return blocks


def table_of_doubt(result: Result, lang: str) -> str:
    """Every number of the doubt, for the appendix; nothing where there is none."""
    doubt = doubts.doubt_of(result)
    caption = text("answer.inputs", lang)
    return page.table(*doubts.grid(doubt, lang), caption=caption) if doubt else ""


@dataclass(frozen=True)
class Basis:
    """A claim, with what it rests on where that was asked; in one language.

    Parameters
    ----------
    claim : None where the answer claims nothing of two scenarios: it has no basis then.
    grounds : None where nothing was taken out of it.
    """

    claim: Claim | None
    grounds: Grounds | None
    lang: str

    @cached_property
    def _deep(self) -> Grounds | None:
        """The grounds, if each assumption was taken out."""
        return self.grounds if self.grounds and len(self.grounds.assumptions) else None

    @cached_property
    def _acting(self) -> list[str]:
        """The assumptions that act, in the order in which they are told."""
        if self._deep:
            return [str(name) for name in self._deep.assumptions.index]
        return acting(self.claim) if self.claim else []

    def assumed(self) -> list[str]:
        """How many assumptions act, and without which of them the answer is another."""
        if self.claim is None:
            return []
        lang, count = self.lang, number(len(self._acting), self.lang)
        note = text("answer.assumed_note", lang).format(count=count)
        if self._deep is None:
            return [page.paragraph(f"{note} {text('answer.assumed_how', lang)}")]
        turned = self._deep.turned
        verdict = text(f"answer.assumed_{'turned' if turned else 'kept'}", lang).format(
            turned=number(len(turned), lang), count=count,
            state=text(f"answer.state.{self._deep.state}", lang),
        )  # fmt: skip
        of = text("answer.assumed_of", lang).format(first=self.claim.first, other=self.claim.other)
        heads = [head("assumption", lang), *self._heads_then()]
        rows = [
            [ASSUMPTIONS[name].assumed(lang), *self._then(name)] for name in self._acting[:ON_PAPER]
        ]
        return [
            page.paragraph(f"{note} {verdict} {of}"),
            page.table(heads, rows, text("answer.assumed", lang), in_words=[2]),
            page.left_over(self._acting, ON_PAPER, lang),
        ]

    def all_assumptions(self) -> str:
        """Each that acts, and what is so without it; with what becomes of the answer."""
        lang = self.lang
        if not self._acting:
            return ""
        heads = [head("assumption", lang), head("off", lang)]
        rows = [[ASSUMPTIONS[n].assumed(lang), ASSUMPTIONS[n].when_off(lang)] for n in self._acting]
        if self._deep:
            heads += self._heads_then()
            rows = [[*row, *self._then(n)] for n, row in zip(self._acting, rows, strict=True)]
        return page.table(heads, rows, text("answer.assumed_more", lang), in_words=[1, 3])

    def turns(self) -> list[str]:
        """Where the answer turns, along each key that was asked."""
        if self.claim is None:
            return []
        if self.grounds is None:
            return [page.paragraph(text("answer.turns_how", self.lang))]
        flips = self.grounds.flips
        if not flips:
            return [page.paragraph(text("answer.turns_none", self.lang))]
        sentences = [flip.where(self.lang) for flip in flips]
        return [page.bullets(sentences), page.paragraph(flips[0].meaning(self.lang), "quiet")]

    def _heads_then(self) -> list[str]:
        assert self.claim
        money = {scenario.money for scenario in self.claim.sides.values()}
        unit = in_words(self.claim.measure, money.pop() if len(money) == 1 else "", self.lang)
        return [f"{head('then', self.lang)}: {unit}", head("state", self.lang)]

    def _then(self, name: str) -> list[str]:
        """Difference and answer without an assumption."""
        assert self._deep
        row = self._deep.assumptions.loc[name]
        return [amount(row, self.lang), text(f"answer.state.{row['state']}", self.lang)]
