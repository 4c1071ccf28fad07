"""The map of the customer journey: the stages, the ways between them, and coarser maps of it.

A person stands at one of sixteen stages. Twelve of them are the stations of the podcast, seven up
to the first deal and five after it (Dozortsev, C4, C44, C83). The other four lie around them:
before the journey, with a rival, asleep, and gone for good. From the first contact until they leave
(B1, C1) people go their own ways among them (C15). It is one author's map and no law (C16): other
authors count four, seven or ten steps, and a *lens* shows the same people on their maps.

Nothing here moves a person or knows of time; this is the paper map, read by everything else.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


class Stage(enum.IntEnum):
    """Where a person stands. An `IntEnum`: it counts, sorts and indexes arrays as its number."""

    UNAWARE = 0  # feels no pain and has no dream (A3)
    AWARENESS = 1  # a pain or a dream is felt (C19, C22)
    INTEREST = 2  # reads, asks, looks around (C26)
    DESIRE = 3  # wants a solution of this kind (C27)
    STUDY = 4  # goes into details, the cost of owning among them (C30, C31)
    COMPARISON = 5  # puts offers side by side: the rival appears (C36, C37)
    ACTION = 6  # enters the deal (C41)
    FIRST_DEAL = 7  # until the first deal is completed (C48)
    SATISFACTION = 8  # the gate to everything later (C49)
    REPEAT_DEAL = 9  # lives with the product up to the next need, then buys again (C59)
    CURIOSITY = 10  # content, and still wonders what else there is (C60, C62)
    LOYALTY = 11  # has settled on a brand, a firm or its people (C74)
    RECOMMENDATION = 12  # tells friends, unpaid (C77-C79)
    WITH_RIVAL = 13  # travels on without us (C57, C61)
    DORMANT = 14  # has let the matter rest (B12)
    GONE = 15  # has left the category for good: moved away, grown up, given the thing up

    @property
    def key(self) -> str:
        """The stage's name in scenario files and labels: `first_deal`."""
        return self.name.lower()

    @classmethod
    def of(cls, key: str) -> "Stage":
        """The stage that scenario files call `key`; ValueError with the nearest spelling.

        >>> Stage.of("first_deal")
        <Stage.FIRST_DEAL: 7>
        """
        if key not in _BY_KEY:
            from cjsim.labels import unknown  # only when something is wrong

            raise unknown("stage", key, _BY_KEY)
        return _BY_KEY[key]


DAYS_A_YEAR: Final = 365.0
"""Time is in days, everywhere; what is said by the year is divided by these."""
STAGES: Final[tuple[Stage, ...]] = tuple(Stage)
_BY_KEY: Final = {stage.key: stage for stage in STAGES}
TWELVE: Final[tuple[Stage, ...]] = STAGES[Stage.AWARENESS : Stage.RECOMMENDATION + 1]
"""The stages of the journey with us; the others lie around them."""
BEFORE_THE_DEAL: Final[tuple[Stage, ...]] = STAGES[Stage.AWARENESS : Stage.FIRST_DEAL]
"""Those of the twelve at which nothing has been bought from us yet."""
FROM_THE_DEAL_ON: Final[tuple[Stage, ...]] = STAGES[Stage.FIRST_DEAL : Stage.RECOMMENDATION + 1]
"""Those at which a first deal is under way, or made."""
AWAY: Final[tuple[Stage, ...]] = (Stage.WITH_RIVAL, Stage.DORMANT, Stage.GONE)
"""Where those are who have left the twelve."""
IN_THE_CATEGORY: Final[tuple[Stage, ...]] = STAGES[: Stage.GONE]
"""Where people can be met: what a touchpoint fits, what a plan of messages is for."""

# The same numbers as plain ints: compiled rules know numbers, not enums.
UNAWARE: Final[int] = Stage.UNAWARE.value
AWARENESS: Final[int] = Stage.AWARENESS.value
INTEREST: Final[int] = Stage.INTEREST.value
DESIRE: Final[int] = Stage.DESIRE.value
STUDY: Final[int] = Stage.STUDY.value
COMPARISON: Final[int] = Stage.COMPARISON.value
ACTION: Final[int] = Stage.ACTION.value
FIRST_DEAL: Final[int] = Stage.FIRST_DEAL.value
SATISFACTION: Final[int] = Stage.SATISFACTION.value
REPEAT_DEAL: Final[int] = Stage.REPEAT_DEAL.value
CURIOSITY: Final[int] = Stage.CURIOSITY.value
LOYALTY: Final[int] = Stage.LOYALTY.value
RECOMMENDATION: Final[int] = Stage.RECOMMENDATION.value
WITH_RIVAL: Final[int] = Stage.WITH_RIVAL.value
DORMANT: Final[int] = Stage.DORMANT.value
GONE: Final[int] = Stage.GONE.value


