"""What can happen to a person: the kinds of rows in an event log."""

from __future__ import annotations

import enum
from typing import Final


class Event(enum.IntEnum):
    """The kind of a log row. `amount` is money: it comes in (+) or goes out (-)."""

    START = 0  # the first day of the log: the stage a person is in
    ENTER = 1  # enters a stage
    CONTACT = 2  # meets a touchpoint; amount: - its cost
    DROPPED = 3  # a contact that no rep had time for within a day
    KNOWN = 4  # the firm can reach the person from now on
    OPT_OUT = 5  # the person wants no more pushes
    STOCKOUT = 6  # stands before an empty shelf
    QUEUE = 7  # asks for a rep
    SERVED = 8  # a rep has time
    RENEGED = 9  # has waited long enough
    TENDER = 10  # a need for which a tender is held
    FIRST_DEAL = 11  # amount: the price paid
    REPEAT_DEAL = 12  # amount: the price paid
    TRIAL = 13  # tries a rival
    RIVAL_DEAL = 14  # buys from a rival
    TOLD = 15  # tells an acquaintance (one row each)
    REFERRAL = 16  # is awakened by a friend's word; amount: - the bonus paid for it
    FAILURE = 17  # something went wrong at a deal
    COMPLAINT = 18  # says so to the firm
    RECOVERED = 19  # it is made good; amount: - what that costs
    BAD_WORD = 20  # warns an acquaintance (one row each)
    NEW_MANAGER = 21  # finds another account manager than last time
    FULL = 22  # comes to a touchpoint that has no seat left
    BUDGET = 23  # a contact for which no money is left
    UNDELIVERED = 24  # a push that does not arrive; amount: - its cost
    UNOPENED = 25  # a push that arrives and is not opened; amount: - its cost
    TRYOUT = 26  # begins to try for nothing
    DECLINED = 27  # a free trial ends without a deal
    PAYMENT = 28  # one of the later payments of a contract; amount: what is paid
    NOTICE = 29  # gives notice: the contract ends with its term, or with the next
    STAYS = 30  # takes the notice back
    PAUSE = 31  # the contract rests for a while
    UPGRADE = 32  # takes the dearer plan, at the renewal that follows

    @property
    def key(self) -> str:
        """The event's name in tables and labels: `first_deal`."""
        return self.name.lower()


EVENTS = tuple(Event)

# The same numbers as plain ints: compiled code knows numbers, not enums.
START: Final[int] = Event.START.value
ENTER: Final[int] = Event.ENTER.value
CONTACT: Final[int] = Event.CONTACT.value
DROPPED: Final[int] = Event.DROPPED.value
KNOWN: Final[int] = Event.KNOWN.value
OPT_OUT: Final[int] = Event.OPT_OUT.value
STOCKOUT: Final[int] = Event.STOCKOUT.value
QUEUE: Final[int] = Event.QUEUE.value
SERVED: Final[int] = Event.SERVED.value
RENEGED: Final[int] = Event.RENEGED.value
TENDER: Final[int] = Event.TENDER.value
FIRST_DEAL: Final[int] = Event.FIRST_DEAL.value
REPEAT_DEAL: Final[int] = Event.REPEAT_DEAL.value
TRIAL: Final[int] = Event.TRIAL.value
RIVAL_DEAL: Final[int] = Event.RIVAL_DEAL.value
TOLD: Final[int] = Event.TOLD.value
REFERRAL: Final[int] = Event.REFERRAL.value
FAILURE: Final[int] = Event.FAILURE.value
COMPLAINT: Final[int] = Event.COMPLAINT.value
RECOVERED: Final[int] = Event.RECOVERED.value
BAD_WORD: Final[int] = Event.BAD_WORD.value
NEW_MANAGER: Final[int] = Event.NEW_MANAGER.value
FULL: Final[int] = Event.FULL.value
BUDGET: Final[int] = Event.BUDGET.value
UNDELIVERED: Final[int] = Event.UNDELIVERED.value
UNOPENED: Final[int] = Event.UNOPENED.value
TRYOUT: Final[int] = Event.TRYOUT.value
DECLINED: Final[int] = Event.DECLINED.value
PAYMENT: Final[int] = Event.PAYMENT.value
NOTICE: Final[int] = Event.NOTICE.value
STAYS: Final[int] = Event.STAYS.value
PAUSE: Final[int] = Event.PAUSE.value
UPGRADE: Final[int] = Event.UPGRADE.value
