"""What the tasks share in which words are asked for: a check for each idea of the rubric.

The rubric of a task stands in the words of its set, in both languages: `question` as the notebook
asks it, `least` words, and for each idea, beside `says` and `hint`, what the trainer reads and what
the machine looks for.

    [task.1]
    question = "Why are there hardly more contacts?"
    least = 15
    opted_out.says = "who is no longer reached"
    opted_out.hint = "..."
    opted_out.idea = "More people opt out, and who has opted out gets no letters any more."
    opted_out.stems = [["opt* out", "unsubscri*"], ["no more", "fewer", "lose*"]]
    opted_out.against = ["fewer opt* out"]

The student's words are looked at in the language they are written in, whatever the notebook speaks.
"""

from __future__ import annotations

from functools import lru_cache, partial

from cjsim.course.checks import rubric
from cjsim.course.checks.form import Check, Work
from cjsim.course.checks.look import words
from cjsim.course.checks.rubric import Idea
from cjsim.labels import LANGUAGES


def ideas(number: str, task: int) -> tuple[Check, ...]:
    """A check for each idea of a task, a point each, about the words in `why_N`.

    Parameters
    ----------
    number : the set, "01" and so on.
    task : its number, the N of `why_N`.

    >>> from cjsim.course.sets.explain import ideas
    >>> [check.name for check in ideas("01", 1)]
    ['opted_out', 'not_reached']
    """
    return tuple(Check(name, partial(_met, number, task, name)) for name in rubric_of(number, task))


@lru_cache
def rubric_of(number: str, task: int, lang: str = LANGUAGES[0]) -> dict[str, Idea]:
    """The rubric of a task in a language: check -> idea."""
    tables = words(number, lang)["task"][str(task)]
    return {
        name: Idea.of(table)
        for name, table in tables.items()
        if isinstance(table, dict) and "idea" in table
    }


def _met(number: str, task: int, name: str, work: Work) -> bool:
    """Is an idea in the student's own words, if there are enough of them?"""
    variable = f"why_{task}"
    told = work.words(variable)
    lang = rubric.language_of(told)
    labels = words(number, lang)["task"][str(task)]
    least, mine = labels["least"], rubric.own(told, labels["question"])
    everything = rubric.count(rubric.tokens_of(told))
    if everything < least:
        raise work.problem("short", name=variable, found=everything, least=least)
    if rubric.count(mine) < least:
        raise work.problem("copied", name=variable, least=least)
    return rubric_of(number, task, lang)[name].met(mine)
