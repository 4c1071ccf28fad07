"""A firm's export is read as it was meant, and what was not said or cannot be is told."""

import datetime
import random
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from cjsim import charts, data, measures, observe
from cjsim.data.words import ALL, CALLED, COLUMNS, KNOWS, WORDS, canonical, probably
from cjsim.labels import all_keys, text
from tests.charts.markets import market


def saved(tmp_path, content, encoding="utf-8", name="crm.csv"):
    path = tmp_path / name
    path.write_text(content, encoding=encoding, newline="")
    return path


def crm(tmp_path, rows, heads="client,time,event,amount", **kind):
    return saved(tmp_path, "\n".join([heads, *rows]) + "\n", **kind)


def moments(log):
    return [str(date.round("ms").to_pydatetime()) for date in log.frame["date"]]


# --- when ---------------------------------------------------------------------------------------

SAME_MOMENT = [
    "2024-04-03 17:05:00", "2024-04-03T17:05", "2024/4/3 17:05", "2024-04-03 17:05:00.000",
    "3.04.2024 17:05", "03/04/2024 17:05:00", "03-04-24 05:05 PM", "3 Apr 2024, 17:05",
    "3 апреля 2024 17:05", "Apr 3, 2024 5:05 pm", "April 3 2024 17:05:00", "45385.711805556",
    "45385,711805556", "2024-04-03 17:05:00Z", "2024-04-03T19:05:00+02:00", "2024-04-03 12:05-0500",
]  # fmt: skip


@pytest.mark.parametrize("word", SAME_MOMENT)
def test_a_moment_is_the_same_in_any_form(word, tmp_path):
    path = crm(tmp_path, [f'1,"{word}",won,5', "1,31/12/2024,won,5", "1,2024-01-01,won,5"])
    assert moments(data.read(path))[1] == "2024-04-03 17:05:00"


MONTHS = {
    "en": "Jan Feb March Apr May June Jul Aug Sept Oct Nov December",
    "ru": "янв февраля мар апр мая июня июль авг сент окт ноя декабря",
}


@pytest.mark.parametrize("lang", MONTHS)
def test_months_have_names(lang, tmp_path):
    rows = [f"1,5 {name} 2024,won,5" for name in MONTHS[lang].split()]
    log = data.read(crm(tmp_path, rows))
    assert [date.month for date in log.frame["date"]] == list(range(1, 13))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["20240403", "20241231"], "2024-04-03 00:00:00"),
        (["45385", "45657"], "2024-04-03 00:00:00"),
        (["1712163900", "1735603200"], "2024-04-03 17:05:00"),
        (["1712163900000", "1735603200000"], "2024-04-03 17:05:00"),
    ],
)
def test_numbers_are_dates_where_nearly_all_look_so(words, told, tmp_path):
    log = data.read(crm(tmp_path, [f"1,{word},won,5" for word in words]))
    assert moments(log)[0] == told
    assert log.check().notes[-1].key == "guess.numbers"


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (["03/04/2024", "13/04/2024"], "2024-04-03"),
        (["03/04/2024", "04/13/2024"], "2024-03-04"),
        (["03.04.2024", "05.06.2024"], "2024-04-03"),
        (["03/03/2024", "04/04/2024"], "2024-03-03"),
        (["13/04/2024", "04/14/2024"], "2024-04-13"),
    ],
)
def test_a_column_decides_which_is_the_day(dates, first, tmp_path):
    log = data.read(crm(tmp_path, [f"1,{date},won,5" for date in dates]))
    assert log.start == first
    assert log.check().counts["bad"] == 0


def test_what_no_row_decides_is_asked(tmp_path):
    path = crm(tmp_path, ["1,03/04/2024,won,5", "1,05/06/2024,won,5"])
    with pytest.raises(ValueError, match=r"in 2 rows a date such as 03/04/2024 .* say day_first"):
        data.read(path)
    log = data.read(path, {"time": {"day_first": False}})
    assert log.start == "2024-03-04"
    path = crm(tmp_path, ["1,03/04/2024,won,5", "1,2024-06-05,won,5", "1,2024-06-06,won,5"])
    (bad,) = data.read(path).bad.itertuples()
    assert (bad.line, bad.value) == (2, "03/04/2024")
    assert "day_first" in bad.allowed


