"""The firm: service, contracts, reps and shelf.

Each is read off a scenario under its own name.

    >>> from cjsim import Scenario
    >>> phone = Scenario.load("phone")
    >>> phone.firm.reps, phone.firm.patience_days
    (1, 2.0)
    >>> phone.service.failure_rate, phone.shelf.empty_days
    (0.0, 3.0)
"""

from __future__ import annotations

from cjsim.scenario.tables.kinds import (
    Number,
    NumberOrInf,
    Table,
    Whole,
    WholeOrInf,
    YesNo,
    a_key,
    a_share,
)


class Service(Table):
    """What goes wrong at deals, who complains, and what is made good."""

    failure_rate: Number = a_share(
        0.0, "B19; size ours", "Chance that something goes wrong at a deal"
    )
    failure_loss: Number = a_share(0.2, "B19; size ours", "Satisfaction that a failure costs")
    complain_share: Number = a_share(
        0.3, "A25; size ours", "Chance that who met a failure complains"
    )
    recovery_rate: Number = a_share(0.5, "A25; size ours", "Share of complaints made good")
    recovery_cost: Number = a_key(
        0.0, "A25", "money", "What making one complaint good costs the firm", ge=0
    )
    recovery_gain: Number = a_share(
        0.2, "A25; size ours", "Satisfaction that making good gives back"
    )
    compensation: Number = a_share(
        0.0, "A25; size ours", "Share of the price off the next deal, promised with it"
    )


class Contract(Table):
    """What a deal binds to: a term that ends on a date, a notice to be given, payments, a trial."""

    term_days: Number = a_key(
        0.0, "ours", "days",
        "A deal is a contract for so long, and its price is the term's: the next need is its "
        "end; 0 = deals bind to nothing", ge=0, le=200_000,
    )  # fmt: skip
    payments: Whole = a_key(
        1, "ours", "payments", "A term's price is paid in so many equal parts, the first at once",
        ge=1, le=1_000,
    )  # fmt: skip
    notice_days: Number = a_key(
        0.0, "ours", "days", "Who gives notice later than this before the end stays one more term",
        ge=0, le=200_000,
    )  # fmt: skip
    pause_share: Number = a_share(
        0.0, "ours", "Share of those who gave notice that pause instead of leaving"
    )
    pause_days: Number = a_key(
        90.0, "ours", "days", "How long a pause is: nothing is paid, then a new term begins",
        ge=0.01, le=200_000,
    )  # fmt: skip
    upgrade_share: Number = a_share(
        0.0, "ours", "Chance that a fully satisfied customer takes the dearer plan at a renewal"
    )
    upgrade_factor: Number = a_key(
        1.5, "ours", "factor", "What the dearer plan costs, against the first one", ge=1, le=1_000
    )
    trial_days: Number = a_key(
        0.0, "ours", "days",
        "Who never bought tries for nothing for so long, in place of the days of the first deal, "
        "then buys or does not; 0 = no trial", ge=0, le=200_000,
    )  # fmt: skip
    trial_ease: Number = a_share(
        0.0, "ours",
        "What a free trial takes off the odds of walking away at 5 and 6: trying costs nothing",
    )  # fmt: skip


class Firm(Table):
    """The firm's people, patience and money."""

    reps: WholeOrInf = a_key(
        float("inf"), "C137", "people",
        "Sales reps of the whole market; 0 = nobody serves, inf = all are served at once", ge=0,
    )  # fmt: skip
    rep_cost_per_day: Number = a_key(0.0, "ours", "money a day", "Cost of one rep", ge=0)
    deal_hours: Number = a_key(
        2.0, "A21; size ours", "rep hours", "Mean rep time for one deal (exponential)",
        ge=0,
    )  # fmt: skip
    hours_a_day: Number = a_key(8.0, "ours", "hours", "Working hours of a rep's day", ge=0.1, le=24)
    days_a_week: Number = a_key(
        7.0, "ours", "days", "Working days of a rep's week: deals are longer by the others",
        ge=0.1, le=7,
    )  # fmt: skip
    patience_days: Number = a_key(
        5.0, "ours", "days", "Mean time a buyer waits for a rep before going to the rival", gt=0
    )
    repeat_needs_rep: YesNo = a_key(False, "B14", "yes/no", "Do repeat deals take a rep too?")
    cold_list_share: Number = a_share(
        0.2, "C114; size ours", "Share of the market on the firm's list from the start"
    )
    discount_rate_per_year: Number = a_key(
        0.12, "ours", "1/year", "Rate at which later money is discounted", ge=0, le=5
    )


class Shelf(Table):
    """Whether there is something to buy."""

    stocked_days: NumberOrInf = a_key(
        float("inf"), "C70; ours", "days", "Mean time the shelf is full; inf = always", gt=0
    )
    empty_days: Number = a_key(3.0, "C71; size ours", "days", "Mean time it stays empty", gt=0)
    wait_share: Number = a_share(0.5, "Gruen 2002 [M]", "Share who wait for the refill")
