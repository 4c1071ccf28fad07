"""The words of a log: what a firm's file may be translated into, and what firms often call it.

`WORDS` is the one list of canonical events. Each becomes an event of the kit, which measures count,
or stays as it is: what is lost, refunded or answered has no event in a simulation.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from cjsim.measures.log import PURCHASES
from cjsim.model.events import EVENTS

IGNORE: Final = "ignore"
"""Rows of such a word are left out on purpose, and counted."""
EVERY: Final = "*"
"""Stands, where events are mapped, for any word that is not named, and for rows without one."""
DEALS: Final = ("deal", "first_deal", "repeat_deal")
"""What may be paid back: a sum below 0 is a refund."""
KNOWS: Final = (
    "deals", "amounts", "contacts", "touchpoints", "opens", "leads", "losses", "stages", "answers",
    "costs",
)  # fmt: skip
"""What a file may tell, in the order in which it is told."""


class Word(NamedTuple):
    """What a canonical event becomes in the log."""

    event: str
    through: str = ""  # the touchpoint, where the row names none
    knows: tuple[str, ...] = ()


WORDS: Final[dict[str, Word]] = {
    "lead": Word("known", "", ("leads",)),
    "mail_sent": Word("mail_sent"),
    "mail_opened": Word("contact", "mail", ("contacts", "opens")),
    "mail_unopened": Word("unopened", "mail", ("opens",)),
    "mail_bounced": Word("undelivered", "mail", ("opens",)),
    "unsubscribed": Word("opt_out"),
    "ad_click": Word("contact", "ads", ("contacts",)),
    "call": Word("contact", "call", ("contacts",)),
    "chat": Word("contact", "chat", ("contacts",)),
    "meeting": Word("contact", "meeting", ("contacts",)),
    "visit": Word("contact", "visit", ("contacts",)),
    "webinar": Word("contact", "webinar", ("contacts",)),
    "trial_started": Word("tryout"),
    "trial_declined": Word("declined"),
    "won": Word("deal", "", ("deals",)),
    "renewed": Word("repeat_deal", "", ("deals",)),
    "refund": Word("refund"),
    "cancelled": Word("notice", "", ("losses",)),
    "lost": Word("lost", "", ("losses",)),
    "answer": Word("answer", "", ("answers",)),
    "resolved": Word("recovered"),
}
"""Beside these each event of the kit stands for itself: see docs/events.md."""

TELLING: Final = {"known": "leads", "contact": "contacts", "unopened": "opens",
                  "undelivered": "opens", "notice": "losses"}  # fmt: skip
OF_THE_KIT: Final = {
    kind.key: Word(kind.key, "", (TELLING[kind.key],) if kind.key in TELLING else ())
    for kind in EVENTS
} | {word: Word("deal", "", ("deals",)) for word in PURCHASES}

ALL: Final[dict[str, Word]] = WORDS | OF_THE_KIT | {IGNORE: Word(IGNORE)}

CALLED: Final = {
    "lead": "new_lead lead_created created signup sign_up registered registration request inquiry "
    "лид новый_лид регистрация заявка обращение",
    "mail_sent": "email_sent sent mail email newsletter письмо_отправлено отправлено_письмо "
    "рассылка письмо",
    "mail_opened": "email_opened opened email_open письмо_открыто открыто_письмо открытие_письма",
    "mail_unopened": "email_unopened unopened_mail письмо_не_открыто",
    "mail_bounced": "bounced email_bounced bounce письмо_не_доставлено не_доставлено",
    "unsubscribed": "unsubscribe email_unsubscribed отписка отписался",
    "ad_click": "click ad_clicked клик клик_по_рекламе",
    "call": "phone phone_call called outgoing_call incoming_call звонок исходящий_звонок "
    "входящий_звонок",
    "chat": "чат message",
    "meeting": "appointment demo встреча показ",
    "visit": "site_visit visited page_view визит посещение",
    "webinar": "вебинар",
    "trial_started": "trial_start пробный_период",
    "trial_declined": "trial_ended trial_expired trial_cancelled trial_canceled проба_без_сделки",
    "won": "deal_won closed_won sale sold paid invoice_paid bought buy subscription_started "
    "продажа сделка покупка заказ оплата выиграно сделка_заключена сделка_успешна "
    "успешно_реализовано",
    "renewed": "renewal renew subscription_renewed repeat_purchase repeat_order продление "
    "повторная_сделка повторная_покупка",
    "refund": "refunded return returned chargeback возврат",
    "cancelled": "canceled cancel cancellation subscription_cancelled subscription_canceled "
    "отказ_от_договора расторжение",
    "lost": "deal_lost closed_lost churn churned проиграно потерян отток "
    "сделка_проиграна сделка_провалена закрыто_и_не_реализовано отказ",
    "answer": "survey nps csat ответ опрос",
    "complaint": "claim жалоба рекламация",
    "resolved": "complaint_resolved жалоба_решена",
}
COLUMNS: Final = {
    "person": "person client_id customer_id customer client user_id user contact_id contact "
    "client_no buyer_id buyer id_клиента код_клиента клиент покупатель номер_клиента контрагент "
    "member_id account_id account customer_email client_email buyer_email user_email "
    "email_address email e_mail phone id",
    "time": "time date timestamp datetime created_at when day event_time event_date occurred_at "
    "created order_date purchase_date payment_date transaction_date дата время дата_события "
    "дата_и_время дата_заказа дата_покупки дата_оплаты",
    "event": "event event_type type action activity what event_name событие тип действие "
    "тип_события status",
    "amount": "amount sum total price revenue paid value payment cost_of_order order_total "
    "total_price grand_total order_value сумма сумма_заказа сумма_сделки сумма_оплаты цена выручка "
    "оплачено стоимость итого",
    "touchpoint": "touchpoint channel source campaign medium канал источник кампания",
    "stage": "stage funnel_stage pipeline_stage этап стадия",
}
"""What columns are often called, the likeliest first."""
CURRENCY_AFTER: Final = r"_+(usd|eur|gbp|chf|rub|rur|руб|uah|kzt|byn|[$€£₽])?_*$"
"""How a column's name ends that says in what money its sums are."""
WIDE: Final = {
    "lead": "created created_at lead_at lead_date registered registered_at signup_date "
    "дата_создания дата_регистрации создан",
    "won": "first_purchase first_purchase_at won_at won_date closed_at order_date purchase_date "
    "bought_at дата_покупки дата_сделки первая_покупка",
    "renewed": "renewed_at renewal_date last_purchase продлён дата_продления",
    "lost": "lost_at lost_date churned_at ended_at дата_потери ушёл",
    "cancelled": "cancelled_at canceled_at дата_отказа",
}
"""What columns of dates are often called where a row is a customer."""