def test_a_form_that_is_said_is_the_only_one(tmp_path):
    path = crm(tmp_path, ["1,24-04-03,won,5", "1,2024-04-03,won,5"])
    log = data.read(path, {"time": {"form": "%y-%m-%d"}})
    assert (log.start, log.bad["line"].tolist()) == ("2024-04-03", [3])
    with pytest.raises(ValueError, match=r'time.form = "%Q"'):
        data.read(path, {"time": {"form": "%Q"}})
    with pytest.raises(ValueError, match=r"unknown form of a time: 'exel'. Did you mean 'excel'"):
        data.read(path, {"time": {"form": "exel"}})


def test_impossible_dates_are_bad_rows_with_their_lines(tmp_path):
    dates = ["2024-02-29", "2023-02-29", "31.04.2024", "0000-00-00", "9999-12-31", "1900-01-01",
             "2024-01-01 24:30", "2024-01-01 13:00 PM", "2024-13-01", "soon", ""]  # fmt: skip
    log = data.read(crm(tmp_path, [f"1,{date},won,5" for date in dates]))
    assert len(log) == 1
    assert log.bad["line"].tolist() == list(range(3, 13))
    assert log.bad["value"].tolist() == dates[1:]
    assert set(log.bad["column"]) == {"time"}


def test_the_wall_clock_is_that_of_the_zone(tmp_path):
    """Berlin puts its clock forward on 31 March 2024 at 02:00, and back on 27 October at 03:00."""
    times = ["03-31T00:30:00Z", "03-31T01:30:00Z", "03-31 12:00", "10-27T00:30:00Z",
             "10-27T01:30:00Z", "03-31 02:30"]  # fmt: skip
    rows = [f"1,2024-{time},won,{n}" for n, time in enumerate(times, 1)]
    path = crm(tmp_path, rows)
    log = data.read(path, {"time": {"zone": "Europe/Berlin"}})
    told = dict(zip(log.frame["amount"], moments(log), strict=True))
    assert told == {
        1: "2024-03-31 01:30:00", 2: "2024-03-31 03:30:00", 3: "2024-03-31 12:00:00",
        4: "2024-10-27 02:30:00", 5: "2024-10-27 02:30:00", 6: "2024-03-31 02:30:00",
    }  # fmt: skip
    assert log.check().counts["skipped"] == 1
    utc = data.read(path)
    assert utc.frame["time"].iloc[0] == 0.5 / 24
    assert "UTC" in utc.check().says("en")
    with pytest.raises(
        ValueError, match=r"unknown time zone: 'Europe/Berlln'. Did you mean 'Europe/B"
    ):
        data.read(path, {"time": {"zone": "Europe/Berlln"}})


def test_a_date_and_a_clock_are_put_together(tmp_path):
    path = crm(tmp_path, ["1,2024-04-03,17:05,won"], "client,date,clock,event")
    log = data.read(path, {"columns": {"time": ["date", "clock"]}})
    assert moments(log) == ["2024-04-03 17:05:00"]


# --- how much -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["12,5", "1 234,50", "1.234,50", "7"], [12.5, 1234.5, 1234.5, 7]),
        (["12.5", "1,234.50", "1 234.50", "1'234.50"], [12.5, 1234.5, 1234.5, 1234.5]),
        (["€12.50", "12.50 €", "EUR 12.50", "12.50 eur"], [12.5] * 4),
        (["100 руб.", "1\u00a0000 ₽", "1\u202f000,00 р."], [100, 1000, 1000]),
        (["1,234", "1,5"], [1.234, 1.5]),
        (["1,234", "1.5"], [1234, 1.5]),
        (["1.234", "7"], [1.234, 7]),
        (["1e3", "0.125", ".5", "5."], [1000, 0.125, 0.5, 5]),
        (["-5", "−5", "(5)", "−€5", "€-5"], [-5] * 5),
    ],
)
def test_sums_are_read_as_their_column_writes_them(words, values, tmp_path):
    rows = [f"1;{n};call;{word}" for n, word in enumerate(words)]
    log = data.read(crm(tmp_path, rows, "client;time;event;amount"))
    assert log.frame["amount"].tolist() == values


def test_sums_that_could_be_thousands_are_asked(tmp_path):
    path = crm(tmp_path, ["1;0;won;1,234", "1;1;won;7,000"], "client;time;event;amount")
    with pytest.raises(ValueError, match=r"in 2 rows a sum such as 1,234 .* say decimal"):
        data.read(path)
    log = data.read(path, {"amount": {"thousands": ","}})
    assert log.frame["amount"].tolist() == [1234, 7000]