# --- The ways between the stages --------------------------------------------------------------

_WAYS: dict[int, tuple[int, ...]] = {
    UNAWARE: (AWARENESS,),
    # Up to the deal: step on, or walk away. With no rival in sight the matter is dropped.
    AWARENESS: (INTEREST, DORMANT, WITH_RIVAL),
    INTEREST: (DESIRE, DORMANT, WITH_RIVAL),
    DESIRE: (STUDY, DORMANT, WITH_RIVAL),
    STUDY: (COMPARISON, ACTION, DORMANT, WITH_RIVAL),  # the emotional skip comparison
    COMPARISON: (ACTION, WITH_RIVAL),
    ACTION: (FIRST_DEAL, DORMANT, WITH_RIVAL),  # a long queue or an empty shelf: the rival's
    FIRST_DEAL: (SATISFACTION, DORMANT, WITH_RIVAL),  # a free trial may end without a deal
    SATISFACTION: (REPEAT_DEAL, WITH_RIVAL),  # the gate
    # After it: round and round by the next need, with ways up, out and back to a tender.
    REPEAT_DEAL: (REPEAT_DEAL, CURIOSITY, LOYALTY, COMPARISON, DORMANT, WITH_RIVAL),
    CURIOSITY: (REPEAT_DEAL, WITH_RIVAL),
    LOYALTY: (RECOMMENDATION, REPEAT_DEAL),
    RECOMMENDATION: (REPEAT_DEAL,),
    # Away, but the journey goes on.
    WITH_RIVAL: (WITH_RIVAL, STUDY),
    DORMANT: (AWARENESS,),
}

EXITS: Final[Mapping[Stage, tuple[Stage, ...]]] = {
    **{Stage(s): tuple(Stage(there) for there in (*ways, GONE)) for s, ways in _WAYS.items()},
    Stage.GONE: (),
}
"""The stages a person may enter next, for each stage. What decides among them is in the rules.

- Nobody sets out without a pain or a dream (C24): from `UNAWARE` one way leads on, and none back.
- A first deal that was begun is completed, but for a free trial that does not convince.
- The rational pass from study to comparison, the emotional may go straight to action (C33-C35).
- The rival is met at comparison (C37), earlier if somebody names it (C38). Hence walking away ends
  in `DORMANT` or `WITH_RIVAL` before comparison, and always in `WITH_RIVAL` at it.
- Whoever is dissatisfied goes on with another supplier (C49, C50, C61).
- A repeat deal is followed by the next one: a new visit to the same stage. Curiosity may come
  between, and may be bypassed on the way to loyalty (C62, C140). A tender starts the choice anew
  (C68), an empty shelf or a failed gate sends to the rival (C71, C50), some lapse in silence (B12).
- Not everybody who is loyal recommends (C82); who has recommended waits for the next need.
- The journey goes on with us or without us (C57, C85): with the rival each cycle is a new visit,
  and neither rival nor sleep is the end (A26).
- The end is `GONE`: from everywhere people leave the category for good, whatever the firm does.
"""


def may_follow(here: int, there: int) -> bool:
    """Whether the map has a way from the stage `here` straight to the stage `there`."""
    return there in EXITS[Stage(here)]


PLACES: Final[tuple[int, ...]] = (
    UNAWARE, *(stage.value for stage in TWELVE), STUDY, AWARENESS, UNAWARE
)  # fmt: skip
"""Where each stage lies on the line 0..12: a lost person stands where they would come back to.

Whoever is gone is met by nobody; their place is that of people with no need.
"""


# --- Lenses: the same people on coarser maps --------------------------------------------------


@dataclass(frozen=True)
class Lens:
    """A coarser map. `of` gives for each stage the index of its step in `steps`.

    A lens has a place for all sixteen stages and keeps the order of the twelve. Where the author
    has no step for a stage the lens adds one and names it in `added`; `own` are the author's.
    """

    name: str
    steps: tuple[str, ...]
    of: Mapping[Stage, int] = field(hash=False)
    added: tuple[str, ...] = ()

    @property
    def own(self) -> tuple[str, ...]:
        """The steps the author of the map has, without those we had to add."""
        return tuple(step for step in self.steps if step not in self.added)

    @property
    def label_keys(self) -> tuple[str, ...]:
        """For each step the key of its name in `cjsim.labels`."""
        if self.name == "twelve":
            return tuple(f"stage.{step}.label" for step in self.steps)
        return tuple(f"lens.{self.name}.step.{step}" for step in self.steps)