def plain(word: str) -> str:
    """A word as it is compared: small letters, `_` between its parts, ё as е.

    >>> plain(" Email sent"), plain("E-Mail.Opened")
    ('email_sent', 'e_mail_opened')
    """
    return re.sub(r"[\s_.\-/]+", "_", word.strip().casefold().replace("ё", "е"))


def heading(column: str) -> str:
    """A column's name as it is compared: without what is in brackets, after a comma, its currency.

    >>> heading("Сумма, руб."), heading("Total (incl. VAT)"), heading("price_usd")
    ('сумма', 'total', 'price')
    """
    return re.sub(CURRENCY_AFTER, "", plain(re.split(r"[,;:(\[]", column.strip(), maxsplit=1)[0]))


def _reversed(table: dict[str, str]) -> dict[str, str]:
    pairs = [(plain(word), ours) for ours, words in table.items() for word in words.split()]
    return dict(reversed(pairs))


OURS: Final = {word: word for word in ALL}
FROM_CALLED: Final = _reversed(CALLED)
FROM_WIDE: Final = _reversed(WIDE)


def canonical(word: str) -> str | None:
    """The canonical event that a word is, however it is spelt: `Mail sent`; None if it is none."""
    return OURS.get(word) or OURS.get(plain(word))


def probably(word: str) -> str | None:
    """The canonical event that a firm's word probably means; None where nothing is like it."""
    return canonical(word) or FROM_CALLED.get(plain(word))