def test_both_decimal_signs_in_one_column_are_told_and_open_sums_are_bad(tmp_path):
    rows = [f"1;{n};won;{word}" for n, word in enumerate(["1,5", "2.5", "1.234,5", "1,234", "3"])]
    log = data.read(crm(tmp_path, rows, "client;time;event;amount"))
    assert log.frame["amount"].tolist() == [1.5, 2.5, 1234.5, 3]
    assert log.bad[["line", "value"]].to_numpy().tolist() == [[5, "1,234"]]
    assert "guess.either" in [note.key for note in log.check().notes]


@pytest.mark.parametrize(
    "word", ["ten", "=5+5", "#REF!", "NaN", "inf", "1e999", "1,2,3", "12 50", "-"]
)
def test_what_is_no_sum_is_a_bad_row(word, tmp_path):
    path = crm(tmp_path, ["1;0;won;5.5", f"1;1;won;{word}"], "client;time;event;amount")
    assert data.read(path).bad[["line", "column", "value"]].to_numpy().tolist() == [
        [3, "amount", word]
    ]


def test_money_below_zero_is_a_refund_a_mistake_or_as_it_is(tmp_path):
    path = crm(tmp_path, ["1,0,won,5", "1,1,won,-5", "1,2,call,-3", "1,3,won,(2.50)"])
    kept = data.read(path)
    assert kept.frame["event"].tolist() == ["deal", "refund", "contact", "refund"]
    assert kept.check().counts["refunds"] == 2
    refused = data.read(path, {"amount": {"negatives": "mistake"}})
    assert refused.bad["line"].tolist() == [3, 5]
    assert len(refused) == 2
    as_it_is = data.read(path, {"amount": {"negatives": "keep"}})
    assert as_it_is.frame["event"].tolist() == ["deal", "deal", "contact", "deal"]
    assert as_it_is.frame["amount"].tolist() == [5, -5, -3, -2.5]


def test_refunds_that_the_file_calls_so_are_not_told_as_sums_below_zero_alone(tmp_path):
    path = crm(tmp_path, ["1,0,won,5", "1,1,refund,5"])
    assert "Refunds, among them purchases with a sum below 0: 1." in data.check(path).says("en")


SHOP = "Order ID,Customer Email,Order Date,Total (USD),Status\n1,a@x.org,02/13/2024,$5.50,paid\n"
FIRM = "Код клиента;Дата и время;Событие;Сумма, руб.;Кто\nК-1;13.02.2024 10:00;Оплата;1 200,50;я\n"


@pytest.mark.parametrize(
    ("content", "person", "amount", "left"),
    [(SHOP, "a@x.org", 5.5, "'Order ID'"), (FIRM, "К-1", 1200.5, "'Кто'")],
)
def test_columns_are_found_under_longer_names_and_those_left_are_told(
    content, person, amount, left, tmp_path
):
    log = data.read(saved(tmp_path, content))
    assert log.frame[["person", "event", "amount"]].to_numpy().tolist() == [
        [person, "deal", amount]
    ]
    assert f"Columns that are not read: {left}." in log.check().says("en")


def test_a_name_as_it_stands_goes_before_one_with_a_currency(tmp_path):
    path = crm(tmp_path, ["1,0,won,7,5"], "client,time,event,sum (old),sum")
    assert data.read(path).frame["amount"].tolist() == [5.0]


def test_dates_come_back_to_the_second(tmp_path):
    days = [f"2024-01-{day:02d} 05:{day:02d}:41" for day in range(1, 29)]
    log = data.read(crm(tmp_path, [f"1,{day},won,5" for day in days]))
    assert log.frame["date"].astype(str).tolist() == days


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["1,0,won,5"], ""),
        (
            ["1,0,won,5", "1,x,won,5"],
            "rows: 2; bad, left out: 1; with a word that is no event of the kit: 0.",
        ),
        (
            ["1,0,won,5", "1,1,hop,5", "1,2,hop,"],
            "rows: 3; bad, left out: 0; with a word that is no event of the kit: 2.",
        ),
    ],
)
def test_rows_that_a_question_does_not_see_are_told_in_a_line(rows, told, tmp_path):
    line = data.check(crm(tmp_path, rows)).left_out("en")
    assert told in line
    assert bool(line) == bool(told)


def test_all_columns_read_are_no_matter_to_tell(tmp_path):
    assert "Columns that" not in data.check(crm(tmp_path, ["1,0,won,5"])).says("en")


def test_another_currency_is_bad_where_one_is_said_and_told_where_none(tmp_path):
    path = crm(tmp_path, ["1,0,won,5 EUR", "1,1,won,$5", "1,2,won,5 €", "1,3,won,5"])
    log = data.read(path, {"amount": {"currency": "EUR"}})
    assert log.bad["line"].tolist() == [3]
    assert "in EUR" in log.bad["allowed"][0]
    assert "EUR, USD" in data.check(path).says("en")


