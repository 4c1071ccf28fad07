"""What the lab says of an answer: a sentence, and a table of measures."""

from __future__ import annotations

import functools
import html
import math
from collections.abc import Mapping
from typing import Any

from cjsim.lab.background import Answer
from cjsim.labels import text
from cjsim.labels.numbers import number, setting
from cjsim.report.values import value_words

SHOWN = (
    "first_deals", "repeat_deals", "share_of_category", "churn", "referrals", "contacts",
    "opt_outs", "profit_per_person",
)  # fmt: skip
"""The measures of the table."""


def sentence(
    answer: Answer, sides: tuple[str, ...], changes: Mapping[str, Any], money: str, lang: str
) -> str:
    """What was changed, what it does to profit and deals, and how sure that is.

    `sides` are the names of both, as people read them; `money` is the currency.
    """
    word = functools.partial(_word, lang=lang)
    gap, low, high = answer.gap("profit_per_person")
    deals = answer.gap("first_deals")[0] + answer.gap("repeat_deals")[0]
    if gap == deals == 0 and math.isnan(low):
        certainty = "same"
    elif answer.runs < 2:
        certainty = "one"
    elif math.isnan(low):
        certainty = "alike"
    elif low > 0 or high < 0:
        certainty = "clear"
    else:
        certainty = "unclear"
    amount = functools.partial(number, lang=lang, digits=2, signed=True)
    interval = "" if math.isnan(low) else f" [{amount(low)} .. {amount(high)}]"
    changed = ", ".join(f"{key} = {_setting_words(value, lang)}" for key, value in changes.items())
    first, second = sides
    return word("finding").format(
        changed=changed or word("unchanged"), first=first, second=second,
        people=number(answer.question.people, lang), runs=answer.runs,
        gap=f"{amount(gap)}{interval}", money=money,
        deals=number(deals, lang, signed=True), sure=word(f"sure_{certainty}"),
    )  # fmt: skip


def table(answer: Answer, pinned: Answer | None, lang: str) -> str:
    """Both sides, the difference, its interval, and the pinned difference, in HTML."""
    word = functools.partial(_word, lang=lang)
    first, second = word("first"), word("second")
    heads = ["", first, second, f"{second} − {first}", word("interval")]
    if pinned:
        same_size = pinned.question.people == answer.question.people
        size_note = "" if same_size else f" ({number(pinned.question.people, lang)})"
        heads.append(f"{word('pinned')}{size_note}")
    rows = ["".join(f"<th>{html.escape(head)}</th>" for head in heads)]
    for measure in SHOWN:
        read = functools.partial(value_words, measure, lang=lang)
        change = functools.partial(read, signed=True)
        gap, low, high = answer.gap(measure)
        cells = [read(answer.mean(side, measure)) for side in (0, 1)]
        cells += [change(gap), f"{change(low)} .. {change(high)}"]
        if pinned:
            cells.append(change(pinned.gap(measure)[0]))
        name = html.escape(text(f"measure.{measure}", lang))
        strong = "b" if low > 0 or high < 0 else "span"
        inner = "".join(f"<td><{strong}>{cell}</{strong}></td>" for cell in cells)
        rows.append(f'<th scope="row">{name}</th>{inner}')
    lines = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<table class="cjsim-numbers">{lines}</table>'


def _word(key: str, lang: str) -> str:
    return text(f"whatif.{key}", lang)


def _setting_words(value: Any, lang: str) -> str:
    """What a key was set to: a number as people write it, anything else as the file has it."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return setting(value, lang, 10, typed=True) if is_number else str(value)