def _lens(name: str, stages: dict[str, tuple[int, ...]], added: tuple[str, ...] = ()) -> Lens:
    """A lens from its picture: the stages that stand on each step, steps in order."""
    of = {Stage(s): index for index, step in enumerate(stages.values()) for s in step}
    return Lens(name, tuple(stages), of, added)


# `outside` is before the first step; `lost` holds whoever is with a rival or asleep, until they
# return, or gone for good. They are added only where the author has no such step: the blog post
# ends with leaving (B12), the table with refusal (A25), and both of A's maps begin with people who
# have no problem.
_TWELVE = _lens("twelve", {s.key: (s,) for s in STAGES}, ("unaware", *(s.key for s in AWAY)))

# AIDA stops at the deal, so all later life stands on its last step: a repeat buyer looks the same
# as a first one. Study and comparison belong to desire, which the podcast words as choice (C11).
_AIDA = _lens("aida", {
    "outside": (UNAWARE,),
    "attention": (AWARENESS,),
    "interest": (INTEREST,),
    "desire": (DESIRE, STUDY, COMPARISON),
    "action": (ACTION, FIRST_DEAL, SATISFACTION, REPEAT_DEAL, CURIOSITY, LOYALTY, RECOMMENDATION),
    "lost": (WITH_RIVAL, DORMANT, GONE),
}, added=("outside", "lost"))  # fmt: skip

# B6-B12. Everything between the problem and the purchase is one search; everybody who still buys
# from us, curious or loyal, is a repeat buyer. Both ways of leaving, to a rival or out, are one.
_SEVEN_STEPS = _lens("seven_steps", {
    "outside": (UNAWARE,),
    "awareness": (AWARENESS,),
    "search": (INTEREST, DESIRE, STUDY, COMPARISON),
    "purchase": (ACTION,),
    "delivery": (FIRST_DEAL,),
    "support": (SATISFACTION,),
    "repeat": (REPEAT_DEAL, CURIOSITY, LOYALTY, RECOMMENDATION),
    "leaving": (WITH_RIVAL, DORMANT, GONE),
}, added=("outside",))  # fmt: skip

# A3-A12. A deal under way is still the deal; use begins when it is completed. The list knows no
# curiosity and no recommendation: the curious still buy, the advocates are loyal. It has no exit
# either. A sleeper once had the problem, so not `no_problem` but `lost`.
_TEN_STEPS = _lens("ten_steps", {
    "no_problem": (UNAWARE,),
    "problem": (AWARENESS,),
    "ways": (INTEREST,),
    "choice_of_way": (DESIRE,),
    "search": (STUDY,),
    "check": (COMPARISON,),
    "deal": (ACTION, FIRST_DEAL),
    "use": (SATISFACTION,),
    "repeat": (REPEAT_DEAL, CURIOSITY),
    "loyalty": (LOYALTY, RECOMMENDATION),
    "lost": (WITH_RIVAL, DORMANT, GONE),
}, added=("lost",))  # fmt: skip

# A14-A25. The table tests a choice before it pays (A20); the twelve have no such stage, so that
# row stays empty. Refusal takes in all who are away.
_TWELVE_ROWS = _lens("twelve_rows", {
    "before": (UNAWARE,),
    "attention": (AWARENESS,),
    "interest": (INTEREST,),
    "desire": (DESIRE,),
    "search": (STUDY,),
    "comparison": (COMPARISON,),
    "test": (),
    "purchase": (ACTION, FIRST_DEAL),
    "use": (SATISFACTION,),
    "repeat": (REPEAT_DEAL, CURIOSITY),
    "loyalty": (LOYALTY, RECOMMENDATION),
    "refusal": (WITH_RIVAL, DORMANT, GONE),
})  # fmt: skip

LENSES: Final[Mapping[str, Lens]] = {
    lens.name: lens for lens in (_TWELVE, _AIDA, _SEVEN_STEPS, _TEN_STEPS, _TWELVE_ROWS)
}
"""The five maps by name: our own, AIDA, the blog post's steps (B), and two of the article (A).

AIDA has the textbook's names: attention, interest, desire, action. The podcast, which holds its
four steps too few (C12), words them as awareness, interest, choice and action (C11).
"""


def lens_named(name: str) -> Lens:
    """The lens of that name; a misspelt one raises `ValueError` with the nearest spelling."""
    if name not in LENSES:
        from cjsim.labels import unknown  # only when something is wrong

        raise unknown("lens", name, LENSES)
    return LENSES[name]


def project(stage: int, lens: str) -> int:
    """The index of the step on which a stage stands, seen through the lens of that name."""
    return lens_named(lens).of[Stage(stage)]