# --- letters and lines --------------------------------------------------------------------------

RUSSIAN = (
    "клиент;дата;событие;сумма\nИванов;01.02.2024;Заявка;\nЁлкин;13.02.2024;Продажа;1 200,50\n"
)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_letters_are_found_out(encoding, tmp_path):
    log = data.read(saved(tmp_path, RUSSIAN, encoding))
    assert log.frame["person"].tolist() == ["Иванов", "Ёлкин"]
    assert log.frame["event"].tolist() == ["known", "deal"]
    assert log.frame["amount"].tolist() == [0.0, 1200.5]


def test_western_letters_and_letters_that_are_said(tmp_path):
    path = saved(tmp_path, "client,time,event\nMüller,1,won\nJosé,2,won\n", "cp1252")
    assert data.read(path).frame["person"].tolist() == ["Müller", "José"]
    path = saved(tmp_path, "client,time,event\nŁukasz,1,won\n", "cp1250")
    log = data.read(path, {"file": {"encoding": "cp1250"}})
    assert log.frame["person"].tolist() == ["Łukasz"]


def test_torn_letters_cost_their_row_alone(tmp_path):
    path = tmp_path / "crm.csv"
    good = "".join(f"Анна {n},{n},won\n" for n in range(50)).encode()
    path.write_bytes(b"client,time,event\n" + good + b"\xff\xfe,51,won\nA\x00nn,52,won\n")
    log = data.read(path)
    assert len(log) == 50
    assert log.bad["line"].tolist() == [52, 53]
    assert log.bad["value"].tolist() == [r"\xff\xfe,51,won", r"A\x00nn,52,won"]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_cells_are_apart_by_any_sign(sign, tmp_path):
    rows = [
        ["client", "time", "event", "amount"],
        ["A, B", "1", "won", "2,5"],
        ["C; D", "2", "won", ""],
    ]
    lines = [sign.join(f'"{cell}"' for cell in row) for row in rows]
    log = data.read(saved(tmp_path, "\r\n".join(lines)))
    assert log.frame["person"].tolist() == ["A, B", "C; D"]
    assert log.frame["amount"].tolist() == [2.5, 0.0]


def test_a_quote_that_is_never_closed_costs_its_row_alone(tmp_path):
    rows = [
        '1,1,won,"5',
        "2,2,won,5",
        '3,3,"two\nlines",5',
        '4,4,5" pipe,5',
        '5,5,"a"b,5',
        "6,6,won",
    ]
    log = data.read(crm(tmp_path, [*rows, *(f"9,{n},won,5" for n in range(150))]))
    assert log.bad[["line", "column"]].to_numpy().tolist() == [
        [2, "(row)"],
        [7, "(row)"],
        [8, "(row)"],
    ]
    assert set(log.frame["person"]) == {2, 3, 4, 9}
    assert "two\nlines" in set(log.frame["event"])


def test_empty_lines_are_counted_and_separators_at_the_end_are_nothing(tmp_path):
    path = crm(tmp_path, ["1,1,won,5,,", "", ",,,", "  ", "2,2,won,5"])
    counts = data.check(path).counts
    assert (counts["rows"], counts["kept"], counts["blank"]) == (2, 2, 3)


def test_columns_of_one_name_are_told_apart(tmp_path):
    path = crm(tmp_path, ["1,2,3,won,7"], "client,time,amount,event,amount")
    log = data.read(path, person="client", time="time", event="event", amount="amount (5)")
    assert log.frame["amount"].tolist() == [7.0]
    assert "amount (5)" in log.check().says("en")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "holds no line that could be read"),
        (b'\n[ {"client": 1},\n', "is JSON, no table as text: save it as CSV, an event per line"),
        (b'{"client": 1, "time": 2}\n', "is JSON"),
        (b"PK\x03\x04abc", "is a workbook or an archive, no table as text: save it as CSV"),
        (b"a;b\n1;2\n", "has no column for 'person'; it has 'a', 'b'"),
        (b"client;time\nx;2024-01-01\n", "has no column for 'event'"),
    ],
)
def test_what_is_no_table_is_told_in_a_sentence(content, told, tmp_path):
    path = tmp_path / "crm.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=told):
        data.check(path)


def test_a_table_without_names_has_numbers(tmp_path):
    """The form of the CDNOW sample: no heads, spaces between, dates as numbers."""
    lines = [" 00004 0001 19970101  2   29.33", " 00004 0001 19970118  2   29.73",
             " 00021 0002 19970101  3   63.34"]  # fmt: skip
    path = saved(tmp_path, "\n".join(lines) + "\n", name="sales.txt")
    log = data.read(path, {"events": {"*": "won"}}, person="1", time="3", amount="5")
    assert log.frame["person"].tolist() == ["00004", "00021", "00004"]
    assert log.frame["time"].tolist() == [0, 0, 17]
    assert log.frame["amount"].tolist() == [29.33, 63.34, 29.73]
    assert measures.repeat_rate(log)["customers"].iloc[0] == 2
    assert log.knows == {"deals", "amounts"}


# --- who did what -------------------------------------------------------------------------------


def test_words_are_meant_as_said_as_canonical_or_as_firms_call_them(tmp_path):
    rows = ["1,0,Email opened,", "1,1,first_deal,5", "1,2,Звонок,", "1,3,Nonsense,", "1,4,call,"]
    log = data.read(crm(tmp_path, rows))
    assert log.frame["event"].tolist() == [
        "contact",
        "first_deal",
        "contact",
        "Nonsense",
        "contact",
    ]
    assert log.frame["touchpoint"].astype(object).fillna("").tolist() == [
        "mail",
        "",
        "call",
        "",
        "call",
    ]
    assert log.mapping.events == {"Email opened": "mail_opened", "Звонок": "call"}
    assert "'Nonsense' (rows: 1)" in log.check().says("en")
    said = data.read(crm(tmp_path, rows), {"events": {"nonsense": "meeting"}})
    assert (
        said.frame["event"].tolist()[0] == "Email opened"
    )  # nothing is guessed beside what is said
    assert said.frame["touchpoint"][3] == "meeting"


def test_rows_are_left_out_where_the_mapping_says_so_and_counted(tmp_path):
    path = crm(tmp_path, ["1,0,won,5", "1,x,note,ten", ",1,Note,", "1,3,what,"])
    report = data.check(path, {"events": {"note": "ignore", "*": "call"}})
    assert (report.counts["ignored"], report.counts["kept"], report.counts["bad"]) == (2, 2, 0)


def test_every_row_needs_a_person_and_an_event(tmp_path):
    log = data.read(crm(tmp_path, ["1,0,won,5", " ,1,won,5", "\u00a0,1,won,5", "1,2,,5"]))
    assert log.bad[["line", "column"]].to_numpy().tolist() == [
        [3, "client"],
        [4, "client"],
        [5, "event"],
    ]


def test_people_that_differ_in_spaces_or_are_shortened_are_told_and_kept_apart(tmp_path):
    path = crm(tmp_path, ["Anna,0,won,5", "anna ,1,won,5", "1.23457E+12,2,won,5"])
    log = data.read(path)
    assert (log.check().counts["alike"], log.check().counts["shortened"]) == (1, 1)
    assert log.lives == 3


def test_a_row_per_customer_is_read_by_its_dates(tmp_path):
    heads = "client_id,created,first_purchase,lost_at,sum,note"
    rows = [
        "7,2024-01-01,2024-01-05,,100,x",
        "8,2024-01-02,,2024-03-01,,y",
        "9,2024-01-03,soon,,,z",
    ]
    path = crm(tmp_path, rows, heads)
    log = data.read(path)
    assert log.mapping.dates == {"created": "lead", "first_purchase": "won", "lost_at": "lost"}
    assert log.frame["event"].tolist() == ["known", "known", "known", "deal", "lost"]
    assert log.bad[["line", "column"]].to_numpy().tolist() == [[4, "first_purchase"]]
    assert log.knows == {"leads", "deals", "losses"}
    dates = {"created": "lead", "first_purchase": {"event": "won", "amount": "sum"}}
    log = data.read(path, {"dates": dates}, person="client_id")
    assert log.frame["amount"].tolist() == [0, 0, 0, 100]


def test_stages_are_those_of_the_kit_or_mapped_or_empty_and_told(tmp_path):
    path = crm(
        tmp_path, ["1,0,call,action", "1,1,call,Demo", "1,2,call,what"], "client,time,event,stage"
    )
    log = data.read(path, {"stages": {"Demo": "study"}})
    assert log.frame["stage"].astype(object).tolist()[:2] == ["action", "study"]
    assert log.frame["stage"].isna().tolist() == [False, False, True]
    assert log.check().counts["no_stage"] == 1
    assert "stages" in log.knows


# --- what is odd --------------------------------------------------------------------------------


def test_duplicates_are_told_and_left_out_where_said(tmp_path):
    rows = ["1,2024-01-01 10:00,won,5", "1,2024-01-01 10:00,won,5", "1,2024-01-01 10:07,won,5",
            "1,2024-01-01 10:00,won,6", "2,2024-01-01 10:00,won,5"]  # fmt: skip
    path = crm(tmp_path, rows)
    assert (len(data.read(path)), data.check(path).counts["twice"]) == (5, 1)
    first = {"duplicates": {"keep": "first"}}
    assert len(data.read(path, first)) == 4
    first["duplicates"]["within"] = 10
    log = data.read(path, first)
    assert (len(log), log.check().counts["twice"]) == (3, 2)


def test_customers_from_before_day_0_are_named(tmp_path):
    rows = ["1,2024-01-01,won,5", "1,2024-02-01,renewed,5", "2,2024-02-01,renewed,5",
            "3,2023-12-01,won,5", "3,2024-03-01,won,5", "4,2023-12-01,call,"]  # fmt: skip
    log = data.read(crm(tmp_path, rows), start="2024-01-01")
    assert log.before.tolist() == [2, 3]
    counts = log.check().counts
    assert (counts["early"], counts["before"], counts["customers"]) == (2, 2, 3)
    assert log.frame["time"].min() == 0.0


def test_customers_without_a_lead_are_counted_where_leads_are_known(tmp_path):
    rows = ["1,0,lead,", "1,1,won,5", "2,0,won,5", "2,1,lead,", "3,2,won,5"]
    assert data.check(crm(tmp_path, rows)).counts["without_lead"] == 2
    report = data.check(crm(tmp_path, [row for row in rows if "lead" not in row]))
    assert report.counts["without_lead"] == 0
    assert "leads" in report.missing


def test_a_silence_too_long_for_chance_is_a_gap_and_weekends_are_none(tmp_path):
    first = datetime.date(2024, 1, 1)
    days = [first + datetime.timedelta(n) for n in range(365)]
    weekdays = [day for day in days if day.weekday() < 5]
    assert data.check(crm(tmp_path, [f"1,{day},call," for day in weekdays])).gaps == []
    closed = [day for day in weekdays if day.month != 7]
    (gap,) = data.check(crm(tmp_path, [f"1,{day},call," for day in closed])).gaps
    assert gap == ("2024-06-29", 33)
    assert "2024-06-29" in data.check(crm(tmp_path, [f"1,{day},call," for day in closed])).says(
        "ru"
    )


@pytest.mark.parametrize("silent", range(4, 12))
def test_a_gap_is_what_one_log_of_a_hundred_would_have(silent, tmp_path):
    """Every other day has a row; then a silence. A gap is what chance makes in fewer than 1 %."""
    with_rows = [*range(0, 101, 2), *range(101 + silent, 200 + silent, 2)]
    looked_at = with_rows[-1] + 1
    share = 1 - len(with_rows) / looked_at
    report = data.check(crm(tmp_path, [f"1,{day}.5,call," for day in with_rows]))
    assert report.gaps == ([("101", silent)] if looked_at * share**silent < 0.01 else [])


def test_a_silence_at_the_end_is_a_gap_where_it_was_looked_at(tmp_path):
    path = crm(tmp_path, [f"1,{day},call," for day in range(100) if day % 7])
    assert data.check(path).gaps == []
    assert data.check(path, days=200).gaps == [("100", 100)]


# --- what is known ------------------------------------------------------------------------------

TELLS = {
    "deals": "1,1,won,", "amounts": "1,1,won,5", "contacts": "1,1,contact,",
    "touchpoints": "1,1,call,", "opens": "1,1,mail_unopened,", "leads": "1,1,lead,",
    "losses": "1,1,lost,", "answers": "1,1,answer,4",
    "costs": "1,1,call,-3",
}  # fmt: skip


@pytest.mark.parametrize("fact", KNOWS)
def test_what_a_file_knows_it_does_not_miss(fact, tmp_path):
    if fact == "stages":
        path = crm(tmp_path, ["1,1,call,action"], "client,time,event,stage")
    else:
        path = crm(tmp_path, [TELLS[fact]])
    report = data.check(path)
    assert fact in report.knows
    assert fact not in report.missing
    nothing = data.check(crm(tmp_path, ["1,1,unheard of,"]))
    assert nothing.knows == set()
    for lang in ("en", "ru"):
        words = text(f"data.without.{fact}", lang)
        assert words in nothing.says(lang)
        assert words not in report.says(lang)


def test_an_export_is_taken_by_measures_and_charts(tmp_path):
    rows = [f"{n % 9},{n * 7 % 300},{event},5" for n in range(90) for event in ("call", "won")]
    log = data.read(crm(tmp_path, rows), days=400)
    assert measures.repeat_rate(log)["customers"].iloc[0] == 9
    assert measures.event_funnel(log, ("contact", "deal"))["people"].tolist() == [9, 9]
    assert charts.cohorts(log).alt
    assert observe.attribute(log).deals == 9


def test_what_was_observed_is_read_without_a_mapping(tmp_path):
    seen = observe.observe(market(), offline=0.7, duplicates=0.1, match=0.8)
    read = data.read(data.write(seen, tmp_path / "firm.csv"), days=seen.days)
    assert_frame_equal(read.frame, seen.frame, check_exact=True)
    report = read.check()
    assert [note for note in report.notes if note.key.startswith("guess.")] == []
    assert {"deals", "amounts", "contacts", "touchpoints", "leads", "costs"} <= report.knows


# --- one way for all sizes ----------------------------------------------------------------------

SIGNS = [(";", ",", "%d.%m.%Y %H:%M"), (",", ".", "%Y-%m-%d %H:%M:%S"),
         ("\t", ",", "%m/%d/%Y %H:%M"), ("|", ".", "%d/%m/%y %H:%M")]  # fmt: skip
PEOPLE, TYPES = ["Ann", "Ёж", "7", "=x"], ["won", "call", "lead"]


@pytest.mark.parametrize("seed", range(12))
def test_what_a_firm_writes_in_its_manner_is_read_as_it_was(seed, tmp_path):
    """A log that is known is written as some firm would, and read back, also by way of Parquet."""
    rng = random.Random(seed)
    sign, point, form = SIGNS[seed % 4]
    first = datetime.datetime(2024, 1, 1)
    known = sorted(
        (rng.randrange(366 * 1440), rng.choice(PEOPLE), rng.choice(TYPES), rng.randrange(100_000))
        for _ in range(rng.randint(30, 200))
    )  # fmt: skip
    lines = [sign.join(["who", "when", "type", "sum"])]
    for minute, person, event, cents in known:
        moment = (first + datetime.timedelta(minutes=minute)).strftime(form)
        amount = f"{cents / 100:.2f}".replace(".", point)
        lines.append(sign.join([person, moment, event, amount]))
    encoding = rng.choice(["utf-8", "utf-16", "cp1251"])
    path = saved(tmp_path, "\n".join(lines), encoding)
    how = {"person": "who", "start": "2024-01-01"}
    log = data.read(path, **how)
    assert log.check().counts["bad"] == 0
    frame = log.frame
    assert (frame["time"] * 1440).round(6).tolist() == [row[0] for row in known]
    assert frame["person"].tolist() == [row[1] for row in known]
    assert frame["event"].tolist() == [ALL[row[2]].event for row in known]
    assert frame["amount"].tolist() == [row[3] / 100 for row in known]
    report = data.convert(path, tmp_path / "log.parquet", memory="100MB", **how)
    again = data.read(tmp_path / "log.parquet")
    assert_frame_equal(again.frame, frame, check_exact=True)
    assert (again.days, again.start) == (log.days, log.start)
    assert report.counts == log.check().counts


def test_the_disk_gives_what_memory_gives(tmp_path, monkeypatch):
    from cjsim.data import reading

    rows = [f"{n % 97},2024-01-{1 + n % 28:02},won,{n}" for n in range(5_000)]
    path = crm(tmp_path, [*rows, "x,y,z,w", "1,2"])
    log = data.read(path)
    monkeypatch.setattr(reading, "SMALL", 0)
    on_disk = data.read(path)
    assert_frame_equal(on_disk.frame, log.frame, check_exact=True)
    assert_frame_equal(on_disk.bad, log.bad)
    assert on_disk.check().counts == log.check().counts


@pytest.mark.parametrize("ending", ["csv", "xes", "parquet"])
def test_a_file_is_converted_whole_or_not_at_all(ending, tmp_path):
    path = crm(tmp_path, ["1,2024-01-01,won,5", "2,2024-01-02,call,"])
    out = tmp_path / f"log.{ending}"
    data.convert(path, out, days=60)
    assert_frame_equal(data.read(out, days=60).frame, data.read(path).frame, check_exact=True)
    before = out.read_bytes()
    with pytest.raises(data.LogError):
        data.convert(crm(tmp_path, ["1,soon,won,5"]), out)
    with pytest.raises(ValueError, match=r"days = 0.5: must be above 0"):
        data.convert(crm(tmp_path, ["1,2024-01-01,won,5", "2,2024-01-02,call,"]), out, days=0.5)
    assert out.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["crm.csv", out.name]


# --- mappings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"column": {}}, "unknown table in mapping: 'column'. Did you mean 'columns'"),
        ({"columns": []}, "columns = .*: must be a table"),
        ({"columns": {"persons": "a"}}, "'persons'. Did you mean 'person'"),
        ({"columns": {"person": 1.5}}, "columns.person = 1.5: must be a column's name or number"),
        ({"columns": {"person": ["a", "b"]}}, "must be a column's name or number"),
        ({"columns": {"person": "clint"}}, "'clint'. Did you mean 'client'"),
        ({"dates": {"created": "lead"}}, "unknown column in .*'created'"),
        ({"dates": {"time": {"evnt": "lead"}}}, "'evnt'. Did you mean 'event'"),
        ({"events": {"sold": "one"}}, "unknown event in mapping: events.sold: 'one'"),
        ({"events": {"sold": 5}}, "unknown event in mapping: events.sold: 5"),
        ({"stages": {"x": "studdy"}}, "'studdy'. Did you mean 'study'"),
        ({"time": {"zon": "UTC"}}, "'zon'. Did you mean 'zone'"),
        ({"time": {"day_first": 1}}, "time.day_first = 1: must be true or false"),
        ({"time": {"start": "soon"}}, "start = 'soon': must be a date such as 2024-01-31"),
        ({"amount": {"decimal": "x"}}, 'amount.decimal = \'x\': must be "." or ","'),
        ({"amount": {"decimal": ",", "thousands": ","}}, "must differ"),
        ({"duplicates": {"within": -1}}, "duplicates.within = -1: must be a number from 0 on"),
        ({"file": {"encoding": "utf-88"}}, "encoding = 'utf-88': must be utf-8, cp1251"),
        ({"file": {"encoding": "rot13"}}, "encoding = 'rot13': must be"),
        ({"file": {"separator": ";"}}, 'must be "comma" or "semicolon"'),
        (5, "mapping = 5: must be the path of a TOML file"),
    ],
)
def test_a_mapping_that_cannot_be_is_told(tables, told, tmp_path):
    with pytest.raises(ValueError, match=told):
        data.check(crm(tmp_path, ["1,0,won,5"]), tables)


def test_a_proposal_that_is_saved_reads_the_same_and_guesses_nothing(tmp_path):
    path = saved(tmp_path, RUSSIAN, "cp1251")
    file = data.propose(path).save(tmp_path / "map.toml")
    log = data.read(path, file)
    assert_frame_equal(log.frame, data.read(path).frame)
    assert [note for note in log.check().notes if note.key.startswith("guess.")] == []
    with pytest.raises(ValueError, match="exists already"):
        data.propose(path).save(file)
    file.write_text("[columns\n", encoding="utf-8")
    with pytest.raises(ValueError, match="is no TOML"):
        data.read(path, file)


# --- words --------------------------------------------------------------------------------------


def test_every_word_has_its_meaning_in_both_languages():
    for lang in ("en", "ru"):
        told = {
            key.removeprefix("data.word.") for key in all_keys(lang) if key.startswith("data.word.")
        }
        assert told == {*WORDS, "ignore"}


def test_no_word_is_called_as_another_one():
    words = [word for called in CALLED.values() for word in called.split()]
    assert len(words) == len(set(words))
    assert [word for word in words if canonical(word) not in (None, probably(word))] == []
    assert set(CALLED) <= set(ALL)
    columns = [word for called in COLUMNS.values() for word in called.split()]
    assert len(columns) == len(set(columns))


def test_the_package_needs_no_import_of_its_own():
    words = "import cjsim; print(cjsim.data.read.__name__, cjsim.measures.cohorts.__name__)"
    ran = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert ran.stdout == "read cohorts\n"


def test_a_log_shows_how_far_it_can_be_trusted(tmp_path):
    log = data.read(crm(tmp_path, ["1,0,won,5", "x,y,won,5"]))
    assert repr(log) == "<Log of 1 person, 1 row, 1 days>".replace("Log", "Export").replace(
        ">", " (1 bad rows left out, see .check())>"
    )
    report = log.check()
    assert repr(report) == "<Report of crm.csv: 1 of 2 rows are good, 1 bad, 1 people>"
    assert report._repr_html_().count("<tr>") > 5
    assert report.table.loc["kept", "count"] == 1
    assert isinstance(log, data.Log)
    assert isinstance(log.log, pd.DataFrame)
    assert np.array_equal(log.log["time"], [0.0])
